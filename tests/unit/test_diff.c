/* SPDX-License-Identifier: MIT */
/* test_diff.c: what counts as a difference between two histories, and which event is which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/base/width.h"
#include "formats/diff/diff_text.h"
#include "formats/history/events.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"

/* Two histories in the making, and what they are compared by. */
struct pair {
	const struct schema *schema;
	struct build a, b;
	struct diff_rules rules;
	struct history left, right;
	struct diff diff;
};

static struct pair begin(void **state)
{
	struct pair p = {.schema = *state};

	build_init(&p.a);
	build_init(&p.b);
	diff_rules_init(&p.rules, p.schema, false);
	build_started(&p.a, "Order");
	build_started(&p.b, "Order");
	build_task(&p.a);
	build_task(&p.b);
	return p;
}

static void compare(struct pair *p)
{
	struct diff_settings settings = {.rules = &p->rules};

	p->left = build_history(&p->a, p->schema);
	p->right = build_history(&p->b, p->schema);
	diff_histories(&p->diff, &p->left, &p->right, &settings);
}

static void end(struct pair *p)
{
	diff_done(&p->diff);
	history_done(&p->left);
	history_done(&p->right);
	diff_rules_done(&p->rules);
	build_done(&p->a);
	build_done(&p->b);
}

/* "5=5 6~6 7< >7": left id, mark, right id; "m" where moved; equal ones left out. */
static const char *story(const struct pair *p, struct buf *out)
{
	static const char MARKS[] = "=~<>";

	buf_init(out, 0);
	buf_puts(out, "");
	for (size_t i = 0; i < p->diff.n_rows; i++) {
		const struct diff_row *row = &p->diff.rows[i];

		if (row->kind == DIFF_EQUAL)
			continue;
		if (out->n)
			buf_add_char(out, ' ');
		if (row->kind != DIFF_RIGHT)
			buf_printf(out, "%d", (int)p->left.events[row->left].id);
		buf_add_char(out, MARKS[row->kind]);
		if (row->kind != DIFF_LEFT)
			buf_printf(out, "%d", (int)p->right.events[row->right].id);
		if (row->moved)
			buf_add_char(out, 'm');
	}
	buf_add_char(out, '\0');
	return out->p;
}

static void assert_story(const struct pair *p, const char *expected)
{
	struct buf b;

	assert_string_equal(story(p, &b), expected);
	buf_done(&b);
}

static void runs_of_the_same_code_are_the_same(void **state)
{
	struct pair p = begin(state);

	build_activity(&p.a, "Charge");
	build_activity(&p.b, "Charge");
	build_timer(&p.a, 30);
	build_timer(&p.b, 30);
	compare(&p);
	assert_true(diff_same(&p.diff));
	assert_int_equal(p.diff.n_equal, 9);
	end(&p);
}

static void what_one_history_has_more_is_said(void **state)
{
	struct pair p = begin(state);

	build_activity(&p.a, "Reserve");
	build_activity(&p.a, "Charge");
	build_activity(&p.b, "Reserve");
	build_timer(&p.b, 5);
	build_activity(&p.b, "Charge");
	compare(&p);
	assert_story(&p, ">8 >9");
	assert_int_equal(p.diff.n_right, 2);
	end(&p);
}

static void a_loop_with_one_turn_less_shows_that_turn(void **state)
{
	struct pair p = begin(state);

	for (int i = 0; i < 6; i++) {
		char json[20];

		snprintf(json, sizeof(json), "%d", i);
		build_marker(&p.a, "SideEffect", "data", json);
		if (i != 2)
			build_marker(&p.b, "SideEffect", "data", json);
	}
	compare(&p);
	assert_story(&p, "7<");
	end(&p);
}

static void an_activity_of_another_name_is_another(void **state)
{
	struct pair p = begin(state);

	build_activity(&p.a, "Charge");
	build_activity(&p.b, "ChargeCard");
	compare(&p);
	assert_story(&p, "5< 6< 7< >5 >6 >7");
	end(&p);
}

