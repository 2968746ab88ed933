/* SPDX-License-Identifier: MIT */
/* test_clues.c: each clue is said where it is true, and not where it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "tests/unit/clue_story.h"

/* ---- who recorded it ---- */

/* SDKs name themselves once, builds are named each time. */
static void recorded(struct clue_story *s, const char *second_build)
{
	build_started(&s->build, "Order");
	task_by(s, "temporal-python", "1.18.0", "abc");
	build_activity(&s->build, "Reserve"); /* 5 */
	task_by(s, NULL, NULL, second_build);
	build_activity(&s->build, "Charge"); /* 11 */
	task_by(s, NULL, NULL, second_build);
	build_completed(&s->build);
	diverged(s, DIVERGENCE_REPLACED, 11, 2);
}

static void the_worker_that_recorded_it_was_another(void **state)
{
	struct clue_story *s = *state;

	recorded(s, "def");
	worker_is(s, "Python", "1.35.0", "xyz");
	assert_clue(s, "workflow task 2 was recorded with temporal-python 1.18.0, build def; the "
		       "worker now has temporal-python 1.35.0, build xyz");
	worker_is(s, "Python", "1.18.0", "xyz");
	assert_clue(s, "workflow task 2 was recorded with build def; the worker now has build xyz");
	worker_is(s, "Python", "1.35.0", "def");
	assert_clue(s, "workflow task 2 was recorded with temporal-python 1.18.0; the worker now "
		       "has temporal-python 1.35.0");
	worker_is(s, "TypeScript", "1.18.0", "def");
	assert_non_null(clue(s, "the worker now has temporal-typescript 1.18.0"));
	worker_is(s, "TypeScript", "", "xyz");
	assert_non_null(clue(s, "the worker now has temporal-typescript, build xyz"));
}

static void builds_are_known_by_their_beginning(void **state)
{
	struct clue_story *s = *state;

	recorded(s, "@temporalio/worker@1.24.0+b14c5da772f3944e30432860d0f467522b6475d1bb90093a");
	worker_is(s, "Python", "1.18.0", "release-2026-11");
	assert_clue(s, "workflow task 2 was recorded with build @temporalio/worker@1.24.0+"
		       "b14c5da772f394...; the worker now has build release-2026-11");
}

/* Every build has another, so it says nothing of this history. */
static void checksums_of_programs_are_no_clue(void **state)
{
	struct clue_story *s = *state;

	recorded(s, "f3b5d3c741eb71322f8b31d6460ab8a2");
	worker_is(s, "Python", "1.18.0", "364269c9764492a68b0ca807d1404697");
	assert_silent(s, "recorded with");
}

static void the_same_worker_is_no_clue(void **state)
{
	struct clue_story *s = *state;

	recorded(s, "def");
	worker_is(s, "Python", "1.18.0", "def");
	assert_silent(s, "recorded with");
	worker_is(s, "Python", "1.18.0", "");
	assert_silent(s, "recorded with");
	s->about.sdk = NULL;
	s->about.version = STR_NONE;
	assert_silent(s, "recorded with");
}

static void of_a_failure_the_last_word_counts(void **state)
{
	struct clue_story *s = *state;

	recorded(s, "def");
	worker_is(s, "Python", "1.3.0", "def");
	failed(s, "sdk-older-than-history");
	assert_clue(s, "the history was recorded with temporal-python 1.18.0; the worker now has "
		       "temporal-python 1.3.0");
}

static void code_was_deployed_while_the_run_was_open(void **state)
{
	struct clue_story *s = *state;

	recorded(s, "def");
	worker_is(s, "Python", "1.18.0", "def");
	assert_clue(s, "the worker changed between workflow tasks 1 and 2, from build abc to build "
		       "def: this run went on under newly deployed code");
	/* The first one behind it where there is none before. */
	s->verdict.divergence.workflow_task = 1;
	assert_non_null(clue(s, "between workflow tasks 1 and 2"));
	/* Not of failures, whose task nobody knows. */
	failed(s, "workflow-code");
	assert_silent(s, "the worker changed");
}

