/* SPDX-License-Identifier: MIT */
/* test_filter.c: compression comes off and goes on, and bombs are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/filter.h"

static const char *const ENDINGS[] = {"x.json.gz", "x.bin.zst"};
#define N_FILTERS (sizeof(ENDINGS) / sizeof(*ENDINGS))

static void what_is_packed_unpacks(void **state)
{
	for (size_t i = 0; i < N_FILTERS; i++) {
		const struct filter *f = filter_of_name(str_of(ENDINGS[i]));
		struct buf plain = {0}, packed = {0}, back = {0};
		struct err err = ERR_INIT;

		for (int k = 0; k < 100000; k++)
			buf_printf(&plain, "event %d,", k);
		assert_true(f->pack(buf_str(&plain), &packed, &err));
		assert_true(packed.n < plain.n);
		assert_ptr_equal(filter_of_bytes(buf_str(&packed)), f);
		assert_true(f->unpack(buf_str(&packed), &back, &err));
		assert_true(str_eq(buf_str(&back), buf_str(&plain)));
		buf_done(&plain);
		buf_done(&packed);
		buf_done(&back);
	}
}

static void members_and_frames_follow_each_other(void **state)
{
	for (size_t i = 0; i < N_FILTERS; i++) {
		const struct filter *f = filter_of_name(str_of(ENDINGS[i]));
		struct buf packed = {0}, back = {0};
		struct err err = ERR_INIT;

		assert_true(f->pack(STR("one "), &packed, &err));
		assert_true(f->pack(STR(""), &packed, &err));
		assert_true(f->pack(STR("two"), &packed, &err));
		assert_true(f->unpack(buf_str(&packed), &back, &err));
		assert_true(str_is(buf_str(&back), "one two"));
		buf_done(&packed);
		buf_done(&back);
	}
}

static void a_cut_or_damaged_file_is_an_error(void **state)
{
	for (size_t i = 0; i < N_FILTERS; i++) {
		const struct filter *f = filter_of_name(str_of(ENDINGS[i]));
		struct buf packed = {0};

		assert_true(f->pack(STR("a few words that are packed"), &packed, NULL));
		for (size_t n = 4; n < packed.n; n++) {
			struct err err = ERR_INIT;
			struct buf back = {0};

			assert_false(f->unpack(str_take(buf_str(&packed), n), &back, &err));
			assert_int_equal(err.code, ERR_SYNTAX);
			buf_done(&back);
		}
		buf_done(&packed);
	}
}

static void bombs_are_refused(void **state)
{
	size_t n = LIMIT_INFLATE_FLOOR * 2;
	struct buf zeros = {0}, packed = {0}, back = {0};
	const struct filter *f = filter_of_name(STR("x.zst"));
	struct err err = ERR_INIT;

	memset(buf_room(&zeros, n), 0, n);
	zeros.n = n;
	assert_true(f->pack(buf_str(&zeros), &packed, &err));
	assert_true(packed.n * LIMIT_INFLATE_RATIO < n);
	assert_false(f->unpack(buf_str(&packed), &back, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(back.n < n);
	assert_false(filter_is_bomb(10, LIMIT_INFLATE_FLOOR));
	buf_done(&zeros);
	buf_done(&packed);
	buf_done(&back);
}

static void plain_files_have_no_filter(void **state)
{
	assert_null(filter_of_bytes(STR("{\"events\":[]}")));
	assert_null(filter_of_bytes(STR("")));
	assert_null(filter_of_bytes(STR("\x1f")));
	assert_null(filter_of_name(STR("order.json")));
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(what_is_packed_unpacks),
		cmocka_unit_test(members_and_frames_follow_each_other),
		cmocka_unit_test(a_cut_or_damaged_file_is_an_error),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(plain_files_have_no_filter),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
