/* SPDX-License-Identifier: MIT */
/* report_github.c: workflow commands of GitHub Actions: an annotation for each cause. */
#include "formats/base/limits.h"
#include "replayer/report/report.h"
#include "replayer/report/report_causes.h"
#include "replayer/report/report_sides.h"
#include "replayer/report/report_totals.h"

#include <inttypes.h>

/*
 * A command is a line of its own: "::error file=a.ts,line=7,title=T::text". In the text, %,
 * CR and LF are escaped as %25, %0D and %0A, in properties : and , as well; nothing else
 * can end or open a command. All text was made harmless before, so the line feeds escaped
 * here are our own.
 *
 * GitHub shows ten errors and ten notices of a step and drops the rest without a word. So
 * there is one for each cause, and the tenth says how many there are more.
 */
#define ANNOTATIONS 10
#define TITLE_BYTES ((size_t)250)

struct writer {
	struct buf *out;
	struct arena arena; /* of one annotation */
};

static void escape(struct writer *w, struct str s, bool property)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
			buf_printf(w->out, "%%%02X", (unsigned)(unsigned char)c);
		else
			buf_add_char(w->out, c);
	}
}

static void property(struct writer *w, const char **sep, const char *name, struct str value)
{
	buf_printf(w->out, "%s%s=", *sep, name);
	escape(w, value, true);
	*sep = ",";
}

/* Only a path within the repository can be annotated: the line of code, else the history. */
static void place(struct writer *w, const char **sep, const struct run_row *row)
{
	const struct stack_frame *f = report_place(row);
	struct str file = f ? f->file : row->entry.history;

	if (!file.n || file.p[0] == '/')
		return;
	property(w, sep, "file", report_visible(file, LIMIT_SHOWN_PATH_BYTES, &w->arena));
	if (f)
		property(w, sep, "line", arena_printf(&w->arena, "%" PRId64, f->line));
	if (f && f->column)
		property(w, sep, "col", arena_printf(&w->arena, "%" PRId64, f->column));
}

static struct str title(const struct report_cause *c, struct arena *a)
{
	const struct run_row *row = c->shown;
	struct str type = report_name(row->entry.workflow_type, a);
	struct str reason = report_reason(row, a);

	if (reason.n)
		reason = arena_printf(a, " (%.*s)", STR_ARG(reason));
	if (!type.n)
		type = STR("replay");
	return report_visible(arena_printf(a, "%.*s %s%.*s", STR_ARG(type),
					   report_verdict_words(c->cause->kind), STR_ARG(reason)),
			      TITLE_BYTES, a);
}

static void annotate(struct writer *w, const char *command, const struct report_cause *c)
{
	const struct run_row *row = c->shown;
	struct report_lines lines = {0};
	const char *sep = " ";

	buf_printf(w->out, "::%s", command);
	place(w, &sep, row);
	property(w, &sep, "title", title(c, &w->arena));
	buf_puts(w->out, "::");
	escape(w, report_visible(c->cause->title, 3 * LIMIT_SHOWN_NAME_BYTES, &w->arena), false);
	escape(w, STR("\n"), false);
	escape(w, report_visible(row->entry.history, LIMIT_SHOWN_PATH_BYTES, &w->arena), false);
	if (c->n_rows > 1)
		escape(w, arena_printf(&w->arena, ", and %zu more", c->n_rows - 1), false);
	report_brief(row, &w->arena, &lines);
	for (size_t i = 0; i < lines.items.n; i++) {
		escape(w, STR("\n"), false);
		escape(w, report_margin(&lines.items.at[i], &w->arena), false);
		escape(w, lines.items.at[i].text, false);
	}
	report_lines_done(&lines);
	buf_add_char(w->out, '\n');
}

static void annotations(struct writer *w, const struct report_causes *causes, const char *command,
			bool known)
{
	size_t total = 0, shown = 0;

	for (size_t i = 0; i < causes->n; i++)
		total += report_cause_found(&causes->at[i]) &&
			 report_cause_known(&causes->at[i]) == known;
	for (size_t i = 0; i < causes->n; i++) {
		struct arena_mark mark = arena_mark(&w->arena);

		if (!report_cause_found(&causes->at[i]) ||
		    report_cause_known(&causes->at[i]) != known)
			continue;
		if (shown == ANNOTATIONS - 1 && total > ANNOTATIONS)
			break;
		annotate(w, command, &causes->at[i]);
		shown++;
		arena_rewind(&w->arena, mark);
	}
	if (total > shown)
		buf_printf(w->out,
			   "::%s title=hindcast::and %zu more causes: see the job summary\n",
			   command, total - shown);
}

bool report_github(const struct run_file *run, enum report_colour colour, struct buf *out,
		   struct err *err)
{
	struct writer w = {.out = out};
	struct report_causes causes;

	arena_init(&w.arena);
	causes = report_causes(run, &w.arena);
	annotations(&w, &causes, "error", false);
	annotations(&w, &causes, "notice", true);
	buf_puts(out, "hindcast: ");
	report_summary(run, NULL, out);
	arena_done(&w.arena);
	return buf_ok(out, err);
}
