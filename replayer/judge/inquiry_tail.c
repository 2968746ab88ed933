/* SPDX-License-Identifier: MIT */
/* inquiry_tail.c: the open task behind all that was replayed, served live to fail again. */
#include "formats/base/buf.h"
#include "formats/history/events.h"
#include "replayer/judge/inquiry_parts.h"

#define SHOWN_COMMANDS ((size_t)5)

/* The last WorkflowTaskStarted behind the last completed task; false: there is none. */
static bool open_task(const struct history *h, size_t *ret)
{
	size_t from = h->tasks[h->n_tasks - 1].completed + 1;

	for (size_t i = h->n_events; i > from; i--)
		if (h->events[i - 1].type == EVENT_WORKFLOW_TASK_STARTED) {
			*ret = i - 1;
			return true;
		}
	return false;
}

bool inquiry_tail_begin(struct inquiry *q)
{
	const struct history *h = q->history;
	size_t started;

	q->tail_done = true;
	if (h->end != HISTORY_OPEN) {
		inquiry_clue(q, STR("--tail: the run has ended, so no task of it is open"));
		return false;
	}
	if (!open_task(h, &started)) {
		inquiry_clue(q, STR("--tail: history has no WorkflowTaskStarted behind its last "
				    "completed task"));
		return false;
	}
	check_begin(&q->check, q->recipe, h, h->n_tasks, q->arena);
	/* As a server asks: what is behind the last completed task is not replayed. How the
	 * task went the last time is left out. */
	q->probe = (struct task_spec){
		.history = h,
		.n_events = started + 1,
		.previous_started = h->events[h->tasks[h->n_tasks - 1].started].id,
		.started = h->events[started].id,
	};
	q->state = INQUIRY_TAIL;
	return true;
}

/* "ScheduleActivityTask Charge, CompleteWorkflowExecution" */
static struct str commands_text(const struct inquiry *q, const struct task_reply *reply)
{
	struct buf text;
	struct str kept;
	size_t n = reply->n_commands < SHOWN_COMMANDS ? reply->n_commands : SHOWN_COMMANDS;

	buf_init(&text, 0);
	for (size_t i = 0; i < n; i++) {
		struct side side = command_side(q->history->schema, reply->commands[i], q->arena);

		buf_printf(&text, "%s%.*s", i ? ", " : "",
			   STR_ARG(side_text(&side, q->arena)));
	}
	if (n < reply->n_commands)
		buf_printf(&text, " and %zu more", reply->n_commands - n);
	kept = arena_str(q->arena, buf_str(&text));
	buf_done(&text);
	return kept;
}

static void say_what_it_asks(struct inquiry *q, const struct task_reply *reply)
{
	if (reply->n_commands)
		inquiry_clue(q, arena_printf(q->arena, "--tail: the open task completes, and the "
						       "code asks for %.*s",
					     STR_ARG(commands_text(q, reply))));
	else if (reply->wants_another_task)
		inquiry_clue(q, STR("--tail: the open task runs a local activity, and goes on"));
	else
		inquiry_clue(q, STR("--tail: the open task completes, and the code asks for "
				    "nothing"));
}

void inquiry_tail_answered(struct inquiry *q, const struct task_reply *reply)
{
	struct outcome o;

	if (reply->kind != REPLY_FAILED && reply->kind != REPLY_QUERY_FAILED) {
		say_what_it_asks(q, reply);
		return;
	}
	check_failure(&q->check, reply, &o);
	inquiry_judge_failure(q, &o);
	/* What the code does in the tail is not held against history. */
	if (o.said.class == SAID_CODE || o.kind == OUTCOME_DIVERGED)
		q->verdict.reason = STR("tail");
	inquiry_clue(q, STR("--tail: all that completed replays well; the task behind it, served "
			    "live, fails"));
}
