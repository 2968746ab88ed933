/* SPDX-License-Identifier: MIT */
/* test_inquiry.c: from replies to a verdict, with workers that break at a task of choice. */
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

#define ND "[TMPRL1100] Nondeterminism error: "
/* Names no event: only bisecting tells where. */
#define VAGUE ND "Unexpected command producing an invalid transition X"
#define MOST_TASKS 40

/* No looking around: what it amounts to is asked for by itself below. */
static const struct evidence_wanted WANTED = {.stacks = STACKS_NONE};

struct story {
	struct arena arena;
	const struct schema *schema;
	struct history history;
	struct inquiry inquiry;
	struct verdict verdict;
	size_t asked, probes;
	size_t extents[2 * MOST_TASKS]; /* events of each task asked, in order */
};

static int set_up(void **state)
{
	static struct story story;

	story = (struct story){0};
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

/* N tasks with an activity "Step" between each two, and the end. */
static void steps(struct story *s, size_t n)
{
	struct build b;

	history_done(&s->history);
	s->history = (struct history){0};
	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_task(&b);
	for (size_t i = 1; i < n; i++) {
		build_activity(&b, "Step");
		build_task(&b);
	}
	build_completed(&b);
	s->history = build_history(&b, s->schema);
	build_done(&b);
}

/*
 * A worker whose code breaks at workflow task BREAKS (0: never) with MESSAGE; prefixes that
 * hold the break say PREFIX_MESSAGE, or pass where it is NULL.
 */
struct worker {
	size_t breaks;
	const char *message;
	const char *prefix_message;
	struct task_reply probed;
};

static struct task_reply reply_of(struct story *s, const struct worker *w,
				  const struct task_spec *spec)
{
	const struct recipe *recipe = s->inquiry.recipe;
	const struct history *h = &s->history;
	const char *message = spec->whole ? w->message : w->prefix_message;
	bool broken = w->breaks && spec->n_events > h->tasks[w->breaks - 1].completed + 1;

	if (s->inquiry.state == INQUIRY_PROBE) {
		s->probes++;
		return w->probed;
	}
	if (broken && message && !(recipe->family == SDK_GO && spec->query))
		return reply_failed(recipe->family, CAUSE_NONDETERMINISM, message);
	if (spec->query == TASK_QUERY_LEGACY)
		return reply_query("\"\"");
	return reply_completed(&s->arena, COMMAND_NONE);
}

/* A test may begin more than one. */
static void begin(struct story *s, const struct recipe *recipe)
{
	inquiry_done(&s->inquiry);
	inquiry_begin(&s->inquiry, recipe, &s->history, &WANTED, &s->arena);
}

static void replay(struct story *s, const struct recipe *recipe, const struct worker *w)
{
	struct task_spec spec;
	struct task_reply reply;

	s->asked = s->probes = 0;
	begin(s, recipe);
	do {
		assert_true(s->asked < sizeof(s->extents) / sizeof(*s->extents));
		inquiry_ask(&s->inquiry, &spec);
		s->extents[s->asked++] = spec.n_events;
		reply = reply_of(s, w, &spec);
	} while (!inquiry_answer(&s->inquiry, &reply, &s->verdict));
}

static size_t log2_up(size_t n)
{
	size_t bits = 0;

	while ((size_t)1 << bits < n)
		bits++;
	return bits;
}

/* ---- the main check ---- */

static void one_task_is_enough_for_what_passes(void **state)
{
	struct story *s = *state;

	steps(s, 5);
	replay(s, &RECIPE_CORE, &(struct worker){0});
	assert_int_equal(s->verdict.kind, VERDICT_PASSED);
	assert_int_equal(s->asked, 1);
}

static void failures_have_reasons(void **state)
{
	static const struct {
		const char *message;
		enum verdict_kind kind;
		const char *reason;
	} ROWS[] = {
		{"Workflow class X is not registered on this worker", VERDICT_UNREGISTERED, NULL},
		{"[TMPRL1101] Potential deadlock detected: x", VERDICT_FAILED, "deadlock"},
		{"Unknown SDK flag: 99", VERDICT_FAILED, "sdk-older-than-history"},
		{"History is out of order: x", VERDICT_INVALID, "sdk-refused"},
		{"no stock", VERDICT_FAILED, "workflow-code"},
	};
	struct story *s = *state;

	steps(s, 3);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct task_reply reply =
			reply_failed(SDK_CORE, CAUSE_UNHANDLED, ROWS[i].message);

		begin(s, &RECIPE_CORE);
		assert_true(inquiry_answer(&s->inquiry, &reply, &s->verdict));
		assert_int_equal(s->verdict.kind, ROWS[i].kind);
		assert_true(str_is(s->verdict.reason, ROWS[i].reason ? ROWS[i].reason : ""));
		assert_true(str_has(s->verdict.message, ROWS[i].message));
	}
}

