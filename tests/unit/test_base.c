/* SPDX-License-Identifier: MIT */
/* test_base.c: the base library: slices, buffers, arenas, errors, maps, base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/base/arena.h"
#include "formats/base/base64.h"
#include "formats/base/buf.h"
#include "formats/base/map.h"

static void a_number_is_whole_and_in_range(void **state)
{
	long long v = 7;

	assert_true(str_to_int(STR("-9223372036854775808"), &v));
	assert_true(v == INT64_MIN);
	assert_false(str_to_int(STR("9223372036854775808"), &v));
	assert_false(str_to_int(STR("12 "), &v));
	assert_false(str_to_int(STR("-"), &v));
	assert_true(v == INT64_MIN);
}

static void a_split_leaves_the_rest(void **state)
{
	struct str s = STR("a,b");

	assert_true(str_is(str_split(&s, ','), "a"));
	assert_true(str_is(str_split(&s, ','), "b"));
	assert_int_equal(s.n, 0);
}

static void a_buffer_stops_at_its_ceiling(void **state)
{
	struct err err = ERR_INIT;
	struct buf b;

	buf_init(&b, 8);
	buf_printf(&b, "%s", "12345678");
	assert_true(buf_ok(&b, &err));
	buf_add_char(&b, '9');
	assert_false(buf_ok(&b, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(str_is(buf_str(&b), "12345678"));
	buf_done(&b);
}

static void decimals_are_written_whole(void **state)
{
	static const uint64_t NUMBERS[] = {0, 9, 10, 1234567890, UINT64_MAX};
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(*NUMBERS); i++) {
		buf_add_decimal(&b, NUMBERS[i]);
		buf_add_char(&b, ' ');
	}
	assert_true(str_is(buf_str(&b), "0 9 10 1234567890 18446744073709551615 "));
	buf_done(&b);
}

static void an_arena_rewinds_to_its_mark(void **state)
{
	struct arena_mark mark;
	struct arena a;
	size_t held;

	arena_init(&a);
	assert_true(str_is(arena_printf(&a, "%d", 42), "42"));
	mark = arena_mark(&a);
	held = a.total;
	for (int i = 0; i < 1000; i++)
		memset(arena_alloc(&a, 1000), 1, 1000);
	arena_rewind(&a, mark);
	assert_int_equal(a.total, held);
	arena_done(&a);
	assert_int_equal(a.total, 0);
}

static void an_error_reads_from_the_outside_in(void **state)
{
	struct err err = ERR_INIT;

	assert_false(err_set(&err, ERR_SYNTAX, "a string is expected"));
	err_wrap(&err, "event %d", 17);
	err_wrap(&err, "order.json");
	assert_string_equal(err.message, "order.json: event 17: a string is expected");
}

static void a_map_finds_what_was_put(void **state)
{
	struct map m = {0};
	char key[500][8];
	bool is_new;

	for (int i = 0; i < 500; i++) {
		snprintf(key[i], sizeof(key[i]), "k%d", i);
		map_put(&m, str_of(key[i]), (uint64_t)i, &is_new);
		assert_true(is_new);
	}
	for (int i = 0; i < 500; i++)
		assert_int_equal(*map_get(&m, str_of(key[i])), i);
	assert_null(map_get(&m, STR("k500")));
	map_put(&m, STR("k1"), 9, &is_new);
	assert_false(is_new);
	map_done(&m);
}

static void base64_takes_both_alphabets_and_any_padding(void **state)
{
	static const struct {
		const char *text, *bytes;
		size_t n;
	} ROWS[] = {
		{"", "", 0},	       {"Zg==", "f", 1},     {"Zg", "f", 1},
		{"Zm8=", "fo", 2},     {"Zm9v", "foo", 3},   {"_-8=", "\xff\xef", 2},
		{"/+8", "\xff\xef", 2}, {"Zm9vYg", "foob", 4},
	};
	char to[64];
	size_t n;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		assert_true(base64_decode(str_of(ROWS[i].text), to, &n));
		assert_int_equal(n, ROWS[i].n);
		assert_memory_equal(to, ROWS[i].bytes, n);
	}
	assert_false(base64_decode(STR("Z"), to, &n));
	assert_false(base64_decode(STR("Zm9v="), to, &n));
	assert_false(base64_decode(STR("Zm 9v"), to, &n));
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(a_number_is_whole_and_in_range),
		cmocka_unit_test(a_split_leaves_the_rest),
		cmocka_unit_test(a_buffer_stops_at_its_ceiling),
		cmocka_unit_test(decimals_are_written_whole),
		cmocka_unit_test(an_arena_rewinds_to_its_mark),
		cmocka_unit_test(an_error_reads_from_the_outside_in),
		cmocka_unit_test(a_map_finds_what_was_put),
		cmocka_unit_test(base64_takes_both_alphabets_and_any_padding),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
