/* SPDX-License-Identifier: MIT */
/* inquiry.c: the verdict's machine: main check, bisecting, placing the divergence. */
#include "replayer/judge/inquiry.h"

#include "formats/history/events.h"
#include "formats/transcode/json.h"
#include "replayer/judge/compare.h"
#include "replayer/judge/inquiry_parts.h"
#include "replayer/judge/match.h"
#include "replayer/judge/stack.h"

void inquiry_begin(struct inquiry *q, const struct recipe *recipe, const struct history *h,
		   const struct evidence_wanted *wanted, struct arena *a)
{
	*q = (struct inquiry){.recipe = recipe, .history = h, .wanted = wanted, .arena = a};
	check_begin(&q->check, recipe, h, h->n_tasks, a);
}

/* ---- looking ---- */

/*
 * The last task behind which there is something to look at: a task that diverges cannot be
 * looked behind, and behind a run's end nothing stands any more.
 */
static size_t look_last(const struct inquiry *q)
{
	const struct history *h = q->history;

	switch (q->verdict.kind) {
	case VERDICT_DIVERGED:
		return q->verdict.divergence.workflow_task > 0
			       ? (size_t)q->verdict.divergence.workflow_task - 1
			       : 0;
	case VERDICT_PASSED:
		return h->n_tasks - (h->end == HISTORY_CLOSED);
	default: /* nobody knows how far the code gets */
		return 0;
	}
}

static void look_begin(struct inquiry *q)
{
	bool all = q->wanted->stacks == STACKS_ALL;

	q->look_last = look_last(q);
	if (q->wanted->stacks == STACKS_NONE || (!all && q->verdict.kind != VERDICT_DIVERGED))
		q->look_last = 0;
	/* The first thing that look_next() goes to is behind this: */
	q->look_task = all ? 0 : q->look_last - (q->look_last > 0);
	q->look_at = q->wanted->n_queries;
}

/* Goes to the next thing to look at; false: there is none. */
static bool look_next(struct inquiry *q)
{
	if (q->look_at < q->wanted->n_queries) {
		q->look_at++;
	} else {
		q->look_task++;
		q->look_at = 0;
	}
	if (q->look_task > q->look_last)
		return false;
	q->state = INQUIRY_LOOK;
	check_begin(&q->check, q->recipe, q->history, q->look_task, q->arena);
	return true;
}

/* Every SDK answers the old form of a query with its state behind the events served. */
static void look_ask(const struct inquiry *q, struct task_spec *ret)
{
	q->recipe->ask(&q->check, ret);
	ret->query = TASK_QUERY_LEGACY;
	ret->query_type = "__stack_trace";
	if (q->look_at)
		ret->query_type = arena_cstr(q->arena, q->wanted->queries[q->look_at - 1]);
	else if (q->recipe->enhanced_stack_query && !q->plain_stacks)
		ret->query_type = q->recipe->enhanced_stack_query;
	ret->whole = false;
}

/* False: JSON is not a string, and nothing else. */
static bool json_string_text(struct str text, struct arena *a, struct str *ret)
{
	struct json j = {.text = text};
	struct err err = ERR_INIT;
	struct buf scratch;
	struct str value;
	bool fine;

	buf_init(&scratch, 0);
	fine = json_peek(&j) == '"' && json_read_string(&j, &scratch, &value, &err) &&
	       json_peek(&j) == '\0';
	if (fine)
		*ret = arena_str(a, value);
	buf_done(&scratch);
	return fine;
}

/* What the worker answered to a query: the text of a JSON string, or the JSON as it is. */
static struct str answer_text(const struct inquiry *q, const struct task_reply *reply)
{
	struct str text;

	if (reply->kind != REPLY_QUERY_ANSWERED)
		return explain_message(&reply->failure, q->arena);
	if (str_starts(reply->query_encoding, STR("json/")) &&
	    json_string_text(reply->query_answer, q->arena, &text))
		return text;
	return arena_str(q->arena, reply->query_answer);
}

/* False: this worker does not answer with stacks as JSON, so it is asked for text. */
static bool read_stack(struct inquiry *q, const struct task_reply *reply, struct stack *ret)
{
	bool answered = reply->kind == REPLY_QUERY_ANSWERED;
	bool enhanced = q->recipe->enhanced_stack_query && !q->plain_stacks;
	bool json = !reply->query_encoding.n || str_starts(reply->query_encoding, STR("json/"));
	struct str text = answer_text(q, reply);

	if (answered && !json)
		ret->note = STR("the worker encodes its answers to queries");
	else if (enhanced)
		return answered && stack_parse_enhanced(text, q->wanted->root, q->arena, ret);
	else if (answered)
		stack_parse(text, q->wanted->root, q->arena, ret);
	else
		ret->note = arena_printf(q->arena, "the worker does not say: %.*s", STR_ARG(text));
	return true;
}