/* ---- where ---- */

/* Every length, every place of the break: the task is found, in few questions. */
static void bisecting_finds_the_first_task(void **state)
{
	static const struct recipe *const RECIPES[] = {&RECIPE_CORE, &RECIPE_JAVA};
	static const char *const MESSAGES[] = {
		VAGUE, "io.temporal.x: [TMPRL1100] nobody knows what this is"};
	struct story *s = *state;

	for (size_t n = 1; n <= MOST_TASKS; n++) {
		steps(s, n);
		for (size_t k = 1; k <= n; k++) {
			struct worker w = {k, MESSAGES[n % 2], MESSAGES[n % 2],
					   reply_failed(SDK_CORE, 0, "no answer")};
			const struct history_task *t = &s->history.tasks[k - 1];

			replay(s, RECIPES[n % 2], &w);
			assert_int_equal(s->verdict.kind, VERDICT_DIVERGED);
			assert_int_equal(s->verdict.divergence.workflow_task, k);
			assert_in_range(s->verdict.divergence.event_id,
					s->history.events[t->completed].id,
					s->history.events[t->batch_end - 1].id);
			assert_in_range(s->asked, 1, 1 + log2_up(n) + s->probes);
			assert_true(str_has(s->verdict.message, "TMPRL1100"));
			assert_int_equal(strlen(s->verdict.fingerprint), 16);
		}
	}
}

/* The message names an event: no bisecting, but one probe for the whole of both sides. */
static void named_event_needs_no_bisecting(void **state)
{
	struct story *s = *state;
	struct worker w = {
		.breaks = 2,
		.message = ND "Timer machine does not handle this event: "
			      "HistoryEvent(id: 11, ActivityTaskScheduled)",
		.probed = reply_completed(&s->arena, command_timer(&s->arena, "1", 30),
					  COMMAND_NONE),
	};

	steps(s, 9);
	replay(s, &RECIPE_CORE, &w);
	assert_int_equal(s->asked, 2);
	assert_int_equal(s->probes, 1);
	assert_int_equal(s->verdict.divergence.event_id, 11);
	assert_int_equal(s->verdict.divergence.workflow_task, 2);
	/* Both sides are those of the probe now: a message has no duration. */
	assert_string_equal(s->verdict.divergence.provenance, "probe-replay");
	assert_true(str_is(s->verdict.divergence.worker.what, "StartTimer"));
	assert_true(str_has(s->verdict.divergence.worker.name, "30"));
	assert_true(str_is(s->verdict.divergence.history.name, "Step"));
}

/* What the probe can't show is said by the message. */
static void probe_without_an_answer_changes_nothing(void **state)
{
	struct story *s = *state;
	struct worker w = {
		.breaks = 2,
		.message = ND "Timer machine does not handle this event: "
			      "HistoryEvent(id: 11, ActivityTaskScheduled)",
		.probed = reply_failed(SDK_CORE, CAUSE_UNHANDLED, "no"),
	};

	steps(s, 4);
	replay(s, &RECIPE_CORE, &w);
	assert_int_equal(s->probes, 1);
	assert_string_equal(s->verdict.divergence.provenance, "message");
	assert_int_equal(s->verdict.divergence.event_id, 11);
	/* Nor where it shows just what history has. */
	w.probed = reply_completed(&s->arena, command_activity(&s->arena, "2", "Step"),
				   COMMAND_NONE);
	replay(s, &RECIPE_CORE, &w);
	assert_string_equal(s->verdict.divergence.provenance, "message");
}

static void a_missing_marker_shows_what_came_in_its_place(void **state)
{
	struct story *s = *state;
	struct worker w = {
		.breaks = 1,
		.message = ND "Non-deprecated patch marker encountered for change p, but there "
			      "is no corresponding change command!",
		.probed = reply_completed(&s->arena, command_timer(&s->arena, "1", 30),
					  COMMAND_NONE),
	};
	struct build b;

	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_task(&b);
	build_marker(&b, "core_patch", "patch-data", "{\"id\":\"p\",\"deprecated\":false}");
	build_activity(&b, "Step");
	build_task(&b);
	build_completed(&b);
	s->history = build_history(&b, s->schema);
	build_done(&b);
	w.prefix_message = w.message;
	replay(s, &RECIPE_CORE, &w);
	assert_int_equal(s->verdict.kind, VERDICT_DIVERGED);
	assert_int_equal(s->verdict.divergence.kind, DIVERGENCE_MARKER);
	assert_int_equal(s->verdict.divergence.event_id, 5);
	assert_int_equal(s->probes, 1);
	/* Served with it, the probe would fail as the history did. */
	assert_int_equal(s->inquiry.probe.n_events, 4);
	assert_true(str_is(s->verdict.divergence.history.what, "MarkerRecorded"));
	assert_true(str_is(s->verdict.divergence.worker.what, "StartTimer"));
}

