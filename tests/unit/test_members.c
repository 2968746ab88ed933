/* SPDX-License-Identifier: MIT */
/* test_members.c: histories in archives are found and read as in folders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "formats/bytes/members.h"
#include "formats/bytes/packer.h"
#include "formats/read/load.h"

static const struct file {
	const char *name;
	const char *text;
	unsigned type;
} FILES[] = {
	{"./sub/", "", AE_IFDIR},
	{"./sub/b.json", "{\"b\":1}", AE_IFREG},
	{"./sub/._b.json", "resource", AE_IFREG},
	{"__MACOSX/sub/b.json", "resource", AE_IFREG},
	{".hidden/x.json", "{}", AE_IFREG},
	{"notes.md", "notes", AE_IFREG},
	{"a.json", "{\"a\":1}", AE_IFREG},
	{"../../etc/up.json", "{\"up\":1}", AE_IFREG},
	{"/root.json", "{\"root\":1}", AE_IFREG},
	{"link.json", "a.json", AE_IFLNK},
	{"x\x1b[31m.json", "{\"x\":1}", AE_IFREG},
	{"ns/history/wf/run/-24/0", "{\"header\":{}}", AE_IFREG},
	{"empty.json", "", AE_IFREG},
	/* parts of archived histories, in no order, and one with a gap */
	{"ns/history/wf/run2/5/1", "second ", AE_IFREG},
	{"./ns/history/wf/run2/5/0", "first ", AE_IFREG},
	{"ns/history/wf/run2/5/2", "third", AE_IFREG},
	{"gc/123_3_0.history", "old", AE_IFREG},
	{"gc/123_7_1.history", "b", AE_IFREG},
	{"gc/123_7_0.history", "a", AE_IFREG},
	{"gc/9_1_0.history", "before", AE_IFREG},
	{"gc/9_1_2.history", "behind", AE_IFREG},
};
#define N_FILES (sizeof(FILES) / sizeof(*FILES))

static char folder[] = "/tmp/hindcast-members-XXXXXX";

/* An archive of FILES[], packed by FILTER (an ending) when that is not empty. */
static struct buf made(bool zip, const char *filter, size_t n_files)
{
	struct archive *a = archive_write_new();
	struct buf b = {0}, packed = {0};
	char *room = buf_room(&b, 1 << 20);
	struct err err = ERR_INIT;
	size_t used = 0;

	assert_int_equal(zip ? archive_write_set_format_zip(a) : archive_write_set_format_ustar(a), 0);
	assert_int_equal(archive_write_open_memory(a, room, 1 << 20, &used), 0);
	for (size_t i = 0; i < n_files; i++) {
		const struct file *f = &FILES[i];
		struct archive_entry *e = archive_entry_new();

		archive_entry_set_pathname(e, f->name);
		archive_entry_set_filetype(e, f->type);
		archive_entry_set_perm(e, 0644);
		if (f->type == AE_IFLNK)
			archive_entry_set_symlink(e, f->text);
		else
			archive_entry_set_size(e, (la_int64_t)strlen(f->text));
		assert_int_equal(archive_write_header(a, e), 0);
		if (f->type == AE_IFREG)
			assert_true(archive_write_data(a, f->text, strlen(f->text)) >= 0);
		archive_entry_free(e);
	}
	archive_write_free(a);
	b.n = used;
	if (!*filter)
		return b;
	assert_true(packer_pack(filter_of_name(str_of(filter)), buf_str(&b), &packed, &err));
	buf_done(&b);
	return packed;
}

static void put_file(const char *path, struct str bytes)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	fclose(f);
}

static const struct kind {
	const char *path;
	bool zip;
	const char *filter;
} KINDS[] = {
	{"x.tar", false, ""},
	{"x.tar.gz", false, ".gz"},
	{"x.tar.zst", false, ".zst"},
	{"x.zip", true, ""},
	{"nameless", false, ".gz"},
};
#define N_KINDS (sizeof(KINDS) / sizeof(*KINDS))

static void assert_member(struct members_cursor *c, const char *archive, const char *name,
			  const char *text)
{
	struct err err = ERR_INIT;
	struct input in;
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", archive, name);
	if (!members_input(c, str_of(path), 0, &in, &err))
		fail_msg("%s: %s", path, err.message);
	assert_true(input_all(&in, 1000, &err));
	assert_true(str_is(in.window, text));
	input_done(&in);
}

