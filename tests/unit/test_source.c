/* SPDX-License-Identifier: MIT */
/* test_source.c: arguments become files, in bytewise order; files are read whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/read/load.h"

/* A folder of its own, with files in it; every test works inside it. */
static int make_folder(void **state)
{
	static const char *const FILES[] = {
		"b.json", "a.json.gz", "notes.md", "c.bin.zst", ".hidden.json", "sub/d.pb",
		"sub/deep/e.jsonl", "sub/schema.proto", "sub/deep/f.ndjson", "sub/deep/g.b64",
		"sub/deep/1_2.history", "sub/deep/h.hex.zz", "upper/I.JSON", "upper/j.zst",
		"upper/k.log.zst", "upper/l.JSON.GZ", "upper/m",
	};
	static char path[] = "/tmp/hindcast-source-XXXXXX";

	if (!mkdtemp(path) || chdir(path) != 0 || mkdir("sub", 0777) != 0 ||
	    mkdir("sub/deep", 0777) != 0 || mkdir("empty", 0777) != 0 || mkdir("upper", 0777) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(FILES) / sizeof(*FILES); i++) {
		FILE *f = fopen(FILES[i], "w");

		if (!f)
			return -1;
		fputs(FILES[i], f);
		fclose(f);
	}
	*state = path;
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const PATHS[] = {
		"b.json", "a.json.gz", "notes.md", "c.bin.zst", ".hidden.json", "sub/d.pb",
		"sub/deep/e.jsonl", "sub/schema.proto", "sub/deep/f.ndjson", "sub/deep/g.b64",
		"sub/deep/1_2.history", "sub/deep/h.hex.zz", "loop/again", "loop/one.json", "upper/I.JSON",
		"upper/j.zst", "upper/k.log.zst", "upper/l.JSON.GZ", "upper/m",
	};
	static const char *const FOLDERS[] = {"loop", "sub/deep", "sub", "empty", "upper"};

	for (size_t i = 0; i < sizeof(PATHS) / sizeof(*PATHS); i++)
		unlink(PATHS[i]);
	for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(*FOLDERS); i++)
		rmdir(FOLDERS[i]);
	return chdir("/") || rmdir(*state);
}

static void assert_expands(const char *argument, const char *const *paths)
{
	struct str arguments[] = {str_of(argument)};
	struct source_list list = {0};
	struct err err = ERR_INIT;
	struct arena a;
	size_t n = 0;

	arena_init(&a);
	assert_true(source_expand(arguments, 1, &a, &list, &err));
	for (; paths[n]; n++) {
		assert_true(n < list.files.n);
		assert_string_equal(list.files.at[n].path.p, paths[n]);
	}
	assert_int_equal(list.files.n, n);
	source_list_done(&list);
	arena_done(&a);
}

static void a_folder_is_recursed_in_bytewise_order(void **state)
{
	assert_expands(".", (const char *const[]){"./a.json.gz", "./b.json", "./c.bin.zst",
						  "./sub/d.pb", "./sub/deep/1_2.history",
						  "./sub/deep/e.jsonl", "./sub/deep/f.ndjson",
						  "./sub/deep/g.b64", "./sub/deep/h.hex.zz",
						  "./upper/I.JSON", "./upper/j.zst",
						  "./upper/l.JSON.GZ", NULL});
	assert_expands("sub/deep/", (const char *const[]){"sub/deep/1_2.history", "sub/deep/e.jsonl",
							  "sub/deep/f.ndjson", "sub/deep/g.b64",
							  "sub/deep/h.hex.zz", NULL});
	assert_expands("empty", (const char *const[]){NULL});
}

static void endings_are_of_any_case_and_what_is_passed_over_is_counted(void **state)
{
	struct str arguments[] = {STR("upper")};
	struct source_list list = {0};
	struct err err = ERR_INIT;
	struct arena a;

	(void)state;
	assert_expands("upper", (const char *const[]){"upper/I.JSON", "upper/j.zst",
						      "upper/l.JSON.GZ", NULL});
	arena_init(&a);
	assert_true(source_expand(arguments, 1, &a, &list, &err));
	assert_int_equal(list.passed_over, 2);
	source_list_done(&list);
	arena_done(&a);
}