static void answers_in_another_order_are_moved(void **state)
{
	struct pair p = begin(state);
	int64_t x, y;

	x = build_activity_scheduled(&p.a, "X");
	y = build_activity_scheduled(&p.a, "Y");
	build_activity_completed(&p.a, x);
	build_activity_completed(&p.a, y);
	x = build_activity_scheduled(&p.b, "X");
	y = build_activity_scheduled(&p.b, "Y");
	build_activity_completed(&p.b, y);
	build_activity_completed(&p.b, x);
	compare(&p);
	assert_int_equal(p.diff.n_moved, 1);
	assert_int_equal(p.diff.n_left + p.diff.n_right, 0);
	assert_false(diff_same(&p.diff));
	end(&p);
}

static void order_may_be_ignored(void **state)
{
	struct pair p = begin(state);
	int64_t x, y;

	assert_true(diff_rules_ignore(&p.rules, STR("order"), NULL));
	x = build_activity_scheduled(&p.a, "X");
	y = build_activity_scheduled(&p.a, "Y");
	build_activity_completed(&p.a, x);
	build_activity_completed(&p.a, y);
	x = build_activity_scheduled(&p.b, "X");
	y = build_activity_scheduled(&p.b, "Y");
	build_activity_completed(&p.b, y);
	build_activity_completed(&p.b, x);
	compare(&p);
	assert_true(diff_same(&p.diff));
	assert_int_equal(p.diff.n_equal, 8);
	end(&p);
}

static void workflow_tasks_may_be_ignored(void **state)
{
	struct pair p = begin(state);

	assert_true(diff_rules_ignore(&p.rules, STR("tasks"), NULL));
	build_task(&p.a);
	build_activity(&p.a, "X");
	build_activity(&p.b, "X");
	compare(&p);
	assert_true(diff_same(&p.diff));
	end(&p);
}

static void chosen_ids_tell_activities_apart(void **state)
{
	struct pair p = begin(state);

	/* With their times they don't say the same: only the id tells. */
	assert_true(diff_rules_compare(&p.rules, STR("times"), NULL));
	build_activity_with_id(&p.a, "eu", "Ship");
	build_activity_with_id(&p.a, "us", "Ship");
	build_activity_with_id(&p.b, "us", "Ship");
	compare(&p);
	assert_story(&p, "5< 6~5");
	end(&p);
}

static void the_own_workflow_id_in_an_id_is_no_difference(void **state)
{
	struct diff_rules rules;
	struct history h = {.workflow_id = STR("order-17"), .run_id = STR("run-x")};
	struct arena a;

	arena_init(&a);
	diff_rules_init(&rules, *state, false);
	assert_true(str_is(diff_rules_id(&rules, &h, STR("order-17-ship"), &a), "(workflow id)-ship"));
	assert_true(str_is(diff_rules_id(&rules, &h, STR("17"), &a), "(generated)"));
	assert_true(str_is(diff_rules_id(&rules, &h, STR("run-x_5"), &a), "(generated)"));
	assert_true(str_is(diff_rules_id(&rules, &h,
					 STR("a-0190f2d4-aaaa-7bbb-8ccc-0123456789ab"), &a),
			   "(generated)"));
	assert_true(str_is(diff_rules_id(&rules, &h, STR("eu-west"), &a), "eu-west"));
	assert_true(diff_rules_compare(&rules, STR("generated-ids"), NULL));
	assert_true(str_is(diff_rules_id(&rules, &h, STR("17"), &a), "17"));
	arena_done(&a);
	(void)state;
}

/* ---- values ---- */

/* The changes between two markers with these JSON values, as "$.a: 1 -> 2; ...". */
static char *between(void **state, const char *left, const char *right, bool exact)
{
	struct pair p = begin(state);
	struct buf out;
	size_t n;

	if (exact)
		assert_true(diff_rules_compare(&p.rules, STR("form"), NULL));
	build_marker(&p.a, "SideEffect", "data", left);
	build_marker(&p.b, "SideEffect", "data", right);
	compare(&p);
	buf_init(&out, 0);
	for (size_t i = 0; i < p.diff.n_rows; i++)
		for (size_t k = 0; k < p.diff.rows[i].n_changes; k++) {
			const struct diff_change *c = &p.diff.rows[i].changes[k];

			if (out.n)
				buf_puts(&out, "; ");
			buf_add(&out, c->json);
			buf_puts(&out, ": ");
			diff_value(&c->left, &out);
			buf_puts(&out, " -> ");
			diff_value(&c->right, &out);
		}
	end(&p);
	buf_add_char(&out, '\0');
	return buf_take(&out, &n);
}

