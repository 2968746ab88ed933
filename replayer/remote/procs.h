/* SPDX-License-Identifier: MIT */
/* procs.h: the processes of a session and what they hold, read from /proc. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/str.h"
#include "formats/base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pids {
	pid_t *at;
	size_t n, cap;
};

/*
 * Adds the live (not zombie) processes of SESSIONS, those included that left for another
 * session but still have a parent in one of these. Nothing stays true for long: processes
 * come and go.
 */
void procs_list(const struct pids *sessions, struct pids *ret);
/*
 * Sends SIG to each of them but the one that asks; returns how many there are. The
 * sessions met on the way are added to SESSIONS: once its parent is dead, nothing else
 * tells where a process came from.
 */
size_t procs_signal(struct pids *sessions, int sig);
/* Resident bytes of a process, 0 where it is gone. */
int64_t procs_resident(pid_t pid);
/* Appends the file PATH below /proc, which has no size to ask for. */
bool procs_read(const char *path, struct buf *out);
/* Splits the first word off S; nothing where there is none. */
struct str procs_word(struct str *s);

struct inodes {
	uint64_t *at;
	size_t n, cap;
};
/* Adds the inodes of the sockets that PID has open. */
void procs_sockets(pid_t pid, struct inodes *ret);
