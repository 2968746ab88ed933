/* SPDX-License-Identifier: MIT */
/* test_dialects.c: the same things in other spellings, and what is said of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/wire/wire.h"
#include "tests/unit/transcode_story.h"

#define EVENT "temporal.api.history.v1.HistoryEvent"
#define RETRY "temporal.api.common.v1.RetryPolicy"
#define FAILURE "temporal.api.failure.v1.Failure"
#define PAYLOAD "temporal.api.common.v1.Payload"
#define MEMO "temporal.api.common.v1.Memo"
#define SIGNALED "temporal.api.history.v1.WorkflowExecutionSignaledEventAttributes"
#define SCHEDULED "temporal.api.history.v1.ActivityTaskScheduledEventAttributes"

static struct transcode_story t;

static int set_up(void **state)
{
	return transcode_story_begin(&t);
}

static int tear_down(void **state)
{
	return transcode_story_end(&t);
}

static bool read_json(const char *type, const char *json)
{
	return transcode_story_read(&t, type, str_of(json), false);
}

static void assert_becomes(const char *type, const char *from, const char *to)
{
	struct transcode_loss reading;

	if (!read_json(type, from))
		fail_msg("%s: %s", from, t.err.message);
	reading = t.loss;
	if (!transcode_story_write(&t, type, buf_str(&t.wire), (struct transcode_options){0}))
		fail_msg("%s: %s", from, t.err.message);
	t.loss = reading;
	if (strcmp(t.json.p, to) != 0)
		fail_msg("%s\nis       %s\nshould be %s", from, t.json.p, to);
}

static void assert_refused(const char *type, const char *from, const char *message)
{
	if (read_json(type, from))
		fail_msg("accepted %s", from);
	assert_string_equal(t.err.message, message);
}

/* Only KIND was counted, N times; TRANSCODE_KINDS: nothing was. */
static void assert_counted(enum transcode_kind kind, size_t n)
{
	for (size_t i = 0; i < TRANSCODE_KINDS; i++)
		assert_int_equal(t.loss.n[i], i == (size_t)kind ? n : 0);
}

/* Go's encoding/json over the api's structs: the Web UI's "View Raw History". */
static void structs_of_go_are_read(void **state)
{
	assert_becomes(EVENT,
		       "{\"event_id\":7,\"event_time\":{\"seconds\":5,\"nanos\":6},\"event_type\":17,"
		       "\"Attributes\":{\"TimerStartedEventAttributes\":{\"timer_id\":\"7\","
		       "\"start_to_fire_timeout\":{\"seconds\":10}}}}",
		       "{\"eventId\":\"7\",\"eventTime\":\"1970-01-01T00:00:05.000000006Z\","
		       "\"eventType\":\"EVENT_TYPE_TIMER_STARTED\",\"timerStartedEventAttributes\":"
		       "{\"timerId\":\"7\",\"startToFireTimeout\":\"10s\"}}");
	assert_becomes(EVENT, "{\"Attributes\":null,\"event_id\":1,\"event_type\":1}",
		       "{\"eventId\":\"1\",\"eventType\":\"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\"}");
	assert_becomes(FAILURE,
		       "{\"message\":\"m\",\"cause\":{\"FailureInfo\":{\"CanceledFailureInfo\":{}}},"
		       "\"FailureInfo\" : { \"ApplicationFailureInfo\" : {\"type\":\"T\"} } }",
		       "{\"message\":\"m\",\"cause\":{\"canceledFailureInfo\":{}},"
		       "\"applicationFailureInfo\":{\"type\":\"T\"}}");
	assert_becomes("temporal.api.common.v1.Link",
		       "{\"Variant\":{\"WorkflowEvent\":{\"namespace\":\"n\",\"Reference\":"
		       "{\"EventRef\":{\"event_id\":3}}}}}",
		       "{\"workflowEvent\":{\"namespace\":\"n\",\"eventRef\":{\"eventId\":\"3\"}}}");
	assert_becomes("temporal.api.update.v1.Outcome", "{\"Value\":{\"Success\":{}}}",
		       "{\"success\":{}}");
	assert_counted(TRANSCODE_KINDS, 0);
	assert_becomes(EVENT, "{\"EventId\":\"3\",\"TaskID\":4}", "{\"eventId\":\"3\"}");
	assert_counted(TRANSCODE_LOST_MEMBER, 1);
	assert_becomes(EVENT, "{\"Attributes\":{\"NewEventAttributes\":{}}}", "{}");
	assert_counted(TRANSCODE_LOST_MEMBER, 1);
	assert_refused(EVENT,
		       "{\"Attributes\":{\"TimerFiredEventAttributes\":{}},"
		       "\"timerCanceledEventAttributes\":{}}",
		       "timerCanceledEventAttributes: only one of its kind can be given");
}

