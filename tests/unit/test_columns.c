/* SPDX-License-Identifier: MIT */
/* test_columns.c: columns by name and by path, and what is wrong with a list of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/columns.h"
#include "formats/read/load.h"
#include "formats/transcode/json.h"
#include "tests/unit/build.h"

/* The data of input is {"total":1.50,"items":[{"sku":"A"},{"sku":"B"}]}. */
static const char HISTORY[] =
	"{\"events\":[{\"eventId\":\"1\",\"eventTime\":\"2026-01-01T00:00:00Z\",\"eventType\":"
	"\"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\",\"workflowExecutionStartedEventAttributes\":"
	"{\"workflowType\":{\"name\":\"Order\"},\"workflowId\":\"w-1\",\"taskQueue\":{\"name\":\"queue\"},"
	"\"originalExecutionRunId\":\"run-1\"}},"
	"{\"eventId\":\"2\",\"eventTime\":\"2026-01-01T00:00:01.5Z\",\"eventType\":"
	"\"EVENT_TYPE_WORKFLOW_TASK_COMPLETED\",\"workflowTaskCompletedEventAttributes\":{}},"
	"{\"eventId\":\"3\",\"eventTime\":\"2026-01-01T00:00:04Z\",\"eventType\":"
	"\"EVENT_TYPE_ACTIVITY_TASK_SCHEDULED\",\"activityTaskScheduledEventAttributes\":"
	"{\"activityId\":\"7\",\"activityType\":{\"name\":\"Charge\"},\"taskQueue\":{\"name\":\"q\"},"
	"\"input\":{\"payloads\":[{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":"
	"\"eyJ0b3RhbCI6MS41MCwiaXRlbXMiOlt7InNrdSI6IkEifSx7InNrdSI6IkIifV19\"}]},"
	"\"startToCloseTimeout\":\"10s\",\"workflowTaskCompletedEventId\":\"2\"}},"
	"{\"eventId\":\"4\",\"eventTime\":\"2026-01-01T00:00:05Z\",\"eventType\":"
	"\"EVENT_TYPE_ACTIVITY_TASK_STARTED\",\"activityTaskStartedEventAttributes\":"
	"{\"scheduledEventId\":\"3\",\"identity\":\"ann@host\",\"attempt\":3}},"
	"{\"eventId\":\"5\",\"eventTime\":\"2026-01-01T00:00:04.25Z\",\"eventType\":"
	"\"EVENT_TYPE_ACTIVITY_TASK_FAILED\",\"activityTaskFailedEventAttributes\":"
	"{\"failure\":{\"message\":\"declined\",\"cause\":{\"message\":\"no money\"}},"
	"\"scheduledEventId\":\"3\",\"startedEventId\":\"4\",\"retryState\":\"RETRY_STATE_TIMEOUT\"}}]}";

static struct str cell(const struct history *h, size_t index, const char *names, struct arena *a)
{
	struct column_about about = {.history = h, .path = STR("h.json"), .index = index};
	struct err err = ERR_INIT;
	struct columns columns;
	struct buf out;
	struct str ret;

	if (!columns_read(str_of(names), h->schema, a, &columns, &err))
		fail_msg("%s: %s", names, err.message);
	buf_init(&out, 0);
	for (size_t i = 0; i < columns.n; i++) {
		if (i)
			buf_add_char(&out, '|');
		column_add(&columns.at[i], &about, a, &out);
	}
	ret = arena_str(a, buf_str(&out));
	buf_done(&out);
	return ret;
}

