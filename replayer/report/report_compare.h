/* SPDX-License-Identifier: MIT */
/* report_compare.h: the part of the text report about an old and a new worker. */
#pragma once

#include "formats/base/buf.h"
#include "replayer/run/run_file.h"

/*
 * "compared with the old worker": how many histories both pass, and those that they differ
 * about: what only the new one diverges on by its causes, the others by name. Nothing where
 * RUN compares nothing. Names are made visible.
 */
void report_compare(const struct run_file *run, struct buf *out);
