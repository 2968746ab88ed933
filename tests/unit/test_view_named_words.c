/* SPDX-License-Identifier: MIT */
/* test_view_named_words.c: what of a divergence source code may name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/build.h"
#include "viewer/model/named_words.h"

/* Task 1 reserves stock and starts a timer; task 2 charges, then starts a child. */
struct story {
	struct arena arena;
	struct build b;
	struct document d;
	struct run_row row;
	struct evidence evidence;
};

static int set_up(void **state)
{
	static struct story s;

	s = (struct story){0};
	arena_init(&s.arena);
	build_init(&s.b);
	build_started(&s.b, "OrderWorkflow");
	build_task(&s.b);
	build_activity_scheduled(&s.b, "Reserve");
	build_timer_started(&s.b, 5);
	build_signal(&s.b, "approve");
	build_task(&s.b);
	build_activity_scheduled(&s.b, "Charge");
	build_child_initiated(&s.b, "ShipOrder", "order-1-ship");
	s.d.history = build_history(&s.b, schema_new(&s.arena));
	s.d.run_row = &s.row;
	s.row.verdict.kind = VERDICT_DIVERGED;
	s.row.entry.evidence = &s.evidence;
	s.row.entry.workflow_type = STR("shop.OrderWorkflow");
	*state = &s;
	return 0;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	evidence_done(&s->evidence);
	history_done(&s->d.history);
	build_done(&s->b);
	arena_done(&s->arena);
	return 0;
}

static struct side side(const char *what, const char *name, const char *id)
{
	return (struct side){str_of(what), str_of(name), str_of(id)};
}

/* At the last event of TASK. */
static void diverge(struct story *s, int64_t task, struct side history, struct side worker)
{
	s->d.diverges = s->d.history.tasks[task - 1].batch_end - 1;
	s->row.verdict.divergence = (struct divergence){
		.event_id = s->d.history.events[s->d.diverges].id,
		.workflow_task = task,
		.history = history,
		.worker = worker,
	};
}

/* "NotifyWarehouse ShipOrder": the words of ROLE; calls in brackets. */
static const char *words(struct story *s, enum named_role role)
{
	struct named_word found[NAMED_WORDS];
	size_t n = named_words(&s->d, &s->arena, found);
	struct str all = STR("");

	for (size_t i = 0; i < n; i++)
		if (found[i].role == role)
			all = arena_printf(&s->arena, "%.*s%s%s%.*s%s", STR_ARG(all), all.n ? " " : "",
					   found[i].call ? "(" : "", STR_ARG(found[i].text),
					   found[i].call ? ")" : "");
	return all.n ? all.p : "";
}

static void both_sides_and_what_came_before(void **state)
{
	struct story *s = *state;

	diverge(s, 2, side("StartChildWorkflowExecutionInitiated", "ShipOrder", "order-1-ship"),
		side("ScheduleActivityTask", "NotifyWarehouse", "12"));
	assert_string_equal(words(s, NAMED_CODE), "NotifyWarehouse");
	assert_string_equal(words(s, NAMED_HISTORY), "ShipOrder ShipOrder");
	assert_string_equal(words(s, NAMED_TASK), "Charge");
	assert_string_equal(words(s, NAMED_BEFORE), "Reserve");
	assert_string_equal(words(s, NAMED_WORKFLOW), "shop.OrderWorkflow OrderWorkflow");
}

static void packages_are_left_out_too(void **state)
{
	struct story *s = *state;

	diverge(s, 2, side("ActivityTaskScheduled", "x", ""), side("ScheduleActivityTask", "shop.Pay", ""));
	assert_string_equal(words(s, NAMED_CODE), "shop.Pay Pay");
}

/* How long a timer runs is no name, a number that counts up no id that anybody chose. */
static void timers_are_asked_for_by_calls(void **state)
{
	struct story *s = *state;

	diverge(s, 1, side("ActivityTaskScheduled", "Pay", "pay-now"), side("StartTimer", "2s", "7"));
	assert_string_equal(words(s, NAMED_CODE), "(sleep) (newTimer) (startTimer) (awaitWithTimeout) "
						  "(waitCondition) (condition) (Workflow.await)");
	assert_string_equal(words(s, NAMED_HISTORY), "Pay pay-now");
	diverge(s, 1, side("TimerStarted", "2s", "cool-off"), side("ScheduleActivityTask", "Pay", ""));
	assert_string_equal(words(s, NAMED_HISTORY), "cool-off");
}

/* Where the code asks for nothing the calls of what it lacks may lead there. */
static void calls_of_history_where_the_code_has_none(void **state)
{
	struct story *s = *state;

	diverge(s, 1, side("WorkflowExecutionCompleted", "", ""), side("", "", ""));
	assert_string_equal(words(s, NAMED_HISTORY), "(return)");
	diverge(s, 1, side("WorkflowExecutionCompleted", "", ""), side("FailWorkflowExecution", "", ""));
	assert_string_equal(words(s, NAMED_CODE), "(raise) (throw) (panic) (return)");
	assert_string_equal(words(s, NAMED_HISTORY), "");
}

static void markers_are_named_by_their_id(void **state)
{
	struct story *s = *state;

	diverge(s, 1, side("MarkerRecorded", "core_patch fraud-check", ""), side("StartTimer", "1s", "1"));
	assert_string_equal(words(s, NAMED_HISTORY), "fraud-check");
}

static void what_waits_is_named(void **state)
{
	struct story *s = *state;
	const struct stack_coroutine at[] = {{.name = STR("run")}, {.name = STR("activity: reserve")}};

	vec_push(&s->evidence.stacks, (struct stack){.task = 1, .coroutines = at, .n_coroutines = 2});
	diverge(s, 2, side("TimerStarted", "1s", "1"), side("ScheduleActivityTask", "Pay", ""));
	assert_string_equal(words(s, NAMED_BEFORE), "reserve Reserve");
}

static void only_what_diverges_with_a_folder_is_looked_for(void **state)
{
	struct story *s = *state;

	diverge(s, 1, side("TimerStarted", "1s", "1"), side("ScheduleActivityTask", "Pay", ""));
	assert_null(named_of(&s->d, STR("")));
	s->row.verdict.kind = VERDICT_PASSED;
	assert_null(named_of(&s->d, STR(".")));
	s->row.verdict.kind = VERDICT_DIVERGED;
	assert_non_null(named_of(&s->d, STR(".")));
	assert_ptr_equal(named_of(&s->d, STR(".")), s->d.named);
	named_forget(&s->d);
	assert_null(s->d.named);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(both_sides_and_what_came_before),
		CASE(packages_are_left_out_too),
		CASE(timers_are_asked_for_by_calls),
		CASE(calls_of_history_where_the_code_has_none),
		CASE(markers_are_named_by_their_id),
		CASE(what_waits_is_named),
		CASE(only_what_diverges_with_a_folder_is_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
