/* SPDX-License-Identifier: MIT */
/* test_pairs.c: the table of command events and commands against the schema. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "formats/wire/field.h"
#include "replayer/judge/pairs.h"

static void every_command_event_has_its_pair(void **state)
{
	for (int32_t type = 1; type < 100; type++) {
		const struct event_row *row = event_row(type);

		if (row && row->command != (pair_of_event(type) != NULL))
			fail_msg("%s", row->name);
	}
	assert_null(pair_of_event(EVENT_TIMER_FIRED));
}

static void every_command_of_the_schema_is_known(void **state)
{
	const struct schema_enum *types;
	struct arena a;

	arena_init(&a);
	types = schema_enum(schema_new(&a), "temporal.api.enums.v1.CommandType");
	assert_true(types->n_values >= 18);
	for (size_t i = 0; i < types->n_values; i++) {
		const struct schema_enum_value *v = &types->values[i];
		const struct pair_row *row = pair_of_command(v->number);

		if (v->number == 0) {
			assert_null(row);
			continue;
		}
		if (!row || !str_is(v->camel, row->command_name))
			fail_msg("%.*s", STR_ARG(v->camel));
		assert_ptr_equal(pair_of_command_name(v->name), row);
		assert_ptr_equal(pair_of_command_name(v->camel), row);
	}
	assert_null(pair_of_command_name(STR("Timer")));
	assert_null(pair_of_command_name(STR("")));
	arena_done(&a);
}

/* field_at() takes a name that the schema lacks for a bug: each path is walked once. */
static void every_path_is_in_the_schema(void **state)
{
	const struct schema_message *event, *command;
	const struct schema *schema;
	struct arena a;

	arena_init(&a);
	schema = schema_new(&a);
	command = schema_message(schema, "temporal.api.command.v1.Command");
	for (int32_t type = 1; type < 100; type++) {
		const struct pair_row *row = pair_of_event(type);
		struct str name;

		if (!row)
			continue;
		name = arena_printf(&a, "temporal.api.history.v1.%sEventAttributes",
				    event_row(type)->name);
		event = schema_message(schema, name.p);
		for (size_t i = 0; i < row->n_fields; i++) {
			struct str e, c;

			assert_true(pair_field_agrees(&row->fields[i], event, STR(""), command,
						      STR(""), &a, &e, &c));
			assert_null(e.p);
		}
		command_side(schema, (struct command_view){row->command_type, STR("")}, &a);
	}
	arena_done(&a);
}

static void the_kinds_come_in_their_order(void **state)
{
	const struct pair_row *activity = pair_of_event(EVENT_ACTIVITY_TASK_SCHEDULED);
	const struct pair_row *timer = pair_of_event(EVENT_TIMER_STARTED);
	const struct pair_row *marker = pair_of_event(EVENT_MARKER_RECORDED);
	const struct pair_row *update = pair_of_event(EVENT_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
	const struct pair_row *completed = pair_of_event(EVENT_WORKFLOW_EXECUTION_COMPLETED);
	const struct pair_row *failed = pair_of_event(EVENT_WORKFLOW_EXECUTION_FAILED);

	assert_int_equal(pair_kind(update, marker, false), DIVERGENCE_MARKER);
	assert_int_equal(pair_kind(marker, NULL, false), DIVERGENCE_MARKER);
	assert_int_equal(pair_kind(completed, update, false), DIVERGENCE_UPDATE);
	assert_int_equal(pair_kind(timer, completed, false), DIVERGENCE_EARLY_CLOSE);
	assert_int_equal(pair_kind(NULL, completed, false), DIVERGENCE_EARLY_CLOSE);
	assert_int_equal(pair_kind(completed, timer, false), DIVERGENCE_LATE_CLOSE);
	assert_int_equal(pair_kind(completed, NULL, false), DIVERGENCE_LATE_CLOSE);
	assert_int_equal(pair_kind(completed, failed, false), DIVERGENCE_WRONG_CLOSE);
	assert_int_equal(pair_kind(activity, activity, true), DIVERGENCE_ATTRIBUTE);
	assert_int_equal(pair_kind(activity, timer, false), DIVERGENCE_REPLACED);
	assert_int_equal(pair_kind(activity, NULL, false), DIVERGENCE_MISSING);
	assert_int_equal(pair_kind(NULL, activity, false), DIVERGENCE_EXTRA);
}

static void an_unknown_command_has_a_name_too(void **state)
{
	struct arena a;
	struct side side;

	arena_init(&a);
	side = command_side(schema_new(&a), (struct command_view){99, STR("")}, &a);
	assert_true(str_is(side.what, "CommandType 99"));
	arena_done(&a);
}

static void events_fit_the_commands_that_make_them(void **state)
{
	static const struct {
		const char *event, *command;
		bool fits;
	} ROWS[] = {
		{"ActivityTaskScheduled", "ScheduleActivityTask", true},
		{"TimerStarted", "StartTimer", true},
		{"TimerStarted", "ScheduleActivityTask", false},
		{"MarkerRecorded", "RecordMarker", true},
		{"TimerFired", "StartTimer", false},
		{"", "StartTimer", false},
		{"TimerStarted", "", false},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		if (pair_fits(str_of(ROWS[i].event), str_of(ROWS[i].command)) != ROWS[i].fits)
			fail_msg("%s, %s", ROWS[i].event, ROWS[i].command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_event_has_its_pair),
		cmocka_unit_test(every_command_of_the_schema_is_known),
		cmocka_unit_test(every_path_is_in_the_schema),
		cmocka_unit_test(events_fit_the_commands_that_make_them),
		cmocka_unit_test(the_kinds_come_in_their_order),
		cmocka_unit_test(an_unknown_command_has_a_name_too),
	};

	return cmocka_run_group_tests_name("pairs", tests, NULL, NULL);
}
