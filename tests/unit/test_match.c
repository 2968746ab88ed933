/* SPDX-License-Identifier: MIT */
/* test_match.c: a reply's commands beside one workflow task, and every kind of divergence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "formats/wire/wire.h"
#include "replayer/judge/match.h"
#include "tests/unit/build.h"

/* Started; task 1 (4): what a test builds from event 5 on. */
struct story {
	struct arena arena;
	const struct schema *schema;
	struct build build;
	struct history history;
	struct command_view commands[8];
	size_t n;
	struct divergence divergence;
};

static int set_up(void **state)
{
	static struct story story;

	story = (struct story){0};
	arena_init(&story.arena);
	story.schema = schema_new(&story.arena);
	build_init(&story.build);
	build_started(&story.build, "OrderWorkflow");
	build_task(&story.build);
	*state = &story;
	return 0;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	history_done(&s->history);
	build_done(&s->build);
	arena_done(&s->arena);
	return 0;
}

/* ---- commands, by the numbers of command.proto ---- */

static void add(struct story *s, int32_t type, uint32_t field, struct buf *attributes)
{
	struct buf b;

	buf_init(&b, 0);
	wire_put_value(&b, 1, (uint64_t)type);
	wire_put_bytes(&b, field, buf_str(attributes));
	s->commands[s->n++] = (struct command_view){type, arena_str(&s->arena, buf_str(&b))};
	buf_done(&b);
	buf_done(attributes);
}

static void asks_activity(struct story *s, const char *id, const char *type)
{
	struct buf b, t;

	buf_init(&b, 0);
	buf_init(&t, 0);
	wire_put_bytes(&t, 1, str_of(type));
	wire_put_bytes(&b, 1, str_of(id));
	wire_put_bytes(&b, 2, buf_str(&t));
	buf_done(&t);
	add(s, COMMAND_SCHEDULE_ACTIVITY_TASK, 2, &b);
}

static void asks_timer(struct story *s, const char *id, int64_t seconds)
{
	struct buf b, d;

	buf_init(&b, 0);
	buf_init(&d, 0);
	wire_put_value(&d, 1, (uint64_t)seconds);
	wire_put_bytes(&b, 1, str_of(id));
	wire_put_bytes(&b, 2, buf_str(&d));
	buf_done(&d);
	add(s, COMMAND_START_TIMER, 3, &b);
}

static void asks_marker(struct story *s, const char *name)
{
	struct buf b;

	buf_init(&b, 0);
	wire_put_bytes(&b, 1, str_of(name));
	add(s, COMMAND_RECORD_MARKER, 10, &b);
}

static void asks_end(struct story *s, int32_t type, uint32_t field)
{
	struct buf b;

	buf_init(&b, 0);
	add(s, type, field, &b);
}

static void asks_message(struct story *s, const char *id)
{
	struct buf b;

	buf_init(&b, 0);
	wire_put_bytes(&b, 1, str_of(id));
	add(s, COMMAND_PROTOCOL_MESSAGE, 15, &b);
}

/* The search attributes of an upsert, with one KEY; the same shape on both sides. */
static struct str indexed_fields(struct story *s, const char *key, uint32_t field)
{
	struct buf entry, fields, b;
	struct str ret;

	buf_init(&entry, 0);
	buf_init(&fields, 0);
	buf_init(&b, 0);
	wire_put_bytes(&entry, 1, str_of(key));
	wire_put_bytes(&entry, 2, STR(""));
	wire_put_bytes(&fields, 1, buf_str(&entry));
	wire_put_bytes(&b, field, buf_str(&fields));
	ret = arena_str(&s->arena, buf_str(&b));
	buf_done(&entry);
	buf_done(&fields);
	buf_done(&b);
	return ret;
}

static void asks_upsert(struct story *s, const char *key)
{
	struct buf b;

	buf_init(&b, 0);
	buf_add(&b, indexed_fields(s, key, 1));
	add(s, COMMAND_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, 14, &b);
}