static void the_nearest_deployment_counts(void **state)
{
	struct clue_story *s = *state;
	static const char *const BUILDS[] = {"a", "b", "b", "c", "d"};

	build_started(&s->build, "Order");
	for (size_t i = 0; i < 5; i++)
		task_by(s, "temporal-go", i < 3 ? "1.29.1" : "1.50.0", BUILDS[i]);
	diverged(s, DIVERGENCE_MISSING, 10, 3);
	assert_non_null(clue(s, "between workflow tasks 1 and 2, from build a to build b"));
	s->verdict.divergence.workflow_task = 4;
	assert_non_null(clue(s, "between workflow tasks 3 and 4, from temporal-go 1.29.1, build b to "
				"temporal-go 1.50.0, build c"));
}

static void one_build_all_along_is_no_clue(void **state)
{
	struct clue_story *s = *state;

	recorded(s, "abc");
	assert_silent(s, "the worker changed");
	recorded(s, NULL);
	assert_silent(s, "the worker changed");
}

/* ---- patches ---- */

static void patches_before_it_are_named(void **state)
{
	struct clue_story *s = *state;

	build_started(&s->build, "Order");
	build_task(&s->build);
	build_marker(&s->build, "core_patch", "patch-data", "{\"id\":\"fees\",\"deprecated\":false}");
	build_marker(&s->build, "core_patch", "patch-data", "{\"id\":\"old\",\"deprecated\":true}");
	build_activity(&s->build, "Reserve"); /* 7 */
	build_task(&s->build);
	build_marker(&s->build, "core_patch", "patch-data", "{\"id\":\"late\",\"deprecated\":false}");
	diverged(s, DIVERGENCE_REPLACED, 7, 1);
	assert_clue(s, "patches that history has before event 7: old (event 6, deprecated), fees "
		       "(event 5)");
	s->verdict.divergence.event_id = 5;
	assert_silent(s, "patches that");
}

static void versions_are_patches_too(void **state)
{
	struct clue_story *s = *state;

	build_started(&s->build, "Order");
	build_task(&s->build);
	for (int i = 0; i < 7; i++)
		build_version_marker(&s->build, "\"fees\"", "2");
	build_activity(&s->build, "Reserve"); /* 12 */
	diverged(s, DIVERGENCE_REPLACED, 12, 1);
	assert_non_null(clue(s, "before event 12: fees version 2 (event 11), fees version 2 (event "
				"10), "));
	assert_non_null(clue(s, "(event 7) and 2 more"));
}

static void as_many_patches_as_are_shown(void **state)
{
	struct clue_story *s = *state;

	build_started(&s->build, "Order");
	build_task(&s->build);
	for (int i = 0; i < 5; i++)
		build_version_marker(&s->build, "\"fees\"", "2");
	build_activity(&s->build, "Reserve"); /* 10 */
	diverged(s, DIVERGENCE_REPLACED, 10, 1);
	assert_non_null(clue(s, "fees version 2 (event 5)"));
	assert_silent(s, "more");
}

static void other_markers_are_no_patches(void **state)
{
	struct clue_story *s = *state;

	build_started(&s->build, "Order");
	build_task(&s->build);
	build_marker(&s->build, "core_local_activity", "data", "{\"activity_type\":\"x\"}");
	build_marker(&s->build, "core_patch", "patch-data", "encrypted");
	build_activity(&s->build, "Reserve"); /* 7 */
	diverged(s, DIVERGENCE_REPLACED, 7, 1);
	assert_silent(s, "patches that");
}

static void a_patch_that_is_no_longer_asked_for(void **state)
{
	struct clue_story *s = *state;
	struct divergence *d;

	build_started(&s->build, "Order");
	build_task(&s->build);
	build_marker(&s->build, "core_patch", "patch-data", "{\"id\":\"fees\",\"deprecated\":false}");
	build_marker(&s->build, "core_patch", "patch-data", "{\"id\":\"old\",\"deprecated\":true}");
	build_activity(&s->build, "Reserve");
	d = diverged(s, DIVERGENCE_MARKER, 5, 1);
	d->worker = command("ScheduleActivityTask", "Reserve");
	worker_is(s, "TypeScript", "1.24.0", "");
	assert_clue(s, "the code no longer asks for patch fees, which history has at event 5: "
		       "its call, or deprecatePatch(), has to stay as long as such histories are "
		       "replayed");
	d->worker = command("RecordMarker", "core_patch");
	assert_silent(s, "no longer asks");
	d->worker = (struct side){0};
	assert_non_null(clue(s, "no longer asks"));
	d->field = STR("version"); /* it is asked for, and differs */
	assert_silent(s, "no longer asks");
	diverged(s, DIVERGENCE_MARKER, 6, 1);
	assert_silent(s, "no longer asks"); /* deprecated ones may go */
	diverged(s, DIVERGENCE_REPLACED, 7, 1);
	assert_silent(s, "no longer asks");
}

