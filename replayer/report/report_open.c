/* SPDX-License-Identifier: MIT */
/* report_open.c: which history to look at first, and how it is addressed. */
#include "replayer/report/report_open.h"

#include "replayer/report/report_causes.h"
#include "replayer/report/report_sides.h"

#include <inttypes.h>

/* Where no worker came, no history has anything to do with it. */
static bool worth_seeing(const struct report_cause *c)
{
	return !report_cause_known(c) && !str_is(c->shown->verdict.reason, "no-worker");
}

static const struct run_row *first_to_see(const struct report_causes *causes)
{
	for (int kind = VERDICT_DIVERGED; kind < VERDICT_SKIPPED; kind++)
		for (size_t i = 0; i < causes->n; i++) {
			const struct report_cause *c = &causes->at[i];

			if (c->cause->kind == (enum verdict_kind)kind && worth_seeing(c))
				return c->shown;
		}
	return NULL;
}

/* The workflow id where no other history of the run has it, else the path. */
static struct str name_of(const struct run_file *run, const struct run_row *row)
{
	struct str id = row->entry.workflow_id;

	for (size_t i = 0; i < run->n_rows; i++)
		if (&run->rows[i] != row && str_eq(run->rows[i].entry.workflow_id, id))
			return row->entry.history;
	return id.n ? id : row->entry.history;
}

struct str report_open(const struct run_file *run, struct str run_path, struct arena *a)
{
	const struct report_causes causes = report_causes(run, a);
	const struct run_row *row = first_to_see(&causes);
	struct str address, name, word;
	int64_t event;

	if (!row)
		return STR_NONE;
	name = name_of(run, row);
	address = arena_printf(a, "%.*s#%.*s", STR_ARG(run_path), STR_ARG(name));
	event = row->verdict.kind == VERDICT_DIVERGED ? row->verdict.divergence.event_id : 0;
	if (event > 0)
		address = arena_printf(a, "%.*s:%" PRId64, STR_ARG(address), event);
	word = report_shell_word(address, a);
	return word.n ? arena_printf(a, "hindcast view %.*s", STR_ARG(word)) : STR_NONE;
}
