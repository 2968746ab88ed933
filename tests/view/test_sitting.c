/* SPDX-License-Identifier: MIT */
/* test_sitting.c: a long sitting: what is kept of it, and what goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/act/act.h"
#include "viewer/draw.h"

#define HISTORY "tests/corpus/go/attrs-1.json"
#define FAILED "tests/data/view/failed.json"

struct sitting {
	struct session session;
	struct arena arena;
	struct screen screen;
};

static void begin(struct sitting *t)
{
	const struct session_options options = {.ascii = true};
	struct err err = ERR_INIT;

	arena_init(&t->arena);
	screen_init(&t->screen);
	session_init(&t->session, schema_new(&t->arena), &options);
	session_add_file(&t->session, STR(HISTORY), 1);
	assert_true(session_begin(&t->session, &err));
}

static void end(struct sitting *t)
{
	session_done(&t->session);
	screen_done(&t->screen);
	arena_done(&t->arena);
}

/* All that is shown of it, and all that is worked out meanwhile. */
static void look(struct sitting *t)
{
	draw(&t->session, &t->screen);
	while (session_idle(&t->session))
		continue;
	draw(&t->session, &t->screen);
}

/* The same history by another name each time: "./././tests/...". */
static struct str name(struct sitting *t, const char *path, size_t i)
{
	struct buf b;
	struct str ret;

	buf_init(&b, 0);
	for (size_t k = 0; k < i; k++)
		buf_puts(&b, "./");
	buf_puts(&b, path);
	ret = arena_str(&t->arena, buf_str(&b));
	buf_done(&b);
	return ret;
}

static void open_and_jump(struct sitting *t, size_t i)
{
	struct session *s = &t->session;

	session_act(s, ACTION_OPEN, name(t, HISTORY, i));
	assert_true(str_eq(session_document(s)->path, name(t, HISTORY, i)));
	session_act(s, ACTION_GO, STR("7"));
	session_act(s, ACTION_GO, STR("3"));
}

static void key(struct sitting *t, uint32_t code)
{
	session_key(&t->session, (struct key){.code = code});
}

static bool says(const struct sitting *t, const char *text)
{
	return str_find(buf_str(&t->session.message), str_of(text)) >= 0;
}

static void the_oldest_histories_are_closed(void **state)
{
	struct sitting t;
	struct session *s = &t.session;
	struct document *marked;

	begin(&t);
	session_act(s, ACTION_SEARCH, STR("Completed"));
	open_and_jump(&t, 1);
	marked = session_document(s);
	session_act(s, ACTION_MARK, STR("a"));
	session_act(s, ACTION_BACK, STR_NONE);
	for (size_t i = 2; i < DOCUMENTS_MOST + 20; i++) {
		open_and_jump(&t, i);
		session_act(s, ACTION_MARK, STR("b"));
		look(&t);
		session_act(s, ACTION_BACK, STR_NONE);
		look(&t);
	}
	assert_int_equal(s->documents.n, DOCUMENTS_MOST);
	assert_int_equal(s->jumps.n, JUMPS_MOST);
	for (size_t i = 0; i < JUMPS_MOST; i++)
		session_act(s, ACTION_JUMP_BACK, STR_NONE);
	look(&t);
	session_act(s, ACTION_JUMP_MARK, STR("a"));
	assert_ptr_equal(session_document(s), marked);
	for (size_t i = 0; i < 2 * DOCUMENTS_MOST; i++) /* hits in those that were closed too */
		session_act(s, ACTION_SEARCH_NEXT, STR_NONE);
	look(&t);
	end(&t);
}

/* Those that were opened since are looked through too, and what was closed is read for that. */
static void the_same_failure_is_looked_for_in_what_is_closed_too(void **state)
{
	struct sitting t;
	struct session *s = &t.session;
	size_t n = DOCUMENTS_MOST + 20;

	begin(&t);
	session_act(s, ACTION_OPEN, STR(FAILED));
	session_act(s, ACTION_NEXT_FAILURE, STR_NONE);
	session_act(s, ACTION_ELSEWHERE, STR_NONE);
	assert_int_equal(s->elsewhere.kind, ELSEWHERE_FAILURE);
	look(&t);
	assert_false(s->elsewhere.searching);
	for (size_t i = 1; i <= n; i++) {
		session_act(s, ACTION_OPEN, name(&t, FAILED, i));
		session_act(s, ACTION_BACK, STR_NONE);
	}
	assert_int_equal(s->documents.n, DOCUMENTS_MOST);
	assert_int_equal(session_place(s)->pane, PANE_ELSEWHERE);
	look(&t);
	assert_int_equal(s->elsewhere.found.n, n);
	end(&t);
}

