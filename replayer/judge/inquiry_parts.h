/* SPDX-License-Identifier: MIT */
/* inquiry_parts.h: what the files of an inquiry share; nobody else includes it. */
#pragma once

#include "replayer/judge/inquiry.h"

/* A sentence for the user, once. */
void inquiry_clue(struct inquiry *q, struct str clue);

/* ---- probing ---- */

/* The next step of a probe of task c->n_tasks; false: there is none that runs nothing. */
bool inquiry_probe_ask(struct inquiry *q, int step);

enum probed { PROBED_MORE, PROBED_NOTHING, PROBED_COMMANDS };

/* What a reply to the probe amounts to; PROBED_MORE: the next step is asked. */
enum probed inquiry_probe_answer(struct inquiry *q, const struct task_reply *reply);

/* Both sides of that task, commands from event FROM on; they stand in the evidence. */
const struct task_commands *inquiry_keep_task(struct inquiry *q,
					      const struct history_task *task, size_t from,
					      const struct task_reply *reply,
					      const char *provenance);

/* ---- strictly ---- */

/* The reply to the main check, which passed, holds the last task's commands: no probe of that
 * task is needed. */
void inquiry_strict_shown(struct inquiry *q, const struct task_reply *reply);
/* False: a probe is to go out. True: all that can be seen was; the verdict may be another. */
bool inquiry_strict_done(struct inquiry *q);
/* True: no more of this task; the verdict may be decided. False: the next step goes out. */
bool inquiry_strict_answered(struct inquiry *q, const struct task_reply *reply);

/* ---- the tail ---- */

/* True: the open task goes out, live. False: there is none, and a clue says so. */
bool inquiry_tail_begin(struct inquiry *q);
/* The verdict is what came of it: failed, with where; or passed, with what the code asks for. */
void inquiry_tail_answered(struct inquiry *q, const struct task_reply *reply);

/* The verdict of a failure that is no divergence, and the lines that raised it. */
void inquiry_judge_failure(struct inquiry *q, const struct outcome *o);
