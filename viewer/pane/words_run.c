/* SPDX-License-Identifier: MIT */
/* words_run.c: letters, causes, and lines of reports on a page. */
#include "viewer/pane/words_run.h"

#include <inttypes.h>

char words_verdict_letter(enum verdict_kind kind)
{
	static const char LETTERS[VERDICT_KINDS] = {
		[VERDICT_PASSED] = '.',	    [VERDICT_DIVERGED] = 'x',  [VERDICT_FAILED] = '!',
		[VERDICT_UNREGISTERED] = 'u', [VERDICT_TIMED_OUT] = 't', [VERDICT_CRASHED] = 'c',
		[VERDICT_INVALID] = 'i',    [VERDICT_SKIPPED] = '-',
	};

	return LETTERS[kind];
}

static struct str cause_of_divergence(const struct divergence *d, struct arena *a)
{
	struct str history = side_text(&d->history, a), worker = side_text(&d->worker, a);

	if (d->field.n && history.n)
		return arena_printf(a, "%.*s: %.*s was '%.*s', is '%.*s'", STR_ARG(history),
				    STR_ARG(d->field), STR_ARG(d->history_value),
				    STR_ARG(d->worker_value));
	if (history.n && worker.n)
		return arena_printf(a, "%.*s replaced by %.*s", STR_ARG(history), STR_ARG(worker));
	if (history.n)
		return arena_printf(a, "%.*s is gone from the code", STR_ARG(history));
	if (worker.n)
		return arena_printf(a, "%.*s is new in the code", STR_ARG(worker));
	return str_of(divergence_name(d->kind));
}

struct str words_cause(const struct run_row *row, struct arena *a)
{
	const struct verdict *v = &row->verdict;
	struct str rest = str_trim(v->message), line;

	if (v->kind == VERDICT_DIVERGED)
		return cause_of_divergence(&v->divergence, a);
	line = str_trim(str_split(&rest, '\n'));
	if (v->reason.n && line.n)
		return arena_printf(a, "%.*s: %.*s", STR_ARG(v->reason), STR_ARG(line));
	return v->reason.n ? v->reason : line;
}

struct str words_history(const struct run_row *row)
{
	struct str path = row->entry.history;

	if (row->entry.workflow_id.n)
		return row->entry.workflow_id;
	return str_skip(path, str_folder(path).n);
}

const struct cause *words_cause_of(const struct run_file *run, const struct run_row *row)
{
	bool of_run = run && row >= run->rows && row < run->rows + run->n_rows;

	return of_run && row->cause < run->causes.items.n ? &run->causes.items.at[row->cause] : NULL;
}

void words_same_cause(const struct run_file *run, const struct run_row *row, size_t most,
		      struct page *p)
{
	size_t shown = 0;

	for (size_t i = 0; words_cause_of(run, row) && i < run->n_rows; i++) {
		const struct run_row *r = &run->rows[i];

		if (r->cause != row->cause || r == row || shown++ >= most)
			continue;
		p->about.history = r->entry.history;
		line_printf(&p->now, words_verdict_style(r->verdict.kind), " %c ",
			    words_verdict_letter(r->verdict.kind));
		line_add(&p->now, STYLE_LINK, words_history(r));
		if (r->verdict.kind == VERDICT_DIVERGED)
			line_printf(&p->now, STYLE_PLAIN, "  ev %" PRId64, r->verdict.divergence.event_id);
		line_printf(&p->now, STYLE_PLAIN, "  %" PRId64 " events  ", r->entry.events);
		line_add(&p->now, STYLE_DIM, r->entry.history);
		page_end(p);
	}
	if (shown > most)
		line_printf(&p->now, STYLE_DIM, "   %zu more", shown - most), page_end(p);
}

void words_report(const struct report_lines *lines, size_t width, struct page *p)
{
	static const enum style STYLES_OF[] = {[TONE_PLAIN] = STYLE_PLAIN,
					       [TONE_HISTORY] = STYLE_BAD,
					       [TONE_CODE] = STYLE_GOOD};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < lines->items.n; i++) {
		const struct report_line *line = &lines->items.at[i];
		struct arena_mark mark = arena_mark(&a);

		line_puts(&p->now, STYLE_PLAIN, " ");
		line_add(&p->now, STYLE_STRONG, report_margin(line, &a));
		page_text(p, STYLES_OF[line->tone], line->text, p->now.columns, width);
		arena_rewind(&a, mark);
	}
	arena_done(&a);
}
