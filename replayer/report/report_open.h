/* SPDX-License-Identifier: MIT */
/* report_open.h: the command that opens what a run found first. */
#pragma once

#include "replayer/run/run_file.h"

/*
 * "hindcast view 'last.jsonl#order-88121:12'": the smallest history of the largest cause that
 * is no old acquaintance, divergences before all else. STR_NONE: there is none, or no line of
 * text could hold it. RUN_PATH is that of the run file; in A.
 */
struct str report_open(const struct run_file *run, struct str run_path, struct arena *a);
