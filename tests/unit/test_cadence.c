/* SPDX-License-Identifier: MIT */
/* test_cadence.c: events of Cadence become Temporal's, with a report of what could not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/read/cadence.h"
#include "formats/read/cadence_rules.h"

static struct {
	struct arena arena;
	struct cadence cadence;
	struct transcode_loss loss;
	struct buf wire;
} t;

static int set_up(void **state)
{
	cadence_init(&t.cadence, schema_new(&t.arena));
	t.cadence.keep_unknown = true;
	return 0;
}

static int tear_down(void **state)
{
	cadence_done(&t.cadence);
	buf_done(&t.wire);
	arena_done(&t.arena);
	return 0;
}

static char *as_json(struct str wire)
{
	struct err err = ERR_INIT;
	struct buf text = {0};
	char *ret;

	if (!transcode_wire_to_json(t.cadence.event, wire, NULL, &t.arena, &text, &err))
		fail_msg("%s", err.message);
	ret = arena_cstr(&t.arena, buf_str(&text));
	buf_done(&text);
	return ret;
}

/* One event of Cadence's JSON as Temporal's; t.loss is that event's. */
static char *turned(const char *json)
{
	struct err err = ERR_INIT;

	t.loss = (struct transcode_loss){0};
	buf_clear(&t.wire);
	if (!cadence_from_json(&t.cadence, str_of(json), &t.loss, &t.wire, &err))
		fail_msg("%s", err.message);
	return as_json(buf_str(&t.wire));
}

static void every_event_type_has_its_counterpart(void **state)
{
	for (size_t i = 0; i < N_CADENCE_EVENTS; i++) {
		const struct cadence_event *row = &CADENCE_EVENTS[i];
		char *json;

		json = arena_cstr(&t.arena, arena_printf(&t.arena,
							 "{\"eventId\":1,\"eventType\":\"%s\"}",
							 row->cadence));
		assert_true(cadence_is_json(str_of(json)) ||
			    !strcmp(row->cadence, row->temporal));
		json = turned(json);
		if (row->temporal)
			assert_non_null(strstr(json, "\"eventType\":\"EVENT_TYPE_"));
		else /* kept by its name */
			assert_true(str_has(buf_str(&t.wire), row->cadence));
	}
}

static void seconds_become_durations_and_nanoseconds_times(void **state)
{
	assert_string_equal(
		turned("{\"eventId\":1,\"timestamp\":1574721098274980001,\"eventType\":"
		       "\"WorkflowExecutionStarted\",\"version\":-24,\"taskId\":5,"
		       "\"workflowExecutionStartedEventAttributes\":{\"workflowType\":{\"name\":\"W\"},"
		       "\"taskList\":{\"name\":\"q\",\"kind\":\"NORMAL\"},"
		       "\"executionStartToCloseTimeoutSeconds\":60,\"taskStartToCloseTimeoutSeconds\":10,"
		       "\"initiator\":\"Decider\",\"expirationTimestamp\":1574721098000000000,"
		       "\"retryPolicy\":{\"initialIntervalInSeconds\":1,\"backoffCoefficient\":2,"
		       "\"nonRetriableErrorReasons\":[\"bad\"]}}}"),
		"{\"eventId\":\"1\",\"eventTime\":\"2019-11-25T22:31:38.274980001Z\",\"eventType\":"
		"\"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\",\"version\":\"-24\",\"taskId\":\"5\","
		"\"workflowExecutionStartedEventAttributes\":{\"workflowType\":{\"name\":\"W\"},"
		"\"taskQueue\":{\"name\":\"q\",\"kind\":\"TASK_QUEUE_KIND_NORMAL\"},"
		"\"workflowRunTimeout\":\"60s\",\"workflowTaskTimeout\":\"10s\","
		"\"initiator\":\"CONTINUE_AS_NEW_INITIATOR_WORKFLOW\",\"retryPolicy\":{"
		"\"initialInterval\":\"1s\",\"backoffCoefficient\":2,"
		"\"nonRetryableErrorTypes\":[\"bad\"]},\"attempt\":1,"
		"\"workflowExecutionExpirationTime\":\"2019-11-25T22:31:38Z\"}}");
	assert_int_equal(transcode_loss_count(&t.loss, TRANSCODE_LOST), 0);
}

/* As exports through JavaScript have them: numbers of nanoseconds do not fit there. */
static void times_may_be_strings(void **state)
{
	static const char *const TIMES[] = {"1574721098274980001",
					    "2019-11-25T22:31:38.274980001Z"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char json[200];

		snprintf(json, sizeof(json),
			 "{\"eventId\":1,\"timestamp\":\"%s\",\"eventType\":"
			 "\"WorkflowExecutionStarted\",\"workflowExecutionStartedEventAttributes\":{}}",
			 TIMES[i]);
		assert_true(cadence_is_json(str_of(json)));
		assert_non_null(strstr(turned(json),
				       "\"eventTime\":\"2019-11-25T22:31:38.274980001Z\""));
	}
}