/* protobufjs: its Long, its Buffer, and the names of what is in a oneof. */
static void objects_of_protobufjs_are_read(void **state)
{
	assert_becomes(EVENT,
		       "{\"eventId\":{\"low\":1,\"high\":0,\"unsigned\":false},\"taskId\":"
		       "{\"low\":-1,\"high\":-1,\"unsigned\":false},\"version\":{\"high\":1,\"low\":-2},"
		       "\"eventTime\":{\"seconds\":{\"low\":7,\"high\":0,\"unsigned\":false},\"nanos\":0},"
		       "\"attributes\":\"timerFiredEventAttributes\",\"timerFiredEventAttributes\":{}}",
		       "{\"eventId\":\"1\",\"eventTime\":\"1970-01-01T00:00:07Z\",\"version\":\"8589934590\","
		       "\"taskId\":\"-1\",\"timerFiredEventAttributes\":{}}");
	assert_counted(TRANSCODE_KINDS, 0);
	assert_refused(EVENT, "{\"eventId\":{\"low\":1}}", "eventId: a whole number is expected");
	assert_refused(EVENT, "{\"eventId\":{\"low\":1,\"high\":0,\"low\":1}}",
		       "eventId: a whole number is expected");
	assert_refused(EVENT, "{\"eventId\":{\"low\":4294967296,\"high\":0}}",
		       "eventId: half of a 64-bit number is expected");
	assert_refused("temporal.api.taskqueue.v1.TaskQueue",
		       "{\"kind\":{\"low\":0,\"high\":1,\"unsigned\":true}}",
		       "kind: a number out of range");
}

static void bytes_are_read_as_numbers(void **state)
{
	static const char *const SAME[] = {
		"{\"type\":\"Buffer\",\"data\":[34,120,34]}", "{\"data\":[34,120,34],\"type\":\"Buffer\"}",
		"[34,120,34]", "[ 34 , 120 , 34 ]", "{\"0\":34,\"1\":120,\"2\":34}",
	};
	char json[200];

	for (size_t i = 0; i < sizeof(SAME) / sizeof(SAME[0]); i++) {
		snprintf(json, sizeof(json), "{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":%s}",
			 SAME[i]);
		assert_becomes(PAYLOAD, json,
			       "{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":\"Ingi\"}");
		assert_counted(TRANSCODE_NOTE_BYTES, 1);
	}
	assert_becomes(PAYLOAD, "{\"data\":[-1,255]}", "{\"data\":\"//8=\"}");
	assert_becomes(PAYLOAD, "{\"data\":[]}", "{}");
	assert_refused(PAYLOAD, "{\"data\":[256]}", "data: a byte is expected, from 0 to 255");
	assert_refused(PAYLOAD, "{\"data\":[1,]}", "data: a list of bytes is expected");
	assert_refused(PAYLOAD, "{\"data\":{\"1\":1}}", "data: bytes in base64 are expected");
	assert_refused(PAYLOAD, "{\"data\":{\"type\":\"Blob\",\"data\":[1]}}",
		       "data: bytes in base64 are expected");
	assert_refused(PAYLOAD, "{\"data\":7}", "data: a string is expected");
}

