/* SPDX-License-Identifier: MIT */
/* test_unknown.c: what the schema lacks is carried, counted, and never turns on us. */
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
#define QUEUE "temporal.api.taskqueue.v1.TaskQueue"
#define STARTED "temporal.api.history.v1.WorkflowTaskStartedEventAttributes"

static struct transcode_story t;

static int set_up(void **state)
{
	return transcode_story_begin(&t);
}

static int tear_down(void **state)
{
	return transcode_story_end(&t);
}

static bool read_json(const char *type, const char *json, bool keep)
{
	return transcode_story_read(&t, type, str_of(json), keep);
}

static void write_wire(const char *type, struct str wire, bool keep, enum transcode_style style)
{
	if (!transcode_story_write(&t, type, wire,
				   (struct transcode_options){.keep_unknown = keep, .style = style}))
		fail_msg("%s", t.err.message);
}

static size_t lost(void)
{
	return transcode_loss_count(&t.loss, TRANSCODE_LOST);
}

/* JSON to JSON, keeping; nothing may be lost. */
static void assert_kept(const char *type, const char *from, const char *to)
{
	if (!read_json(type, from, true))
		fail_msg("%s: %s", from, t.err.message);
	assert_int_equal(lost(), 0);
	write_wire(type, buf_str(&t.wire), false, TRANSCODE_COMPACT);
	assert_int_equal(lost(), 0);
	assert_string_equal(t.json.p, to);
}

static void assert_stays(const char *type, const char *json)
{
	assert_kept(type, json, json);
}

/* Bytes to JSON, and from there to the same bytes. */
static void assert_round(const char *type, struct str wire, const char *json)
{
	write_wire(type, wire, true, TRANSCODE_COMPACT);
	assert_int_equal(lost(), 0);
	assert_string_equal(t.json.p, json);
	if (!read_json(type, json, false))
		fail_msg("%s: %s", json, t.err.message);
	assert_int_equal(t.wire.n, wire.n);
	assert_memory_equal(t.wire.p, wire.p, wire.n);
}

static void assert_refused(const char *type, const char *json, const char *message)
{
	if (read_json(type, json, true))
		fail_msg("accepted %s", json);
	assert_string_equal(t.err.message, message);
}

static void unknown_members_are_kept_last_and_in_order(void **state)
{
	assert_kept(EVENT, "{\"zeta\": {\"b\" : [1, 2.50, \"x y\"], \"a\":{ } },\"eventId\":\"1\",\"Alpha\":null}",
		    "{\"eventId\":\"1\",\"zeta\":{\"b\":[1,2.50,\"x y\"],\"a\":{}},\"Alpha\":null}");
	assert_stays(HISTORY, "{\"events\":[{\"eventId\":\"1\",\"new\":\"\\u00e9\"},{\"new\":1e400}],"
			      "\"other\":true}");
	assert_stays(EVENT, "{\"timerFiredEventAttributes\":{\"timerId\":\"1\",\"n\":[]},\"m\":{}}");
	assert_kept(EVENT, "{\"\\u006e\\\"\":1}", "{\"n\\\"\":1}");
	assert_refused(EVENT, "{\"n\":1,\"m\":2,\"\\u006e\":3}", "\"n\" is given twice");
}

static void unknown_members_are_laid_out(void **state)
{
	assert_true(read_json(EVENT, "{\"eventId\":\"1\",\"n\":{\"a\":[1,{}],\"b\":[[ ]]},\"m\":2}", true));
	write_wire(EVENT, buf_str(&t.wire), false, TRANSCODE_INDENT);
	assert_string_equal(t.json.p, "{\n  \"eventId\": \"1\",\n  \"n\": {\n    \"a\": [\n"
				      "      1,\n      {}\n    ],\n    \"b\": [\n      []\n    ]\n  },\n"
				      "  \"m\": 2\n}");
}

static void without_keeping_they_are_lost(void **state)
{
	assert_true(read_json(EVENT, "{\"eventId\":\"1\",\"n\":1,\"eventType\":\"Nonsense\"}", false));
	assert_int_equal(t.loss.n[TRANSCODE_LOST_MEMBER], 1);
	assert_int_equal(t.loss.n[TRANSCODE_LOST_VALUE], 1);
	assert_int_equal(t.loss.first[TRANSCODE_LOST_MEMBER][0].event_id, 1);
	assert_int_equal(t.wire.n, 2);
}