/* ---- inserted, or removed ---- */

static void an_insertion_is_told_from_a_removal(void **state)
{
	struct clue_story *s = *state;
	struct divergence *d;

	order(s);
	d = diverged(s, DIVERGENCE_REPLACED, 11, 2);
	d->worker = command("StartTimer", "30s");
	commands(s, 2, d->worker, command("ScheduleActivityTask", "Charge"));
	assert_clue(s, "inserted, not removed: the code still asks for ActivityTaskScheduled Charge, "
		       "behind StartTimer 30s, which history does not have");
	/* Only what comes behind it counts. */
	s->evidence.tasks.n = 0;
	commands(s, 2, command("ScheduleActivityTask", "Charge"), d->worker);
	assert_silent(s, "inserted");
	commands(s, 2, command("StartTimer", "5s"), command("ScheduleActivityTask", "Charge"));
	assert_silent(s, "inserted");
	s->evidence.tasks.n = 0;
	commands(s, 2, d->worker, command("ScheduleActivityTask", "Charge"));
	/* What another task shows is of no use here. */
	s->evidence.tasks.at[0].task = 1;
	assert_silent(s, "inserted");
	s->evidence.tasks.n = 0;
	commands(s, 2, d->worker, (struct side){0});
	assert_silent(s, "inserted");
	assert_silent(s, "removed");
}

static void a_removal_is_told_from_an_insertion(void **state)
{
	struct clue_story *s = *state;
	struct divergence *d;

	order(s);
	d = diverged(s, DIVERGENCE_REPLACED, 11, 2);
	d->worker = command("ScheduleActivityTask", "pkg.Ship");
	assert_clue(s, "ScheduleActivityTask pkg.Ship looks like event 17 of history: what is at "
		       "event 11 was removed then, or comes behind it now");
	commands(s, 2, d->worker, command("ScheduleActivityTask", "Charge"));
	assert_clue(s, "moved: the code asks for ScheduleActivityTask pkg.Ship first, which is event "
		       "17 of history, and for ActivityTaskScheduled Charge behind it");
	d->kind = DIVERGENCE_REORDERED;
	assert_silent(s, "moved");
	/* What came before is no removal. */
	d->kind = DIVERGENCE_REPLACED;
	d->worker = command("ScheduleActivityTask", "Reserve");
	assert_silent(s, "of history");
	/* Nor is the same command with another id. */
	d->worker = command("ScheduleActivityTask", "Charge");
	assert_silent(s, "of history");
	/* Nor one whose name is not known. */
	d->worker = command("ScheduleActivityTask", "");
	assert_silent(s, "of history");
}

static void code_that_no_longer_waits(void **state)
{
	struct clue_story *s = *state;
	struct divergence *d;

	order(s);
	d = diverged(s, DIVERGENCE_EXTRA, 4, 1);
	d->worker = command("ScheduleActivityTask", "Charge");
	assert_clue(s, "ScheduleActivityTask Charge is event 11 of history, in workflow task 2: the "
		       "code asks for it sooner now, without waiting");
	d->worker = command("ScheduleActivityTask", "Audit");
	assert_silent(s, "sooner");
}

/* ---- ids ---- */

static void an_id_that_only_now_is_random(void **state)
{
	struct clue_story *s = *state;

	worker_is(s, "Java", "1.35.0", "");
	other_id(s, "order-7-ship", "ship-" UUID_2);
	assert_clue(s, "the code's activityId holds what looks like a uuid, time or random number: if "
		       "it is another in each replay (--confirm tells), code must take it from "
		       "Workflow.randomUUID(), Workflow.newRandom() and "
		       "Workflow.currentTimeMillis()");
	other_id(s, "order-" UUID_1, "ship-" UUID_2);
	assert_silent(s, "looks like a uuid");
}

