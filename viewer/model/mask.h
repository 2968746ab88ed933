/* SPDX-License-Identifier: MIT */
/* mask.h: a history as `hindcast redact` would write it, made in memory. */
#pragma once

#include "formats/history/history.h"
#include "formats/redact/redact.h"

/*
 * What is replaced is redact's own to say: the same rules, the same placeholders of one salt.
 * All who show histories through a mask hold it; it goes with the last of them.
 *
 *     "" (as redact does without rules)   "input$.status"  a path, which is replaced before all else
 *     "path=input$.status keep"           any rule of redact's
 */
struct mask;

/* Histories of more bytes are not masked: one is done at a time, while the keyboard waits. */
#define MASK_MOST_BYTES ((size_t)2 * 1024 * 1024)

/* ERR_USAGE: RULE is none. */
bool mask_new(struct mask **ret, struct str rule, struct str salt, const struct schema *schema,
	      struct err *err);
struct mask *mask_hold(struct mask *m); /* M may be NULL */
void mask_release(struct mask *m);
/* As it was given; n 0: none. */
struct str mask_rule(const struct mask *m);
/*
 * RET is PLAIN without its secrets. ERR_FORMAT: not done, since one would stay; ERR_LIMIT: PLAIN
 * is too large.
 */
bool mask_history(struct mask *m, const struct history *plain, struct history *ret,
		  struct err *err);
/* Of all histories so far: values that were replaced, and places where such stay, as redact names them. */
size_t mask_replaced(const struct mask *m);
size_t mask_stays(const struct mask *m);
/* Whether the rule, where there is one, decided about anything. */
bool mask_rule_used(const struct mask *m);