static void times_are_read_in_other_forms(void **state)
{
	assert_becomes(RETRY, "{\"initialInterval\":{\"duration\":10}}", "{\"initialInterval\":\"10s\"}");
	assert_becomes(RETRY, "{\"initial_interval_in_seconds\":3,\"maximumIntervalInSeconds\":\"100\"}",
		       "{\"initialInterval\":\"3s\",\"maximumInterval\":\"100s\"}");
	assert_becomes(EVENT, "{\"timestamp\":\"1574721098274980001\"}",
		       "{\"eventTime\":\"2019-11-25T22:31:38.274980001Z\"}");
	assert_becomes(EVENT, "{\"eventTime\":1574721098274980001}",
		       "{\"eventTime\":\"2019-11-25T22:31:38.274980001Z\"}");
	assert_becomes(EVENT, "{\"eventTime\":{}}", "{\"eventTime\":\"1970-01-01T00:00:00Z\"}");
	assert_refused(EVENT, "{\"eventTime\":17}",
		       "eventTime: a time like 2026-01-31T10:00:00.5Z is expected");
	assert_refused(RETRY, "{\"initialInterval\":17}",
		       "initialInterval: a duration like 1.5s is expected");
}

static void other_scalars_are_read(void **state)
{
	assert_becomes(EVENT, "{\"eventType\":\"18\",\"workerMayIgnore\":\"true\"}",
		       "{\"eventType\":\"EVENT_TYPE_TIMER_FIRED\",\"workerMayIgnore\":true}");
	assert_becomes(EVENT, "{\"eventType\":\"timerFired\",\"workerMayIgnore\":1}",
		       "{\"eventType\":\"EVENT_TYPE_TIMER_FIRED\",\"workerMayIgnore\":true}");
	assert_becomes(RETRY, "{\"backoffCoefficient\":NaN}", "{\"backoffCoefficient\":\"NaN\"}");
	assert_becomes(RETRY, "{\"backoffCoefficient\":-Infinity}",
		       "{\"backoffCoefficient\":\"-Infinity\"}");
	assert_refused(EVENT, "{\"workerMayIgnore\":2}", "workerMayIgnore: true or false is expected");
	assert_refused(EVENT, "{\"workerMayIgnore\":10}", "workerMayIgnore: true or false is expected");
}

/* The Web UI's event, and the old web's. */
static void attributes_are_read_by_type(void **state)
{
	static const char *const SAME[] = {
		"{\"eventId\":\"5\",\"eventType\":\"TimerFired\",\"attributes\":{\"timerId\":\"7\","
		"\"type\":\"timerFiredEventAttributes\"}}",
		"{\"attributes\":{\"type\":\"timerFiredEventAttributes\",\"timerId\":\"7\"},\"id\":\"5\","
		"\"name\":\"TimerFired\",\"timestamp\":\"2026-01-01 UTC\",\"category\":\"timer\"}",
		"{\"details\":{\"timerId\":\"7\"},\"eventId\":5,\"eventType\":\"TimerFired\"}",
		"{\"attributes\":{\"timerId\":\"wrong\"},\"eventId\":\"5\",\"eventType\":18,"
		"\"timerFiredEventAttributes\":{\"timerId\":\"7\"}}",
	};
	static const size_t NOTES[] = {0, 4, 0, 1};

	for (size_t i = 0; i < sizeof(SAME) / sizeof(SAME[0]); i++) {
		assert_becomes(EVENT, SAME[i],
			       "{\"eventId\":\"5\",\"eventType\":\"EVENT_TYPE_TIMER_FIRED\","
			       "\"timerFiredEventAttributes\":{\"timerId\":\"7\"}}");
		assert_counted(TRANSCODE_NOTE_UI, NOTES[i]);
	}
	assert_becomes(EVENT, "{\"eventId\":\"5\",\"attributes\":{\"a\":1}}", "{\"eventId\":\"5\"}");
	assert_counted(TRANSCODE_LOST_MEMBER, 1);
	assert_refused(EVENT, "{\"attributes\":{},\"details\":{}}", "given twice");
}

