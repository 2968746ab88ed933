/* SPDX-License-Identifier: MIT */
/* test_events.c: the table of event types fits the schema, and names read well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "formats/read/load.h"
#include "formats/wire/field.h"
#include "tests/unit/build.h"

static void every_row_names_fields_of_its_attributes(void **state)
{
	const struct schema *schema = *state;
	size_t rows = 0;

	for (int32_t type = 1; type <= 60; type++) {
		const struct event_row *row = event_row(type);
		const char *paths[] = {row->name_path, row->id_path, row->ref_path};
		const struct schema_message *m;
		struct field_value v;
		struct arena a;

		assert_non_null(row);
		assert_int_equal(row->type, type);
		arena_init(&a);
		m = schema_message(schema, arena_printf(&a, "temporal.api.history.v1.%sEventAttributes",
							row->name)
						   .p);
		/* An unknown name in a path is a bug and would abort. */
		for (size_t i = 0; i < 3; i++)
			if (paths[i])
				assert_false(field_at(m, STR(""), paths[i], &v));
		/* What a command makes says which workflow task asked for it; updates can't. */
		if (row->command && row->category != CATEGORY_UPDATE)
			assert_non_null(schema_field_by_name(
				m, STR("workflow_task_completed_event_id")));
		arena_done(&a);
		rows++;
	}
	assert_int_equal(rows, 60);
	assert_null(event_row(0));
	assert_null(event_row(61));
	assert_null(event_row(-1));
}

static void names_say_what_happened(void **state)
{
	static const struct {
		const char *name, *id;
	} ROWS[] = {
		{"OrderWorkflow", "w-1"}, {"", ""}, {"", ""}, {"", ""},
		{"Charge", "1"}, {"Charge", "1"}, {"Charge", "1"},
		{"30s", "2"}, {"30s", "2"},
		{"ShipWorkflow", "w-1-ship"},
		{"more", ""},
		{"Version change-7", ""},
		{"Version change-8", ""},
		{"core_patch audit", ""},
		{"LocalActivity Pack", "9"},
		{"core_local_activity Pack", "3"},
		{"SideEffect", ""},
		{"LocalActivity", ""},
		{"setPrice", "u-1"},
		{"setPrice", "u-1"},
	};
	struct build b;
	struct history h;
	struct arena a;

	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_task(&b);
	build_activity(&b, "Charge");
	build_timer(&b, 30);
	build_child_initiated(&b, "ShipWorkflow", "w-1-ship");
	build_signal(&b, "more");
	build_marker(&b, "Version", "change-id", "\"change-7\"");
	build_marker(&b, "Version", "changeId", "\"change-8\"");
	build_marker(&b, "core_patch", "patch-data", "{\"deprecated\":false, \"id\": \"audit\"}");
	build_marker(&b, "LocalActivity", "data",
		     "{\"ActivityID\":\"9\",\"Nested\":{\"ActivityType\":\"no\"},\"ActivityType\":\"Pack\"}");
	build_marker(&b, "core_local_activity", "data",
		     "{\"activity_id\":\"3\",\"activity_type\":\"Pack\"}");
	build_marker(&b, "SideEffect", "data", "{\"x\":1}");
	build_marker(&b, "LocalActivity", "data", "\x01 encrypted");
	build_update_completed(&b, build_update_accepted(&b, "setPrice", "u-1"), "u-1");
	h = build_history(&b, *state);
	assert_int_equal(h.n_events, sizeof(ROWS) / sizeof(*ROWS));
	arena_init(&a);
	for (size_t i = 0; i < h.n_events; i++) {
		struct str name = event_name(&h, i, &a), id = event_code_id(&h, i, &a);

		assert_string_equal(arena_cstr(&a, name), ROWS[i].name);
		assert_string_equal(arena_cstr(&a, id), ROWS[i].id);
	}
	arena_done(&a);
	history_done(&h);
	build_done(&b);
}

static void an_unknown_type_has_a_number_for_a_name(void **state)
{
	struct build b;
	struct history h;
	struct arena a;

	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_event(&b, 77, 0, STR(""));
	build_event(&b, EVENT_TIMER_FIRED, 15, STR("")); /* another type's attributes */
	h = build_history(&b, *state);
	arena_init(&a);
	assert_true(str_is(event_type_name(&h, 1, &a), "EventType 77"));
	assert_true(str_is(event_type_name(&h, 2, &a), "TimerFired"));
	assert_null(event_name(&h, 1, &a).p);
	assert_true(event_attributes_fit(&h, 0));
	assert_false(event_attributes_fit(&h, 1));
	assert_false(event_attributes_fit(&h, 2));
	arena_done(&a);
	history_done(&h);
	build_done(&b);
}

struct named {
	const char *name; /* of the first event */
	bool seen;
};

static bool see_name(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct named *n = data;
	struct arena a;

	arena_init(&a);
	assert_string_equal(arena_cstr(&a, event_type_name(h, 0, &a)), n->name);
	arena_done(&a);
	n->seen = true;
	return true;
}

static void a_type_without_a_number_has_its_own_name(void **state)
{
	static const struct {
		const char *json, *name;
	} ROWS[] = {
		{"\"EVENT_TYPE_WORKFLOW_DREAMT\"", "WorkflowDreamt"},
		{"\"WorkflowDreamt\"", "WorkflowDreamt"},
		{"\"EVENT_TYPE_V2_A\"", "V2A"},
		{"\"EVENT_TYPE_\"", "EVENT_TYPE_"},
		{"\"a b\"", "EventType 0"},
		{"\"\\u001b[31m\"", "EventType 0"},
		{"77", "EventType 77"},
		{"18", "TimerFired"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct load_settings settings = {.schema = *state, .flags = LOAD_KEEP_UNKNOWN};
		struct named n = {ROWS[i].name, false};
		struct err err = ERR_INIT;
		char text[200];

		snprintf(text, sizeof(text), "{\"events\":[{\"eventId\":1,\"eventType\":%s}]}",
			 ROWS[i].json);
		if (!load_each_bytes(&settings, str_of(text), see_name, &n, &err))
			fail_msg("%s: %s", text, err.message);
		assert_true(n.seen);
	}
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
		cmocka_unit_test(every_row_names_fields_of_its_attributes),
		cmocka_unit_test(names_say_what_happened),
		cmocka_unit_test(an_unknown_type_has_a_number_for_a_name),
		cmocka_unit_test(a_type_without_a_number_has_its_own_name),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