/* Leftover commands: the message is silent, the task is found, its completion is the event. */
static void leftover_commands_are_placed_by_bisecting(void **state)
{
	struct story *s = *state;
	struct task_reply extra = reply_completed(&s->arena, command_timer(&s->arena, "9", 5),
						  COMMAND_NONE);
	struct task_reply fine = reply_completed(&s->arena, COMMAND_NONE);
	struct task_spec spec;
	size_t asked = 0;

	steps(s, 12);
	begin(s, &RECIPE_CORE);
	do {
		inquiry_ask(&s->inquiry, &spec);
		assert_true(asked++ < 10);
	} while (!inquiry_answer(&s->inquiry,
				 spec.n_events > s->history.tasks[4].completed ? &extra : &fine,
				 &s->verdict));
	assert_int_equal(s->verdict.kind, VERDICT_DIVERGED);
	assert_int_equal(s->verdict.divergence.kind, DIVERGENCE_EXTRA);
	assert_int_equal(s->verdict.divergence.workflow_task, 5);
	assert_int_equal(s->verdict.divergence.event_id,
			 s->history.events[s->history.tasks[4].completed].id);
	assert_true(str_is(s->verdict.divergence.worker.what, "StartTimer"));
}

/* Go names events far behind the break: a shorter prefix says it better. */
static void go_speaks_late(void **state)
{
	struct story *s = *state;
	struct worker w = {
		.breaks = 3,
		.message = "[TMPRL1100] nondeterministic workflow: missing replay command for "
			   "ActivityTaskScheduled: (ActivityId:9, ActivityType:(Name:Step))",
		.prefix_message = "[TMPRL1100] nondeterministic workflow: missing replay command "
				  "for ActivityTaskScheduled: (ActivityId:3, "
				  "ActivityType:(Name:Step))",
	};

	steps(s, 12);
	replay(s, &RECIPE_GO, &w);
	assert_int_equal(s->verdict.kind, VERDICT_DIVERGED);
	assert_int_equal(s->verdict.divergence.workflow_task, 3);
	assert_int_equal(s->verdict.divergence.event_id, 17);
	assert_true(str_has(s->verdict.message, "id 3"));
}

/*
 * Prefixes run under other run ids: code that builds an id from it breaks in all of them,
 * for another reason than the one asked about. The main check's words stay.
 */
static void prefixes_that_disagree_are_not_quoted(void **state)
{
	struct story *s = *state;
	struct worker w = {
		.breaks = 4,
		.message = VAGUE,
		.prefix_message = ND "Child workflow id of scheduled event 'a' does not match "
				  "child workflow id of initiated event 'b'",
		.probed = reply_failed(SDK_CORE, 0, "no"),
	};

	steps(s, 8);
	replay(s, &RECIPE_CORE, &w);
	assert_int_equal(s->verdict.kind, VERDICT_DIVERGED);
	assert_true(str_has(s->verdict.message, "invalid transition X"));
	/* Nor where they pass altogether: then it is in the last task. */
	w.prefix_message = NULL;
	replay(s, &RECIPE_CORE, &w);
	assert_int_equal(s->verdict.kind, VERDICT_DIVERGED);
	assert_int_equal(s->verdict.divergence.workflow_task, 8);
	assert_true(str_has(s->verdict.message, "invalid transition X"));
}

/* A main check is asked of the whole, under the real run id; nothing else is. */
static void only_the_main_check_is_whole(void **state)
{
	struct story *s = *state;
	struct worker w = {.breaks = 2, .message = VAGUE, .prefix_message = VAGUE,
			   .probed = reply_failed(SDK_CORE, 0, "no")};

	steps(s, 6);
	replay(s, &RECIPE_CORE, &w);
	assert_int_equal(s->extents[0], s->history.n_events);
	for (size_t i = 1; i < s->asked; i++)
		assert_true(s->extents[i] < s->history.n_events);
}

