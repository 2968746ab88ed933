/* SPDX-License-Identifier: MIT */
/* test_groups.c: every move of every entity, and every event in the group it belongs to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/groups.h"
#include "formats/read/load.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"

/* Attributes that name the event REFERENCE where they can, and else are an update's id. */
static int64_t add(struct build *b, const struct schema *s, int32_t type, int64_t reference)
{
	const struct schema_message *event =
		schema_message(s, "temporal.api.history.v1.HistoryEvent");
	const struct schema_message *m = event_attributes_message(s, type);
	const char *ref = event_row(type)->ref_path;
	struct buf bytes;
	int64_t id;

	buf_init(&bytes, 0);
	if (ref)
		wire_put_value(&bytes, schema_field_by_name(m, str_of(ref))->number,
			       (uint64_t)reference);
	else if (type == EVENT_WORKFLOW_EXECUTION_UPDATE_ADMITTED)
		buf_add(&bytes, STR("\x0a\x05\x0a\x03\x0a\x01u"));
	else if (event_row(type)->category == CATEGORY_UPDATE)
		buf_add(&bytes, STR("\x0a\x01u"));
	for (size_t i = 0; i < event->n_fields; i++)
		if (event->fields[i].message == m) {
			id = build_event(b, type, event->fields[i].number, buf_str(&bytes));
			buf_done(&bytes);
			return id;
		}
	fail_msg("no attributes for type %d", type);
	return 0;
}

/*
 * Adds the shortest way to STATE of KIND. *RET_NAMED is the event that others name: what
 * opened the entity, or what accepted the update. False: the kind has no such state.
 */
static bool lead_to(struct build *b, const struct schema *s, enum entity_kind kind,
		    enum entity_state state, int64_t *ret_named)
{
	const struct entity_rule *by[ENTITY_STATES] = {0};
	enum entity_state before[ENTITY_STATES] = {0};
	const struct entity_rule *way[ENTITY_STATES];
	size_t n = 0;

	*ret_named = 0;
	for (size_t rounds = 0; rounds < ENTITY_STATES; rounds++)
		for (size_t i = 0; i < ENTITY_RULES_N; i++) {
			const struct entity_rule *r = &ENTITY_RULES[i];

			for (int from = 0; from < ENTITY_STATES && r->kind == kind; from++)
				if ((r->from & ENTITY_IN(from)) && r->to && !by[r->to] &&
				    (from == ENTITY_NONE || by[from])) {
					by[r->to] = r;
					before[r->to] = (enum entity_state)from;
				}
		}
	if (state != ENTITY_NONE && !by[state])
		return false;
	for (; state != ENTITY_NONE; state = before[state])
		way[n++] = by[state];
	while (n-- > 0) {
		int32_t type = way[n]->event;
		int64_t id = add(b, s, type, *ret_named);

		if (entity_opens(type) || type == EVENT_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
			*ret_named = id;
	}
	return true;
}

static void expect(const struct build *b, const struct schema *s, const struct entity_rule *r,
		   enum entity_state from, int32_t type)
{
	struct history h = build_history(b, s);
	struct groups g;
	struct arena a;
	const struct group *last;

