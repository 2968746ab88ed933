/* SPDX-License-Identifier: MIT */
/* baseline.h: the divergences that a team knows of, in a file it reviews like code. */
#pragma once

#include "formats/base/buf.h"
#include "replayer/run/run_file.h"

/*
 * JSON Lines: a header, then a line for each known divergence or failure, sorted, so that a
 * change of what is known is a change of lines (docs/baseline.md):
 *
 *     {"hindcast":"baseline","version":1}
 *     {"fingerprint":"…","verdict":"diverged","kind":"missing","workflowType":"Order",
 *      "title":"…","history":"*"}
 *
 * A line is known by its fingerprint, and where `history` is not "*" or a `workflowId` is
 * there, by these as well. Other members are people's own and stay as they are. No times and
 * no machine's paths of ours: the same run gives the same bytes.
 */
struct baseline;

/* ERR_MISSING: the file is not there. */
bool baseline_read(struct baseline **ret, struct str path, struct err *err);
/* The same from memory; empty text: nothing is known. */
bool baseline_parse(struct baseline **ret, struct str text, struct err *err);
void baseline_free(struct baseline *b);

/* What a baseline can list: it diverged or failed, and has a fingerprint. */
bool baseline_takes(const struct ledger_entry *entry);
/* Whether a line lists ENTRY. */
bool baseline_knows(const struct baseline *b, const struct ledger_entry *entry);

/*
 * Appends a line of harmless text for each line that RUN shows to be fixed, its title; how
 * many. Fixed
 * is what names a history that passed now; or, for all histories, what nothing had in a run
 * that was finished, left nothing out, and judged all there is of that workflow type.
 */
size_t baseline_fixed(const struct baseline *b, const struct run_file *run, struct buf *out);

/*
 * What the file should hold after RUN: lines that still fit, or of which the run says
 * nothing, stay as they are; what no line lists gets one; fixed ones go.
 */
void baseline_update(const struct baseline *b, const struct run_file *run, struct buf *out);
/* Over PATH at once, whole or not at all. */
bool baseline_write(struct str path, struct str text, struct err *err);
