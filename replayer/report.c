/* SPDX-License-Identifier: MIT */
/* report.c: the table of reports: one row, one report_*.c. */
#include "replayer/report.h"

const struct report REPORTS[] = {
	{"text", "for people: causes first, then one history of each", report_text},
	{"json", "for programs: run, totals, causes and every history", report_json},
	{"junit", "for CI servers: JUnit XML, a test case per history", report_junit},
};
const size_t N_REPORTS = sizeof(REPORTS) / sizeof(*REPORTS);

const struct report *report_find(struct str name)
{
	for (size_t i = 0; i < N_REPORTS; i++)
		if (str_is(name, REPORTS[i].name))
			return &REPORTS[i];
	return NULL;
}

struct str report_names(struct arena *a)
{
	struct str list = STR("");

	for (size_t i = 0; i < N_REPORTS; i++)
		list = arena_printf(a, "%.*s%s%s", STR_ARG(list), i ? ", " : "",
				    REPORTS[i].name);
	return list;
}
