/* SPDX-License-Identifier: MIT */
/* test_rex.c: what expressions match, what is none, and how long it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "formats/base/rex.h"

static void the_first_and_longest_match_is_found(void **state)
{
	static const struct {
		const char *expression, *text;
		int start, end; /* -1: none */
	} ROWS[] = {
		{"b", "abc", 1, 2},
		{"x", "abc", -1, -1},
		{"\\d{16}", "no 1234567812345678 here", 3, 19},
		{"\\d{16}", "123456781234567", -1, -1},
		{"a*", "aaab", 0, 3},
		{"a*", "baa", 0, 0},
		{"a+", "baac", 1, 3},
		{"ab?c", "ac abc", 0, 2},
		{"a{2}", "aaaa", 0, 2},
		{"a{2,}", "aaaa", 0, 4},
		{"a{2,3}", "aaaa", 0, 3},
		{"a{0,2}b", "aaab", 1, 4},
		{"a{0}b", "ab", 1, 2},
		{"(ab)+", "xababy", 1, 5},
		{"(ab){2,3}", "abababab", 0, 6},
		{"(a|b)*c", "ababc", 0, 5},
		{"a|ab|abc", "abcd", 0, 3},
		{"x?(a|b|cd)y", "xcdy", 0, 4},
		{"(?:a|bc)*d", "abcad", 0, 5},
		{"(a*)*b", "aaab", 0, 4},
		{"(a|)*b", "aab", 0, 3},
		{"^ab$", "ab", 0, 2},
		{"^ab$", "abc", -1, -1},
		{"^b", "ab", -1, -1},
		{"a$|b", "ab", 1, 2},
		{"[a-c]+", "xxabcd", 2, 5},
		{"[^a-c]+", "abxyc", 2, 4},
		{"[]x]+", "a]x]", 1, 4},
		{"[a-]+", "b-a-", 1, 4},
		{"[\\d.]+", "v1.25", 1, 5},
		{"\\w+@\\w+\\.[a-z]{2,}", "mail to joe@example.com!", 8, 23},
		{"\\bcat\\b", "concat cat", 7, 10},
		{"\\s\\S", "ab c", 2, 4},
		{"\\D+", "12ab", 2, 4},
		{"a.c", "a\nc abc", 4, 7},
		{"\\.\\/\\\\", "a./\\", 1, 4},
		{"\u6ce8", "x\u6ce8", 1, 4},
		{"(\u6ce8)+", "\u6ce8\u6ce8", 0, 6},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		const struct rex *r;
		size_t start = 0, end = 0;
		bool found;

		assert_true(rex_read(&r, str_of(ROWS[i].expression), &a, NULL));
		found = rex_find(r, str_of(ROWS[i].text), 0, &start, &end);
		if (found != (ROWS[i].start >= 0) ||
		    (found && ((int)start != ROWS[i].start || (int)end != ROWS[i].end)))
			fail_msg("%s on %s: %d %zu-%zu", ROWS[i].expression, ROWS[i].text, found,
				 start, end);
	}
	arena_done(&a);
	(void)state;
}

static void searching_goes_on_behind_a_match(void **state)
{
	const struct rex *r;
	size_t start, end, n = 0;
	struct arena a;

	arena_init(&a);
	assert_true(rex_read(&r, STR("\\d+"), &a, NULL));
	for (size_t from = 0; rex_find(r, STR("a1b22c333"), from, &start, &end); from = end)
		n++;
	assert_int_equal(n, 3);
	assert_false(rex_find(r, STR("a1"), 3, &start, &end));
	arena_done(&a);
	(void)state;
}

static void what_is_no_expression_is_said_with_its_column(void **state)
{
	static const struct {
		const char *expression, *message;
	} ROWS[] = {
		{"", "the expression is empty"},
		{"(a", "column 1: this group is not closed"},
		{"a)", "column 2: this group was not opened"},
		{"[a", "column 1: this bracket is not closed"},
		{"[]", "column 1: this bracket is not closed"},
		{"*a", "column 1: there is nothing to repeat"},
		{"a**", "column 3: one count stands behind another"},
		{"a{3,2}", "column 2: the counts are no range"},
		{"a{x}", "column 3: a number is expected"},
		{"a{2", "column 2: this brace is not closed"},
		{"[z-a]", "column 4: a range goes from a lower to a higher character"},
		{"\\q", "column 2: this has no meaning behind \\"},
		{"a\\", "column 3: something is expected behind \\"},
		{"(?=a)", "column 2: groups are (x) or (?:x)"},
		{"[\u6ce8]", "column 2: only ASCII may stand in brackets"},
		{"(a{60}){80}", "column 12: the expression is too large"},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;
		const struct rex *r;

		assert_false(rex_read(&r, str_of(ROWS[i].expression), &a, &err));
		assert_string_equal(err.message, ROWS[i].message);
		assert_int_equal(err.code, ERR_USAGE);
	}
	arena_done(&a);
	(void)state;
}

/* Each takes a backtracking matcher longer than anybody waits. */
static void no_expression_takes_forever(void **state)
{
	static const char *const EXPRESSIONS[] = {"(a*)*b", "(a|a)*b", "(a?){50}a{50}b",
						  "(x+x+)+y", "((a{1,10}){1,10}){1,10}b"};
	size_t n = 20000;
	char *text = mem_alloc(n);
	struct arena a;

	arena_init(&a);
	memset(text, 'a', n);
	for (size_t i = 0; i < sizeof(EXPRESSIONS) / sizeof(*EXPRESSIONS); i++) {
		const struct rex *r;

		assert_true(rex_read(&r, str_of(EXPRESSIONS[i]), &a, NULL));
		assert_false(rex_fits(r, str_slice(text, n)));
	}
	arena_done(&a);
	mem_free(text);
	(void)state;
}

static void groups_in_groups_have_a_ceiling(void **state)
{
	char text[3 * LIMIT_DEPTH];
	const struct rex *r;
	struct arena a;

	arena_init(&a);
	memset(text, '(', sizeof(text));
	assert_false(rex_read(&r, str_slice(text, sizeof(text)), &a, NULL));
	arena_done(&a);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(the_first_and_longest_match_is_found),
		cmocka_unit_test(searching_goes_on_behind_a_match),
		cmocka_unit_test(what_is_no_expression_is_said_with_its_column),
		cmocka_unit_test(no_expression_takes_forever),
		cmocka_unit_test(groups_in_groups_have_a_ceiling),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
