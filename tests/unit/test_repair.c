/* SPDX-License-Identifier: MIT */
/* test_repair.c: what is put right, where a damaged history is cut, and what is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/check/repair.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"

static struct str event_of(struct str wire, size_t index)
{
	struct wire w = wire_of(wire);
	struct wire_field f = {0};

	for (size_t i = 0; i <= index; i++)
		assert_true(wire_next(&w, &f));
	return f.whole;
}

/* Two turns of an order: a workflow task, an activity, a second task with two timers. */
static void order(struct build *b)
{
	build_init(b);
	build_started(b, "Order");  /* 1 */
	build_task(b);		    /* 2 3 4 */
	build_activity(b, "Charge"); /* 5 6 7 */
	build_task(b);		    /* 8 9 10 */
	build_timer_started(b, 5);  /* 11 */
	build_timer_started(b, 6);  /* 12 */
	build_timer_fired(b, 11);   /* 13 */
	build_completed(b);	    /* 14, without its task */
}

/* The events of INDEXES, from 0, "-" between; repaired, their ids. */
static void expect(const struct schema *s, const char *indexes, bool damaged, const char *ids,
		   const char *report)
{
	struct str left = str_of(indexes), one;
	struct repair_report r;
	struct err err = ERR_INIT;
	struct buf in, out, text;
	struct wire w;
	struct wire_field f;
	struct build b;
	long long index;

	order(&b);
	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&text, 0);
	while (left.n) {
		one = str_split(&left, ' ');
		assert_true(str_to_int(one, &index));
		buf_add(&in, event_of(build_wire(&b), (size_t)index - 1));
	}
	if (!repair_events(s, buf_str(&in), damaged, &out, &r, &err))
		fail_msg("%s", err.message);
	w = wire_of(buf_str(&out));
	while (wire_next(&w, &f))
		buf_printf(&text, "%s%d", text.n ? " " : "", (int)wire_value_at(f.bytes, 1, 0));
	assert_false(w.broken);
	assert_string_equal(text.n ? text.p : "", ids);
	buf_clear(&text);
	repair_report_add(&r, &text);
	assert_string_equal(text.n ? text.p : "", report);
	buf_done(&text);
	buf_done(&out);
	buf_done(&in);
	build_done(&b);
}

static void what_is_well_stays(void **state)
{
	expect(*state, "1 2 3 4 5 6 7 8 9 10 11 12 13", false, "1 2 3 4 5 6 7 8 9 10 11 12 13", "");
}

static void events_are_sorted_and_kept_once(void **state)
{
	expect(*state, "3 2 1 2 4 5 5 5", false, "1 2 3 4 5",
	       "events were out of order: sorted\n3 events were there twice and alike: kept once\n");
}

static void what_is_missing_is_told(void **state)
{
	expect(*state, "2 3 5", false, "2 3 5",
	       "event 1 is missing, and others behind it: that can't be repaired\n");
}

static void a_damaged_history_goes_back_to_a_border(void **state)
{
	static const struct {
		const char *there, *kept, *report;
	} ROWS[] = {
		/* Something follows the commands: they are all there. */
		{"1 2 3 4 5 6 7 8 9 10 11 12 13", "1 2 3 4 5 6 7 8 9 10 11 12 13",
		 "kept up to event 13; what follows is lost\n"},
		/* Amid the commands, or right behind the completion. */
		{"1 2 3 4 5 6 7 8 9 10 11 12", "1 2 3 4 5 6 7 8 9",
		 "kept up to event 9; what follows is lost\n3 events behind it are left out: of a "
		 "workflow task that may not be whole\n"},
		{"1 2 3 4 5 6 7 8 9 10", "1 2 3 4 5 6 7 8 9",
		 "kept up to event 9; what follows is lost\n1 event behind it is left out: of a "
		 "workflow task that may not be whole\n"},
		/* Amid what comes from outside. */
		{"1 2 3 4 5 6", "1 2 3 4 5 6", "kept up to event 6; what follows is lost\n"},
		{"1", "1", "kept up to event 1; what follows is lost\n"},
		/* Nothing follows what ends the run. */
		{"12 13 14", "12 13 14", "event 1 is missing: that can't be repaired\n"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		expect(*state, ROWS[i].there, true, ROWS[i].kept, ROWS[i].report);
}

static void one_id_and_two_events_are_left_to_people(void **state)
{
	struct repair_report r;
	struct buf out, text;
	struct build b;

	build_init(&b);
	build_started(&b, "Order");
	build_event_with_id(&b, 2, 5, 10, STR("\x18\x01"));
	build_event_with_id(&b, 2, 5, 10, STR("\x18\x02"));
	build_event_with_id(&b, 2, 5, 10, STR("\x18\x01"));
	buf_init(&out, 0);
	buf_init(&text, 0);
	assert_true(repair_events(*state, build_wire(&b), false, &out, &r, NULL));
	assert_int_equal(r.dropped, 1);
	assert_int_equal(r.differs, 2);
	assert_int_equal(repair_report_add(&r, &text), 0);
	assert_string_equal(text.p, "1 event was there twice and alike: kept once\nevent 2 is there "
				    "twice and not alike: which one is right can't be told\n");
	buf_done(&text);
	buf_done(&out);
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
		cmocka_unit_test(what_is_well_stays),
		cmocka_unit_test(events_are_sorted_and_kept_once),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(a_damaged_history_goes_back_to_a_border),
		cmocka_unit_test(one_id_and_two_events_are_left_to_people),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
