/* SPDX-License-Identifier: MIT */
/* test_transcode.c: what is accepted, what comes out, and what is said of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/wire/wire.h"
#include "tests/unit/transcode_story.h"

#define EVENT "temporal.api.history.v1.HistoryEvent"
#define HISTORY "temporal.api.history.v1.History"
#define RETRY "temporal.api.common.v1.RetryPolicy"
#define PAYLOAD "temporal.api.common.v1.Payload"
#define METADATA "temporal.api.sdk.v1.WorkflowTaskCompletedMetadata"

static struct transcode_story t;

static int set_up(void **state)
{
	return transcode_story_begin(&t);
}

static int tear_down(void **state)
{
	return transcode_story_end(&t);
}

static bool read_text(const char *type, struct str text)
{
	return transcode_story_read(&t, type, text, false);
}

static bool write_text(const char *type, struct str wire, enum transcode_style style)
{
	return transcode_story_write(&t, type, wire, (struct transcode_options){.style = style});
}

/* What JSON becomes in canonical form, by way of the wire. */
static void assert_becomes(const char *type, const char *from, const char *to)
{
	if (!read_text(type, str_of(from)))
		fail_msg("%s: %s", from, t.err.message);
	if (!write_text(type, buf_str(&t.wire), TRANSCODE_COMPACT))
		fail_msg("%s: %s", from, t.err.message);
	assert_string_equal(t.json.p, to);
}

static void assert_stays(const char *type, const char *json)
{
	assert_becomes(type, json, json);
}

static void assert_refused(const char *type, const char *from, const char *message)
{
	if (read_text(type, str_of(from)))
		fail_msg("accepted %s", from);
	assert_string_equal(t.err.message, message);
	assert_int_equal(t.wire.n, 0);
}

static void assert_first(enum transcode_kind kind, const char *path)
{
	assert_string_equal(t.loss.first[kind][0].path, path);
}

static void assert_wire(const char *type, const char *from, struct str wire)
{
	if (!read_text(type, str_of(from)))
		fail_msg("%s: %s", from, t.err.message);
	assert_int_equal(t.wire.n, wire.n);
	assert_memory_equal(t.wire.p, wire.p, wire.n);
}

static void enums_are_read_in_every_spelling(void **state)
{
	static const char *const SAME[] = {
		"{\"eventType\":\"EVENT_TYPE_TIMER_FIRED\"}", "{\"eventType\":\"TimerFired\"}",
		"{\"event_type\":\"TIMER_FIRED\"}", "{ \"eventType\" : 18 }",
		"{\"eventType\":\"Timer\\u0046ired\"}",
	};

	for (size_t i = 0; i < sizeof(SAME) / sizeof(SAME[0]); i++)
		assert_becomes(EVENT, SAME[i], "{\"eventType\":\"EVENT_TYPE_TIMER_FIRED\"}");
	assert_stays(EVENT, "{\"eventType\":4711}");
}

static void unknown_enum_names_are_counted(void **state)
{
	assert_becomes(HISTORY, "{\"events\":[{},{\"eventType\":\"Nonsense\",\"eventId\":\"2\"}]}",
		       "{\"events\":[{},{\"eventId\":\"2\"}]}");
	read_text(HISTORY, STR("{\"events\":[{},{\"eventType\":\"Nonsense\"}]}"));
	assert_int_equal(t.loss.n[TRANSCODE_LOST_VALUE], 1);
	assert_first(TRANSCODE_LOST_VALUE, "events[1].eventType");
}

static void unknown_members_are_skipped_and_named(void **state)
{
	assert_true(read_text(HISTORY, STR("{\"x\":{\"y\":[1,{}]},\"events\":[{\"foo\":null}]}")));
	assert_int_equal(t.loss.n[TRANSCODE_LOST_MEMBER], 2);
	assert_first(TRANSCODE_LOST_MEMBER, "x");
	assert_true(read_text(HISTORY, STR("{\"events\":[{},{\"foo\":\"a\\\"\"}]}")));
	assert_first(TRANSCODE_LOST_MEMBER, "events[1].foo");
	assert_refused(HISTORY, "{\"x\":[1,}", "a value is expected");
}

