/* SPDX-License-Identifier: MIT */
/* cmd_view_stdin.c: standard input as a file, that can be opened more than once. */
#include "replayer/dispatch/spool.h"
#include "viewer/cmd_view.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Its own name: what opens it begins at its first byte, however far others have read. */
static const struct str NAME = {"/dev/stdin", 10};

static bool keep(struct spool *s, struct err *err)
{
	char piece[1 << 14];
	int64_t at;

	for (;;) {
		ssize_t n = read(STDIN_FILENO, piece, sizeof(piece));

		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			return err_errno(err, "-");
		if (n > 0 && !spool_add(s, str_slice(piece, (size_t)n), &at, err))
			return false;
	}
}

/* What can't be read twice takes the place of a file that can. */
bool view_stdin(struct str *path, struct err *err)
{
	struct spool s = {0};
	struct stat st;
	bool ok, empty;

	if (!str_is(*path, "-"))
		return true;
	if (fstat(STDIN_FILENO, &st) != 0 || !S_ISREG(st.st_mode)) {
		ok = keep(&s, err) &&
		     (!s.file || dup2(s.file - 1, STDIN_FILENO) >= 0 || err_errno(err, "-"));
		empty = !s.file;
		spool_done(&s);
		if (!ok || empty) /* whoever opens "-" says so */
			return ok;
	}
	*path = NAME;
	return true;
}
