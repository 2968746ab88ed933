/* SPDX-License-Identifier: MIT */
/* make_histories.c: histories of any size into files: one large one, or many small ones. */
#include "tests/bench/make_history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 *     make_histories EVENTS             one to standard output, in constant memory
 *     make_histories COUNT FOLDER       COUNT of 20 to 60 events each, as FOLDER/00000.json
 */

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "make_histories: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_all(int fd, struct buf *out, const char *what)
{
	for (size_t at = 0; at < out->n;) {
		ssize_t n = write(fd, out->p + at, out->n - at);

		if (n < 0)
			die(what);
		at += (size_t)n;
	}
	buf_clear(out);
}

static void to_stdout(struct buf *out)
{
	write_all(STDOUT_FILENO, out, "standard output");
}

static void to_folder(size_t count, const char *folder)
{
	struct buf out = {0};
	char path[4096];

	for (size_t i = 0; i < count; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%05zu.json", folder, i);
		make_history(&out, &(struct make_history){.events = 20 + i * 7 % 41, .seed = i});
		f = fopen(path, "w");
		if (!f || fwrite(out.p, 1, out.n, f) != out.n || fclose(f))
			die(path);
		buf_clear(&out);
	}
	buf_done(&out);
}

int main(int argc, char **argv)
{
	struct buf out = {0};
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

	if (argc < 2 || argc > 3 || n < (argc == 2 ? 8u : 1u)) {
		fputs("usage: make_histories EVENTS | COUNT FOLDER\n", stderr);
		return 2;
	}
	if (argc == 3)
		to_folder(n, argv[2]);
	else
		make_history(&out, &(struct make_history){.events = n, .flush = to_stdout});
	buf_done(&out);
	return 0;
}
