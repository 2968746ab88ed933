/* SPDX-License-Identifier: MIT */
/* test_reading.c: a large file is the same read at once and read while it is looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/make_history.h"
#include "viewer/model/document.h"

#define EVENTS 12000

static char path[] = "/tmp/hindcast-reading-XXXXXX";
static struct buf text;
static struct arena schema_arena;
static const struct schema *schema;

static void write_text(size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	const struct make_history how = {.events = EVENTS};
	int fd = mkstemp(path);

	buf_init(&text, 0);
	make_history(&text, &how);
	arena_init(&schema_arena);
	schema = schema_new(&schema_arena);
	return fd < 0 || close(fd);
}

static int tear_down(void **state)
{
	buf_done(&text);
	arena_done(&schema_arena);
	return unlink(path);
}

static struct document *open_file(enum document_haste haste)
{
	struct document *d = NULL;
	struct err err = ERR_INIT;

	if (!document_open(&d, str_of(path), schema, NULL, haste, &err))
		fail_msg("%s", err.message);
	return d;
}

static void assert_same(struct document *a, struct document *b)
{
	assert_int_equal(a->history.n_events, b->history.n_events);
	assert_int_equal(a->groups.n, b->groups.n);
	assert_int_equal(a->failures.n, b->failures.n);
	assert_int_equal(a->outline.rows.n, b->outline.rows.n);
	assert_int_equal(a->history.n_tasks, b->history.n_tasks);
	assert_true(str_eq(a->label, b->label));
	for (size_t i = 0; i < a->history.n_events; i += 97) {
		struct str left = history_event(&a->history, i);

		assert_true(str_eq(left, history_event(&b->history, i)));
		assert_int_equal(a->groups.of_event[i], b->groups.of_event[i]);
	}
	assert_int_equal(document_state(a, a->history.n_events)->bytes,
			 document_state(b, b->history.n_events)->bytes);
}

static void the_first_events_are_there_before_the_rest_is_read(void **state)
{
	struct document *first, *whole;

	write_text(text.n);
	first = open_file(DOCUMENT_FIRST);
	assert_non_null(first->reading);
	assert_true(first->history.n_events >= 512);
	assert_true(first->history.n_events < EVENTS);
	assert_true(str_eq(first->history.workflow_type, STR("Orders")));
	document_state(first, 100);
	first->at = 17;
	while (document_idle(first) == DOCUMENT_READS)
		continue;
	assert_null(first->reading);
	assert_int_equal(first->at, 17);
	whole = open_file(DOCUMENT_WHOLE);
	assert_same(first, whole);
	document_free(first);
	document_free(whole);
}

static void where_the_user_wants_to_be_is_gone_to_when_it_is_there(void **state)
{
	struct document *d;

	write_text(text.n);
	d = open_file(DOCUMENT_FIRST);
	d->wanted = INT64_MAX;
	while (document_idle(d) == DOCUMENT_READS)
		continue;
	assert_int_equal(d->at, d->history.n_events - 1);
	document_free(d);
	d = open_file(DOCUMENT_FIRST);
	d->wanted = 7000;
	while (document_idle(d) == DOCUMENT_READS)
		continue;
	assert_int_equal(d->at, 6999);
	document_free(d);
}

/* The index does not know it; the long way does, and keeps what is whole. */
static void a_file_cut_in_the_middle_opens_up_to_there(void **state)
{
	struct document *d;

	write_text(text.n * 9 / 10);
	d = open_file(DOCUMENT_FIRST);
	while (document_idle(d) == DOCUMENT_READS)
		continue;
	assert_true(d->history.n_events > EVENTS * 8 / 10);
	assert_non_null(d->info.damage.p);
	document_free(d);
}

static void a_file_that_shrinks_while_it_is_read_ends_nothing(void **state)
{
	struct document *d;
	int steps = 0;

	write_text(text.n);
	d = open_file(DOCUMENT_FIRST);
	assert_int_equal(truncate(path, 100000), 0);
	while (document_idle(d) == DOCUMENT_READS && steps < 100000)
		steps++;
	assert_true(steps < 100000);
	for (size_t i = 0; i < d->history.n_events; i++)
		history_event(&d->history, i);
	document_free(d);
}

static void closing_it_in_the_middle_of_it_leaves_nothing_behind(void **state)
{
	struct document *d;

	write_text(text.n);
	for (int steps = 0; steps < 12; steps += 3) {
		d = open_file(DOCUMENT_FIRST);
		for (int i = 0; i < steps; i++)
			assert_int_equal(document_idle(d), DOCUMENT_READS);
		document_free(d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_events_are_there_before_the_rest_is_read),
		cmocka_unit_test(where_the_user_wants_to_be_is_gone_to_when_it_is_there),
		cmocka_unit_test(a_file_cut_in_the_middle_opens_up_to_there),
		cmocka_unit_test(a_file_that_shrinks_while_it_is_read_ends_nothing),
		cmocka_unit_test(closing_it_in_the_middle_of_it_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
