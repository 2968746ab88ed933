/* SPDX-License-Identifier: MIT */
/* test_recipe.c: each recipe: the tasks that it asks, and what every reply comes to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/recipe_story.h"

/* ---- the extent of a check ---- */

static void ends_from_outside_are_trimmed(void **state)
{
	struct story *s = *state;

	open_order(s);
	build_signal(&s->build, "too late");
	build_terminated(&s->build, "enough");
	check(s, &RECIPE_CORE);
	assert_int_equal(s->check.n_events, 10);
	assert_false(s->check.closed);
	assert_true(s->check.whole);
}

static void prefix_ends_with_its_batch(void **state)
{
	struct story *s = *state;

	closed_order(s);
	check_prefix(s, &RECIPE_CORE, 1);
	assert_int_equal(s->check.n_events, 5);
	assert_false(s->check.whole);
	assert_false(s->check.closed);
	assert_false(ask(s).whole);
}

/* ---- core ---- */

static void core_asks_with_a_query_in_the_map(void **state)
{
	struct story *s = *state;
	struct task_spec spec;

	closed_order(s);
	check(s, &RECIPE_CORE);
	spec = ask(s);
	assert_int_equal(spec.n_events, 11);
	assert_true(spec.previous_started == (int64_t)1 << 62);
	assert_int_equal(spec.started, 9);
	assert_int_equal(spec.query, TASK_QUERY_MAP);
	assert_string_equal(spec.query_type, "__stack_trace");
	assert_true(spec.whole);
}

/* A task that failed, or that an event separates from its end, is no place to start at. */
static void core_starts_at_a_task_that_completed_at_once(void **state)
{
	struct story *s = *state;

	build_task(&s->build);
	build_timer(&s->build, 5);
	build_task_scheduled(&s->build);
	build_task_started(&s->build);
	build_signal(&s->build, "between");
	build_task_completed(&s->build);
	build_task_scheduled(&s->build);
	build_task_started(&s->build);
	build_task_failed(&s->build, "boom");
	check(s, &RECIPE_CORE);
	assert_int_equal(ask(s).n_events, 10);
	assert_int_equal(ask(s).started, 3);
}

