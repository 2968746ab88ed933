/* SPDX-License-Identifier: MIT */
/* report_text.c: the report for people: totals, causes, then one history of each cause. */
#include "formats/base/limits.h"
#include "replayer/report/report.h"
#include "replayer/report/report_causes.h"
#include "replayer/report/report_compare.h"
#include "replayer/report/report_sides.h"
#include "replayer/report/report_totals.h"

#include <inttypes.h>

/* Histories that share a cause are listed below its smallest, up to here. */
#define SHOWN_OF_A_CAUSE 10

/* Readable on light and dark grounds: no yellow, white or grey. */
enum colour { RED, GREEN, MAGENTA, CYAN, BOLD, RESET, COLOURS };

static const char *const CODES[COLOURS] = {
	"\x1b[1;31m", "\x1b[32m", "\x1b[35m", "\x1b[36m", "\x1b[1m", "\x1b[0m",
};

struct writer {
	const struct run_file *run;
	struct report_causes causes;
	struct buf *out;
	struct arena arena; /* of one history, above the causes */
	bool colour;
};

static void paint(struct writer *w, enum colour colour)
{
	if (w->colour)
		buf_puts(w->out, CODES[colour]);
}

static void painted(struct writer *w, enum colour colour, struct str text)
{
	paint(w, colour);
	buf_add(w->out, text);
	paint(w, RESET);
}

static void path(struct writer *w, struct str p)
{
	buf_add(w->out, report_visible(p, LIMIT_SHOWN_PATH_BYTES, &w->arena));
}

static void summary(struct writer *w)
{
	const struct report_palette palette = {CODES[GREEN], CODES[RED], CODES[CYAN],
					       CODES[RESET]};

	report_summary(w->run, w->colour ? &palette : NULL, w->out);
}

static void cause_line(struct writer *w, const struct report_cause *c)
{
	buf_printf(w->out, "%5" PRId64 "  ", c->cause->count);
	buf_add(w->out,
		report_visible(c->cause->title, 3 * LIMIT_SHOWN_NAME_BYTES, &w->arena));
	if (report_cause_known(c))
		buf_puts(w->out, " (known)");
	else if (c->n_known)
		buf_printf(w->out, " (%zu known)", c->n_known);
	buf_puts(w->out, "\n       smallest: ");
	path(w, c->cause->smallest);
	buf_printf(w->out, " (%.*s)\n",
		   STR_ARG(report_count(c->cause->events, "event", "events", &w->arena)));
}

static void cause_list(struct writer *w)
{
	bool any = false;

	/* One history that did not pass is told below, and needs no list. */
	if (w->causes.n == 1 && w->causes.at[0].n_rows == 1)
		return;
	for (size_t i = 0; i < w->causes.n; i++) {
		struct arena_mark mark = arena_mark(&w->arena);

		if (!w->causes.at[i].cause->fingerprint.n)
			continue;
		if (!any)
			painted(w, BOLD, STR("\ncauses\n"));
		any = true;
		cause_line(w, &w->causes.at[i]);
		arena_rewind(&w->arena, mark);
	}
}

static void lines_of(struct writer *w, const struct report_lines *lines)
{
	static const enum colour TONES[] = {
		[TONE_PLAIN] = RESET, [TONE_HISTORY] = CYAN, [TONE_CODE] = MAGENTA};

	for (size_t i = 0; i < lines->items.n; i++) {
		const struct report_line *line = &lines->items.at[i];

		buf_puts(w->out, "  ");
		buf_add(w->out, report_margin(line, &w->arena));
		if (line->tone == TONE_PLAIN)
			buf_add(w->out, line->text);
		else
			painted(w, TONES[line->tone], line->text);
		buf_add_char(w->out, '\n');
	}
}

/* The histories of a cause beside the one that was shown whole. */
static void others(struct writer *w, const struct report_cause *c)
{
	size_t n = c->n_rows - 1, listed = 0;

	if (!n)
		return;
	buf_printf(w->out, "  the same in %zu more:\n", n);
	for (size_t i = 0; i < c->n_rows && listed < SHOWN_OF_A_CAUSE; i++) {
		const struct run_row *row = c->rows[i];

		if (row == c->shown)
			continue;
		buf_puts(w->out, "    - ");
		path(w, row->entry.history);
		if (row->verdict.kind == VERDICT_DIVERGED)
			buf_printf(w->out, " (event %" PRId64 ")",
				   row->verdict.divergence.event_id);
		buf_add_char(w->out, '\n');
		listed++;
	}
	if (n > listed)
		buf_printf(w->out, "    and %zu more\n", n - listed);
}

