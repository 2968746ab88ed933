/* SPDX-License-Identifier: MIT */
/* test_query.c: what fits a query, and what is said of one that can't be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "formats/query/query.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"

#define DAY (INT64_C(86400) * 1000000000)
/* 2026-01-01T00:00:00Z */
#define NEW_YEAR (INT64_C(1767225600) * 1000000000)

static struct {
	struct arena arena;
	const struct schema *schema;
	struct history order; /* see set_up() */
} t;

/* 1 started; 2-4 task 1; 5-7 activity Charge; 8 signal; 9-11 task 2; 12 marker; 13-14 timer */
static int set_up(void **state)
{
	struct build b;

	arena_init(&t.arena);
	t.schema = schema_new(&t.arena);
	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_task(&b);
	build_activity(&b, "Charge");
	build_signal(&b, "approve");
	build_task(&b);
	build_marker(&b, "core_patch", "patch-data",
		     "{\"id\":\"fraud-check\",\"n\": {\"of\" : [3, [12.5]]},\"on\":true,"
		     "\"none\":null,\"esc\":\"a\\\"b\"}");
	build_timer(&b, 30);
	t.order = build_history(&b, t.schema);
	build_done(&b);
	return 0;
}

static int tear_down(void **state)
{
	history_done(&t.order);
	arena_done(&t.arena);
	return 0;
}

static const struct query *read_query(const char *text, enum query_subject subject)
{
	const struct query *q = NULL;
	struct err err = ERR_INIT;

	if (!query_parse(&q, str_of(text), subject, t.schema, &t.arena, &err))
		fail_msg("%s: %s", text, err.message);
	return q;
}

/* ---- histories ---- */

static struct query_history a_history(void)
{
	return (struct query_history){
		.path = STR("exports/2026/order-7.json"),
		.workflow_id = STR("order-7"),
		.type = STR("OrderWorkflow"),
		.queue = STR("orders"),
		.sdk = STR("temporal-go"),
		.sdk_version = STR("1.9.2"),
		.status = "timed-out",
		.events = 420,
		.tasks = 33,
		.bytes = 3 * 1024 * 1024,
		.started = NEW_YEAR,
		.closed = NEW_YEAR + DAY / 2,
		.now = NEW_YEAR + 10 * DAY,
	};
}

static void assert_history(const char *text, bool fits)
{
	struct query_history about = a_history();

	if (query_fits_history(read_query(text, QUERY_HISTORY), &about) != fits)
		fail_msg("%s: %s", text, fits ? "does not fit" : "fits");
}

static void a_history_fits_what_it_is(void **state)
{
	static const char *const FIT[] = {
		"type = OrderWorkflow",
		"type = 'OrderWorkflow' and events < 500",
		"type == \"OrderWorkflow\" && events <= 420",
		"type like 'Order*' and not type like '*Flow'",
		"type like Or?er*low",
		"type starts with Order and type ends with flow and type contains erWork",
		"type starts Order",
		"id = order-7 and workflowId != order-8",
		"name = order-7.json",
		"path starts with exports/2026/",
		"sdk = go and sdk = temporal-go and sdk in (java, go)",
		"sdk not in (java, python)",
		"sdkVersion >= 1.9 and sdkVersion < 1.10 and sdkVersion < 1.9.10",
		"status = timed-out and status = 'TIMED-OUT' and status != open",
		"events in (1, 420)",
		"bytes > 2M and bytes <= 3M and bytes > 3000k",
		"age > 7d and age < 2w and age = 240h",
		"duration = 12h and duration >= 11h59m60s",
		"started = 2026-01-01 and started < 2026-01-01T00:00:01Z",
		("started = 2026-01-01T01:00+01:00 and "
		 "started = '2025-12-31 19:00:00-05:00' or started = 2026-01-01"),
		"closed > 2026-01-01T11:59:59.999Z",
		"closed and type and not runId",
		"runId != x",
		"not runId = x",
		"type = Nope or events > 1 and queue = orders",
		"(type = Nope or events > 1) and queue = orders",
		"not (type = Nope or events < 1)",
		"NOT type = Nope AND events > 1",
		"!(type = Nope) || events = 0",
	};
	static const char *const NOT_FIT[] = {
		"type = orderworkflow",
		"type = Order",
		"type like Order",
		"sdk = temporal",
		"sdkVersion > 1.10",
		"age > 11d",
		"runId = x",
		"runId like '*'",
		"runId < x",
		"(type = Nope or events > 1) and queue = other",
		"type = Nope and events > 1 or queue = other",
		"not type = Nope and queue = other",
		"status in (open, completed)",
		"type != OrderWorkflow",
		"type not like 'Order*'",
	};

	for (size_t i = 0; i < sizeof(FIT) / sizeof(*FIT); i++)
		assert_history(FIT[i], true);
	for (size_t i = 0; i < sizeof(NOT_FIT) / sizeof(*NOT_FIT); i++)
		assert_history(NOT_FIT[i], false);
}