/* Code may build ids from the run id; a probe goes out under another. */
static void a_substitute_run_id_is_no_difference(void **state)
{
	static const struct str OWN = STR("01a20546-520c-7dda-9cbc-78a172736664");
	static const struct str SUBSTITUTE = STR("4c7d672e-7ab7-44e8-8ba5-56ae9d110982");
	struct story *s = *state;
	struct task_reply main = reply_failed(
		SDK_CORE, CAUSE_NONDETERMINISM,
		ND "Timer machine does not handle this event: HistoryEvent(id: 5, "
		   "ActivityTaskScheduled)");
	struct task_reply probed = reply_completed(
		&s->arena,
		command_activity(&s->arena, "4c7d672e-7ab7-44e8-8ba5-56ae9d110982-a", "Step"),
		command_timer(&s->arena, "2", 30), COMMAND_NONE);
	struct build b;

	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_task(&b);
	build_activity_with_id(&b, "01a20546-520c-7dda-9cbc-78a172736664-a", "Step");
	build_activity(&b, "Charge");
	build_task(&b);
	build_completed(&b);
	s->history = build_history(&b, s->schema);
	build_done(&b);
	inquiry_begin(&s->inquiry, &RECIPE_CORE, &s->history, &WANTED, &s->arena);
	s->inquiry.run_ids = (struct run_ids){OWN, OWN};
	assert_false(inquiry_answer(&s->inquiry, &main, &s->verdict));
	assert_int_equal(s->inquiry.state, INQUIRY_PROBE);
	s->inquiry.run_ids.served = SUBSTITUTE;
	assert_true(inquiry_answer(&s->inquiry, &probed, &s->verdict));
	assert_int_equal(s->verdict.divergence.event_id, 6);
	assert_true(str_is(s->verdict.divergence.worker.what, "StartTimer"));
	assert_true(str_is(s->inquiry.evidence.tasks.at[0].pairs[0].worker.id,
			   "01a20546-520c-7dda-9cbc-78a172736664-a"));
}

/* Wire bytes keep their lengths: an id of another one is left alone. */
static void ids_of_another_length_are_left_alone(void **state)
{
	struct story *s = *state;
	struct run_ids ids = {STR("run-10"), STR("run-9")};
	struct task_reply reply = reply_failed(SDK_CORE, CAUSE_UNHANDLED, "run-9, run-9 and run-9");
	struct task_reply own = own_run_reply(&reply, &ids, &s->arena);

	steps(s, 1);
	assert_true(str_is(own.failure.message, "run-9, run-9 and run-9"));
	ids.own = STR("run-1");
	own = own_run_reply(&reply, &ids, &s->arena);
	assert_true(str_is(own.failure.message, "run-1, run-1 and run-1"));
	assert_true(str_is(reply.failure.message, "run-9, run-9 and run-9"));
	ids.served = STR_NONE;
	own = own_run_reply(&reply, &ids, &s->arena);
	assert_true(str_is(own.failure.message, "run-9, run-9 and run-9"));
}

static void note_of_a_recipe_is_kept(void **state)
{
	struct story *s = *state;
	struct task_reply encoded = reply_query("x"), fine = reply_completed(&s->arena,
									     COMMAND_NONE);

	steps(s, 1);
	encoded.query_encoding = STR("binary/encrypted");
	begin(s, &RECIPE_GO);
	assert_false(inquiry_answer(&s->inquiry, &encoded, &s->verdict));
	(void)inquiry_answer(&s->inquiry, &fine, &s->verdict);
	assert_int_equal(s->inquiry.evidence.clues.n, 1);
	assert_true(str_has(s->inquiry.evidence.clues.at[0], "encodes"));
}

/* Go's SDK said nothing: the stack showed it. */
static void words_of_our_own_are_marked(void **state)
{
	struct story *s = *state;
	struct task_reply inside = reply_query("\"internal.(*x).ExecuteLocalActivity(0x1)\"");

	steps(s, 1);
	begin(s, &RECIPE_GO);
	(void)inquiry_answer(&s->inquiry, &inside, &s->verdict);
	assert_int_equal(s->inquiry.verdict.kind, VERDICT_DIVERGED);
	assert_true(str_has(s->inquiry.verdict.message, "local activity"));
	assert_true(s->inquiry.verdict.divergence.own_words);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_task_is_enough_for_what_passes),
		TEST(failures_have_reasons),
		TEST(bisecting_finds_the_first_task),
		TEST(named_event_needs_no_bisecting),
		TEST(probe_without_an_answer_changes_nothing),
		TEST(a_missing_marker_shows_what_came_in_its_place),
		TEST(leftover_commands_are_placed_by_bisecting),
		TEST(go_speaks_late),
		TEST(prefixes_that_disagree_are_not_quoted),
		TEST(only_the_main_check_is_whole),
		TEST(a_substitute_run_id_is_no_difference),
		TEST(ids_of_another_length_are_left_alone),
		TEST(note_of_a_recipe_is_kept),
		TEST(words_of_our_own_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