static void a_history_of_a_file_is_named_by_its_number(void **state)
{
	(void)state;
	assert_expands("b.json#3", (const char *const[]){"b.json#3", NULL});
	assert_expands("-#2", (const char *const[]){"-#2", NULL});
}

static void standard_input_is_read_once(void **state)
{
	struct str arguments[] = {STR("-"), STR("b.json"), STR("-")};
	struct source_list list = {0};
	struct err err = ERR_INIT;
	struct arena a;

	(void)state;
	arena_init(&a);
	assert_false(source_expand(arguments, 3, &a, &list, &err));
	assert_non_null(strstr(err.message, "more than once"));
	assert_int_equal(list.files.n, 0);
	source_list_done(&list);
	arena_done(&a);
}

static void a_glob_names_what_matches(void **state)
{
	assert_expands("*.json*", (const char *const[]){"a.json.gz", "b.json", NULL});
	assert_expands("sub/de?p", (const char *const[]){"sub/deep/1_2.history", "sub/deep/e.jsonl",
							 "sub/deep/f.ndjson", "sub/deep/g.b64",
							 "sub/deep/h.hex.zz", NULL});
}

static void any_file_that_is_named_is_taken(void **state)
{
	assert_expands("notes.md", (const char *const[]){"notes.md", NULL});
	assert_expands("-", (const char *const[]){"-", NULL});
}

static void what_is_not_there_is_an_error(void **state)
{
	static const char *const ROWS[] = {"nothing.json", "*.none"};

	for (size_t i = 0; i < 2; i++) {
		struct str arguments[] = {str_of(ROWS[i])};
		struct source_list list = {0};
		struct err err = ERR_INIT;
		struct arena a;

		arena_init(&a);
		assert_false(source_expand(arguments, 1, &a, &list, &err));
		assert_non_null(strstr(err.message, ROWS[i]));
		source_list_done(&list);
		arena_done(&a);
	}
}

static void a_loop_of_links_ends(void **state)
{
	struct str arguments[] = {STR("loop")};
	struct source_list list = {0};
	struct err err = ERR_INIT;
	struct arena a;
	FILE *f;

	assert_int_equal(mkdir("loop", 0777), 0);
	assert_int_equal(symlink(".", "loop/again"), 0);
	arena_init(&a);
	f = fopen("loop/one.json", "w");
	assert_non_null(f);
	fclose(f);
	assert_true(source_expand(arguments, 1, &a, &list, &err));
	/* Once, not once per round until the system's limit on links. */
	assert_int_equal(list.files.n, 1);
	source_list_done(&list);
	arena_done(&a);
}

static void a_file_is_read_whole(void **state)
{
	struct err err = ERR_INIT;
	struct buf b = {0};

	assert_true(source_read(STR("sub/d.pb"), &b, &err));
	assert_true(str_is(buf_str(&b), "sub/d.pb"));
	buf_clear(&b);
	assert_false(source_read(STR("gone.json"), &b, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.message, "gone.json"));
	assert_false(source_read(STR("sub"), &b, &err));
	buf_done(&b);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(a_folder_is_recursed_in_bytewise_order),
		cmocka_unit_test(endings_are_of_any_case_and_what_is_passed_over_is_counted),
		cmocka_unit_test(a_history_of_a_file_is_named_by_its_number),
		cmocka_unit_test(standard_input_is_read_once),
		cmocka_unit_test(a_glob_names_what_matches),
		cmocka_unit_test(any_file_that_is_named_is_taken),
		cmocka_unit_test(what_is_not_there_is_an_error),
		cmocka_unit_test(a_loop_of_links_ends),
		cmocka_unit_test(a_file_is_read_whole),
	};

	return cmocka_run_group_tests(TESTS, make_folder, remove_folder);
}