static void an_archive_is_like_a_folder(void **state)
{
	static const char *const FOUND[] = {
		"sub/b.json", "a.json", "../../etc/up.json", "root.json", "x\x1b[31m.json",
		"ns/history/wf/run/-24/0", "empty.json", "ns/history/wf/run2/5/0",
		"gc/123_7_0.history", "gc/9_1_0.history", "gc/9_1_2.history",
	};

	for (size_t k = 0; k < N_KINDS; k++) {
		struct str arguments[] = {str_of(KINDS[k].path)};
		struct buf b = made(KINDS[k].zip, KINDS[k].filter, N_FILES);
		struct source_list list = {0};
		struct err err = ERR_INIT;
		struct arena a;

		arena_init(&a);
		put_file(KINDS[k].path, buf_str(&b));
		assert_true(source_expand(arguments, 1, &a, &list, &err));
		for (size_t i = 0; i < list.files.n; i++) {
			struct str name = str_skip(list.files.at[i].path, arguments[0].n + 1);

			assert_true(i < sizeof(FOUND) / sizeof(*FOUND));
			assert_string_equal(name.p, FOUND[i]);
		}
		assert_int_equal(list.files.n, sizeof(FOUND) / sizeof(*FOUND));
		source_list_done(&list);
		arena_done(&a);
		buf_done(&b);
		unlink(KINDS[k].path);
	}
}

static void a_folder_in_an_archive_is_one(void **state)
{
	static const struct {
		const char *argument, *found; /* NULL: an error */
	} ROWS[] = {
		{"x.tar/sub", "x.tar/sub/b.json"},   {"x.tar/sub/", "x.tar/sub/b.json"},
		{"x.tar/notes.md", "x.tar/notes.md"}, {"x.tar/su", NULL},
		{"x.tar/sub/b.json#1", "x.tar/sub/b.json#1"},
	};
	struct buf b = made(false, "", N_FILES);

	(void)state;
	put_file("x.tar", buf_str(&b));
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct str arguments[] = {str_of(ROWS[i].argument)};
		struct source_list list = {0};
		struct err err = ERR_INIT;
		struct arena a;

		arena_init(&a);
		assert_int_equal(source_expand(arguments, 1, &a, &list, &err), ROWS[i].found != NULL);
		if (ROWS[i].found) {
			assert_int_equal(list.files.n, 1);
			assert_string_equal(list.files.at[0].path.p, ROWS[i].found);
		} else {
			assert_non_null(strstr(err.message, "no such member"));
		}
		source_list_done(&list);
		arena_done(&a);
	}
	buf_done(&b);
	unlink("x.tar");
}

static void members_are_read_in_any_order(void **state)
{
	for (size_t k = 0; k < N_KINDS; k++) {
		struct buf b = made(KINDS[k].zip, KINDS[k].filter, N_FILES);
		struct members_cursor c = {0};
		struct err err = ERR_INIT;
		struct input in;
		char path[100];

		put_file(KINDS[k].path, buf_str(&b));
		assert_member(&c, KINDS[k].path, "sub/b.json", "{\"b\":1}");
		assert_member(&c, KINDS[k].path, "root.json", "{\"root\":1}");
		assert_member(&c, KINDS[k].path, "root.json", "{\"root\":1}");
		assert_member(&c, KINDS[k].path, "a.json", "{\"a\":1}");
		assert_member(&c, KINDS[k].path, "./a.json", "{\"a\":1}");
		assert_member(NULL, KINDS[k].path, "empty.json", "");
		snprintf(path, sizeof(path), "%s/none.json", KINDS[k].path);
		assert_false(members_input(&c, str_of(path), 0, &in, &err));
		assert_int_equal(err.code, ERR_MISSING);
		/* as any path, without knowing of archives */
		snprintf(path, sizeof(path), "%s/a.json", KINDS[k].path);
		assert_true(input_open_path(&in, str_of(path), INPUT_MAP, &err));
		assert_true(input_all(&in, 100, &err));
		assert_true(str_is(in.window, "{\"a\":1}"));
		input_done(&in);
		members_cursor_done(&c);
		buf_done(&b);
		unlink(KINDS[k].path);
	}
}

