/* SPDX-License-Identifier: MIT */
/* diff_lcs.c: patience on what is unique, Myers on what is left, with ceilings. */
#include "formats/diff/diff_lcs.h"

#include "formats/base/limits.h"
#include "formats/base/mem.h"

#include <string.h>

/* ---- the longest ascending chain ---- */

void lcs_ascending(const uint32_t *pairs, size_t n, bool *ret_kept)
{
	/* piles[k]: the pair that ends the chain of k + 1 with the lowest end. */
	uint32_t *piles = mem_alloc((n + 1) * sizeof(*piles));
	uint32_t *before = mem_alloc((n + 1) * sizeof(*before));
	size_t length = 0;
	uint32_t at;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = length;

		ret_kept[i] = false;
		if (pairs[i] == LCS_NONE)
			continue;
		while (low < high) {
			size_t middle = (low + high) / 2;

			if (pairs[piles[middle]] < pairs[i])
				low = middle + 1;
			else
				high = middle;
		}
		before[i] = low ? piles[low - 1] : LCS_NONE;
		piles[low] = (uint32_t)i;
		length += low == length;
	}
	for (at = length ? piles[length - 1] : LCS_NONE; at != LCS_NONE; at = before[at])
		ret_kept[at] = true;
	mem_free(before);
	mem_free(piles);
}

/* Keeps of PAIRS, A's places from FROM on, the ascending ones. */
static void keep_ascending(const struct lcs *l, size_t from, const uint32_t *pairs, size_t n)
{
	bool *kept = mem_alloc(n + 1);

	lcs_ascending(pairs, n, kept);
	for (size_t i = 0; i < n; i++)
		if (kept[i])
			l->match[from + i] = pairs[i];
	mem_free(kept);
}

/* ---- anchors ---- */

void lcs_init(struct lcs *l, size_t n_keys, uint32_t *match)
{
	*l = (struct lcs){.n_keys = n_keys, .match = match};
	l->in_a = mem_zalloc(n_keys + 1);
	l->in_b = mem_zalloc(n_keys + 1);
	l->at = mem_zalloc((n_keys + 1) * sizeof(*l->at));
}

void lcs_done(struct lcs *l)
{
	mem_free(l->in_a);
	mem_free(l->in_b);
	mem_free(l->at);
}

void lcs_anchors(const struct lcs *l, struct lcs_range range)
{
	size_t n = range.a_end - range.a_from;
	uint32_t *pairs;

	if (!n || range.b_from == range.b_end)
		return;
	pairs = mem_alloc(n * sizeof(*pairs));
	for (size_t i = range.a_from; i < range.a_end; i++)
		l->in_a[l->a[i]] += l->in_a[l->a[i]] < 2;
	for (size_t j = range.b_from; j < range.b_end; j++) {
		l->in_b[l->b[j]] += l->in_b[l->b[j]] < 2;
		l->at[l->b[j]] = (uint32_t)j;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t key = l->a[range.a_from + i];

		pairs[i] = l->in_a[key] == 1 && l->in_b[key] == 1 ? l->at[key] : LCS_NONE;
	}
	for (size_t i = range.a_from; i < range.a_end; i++)
		l->in_a[l->a[i]] = 0;
	for (size_t j = range.b_from; j < range.b_end; j++)
		l->in_b[l->b[j]] = 0;
	keep_ascending(l, range.a_from, pairs, n);
	mem_free(pairs);
}

/* ---- Myers ---- */

/* The k-th of a key in A with the k-th in B, of those the ascending ones. */
static void match_by_occurrence(const struct lcs *l, struct lcs_range range)
{
	size_t n = range.a_end - range.a_from, n_b = range.b_end - range.b_from;
	uint32_t *pairs = mem_alloc((n + 1) * sizeof(*pairs));
	uint32_t *next = mem_alloc((n_b + 1) * sizeof(*next)); /* of the same key */
	uint32_t *first = mem_alloc((l->n_keys + 1) * sizeof(*first));

	memset(first, 0xff, (l->n_keys + 1) * sizeof(*first));
	for (size_t j = n_b; j-- > 0;) {
		uint32_t key = l->b[range.b_from + j];

		next[j] = first[key];
		first[key] = (uint32_t)j;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t key = l->a[range.a_from + i], j = first[key];

		pairs[i] = j == LCS_NONE ? LCS_NONE : (uint32_t)(range.b_from + j);
		if (j != LCS_NONE)
			first[key] = next[j];
	}
	keep_ascending(l, range.a_from, pairs, n);
	mem_free(first);
	mem_free(next);
	mem_free(pairs);
}

