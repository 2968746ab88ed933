/* SPDX-License-Identifier: MIT */
/* report_markdown.c: a comment on a pull request: totals, causes, each cause folded up. */
#include "formats/base/limits.h"
#include "replayer/report/report.h"
#include "replayer/report/report_causes.h"
#include "replayer/report/report_sides.h"
#include "replayer/report/report_totals.h"

#include <inttypes.h>

/*
 * Names can open nothing, whatever they hold:
 *   - in a table they stand in code spans, where a backtick is written \x60 and a bar is
 *     escaped, so that neither the span nor the cell ends; nobody is mentioned, nothing
 *     becomes a link, and no tag is read there;
 *   - in a <summary> they stand in <code>, with < > & " as entities, and are one line;
 *   - all else stands in a fence longer than any run of backticks within.
 * GitHub takes 65,536 characters of a comment; what is beyond MOST_BYTES is left out, and
 * the last line says so.
 */
#define MOST_BYTES ((size_t)60000)
#define TABLE_BYTES ((size_t)20000)
#define LAST_LINES_BYTES ((size_t)400)
#define TABLE_PATH_BYTES ((size_t)120)
#define OTHERS_SHOWN 10
#define LEAST_FENCE ((size_t)3)
/* After so many causes that found no room, the rest is not even tried. */
#define MISSES 20

struct writer {
	const struct run_file *run;
	struct report_causes causes;
	struct buf *out;
	struct arena arena; /* of one cause, above the causes */
};

/* ---- text that stays where it is put ---- */

/* S, made harmless, as a code span that may stand in a table. */
static void span(struct buf *out, struct str s)
{
	if (!s.n)
		return;
	buf_add_char(out, '`');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '`')
			buf_puts(out, "\\x60");
		else if (s.p[i] == '|')
			buf_puts(out, "\\|");
		else
			buf_add_char(out, s.p[i]);
	}
	buf_add_char(out, '`');
}

static void html(struct buf *out, struct str s)
{
	static const struct {
		char c;
		const char *entity;
	} ROWS[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};

	for (size_t i = 0; i < s.n; i++) {
		const char *entity = NULL;

		for (size_t k = 0; k < sizeof(ROWS) / sizeof(*ROWS); k++)
			entity = s.p[i] == ROWS[k].c ? ROWS[k].entity : entity;
		if (entity)
			buf_puts(out, entity);
		else
			buf_add_char(out, s.p[i]);
	}
}