	arena_init(&a);
	groups_make(&h, &a, &g);
	last = groups_of(&g, h.n_events - 1);
	if (r) {
		enum entity_state to = r->to ? r->to : from;

		if (g.n_faults)
			fail_msg("%s in state %s: fault %d", event_row(type)->name,
				 entity_state_word(from), g.faults[0].kind);
		assert_non_null(last);
		assert_int_equal(last->kind, r->kind);
		assert_int_equal(last->state, to);
		assert_int_equal(last->last, h.n_events - 1);
		assert_int_equal(entity_open(to), last->closed == GROUP_NONE);
	} else if (g.n_faults != 1 || g.faults[0].event != h.n_events - 1) {
		fail_msg("%s in state %s: %zu faults", event_row(type)->name,
			 entity_state_word(from), g.n_faults);
	} else if (from == ENTITY_NONE) {
		assert_true(g.faults[0].kind == GROUP_NO_REFERENCE ||
			    g.faults[0].kind == GROUP_NOT_OPEN);
		assert_null(last);
	} else {
		assert_int_equal(g.faults[0].kind, GROUP_IMPOSSIBLE);
		assert_int_equal(g.faults[0].state, from);
		assert_non_null(last);
		assert_int_equal(last->state, from);
	}
	arena_done(&a);
	history_done(&h);
}

/* An event that opens a new entity whatever became of others: nothing to be impossible in. */
static bool begins_anew(int32_t type, enum entity_kind kind, enum entity_state from)
{
	if (!entity_opens(type) || kind == ENTITY_WORKFLOW)
		return false;
	return (kind != ENTITY_UPDATE && kind != ENTITY_PAUSE) || !entity_open(from);
}

static void every_event_in_every_state(void **state)
{
	const struct schema *s = *state;
	size_t possible = 0, impossible = 0, cells = 0;

	for (int32_t type = 1; type <= 60; type++)
		for (int from = 0; from < ENTITY_STATES; from++) {
			const struct entity_rule *r = entity_rule_for(type, (enum entity_state)from);
			enum entity_kind kind;
			struct build b;
			int64_t named;

			assert_true(entity_kind_of(type, &kind));
			build_init(&b);
			if (lead_to(&b, s, kind, (enum entity_state)from, &named) &&
			    (r || !begins_anew(type, kind, (enum entity_state)from))) {
				/* A pause that is over is none that can be ended. */
				bool over = kind == ENTITY_PAUSE && from >= ENTITY_DONE;

				add(&b, s, type, named);
				expect(&b, s, r, over ? ENTITY_NONE : (enum entity_state)from,
				       type);
				possible += r != NULL;
				impossible += r == NULL;
			}
			build_done(&b);
		}
	for (size_t i = 0; i < ENTITY_RULES_N; i++)
		cells += (size_t)__builtin_popcount(ENTITY_RULES[i].from);
	/* Each cell of each rule was gone through. */
	assert_int_equal(possible, cells);
	assert_true(impossible > 100);
}

/* Where events lead from any state that they can happen in, in words instead of the table's. */
static void events_lead_where_their_names_say(void **state)
{
	static const struct {
		const char *ends; /* of the type's name */
		const char *word;
	} ROWS[] = {
		{"Completed", "completed"}, {"Failed", "failed"},     {"TimedOut", "timed-out"},
		{"Canceled", "canceled"},   {"Terminated", "terminated"}, {"Fired", "completed"},
		{"Rejected", "rejected"},   {"ContinuedAsNew", "continued"}, {"Admitted", "admitted"},
		{"Accepted", "started"},
	};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ENTITY_RULES_N; i++) {
		const struct entity_rule *r = &ENTITY_RULES[i];
		struct str name = str_of(event_row(r->event)->name);

		/* What became of a request to cancel is not what becomes of the operation. */
		if (str_starts(name, STR("NexusOperationCancelRequest")))
			continue;
		for (size_t k = 0; k < sizeof(ROWS) / sizeof(*ROWS); k++) {
			if (!str_ends(name, str_of(ROWS[k].ends)))
				continue;
			assert_string_equal(entity_state_word(r->to), ROWS[k].word);
			n++;
		}
	}
	assert_int_equal(n, 31);
}

static void references_that_lead_nowhere(void **state)
{
	static const struct {
		int64_t reference;
		enum group_fault_kind kind;
	} ROWS[] = {
		{0, GROUP_NO_REFERENCE}, {-5, GROUP_NO_REFERENCE}, {99, GROUP_DANGLING},
		{6, GROUP_LATER},	 {7, GROUP_LATER},	   {2, GROUP_OTHER_KIND},
		{4, GROUP_OTHER_KIND},
	};
	const struct schema *s = *state;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct history h;
		struct groups g;
		struct build b;
		struct arena a;

		build_init(&b);
		build_started(&b, "W");
		build_task(&b);
		build_activity_scheduled(&b, "A");
		add(&b, s, EVENT_ACTIVITY_TASK_STARTED, ROWS[i].reference);
		build_activity_scheduled(&b, "B");
		h = build_history(&b, s);
		arena_init(&a);
		groups_make(&h, &a, &g);
		assert_int_equal(g.n_faults, 1);
		assert_int_equal(g.faults[0].kind, ROWS[i].kind);
		assert_int_equal(g.faults[0].event, 5);
		assert_null(groups_of(&g, 5));
		arena_done(&a);
		history_done(&h);
		build_done(&b);
	}
}

static void an_id_in_use_and_a_second_task(void **state)
{
	struct history h;
	struct groups g;
	struct build b;
	struct arena a;
	int64_t first;

	build_init(&b);
	build_started(&b, "W");
	build_task(&b);
	first = build_activity_with_id(&b, "x", "A");
	build_activity_with_id(&b, "x", "B");
	build_activity_started(&b, first);
	build_activity_completed(&b, first);
	build_task_scheduled(&b);
	build_task_scheduled(&b);
	h = build_history(&b, *state);
	arena_init(&a);
	groups_make(&h, &a, &g);
	assert_int_equal(g.n_faults, 2);
	assert_int_equal(g.faults[0].kind, GROUP_SAME_ID);
	assert_int_equal(g.faults[0].event, 5);
	assert_int_equal(g.faults[0].other, 4);
	assert_int_equal(g.faults[1].kind, GROUP_TASK_OPEN);
	assert_int_equal(g.faults[1].event, 9);
	arena_done(&a);
	history_done(&h);
	build_done(&b);
}

