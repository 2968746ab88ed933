/* SPDX-License-Identifier: MIT */
/* out_file.c: files without a name until they are whole. */
#include "formats/out/out_file.h"

#include "formats/base/limits.h"
#include "formats/bytes/behind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)256 * 1024)

static bool write_all(int fd, struct str bytes, struct err *err)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			bool gone = errno == EPIPE;

			err_errno(err, "writing");
			if (gone && err)
				err->code = ERR_GONE;
			return false;
		}
		bytes = str_skip(bytes, (size_t)n);
	}
	return true;
}

static bool put(void *data, struct str bytes, struct err *err)
{
	struct out_file *f = data;

	return write_all(f->fd, bytes, err) || err_wrap(err, "%.*s", STR_ARG(f->where));
}

static bool pack(void *data, struct str bytes, int64_t event, struct err *err)
{
	struct out_file *f = data;

	if (!f->packer)
		return put(f, bytes, err);
	return packer_add(f->packer, bytes, err) && packer_border(f->packer, event, err);
}

static bool sink_write(struct out_sink *s, struct str bytes, int64_t event, struct err *err)
{
	struct out_file *f = (struct out_file *)s;

	/* Who reads along is given all at once, and hears of nothing late. */
	if (!f->packer && f->direct)
		return put(f, bytes, err);
	/*
	 * Packing takes longer than making what is packed, and a new file's pages half as long;
	 * for a little a thread is too much.
	 */
	if (!f->behind && f->alone >= BEHIND_SLOT)
		f->behind = behind_start(pack, f);
	if (f->behind)
		return behind_put(f->behind, bytes, event, err);
	f->alone += bytes.n;
	return pack(f, bytes, event, err);
}

/* Packing finds out where it may begin a frame only if it sees where events end. */
static bool start(struct out_file *f, struct str where, const struct filter *packing,
		  struct err *err)
{
	*f = (struct out_file){.sink = {sink_write, packing != NULL}, .fd = -1, .held_for = -1};
	arena_init(&f->names);
	f->where = arena_str(&f->names, where);
	if (packing)
		f->packer = packer_open(packing, put, f, err);
	return !packing || f->packer;
}

/* Kernels and filesystems that have no files without names say so in several ways. */
static bool is_unsupported(int code)
{
	return code == EOPNOTSUPP || code == EISDIR || code == EINVAL || code == ENOSYS;
}

