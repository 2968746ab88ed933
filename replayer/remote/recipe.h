/* SPDX-License-Identifier: MIT */
/* recipe.h: how a history is put to one SDK's worker: the tasks, and reading the replies. */
#pragma once

#include "formats/base/arena.h"
#include "replayer/judge/match.h"
#include "replayer/judge/verdict.h"
#include "replayer/remote/task.h"

/*
 * A check asks one question: does the code still make the first n_events of this history?
 * A recipe answers it with one or more tasks, each chosen by what the last one showed:
 *
 *     ask --> task_spec --> [worker] --> task_reply --> answer --> next step | outcome
 *
 * Recipes are pure: no clock, no network. Every rule here was proven with real workers
 * (docs/replay.md says how); none of the tasks makes a worker run an activity, a local
 * activity or a side effect.
 */
enum outcome_kind {
	OUTCOME_PASSED,
	OUTCOME_DIVERGED,
	OUTCOME_FAILED, /* by said.class: unregistered, deadlock, older, code ... */
};

struct outcome {
	enum outcome_kind kind;
	struct said said;	      /* what the SDK's message says, where there is one */
	struct str message;	      /* the same, fit to be shown */
	bool own_words;		      /* message is ours: the SDK said nothing */
	struct str stack;	      /* of the failure, verbatim */
	bool placed;		      /* divergence says already where and what */
	struct divergence divergence;
	bool shows_last_task;	      /* passed; the reply holds all its commands */
	bool has_extra;		      /* the code asks for more than the events hold */
	struct command_view extra;    /* the first such command; bytes in the check's arena */
};

struct recipe;

struct check {
	const struct recipe *recipe;
	const struct history *history;
	size_t n_events;
	size_t n_tasks; /* workflow tasks completed within them */
	bool whole;	/* all that can be replayed of the history; else a prefix of it */
	bool closed;	/* they end with a close event that the code asked for */
	int step;
	bool replays;  /* the code is known to make all of it */
	size_t before; /* Go: tasks that the pass before the last one covers */
	bool alone;    /* Go: nothing behind that pass may be served */
	struct arena *arena; /* outcomes' strings */
	struct str note;     /* what the user should know though it is no verdict, or none */
};

struct recipe {
	const char *name; /* as -v shows it */
	enum sdk_family family;
	/* The recipe for code that is known to start no local activity; NULL: the same. */
	const struct recipe *unguarded;
	/* Its messages may name an event long behind the one where code and history part. */
	bool speaks_late;
	/* Sets the first step; NULL: it is 0. What steps mean is the recipe's own business. */
	void (*begin)(struct check *c);
	void (*ask)(const struct check *c, struct task_spec *ret);
	/* True: done, RET is filled. False: c->step has moved on, ask again. */
	bool (*answer)(struct check *c, const struct task_reply *reply, struct outcome *ret);
	/*
	 * The task that shows all commands of workflow task c->n_tasks; false where there is
	 * none that runs nothing of the user's. RET_FROM: the event behind which the commands
	 * of the reply begin. It may take more than one step (from 0): the earlier ones only
	 * show that the last, whose reply counts, is safe.
	 */
	bool (*probe)(const struct check *c, int step, struct task_spec *ret, size_t *ret_from);
	int probe_steps;
	/* Of a step before the last: may the next be asked? NULL where there is one step. */
	bool (*probe_safe)(const struct task_reply *reply);
	/* Of the last: do its commands say what a replay would have said? NULL: always. */
	bool (*probe_counts)(const struct check *c, const struct task_reply *reply);
	const char *probe_provenance;
	/* A query whose answer is a stack as JSON, asked before `__stack_trace`; or NULL. */
	const char *enhanced_stack_query;
	/*
	 * The SDK writes all stacks of a process into one buffer, without a lock: two at a time
	 * come out mixed, or as one another's. A task that fails may write one as well.
	 */
	bool one_stack_at_a_time;
	enum match_rules rules;
};

extern const struct recipe RECIPE_CORE;
extern const struct recipe RECIPE_TYPESCRIPT;	/* the same, with stacks as JSON */
extern const struct recipe RECIPE_JAVA;
extern const struct recipe RECIPE_GO;		/* any namespace */
extern const struct recipe RECIPE_GO_REPLAY;	/* namespace "ReplayNamespace" */
extern const struct recipe RECIPE_GO_UNGUARDED;	/* the same two without the guard */
extern const struct recipe RECIPE_GO_REPLAY_UNGUARDED;

/* No other task may be out in the process of the worker that is asked for this one. */
bool recipe_asks_alone(const struct recipe *recipe, const struct task_spec *spec);

/* The first N_TASKS tasks of H; all of it where N_TASKS is h->n_tasks. */
void check_begin(struct check *c, const struct recipe *recipe, const struct history *h,
		 size_t n_tasks, struct arena *a);

/* For recipes: the parts they share. */
void check_failure(const struct check *c, const struct task_reply *reply, struct outcome *ret);
/* Commands that the events do not hold, or a failure in disguise (FailWorkflow with an
 * SDK's own message, as some failure policies answer). */
void check_extra(const struct check *c, struct command_view command, struct outcome *ret);
/* Index of the last marker of the batch of c's last task, or of its WorkflowTaskCompleted. */
size_t check_last_marker(const struct check *c);
/* The last task of the events asked about. */
const struct history_task *check_last_task(const struct check *c);
