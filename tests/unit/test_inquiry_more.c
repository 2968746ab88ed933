/* SPDX-License-Identifier: MIT */
/* test_inquiry_more.c: what is asked beside the verdict: every task, the tail, stacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "replayer/judge/inquiry.h"
#include "tests/unit/build.h"
#include "tests/unit/reply.h"

struct story {
	struct arena arena;
	const struct schema *schema;
	struct history history;
	struct evidence_wanted wanted;
	struct inquiry inquiry;
	struct task_spec spec;
	struct verdict verdict;
};

static int set_up(void **state)
{
	static struct story story;

	story = (struct story){.wanted.stacks = STACKS_NONE};
	arena_init(&story.arena);
	story.schema = schema_new(&story.arena);
	*state = &story;
	return 0;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	inquiry_done(&s->inquiry);
	history_done(&s->history);
	arena_done(&s->arena);
	return 0;
}

/* Three tasks: an activity, a timer, and the end; or open in a fourth task, not completed. */
static void steps(struct story *s, bool open_task)
{
	struct build b;

	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_task(&b);
	build_activity(&b, "Step");
	build_task(&b);
	build_timer(&b, 5);
	build_task(&b);
	if (open_task) {
		build_activity(&b, "Last");
		build_task_scheduled(&b);
		build_task_started(&b);
		build_task_failed(&b, "boom");
	} else {
		build_completed(&b);
	}
	s->history = build_history(&b, s->schema);
	build_done(&b);
}

static void begin(struct story *s, const struct recipe *recipe)
{
	inquiry_begin(&s->inquiry, recipe, &s->history, &s->wanted, &s->arena);
	inquiry_ask(&s->inquiry, &s->spec);
}

/* True: the verdict is there; else the next task is in s->spec. */
static bool reply(struct story *s, struct task_reply r)
{
	bool done = inquiry_answer(&s->inquiry, &r, &s->verdict);

	if (!done)
		inquiry_ask(&s->inquiry, &s->spec);
	return done;
}

#define NOTHING(s) reply_completed(&(s)->arena, COMMAND_NONE)

static void assert_clue(const struct story *s, const char *text)
{
	for (size_t i = 0; i < s->inquiry.evidence.clues.n; i++)
		if (str_has(s->inquiry.evidence.clues.at[i], text))
			return;
	fail_msg("no clue says '%s'", text);
}

/* ---- strictly ---- */

static void strictly_every_task_is_asked_about(void **state)
{
	struct story *s = *state;

	s->wanted.strict = true;
	steps(s, false);
	begin(s, &RECIPE_CORE);
	assert_false(reply(s, NOTHING(s)));
	for (size_t i = 0; i < 3; i++) {
		const struct history_task *task = &s->history.tasks[i];

		assert_int_equal(s->spec.n_events, task->completed + 1);
		assert_int_equal(s->spec.updates_end, task->batch_end);
		assert_false(s->spec.whole);
		/* What it asks for is not all that history has. */
		assert_true(reply(s, NOTHING(s)) == (i == 2));
	}
	assert_int_equal(s->verdict.kind, VERDICT_PASSED);
	assert_clue(s, "compared 0 of 3");
	assert_clue(s, "a part of 3");
	assert_int_equal(s->inquiry.evidence.strict_tasks, 3);
	assert_int_equal(s->inquiry.evidence.strict_compared, 0);
}

static void strictly_a_changed_value_decides(void **state)
{
	struct story *s = *state;

	s->wanted.strict = true;
	steps(s, false);
	begin(s, &RECIPE_CORE);
	assert_false(reply(s, NOTHING(s)));
	assert_false(reply(s, reply_completed(&s->arena, command_activity(&s->arena, "1", "Step"),
					      COMMAND_NONE)));
	assert_true(reply(s, reply_completed(&s->arena, command_timer(&s->arena, "2", 99),
					     COMMAND_NONE)));
	assert_int_equal(s->verdict.kind, VERDICT_DIVERGED);
	assert_int_equal(s->verdict.divergence.kind, DIVERGENCE_ATTRIBUTE);
	assert_int_equal(s->verdict.divergence.workflow_task, 2);
	assert_true(str_is(s->verdict.divergence.field, "startToFireTimeout"));
	assert_true(str_is(s->verdict.divergence.worker_value, "99s"));
	assert_true(s->verdict.divergence.own_words);
	assert_string_equal(s->verdict.divergence.provenance, "probe-replay");
}

