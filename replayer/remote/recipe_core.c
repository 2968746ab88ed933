/* SPDX-License-Identifier: MIT */
/* recipe_core.c: workers on the shared core (Python, TypeScript, .NET, Ruby). */
#include "replayer/remote/recipe.h"

#include "formats/history/events.h"

/*
 * One task: the history, and a query in the map `queries`. Without a query a closed history
 * that replays well is answered with silence; the legacy `query` hides leftover commands and
 * can leave a zombie worker. The query's own result does not matter.
 *
 * previous_started_event_id far beyond the history keeps core replaying to the end: nothing
 * runs, not even a local activity that only the new code has.
 */
static const int64_t BEYOND = (int64_t)1 << 62;

static int64_t last_started(const struct check *c)
{
	const struct history *h = c->history;

	/* Beyond the last event, or one that no WorkflowTaskCompleted follows directly, fails. */
	for (size_t i = c->n_tasks; i > 0; i--) {
		const struct history_task *task = &h->tasks[i - 1];

		if (task->completed == task->started + 1)
			return h->events[task->started].id;
	}
	return 0;
}

static void ask(const struct check *c, struct task_spec *ret)
{
	*ret = (struct task_spec){
		.history = c->history,
		.n_events = c->n_events,
		.previous_started = BEYOND,
		.started = last_started(c),
		.query = TASK_QUERY_MAP,
		/* Known to every version of every SDK on core. */
		.query_type = "__stack_trace",
		.whole = c->whole,
	};
}

static bool answer(struct check *c, const struct task_reply *reply, struct outcome *ret)
{
	switch (reply->kind) {
	case REPLY_COMPLETED:
		if (reply->n_commands)
			check_extra(c, reply->commands[0], ret);
		else
			*ret = (struct outcome){.kind = OUTCOME_PASSED};
		return true;
	case REPLY_FAILED:
	case REPLY_QUERY_FAILED:
		check_failure(c, reply, ret);
		return true;
	case REPLY_QUERY_ANSWERED:
		*ret = (struct outcome){.kind = OUTCOME_PASSED};
		return true;
	}
	return true;
}

/*
 * Cut at a WorkflowTaskCompleted, core answers with all commands of that task. patched() is
 * true, and a local activity done, only where their markers are served: so the cut is behind
 * the last marker of the batch, and the reply holds the commands behind it.
 */
static bool probe(const struct check *c, int step, struct task_spec *ret, size_t *ret_from)
{
	ask(c, ret);
	*ret_from = check_last_marker(c);
	ret->n_events = *ret_from + 1;
	ret->updates_end = check_last_task(c)->batch_end;
	ret->whole = false;
	return true;
}

#define CORE_RECIPE                                            \
	.name = "core (history with a query in the map)",      \
	.family = SDK_CORE, .ask = ask, .answer = answer,      \
	.probe = probe, .probe_steps = 1,                      \
	.probe_provenance = "probe-replay", .rules = MATCH_ALL

const struct recipe RECIPE_CORE = {
	CORE_RECIPE,
};

/* Python has that query too, but it sends whole files of the SDK, and no tasks' names. */
const struct recipe RECIPE_TYPESCRIPT = {
	CORE_RECIPE,
	.enhanced_stack_query = "__enhanced_stack_trace",
};
