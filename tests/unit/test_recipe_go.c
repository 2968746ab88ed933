/* SPDX-License-Identifier: MIT */
/* test_recipe_go.c: Go's recipe: the guard, the passes, and code in a local activity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/recipe_story.h"

#define STACK_IN_LOCAL_ACTIVITY "\"internal.(*x).ExecuteLocalActivity(0x1)\""

static void is_guard(struct task_spec spec, size_t n_events)
{
	assert_int_equal(spec.query, TASK_QUERY_LEGACY);
	assert_string_equal(spec.query_type, "__stack_trace");
	assert_int_equal(spec.n_events, n_events);
	assert_true(spec.previous_started == INT64_MAX);
	assert_int_equal(spec.started, n_events); /* of the last event */
}

static void is_pass(struct task_spec spec, size_t n_events)
{
	assert_int_equal(spec.query, TASK_NO_QUERY);
	assert_int_equal(spec.n_events, n_events);
	assert_true(spec.previous_started == INT64_MAX);
	assert_int_equal(spec.started, n_events); /* of the last event */
}

/* A guard that shows nothing; then the next task is that of `before`. */
static void guard_is_quiet(struct story *s)
{
	is_guard(ask(s), s->check.n_events);
	assert_false(answers(s, reply_query("\"coroutine root [blocked]\"")));
}

