/* SPDX-License-Identifier: MIT */
/* report_text.c: the report for people: totals, causes, then one history of each cause. */
#include "formats/base/limits.h"
#include "replayer/report.h"
#include "replayer/report_sides.h"

#include <inttypes.h>

/* Histories that share a cause are listed below its smallest, up to here. */
#define SHOWN_OF_A_CAUSE 10
#define LABEL_COLUMNS 9

/* Readable on light and dark grounds: no yellow, white or grey. */
enum colour { RED, GREEN, MAGENTA, CYAN, BOLD, RESET, COLOURS };

static const char *const CODES[COLOURS] = {
	"\x1b[1;31m", "\x1b[32m", "\x1b[35m", "\x1b[36m", "\x1b[1m", "\x1b[0m",
};

static const struct {
	const char *words; /* in the summary */
	const char *heading;
	enum colour colour;
} KINDS[VERDICT_KINDS] = {
	[VERDICT_PASSED] = {"passed", "PASSED", GREEN},
	[VERDICT_DIVERGED] = {"diverged", "DIVERGED", RED},
	[VERDICT_FAILED] = {"failed", "FAILED", RED},
	[VERDICT_UNREGISTERED] = {"of an unregistered type", "UNREGISTERED", RED},
	[VERDICT_TIMED_OUT] = {"timed out", "TIMED OUT", RED},
	[VERDICT_CRASHED] = {"crashed the worker", "CRASHED", RED},
	[VERDICT_INVALID] = {"invalid", "INVALID", RED},
	[VERDICT_SKIPPED] = {"skipped", "SKIPPED", CYAN},
};