static void what_is_not_known_fits_no_comparison(void **state)
{
	struct query_history about = {.status = "open", .now = NEW_YEAR};

	assert_false(query_fits_history(read_query("age > 0s", QUERY_HISTORY), &about));
	assert_false(query_fits_history(read_query("age < 9w", QUERY_HISTORY), &about));
	assert_false(query_fits_history(read_query("closed < 2030-01-01", QUERY_HISTORY), &about));
	assert_true(query_fits_history(read_query("not closed", QUERY_HISTORY), &about));
	assert_true(query_fits_history(read_query("events = 0", QUERY_HISTORY), &about));
}

static void facts_come_from_the_history(void **state)
{
	struct query_history q = query_history_of(&t.order, STR("a/b.json"));
	struct build b;
	struct history h;

	assert_true(str_is(q.type, "OrderWorkflow"));
	assert_true(str_is(q.workflow_id, "w-1"));
	assert_int_equal(q.events, 14);
	assert_int_equal(q.tasks, 2);
	assert_true(q.started > 0);
	assert_true(q.closed == 0);
	assert_string_equal(q.status, "open");
	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_task(&b);
	build_terminated(&b, "enough");
	h = build_history(&b, t.schema);
	q = query_history_of(&h, STR("x"));
	assert_string_equal(q.status, "terminated");
	assert_true(q.closed > q.started);
	history_done(&h);
	build_done(&b);
}

/* ---- events ---- */

/* The ids of the events that fit, as "5 6". */
static void assert_events(const char *text, const char *ids)
{
	const struct query *q = read_query(text, QUERY_EVENT);
	struct str got = STR("");

	for (size_t i = 0; i < t.order.n_events; i++) {
		struct query_event about = {&t.order, i};

		if (query_fits_event(q, &about))
			got = arena_printf(&t.arena, "%.*s%s%d", STR_ARG(got), got.n ? " " : "",
					   (int)t.order.events[i].id);
	}
	if (!str_is(got, ids))
		fail_msg("%s: got %.*s, expected %s", text, STR_ARG(got), ids);
}

