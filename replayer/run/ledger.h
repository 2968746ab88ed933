/* SPDX-License-Identifier: MIT */
/* ledger.h: the run file: one JSON line per verdict, written as verdicts happen. */
#pragma once

#include "formats/base/err.h"
#include "replayer/judge/evidence.h"
#include "replayer/judge/verdict.h"

#include <stdint.h>

/*
 * DESIGN.md 9 fixes the keys; docs/run-file.md lists them all. All reports are made from the
 * file alone.
 */
struct ledger;

/* What is known of a replayed history beside its verdict. Strings may be STR_NONE. */
struct ledger_entry {
	struct str history; /* path as given */
	struct str workflow_id, run_id, workflow_type, queue;
	bool id_guessed; /* workflow or run id is not from the history */
	bool payloads_guessed; /* the history was exported without them as they are stored */
	int64_t events, bytes;
	uint64_t digest; /* of ids and events: the same history has the same; 0: not known */
	struct str sdk, sdk_version; /* of the history */
	struct str worker_identity, worker_sdk, worker_version, worker_build_id;
	struct str output; /* the worker's log path */
	struct str duplicate_of; /* the path of the same history, which was replayed */
	double ms;
	bool known; /* the baseline lists it, or the old worker diverges too */
	const struct verdict *verdict;
	/* --compare: of the old worker; of its strings the reason alone. NULL: none */
	const struct verdict *old;
	const struct evidence *evidence; /* NULL: none */
};

struct ledger_header {
	struct str tool;    /* version */
	struct str started; /* RFC 3339 */
	int64_t histories;
	int64_t left_out; /* by --where and --sample: in no other number */
	int64_t resumed;  /* verdicts that an earlier part of the run had written */
	struct str asked; /* of what was asked of which worker: hexadecimal, or STR_NONE */
	struct str old_run; /* --compare: path of the old worker's run file; or STR_NONE */
};

/*
 * Mode 0600; makes the folder of PATH (0700) where it is missing. An older run in PATH is
 * written over; it is an error where another process is still writing it, and where the file
 * holds something else: a history, say, that a glob put behind --run.
 */
bool ledger_open(struct ledger **ret, struct str path, const struct ledger_header *header,
		 struct err *err);
/*
 * Goes on with the run in PATH, of which RUN was read: the lines of the rows that KEEP names
 * stay as they are, anything else goes, the old totals and half a last line included. The
 * new file takes the old one's place in one step, so that nothing is lost whenever this
 * program ends.
 */
struct run_file;
bool ledger_resume(struct ledger **ret, struct str path, const struct ledger_header *header,
		   const struct run_file *run, const bool *keep, struct err *err);
/* Whether PATH holds the beginning of a run file, whoever wrote it. */
bool ledger_is_run(struct str path);
/*
 * One line, at once in the file. Where the disk is full the half line is taken back, so
 * that all before it stays readable.
 */
bool ledger_add(struct ledger *l, const struct ledger_entry *entry, struct err *err);
/* The totals line; closes and frees in any case. ENDED: RFC 3339. */
bool ledger_close(struct ledger *l, struct str ended, struct err *err);

/* Reading it back: replayer/run/run_file.h. */
