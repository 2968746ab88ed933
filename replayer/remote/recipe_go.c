/* SPDX-License-Identifier: MIT */
/* recipe_go.c: workers of the Go SDK: the guard, then the passes that compare commands. */
#include "replayer/remote/recipe.h"

#include "replayer/match.h"

/*
 * Go compares commands with history only while the workflow is open, or in a namespace named
 * "ReplayNamespace"; a query switches the comparison off. So an ordinary worker is asked:
 *
 *   guard   the whole, as a query for the stack: runs nothing. A stack inside
 *           ExecuteLocalActivity means that the next task would really run that activity.
 *   before  up to the last but one task: open, so Go itself compares everything before the
 *           last task. It may leave no command over.
 *   last    the whole: Go compares nothing of a closed run, but its reply holds the last
 *           task's commands, and they are compared here.
 *
 * `before` is guarded as well where it ends in a task without commands: the code may
 * stand inside a local activity there that the last task's events resolve.
 * In "ReplayNamespace" `before` is not needed.
 */
enum { STEP_GUARD, STEP_GUARD_BEFORE, STEP_BEFORE, STEP_BEFORE_ALONE, STEP_LAST };

static size_t before_end(const struct check *c)
{
	return c->history->tasks[c->n_tasks - 2].batch_end;
}

static bool empty_batch(const struct history_task *task)
{
	return task->batch_end == task->completed + 1;
}

/* Prefixes are open histories: `last` alone makes Go compare all of them. */
static bool needs_before(const struct check *c)
{
	return c->whole && c->n_tasks > 1 && c->recipe == &RECIPE_GO;
}

static int after_guard(const struct check *c)
{
	if (!needs_before(c))
		return STEP_LAST;
	return empty_batch(&c->history->tasks[c->n_tasks - 2]) ? STEP_GUARD_BEFORE : STEP_BEFORE;
}

static void ask(const struct check *c, struct task_spec *ret)
{
	bool before = c->step != STEP_GUARD && c->step != STEP_LAST;

	*ret = (struct task_spec){
		.history = c->history,
		.n_events = before ? before_end(c) : c->n_events,
		.previous_started = INT64_MAX,
		/* 0 makes Go take the last event's id; a value past the history fails. */
		.started = 0,
		.whole = c->whole,
	};
	if (c->step == STEP_GUARD || c->step == STEP_GUARD_BEFORE) {
		ret->query = TASK_QUERY_LEGACY;
		ret->query_type = "__stack_trace";
	}
}

/* Local activities show as this function of the SDK in the stack of whoever waits. */
static bool waits_for_local_activity(struct check *c, const struct task_reply *reply)
{
	if (reply->query_encoding.n && !str_starts(reply->query_encoding, STR("json/")))
		c->note = STR("the worker encodes its query answers, so a local activity that "
			      "only the new code has cannot be seen before it runs");
	return str_has(reply->query_answer, "ExecuteLocalActivity");
}

static void new_local_activity(struct outcome *ret)
{
	*ret = (struct outcome){
		.kind = OUTCOME_DIVERGED,
		.said = {
			.class = SAID_NONDETERMINISM,
			.form = "go: waits in a local activity",
			.about = SAID_ABOUT_MARKER,
			.worker = {.what = STR("RecordMarker"), .name = STR("LocalActivity")},
		},
		.message = STR("the code waits for a local activity that the history does not "
			       "have"),
	};
}

static bool guarded(struct check *c, const struct task_reply *reply, struct outcome *ret)
{
	if (!waits_for_local_activity(c, reply)) {
		c->step = c->step == STEP_GUARD ? after_guard(c) : STEP_BEFORE;
		return false;
	}
	if (c->step == STEP_GUARD_BEFORE) {
		c->step = STEP_LAST;
		return false;
	}
	if (c->closed || !empty_batch(check_last_task(c))) {
		new_local_activity(ret);
		return true;
	}
	/* An open history may end inside a long local activity with unchanged code too. */
	if (needs_before(c) && !empty_batch(&c->history->tasks[c->n_tasks - 2])) {
		c->step = STEP_BEFORE_ALONE;
		return false;
	}
	*ret = (struct outcome){.kind = OUTCOME_PASSED};
	return true;
}

/* What is left of an open history's reply after what Go lets differ. */
static bool leftover(const struct check *c, const struct task_reply *reply,
		     struct command_view *ret)
{
	struct history_task none = *check_last_task(c);
	struct divergence ignored;

	none.batch_end = none.completed + 1;
	if (match_task(c->history, &none, reply->commands, reply->n_commands, MATCH_GO,
		       c->arena, &ignored))
		return false;
	*ret = reply->commands[0];
	return true;
}

static void compare(const struct check *c, const struct task_reply *reply, struct outcome *ret)
{
	const struct history_task *task = check_last_task(c);
	struct command_view left;

	*ret = (struct outcome){.kind = OUTCOME_PASSED};
	if (reply->wants_another_task) {
		new_local_activity(ret);
		return;
	}
	if (!c->closed || c->step != STEP_LAST) {
		if (leftover(c, reply, &left))
			check_extra(c, left, ret);
		return;
	}
	if (match_task(c->history, task, reply->commands, reply->n_commands, MATCH_GO, c->arena,
		       &ret->divergence))
		return;
	ret->kind = OUTCOME_DIVERGED;
	ret->placed = true;
	if (reply->n_commands) {
		struct outcome disguised;

		check_extra(c, reply->commands[reply->n_commands - 1], &disguised);
		if (!disguised.has_extra)
			*ret = disguised;
	}
}

static bool answer(struct check *c, const struct task_reply *reply, struct outcome *ret)
{
	switch (reply->kind) {
	case REPLY_FAILED:
	case REPLY_QUERY_FAILED:
		check_failure(c, reply, ret);
		return true;
	case REPLY_QUERY_ANSWERED:
		return guarded(c, reply, ret);
	case REPLY_COMPLETED:
		break;
	}
	compare(c, reply, ret);
	if (c->step == STEP_BEFORE && ret->kind == OUTCOME_PASSED) {
		c->step = STEP_LAST;
		return false;
	}
	return true;
}

const struct recipe RECIPE_GO = {
	.name = "go (guard, all but the last task, all)",
	.family = SDK_GO,
	.ask = ask,
	.answer = answer,
};

const struct recipe RECIPE_GO_REPLAY = {
	.name = "go (guard, all; namespace ReplayNamespace)",
	.family = SDK_GO,
	.ask = ask,
	.answer = answer,
};
