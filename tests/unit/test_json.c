/* SPDX-License-Identifier: MIT */
/* test_json.c: strings, skipping, and where an error is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/transcode/json.h"

static bool string_of(const char *text, struct buf *scratch, struct str *ret)
{
	struct json j = {str_of(text), 0};

	return json_read_string(&j, scratch, ret, NULL);
}

static void a_plain_string_is_borrowed(void **state)
{
	struct json j = {STR("  \"a longer string without any escape\" ,"), 0};
	struct buf scratch = {0};
	struct str s;

	assert_true(json_read_string(&j, &scratch, &s, NULL));
	assert_ptr_equal(s.p, j.text.p + 3);
	assert_true(str_is(s, "a longer string without any escape"));
	assert_int_equal(json_peek(&j), ',');
	assert_null(scratch.p);
}

static void escapes_are_read(void **state)
{
	struct buf scratch = {0};
	struct str s;

	assert_true(string_of("\"\\u003d\\n\\/\\u00e9\\ud83d\\ude00\\u20ac\"", &scratch, &s));
	assert_true(str_is(s, "=\n/\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac"));
	assert_true(string_of("\"a\\u0000b\"", &scratch, &s));
	assert_true(str_eq(s, STR("a\0b")));
	buf_done(&scratch);
}

static void bad_strings_are_refused(void **state)
{
	static const char *const BAD[] = {
		"\"abc",	 "\"\\x\"",	    "\"\\u12\"",     "\"\\ud83d\"",
		"\"\\ude00\"",	 "\"\\ud83d\\n\"",  "\"a\nb\"",	     "\"\xff\"",
		"\"\xc0\xaf\"",	 "\"\xed\xa0\x80\"", "\"\xe2\x82\"", "abc",
		"\"\xf4\x90\x80\x80\"", "\"\\",
	};
	struct buf scratch = {0};
	struct str s;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
		if (string_of(BAD[i], &scratch, &s))
			fail_msg("accepted %s", BAD[i]);
	buf_done(&scratch);
}

static void skip_takes_one_value(void **state)
{
	struct json j = {STR(" {\"a\":[1,-2.5e+3,{}],\"b\":\"}\\\"\",\"c\":null} true"), 0};
	struct str value;

	assert_true(json_skip(&j, &value, NULL));
	assert_true(str_is(value, "{\"a\":[1,-2.5e+3,{}],\"b\":\"}\\\"\",\"c\":null}"));
	assert_true(json_skip(&j, &value, NULL));
	assert_true(str_is(value, "true"));
	assert_false(json_skip(&j, &value, NULL));
}

static void a_member_is_the_first_of_its_name(void **state)
{
	static const struct {
		const char *text, *value; /* NULL: there is none */
	} ROWS[] = {
		{"{\"a\": {\"m\": 1}, \"m\": \"x\\n\", \"m\": 2}", "\"x\\n\""},
		{" { \"m\" : [1, 2] }", "[1, 2]"},
		{"{\"\\u006d\":true}", "true"},
		{"{\"m\":3,", "3"},
		{"{\"a\":1,\"m\":", NULL},
		{"{\"a\":1 \"m\":2}", NULL},
		{"[\"m\"]", NULL},
		{"{}", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		struct str value = json_member(str_of(ROWS[i].text), "m");

		if (!ROWS[i].value ? value.p != NULL : !str_is(value, ROWS[i].value))
			fail_msg("%s: %.*s", ROWS[i].text, STR_ARG(value));
	}
}

static void skip_refuses_what_is_no_json(void **state)
{
	static const char *const BAD[] = {"[1,]", "{\"a\"}", "{a:1}",	"[1 2]", "[}", "01x,", "-",
					  "1.",	  "1e",	     "nul",	"[",	 "{",  "\"",   "",
					  "{,}",  "]",	     "{\"a\":}"};
	struct str value;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct json j = {str_of(BAD[i]), 0};

		if (json_skip(&j, &value, NULL) && j.at == j.text.n)
			fail_msg("accepted %s", BAD[i]);
	}
}

static void depth_is_bounded(void **state)
{
	struct str value;
	struct buf text = {0};
	struct json j;

	for (int i = 0; i < LIMIT_DEPTH; i++)
		buf_add_char(&text, '[');
	for (int i = 0; i < LIMIT_DEPTH; i++)
		buf_add_char(&text, ']');
	j = (struct json){buf_str(&text), 0};
	assert_true(json_skip(&j, &value, NULL));
	buf_clear(&text);
	for (int i = 0; i <= LIMIT_DEPTH; i++)
		buf_add_char(&text, '[');
	j = (struct json){buf_str(&text), 0};
	assert_false(json_skip(&j, &value, NULL));
	buf_done(&text);
}

static void an_error_names_line_and_column(void **state)
{
	struct json j = {STR("{\n  \"a\": 1,\n  b\n}"), 0};
	struct err err = ERR_INIT;
	struct str value;

	assert_false(json_skip(&j, &value, &err));
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 3);
	assert_int_equal(err.byte, 14);
	assert_string_equal(err.message, "a member's name is expected");
}

static void written_strings_read_back(void **state)
{
	struct buf out = {0}, scratch = {0};
	struct str s, text = STR("a\"b\\c\n\x01\x1f\x7f \xc3\xa9 end");
	struct json j;

	json_put_string(&out, text);
	assert_true(str_is(buf_str(&out),
			   "\"a\\\"b\\\\c\\n\\u0001\\u001f\x7f \xc3\xa9 end\""));
	j.text = buf_str(&out);
	j.at = 0;
	assert_true(json_read_string(&j, &scratch, &s, NULL));
	assert_true(str_eq(s, text));
	buf_clear(&out);
	json_put_string(&out, STR("\xff\xc3"));
	assert_true(str_is(buf_str(&out), "\"\\ufffd\\ufffd\""));
	buf_done(&out);
	buf_done(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_string_is_borrowed),
		cmocka_unit_test(escapes_are_read),
		cmocka_unit_test(bad_strings_are_refused),
		cmocka_unit_test(skip_takes_one_value),
		cmocka_unit_test(a_member_is_the_first_of_its_name),
		cmocka_unit_test(skip_refuses_what_is_no_json),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(an_error_names_line_and_column),
		cmocka_unit_test(written_strings_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
