/* SPDX-License-Identifier: MIT */
/* report_causes.c: rows put to their causes, in one walk. */
#include "replayer/report/report_causes.h"

static bool better(const struct run_row *row, const struct run_row *than)
{
	if (!than || row->entry.known != than->entry.known)
		return !than || !row->entry.known;
	if (row->entry.events != than->entry.events)
		return row->entry.events < than->entry.events;
	return str_cmp(row->entry.history, than->entry.history) < 0;
}

struct report_causes report_causes(const struct run_file *run, struct arena *a)
{
	size_t n = run->causes.items.n, at = 0;
	struct report_cause *causes = arena_array(a, struct report_cause, n + 1);
	const struct run_row **rows = arena_array(a, const struct run_row *, run->n_rows + 1);
	const struct run_row ***next = arena_array(a, const struct run_row **, n + 1);

	for (size_t i = 0; i < run->n_rows; i++)
		if (run->rows[i].cause != CAUSES_NONE)
			causes[run->rows[i].cause].n_rows++;
	for (size_t i = 0; i < n; i++) {
		causes[i].cause = &run->causes.items.at[i];
		causes[i].rows = next[i] = rows + at;
		at += causes[i].n_rows;
	}
	for (size_t i = 0; i < run->n_rows; i++) {
		const struct run_row *row = &run->rows[i];
		struct report_cause *c;

		if (row->cause == CAUSES_NONE)
			continue;
		c = &causes[row->cause];
		*next[row->cause]++ = row;
		c->n_known += row->entry.known;
		if (better(row, c->shown))
			c->shown = row;
	}
	return (struct report_causes){causes, n};
}

bool report_cause_known(const struct report_cause *c)
{
	return c->n_known == c->n_rows;
}

bool report_cause_found(const struct report_cause *c)
{
	return c->cause->kind != VERDICT_SKIPPED && c->cause->kind != VERDICT_PASSED;
}
