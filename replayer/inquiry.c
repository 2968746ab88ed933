/* SPDX-License-Identifier: MIT */
/* inquiry.c: the verdict's machine: main check, bisecting, placing the divergence. */
#include "replayer/inquiry.h"

#include "replayer/match.h"

void inquiry_begin(struct inquiry *q, const struct recipe *recipe, const struct history *h,
		   struct arena *a)
{
	*q = (struct inquiry){.recipe = recipe, .history = h, .arena = a};
	check_begin(&q->check, recipe, h, h->n_tasks, a);
}

void inquiry_ask(const struct inquiry *q, struct task_spec *ret)
{
	q->recipe->ask(&q->check, ret);
}

/* What a failure that is not nondeterminism amounts to. */
static void judge_failure(const struct outcome *o, struct verdict *v)
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

static void diverged(const struct inquiry *q, const struct outcome *o, struct verdict *v)
{
	v->kind = VERDICT_DIVERGED;
	v->message = o->message;
	verdict_fingerprint(v, q->history->workflow_type);
}

/* False: another prefix has to be asked. */
static bool bisected(struct inquiry *q, struct verdict *ret)
{
	const struct outcome *o = &q->nearest;

	if (q->bad - q->good > 1) {
		check_begin(&q->check, q->recipe, q->history, q->good + (q->bad - q->good) / 2,
			    q->arena);
		return false;
	}
	/* A prefix may fail for a cause of its own (an id built from the run id, which is
	 * another one there): the main check's words win where the two disagree. */
	if (o->kind != OUTCOME_DIVERGED || (o->said.form != q->main.said.form && q->main.said.form))
		o = &q->main;
	if (!place(q, o, q->bad, &ret->divergence))
		place_at_task(q, q->bad, &ret->divergence);
	diverged(q, &q->main, ret);
	return true;
}

static bool main_answered(struct inquiry *q, struct verdict *ret)
{
	const struct outcome *o = &q->main;

	*ret = (struct verdict){.kind = VERDICT_PASSED};
	ret->message = o->message;
	if (o->kind == OUTCOME_PASSED)
		return true;
	if (o->kind == OUTCOME_FAILED) {
		judge_failure(o, ret);
		verdict_fingerprint(ret, q->history->workflow_type);
		return true;
	}
	if (place(q, o, q->history->n_tasks == 1 ? 1 : 0, &ret->divergence)) {
		diverged(q, o, ret);
		return true;
	}
	q->bisecting = true;
	q->nearest = q->main;
	q->bad = q->history->n_tasks;
	return bisected(q, ret);
}

bool inquiry_answer(struct inquiry *q, const struct task_reply *reply, struct verdict *ret)
{
	struct outcome o;

	if (!q->recipe->answer(&q->check, reply, &o))
		return false;
	if (q->check.note.n)
		q->note = q->check.note;
	if (!q->bisecting) {
		q->main = o;
		return main_answered(q, ret);
	}
	if (o.kind == OUTCOME_PASSED) {
		q->good = q->check.n_tasks;
	} else {
		q->bad = q->check.n_tasks;
		q->nearest = o;
	}
	*ret = (struct verdict){.kind = VERDICT_PASSED};
	return bisected(q, ret);
}
