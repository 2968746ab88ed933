/* SPDX-License-Identifier: MIT */
/* run_evidence.h: the keys of a run file's rows that hold what a replay showed. */
#pragma once

#include "replayer/judge/evidence.h"
#include "replayer/run/run_shape.h"

/*
 * "tasks", "stacks", "queries", "context", "clues", "stood", "stoodTask", "strictTasks" and
 * "strictCompared" of a row, as docs/run-file.md has them. A row that would grow beyond a line's ceiling loses stacks
 * and answers first.
 *
 * Appends them to a row that has members already. SHOWN: as run_dump().
 */
void run_evidence_put(const struct evidence *e, bool shown, struct buf *out);
/* Everything in A: evidence_done() is not for it. */
bool run_evidence_read(json_t *row, struct arena *a, struct evidence *ret, struct err *err);