/*
 * reach[d] holds, for each diagonal k = x - y from -d to d, how far d edits get: the x of
 * the furthest point. From the end the way back is read off the rows.
 */
struct lcs_walk {
	const struct lcs *l;
	struct lcs_range range;
	int64_t n, m;
	int64_t d, most; /* edits: those of the next step, and the ceiling */
	int32_t **reach;
};

static int64_t reach_at(const struct lcs_walk *w, int64_t d, int64_t k)
{
	return k < -d || k > d ? -1 : w->reach[d][k + d];
}

/*
 * The x from which diagonal K goes on with D edits: one down from the diagonal above it, or
 * one to the right from that below; -1: neither stays on the grid.
 */
static int64_t step(const struct lcs_walk *w, int64_t d, int64_t k, bool *ret_down)
{
	int64_t down, right;

	*ret_down = false;
	if (d == 0)
		return 0;
	down = reach_at(w, d - 1, k + 1);
	right = reach_at(w, d - 1, k - 1);
	if (down - k > w->m)
		down = -1;
	right = right < 0 || right == w->n ? -1 : right + 1;
	*ret_down = down > right;
	return *ret_down ? down : right;
}

static int64_t slide(const struct lcs_walk *w, int64_t x, int64_t k)
{
	while (x < w->n && x - k < w->m &&
	       w->l->a[w->range.a_from + (size_t)x] == w->l->b[w->range.b_from + (size_t)(x - k)])
		x++;
	return x;
}

static void read_back(const struct lcs_walk *w, int64_t d)
{
	int64_t k = w->n - w->m, x = w->n;

	for (; d >= 0; d--) {
		bool down;
		int64_t from = step(w, d, k, &down);

		for (; x > from; x--)
			w->l->match[w->range.a_from + (size_t)x - 1] =
				(uint32_t)(w->range.b_from + (size_t)(x - 1 - k));
		if (d == 0)
			return;
		k += down ? 1 : -1;
		x = reach_at(w, d - 1, k);
	}
}

struct lcs_walk *lcs_walk_begin(const struct lcs *l, struct lcs_range range)
{
	struct lcs_walk *w;

	while (range.a_from < range.a_end && range.b_from < range.b_end &&
	       l->a[range.a_from] == l->b[range.b_from])
		l->match[range.a_from++] = (uint32_t)range.b_from++;
	while (range.a_from < range.a_end && range.b_from < range.b_end &&
	       l->a[range.a_end - 1] == l->b[range.b_end - 1])
		l->match[--range.a_end] = (uint32_t)--range.b_end;
	if (range.a_from == range.a_end || range.b_from == range.b_end)
		return NULL;
	w = mem_zalloc(sizeof(*w));
	w->l = l;
	w->range = range;
	w->n = (int64_t)(range.a_end - range.a_from);
	w->m = (int64_t)(range.b_end - range.b_from);
	w->most = w->n + w->m < LIMIT_DIFF_EDITS ? w->n + w->m : LIMIT_DIFF_EDITS;
	w->reach = mem_zalloc((size_t)(w->most + 1) * sizeof(*w->reach));
	return w;
}

/* How far one more edit gets, on each diagonal. */
bool lcs_walk_step(struct lcs_walk *w, size_t *ret_cost)
{
	int64_t d = w->d;

	*ret_cost = (size_t)(2 * d + 1);
	if (d > w->most) {
		match_by_occurrence(w->l, w->range);
		return false;
	}
	w->reach[d] = mem_alloc((size_t)(2 * d + 1) * sizeof(**w->reach));
	memset(w->reach[d], 0xff, (size_t)(2 * d + 1) * sizeof(**w->reach));
	w->d++;
	for (int64_t k = -d; k <= d; k += 2) {
		bool down;
		int64_t from = step(w, d, k, &down), x;

		if (from < 0)
			continue;
		x = slide(w, from, k);
		*ret_cost += (size_t)(x - from);
		w->reach[d][k + d] = (int32_t)x;
		if (x == w->n && x - k == w->m) {
			read_back(w, d);
			return false;
		}
	}
	return true;
}

void lcs_walk_end(struct lcs_walk *w)
{
	if (!w)
		return;
	for (int64_t i = 0; i < w->d; i++)
		mem_free(w->reach[i]);
	mem_free(w->reach);
	mem_free(w);
}

void lcs_match(const struct lcs *l, struct lcs_range range)
{
	struct lcs_walk *w = lcs_walk_begin(l, range);
	size_t cost;

	while (w && lcs_walk_step(w, &cost))
		continue;
	lcs_walk_end(w);
}
