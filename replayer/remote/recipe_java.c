/* SPDX-License-Identifier: MIT */
/* recipe_java.c: workers of the Java SDK (Kotlin, Scala, Clojure on it too). */
#include "replayer/remote/recipe.h"

/*
 * One task without a query: the reply holds commands that the history lacks, which the
 * query form (and the SDK's own replayer) never shows. Only where the worker's failure
 * converter encodes failures is the replay-only query asked too: its text stays clear.
 */
enum { STEP_HISTORY, STEP_REPLAY_ONLY };

static void ask(const struct check *c, struct task_spec *ret)
{
	*ret = (struct task_spec){
		.history = c->history,
		.n_events = c->n_events,
		.previous_started = INT64_MAX,
		.started = INT64_MAX,
		.whole = c->whole,
	};
	if (c->step == STEP_REPLAY_ONLY) {
		ret->query = TASK_QUERY_LEGACY;
		ret->query_type = "__replay_only";
	}
}

static bool answer(struct check *c, const struct task_reply *reply, struct outcome *ret)
{
	bool failed = reply->kind == REPLY_FAILED || reply->kind == REPLY_QUERY_FAILED;

	if (failed && reply->failure.encoded && c->step == STEP_HISTORY) {
		c->step = STEP_REPLAY_ONLY;
		return false;
	}
	if (failed)
		check_failure(c, reply, ret);
	else if (reply->n_commands)
		check_extra(c, reply->commands[0], ret);
	else
		*ret = (struct outcome){.kind = OUTCOME_PASSED};
	return true;
}

/*
 * Cut at a WorkflowTaskCompleted the reply holds that task's commands, up to the first marker
 * that it asks for; cut behind the last marker of the batch, those behind it. Of code that
 * diverges the lambda of a side effect may run there, so a batch with markers is asked about
 * only where the code is known to replay.
 */
static bool probe(const struct check *c, int step, struct task_spec *ret, size_t *ret_from)
{
	ask(c, ret);
	*ret_from = check_last_marker(c);
	ret->n_events = *ret_from + 1;
	ret->updates_end = check_last_task(c)->batch_end;
	ret->whole = false;
	return c->replays || *ret_from == check_last_task(c)->completed;
}

const struct recipe RECIPE_JAVA = {
	.name = "java (history without a query)",
	.family = SDK_JAVA,
	.ask = ask,
	.answer = answer,
	.probe = probe,
	.probe_steps = 1,
	.probe_provenance = "probe-replay",
	.rules = MATCH_ALL,
};