static void old_names_are_read(void **state)
{
	assert_becomes(EVENT,
		       "{\"workflowExecutionUpdateRequestedEventAttributes\":"
		       "{\"origin\":\"UPDATE_REQUESTED_EVENT_ORIGIN_REAPPLY\"}}",
		       "{\"workflowExecutionUpdateAdmittedEventAttributes\":"
		       "{\"origin\":\"UPDATE_ADMITTED_EVENT_ORIGIN_REAPPLY\"}}");
}

static void whole_numbers_keep_their_range(void **state)
{
	assert_becomes(EVENT, "{\"eventId\":5,\"version\":\"-24\"}",
		       "{\"eventId\":\"5\",\"version\":\"-24\"}");
	assert_stays(EVENT, "{\"eventId\":\"9223372036854775807\"}");
	assert_stays(EVENT, "{\"eventId\":\"-9223372036854775808\"}");
	assert_becomes(EVENT, "{\"eventId\":1e3,\"taskId\":\"2.0\"}",
		       "{\"eventId\":\"1000\",\"taskId\":\"2\"}");
	assert_refused(EVENT, "{\"eventId\":9223372036854775808}",
		       "eventId: a number out of range");
	assert_refused(EVENT, "{\"eventId\":\"99999999999999999999999\"}",
		       "eventId: a number out of range");
	assert_refused(EVENT, "{\"eventId\":1.5}", "eventId: a whole number is expected");
	assert_refused(EVENT, "{\"eventId\":1e300}", "eventId: a number out of range");
	assert_refused(EVENT, "{\"eventId\":012}", "eventId: a whole number is expected");
	assert_refused(EVENT, "{\"eventId\":\"1 \"}", "eventId: a whole number is expected");
	assert_refused(EVENT, "{\"eventId\":true}", "eventId: a whole number is expected");
	assert_refused(RETRY, "{\"maximumAttempts\":2147483648}",
		       "maximumAttempts: a number out of range");
	assert_refused(METADATA, "{\"coreUsedFlags\":[-1]}",
		       "coreUsedFlags[0]: a number out of range");
}

/* No double is asked: it would round past 2^53. */
static void whole_numbers_are_decimal(void **state)
{
	static const struct {
		const char *text, *whole;
	} FINE[] = {
		{"1e17", "100000000000000000"},
		{"\"1e18\"", "1000000000000000000"},
		{"1.0", "1"},
		{"100.00e3", "100000"},
		{"9223372036854775807.000", "9223372036854775807"},
		{"922337203685477580.7E+1", "9223372036854775807"},
		{"-9223372036854775808e0", "-9223372036854775808"},
		{"90071992547409930e-1", "9007199254740993"},
		{"1000000000000000000000000e-6", "1000000000000000000"},
		{"\"\\u0035\"", "5"},
		{"\"\\u0031e\\u0032\"", "100"},
	};
	static const struct {
		const char *text, *wrong;
	} REFUSED[] = {
		{"1.5", "a whole number is expected"},
		{"1e-1", "a whole number is expected"},
		{"1e-999999999999999999999", "a whole number is expected"},
		{"9007199254740993.5", "a whole number is expected"},
		{"1.", "a whole number is expected"},
		{"\"\"", "a whole number is expected"},
		{"\"0x5\"", "a whole number is expected"},
		{"\"\\u0020\"", "a whole number is expected"},
		{"1e30", "a number out of range"},
		{"1e99999999999999999999", "a number out of range"},
		{"9223372036854775808.0", "a number out of range"},
		{"1844674407370955161.6e1", "a number out of range"},
	};
	char text[200], to[200];

	for (size_t i = 0; i < sizeof(FINE) / sizeof(*FINE); i++) {
		snprintf(text, sizeof(text), "{\"taskId\":%s}", FINE[i].text);
		snprintf(to, sizeof(to), "{\"taskId\":\"%s\"}", FINE[i].whole);
		assert_becomes(EVENT, text, to);
	}
	for (size_t i = 0; i < sizeof(REFUSED) / sizeof(*REFUSED); i++) {
		snprintf(text, sizeof(text), "{\"taskId\":%s}", REFUSED[i].text);
		snprintf(to, sizeof(to), "taskId: %s", REFUSED[i].wrong);
		assert_refused(EVENT, text, to);
	}
	assert_becomes(EVENT, "{\"taskId\":-0.0e999999999999}", "{}");
}

