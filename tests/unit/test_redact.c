/* SPDX-License-Identifier: MIT */
/* test_redact.c: what is replaced, by what, what stays, and what is looked for afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/history/events.h"
#include "formats/redact/redact_parts.h"
#include "formats/transcode/json.h"
#include "formats/wire/field.h"
#include "tests/unit/build.h"
#include "tests/unit/redact_story.h"
#include "tests/unit/redact_world.h"

static void rule(struct world *w, const char *text)
{
	if (!redact_rules_add(&w->rules, str_of(text), &w->err))
		fail_msg("%s: %s", text, w->err.message);
}

/* The JSON that marker SideEffect's data becomes, in the buffer. */
static struct str redacted_data(struct world *w, const char *json)
{
	const struct schema_message *m;
	int64_t id = build_marker(&w->b, "SideEffect", "data", json);
	struct str bytes;

	redact(w);
	if (!w->ok)
		fail_msg("%s", w->err.message);
	assert_true(history_attributes(&w->made, (size_t)id - 1, &m, &bytes));
	return field_str(m, bytes, "details[data].payloads.data");
}

static void json_keeps_its_shape(void **state)
{
	struct world w = begin(state);
	struct str made = redacted_data(&w, "{ \"name\" : \"Joe\", \"n\":[ 12 , 5, true,null, {}],"
					    "\"at\":\"2026-01-02T03:04:05Z\"}");
	char *text = mem_zalloc(made.n + 1);

	memcpy(text, made.p, made.n);
	assert_true(looks_like(text, "{ \"name\" : \"redactedxxxxxxxxxxxxxxxx\", \"n\":[ 19 , 5, "
				     "true,null, {}],\"at\":\"2099-99-99T99:99:99Z\"}"));
	assert_int_equal(redact_counts(w.redact)[REDACT_PAYLOADS], 1);
	mem_free(text);
	end(&w);
}

static void sizes_are_kept_where_asked(void **state)
{
	static const char *const TEXTS[] = {"\"x\"", "\"tab\\tand \\u00e4\"",
					    ("{\"a\":[\"\",\"long enough to have the word in "
					     "it\",123]}"),
					    "\"\u6ce8\u6587\"", "no JSON at all", "\"", "x"};

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		struct world w = begin(state);
		struct str made;

		w.settings.keep_size = true;
		made = redacted_data(&w, TEXTS[i]);
		assert_int_equal(made.n, strlen(TEXTS[i]));
		end(&w);
	}
}

static void what_sdks_read_in_markers_stays(void **state)
{
	static const struct {
		const char *marker, *key, *json;
		bool stays;
	} ROWS[] = {
		{"core_patch", "patch-data", "{\"id\":\"my-change\",\"deprecated\":false}", true},
		{"Version", "change-id", "\"my-change\"", true},
		{"Version", "version", "3", true},
		{"core_local_activity", "data", "{\"seq\":1,\"activity_type\":\"Charge\"}", true},
		{"core_local_activity", "result", "\"secret result\"", false},
		{"LocalActivity", "type", "\"Charge\"", true},
		{"LocalActivity", "data", "{\"ActivityID\":\"1\",\"ActivityType\":\"Charge\"}", true},
		{"LocalActivity", "data", "\"a result of old\"", false},
		{"LocalActivity", "input", "\"secret\"", false},
		{"SideEffect", "side-effect-id", "1", true},
		{"SideEffect", "data", "\"secret\"", false},
		{"MutableSideEffect", "id", "\"m1-of-code\"", true},
		{"mine", "data", "\"secret\"", false},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct world w = begin(state);

		build_marker(&w.b, ROWS[i].marker, ROWS[i].key, ROWS[i].json);
		redact(&w);
		assert_true(w.ok);
		if ((str_find(buf_str(&w.out), str_of(ROWS[i].json)) >= 0) != ROWS[i].stays)
			fail_msg("%s %s %s", ROWS[i].marker, ROWS[i].key, ROWS[i].json);
		end(&w);
	}
}

static void ids_follow_what_is_replaced_in_them(void **state)
{
	struct world w = begin(state);
	char *placeholder = of(shape("salt", false), "order-17"), expected[60];
	struct arena a;
	int64_t child;

	build_marker(&w.b, "SideEffect", "data", "\"order-17\"");
	child = build_child_initiated(&w.b, "Ship", "order-17-ship");
	redact(&w);
	assert_true(w.ok);
	arena_init(&a);
	snprintf(expected, sizeof(expected), "%s-ship", placeholder);
	assert_true(str_is(event_code_id(&w.made, (size_t)child - 1, &a), expected));
	assert_true(str_is(w.made.workflow_id, "w-1"));
	assert_int_equal(redact_stays(w.redact), 0);
	arena_done(&a);
	mem_free(placeholder);
	end(&w);
}