static void an_event_fits_what_it_is(void **state)
{
	static const char *const ROWS[][2] = {
		{"id = 5", "5"},
		{"eventId in (1, 14)", "1 14"},
		{"type = TimerFired", "14"},
		{"type = EVENT_TYPE_TIMER_FIRED", "14"},
		{"type like 'Timer*'", "13 14"},
		{"category = activity", "5 6 7"},
		{"category = Activity and command", "5"},
		{"command = true", "5 12 13"},
		{"name = Charge", "5 6 7"},
		{"activity = Charge and not command", "6 7"},
		{"timer = 30s", "13 14"},
		{"timer", "13 14"},
		{"signal = approve", "8"},
		{"marker contains fraud", "12"},
		{"answers = 5", "6 7"},
		{"task = 1", "1 2 3 4 5"},
		{"task = 2", "6 7 8 9 10 11 12 13"},
		{"task > 2", "14"},
		{"elapsed <= 2s", "1 2 3"},
		{"time = 2026-01-01T00:00:00Z and id > 1", ""},
		{"bytes > 1M", ""},
		/* what only some types have */
		{"activityType.name = Charge", "5"},
		{"activity_type.name = Charge", "5"},
		{"attributes.activityType.name = Charge", "5"},
		{"activityType contains harg", "5"},
		{"activityType", "5"},
		{"signalName like 'app*'", "8"},
		{"startToFireTimeout = 30s", "13"},
		{"startToFireTimeout > 29s and startToFireTimeout < 1m", "13"},
		{"scheduledEventId = 5", "6 7"},
		{"workflowTaskCompletedEventId >= 11", "12 13"},
		{"eventType = TimerStarted", "13"},
		{"eventType = 17", "13"},
		{"details[patch-data] contains fraud", "12"},
		{"details.patch-data.payloads.data contains fraud", "12"},
		{"details['patch-data'].payloads.data contains fraud", "12"},
		{"details[other] contains fraud", ""},
		{"details contains fraud", "12"},
		/* and in the JSON of payloads */
		{"details[patch-data].id = fraud-check", "12"},
		{"details[patch-data].payloads.id = fraud-check", "12"},
		{"details[patch-data].id = fraud", ""},
		{"details[patch-data].n.of > 12", "12"},
		{"details[patch-data].n.of in (4, 3)", "12"},
		{"details[patch-data].n.of > 13", ""},
		{"details[patch-data].n contains 12.5", "12"},
		{"details[patch-data].on = true and details[patch-data].on", "12"},
		{"details[patch-data].none", ""},
		{"details[patch-data].none.deeper = 1", ""},
		{"details[patch-data].esc = 'a\"b'", "12"},
		{"text contains fraud", "12"},
		{"text = approve", "8"},
		{"not text contains a", "1 2 3 4 6 7 9 10 11 13 14"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		assert_events(ROWS[i][0], ROWS[i][1]);
}

/* ---- what can't be read ---- */

static void a_wrong_query_says_where_and_what(void **state)
{
	static const struct {
		enum query_subject subject;
		const char *text;
		const char *message;
	} ROWS[] = {
		{QUERY_HISTORY, "", "column 1: the query is empty"},
		{QUERY_HISTORY, "   ", "column 1: the query is empty"},
		{QUERY_HISTORY, "evnts > 3",
		 "column 1: there is no field 'evnts' (did you mean 'events'?)"},
		{QUERY_HISTORY, "type = A and activityType.name = B",
		 "column 14: there is no field 'activityType.name'"},
		{QUERY_HISTORY, "status = faild",
		 "column 10: there is no status 'faild' (did you mean 'failed'?)"},
		{QUERY_HISTORY, "events > many", "column 10: events is compared with a number, as "
						 "500 or 2M"},
		{QUERY_HISTORY, "age > 7", "column 7: age is compared with a duration, as 30s, "
					   "1h30m or 7d"},
		{QUERY_HISTORY, "started > 7d", "column 11: started is compared with a time, as "
						"2026-11-22 or 2026-11-22T10:00:00Z"},
		{QUERY_HISTORY, "started > 2026-13-01", "column 11: started is compared with a "
							"time, as 2026-11-22 or "
							"2026-11-22T10:00:00Z"},
		{QUERY_HISTORY, "status < failed",
		 "column 8: status has no order; it can be compared with = and !="},
		{QUERY_HISTORY, "events like '1*'", "column 8: events is no text; it is compared "
						    "with a number, as 500 or 2M"},
		{QUERY_HISTORY, "type ~ 'x'",
		 "column 6: there are no regular expressions here; use contains, starts with, "
		 "ends with or like 'Order*'"},
		{QUERY_HISTORY, "type =", "column 7: a value is expected, not 'the end'"},
		{QUERY_HISTORY, "type = 'x", "column 8: this ' is not closed"},
		{QUERY_HISTORY, "type = x y", "column 10: 'and' or 'or' is expected, not 'y'"},
		{QUERY_HISTORY, "(type = x", "column 10: 'and', 'or' or ')' is expected, not 'the "
					     "end'"},
		{QUERY_HISTORY, "type in x", "column 9: '(' is expected after 'in'"},
		{QUERY_HISTORY, "type in (x y)", "column 12: ',' or ')' is expected"},
		{QUERY_HISTORY, "type in ()", "column 10: a value is expected, not ')'"},
		{QUERY_HISTORY, "type not = x", NULL},
		{QUERY_HISTORY, "type not x", "column 10: in, like, contains, starts or ends is "
					      "expected after 'not'"},
		{QUERY_HISTORY, "and", "column 1: there is no field 'and' (did you mean 'id'?)"},
		{QUERY_HISTORY, "type = x;", "column 9: ';' has no meaning here; text goes in "
					     "quotes"},
		{QUERY_EVENT, "type = TimerFird",
		 "column 8: there is no type 'TimerFird' (did you mean 'TimerFired'?)"},
		{QUERY_EVENT, "activityType.nam = x",
		 "column 1: 'activityType.nam': no event has 'nam' there"},
		{QUERY_EVENT, "nmae = x", "column 1: there is no field 'nmae' (did you mean "
					  "'name'?)"},
		{QUERY_EVENT, "details[x = 1", "column 8: this [ is not closed"},
		{QUERY_EVENT, "... = 1", "column 1: there is no field '...'"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		const struct query *q;
		struct err err = ERR_INIT;
		bool ok = query_parse(&q, str_of(ROWS[i].text), ROWS[i].subject, t.schema,
				      &t.arena, &err);

		assert_true(ok == !ROWS[i].message);
		if (!ROWS[i].message)
			continue;
		assert_string_equal(err.message, ROWS[i].message);
		assert_int_equal(err.code, ERR_USAGE);
		assert_int_equal(err.column, strtol(ROWS[i].message + 7, NULL, 10));
	}
}

/* N times BEFORE, then MIDDLE. */
static bool reads(const char *before, size_t n, const char *middle)
{
	const struct query *q;
	struct buf b;
	bool ok;

	buf_init(&b, 0);
	for (size_t i = 0; i < n; i++)
		buf_puts(&b, before);
	buf_puts(&b, middle);
	ok = query_parse(&q, buf_str(&b), QUERY_EVENT, t.schema, &t.arena, NULL);
	buf_done(&b);
	return ok;
}

static void depth_and_length_are_bounded(void **state)
{
	assert_true(reads("not ", 90, "command"));
	assert_false(reads("not ", 110, "command"));
	assert_false(reads("(", 110, "command"));
	assert_true(reads("id = 1 or ", 1000, "id = 2"));
	assert_false(reads("id = 1 or ", 2000, "id = 2"));
	assert_true(reads("failure.", 1, "message"));
	assert_true(reads("failure.cause.", 1, "message"));
	assert_false(reads("cause.", 300, "message"));
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(a_history_fits_what_it_is),
		cmocka_unit_test(what_is_not_known_fits_no_comparison),
		cmocka_unit_test(facts_come_from_the_history),
		cmocka_unit_test(an_event_fits_what_it_is),
		cmocka_unit_test(a_wrong_query_says_where_and_what),
		cmocka_unit_test(depth_and_length_are_bounded),
	};

	return cmocka_run_group_tests(TESTS, set_up, tear_down);
}