static void escapes_are_read_everywhere(void **state)
{
	assert_becomes(EVENT, "{\"eventType\":\"EVENT_TYPE_\\u0054IMER_FIRED\"}",
		       "{\"eventType\":\"EVENT_TYPE_TIMER_FIRED\"}");
	assert_becomes(EVENT, "{\"eventType\":\"\\u0031\\u0038\"}",
		       "{\"eventType\":\"EVENT_TYPE_TIMER_FIRED\"}");
	assert_becomes(EVENT, "{\"eventTime\":\"2020-07-30T08:00:02\\u005a\"}",
		       "{\"eventTime\":\"2020-07-30T08:00:02Z\"}");
	assert_becomes(RETRY, "{\"initialInterval\":\"1\\u0073\"}", "{\"initialInterval\":\"1s\"}");
	assert_becomes(RETRY, "{\"backoffCoefficient\":\"\\u0032.5\",\"maximumAttempts\":\"\\u0033\"}",
		       "{\"backoffCoefficient\":2.5,\"maximumAttempts\":3}");
	assert_becomes(EVENT, "{\"workerMayIgnore\":\"\\u0074rue\"}", "{\"workerMayIgnore\":true}");
	assert_refused(EVENT, "{\"workerMayIgnore\":\"1\"}",
		       "workerMayIgnore: true or false is expected");
	assert_becomes("temporal.api.common.v1.DataBlob", "{\"data\":\"a\\u0047k=\"}",
		       "{\"data\":\"aGk=\"}");
}

static void fractions_come_back_short(void **state)
{
	assert_stays(RETRY, "{\"backoffCoefficient\":2}");
	assert_stays(RETRY, "{\"backoffCoefficient\":0.1}");
	assert_stays(RETRY, "{\"backoffCoefficient\":\"NaN\"}");
	assert_stays(RETRY, "{\"backoffCoefficient\":\"-Infinity\"}");
	assert_stays(RETRY, "{\"backoffCoefficient\":1.7976931348623157e+308}");
	assert_becomes(RETRY, "{\"backoffCoefficient\":\"2.50\"}", "{\"backoffCoefficient\":2.5}");
	assert_stays("temporal.api.common.v1.Priority", "{\"fairnessWeight\":0.1}");
	assert_refused(RETRY, "{\"backoffCoefficient\":1e999}",
		       "backoffCoefficient: a number is expected");
	assert_refused(RETRY, "{\"backoffCoefficient\":2.}",
		       "backoffCoefficient: a number is expected");
}

static void times_are_read_with_any_fraction_and_zone(void **state)
{
	assert_stays(EVENT, "{\"eventTime\":\"2020-07-30T00:30:02.971655189Z\"}");
	assert_stays(EVENT, "{\"eventTime\":\"0001-01-01T00:00:00Z\"}");
	assert_stays(EVENT, "{\"eventTime\":\"9999-12-31T23:59:59.999999999Z\"}");
	assert_stays(EVENT, "{\"eventTime\":\"2000-02-29T12:00:00.120Z\"}");
	assert_stays(EVENT, "{\"eventTime\":\"1969-12-31T23:59:59.000001Z\"}");
	assert_stays(EVENT, "{\"eventTime\":\"1970-01-01T00:00:00Z\"}");
	assert_becomes(EVENT, "{\"eventTime\":\"2020-07-30T00:30:02.5-07:30\"}",
		       "{\"eventTime\":\"2020-07-30T08:00:02.500Z\"}");
	assert_becomes(EVENT, "{\"eventTime\":{\"seconds\":\"1\",\"nanos\":1000}}",
		       "{\"eventTime\":\"1970-01-01T00:00:01.000001Z\"}");
}