static void unknown_enum_names_are_kept(void **state)
{
	assert_stays(EVENT, "{\"eventId\":\"1\",\"eventType\":\"EVENT_TYPE_OF_TOMORROW\"}");
	assert_kept(QUEUE, "{\"kind\":\"TASK_QUEUE_KIND_NEW\",\"name\":\"q\"}",
		    "{\"name\":\"q\",\"kind\":\"TASK_QUEUE_KIND_NEW\"}");
	assert_kept(STARTED,
		    "{\"suggestContinueAsNewReasons\":[\"SUGGEST_CONTINUE_AS_NEW_REASON_HISTORY_SIZE_TOO_LARGE\","
		    " \"NEW\", 1, \"NEWER\"],\"identity\":\"i\"}",
		    "{\"identity\":\"i\",\"suggestContinueAsNewReasons\":"
		    "[\"SUGGEST_CONTINUE_AS_NEW_REASON_HISTORY_SIZE_TOO_LARGE\",\"NEW\",1,\"NEWER\"]}");
	assert_stays(EVENT, "{\"eventType\":4711}");
}

static void new_attributes_are_kept(void **state)
{
	assert_stays(EVENT, "{\"eventId\":\"1\",\"eventType\":\"New\",\"attributes\":{\"a\":1}}");
	assert_stays(EVENT, "{\"Attributes\":{\"NewEventAttributes\":{\"a\":1}}}");
	assert_kept(EVENT, "{\"namespace\":\"\",\"activityTaskScheduledEventAttributes\":{\"namespace\":\"\"}}",
		    "{\"activityTaskScheduledEventAttributes\":{\"namespace\":\"\"},\"namespace\":\"\"}");
}

static void unknown_fields_make_the_way_through_json(void **state)
{
	assert_round(EVENT, STR("\x08\x01\x98\x06\x05"), "{\"eventId\":\"1\",\"__unknown\":{\"99:0\":\"BQ==\"}}");
	assert_round(EVENT, STR("\x98\x06\x05\x98\x06\x80\x01\x9a\x06\x02hi\x9d\x06" "abcd"),
		     "{\"__unknown\":{\"99:0\":[\"BQ==\",\"gAE=\"],\"99:2\":\"aGk=\",\"99:5\":\"YWJjZA==\"}}");
	/* before and behind fields with names; one of them with another wire type */
	assert_round(EVENT, STR("\x08\x01\x0a\x01x\x98\x06\x05\xe0\x12\x01\x82\x7d\x00"),
		     "{\"eventId\":\"1\",\"workerMayIgnore\":true,\"__unknown\":{\"1:2\":\"eA==\","
		     "\"99:0\":\"BQ==\",\"2000:2\":\"\"}}");
	write_wire(EVENT, STR("\x08\x07\x98\x06\x05"), false, TRANSCODE_COMPACT);
	assert_string_equal(t.json.p, "{\"eventId\":\"7\"}");
	assert_int_equal(t.loss.n[TRANSCODE_LOST_FIELD], 1);
	assert_string_equal(t.loss.first[TRANSCODE_LOST_FIELD][0].path, "#99");
	assert_int_equal(t.loss.first[TRANSCODE_LOST_FIELD][0].event_id, 7);
}

static void groups_make_the_way_through_json(void **state)
{
	assert_round(EVENT, STR("\x08\x01\x9b\x06\x08\x05\x9c\x06"),
		     "{\"eventId\":\"1\",\"__unknown\":{\"99:3\":\"CAU=\"}}");
	assert_round(EVENT, STR("\x0b\x13\x14\x0c\x0b\x0c"),
		     "{\"__unknown\":{\"1:3\":[\"ExQ=\",\"\"]}}");
	write_wire(EVENT, STR("\x08\x07\x9b\x06\x9c\x06"), false, TRANSCODE_COMPACT);
	assert_string_equal(t.json.p, "{\"eventId\":\"7\"}");
	assert_int_equal(t.loss.n[TRANSCODE_LOST_FIELD], 1);
}

/* Writers that do not know a field put it behind all others, as it came. */
static void fields_behind_all_others_keep_their_order(void **state)
{
	assert_round(EVENT, STR("\x08\x01\xa0\x06\x05\x98\x06\x06\xa2\x06\x01x\xa0\x06\x07\xa0\x06\x08"),
		     "{\"eventId\":\"1\",\"__unknown\":[{\"100:0\":\"BQ==\"},{\"99:0\":\"Bg==\"},"
		     "{\"100:2\":\"eA==\"},{\"100:0\":[\"Bw==\",\"CA==\"]}]}");
	/* in order among themselves, but the last known field has a higher number */
	assert_round(EVENT, STR("\x08\x01\xe0\x12\x01\x98\x06\x05"),
		     "{\"eventId\":\"1\",\"workerMayIgnore\":true,\"__unknown\":[{\"99:0\":\"BQ==\"}]}");
	/* two types of one number in turns */
	assert_round(EVENT, STR("\x98\x06\x05\x9a\x06\x00\x98\x06\x06"),
		     "{\"__unknown\":[{\"99:0\":\"BQ==\"},{\"99:2\":\"\"},{\"99:0\":\"Bg==\"}]}");
}

