/* SPDX-License-Identifier: MIT */
/* go_binary.c: two names looked for in the files that a process runs. */
#include "replayer/remote/go_binary.h"

#include "formats/base/arena.h"
#include "formats/base/mem.h"
#include "replayer/remote/procs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* As the table of names has them, each between two NULs. */
static const char STARTS_ONE[] = "/internal.ExecuteLocalActivity";
static const char OF_THE_SDK[] = ".(*workflowEnvironmentInterceptor).ExecuteLocalActivity";

#define CHUNK_BYTES ((size_t)1024 * 1024)
#define OVERLAP_BYTES sizeof(OF_THE_SDK)

struct look {
	bool is_sdk, starts_one;
};

/* Names end with a NUL, and so do these literals. */
static void look_at(struct look *l, const char *bytes, size_t n)
{
	l->is_sdk |= memmem(bytes, n, OF_THE_SDK, sizeof(OF_THE_SDK)) != NULL;
	l->starts_one |= memmem(bytes, n, STARTS_ONE, sizeof(STARTS_ONE)) != NULL;
}

/* False: the file can't be read to its end, so it may hold anything. */
static bool look_into(struct look *l, const char *path)
{
	char *bytes = mem_alloc(CHUNK_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t kept = 0;
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, bytes + kept, CHUNK_BYTES - kept)) > 0) {
		size_t have = kept + (size_t)n;

		look_at(l, bytes, have);
		kept = have < OVERLAP_BYTES ? have : OVERLAP_BYTES;
		memmove(bytes, bytes + have - kept, kept);
	}
	if (fd >= 0)
		close(fd);
	mem_free(bytes);
	return n == 0;
}

/* The file of a line of /proc/PID/maps that is code; STR_NONE for others. */
static struct str code_file(struct str line)
{
	struct str mode;

	(void)procs_word(&line); /* addresses */
	mode = procs_word(&line);
	for (int i = 0; i < 3; i++)
		(void)procs_word(&line); /* offset, device, inode */
	line = str_trim(line);
	if (!str_has(mode, "x") || !str_starts(line, STR("/")))
		return STR_NONE;
	return line;
}

enum go_local_activities go_binary_look(pid_t pid)
{
	struct buf maps CLEANUP(buf_done) = {0};
	struct look l = {0};
	struct str rest, last = STR_NONE;
	bool readable;
	char path[64];
	struct arena a;

	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	readable = procs_read(path, &maps);
	arena_init(&a);
	for (rest = buf_str(&maps); readable && rest.n;) {
		struct str file = code_file(str_split(&rest, '\n'));

		if (!file.n || str_eq(file, last))
			continue;
		last = file;
		/* As that process sees it: it may live in a root of its own. */
		readable = look_into(&l, arena_printf(&a, "/proc/%d/root%.*s", (int)pid,
						      STR_ARG(file))
						 .p);
	}
	arena_done(&a);
	if (l.starts_one)
		return GO_LOCAL_ACTIVITIES_SOME;
	return readable && l.is_sdk ? GO_LOCAL_ACTIVITIES_NONE : GO_LOCAL_ACTIVITIES_UNKNOWN;
}