static void bad_times_are_refused(void **state)
{
	static const char *const BAD[] = {
		"2020-02-30T00:00:00Z", "2021-02-29T00:00:00Z", "2020-13-01T00:00:00Z",
		"2020-01-01T24:00:00Z", "2020-01-01 00:00:00Z", "2020-01-01T00:00:00",
		"2020-01-01T00:00:00.Z", "2020-01-01T00:00:00.1234567890Z", "2020-1-1T00:00:00Z",
		"0000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00", "",
	};
	char text[100];

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		snprintf(text, sizeof(text), "{\"eventTime\":\"%s\"}", BAD[i]);
		assert_refused(EVENT, text,
			       "eventTime: a time like 2026-01-31T10:00:00.5Z is expected");
	}
	assert_refused(EVENT, "{\"eventTime\":{\"seconds\":\"1\",\"nanos\":-1}}",
		       "eventTime: a time out of range");
}

static void durations_keep_their_sign(void **state)
{
	assert_stays(RETRY, "{\"initialInterval\":\"0s\"}");
	assert_stays(RETRY, "{\"initialInterval\":\"-0.500s\"}");
	assert_stays(RETRY, "{\"initialInterval\":\"315576000000s\"}");
	assert_becomes(RETRY, "{\"initialInterval\":\"1.5s\"}", "{\"initialInterval\":\"1.500s\"}");
	assert_becomes(RETRY, "{\"initialInterval\":{}}", "{\"initialInterval\":\"0s\"}");
	assert_refused(RETRY, "{\"initialInterval\":\"1\"}",
		       "initialInterval: a duration like 1.5s is expected");
	assert_refused(RETRY, "{\"initialInterval\":\"315576000001s\"}",
		       "initialInterval: a duration like 1.5s is expected");
}

static void base64_is_read_in_both_alphabets(void **state)
{
	assert_becomes(PAYLOAD, "{\"data\":\"_-8\"}", "{\"data\":\"/+8=\"}");
	assert_becomes(PAYLOAD, "{\"data\":\"eA\\u003d\\u003d\"}", "{\"data\":\"eA==\"}");
	assert_refused(PAYLOAD, "{\"data\":\"a*==\"}", "data: this is not base64");
	assert_refused(PAYLOAD, "{\"data\":\"A\"}", "data: this is not base64");
}

static void long_base64_is_decoded_whole(void **state)
{
	char text[1200], *p = text + snprintf(text, sizeof(text), "{\"data\":\"");

	for (size_t n = 4; n < 1000; n += 4) {
		char *q = p;

		for (size_t i = 0; i < n; i++)
			*q++ = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
				[(i * 7 + n) % 64];
		memcpy(q, "\"}", 3);
		assert_stays(PAYLOAD, text);
		for (size_t i = 0; i < n; i += 13) {
			char was = p[i];

			p[i] = '!';
			assert_false(read_text(PAYLOAD, str_of(text)));
			p[i] = was;
		}
	}
}

static void null_is_absent(void **state)
{
	assert_becomes(EVENT, "{\"eventId\":null,\"eventTime\":null,\"links\":null}", "{}");
	assert_becomes(PAYLOAD, "{\"metadata\":{\"a\":null,\"b\":\"eA==\"}}",
		       "{\"metadata\":{\"b\":\"eA==\"}}");
}

static void empty_messages_stay_and_defaults_go(void **state)
{
	assert_stays(EVENT, "{\"timerFiredEventAttributes\":{}}");
	assert_becomes(EVENT, "{\"eventId\":\"0\",\"workerMayIgnore\":false,\"links\":[]}", "{}");
	assert_stays(PAYLOAD, "{\"metadata\":{\"a\":\"\"}}");
	assert_wire(PAYLOAD, "{\"metadata\":{\"a\":\"\"}}", STR("\x0a\x05\x0a\x01" "a\x12\x00"));
}

