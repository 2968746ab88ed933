/* SPDX-License-Identifier: MIT */
/* recipe.c: what all recipes share: the extent of a check, failures, leftover commands. */
#include "replayer/remote/recipe.h"

#include "formats/history/events.h"
#include "formats/wire/field.h"

#include <string.h>

bool recipe_asks_alone(const struct recipe *recipe, const struct task_spec *spec)
{
	return recipe->one_stack_at_a_time && spec->query != TASK_NO_QUERY &&
	       strcmp(spec->query_type, "__stack_trace") == 0;
}

void check_begin(struct check *c, const struct recipe *recipe, const struct history *h,
		 size_t n_tasks, struct arena *a)
{
	bool whole = n_tasks == h->n_tasks;

	BUG_IF(n_tasks == 0 || n_tasks > h->n_tasks);
	*c = (struct check){
		.recipe = recipe,
		.history = h,
		.n_events = whole ? history_trim(h) : h->tasks[n_tasks - 1].batch_end,
		.n_tasks = n_tasks,
		.whole = whole,
		.closed = whole && h->end == HISTORY_CLOSED,
		.arena = a,
	};
	if (recipe->begin)
		recipe->begin(c);
}

const struct history_task *check_last_task(const struct check *c)
{
	return &c->history->tasks[c->n_tasks - 1];
}

/* Borrowed strings of a reply die with it: an outcome keeps copies. */
static struct sdk_failure keep(const struct sdk_failure *f, struct arena *a)
{
	struct sdk_failure kept = *f;

	kept.message = arena_str(a, f->message);
	kept.source = arena_str(a, f->source);
	kept.type = arena_str(a, f->type);
	kept.stack = arena_str(a, f->stack);
	return kept;
}

static void from_failure(const struct check *c, const struct sdk_failure *failure,
			 struct outcome *ret)
{
	struct sdk_failure kept = keep(failure, c->arena);

	*ret = (struct outcome){.kind = OUTCOME_FAILED};
	explain(&kept, c->arena, &ret->said);
	ret->message = explain_message(&kept, c->arena);
	ret->stack = kept.stack;
	/* What was raised says more than its text: "KeyError: 'id'"; not what an SDK wraps it in. */
	if (ret->said.class == SAID_CODE && kept.type.n && ret->message.n &&
	    !str_starts(kept.type, STR("io.temporal.internal.")) &&
	    str_find(ret->message, kept.type) < 0)
		ret->message = arena_printf(c->arena, "%.*s: %.*s", STR_ARG(kept.type),
					    STR_ARG(ret->message));
	if (ret->said.class == SAID_NONDETERMINISM)
		ret->kind = OUTCOME_DIVERGED;
}

void check_failure(const struct check *c, const struct task_reply *reply, struct outcome *ret)
{
	from_failure(c, &reply->failure, ret);
}

/*
 * Workers may be told to fail the workflow on any error (Go's FailWorkflow policy, core's
 * and Java's failure exception types): nondeterminism then arrives as a FailWorkflow command
 * whose failure, or a cause of it, is the SDK's own.
 */
static bool fails_for_nondeterminism(const struct check *c, struct command_view command,
				     struct outcome *ret)
{
	const struct schema *schema = c->history->schema;
	struct sdk_failure f = {.family = c->recipe->family};

	explain_failure(schema,
			field_str(schema_message(schema, "temporal.api.command.v1.Command"),
				  command.bytes,
				  "fail_workflow_execution_command_attributes.failure"),
			c->arena, &f);
	from_failure(c, &f, ret);
	return ret->kind == OUTCOME_DIVERGED;
}

void check_extra(const struct check *c, struct command_view command, struct outcome *ret)
{
	if (command.type == COMMAND_FAIL_WORKFLOW_EXECUTION &&
	    fails_for_nondeterminism(c, command, ret))
		return;
	*ret = (struct outcome){
		.kind = OUTCOME_DIVERGED,
		.has_extra = true,
		.extra = {command.type, arena_str(c->arena, command.bytes)},
	};
}

size_t check_last_marker(const struct check *c)
{
	const struct history_task *task = check_last_task(c);
	size_t last = task->completed;

	for (size_t i = task->completed + 1; i < task->batch_end; i++)
		if (c->history->events[i].type == EVENT_MARKER_RECORDED)
			last = i;
	return last;
}
