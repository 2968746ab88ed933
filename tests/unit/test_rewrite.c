/* SPDX-License-Identifier: MIT */
/* test_rewrite.c: replacing values deep inside a message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/transcode/transcode.h"
#include "formats/wire/field.h"
#include "formats/wire/rewrite.h"

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
	if (!transcode_json_to_wire(t.event, json, &at, NULL, &t.arena, &t.bytes, NULL))
		return 1;
	/* field 4000, which no schema knows */
	buf_add(&t.bytes, STR("\x82\xfa\x01\x03new"));
	return 0;
}

static int tear_down(void **state)
{
	buf_done(&t.bytes);
	arena_done(&t.arena);
	return 0;
}

static enum rewrite_action enter_all(void *data, const struct rewrite_field *at,
				     struct rewrite_value *new, struct err *err)
{
	return REWRITE_ENTER;
}

static void no_change_gives_the_same_bytes(void **state)
{
	struct rewrite r = {enter_all, NULL};
	struct buf out = {0};

	assert_true(rewrite_message(&r, t.event, buf_str(&t.bytes), &out, NULL));
	assert_true(str_eq(buf_str(&out), buf_str(&t.bytes)));
	buf_done(&out);
}

static enum rewrite_action lengthen_data(void *data, const struct rewrite_field *at,
					 struct rewrite_value *new, struct err *err)
{
	struct buf *paths = data;

	if (!at->field || !str_is(at->field->name, "data"))
		return REWRITE_ENTER;
	rewrite_path(at, paths);
	buf_add_char(paths, '\n');
	for (int i = 0; i < 300; i++)
		buf_add(&new->bytes, at->value.bytes);
	return REWRITE_REPLACE;
}

static void lengths_around_a_longer_value_grow(void **state)
{
	struct buf out = {0}, paths = {0};
	struct rewrite r = {lengthen_data, &paths};
	struct str data;

	assert_true(rewrite_message(&r, t.event, buf_str(&t.bytes), &out, NULL));
	data = field_str(t.event, buf_str(&out),
			 "marker_recorded_event_attributes.details[a.b].payloads.data");
	assert_int_equal(data.n, 300);
	assert_int_equal(data.p[299], 'x');
	assert_true(field_int(t.event, buf_str(&out), "version", 0) == -24);
	assert_true(str_ends(buf_str(&out), STR("\x82\xfa\x01\x03new")));
	assert_string_equal(paths.p,
			    "markerRecordedEventAttributes.details[a.b].payloads[0].data\n"
			    "markerRecordedEventAttributes.details[a.b].payloads[1].data\n");
	buf_done(&out);
	buf_done(&paths);
}

static enum rewrite_action renumber(void *data, const struct rewrite_field *at,
				    struct rewrite_value *new, struct err *err)
{
	if (!at->field || at->field->kind == SCHEMA_MESSAGE)
		return REWRITE_DROP;
	new->number = at->value.value + 1;
	return at->value.type == WIRE_VARINT ? REWRITE_REPLACE : REWRITE_KEEP;
}

static void numbers_are_replaced_and_fields_dropped(void **state)
{
	struct rewrite r = {renumber, NULL};
	struct buf out = {0};

	assert_true(rewrite_message(&r, t.event, buf_str(&t.bytes), &out, NULL));
	assert_true(field_int(t.event, buf_str(&out), "event_id", 0) == 8);
	assert_true(field_int(t.event, buf_str(&out), "version", 0) == -23);
	assert_null(wire_bytes_at(buf_str(&out), 4000).p);
	buf_done(&out);
}

static enum rewrite_action refuse_second(void *data, const struct rewrite_field *at,
					 struct rewrite_value *new, struct err *err)
{
	if (at->index == 1 && at->field && str_is(at->field->name, "payloads")) {
		err_set(err, ERR_FORMAT, "no second one");
		return REWRITE_FAIL;
	}
	return REWRITE_ENTER;
}

static void a_visitors_error_leaves_the_output_as_it_was(void **state)
{
	struct rewrite r = {refuse_second, NULL};
	struct err err = ERR_INIT;
	struct buf out = {0}, events = {0};

	wire_put_bytes(&events, 1, buf_str(&t.bytes));
	buf_puts(&out, "before");
	assert_false(rewrite_events(&r, t.event, buf_str(&events), &out, &err));
	assert_string_equal(err.message, "no second one");
	assert_true(err.event_id == 7);
	assert_true(str_is(buf_str(&out), "before"));
	buf_done(&out);
	buf_done(&events);
}

static void what_is_cut_is_an_error(void **state)
{
	struct rewrite r = {enter_all, NULL};
	struct buf out = {0};

	for (size_t n = 1; n < t.bytes.n; n++) {
		struct err err = ERR_INIT;

		if (!rewrite_message(&r, t.event, str_take(buf_str(&t.bytes), n), &out, &err)) {
			assert_int_equal(err.code, ERR_SYNTAX);
			assert_int_equal(out.n, 0);
		}
		buf_clear(&out);
	}
	buf_done(&out);
}

static void events_of_a_history_are_rewritten_one_by_one(void **state)
{
	struct rewrite r = {renumber, NULL};
	struct buf events = {0}, out = {0};
	struct wire walk;
	struct wire_field f;

	wire_put_bytes(&events, 1, buf_str(&t.bytes));
	wire_put_bytes(&events, 1, buf_str(&t.bytes));
	assert_true(rewrite_events(&r, t.event, buf_str(&events), &out, NULL));
	walk = wire_of(buf_str(&out));
	for (int i = 0; i < 2; i++) {
		assert_true(wire_next(&walk, &f));
		assert_int_equal(field_int(t.event, f.bytes, "event_id", 0), 8);
	}
	assert_false(wire_next(&walk, &f));
	buf_done(&events);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_change_gives_the_same_bytes),
		cmocka_unit_test(lengths_around_a_longer_value_grow),
		cmocka_unit_test(numbers_are_replaced_and_fields_dropped),
		cmocka_unit_test(a_visitors_error_leaves_the_output_as_it_was),
		cmocka_unit_test(what_is_cut_is_an_error),
		cmocka_unit_test(events_of_a_history_are_rewritten_one_by_one),
	};

	return cmocka_run_group_tests_name("rewrite", tests, set_up, tear_down);
}
