/* SPDX-License-Identifier: MIT */
/* test_view_findings.c: what a divergence means, and what a reset would do again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/build.h"
#include "viewer/model/findings.h"

/*
 * Task 1 reserves stock and waits; task 2 charges and starts a child:
 *
 *     5 Reserve   6 TimerStarted   ...   11 Charge   14 ShipOrder
 */
struct story {
	struct arena schema_arena;
	struct build b;
	struct document d;
	struct run_row row;
	struct evidence evidence;
	const struct findings *f;
};

static int set_up(void **state)
{
	static struct story s;

	s = (struct story){0};
	arena_init(&s.schema_arena);
	build_init(&s.b);
	build_started(&s.b, "OrderWorkflow");
	build_task(&s.b);
	build_activity_scheduled(&s.b, "Reserve");
	build_timer_started(&s.b, 5);
	build_signal(&s.b, "approve");
	build_task(&s.b);
	build_activity(&s.b, "Charge");
	build_child_initiated(&s.b, "ShipOrder", "order-1-ship");
	build_activity_scheduled(&s.b, "Charge");
	s.d.history = build_history(&s.b, schema_new(&s.schema_arena));
	s.d.run_row = &s.row;
	s.row.verdict.kind = VERDICT_DIVERGED;
	s.row.entry.evidence = &s.evidence;
	*state = &s;
	return 0;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	findings_free(s->d.findings);
	evidence_done(&s->evidence);
	history_done(&s->d.history);
	build_done(&s->b);
	arena_done(&s->schema_arena);
	return 0;
}

static struct side side(const char *what, const char *name)
{
	return (struct side){str_of(what), str_of(name), STR_NONE};
}

/* In task 1 at event 5, where history has Reserve, the code asked for WORKER first. */
static void diverge(struct story *s, enum divergence_kind kind, struct side worker)
{
	struct divergence *d = &s->row.verdict.divergence;

	d->kind = kind;
	d->event_id = 5;
	d->workflow_task = 1;
	d->history = side("ActivityTaskScheduled", "Reserve");
	d->worker = worker;
}

static void pairs(struct story *s, const struct command_pair *at, size_t n)
{
	vec_push(&s->evidence.tasks, (struct task_commands){.task = 1, .pairs = at, .n_pairs = n});
}

static enum likely likely(struct story *s)
{
	s->f = findings_of(&s->d);
	return s->f->likely;
}

static void what_history_has_later_says_removed(void **state)
{
	struct story *s = *state;

	diverge(s, DIVERGENCE_REPLACED, side("ScheduleActivityTask", "Charge"));
	assert_int_equal(likely(s), LIKELY_REMOVED);
	assert_int_equal(s->d.history.events[s->f->later].id, 11);
}

static void what_the_code_still_asks_for_says_inserted(void **state)
{
	struct story *s = *state;
	const struct command_pair at[] = {
		{5, side("ActivityTaskScheduled", "Reserve"), side("StartTimer", "30s"), NULL, 0},
		{0, side("", ""), side("ScheduleActivityTask", "Reserve"), NULL, 0},
	};

	pairs(s, at, 2);
	diverge(s, DIVERGENCE_REPLACED, side("StartTimer", "30s"));
	assert_int_equal(likely(s), LIKELY_INSERTED);
	assert_int_equal(s->f->still, 2);
}

static void both_say_moved(void **state)
{
	struct story *s = *state;
	const struct command_pair at[] = {
		{5, side("ActivityTaskScheduled", "Reserve"), side("StartTimer", "5s"), NULL, 0},
		{6, side("TimerStarted", "5s"), side("ScheduleActivityTask", "Reserve"), NULL, 0},
	};

	pairs(s, at, 2);
	diverge(s, DIVERGENCE_REORDERED, side("StartTimer", "5s"));
	assert_int_equal(likely(s), LIKELY_MOVED);
	assert_int_equal(s->d.history.events[s->f->later].id, 6);
}

static void neither_says_nothing(void **state)
{
	struct story *s = *state;

	diverge(s, DIVERGENCE_REPLACED, side("ScheduleActivityTask", "Refund"));
	assert_int_equal(likely(s), LIKELY_UNKNOWN);
}

static void an_attribute_that_differs_is_a_change(void **state)
{
	struct story *s = *state;

	diverge(s, DIVERGENCE_ATTRIBUTE, side("ScheduleActivityTask", "Reserve"));
	assert_int_equal(likely(s), LIKELY_CHANGED);
}

static void one_that_is_made_up_anew_is_none(void **state)
{
	struct story *s = *state;
	const struct difference made_up = {STR("activityId"), STR("a"), STR("b"),
					   DIFFERENCE_GENERATED};
	const struct command_pair at[] = {
		{5, side("ActivityTaskScheduled", "Reserve"), side("ScheduleActivityTask", "Reserve"),
		 &made_up, 1},
	};

	pairs(s, at, 1);
	diverge(s, DIVERGENCE_ATTRIBUTE, side("ScheduleActivityTask", "Reserve"));
	assert_int_equal(likely(s), LIKELY_MADE_UP);
}

static void a_reset_names_what_runs_again(void **state)
{
	struct story *s = *state;

	diverge(s, DIVERGENCE_MISSING, (struct side){0});
	likely(s);
	assert_int_equal(s->d.history.events[s->f->task->completed].id, 4);
	assert_int_equal(s->f->command, 1);
	assert_int_equal(s->f->n_commands, 2);
	assert_int_equal(s->f->activities.names.n, 2);
	assert_true(str_is(s->f->activities.names.at[1].name, "Charge"));
	assert_int_equal(s->f->activities.names.at[1].n, 2);
	assert_int_equal(s->f->children.names.n, 1);
	assert_int_equal(s->f->signals, 1);
}

static void a_task_that_history_lacks_is_none(void **state)
{
	struct story *s = *state;

	diverge(s, DIVERGENCE_EXTRA, side("StartTimer", "1s"));
	s->row.verdict.divergence.workflow_task = INT64_MAX;
	likely(s);
	assert_null(s->f->task);
}

static void messages_name_events(void **state)
{
	assert_int_equal(findings_event_named(STR("not handled: HistoryEvent(id: 26, TimerStarted)")), 26);
	assert_int_equal(findings_event_named(STR("ActivityTaskScheduled: (EventId:7, x)")), 7);
	assert_int_equal(findings_event_named(STR("expected in history event position 35. However")), 35);
	assert_int_equal(findings_event_named(STR("HistoryEvent(id: x)")), 0);
	assert_int_equal(findings_event_named(STR("")), 0);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(what_history_has_later_says_removed),
		CASE(what_the_code_still_asks_for_says_inserted),
		CASE(both_say_moved),
		CASE(neither_says_nothing),
		CASE(an_attribute_that_differs_is_a_change),
		CASE(one_that_is_made_up_anew_is_none),
		CASE(a_reset_names_what_runs_again),
		CASE(a_task_that_history_lacks_is_none),
		cmocka_unit_test(messages_name_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
