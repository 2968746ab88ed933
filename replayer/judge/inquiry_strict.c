/* SPDX-License-Identifier: MIT */
/* inquiry_strict.c: every task from both sides, for what no SDK compares. */
#include "formats/history/events.h"
#include "replayer/judge/compare.h"
#include "replayer/judge/inquiry_parts.h"

static struct str tasks_text(const struct inquiry *q, size_t n)
{
	return arena_printf(q->arena, "%zu workflow task%s", n, n == 1 ? "" : "s");
}

/* What of the history's tasks was seen: as numbers, and where that is not all, as clues. */
static void say_extent(struct inquiry *q)
{
	const struct strict *s = &q->strict;
	size_t n = q->history->n_tasks, left = n - s->compared - s->partly - s->refused;

	q->evidence.strict_tasks = (int64_t)n;
	q->evidence.strict_compared = (int64_t)s->compared;
	if (s->compared == n)
		return;
	inquiry_clue(q, arena_printf(q->arena, "--strict compared %zu of %.*s", s->compared,
				     STR_ARG(tasks_text(q, n))));
	if (s->partly)
		inquiry_clue(q, arena_printf(q->arena,
					     "--strict saw a part of %.*s: the worker does not say "
					     "all that is asked for there",
					     STR_ARG(tasks_text(q, s->partly))));
	if (s->refused)
		inquiry_clue(q, arena_printf(q->arena,
					     "--strict left out %.*s: asking could run a side effect "
					     "or a local activity",
					     STR_ARG(tasks_text(q, s->refused))));
	if (left)
		inquiry_clue(q, arena_printf(q->arena,
					     "--strict-tasks left out %.*s",
					     STR_ARG(tasks_text(q, left))));
}

/* Command events in front of FROM that are neither markers nor what follows a patch's. */
static bool hides(const struct inquiry *q, size_t from)
{
	const struct event *events = q->history->events;

	for (size_t i = check_last_task(&q->check)->completed + 1; i < from; i++)
		if (events[i].type != EVENT_MARKER_RECORDED &&
		    (events[i].type != EVENT_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES ||
		     events[i - 1].type != EVENT_MARKER_RECORDED))
			return true;
	return false;
}

/* True: that task, kept as evidence, decides the verdict. */
static bool judge(struct inquiry *q, size_t from)
{
	const struct task_commands *both = vec_last(&q->evidence.tasks);
	struct difference made_up;

	if (compare_divergence(both, &q->verdict.divergence)) {
		q->verdict.kind = VERDICT_DIVERGED;
		q->verdict.message = STR("no SDK compares this: only --strict sees it");
		q->verdict.divergence.own_words = true;
		return true;
	}
	if (both->partial || hides(q, from))
		q->strict.partly++;
	else
		q->strict.compared++;
	if (compare_generated(both, &made_up))
		inquiry_clue(q, arena_printf(q->arena, "%.*s differs only in a generated value",
					     STR_ARG(made_up.path)));
	q->evidence.tasks.n--; /* both sides are the same: nothing to show */
	return false;
}

void inquiry_strict_shown(struct inquiry *q, const struct task_reply *reply)
{
	const struct history_task *last = check_last_task(&q->check);

	q->strict.shown = *inquiry_keep_task(q, last, last->completed, reply, "reply");
	q->evidence.tasks.n--;
}

/* Its turn has come: the first task that differs decides. */
static void judge_shown(struct inquiry *q)
{
	check_begin(&q->check, q->recipe, q->history, q->history->n_tasks, q->arena);
	vec_push(&q->evidence.tasks, q->strict.shown);
	(void)judge(q, check_last_task(&q->check)->completed);
}

bool inquiry_strict_done(struct inquiry *q)
{
	size_t most = q->wanted->strict_tasks ? q->wanted->strict_tasks : SIZE_MAX;
	bool shown = q->strict.shown.task > 0;

	while (q->strict.task < q->history->n_tasks - shown && q->strict.asked < most) {
		check_begin(&q->check, q->recipe, q->history, ++q->strict.task, q->arena);
		q->check.replays = true;
		if (!inquiry_probe_ask(q, 0)) {
			q->strict.refused++;
			continue;
		}
		q->strict.asked++;
		q->state = INQUIRY_STRICT;
		return false;
	}
	if (shown)
		judge_shown(q);
	if (q->verdict.kind == VERDICT_PASSED)
		say_extent(q);
	return true;
}

/* A loaded host makes SDKs take slow code for stuck: each task is asked about twice then. */
static bool ask_again(struct inquiry *q, const struct task_reply *reply)
{
	struct outcome o;

	if (reply->kind != REPLY_FAILED && reply->kind != REPLY_QUERY_FAILED)
		return false;
	check_failure(&q->check, reply, &o);
	if (o.said.class != SAID_DEADLOCK || q->strict.again == q->strict.task)
		return false;
	q->strict.again = q->strict.task;
	return inquiry_probe_ask(q, 0);
}

bool inquiry_strict_answered(struct inquiry *q, const struct task_reply *reply)
{
	switch (inquiry_probe_answer(q, reply)) {
	case PROBED_MORE:
		return false;
	case PROBED_NOTHING:
		if (ask_again(q, reply))
			return false;
		q->strict.refused++;
		break;
	case PROBED_COMMANDS:
		(void)inquiry_keep_task(q, check_last_task(&q->check), q->probe_from, reply,
					q->recipe->probe_provenance);
		(void)judge(q, q->probe_from);
	}
	return true;
}
