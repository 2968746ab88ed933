/* SPDX-License-Identifier: MIT */
/* test_clue_bugs.c: known bugs are named where they may be it, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/clue_story.h"

static void java_updates_between_versions(void **state)
{
	struct clue_story *s = *state;
	int64_t accepted;

	build_started(&s->build, "Order");
	build_task(&s->build);
	build_version_marker(&s->build, "\"a\"", "1"); /* 5 */
	accepted = build_update_accepted(&s->build, "Confirm", "u-1");
	build_update_completed(&s->build, accepted, "u-1");
	build_version_marker(&s->build, "\"b\"", "1");
	build_activity(&s->build, "Reserve");
	worker_is(s, "Java", "1.35.0", "");
	diverged(s, DIVERGENCE_MARKER, 5, 1);
	assert_silent(s, "2796"); /* the SDK says something else */
	s->verdict.message = STR("[TMPRL1100] getVersion call before the existing version marker "
				 "event. The most probable cause ...");
	assert_non_null(clue(s, "temporalio/sdk-java#2796"));
	worker_is(s, "Go", "1.50.0", "");
	assert_silent(s, "2796");
	worker_is(s, "Java", "1.35.0", "");
	build_done(&s->build);
	build_init(&s->build);
	build_started(&s->build, "Order");
	build_task(&s->build);
	build_version_marker(&s->build, "\"a\"", "1");
	build_version_marker(&s->build, "\"b\"", "1");
	accepted = build_update_accepted(&s->build, "Confirm", "u-1");
	build_update_completed(&s->build, accepted, "u-1");
	history_done(&s->history);
	s->history = build_history(&s->build, s->schema);
	assert_silent(s, "2796"); /* behind both */
}

static void seeded_sequences_that_shift(void **state)
{
	struct clue_story *s = *state;

	worker_is(s, "Python", "1.35.0", "");
	other_id(s, "child_" UUID_1, "child_" UUID_2);
	assert_non_null(clue(s, "temporalio/sdk-python#1109"));
	assert_silent(s, "sdk-typescript");
	worker_is(s, "TypeScript", "1.24.0", "");
	assert_non_null(clue(s, "temporalio/sdk-typescript#1935, #2023"));
	assert_silent(s, "sdk-python");
	worker_is(s, "Go", "1.50.0", "");
	assert_silent(s, "#");
	worker_is(s, "Python", "1.35.0", "");
	other_id(s, "child_a", "child_b");
	assert_silent(s, "#1109");
}

static void local_activities_that_ran_at_once(void **state)
{
	struct clue_story *s = *state;

	build_started(&s->build, "Order");
	build_task(&s->build);
	build_marker(&s->build, "core_local_activity", "data", "{\"seq\":2,\"activity_type\":\"c\"}");
	build_marker(&s->build, "core_local_activity", "data", "{\"seq\":1,\"activity_type\":\"d\"}");
	build_task(&s->build);
	build_marker(&s->build, "core_local_activity", "data", "{\"seq\":3,\"activity_type\":\"e\"}");
	worker_is(s, "Python", "1.35.0", "");
	diverged(s, DIVERGENCE_MARKER, 6, 1);
	assert_silent(s, "1578");
	s->verdict.message = STR("[TMPRL1100] Nondeterminism error: Activity type of recorded marker "
				 "'d' does not match activity type of local activity command 'c'");
	assert_non_null(clue(s, "temporalio/sdk-python#1578"));
	worker_is(s, "TypeScript", "1.24.0", "");
	assert_non_null(clue(s, "temporalio/sdk-typescript#1744"));
	/* One after the other, as a divergence in the code has it too. */
	build_done(&s->build);
	build_init(&s->build);
	build_started(&s->build, "Order");
	build_task(&s->build);
	build_marker(&s->build, "core_local_activity", "data", "{\"seq\":1}");
	build_marker(&s->build, "core_local_activity", "data", "{\"seq\":2}");
	build_marker(&s->build, "core_local_activity", "data", "encrypted");
	history_done(&s->history);
	s->history = build_history(&s->build, s->schema);
	assert_silent(s, "1744");
}

static void patches_side_by_side(void **state)
{
	struct clue_story *s = *state;

	build_started(&s->build, "Order");
	build_task(&s->build);
	build_marker(&s->build, "core_patch", "patch-data", "{\"id\":\"a\",\"deprecated\":true}");
	build_marker(&s->build, "core_patch", "patch-data", "{\"id\":\"b\",\"deprecated\":false}");
	build_activity(&s->build, "Reserve");
	worker_is(s, "Python", "1.3.0", "");
	diverged(s, DIVERGENCE_MARKER, 5, 1);
	s->verdict.message = STR("Change id a does not match expected id b");
	assert_non_null(clue(s, "temporalio/sdk-rust#535"));
	worker_is(s, "Python", "1.4.0", ""); /* mended there */
	assert_silent(s, "535");
	worker_is(s, "Python", "", "");
	assert_silent(s, "535");
	worker_is(s, "Python", "1.3.0", "");
	s->verdict.divergence.event_id = 6; /* not deprecated */
	assert_silent(s, "535");
	/* The other may stand before it. */
	build_marker(&s->build, "core_patch", "patch-data", "{\"id\":\"c\",\"deprecated\":true}");
	diverged(s, DIVERGENCE_MARKER, 10, 1);
	s->verdict.message = STR("Change id c does not match expected id d");
	assert_silent(s, "535"); /* alone */
	build_marker(&s->build, "core_patch", "patch-data", "{\"id\":\"d\",\"deprecated\":true}");
	diverged(s, DIVERGENCE_MARKER, 11, 1);
	s->verdict.message = STR("Change id d does not match expected id e");
	assert_non_null(clue(s, "temporalio/sdk-rust#535"));
}

static void deadlocks_of_busy_machines(void **state)
{
	struct clue_story *s = *state;

	order(s);
	failed(s, "deadlock");
	worker_is(s, "Python", "1.35.0", "");
	assert_non_null(clue(s, "PostHog/posthog#48777"));
	worker_is(s, "Go", "1.50.0", "");
	assert_non_null(clue(s, "on a busy machine the deadlock detector"));
	failed(s, "workflow-code");
	assert_silent(s, "deadlock");
}

static void order_that_is_fine(void **state)
{
	struct clue_story *s = *state;

	order(s);
	failed(s, "sdk-refused");
	s->verdict.kind = VERDICT_INVALID;
	s->verdict.message = STR("Fatal error: History is out of order. Last processed event: 5");
	worker_is(s, "TypeScript", "1.24.0", "");
	assert_non_null(clue(s, "temporalio/sdk-rust#855"));
	assert_int_equal(s->evidence.clues.n, 1);
	worker_is(s, "Java", "1.35.0", "");
	assert_silent(s, "855");
	worker_is(s, "TypeScript", "1.24.0", "");
	s->verdict.message = STR("unknown event");
	assert_silent(s, "855");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, clue_set_up, clue_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(java_updates_between_versions),
		TEST(seeded_sequences_that_shift),
		TEST(local_activities_that_ran_at_once),
		TEST(patches_side_by_side),
		TEST(deadlocks_of_busy_machines),
		TEST(order_that_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