static size_t longest_run(struct str s, char c)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < s.n; i++) {
		run = s.p[i] == c ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static void fenced(struct buf *out, struct str text)
{
	size_t n = longest_run(text, '`') + 1;

	n = n < LEAST_FENCE ? LEAST_FENCE : n;
	for (size_t i = 0; i < n; i++)
		buf_add_char(out, '`');
	buf_puts(out, "diff\n");
	buf_add(out, text);
	for (size_t i = 0; i < n; i++)
		buf_add_char(out, '`');
	buf_puts(out, "\n");
}

/* ---- the tables ---- */

static void heading(struct writer *w)
{
	const struct run_file *run = w->run;
	struct str all = report_count((int64_t)run->n_rows, "history", "histories", &w->arena);

	if (run->totals[VERDICT_DIVERGED])
		buf_printf(w->out, "### hindcast: %" PRId64 " of %.*s diverged\n\n",
			   run->totals[VERDICT_DIVERGED], STR_ARG(all));
	else
		buf_printf(w->out, "### hindcast: %.*s, none diverged\n\n", STR_ARG(all));
}

static void totals(struct writer *w)
{
	struct buf strict;

	buf_puts(w->out, "| verdict | histories | causes | known |\n|---|--:|--:|--:|\n");
	for (int kind = 0; kind < VERDICT_KINDS; kind++) {
		if (!w->run->totals[kind])
			continue;
		buf_printf(w->out, "| %s | %" PRId64 " |", report_verdict_words(kind),
			   w->run->totals[kind]);
		if (kind == VERDICT_PASSED || kind == VERDICT_SKIPPED)
			buf_puts(w->out, " | |\n");
		else
			buf_printf(w->out, " %" PRId64 " | %" PRId64 " |\n",
				   report_causes_of(w->run, kind),
				   report_known_of(w->run, kind));
	}
	buf_init(&strict, 0);
	if (report_strict(w->run, &strict)) {
		buf_add_char(w->out, '\n');
		buf_add(w->out, buf_str(&strict));
	}
	buf_done(&strict);
	if (w->run->header.left_out)
		buf_printf(w->out, "\n%" PRId64 " more were left out of the run.\n",
			   w->run->header.left_out);
	if (!w->run->ended.p || (int64_t)w->run->n_rows < w->run->header.histories)
		buf_printf(w->out, "\nThe run was interrupted: %zu of %" PRId64
				   " histories have a verdict.\n",
			   w->run->n_rows, w->run->header.histories);
}

/* "workflow.ts:57", or nothing. */
static struct str place(const struct run_row *row, struct arena *a)
{
	const struct stack_frame *f = report_place(row);

	if (!f)
		return STR_NONE;
	return arena_printf(a, "%.*s:%" PRId64, STR_ARG(report_visible(f->file, TABLE_PATH_BYTES, a)),
			    f->line);
}

static void cause_row(struct writer *w, const struct report_cause *c, struct buf *out)
{
	buf_printf(out, "| %zu | ", c->n_rows);
	span(out, report_visible(c->cause->title, 2 * LIMIT_SHOWN_NAME_BYTES, &w->arena));
	if (c->n_known)
		buf_puts(out, report_cause_known(c) ? " (known)" : " (some known)");
	buf_puts(out, " | ");
	span(out, place(c->shown, &w->arena));
	buf_puts(out, " | ");
	span(out, report_visible(c->shown->entry.history, TABLE_PATH_BYTES, &w->arena));
	buf_puts(out, " |\n");
}

/* How many causes found no room in the table. */
static size_t cause_table(struct writer *w)
{
	size_t until = w->out->n + TABLE_BYTES, left = 0, rows = 0;
	struct buf row;

	buf_init(&row, 0);
	for (size_t i = 0; i < w->causes.n; i++) {
		struct arena_mark mark = arena_mark(&w->arena);

		if (!report_cause_found(&w->causes.at[i]))
			continue;
		buf_clear(&row);
		cause_row(w, &w->causes.at[i], &row);
		if (!rows++)
			buf_puts(w->out, "\n| histories | cause | where | for example |\n"
					 "|--:|---|---|---|\n");
		if (!left && w->out->n + row.n <= until)
			buf_add(w->out, buf_str(&row));
		else
			left++;
		arena_rewind(&w->arena, mark);
	}
	buf_done(&row);
	return left;
}

/* ---- one cause ---- */

/* A diff: what history has is a minus, what the code does a plus. */
static void add_line(const struct report_line *line, struct arena *a, struct buf *out)
{
	static const char *const MARGINS[] = {
		[TONE_PLAIN] = "  ", [TONE_HISTORY] = "- ", [TONE_CODE] = "+ "};
	struct report_line plain = *line;

	if (line->tone != TONE_PLAIN && line->sign)
		plain.sign = ' ';
	buf_puts(out, MARGINS[line->tone]);
	buf_add(out, report_margin(&plain, a));
	buf_add(out, line->text);
	buf_add_char(out, '\n');
}

static void add_others(const struct report_cause *c, struct arena *a, struct buf *out)
{
	size_t listed = 0;

	for (size_t i = 0; i < c->n_rows && listed < OTHERS_SHOWN; i++) {
		const struct run_row *row = c->rows[i];

		if (row == c->shown)
			continue;
		if (!listed++)
			buf_printf(out, "  the same in %zu more:\n", c->n_rows - 1);
		buf_printf(out, "    - %.*s\n",
			   STR_ARG(report_visible(row->entry.history, TABLE_PATH_BYTES, a)));
	}
	if (c->n_rows > listed + 1)
		buf_printf(out, "    and %zu more\n", c->n_rows - 1 - listed);
}

static void details(struct writer *w, const struct report_cause *c, struct buf *out)
{
	const struct run_row *row = c->shown;
	struct str reason = report_reason(row, &w->arena);
	struct str subject = report_subject(row, &w->arena);
	struct report_lines lines = {0};
	struct buf text;

	buf_printf(out, "\n<details><summary>%s", report_verdict_heading(c->cause->kind));
	if (reason.n) {
		buf_puts(out, " <code>");
		html(out, reason);
		buf_puts(out, "</code>");
	}
	buf_printf(out, "%s: <code>", report_cause_known(c) ? ", known" : "");
	html(out, report_visible(row->entry.history, TABLE_PATH_BYTES, &w->arena));
	buf_puts(out, "</code></summary>\n\n");
	buf_init(&text, 0);
	if (subject.n)
		buf_printf(&text, "  workflow: %.*s\n", STR_ARG(subject));
	if (report_cause_known(c))
		report_known(row, &w->arena, &lines);
	else
		report_body(row, &w->arena, &lines);
	for (size_t i = 0; i < lines.items.n; i++)
		add_line(&lines.items.at[i], &w->arena, &text);
	add_others(c, &w->arena, &text);
	fenced(out, buf_str(&text));
	buf_puts(out, "\n</details>\n");
	report_lines_done(&lines);
	buf_done(&text);
}

/* New causes first. How many found no room. */
static size_t all_details(struct writer *w)
{
	size_t left = 0;
	struct buf block;

	buf_init(&block, 0);
	for (size_t i = 0; i < 2 * w->causes.n; i++) {
		const struct report_cause *c = &w->causes.at[i % w->causes.n];
		struct arena_mark mark = arena_mark(&w->arena);

		if (!report_cause_found(c) || report_cause_known(c) != (i >= w->causes.n))
			continue;
		buf_clear(&block);
		if (left < MISSES)
			details(w, c, &block);
		if (block.n && w->out->n + block.n + LAST_LINES_BYTES <= MOST_BYTES)
			buf_add(w->out, buf_str(&block));
		else
			left++;
		arena_rewind(&w->arena, mark);
	}
	buf_done(&block);
	return left;
}

bool report_markdown(const struct run_file *run, enum report_colour colour, struct buf *out,
		     struct err *err)
{
	struct writer w = {.run = run, .out = out};
	size_t rows, blocks;

	arena_init(&w.arena);
	w.causes = report_causes(run, &w.arena);
	heading(&w);
	totals(&w);
	rows = cause_table(&w);
	blocks = all_details(&w);
	if (rows || blocks)
		buf_printf(out,
			   "\nLeft out here, to be short: %zu causes of the table, %zu of those "
			   "told in full. `hindcast report` makes the whole text from the run "
			   "file.\n",
			   rows, blocks);
	arena_done(&w.arena);
	return buf_ok(out, err);
}
