/* SPDX-License-Identifier: MIT */
/* kept.h: what large texts became, for pages that are made again. */
#pragma once

#include "formats/base/arena.h"

/*
 * A page is made anew for each key that changes it, of the same bytes of the same event. What takes
 * a pass over megabytes is kept here, found by the bytes themselves: comparing them is far less
 * work, and nothing is stale when a file changes.
 *
 *     e = kept_find(k, bytes);
 *     if (!e) {
 *             e = kept_add(k, bytes);
 *             e->made = ...                 in e->arena, of e->from
 *     }
 *
 * An entry is there until the next kept_add() of the same table.
 */
#define KEPT_MOST 4
#define KEPT_LEAST_BYTES ((size_t)256 * 1024) /* less is worked out as fast as it is found */

struct kept {
	struct kept_entry {
		struct arena arena;
		struct str from; /* p NULL: none */
		const void *made;
	} at[KEPT_MOST];
	size_t next;
};

void kept_done(struct kept *k);
/* NULL: it is not kept. */
const struct kept_entry *kept_find(const struct kept *k, struct str from);
/* In place of the oldest; FROM is copied. */
struct kept_entry *kept_add(struct kept *k, struct str from);