static void levels_are_left_behind_but_for_the_first_screen(void **state)
{
	struct sitting t;
	struct session *s = &t.session;
	struct document *first;

	begin(&t);
	first = session_document(s);
	for (size_t i = 1; i < 2 * PLACES_MOST; i++)
		open_and_jump(&t, i);
	assert_int_equal(s->places.n, PLACES_MOST);
	assert_ptr_equal(s->places.at[0].document, first);
	assert_true(s->documents.n <= DOCUMENTS_MOST + PLACES_MOST);
	while (s->places.n > 1)
		session_act(s, ACTION_BACK, STR_NONE);
	open_and_jump(&t, 2 * PLACES_MOST);
	assert_int_equal(s->documents.n, DOCUMENTS_MOST);
	look(&t);
	end(&t);
}

static void comparisons_that_were_left_go(void **state)
{
	struct sitting t;
	struct session *s = &t.session;

	begin(&t);
	for (size_t i = 1; i < 3 * COMPARISONS_MOST; i++) {
		session_act(s, ACTION_DIFF_WITH, name(&t, HISTORY, i));
		assert_int_equal(session_place(s)->pane, PANE_COMPARE);
		look(&t);
		session_act(s, ACTION_BACK, STR_NONE);
	}
	assert_int_equal(s->comparisons.n, COMPARISONS_MOST);
	end(&t);
}

static void breakpoints_and_marks_are_refused_then(void **state)
{
	struct sitting t;
	struct session *s = &t.session;

	begin(&t);
	for (int i = 0; i < BREAKPOINTS_MOST; i++)
		session_act(s, ACTION_BREAKPOINT, arena_printf(&t.arena, "id = %d", i));
	session_act(s, ACTION_BREAKPOINT, STR("type = TimerFired"));
	assert_true(says(&t, "100 breakpoints are all there can be"));
	session_act(s, ACTION_BREAKPOINT, STR_NONE);
	assert_true(says(&t, "100 breakpoints are all there can be"));
	assert_int_equal(s->breakpoints.n, BREAKPOINTS_MOST);
	session_act(s, ACTION_BREAKPOINT, STR("id = 7")); /* one less */
	session_act(s, ACTION_BREAKPOINT, STR_NONE);
	assert_int_equal(s->breakpoints.n, BREAKPOINTS_MOST);
	for (uint32_t i = 0; i <= MARKS_MOST; i++) {
		key(&t, 'm');
		key(&t, 0x4e00 + i);
	}
	assert_true(says(&t, "100 marks are all there can be"));
	assert_int_equal(s->marks.n, MARKS_MOST);
	end(&t);
}

static void what_is_typed_again_and_again_takes_no_more_room(void **state)
{
	static const struct {
		enum action action;
		const char *text;
	} ROWS[] = {
		{ACTION_FILTER, "category = activity and attempt > 0"},
		{ACTION_FILTER, "Charge"},
		{ACTION_FILTER, "category ="},
		{ACTION_BREAKPOINT, "category = activity and attempt > 0"},
		{ACTION_COMMAND, "filter type = TimerFired"},
		{ACTION_SEARCH, "Completed"},
	};
	struct sitting t;
	struct session *s = &t.session;
	struct document *d;
	size_t before = 0;

	begin(&t);
	d = session_document(s);
	for (int i = 0; i < 2000; i++) {
		for (size_t k = 0; k < sizeof(ROWS) / sizeof(*ROWS); k++)
			session_act(s, ROWS[k].action, str_of(ROWS[k].text));
		if (i == 10)
			before = s->arena.total + s->step.total + d->arena.total;
	}
	assert_int_equal(s->arena.total + s->step.total + d->arena.total, before);
	end(&t);
}

static void lines_that_were_entered_are_recalled_but_for_the_oldest(void **state)
{
	struct sitting t;
	struct session *s = &t.session;

	begin(&t);
	for (int i = 1; i <= 3 * PROMPT_HISTORY_MOST; i++) {
		struct str text = arena_printf(&t.arena, ":%d", i);

		for (size_t k = 0; k < text.n; k++)
			key(&t, (unsigned char)text.p[k]);
		key(&t, KEYCODE_ENTER);
	}
	key(&t, ':');
	for (int i = 0; i < PROMPT_HISTORY_MOST; i++)
		key(&t, KEYCODE_UP);
	assert_true(str_is(buf_str(&s->prompt.text), "201"));
	key(&t, KEYCODE_UP);
	assert_true(str_is(buf_str(&s->prompt.text), "201"));
	key(&t, KEYCODE_DOWN);
	assert_true(str_is(buf_str(&s->prompt.text), "202"));
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_histories_are_closed),
		cmocka_unit_test(the_same_failure_is_looked_for_in_what_is_closed_too),
		cmocka_unit_test(levels_are_left_behind_but_for_the_first_screen),
		cmocka_unit_test(comparisons_that_were_left_go),
		cmocka_unit_test(breakpoints_and_marks_are_refused_then),
		cmocka_unit_test(what_is_typed_again_and_again_takes_no_more_room),
		cmocka_unit_test(lines_that_were_entered_are_recalled_but_for_the_oldest),
	};

	return cmocka_run_group_tests_name("view_sitting", tests, NULL, NULL);
}
