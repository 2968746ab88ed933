/* SPDX-License-Identifier: MIT */
/* report_evidence.h: what a replay showed beside its verdict, in lines for people. */
#pragma once

#include "replayer/report/report_sides.h"

/*
 * Each adds nothing where the row has no such evidence. All is bounded: what is left out is
 * counted, and is in the run file.
 */

/* "at workflow task 1 the code waited at workflow.ts:57, in orderWorkflow". */
void report_add_stood(const struct run_row *row, struct arena *a, struct report_lines *ret);
/* The diverging task from both sides: what is equal as a number, each difference with both. */
void report_add_task(const struct run_row *row, struct arena *a, struct report_lines *ret);
/* Three events before, the one itself, three after. */
void report_add_context(const struct run_row *row, struct arena *a, struct report_lines *ret);
/* What the workflow's own queries answered where the code stood. */
void report_add_answers(const struct run_row *row, struct arena *a, struct report_lines *ret);

/* Whether report_add_task() shows the divergence's own field with both values. */
bool report_task_tells(const struct run_row *row);
