/* SPDX-License-Identifier: MIT */
/* test_compare.c: one workflow task from both sides: rows, attributes, rules, context. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/transcode/transcode.h"
#include "formats/wire/wire.h"
#include "tests/unit/compare_story.h"

/* ---- which goes beside which ---- */

static void the_same_on_both_sides(void **state)
{
	struct compare_story *s = *state;

	step(s, "1", "A", false);
	timer(s, "2", "30s", false);
	step(s, "1", "A", true);
	timer(s, "2", "30s", true);
	compare(s);
	assert_int_equal(s->task.n_pairs, 2);
	assert_row(s, 0, 5, "A", "A");
	assert_row(s, 1, 6, "30s", "30s");
	assert_true(str_is(s->task.pairs[1].history.what, "TimerStarted"));
	assert_true(str_is(s->task.pairs[1].worker.what, "StartTimer"));
	assert_same(s);
}

static void an_inserted_command_does_not_shift_the_rest(void **state)
{
	struct compare_story *s = *state;

	for (int i = 0; i < 3; i++)
		step(s, "1", i == 0 ? "A" : i == 1 ? "B" : "C", false);
	step(s, "1", "A", true);
	step(s, "2", "New", true);
	step(s, "3", "B", true);
	step(s, "4", "C", true);
	compare(s);
	assert_int_equal(s->task.n_pairs, 4);
	assert_row(s, 0, 5, "A", "A");
	assert_row(s, 1, 0, "", "New");
	assert_row(s, 2, 6, "B", "B");
	assert_row(s, 3, 7, "C", "C");
}

static void a_dropped_command_does_not_shift_the_rest(void **state)
{
	struct compare_story *s = *state;

	step(s, "1", "A", false);
	step(s, "2", "B", false);
	step(s, "3", "C", false);
	step(s, "1", "B", true);
	step(s, "2", "C", true);
	compare(s);
	assert_int_equal(s->task.n_pairs, 3);
	assert_row(s, 0, 5, "A", "");
	assert_row(s, 1, 6, "B", "B");
	assert_row(s, 2, 7, "C", "C");
}

static void a_replaced_command_is_one_row(void **state)
{
	struct compare_story *s = *state;

	step(s, "1", "A", false);
	step(s, "2", "B", false);
	step(s, "3", "C", false);
	step(s, "1", "A", true);
	timer(s, "2", "5s", true);
	step(s, "3", "C", true);
	compare(s);
	assert_int_equal(s->task.n_pairs, 3);
	assert_row(s, 1, 6, "B", "5s");
	assert_int_equal(s->task.pairs[1].n_differences, 0); /* there is nothing to compare */
	assert_row(s, 2, 7, "C", "C");
}

static void of_reordered_commands_one_stays(void **state)
{
	struct compare_story *s = *state;

	step(s, "1", "A", false);
	timer(s, "2", "5s", false);
	timer(s, "1", "5s", true);
	step(s, "2", "A", true);
	compare(s);
	assert_int_equal(s->task.n_pairs, 3);
	assert_row(s, 0, 5, "A", "");
	assert_row(s, 1, 6, "5s", "5s");
	assert_row(s, 2, 0, "", "A");
}

static void ids_tell_equal_names_apart(void **state)
{
	struct compare_story *s = *state;

	step(s, "1", "A", false);
	step(s, "2", "A", false);
	step(s, "3", "A", false);
	step(s, "1", "A", true);
	step(s, "3", "A", true);
	compare(s);
	assert_int_equal(s->task.n_pairs, 3);
	assert_row(s, 1, 6, "A", "");
	assert_row(s, 2, 7, "A", "A");
	assert_true(str_is(s->task.pairs[2].worker.id, "3"));
}

static void either_side_may_have_nothing(void **state)
{
	struct compare_story *s = *state;

	compare(s);
	assert_int_equal(s->task.n_pairs, 0);
	step(s, "1", "A", true);
	compare(s);
	assert_row(s, 0, 0, "", "A");
	forget(s);
	step(s, "1", "A", false);
	compare(s);
	assert_int_equal(s->task.n_pairs, 1);
	assert_row(s, 0, 5, "A", "");
}

