/* SPDX-License-Identifier: MIT */
/* report.c: the table of reports: one row, one report_*.c. */
#include "replayer/report/report.h"

#define REPORT_ROW(name, words, variable, append) \
	{#name, words, report_##name, variable, append},
const struct report REPORTS[] = {REPORT_LIST(REPORT_ROW)};
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