static void json_is_compared_by_what_it_says(void **state)
{
	static const struct {
		const char *left, *right, *changes;
	} ROWS[] = {
		{"{\"a\":1,\"b\":[true,null]}", "{ \"b\" : [ true, null ],\n\"a\": 1.0 }", ""},
		{"\"\\u0041b\"", "\"Ab\"", ""},
		{"100", "1e2", ""},
		{"12345678901234567890", "12345678901234567891",
		 "$: 12345678901234567890 -> 12345678901234567891"},
		{"0.1", "0.10000000000000000001", "$: 0.1 -> 0.10000000000000000001"},
		{"-0", "0", ""},
		{"{\"a\":1}", "{\"a\":\"1\"}", "$.a: 1 -> \"1\""},
		{"{\"a\":{}}", "{\"a\":[]}", "$.a: {} -> []"},
		{"{\"a\":1,\"c\":3}", "{\"b\":2,\"c\":3}",
		 "$.a: 1 -> (absent); $.b: (absent) -> 2"},
		{"[1,2,3]", "[1,2]", "$[2]: 3 -> (absent)"},
		{"{\"x\":{\"odd key\":1}}", "{\"x\":{\"odd key\":2}}", "$.x[\"odd key\"]: 1 -> 2"},
		{"\"a\\u001bz\"", "\"a\"", "$: \"a\\u001bz\" -> \"a\""},
		{"null", "false", "$: null -> false"},
		/* Of a key that comes twice the last one counts. */
		{"{\"a\":1,\"a\":2}", "{\"a\":2}", ""},
		/* What is no JSON is text. */
		{"{\"a\":", "{\"a\";", ": \"{\\\"a\\\":\" -> \"{\\\"a\\\";\""},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		char *changes = between(state, ROWS[i].left, ROWS[i].right, false);

		assert_string_equal(changes, ROWS[i].changes);
		mem_free(changes);
	}
}

static void exactly_every_blank_counts(void **state)
{
	char *changes = between(state, "{\"a\":1}", "{\"a\": 1}", true);

	assert_string_equal(changes, ": \"{\\\"a\\\":1}\" -> \"{\\\"a\\\": 1}\"");
	mem_free(changes);
}

static void of_long_values_the_part_that_differs_is_shown(void **state)
{
	char left[400], right[400], *changes;

	memset(left, 'x', sizeof(left));
	left[0] = left[sizeof(left) - 2] = '"';
	left[sizeof(left) - 1] = '\0';
	memcpy(right, left, sizeof(left));
	memcpy(right + 300, "secret", 6);
	changes = between(state, left, right, false);
	assert_non_null(strstr(changes, " -> ...\"xxxxxxxxxxxxxxxxxxxxsecretxx"));
	mem_free(changes);
}

static void unknown_fields_are_compared_too(void **state)
{
	struct pair p = begin(state);
	struct buf one;

	buf_init(&one, 0);
	wire_put_value(&one, 500, 1);
	build_event(&p.a, EVENT_MARKER_RECORDED, 12, buf_str(&one));
	buf_clear(&one);
	wire_put_value(&one, 500, 2);
	build_event(&p.b, EVENT_MARKER_RECORDED, 12, buf_str(&one));
	compare(&p);
	assert_int_equal(p.diff.n_changed, 1);
	buf_done(&one);
	end(&p);
}

static void paths_can_be_left_out_or_chosen(void **state)
{
	struct pair p = begin(state);

	assert_true(diff_rules_ignore(&p.rules, STR("details$.time"), NULL));
	build_marker(&p.a, "SideEffect", "data", "{\"time\":1,\"n\":5}");
	build_marker(&p.b, "SideEffect", "data", "{\"time\":2,\"n\":5}");
	compare(&p);
	assert_true(diff_same(&p.diff));
	end(&p);
	p = begin(state);
	assert_true(diff_rules_only(&p.rules, STR("details$.n"), NULL));
	build_marker(&p.a, "SideEffect", "data", "{\"time\":1,\"n\":5}");
	build_marker(&p.b, "SideEffect", "data", "{\"time\":2,\"n\":5}");
	compare(&p);
	assert_true(diff_same(&p.diff));
	end(&p);
}

