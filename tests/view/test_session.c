/* SPDX-License-Identifier: MIT */
/* test_session.c: histories that change, and those that are not read yet, under what is looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/make_history.h"
#include "viewer/act/act.h"
#include "viewer/draw.h"

struct two {
	struct session session;
	char path[2][40];
	struct arena arena;
};

static void write_events(const char *path, size_t n)
{
	const struct make_history how = {.events = n};
	struct buf text;
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	buf_init(&text, 0);
	make_history(&text, &how);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
	buf_done(&text);
}

static void begin(struct two *t, size_t left, size_t right)
{
	const struct session_options options = {.ascii = true};
	const size_t sizes[2] = {left, right};
	struct err err = ERR_INIT;

	arena_init(&t->arena);
	session_init(&t->session, schema_new(&t->arena), &options);
	for (int i = 0; i < 2; i++) {
		int fd;

		snprintf(t->path[i], sizeof(t->path[i]), "/tmp/hindcast-session-XXXXXX");
		fd = mkstemp(t->path[i]);
		assert_true(fd >= 0 && close(fd) == 0);
		write_events(t->path[i], sizes[i]);
		session_add_file(&t->session, str_of(t->path[i]), 1);
	}
	assert_true(session_begin(&t->session, &err));
}

static void end(struct two *t)
{
	session_done(&t->session);
	arena_done(&t->arena);
	for (int i = 0; i < 2; i++)
		unlink(t->path[i]);
}

static void look(struct two *t)
{
	struct screen screen;

	screen_init(&screen);
	draw(&t->session, &screen);
	screen_done(&screen);
}

static void work(struct two *t)
{
	while (session_idle(&t->session))
		continue;
}

static bool says(const struct two *t, const char *text)
{
	return str_find(buf_str(&t->session.message), str_of(text)) >= 0;
}

/* ---- histories that change ---- */

/* At the last row of a comparison in which all rows are open. */
static struct document *compare(struct two *t, size_t side)
{
	struct session *s = &t->session;
	struct document *sides[2];
	struct err err = ERR_INIT;

	for (int i = 0; i < 2; i++)
		sides[i] = session_open(s, str_of(t->path[i]), &err);
	assert_true(session_compare(s, sides[0], sides[1], &err));
	work(t);
	session_act(s, ACTION_EXPAND, STR_NONE);
	session_act(s, ACTION_BOTTOM, STR_NONE);
	return sides[side];
}

static void a_comparison_is_made_anew_when_a_side_became_shorter(void **state)
{
	for (size_t side = 0; side < 2; side++) {
		struct two t;
		struct session *s = &t.session;
		struct document *d;
		struct err err = ERR_INIT;

		begin(&t, 300, 300);
		d = compare(&t, side);
		write_events(t.path[side], 60);
		assert_true(session_read_again(s, d, &err));
		assert_int_equal(session_place(s)->pane, PANE_COMPARE);
		look(&t);
		work(&t);
		assert_true(session_place(s)->comparison->made);
		for (size_t row = session_place(s)->comparison->n_lines; row-- > 1;) {
			s->scrolls[PANE_COMPARE].row = row;
			look(&t);
		}
		session_act(s, ACTION_BOTTOM, STR_NONE);
		session_act(s, ACTION_ENTER, STR_NONE);
		assert_true(session_document(s)->at < session_document(s)->history.n_events);
		look(&t);
		end(&t);
	}
}

static void a_comparison_that_can_not_be_made_is_left(void **state)
{
	struct two t;
	struct session *s = &t.session;
	struct document *d;
	struct err err = ERR_INIT;

	begin(&t, 300, 300);
	d = compare(&t, 1);
	assert_int_equal(truncate(t.path[1], 40000), 0);
	assert_true(session_read_again(s, d, &err));
	assert_int_equal(session_place(s)->pane, PANE_FILES);
	assert_int_equal(s->focus, PANE_FILES);
	assert_int_equal(s->comparisons.n, 0);
	assert_true(says(&t, "no comparison: "));
	look(&t);
	end(&t);
}

/* ---- comparing in slices ---- */

