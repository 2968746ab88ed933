/* SPDX-License-Identifier: MIT */
/* pane_verdict.c: all that a run file says of one history, in words. */
#include "viewer/pane/words_run.h"

#include <inttypes.h>

/* Histories of the same cause that are listed: some, and what x shows. */
enum { SOME_MOST = 12, ALL_MOST = 1000 };

/* Why the history itself is not shown, and what can be done about it. */
static void add_problem(const struct pane_context *c, const struct run_row *row, struct page *p)
{
	const struct session *s = c->session;

	if (vec_last(&s->places)->pane != PANE_VERDICT || !s->runs.problem.n ||
	    s->runs.problem_row != (size_t)(row - s->run->rows))
		return;
	line_puts(&p->now, STYLE_BAD, " not opened: ");
	page_text(p, STYLE_BAD, s->runs.problem, p->now.columns, c->width);
	page_text(p, STYLE_DIM,
		  STR("What follows is all that the run file knows. Paths are relative to the folder that the "
		      "replay ran in: start there, or say where the histories are now: hindcast view RUN "
		      "FOLDER"),
		  1, c->width);
	page_end(p);
}

static void add_heading(const struct run_row *row, struct page *p)
{
	const struct verdict *v = &row->verdict;

	line_printf(&p->now, words_verdict_style(v->kind), " %c ", words_verdict_letter(v->kind));
	line_add(&p->now, STYLE_STRONG, words_history(row));
	line_puts(&p->now, STYLE_PLAIN, "  ");
	words_verdict(row, &p->now);
	if (v->kind == VERDICT_DIVERGED)
		line_printf(&p->now, STYLE_PLAIN, ", task %" PRId64 ": %s",
			    v->divergence.workflow_task, divergence_name(v->divergence.kind));
	else if (v->reason.n)
		line_printf(&p->now, STYLE_PLAIN, " (%.*s)", STR_ARG(v->reason));
	if (row->entry.known)
		line_puts(&p->now, STYLE_ODD, " (known)");
	page_end(p);
}

static void add_same_cause(const struct pane_context *c, const struct run_row *row, struct page *p)
{
	const struct cause *cause = words_cause_of(c->session->run, row);

	if (!cause || cause->count < 2)
		return;
	page_heading(p, arena_printf(&p->arena, "same cause: %" PRId64, cause->count), c->width);
	words_same_cause(c->session->run, row, c->session->expanded ? ALL_MOST : SOME_MOST, p);
}

static void build(const struct pane_context *c, struct page *p)
{
	const struct run_row *row = session_run_row(c->session);
	struct report_lines lines = {0};
	struct arena a;

	if (!row) {
		page_puts(p, STYLE_DIM,
			  c->document || !c->session->run
				  ? " no replay run is open that knows of this history"
				  : " no history is shown");
		return;
	}
	arena_init(&a);
	add_problem(c, row, p);
	add_heading(row, p);
	report_body(row, &a, &lines);
	words_report(&lines, c->width, p);
	line_puts(&p->now, STYLE_DIM, " file:     ");
	page_text(p, STYLE_DIM, row->entry.history, p->now.columns, c->width);
	report_lines_done(&lines);
	add_same_cause(c, row, p);
	arena_done(&a);
}

/* Of a run, it goes along with the rows; a line of its own may lead somewhere, too. */
static bool act(const struct pane_context *c, enum action action, struct str argument)
{
	const struct page_line *line =
		pane_page_line(c, PANE_VERDICT, c->session->scrolls[PANE_VERDICT].row);
	bool rows = action == ACTION_NEXT_DIVERGENCE || action == ACTION_PREVIOUS_DIVERGENCE ||
		    (action == ACTION_ENTER && !(line && line->history.p));

	return !c->document && c->session->run && rows && PANE_ROW_RUN.act(c, action, argument);
}

const struct pane PANE_ROW_VERDICT = {
	.name = "verdict",
	.scope = SCOPE_ANY,
	.help = "what a replay run says of one history",
	.build = build,
	.act = act,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_NEXT_DIVERGENCE, "diverged"},
		  {ACTION_NEXT_PANE, "pane"}, {ACTION_ZOOM, "zoom"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