static void strictly_no_more_tasks_than_wanted(void **state)
{
	struct story *s = *state;

	s->wanted.strict = true;
	s->wanted.strict_tasks = 1;
	steps(s, false);
	begin(s, &RECIPE_CORE);
	assert_false(reply(s, NOTHING(s)));
	assert_true(reply(s, reply_completed(&s->arena, command_activity(&s->arena, "1", "Step"),
					     COMMAND_NONE)));
	assert_clue(s, "compared 1 of 3");
	assert_clue(s, "--strict-tasks left out 2");
	assert_int_equal(s->inquiry.evidence.strict_compared, 1);
}

static void strictly_a_deadlock_is_asked_again_once(void **state)
{
	struct story *s = *state;
	struct task_reply stuck = reply_failed(SDK_CORE, CAUSE_UNHANDLED,
					       "[TMPRL1101] Potential deadlock detected: x");

	s->wanted.strict = true;
	s->wanted.strict_tasks = 1;
	steps(s, false);
	begin(s, &RECIPE_CORE);
	assert_false(reply(s, NOTHING(s)));
	assert_false(reply(s, stuck));
	assert_int_equal(s->spec.n_events, s->history.tasks[0].completed + 1);
	assert_true(reply(s, stuck));
	assert_int_equal(s->verdict.kind, VERDICT_PASSED);
	assert_clue(s, "compared 0 of 3");
}

/* Go's full pass shows the last task; the first that differs decides all the same. */
static void go_asks_twice_before_it_asks_live(void **state)
{
	struct story *s = *state;
	struct task_reply end = reply_completed(&s->arena, command_complete(&s->arena),
						COMMAND_NONE);

	s->wanted.strict = true;
	steps(s, false);
	begin(s, &RECIPE_GO);
	assert_false(reply(s, reply_query("\"\"")));
	assert_false(reply(s, NOTHING(s)));
	assert_false(reply(s, end));
	for (size_t i = 0; i < 2; i++) {
		const struct history_task *task = &s->history.tasks[i];
		int64_t before = i ? s->history.events[s->history.tasks[0].started].id : 0;

		/* In a replay, then live, and both only ask where the code would stand. */
		assert_int_equal(s->spec.query, TASK_QUERY_LEGACY);
		assert_true(s->spec.previous_started == INT64_MAX);
		assert_false(reply(s, reply_query("\"\"")));
		assert_int_equal(s->spec.query, TASK_QUERY_LEGACY);
		assert_int_equal(s->spec.previous_started, before);
		if (i == 0) {
			/* A new version leads to a local activity: it must not run. */
			assert_false(reply(s, reply_query("\"x.ExecuteLocalActivity(1)\"")));
			continue;
		}
		assert_false(reply(s, reply_query("\"\"")));
		assert_int_equal(s->spec.query, TASK_NO_QUERY);
		assert_int_equal(s->spec.n_events, task->started + 1);
		assert_true(reply(s, reply_completed(&s->arena,
						     command_timer(&s->arena, "2", 5),
						     COMMAND_NONE)));
	}
	assert_int_equal(s->verdict.kind, VERDICT_PASSED);
	assert_clue(s, "compared 2 of 3");
	assert_clue(s, "left out 1 workflow task: asking could run");
}

/* ---- the tail ---- */

