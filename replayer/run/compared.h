/* SPDX-License-Identifier: MIT */
/* compared.h: an old and a new worker on the same histories (--compare). */
#pragma once

#include "formats/base/arena.h"
#include "replayer/run/run_file.h"

/*
 * The old worker's verdicts are a run file of their own, beside that of the run: "DIR/x.jsonl"
 * has "DIR/x.old.jsonl". A row of the run is about the new worker and says in short what the
 * old one made of the same history.
 */
struct compared;

enum compared_kind {
	COMPARED_BOTH_PASS,
	COMPARED_ONLY_NEW, /* diverges; that is what fails a run */
	COMPARED_ONLY_OLD, /* fixed */
	COMPARED_ALIKE,	   /* both diverge, at the same event and for the same cause */
	COMPARED_DIFFERENT,
	COMPARED_UNJUDGED, /* one of them crashed, timed out ... */
	COMPARED_KINDS
};

/* The old worker's run file for that of the run, in A. */
struct str compared_path(struct str run_path, struct arena *a);

bool compared_read(struct compared **ret, struct str path, struct err *err);
void compared_free(struct compared *c); /* NULL is fine */
/*
 * What the old worker made of ENTRY's history, which has the same path and content; NULL:
 * nothing. Lives as long as C.
 */
const struct verdict *compared_find(const struct compared *c, const struct ledger_entry *entry);

/* How ENTRY's two verdicts relate; false: it was skipped, or has one only. */
bool compared_of(const struct ledger_entry *entry, enum compared_kind *ret);
/* "onlyNew": a key of the JSON report. */
const char *compared_name(enum compared_kind kind);
/* Over all rows of RUN. */
void compared_count(const struct run_file *run, int64_t counts[COMPARED_KINDS]);
