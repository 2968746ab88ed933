/* SPDX-License-Identifier: MIT */
/* report_totals.h: a run in one sentence, and what its verdicts are called there. */
#pragma once

#include "formats/base/buf.h"
#include "replayer/run/run_file.h"

/* Escape sequences around numbers; NULL instead of a palette: none. */
struct report_palette {
	const char *good, *bad, *other, *reset;
};

/* "timed out": as in "2 timed out". */
const char *report_verdict_words(enum verdict_kind kind);
/* "TIMED OUT": above a history of its own. */
const char *report_verdict_heading(enum verdict_kind kind);
/* Of that kind: how many causes, and how many histories the baseline lists. */
int64_t report_causes_of(const struct run_file *run, enum verdict_kind kind);
int64_t report_known_of(const struct run_file *run, enum verdict_kind kind);

/*
 * What --strict compared of the histories that passed, as a line with its line feed; false,
 * and nothing: it was not given.
 */
bool report_strict(const struct run_file *run, struct buf *out);

/*
 * "14 histories: 2 passed, 5 diverged (4 causes)", and lines for what --strict
 * compared and that the run was interrupted, where it was. Ends with a line feed.
 */
void report_summary(const struct run_file *run, const struct report_palette *palette,
		    struct buf *out);