static void generated_ids_are_told(void **state)
{
	struct clue_story *s = *state;

	worker_is(s, "Java", "1.35.0", "");
	other_id(s, "child-" UUID_1, "child-" UUID_2);
	assert_clue(s, "the two values of activityId differ only in a generated part (uuid, time or "
		       "random number): code must take such values from Workflow.randomUUID(), "
		       "Workflow.newRandom() and Workflow.currentTimeMillis()");
	other_id(s, "child-" UUID_1, "kid-" UUID_2);
	assert_silent(s, "generated");
	other_id(s, "child-7", "child-8");
	assert_silent(s, "generated");
}

static void ids_that_hold_the_run_id(void **state)
{
	struct clue_story *s = *state;

	s->about.run_id = STR("run-9000");
	other_id(s, "run-1_child", "run-9000_child");
	assert_clue(s, "the code's activityId holds the run id run-9000, history's holds none such: "
		       "a reset changes run ids, so code should not build on them");
	s->about.run_id_guessed = true;
	assert_clue(s, "the code's activityId holds the run id run-9000, which is guessed from the "
		       "file's name and may be wrong");
	s->about.run_id_made_up = true;
	assert_non_null(clue(s, "it was replayed under a made-up one; name the file "
				"WORKFLOWID__RUNID.json"));
	/* It stands on both sides, or in neither. */
	other_id(s, "run-9000_a", "run-9000_b");
	assert_silent(s, "run id");
	other_id(s, "run-1", "run-2");
	assert_silent(s, "run id");
	s->about.run_id = STR("1");
	other_id(s, "a", "b1");
	assert_silent(s, "run id");
}

static void ids_that_hold_the_workflow_id(void **state)
{
	struct clue_story *s = *state;

	s->about.workflow_id = STR("order-88");
	other_id(s, "w-1/child", "order-88/child");
	assert_clue(s, "the code's activityId holds the workflow id order-88, history's does not");
	s->about.workflow_id_guessed = true;
	assert_clue(s, "the code's activityId holds the workflow id order-88, history's does not: "
		       "that id is guessed from the file's name, so the true one (--workflow-id) "
		       "may mend it");
	other_id(s, "order-88/child", "order-88/kid");
	assert_silent(s, "workflow id");
}

/* ---- what the run went through ---- */

static void a_reset_is_told(void **state)
{
	struct clue_story *s = *state;

	order(s);
	diverged(s, DIVERGENCE_REPLACED, 5, 1);
	assert_silent(s, "reset");
	build_done(&s->build);
	build_init(&s->build);
	build_started(&s->build, "Order");
	build_task_scheduled(&s->build);
	build_task_started(&s->build);
	build_task_reset(&s->build, "base-run"); /* 4 */
	build_task(&s->build);
	build_activity(&s->build, "Reserve"); /* 8 */
	diverged(s, DIVERGENCE_REPLACED, 8, 1);
	assert_clue(s, "the run was reset at event 4: what is before it was recorded by run "
		       "base-run");
	assert_silent(s, "failed so too");
	failed(s, "workflow-code");
	assert_silent(s, "reset");
}

static void a_continued_run_is_told_in_its_first_task(void **state)
{
	struct clue_story *s = *state;

	build_started_after(&s->build, "Order", "run-0");
	build_task(&s->build);
	build_activity(&s->build, "Reserve"); /* 5 */
	build_task(&s->build);
	build_activity(&s->build, "Charge"); /* 11 */
	diverged(s, DIVERGENCE_REPLACED, 5, 1);
	assert_clue(s, "the run continues run run-0 as new, and diverges in its first workflow task: "
		       "its input was made by that run's code");
	diverged(s, DIVERGENCE_REPLACED, 11, 2);
	assert_silent(s, "continues run");
	build_done(&s->build);
	build_init(&s->build);
	order(s);
	diverged(s, DIVERGENCE_REPLACED, 5, 1);
	assert_silent(s, "continues run");
}

