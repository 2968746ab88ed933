/* SPDX-License-Identifier: MIT */
/* test_verdict.c: names, fingerprints and sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "replayer/judge/verdict.h"

static void every_kind_has_its_name(void **state)
{
	enum verdict_kind kind;

	for (int i = 0; i < VERDICT_KINDS; i++) {
		assert_true(verdict_from_name(str_of(verdict_name((enum verdict_kind)i)), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(verdict_from_name(STR("fine"), &kind));
	assert_string_equal(verdict_name(VERDICT_TIMED_OUT), "timed-out");
	for (int i = 0; i < DIVERGENCE_KINDS; i++)
		assert_non_null(divergence_name((enum divergence_kind)i));
	assert_string_equal(divergence_name(DIVERGENCE_EARLY_CLOSE), "early-close");
}

static struct verdict diverged(void)
{
	return (struct verdict){
		.kind = VERDICT_DIVERGED,
		.divergence = {
			.kind = DIVERGENCE_REPLACED,
			.event_id = 16,
			.workflow_task = 3,
			.history = {STR("ActivityTaskScheduled"), STR("Charge"), STR("16")},
			.worker = {STR("StartTimer"), STR("30s"), STR("t1")},
		},
	};
}

static void one_cause_has_one_fingerprint(void **state)
{
	struct verdict a = diverged(), b = diverged();

	b.divergence.event_id = 99;
	b.divergence.workflow_task = 9;
	b.divergence.history.id = STR("99");
	b.divergence.worker.id = STR("t2");
	verdict_fingerprint(&a, STR("Order"));
	verdict_fingerprint(&b, STR("Order"));
	assert_int_equal(strlen(a.fingerprint), 16);
	assert_string_equal(a.fingerprint, b.fingerprint);
	verdict_fingerprint(&b, STR("Ship"));
	assert_string_not_equal(a.fingerprint, b.fingerprint);
	b = diverged();
	b.divergence.worker.name = STR("1h"); /* computed, perhaps */
	verdict_fingerprint(&b, STR("Order"));
	assert_string_equal(a.fingerprint, b.fingerprint);
	b = diverged();
	b.divergence.history.name = STR("Refund");
	verdict_fingerprint(&b, STR("Order"));
	assert_string_not_equal(a.fingerprint, b.fingerprint);
	b = diverged();
	b.divergence.kind = DIVERGENCE_REORDERED;
	verdict_fingerprint(&b, STR("Order"));
	assert_string_not_equal(a.fingerprint, b.fingerprint);
}

static void parts_of_a_fingerprint_keep_apart(void **state)
{
	struct verdict a = diverged(), b = diverged();

	a.divergence.worker = (struct side){STR("ab"), STR("c"), STR_NONE};
	b.divergence.worker = (struct side){STR("a"), STR("bc"), STR_NONE};
	verdict_fingerprint(&a, STR("Order"));
	verdict_fingerprint(&b, STR("Order"));
	assert_string_not_equal(a.fingerprint, b.fingerprint);
}

static void failures_group_by_their_words(void **state)
{
	struct verdict a = {.kind = VERDICT_FAILED, .message = STR("boom for order 17")};
	struct verdict b = {.kind = VERDICT_FAILED, .message = STR("boom for order 4711")};
	struct verdict c = {.kind = VERDICT_FAILED, .message = STR("crash for order 17")};
	struct verdict passed = {.kind = VERDICT_PASSED, .fingerprint = "x"};

	verdict_fingerprint(&a, STR("Order"));
	verdict_fingerprint(&b, STR("Order"));
	verdict_fingerprint(&c, STR("Order"));
	verdict_fingerprint(&passed, STR("Order"));
	assert_string_equal(a.fingerprint, b.fingerprint);
	assert_string_not_equal(a.fingerprint, c.fingerprint);
	assert_string_equal(passed.fingerprint, "");
}

static void a_sentence_tells_both_sides(void **state)
{
	const struct side charge = {STR("ActivityTaskScheduled"), STR("Charge"), STR("16")};
	const struct side refund = {STR("ScheduleActivityTask"), STR("Refund"), STR_NONE};
	const struct side end = {STR("WorkflowExecutionCompleted"), STR_NONE, STR_NONE};
	const struct {
		struct divergence d;
		const char *sentence;
	} ROWS[] = {
		{{.kind = DIVERGENCE_REPLACED,
		  .event_id = 16,
		  .history = charge,
		  .worker = {STR("StartTimer"), STR("30s"), STR("t1")}},
		 "event 16: history has ActivityTaskScheduled Charge (id 16); the code asked for "
		 "StartTimer 30s (id t1)"},
		{{.kind = DIVERGENCE_ATTRIBUTE,
		  .event_id = 16,
		  .history = charge,
		  .worker = refund,
		  .field = STR("activityType"),
		  .history_value = STR("Charge"),
		  .worker_value = STR("Refund")},
		 "event 16: history has ActivityTaskScheduled Charge (id 16); the code asked for "
		 "ScheduleActivityTask Refund (activityType: history \"Charge\", code \"Refund\")"},
		{{.kind = DIVERGENCE_EXTRA, .event_id = 4, .worker = refund},
		 "event 4: history has nothing more in this workflow task; the code asked for "
		 "ScheduleActivityTask Refund"},
		{{.kind = DIVERGENCE_MARKER,
		  .event_id = 4,
		  .worker = {STR("RecordMarker"), STR("SideEffect"), STR("1")}},
		 "event 4: history has no such marker; the code asked for RecordMarker SideEffect "
		 "(id 1)"},
		{{.kind = DIVERGENCE_MISSING, .event_id = 16, .history = charge},
		 "event 16: history has ActivityTaskScheduled Charge (id 16); the code did not ask "
		 "for it there"},
		{{.kind = DIVERGENCE_LATE_CLOSE, .event_id = 22, .history = end},
		 "event 22: history has WorkflowExecutionCompleted; the code went on and did not end "
		 "there"},
		{{.kind = DIVERGENCE_EARLY_CLOSE, .event_id = 16, .history = charge},
		 "event 16: history has ActivityTaskScheduled Charge (id 16); the code had already "
		 "ended"},
		{{.kind = DIVERGENCE_MISSING, .event_id = 1, .history = {STR("a\x1b[2J"), STR_NONE, STR_NONE}},
		 "event 1: history has a\\x1b[2J; the code did not ask for it there"},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		assert_string_equal(divergence_sentence(&ROWS[i].d, &a).p, ROWS[i].sentence);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_its_name),
		cmocka_unit_test(one_cause_has_one_fingerprint),
		cmocka_unit_test(parts_of_a_fingerprint_keep_apart),
		cmocka_unit_test(failures_group_by_their_words),
		cmocka_unit_test(a_sentence_tells_both_sides),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
