/* SPDX-License-Identifier: MIT */
/* input_open.c: inputs of files, pipes, memory, members of archives and parts of a whole. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/arena.h"
#include "formats/base/mem.h"
#include "formats/bytes/archival.h"
#include "formats/bytes/input_begin.h"
#include "formats/bytes/members.h"
#include "formats/bytes/zstd_seek.h"

/* Files below this are read: mapping costs more than copying them. */
#define MAP_FROM ((size_t)64 * 1024)

bool input_open_bytes(struct input *in, struct str bytes, unsigned flags, struct err *err)
{
	input_begin(in);
	return input_begin_whole(in, bytes.p ? bytes : STR(""), flags, err);
}

bool input_open_reader(struct input *in, struct input_reader reader, unsigned flags,
		       struct err *err)
{
	input_begin(in);
	return input_begin_reader(in, reader, flags, err);
}

/* The descriptor is in the pointer itself: there is nothing else to remember. */
static bool fd_read(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	ssize_t n;

	do
		n = read((int)(intptr_t)data, to, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(err, "reading");
	*ret_n = (size_t)n;
	return true;
}

static void fd_done(void *data)
{
	close((int)(intptr_t)data);
}

bool input_open_fd(struct input *in, int fd, unsigned flags, struct err *err)
{
	struct input_reader reader = {fd_read, NULL, (void *)(intptr_t)fd};

	return input_open_reader(in, reader, flags, err);
}

/* The file's size, or 0: no regular file. */
static size_t size_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < 0)
		return 0;
	return (size_t)st.st_size;
}

static bool open_mapped(struct input *in, int fd, size_t size)
{
	struct mapped map;

	if (size < MAP_FROM || !mapped_open(&map, fd, size))
		return false;
	input_begin(in);
	in->map = map;
	return true;
}

static int open_file(struct str path, int *ret_errno, struct err *err)
{
	struct arena a;
	int fd;

	arena_init(&a);
	fd = open(arena_cstr(&a, path), O_RDONLY | O_CLOEXEC);
	*ret_errno = errno;
	if (fd < 0)
		err_set(err, ERR_IO, "%s", strerror(errno));
	arena_done(&a);
	return fd;
}

/* FD is the input's from here on. */
static bool open_owned(struct input *in, int fd, unsigned flags, struct err *err)
{
	struct input_reader reader = {fd_read, fd_done, (void *)(intptr_t)fd};
	size_t size = size_of(fd);

	if ((flags & INPUT_MAP) && open_mapped(in, fd, size)) {
		close(fd);
		return input_begin_whole(in, in->map.bytes, flags, err);
	}
	input_begin(in);
	in->size = size < INPUT_CHUNK ? size : 0;
	return input_begin_reader(in, reader, flags, err);
}

void input_map_rest(struct input *in)
{
	int fd = (int)(intptr_t)in->reader.data;
	struct mapped map;

	/* What was skipped in front, a mark of the encoding, has layers but no stages. */
	if (in->at_end || in->failed || in->n_stages > 1 || in->reader.read != fd_read ||
	    lseek(fd, 0, SEEK_CUR) != (off_t)(in->offset + in->window.n) ||
	    !mapped_open(&map, fd, size_of(fd)))
		return;
	in->map = map;
	input_go_on_whole(in, map.bytes);
}

/* ---- parts of an archived history, one behind the other ---- */

struct parts {
	struct arena memory;
	struct archival_name name;
	long long steps; /* from the named one to the one that is open */
	int fd;
};

