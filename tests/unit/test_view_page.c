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
		cmocka_unit_test(ids_tell_places_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