/* False: it has to be asked for in another way. */
static bool keep_stack(struct inquiry *q, const struct task_reply *reply)
{
	struct stack stack = {.task = (int64_t)q->look_task};

	if (!read_stack(q, reply, &stack)) {
		q->plain_stacks = true;
		return false;
	}
	vec_push(&q->evidence.stacks, stack);
	if (q->verdict.kind == VERDICT_DIVERGED && q->look_task == q->look_last)
		stack_stood(vec_last(&q->evidence.stacks), &q->evidence);
	return true;
}

static bool looked(struct inquiry *q, const struct task_reply *reply, struct verdict *ret)
{
	if (q->look_at)
		vec_push(&q->evidence.queries, (struct query_answer){
			.task = (int64_t)q->look_task,
			.name = q->wanted->queries[q->look_at - 1],
			.answer = answer_text(q, reply),
			.failed = reply->kind != REPLY_QUERY_ANSWERED,
		});
	else if (!keep_stack(q, reply))
		return false;
	if (look_next(q))
		return false;
	*ret = q->verdict;
	return true;
}

/* ---- the machine ---- */

void inquiry_done(struct inquiry *q)
{
	evidence_done(&q->evidence);
}

void inquiry_ask(const struct inquiry *q, struct task_spec *ret)
{
	switch (q->state) {
	case INQUIRY_PROBE:
	case INQUIRY_STRICT:
	case INQUIRY_TAIL:
		*ret = q->probe;
		return;
	case INQUIRY_LOOK:
		look_ask(q, ret);
		return;
	case INQUIRY_MAIN:
	case INQUIRY_BISECT:
		q->recipe->ask(&q->check, ret);
	}
}

void inquiry_clue(struct inquiry *q, struct str clue)
{
	for (size_t i = 0; i < q->evidence.clues.n; i++)
		if (str_eq(q->evidence.clues.at[i], clue))
			return;
	vec_push(&q->evidence.clues, clue);
}

/* ---- probing ---- */

bool inquiry_probe_ask(struct inquiry *q, int step)
{
	q->probe_step = step;
	return q->recipe->probe &&
	       q->recipe->probe(&q->check, step, &q->probe, &q->probe_from);
}

enum probed inquiry_probe_answer(struct inquiry *q, const struct task_reply *reply)
{
	if (q->probe_step + 1 < q->recipe->probe_steps)
		return q->recipe->probe_safe(reply) && inquiry_probe_ask(q, q->probe_step + 1)
			       ? PROBED_MORE
			       : PROBED_NOTHING;
	if (reply->kind != REPLY_COMPLETED ||
	    (q->recipe->probe_counts && !q->recipe->probe_counts(&q->check, reply)))
		return PROBED_NOTHING;
	return PROBED_COMMANDS;
}

const struct task_commands *inquiry_keep_task(struct inquiry *q,
					      const struct history_task *task, size_t from,
					      const struct task_reply *reply,
					      const char *provenance)
{
	struct history_task part = *task;
	struct task_commands both;

	part.completed = from;
	compare_task(q->history, &part, reply, q->wanted, q->arena, &both);
	both.provenance = provenance;
	vec_push(&q->evidence.tasks, both);
	return vec_last(&q->evidence.tasks);
}

/* The verdict is known, and only more evidence can come. True: none is wanted. */
static bool look_around(struct inquiry *q, struct verdict *ret)
{
	struct verdict *v = &q->verdict;

	if (v->kind == VERDICT_PASSED && q->wanted->strict && !inquiry_strict_done(q))
		return false;
	if (v->kind == VERDICT_PASSED && q->wanted->tail && !q->tail_done &&
	    inquiry_tail_begin(q))
		return false;
	verdict_fingerprint(v, q->history->workflow_type);
	if (v->kind == VERDICT_DIVERGED)
		compare_context(q->history, v->divergence.event_id, q->arena, &q->evidence);
	look_begin(q);
	if (look_next(q))
		return false;
	*ret = q->verdict;
	return true;
}

/* ---- the verdict ---- */

