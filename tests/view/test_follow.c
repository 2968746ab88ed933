/* SPDX-License-Identifier: MIT */
/* test_follow.c: files that grow, break or go while they are looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/make_history.h"
#include "viewer/act/act.h"
#include "viewer/cmd_view.h"
#include "viewer/draw.h"

struct story {
	struct viewing v;
	struct arena arena;
	char path[2][40];
};

static void write_bytes(const char *path, const char *how, struct str bytes)
{
	FILE *f = fopen(path, how);

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

static void append(const struct story *s, const char *line)
{
	write_bytes(s->path[0], "a", str_of(line));
}

static void put_history(const char *path, const char *how, size_t n)
{
	struct buf text;

	buf_init(&text, 0);
	make_history(&text, &(struct make_history){.events = n});
	write_bytes(path, how, buf_str(&text));
	buf_done(&text);
}

static void write_history(const char *path, size_t n)
{
	put_history(path, "w", n);
}

static void begin(struct story *s)
{
	const struct session_options options = {.ascii = true};

	*s = (struct story){0};
	arena_init(&s->arena);
	session_init(&s->v.session, schema_new(&s->arena), &options);
	for (int i = 0; i < 2; i++) {
		int fd;

		snprintf(s->path[i], sizeof(s->path[i]), "/tmp/hindcast-followed-XXXXXX");
		fd = mkstemp(s->path[i]);
		assert_true(fd >= 0 && close(fd) == 0);
	}
}

static void end(struct story *s)
{
	session_done(&s->v.session);
	arena_done(&s->arena);
	for (int i = 0; i < 2; i++)
		unlink(s->path[i]);
}

/* A run of b and d, at d. */
static void begin_run(struct story *s)
{
	struct err err = ERR_INIT;
	struct run_file *run;

	begin(s);
	append(s, "{\"hindcast\":\"run\",\"version\":1,\"tool\":\"0\",\"started\":\"now\"}\n");
	append(s, "{\"history\":\"b\",\"verdict\":\"passed\"}\n");
	append(s, "{\"history\":\"d\",\"verdict\":\"passed\"}\n");
	assert_true(run_file_read(&run, str_of(s->path[0]), &err));
	session_take_run(&s->v.session, run, str_of(s->path[0]));
	assert_true(session_begin(&s->v.session, &err));
	session_act(&s->v.session, ACTION_BOTTOM, STR_NONE);
	view_follow_begin(&s->v);
}

static bool says(const struct story *s, const char *text)
{
	return str_find(buf_str(&s->v.session.message), str_of(text)) >= 0;
}

static void a_run_that_grows_is_read_on(void **state)
{
	struct story s;
	struct session *session = &s.v.session;
	struct run_file *run;

	begin_run(&s);
	run = session->run;
	assert_false(view_follow(&s.v));
	append(&s, "{\"history\":\"a\",\"verdict\":\"passed\"}\n{\"history\":\"c\",\"verdict\":\"passed\"}\n");
	assert_true(view_follow(&s.v));
	assert_ptr_equal(session->run, run);
	assert_int_equal(run->n_rows, 4);
	assert_true(str_is(session_run_row(session)->entry.history, "d"));
	assert_int_equal(session->message.n, 0);
	assert_false(view_follow(&s.v));
	end(&s);
}

static void a_run_that_went_bad_is_said_once(void **state)
{
	struct story s;

	begin_run(&s);
	append(&s, "{\"history\":\n");
	assert_false(view_follow(&s.v)); /* it may be on its way to something */
	assert_true(view_follow(&s.v));
	assert_true(says(&s, "line 4"));
	assert_true(says(&s, "what was read before is shown"));
	assert_int_equal(s.v.session.run->n_rows, 2);
	session_act(&s.v.session, ACTION_CANCEL, STR_NONE);
	assert_false(view_follow(&s.v));
	assert_false(view_follow(&s.v));
	assert_false(says(&s, "line 4"));
	end(&s);
}

static void a_run_that_is_gone_is_said_and_another_read_anew(void **state)
{
	struct story s;

	begin_run(&s);
	unlink(s.path[0]);
	assert_false(view_follow(&s.v));
	assert_true(view_follow(&s.v));
	assert_true(says(&s, "is gone; what was read before is shown"));
	assert_false(view_follow(&s.v));
	append(&s, "{\"hindcast\":\"run\",\"version\":1,\"tool\":\"0\",\"started\":\"later\"}\n");
	assert_true(view_follow(&s.v));
	assert_true(says(&s, "read anew"));
	assert_int_equal(s.v.session.run->n_rows, 0);
	end(&s);
}