static void silence_of_commands_passes(void **state)
{
	static const struct recipe *const RECIPES[] = {&RECIPE_CORE, &RECIPE_JAVA};
	struct story *s = *state;

	open_order(s);
	for (size_t i = 0; i < 2; i++) {
		check(s, RECIPES[i]);
		assert_true(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
		assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
	}
	check(s, &RECIPE_CORE);
	assert_true(answers(s, reply_query("\"stack\"")));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
}

static void leftover_commands_diverge(void **state)
{
	static const struct recipe *const RECIPES[] = {&RECIPE_CORE, &RECIPE_JAVA};
	struct story *s = *state;

	open_order(s);
	for (size_t i = 0; i < 2; i++) {
		check(s, RECIPES[i]);
		assert_true(answers(s, reply_completed(&s->arena, command_timer(&s->arena, "1", 5),
						       command_complete(&s->arena), COMMAND_NONE)));
		assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
		assert_true(s->outcome.has_extra);
		assert_int_equal(s->outcome.extra.type, COMMAND_START_TIMER);
		assert_false(s->outcome.placed);
	}
}

/* Every kind of failure, by SDK, cause and words. */
static void failures_are_classed(void **state)
{
	static const struct {
		const struct recipe *recipe;
		int cause;
		const char *message;
		enum outcome_kind kind;
		enum said_class class;
	} ROWS[] = {
		{&RECIPE_CORE, CAUSE_NONDETERMINISM, ND "what no table knows", OUTCOME_DIVERGED,
		 SAID_NONDETERMINISM},
		/* no cause at all in old versions: type and words tell */
		{&RECIPE_CORE, CAUSE_NONE,
		 ND "No command scheduled for event HistoryEvent(id: 5, TimerStarted)",
		 OUTCOME_DIVERGED, SAID_NONDETERMINISM},
		{&RECIPE_CORE, CAUSE_UNHANDLED,
		 "Fatal error in workflow machines: Timer machine in state X says the transition "
		 "is invalid during event EventInfo { event_id: 5, event_type: TimerFired }",
		 OUTCOME_DIVERGED, SAID_NONDETERMINISM},
		{&RECIPE_CORE, CAUSE_UNHANDLED, "the order is empty", OUTCOME_FAILED, SAID_CODE},
		{&RECIPE_CORE, CAUSE_UNHANDLED,
		 "Workflow class OrderWorkflow is not registered on this worker", OUTCOME_FAILED,
		 SAID_UNREGISTERED},
		{&RECIPE_CORE, CAUSE_UNHANDLED, "[TMPRL1101] Potential deadlock detected: x",
		 OUTCOME_FAILED, SAID_DEADLOCK},
		{&RECIPE_CORE, CAUSE_NONE, "Unknown SDK flag: 99", OUTCOME_FAILED, SAID_OLDER},
		{&RECIPE_JAVA, CAUSE_NONDETERMINISM, "x", OUTCOME_DIVERGED, SAID_NONDETERMINISM},
		{&RECIPE_JAVA, CAUSE_UNHANDLED, "Failure handling event 9\nCaused by: x.Y: "
		 "[TMPRL1100] Update received after workflow is completed", OUTCOME_DIVERGED,
		 SAID_NONDETERMINISM},
		{&RECIPE_JAVA, CAUSE_UNHANDLED, "x\nCaused by: y.Z: Unknown update name: add",
		 OUTCOME_DIVERGED, SAID_NONDETERMINISM},
		{&RECIPE_JAVA, CAUSE_UNHANDLED,
		 "x\nCaused by: y.Z: No value found for mutableSideEffectId=k", OUTCOME_DIVERGED,
		 SAID_NONDETERMINISM},
		{&RECIPE_JAVA, CAUSE_UNHANDLED, "x\nCaused by: y.Z: Version 2 of changeId c is not "
		 "supported. Supported v is between 3 and 4.", OUTCOME_DIVERGED,
		 SAID_NONDETERMINISM},
		{&RECIPE_JAVA, CAUSE_UNHANDLED, "java.lang.RuntimeException: no stock",
		 OUTCOME_FAILED, SAID_CODE},
		{&RECIPE_JAVA, CAUSE_NONE, "Unknown SDK flag:4", OUTCOME_FAILED, SAID_OLDER},
		{&RECIPE_GO, CAUSE_NONDETERMINISM, GO_PANIC, OUTCOME_DIVERGED,
		 SAID_NONDETERMINISM},
		{&RECIPE_GO, CAUSE_NONDETERMINISM, "unknown SDK flag: 9", OUTCOME_FAILED,
		 SAID_OLDER},
		{&RECIPE_GO, CAUSE_UNHANDLED, "No cached result found for side effectID=1",
		 OUTCOME_DIVERGED, SAID_NONDETERMINISM},
		{&RECIPE_GO, CAUSE_UNHANDLED, "unable to find workflow type: OrderWorkflow. "
		 "Supported types: []", OUTCOME_FAILED, SAID_UNREGISTERED},
	};
	struct story *s = *state;

	closed_order(s);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		enum sdk_family family = ROWS[i].recipe->family;

		check(s, ROWS[i].recipe);
		assert_true(answers(s, reply_failed(family, ROWS[i].cause, ROWS[i].message)));
		if (s->outcome.kind != ROWS[i].kind || s->outcome.said.class != ROWS[i].class)
			fail_msg("%s: kind %d, class %d", ROWS[i].message, s->outcome.kind,
				 s->outcome.said.class);
		/* A query's failure is read alike. */
		check(s, ROWS[i].recipe);
		assert_true(answers(s, reply_query_failed(family, ROWS[i].cause, ROWS[i].message)));
		assert_int_equal(s->outcome.kind, ROWS[i].kind);
	}
}

static void outcome_keeps_its_own_words(void **state)
{
	struct story *s = *state;
	char words[] = ND "Activity machine does not handle this event: "
			  "HistoryEvent(id: 5, TimerStarted)";

	open_order(s);
	check(s, &RECIPE_CORE);
	assert_true(answers(s, reply_failed(SDK_CORE, CAUSE_NONDETERMINISM, words)));
	memset(words, 'x', sizeof(words) - 1);
	assert_true(str_has(s->outcome.message, "Activity machine"));
	assert_true(str_is(s->outcome.said.worker.what, "ScheduleActivityTask"));
}

