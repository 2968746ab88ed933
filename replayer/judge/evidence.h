/* SPDX-License-Identifier: MIT */
/* evidence.h: what a replay showed beside its verdict: both sides, stacks, answers. */
#pragma once

#include "formats/base/vec.h"
#include "replayer/judge/verdict.h"

/*
 * Plain values; strings live in the arena of whoever made them (the job's, or the run
 * file's when read back). Everything in it may come from hostile code: it is made harmless
 * where it is shown, not here.
 */

/* ---- what the code did ---- */

enum difference_class {
	DIFFERENCE_PLAIN,
	/* Both values look made up anew each time (uuid, time, random): no change of code. */
	DIFFERENCE_GENERATED,
};

/* One attribute that is not the same on both sides; STR_NONE: absent on that side. */
struct difference {
	struct str path; /* "startToCloseTimeout", "input[0].orderId" */
	struct str history;
	struct str worker;
	enum difference_class class;
};

/* An event of the task's batch beside the command in its place; one of the two may be none. */
struct command_pair {
	int64_t event_id; /* 0: history has none */
	struct side history;
	struct side worker;
	const struct difference *differences;
	size_t n_differences;
};

/* A workflow task from both sides, in order. */
struct task_commands {
	int64_t task;		 /* number of the workflow task, from 1 */
	int64_t started_event_id;
	const char *provenance;	 /* "reply", "probe-replay", "probe-live", "message" */
	const struct command_pair *pairs;
	size_t n_pairs;
	bool partial; /* not all that the worker's commands say was seen */
};

/* ---- where it stood ---- */

struct stack_frame {
	struct str file; /* shortened: without the build's folders */
	int64_t line;	 /* 0: not known */
	int64_t column;	 /* 0: not known */
	struct str function;
	struct str source; /* the line's text, where the SDK sends it */
	bool user;	   /* not of the SDK or the language's runtime */
};

struct stack_coroutine {
	struct str name; /* "root", "coroutine 2", an asyncio task's name; or STR_NONE */
	const struct stack_frame *frames; /* innermost first */
	size_t n_frames;
};

/* After the commands of that task, before the next. */
struct stack {
	int64_t task;
	const struct stack_coroutine *coroutines;
	size_t n_coroutines;
	struct str note; /* why there is none, or what is missing in it; or STR_NONE */
};

struct query_answer {
	int64_t task;
	struct str name;
	struct str answer; /* JSON text, or what the SDK said of it */
	bool failed;
};

/* ---- around it ---- */

struct context_event {
	int64_t id;
	struct str type;    /* "ActivityTaskScheduled" */
	struct str summary; /* one line: names and ids, no payloads */
};

struct evidence {
	VEC_OF(struct task_commands) tasks;
	VEC_OF(struct stack) stacks;
	VEC_OF(struct query_answer) queries;
	/* Three events before the divergence, its own, and three after. */
	VEC_OF(struct context_event) context;
	VEC_OF(struct str) clues; /* sentences for a person */
	/* The user's own frames nearest to the divergence or failure, innermost first. */
	VEC_OF(struct stack_frame) stood;
	int64_t stood_task; /* after which the code stood there; 0: where it failed */
	/* Workflow tasks of the history, and how many --strict compared whole; 0: not --strict,
	 * or the history did not pass. */
	int64_t strict_tasks, strict_compared;
};

/* Frees the arrays, not the strings. */
void evidence_done(struct evidence *e);

/* ---- what is asked for ---- */

enum stacks_wanted { STACKS_DIVERGED, STACKS_ALL, STACKS_NONE };

struct evidence_wanted {
	enum stacks_wanted stacks;
	const struct str *queries; /* names of the workflow's own queries */
	size_t n_queries;
	bool strict;
	size_t strict_tasks; /* 0: all */
	const struct str *ignore; /* paths that --strict leaves out */
	size_t n_ignore;
	bool payloads; /* whole, not as encoding, size and hash */
	bool tail;
	struct str root; /* paths below it are shown from there; n = 0: as stack.h shortens */
};
