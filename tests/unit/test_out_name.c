/* SPDX-License-Identifier: MIT */
/* test_out_name.c: hostile ids and paths become names of files that do no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/out/out_name.h"

static void assert_name(struct str is, const char *wanted)
{
	assert_string_equal(is.p, wanted);
	assert_int_equal(is.n, strlen(wanted));
}

static void ids_become_safe(void **state)
{
	static const struct {
		struct str id;
		const char *name;
	} ROWS[] = {
		{STR("order-17"), "order-17"},
		{STR("a b:c@d"), "a b:c@d"},
		{STR("caf\xc3\xa9"), "caf\xc3\xa9"},
		{STR("../../etc/passwd"), "%2E.%2F..%2Fetc%2Fpasswd"},
		{STR("."), "%2E"},
		{STR("-rf"), "%2Drf"},
		{STR("100%"), "100%25"},
		{STR("a\0b\nc\x1b[31m"), "a%00b%0Ac%1B[31m"},
		{STR("x\xe2\x80\xaey"), "x%E2%80%AEy"}, /* right to left from here on */
		{STR("\xff"), "%FF"},
		{STR(""), "_"},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		assert_name(out_name_safe(ROWS[i].id, &a), ROWS[i].name);
	arena_done(&a);
}

static void long_ids_are_cut_and_stay_apart(void **state)
{
	char one[1000], two[1000];
	struct str a_name, b_name;
	struct arena a;

	arena_init(&a);
	memset(one, '\n', sizeof(one));
	memset(two, '\n', sizeof(two));
	two[999] = 'x';
	a_name = out_name_safe(str_slice(one, sizeof(one)), &a);
	b_name = out_name_safe(str_slice(two, sizeof(two)), &a);
	assert_true(a_name.n <= 200 && b_name.n <= 200);
	assert_false(str_eq(a_name, b_name));
	assert_true(str_starts(a_name, STR("%0A%0A")));
	/* whole escapes only */
	assert_int_equal(a_name.p[a_name.n - 17], '~');
	assert_int_equal((a_name.n - 17) % 3, 0);
	memset(one, 'a', 200);
	assert_int_equal(out_name_safe(str_slice(one, 200), &a).n, 200);
	arena_done(&a);
}

static void both_ids_make_a_name(void **state)
{
	struct arena a;

	arena_init(&a);
	assert_name(out_name_of_ids(STR("w/1"), STR("r"), &a), "w%2F1__r");
	assert_name(out_name_of_ids(STR("w"), STR_NONE, &a), "w");
	assert_name(out_name_of_ids(STR_NONE, STR("r"), &a), "r");
	assert_null(out_name_of_ids(STR_NONE, STR_NONE, &a).p);
	arena_done(&a);
}

static void inputs_keep_their_place(void **state)
{
	static const struct str OPERANDS[] = {STR("exports/"), STR("/abs"), STR("one/x.json")};
	static const struct {
		struct str input;
		const char *name;
	} ROWS[] = {
		{STR("exports/a.json"), "a"},
		{STR("exports/2026/11/a.json.gz"), "2026/11/a"},
		{STR("exports/a.tdbg.json.zst"), "a"},
		{STR("exports/export"), "export"},
		{STR("exports/v1.2"), "v1"},
		{STR("exports/.json"), "%2Ejson"},
		{STR("/abs/d/../e.bin"), "d/%2E./e"},
		{STR("one/x.json"), "x"},
		{STR("exports2/b.json"), "b"},
		{STR("exports/a.pb#3"), "a-3"},
		{STR("-"), "stdin"},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		assert_name(out_name_of_input(ROWS[i].input, OPERANDS, 3, &a), ROWS[i].name);
	arena_done(&a);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(ids_become_safe),
		cmocka_unit_test(long_ids_are_cut_and_stay_apart),
		cmocka_unit_test(both_ids_make_a_name),
		cmocka_unit_test(inputs_keep_their_place),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