static void parts_of_one_history_are_one_input(void **state)
{
	static const char *const ROWS[][2] = {
		{"ns/history/wf/run2/5/0", "first second third"},
		{"gc/123_7_0.history", "ab"},
		{"a.json", "{\"a\":1}"},
		{"gc/9_1_0.history", "before"},
		/* what is not the first one is a part, and no more */
		{"ns/history/wf/run2/5/1", "second "},
		{"ns/history/wf/run/-24/0", "{\"header\":{}}"},
	};

	for (size_t k = 0; k < N_KINDS; k++) {
		struct buf b = made(KINDS[k].zip, KINDS[k].filter, N_FILES);
		struct members_cursor c = {0};

		put_file(KINDS[k].path, buf_str(&b));
		for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
			assert_member(&c, KINDS[k].path, ROWS[i][0], ROWS[i][1]);
			assert_member(NULL, KINDS[k].path, ROWS[i][0], ROWS[i][1]);
		}
		members_cursor_done(&c);
		buf_done(&b);
		unlink(KINDS[k].path);
	}
}

/* Everything is walked and read; what comes out is checked by the sanitizers and the caller. */
static bool walk(const char *path, size_t *ret_members, struct err *err)
{
	struct members *m = members_open(str_of(path), err);
	struct member member;
	bool end = false, ok = m != NULL;

	*ret_members = 0;
	while (ok && (ok = members_next(m, &member, &end, err)) && !end)
		++*ret_members;
	members_close(m);
	return ok;
}

static void cut_anywhere_is_survived(void **state)
{
	for (size_t k = 0; k < 4; k++) {
		struct buf b = made(KINDS[k].zip, KINDS[k].filter, 4);
		size_t members, errors = 0;
		struct err err = ERR_INIT;

		put_file("cut", buf_str(&b));
		assert_true(walk("cut", &members, &err));
		assert_int_equal(members, 1);
		for (size_t n = 1; n < b.n; n += b.n > 3000 ? 101 : 1) {
			put_file("cut", str_take(buf_str(&b), n));
			err = (struct err)ERR_INIT;
			if (!walk("cut", &members, &err)) {
				errors++;
				assert_true(err.code != ERR_NONE && err.message[0]);
			}
			assert_true(members <= 1);
		}
		assert_true(errors > 3);
		buf_done(&b);
		unlink("cut");
	}
}

static void one_name_twice_is_an_error(void **state)
{
	struct str arguments[] = {STR("twice.tar")};
	struct buf one = made(false, "", 7), two = {0};
	struct source_list list = {0};
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	/* Blocks of zeros end an archive: the first one goes without its end. */
	buf_add(&two, str_take(buf_str(&one), 512 * 13));
	buf_add(&two, buf_str(&one));
	put_file("twice.tar", buf_str(&two));
	assert_false(source_expand(arguments, 1, &a, &list, &err));
	assert_non_null(strstr(err.message, "twice.tar: two members are called sub/b.json"));
	unlink("twice.tar");
	source_list_done(&list);
	arena_done(&a);
	buf_done(&one);
	buf_done(&two);
}

static void what_is_none_is_told(void **state)
{
	struct err err = ERR_INIT;

	put_file("no.tar", STR("{\"events\":[]}"));
	assert_null(members_open(STR("no.tar"), &err));
	assert_int_equal(err.code, ERR_FORMAT);
	assert_null(members_open(STR("gone.tar"), &err));
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(members_path(STR("no.tar/x/y.json")).n, 6);
	assert_int_equal(members_path(STR("gone/x.json")).n, 0);
	assert_int_equal(members_path(STR("no.tar")).n, 0);
	unlink("no.tar");
}

static int make_folder(void **state)
{
	return !mkdtemp(folder) || chdir(folder);
}

static int remove_folder(void **state)
{
	return chdir("/") || rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(an_archive_is_like_a_folder),
		cmocka_unit_test(a_folder_in_an_archive_is_one),
		cmocka_unit_test(members_are_read_in_any_order),
		cmocka_unit_test(parts_of_one_history_are_one_input),
		cmocka_unit_test(cut_anywhere_is_survived),
		cmocka_unit_test(one_name_twice_is_an_error),
		cmocka_unit_test(what_is_none_is_told),
	};

	return cmocka_run_group_tests(TESTS, make_folder, remove_folder);
}
