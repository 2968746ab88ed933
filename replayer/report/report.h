/* SPDX-License-Identifier: MIT */
/* report.h: the table of reports; each is made from a run file alone. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "replayer/run/run_file.h"

enum report_colour { REPORT_PLAIN, REPORT_COLOUR };

typedef bool report_writer(const struct run_file *run, enum report_colour colour,
			   struct buf *out, struct err *err);

/*
 * Name, what it is for, and where a second text goes: the variable of the environment that
 * names a file, and what is appended to it. Rows of REPORTS, and words of --help.
 */
#define REPORT_LIST(ROW)                                                                  \
	ROW(text, "for people", NULL, NULL)                                               \
	ROW(json, "everything, for programs", NULL, NULL)                                 \
	ROW(junit, "for CI servers", NULL, NULL)                                          \
	ROW(sarif, "SARIF 2.1.0, for code hosts", NULL, NULL)                             \
	ROW(github, "GitHub Actions: annotations, and the job summary",                   \
	    "GITHUB_STEP_SUMMARY", report_markdown)                                       \
	ROW(markdown, "for a comment on a pull request", NULL, NULL)

#define REPORT_WORDS(name, words, variable, append) #name " (" words "); "
/* For the help of an option -r. */
#define REPORT_HELP "Writes a report of this kind: " REPORT_LIST(REPORT_WORDS) \
	"without FILE to standard output. May be given more than once. "

#define REPORT_DECLARE(name, words, variable, append) report_writer report_##name;
REPORT_LIST(REPORT_DECLARE)

struct report {
	const char *name;
	const char *summary;
	report_writer *write;
	const char *variable;  /* names a file that gets `append` too, where it is set; or NULL */
	report_writer *append;
};

extern const struct report REPORTS[];
extern const size_t N_REPORTS;

const struct report *report_find(struct str name); /* NULL: unknown */
/* "text, json, ..." in A. */
struct str report_names(struct arena *a);