static void begin_comparing(struct two *t, size_t left, size_t right)
{
	struct session *s = &t->session;
	struct document *sides[2];
	struct err err = ERR_INIT;

	begin(t, left, right);
	for (int i = 0; i < 2; i++)
		sides[i] = session_open(s, str_of(t->path[i]), &err);
	session_show(s, PANE_LIST, sides[0]);
	assert_true(session_compare(s, sides[0], sides[1], &err));
	session_settle(s);
}

static bool shows(struct two *t, const char *text)
{
	struct screen screen;
	struct buf out;
	bool ret;

	screen_init(&screen);
	buf_init(&out, 0);
	draw(&t->session, &screen);
	screen_text(&screen, &out);
	ret = str_find(buf_str(&out), str_of(text)) >= 0;
	buf_done(&out);
	screen_done(&screen);
	return ret;
}

static void large_histories_are_compared_while_keys_are_served(void **state)
{
	struct two t;
	struct session *s = &t.session;
	const struct comparison *c;
	unsigned before = 0;

	begin_comparing(&t, 6000, 12000);
	c = session_place(s)->comparison;
	assert_true(shows(&t, "comparing: 0%"));
	assert_true(shows(&t, "read first"));
	while (!c->made) {
		session_act(s, ACTION_DOWN, STR_NONE);
		session_act(s, ACTION_EXPAND, STR_NONE);
		session_act(s, ACTION_ENTER, STR_NONE);
		session_act(s, ACTION_NEXT_DIVERGENCE, STR_NONE);
		assert_true(session_idle(s));
		assert_in_range(comparison_thousandths(c), before, 1000);
		before = c->made ? before : comparison_thousandths(c);
		look(&t);
	}
	assert_in_range(before, 900, 999);
	assert_false(shows(&t, "comparing:"));
	assert_int_equal(s->scrolls[PANE_COMPARE].row, comparison_next(c, 0, true));
	end(&t);
}

static void a_comparison_that_is_left_before_it_is_there_is_given_up(void **state)
{
	struct two t;
	struct session *s = &t.session;

	begin_comparing(&t, 6000, 6001);
	while (!session_place(s)->comparison->maker)
		assert_true(session_idle(s));
	session_show(s, PANE_TREE, session_document(s)); /* above it: it goes on */
	assert_true(session_idle(s));
	assert_int_equal(s->comparisons.n, 1);
	session_act(s, ACTION_BACK, STR_NONE);
	session_act(s, ACTION_BACK, STR_NONE);
	assert_int_equal(session_place(s)->pane, PANE_LIST);
	work(&t);
	assert_int_equal(s->comparisons.n, 0);
	end(&t);
}

static void every_view_shows_a_history_that_became_shorter(void **state)
{
	for (int i = 0; i < PANES; i++) {
		struct two t;
		struct session *s = &t.session;
		struct document *d;
		struct err err = ERR_INIT;

		if (PANE_TABLE[i]->scope == SCOPE_TOP)
			continue;
		begin(&t, 300, 60);
		session_act(s, ACTION_ENTER, STR_NONE);
		d = session_document(s);
		session_go(s, 100, SESSION_JUMP);
		session_act(s, ACTION_MARK, STR("a"));
		session_act(s, ACTION_BREAKPOINT, STR("type = ActivityTaskStarted"));
		session_go(s, 250, SESSION_JUMP);
		session_show(s, (enum pane_kind)i, d);
		session_act(s, ACTION_BOTTOM, STR_NONE);
		look(&t);
		session_act(s, ACTION_RESUME_BACK, STR_NONE); /* on the way when it changes */
		write_events(t.path[0], 60);
		assert_true(session_read_again(s, d, &err));
		look(&t);
		work(&t);
		look(&t);
		session_act(s, ACTION_JUMP_MARK, STR("a"));
		session_act(s, ACTION_ENTER, STR_NONE);
		look(&t);
		end(&t);
	}
}

/* ---- searching ---- */

