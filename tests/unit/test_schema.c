/* SPDX-License-Identifier: MIT */
/* test_schema.c: messages, fields and enums are found by every name they ever had. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/schema/schema.h"

static const struct schema *schema;

static int32_t event_type(const char *name)
{
	const struct schema_enum *e = schema_enum(schema, "temporal.api.enums.v1.EventType");
	const struct schema_enum_value *v = schema_enum_by_name(e, str_of(name));

	return v ? v->number : -1;
}

static void an_event_type_has_three_spellings(void **state)
{
	assert_int_equal(event_type("EVENT_TYPE_TIMER_FIRED"), 18);
	assert_int_equal(event_type("TimerFired"), 18);
	assert_int_equal(event_type("TIMER_FIRED"), 18);
	assert_int_equal(event_type("timerFired"), -1);
	assert_int_equal(event_type(""), -1);
}

static void renamed_values_are_found(void **state)
{
	const struct schema_enum *origin =
		schema_enum(schema, "temporal.api.enums.v1.UpdateAdmittedEventOrigin");

	assert_int_equal(event_type("EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_REQUESTED"), 47);
	assert_int_equal(event_type("WorkflowExecutionUpdateRequested"), 47);
	assert_int_equal(
		schema_enum_by_name(origin, STR("UPDATE_REQUESTED_EVENT_ORIGIN_REAPPLY"))->number,
		1);
}

static void every_value_of_every_spelling_is_itself(void **state)
{
	const struct schema_enum *e = schema_enum(schema, "temporal.api.enums.v1.EventType");

	assert_int_equal(e->n_values, 61);
	for (size_t i = 0; i < e->n_values; i++) {
		const struct schema_enum_value *v = &e->values[i];

		assert_ptr_equal(schema_enum_by_name(e, v->name), v);
		assert_ptr_equal(schema_enum_by_name(e, v->camel), v);
		assert_ptr_equal(schema_enum_by_name(e, str_skip(v->name, e->prefix.n)), v);
		assert_ptr_equal(schema_enum_by_number(e, v->number), v);
	}
	assert_null(schema_enum_by_number(e, 61));
	assert_null(schema_enum_by_number(e, -1));
}

static void a_field_is_found_by_both_names_and_number(void **state)
{
	const struct schema_message *event =
		schema_message(schema, "temporal.api.history.v1.HistoryEvent");
	const struct schema_field *f = schema_field_by_name(event, STR("eventType"));

	assert_ptr_equal(schema_field_by_name(event, STR("event_type")), f);
	assert_ptr_equal(schema_field_by_number(event, 3), f);
	assert_int_equal(f->kind, SCHEMA_ENUM);
	assert_true(str_is(f->enumeration->name, "temporal.api.enums.v1.EventType"));
	assert_true(str_is(f->quoted, "\"eventType\":"));
	assert_int_equal(schema_field_by_number(event, 300)->number, 300);
	assert_null(schema_field_by_number(event, 0));
	assert_null(schema_field_by_number(event, 299));
	assert_null(schema_field_by_name(event, STR("eventTypo")));
}

static void renamed_fields_are_found(void **state)
{
	const struct schema_message *event =
		schema_message(schema, "temporal.api.history.v1.HistoryEvent");
	const struct schema_message *task = schema_message(
		schema, "temporal.api.history.v1.WorkflowTaskCompletedEventAttributes");

	assert_ptr_equal(
		schema_field_by_name(event,
				     STR("workflowExecutionUpdateRequestedEventAttributes")),
		schema_field_by_name(event, STR("workflowExecutionUpdateAdmittedEventAttributes")));
	assert_ptr_equal(schema_field_by_name(task, STR("workerVersioningId")),
			 schema_field_by_name(task, STR("workerVersion")));
}

static void maps_and_oneofs_are_known(void **state)
{
	const struct schema_message *payload =
		schema_message(schema, "temporal.api.common.v1.Payload");
	const struct schema_message *event =
		schema_message(schema, "temporal.api.history.v1.HistoryEvent");
	const struct schema_field *metadata = schema_field_by_name(payload, STR("metadata"));

	assert_true(metadata->map);
	assert_int_equal(metadata->message->fields[1].kind, SCHEMA_BYTES);
	assert_int_equal(schema_field_by_name(payload, STR("data"))->oneof, -1);
	assert_int_equal(
		schema_field_by_name(event, STR("timerFiredEventAttributes"))->oneof, 0);
}

static void attributes_are_named_after_their_type(void **state)
{
	const struct schema_enum *e = schema_enum(schema, "temporal.api.enums.v1.EventType");
	const struct schema_message *event =
		schema_message(schema, "temporal.api.history.v1.HistoryEvent");
	struct arena a = {0};

	for (size_t i = 1; i < e->n_values; i++) {
		struct str name = arena_printf(&a, "%.*sEventAttributes",
					       STR_ARG(e->values[i].camel));

		((char *)name.p)[0] += 'a' - 'A';
		if (!schema_field_by_name(event, name))
			fail_msg("no field %.*s", STR_ARG(name));
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_type_has_three_spellings),
		cmocka_unit_test(renamed_values_are_found),
		cmocka_unit_test(every_value_of_every_spelling_is_itself),
		cmocka_unit_test(a_field_is_found_by_both_names_and_number),
		cmocka_unit_test(renamed_fields_are_found),
		cmocka_unit_test(maps_and_oneofs_are_known),
		cmocka_unit_test(attributes_are_named_after_their_type),
	};
	struct arena arena = {0};
	int failed;

	schema = schema_new(&arena);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_done(&arena);
	return failed;
}