static void both_sides_of_a_comparison_are_followed(void **state)
{
	for (int side = 0; side < 2; side++) {
		struct story s;
		struct session *session = &s.v.session;
		struct document *sides[2];
		struct err err = ERR_INIT;

		begin(&s);
		for (int i = 0; i < 2; i++) {
			write_history(s.path[i], 60);
			session_add_file(session, str_of(s.path[i]), 1);
			sides[i] = session_open(session, str_of(s.path[i]), &err);
		}
		session_show(session, PANE_LIST, sides[0]);
		assert_true(session_compare(session, sides[0], sides[1], &err));
		assert_false(view_follow(&s.v));
		write_history(s.path[side], 80);
		assert_true(view_follow(&s.v));
		assert_int_equal(sides[side]->history.n_events, 80);
		while (session_idle(session))
			continue;
		assert_true(session_place(session)->comparison->made);
		assert_true(session_place(session)->comparison->diff.n_rows >= 80);
		assert_false(view_follow(&s.v));
		end(&s);
	}
}

static void one_history_of_a_file_of_many_is_followed(void **state)
{
	struct story s;
	struct session *session = &s.v.session;
	struct document *d;
	struct err err = ERR_INIT;

	begin(&s);
	put_history(s.path[0], "w", 60);
	put_history(s.path[0], "a", 60);
	d = session_open(session, arena_printf(&s.arena, "%s#2", s.path[0]), &err);
	assert_non_null(d);
	session_show(session, PANE_LIST, d);
	for (int i = 0; i < 3; i++)
		assert_false(view_follow(&s.v));
	put_history(s.path[0], "w", 60);
	put_history(s.path[0], "a", 80);
	assert_true(view_follow(&s.v));
	assert_int_equal(d->history.n_events, 80);
	unlink(s.path[0]);
	assert_false(view_follow(&s.v));
	assert_true(view_follow(&s.v));
	assert_true(says(&s, "#2 is gone"));
	end(&s);
}

static void what_never_was_a_file_is_not_said_to_be_gone(void **state)
{
	struct story s;
	struct session *session = &s.v.session;
	struct err err = ERR_INIT;

	begin(&s);
	write_history(s.path[0], 60);
	session_show(session, PANE_LIST, session_open(session, str_of(s.path[0]), &err));
	unlink(s.path[0]);
	assert_int_equal(mkfifo(s.path[0], 0600), 0); /* as of a shell's <(...) */
	for (int i = 0; i < 3; i++)
		assert_false(view_follow(&s.v));
	end(&s);
}

static void a_history_that_changed_while_another_was_looked_at_is_read_again(void **state)
{
	struct story s;
	struct session *session = &s.v.session;
	struct document *d[2];
	struct err err = ERR_INIT;

	begin(&s);
	for (int i = 0; i < 2; i++) {
		write_history(s.path[i], 60);
		d[i] = session_open(session, str_of(s.path[i]), &err);
		session_show(session, PANE_LIST, d[i]);
		assert_false(view_follow(&s.v));
	}
	write_history(s.path[0], 80);
	assert_false(view_follow(&s.v));
	session_act(session, ACTION_BACK, STR_NONE);
	assert_ptr_equal(session_document(session), d[0]);
	assert_true(view_follow(&s.v));
	assert_int_equal(d[0]->history.n_events, 80);
	end(&s);
}

/* A text is being typed there: what is typed next goes on from where that was begun. */
static void a_search_does_not_go_back_to_a_comparison_that_is_no_more(void **state)
{
	struct story s;
	struct session *session = &s.v.session;
	struct document *d[2];
	struct err err = ERR_INIT;
	struct screen screen;
	const char *text = "/Timer";

	begin(&s);
	screen_init(&screen);
	for (int i = 0; i < 2; i++) {
		write_history(s.path[i], 60);
		session_add_file(session, str_of(s.path[i]), 1);
		d[i] = session_open(session, str_of(s.path[i]), &err);
	}
	session_show(session, PANE_LIST, d[0]);
	assert_true(session_compare(session, d[0], d[1], &err));
	session_key(session, (struct key){.code = '/'});
	assert_int_equal(truncate(s.path[0], 3000), 0);
	assert_true(session_read_again(session, d[0], &err));
	assert_int_equal(session->comparisons.n, 0);
	session_show(session, PANE_LIST, d[1]); /* as a hit there would */
	for (text++; *text; text++) {
		session_key(session, (struct key){.code = (uint32_t)*text});
		assert_null(session_place(session)->comparison);
		draw(session, &screen);
	}
	screen_done(&screen);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_that_grows_is_read_on),
		cmocka_unit_test(a_run_that_went_bad_is_said_once),
		cmocka_unit_test(a_run_that_is_gone_is_said_and_another_read_anew),
		cmocka_unit_test(one_history_of_a_file_of_many_is_followed),
		cmocka_unit_test(what_never_was_a_file_is_not_said_to_be_gone),
		cmocka_unit_test(a_history_that_changed_while_another_was_looked_at_is_read_again),
		cmocka_unit_test(a_search_does_not_go_back_to_a_comparison_that_is_no_more),
		cmocka_unit_test(both_sides_of_a_comparison_are_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
