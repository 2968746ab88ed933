/* SPDX-License-Identifier: MIT */
/* inquiry.h: from a history and a recipe to a verdict: the main check, then bisecting. */
#pragma once

#include "replayer/remote/recipe.h"
#include "replayer/verdict.h"

/*
 * A pure machine: the owner serves the task that inquiry_ask() gives and feeds the reply to
 * inquiry_answer() until that returns true.
 *
 *     MAIN --passed or failed--------------------------------------> verdict
 *       \--diverged, and the message says where --------> PROBE ---> verdict
 *        \--diverged, place unknown --> BISECT --> placed --^
 *
 * Bisecting looks for the first workflow task whose prefix of the history no longer
 * replays: the divergence is in that task. The probe, where the SDK has one, then shows all
 * that the code asks for in that task, so that both sides can be compared whole; a message
 * names one command at most.
 */
enum inquiry_state { INQUIRY_MAIN, INQUIRY_BISECT, INQUIRY_PROBE };

struct inquiry {
	const struct recipe *recipe;
	const struct history *history;
	struct arena *arena;
	struct check check;
	struct outcome main;
	struct outcome nearest; /* of the shortest prefix that is known not to replay */
	enum inquiry_state state;
	size_t good; /* tasks of the longest prefix known to replay; 0: none asked */
	size_t bad;  /* tasks of the shortest known not to */
	struct verdict verdict; /* once the divergence is placed */
	struct task_spec probe;
	size_t probe_from; /* the event behind which the probe's commands begin */
	struct str note; /* what the user should know beside the verdict */
};

void inquiry_begin(struct inquiry *q, const struct recipe *recipe, const struct history *h,
		   struct arena *a);
void inquiry_ask(const struct inquiry *q, struct task_spec *ret);
/* True: RET is what is known already, though a task is still out that could say it better. */
bool inquiry_known(const struct inquiry *q, struct verdict *ret);
/* True: RET is the verdict. Its strings live in the arena. */
bool inquiry_answer(struct inquiry *q, const struct task_reply *reply, struct verdict *ret);