bool out_file_open(struct out_file *f, struct str folder, struct str where,
		   const struct filter *packing, struct err *err)
{
	struct str in;

	if (!start(f, where, packing, err))
		return false;
	in = folder.n ? arena_str(&f->names, folder) : STR(".");
	/* Its name will be given through /proc, which some containers lack. */
	if (access("/proc/self/fd", X_OK) == 0)
		f->fd = open(in.p, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	else
		errno = ENOSYS;
	if (f->fd < 0 && is_unsupported(errno)) {
		f->temporary = arena_printf(&f->names, "%s/.hindcast.%ld.tmp", in.p,
					    (long)getpid());
		f->fd = open(f->temporary.p, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	}
	if (f->fd >= 0)
		return true;
	f->temporary = STR_NONE;
	return err_errno(err, "%s", f->where.p);
}

bool out_file_direct(struct out_file *f, int fd, struct str name, const struct filter *packing,
		     struct err *err)
{
	bool ok = start(f, name, packing, err);

	f->fd = fd;
	f->direct = true;
	return ok;
}

bool out_file_is_special(struct str path, int *ret_fd, struct err *err)
{
	struct arena a;
	struct stat st;
	bool special;

	arena_init(&a);
	*ret_fd = -1;
	special = stat(arena_cstr(&a, path), &st) == 0 && !S_ISREG(st.st_mode) &&
		  !S_ISDIR(st.st_mode);
	if (special) {
		*ret_fd = open(arena_cstr(&a, path), O_WRONLY | O_CLOEXEC);
		if (*ret_fd < 0)
			err_errno(err, "%.*s", STR_ARG(path));
	}
	arena_done(&a);
	return special;
}

bool out_file_hold(struct out_file *f, struct err *err)
{
	int fd;

	if (!f->direct)
		return true;
	fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = memfd_create("hindcast", MFD_CLOEXEC);
	if (fd < 0)
		return err_errno(err, "%s", P_tmpdir);
	f->held_for = f->fd;
	f->fd = fd;
	return true;
}

/* What was held goes where it belongs. */
static bool let_go(struct out_file *f, struct err *err)
{
	struct buf piece;
	off_t at = 0;
	ssize_t n = 0;
	bool ok = true;

	if (f->held_for < 0)
		return true;
	buf_init(&piece, 0);
	while (ok && (n = pread(f->fd, buf_room(&piece, PIECE), PIECE, at)) > 0) {
		ok = write_all(f->held_for, str_slice(piece.p, (size_t)n), err) ||
		     err_wrap(err, "%.*s", STR_ARG(f->where));
		at += n;
	}
	if (n < 0)
		ok = err_errno(err, "%.*s", STR_ARG(f->where));
	buf_done(&piece);
	return ok;
}

bool out_file_finish(struct out_file *f, struct err *err)
{
	return (!f->behind || behind_end(f->behind, err)) &&
	       (!f->packer || packer_end(f->packer, err)) && let_go(f, err);
}

/* By its descriptor, as /proc knows it; a link never replaces what is there. */
static bool give_name(const struct out_file *f, const char *path)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", f->fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

/* Over what is there, at once: so it needs a name first, for as long as a rename takes. */
static bool replace(struct out_file *f, const char *path)
{
	struct str beside = arena_printf(&f->names, "%s.%ld.tmp", path, (long)getpid());

	if (!give_name(f, beside.p))
		return false;
	if (rename(beside.p, path) == 0)
		return true;
	unlink(beside.p);
	return false;
}

/* From its temporary name; closed first, since that is when network filesystems complain. */
static bool change_name(struct out_file *f, const char *path, bool force)
{
	bool ok = close(f->fd) == 0;

	f->fd = -1;
	if (ok && !force) {
		ok = renameat2(AT_FDCWD, f->temporary.p, AT_FDCWD, path, RENAME_NOREPLACE) == 0;
		if (!ok && is_unsupported(errno)) {
			ok = force = access(path, F_OK) != 0;
			errno = ok ? errno : EEXIST;
		}
	}
	if (ok && force)
		ok = rename(f->temporary.p, path) == 0;
	if (ok)
		f->temporary = STR_NONE;
	return ok;
}

bool out_file_keep(struct out_file *f, struct str path, bool force, struct err *err)
{
	const char *name = arena_cstr(&f->names, path);
	bool ok;

	if (f->direct)
		return true;
	if (f->temporary.p)
		ok = change_name(f, name, force);
	else
		ok = give_name(f, name) || (force && errno == EEXIST && replace(f, name));
	if (!ok && errno == EEXIST)
		return err_set(err, ERR_IO, "%s exists (--force overwrites it)", name);
	return ok || err_errno(err, "%s", name);
}

bool out_file_same(const struct out_file *f, struct str path)
{
	char mine[8192], theirs[8192];
	struct arena a;
	off_t at = 0;
	ssize_t n = 0, m = 0;
	int fd;

	arena_init(&a);
	fd = open(arena_cstr(&a, path), O_RDONLY | O_CLOEXEC);
	arena_done(&a);
	if (fd < 0)
		return false;
	do {
		n = pread(f->fd, mine, sizeof(mine), at);
		m = n < 0 ? -1 : pread(fd, theirs, sizeof(theirs), at);
		at += n;
	} while (n > 0 && n == m && memcmp(mine, theirs, (size_t)n) == 0);
	close(fd);
	return n == 0 && m == 0;
}

void out_file_drop(struct out_file *f)
{
	behind_free(f->behind);
	if (f->temporary.p)
		unlink(f->temporary.p);
	if (f->fd > STDERR_FILENO)
		close(f->fd);
	if (f->held_for > STDERR_FILENO)
		close(f->held_for);
	packer_close(f->packer);
	arena_done(&f->names);
	*f = (struct out_file){.fd = -1, .held_for = -1};
}

bool out_file_folders(struct str path, size_t from, struct err *err)
{
	struct arena a;
	char *p;
	bool ok = true;

	arena_init(&a);
	p = arena_cstr(&a, path);
	for (size_t i = from; ok && i < path.n; i++) {
		if (p[i] != '/' || i == 0)
			continue;
		p[i] = '\0';
		ok = mkdir(p, 0777) == 0 || errno == EEXIST || err_errno(err, "%s", p);
		p[i] = '/';
	}
	arena_done(&a);
	return ok;
}
