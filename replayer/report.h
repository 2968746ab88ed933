/* SPDX-License-Identifier: MIT */
/* report.h: the table of reports; each is made from a run file alone. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "replayer/run_file.h"

enum report_colour { REPORT_PLAIN, REPORT_COLOUR };

struct report {
	const char *name;    /* "text", "json", "junit" */
	const char *summary; /* for --help */
	bool (*write)(const struct run_file *run, enum report_colour colour, struct buf *out,
		      struct err *err);
};

extern const struct report REPORTS[];
extern const size_t N_REPORTS;

const struct report *report_find(struct str name); /* NULL: unknown */

/* The rows' functions; use them through the table. */
bool report_text(const struct run_file *run, enum report_colour colour, struct buf *out,
		 struct err *err);
bool report_json(const struct run_file *run, enum report_colour colour, struct buf *out,
		 struct err *err);
bool report_junit(const struct run_file *run, enum report_colour colour, struct buf *out,
		  struct err *err);
/* "text, json, ..." in A. */
struct str report_names(struct arena *a);
