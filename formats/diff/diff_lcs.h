/* SPDX-License-Identifier: MIT */
/* diff_lcs.h: the longest chain that two sequences have in common. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LCS_NONE UINT32_MAX

/*
 * Sequences of numbers, each laid over the other: match[i] becomes the place in B of A's
 * item I, or stays LCS_NONE. Matches only ever ascend. A range is [from, end).
 */
struct lcs {
	const uint32_t *a, *b;
	size_t n_keys;	 /* more than any item */
	uint32_t *match; /* of A */
	/* Room for what is counted of each key, zero between calls. */
	uint8_t *in_a, *in_b;
	uint32_t *at;
};

struct lcs_range {
	size_t a_from, a_end, b_from, b_end;
};

/* MATCH, with room for all of A, is the caller's. */
void lcs_init(struct lcs *l, size_t n_keys, uint32_t *match);
void lcs_done(struct lcs *l);
/*
 * Matches items that stand once in each side's range, those of the longest ascending chain
 * of them. N log N.
 */
void lcs_anchors(const struct lcs *l, struct lcs_range range);
/*
 * The longest common subsequence by Myers' greedy walk: N times the number of differences.
 * Past LIMIT_DIFF_EDITS of those, the k-th of a key is matched with the k-th instead.
 */
void lcs_match(const struct lcs *l, struct lcs_range range);
/*
 * The same step by step, of which each takes as long as the differences found so far are many.
 * NULL: no step is needed, and all is matched.
 */
struct lcs_walk;
struct lcs_walk *lcs_walk_begin(const struct lcs *l, struct lcs_range range);
/* False: all is matched. RET_COST: places on the grid that were looked at. */
bool lcs_walk_step(struct lcs_walk *w, size_t *ret_cost);
/* After any step; NULL is fine. */
void lcs_walk_end(struct lcs_walk *w);
/* Of PAIRS[i] (place in B of the i-th, LCS_NONE: none) those of the longest ascending chain. */
void lcs_ascending(const uint32_t *pairs, size_t n, bool *ret_kept);