/* Policies that fail the workflow on any error hide nondeterminism in a command. */
static void failure_in_disguise_is_nondeterminism(void **state)
{
	struct story *s = *state;

	open_order(s);
	check(s, &RECIPE_CORE);
	assert_true(answers(s, reply_completed(&s->arena,
					       command_fail(&s->arena,
							    ND "No command scheduled for event "
							       "HistoryEvent(id: 5, TimerStarted)",
							    ""),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
	assert_false(s->outcome.has_extra);
	assert_string_equal(s->outcome.said.form, "core-none");
	/* The code's own failure is a command like any other. */
	check(s, &RECIPE_CORE);
	assert_true(answers(s, reply_completed(&s->arena,
					       command_fail(&s->arena, "no stock", "OutOfStock"),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
	assert_true(s->outcome.has_extra);
}

static void core_probes_behind_the_last_marker(void **state)
{
	struct story *s = *state;
	struct task_spec spec;
	size_t from = 0;

	build_task(&s->build);
	build_activity_scheduled(&s->build, "Charge");
	build_marker(&s->build, "core_patch", NULL, NULL);
	build_timer_started(&s->build, 5);
	check_prefix(s, &RECIPE_CORE, 1);
	assert_true(RECIPE_CORE.probe(&s->check, 0, &spec, &from));
	assert_int_equal(from, 5);
	assert_int_equal(spec.n_events, 6);
	assert_false(spec.whole);
	assert_int_equal(spec.started, 3);
}

static void probe_without_markers_is_cut_at_the_completed_task(void **state)
{
	static const struct recipe *const RECIPES[] = {&RECIPE_CORE, &RECIPE_JAVA};
	struct story *s = *state;
	struct task_spec spec;
	size_t from = 0;

	closed_order(s);
	for (size_t i = 0; i < 2; i++) {
		check_prefix(s, RECIPES[i], 1);
		assert_true(RECIPES[i]->probe(&s->check, 0, &spec, &from));
		assert_int_equal(from, 3);
		assert_int_equal(spec.n_events, 4);
	}
}

/* ---- java ---- */

static void java_asks_without_a_query(void **state)
{
	struct story *s = *state;
	struct task_spec spec;

	closed_order(s);
	check(s, &RECIPE_JAVA);
	spec = ask(s);
	assert_int_equal(spec.n_events, 11);
	assert_true(spec.previous_started == INT64_MAX);
	assert_true(spec.started == INT64_MAX);
	assert_int_equal(spec.query, TASK_NO_QUERY);
}

static void java_asks_again_where_failures_are_encoded(void **state)
{
	struct story *s = *state;
	struct task_reply encoded = reply_failed(SDK_JAVA, CAUSE_UNHANDLED, "Encoded failure");

	closed_order(s);
	encoded.failure.encoded = true;
	check(s, &RECIPE_JAVA);
	assert_false(answers(s, encoded));
	assert_int_equal(ask(s).query, TASK_QUERY_LEGACY);
	assert_string_equal(ask(s).query_type, "__replay_only");
	assert_true(answers(s, reply_query_failed(SDK_JAVA, CAUSE_NONE,
						  "io.temporal.worker.NonDeterministicException: "
						  "[TMPRL1100] No command scheduled that "
						  "corresponds to event_id: 5")));
	assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
	assert_string_equal(s->outcome.said.form, "java-none");
	/* Nothing is asked a third time. */
	check(s, &RECIPE_JAVA);
	assert_false(answers(s, encoded));
	encoded.kind = REPLY_QUERY_FAILED;
	assert_true(answers(s, encoded));
}

static void java_probes_no_task_with_markers(void **state)
{
	struct story *s = *state;
	struct task_spec spec;
	size_t from;

	build_task(&s->build);
	build_marker(&s->build, "SideEffect", NULL, NULL);
	check_prefix(s, &RECIPE_JAVA, 1);
	assert_false(RECIPE_JAVA.probe(&s->check, 0, &spec, &from));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, story_set_up, story_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ends_from_outside_are_trimmed),
		TEST(prefix_ends_with_its_batch),
		TEST(core_asks_with_a_query_in_the_map),
		TEST(core_starts_at_a_task_that_completed_at_once),
		TEST(silence_of_commands_passes),
		TEST(leftover_commands_diverge),
		TEST(failures_are_classed),
		TEST(outcome_keeps_its_own_words),
		TEST(failure_in_disguise_is_nondeterminism),
		TEST(core_probes_behind_the_last_marker),
		TEST(probe_without_markers_is_cut_at_the_completed_task),
		TEST(java_asks_without_a_query),
		TEST(java_asks_again_where_failures_are_encoded),
		TEST(java_probes_no_task_with_markers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
