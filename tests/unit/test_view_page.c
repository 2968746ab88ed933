/* SPDX-License-Identifier: MIT */
/* test_view_page.c: lines of a page, and what folds hide of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/pane/page.h"

static void add(struct page *p, const char *text, unsigned level)
{
	p->about.level = level;
	page_puts(p, STYLE_PLAIN, text);
}

/* Two folds, one within the other, and a line behind them. */
static void make(struct page *p)
{
	page_clear(p);
	page_fold(p, page_id(0, STR("cart")), PAGE_OPEN);
	add(p, "cart", 0);
	page_fold(p, page_id(0, STR("lines")), PAGE_CLOSED);
	add(p, "lines", 1);
	add(p, "first", 2);
	add(p, "second", 2);
	add(p, "total", 1);
	add(p, "after", 0);
	page_show(p);
}

static void assert_rows(const struct page *p, const char *expected)
{
	struct buf rows;

	buf_init(&rows, 0);
	for (size_t i = 0; i < p->shown.n; i++)
		buf_printf(&rows, "%.*s ", STR_ARG(p->lines.at[p->shown.at[i]].text.text));
	assert_string_equal(rows.p, expected);
	buf_done(&rows);
}

static void closed_hides_what_is_within(void **state)
{
	struct page p;

	page_init(&p);
	make(&p);
	assert_rows(&p, "cart lines total after ");
	assert_int_equal(p.lines.at[1].hides, 2);
	page_show(&p); /* the same lines, for another search */
	assert_int_equal(p.lines.at[1].hides, 2);
	page_done(&p);
}

static void touched_stays_so_when_made_anew(void **state)
{
	struct page p;

	page_init(&p);
	page_turn(&p, page_id(0, STR("lines")));
	make(&p);
	assert_rows(&p, "cart lines first second total after ");
	make(&p);
	assert_rows(&p, "cart lines first second total after ");
	page_turn(&p, page_id(0, STR("cart")));
	make(&p);
	assert_rows(&p, "cart after ");
	page_untouch(&p);
	make(&p);
	assert_rows(&p, "cart lines total after ");
	page_done(&p);
}

static void all_open_but_what_was_touched(void **state)
{
	struct page p;

	page_init(&p);
	p.all_open = true;
	make(&p);
	assert_rows(&p, "cart lines first second total after ");
	page_turn(&p, page_id(0, STR("lines")));
	make(&p);
	assert_rows(&p, "cart lines total after ");
	page_done(&p);
}

/* ---- searching ---- */

struct searched {
	struct page page, all;
	struct matcher matcher;
	struct arena arena;
};

static void searched_init(struct searched *s, const char *text)
{
	arena_init(&s->arena);
	matcher_init(&s->matcher, str_of(text), &s->arena);
	page_init(&s->page);
	page_init(&s->all);
	s->page.seeks = &s->matcher;
	s->all.all_open = true;
}

static void searched_done(struct searched *s)
{
	page_done(&s->page);
	page_done(&s->all);
	matcher_done(&s->matcher);
	arena_done(&s->arena);
}

static void lead(struct searched *s, bool expected)
{
	make(&s->page);
	make(&s->all);
	assert_int_equal(page_lead(&s->page, &s->all), expected);
	make(&s->page);
}

static void folds_that_hold_a_hit_are_led_open_until_they_are_closed(void **state)
{
	struct searched s;
	size_t row;

	searched_init(&s, "second");
	lead(&s, true);
	assert_int_equal(s.page.led.n, 1); /* what is open anyway is not led open */
	assert_rows(&s.page, "cart lines first second total after ");
	assert_true(page_next_hit(&s.page, 0, true, &row));
	assert_int_equal(row, 3);
	assert_false(page_next_hit(&s.page, 4, true, &row));
	assert_true(page_next_hit(&s.page, 4, false, &row));
	assert_false(page_next_hit(&s.page, 3, false, &row));
	page_turn(&s.page, page_id(0, STR("lines")));
	make(&s.page);
	assert_rows(&s.page, "cart lines total after ");
	assert_false(page_next_hit(&s.page, 0, true, &row));
	searched_done(&s);
}

