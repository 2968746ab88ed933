/* SPDX-License-Identifier: MIT */
/* run_evidence.c: the shapes of what a replay showed. */
#include "replayer/run/run_evidence.h"

#include "formats/base/limits.h"

/* In the order of struct run_member. */
#define PLAIN(key, kind, type, member) {key, kind, offsetof(type, member), 0, NULL, NULL}
#define STR_OF(type, key, member) PLAIN(key, RUN_STR, type, member)
#define INT_OF(type, key, member) PLAIN(key, RUN_INT, type, member)
#define BOOL_OF(type, key, member) PLAIN(key, RUN_BOOL, type, member)
#define SELF_OF(type, key, member, of) \
	{key, RUN_SELF, offsetof(type, member), 0, &(of), NULL}
#define LIST_OF(type, key, at, n, of) \
	{key, RUN_LIST, offsetof(type, at), offsetof(type, n), &(of), NULL}

static const struct run_member FRAME_MEMBERS[] = {
	STR_OF(struct stack_frame, "file", file),
	INT_OF(struct stack_frame, "line", line),
	INT_OF(struct stack_frame, "column", column),
	STR_OF(struct stack_frame, "function", function),
	STR_OF(struct stack_frame, "source", source),
	BOOL_OF(struct stack_frame, "user", user),
};
static const struct run_shape FRAME = RUN_SHAPE(FRAME_MEMBERS, struct stack_frame);

static const struct run_member COROUTINE_MEMBERS[] = {
	STR_OF(struct stack_coroutine, "name", name),
	LIST_OF(struct stack_coroutine, "frames", frames, n_frames, FRAME),
};
static const struct run_shape COROUTINE = RUN_SHAPE(COROUTINE_MEMBERS, struct stack_coroutine);

static const struct run_member STACK_MEMBERS[] = {
	INT_OF(struct stack, "task", task),
	LIST_OF(struct stack, "coroutines", coroutines, n_coroutines, COROUTINE),
	STR_OF(struct stack, "note", note),
};
static const struct run_shape STACK = RUN_SHAPE(STACK_MEMBERS, struct stack);

static const char *const CLASSES[] = {"plain", "generated", NULL};

static const struct run_member DIFFERENCE_MEMBERS[] = {
	STR_OF(struct difference, "path", path),
	STR_OF(struct difference, "history", history),
	STR_OF(struct difference, "worker", worker),
	{"class", RUN_ENUM, offsetof(struct difference, class), 0, NULL, CLASSES},
};
static const struct run_shape DIFFERENCE = RUN_SHAPE(DIFFERENCE_MEMBERS, struct difference);

static const struct run_member EVENT_SIDE_MEMBERS[] = {
	STR_OF(struct side, "event", what),
	STR_OF(struct side, "name", name),
	STR_OF(struct side, "id", id),
};
static const struct run_shape EVENT_SIDE = RUN_SHAPE(EVENT_SIDE_MEMBERS, struct side);

static const struct run_member COMMAND_SIDE_MEMBERS[] = {
	STR_OF(struct side, "command", what),
	STR_OF(struct side, "name", name),
	STR_OF(struct side, "id", id),
};
static const struct run_shape COMMAND_SIDE = RUN_SHAPE(COMMAND_SIDE_MEMBERS, struct side);

static const struct run_member PAIR_MEMBERS[] = {
	INT_OF(struct command_pair, "eventId", event_id),
	SELF_OF(struct command_pair, "history", history, EVENT_SIDE),
	SELF_OF(struct command_pair, "worker", worker, COMMAND_SIDE),
	LIST_OF(struct command_pair, "differences", differences, n_differences, DIFFERENCE),
};
static const struct run_shape PAIR = RUN_SHAPE(PAIR_MEMBERS, struct command_pair);

static const struct run_member TASK_MEMBERS[] = {
	INT_OF(struct task_commands, "task", task),
	INT_OF(struct task_commands, "startedEventId", started_event_id),
	PLAIN("provenance", RUN_CSTR, struct task_commands, provenance),
	LIST_OF(struct task_commands, "commands", pairs, n_pairs, PAIR),
};
static const struct run_shape TASK = RUN_SHAPE(TASK_MEMBERS, struct task_commands);

static const struct run_member ANSWER_MEMBERS[] = {
	INT_OF(struct query_answer, "task", task),
	STR_OF(struct query_answer, "name", name),
	STR_OF(struct query_answer, "answer", answer),
	BOOL_OF(struct query_answer, "failed", failed),
};
static const struct run_shape ANSWER = RUN_SHAPE(ANSWER_MEMBERS, struct query_answer);

static const struct run_member CONTEXT_MEMBERS[] = {
	INT_OF(struct context_event, "eventId", id),
	STR_OF(struct context_event, "type", type),
	STR_OF(struct context_event, "summary", summary),
};
static const struct run_shape CONTEXT = RUN_SHAPE(CONTEXT_MEMBERS, struct context_event);

static const struct run_member EVIDENCE_MEMBERS[] = {
	{"clues", RUN_STRS, offsetof(struct evidence, clues.at),
	 offsetof(struct evidence, clues.n), NULL, NULL},
	INT_OF(struct evidence, "stoodTask", stood_task),
	INT_OF(struct evidence, "strictTasks", strict_tasks),
	INT_OF(struct evidence, "strictCompared", strict_compared),
	LIST_OF(struct evidence, "stood", stood.at, stood.n, FRAME),
	LIST_OF(struct evidence, "context", context.at, context.n, CONTEXT),
	LIST_OF(struct evidence, "tasks", tasks.at, tasks.n, TASK),
	LIST_OF(struct evidence, "stacks", stacks.at, stacks.n, STACK),
	LIST_OF(struct evidence, "queries", queries.at, queries.n, ANSWER),
};
static const struct run_shape EVIDENCE = RUN_SHAPE(EVIDENCE_MEMBERS, struct evidence);

void run_evidence_put(const struct evidence *e, bool shown, struct buf *out)
{
	run_shape_put(&EVIDENCE, e, shown, true, out);
}

bool run_evidence_read(json_t *row, struct arena *a, struct evidence *ret, struct err *err)
{
	*ret = (struct evidence){0};
	return run_shape_read(&EVIDENCE, row, a, ret, err);
}
