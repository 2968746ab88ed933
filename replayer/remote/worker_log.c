/* SPDX-License-Identifier: MIT */
/* worker_log.c: all but the end of a flood of output goes. */
#include "replayer/remote/worker_log.h"

#include "formats/base/buf.h"
#include "formats/base/limits.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The log's new beginning: what went, then the last whole lines. */
static bool read_kept(int fd, off_t size, struct buf *ret)
{
	off_t from = size - (off_t)LIMIT_WORKER_LOG_KEPT_BYTES;
	char *room = buf_room(ret, LIMIT_WORKER_LOG_KEPT_BYTES);
	ssize_t n = room ? pread(fd, room, LIMIT_WORKER_LOG_KEPT_BYTES, from) : -1;
	const char *line_end = n > 0 ? memchr(room, '\n', (size_t)n) : NULL;
	struct str kept;
	struct buf head;

	if (n <= 0)
		return false;
	kept = str_slice(room, (size_t)n);
	if (line_end)
		kept = str_skip(kept, (size_t)(line_end - room) + 1);
	buf_init(&head, 0);
	buf_printf(&head, "hindcast: %lld bytes of output are left out here\n",
		   (long long)size - (long long)kept.n);
	buf_add(&head, kept);
	buf_done(ret);
	*ret = head;
	return true;
}

bool worker_log_trim(const char *path)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
	struct buf kept;
	struct stat st;
	bool cut = false;

	if (fd < 0)
		return false;
	buf_init(&kept, 0);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size > (off_t)LIMIT_WORKER_LOG_BYTES && read_kept(fd, st.st_size, &kept))
		cut = ftruncate(fd, 0) == 0 && write(fd, kept.p, kept.n) == (ssize_t)kept.n;
	buf_done(&kept);
	close(fd);
	return cut;
}