static void heading(struct writer *w, const struct run_row *row)
{
	struct str reason = report_reason(row, &w->arena);
	enum verdict_kind kind = row->verdict.kind;

	buf_add_char(w->out, '\n');
	painted(w, kind == VERDICT_SKIPPED ? CYAN : RED, str_of(report_verdict_heading(kind)));
	if (reason.n || row->entry.known)
		buf_printf(w->out, " (%.*s%s%s)", STR_ARG(reason),
			   reason.n && row->entry.known ? ", " : "",
			   row->entry.known ? "known" : "");
}

static void block(struct writer *w, const struct report_cause *c)
{
	const struct run_row *row = c->shown;
	struct report_lines lines = {0};
	struct str subject = report_subject(row, &w->arena);

	heading(w, row);
	buf_add_char(w->out, ' ');
	paint(w, BOLD);
	path(w, row->entry.history);
	paint(w, RESET);
	buf_add_char(w->out, '\n');
	if (subject.n)
		buf_printf(w->out, "  workflow: %.*s\n", STR_ARG(subject));
	/* What everybody knows need not be explained again. */
	if (report_cause_known(c))
		report_known(row, &w->arena, &lines);
	else
		report_body(row, &w->arena, &lines);
	lines_of(w, &lines);
	report_lines_done(&lines);
	others(w, c);
}

static void blocks_of(struct writer *w, enum verdict_kind kind, bool known)
{
	for (size_t i = 0; i < w->causes.n; i++) {
		struct arena_mark mark = arena_mark(&w->arena);

		if (w->causes.at[i].cause->kind == kind &&
		    report_cause_known(&w->causes.at[i]) == known)
			block(w, &w->causes.at[i]);
		arena_rewind(&w->arena, mark);
	}
}

/* What was skipped has little to say: a list for each reason. */
static void skipped(struct writer *w, struct str reason)
{
	size_t n = 0;

	for (size_t i = 0; i < w->run->n_rows; i++) {
		const struct run_row *row = &w->run->rows[i];
		struct arena_mark mark = arena_mark(&w->arena);

		if (row->verdict.kind != VERDICT_SKIPPED || !str_eq(row->verdict.reason, reason))
			continue;
		if (!n++) {
			heading(w, row);
			buf_add_char(w->out, '\n');
		}
		if (n <= SHOWN_OF_A_CAUSE) {
			buf_puts(w->out, "    - ");
			path(w, row->entry.history);
			buf_printf(w->out, ": %.*s\n",
				   STR_ARG(report_headline(row, &w->arena)));
		}
		arena_rewind(&w->arena, mark);
	}
	if (n > SHOWN_OF_A_CAUSE)
		buf_printf(w->out, "    and %zu more\n", n - SHOWN_OF_A_CAUSE);
}

static void all_skipped(struct writer *w)
{
	struct map seen = {0};

	for (size_t i = 0; i < w->run->n_rows; i++) {
		const struct run_row *row = &w->run->rows[i];
		bool is_new;

		if (row->verdict.kind != VERDICT_SKIPPED)
			continue;
		map_put(&seen, row->verdict.reason, 0, &is_new);
		if (is_new && seen.n <= SHOWN_OF_A_CAUSE)
			skipped(w, row->verdict.reason);
	}
	if (seen.n > SHOWN_OF_A_CAUSE)
		buf_printf(w->out, "\nand %zu more reasons\n", seen.n - SHOWN_OF_A_CAUSE);
	map_done(&seen);
}

bool report_text(const struct run_file *run, enum report_colour colour, struct buf *out,
		 struct err *err)
{
	struct writer w = {.run = run, .out = out, .colour = colour == REPORT_COLOUR};

	arena_init(&w.arena);
	w.causes = report_causes(run, &w.arena);
	summary(&w);
	report_compare(run, out);
	cause_list(&w);
	for (int known = 0; known < 2; known++)
		for (int kind = VERDICT_DIVERGED; kind < VERDICT_SKIPPED; kind++)
			blocks_of(&w, kind, known);
	all_skipped(&w);
	arena_done(&w.arena);
	return buf_ok(out, err);
}
