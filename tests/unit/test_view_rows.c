/* SPDX-License-Identifier: MIT */
/* test_view_rows.c: what rows of the panes of a history say, and how wide they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/base/width.h"
#include "formats/history/events.h"
#include "tests/unit/build.h"
#include "tests/unit/view_story.h"

/* ---- words ---- */

static void what_rows_say(void **state)
{
	static const struct {
		int64_t event;
		const char *text;
	} WANTED[] = {
		{5, "1h30m"},
		{6, "Version fee-v2 = 1"},
		{7, "patch fee, deprecated"},
		{8, "{\"a\":\"x  y\",\"b\":[1,2]}"},
		{9, "attempt 3; last: 503"},
		{10, "note"},
	};
	static const char LAID_OUT[] = "{\n  \"a\": \"x  y\",\n  \"b\": [1,\t2]\n}";
	/* ActivityTaskStarted: scheduled_event_id, attempt, last_failure.message */
	static const char STARTED[] = "\x08\x0b\x20\x03\x2a\x05\x0a\x03" "503";
	struct story s;
	struct build b;
	struct line l;

	build_init(&b);
	build_started(&b, "W");
	build_task(&b);
	build_timer_started(&b, 5400);
	build_version_marker(&b, "\"fee-v2\"", "1");
	build_marker(&b, "core_patch", "patch-data", "{\"id\":\"fee\",\"deprecated\":true}");
	build_marker(&b, "SideEffect", "data", LAID_OUT);
	build_event(&b, EVENT_ACTIVITY_TASK_STARTED, 16, str_slice(STARTED, sizeof(STARTED) - 1));
	build_signal(&b, "note");
	story_open(&s, &b, *state);
	s.document->at = s.document->history.n_events - 1;
	line_init(&l);
	for (size_t i = 0; i < sizeof(WANTED) / sizeof(*WANTED); i++) {
		line_clear(&l);
		words_what(&s.session, s.document, (size_t)WANTED[i].event - 1, &l);
		if (!story_holds(&l, WANTED[i].text))
			fail_msg("%s is not in: %.*s", WANTED[i].text, STR_ARG(buf_str(&l.text)));
	}
	line_done(&l);
	story_close(&s);
	build_done(&b);
}

/* No row is wider than its pane at any width; bars end exactly where the pane does. */
static void rows_fit(void **state)
{
	static const enum pane_kind ROWS[] = {PANE_LIST, PANE_TREE, PANE_TIME, PANE_STATE};
	struct story s;
	struct build b;
	struct line l;

	build_init(&b);
	build_started(&b, "\u6ce8\u6587\u51e6\u7406\u30ef\u30fc\u30af\u30d5\u30ed\u30fc");
	build_task_scheduled(&b);
	build_task_started(&b);
	build_task_completed_by(&b, "temporal-go", "1.31.0");
	build_activity(&b, "\u5728\u5eab\u78ba\u8a8d\U0001f4e6 e\u0301 \u202e");
	build_child_initiated(&b, "ShipWorkflow", "\u9001\u308b");
	build_signal(&b, "x\x1b[2J\n");
	story_open(&s, &b, *state);
	line_init(&l);
	for (size_t width = 40; width <= 250; width++)
		for (size_t p = 0; p < 4; p++) {
			struct pane_context c = story_context(&s, width);

			for (size_t i = 0; i < pane_count(&c, ROWS[p]); i++) {
				line_clear(&l);
				pane_row(&c, ROWS[p], i, &l);
				assert_int_equal(l.columns, width_of(buf_str(&l.text)));
				if (ROWS[p] == PANE_TIME ? l.columns != width : l.columns > width)
					fail_msg("%zu columns: %.*s", width, STR_ARG(buf_str(&l.text)));
			}
		}
	line_done(&l);
	story_close(&s);
	build_done(&b);
}

static void spans(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} WANTED[] = {
		{0, "0ms"}, {12, "12ms"}, {999, "999ms"}, {1000, "1s"}, {1849, "1.8s"},
		{9949, "9.9s"}, {9960, "10s"}, {59400, "59s"}, {59600, "1m"}, {187000, "3m07s"},
		{3600000, "1h"}, {8399000, "2h20m"}, {352788000, "4d02h"}, {345600000, "4d"},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(WANTED) / sizeof(*WANTED); i++) {
		struct str text = words_span(WANTED[i].ms * 1000000, &a);

		if (!str_is(text, WANTED[i].text))
			fail_msg("%lld ms: %.*s", (long long)WANTED[i].ms, STR_ARG(text));
	}
	assert_true(str_is(words_span(1, &a), "<1ms"));
	assert_true(str_is(words_span(999999, &a), "<1ms"));
	assert_true(str_is(words_span(1950000, &a), "2ms"));
	assert_true(str_is(words_span(999600000, &a), "1s"));
	assert_true(words_span(INT64_MIN, &a).n < 12);
	arena_done(&a);
}

/* ---- the state ---- */

/* The row of the state's page that has TEXT; PANE_NO_ROW: none. */
static size_t state_row(struct story *s, const char *text)
{
	struct pane_context c = story_context(s, 80);
	size_t ret = PANE_NO_ROW;
	struct line l;

	line_init(&l);
	for (size_t i = 0; i < pane_count(&c, PANE_STATE) && ret == PANE_NO_ROW; i++) {
		line_clear(&l);
		pane_row(&c, PANE_STATE, i, &l);
		ret = story_holds(&l, text) ? i : ret;
	}
	line_done(&l);
	return ret;
}

/* Of what is open a hundred are told, until all are wanted; Enter goes to what a line is of. */
static void much_that_is_open(void **state)
{
	struct story s;
	struct build b;

	build_init(&b);
	build_started(&b, "W");
	build_task(&b);
	for (int i = 0; i < 150; i++)
		build_timer_started(&b, 60);
	story_open(&s, &b, *state);
	s.document->at = s.document->history.n_events - 1;
	assert_true(state_row(&s, "open 150") == 0);
	assert_true(state_row(&s, "T104") != PANE_NO_ROW);
	assert_true(state_row(&s, "T105") == PANE_NO_ROW);
	assert_true(state_row(&s, "and 50 more") != PANE_NO_ROW);
	session_act(&s.session, ACTION_VIEW_STATE, STR_NONE);
	session_act(&s.session, ACTION_EXPAND, STR_NONE);
	assert_true(state_row(&s, "and 50 more") == PANE_NO_ROW);
	s.session.scrolls[PANE_STATE].row = state_row(&s, "T154");
	session_act(&s.session, ACTION_ENTER, STR_NONE);
	assert_int_equal(s.document->at + 1, 154);
	s.document->at = 3;
	assert_true(state_row(&s, "open: nothing") == 0);
	story_close(&s);
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
		cmocka_unit_test(what_rows_say),
		cmocka_unit_test(spans),
		cmocka_unit_test(rows_fit),
		cmocka_unit_test(much_that_is_open),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