/* Beyond the ceiling they go in order: time and memory stay bounded. */
static void very_many_go_in_order(void **state)
{
	struct compare_story *s = *state;

	for (size_t i = 0; i <= LIMIT_ALIGNED; i++)
		step(s, "1", "A", false);
	step(s, "1", "B", true);
	compare(s);
	assert_int_equal(s->task.n_pairs, LIMIT_ALIGNED + 1);
	assert_row(s, 0, 5, "A", "B");
	assert_row(s, 1, 6, "A", "");
}

static void hostile_commands_are_rows_too(void **state)
{
	struct compare_story *s = *state;

	step(s, "1", "A", false);
	s->commands[s->n_commands++] = (struct command_view){
		COMMAND_SCHEDULE_ACTIVITY_TASK, STR("\x08\x01\x12\xff")};
	s->commands[s->n_commands++] = (struct command_view){777, STR("")};
	compare(s);
	assert_int_equal(s->task.n_pairs, 2);
	assert_int_equal(s->task.pairs[0].event_id, 5);
	assert_true(str_is(s->task.pairs[1].worker.what, "CommandType 777"));
}

/* ---- attributes ---- */

static void what_the_server_fills_in_does_not_count(void **state)
{
	struct compare_story *s = *state;

	activity(s,
		 ",\"taskQueue\":{\"name\":\"q\",\"kind\":\"TASK_QUEUE_KIND_NORMAL\"},"
		 "\"scheduleToCloseTimeout\":\"0s\",\"startToCloseTimeout\":\"10s\","
		 "\"heartbeatTimeout\":\"0s\",\"header\":{},\"retryPolicy\":{\"initialInterval\":"
		 "\"1s\",\"backoffCoefficient\":2,\"maximumInterval\":\"100s\"}",
		 ",\"taskQueue\":{\"name\":\"q\"},\"startToCloseTimeout\":\"10s\"");
	assert_same(s);
	activity(s, ",\"startToCloseTimeout\":\"10s\"", "");
	assert_same(s);
}

static void what_the_code_says_counts(void **state)
{
	struct compare_story *s = *state;

	activity(s, ",\"startToCloseTimeout\":\"30s\"", ",\"startToCloseTimeout\":\"10s\"");
	assert_differs(s, "startToCloseTimeout", "30s", "10s");
	activity(s, "", ",\"heartbeatTimeout\":\"10s\"");
	assert_differs(s, "heartbeatTimeout", "", "10s");
	activity(s, ",\"retryPolicy\":{\"maximumAttempts\":3,\"initialInterval\":\"1s\"}",
		 ",\"retryPolicy\":{\"maximumAttempts\":5,\"initialInterval\":\"1s\"}");
	assert_differs(s, "retryPolicy.maximumAttempts", "3", "5");
	activity(s, ",\"taskQueue\":{\"name\":\"q\"}", ",\"taskQueue\":{\"name\":\"other\"}");
	assert_differs(s, "taskQueue.name", "q", "other");
	timer(s, "1", "30s", false);
	timer(s, "1", "60s", true);
	assert_differs(s, "startToFireTimeout", "30s", "60s");
}

/* The namespace is the worker's setting; the event's own fields are the server's. */
static void what_is_one_sides_own_does_not_count(void **state)
{
	struct compare_story *s = *state;

	event(s, "StartChildWorkflowExecutionInitiated",
	      "\"namespace\":\"prod\",\"namespaceId\":\"n\",\"workflowId\":\"c\",\"workflowType\":{"
	      "\"name\":\"Ship\"},\"control\":\"x\"");
	command(s, "StartChildWorkflowExecution",
		"\"namespace\":\"default\",\"workflowId\":\"c\",\"workflowType\":{\"name\":\"Ship\"},"
		"\"control\":\"x\"");
	assert_same(s);
}

static void what_an_update_is_asked_is_not_compared(void **state)
{
	struct compare_story *s = *state;

	event(s, "WorkflowExecutionUpdateAccepted", "\"protocolInstanceId\":\"u-1\"");
	command(s, "ProtocolMessage", "\"messageId\":\"u-2/accept\"");
	s->commands[0].type = COMMAND_PROTOCOL_MESSAGE;
	assert_same(s);
}

