/* SPDX-License-Identifier: MIT */
/* report_compare.c: what only one of two workers diverges on. */
#include "replayer/report/report_compare.h"

#include "formats/base/limits.h"
#include "replayer/report/report_sides.h"
#include "replayer/run/compared.h"

#include <inttypes.h>

/* Histories, or causes, listed below each line. */
#define SHOWN_OF_A_KIND 10

static bool is_kind(const struct run_row *row, enum compared_kind wanted)
{
	enum compared_kind kind;

	return compared_of(&row->entry, &kind) && kind == wanted;
}

static void left_out(struct buf *out, size_t n)
{
	if (n > SHOWN_OF_A_KIND)
		buf_printf(out, "       and %zu more\n", n - SHOWN_OF_A_KIND);
}

/* "order.json: event 17 in the new worker, event 5 in the old" */
static void row_line(struct buf *out, const struct run_row *row, struct arena *a)
{
	const struct verdict *new = &row->verdict, *old = row->entry.old;

	buf_puts(out, "       - ");
	buf_add(out, report_visible(row->entry.history, LIMIT_SHOWN_PATH_BYTES, a));
	if (new->kind == VERDICT_DIVERGED && old->kind == VERDICT_DIVERGED)
		buf_printf(out, ": event %" PRId64 " in the new worker, event %" PRId64
				" in the old",
			   new->divergence.event_id, old->divergence.event_id);
	else if (new->kind != VERDICT_PASSED || old->kind != VERDICT_DIVERGED)
		buf_printf(out, ": %s by the new worker, %s by the old",
			   verdict_name(new->kind), verdict_name(old->kind));
	else
		buf_printf(out, ": the old worker diverged at event %" PRId64,
			   old->divergence.event_id);
	buf_add_char(out, '\n');
}

static void row_list(const struct run_file *run, enum compared_kind kind, struct buf *out,
		     struct arena *a)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n_rows; i++)
		if (is_kind(&run->rows[i], kind) && n++ < SHOWN_OF_A_KIND)
			row_line(out, &run->rows[i], a);
	left_out(out, n);
}

/* Of what only the new worker diverges on. */
static void cause_list(const struct run_file *run, enum compared_kind kind, struct buf *out,
		       struct arena *a)
{
	int64_t *counts = arena_array(a, int64_t, run->causes.items.n);
	size_t n = 0;

	for (size_t i = 0; i < run->n_rows; i++)
		if (is_kind(&run->rows[i], kind) && run->rows[i].cause != CAUSES_NONE)
			counts[run->rows[i].cause]++;
	for (size_t i = 0; i < run->causes.items.n; i++) {
		if (!counts[i] || n++ >= SHOWN_OF_A_KIND)
			continue;
		buf_printf(out, "       %5" PRId64 "  ", counts[i]);
		buf_add(out, report_visible(run->causes.items.at[i].title,
					    3 * LIMIT_SHOWN_NAME_BYTES, a));
		buf_add_char(out, '\n');
	}
	left_out(out, n);
}

static const struct {
	const char *words;
	void (*list)(const struct run_file *run, enum compared_kind kind, struct buf *out,
		     struct arena *a);
} LINES[COMPARED_KINDS] = {
	[COMPARED_BOTH_PASS] = {"both pass", NULL},
	[COMPARED_ONLY_NEW] = {"only the new worker diverges", cause_list},
	[COMPARED_ONLY_OLD] = {"only the old worker diverges (fixed)", row_list},
	[COMPARED_ALIKE] = {"both diverge alike (known)", NULL},
	[COMPARED_DIFFERENT] = {"both diverge, differently (known)", row_list},
	[COMPARED_UNJUDGED] = {"not judged by both", row_list},
};

void report_compare(const struct run_file *run, struct buf *out)
{
	int64_t counts[COMPARED_KINDS];
	struct arena a;

	if (!run->header.old_run.n)
		return;
	arena_init(&a);
	compared_count(run, counts);
	buf_puts(out, "\ncompared with the old worker (run file: ");
	buf_add(out, report_visible(run->header.old_run, LIMIT_SHOWN_PATH_BYTES, &a));
	buf_puts(out, ")\n");
	for (int kind = 0; kind < COMPARED_KINDS; kind++) {
		if (!counts[kind] && kind != COMPARED_ONLY_NEW)
			continue;
		buf_printf(out, "%5" PRId64 "  %s\n", counts[kind], LINES[kind].words);
		if (LINES[kind].list)
			LINES[kind].list(run, kind, out, &a);
	}
	arena_done(&a);
}
