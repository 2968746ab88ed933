/* SPDX-License-Identifier: MIT */
/* words_run.h: verdicts of a run in words, as the panes of a run share them. */
#pragma once

#include "replayer/report/report_sides.h"
#include "viewer/pane/words.h"

/* The letter that stands for a verdict in front of a row: 'x' is diverged. */
char words_verdict_letter(enum verdict_kind kind);
/* What a cause is, by one of its histories: "ActivityTaskScheduled Charge replaced by ...". */
struct str words_cause(const struct run_row *row, struct arena *a);
/* That of a row of RUN; NULL: it is none of its rows, or has no cause. */
const struct cause *words_cause_of(const struct run_file *run, const struct run_row *row);
/* The other histories of that row's cause, each a line that leads there, at most MOST. */
void words_same_cause(const struct run_file *run, const struct run_row *row, size_t most,
		      struct page *p);
/* "order-88121", or the file's name where no id is known. */
struct str words_history(const struct run_row *row);
/* Lines of a report, as a page's, wrapped. */
void words_report(const struct report_lines *lines, size_t width, struct page *p);