/* An outcome with one JSON payload, as a message of a reply. */
static void response(struct compare_story *s, const char *id, const char *json)
{
	const struct schema_message *m =
		schema_message(s->schema, "temporal.api.update.v1.Outcome");
	struct str text = arena_printf(&s->arena, "{\"success\":{\"payloads\":[%s]}}",
				       payload(s, json));
	struct err err = ERR_INIT;
	struct buf outcome, body;
	size_t at = 0;

	buf_init(&outcome, 0);
	buf_init(&body, 0);
	if (!transcode_json_to_wire(m, text, &at, NULL, &s->arena, &outcome, &err))
		fail_msg("%s", err.message);
	wire_put_bytes(&body, 2, buf_str(&outcome));
	s->messages[s->n_messages++] = (struct message_view){
		str_of(id), STR("temporal.api.update.v1.Response"),
		arena_str(&s->arena, buf_str(&body))};
	buf_done(&outcome);
	buf_done(&body);
}

static void update_answers(struct compare_story *s, const char *json)
{
	event(s, "WorkflowExecutionUpdateCompleted",
	      arena_printf(&s->arena,
			   "\"meta\":{\"updateId\":\"u-1\"},"
			   "\"outcome\":{\"success\":{\"payloads\":[%s]}}", payload(s, json)).p);
	command(s, "ProtocolMessage", "\"messageId\":\"u-1/complete\"");
	s->commands[0].type = COMMAND_PROTOCOL_MESSAGE;
}

static void outcomes_of_updates_stand_in_messages(void **state)
{
	struct compare_story *s = *state;

	s->wanted.payloads = true;
	update_answers(s, "7");
	response(s, "u-1/complete", "7");
	assert_same(s);
	update_answers(s, "7");
	response(s, "u-2/complete", "9");
	response(s, "u-1/complete", "8");
	assert_differs(s, "outcome.success[0]", "7", "8");
	/* Workers that replay do not send it: then not all was seen. */
	update_answers(s, "7");
	compare(s);
	assert_int_equal(s->task.pairs[0].n_differences, 0);
	assert_true(s->task.partial);
	forget(s);
}

static void what_only_one_side_has_is_partial_but_for_versions(void **state)
{
	struct compare_story *s = *state;

	step(s, "1", "Charge", false);
	compare(s);
	assert_true(s->task.partial);
	forget(s);
	activity(s, "", "");
	event(s, "MarkerRecorded", "\"markerName\":\"Version\"");
	event(s, "UpsertWorkflowSearchAttributes", "\"searchAttributes\":{}");
	compare(s);
	assert_false(s->task.partial);
	forget(s);
	event(s, "UpsertWorkflowSearchAttributes", "\"searchAttributes\":{}");
	compare(s);
	assert_true(s->task.partial);
	forget(s);
}

static void no_timeout_outlives_the_run(void **state)
{
	struct compare_story *s = *state;

	s->run_timeout = "3s";
	activity(s, ",\"startToCloseTimeout\":\"3s\"", ",\"startToCloseTimeout\":\"60s\"");
	assert_same(s);
	activity(s, ",\"startToCloseTimeout\":\"2s\"", ",\"startToCloseTimeout\":\"60s\"");
	assert_differs(s, "startToCloseTimeout", "2s", "3s");
	s->run_timeout = NULL;
	activity(s, ",\"startToCloseTimeout\":\"3s\"", ",\"startToCloseTimeout\":\"60s\"");
	assert_differs(s, "startToCloseTimeout", "3s", "60s");
	/* Nor an activity's its own limits. */
	activity(s, ",\"startToCloseTimeout\":\"5s\",\"heartbeatTimeout\":\"5s\"",
		 ",\"startToCloseTimeout\":\"5s\",\"heartbeatTimeout\":\"9s\"");
	assert_same(s);
}

/* ---- --ignore ---- */

