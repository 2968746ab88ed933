/* SPDX-License-Identifier: MIT */
/* map.h: from a string to a number, by hashing. */
#pragma once

#include "formats/base/str.h"

#include <stdint.h>

/*
 * Keys are borrowed: they must outlive the map. Values are the caller's, usually an index
 * into an array beside the map. There is no order to walk in: what is printed is walked
 * in the array's order.
 */
struct map_slot;

struct map {
	struct map_slot *slots;
	size_t n;
	size_t cap; /* a power of two, or 0 */
};

void map_done(struct map *m);
/* NULL where KEY is not in it; stays valid until the next map_put(). */
uint64_t *map_get(const struct map *m, struct str key);
/* The value of KEY, made as INITIAL where it was not there; ret_new may be NULL. */
uint64_t *map_put(struct map *m, struct str key, uint64_t initial, bool *ret_new);

/* FNV-1a with a final mix: stable over runs and machines, so fit for fingerprints. */
uint64_t map_hash(struct str key);