static void go_guards_then_passes_twice(void **state)
{
	struct story *s = *state;

	closed_order(s);
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	is_pass(ask(s), 5);
	assert_false(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	is_pass(ask(s), 11);
	assert_true(answers(s, reply_completed(&s->arena, command_complete(&s->arena),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
}

/* A program without local activities is asked for commands at once. */
static void go_without_local_activities_needs_no_guard(void **state)
{
	struct story *s = *state;

	closed_order(s);
	check(s, RECIPE_GO.unguarded);
	is_pass(ask(s), 5);
	assert_false(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	is_pass(ask(s), 11);
	assert_true(answers(s, reply_completed(&s->arena, command_complete(&s->arena),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
	check(s, RECIPE_GO_REPLAY.unguarded);
	is_pass(ask(s), 11);
	assert_true(answers(s, reply_completed(&s->arena, command_complete(&s->arena),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
}

static void go_with_one_task_has_nothing_before_it(void **state)
{
	struct story *s = *state;

	build_task(&s->build);
	build_completed(&s->build);
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	is_pass(ask(s), 5);
	assert_true(answers(s, reply_completed(&s->arena, command_complete(&s->arena),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
}

static void go_leaves_nothing_over_before_the_last_task(void **state)
{
	struct story *s = *state;

	closed_order(s);
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	assert_true(answers(s, reply_completed(&s->arena, command_timer(&s->arena, "5", 1),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
	assert_true(s->outcome.has_extra);
	assert_int_equal(s->outcome.extra.type, COMMAND_START_TIMER);
}

/* Go compares nothing of a closed run: the last batch is compared here. */
static void go_last_batch_is_compared(void **state)
{
	struct story *s = *state;

	closed_order(s);
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	assert_false(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	assert_true(answers(s, reply_completed(&s->arena, command_timer(&s->arena, "5", 1),
					       command_complete(&s->arena), COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
	assert_true(s->outcome.placed);
	assert_int_equal(s->outcome.divergence.event_id, 11);
	assert_int_equal(s->outcome.divergence.workflow_task, 2);
	/* Nothing at all: the code goes on where history ends. */
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	assert_false(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	assert_true(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	assert_int_equal(s->outcome.divergence.kind, DIVERGENCE_LATE_CLOSE);
}

static void go_open_history_leaves_nothing_over(void **state)
{
	struct story *s = *state;

	open_order(s);
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	assert_false(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	is_pass(ask(s), 10);
	assert_true(answers(s, reply_completed(&s->arena, command_complete(&s->arena),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
	assert_true(s->outcome.has_extra);
}

/* What Go's own comparison leaves out counts on neither side. */
static void go_drops_version_and_mutable_side_effects(void **state)
{
	struct story *s = *state;

	open_order(s);
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	assert_false(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	assert_true(answers(s, reply_completed(&s->arena, command_marker(&s->arena, "Version"),
					       command_version_upsert(&s->arena),
					       command_marker(&s->arena, "MutableSideEffect"),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
	/* A marker of another kind counts. */
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	assert_true(answers(s, reply_completed(&s->arena, command_marker(&s->arena, "SideEffect"),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
}

static void go_guard_stops_a_new_local_activity(void **state)
{
	struct story *s = *state;

	closed_order(s);
	check(s, &RECIPE_GO);
	assert_true(answers(s, reply_query(STACK_IN_LOCAL_ACTIVITY)));
	assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
	assert_int_equal(s->outcome.said.about, SAID_ABOUT_MARKER);
	assert_true(s->outcome.own_words);
}

static void go_task_that_goes_on_is_a_local_activity(void **state)
{
	struct story *s = *state;
	struct task_reply reply = reply_completed(&s->arena, COMMAND_NONE);

	open_order(s);
	reply.wants_another_task = true;
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	assert_true(answers(s, reply));
	assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
	assert_int_equal(s->outcome.said.about, SAID_ABOUT_MARKER);
	assert_true(s->outcome.own_words);
}

/* Unchanged code can stand in a long local activity: `before` alone judges then. */
static void go_open_inside_a_long_local_activity(void **state)
{
	struct story *s = *state;

	open_order(s);
	build_task_scheduled(&s->build);
	check(s, &RECIPE_GO);
	is_guard(ask(s), 10);
	assert_false(answers(s, reply_query(STACK_IN_LOCAL_ACTIVITY)));
	is_pass(ask(s), 5);
	assert_true(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
	/* Its quiet sibling is asked as any open history. */
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	assert_false(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	is_pass(ask(s), 10);
}

static void go_open_inside_a_local_activity_of_the_first_task(void **state)
{
	struct story *s = *state;

	build_task(&s->build);
	build_task_scheduled(&s->build);
	check(s, &RECIPE_GO);
	assert_true(answers(s, reply_query(STACK_IN_LOCAL_ACTIVITY)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
}

/* Tasks 2 and 3 wait for one long local activity; task 4 has its marker and the end. */
static void long_local_activity(struct story *s)
{
	build_task(&s->build);
	build_activity(&s->build, "Charge"); /* 5-7 */
	build_task(&s->build);		     /* 8-10 */
	build_task(&s->build);		     /* 11-13 */
	build_task(&s->build);		     /* 14-16 */
	build_marker(&s->build, "LocalActivity", NULL, NULL);
	build_completed(&s->build);
}

static void go_guards_before_too_and_goes_back(void **state)
{
	struct story *s = *state;

	long_local_activity(s);
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	is_guard(ask(s), 13);
	assert_false(answers(s, reply_query(STACK_IN_LOCAL_ACTIVITY)));
	is_guard(ask(s), 10);
	assert_false(answers(s, reply_query(STACK_IN_LOCAL_ACTIVITY)));
	is_pass(ask(s), 5);
	assert_false(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	is_pass(ask(s), 18);
	assert_true(answers(s, reply_completed(&s->arena,
					       command_marker(&s->arena, "LocalActivity"),
					       command_complete(&s->arena), COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
}

static void go_quiet_guard_before_is_followed_by_before(void **state)
{
	struct story *s = *state;

	long_local_activity(s);
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	is_guard(ask(s), 13);
	assert_false(answers(s, reply_query("\"\"")));
	is_pass(ask(s), 13);
}

static void go_in_replay_namespace_needs_no_before(void **state)
{
	struct story *s = *state;

	closed_order(s);
	check(s, &RECIPE_GO_REPLAY);
	guard_is_quiet(s);
	is_pass(ask(s), 11);
	assert_true(answers(s, reply_completed(&s->arena, command_complete(&s->arena),
					       COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
}

/* A prefix is an open history: Go itself compares all of it. */
static void go_prefix_needs_no_before(void **state)
{
	struct story *s = *state;

	closed_order(s);
	check_prefix(s, &RECIPE_GO, 1);
	is_guard(ask(s), 5);
	assert_false(answers(s, reply_query("\"\"")));
	is_pass(ask(s), 5);
	assert_true(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
	assert_int_equal(s->outcome.kind, OUTCOME_PASSED);
	/* Where the code ends the run there, its reply holds the last task's commands. */
	check_prefix(s, &RECIPE_GO, 1);
	assert_false(answers(s, reply_query("\"\"")));
	assert_true(answers(s, reply_completed(&s->arena, command_complete(&s->arena),
					       COMMAND_NONE)));
	assert_true(s->outcome.placed);
	assert_int_equal(s->outcome.divergence.event_id, 5);
	assert_int_equal(s->outcome.divergence.kind, DIVERGENCE_EARLY_CLOSE);
}

/* Under the FailWorkflow policy a panic ends the workflow. */
static void go_panic_in_disguise(void **state)
{
	struct story *s = *state;

	closed_order(s);
	for (int last = 0; last < 2; last++) {
		check(s, &RECIPE_GO);
		guard_is_quiet(s);
		if (last)
			assert_false(answers(s, reply_completed(&s->arena, COMMAND_NONE)));
		assert_true(answers(s, reply_completed(&s->arena,
						       command_fail(&s->arena, GO_PANIC,
								    "PanicError"),
						       COMMAND_NONE)));
		assert_int_equal(s->outcome.kind, OUTCOME_DIVERGED);
		assert_false(s->outcome.placed);
		assert_false(s->outcome.has_extra);
		assert_string_equal(s->outcome.said.form, "go-extra");
	}
}

static void go_says_where_the_guard_is_blind(void **state)
{
	struct story *s = *state;
	struct task_reply encrypted = reply_query("gibberish");

	closed_order(s);
	check(s, &RECIPE_GO);
	guard_is_quiet(s);
	assert_int_equal(s->check.note.n, 0);
	encrypted.query_encoding = STR("binary/encrypted");
	check(s, &RECIPE_GO);
	assert_false(answers(s, encrypted));
	assert_true(str_has(s->check.note, "encodes"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, story_set_up, story_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(go_guards_then_passes_twice),
		TEST(go_without_local_activities_needs_no_guard),
		TEST(go_with_one_task_has_nothing_before_it),
		TEST(go_leaves_nothing_over_before_the_last_task),
		TEST(go_last_batch_is_compared),
		TEST(go_open_history_leaves_nothing_over),
		TEST(go_drops_version_and_mutable_side_effects),
		TEST(go_guard_stops_a_new_local_activity),
		TEST(go_task_that_goes_on_is_a_local_activity),
		TEST(go_open_inside_a_long_local_activity),
		TEST(go_open_inside_a_local_activity_of_the_first_task),
		TEST(go_guards_before_too_and_goes_back),
		TEST(go_quiet_guard_before_is_followed_by_before),
		TEST(go_in_replay_namespace_needs_no_before),
		TEST(go_prefix_needs_no_before),
		TEST(go_panic_in_disguise),
		TEST(go_says_where_the_guard_is_blind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