void inquiry_judge_failure(struct inquiry *q, const struct outcome *o)
{
	static const struct {
		enum said_class class;
		enum verdict_kind kind;
		const char *reason;
	} ROWS[] = {
		{SAID_UNREGISTERED, VERDICT_UNREGISTERED, NULL},
		{SAID_DEADLOCK, VERDICT_FAILED, "deadlock"},
		{SAID_OLDER, VERDICT_FAILED, "sdk-older-than-history"},
		{SAID_BAD_HISTORY, VERDICT_INVALID, "sdk-refused"},
		{SAID_CODE, VERDICT_FAILED, "workflow-code"},
	};
	struct verdict *v = &q->verdict;

	*v = (struct verdict){.message = o->message};
	/* Go's stack of a deadlock is that of who found it out. */
	if (o->said.class != SAID_DEADLOCK || q->recipe->family != SDK_GO)
		stack_of_failure(o->stack, q->wanted->root, q->arena, &q->evidence);
	v->kind = VERDICT_FAILED;
	v->reason = STR("workflow-code");
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		if (ROWS[i].class == o->said.class) {
			v->kind = ROWS[i].kind;
			v->reason = str_of(ROWS[i].reason);
		}
}

/* Where O parts from history, as far as it can be told; TASK: 0, or what bisecting found. */
static bool place(const struct inquiry *q, const struct outcome *o, size_t task,
		  struct divergence *ret)
{
	const struct history *h = q->history;

	if (o->placed) {
		*ret = o->divergence;
		return true;
	}
	if (o->has_extra) {
		if (!task)
			return false;
		match_extra(h, &h->tasks[task - 1], o->extra, q->arena, ret);
		return true;
	}
	if (!explain_locate(h, &o->said, task, q->arena, ret))
		return false;
	ret->provenance = "message";
	return true;
}

/* All that is known is the task: the code's answer to it is not what history has. */
static void place_at_task(const struct inquiry *q, size_t task, struct divergence *ret)
{
	const struct history *h = q->history;
	const struct history_task *t = &h->tasks[task - 1];
	size_t index = t->batch_end > t->completed + 1 ? t->completed + 1 : t->completed;

	*ret = (struct divergence){
		.kind = DIVERGENCE_REPLACED,
		.event_id = h->events[index].id,
		.workflow_task = (int64_t)t->number,
		.history = event_side(h, index, q->arena),
		.provenance = "message",
	};
}

/*
 * Updates have words of their own in the SDKs' messages, and so have most markers: a message
 * that a marker is missing leaves open what the code did in its place.
 */
static bool worth_a_probe(const struct divergence *d)
{
	if (strcmp(d->provenance, "message") != 0 || d->kind == DIVERGENCE_UPDATE)
		return false;
	return d->kind != DIVERGENCE_MARKER || (d->history.what.n && !d->worker.what.n);
}

/*
 * The probe of a task whose marker is in doubt ends before that marker, since with it the
 * replay fails again. Nothing but markers may stand before it: the reply then begins with
 * what the code asks for in its place.
 */
static bool end_before_marker(struct inquiry *q)
{
	const struct history *h = q->history;
	size_t first = check_last_task(&q->check)->completed + 1, i = first;

	while (i < h->n_events && h->events[i].id != q->verdict.divergence.event_id)
		if (h->events[i++].type != EVENT_MARKER_RECORDED)
			return false;
	if (i == h->n_events || q->recipe->family != SDK_CORE)
		return false;
	q->probe.n_events = i;
	return true;
}

/* The divergence is placed. True: and that is the verdict; false: the probe goes out. */
static bool placed(struct inquiry *q, struct verdict *ret)
{
	struct verdict *v = &q->verdict;

	v->kind = VERDICT_DIVERGED;
	v->message = q->main.message;
	v->divergence.own_words = q->main.own_words;
	if (v->divergence.workflow_task > 0 && worth_a_probe(&v->divergence)) {
		check_begin(&q->check, q->recipe, q->history,
			    (size_t)v->divergence.workflow_task, q->arena);
		if (inquiry_probe_ask(q, 0) &&
		    (v->divergence.kind != DIVERGENCE_MARKER || end_before_marker(q))) {
			q->state = INQUIRY_PROBE;
			return false;
		}
	}
	return look_around(q, ret);
}

static bool probed(struct inquiry *q, const struct task_reply *reply, struct verdict *ret)
{
	struct history_task task = *check_last_task(&q->check);
	struct divergence *d = &q->verdict.divergence, seen;
	enum probed what = inquiry_probe_answer(q, reply);

	if (what == PROBED_MORE)
		return false;
	if (what == PROBED_NOTHING)
		return look_around(q, ret);
	task.completed = q->probe_from;
	if (d->kind == DIVERGENCE_MARKER) {
		if (reply->n_commands)
			d->worker = command_side(q->history->schema, reply->commands[0], q->arena);
	} else if (/* A command that the SDK's message names is not argued away by silence. */
		   (reply->n_commands || !d->worker.what.n) &&
		   !match_task(q->history, &task, reply->commands, reply->n_commands,
			       q->recipe->rules, q->arena, &seen)) {
		seen.own_words = d->own_words;
		*d = seen;
		d->provenance = q->recipe->probe_provenance;
		(void)inquiry_keep_task(q, check_last_task(&q->check), q->probe_from, reply,
				q->recipe->probe_provenance);
	}
	return look_around(q, ret);
}

