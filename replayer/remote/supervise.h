/* SPDX-License-Identifier: MIT */
/* supervise.h: a worker as a child process: start, watch, stop. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "formats/base/str.h"
#include "replayer/remote/go_binary.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The command runs under /bin/sh -c in its own process group, its standard input is
 * /dev/null, its output goes to a log file (mode 0600). A worker's death never is ours.
 */
struct worker_settings {
	struct str command;	 /* for the shell; {address} {namespace} {queue} replaced */
	struct str address;	 /* "127.0.0.1:41234" */
	struct str name_space;
	struct str queue;
	const struct str *env;	 /* "NAME=VALUE", on top of what is inherited */
	size_t n_env;
	char *const *environ;	 /* what is inherited */
	const char *log_path;
	/* Its own network (isolate.h), through this program of ours; NULL: it has ours. */
	const char *isolate;
	int port;		 /* of ADDRESS, with ISOLATE */
};

struct worker_process;

enum worker_state {
	WORKER_RUNNING,
	WORKER_EXITED, /* with a status */
	WORKER_KILLED, /* by a signal */
};

/*
 * Sets TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TASK_QUEUE; removes TEMPORAL_API_KEY,
 * TEMPORAL_TLS*, TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE. Fails where the log can't be
 * written or the shell can't be started; a missing program is the shell's exit 127.
 */
bool worker_start(struct worker_process **ret, const struct worker_settings *settings,
		  struct err *err);
/* Looks, never waits. RET_CODE: exit status or signal number; may be NULL. */
enum worker_state worker_state(struct worker_process *w, int *ret_code);
/* With ISOLATE, until it came or failed: as isolate_receive(). */
bool worker_listener(struct worker_process *w, int *ret, struct err *err);
pid_t worker_pid(const struct worker_process *w);
/*
 * SIGTERM to the group, then SIGKILL. worker_stop() begins; call worker_stopped() with the
 * time until it returns true (grace over: SIGKILL). Monotonic milliseconds.
 */
void worker_stop(struct worker_process *w, int64_t now_ms, int64_t grace_ms);
bool worker_stopped(struct worker_process *w, int64_t now_ms);
void worker_kill(struct worker_process *w); /* at once */
void worker_free(struct worker_process *w); /* kills what is left of the group and reaps */

/* The last lines of its output, control characters made visible, at most MAX bytes. */
struct str worker_tail(const struct worker_process *w, size_t max, struct arena *a);
/*
 * A TCP peer that a process of the group talks to (connected, or trying to) other than
 * ADDRESS and other than peers that are its own listeners: "10.0.0.7:7233". False: none.
 * Read from /proc.
 */
bool worker_foreign_peer(const struct worker_process *w, struct arena *a, struct str *ret);
/* Resident bytes of the whole group. */
int64_t worker_memory(const struct worker_process *w);
/* Of all its processes: some where one has some, none where one has none, else not known. */
enum go_local_activities worker_local_activities(const struct worker_process *w);
/* Is PID a process of the group? */
bool worker_owns(const struct worker_process *w, pid_t pid);