static void all_ids_go_where_asked_but_those_that_nobody_chose(void **state)
{
	struct world w = begin(state);
	struct arena a;
	int64_t counted, chosen, child;

	w.settings.ids = true;
	counted = build_activity_scheduled(&w.b, "Charge");
	chosen = build_activity_with_id(&w.b, "eu-west-1", "Charge");
	child = build_child_initiated(&w.b, "Ship", "some-child");
	redact(&w);
	assert_true(w.ok);
	arena_init(&a);
	assert_false(str_is(w.made.workflow_id, "w-1"));
	assert_true(str_is(event_code_id(&w.made, (size_t)counted - 1, &a), "1"));
	assert_true(str_starts(event_code_id(&w.made, (size_t)chosen - 1, &a), STR("redacted")));
	assert_true(str_starts(event_code_id(&w.made, (size_t)child - 1, &a), STR("redacted")));
	assert_true(str_find(buf_str(&w.out), STR("run-1")) < 0);
	arena_done(&a);
	end(&w);
}

static void words_of_the_code_stay_and_are_named(void **state)
{
	struct world w = begin(state);
	struct buf lines;

	build_activity_scheduled(&w.b, "ChargeCard");
	build_marker(&w.b, "SideEffect", "data", "{\"call\":\"ChargeCard\"}");
	redact(&w);
	assert_true(w.ok);
	assert_int_equal(redact_stays(w.redact), 1);
	buf_init(&lines, 0);
	assert_int_equal(redact_stage(w.redact)->kind->report(redact_stage(w.redact), &lines), 1);
	assert_non_null(strstr(lines.p, "activityTaskScheduledEventAttributes.activityType.name (1)"));
	buf_done(&lines);
	end(&w);
}

static void a_uuid_from_the_input_is_followed_but_no_digits_in_one(void **state)
{
	const char *uuid = "0190f2d4-1234-7567-8ccc-0123456789ab";
	struct world w = begin(state);
	int64_t child = build_child_initiated(&w.b, "Ship", uuid);
	char *placeholder = of(shape("salt", false), uuid);
	struct arena a;

	arena_init(&a);
	build_marker(&w.b, "SideEffect", "data", "\"0190f2d4-1234-7567-8ccc-0123456789ab\"");
	redact(&w);
	assert_true(w.ok);
	assert_true(str_is(event_code_id(&w.made, (size_t)child - 1, &a), placeholder));
	end(&w);
	w = begin(state);
	child = build_child_initiated(&w.b, "Ship", uuid);
	build_marker(&w.b, "SideEffect", "data", "[123456]");
	redact(&w);
	assert_true(w.ok);
	assert_true(str_is(event_code_id(&w.made, (size_t)child - 1, &a), uuid));
	assert_int_equal(redact_stays(w.redact), 0);
	end(&w);
	arena_done(&a);
	mem_free(placeholder);
}

static void failures_and_identities_are_replaced(void **state)
{
	struct world w = begin(state);
	int64_t scheduled = build_activity_scheduled(&w.b, "Charge");

	build_activity_failed(&w.b, scheduled, "card 4711 of Joe declined");
	build_terminated(&w.b, "because Joe said so");
	redact(&w);
	assert_true(w.ok);
	assert_true(str_find(buf_str(&w.out), STR("Joe")) < 0);
	assert_int_equal(redact_counts(w.redact)[REDACT_FAILURES], 1);
	assert_int_equal(redact_counts(w.redact)[REDACT_REASONS], 1);
	end(&w);
}

static void what_nobody_knows_is_dropped(void **state)
{
	struct world w = begin(state);
	struct buf one;

	buf_init(&one, 0);
	wire_put_bytes(&one, 1, STR("SideEffect"));
	wire_put_bytes(&one, 500, STR("secret of tomorrow"));
	build_event(&w.b, EVENT_MARKER_RECORDED, 21, buf_str(&one));
	redact(&w);
	assert_true(w.ok);
	assert_true(str_find(buf_str(&w.out), STR("secret of tomorrow")) < 0);
	assert_int_equal(redact_counts(w.redact)[REDACT_UNKNOWN], 1);
	buf_done(&one);
	end(&w);
}