/* Elsewhere they move there. */
static void fields_out_of_order_move_to_the_end(void **state)
{
	write_wire(EVENT, STR("\xa0\x06\x05\x98\x06\x06\x08\x01"), true, TRANSCODE_COMPACT);
	assert_string_equal(t.json.p, "{\"eventId\":\"1\",\"__unknown\":[{\"100:0\":\"BQ==\"},"
				      "{\"99:0\":\"Bg==\"}]}");
	assert_true(read_json(EVENT, t.json.p, false));
	assert_true(str_eq(buf_str(&t.wire), STR("\x08\x01\xa0\x06\x05\x98\x06\x06")));
	/* where they are in order then nothing has to say so */
	write_wire(EVENT, STR("\x98\x06\x05\xa0\x06\x06\x08\x01\xe0\x12\x00"), true, TRANSCODE_COMPACT);
	assert_string_equal(t.json.p, "{\"eventId\":\"1\",\"__unknown\":{\"99:0\":\"BQ==\",\"100:0\":\"Bg==\"}}");
	/* behind members that are carried, too */
	assert_kept(EVENT, "{\"__unknown\":[],\"eventId\":\"1\"}", "{\"eventId\":\"1\"}");
	assert_true(read_json(EVENT, "{\"__unknown\":[{\"99:0\":\"BQ==\"},{}],\"n\":1,\"eventId\":\"1\"}",
			      true));
	write_wire(EVENT, buf_str(&t.wire), true, TRANSCODE_COMPACT);
	assert_string_equal(t.json.p, "{\"eventId\":\"1\",\"n\":1,\"__unknown\":[{\"99:0\":\"BQ==\"}]}");
}

static void raw_fields_are_checked(void **state)
{
	assert_refused(EVENT, "{\"__unknown\":{\"1:0\":\"AQ==\"}}", "field 1 has a name");
	assert_refused(EVENT, "{\"__unknown\":{\"99:4\":\"AQ==\"}}", "a field like \"99:2\" is expected");
	assert_refused(EVENT, "{\"__unknown\":{\"99:3\":\"AQ==\"}}", "this is no value of wire type 3");
	assert_refused(EVENT, "{\"__unknown\":{\"99:3\":\"nAY=\"}}", "this is no value of wire type 3");
	assert_refused(EVENT, "{\"__unknown\":[{\"1:0\":\"AQ==\"}]}", "field 1 has a name");
	assert_refused(EVENT, "{\"__unknown\":[{\"99:0\":\"AQ==\"}", "',' or ']' is expected");
	assert_refused(EVENT, "{\"__unknown\":{\"0:0\":\"AQ==\"}}", "a field like \"99:2\" is expected");
	assert_refused(EVENT, "{\"__unknown\":{\"536870912:0\":\"AQ==\"}}",
		       "a field like \"99:2\" is expected");
	assert_refused(EVENT, "{\"__unknown\":{\"99:0\":\"gA==\"}}", "this is no value of wire type 0");
	assert_refused(EVENT, "{\"__unknown\":{\"99:0\":\"AQE=\"}}", "this is no value of wire type 0");
	assert_refused(EVENT, "{\"__unknown\":{\"99:5\":\"AQ==\"}}", "this is no value of wire type 5");
	assert_refused(EVENT, "{\"__unknown\":{\"99:2\":[\"*\"]}}", "this is not base64");
	assert_refused(EVENT, "{\"__unknown\":1}", "an object is expected");
	assert_stays(EVENT, "{\"eventId\":\"1\"}");
	assert_kept(EVENT, "{\"__unknown\":{},\"eventId\":\"1\"}", "{\"eventId\":\"1\"}");
}

/* What bytes can claim to be a member, and is none. */
static void hostile_carriers_are_no_members(void **state)
{
	static const char *const BAD[] = {
		"\"eventId\":\"5\"",	     /* it has a field */
		"\"event_id\":5",	     /* the same */
		"\"EventId\":5",	     /* and again */
		"\"id\":\"5\"",		     /* read as another member */
		"\"attributes\":{\"type\":\"timerFiredEventAttributes\"}",
		"\"Attributes\":{\"TimerFiredEventAttributes\":{}}",
		"\"eventType\":\"TIMER_FIRED\"", /* a name with a number */
		"\"eventType\":[\"x\"]",
		"\"timestamp\":5",
		"\"__unknown\":{}",
		"\"n\":1,\"m\":2",	     /* two members */
		"\"n\":1}",		     /* more than a member */
		"\"n\":",
		"\"n\"",
		"n:1",
		"\"n\":\"\xff\"",
		"\"n\":\"\\ud800\"",
		"\"n\":[1,]",
		"",
	};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		struct buf wire = {0};

		wire_put_bytes(&wire, TRANSCODE_CARRIER, str_of(BAD[i]));
		write_wire(EVENT, buf_str(&wire), false, TRANSCODE_COMPACT);
		if (strcmp(t.json.p, "{}") != 0 || lost() != 1)
			fail_msg("%s became %s", BAD[i], t.json.p);
		write_wire(EVENT, buf_str(&wire), true, TRANSCODE_COMPACT);
		if (!read_json(EVENT, t.json.p, false) || !str_eq(buf_str(&wire), buf_str(&t.wire)))
			fail_msg("%s did not come back", BAD[i]);
		buf_done(&wire);
	}
}

