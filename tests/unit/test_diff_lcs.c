/* SPDX-License-Identifier: MIT */
/* test_diff_lcs.c: common subsequences against the slow way to find their length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "formats/diff/diff_lcs.h"

#define MOST 40

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* The textbook's table. */
static size_t longest(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
	size_t table[MOST + 1][MOST + 1] = {{0}};

	for (size_t i = 1; i <= n; i++)
		for (size_t j = 1; j <= m; j++) {
			size_t up = table[i - 1][j], left = table[i][j - 1];

			table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1
				      : up > left	   ? up
							   : left;
		}
	return table[n][m];
}

/* Matches ascend and are of equal items; returns how many. */
static size_t sound(const struct lcs *l, size_t n)
{
	size_t matches = 0;
	int64_t last = -1;

	for (size_t i = 0; i < n; i++) {
		if (l->match[i] == LCS_NONE)
			continue;
		assert_true((int64_t)l->match[i] > last);
		assert_int_equal(l->a[i], l->b[l->match[i]]);
		last = l->match[i];
		matches++;
	}
	return matches;
}

static void the_longest_is_found(void **state)
{
	uint32_t a[MOST], b[MOST], match[MOST], seed = 7;

	for (int round = 0; round < 3000; round++) {
		size_t n = next(&seed) % MOST, m = next(&seed) % MOST;
		uint32_t keys = 1 + next(&seed) % 12;
		struct lcs l;

		for (size_t i = 0; i < n; i++)
			a[i] = next(&seed) % keys;
		for (size_t i = 0; i < m; i++)
			b[i] = next(&seed) % keys;
		memset(match, 0xff, sizeof(match));
		lcs_init(&l, keys, match);
		l.a = a;
		l.b = b;
		lcs_match(&l, (struct lcs_range){0, n, 0, m});
		assert_int_equal(sound(&l, n), longest(a, n, b, m));
		lcs_done(&l);
	}
	(void)state;
}

static void anchors_stand_once_on_either_side(void **state)
{
	const uint32_t a[] = {1, 6, 3, 2, 2, 4, 5}, b[] = {4, 1, 6, 2, 3, 3, 5};
	uint32_t match[7];
	struct lcs l;

	memset(match, 0xff, sizeof(match));
	lcs_init(&l, 7, match);
	l.a = a;
	l.b = b;
	lcs_anchors(&l, (struct lcs_range){0, 7, 0, 7});
	assert_int_equal(match[0], 1);
	assert_int_equal(match[1], 2);
	assert_int_equal(match[2], LCS_NONE); /* twice in B */
	assert_int_equal(match[3], LCS_NONE); /* twice in A */
	assert_int_equal(match[5], LCS_NONE); /* behind 1 here, before it there */
	assert_int_equal(match[6], 6);
	/* And again, with what was counted forgotten. */
	memset(match, 0xff, sizeof(match));
	lcs_anchors(&l, (struct lcs_range){4, 5, 0, 7});
	assert_int_equal(match[4], 3);
	lcs_done(&l);
	(void)state;
}

static void past_the_ceiling_occurrences_are_matched(void **state)
{
	size_t n = 4 * LIMIT_DIFF_EDITS;
	uint32_t *a = mem_alloc(n * sizeof(*a)), *b = mem_alloc(n * sizeof(*b));
	uint32_t *match = mem_alloc(n * sizeof(*match));
	struct lcs l;

	/* A: 0 1 2 3 0 1 2 3 ...; B: the same turned round, so that every place differs. */
	for (size_t i = 0; i < n; i++) {
		a[i] = (uint32_t)(i % 1000);
		b[i] = (uint32_t)((n - 1 - i) % 1000);
	}
	memset(match, 0xff, n * sizeof(*match));
	lcs_init(&l, 1000, match);
	l.a = a;
	l.b = b;
	lcs_match(&l, (struct lcs_range){0, n, 0, n});
	assert_true(sound(&l, n) >= n / 1000);
	lcs_done(&l);
	mem_free(match);
	mem_free(b);
	mem_free(a);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(the_longest_is_found),
		cmocka_unit_test(anchors_stand_once_on_either_side),
		cmocka_unit_test(past_the_ceiling_occurrences_are_matched),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
