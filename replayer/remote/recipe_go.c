/* SPDX-License-Identifier: MIT */
/* recipe_go.c: workers of the Go SDK: the guard, then the passes that compare commands. */
#include "replayer/remote/recipe.h"

#include "formats/history/events.h"
#include "formats/wire/field.h"
#include "replayer/judge/match.h"

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
 * Unchanged code can stand inside a local activity too: a long one lets its task complete
 * and asks for another at once, so that WorkflowTaskScheduled follows with nothing between.
 * Where a task ends so, `before` is guarded as well, and goes back a task if need be; a
 * history that ends so is judged by `before` alone.
 * In "ReplayNamespace" `before` is not needed.
 *
 * A program without a call that starts local activities (go_binary.h) needs no guard.
 *
 * The SDK prints every stack, a query's or a panic's, into one buffer of the process
 * (internal_workflow.go: stackBuf). The stack of a guard that another task wrote over would
 * hide a local activity, so a task that asks for one has the process for itself.
 */
enum { STEP_GUARD, STEP_GUARD_BEFORE, STEP_BEFORE, STEP_LAST };

/* May unchanged code be inside a local activity when that many tasks have completed? */
static bool inside_local_activity(const struct check *c, size_t n_tasks)
{
	const struct history *h = c->history;
	size_t next = h->tasks[n_tasks - 1].batch_end;

	return next < h->n_events && h->events[next].type == EVENT_WORKFLOW_TASK_SCHEDULED;
}

/* Prefixes are open histories: `last` alone makes Go compare all of them. */
static bool needs_before(const struct check *c)
{
	return c->whole && c->recipe != &RECIPE_GO_REPLAY &&
	       c->recipe != &RECIPE_GO_REPLAY_UNGUARDED;
}

static int before_step(const struct check *c)
{
	if (!c->before)
		return STEP_LAST;
	return inside_local_activity(c, c->before) ? STEP_GUARD_BEFORE : STEP_BEFORE;
}

static void begin_unguarded(struct check *c)
{
	c->before = needs_before(c) ? c->n_tasks - 1 : 0;
	c->step = c->before ? STEP_BEFORE : STEP_LAST;
}

static void ask(const struct check *c, struct task_spec *ret)
{
	bool before = c->step != STEP_GUARD && c->step != STEP_LAST;

	*ret = (struct task_spec){
		.history = c->history,
		.n_events = before ? c->history->tasks[c->before - 1].batch_end
				   : c->n_events,
		.previous_started = INT64_MAX,
		.whole = c->whole,
	};
	/* A value past the history fails; with 0 the next task of this run would be answered
	 * from the state that this one left in the worker's cache. */
	ret->started = c->history->events[ret->n_events - 1].id;
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
		/* A coroutine of the SDK's waits for it: the user's code need not. */
		.message = STR("the code has a local activity that history does not have"),
		.own_words = true,
	};
}

static bool guarded(struct check *c, const struct task_reply *reply, struct outcome *ret)
{
	bool waits = waits_for_local_activity(c, reply);

	*ret = (struct outcome){.kind = OUTCOME_PASSED};
	if (c->step == STEP_GUARD_BEFORE) {
		c->before -= waits;
		c->step = waits ? before_step(c) : STEP_BEFORE;
		return c->step == STEP_LAST && c->alone;
	}
	c->before = needs_before(c) ? c->n_tasks - 1 : 0;
	c->alone = waits;
	c->step = before_step(c);
	if (!waits)
		return false;
	if (c->closed || !inside_local_activity(c, c->n_tasks)) {
		new_local_activity(ret);
		return true;
	}
	return c->step == STEP_LAST;
}

/*
 * Code that ends the run in a prefix of its history is not compared by Go; its reply holds
 * the last task's commands, as it does for a closed run.
 */
static bool closes(const struct command_view *command)
{
	const struct pair_row *row = pair_of_command(command->type);

	return row && row->closes;
}

static void compare(const struct check *c, const struct task_reply *reply, struct outcome *ret)
{
	const struct history_task *task = check_last_task(c);
	const struct command_view *left;

	*ret = (struct outcome){.kind = OUTCOME_PASSED};
	if (reply->wants_another_task) {
		new_local_activity(ret);
		return;
	}
	if (!c->closed || c->step != STEP_LAST) {
		left = match_leftover(c->history->schema, reply->commands, reply->n_commands,
				      MATCH_GO, c->arena);
		if (left)
			check_extra(c, *left, ret);
		if (left && ret->has_extra && !c->whole && closes(left))
			ret->placed = !match_task(c->history, task, reply->commands,
						  reply->n_commands, MATCH_GO, c->arena,
						  &ret->divergence);
		return;
	}
	if (match_task(c->history, task, reply->commands, reply->n_commands, MATCH_GO, c->arena,
		       &ret->divergence)) {
		ret->shows_last_task = c->whole;
		return;
	}
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
	if (c->step == STEP_BEFORE && ret->kind == OUTCOME_PASSED && !c->alone) {
		c->step = STEP_LAST;
		return false;
	}
	return true;
}

