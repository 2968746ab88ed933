/* SPDX-License-Identifier: MIT */
/* test_view_json_lines.c: JSON in lines: as it was written, folded, part by part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/pane/json_lines.h"

#define ID 7

static struct json_lines lines_of(struct page *p)
{
	return (struct json_lines){
		.page = p, .id = ID, .width = 80, .inline_most = 30, .open_depth = 1, .open_most = 60};
}

static void lay_out(const struct json_lines *j, const char *json)
{
	page_clear(j->page);
	json_lines_add(j, str_of(json));
	page_show(j->page);
}

static void assert_rows(const struct page *p, const char *expected)
{
	struct buf rows;

	buf_init(&rows, 0);
	for (size_t i = 0; i < p->shown.n; i++)
		buf_printf(&rows, "%.*s\n", STR_ARG(p->lines.at[p->shown.at[i]].text.text));
	assert_string_equal(rows.p, expected);
	buf_done(&rows);
}

static void numbers_and_texts_stay_as_written(void **state)
{
	struct page p;
	struct json_lines j;

	page_init(&p);
	j = lines_of(&p);
	lay_out(&j, "{\"big\":12345678901234567890, \"e\" : 1.50E+7,\"t\":\"\\u00e9\\n\", \"s\":{ \"a\": [1 ,2]}}");
	assert_rows(&p, "{\n"
			"  \"big\": 12345678901234567890,\n"
			"  \"e\": 1.50E+7,\n"
			"  \"t\": \"\\u00e9\\n\",\n"
			"  \"s\": {\"a\":[1,2]}\n"
			"}\n");
	lay_out(&j, "{\"quoted\":\"a \\\"b\\\" c\",\"path\":\"C:\\\\\",\"\\\\\\\"\":\"\"}");
	assert_rows(&p, "{\n"
			"  \"quoted\": \"a \\\"b\\\" c\",\n"
			"  \"path\": \"C:\\\\\",\n"
			"  \"\\\\\\\"\": \"\"\n"
			"}\n");
	lay_out(&j, " \"alone\" ");
	assert_rows(&p, "\"alone\"\n");
	lay_out(&j, "[]");
	assert_rows(&p, "[]\n");
	page_done(&p);
}

static const char CART[] = "{\"cart\":1,\"lines\":[{\"sku\":\"A1\"},{\"sku\":\"A2\"},{\"sku\":\"A3\"},"
			   "{\"sku\":\"A4\"},{\"sku\":\"A5\"}],\"end\":true}";

static void long_lists_are_closed_at_first(void **state)
{
	struct page p;
	struct json_lines j;

	page_init(&p);
	j = lines_of(&p);
	lay_out(&j, CART);
	assert_rows(&p, "{\n"
			"  \"cart\": 1,\n"
			"  \"lines\": [{\"sku\":\"A1\"}, ... 4 more],\n"
			"  \"end\": true\n"
			"}\n");
	assert_true(p.lines.at[2].fold != 0);
	page_turn(&p, p.lines.at[2].fold);
	lay_out(&j, CART);
	assert_int_equal(p.shown.n, 11);
	page_turn(&p, ID);
	lay_out(&j, CART);
	assert_rows(&p, "{\"cart\": 1, ... 2 more}\n");
	page_done(&p);
}

/* A list of N numbers. */
static void add_list(struct buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%zu", i ? "," : "[", i);
	buf_add_char(out, ']');
}

static void lists_come_in_parts(void **state)
{
	struct page p;
	struct json_lines j;
	struct buf list;

	page_init(&p);
	buf_init(&list, 0);
	add_list(&list, 1000);
	j = lines_of(&p);
	j.open_depth = 9;
	lay_out(&j, list.p);
	assert_int_equal(p.shown.n, 203); /* brackets, 200 members, and how many more */
	assert_true(str_has(p.lines.at[201].text.text, "... 800 more"));
	page_turn(&p, p.lines.at[201].fold);
	lay_out(&j, list.p);
	assert_int_equal(p.shown.n, 403);
	p.all_open = true;
	page_untouch(&p);
	lay_out(&j, list.p);
	assert_int_equal(p.shown.n, 1002);
	buf_done(&list);
	page_done(&p);
}

static void what_all_opens_has_an_end(void **state)
{
	struct page p;
	struct json_lines j;
	struct buf list;

	page_init(&p);
	buf_init(&list, 0);
	add_list(&list, 100000);
	j = lines_of(&p);
	p.all_open = true;
	lay_out(&j, list.p);
	assert_in_range(p.shown.n, 4000, 4400);
	buf_done(&list);
	page_done(&p);
}

static void long_texts_are_cut_at_a_character(void **state)
{
	struct page p;
	struct json_lines j;
	struct buf text;

	page_init(&p);
	buf_init(&text, 0);
	buf_add_char(&text, '"');
	for (int i = 0; i < 200; i++)
		buf_puts(&text, "\xc3\xa9");
	buf_add_char(&text, '"');
	j = lines_of(&p);
	lay_out(&j, text.p);
	assert_int_equal(p.shown.n, 1);
	assert_false(str_has(p.lines.at[0].text.text, "\\x"));
	assert_true(str_has(p.lines.at[0].text.text, " bytes more"));
	page_turn(&p, ID);
	lay_out(&j, text.p);
	assert_in_range(p.shown.n, 5, 8);
	for (size_t i = 0; i < p.lines.n; i++)
		assert_false(str_has(p.lines.at[i].text.text, "\\x"));
	buf_done(&text);
	page_done(&p);
}

/* Whatever its length, and whatever brackets and quotes its texts hold. */
static void what_is_closed_is_passed_over(void **state)
{
	struct page p;
	struct json_lines j;
	struct buf json;

	page_init(&p);
	buf_init(&json, 0);
	j = lines_of(&p);
	for (size_t n = 1; n < 12000; n += 1 + n / 7) {
		buf_clear(&json);
		buf_puts(&json, "{\"a\":[[\"]}\\\\\",\"\\\"[{\",{}],\"");
		for (size_t i = 0; i < n; i++)
			buf_add_char(&json, 'x');
		buf_puts(&json, "\",{\"b\":[1]}, [2]],\"end\":true}");
		page_clear(&p);
		p.all_open = false;
		json_lines_add(&j, buf_str(&json));
		page_show(&p);
		if (json.n < 100) /* of a list that stays open there are more lines */
			continue;
		assert_int_equal(p.shown.n, 4);
		assert_true(str_is(p.lines.at[p.shown.at[2]].text.text, "  \"end\": true"));
		assert_true(str_has(p.lines.at[p.shown.at[1]].text.text, "... 3 more]"));
	}
	buf_done(&json);
	page_done(&p);
}

/* Of a list that comes in parts, all those before the hit. */
static void parts_before_a_hit_are_led_open(void **state)
{
	struct page p, all;
	struct json_lines j, whole;
	struct matcher m;
	struct buf list;
	size_t row;

	buf_init(&list, 0);
	for (int i = 0; i < 700; i++)
		buf_printf(&list, "%s{\"number\":%d,\"text\":\"a text that is too long for one line and so for a member\"}", i ? "," : "[", i);
	buf_puts(&list, "]");
	page_init(&p);
	page_init(&all);
	matcher_init(&m, STR(": 400"), &all.arena); /* in the first member of a part */
	p.seeks = &m;
	all.all_open = true;
	j = lines_of(&p);
	whole = lines_of(&all);
	lay_out(&j, list.p);
	json_lines_add(&whole, buf_str(&list));
	assert_true(page_lead(&p, &all));
	lay_out(&j, list.p);
	assert_true(page_next_hit(&p, 0, true, &row));
	assert_int_equal(p.hits.n, 1);
	assert_int_equal(p.led.n, 3); /* two parts, and the member */
	assert_true(p.shown.n < 700);
	matcher_done(&m);
	page_done(&p);
	page_done(&all);
	buf_done(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_texts_stay_as_written),
		cmocka_unit_test(long_lists_are_closed_at_first),
		cmocka_unit_test(lists_come_in_parts),
		cmocka_unit_test(what_all_opens_has_an_end),
		cmocka_unit_test(long_texts_are_cut_at_a_character),
		cmocka_unit_test(what_is_closed_is_passed_over),
		cmocka_unit_test(parts_before_a_hit_are_led_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