static void order_is_made_canonical(void **state)
{
	assert_becomes(EVENT, "{\"taskId\":\"3\",\"timerFiredEventAttributes\":{},\"eventId\":\"1\"}",
		       "{\"eventId\":\"1\",\"taskId\":\"3\",\"timerFiredEventAttributes\":{}}");
	assert_becomes(PAYLOAD,
		       "{\"data\":\"eA==\",\"metadata\":{\"b\":\"eA==\",\"\":\"\",\"a\":\"eA==\"}}",
		       "{\"metadata\":{\"\":\"\",\"a\":\"eA==\",\"b\":\"eA==\"},\"data\":\"eA==\"}");
}

static void what_is_given_twice_is_refused(void **state)
{
	assert_refused(EVENT, "{\"eventId\":\"1\",\"event_id\":\"2\"}", "eventId: given twice");
	assert_refused(EVENT, "{\"eventId\":\"1\",\"taskId\":\"1\",\"eventId\":\"2\"}",
		       "eventId: given twice");
	assert_refused(METADATA, "{\"coreUsedFlags\":[1],\"sdkName\":\"\",\"coreUsedFlags\":[2]}",
		       "coreUsedFlags: given twice");
	assert_refused(EVENT, "{\"timerFiredEventAttributes\":{},\"timerStartedEventAttributes\":{}}",
		       "timerStartedEventAttributes: only one of its kind can be given");
	assert_refused(PAYLOAD, "{\"metadata\":{\"a\":\"\",\"a\":\"\"}}",
		       "metadata: a key is given twice");
}

static void lists_of_numbers_are_packed(void **state)
{
	assert_wire(METADATA, "{\"coreUsedFlags\":[1,300]}", STR("\x0a\x03\x01\xac\x02"));
	assert_true(write_text(METADATA, STR("\x0a\x01\x01\x08\xac\x02\x0a\x00"),
			       TRANSCODE_COMPACT));
	assert_string_equal(t.json.p, "{\"coreUsedFlags\":[1,300]}");
}

static void long_lengths_move_the_content(void **state)
{
	static char text[100000];
	size_t lengths[] = {0, 1, 100, 127, 128, 16383, 16384, 90000, 5};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		char *p = text + snprintf(text, 64, "{\"timerFiredEventAttributes\":{\"timerId\":\"");

		memset(p, 'x', lengths[i] + 1);
		memcpy(p + lengths[i] + 1, "\"}}", 4);
		assert_stays(EVENT, text);
	}
}

static void strings_are_utf8_and_escaped(void **state)
{
	assert_becomes(EVENT, "{\"timerFiredEventAttributes\":{\"timerId\":\"\\u00e9\\n\\u0001<\"}}",
		       "{\"timerFiredEventAttributes\":{\"timerId\":\"\xc3\xa9\\n\\u0001<\"}}");
	assert_refused(EVENT, "{\"timerFiredEventAttributes\":{\"timerId\":\"\xff\"}}",
		       "timerFiredEventAttributes.timerId: this string is not UTF-8");
	assert_false(write_text("temporal.api.common.v1.ActivityType", STR("\x0a\x01\xff"),
				TRANSCODE_COMPACT));
	assert_string_equal(t.err.message, "name: this string is not UTF-8");
}

static void an_error_says_where(void **state)
{
	assert_false(read_text(HISTORY, STR("{\n \"events\": [\n  {},\n  {\"eventId\": x}\n]}")));
	assert_string_equal(t.err.message, "events[1].eventId: a whole number is expected");
	assert_int_equal(t.err.line, 4);
	assert_int_equal(t.err.column, 15);
	assert_int_equal(t.err.byte, 35);
	assert_refused(PAYLOAD, "{\"metadata\":{\"k\":5}}", "metadata[k]: a string is expected");
	assert_refused(HISTORY, "{\"events\":[{}", "events[0]: ',' or ']' is expected");
	assert_refused(HISTORY, "{\"events\":{}}", "events: a list is expected");
	assert_refused(HISTORY, "[]", "an object is expected");
	assert_refused(HISTORY, "", "an object is expected");
	assert_refused(EVENT, "{\"eventId\":1,}", "a value is expected");
	assert_refused(EVENT, "{\"links\":[null]}", "links[0]: an object is expected");
}