static void a_group_has_its_events_and_times(void **state)
{
	struct history h;
	struct groups g;
	struct build b;
	struct arena a;

	build_init(&b);
	build_started(&b, "W");
	build_task(&b);
	build_activity_scheduled(&b, "A"); /* 5 */
	build_timer_started(&b, 5);	   /* 6 */
	build_activity_started(&b, 5);	   /* 7 */
	build_activity_completed(&b, 5);   /* 8 */
	h = build_history(&b, *state);
	arena_init(&a);
	groups_make(&h, &a, &g);
	assert_int_equal(g.n_faults, 0);
	assert_int_equal(g.n, 4);
	assert_int_equal(g.at[2].kind, ENTITY_ACTIVITY);
	assert_int_equal(g.at[2].n, 3);
	assert_int_equal(g.members[g.at[2].members], 4);
	assert_int_equal(g.members[g.at[2].members + 1], 6);
	assert_int_equal(g.members[g.at[2].members + 2], 7);
	assert_int_equal(group_between(&h, g.at[2].first, g.at[2].started), 2000000000);
	assert_int_equal(group_between(&h, g.at[2].started, g.at[2].closed), 1000000000);
	assert_int_equal(group_between(&h, g.at[3].first, g.at[3].closed), -1);
	assert_true(str_is(group_label(&h, &g.at[2], &a), "A5"));
	assert_true(str_is(group_label(&h, &g.at[3], &a), "T6"));
	arena_done(&a);
	history_done(&h);
	build_done(&b);
}

/* Recorded histories have a place for each event, and break no rule. */
/* After each step what is there is what it were if the history ended there. */
static void groups_grow_event_by_event(void **state)
{
	struct arena schema_arena = {0};
	const struct schema *s = schema_new(&schema_arena);
	struct group_maker *m;
	struct history h;
	struct groups g;
	struct arena a;

	assert_true(load_history(s, STR("tests/corpus/go/order-1.json"), &h, NULL, NULL));
	arena_init(&a);
	m = groups_begin(&h, &a, &g);
	assert_int_equal(g.n, 0);
	for (size_t n = 1; n <= h.n_events; n++) {
		struct groups whole;
		struct history begin;
		struct arena own;

		groups_run(m, n);
		arena_init(&own);
		assert_true(history_take(&begin, &own, history_prefix(&h, n), s, NULL));
		groups_make(&begin, &begin.arena, &whole);
		assert_int_equal(g.n, whole.n);
		assert_memory_equal(g.of_event, whole.of_event, n * sizeof(*g.of_event));
		for (size_t i = 0; i < g.n; i++) {
			assert_int_equal(g.at[i].state, whole.at[i].state);
			assert_int_equal(g.at[i].last, whole.at[i].last);
			assert_int_equal(g.at[i].n, whole.at[i].n);
		}
		history_done(&begin);
	}
	assert_null(g.members);
	groups_end(m);
	for (size_t i = 0; i < g.n; i++)
		for (uint32_t k = 0; k < g.at[i].n; k++)
			assert_ptr_equal(groups_of(&g, g.members[g.at[i].members + k]), &g.at[i]);
	arena_done(&a);
	history_done(&h);
	arena_done(&schema_arena);
}

static void recorded_histories_are_possible(void **state)
{
	static const char *const FOLDERS[] = {"tests/corpus/go", "tests/corpus/java",
					      "tests/corpus/python", "tests/corpus/ts"};
	bool hit[128] = {false};
	size_t n = 0, histories = 0;

	for (size_t f = 0; f < 4; f++) {
		struct str folder = str_of(FOLDERS[f]);
		struct source_list list = {0};
		struct err err = ERR_INIT;
		struct arena a;

		arena_init(&a);
		assert_true(source_expand(&folder, 1, &a, &list, &err));
		for (size_t i = 0; i < list.files.n; i++) {
			enum entity_state *states;
			struct history h;
			struct groups g;

			if (!load_history(*state, list.files.at[i].path, &h, NULL, &err))
				fail_msg("%s", err.message);
			groups_make(&h, &a, &g);
			if (g.n_faults)
				fail_msg("%.*s: event %u: fault %d",
					 STR_ARG(list.files.at[i].path), g.faults[0].event + 1,
					 g.faults[0].kind);
			states = arena_array(&a, enum entity_state, g.n);
			for (size_t e = 0; e < h.n_events; e++) {
				enum entity_state *s = &states[g.of_event[e]];
				const struct entity_rule *r = entity_rule_for(h.events[e].type, *s);

				assert_non_null(groups_of(&g, e));
				hit[r - ENTITY_RULES] = true;
				entity_move(h.events[e].type, *s, s);
			}
			histories++;
			history_done(&h);
		}
		source_list_done(&list);
		arena_done(&a);
	}
	for (size_t i = 0; i < ENTITY_RULES_N; i++)
		n += hit[i];
	print_message("%zu recorded histories go through %zu of %zu rules\n", histories, n,
		      ENTITY_RULES_N);
	assert_true(histories > 100);
	assert_true(n > 30);
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
		cmocka_unit_test(every_event_in_every_state),
		cmocka_unit_test(events_lead_where_their_names_say),
		cmocka_unit_test(references_that_lead_nowhere),
		cmocka_unit_test(an_id_in_use_and_a_second_task),
		cmocka_unit_test(a_group_has_its_events_and_times),
		cmocka_unit_test(groups_grow_event_by_event),
		cmocka_unit_test(recorded_histories_are_possible),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