static void cells_are_what_events_hold(void **state)
{
	static const struct {
		size_t index;
		const char *names, *cells;
	} ROWS[] = {
		{0, "id,type,category,name,codeId",
		 "1|WorkflowExecutionStarted|workflow|Order|w-1"},
		{0, "history,workflowId,runId,workflowType,queue", "h.json|w-1|run-1|Order|queue"},
		{0, "time,elapsed,delta", "2026-01-01T00:00:00Z|0.000000000|"},
		{2, "time,elapsed,delta", "2026-01-01T00:00:04Z|4.000000000|2.500000000"},
		{4, "time,elapsed,delta", "2026-01-01T00:00:04.250Z|4.250000000|-0.750000000"},
		{2, " id , command,workflowTaskCompleted,answers,task", "3|true|2||1"},
		{3, "id,command,workflowTaskCompleted,answers,attempt,task", "4|false||3|3|2"},
		{2, "activityType.name,activityId,attributes.taskQueue.name", "Charge|7|q"},
		{2, "startToCloseTimeout,eventType,eventId", "10s|ActivityTaskScheduled|3"},
		{2, "input,input.total,input.items.sku",
		 "{\"total\":1.50,\"items\":[{\"sku\":\"A\"},{\"sku\":\"B\"}]}|1.50|A, B"},
		{4, "failure,detail,failure.message", "declined: no money|declined; Timeout|declined"},
		{4, "retryState,scheduledEventId,failure.cause",
		 "Timeout|3|{\"message\":\"no money\"}"},
		{2, "failure,timerId,startToFireTimeout", "||"},
		{3, "identity,bytes", "ann@host|29"},
	};
	struct err err = ERR_INIT;
	struct history h;
	struct arena a;

	if (!load_history_bytes(*state, str_of(HISTORY), &h, NULL, &err))
		fail_msg("%s", err.message);
	arena_init(&a);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct str have = cell(&h, ROWS[i].index, ROWS[i].names, &a);

		if (!str_is(have, ROWS[i].cells))
			fail_msg("%s: '%.*s' instead of '%s'", ROWS[i].names, STR_ARG(have),
				 ROWS[i].cells);
	}
	arena_done(&a);
	history_done(&h);
}

static void a_list_that_is_wrong_says_what_was_meant(void **state)
{
	static const struct {
		const char *list, *message;
	} ROWS[] = {
		{"", "a column's name is expected between commas"},
		{"id,,time", "a column's name is expected between commas"},
		{"id,tyme", "there is no column 'tyme' (did you mean 'time'?)"},
		{"nonesuch", "there is no column 'nonesuch', and no event has a field of that name "
			     "(docs/show.md lists them)"},
		{"activityType.nam", "there is no column 'activityType.nam', and no event has a "
				     "field of that name (docs/show.md lists them)"},
		{"[", "there is no column '[', and no event has a field of that name "
		      "(docs/show.md lists them)"},
	};
	struct columns columns;
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;

		assert_false(columns_read(str_of(ROWS[i].list), *state, &a, &columns, &err));
		assert_string_equal(err.message, ROWS[i].message);
		assert_int_equal(err.code, ERR_USAGE);
	}
	arena_done(&a);
}

/* Every column of every event of a recorded history: numbers are numbers. */
static void numbers_are_numbers(void **state)
{
	struct columns table = columns_table();
	struct err err = ERR_INIT;
	struct history h;
	struct arena a;
	struct buf out;

	if (!load_history(*state, STR("tests/corpus/go/saga-1.json"), &h, NULL, &err))
		fail_msg("%s", err.message);
	arena_init(&a);
	buf_init(&out, 0);
	for (size_t i = 0; i < h.n_events; i++)
		for (size_t c = 0; c < table.n; c++) {
			struct column_about about = {.history = &h, .index = i};
			struct json j;
			struct str value;

			buf_clear(&out);
			column_add(&table.at[c], &about, &a, &out);
			if (!out.n || table.at[c].kind == COLUMN_TEXT)
				continue;
			j = (struct json){buf_str(&out), 0};
			assert_true(json_skip(&j, &value, NULL));
			assert_int_equal(j.at, out.n);
			assert_int_equal(table.at[c].kind == COLUMN_FLAG,
					 value.p[0] == 't' || value.p[0] == 'f');
		}
	buf_done(&out);
	arena_done(&a);
	history_done(&h);
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
		cmocka_unit_test(cells_are_what_events_hold),
		cmocka_unit_test(a_list_that_is_wrong_says_what_was_meant),
		cmocka_unit_test(numbers_are_numbers),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