static void a_hit_beyond_what_is_read_is_gone_to_when_it_is_there(void **state)
{
	struct two t;
	struct session *s = &t.session;
	struct document *d;

	begin(&t, 60, 12000);
	session_act(s, ACTION_ENTER, STR_NONE);
	session_act(s, ACTION_SEARCH, STR("Completed"));
	work(&t);
	session_act(s, ACTION_TOP, STR_NONE);
	session_act(s, ACTION_SEARCH_PREVIOUS, STR_NONE);
	d = session_document(s);
	assert_non_null(d->reading);
	assert_true(says(&t, "further on"));
	work(&t);
	assert_null(d->reading);
	assert_true(d->at > 11000);
	assert_true(matcher_fits(&s->search.matcher, &d->history, d->at, NULL));
	end(&t);
}

static void what_could_not_be_read_is_said_at_the_end(void **state)
{
	struct two t;
	struct session *s = &t.session;

	begin(&t, 60, 60);
	unlink(t.path[1]);
	session_act(s, ACTION_SEARCH, STR("Nowhere"));
	work(&t);
	assert_true(says(&t, "no row matches, 1 of 2 histories could not be read"));
	end(&t);
}

static void a_history_that_is_opened_later_is_searched_too(void **state)
{
	struct two t;
	struct session *s = &t.session;
	const struct document *d;

	begin(&t, 60, 60);
	session_act(s, ACTION_SEARCH, STR("Completed"));
	work(&t);
	session_act(s, ACTION_OPEN, STR("tests/corpus/go/attrs-1.json"));
	work(&t);
	d = session_document(s);
	assert_true(str_is(d->path, "tests/corpus/go/attrs-1.json"));
	assert_ptr_equal(search_find(&s->search, d->path)->document, d);
	session_act(s, ACTION_SEARCH_NEXT, STR_NONE);
	assert_ptr_equal(session_document(s), d);
	assert_true(matcher_fits(&s->search.matcher, &d->history, d->at, NULL));
	end(&t);
}

/* ---- the timeline ---- */

static void a_long_run_opens_around_the_current_event(void **state)
{
	struct two t;
	struct session *s = &t.session;
	struct chart *chart;
	struct axis_scale scale;
	size_t event, left, at;

	begin(&t, 60, 6000);
	session_resize(s, 80, 24);
	for (int i = 0; i < 2; i++) {
		session_act(s, ACTION_OPEN, str_of(t.path[i]));
		work(&t);
		event = i ? 3000 : 30;
		session_go(s, event, SESSION_STEP);
		session_act(s, ACTION_VIEW_TIME, STR_NONE);
		look(&t);
		chart = &session_document(s)->chart;
		assert_true((chart->zoom > 0) == (i == 1));
	}
	/* Where the cursor is, and 32 events before and behind it in half of the columns at least. */
	scale = chart_scale(chart, chart->room);
	at = axis_column(&scale, session_document(s)->history.events[event].time);
	assert_in_range(at, chart->left, chart->left + chart->room - 1);
	left = axis_column(&scale, session_document(s)->history.events[event - 32].time);
	assert_in_range(at - left, chart->room / 8, chart->room);
	session_resize(s, 200, 24); /* it stays in sight, and so does the scale */
	look(&t);
	scale = chart_scale(chart, chart->room);
	at = axis_column(&scale, session_document(s)->history.events[event].time);
	assert_in_range(at, chart->left, chart->left + chart->room - 1);
	session_act(s, ACTION_FIT, STR_NONE);
	look(&t);
	assert_int_equal(chart->zoom, 0);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_comparison_is_made_anew_when_a_side_became_shorter),
		cmocka_unit_test(a_comparison_that_can_not_be_made_is_left),
		cmocka_unit_test(large_histories_are_compared_while_keys_are_served),
		cmocka_unit_test(a_comparison_that_is_left_before_it_is_there_is_given_up),
		cmocka_unit_test(every_view_shows_a_history_that_became_shorter),
		cmocka_unit_test(a_hit_beyond_what_is_read_is_gone_to_when_it_is_there),
		cmocka_unit_test(what_could_not_be_read_is_said_at_the_end),
		cmocka_unit_test(a_history_that_is_opened_later_is_searched_too),
		cmocka_unit_test(a_long_run_opens_around_the_current_event),
	};

	return cmocka_run_group_tests_name("view_session", tests, NULL, NULL);
}
