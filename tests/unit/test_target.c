/* SPDX-License-Identifier: MIT */
/* test_target.c: histories as older loaders know them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/out/target.h"
#include "formats/transcode/transcode.h"
#include "formats/wire/field.h"

static struct {
	struct arena arena;
	const struct schema *schema;
} t;

static int set_up(void **state)
{
	t.schema = schema_new(&t.arena);
	return 0;
}

static int tear_down(void **state)
{
	arena_done(&t.arena);
	return 0;
}

/* Events as JSON by today's schema -> JSON as the target is given it; the report in LINES. */
static char *downgraded(const char *target, const char *json, struct buf *lines)
{
	const struct schema_message *m =
		schema_message(t.schema, "temporal.api.history.v1.History");
	struct buf wire = {0}, out = {0}, text = {0};
	struct target_stage stage;
	struct target wanted;
	struct err err = ERR_INIT;
	size_t at = 0;
	char *ret;

	if (!transcode_json_to_wire(m, str_of(json), &at, NULL, &t.arena, &wire, &err))
		fail_msg("%s", err.message);
	assert_true(target_parse(str_of(target), &wanted, NULL));
	target_stage_init(&stage, &wanted, t.schema);
	stage.stage.kind->begin(&stage.stage);
	assert_true(stage.stage.kind->events(&stage.stage, buf_str(&wire), &out, &err));
	stage.stage.kind->report(&stage.stage, lines);
	assert_true(transcode_wire_to_json(
		schema_message(stage.then, "temporal.api.history.v1.History"), buf_str(&out),
		NULL, &t.arena, &text, &err));
	ret = arena_cstr(&t.arena, buf_str(&text));
	stage.stage.kind->done(&stage.stage);
	buf_done(&wire);
	buf_done(&out);
	buf_done(&text);
	return ret;
}

static void names_of_targets(void **state)
{
	static const struct {
		const char *text;
		uint32_t api;
		enum edition_short spelling;
	} ROWS[] = {
		{"api-1.30", EDITION(1, 30, EDITION_ANY_PATCH), EDITION_FULL},
		{"api-1.62.14", EDITION(1, 62, 14), EDITION_FULL},
		{"api-v1.8.0", EDITION(1, 8, 0), EDITION_FULL},
		{"java-1.4", EDITION(1, 1, 0), EDITION_FULL},
		{"java-1.7", EDITION(1, 6, 0), EDITION_SHORT_TWO},
		{"java-1.20", EDITION(1, 23, 0), EDITION_SHORT_SIX},
		{"java-1.20.1", EDITION(1, 23, 0), EDITION_SHORT_SIX},
		{"java-1.22", EDITION(1, 23, 0), EDITION_SHORT_SIX},
		{"api-1.63", EDITION(1, 63, EDITION_ANY_PATCH), EDITION_FULL},
		{"java-1.99", EDITION(1, 63, 3), EDITION_FULL},
		{"go-1.25", EDITION(1, 24, 0), EDITION_SHORT_ALL},
		{"typescript", EDITION(1, 6, 0), EDITION_SHORT_SIX},
		{"ruby", EDITION(1, 49, 1), EDITION_FULL},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct target target;

		assert_true(target_parse(str_of(ROWS[i].text), &target, NULL));
		assert_int_equal(target.edition.version, ROWS[i].api);
		assert_int_equal(target.edition.spelling, ROWS[i].spelling);
	}
}

