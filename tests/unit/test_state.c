/* SPDX-License-Identifier: MIT */
/* test_state.c: the state after every event, beside one worked out anew for each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/base/mem.h"
#include "formats/history/state.h"
#include "formats/read/load.h"
#include "formats/wire/field.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"

/*
 * The slow way, which shares no table with the fast one: what each event opens, and which
 * event it closes, in so many words; then for each N all events up to it are gone through.
 */
struct plain {
	int kind;	 /* enum entity_kind of what it opens, or -1 */
	size_t closed;	 /* the first event that closes what it opened; n_events: none */
	int64_t attempt; /* of ActivityTaskStarted */
	size_t starts;	 /* the event whose entity it starts, or n_events */
};

static int opens(int32_t type)
{
	switch (type) {
	case 1:
		return ENTITY_WORKFLOW;
	case 5:
		return ENTITY_TASK;
	case 10:
		return ENTITY_ACTIVITY;
	case 17:
		return ENTITY_TIMER;
	case 29:
		return ENTITY_CHILD;
	case 37:
		return ENTITY_SIGNAL_EXTERNAL;
	case 22:
		return ENTITY_CANCEL_EXTERNAL;
	case 41:
	case 47:
		return ENTITY_UPDATE;
	case 48:
		return ENTITY_NEXUS;
	case 58:
		return ENTITY_PAUSE;
	default:
		return -1;
	}
}

/* The name of the field by which an event of that type closes another; NULL: it does not. */
static const char *closes_by(int32_t type)
{
	switch (type) {
	case 7: case 8: case 9: case 12: case 13: case 14: case 16:
	case 50: case 51: case 52: case 53:
		return "scheduled_event_id";
	case 18: case 19:
		return "started_event_id";
	case 23: case 24: case 30: case 32: case 33: case 34: case 35: case 36: case 38: case 39:
		return "initiated_event_id";
	case 43:
		return "accepted_event_id";
	default:
		return NULL;
	}
}

static int64_t named(const struct history *h, size_t i, const char *field)
{
	const struct schema_message *m;
	struct str bytes;

	assert_true(history_attributes(h, i, &m, &bytes));
	return field_int(m, bytes, field, 0);
}

static struct plain *plain_of(const struct history *h, struct arena *a)
{
	struct plain *p = arena_array(a, struct plain, h->n_events);

	for (size_t i = 0; i < h->n_events; i++)
		p[i] = (struct plain){.kind = opens(h->events[i].type),
				      .closed = h->n_events,
				      .starts = h->n_events};
	for (size_t i = 0; i < h->n_events; i++) {
		int32_t type = h->events[i].type;
		const char *field = closes_by(type);

		if (field)
			p[named(h, i, field) - 1].closed = i;
		if (type == 11) {
			p[i].attempt = named(h, i, "attempt");
			p[i].starts = (size_t)named(h, i, "scheduled_event_id") - 1;
		}
		if (type == 2 || type == 3 || type == 4 || type == 21 || type == 27 || type == 28)
			p[0].closed = i;
		if (type == 59) /* ends the last pause */
			for (size_t k = i; k-- > 0;)
				if (h->events[k].type == 58) {
					p[k].closed = i;
					break;
				}
	}
	return p;
}

static void compare_open(const struct history *h, const struct plain *p, const struct state *s,
			 const struct groups *g, struct str path)
{
	size_t row = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (p[i].kind < 0 || p[i].closed < s->n)
			continue;
		while (row < s->open.n &&
		       !entity_open((enum entity_state)s->open.at[row].state))
			row++;
		if (row == s->open.n || g->at[s->open.at[row].group].first != i)
			fail_msg("%.*s: after event %zu: event %zu opened what is open",
				 STR_ARG(path), s->n, i + 1);
		assert_int_equal(g->at[s->open.at[row].group].kind, p[i].kind);
		row++;
	}
	for (; row < s->open.n; row++)
		if (entity_open((enum entity_state)s->open.at[row].state))
			fail_msg("%.*s: after event %zu: open without need", STR_ARG(path), s->n);
	(void)h;
}

static void compare_attempts(const struct plain *p, const struct state *s,
			     const struct groups *g)
{
	for (size_t row = 0; row < s->open.n; row++) {
		const struct state_open *o = &s->open.at[row];
		int64_t attempt = 0;

		if (g->at[o->group].kind != ENTITY_ACTIVITY ||
		    !entity_open((enum entity_state)o->state))
			continue;
		for (size_t i = 0; i < s->n; i++)
			if (p[i].starts == g->at[o->group].first && p[i].attempt > attempt)
				attempt = p[i].attempt;
		assert_int_equal(o->attempt, attempt);
	}
}