struct writer {
	const struct run_file *run;
	struct buf *out;
	struct arena arena; /* of one history */
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

static const char *plural(int64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static int64_t causes_of(const struct run_file *run, enum verdict_kind kind)
{
	int64_t n = 0;

	for (size_t i = 0; i < run->causes.items.n; i++)
		n += run->causes.items.at[i].kind == kind;
	return n;
}

static int64_t known_of(const struct run_file *run, enum verdict_kind kind)
{
	int64_t n = 0;

	for (size_t i = 0; i < run->n_rows; i++)
		n += run->rows[i].entry.known && run->rows[i].verdict.kind == kind;
	return n;
}

static void summary(struct writer *w)
{
	const struct run_file *run = w->run;
	const char *sep = ": ";

	buf_printf(w->out, "%zu %s", run->n_rows,
		   plural((int64_t)run->n_rows, "history", "histories"));
	if (run->header.left_out)
		buf_printf(w->out, " (%" PRId64 " left out)", run->header.left_out);
	for (int kind = 0; kind < VERDICT_KINDS; kind++) {
		int64_t n = run->totals[kind], known = known_of(run, kind);

		if (!n)
			continue;
		buf_puts(w->out, sep);
		paint(w, KINDS[kind].colour);
		buf_printf(w->out, "%" PRId64 " %s", n, KINDS[kind].words);
		paint(w, RESET);
		if (kind == VERDICT_DIVERGED) {
			n = causes_of(run, kind);
			buf_printf(w->out, " (%" PRId64 " %s", n, plural(n, "cause", "causes"));
		}
		if (known)
			buf_printf(w->out, "%s%" PRId64 " known",
				   kind == VERDICT_DIVERGED ? ", " : " (", known);
		if (known || kind == VERDICT_DIVERGED)
			buf_add_char(w->out, ')');
		sep = ", ";
	}
	buf_add_char(w->out, '\n');
	/* With totals, where there was time to write them. */
	if (!run->ended.p || (int64_t)run->n_rows < run->header.histories)
		buf_printf(w->out,
			   "The run was interrupted: %zu of %" PRId64 " %s a verdict.\n",
			   run->n_rows, run->header.histories,
			   plural((int64_t)run->n_rows, "histories has", "histories have"));
}

static void cause_list(struct writer *w)
{
	const struct causes *causes = &w->run->causes;
	bool any = false;

	/* One history that did not pass is told below, and needs no list. */
	if (causes->items.n == 1 && causes->items.at[0].count == 1)
		return;
	for (size_t i = 0; i < causes->items.n; i++) {
		const struct cause *c = &causes->items.at[i];

		if (!c->fingerprint.n)
			continue;
		if (!any)
			painted(w, BOLD, STR("\ncauses\n"));
		any = true;
		buf_printf(w->out, "%5" PRId64 "  ", c->count);
		buf_add(w->out, report_visible(c->title, 3 * LIMIT_SHOWN_NAME_BYTES, &w->arena));
		buf_puts(w->out, "\n       smallest: ");
		path(w, c->smallest);
		buf_printf(w->out, " (%" PRId64 " %s)\n", c->events,
			   plural(c->events, "event", "events"));
	}
}

static void body(struct writer *w, const struct run_row *row)
{
	static const enum colour TONES[] = {
		[TONE_PLAIN] = RESET, [TONE_HISTORY] = CYAN, [TONE_CODE] = MAGENTA};
	struct report_lines lines = {0};

	report_body(row, &w->arena, &lines);
	for (size_t i = 0; i < lines.items.n; i++) {
		const struct report_line *line = &lines.items.at[i];
		int width = LABEL_COLUMNS + (line->label && line->label[0] == ' ' ? 2 : 0);

		if (line->label)
			buf_printf(w->out, "  %s:%*s", line->label,
				   width - (int)strlen(line->label), "");
		else /* a bar, so that no line of a message can pass for one of ours */
			buf_printf(w->out, "  %*s| ", LABEL_COLUMNS - 1, "");
		if (line->tone == TONE_PLAIN)
			buf_add(w->out, line->text);
		else
			painted(w, TONES[line->tone], line->text);
		buf_add_char(w->out, '\n');
	}
	vec_done(&lines.items);
}

/* The histories of a cause beside its smallest, which was shown whole. */
static void others(struct writer *w, size_t cause, const struct run_row *shown)
{
	int64_t n = w->run->causes.items.at[cause].count - 1, listed = 0;

	if (!n)
		return;
	buf_printf(w->out, "  the same in %" PRId64 " more:\n", n);
	for (size_t i = 0; i < w->run->n_rows && listed < SHOWN_OF_A_CAUSE; i++) {
		const struct run_row *row = &w->run->rows[i];

		if (row->cause != cause || row == shown)
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
		buf_printf(w->out, "    and %" PRId64 " more\n", n - listed);
}

static void block(struct writer *w, size_t cause, const struct run_row *row)
{
	struct str reason = report_reason(row, &w->arena);
	struct str subject = report_subject(row, &w->arena);

	buf_add_char(w->out, '\n');
	painted(w, KINDS[row->verdict.kind].colour, str_of(KINDS[row->verdict.kind].heading));
	if (reason.n || row->entry.known)
		buf_printf(w->out, " (%.*s%s%s)", STR_ARG(reason),
			   reason.n && row->entry.known ? ", " : "",
			   row->entry.known ? "known" : "");
	buf_add_char(w->out, ' ');
	paint(w, BOLD);
	path(w, row->entry.history);
	paint(w, RESET);
	buf_add_char(w->out, '\n');
	if (subject.n)
		buf_printf(w->out, "  workflow: %.*s\n", STR_ARG(subject));
	body(w, row);
	others(w, cause, row);
}

static void blocks_of(struct writer *w, const struct run_row *const *smallest,
		      enum verdict_kind kind)
{
	for (size_t i = 0; i < w->run->causes.items.n; i++) {
		struct arena_mark mark = arena_mark(&w->arena);

		if (w->run->causes.items.at[i].kind == kind)
			block(w, i, smallest[i]);
		arena_rewind(&w->arena, mark);
	}
}

/* The row of each cause that its `smallest` names; the first, where a path came twice. */
static const struct run_row **find_smallest(const struct run_file *run, struct arena *a)
{
	const struct run_row **rows =
		arena_array(a, const struct run_row *, run->causes.items.n);

	for (size_t i = 0; i < run->n_rows; i++) {
		const struct run_row *row = &run->rows[i];

		if (row->cause != CAUSES_NONE && !rows[row->cause] &&
		    str_eq(row->entry.history, run->causes.items.at[row->cause].smallest))
			rows[row->cause] = row;
	}
	return rows;
}

bool report_text(const struct run_file *run, enum report_colour colour, struct buf *out,
		 struct err *err)
{
	struct writer w = {.run = run, .out = out, .colour = colour == REPORT_COLOUR};
	const struct run_row **smallest;

	arena_init(&w.arena);
	summary(&w);
	cause_list(&w);
	smallest = find_smallest(run, &w.arena);
	for (int kind = VERDICT_DIVERGED; kind < VERDICT_KINDS; kind++)
		blocks_of(&w, smallest, kind);
	arena_done(&w.arena);
	return buf_ok(out, err);
}