/* Every prefix of a good text is refused, and no byte behind it is read (ASan looks). */
static void cut_off_text_is_refused(void **state)
{
	const struct str whole =
		STR("{\"events\":[{\"eventId\":\"1\",\"eventTime\":\"2020-01-01T00:00:00Z\","
		    "\"eventType\":\"TimerFired\",\"x\":[tru,{}],\"links\":null}]}");

	for (size_t n = 0; n < whole.n; n++) {
		char *copy = test_malloc(n + 1);

		memcpy(copy, whole.p, n);
		assert_false(read_text(HISTORY, str_slice(copy, n)));
		test_free(copy);
	}
}

/* A failure with DEPTH causes inside. */
static void nest(struct buf *text, int depth)
{
	buf_clear(text);
	for (int i = 0; i < depth; i++)
		buf_puts(text, "{\"cause\":");
	buf_puts(text, "{}");
	for (int i = 0; i < depth; i++)
		buf_add_char(text, '}');
}

static void depth_is_bounded_both_ways(void **state)
{
	const char *type = "temporal.api.failure.v1.Failure";
	struct buf text = {0}, wire = {0}, outer = {0};

	nest(&text, LIMIT_DEPTH - 1);
	assert_true(read_text(type, buf_str(&text)));
	assert_true(write_text(type, buf_str(&t.wire), TRANSCODE_COMPACT));
	assert_true(str_eq(buf_str(&t.json), buf_str(&text)));
	wire_put_bytes(&outer, 4, buf_str(&t.wire));
	assert_false(write_text(type, buf_str(&outer), TRANSCODE_COMPACT));
	nest(&text, LIMIT_DEPTH);
	assert_false(read_text(type, buf_str(&text)));
	buf_done(&text);
	buf_done(&wire);
	buf_done(&outer);
}

static void output_stops_at_its_ceiling(void **state)
{
	struct buf small = {.limit = 100};
	struct str text = STR("{\"data\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}");
	size_t at = 0;

	buf_puts(&small, "before");
	assert_false(transcode_json_to_wire(schema_message(t.schema, PAYLOAD), text, &at, NULL,
					    &t.arena, &small, &t.err));
	assert_string_equal(small.p, "before");
	assert_int_equal(at, 0);
	assert_int_equal(t.err.code, ERR_LIMIT);
	buf_done(&small);
}

static void fields_in_any_order_mean_the_same(void **state)
{
	/* task_id 5, event_id 1, event_id 2 (the last counts) */
	assert_true(write_text(EVENT, STR("\x28\x03\x08\x01\x08\x02"), TRANSCODE_COMPACT));
	assert_string_equal(t.json.p, "{\"eventId\":\"2\",\"taskId\":\"3\"}");
	/* a message in two parts; a oneof given twice */
	assert_true(write_text(EVENT, STR("\x12\x02\x08\x01\x12\x02\x10\x05"), TRANSCODE_COMPACT));
	assert_string_equal(t.json.p, "{\"eventTime\":\"1970-01-01T00:00:01.000000005Z\"}");
	assert_true(write_text(EVENT, STR("\xaa\x01\x00\xa2\x01\x00"), TRANSCODE_COMPACT));
	assert_string_equal(t.json.p, "{\"timerStartedEventAttributes\":{}}");
	/* map keys out of order, one twice */
	assert_true(write_text(PAYLOAD, STR("\x0a\x05\x0a\x01" "b\x12\x00\x0a\x05\x0a\x01"
					    "a\x12\x00\x0a\x06\x0a\x01" "b\x12\x01x"),
			       TRANSCODE_COMPACT));
	assert_string_equal(t.json.p, "{\"metadata\":{\"a\":\"\",\"b\":\"eA==\"}}");
}