/* Every event type names its attributes: the rule has no exception. */
static void every_type_finds_its_attributes(void **state)
{
	const struct schema_message *event = schema_message(t.schema, EVENT);
	const struct schema_enum *types = schema_enum(t.schema, "temporal.api.enums.v1.EventType");
	size_t found = 0, fields = 0;
	char json[200];

	for (size_t i = 0; i < event->n_fields; i++)
		fields += event->fields[i].oneof >= 0;
	for (size_t i = 1; i < types->n_values; i++) {
		struct wire w;
		struct wire_field f;

		snprintf(json, sizeof(json), "{\"attributes\":{},\"eventType\":%d}", types->values[i].number);
		assert_true(read_json(EVENT, json));
		w = wire_of(buf_str(&t.wire));
		while (wire_next(&w, &f))
			found += schema_field_by_number(event, f.number)->oneof >= 0;
	}
	assert_int_equal(found, fields);
	assert_int_equal(found, types->n_values - 1);
}

static void what_temporal_removed_is_noted(void **state)
{
	assert_becomes(SCHEDULED, "{\"activityId\":\"1\",\"namespace\":\"\"}", "{\"activityId\":\"1\"}");
	assert_counted(TRANSCODE_NOTE_REMOVED, 1);
	assert_becomes(SCHEDULED, "{\"useCompatibleVersion\":true}", "{\"useWorkflowBuildId\":true}");
	assert_becomes(SCHEDULED, "{\"decisionTaskCompletedEventId\":4,\"startToCloseTimeoutSeconds\":5}",
		       "{\"startToCloseTimeout\":\"5s\",\"workflowTaskCompletedEventId\":\"4\"}");
	assert_counted(TRANSCODE_KINDS, 0);
}

/* {"payloads":[...]} with the data of each as text. */
static void assert_payloads(const char *from, const char *const *encodings, const char *const *data)
{
	struct wire w;
	struct wire_field f;
	size_t i = 0;

	if (!read_json(SIGNALED, from))
		fail_msg("%s: %s", from, t.err.message);
	w = wire_of(wire_bytes_at(buf_str(&t.wire), 2));
	for (; wire_next(&w, &f); i++) {
		struct str entry = wire_bytes_at(f.bytes, 1), bytes = wire_bytes_at(f.bytes, 2);
		struct str encoding = wire_bytes_at(entry, 2);

		assert_non_null(data[i]);
		if (!str_is(encoding, encodings[i]) || !str_is(bytes, data[i]))
			fail_msg("%s: payload %zu is %.*s, %.*s", from, i, STR_ARG(encoding),
				 STR_ARG(bytes));
	}
	assert_null(data[i]);
}

#define TEXTS(...) (const char *const[]){__VA_ARGS__, NULL}