#define UPSERT_ATTRIBUTES 45
static void has_upsert(struct story *s, const char *key)
{
	struct buf b;

	buf_init(&b, 0);
	wire_put_value(&b, 1, (uint64_t)s->build.completed);
	buf_add(&b, indexed_fields(s, key, 2));
	build_event(&s->build, EVENT_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, UPSERT_ATTRIBUTES,
		    buf_str(&b));
	buf_done(&b);
}

/* ---- assertions ---- */

static bool matches(struct story *s, enum match_rules rules)
{
	s->history = build_history(&s->build, s->schema);
	return match_task(&s->history, &s->history.tasks[s->history.n_tasks - 1], s->commands, s->n,
			  rules, &s->arena, &s->divergence);
}

static void assert_parts(struct story *s, enum match_rules rules, enum divergence_kind kind,
			 int64_t event_id)
{
	assert_false(matches(s, rules));
	assert_string_equal(divergence_name(s->divergence.kind), divergence_name(kind));
	assert_int_equal(s->divergence.event_id, event_id);
	assert_int_equal(s->divergence.workflow_task, s->history.n_tasks);
}

static void assert_said(const struct story *s, const char *history, const char *worker)
{
	const struct divergence *d = &s->divergence;
	char text[256];

	snprintf(text, sizeof(text), "%.*s %.*s", STR_ARG(d->history.what),
		 STR_ARG(d->history.name));
	assert_string_equal(text, history);
	snprintf(text, sizeof(text), "%.*s %.*s", STR_ARG(d->worker.what), STR_ARG(d->worker.name));
	assert_string_equal(text, worker);
}

/* ---- tests ---- */

static void the_same_commands_match(void **state)
{
	struct story *s = *state;

	build_activity_scheduled(&s->build, "shop.Charge");
	build_timer_started(&s->build, 30);
	build_marker(&s->build, "SideEffect", NULL, NULL);
	asks_activity(s, "1", "other.Charge"); /* only the last dotted part counts */
	asks_timer(s, "2", 99);		       /* durations are compared by nobody */
	asks_marker(s, "SideEffect");
	assert_true(matches(s, MATCH_ALL));
}

static void another_activity_type_is_an_attribute(void **state)
{
	struct story *s = *state;

	build_activity_scheduled(&s->build, "Charge");
	asks_activity(s, "1", "Refund");
	assert_parts(s, MATCH_ALL, DIVERGENCE_ATTRIBUTE, 5);
	assert_true(str_is(s->divergence.field, "activityType"));
	assert_true(str_is(s->divergence.history_value, "Charge"));
	assert_true(str_is(s->divergence.worker_value, "Refund"));
	assert_said(s, "ActivityTaskScheduled Charge", "ScheduleActivityTask Refund");
}

static void another_timer_id_is_an_attribute(void **state)
{
	struct story *s = *state;

	build_timer_started(&s->build, 30);
	asks_timer(s, "mine", 30);
	assert_parts(s, MATCH_ALL, DIVERGENCE_ATTRIBUTE, 5);
	assert_true(str_is(s->divergence.field, "timerId"));
}

static void another_command_replaces(void **state)
{
	struct story *s = *state;

	build_activity_scheduled(&s->build, "Charge");
	asks_timer(s, "1", 30);
	assert_parts(s, MATCH_ALL, DIVERGENCE_REPLACED, 5);
	assert_said(s, "ActivityTaskScheduled Charge", "StartTimer 30s");
}

static void what_comes_later_in_both_is_reordered(void **state)
{
	struct story *s = *state;

	build_activity_scheduled(&s->build, "Charge");
	build_timer_started(&s->build, 30);
	asks_timer(s, "2", 30);
	asks_activity(s, "1", "Charge");
	assert_parts(s, MATCH_ALL, DIVERGENCE_REORDERED, 5);
}