static void the_tail_is_served_as_a_server_would(void **state)
{
	struct story *s = *state;
	const struct history_task *last;

	s->wanted.tail = true;
	steps(s, true);
	last = &s->history.tasks[2];
	begin(s, &RECIPE_CORE);
	assert_int_equal(s->spec.n_events, last->batch_end);
	assert_false(reply(s, NOTHING(s)));
	/* Up to WorkflowTaskStarted, without what became of it. */
	assert_int_equal(s->spec.n_events, s->history.n_events - 1);
	assert_int_equal(s->spec.previous_started, s->history.events[last->started].id);
	assert_int_equal(s->spec.started, s->history.events[s->spec.n_events - 1].id);
	assert_int_equal(s->spec.query, TASK_NO_QUERY);
	/* One that hangs there has not passed. */
	assert_false(inquiry_known(&s->inquiry, &s->verdict));
	assert_true(reply(s, reply_failed(SDK_CORE, CAUSE_UNHANDLED, "boom")));
	assert_int_equal(s->verdict.kind, VERDICT_FAILED);
	assert_true(str_is(s->verdict.reason, "tail"));
	assert_true(str_has(s->verdict.message, "boom"));
}

static void a_tail_that_completes_says_what_it_asks(void **state)
{
	struct story *s = *state;

	s->wanted.tail = true;
	steps(s, true);
	begin(s, &RECIPE_JAVA);
	assert_false(reply(s, NOTHING(s)));
	assert_true(reply(s, reply_completed(&s->arena, command_activity(&s->arena, "x", "Next"),
					     command_complete(&s->arena), COMMAND_NONE)));
	assert_int_equal(s->verdict.kind, VERDICT_PASSED);
	assert_clue(s, "asks for ScheduleActivityTask Next, CompleteWorkflowExecution");
}

static void what_has_ended_has_no_tail(void **state)
{
	struct story *s = *state;

	s->wanted.tail = true;
	steps(s, false);
	begin(s, &RECIPE_CORE);
	assert_true(reply(s, NOTHING(s)));
	assert_int_equal(s->verdict.kind, VERDICT_PASSED);
	assert_clue(s, "the run has ended");
}

/* ---- looking ---- */

static void who_knows_no_json_stacks_is_asked_for_text(void **state)
{
	struct story *s = *state;

	s->wanted.stacks = STACKS_ALL;
	steps(s, false);
	begin(s, &RECIPE_TYPESCRIPT);
	assert_false(reply(s, NOTHING(s)));
	assert_string_equal(s->spec.query_type, "__enhanced_stack_trace");
	assert_int_equal(s->spec.n_events, s->history.tasks[0].batch_end);
	assert_false(reply(s, reply_query_failed(SDK_CORE, CAUSE_NONE, "did not register")));
	assert_string_equal(s->spec.query_type, "__stack_trace");
	assert_int_equal(s->spec.n_events, s->history.tasks[0].batch_end);
	assert_false(reply(s, reply_query("\"    at order (/a/b/c/order.ts:7:3)\"")));
	/* It is not asked in vain again. */
	assert_string_equal(s->spec.query_type, "__stack_trace");
	assert_int_equal(s->spec.n_events, s->history.tasks[1].batch_end);
	assert_true(reply(s, reply_query("\"\"")));
	assert_int_equal(s->inquiry.evidence.stacks.n, 2);
	assert_int_equal(s->inquiry.evidence.stacks.at[0].coroutines[0].frames[0].line, 7);
	assert_true(s->inquiry.evidence.stacks.at[1].note.n > 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(strictly_every_task_is_asked_about),
		TEST(strictly_a_changed_value_decides),
		TEST(strictly_no_more_tasks_than_wanted),
		TEST(strictly_a_deadlock_is_asked_again_once),
		TEST(go_asks_twice_before_it_asks_live),
		TEST(the_tail_is_served_as_a_server_would),
		TEST(a_tail_that_completes_says_what_it_asks),
		TEST(what_has_ended_has_no_tail),
		TEST(who_knows_no_json_stacks_is_asked_for_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