/* What was shown: up to the start of the last task that was completed. */
static void compare_run(const struct history *h, const struct state *s)
{
	size_t shown = 0, unseen = 0, signals = 0;
	uint64_t bytes = 0;
	bool cancel = false;

	for (size_t i = 0; i < s->n; i++) {
		int32_t type = h->events[i].type;

		if (type == 7)
			shown = (size_t)named(h, i, "started_event_id");
		cancel |= type == 20;
		signals += type == 26;
		bytes += h->events[i].length + 2 + (h->events[i].length > 127) +
			 (h->events[i].length > 16383) + (h->events[i].length > 2097151);
	}
	for (size_t i = shown; i < s->n; i++)
		unseen += h->events[i].type == 26;
	assert_int_equal(s->shown, shown);
	assert_int_equal(s->signals_unseen, unseen);
	assert_int_equal(s->opened[ENTITY_SIGNAL], signals);
	assert_int_equal(s->bytes, bytes);
	assert_int_equal(s->cancel_request != GROUP_NONE, cancel);
}

/* Every event of a small history; every event's open entities, too, of a large one. */
static void compare_all(const struct history *h, struct str path)
{
	bool large = h->n_events > 2000;
	struct groups g;
	struct timeline t;
	struct plain *p;
	struct state s;
	struct arena a;

	arena_init(&a);
	groups_make(h, &a, &g);
	timeline_init(&t, h, &g);
	state_init(&s);
	p = plain_of(h, &a);
	for (size_t n = 1; n <= h->n_events; n++) {
		state_run(&s, &t, n);
		compare_open(h, p, &s, &g, path);
		if (large && n % 997)
			continue;
		compare_attempts(p, &s, &g);
		compare_run(h, &s);
	}
	assert_int_equal(s.bytes, h->wire.n);
	state_done(&s);
	timeline_done(&t);
	arena_done(&a);
}

static void recorded_histories(void **state)
{
	static const char *const FOLDERS[] = {"tests/corpus/go", "tests/corpus/java",
					      "tests/corpus/python", "tests/corpus/ts"};
	size_t n = 0;

	for (size_t f = 0; f < 4; f++) {
		struct str folder = str_of(FOLDERS[f]);
		struct source_list list = {0};
		struct err err = ERR_INIT;
		struct arena a;

		arena_init(&a);
		assert_true(source_expand(&folder, 1, &a, &list, &err));
		for (size_t i = 0; i < list.files.n; i++) {
			struct history h;

			if (!load_history(*state, list.files.at[i].path, &h, NULL, &err))
				fail_msg("%s", err.message);
			compare_all(&h, list.files.at[i].path);
			history_done(&h);
			n++;
		}
		source_list_done(&list);
		arena_done(&a);
	}
	assert_true(n > 100);
}

/* A copy goes on as the state that it was made of. */
static void a_copy_is_a_checkpoint(void **state)
{
	struct state s, copy;
	struct timeline t;
	struct history h;
	struct groups g;
	struct build b;
	struct arena a;

	build_init(&b);
	build_started(&b, "W");
	build_task(&b);
	build_activity_scheduled(&b, "A");	      /* 5 */
	build_version_marker(&b, "\"fee\"", "1"); /* 6 */
	build_timer_started(&b, 30);		      /* 7 */
	build_signal(&b, "go");			      /* 8 */
	build_activity_started(&b, 5);		      /* 9 */
	build_activity_completed(&b, 5);	      /* 10 */
	build_update_accepted(&b, "set", "u-1");      /* 11 */
	h = build_history(&b, *state);
	arena_init(&a);
	groups_make(&h, &a, &g);
	timeline_init(&t, &h, &g);
	state_init(&s);
	state_init(&copy);
	state_run(&s, &t, 8);
	state_copy(&copy, &s);
	state_run(&s, &t, 11);
	assert_int_equal(copy.n, 8);
	assert_int_equal(copy.pending[ENTITY_ACTIVITY], 1);
	assert_int_equal(s.pending[ENTITY_ACTIVITY], 0);
	assert_int_equal(s.pending[ENTITY_UPDATE], 1);
	assert_int_equal(copy.signals_unseen, 1);
	assert_int_equal(copy.shown, 3);
	assert_true(str_is(timeline_name(&t, STATE_PATCHES, 0), "fee"));
	assert_int_equal(copy.tables[STATE_PATCHES].at[0], 5);
	state_run(&copy, &t, 11);
	assert_int_equal(copy.open.n, s.open.n);
	assert_memory_equal(copy.open.at, s.open.at, s.open.n * sizeof(*s.open.at));
	assert_memory_equal(copy.closed, s.closed, sizeof(s.closed));
	state_done(&copy);
	state_done(&s);
	timeline_done(&t);
	arena_done(&a);
	history_done(&h);
	build_done(&b);
}

