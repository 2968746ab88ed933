/* SPDX-License-Identifier: MIT */
/* test_dump.c: our text of a JSON tree is the library's, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replayer/run/run_dump.h"

#include <stdlib.h>

static void the_text_is_the_librarys(void **state)
{
	static const char *const ROWS[] = {
		"{}",
		"[]",
		"{\"a\":[1,-2,{\"b\":null}],\"c\":true,\"d\":false,\"e\":\"\"}",
		"[0.5,12.4,1e300,-0.0,123456.7,9007199254740993]",
		"[\"\\u0000\\u0001\\u001f\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
		"[\"\\u00e4\\u20ac\\uffff\\ud83d\\ude00 plain\"]",
		"[[[[[[\"deep\"]]]]],{\"k\\u00e4y\\n\":{}}]",
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		for (int ascii = 0; ascii < 2; ascii++) {
			json_t *tree = json_loads(ROWS[i], JSON_ALLOW_NUL, NULL);
			size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(12) |
				       (ascii ? JSON_ENSURE_ASCII : 0);
			char *expected = json_dumps(tree, flags);
			struct buf out;

			assert_non_null(expected);
			buf_init(&out, 0);
			run_dump(tree, ascii, &out);
			assert_string_equal(out.p, expected);
			buf_done(&out);
			free(expected);
			json_decref(tree);
		}
}

static void no_command_of_a_ci_server_is_in_what_is_shown(void **state)
{
	json_t *tree = json_string("##[error] ###vso[x] #1");
	struct buf out;

	buf_init(&out, 0);
	run_dump(tree, true, &out);
	assert_string_equal(out.p, "\"#\\u0023[error] #\\u0023\\u0023vso[x] #1\"");
	buf_done(&out);
	json_decref(tree);
}

static void what_is_no_text_becomes_a_mark(void **state)
{
	static const struct {
		struct str in;
		const char *kept, *shown;
	} ROWS[] = {
		{STR("a\xff\xc3\xa4"), "\"a\xef\xbf\xbd\xc3\xa4\"", "\"a\\uFFFD\\u00E4\""},
		{STR("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"", "\"\\uFFFD\\uFFFD\""},
		{STR("##\x7f"), "\"##\x7f\"", "\"#\\u0023\\u007F\""},
		{STR(""), "\"\"", "\"\""},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		for (int shown = 0; shown < 2; shown++) {
			struct buf out;

			buf_init(&out, 0);
			run_dump_str(ROWS[i].in, shown, &out);
			assert_string_equal(out.p, shown ? ROWS[i].shown : ROWS[i].kept);
			buf_done(&out);
		}
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(what_is_no_text_becomes_a_mark),
		cmocka_unit_test(no_command_of_a_ci_server_is_in_what_is_shown),
		cmocka_unit_test(the_text_is_the_librarys),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