/* Asks about the prefix of N tasks next. */
static bool ask_prefix(struct inquiry *q, size_t n)
{
	q->state = INQUIRY_BISECT;
	check_begin(&q->check, q->recipe, q->history, n, q->arena);
	return false;
}

/* Prefixes run under other run ids in core and Java: one may fail for an id that is built
 * from it. Where the two disagree in kind, the main check's words win. */
static const struct outcome *trusted(const struct inquiry *q)
{
	const struct outcome *o = &q->nearest;

	if (o->kind != OUTCOME_DIVERGED)
		return &q->main;
	if (!q->recipe->speaks_late && q->main.said.form && o->said.form != q->main.said.form)
		return &q->main;
	return o;
}

static bool bisect(struct inquiry *q, struct verdict *ret)
{
	const struct outcome *o;

	if (q->bad - q->good > 1)
		return ask_prefix(q, q->good + (q->bad - q->good) / 2);
	o = trusted(q);
	if (!place(q, o, q->bad, &q->verdict.divergence))
		place_at_task(q, q->bad, &q->verdict.divergence);
	if (o->message.n) {
		q->main.message = o->message;
		q->main.own_words = o->own_words;
	}
	return placed(q, ret);
}

static bool main_answered(struct inquiry *q, const struct task_reply *reply,
			  struct verdict *ret)
{
	const struct outcome *o = &q->main;
	struct divergence *d = &q->verdict.divergence;
	size_t n = q->history->n_tasks;
	bool known;

	if (o->kind != OUTCOME_DIVERGED) {
		q->verdict = (struct verdict){.kind = VERDICT_PASSED, .message = o->message};
		if (o->kind == OUTCOME_FAILED)
			inquiry_judge_failure(q, o);
		else if (q->wanted->strict && o->shows_last_task)
			inquiry_strict_shown(q, reply);
		return look_around(q, ret);
	}
	known = place(q, o, n == 1 ? 1 : 0, d);
	if (o->placed && reply->kind == REPLY_COMPLETED)
		(void)inquiry_keep_task(q, check_last_task(&q->check),
				check_last_task(&q->check)->completed, reply, "reply");
	if (known && (o->placed || n == 1 || !q->recipe->speaks_late))
		return placed(q, ret);
	q->nearest = *o;
	q->bad = n;
	/* The break is there at the latest; a shorter prefix may say it better. */
	if (known && (size_t)d->workflow_task < n)
		return ask_prefix(q, (size_t)d->workflow_task);
	return bisect(q, ret);
}

static bool answer(struct inquiry *q, const struct task_reply *reply, struct verdict *ret)
{
	struct outcome o;

	if (q->state == INQUIRY_PROBE)
		return probed(q, reply, ret);
	if (q->state == INQUIRY_STRICT)
		return inquiry_strict_answered(q, reply) && look_around(q, ret);
	if (q->state == INQUIRY_TAIL) {
		inquiry_tail_answered(q, reply);
		return look_around(q, ret);
	}
	if (q->state == INQUIRY_LOOK)
		return looked(q, reply, ret);
	if (!q->recipe->answer(&q->check, reply, &o))
		return false;
	if (q->check.note.n)
		inquiry_clue(q, q->check.note);
	if (q->state == INQUIRY_MAIN) {
		q->main = o;
		return main_answered(q, reply, ret);
	}
	if (o.kind == OUTCOME_PASSED) {
		q->good = q->check.n_tasks;
	} else {
		q->bad = q->check.n_tasks;
		q->nearest = o;
	}
	return bisect(q, ret);
}

/* A reply dies before the inquiry does: what is made of its commands borrows from a copy. */
bool inquiry_answer(struct inquiry *q, const struct task_reply *reply, struct verdict *ret)
{
	struct task_reply own = own_run_reply(reply, &q->run_ids, q->arena);

	return answer(q, &own, ret);
}

bool inquiry_known(const struct inquiry *q, struct verdict *ret)
{
	/* A tail that hangs is what was asked about. */
	if (q->state == INQUIRY_MAIN || q->state == INQUIRY_BISECT || q->state == INQUIRY_TAIL)
		return false;
	*ret = q->verdict;
	verdict_fingerprint(ret, q->history->workflow_type);
	return true;
}
