/* SPDX-License-Identifier: MIT */
/* spool.c: a nameless file, written at its end and read anywhere. */
#include "replayer/dispatch/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void spool_done(struct spool *s)
{
	if (s->file)
		close(s->file - 1);
	*s = (struct spool){0};
}

static bool open_file(struct spool *s, struct err *err)
{
	char name[] = P_tmpdir "/hindcast-XXXXXX";
	int fd;

	if (s->file)
		return true;
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, "%s", P_tmpdir);
	unlink(name);
	s->file = fd + 1;
	return true;
}

bool spool_add(struct spool *s, struct str bytes, int64_t *ret_at, struct err *err)
{
	int64_t at = s->n;

	if (!open_file(s, err))
		return false;
	while (bytes.n) {
		ssize_t n = pwrite(s->file - 1, bytes.p, bytes.n, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "writing below %s", P_tmpdir);
		bytes = str_skip(bytes, (size_t)n);
		at += n;
	}
	*ret_at = s->n;
	s->n = at;
	return true;
}

bool spool_read(const struct spool *s, int64_t at, char *to, size_t n, struct err *err)
{
	while (n) {
		ssize_t got = pread(s->file - 1, to, n, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? err_errno(err, "reading below %s", P_tmpdir)
				   : err_set(err, ERR_IO, "a file below %s was cut", P_tmpdir);
		to += got;
		at += got;
		n -= (size_t)got;
	}
	return true;
}
