/* SPDX-License-Identifier: MIT */
/* test_field.c: values taken out of wire bytes by path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/transcode/transcode.h"
#include "formats/wire/field.h"

static struct {
	struct arena arena;
	const struct schema_message *event;
	struct buf bytes;
} t;

static int set_up(void **state)
{
	const struct str json = STR(
		"{\"eventId\":\"7\",\"eventType\":\"MarkerRecorded\",\"version\":\"-24\","
		"\"markerRecordedEventAttributes\":{\"markerName\":\"Version\",\"details\":{"
		"\"a.b\":{\"payloads\":[{\"data\":\"eA==\"},{\"data\":\"eQ==\"}]},\"data\":{}}}}");
	size_t at = 0;

	t.event = schema_message(schema_new(&t.arena), "temporal.api.history.v1.HistoryEvent");
	return !transcode_json_to_wire(t.event, json, &at, NULL, &t.arena, &t.bytes, NULL);
}

static int tear_down(void **state)
{
	buf_done(&t.bytes);
	arena_done(&t.arena);
	return 0;
}

static struct str str_at(const char *path)
{
	return field_str(t.event, buf_str(&t.bytes), path);
}

static void numbers_are_found(void **state)
{
	struct str b = buf_str(&t.bytes);

	assert_true(field_int(t.event, b, "event_id", 0) == 7);
	assert_true(field_int(t.event, b, "version", 0) == -24);
	assert_true(field_int(t.event, b, "task_id", 99) == 99);
}

static void nested_text_is_found(void **state)
{
	assert_true(str_is(str_at("marker_recorded_event_attributes.marker_name"), "Version"));
	assert_null(str_at("timer_fired_event_attributes.timer_id").p);
	assert_null(str_at("user_metadata.summary.data").p);
}

static void map_and_list_are_walked(void **state)
{
	const char *deep = "marker_recorded_event_attributes.details[a.b].payloads.data";

	assert_true(str_is(str_at(deep), "x"));
	assert_non_null(str_at("marker_recorded_event_attributes.details[data]").p);
	assert_null(str_at("marker_recorded_event_attributes.details[none]").p);
	assert_null(str_at("marker_recorded_event_attributes.details[data].payloads.data").p);
}

static void the_field_is_told(void **state)
{
	struct field_value v;

	assert_true(field_at(t.event, buf_str(&t.bytes), "event_type", &v));
	assert_int_equal(v.field->kind, SCHEMA_ENUM);
	assert_int_equal(v.number, 25);
}

static void broken_bytes_hold_nothing(void **state)
{
	assert_true(field_int(t.event, STR("\x0a\xff"), "event_id", 5) == 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_found),
		cmocka_unit_test(nested_text_is_found),
		cmocka_unit_test(map_and_list_are_walked),
		cmocka_unit_test(the_field_is_told),
		cmocka_unit_test(broken_bytes_hold_nothing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