/* ---- rules ---- */

static void rules_decide_first(void **state)
{
	static const struct {
		const char *rule, *json, *in, *not_in;
	} ROWS[] = {
		{"path=details$.status keep", "{\"status\":\"SHIPPED\",\"who\":\"Joe Bloggs\"}",
		 "{\"status\":\"SHIPPED\"", "Joe"},
		{"path=details keep", "{\"who\":\"Joe Bloggs\"}", "Joe Bloggs", "redacted"},
		{"event=Marker* keep", "{\"who\":\"Joe Bloggs\"}", "Joe Bloggs", "redacted"},
		{"event=Timer* keep", "{\"who\":\"Joe Bloggs\"}", "redacted", "Joe"},
		{"type=SideEffect keep", "{\"who\":\"Joe Bloggs\"}", "Joe Bloggs", "redacted"},
		{"encoding=json/plain keep", "{\"who\":\"Joe Bloggs\"}", "Joe Bloggs", "redacted"},
		{"encoding=binary/* keep", "{\"who\":\"Joe Bloggs\"}", "redacted", "Joe"},
		{"match=/^[A-Z_]+$/ keep", "[\"SHIPPED\",\"Joe Bloggs\"]", "SHIPPED", "Joe"},
		{"path=details$..who drop", "{\"a\":{\"who\":\"Joe Bloggs\",\"n\":55}}", "\"who\":\"\"", "Joe"},
		{"path=details drop", "{\"who\":\"Joe Bloggs\"}", "SideEffect", "who"},
		{"path=$.n drop", "{\"n\":5512,\"m\":true}", "{\"n\":0,\"m\":true}", "5512"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct world w = begin(state);

		rule(&w, ROWS[i].rule);
		build_marker(&w.b, "SideEffect", "data", ROWS[i].json);
		redact(&w);
		if (!w.ok)
			fail_msg("%s: %s", ROWS[i].rule, w.err.message);
		if (str_find(buf_str(&w.out), str_of(ROWS[i].in)) < 0 ||
		    str_find(buf_str(&w.out), str_of(ROWS[i].not_in)) >= 0)
			fail_msg("%s on %s", ROWS[i].rule, ROWS[i].json);
		end(&w);
	}
}

static void matches_go_from_what_stays(void **state)
{
	struct world w = begin(state);

	rule(&w, "match=/\\d{16}/");
	build_activity_with_id(&w.b, "card-1234567812345678-x", "Charge");
	redact(&w);
	assert_true(w.ok);
	assert_true(str_find(buf_str(&w.out), STR("1234567812345678")) < 0);
	assert_true(str_find(buf_str(&w.out), STR("card-1")) >= 0);
	end(&w);
}

static void what_is_no_rule_is_said(void **state)
{
	static const struct {
		const char *rule, *message;
	} ROWS[] = {
		{"", "a rule has a condition, as path=input"},
		{"keep", "a rule has a condition, as path=input"},
		{"path=", "path= has no value"},
		{"paht=x", "'paht' is no condition (did you mean 'path'?)"},
		{"colour=x", "'colour' is no condition: they are path, event, type, encoding and match"},
		{"path=a..b", "path: a part of the path is empty"},
		{"match=x", "match=/.../ holds an expression"},
		{"match=/(/", "match: column 1: this group is not closed"},
		{"match=/a", "/ is not closed"},
		{"path=inputt keep", "path: there is no field 'inputt' (did you mean 'input'?)"},
		{"event=Foo", "event: there is no type of event 'Foo'"},
		{"event=MarkerRecord", "event: there is no type of event 'MarkerRecord' (did you "
				       "mean 'MarkerRecorded'?)"},
		{"path=input hide", "'hide' is neither a condition nor replace, drop or keep"},
		{"keep path=input", "what is to be done stands last"},
		{"path=input keep drop", "there is one thing too much: 'drop'"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct redact_rules rules;
		struct err err = ERR_INIT;

		redact_rules_init(&rules, *state);
		assert_false(redact_rules_add(&rules, str_of(ROWS[i].rule), &err));
		assert_string_equal(err.message, ROWS[i].message);
		redact_rules_done(&rules);
	}
	(void)state;
}

static void files_of_rules_name_the_line(void **state)
{
	struct redact_rules rules;
	struct err err = ERR_INIT;

	redact_rules_init(&rules, *state);
	assert_true(redact_rules_read(&rules, STR("# a comment\n\n path=input keep\r\n"
						  "type='two words' match=/a b/ drop"), &err));
	assert_int_equal(rules.list.n, 2);
	assert_true(str_is(rules.list.at[1].type, "two words"));
	assert_false(redact_rules_read(&rules, STR("path=input\n\nnonsense\n"), &err));
	assert_int_equal(err.line, 3);
	assert_non_null(strstr(err.message, "line 3: "));
	redact_rules_done(&rules);
	(void)state;
}

/* ---- looking through ---- */

static void what_is_forbidden_is_found_wherever_it_stays(void **state)
{
	struct world w = begin(state);
	struct str word = STR("eu-west");

	w.settings.forbidden = &word;
	w.settings.n_forbidden = 1;
	build_activity_with_id(&w.b, "x-eu-west-1", "Charge");
	redact(&w);
	assert_false(w.ok);
	assert_null(strstr(w.err.message, "eu-west"));
	assert_non_null(strstr(w.err.message, "activityId"));
	assert_int_equal(w.out.n, 0);
	end(&w);
}

static void a_secret_in_a_field_without_a_row_stops_it(void **state)
{
	struct world w = begin(state);
	struct buf one;

	const struct schema_message *m;
	const struct schema_field *f;

	m = schema_message(w.schema, "temporal.api.history.v1.WorkflowExecutionStartedEventAttributes");
	f = schema_field_by_name(m, STR("cron_schedule"));
	buf_init(&one, 0);
	wire_put_bytes(&one, f->number, STR("@every Joe Bloggs"));
	build_event(&w.b, EVENT_WORKFLOW_EXECUTION_STARTED, 6, buf_str(&one));
	build_marker(&w.b, "SideEffect", "data", "\"Joe Bloggs\"");
	redact(&w);
	assert_false(w.ok);
	assert_null(strstr(w.err.message, "Joe"));
	assert_non_null(strstr(w.err.message, "cronSchedule"));
	buf_done(&one);
	end(&w);
}

static void twice_redacted_has_the_same_shape(void **state)
{
	struct world w = begin(state), again = begin(state);
	const char *json = "{\"name\":\"Joe\",\"n\":[12,true],\"at\":\"2026-01-02\"}";

	redacted_data(&w, json);
	buf_clear(&again.b.wire);
	buf_add(&again.b.wire, buf_str(&w.out));
	redact(&again);
	assert_true(again.ok);
	assert_int_equal(w.out.n, again.out.n);
	assert_int_equal(w.made.n_events, again.made.n_events);
	for (size_t i = 0; i < w.made.n_events; i++)
		assert_int_equal(w.made.events[i].type, again.made.events[i].type);
	end(&w);
	end(&again);
}

static void deep_and_broken_data_are_replaced_whole(void **state)
{
	size_t n = LIMIT_DEPTH * 4;
	char *deep = mem_zalloc(n + 1);
	struct world w = begin(state);
	struct str made;

	memset(deep, '[', n);
	made = redacted_data(&w, deep);
	assert_true(str_starts(made, STR("\"redacted")));
	end(&w);
	w = begin(state);
	made = redacted_data(&w, "{\"name\":\"Joe Bloggs\"");
	assert_true(str_starts(made, STR("\"redacted")));
	end(&w);
	mem_free(deep);
}


int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(json_keeps_its_shape),
		cmocka_unit_test(sizes_are_kept_where_asked),
		cmocka_unit_test(what_sdks_read_in_markers_stays),
		cmocka_unit_test(ids_follow_what_is_replaced_in_them),
		cmocka_unit_test(all_ids_go_where_asked_but_those_that_nobody_chose),
		cmocka_unit_test(words_of_the_code_stay_and_are_named),
		cmocka_unit_test(a_uuid_from_the_input_is_followed_but_no_digits_in_one),
		cmocka_unit_test(failures_and_identities_are_replaced),
		cmocka_unit_test(what_nobody_knows_is_dropped),
		cmocka_unit_test(rules_decide_first),
		cmocka_unit_test(matches_go_from_what_stays),
		cmocka_unit_test(what_is_no_rule_is_said),
		cmocka_unit_test(files_of_rules_name_the_line),
		cmocka_unit_test(what_is_forbidden_is_found_wherever_it_stays),
		cmocka_unit_test(a_secret_in_a_field_without_a_row_stops_it),
		cmocka_unit_test(twice_redacted_has_the_same_shape),
		cmocka_unit_test(deep_and_broken_data_are_replaced_whole),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