static const char PROPERTIES[] =
	"{\"events\":[{\"eventId\":\"1\",\"eventType\":\"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\","
	"\"workflowExecutionStartedEventAttributes\":{\"memo\":{\"fields\":{\"note\":{\"data\":\"MQ==\"},"
	"\"gone\":{\"data\":\"Mg==\"}}},\"searchAttributes\":{\"indexedFields\":{\"k\":{\"data\":\"Mw==\"}}}}},"
	"{\"eventId\":\"2\",\"eventType\":\"EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES\","
	"\"upsertWorkflowSearchAttributesEventAttributes\":{\"searchAttributes\":{\"indexedFields\":"
	"{\"k\":{\"data\":\"NA==\"},\"l\":{\"data\":\"NQ==\"}}}}},"
	"{\"eventId\":\"3\",\"eventType\":\"EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED\","
	"\"workflowPropertiesModifiedEventAttributes\":{\"upsertedMemo\":{\"fields\":{\"gone\":"
	"{\"metadata\":{\"encoding\":\"YmluYXJ5L251bGw=\"}},\"new\":{\"data\":\"Ng==\"}}}}},"
	"{\"eventId\":\"4\",\"eventType\":\"EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES\","
	"\"upsertWorkflowSearchAttributesEventAttributes\":{\"searchAttributes\":{\"indexedFields\":"
	"{\"l\":{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":\"W10=\"}}}}}]}";

/* "note=1 new=6" of what is set. */
static struct str words(const struct timeline *t, const struct state *s, enum state_names table,
			struct arena *a)
{
	struct str out = STR("");

	for (size_t i = 0; i < s->tables[table].n; i++)
		if (s->tables[table].at[i] != GROUP_NONE)
			out = arena_printf(a, "%.*s%.*s=%.*s ", STR_ARG(out),
					   STR_ARG(timeline_name(t, table, i)),
					   STR_ARG(wire_bytes_at(state_value(t, s, table, i), 2)));
	return out;
}

static void memo_and_search_attributes_as_upserted(void **state)
{
	static const struct {
		const char *memo, *attributes;
	} AFTER[] = {
		{"gone=2 note=1 ", "k=3 "},
		{"gone=2 note=1 ", "k=4 l=5 "},
		{"note=1 new=6 ", "k=4 l=5 "},
		{"note=1 new=6 ", "k=4 "},
	};
	struct err err = ERR_INIT;
	struct timeline t;
	struct history h;
	struct groups g;
	struct state s;
	struct arena a;

	if (!load_history_bytes(*state, str_of(PROPERTIES), &h, NULL, &err))
		fail_msg("%s", err.message);
	arena_init(&a);
	groups_make(&h, &a, &g);
	timeline_init(&t, &h, &g);
	state_init(&s);
	for (size_t n = 1; n <= 4; n++) {
		state_run(&s, &t, n);
		assert_string_equal(words(&t, &s, STATE_MEMO, &a).p, AFTER[n - 1].memo);
		assert_string_equal(words(&t, &s, STATE_SEARCH_ATTRIBUTES, &a).p,
				    AFTER[n - 1].attributes);
	}
	state_done(&s);
	timeline_done(&t);
	arena_done(&a);
	history_done(&h);
}

static void what_is_open_has_its_hour(void **state)
{
	struct state_due dues[STATE_DUES_MOST];
	struct timeline t;
	struct history h;
	struct groups g;
	struct build b;
	struct state s;
	struct arena a;

	build_init(&b);
	build_started(&b, "W");
	build_task(&b);
	build_timer_started(&b, 30); /* 5 */
	/* schedule-to-close 60 s, schedule-to-start 10 s, start-to-close 20 s */
	build_event(&b, 10, 15, STR("\x3a\x02\x08\x3c\x42\x02\x08\x0a\x4a\x02\x08\x14"));
	build_activity_started(&b, 6);
	h = build_history(&b, *state);
	arena_init(&a);
	groups_make(&h, &a, &g);
	timeline_init(&t, &h, &g);
	state_init(&s);
	state_run(&s, &t, 6);
	assert_int_equal(state_dues(&t, &s.open.at[2], dues), 1);
	assert_string_equal(dues[0].what, "fires");
	assert_int_equal(dues[0].time, h.events[4].time + 30000000000);
	assert_int_equal(state_dues(&t, &s.open.at[3], dues), 2);
	assert_string_equal(dues[0].what, "schedule-to-start");
	assert_int_equal(dues[1].time, h.events[5].time + 60000000000);
	state_run(&s, &t, 7);
	assert_int_equal(state_dues(&t, &s.open.at[3], dues), 2);
	assert_string_equal(dues[0].what, "start-to-close");
	assert_int_equal(dues[0].time, h.events[6].time + 20000000000);
	state_done(&s);
	timeline_done(&t);
	arena_done(&a);
	history_done(&h);
	build_done(&b);
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
		cmocka_unit_test(recorded_histories),
		cmocka_unit_test(a_copy_is_a_checkpoint),
		cmocka_unit_test(memo_and_search_attributes_as_upserted),
		cmocka_unit_test(what_is_open_has_its_hour),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