static void folds_around_closed_ones_are_led_open_too(void **state)
{
	struct searched s;

	searched_init(&s, "first");
	page_turn(&s.page, page_id(0, STR("cart")));
	lead(&s, true);
	assert_rows(&s.page, "cart lines first second total after ");
	searched_done(&s);
}

static void what_is_seen_or_not_there_leads_nowhere(void **state)
{
	struct searched s;

	searched_init(&s, "lines");
	lead(&s, false);
	assert_rows(&s.page, "cart lines total after ");
	assert_int_equal(s.page.hits.n, 1);
	searched_done(&s);
	searched_init(&s, "nothing");
	lead(&s, false);
	assert_int_equal(s.page.hits.n, 0);
	searched_done(&s);
}

static void rows_are_the_same_lines_with_and_without_what_is_led_open(void **state)
{
	/* cart lines first second total after, and without: cart lines total after */
	static const size_t WITHOUT[] = {0, 1, 1, 1, 2, 3}, WITH[] = {0, 1, 4, 5};
	struct searched s;

	searched_init(&s, "second");
	lead(&s, true);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(page_row_without_led(&s.page, i), WITHOUT[i]);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(page_row_with_led(&s.page, i), WITH[i]);
	assert_int_equal(page_row_with_led(&s.page, 9), 5);
	searched_done(&s);
}

static void a_text_that_was_broken_into_lines_is_searched_as_a_whole(void **state)
{
	struct searched s;
	const struct page_match *m;
	size_t row, n;

	searched_init(&s, "out of stock");
	page_puts(&s.page, STYLE_PLAIN, "before");
	line_puts(&s.page.now, STYLE_PLAIN, "why: ");
	page_text(&s.page, STYLE_PLAIN, STR("all teapots out of stock at last\nout of\nstock"), 5, 21);
	page_show(&s.page);
	assert_rows(&s.page, "before why: all teapots out  "
			     "     of stock at last      out of      stock ");
	assert_int_equal(s.page.hits.n, 1); /* its own line breaks are kept */
	assert_true(page_next_hit(&s.page, 0, true, &row));
	assert_int_equal(row, 1);
	m = page_matches_of(&s.page, 1, &n);
	assert_int_equal(n, 1);
	assert_int_equal(m->start, 17);
	assert_int_equal(m->end, 21);
	m = page_matches_of(&s.page, 2, &n);
	assert_int_equal(n, 1);
	assert_int_equal(m->start, 5);
	assert_int_equal(m->end, 13);
	page_matches_of(&s.page, 3, &n);
	assert_int_equal(n, 0);
	searched_done(&s);
}

static void ids_tell_places_apart(void **state)
{
	assert_true(page_id(0, STR("a")) != page_id(0, STR("b")));
	assert_true(page_id(page_id(0, STR("a")), STR("b")) != page_id(page_id(0, STR("b")), STR("a")));
	assert_true(page_id_number(1, 0) != page_id_number(1, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_hides_what_is_within),
		cmocka_unit_test(touched_stays_so_when_made_anew),
		cmocka_unit_test(all_open_but_what_was_touched),
		cmocka_unit_test(folds_that_hold_a_hit_are_led_open_until_they_are_closed),
		cmocka_unit_test(folds_around_closed_ones_are_led_open_too),
		cmocka_unit_test(what_is_seen_or_not_there_leads_nowhere),
		cmocka_unit_test(rows_are_the_same_lines_with_and_without_what_is_led_open),
		cmocka_unit_test(a_text_that_was_broken_into_lines_is_searched_as_a_whole),
		cmocka_unit_test(ids_tell_places_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
