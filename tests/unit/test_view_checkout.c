/* SPDX-License-Identifier: MIT */
/* test_view_checkout.c: source files are found below their folder, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/model/checkout_walk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 *     FOLDER/secret                 outside
 *     FOLDER/src/workflow.go        five lines
 *     FOLDER/src/orders/a.go        one line, without an end
 *     FOLDER/src/out -> ..          a link that leads out
 *     FOLDER/src/in -> orders       one that does not
 *     FOLDER/etc/b.go, srcs/b.go    beside it: as long a name, and one that begins alike
 *     FOLDER/src/pipe               no regular file
 */
struct story {
	struct arena arena;
	char folder[64];
	struct str src;
	struct str path;
	struct code_lines code;
};

static void put(struct story *s, const char *name, const char *text)
{
	int fd = open(arena_printf(&s->arena, "%s/%s", s->folder, name).p, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static const char *in(struct story *s, const char *name)
{
	return arena_printf(&s->arena, "%s/%s", s->folder, name).p;
}

static int set_up(void **state)
{
	static struct story s;

	s = (struct story){.folder = "/tmp/hindcast-checkout-XXXXXX"};
	arena_init(&s.arena);
	assert_non_null(mkdtemp(s.folder));
	assert_int_equal(mkdir(in(&s, "src"), 0700), 0);
	assert_int_equal(mkdir(in(&s, "src/orders"), 0700), 0);
	put(&s, "secret", "secret\n");
	put(&s, "src/workflow.go", "one\ntwo\nthree\nfour\nfive\n");
	put(&s, "src/orders/a.go", "a");
	assert_int_equal(symlink("..", in(&s, "src/out")), 0);
	assert_int_equal(symlink("orders", in(&s, "src/in")), 0);
	assert_int_equal(mkdir(in(&s, "etc"), 0700), 0);
	assert_int_equal(mkdir(in(&s, "srcs"), 0700), 0);
	put(&s, "etc/b.go", "b\n");
	put(&s, "srcs/b.go", "b\n");
	assert_int_equal(symlink("../etc", in(&s, "src/etc")), 0);
	assert_int_equal(symlink("../srcs", in(&s, "src/srcs")), 0);
	assert_int_equal(mkfifo(in(&s, "src/pipe"), 0600), 0);
	s.src = str_of(in(&s, "src"));
	*state = &s;
	return 0;
}

static int tear_down(void **state)
{
	struct story *s = *state;
	static const char *const FILES[] = {"secret", "src/workflow.go", "src/orders/a.go", "src/out",
					    "src/in", "src/pipe", "etc/b.go", "srcs/b.go", "src/etc",
					    "src/srcs"};

	for (size_t i = 0; i < sizeof(FILES) / sizeof(*FILES); i++)
		unlink(in(s, FILES[i]));
	rmdir(in(s, "src/orders"));
	rmdir(in(s, "src"));
	rmdir(in(s, "etc"));
	rmdir(in(s, "srcs"));
	rmdir(s->folder);
	arena_done(&s->arena);
	return 0;
}

static bool finds(struct story *s, const char *file)
{
	return checkout_find(s->src, str_of(file), &s->arena, &s->path);
}

static void files_below_are_found(void **state)
{
	struct story *s = *state;

	assert_true(finds(s, "workflow.go"));
	assert_true(finds(s, "orders/a.go"));
	assert_true(str_is(s->path, "orders/a.go"));
	assert_true(finds(s, "in/a.go"));
}

static void parts_of_other_machines_are_left_out(void **state)
{
	struct story *s = *state;

	assert_true(finds(s, "/home/ci/build/orders/a.go"));
	assert_true(str_is(s->path, "orders/a.go"));
	assert_true(finds(s, "build/workflow.go"));
	assert_true(str_is(s->path, "workflow.go"));
}

/* A stack of the JVM has no more of a path than the package. */
static void sources_are_looked_for_where_projects_have_them(void **state)
{
	struct story *s = *state;

	assert_int_equal(mkdir(in(s, "src/src"), 0700), 0);
	assert_int_equal(mkdir(in(s, "src/src/main"), 0700), 0);
	assert_int_equal(mkdir(in(s, "src/src/main/java"), 0700), 0);
	put(s, "src/src/main/java/Order.java", "a");
	assert_true(finds(s, "orders/Order.java"));
	assert_true(str_is(s->path, "src/main/java/Order.java"));
	unlink(in(s, "src/src/main/java/Order.java"));
	rmdir(in(s, "src/src/main/java"));
	rmdir(in(s, "src/src/main"));
	rmdir(in(s, "src/src"));
}

static void nothing_leads_out(void **state)
{
	struct story *s = *state;

	assert_false(finds(s, "../secret"));
	assert_false(finds(s, "orders/../../secret"));
	assert_false(finds(s, "out/secret"));
	assert_false(finds(s, in(s, "secret")));
	assert_false(finds(s, "etc/b.go"));
	assert_false(finds(s, "srcs/b.go"));
	assert_false(finds(s, "pipe"));
	assert_false(finds(s, "orders"));
	assert_false(finds(s, ""));
	assert_false(finds(s, "/"));
	assert_false(finds(s, "none.go"));
	assert_false(checkout_find(s->src, str_slice("workflow.go\0x", 13), &s->arena, &s->path));
	assert_false(checkout_find(STR(""), STR("workflow.go"), &s->arena, &s->path));
}

static void lines_come_with_those_around(void **state)
{
	struct story *s = *state;

	assert_true(checkout_lines(s->src, STR("workflow.go"), 3, 1, &s->arena, &s->code));
	assert_int_equal(s->code.first, 2);
	assert_int_equal(s->code.n, 3);
	assert_true(str_is(s->code.at[1], "three"));
	assert_true(checkout_lines(s->src, STR("workflow.go"), 1, 2, &s->arena, &s->code));
	assert_int_equal(s->code.first, 1);
	assert_int_equal(s->code.n, 3);
	assert_true(checkout_lines(s->src, STR("orders/a.go"), 1, 5, &s->arena, &s->code));
	assert_int_equal(s->code.n, 1);
}

static void lines_behind_the_end_are_none(void **state)
{
	struct story *s = *state;

	assert_false(checkout_lines(s->src, STR("workflow.go"), 6, 2, &s->arena, &s->code));
	assert_false(checkout_lines(s->src, STR("workflow.go"), 0, 2, &s->arena, &s->code));
	assert_false(checkout_lines(s->src, STR("workflow.go"), -1, 2, &s->arena, &s->code));
	assert_false(checkout_lines(s->src, STR("workflow.go"), INT64_MAX, 2, &s->arena, &s->code));
}

static void large_files_are_not_read(void **state)
{
	struct story *s = *state;

	assert_int_equal(truncate(in(s, "src/workflow.go"), (off_t)CHECKOUT_FILE_BYTES + 1), 0);
	assert_false(finds(s, "workflow.go"));
}

/* Links that go round and pipes are there too. */
static void walking_ends_and_all_that_was_read_counts(void **state)
{
	struct story *s = *state;
	struct checkout_walk w;
	struct checkout_file file;
	enum checkout_step step;
	size_t n = CHECKOUT_BYTES / CHECKOUT_FILE_BYTES + 8, found = 0;

	for (size_t i = 0; i < n; i++) { /* with NULs alone they are no source code */
		const char *name = arena_printf(&s->arena, "src/a%zu.go", i).p;

		put(s, name, "");
		assert_int_equal(truncate(in(s, name), (off_t)CHECKOUT_FILE_BYTES), 0);
	}
	checkout_walk_begin(&w, s->src);
	while ((step = checkout_walk_step(&w, &file)) != CHECKOUT_DONE)
		found += step == CHECKOUT_FILE;
	assert_int_equal(found, 0);
	assert_true(w.cut);
	assert_int_equal(w.bytes, CHECKOUT_BYTES);
	checkout_walk_done(&w);
	for (size_t i = 0; i < n; i++)
		unlink(in(s, arena_printf(&s->arena, "src/a%zu.go", i).p));
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(files_below_are_found),
		CASE(parts_of_other_machines_are_left_out),
		CASE(sources_are_looked_for_where_projects_have_them),
		CASE(nothing_leads_out),
		CASE(lines_come_with_those_around),
		CASE(lines_behind_the_end_are_none),
		CASE(large_files_are_not_read),
		CASE(walking_ends_and_all_that_was_read_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
