/* SPDX-License-Identifier: MIT */
/* test_view_axis.c: which idle times are cut out, and in which column a time comes to lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "viewer/model/axis.h"

/*
 * A history is told by its times alone: events of an unknown type, in no group, but for
 * those in which something runs.
 */
#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)
#define START (INT64_C(1700000000) * SECOND)

struct times {
	struct event events[64];
	uint32_t of_event[64];
	struct history history;
	struct group group; /* runs from one event to another */
	struct groups groups;
	struct axis axis;
};

static void times_init(struct times *t)
{
	*t = (struct times){0};
	t->history.events = t->events;
	t->groups = (struct groups){.at = &t->group, .n = 1, .of_event = t->of_event};
	for (size_t i = 0; i < 64; i++)
		t->of_event[i] = GROUP_NONE;
}

static void at(struct times *t, int64_t since)
{
	t->events[t->history.n_events++].time = START + since;
}

/* An activity runs between two events. */
static void runs(struct times *t, uint32_t from, uint32_t to)
{
	t->group = (struct group){.kind = ENTITY_ACTIVITY, .first = from, .started = from, .closed = to};
	t->of_event[from] = t->of_event[to] = 0;
}

static size_t gaps(struct times *t)
{
	axis_make(&t->axis, &t->history, &t->groups, false);
	return t->axis.gaps.n;
}

/* Work in milliseconds and two waits of hours: they go, whatever their lengths are. */
static void waiting_goes(void **state)
{
	struct times t;

	times_init(&t);
	at(&t, 0);
	at(&t, 20 * MS);
	at(&t, 40 * MS);
	at(&t, 96 * HOUR);
	at(&t, 96 * HOUR + 30 * MS);
	at(&t, 97 * HOUR);
	at(&t, 97 * HOUR + 10 * MS);
	assert_int_equal(gaps(&t), 2);
	assert_true(t.axis.gaps.at[0].from == START + 40 * MS);
	assert_true(t.axis.gaps.at[0].to == START + 96 * HOUR);
	assert_true(t.axis.hidden == (uint64_t)(97 * HOUR - 70 * MS));
	assert_true(t.axis.gaps.at[1].before == (uint64_t)(96 * HOUR - 40 * MS));
	axis_done(&t.axis);
	axis_make(&t.axis, &t.history, &t.groups, true);
	assert_int_equal(t.axis.gaps.n, 0);
	axis_done(&t.axis);
}

/* Many equal waits go all together. */
static void equal_waits_go(void **state)
{
	struct times t;

	times_init(&t);
	for (int i = 0; i < 10; i++) {
		at(&t, i * HOUR);
		at(&t, i * HOUR + 5 * MS);
	}
	assert_int_equal(gaps(&t), 9);
	axis_done(&t.axis);
}

/* A run of even pace stays, and so does what is shorter than a second. */
static void even_pace_stays(void **state)
{
	struct times t;

	times_init(&t);
	for (int i = 0; i < 10; i++)
		at(&t, i * HOUR);
	assert_int_equal(gaps(&t), 0);
	axis_done(&t.axis);
	times_init(&t);
	at(&t, 0);
	at(&t, MS);
	at(&t, 900 * MS);
	assert_int_equal(gaps(&t), 0);
	axis_done(&t.axis);
}

/* What runs for seconds is no idle time; for an hour it is. */
static void what_runs_stays(void **state)
{
	struct times t;

	times_init(&t);
	at(&t, 0);
	at(&t, 10 * MS);
	at(&t, 20 * SECOND);
	at(&t, 20 * SECOND + 10 * MS);
	assert_int_equal(gaps(&t), 1);
	axis_done(&t.axis);
	runs(&t, 1, 2);
	assert_int_equal(gaps(&t), 0);
	axis_done(&t.axis);
	t.events[2].time = START + HOUR;
	t.events[3].time = START + HOUR + 10 * MS;
	assert_int_equal(gaps(&t), 1);
	axis_done(&t.axis);
}

/* Times that go back, and none at all. */
static void odd_times(void **state)
{
	struct times t;
	struct axis_scale s;

	times_init(&t);
	assert_int_equal(gaps(&t), 0);
	s = axis_fit(&t.axis, 40, 0, 6);
	assert_int_equal(axis_columns(&s), 1);
	axis_done(&t.axis);
	at(&t, 10 * SECOND);
	at(&t, 0);
	t.events[t.history.n_events++].time = 0;
	at(&t, 20 * SECOND);
	t.events[t.history.n_events++].time = INT64_MAX;
	t.events[t.history.n_events++].time = INT64_MIN;
	gaps(&t);
	s = axis_fit(&t.axis, 40, 0, 6);
	for (size_t i = 0; i < t.history.n_events; i++)
		assert_true(axis_column(&s, t.events[i].time) <= axis_columns(&s));
	assert_true(axis_columns(&s) <= 40 + s.gap * t.axis.gaps.n);
	axis_done(&t.axis);
}

/* Columns grow with time, a gap takes its own, and the whole fits exactly. */
static void columns(void **state)
{
	struct axis_scale s;
	struct times t;
	size_t last = 0;

	times_init(&t);
	at(&t, 0);
	at(&t, 1 * SECOND);
	at(&t, 50 * HOUR);
	at(&t, 50 * HOUR + SECOND);
	assert_int_equal(gaps(&t), 1);
	for (size_t room = 30; room < 200; room += 7) {
		s = axis_fit(&t.axis, room, 0, 6);
		assert_int_equal(s.gap, 11);
		assert_int_equal(axis_column(&s, START), 0);
		assert_int_equal(axis_column(&s, START + 50 * HOUR),
				 axis_column(&s, START + SECOND) + s.gap);
		assert_int_equal(axis_column(&s, START + HOUR), axis_column(&s, START + SECOND) + 1);
		assert_true(axis_columns(&s) <= room && axis_columns(&s) + 1 >= room);
	}
	s = axis_fit(&t.axis, 60, 3, 6);
	for (int64_t i = 0; i <= 1000; i++) {
		size_t column = axis_column(&s, START + i * MS);

		assert_true(column == last || column == last + 1);
		last = column;
	}
	assert_true(axis_columns(&s) > 300);
	/* Less and less room: no text in the gap, then no columns for it. */
	assert_int_equal(axis_fit(&t.axis, 12, 0, 6).gap, 3);
	assert_int_equal(axis_fit(&t.axis, 5, 0, 6).gap, 0);
	assert_true(axis_step(&s, 10) >= 10 * (uint64_t)s.per_column);
	axis_done(&t.axis);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(waiting_goes),	    cmocka_unit_test(equal_waits_go),
		cmocka_unit_test(even_pace_stays), cmocka_unit_test(what_runs_stays),
		cmocka_unit_test(odd_times),	    cmocka_unit_test(columns),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