static void shorthand_becomes_payloads(void **state)
{
	assert_payloads("{\"input\":[\"x\", 1 ,1.0, 12345678901234567890, { \"b\" : [1, \"a b\"] },[],{},null,"
			"true]}",
			TEXTS("json/plain", "json/plain", "json/plain", "json/plain", "json/plain",
			      "json/plain", "json/plain", "binary/null", "json/plain"),
			TEXTS("\"x\"", "1", "1.0", "12345678901234567890", "{\"b\":[1,\"a b\"]}", "[]", "{}",
			      "", "true"));
	assert_counted(TRANSCODE_GUESS_SHORTHAND, 9);
	assert_string_equal(t.loss.first[TRANSCODE_GUESS_SHORTHAND][1].path, "input[1]");
	assert_payloads("{\"input\":[{\"_protoMessageType\":\"p.M\", \"name\": \"w\" , \"n\":1}]}",
			TEXTS("json/protobuf"), TEXTS("{\"name\":\"w\",\"n\":1}"));
	assert_payloads("{\"input\":[{\"metadata\":{\"encoding\":\"YmluYXJ5L3BsYWlu\"},\"data\":\"eA==\"},"
			"{\"metadata\":{\"a\":1},\"b\":2},{\"data\":\"eA==\"}]}",
			TEXTS("binary/plain", "json/plain", "json/plain"),
			TEXTS("x", "{\"metadata\":{\"a\":1},\"b\":2}", "{\"data\":\"eA==\"}"));
	assert_int_equal(t.loss.exact_payloads, 1);
	assert_counted(TRANSCODE_GUESS_SHORTHAND, 2);
	assert_payloads("{\"input\":[]}", TEXTS(NULL), TEXTS(NULL));
	assert_true(read_json(SIGNALED, "{\"input\":[]}"));
	assert_int_equal(t.wire.n, 2);
	assert_becomes(MEMO, "{\"fields\":{\"b\":null,\"a\":\"x\"}}",
		       "{\"fields\":{\"a\":{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":"
		       "\"Ingi\"},\"b\":{\"metadata\":{\"encoding\":\"YmluYXJ5L251bGw=\"}}}}");
	assert_counted(TRANSCODE_GUESS_SHORTHAND, 2);
	assert_refused(SIGNALED, "{\"input\":[1,]}", "input[0]: ',' or ']' is expected");
	assert_refused(SIGNALED, "{\"input\":[1", "input[0]: ',' or ']' is expected");
}

#define P(metadata, data) \
	"{\"input\":{\"payloads\":[{\"metadata\":{" metadata "},\"data\":" data "}]}}"
#define BASE64_JSON "\"encoding\":\"anNvbi9wbGFpbg==\""
#define PLAIN_JSON "\"encoding\":\"json/plain\""

/* One payload: what its data becomes, and whether that was a guess. */
static void decoded_payloads_are_encoded_again(void **state)
{
	static const struct {
		const char *from, *encoding, *data;
		bool guess;
	} ROWS[] = {
		{P(BASE64_JSON, "\"Ingi\""), "json/plain", "\"x\"", false},
		{P(BASE64_JSON, "\"MQ==\""), "json/plain", "1", false},
		{P(BASE64_JSON, "\"aGVsbG8=\""), "json/plain", "hello", false},
		{P(BASE64_JSON, "\"TmFO\""), "json/plain", "NaN", false},
		{P(BASE64_JSON, "\"\""), "json/plain", "", false},
		{P(BASE64_JSON, "null"), "json/plain", "", false},
		{P(BASE64_JSON, "\"/////w==\""), "json/plain", "\xff\xff\xff\xff", false},
		{P(BASE64_JSON, "\"workflow-result\""), "json/plain", "\"workflow-result\"", true},
		{P(BASE64_JSON, "\"done\""), "json/plain", "\"done\"", true},
		{P(BASE64_JSON, "\"end\""), "json/plain", "\"end\"", true},
		{P(BASE64_JSON, "\"a b\""), "json/plain", "\"a b\"", true},
		{P(BASE64_JSON, "{ \"a\" : 1.50 }"), "json/plain", "{\"a\":1.50}", true},
		{P(BASE64_JSON, "[1,2]"), "json/plain", "[1,2]", true},
		{P(BASE64_JSON, "{}"), "json/plain", "{}", true},
		{P(BASE64_JSON, "12345678901234567890"), "json/plain", "12345678901234567890", true},
		{P(BASE64_JSON ",\"encodingDecoded\":\"json/plain\"", "\"abcd\""), "json/plain",
		 "\"abcd\"", true},
		{P(BASE64_JSON ",\"encodingDecoded\":\"json/plain\"", "\"\""), "json/plain", "\"\"", true},
		{P(PLAIN_JSON, "\"x\""), "json/plain", "\"x\"", true},
		{P(PLAIN_JSON, "null"), "json/plain", "null", true},
		{P(PLAIN_JSON, "\"Ingi\""), "json/plain", "\"x\"", false},
		{P(PLAIN_JSON, "{\"type\":\"Buffer\",\"data\":[49]}"), "json/plain", "1", false},
		{P("\"encoding\":\"json/protobuf\",\"messageType\":\"p.M\"", "{\"a\":1}"),
		 "json/protobuf", "{\"a\":1}", true},
		{P("\"encoding\":\"binary/plain\"", "\"eA==\""), "binary/plain", "x", false},
		{P("\"encoding\":\"binary/plain\"", "\"not base64\""), "binary/plain", "not base64", true},
		{P("\"encoding\":\"binary/null\"", "null"), "binary/null", "", false},
		{P("\"encoding\":\"binary/encrypted\"", "\"eA==\""), "binary/encrypted", "x", false},
		{P("\"encoding\":\"binary/protobuf\"", "{\"a\":1}"), "json/protobuf", "{\"a\":1}", true},
		{P("\"encoding\":\"YmluYXJ5L251bGwK\"", "null"), "binary/null\n", "", false},
		{P("\"encoding\":\"my-own\"", "\"eA==\""), "my-own", "x", false},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		assert_payloads(ROWS[i].from, &ROWS[i].encoding,
				(const char *const[]){ROWS[i].data, NULL});
		if (t.loss.exact_payloads != !ROWS[i].guess ||
		    t.loss.n[TRANSCODE_GUESS_DECODED] != ROWS[i].guess)
			fail_msg("%s is counted wrongly", ROWS[i].from);
	}
}