/* Go writes one JSON value a line for each argument: "a" and {"b":1} here. */
static void arguments_are_taken_apart(void **state)
{
	assert_string_equal(
		turned("{\"eventId\":5,\"eventType\":\"ActivityTaskScheduled\","
		       "\"activityTaskScheduledEventAttributes\":{\"activityId\":\"0\","
		       "\"input\":\"ImEiCnsiYiI6MX0K\",\"domain\":\"d\"}}"),
		"{\"eventId\":\"5\",\"eventType\":\"EVENT_TYPE_ACTIVITY_TASK_SCHEDULED\","
		"\"activityTaskScheduledEventAttributes\":{\"activityId\":\"0\",\"input\":{\"payloads\":["
		"{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":\"ImEi\"},"
		"{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":\"eyJiIjoxfQ==\"}]}}}");
	assert_int_equal(t.loss.n[TRANSCODE_GUESS_CADENCE], 1);
	/* the domain of another workflow's activity: Temporal has no place for it */
	assert_int_equal(t.loss.n[TRANSCODE_LOST_CADENCE], 1);
	assert_string_equal(t.loss.first[TRANSCODE_LOST_CADENCE][0].path, "domain");
	assert_int_equal(t.loss.first[TRANSCODE_LOST_CADENCE][0].event_id, 5);
}

static void blobs_that_are_no_json_stay_one(void **state)
{
	static const char *const SPELLINGS[] = {"\"AAEC\"", "[0,1,2]", "{\"data\":\"AAEC\"}"};

	for (size_t i = 0; i < sizeof(SPELLINGS) / sizeof(*SPELLINGS); i++) {
		char *json = arena_cstr(
			&t.arena, arena_printf(&t.arena,
					       "{\"eventType\":\"WorkflowExecutionSignaled\","
					       "\"workflowExecutionSignaledEventAttributes\":{"
					       "\"signalName\":\"s\",\"input\":%s}}",
					       SPELLINGS[i]));

		assert_non_null(strstr(turned(json), "{\"metadata\":{\"encoding\":"
						     "\"YmluYXJ5L3BsYWlu\"},\"data\":\"AAEC\"}"));
	}
}

static void reason_and_details_become_a_failure(void **state)
{
	const char *json = turned(
		"{\"eventId\":7,\"eventType\":\"ActivityTaskFailed\","
		"\"activityTaskFailedEventAttributes\":{\"reason\":\"declined\",\"details\":\"IngiCg==\","
		"\"scheduledEventId\":5,\"startedEventId\":6,\"identity\":\"w\"}}");

	assert_non_null(strstr(json, "\"failure\":{\"message\":\"declined\","
				     "\"applicationFailureInfo\":{\"type\":\"declined\","
				     "\"details\":{\"payloads\":["));
	assert_int_equal(transcode_loss_count(&t.loss, TRANSCODE_LOST), 0);
	json = turned("{\"eventId\":7,\"eventType\":\"ActivityTaskTimedOut\","
		      "\"activityTaskTimedOutEventAttributes\":{\"timeoutType\":\"START_TO_CLOSE\","
		      "\"lastFailureReason\":\"declined\",\"scheduledEventId\":5}}");
	assert_non_null(strstr(json, "\"failure\":{\"message\":\"activity timeout\",\"cause\":{"
				     "\"message\":\"declined\""));
	assert_non_null(strstr(json, "\"timeoutFailureInfo\":{\"timeoutType\":"
				     "\"TIMEOUT_TYPE_START_TO_CLOSE\"}"));
}

static void a_decision_is_a_workflow_task(void **state)
{
	const char *json = turned(
		"{\"eventId\":4,\"eventType\":\"DecisionTaskFailed\","
		"\"decisionTaskFailedEventAttributes\":{\"cause\":\"UNHANDLED_DECISION\","
		"\"requestId\":\"r\"}}");

	assert_non_null(strstr(json, "\"workflowTaskFailedEventAttributes\":{\"cause\":"
				     "\"WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND\"}"));
	assert_int_equal(t.loss.n[TRANSCODE_LOST_CADENCE], 1);
	json = turned("{\"eventId\":2,\"eventType\":\"DecisionTaskScheduled\","
		      "\"decisionTaskScheduledEventAttributes\":{\"startToCloseTimeoutSeconds\":10,"
		      "\"attempt\":2}}");
	assert_non_null(strstr(json, "{\"startToCloseTimeout\":\"10s\",\"attempt\":3}"));
}

static void a_cancelled_activity_is_named_by_its_event(void **state)
{
	turned("{\"eventId\":5,\"eventType\":\"ActivityTaskScheduled\","
	       "\"activityTaskScheduledEventAttributes\":{\"activityId\":\"act-1\"}}");
	assert_non_null(strstr(
		turned("{\"eventId\":9,\"eventType\":\"ActivityTaskCancelRequested\","
		       "\"activityTaskCancelRequestedEventAttributes\":{\"activityId\":\"act-1\","
		       "\"decisionTaskCompletedEventId\":8}}"),
		"{\"scheduledEventId\":\"5\",\"workflowTaskCompletedEventId\":\"8\"}"));
	cadence_begin(&t.cadence);
	turned("{\"eventId\":9,\"eventType\":\"ActivityTaskCancelRequested\","
	       "\"activityTaskCancelRequestedEventAttributes\":{\"activityId\":\"act-1\"}}");
	assert_int_equal(t.loss.n[TRANSCODE_LOST_CADENCE], 1);
}