static void rules_are_a_command_and_a_path(void **state)
{
	static const struct {
		const char *rule, *path;
		bool fits;
	} ROWS[] = {
		{"ScheduleActivityTask.header", "header", true},
		{"ScheduleActivityTask.header", "header.fields.a", true},
		{"ScheduleActivityTask.header", "headers", false},
		{"ScheduleActivityTask.header.fields", "header", false},
		{"StartTimer.header", "header", false},
		{"*.header", "header", true},
		{"*.*", "anything.at.all", true},
		{"*.input[0]", "input[0].a", true},
		{"*.input[0]", "input[1]", false},
		{"*.input[*].requestId", "input[3].requestId", true},
		{"*.input.*.requestId", "input[3].requestId", true},
		{"*.input[*].requestId", "input[3].other", false},
		{"*.input", "input[3].other", true},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		if (compare_ignores(str_of(ROWS[i].rule), STR("ScheduleActivityTask"),
				    str_of(ROWS[i].path)) != ROWS[i].fits)
			fail_msg("%s, %s", ROWS[i].rule, ROWS[i].path);
}

static void rules_that_fit_nothing_are_refused(void **state)
{
	static const struct {
		const char *rule;
		const char *message; /* NULL: fine */
	} ROWS[] = {
		{"*.header", NULL},
		{"ScheduleActivityTask.input[0]", NULL},
		{"ScheduleActivityTask", "COMMAND.ATTRIBUTE is expected"},
		{"", "COMMAND.ATTRIBUTE is expected"},
		{"*", "COMMAND.ATTRIBUTE is expected"},
		{"ScheduleActivty.header", "there is no command ScheduleActivty"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(compare_rule_check(str_of(ROWS[i].rule), &err), !ROWS[i].message);
		if (!ROWS[i].message)
			continue;
		assert_int_equal(err.code, ERR_USAGE);
		assert_non_null(strstr(err.message, ROWS[i].message));
	}
}

static void what_is_ignored_is_not_listed(void **state)
{
	static const struct str RULES[] = {STR("*.input[0].requestId"),
					   STR("ScheduleActivityTask.heartbeatTimeout")};
	struct compare_story *s = *state;

	s->wanted.ignore = RULES;
	s->wanted.n_ignore = 2;
	s->wanted.payloads = true;
	argument(s, "{\"requestId\":\"a\"}", "{\"requestId\":\"b\"}");
	assert_same(s);
	activity(s, ",\"heartbeatTimeout\":\"1s\"", ",\"heartbeatTimeout\":\"2s\"");
	assert_same(s);
	argument(s, "{\"requestId\":\"a\",\"x\":1}", "{\"requestId\":\"b\",\"x\":2}");
	assert_differs(s, "input[0].x", "1", "2");
}

/* ---- context ---- */

static void context(struct compare_story *s, int64_t event_id, int64_t first, int64_t last)
{
	struct evidence e = {0};

	compare_context(&s->history, event_id, &s->arena, &e);
	assert_int_equal(e.context.n, last ? last - first + 1 : 0);
	for (size_t i = 0; i < e.context.n; i++)
		assert_int_equal(e.context.at[i].id, first + (int64_t)i);
	evidence_done(&e);
}

static void context_is_three_before_and_three_behind(void **state)
{
	struct compare_story *s = *state;
	struct evidence e = {0};

	for (int i = 0; i < 6; i++)
		step(s, "1", "Charge", false);
	read_history(s); /* events 1 to 10 */
	context(s, 5, 2, 8);
	context(s, 4, 1, 7);
	context(s, 1, 1, 4);
	context(s, 7, 4, 10);
	context(s, 8, 5, 10);
	context(s, 10, 7, 10);
	context(s, 11, 0, 0);
	context(s, -1, 0, 0);
	compare_context(&s->history, 5, &s->arena, &e);
	assert_true(str_is(e.context.at[3].type, "ActivityTaskScheduled"));
	assert_true(str_is(e.context.at[3].summary, "Charge"));
	evidence_done(&e);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, compare_set_up, compare_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_on_both_sides),
		TEST(an_inserted_command_does_not_shift_the_rest),
		TEST(a_dropped_command_does_not_shift_the_rest),
		TEST(a_replaced_command_is_one_row),
		TEST(of_reordered_commands_one_stays),
		TEST(ids_tell_equal_names_apart),
		TEST(either_side_may_have_nothing),
		TEST(very_many_go_in_order),
		TEST(hostile_commands_are_rows_too),
		TEST(what_the_server_fills_in_does_not_count),
		TEST(what_the_code_says_counts),
		TEST(what_is_one_sides_own_does_not_count),
		TEST(what_an_update_is_asked_is_not_compared),
		TEST(outcomes_of_updates_stand_in_messages),
		TEST(what_only_one_side_has_is_partial_but_for_versions),
		TEST(no_timeout_outlives_the_run),
		TEST(rules_are_a_command_and_a_path),
		TEST(rules_that_fit_nothing_are_refused),
		TEST(what_is_ignored_is_not_listed),
		TEST(context_is_three_before_and_three_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