static bool parts_read(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct parts *p = data;

	for (;;) {
		struct str next;
		int fd;

		if (!fd_read((void *)(intptr_t)p->fd, to, room, ret_n, err))
			return false;
		if (*ret_n)
			return true;
		next = archival_part(&p->name, p->steps + 1, &p->memory);
		fd = open(next.p, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return errno == ENOENT || err_errno(err, "its next part, %s", next.p);
		close(p->fd);
		p->fd = fd;
		p->steps++;
	}
}

static void parts_done(void *data)
{
	struct parts *p = data;

	close(p->fd);
	arena_done(&p->memory);
	mem_free(p);
}

/* NULL where PATH is not the first of several parts; FD is theirs if not. */
static struct parts *parts_of(struct str path, int fd)
{
	struct parts *p = mem_zalloc(sizeof(*p));

	arena_init(&p->memory);
	if (archival_parse(arena_str(&p->memory, path), &p->name) && p->name.part >= 0 &&
	    access(archival_part(&p->name, -1, &p->memory).p, F_OK) != 0 &&
	    access(archival_part(&p->name, 1, &p->memory).p, F_OK) == 0) {
		p->fd = fd;
		return p;
	}
	arena_done(&p->memory);
	mem_free(p);
	return NULL;
}

static bool open_fd_of(struct input *in, int fd, struct str path, unsigned flags, struct err *err)
{
	struct parts *p = parts_of(path, fd);

	if (!p)
		return open_owned(in, fd, flags, err);
	return input_open_reader(in, (struct input_reader){parts_read, parts_done, p}, flags, err);
}

bool input_open_path(struct input *in, struct str path, unsigned flags, struct err *err)
{
	int fd, why;

	if (str_is(path, "-"))
		return input_open_fd(in, STDIN_FILENO, flags, err);
	fd = open_file(path, &why, err);
	if (fd < 0 && why == ENOTDIR && members_path(path).n)
		return members_input(NULL, path, flags, in, err);
	return fd >= 0 && open_fd_of(in, fd, path, flags, err);
}

/* The last N bytes of a file into MEMORY. */
static bool read_tail(int fd, size_t size, char *memory, size_t n)
{
	size_t at = 0;

	while (at < n) {
		ssize_t got = pread(fd, memory + at, n - at, (off_t)(size - n + at));

		if (got <= 0 && !(got < 0 && errno == EINTR))
			return false;
		at += got > 0 ? (size_t)got : 0;
	}
	return true;
}

static uint64_t offset_of_event(int fd, size_t size, int64_t id, int64_t *ret_first)
{
	char footer[ZSTD_SEEK_FOOTER_BYTES], *tail;
	struct zstd_seek seek = {0};
	uint64_t offset = 0;
	size_t n;

	*ret_first = 0;
	if (size < sizeof(footer) || !read_tail(fd, size, footer, sizeof(footer)))
		return 0;
	n = zstd_seek_bytes(str_slice(footer, sizeof(footer)));
	if (n == 0 || n > size)
		return 0;
	tail = mem_alloc(n);
	if (read_tail(fd, size, tail, n) && zstd_seek_read(str_slice(tail, n), size, &seek))
		offset = zstd_seek_find(&seek, id, ret_first);
	if (offset == 0)
		*ret_first = 0;
	zstd_seek_done(&seek);
	mem_free(tail);
	return offset;
}

bool input_open_event(struct input *in, struct str path, int64_t id, unsigned flags,
		      int64_t *ret_first, struct err *err)
{
	uint64_t offset;
	int fd, why;

	*ret_first = 0;
	if (str_is(path, "-") || members_path(path).n)
		return input_open_path(in, path, flags, err);
	fd = open_file(path, &why, err);
	if (fd < 0)
		return false;
	offset = offset_of_event(fd, size_of(fd), id, ret_first);
	if (offset == 0)
		return open_owned(in, fd, flags, err);
	if (lseek(fd, (off_t)offset, SEEK_SET) < 0) {
		close(fd);
		return err_errno(err, "reading");
	}
	return input_open_reader(in, (struct input_reader){fd_read, fd_done, (void *)(intptr_t)fd},
				 flags, err);
}

bool input_open_event_bytes(struct input *in, struct str bytes, int64_t id, unsigned flags,
			    int64_t *ret_first, struct err *err)
{
	size_t n = zstd_seek_bytes(bytes);
	struct zstd_seek seek = {0};
	uint64_t offset = 0;

	*ret_first = 0;
	if (n && n <= bytes.n && zstd_seek_read(str_skip(bytes, bytes.n - n), bytes.n, &seek))
		offset = zstd_seek_find(&seek, id, ret_first);
	if (offset == 0)
		*ret_first = 0;
	bytes = str_skip(bytes, (size_t)offset);
	zstd_seek_done(&seek);
	return input_open_bytes(in, bytes, flags, err);
}
