/* SPDX-License-Identifier: MIT */
/* compare.h: one workflow task from both sides, attribute by attribute. */
#pragma once

#include "formats/base/arena.h"
#include "replayer/judge/evidence.h"
#include "replayer/judge/match.h"
#include "replayer/remote/task.h"

/*
 * Command events are laid beside commands so that an inserted or dropped one does not shift
 * the rest, and of each pair every attribute and payload that differs is listed.
 *
 * Attributes that only one of the two messages has in the schema are the server's or the
 * worker's own and do not count, nor does what the server fills in where a command leaves
 * it out (timeouts, retry policies; a table in compare_fields.c) or caps (an activity's
 * timeouts). What an update answers stands in the reply's messages, if the worker sends them.
 * Payloads of JSON are
 * compared as trees: the order of keys and the spelling of numbers do not count.
 *
 * Values of payloads are secrets: a difference shows type, size and a hash of 32 bits,
 * unless `payloads` is wanted. Payloads of bytes are shown by encoding, size and hash
 * always; encrypted ones of one length count as generated, since ciphertext is new each time.
 */
void compare_task(const struct history *h, const struct history_task *task,
		  const struct task_reply *reply, const struct evidence_wanted *wanted,
		  struct arena *a, struct task_commands *ret);

/*
 * The first difference that is no mere generated value, as a divergence of kind attribute;
 * false: there is none.
 */
bool compare_divergence(const struct task_commands *t, struct divergence *ret);

/* Whether some difference looks like a value that is made up anew each time. */
bool compare_generated(const struct task_commands *t, struct difference *ret);

/*
 * A rule of --ignore, "ScheduleActivityTask.header" or "*.input[0].requestId": a command's
 * name, or *, then an attribute with all below it; * stands for any one part.
 */
bool compare_ignores(struct str rule, struct str command, struct str path);
/* ERR_USAGE where RULE can fit nothing. */
bool compare_rule_check(struct str rule, struct err *err);

/* Three events before EVENT_ID, that one, and three after it. */
void compare_context(const struct history *h, int64_t event_id, struct arena *a,
		     struct evidence *e);
