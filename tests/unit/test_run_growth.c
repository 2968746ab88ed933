/* SPDX-License-Identifier: MIT */
/* test_run_growth.c: a run file that is written while it is looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/buf.h"
#include "replayer/run/run_file.h"

#define ALL SIZE_MAX

struct growing {
	char path[40];
	struct run_file *run;
};

static const char HEADER[] =
	"{\"hindcast\":\"run\",\"version\":1,\"tool\":\"0\",\"started\":\"now\",\"histories\":9}\n";

static void put(const struct growing *g, const char *how, const char *text)
{
	FILE *f = fopen(g->path, how);

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* What passed, or failed for a reason. */
static const char *row(const char *history, const char *failed)
{
	static char text[200];

	if (failed)
		snprintf(text, sizeof(text),
			 "{\"history\":\"%s\",\"verdict\":\"failed\",\"reason\":\"%s\",\"events\":9}\n",
			 history, failed);
	else
		snprintf(text, sizeof(text), "{\"history\":\"%s\",\"verdict\":\"passed\"}\n", history);
	return text;
}

static void begin(struct growing *g, const char *text)
{
	struct err err = ERR_INIT;
	int fd;

	snprintf(g->path, sizeof(g->path), "/tmp/hindcast-growing-XXXXXX");
	fd = mkstemp(g->path);
	assert_true(fd >= 0 && close(fd) == 0);
	put(g, "w", HEADER);
	put(g, "a", text);
	assert_true(run_file_read(&g->run, str_of(g->path), &err));
}

static void end(struct growing *g)
{
	run_file_free(g->run);
	unlink(g->path);
}

static enum run_growth more(struct growing *g)
{
	return run_file_read_more(g->run, str_of(g->path), ALL);
}

/* As if it had been read as a whole. */
static void assert_as_read_anew(const struct growing *g)
{
	const struct run_file *run = g->run;
	struct err err = ERR_INIT;
	struct run_file *anew;

	assert_true(run_file_read(&anew, str_of(g->path), &err));
	assert_int_equal(run->n_rows, anew->n_rows);
	for (size_t i = 0; i < anew->n_rows; i++) {
		assert_true(str_eq(run->rows[i].entry.history, anew->rows[i].entry.history));
		assert_ptr_equal(run->rows[i].entry.verdict, &run->rows[i].verdict);
		assert_int_equal(run->rows[i].cause, anew->rows[i].cause);
		assert_int_equal(run->rows[i].line, anew->rows[i].line);
	}
	for (int k = 0; k < VERDICT_KINDS; k++)
		assert_int_equal(run->totals[k], anew->totals[k]);
	assert_int_equal(run->causes.items.n, anew->causes.items.n);
	assert_int_equal(run->half_line, anew->half_line);
	assert_int_equal(run->ended.p != NULL, anew->ended.p != NULL);
	run_file_free(anew);
}

static void what_is_appended_takes_its_place(void **state)
{
	struct growing g;

	begin(&g, row("c", "x"));
	assert_int_equal(more(&g), RUN_SAME);
	put(&g, "a", row("b", "y"));
	put(&g, "a", row("d", "y"));
	put(&g, "a", row("a", NULL));
	assert_int_equal(more(&g), RUN_GREW);
	assert_int_equal(g.run->n_rows, 1); /* until they are taken */
	run_file_take_more(g.run);
	assert_as_read_anew(&g);
	assert_int_equal(more(&g), RUN_SAME);
	put(&g, "a", "{\"totals\":{},\"ended\":\"then\"}\n");
	assert_int_equal(more(&g), RUN_GREW);
	run_file_take_more(g.run);
	assert_as_read_anew(&g);
	end(&g);
}

static void half_a_line_waits_for_its_end(void **state)
{
	struct growing g;

	begin(&g, row("c", "x"));
	put(&g, "a", "{\"history\":\"b\",\"ver");
	assert_int_equal(more(&g), RUN_GREW);
	run_file_take_more(g.run);
	assert_true(g.run->half_line);
	assert_int_equal(more(&g), RUN_SAME);
	put(&g, "a", "dict\":\"passed\"}"); /* whole, though its end is not there */
	assert_int_equal(more(&g), RUN_GREW);
	run_file_take_more(g.run);
	assert_as_read_anew(&g);
	put(&g, "a", "\n");
	put(&g, "a", row("a", NULL));
	assert_int_equal(more(&g), RUN_GREW);
	run_file_take_more(g.run);
	assert_int_equal(g.run->n_rows, 3);
	assert_as_read_anew(&g);
	end(&g);
}

