/* SPDX-License-Identifier: MIT */
/* checkout.c: paths tried below a folder, and a few lines of a file. */
#include "viewer/model/checkout.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where projects have their sources: a stack of the JVM names a file by its package alone. */
static const char *const ROOTS[] = {"", "src/main/java/", "src/main/kotlin/", "src/main/scala/", "src/"};

/* Nothing in it that would lead upwards, or end the path early. */
static bool is_harmless(struct str path)
{
	struct str rest = path;

	if (!path.n || path.n >= PATH_MAX || memchr(path.p, '\0', path.n))
		return false;
	while (rest.n)
		if (str_is(str_split(&rest, '/'), ".."))
			return false;
	return true;
}

/* A descriptor of the file PATH below ROOT (a real path) that is a regular one; or -1. */
static int open_below(struct str root, struct str path, struct arena *a)
{
	char real[PATH_MAX];
	const char *name = arena_printf(a, "%.*s/%.*s", STR_ARG(root), STR_ARG(path)).p;
	struct stat st;
	int fd;

	if (!realpath(name, real) || strncmp(real, root.p, root.n) != 0 ||
	    (real[root.n] != '/' && root.n > 1))
		return -1;
	fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 &&
	    (uint64_t)st.st_size <= CHECKOUT_FILE_BYTES)
		return fd;
	close(fd);
	return -1;
}

struct str checkout_root(struct str dir, struct arena *a)
{
	char root[PATH_MAX];

	if (!dir.n || !realpath(arena_cstr(a, dir), root))
		return STR_NONE;
	return arena_str(a, str_of(root));
}

static int open_file(struct str dir, struct str file, struct arena *a, struct str *ret_path)
{
	struct str rest = file, root = is_harmless(file) ? checkout_root(dir, a) : STR_NONE;
	int fd = -1;

	if (!root.p)
		return -1;
	while (rest.n && fd < 0) {
		while (rest.n && rest.p[0] == '/')
			rest = str_skip(rest, 1);
		for (size_t i = 0; rest.n && fd < 0 && i < sizeof(ROOTS) / sizeof(*ROOTS); i++) {
			*ret_path = arena_printf(a, "%s%.*s", ROOTS[i], STR_ARG(rest));
			fd = open_below(root, *ret_path, a);
		}
		str_split(&rest, '/');
	}
	return fd;
}

bool checkout_find(struct str dir, struct str file, struct arena *a, struct str *ret)
{
	struct str path;
	int fd = open_file(dir, file, a, &path);

	if (fd < 0)
		return false;
	close(fd);
	*ret = arena_str(a, path);
	return true;
}

static void read_all(int fd, struct buf *text)
{
	char piece[16384];
	ssize_t n;

	while (text->n < CHECKOUT_FILE_BYTES && (n = read(fd, piece, sizeof(piece))) > 0)
		buf_add_bytes(text, piece, (size_t)n);
}

bool checkout_read(struct str root, struct str path, struct buf *text, struct arena *a)
{
	int fd = open_below(root, path, a);

	buf_clear(text);
	if (fd < 0)
		return false;
	read_all(fd, text);
	close(fd);
	return true;
}

static void take_lines(struct str text, int64_t from, int64_t to, struct arena *a,
		       struct code_lines *ret)
{
	struct str *lines = arena_array(a, struct str, (size_t)(to - from + 1));

	*ret = (struct code_lines){.path = ret->path, .first = from, .at = lines};
	for (int64_t number = 1; number <= to && text.n; number++) {
		struct str line = str_split(&text, '\n');

		if (number >= from)
			lines[ret->n++] = arena_str(a, line);
	}
}

bool checkout_lines(struct str dir, struct str file, int64_t line, size_t around,
		    struct arena *a, struct code_lines *ret)
{
	int64_t before = line > (int64_t)around ? (int64_t)around : line - 1;
	struct str path;
	struct buf text;
	int fd;

	if (line < 1 || line > INT64_MAX - (int64_t)around)
		return false;
	fd = open_file(dir, file, a, &path);
	if (fd < 0)
		return false;
	buf_init(&text, 0);
	read_all(fd, &text);
	close(fd);
	ret->path = arena_str(a, path);
	take_lines(buf_str(&text), line - before, line + (int64_t)around, a, ret);
	buf_done(&text);
	return ret->n > (size_t)before;
}