static void rules_are_known_by_name(void **state)
{
	struct diff_rules rules;
	struct err err = ERR_INIT;

	diff_rules_init(&rules, *state, false);
	assert_false(diff_rules_ignore(&rules, STR("stack"), &err));
	assert_non_null(strstr(err.message, "did you mean 'stacks'?"));
	assert_false(diff_rules_compare(&rules, STR("nothing"), &err));
	assert_true(rules.ignored[DIFF_TIMES]);
	assert_true(diff_rules_compare(&rules, STR("times"), &err));
	assert_false(rules.ignored[DIFF_TIMES]);
	diff_rules_done(&rules);
	diff_rules_init(&rules, *state, true);
	for (size_t i = 0; i < DIFF_RULES; i++)
		assert_false(rules.ignored[i]);
	(void)state;
}

/* ---- hostile histories ---- */

static void places_must_be_some_of_the_schemas(void **state)
{
	static const struct {
		const char *place, *message;
	} ROWS[] = {
		{"inputt", "'inputt': there is no field 'inputt' (did you mean 'input'?)"},
		{"foo.bar", "'foo.bar': there is no field 'foo'"},
		{"header.tenant", "'header.tenant': there is no field 'tenant' below 'header'"},
		{"activityId[3]", "'activityId[3]': 'activityId' is no list and no map"},
		{"activityId$.a", "'activityId$.a': no payload is at or below 'activityId'"},
	};
	static const char *const GOOD[] = {
		"input", "in*", "$.a", "input$.a", "header.fields[tenant].data$.x", "activity_id",
		"activityTask*.input.payloads[0]", "lastFailure.cause.cause.message", "signalInput$.a",
		"#19001", "failure$.x", "workflowType.name", "data$.a",
	};
	struct diff_rules rules;
	struct err err = ERR_INIT;

	diff_rules_init(&rules, *state, false);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		assert_false(diff_rules_only(&rules, str_of(ROWS[i].place), &err));
		assert_int_equal(err.code, ERR_USAGE);
		assert_string_equal(err.message, ROWS[i].message);
		assert_false(diff_rules_ignore(&rules, str_of(ROWS[i].place), &err));
	}
	for (size_t i = 0; i < sizeof(GOOD) / sizeof(*GOOD); i++)
		if (!diff_rules_only(&rules, str_of(GOOD[i]), &err))
			fail_msg("%s: %s", GOOD[i], err.message);
	diff_rules_done(&rules);
	/* There what the schema lacks can be named too. */
	diff_rules_init(&rules, *state, true);
	assert_true(diff_rules_ignore(&rules, STR("brandNew"), &err));
	diff_rules_done(&rules);
}

static void places_that_fit_nothing_are_known(void **state)
{
	struct pair p = begin(state);
	struct diff_settings settings = {.rules = &p.rules};
	const char *option = NULL;
	struct str place;
	size_t at = 0;

	assert_true(diff_rules_ignore(&p.rules, STR("memo"), NULL));
	assert_true(diff_rules_only(&p.rules, STR("workflowType"), NULL));
	compare(&p);
	diff_find_places(&p.left, &settings);
	assert_true(diff_rules_idle(&p.rules, &at, &option, &place));
	assert_string_equal(option, "--ignore");
	assert_true(str_is(place, "memo"));
	assert_false(diff_rules_idle(&p.rules, &at, &option, &place));
	end(&p);
}

static void circles_and_strangers_end(void **state)
{
	struct pair p = begin(state);
	struct buf bytes;

	/* Answers to themselves, to later events and to nobody. */
	buf_init(&bytes, 0);
	for (int64_t to = 3; to < 9; to++) {
		buf_clear(&bytes);
		wire_put_value(&bytes, 2, (uint64_t)to);
		build_event(&p.a, EVENT_ACTIVITY_TASK_COMPLETED, 17, buf_str(&bytes));
	}
	build_activity_completed(&p.b, 4000000);
	compare(&p);
	assert_false(diff_same(&p.diff));
	buf_done(&bytes);
	end(&p);
}