static void much_is_read_in_parts(void **state)
{
	struct growing g;
	unsigned parts = 0;

	begin(&g, row("c", "x"));
	for (int i = 0; i < 9000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "h%d", i);
		put(&g, "a", row(name, i % 3 ? "y" : NULL));
	}
	while (run_file_read_more(g.run, str_of(g.path), 1) == RUN_GREW_PART)
		parts++;
	assert_true(parts > 1);
	assert_int_equal(g.run->n_rows, 1);
	run_file_take_more(g.run);
	assert_as_read_anew(&g);
	end(&g);
}

/* A byte far from both ends is another now, and nobody reads it. */
static void what_was_read_is_not_read_again(void **state)
{
	struct growing g;
	FILE *f;

	begin(&g, row("c", "x"));
	for (int i = 0; i < 500; i++)
		put(&g, "a", row("h", NULL));
	assert_int_equal(more(&g), RUN_GREW);
	run_file_take_more(g.run);
	f = fopen(g.path, "r+");
	assert_true(f && fseek(f, 10000, SEEK_SET) == 0 && fputc('\n', f) == '\n');
	assert_int_equal(fclose(f), 0);
	put(&g, "a", row("i", NULL));
	assert_int_equal(more(&g), RUN_GREW);
	run_file_take_more(g.run);
	assert_int_equal(g.run->n_rows, 502);
	end(&g);
}

static void a_file_that_is_another_is_known(void **state)
{
	struct growing g;
	char other[48];

	begin(&g, row("c", "x"));
	assert_int_equal(truncate(g.path, 100), 0);
	assert_int_equal(more(&g), RUN_OTHER); /* cut */
	put(&g, "w", HEADER);
	put(&g, "a", row("d", "x"));
	put(&g, "a", row("e", "x"));
	assert_int_equal(more(&g), RUN_OTHER); /* written over */
	put(&g, "w", HEADER);
	put(&g, "a", row("c", "x"));
	assert_int_equal(more(&g), RUN_SAME);
	snprintf(other, sizeof(other), "%s.new", g.path);
	assert_int_equal(rename(g.path, other), 0);
	assert_int_equal(more(&g), RUN_OTHER); /* gone */
	put(&g, "w", HEADER);
	put(&g, "a", row("c", "x"));
	assert_int_equal(more(&g), RUN_OTHER); /* another in its place */
	unlink(other);
	end(&g);
}

static void what_is_wrong_leaves_the_run_as_it_was(void **state)
{
	struct growing g;
	off_t good;
	FILE *f;

	begin(&g, row("c", "x"));
	put(&g, "a", row("b", NULL));
	f = fopen(g.path, "r");
	assert_true(f && fseek(f, 0, SEEK_END) == 0);
	good = ftello(f);
	assert_int_equal(fclose(f), 0);
	put(&g, "a", "{\"totals\":{},\"ended\":\"then\"}\n{\"history\"\n");
	assert_int_equal(more(&g), RUN_OTHER);
	assert_int_equal(g.run->n_rows, 1);
	assert_null(g.run->ended.p);
	assert_int_equal(truncate(g.path, good), 0);
	put(&g, "a", row("a", NULL));
	assert_int_equal(more(&g), RUN_GREW);
	run_file_take_more(g.run);
	assert_as_read_anew(&g);
	put(&g, "a", "{\"totals\":{}}\n");
	assert_int_equal(more(&g), RUN_GREW);
	put(&g, "a", row("z", NULL)); /* behind the totals */
	assert_int_equal(more(&g), RUN_OTHER);
	end(&g);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(what_is_appended_takes_its_place),
		cmocka_unit_test(half_a_line_waits_for_its_end),
		cmocka_unit_test(much_is_read_in_parts),
		cmocka_unit_test(what_was_read_is_not_read_again),
		cmocka_unit_test(a_file_that_is_another_is_known),
		cmocka_unit_test(what_is_wrong_leaves_the_run_as_it_was),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
