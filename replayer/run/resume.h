/* SPDX-License-Identifier: MIT */
/* resume.h: which verdicts of a run that was cut short are kept when it goes on. */
#pragma once

#include "replayer/dispatch/corpus.h"
#include "replayer/run/run_file.h"

/*
 * A row is kept where its history is still given and has not changed since (its digest), and
 * where its verdict says something of the code: what was skipped because the run ended, or
 * failed because no worker came, is tried again.
 *
 * KEEP: one for each row of RUN: whether it may be kept, and then whether it is; items of
 * those that are get marked as resumed. Returns how many are kept; RET_CHANGED: rows whose history is not what it was.
 */
size_t resume_match(struct corpus *c, const struct run_file *run, bool *keep,
		    size_t *ret_changed);