/*
 * What the code does at a task, live: the history is cut at its WorkflowTaskStarted, and the
 * worker is asked as a server would ask it. Before that queries over the same events show
 * whether any of the user's own code would run. The first is a replay: it fails on a side
 * effect, and its stack shows a local activity. The second is live, for live code takes the
 * newest of its versions and may find a local activity there, which no query runs. A batch
 * with other markers than those of versions is not asked about.
 */
enum { PROBE_GUARD, PROBE_GUARD_LIVE, PROBE_LIVE, PROBE_STEPS };

static bool is_version(const struct schema_message *m, struct str bytes)
{
	return str_is(field_str(m, bytes, "marker_name"), "Version");
}

static bool has_versions_only(const struct check *c)
{
	const struct history_task *task = check_last_task(c);
	const struct schema_message *m;
	struct str bytes;

	for (size_t i = task->completed + 1; i < task->batch_end; i++)
		if (c->history->events[i].type == EVENT_MARKER_RECORDED &&
		    !(history_attributes(c->history, i, &m, &bytes) && is_version(m, bytes)))
			return false;
	return true;
}

static bool probe(const struct check *c, int step, struct task_spec *ret, size_t *ret_from)
{
	const struct history *h = c->history;
	const struct history_task *task = check_last_task(c);

	*ret = (struct task_spec){
		.history = h,
		.n_events = task->started + 1,
		.previous_started = INT64_MAX,
		.started = h->events[task->started].id,
		.updates_end = task->batch_end,
	};
	if (step != PROBE_GUARD)
		ret->previous_started =
			c->n_tasks > 1 ? h->events[h->tasks[c->n_tasks - 2].started].id : 0;
	if (step != PROBE_LIVE) {
		ret->query = TASK_QUERY_LEGACY;
		ret->query_type = "__stack_trace";
	}
	*ret_from = task->completed;
	return has_versions_only(c);
}

static bool probe_safe(const struct task_reply *reply)
{
	return reply->kind == REPLY_QUERY_ANSWERED &&
	       (!reply->query_encoding.n || str_starts(reply->query_encoding, STR("json/"))) &&
	       !str_has(reply->query_answer, "ExecuteLocalActivity");
}

/* History has the version that this marker records. */
static bool is_recorded(const struct check *c, struct str command)
{
	static const char *const DETAILS[] = {"details[change-id].payloads.data",
					      "details[version].payloads.data"};
	const struct history_task *task = check_last_task(c);
	const struct schema *schema = c->history->schema;
	const struct schema_message *m, *theirs = schema_message(
		schema, "temporal.api.command.v1.RecordMarkerCommandAttributes");
	struct str bytes, made = field_str(schema_message(schema, "temporal.api.command.v1.Command"),
					   command, "record_marker_command_attributes");

	for (size_t i = task->completed + 1; i < task->batch_end; i++) {
		bool same = c->history->events[i].type == EVENT_MARKER_RECORDED &&
			    history_attributes(c->history, i, &m, &bytes) &&
			    is_version(theirs, made);

		for (size_t k = 0; same && k < sizeof(DETAILS) / sizeof(*DETAILS); k++)
			same = str_eq(field_str(m, bytes, DETAILS[k]),
				      field_str(theirs, made, DETAILS[k]));
		if (same)
			return true;
	}
	return false;
}

/* Live code takes the newest of its versions, where a replay takes the recorded or the oldest. */
static bool probe_counts(const struct check *c, const struct task_reply *reply)
{
	for (size_t i = 0; i < reply->n_commands; i++)
		if (reply->commands[i].type == COMMAND_RECORD_MARKER &&
		    !is_recorded(c, reply->commands[i].bytes))
			return false;
	return reply->kind == REPLY_COMPLETED && !reply->wants_another_task;
}

#define GO_RECIPE                                     \
	.family = SDK_GO, .speaks_late = true,        \
	.ask = ask, .answer = answer,                 \
	.probe = probe, .probe_steps = PROBE_STEPS,   \
	.probe_safe = probe_safe, .probe_counts = probe_counts, \
	.probe_provenance = "probe-live", .one_stack_at_a_time = true, .rules = MATCH_GO

const struct recipe RECIPE_GO_UNGUARDED = {
	.name = "go (all but the last task, all; no local activities)",
	.begin = begin_unguarded,
	GO_RECIPE,
};

const struct recipe RECIPE_GO_REPLAY_UNGUARDED = {
	.name = "go (all; namespace ReplayNamespace, no local activities)",
	.begin = begin_unguarded,
	GO_RECIPE,
};

const struct recipe RECIPE_GO = {
	.name = "go (guard, all but the last task, all)",
	.unguarded = &RECIPE_GO_UNGUARDED,
	GO_RECIPE,
};

const struct recipe RECIPE_GO_REPLAY = {
	.name = "go (guard, all; namespace ReplayNamespace)",
	.unguarded = &RECIPE_GO_REPLAY_UNGUARDED,
	GO_RECIPE,
};
