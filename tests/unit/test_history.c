/* SPDX-License-Identifier: MIT */
/* test_history.c: the index, the facts, trimming, and what makes a history unsound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/history/events.h"
#include "formats/history/history.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"

static const struct schema *schema_of(void **state)
{
	return *state;
}

/* A started workflow with one activity behind it. */
static void charge(struct build *b)
{
	build_init(b);
	build_started(b, "OrderWorkflow");
	build_task_scheduled(b);
	build_task_started(b);
	build_task_completed_by(b, "temporal-go", "1.50.0");
	build_activity(b, "Charge");
	build_task(b);
}

static void the_index_has_a_row_per_event(void **state)
{
	struct build b;
	struct history h;

	charge(&b);
	build_completed(&b);
	h = build_history(&b, schema_of(state));
	assert_int_equal(h.n_events, 11);
	assert_int_equal(h.events[4].type, EVENT_ACTIVITY_TASK_SCHEDULED);
	assert_int_equal(h.events[4].id, 5);
	assert_int_equal(h.events[4].task, 4);
	assert_int_equal(h.events[5].task, 0);
	assert_true(h.events[1].time - h.events[0].time == 1000000000);
	assert_int_equal(wire_value_at(history_event(&h, 7), 1, 0), 8);
	history_done(&h);
	build_done(&b);
}

static void facts_are_known(void **state)
{
	struct build b;
	struct history h;

	charge(&b);
	h = build_history(&b, schema_of(state));
	assert_true(str_is(h.workflow_type, "OrderWorkflow"));
	assert_true(str_is(h.workflow_id, "w-1"));
	assert_true(str_is(h.run_id, "run-1"));
	assert_true(str_is(h.first_run_id, "run-1"));
	assert_true(str_is(h.task_queue, "queue"));
	assert_true(str_is(h.sdk_name, "temporal-go"));
	assert_true(str_is(h.sdk_version, "1.50.0"));
	assert_int_equal(h.end, HISTORY_OPEN);
	assert_int_equal(h.n_tasks, 2);
	assert_int_equal(h.tasks[0].number, 1);
	assert_int_equal(h.tasks[0].started, 2);
	assert_int_equal(h.tasks[0].completed, 3);
	assert_int_equal(h.tasks[0].batch_end, 5);
	assert_int_equal(h.tasks[1].batch_end, 10);
	history_done(&h);
	build_done(&b);
}

static void an_open_history_is_trimmed_behind_its_last_batch(void **state)
{
	struct build b;
	struct history h;

	charge(&b);
	build_timer_started(&b, 30);
	build_signal(&b, "more");
	build_task_scheduled(&b);
	h = build_history(&b, schema_of(state));
	assert_int_equal(history_trim(&h), 11);
	assert_int_equal(history_prefix(&h, 11).n,
			 h.events[10].offset + h.events[10].length);
	history_done(&h);

	build_terminated(&b, "enough");
	h = build_history(&b, schema_of(state));
	assert_int_equal(h.end, HISTORY_ENDED);
	assert_int_equal(history_trim(&h), 11);
	history_done(&h);
	build_done(&b);
}

static void a_closed_history_is_whole(void **state)
{
	struct build b;
	struct history h;

	charge(&b);
	build_completed(&b);
	h = build_history(&b, schema_of(state));
	assert_int_equal(h.end, HISTORY_CLOSED);
	assert_int_equal(history_trim(&h), h.n_events);
	assert_true(str_eq(history_prefix(&h, h.n_events), h.wire));
	assert_int_equal(history_prefix(&h, 0).n, 0);
	history_done(&h);
	build_done(&b);
}

static void an_update_belongs_to_the_batch_before_it(void **state)
{
	struct build b;
	struct history h;

	charge(&b);
	build_update_accepted(&b, "set", "u-1");
	build_activity_scheduled(&b, "Apply");
	h = build_history(&b, schema_of(state));
	assert_int_equal(h.tasks[1].batch_end, 12);
	history_done(&h);
	build_done(&b);
}

static void no_task_means_nothing_to_replay(void **state)
{
	struct build b;
	struct history h;

	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_task_scheduled(&b);
	h = build_history(&b, schema_of(state));
	assert_int_equal(h.n_tasks, 0);
	assert_int_equal(history_trim(&h), 0);
	history_done(&h);
	build_done(&b);
}

static void events_are_found_by_id(void **state)
{
	struct build b;
	struct history h;

	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_event_with_id(&b, 7, EVENT_WORKFLOW_TASK_SCHEDULED, 10, STR(""));
	h = build_history(&b, schema_of(state));
	assert_int_equal(history_find(&h, 1), 0);
	assert_int_equal(history_find(&h, 7), 1);
	assert_int_equal(history_find(&h, 2), 2);
	history_done(&h);
	build_done(&b);
}

static void without_type(struct build *b)
{
	build_started(b, "OrderWorkflow");
	build_event_with_id(b, 2, 0, 10, STR(""));
}

/* How an unsound history is made, and what is said of it. */
static void without_start(struct build *b)
{
	build_event_with_id(b, 2, EVENT_WORKFLOW_TASK_SCHEDULED, 10, STR(""));
}

static void with_gap(struct build *b)
{
	build_started(b, "OrderWorkflow");
	build_event_with_id(b, 5, EVENT_WORKFLOW_TASK_SCHEDULED, 10, STR(""));
}

