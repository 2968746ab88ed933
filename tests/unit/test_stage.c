/* SPDX-License-Identifier: MIT */
/* test_stage.c: chunks of events go through stages in order, and what is held back comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/out/stage.h"

/* Puts MARK behind each chunk, and at the end how many chunks there were. */
struct marker {
	struct stage stage;
	char mark;
	int chunks;
	bool fails;
};

static void marker_begin(struct stage *s)
{
	((struct marker *)s)->chunks = 0;
}

static bool marker_events(struct stage *s, struct str events, struct buf *out, struct err *err)
{
	struct marker *m = (struct marker *)s;

	if (m->fails)
		return err_set(err, ERR_FORMAT, "event 7: no");
	m->chunks++;
	buf_add(out, events);
	buf_add_char(out, m->mark);
	return true;
}

static bool marker_end(struct stage *s, struct buf *out, struct err *err)
{
	buf_printf(out, "%d", ((struct marker *)s)->chunks);
	return true;
}

static size_t marker_report(struct stage *s, struct buf *lines)
{
	buf_puts(lines, "one\ntwo\n");
	return 2;
}

static void marker_done(struct stage *s)
{
	((struct marker *)s)->chunks = -1;
}

static const struct stage_kind MARKER = {
	.name = "marker",
	.begin = marker_begin,
	.events = marker_events,
	.end = marker_end,
	.report = marker_report,
	.done = marker_done,
};
static const struct stage_kind PLAIN = {.name = "plain", .events = marker_events};
static const struct stage_kind WHOLE = {
	.name = "whole",
	.whole = true,
	.events = marker_events,
};

/* What comes out of chunks "ab" and "c", with / between the calls. */
static const char *through(struct stage_line *l, struct buf *out)
{
	struct err err = ERR_INIT;
	struct str s;

	buf_clear(out);
	stage_line_begin(l);
	assert_true(stage_line_events(l, STR("ab"), &s, &err));
	buf_add(out, s);
	buf_add_char(out, '/');
	assert_true(stage_line_events(l, STR("c"), &s, &err));
	buf_add(out, s);
	buf_add_char(out, '/');
	assert_true(stage_line_end(l, &s, &err));
	buf_add(out, s);
	return out->p;
}

static void stages_stand_in_order(void **state)
{
	struct marker x = {{.kind = &MARKER}, 'x', 0, false}, y = {{.kind = &PLAIN}, 'y', 0, false};
	struct stage_line l;
	struct buf out = {0}, lines = {0};

	stage_line_init(&l);
	assert_string_equal(through(&l, &out), "ab/c/");
	stage_line_add(&l, &x.stage);
	assert_string_equal(through(&l, &out), "abx/cx/2");
	stage_line_add(&l, &y.stage);
	assert_string_equal(through(&l, &out), "abxy/cxy/2y");
	/* begin() forgot the history before */
	assert_string_equal(through(&l, &out), "abxy/cxy/2y");
	assert_int_equal(stage_line_report(&l, &lines), 2);
	assert_string_equal(lines.p, "marker: one\nmarker: two\n");
	stage_line_done(&l);
	assert_int_equal(x.chunks, -1);
	buf_done(&out);
	buf_done(&lines);
}

static void one_that_wants_the_whole_gets_it(void **state)
{
	struct marker x = {{.kind = &MARKER}, 'x', 0, false}, w = {{.kind = &WHOLE}, 'w', 0, false};
	struct stage_line l;
	struct buf out = {0};

	stage_line_init(&l);
	stage_line_add(&l, &x.stage);
	stage_line_add(&l, &w.stage);
	assert_string_equal(through(&l, &out), "//abcx1w");
	assert_string_equal(through(&l, &out), "//abcx1w");
	stage_line_done(&l);
	buf_done(&out);
}

static void a_failure_names_its_stage(void **state)
{
	struct marker x = {{.kind = &MARKER}, 'x', 0, true};
	struct err err = ERR_INIT;
	struct stage_line l;
	struct str s;

	stage_line_init(&l);
	stage_line_add(&l, &x.stage);
	stage_line_begin(&l);
	assert_false(stage_line_events(&l, STR("ab"), &s, &err));
	assert_string_equal(err.message, "marker: event 7: no");
	stage_line_done(&l);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(stages_stand_in_order),
		cmocka_unit_test(one_that_wants_the_whole_gets_it),
		cmocka_unit_test(a_failure_names_its_stage),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