static void deep_json_is_text(void **state)
{
	size_t n = LIMIT_DEPTH * 3;
	char *left = mem_zalloc(n + 2), *right = mem_zalloc(n + 2), *changes;

	memset(left, '[', n);
	memset(right, '[', n + 1);
	changes = between(state, left, right, false);
	assert_true(strlen(changes) > 0);
	mem_free(changes);
	mem_free(left);
	mem_free(right);
}

struct count {
	size_t bytes;
	uint64_t sum;
};

static void feed(void *data, struct str bytes)
{
	struct count *c = data;

	c->bytes += bytes.n;
	for (size_t i = 0; i < bytes.n; i++)
		c->sum = c->sum * 31 + (unsigned char)bytes.p[i];
}

static void what_is_the_same_has_the_same_content(void **state)
{
	struct pair p = begin(state);
	struct diff_settings settings = {.rules = &p.rules};
	struct count one = {0}, two = {0}, three = {0};

	build_marker(&p.a, "SideEffect", "data", "{\"a\":1,\"b\":2}");
	build_marker(&p.b, "SideEffect", "data", "{\"b\":2.0, \"a\":1}");
	compare(&p);
	diff_content(&p.left, &settings, feed, &one);
	diff_content(&p.right, &settings, feed, &two);
	assert_int_equal(one.sum, two.sum);
	assert_true(one.bytes > 0);
	assert_true(diff_rules_compare(&p.rules, STR("form"), NULL));
	diff_content(&p.left, &settings, feed, &three);
	assert_int_not_equal(one.sum, three.sum);
	end(&p);
}

static void columns_are_counted_as_a_terminal_does(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} ROWS[] = {
		{"plain", 5}, {"\u6ce8\u6587", 4}, {"e\u0301", 1}, {"\uac00", 2}, {"\uff21", 2},
		{"\U0001f600", 2}, {"\xff", 1}, {"\u00e4", 1}, {"\u200d", 0},
	};
	struct buf b;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		assert_int_equal(width_of(str_of(ROWS[i].text)), ROWS[i].width);
	buf_init(&b, 0);
	width_add(&b, STR("\u6ce8\u6587\u6ce8\u6587"), 6); /* 8 columns into 6: half a character is none */
	assert_string_equal(b.p, "\u6ce8... ");
	buf_clear(&b);
	width_add(&b, STR("ab"), 4);
	assert_string_equal(b.p, "ab  ");
	buf_clear(&b);
	width_add(&b, STR("abcdef"), 2);
	assert_string_equal(b.p, "..");
	buf_done(&b);
	(void)state;
}

static int make_schema(void **state)
{
	static struct arena a;

	arena_init(&a);
	*state = (void *)(uintptr_t)schema_new(&a);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(runs_of_the_same_code_are_the_same),
		cmocka_unit_test(what_one_history_has_more_is_said),
		cmocka_unit_test(a_loop_with_one_turn_less_shows_that_turn),
		cmocka_unit_test(an_activity_of_another_name_is_another),
		cmocka_unit_test(answers_in_another_order_are_moved),
		cmocka_unit_test(order_may_be_ignored),
		cmocka_unit_test(workflow_tasks_may_be_ignored),
		cmocka_unit_test(chosen_ids_tell_activities_apart),
		cmocka_unit_test(the_own_workflow_id_in_an_id_is_no_difference),
		cmocka_unit_test(json_is_compared_by_what_it_says),
		cmocka_unit_test(exactly_every_blank_counts),
		cmocka_unit_test(of_long_values_the_part_that_differs_is_shown),
		cmocka_unit_test(unknown_fields_are_compared_too),
		cmocka_unit_test(paths_can_be_left_out_or_chosen),
		cmocka_unit_test(rules_are_known_by_name),
		cmocka_unit_test(places_must_be_some_of_the_schemas),
		cmocka_unit_test(places_that_fit_nothing_are_known),
		cmocka_unit_test(circles_and_strangers_end),
		cmocka_unit_test(deep_json_is_text),
		cmocka_unit_test(what_is_the_same_has_the_same_content),
		cmocka_unit_test(columns_are_counted_as_a_terminal_does),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