static void carriers_are_members_once(void **state)
{
	struct buf wire = {0};

	wire_put_bytes(&wire, TRANSCODE_CARRIER, STR("\"n\":1"));
	wire_put_bytes(&wire, TRANSCODE_CARRIER, STR("\"\\u006e\":2"));
	wire_put_bytes(&wire, TRANSCODE_CARRIER, STR(" \"m\" : [ ] "));
	write_wire(EVENT, buf_str(&wire), false, TRANSCODE_COMPACT);
	assert_string_equal(t.json.p, "{\"n\":1,\"m\":[]}");
	assert_int_equal(lost(), 1);
	buf_clear(&wire);
	wire_put_bytes(&wire, TRANSCODE_CARRIER, STR("\"m\" : [ 1 ]"));
	write_wire(EVENT, buf_str(&wire), false, TRANSCODE_COMPACT);
	assert_string_equal(t.json.p, "{\"m\":[1]}");
	/* the field that its name would stand for is there already */
	buf_clear(&wire);
	wire_put_value(&wire, 3, 5);
	wire_put_bytes(&wire, TRANSCODE_CARRIER, STR("\"eventType\":\"New\""));
	write_wire(EVENT, buf_str(&wire), false, TRANSCODE_COMPACT);
	assert_int_equal(lost(), 1);
	buf_done(&wire);
}

/* A value that would make the whole too deep is refused, and on the wire no member. */
static void depth_counts_through_carriers(void **state)
{
	struct buf json = {0}, wire = {0};

	for (int n = LIMIT_DEPTH - 1; n <= LIMIT_DEPTH; n++) {
		buf_clear(&json);
		buf_puts(&json, "{\"n\":");
		for (int i = 0; i < n; i++)
			buf_add_char(&json, '[');
		for (int i = 0; i < n; i++)
			buf_add_char(&json, ']');
		buf_add_char(&json, '}');
		assert_int_equal(read_json(EVENT, json.p, true), n < LIMIT_DEPTH);
		buf_clear(&wire);
		wire_put_bytes(&wire, TRANSCODE_CARRIER,
			       str_slice(json.p + 1, json.n - 2));
		write_wire(EVENT, buf_str(&wire), false, TRANSCODE_COMPACT);
		assert_int_equal(lost(), n == LIMIT_DEPTH);
	}
	buf_done(&json);
	buf_done(&wire);
}

static void enums_are_written_short(void **state)
{
	assert_true(read_json(HISTORY, "{\"events\":[{\"eventType\":17,\"workflowExecutionFailedEventAttributes\":"
				       "{\"retryState\":\"RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED\"}}]}", false));
	assert_true(transcode_story_write(&t, HISTORY, buf_str(&t.wire),
					  (struct transcode_options){.short_enums = true}));
	assert_string_equal(t.json.p, "{\"events\":[{\"eventType\":\"TimerStarted\","
				      "\"workflowExecutionFailedEventAttributes\":"
				      "{\"retryState\":\"MaximumAttemptsReached\"}}]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_members_are_kept_last_and_in_order),
		cmocka_unit_test(unknown_members_are_laid_out),
		cmocka_unit_test(without_keeping_they_are_lost),
		cmocka_unit_test(unknown_enum_names_are_kept),
		cmocka_unit_test(new_attributes_are_kept),
		cmocka_unit_test(unknown_fields_make_the_way_through_json),
		cmocka_unit_test(groups_make_the_way_through_json),
		cmocka_unit_test(fields_behind_all_others_keep_their_order),
		cmocka_unit_test(fields_out_of_order_move_to_the_end),
		cmocka_unit_test(raw_fields_are_checked),
		cmocka_unit_test(hostile_carriers_are_no_members),
		cmocka_unit_test(carriers_are_members_once),
		cmocka_unit_test(depth_counts_through_carriers),
		cmocka_unit_test(enums_are_written_short),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