/* An activity that moved has another id in Go, where ids are the numbers of events. */
static void a_place_is_no_id(void **state)
{
	struct story *s = *state;

	s->build.next_code_id = 5;
	build_timer_started(&s->build, 30);
	build_activity_scheduled(&s->build, "Charge");
	asks_activity(s, "5", "Charge");
	asks_timer(s, "6", 30);
	assert_parts(s, MATCH_GO, DIVERGENCE_REORDERED, 5);
}

static void what_comes_later_in_one_is_not_reordered(void **state)
{
	struct story *s = *state;

	build_activity_scheduled(&s->build, "Charge");
	build_timer_started(&s->build, 30);
	asks_timer(s, "2", 30);
	assert_parts(s, MATCH_ALL, DIVERGENCE_REPLACED, 5);
}

static void an_event_without_a_command_is_missing(void **state)
{
	struct story *s = *state;

	build_activity_scheduled(&s->build, "Reserve");
	build_activity_scheduled(&s->build, "Charge");
	asks_activity(s, "1", "Reserve");
	assert_parts(s, MATCH_ALL, DIVERGENCE_MISSING, 6);
	assert_said(s, "ActivityTaskScheduled Charge", " ");
}

static void a_command_without_an_event_is_extra(void **state)
{
	struct story *s = *state;

	build_activity_scheduled(&s->build, "Charge");
	asks_activity(s, "1", "Charge");
	asks_timer(s, "2", 30);
	assert_parts(s, MATCH_ALL, DIVERGENCE_EXTRA, 4); /* the completed task that asked */
	assert_said(s, " ", "StartTimer 30s");
}

static void ends_differ_by_when_and_how(void **state)
{
	struct story *s = *state;

	build_completed(&s->build);
	asks_end(s, COMMAND_FAIL_WORKFLOW_EXECUTION, 5);
	assert_parts(s, MATCH_ALL, DIVERGENCE_WRONG_CLOSE, 5);
	assert_said(s, "WorkflowExecutionCompleted ", "FailWorkflowExecution ");
}

static void an_end_of_the_code_before_historys_is_early(void **state)
{
	struct story *s = *state;

	build_timer_started(&s->build, 30);
	asks_end(s, COMMAND_COMPLETE_WORKFLOW_EXECUTION, 4);
	assert_parts(s, MATCH_ALL, DIVERGENCE_EARLY_CLOSE, 5);
}

static void an_end_that_an_open_history_lacks_is_early(void **state)
{
	struct story *s = *state;

	asks_end(s, COMMAND_COMPLETE_WORKFLOW_EXECUTION, 4);
	assert_parts(s, MATCH_ALL, DIVERGENCE_EARLY_CLOSE, 4);
}

static void an_end_of_history_before_the_codes_is_late(void **state)
{
	struct story *s = *state;

	build_completed(&s->build);
	asks_timer(s, "1", 30);
	asks_end(s, COMMAND_COMPLETE_WORKFLOW_EXECUTION, 4);
	assert_parts(s, MATCH_ALL, DIVERGENCE_LATE_CLOSE, 5);
}

static void an_end_that_the_code_lacks_is_late(void **state)
{
	struct story *s = *state;

	build_completed(&s->build);
	assert_parts(s, MATCH_ALL, DIVERGENCE_LATE_CLOSE, 5);
}

static void a_marker_wins_over_the_rest(void **state)
{
	struct story *s = *state;

	build_completed(&s->build);
	asks_marker(s, "LocalActivity");
	assert_parts(s, MATCH_ALL, DIVERGENCE_MARKER, 5);
}

static void updates_are_protocol_messages(void **state)
{
	struct story *s = *state;
	int64_t accepted = build_update_accepted(&s->build, "add", "u1");

	build_update_completed(&s->build, accepted, "u1");
	asks_message(s, "u1/accept");
	asks_message(s, "u1/complete");
	assert_true(matches(s, MATCH_ALL));
}