static void names_that_are_none(void **state)
{
	static const struct {
		const char *text, *says;
	} ROWS[] = {
		{"jave-1.20", "did you mean 'java'?"},
		{"java-new", "is no version"},
		{"api-1", "is no version"},
		{"api-1.2.3.4", "is no version"},
		{"go-1.9", "no such target"},
		{"api-1.64", "newer than what is known here, up to 1.63"},
		{"api-9.9", "newer than what is known here"},
		{"java-2.0", "newer than what is known here, up to 1.38"},
		{"", "there are api-VERSION, java, go"},
		{"api", "there are api-VERSION, java, go"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;
		struct target target;

		assert_false(target_parse(str_of(ROWS[i].text), &target, &err));
		assert_int_equal(err.code, ERR_USAGE);
		if (!strstr(err.message, ROWS[i].says))
			fail_msg("%s: %s", ROWS[i].text, err.message);
	}
}

static void what_came_later_is_dropped_and_named(void **state)
{
	struct buf lines = {0};
	/* userMetadata came with 1.34, priority with 1.46 */
	const char *json = downgraded(
		"api-1.33",
		"{\"events\":[{\"eventId\":\"5\",\"eventType\":\"EVENT_TYPE_ACTIVITY_TASK_SCHEDULED\","
		"\"userMetadata\":{\"summary\":{}},\"activityTaskScheduledEventAttributes\":{"
		"\"activityId\":\"5\",\"priority\":{\"priorityKey\":3}}}]}",
		&lines);

	assert_string_equal(
		json, "{\"events\":[{\"eventId\":\"5\",\"eventType\":"
		      "\"EVENT_TYPE_ACTIVITY_TASK_SCHEDULED\","
		      "\"activityTaskScheduledEventAttributes\":{\"activityId\":\"5\"}}]}");
	assert_string_equal(lines.p,
			    "the target lacks 2 fields (event 5: "
			    "activityTaskScheduledEventAttributes.priority, event 5: "
			    "userMetadata): left out\n");
	buf_done(&lines);
}

static void what_it_knows_is_as_it_was(void **state)
{
	struct buf lines = {0};
	const char *json = "{\"events\":[{\"eventId\":\"5\",\"eventType\":\"EVENT_TYPE_TIMER_FIRED\","
			   "\"timerFiredEventAttributes\":{\"timerId\":\"4\"}}]}";

	assert_string_equal(downgraded("api-1.1", json, &lines), json);
	assert_int_equal(lines.n, 0);
	buf_done(&lines);
}

/* Paused came with 1.56: the event keeps its place, or the ids would have a gap. */
static void an_event_of_an_unknown_type_keeps_its_place(void **state)
{
	struct buf lines = {0};
	const char *json = downgraded(
		"api-1.30",
		"{\"events\":[{\"eventId\":\"5\",\"eventType\":\"WorkflowExecutionPaused\","
		"\"workerMayIgnore\":true,\"workflowExecutionPausedEventAttributes\":{"
		"\"identity\":\"me\"}}]}",
		&lines);

	assert_string_equal(json, "{\"events\":[{\"eventId\":\"5\",\"workerMayIgnore\":true}]}");
	assert_string_equal(lines.p,
			    "the target lacks 1 event's type and attributes (event 5: eventType = "
			    "EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED): left out\n");
	buf_done(&lines);
}

static void a_newer_enum_value_is_left_unspecified(void **state)
{
	struct buf lines = {0};
	const char *json = downgraded(
		"api-1.62",
		"{\"events\":[{\"eventId\":\"5\",\"eventType\":\"WorkflowTaskFailed\","
		"\"workflowTaskFailedEventAttributes\":{\"scheduledEventId\":\"2\","
		"\"cause\":39}}]}",
		&lines);

	assert_string_equal(json, "{\"events\":[{\"eventId\":\"5\",\"eventType\":"
				  "\"EVENT_TYPE_WORKFLOW_TASK_FAILED\","
				  "\"workflowTaskFailedEventAttributes\":{\"scheduledEventId\":\"2\"}}]}");
	assert_true(strstr(lines.p, "1 enum value (event 5: "
				    "workflowTaskFailedEventAttributes.cause = "
				    "WORKFLOW_TASK_FAILED_CAUSE_") != NULL);
	buf_done(&lines);
}

static void names_are_those_of_then(void **state)
{
	struct buf lines = {0};
	static const char JSON[] =
		"{\"events\":[{\"eventId\":\"5\",\"eventType\":\"WorkflowExecutionUpdateAdmitted\","
		"\"workflowExecutionUpdateAdmittedEventAttributes\":{\"origin\":"
		"\"UPDATE_ADMITTED_EVENT_ORIGIN_REAPPLY\"}},{\"eventId\":\"6\",\"eventType\":"
		"\"ActivityTaskScheduled\",\"activityTaskScheduledEventAttributes\":{"
		"\"useWorkflowBuildId\":true}}]}";

	assert_string_equal(
		downgraded("api-1.31", JSON, &lines),
		"{\"events\":[{\"eventId\":\"5\",\"eventType\":"
		"\"EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_REQUESTED\","
		"\"workflowExecutionUpdateRequestedEventAttributes\":{\"origin\":"
		"\"UPDATE_REQUESTED_EVENT_ORIGIN_REAPPLY\"}},{\"eventId\":\"6\",\"eventType\":"
		"\"EVENT_TYPE_ACTIVITY_TASK_SCHEDULED\",\"activityTaskScheduledEventAttributes\":{"
		"\"useCompatibleVersion\":true}}]}");
	assert_int_equal(lines.n, 0);
	buf_done(&lines);
}

static void old_java_gets_six_enums_short(void **state)
{
	struct buf lines = {0};
	static const char JSON[] =
		"{\"events\":[{\"eventId\":\"5\",\"eventType\":\"WorkflowTaskFailed\","
		"\"workflowTaskFailedEventAttributes\":{\"cause\":\"UnhandledCommand\"}},"
		"{\"eventId\":\"6\",\"eventType\":\"WorkflowExecutionFailed\","
		"\"workflowExecutionFailedEventAttributes\":{\"failure\":{"
		"\"activityFailureInfo\":{\"retryState\":\"Timeout\"}},"
		"\"retryState\":\"Timeout\"}}]}";

	assert_string_equal(
		downgraded("java-1.20", JSON, &lines),
		"{\"events\":[{\"eventId\":\"5\",\"eventType\":\"WorkflowTaskFailed\","
		"\"workflowTaskFailedEventAttributes\":{\"cause\":"
		"\"WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND\"}},{\"eventId\":\"6\",\"eventType\":"
		"\"WorkflowExecutionFailed\",\"workflowExecutionFailedEventAttributes\":{"
		"\"failure\":{\"activityFailureInfo\":{\"retryState\":\"RETRY_STATE_TIMEOUT\"}},"
		"\"retryState\":\"Timeout\"}}]}");
	assert_non_null(strstr(downgraded("go-1.25", JSON, &lines), "\"UnhandledCommand\""));
	buf_done(&lines);
}

/* An edition of the far future is today's schema, name by name. */
static void nothing_is_missing_in_the_newest_edition(void **state)
{
	struct edition newest = {EDITION(1, EDITION_ANY_PATCH, 0), EDITION_FULL};
	const struct schema *s = schema_new_edition(&t.arena, &newest);
	static const char *const NAMES[] = {"temporal.api.history.v1.HistoryEvent",
					    "temporal.api.failure.v1.Failure"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		const struct schema_message *now = schema_message(t.schema, NAMES[i]);
		const struct schema_message *then = schema_message(s, NAMES[i]);

		assert_int_equal(now->n_fields, then->n_fields);
		for (size_t k = 0; k < now->n_fields; k++)
			assert_true(str_eq(now->fields[k].json_name, then->fields[k].json_name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_targets),
		cmocka_unit_test(names_that_are_none),
		cmocka_unit_test(what_came_later_is_dropped_and_named),
		cmocka_unit_test(what_it_knows_is_as_it_was),
		cmocka_unit_test(an_event_of_an_unknown_type_keeps_its_place),
		cmocka_unit_test(a_newer_enum_value_is_left_unspecified),
		cmocka_unit_test(names_are_those_of_then),
		cmocka_unit_test(old_java_gets_six_enums_short),
		cmocka_unit_test(nothing_is_missing_in_the_newest_edition),
	};

	return cmocka_run_group_tests_name("target", tests, set_up, tear_down);
}
