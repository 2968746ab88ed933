/* SPDX-License-Identifier: MIT */
/* inquiry.h: from a history and a recipe to a verdict: the main check, then bisecting. */
#pragma once

#include "replayer/judge/evidence.h"
#include "replayer/judge/own_run.h"
#include "replayer/judge/verdict.h"
#include "replayer/remote/recipe.h"

/*
 * A pure machine: the owner serves the task that inquiry_ask() gives and feeds the reply to
 * inquiry_answer() until that returns true.
 *
 *     MAIN --failed--------------------------------------------+-> LOOK --> verdict
 *      | \--passed ------------------------------> STRICT -----^
 *      |  \--diverged, and the message says where -> PROBE ----^
 *       \--diverged, place unknown --> BISECT --> placed --^
 *
 * Bisecting looks for the first workflow task whose prefix of the history no longer
 * replays: the divergence is in that task. The probe, where the SDK has one, then shows all
 * that the code asks for in that task, so that both sides can be compared whole; a message
 * names one command at most. Strictly, every task is probed so, and attributes that no SDK
 * compares decide. The tail of an open history is what no task completed: served live, and
 * only where it was asked for. Looking asks where the code stands, and the workflow's own
 * queries, with the history cut behind a task: before the divergence, or behind each.
 */
enum inquiry_state {
	INQUIRY_MAIN,
	INQUIRY_BISECT,
	INQUIRY_PROBE,
	INQUIRY_STRICT,
	INQUIRY_TAIL,
	INQUIRY_LOOK,
};

/* How far --strict has come: numbers of tasks. */
struct strict {
	size_t task;	 /* the last that was looked at */
	size_t again;	 /* the last that was asked about twice */
	size_t asked;	 /* --strict-tasks limits these */
	size_t compared; /* whole */
	size_t partly;	 /* not all that the task asks for was seen */
	size_t refused;	 /* asking could run the user's own code */
	struct task_commands shown; /* the last, where the main check's reply shows it */
};

struct inquiry {
	const struct recipe *recipe;
	const struct history *history;
	const struct evidence_wanted *wanted;
	struct arena *arena;
	struct check check;
	struct outcome main;
	struct outcome nearest; /* of the shortest prefix that is known not to replay */
	enum inquiry_state state;
	size_t good; /* tasks of the longest prefix known to replay; 0: none asked */
	size_t bad;  /* tasks of the shortest known not to */
	struct verdict verdict; /* once it is known */
	struct task_spec probe;
	int probe_step;
	size_t probe_from; /* the event behind which the probe's commands begin */
	struct strict strict;
	bool tail_done;
	size_t look_task, look_last; /* the task behind which is looked, and the last such */
	size_t look_at; /* 0: the stack; from 1: a query */
	bool plain_stacks; /* the worker knows no other */
	struct evidence evidence; /* strings in the arena */
	struct run_ids run_ids;	  /* the owner's; none: replies are taken as they come */
};

/* WANTED outlives the inquiry. */
void inquiry_begin(struct inquiry *q, const struct recipe *recipe, const struct history *h,
		   const struct evidence_wanted *wanted, struct arena *a);
void inquiry_done(struct inquiry *q);
void inquiry_ask(const struct inquiry *q, struct task_spec *ret);
/* True: RET is what is known already, though a task is still out that could say more. */
bool inquiry_known(const struct inquiry *q, struct verdict *ret);
/* True: RET is the verdict. Its strings live in the arena. */
bool inquiry_answer(struct inquiry *q, const struct task_reply *reply, struct verdict *ret);