static void markers_get_a_key_for_each_value(void **state)
{
	/* "change" and 1, a line each */
	assert_non_null(strstr(
		turned("{\"eventId\":5,\"eventType\":\"MarkerRecorded\","
		       "\"markerRecordedEventAttributes\":{\"markerName\":\"Version\","
		       "\"details\":\"ImNoYW5nZSIKMQo=\"}}"),
		"\"details\":{\"change-id\":{\"payloads\":[{\"metadata\":{\"encoding\":"
		"\"anNvbi9wbGFpbg==\"},\"data\":\"ImNoYW5nZSI=\"}]},\"version\":{\"payloads\":["));
	assert_non_null(strstr(turned("{\"eventId\":5,\"eventType\":\"MarkerRecorded\","
				      "\"markerRecordedEventAttributes\":{\"markerName\":\"Mine\","
				      "\"details\":\"ImNoYW5nZSIKMQo=\"}}"),
			       "\"details\":{\"details\":{\"payloads\":["));
}

static void the_grpc_form_gives_the_same(void **state)
{
	static const char PROTO[] =
		"{\"eventId\":\"7\",\"eventTime\":\"2026-01-01T00:00:00Z\",\"version\":\"-24\","
		"\"activityTaskTimedOutEventAttributes\":{\"timeoutType\":\"TIMEOUT_TYPE_HEARTBEAT\","
		"\"scheduledEventId\":\"5\",\"details\":{\"data\":\"IngiCg==\"},"
		"\"lastFailure\":{\"reason\":\"declined\"}}}";
	static const char THRIFT[] =
		"{\"eventId\":7,\"timestamp\":1767225600000000000,\"eventType\":"
		"\"ActivityTaskTimedOut\",\"version\":-24,\"activityTaskTimedOutEventAttributes\":{"
		"\"timeoutType\":\"HEARTBEAT\",\"scheduledEventId\":5,\"details\":\"IngiCg==\","
		"\"lastFailureReason\":\"declined\"}}";
	const struct schema_message *m = schema_message(schema_new_cadence(&t.arena),
							"uber.cadence.api.v1.HistoryEvent");
	struct transcode_loss loss = {0};
	struct buf bytes = {0}, wire = {0};
	char *expected = turned(THRIFT);
	size_t at = 0;

	assert_true(transcode_json_to_wire(m, STR(PROTO), &at, NULL, &t.arena, &bytes, NULL));
	assert_true(cadence_is_proto(t.cadence.temporal, buf_str(&bytes)));
	assert_true(cadence_from_proto(&t.cadence, buf_str(&bytes), &loss, &wire, NULL));
	assert_string_equal(as_json(buf_str(&wire)), expected);
	assert_false(cadence_is_proto(t.cadence.temporal, buf_str(&wire)));
	assert_string_equal(turned(PROTO), expected);
	buf_done(&bytes);
	buf_done(&wire);
}

static void temporals_own_are_none_of_cadences(void **state)
{
	static const char *const OWN[] = {
		("{\"eventId\":\"1\",\"eventTime\":\"2026-01-01T00:00:00Z\",\"eventType\":"
		 "\"WorkflowExecutionStarted\",\"workflowExecutionStartedEventAttributes\":{}}"),
		"{\"eventId\":\"2\",\"eventType\":\"EVENT_TYPE_WORKFLOW_TASK_SCHEDULED\"}",
		"{\"eventId\":1}", "[1]", "null", "{", "",
	};

	for (size_t i = 0; i < sizeof(OWN) / sizeof(*OWN); i++)
		assert_false(cadence_is_json(str_of(OWN[i])));
}

static void what_is_no_event_is_an_error(void **state)
{
	static const char *const BAD[] = {"[]", "{\"eventId\":", "{\"eventId\":{}}",
					  "{\"eventId\":1,\"eventId\":2}"};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
		struct err err = ERR_INIT;

		assert_false(cadence_from_json(&t.cadence, str_of(BAD[i]), &t.loss, &t.wire, &err));
		assert_true(err.message[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_type_has_its_counterpart),
		cmocka_unit_test(seconds_become_durations_and_nanoseconds_times),
		cmocka_unit_test(times_may_be_strings),
		cmocka_unit_test(arguments_are_taken_apart),
		cmocka_unit_test(blobs_that_are_no_json_stay_one),
		cmocka_unit_test(reason_and_details_become_a_failure),
		cmocka_unit_test(a_decision_is_a_workflow_task),
		cmocka_unit_test(a_cancelled_activity_is_named_by_its_event),
		cmocka_unit_test(markers_get_a_key_for_each_value),
		cmocka_unit_test(the_grpc_form_gives_the_same),
		cmocka_unit_test(temporals_own_are_none_of_cadences),
		cmocka_unit_test(what_is_no_event_is_an_error),
	};

	return cmocka_run_group_tests_name("cadence", tests, set_up, tear_down);
}