static void what_failed_when_recorded_is_told(void **state)
{
	struct clue_story *s = *state;

	order(s);
	build_task_scheduled(&s->build);
	build_task_started(&s->build);
	build_task_failed_of(&s->build, 24, "[TMPRL1100] it differs\nat x"); /* 26 */
	build_task_scheduled(&s->build);
	build_task_started(&s->build);
	build_task_failed(&s->build, "no stock"); /* 29 */
	build_task_scheduled(&s->build);
	build_task_started(&s->build);
	build_task_failed_of(&s->build, 10, "UnhandledCommand");
	diverged(s, DIVERGENCE_REPLACED, 11, 2);
	assert_clue(s, "the recorded run failed so too: event 26 is a workflow task that failed of "
		       "nondeterminism: [TMPRL1100] it differs");
	failed(s, "workflow-code");
	assert_clue(s, "the recorded run failed so too: event 29 is a workflow task that failed of "
		       "workflow code: no stock");
	failed(s, "deadlock");
	assert_silent(s, "failed so too");
}

/* ---- of all ---- */

static void what_passed_has_no_clues(void **state)
{
	static const enum verdict_kind KINDS[] = {VERDICT_PASSED, VERDICT_UNREGISTERED,
						  VERDICT_TIMED_OUT, VERDICT_CRASHED,
						  VERDICT_INVALID, VERDICT_SKIPPED};
	struct clue_story *s = *state;

	recorded(s, "def");
	worker_is(s, "Python", "1.35.0", "xyz");
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(*KINDS); i++) {
		s->verdict.kind = KINDS[i];
		assert_silent(s, "");
	}
}

static void a_clue_is_said_once(void **state)
{
	struct clue_story *s = *state;
	size_t n;

	recorded(s, "def");
	worker_is(s, "Python", "1.35.0", "xyz");
	(void)clue(s, "");
	n = s->evidence.clues.n;
	assert_in_range(n, 1, 10);
	clues_find(&s->about, &s->arena, &s->evidence);
	assert_int_equal(s->evidence.clues.n, n);
}

/* An event, a task, ids that are not there: files and workers may say anything. */
static void hostile_names_are_cut_and_places_checked(void **state)
{
	struct clue_story *s = *state;
	struct divergence *d;
	char name[20000];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	build_started_after(&s->build, "Order", name);
	task_by(s, name, name, name);
	build_activity(&s->build, name);
	build_task_scheduled(&s->build);
	build_task_started(&s->build);
	build_task_reset(&s->build, name);
	task_by(s, name + 1, name + 1, name + 1);
	build_activity(&s->build, name + 1);
	worker_is(s, "Go", name + 2, name + 2);
	d = diverged(s, DIVERGENCE_REPLACED, 5, 1);
	d->worker = command("ScheduleActivityTask", name + 1);
	commands(s, 1, d->worker, command("ScheduleActivityTask", name));
	(void)clue(s, "");
	assert_in_range(s->evidence.clues.n, 5, 20);
	for (size_t i = 0; i < s->evidence.clues.n; i++)
		assert_in_range(s->evidence.clues.at[i].n, 10, 8 * LIMIT_SHOWN_NAME_BYTES);
	d->event_id = 999;
	d->workflow_task = 999;
	(void)clue(s, "");
	d->workflow_task = -1;
	(void)clue(s, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, clue_set_up, clue_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_worker_that_recorded_it_was_another),
		TEST(builds_are_known_by_their_beginning),
		TEST(checksums_of_programs_are_no_clue),
		TEST(the_same_worker_is_no_clue),
		TEST(of_a_failure_the_last_word_counts),
		TEST(code_was_deployed_while_the_run_was_open),
		TEST(the_nearest_deployment_counts),
		TEST(one_build_all_along_is_no_clue),
		TEST(patches_before_it_are_named),
		TEST(versions_are_patches_too),
		TEST(as_many_patches_as_are_shown),
		TEST(other_markers_are_no_patches),
		TEST(a_patch_that_is_no_longer_asked_for),
		TEST(an_insertion_is_told_from_a_removal),
		TEST(a_removal_is_told_from_an_insertion),
		TEST(code_that_no_longer_waits),
		TEST(an_id_that_only_now_is_random),
		TEST(generated_ids_are_told),
		TEST(ids_that_hold_the_run_id),
		TEST(ids_that_hold_the_workflow_id),
		TEST(a_reset_is_told),
		TEST(a_continued_run_is_told_in_its_first_task),
		TEST(what_failed_when_recorded_is_told),
		TEST(what_passed_has_no_clues),
		TEST(a_clue_is_said_once),
		TEST(hostile_names_are_cut_and_places_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
