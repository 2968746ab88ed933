/* SPDX-License-Identifier: MIT */
/* dispatch.h: a corpus and a worker command in, a verdict for every history out. */
#pragma once

#include "replayer/corpus.h"
#include "replayer/ledger.h"
#include "replayer/remote/sdks.h"

#include <stdint.h>

/*
 * One worker process at a time; it is replaced when it dies, hangs, or when a verdict needs
 * a fresh one:
 *
 *   - A history that was out when the worker died is a suspect: it is tried again alone, in
 *     a fresh process, and only one that brings that down too is `crashed`.
 *   - So with one that got no reply in time (`timed-out`); the first task of a process has
 *     ready_ms more, at most 30 s, since JVMs and bundles warm up.
 *   - A deadlock detector's word, which a loaded host can cause, counts when it is heard
 *     again alone (`failed`, reason deadlock), in the same process, which is warm by then.
 *   - core and Java keep a run's state under its run id, so a run id is used once in a
 *     process; the next task of that run goes under a fresh one. A divergence first seen
 *     so counts only when it is seen again under the real id in a fresh process.
 */
struct dispatch_settings {
	const struct schema *schema;
	struct str worker;  /* command */
	const struct str *env;
	size_t n_env;
	char *const *environ;
	struct str name_space;
	struct str queue;   /* TEMPORAL_TASK_QUEUE */
	const struct sdk_row *sdk; /* --sdk; NULL: what the worker says */
	struct str log_prefix; /* "DIR/last": worker output goes to DIR/last.worker-1.log */
	int port;
	int64_t ready_ms;   /* until the first poll */
	int64_t timeout_ms; /* for one task of one history */
	size_t page_bytes;
	struct evidence_wanted wanted;
	uint64_t seed;
};

/* The outside world, and where results go. */
struct dispatch_host {
	void *context;
	int64_t (*now_ms)(void *context); /* monotonic */
	bool (*interrupted)(void *context);
	/* ENTRY lives until the function returns. False stops the run (disk full). */
	bool (*verdict)(void *context, const struct ledger_entry *entry, struct err *err);
	/* For people: once a run each. */
	void (*note)(void *context, struct str text);
	/* Details for -v. */
	void (*detail)(void *context, struct str text);
	/* Of so many histories that need a worker. */
	void (*progress)(void *context, size_t done, size_t total);
};

enum dispatch_end {
	DISPATCH_DONE,	      /* every history has its verdict */
	DISPATCH_INTERRUPTED, /* some have not */
	/* It never polled: all that needs it is `failed`, reason no-worker; err says why. */
	DISPATCH_NO_WORKER,
	DISPATCH_FAILED,      /* ours: err */
};

/* RET_TASKS: how many workflow tasks were served. */
enum dispatch_end dispatch_run(struct corpus *corpus,
			       const struct dispatch_settings *settings,
			       const struct dispatch_host *host, size_t *ret_tasks,
			       struct err *err);
