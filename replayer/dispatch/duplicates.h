/* SPDX-License-Identifier: MIT */
/* duplicates.h: which histories of a corpus have been seen before, by content. */
#pragma once

#include "formats/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Some 30 bytes a history: only hashes are kept, so whoever is told that an index has the
 * same hash compares the bytes before he believes it.
 */
struct duplicates {
	struct duplicates_slot *slots;
	size_t n;
	size_t cap; /* a power of two, or 0 */
};

void duplicates_done(struct duplicates *d);
/* Eight bytes at a time, as every history is asked for it; no order hangs on it. */
uint64_t duplicates_hash(struct str bytes, uint64_t seed);
/* Goes on from *AT (0 at first) to the next index with that hash; false: there is none. */
bool duplicates_next(const struct duplicates *d, uint64_t hash, size_t *at, size_t *ret_index);
void duplicates_add(struct duplicates *d, uint64_t hash, size_t index);