static void an_update_step_out_of_order_is_an_update(void **state)
{
	struct story *s = *state;

	build_update_accepted(&s->build, "add", "u1");
	asks_message(s, "u1/complete");
	assert_parts(s, MATCH_ALL, DIVERGENCE_UPDATE, 5);
}

static void an_update_beside_an_activity_is_an_update(void **state)
{
	struct story *s = *state;

	build_update_accepted(&s->build, "add", "u1");
	asks_activity(s, "1", "Charge");
	assert_parts(s, MATCH_ALL, DIVERGENCE_UPDATE, 5);
}

static void go_drops_versions_on_both_sides(void **state)
{
	struct story *s = *state;

	build_marker(&s->build, "Version", "change-id", "\"v1\"");
	has_upsert(s, "TemporalChangeVersion");
	build_marker(&s->build, "MutableSideEffect", NULL, NULL);
	build_activity_scheduled(&s->build, "Charge");
	asks_activity(s, "1", "Charge");
	assert_true(matches(s, MATCH_GO));
	assert_false(match_task(&s->history, &s->history.tasks[0], s->commands, s->n, MATCH_ALL,
				&s->arena, &s->divergence));
	s->n = 0;
	asks_activity(s, "1", "Charge");
	asks_marker(s, "Version");
	asks_upsert(s, "TemporalChangeVersion");
	asks_marker(s, "MutableSideEffect");
	assert_true(match_task(&s->history, &s->history.tasks[0], s->commands, s->n, MATCH_GO,
			       &s->arena, &s->divergence));
}

static void go_keeps_an_upsert_of_the_users_own(void **state)
{
	struct story *s = *state;

	build_marker(&s->build, "Version", "change-id", "\"v1\"");
	has_upsert(s, "CustomerId");
	assert_parts(s, MATCH_GO, DIVERGENCE_MISSING, 6);
}

static void go_keeps_an_upsert_without_a_version(void **state)
{
	struct story *s = *state;

	build_marker(&s->build, "SideEffect", NULL, NULL);
	has_upsert(s, "TemporalChangeVersion");
	asks_marker(s, "SideEffect");
	assert_parts(s, MATCH_GO, DIVERGENCE_MISSING, 6);
}

static void events_of_other_tasks_are_left_alone(void **state)
{
	struct story *s = *state;

	build_activity(&s->build, "Charge"); /* 5-7 */
	build_task(&s->build);		     /* 8-10 */
	build_timer_started(&s->build, 30);  /* 11 */
	asks_timer(s, "mine", 30);
	assert_parts(s, MATCH_ALL, DIVERGENCE_ATTRIBUTE, 11);
	assert_int_equal(s->divergence.workflow_task, 2);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_same_commands_match),
		CASE(another_activity_type_is_an_attribute),
		CASE(another_timer_id_is_an_attribute),
		CASE(another_command_replaces),
		CASE(what_comes_later_in_both_is_reordered),
		CASE(a_place_is_no_id),
		CASE(what_comes_later_in_one_is_not_reordered),
		CASE(an_event_without_a_command_is_missing),
		CASE(a_command_without_an_event_is_extra),
		CASE(ends_differ_by_when_and_how),
		CASE(an_end_of_the_code_before_historys_is_early),
		CASE(an_end_that_an_open_history_lacks_is_early),
		CASE(an_end_of_history_before_the_codes_is_late),
		CASE(an_end_that_the_code_lacks_is_late),
		CASE(a_marker_wins_over_the_rest),
		CASE(updates_are_protocol_messages),
		CASE(an_update_step_out_of_order_is_an_update),
		CASE(an_update_beside_an_activity_is_an_update),
		CASE(go_drops_versions_on_both_sides),
		CASE(go_keeps_an_upsert_of_the_users_own),
		CASE(go_keeps_an_upsert_without_a_version),
		CASE(events_of_other_tasks_are_left_alone),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