static void with_duplicate(struct build *b)
{
	build_started(b, "OrderWorkflow");
	build_event_with_id(b, 2, EVENT_WORKFLOW_TASK_SCHEDULED, 10, STR(""));
	build_event_with_id(b, 2, EVENT_WORKFLOW_TASK_SCHEDULED, 10, STR(""));
}

static void out_of_order(struct build *b)
{
	build_started(b, "OrderWorkflow");
	build_event_with_id(b, 3, EVENT_WORKFLOW_TASK_SCHEDULED, 10, STR(""));
	build_event_with_id(b, 2, EVENT_WORKFLOW_TASK_STARTED, 11, STR(""));
}

static void with_stray_command(struct build *b)
{
	build_started(b, "OrderWorkflow");
	build_task(b);
	b->completed = 99;
	build_timer_started(b, 1);
}

static void cut_amid_a_task(struct build *b)
{
	build_started(b, "OrderWorkflow");
	build_task_scheduled(b);
	build_task_started(b);
	build_timer_started(b, 1);
}

static void going_on_after_the_end(struct build *b)
{
	build_started(b, "OrderWorkflow");
	build_task(b);
	build_completed(b);
	build_signal(b, "late");
}

static void an_unsound_history_is_told_with_its_event(void **state)
{
	static const struct {
		void (*make)(struct build *b);
		int64_t event_id;
		const char *says;
	} ROWS[] = {
		{without_start, 2, "event 1, WorkflowExecutionStarted, is missing"},
		{with_gap, 5, "events 2 to 4 are missing"},
		{with_duplicate, 2, "event 2 is there twice"},
		{out_of_order, 3, "event 2 is missing"},
		{without_type, 2, "its event type is missing"},
		{with_stray_command, 5, "completed at event 99"},
		{cut_amid_a_task, 4, "amid a workflow task"},
		{going_on_after_the_end, 6, "after the workflow closed at event 5"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;
		struct build b;
		struct history h;

		build_init(&b);
		ROWS[i].make(&b);
		h = build_history(&b, schema_of(state));
		assert_false(history_sound(&h, &err));
		assert_int_equal(err.event_id, ROWS[i].event_id);
		assert_non_null(strstr(err.message, ROWS[i].says));
		history_done(&h);
		build_done(&b);
	}
}

static void a_recorded_run_is_sound(void **state)
{
	struct err err = ERR_INIT;
	struct build b;
	struct history h;

	charge(&b);
	build_completed(&b);
	h = build_history(&b, schema_of(state));
	assert_true(history_sound(&h, &err));
	history_done(&h);
	build_done(&b);
}

/* ActivityTaskFailed with a failure nested N deep (cause = 4). */
static struct str deep_failure(struct buf *out, size_t depth)
{
	struct buf inner = {0}, outer = {0};

	wire_put_bytes(&inner, 1, STR("deepest"));
	for (size_t i = 1; i < depth; i++) {
		buf_clear(&outer);
		wire_put_bytes(&outer, 4, buf_str(&inner));
		buf_clear(&inner);
		buf_add(&inner, buf_str(&outer));
	}
	wire_put_bytes(out, 1, buf_str(&inner));
	buf_done(&inner);
	buf_done(&outer);
	return buf_str(out);
}

static bool takes_failure_of_depth(const struct schema *schema, size_t depth, struct err *err)
{
	struct buf attributes = {0};
	struct build b;
	struct history h;
	struct arena a;
	bool ok;

	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_event(&b, EVENT_ACTIVITY_TASK_FAILED, 18, deep_failure(&attributes, depth));
	arena_init(&a);
	ok = history_take(&h, &a, arena_str(&a, build_wire(&b)), schema, err);
	if (ok)
		history_done(&h);
	else
		arena_done(&a);
	buf_done(&attributes);
	build_done(&b);
	return ok;
}

static void failures_nest_only_so_deep(void **state)
{
	struct err err = ERR_INIT;

	assert_true(takes_failure_of_depth(schema_of(state), LIMIT_DEPTH - 1, &err));
	assert_false(takes_failure_of_depth(schema_of(state), LIMIT_DEPTH, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(err.event_id, 2);
}

static void what_is_no_history_is_refused(void **state)
{
	static const struct str ROWS[] = {
		{"", 0}, {"\x0a\x05" "abc", 5}, {"\x0b", 1}, {"\x0a\x02\x08", 3}, {"\x10\x01", 2},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;
		struct history h;
		struct arena a;

		arena_init(&a);
		assert_false(history_take(&h, &a, arena_str(&a, ROWS[i]), schema_of(state), &err));
		assert_true(err.code == ERR_SYNTAX || err.code == ERR_FORMAT);
		arena_done(&a);
	}
}

static int make_schema(void **state)
{
	static struct arena a;

	arena_init(&a);
	*state = (void *)(uintptr_t)schema_new(&a);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(the_index_has_a_row_per_event),
		cmocka_unit_test(facts_are_known),
		cmocka_unit_test(an_open_history_is_trimmed_behind_its_last_batch),
		cmocka_unit_test(a_closed_history_is_whole),
		cmocka_unit_test(an_update_belongs_to_the_batch_before_it),
		cmocka_unit_test(no_task_means_nothing_to_replay),
		cmocka_unit_test(events_are_found_by_id),
		cmocka_unit_test(an_unsound_history_is_told_with_its_event),
		cmocka_unit_test(a_recorded_run_is_sound),
		cmocka_unit_test(failures_nest_only_so_deep),
		cmocka_unit_test(what_is_no_history_is_refused),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
