/* SPDX-License-Identifier: MIT */
/* test_path_match.c: patterns for places in an event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/buf.h"
#include "formats/wire/path_match.h"

static void patterns_fit_where_their_parts_stand(void **state)
{
	static const struct {
		const char *pattern, *path, *json; /* NULL: not in JSON */
		bool fits;
	} ROWS[] = {
		{"input", "activityTaskScheduledEventAttributes.input.payloads[0].data", "$.a", true},
		{"input", "activityTaskScheduledEventAttributes.inputs", NULL, false},
		{"input.payloads", "x.input.payloads[3].data", NULL, true},
		{"input.payloads[3]", "x.input.payloads[3].data", NULL, true},
		{"input.payloads[3]", "x.input.payloads[4].data", NULL, false},
		{"input.data", "x.input.payloads[3].data", NULL, false},
		{"header.fields[a.b]", "x.header.fields[a.b].data", NULL, true},
		{"header.fields[a*]", "x.header.fields[a.b].data", NULL, true},
		{"header.fields[c]", "x.header.fields[a.b].data", NULL, false},
		{"fields", "x.header.fields[a.b].data", NULL, true},
		{"activityTask*.input", "activityTaskScheduledEventAttributes.input", NULL, true},
		{"activity_id", "x.activityId", NULL, true},
		{"start_to_*", "x.startToCloseTimeout", NULL, true},
		{"$", "x.input.payloads[0].data", "$.a", true},
		{"$", "x.input.payloads[0].data", NULL, false},
		{"$.card.number", "x.data", "$.card.number", true},
		{"$.card.number", "x.data", "$.card.number.first", true},
		{"$.card.number", "x.data", "$.card.numbers", false},
		{"$.card.number", "x.data", "$.old.card.number", false},
		{"$..number", "x.data", "$.old.card.number", true},
		{"$..card..number", "x.data", "$.a.card.b[2].number", true},
		{"$..card..number", "x.data", "$.a.b[2].number", false},
		{"$..a.b", "x.data", "$.a.a.b", true},
		{"$.items[*].price", "x.data", "$.items[17].price", true},
		{"$.items[1].price", "x.data", "$.items[17].price", false},
		{"$.*.price", "x.data", "$.items.price", true},
		{"$[\"odd key\"]", "x.data", "$[\"odd key\"].x", true},
		{"input$.a", "x.input.payloads[0].data", "$.a", true},
		{"input$.a", "x.result.payloads[0].data", "$.a", false},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct path_pattern p;
		struct str json = ROWS[i].json ? str_of(ROWS[i].json) : STR_NONE;

		assert_true(path_pattern_read(str_of(ROWS[i].pattern), &p, NULL));
		if (path_fits(&p, str_of(ROWS[i].path), json) != ROWS[i].fits)
			fail_msg("%s on %s %s", ROWS[i].pattern, ROWS[i].path,
				 ROWS[i].json ? ROWS[i].json : "");
	}
	(void)state;
}

static void what_is_no_pattern_is_said(void **state)
{
	static const char *const BAD[] = {"", "a..b", ".a", "a.", "a$b", "$.", "$.a."};
	struct path_pattern p;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
		struct err err = ERR_INIT;

		assert_false(path_pattern_read(str_of(BAD[i]), &p, &err));
		assert_int_equal(err.code, ERR_USAGE);
	}
	(void)state;
}

static void names_that_are_no_words_are_quoted(void **state)
{
	struct buf b;

	buf_init(&b, 0);
	json_path_add(&b, STR("plain-1_x"));
	json_path_add(&b, STR("a.b"));
	json_path_add(&b, STR(""));
	json_path_add(&b, STR("q\""));
	assert_string_equal(b.p, ".plain-1_x[\"a.b\"][\"\"][\"q\\\"\"]");
	buf_done(&b);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(patterns_fit_where_their_parts_stand),
		cmocka_unit_test(what_is_no_pattern_is_said),
		cmocka_unit_test(names_that_are_no_words_are_quoted),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
