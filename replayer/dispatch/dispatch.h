/* SPDX-License-Identifier: MIT */
/* dispatch.h: a corpus and worker commands in, a verdict for every history out. */
#pragma once

#include "replayer/dispatch/corpus.h"
#include "replayer/remote/listen.h"
#include "replayer/remote/sdks.h"
#include "replayer/run/ledger.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * Which history goes next: the first of those that a lane's queues have, in the order given;
 * but as soon as all that is left of a queue takes no more than some twice what its largest
 * takes of every lane, the largest first, so that no lane begins a long one when the others
 * are done. A history's cost is its bytes: they follow its events, and both what hindcast
 * and what the worker does with it.
 *
 * Each worker command is started `lanes` times. A lane is one process at a time behind a
 * port of its own, so that a poll always says which process it comes from; it is replaced
 * when it dies, hangs, or when a verdict needs a fresh one, while other lanes go on:
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
 *
 * With LISTEN one lane more has no process of its own: somebody else starts its worker.
 * What a process's death is elsewhere, here is that of its connection. Nothing can be
 * replaced: whoever polls next takes its place, and where nobody does for ready_ms the lane
 * is over (`failed`, reason no-worker). Only a poller of another identity, after those
 * before it are gone, is a fresh one; without it a divergence under a substitute run id is
 * reported as it was seen, and a clue says so.
 */
struct dispatch_settings {
	const struct schema *schema;
	const struct str *workers; /* commands; there may be none where LISTEN is */
	size_t n_workers;
	size_t lanes;       /* of each; 0: one */
	/* Their own networks (remote/isolate.h), through this program of ours; NULL: ours. */
	const char *isolate;
	const struct listen *listen; /* a lane for workers started elsewhere; NULL: none */
	uid_t user;	    /* whose connections it takes, on loopback */
	const struct str *env;
	size_t n_env;
	char *const *environ;
	struct str name_space;
	struct str queue;   /* TEMPORAL_TASK_QUEUE */
	const struct sdk_row *sdk; /* --sdk; NULL: what the worker says */
	const struct str *map_queue; /* "FROM=TO" */
	size_t n_map_queue;
	struct str log_prefix; /* "DIR/last": worker output goes to DIR/last.worker-1.log */
	int port;           /* of the first lane, the others follow; 0: free ones */
	int64_t ready_ms;   /* until the first poll */
	int64_t timeout_ms; /* for one task of one history */
	int64_t memory_bytes; /* of one worker's processes together; 0: no limit */
	bool confirm;       /* what diverged is replayed once more in a fresh process */
	size_t page_bytes;
	struct evidence_wanted wanted;
	uint64_t seed;
};

enum dispatch_stop {
	DISPATCH_GO_ON,
	DISPATCH_FINISH, /* nothing new goes out; what is out may still be answered */
	DISPATCH_STOP,	 /* at once */
};

/* The outside world, and where results go. */
struct dispatch_host {
	void *context;
	int64_t (*now_ms)(void *context); /* monotonic */
	/* RET_REASON: with it the rest is `skipped` (fail-fast ...); NULL: it gets no verdict. */
	enum dispatch_stop (*stop)(void *context, const char **ret_reason);
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
	/* None ever polled: all that needs it is `failed`, reason no-worker; err says why. */
	DISPATCH_NO_WORKER,
	DISPATCH_FAILED,      /* ours: err */
};

/* The queue that histories of QUEUE are served on: TO of the map's FROM=TO, or itself. */
struct str dispatch_queue(const struct dispatch_settings *settings, struct str queue);

/* RET_TASKS: how many workflow tasks were served. */
enum dispatch_end dispatch_run(struct corpus *corpus,
			       const struct dispatch_settings *settings,
			       const struct dispatch_host *host, size_t *ret_tasks,
			       struct err *err);