static void unknown_wire_fields_are_counted(void **state)
{
	assert_true(write_text(HISTORY, STR("\x0a\x05\x08\x01\x98\x06\x05"), TRANSCODE_COMPACT));
	assert_string_equal(t.json.p, "{\"events\":[{\"eventId\":\"1\"}]}");
	assert_int_equal(t.loss.n[TRANSCODE_LOST_FIELD], 1);
	assert_first(TRANSCODE_LOST_FIELD, "events[0].#99");
}

static void broken_wire_is_refused(void **state)
{
	assert_false(write_text(HISTORY, STR("\x0a\x05\x08"), TRANSCODE_COMPACT));
	assert_false(write_text(HISTORY, STR("\x0a\x01\x08"), TRANSCODE_COMPACT));
	assert_string_equal(t.err.message, "events[0]: cut off or no protobuf");
	assert_false(write_text(HISTORY, STR("\x0b"), TRANSCODE_COMPACT));
	assert_false(write_text(EVENT, STR("\x12\x02\x10\xff"), TRANSCODE_COMPACT));
}

static void indented_output_is_the_clis(void **state)
{
	assert_true(read_text(HISTORY, STR("{\"events\":[{\"eventId\":\"1\",\"links\":[{},{}],"
					   "\"timerFiredEventAttributes\":{}}]}")));
	assert_true(write_text(HISTORY, buf_str(&t.wire), TRANSCODE_INDENT));
	assert_string_equal(t.json.p, "{\n  \"events\": [\n    {\n      \"eventId\": \"1\",\n"
				      "      \"timerFiredEventAttributes\": {},\n"
				      "      \"links\": [\n        {},\n        {}\n      ]\n"
				      "    }\n  ]\n}");
}

static void a_second_value_is_left_for_the_caller(void **state)
{
	struct str text = STR(" {\"eventId\":\"1\"} {\"eventId\":\"2\"}");
	size_t at = 0;

	buf_clear(&t.wire);
	assert_true(transcode_json_to_wire(schema_message(t.schema, EVENT), text, &at, NULL,
					   &t.arena, &t.wire, NULL));
	assert_int_equal(at, 16);
	assert_true(transcode_json_to_wire(schema_message(t.schema, EVENT), text, &at, NULL,
					   &t.arena, &t.wire, NULL));
	assert_int_equal(at, text.n);
	assert_memory_equal(t.wire.p, "\x08\x01\x08\x02", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_are_decimal),
		cmocka_unit_test(escapes_are_read_everywhere),
		cmocka_unit_test(enums_are_read_in_every_spelling),
		cmocka_unit_test(unknown_enum_names_are_counted),
		cmocka_unit_test(unknown_members_are_skipped_and_named),
		cmocka_unit_test(old_names_are_read),
		cmocka_unit_test(whole_numbers_keep_their_range),
		cmocka_unit_test(fractions_come_back_short),
		cmocka_unit_test(times_are_read_with_any_fraction_and_zone),
		cmocka_unit_test(bad_times_are_refused),
		cmocka_unit_test(durations_keep_their_sign),
		cmocka_unit_test(base64_is_read_in_both_alphabets),
		cmocka_unit_test(long_base64_is_decoded_whole),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(empty_messages_stay_and_defaults_go),
		cmocka_unit_test(order_is_made_canonical),
		cmocka_unit_test(what_is_given_twice_is_refused),
		cmocka_unit_test(lists_of_numbers_are_packed),
		cmocka_unit_test(long_lengths_move_the_content),
		cmocka_unit_test(strings_are_utf8_and_escaped),
		cmocka_unit_test(an_error_says_where),
		cmocka_unit_test(cut_off_text_is_refused),
		cmocka_unit_test(depth_is_bounded_both_ways),
		cmocka_unit_test(output_stops_at_its_ceiling),
		cmocka_unit_test(fields_in_any_order_mean_the_same),
		cmocka_unit_test(unknown_wire_fields_are_counted),
		cmocka_unit_test(broken_wire_is_refused),
		cmocka_unit_test(indented_output_is_the_clis),
		cmocka_unit_test(a_second_value_is_left_for_the_caller),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