static void data_alone_is_taken_for_json(void **state)
{
	assert_payloads("{\"input\":{\"payloads\":[\"1656707328774263000\",{\"a\": 1},null]}}",
			TEXTS("json/plain", "json/plain", "binary/null"),
			TEXTS("\"1656707328774263000\"", "{\"a\":1}", ""));
	assert_counted(TRANSCODE_GUESS_DATA_ONLY, 3);
}

/* One decoded payload says what the others are, where base64 would be possible. */
static void decoded_files_are_decoded_throughout(void **state)
{
	assert_payloads("{\"input\":{\"payloads\":[{\"metadata\":{" BASE64_JSON "},\"data\":{}},"
			"{\"metadata\":{" BASE64_JSON "},\"data\":\"Ab1c\"}]}}",
			TEXTS("json/plain", "json/plain"), TEXTS("{}", "\"Ab1c\""));
	assert_payloads(P(BASE64_JSON, "\"Ab1c\""), TEXTS("json/plain"), TEXTS("\x01\xbd\x5c"));
}

/* An odd payload does not hide what is wrong with it. */
static void broken_payloads_are_refused(void **state)
{
	assert_refused(SIGNALED, P(BASE64_JSON ",\"a\":\"%\"", "\"Ingi\""),
		       "input.payloads[0].metadata[a]: this is not base64");
	assert_refused(SIGNALED, P(PLAIN_JSON ",\"a\":1,\"a\":2", "\"x\""),
		       "input.payloads[0]: a key is given twice");
	assert_refused(SIGNALED, P(BASE64_JSON, "tru"), "input.payloads[0]: a value is expected");
	assert_refused(SIGNALED, "{\"input\":\"x\"}", "input: an object is expected");
	assert_true(read_json(SIGNALED, "{\"input\":{\"payloads\":[{\"metadata\":{" BASE64_JSON "},\"new\":1}]}}"));
	assert_counted(TRANSCODE_LOST_MEMBER, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structs_of_go_are_read),
		cmocka_unit_test(objects_of_protobufjs_are_read),
		cmocka_unit_test(bytes_are_read_as_numbers),
		cmocka_unit_test(times_are_read_in_other_forms),
		cmocka_unit_test(other_scalars_are_read),
		cmocka_unit_test(attributes_are_read_by_type),
		cmocka_unit_test(every_type_finds_its_attributes),
		cmocka_unit_test(what_temporal_removed_is_noted),
		cmocka_unit_test(shorthand_becomes_payloads),
		cmocka_unit_test(decoded_payloads_are_encoded_again),
		cmocka_unit_test(data_alone_is_taken_for_json),
		cmocka_unit_test(decoded_files_are_decoded_throughout),
		cmocka_unit_test(broken_payloads_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
