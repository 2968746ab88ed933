/* SPDX-License-Identifier: MIT */
/* source.c: arguments to files: folders, globs, standard input; and reading them whole. */
#include "formats/load.h"

#include "formats/base/buf.h"
#include "formats/base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)256 * 1024)

static const char *const ENDINGS[] = {".json", ".jsonl", ".bin", ".pb", ".protobin", ".txt"};
static const char *const PACKED[] = {"", ".gz", ".zst"};

static bool may_hold_history(struct str name)
{
	for (size_t k = 0; k < sizeof(PACKED) / sizeof(*PACKED); k++) {
		struct str packed = str_of(PACKED[k]);

		if (!str_ends(name, packed))
			continue;
		for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(*ENDINGS); i++)
			if (str_ends(str_take(name, name.n - packed.n), str_of(ENDINGS[i])))
				return true;
	}
	return false;
}

struct expansion {
	struct arena *a;
	struct source_list *list;
	struct err *err;
};

static bool add_path(struct expansion *x, struct str path, unsigned depth);

/* The folders that we are in: a link back to one of them leads nowhere new. */
struct folder {
	const struct folder *above;
	dev_t device;
	ino_t inode;
	unsigned depth;
};

static bool is_below_itself(const struct folder *f)
{
	for (const struct folder *a = f->above; a; a = a->above)
		if (a->device == f->device && a->inode == f->inode)
			return true;
	return false;
}

static void add_file(struct expansion *x, struct str path, int64_t bytes)
{
	vec_push(&x->list->files, (struct source_file){path, bytes});
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Entries of a folder by name: folders, and files that may hold a history. */
static bool add_folder(struct expansion *x, struct str path, const struct folder *here)
{
	VEC_OF(struct str) names = {0};
	DIR *folder = opendir(path.p);
	const char *slash = str_ends(path, STR("/")) ? "" : "/";
	struct dirent *entry;
	bool ok = true;

	if (!folder)
		return err_errno(x->err, "%s", path.p);
	if (here->depth > LIMIT_FOLDER_DEPTH) {
		closedir(folder);
		return err_set(x->err, ERR_LIMIT, "%s: more than %d folders deep", path.p,
			       LIMIT_FOLDER_DEPTH);
	}
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			vec_push(&names, arena_str(x->a, str_of(entry->d_name)));
	closedir(folder);
	if (names.n)
		qsort(names.at, names.n, sizeof(*names.at), by_bytes);
	for (size_t i = 0; ok && i < names.n; i++) {
		struct str child = arena_printf(x->a, "%s%s%s", path.p, slash, names.at[i].p);
		struct stat st;

		/* An entry that vanished meanwhile, or a link to nowhere, holds no history. */
		if (stat(child.p, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			struct folder below = {here, st.st_dev, st.st_ino, here->depth + 1};

			ok = is_below_itself(&below) || add_folder(x, child, &below);
		} else if (S_ISREG(st.st_mode) && may_hold_history(child)) {
			add_file(x, child, st.st_size);
		}
	}
	vec_done(&names);
	return ok;
}

static bool add_glob(struct expansion *x, struct str pattern)
{
	glob_t found = {0};
	bool ok = true;

	if (glob(pattern.p, 0, NULL, &found) != 0 || found.gl_pathc == 0) {
		globfree(&found);
		return err_set(x->err, ERR_MISSING, "%s: no file matches", pattern.p);
	}
	/* glob() sorts by locale; the program never sets one, so this is bytewise. */
	for (size_t i = 0; ok && i < found.gl_pathc; i++)
		ok = add_path(x, arena_str(x->a, str_of(found.gl_pathv[i])), 1);
	globfree(&found);
	return ok;
}

static bool add_path(struct expansion *x, struct str path, unsigned depth)
{
	struct stat st;

	if (stat(path.p, &st) != 0) {
		if (errno == ENOENT && !depth && strpbrk(path.p, "*?["))
			return add_glob(x, path);
		return err_errno(x->err, "%s", path.p);
	}
	if (S_ISDIR(st.st_mode)) {
		struct folder here = {NULL, st.st_dev, st.st_ino, 1};

		return add_folder(x, path, &here);
	}
	add_file(x, path, S_ISREG(st.st_mode) ? st.st_size : -1);
	return true;
}

bool source_expand(const struct str *arguments, size_t n, struct arena *a,
		   struct source_list *list, struct err *err)
{
	struct expansion x = {a, list, err};

	for (size_t i = 0; i < n; i++) {
		if (str_is(arguments[i], "-"))
			add_file(&x, STR("-"), -1);
		else if (!add_path(&x, arena_str(a, arguments[i]), 0))
			return false;
	}
	return true;
}

void source_list_done(struct source_list *list)
{
	vec_done(&list->files);
}

static bool read_all(int fd, struct buf *out, struct err *err)
{
	for (;;) {
		/* A file of known size has its room already; only what grows asks for more. */
		char *room = buf_room(out, out->p && out->cap - out->n > 1 ? 1 : READ_CHUNK);
		ssize_t n;

		if (!room || out->n > LIMIT_INPUT_BYTES)
			return err_set(err, ERR_LIMIT, "more than %zu bytes", LIMIT_INPUT_BYTES);
		n = read(fd, room, out->cap - out->n - 1);
		if (n == 0) {
			room[0] = '\0';
			return true;
		}
		if (n > 0)
			out->n += (size_t)n;
		else if (errno != EINTR)
			return err_errno(err, "reading");
	}
}

bool source_read(struct str path, struct buf *out, struct err *err)
{
	bool standard_input = str_is(path, "-");
	struct stat st;
	struct arena a;
	bool ok;
	int fd;

	arena_init(&a);
	fd = standard_input ? STDIN_FILENO : open(arena_cstr(&a, path), O_RDONLY | O_CLOEXEC);
	arena_done(&a);
	if (fd < 0)
		return err_errno(err, "%.*s", STR_ARG(path));
	/* Room for the whole file and for seeing its end; what is larger than allowed fails. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		buf_room(out, (size_t)st.st_size + 1);
	ok = read_all(fd, out, err);
	if (!standard_input)
		close(fd);
	return ok || err_wrap(err, "%.*s", STR_ARG(path));
}
