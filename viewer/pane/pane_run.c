/* SPDX-License-Identifier: MIT */
/* pane_run.c: a replay run: verdicts by cause. */
#include "viewer/pane/words_run.h"

#include "formats/history/detail.h"
#include "viewer/act/act.h"

#include <inttypes.h>

/*
 *     CAUSE / HISTORY                     EVENT TASK  EVENTS    SIZE  TYPE
 *  v [1]  31x diverged  ActivityTaskScheduled ReserveStock replaced by StartTimer 30s
 *    x order-88121       a3f0..            12    2      49     38K  OrderWorkflow
 *      28 more
 *  > [P] 371x passed                                              9 types
 */
enum { NUMBER_WIDTH = 6, BYTES_WIDTH = 10, RUN_ID_WIDTH = 9, INDENT = 4 };

struct widths {
	size_t name, run_id, event, events, size, time, type;
};

/* What is left after the name goes to numbers, the less there is the fewer of them. */
static struct widths widths_of(const struct pane_context *c)
{
	struct widths w = {.event = 2 * NUMBER_WIDTH};
	size_t room = c->width > INDENT + w.event ? c->width - INDENT - w.event : 0;

	w.events = room > 40 ? NUMBER_WIDTH + 2 : 0;
	w.size = room > 48 ? BYTES_WIDTH : 0;
	w.run_id = room > 78 ? RUN_ID_WIDTH : 0;
	w.time = room > 90 ? BYTES_WIDTH : 0;
	room -= w.events + w.size + w.run_id + w.time;
	w.type = room > 90 ? 40 : room > 30 ? room * 2 / 5 : 0;
	w.name = room > w.type + 1 ? room - w.type - 1 : 0;
	return w;
}

static size_t count(const struct pane_context *c)
{
	return c->session->runs.lines.n;
}

static void head(const struct pane_context *c, struct line *l)
{
	struct widths w = widths_of(c);

	line_puts(l, STYLE_DIM, "    ");
	line_cell(l, STYLE_DIM, STR("CAUSE / HISTORY"), w.name);
	line_cell(l, STYLE_DIM, STR(" RUN"), w.run_id);
	line_right(l, STYLE_DIM, STR("EVENT"), NUMBER_WIDTH);
	line_right(l, STYLE_DIM, STR("TASK"), NUMBER_WIDTH);
	line_right(l, STYLE_DIM, STR("EVENTS"), w.events);
	line_right(l, STYLE_DIM, STR("SIZE"), w.size);
	line_right(l, STYLE_DIM, STR("TOOK"), w.time);
	line_puts(l, STYLE_DIM, " ");
	line_cell(l, STYLE_DIM, STR(" TYPE"), w.type);
}

/* ---- rows ---- */

/* A mark, and a style where there is focus: the cursor is seen in print, too. */
static void add_cursor(const struct pane_context *c, size_t i, struct line *l)
{
	line_puts(l, STYLE_STRONG, c->session->scrolls[PANE_RUN].row == i ? ">" : " ");
}

static const char *fold_mark(const struct run_group *g)
{
	return g->fold == RUN_CLOSED ? "+ " : "v ";
}

/* "[9]", as wide as the last of them. */
static void add_number_of(const struct run_list *r, const struct run_group *g, struct line *l,
			  struct arena *a)
{
	size_t width = 4;
	struct str number = g->kind == VERDICT_PASSED ? STR("[P]") : STR("[S]");

	for (size_t n = r->groups.n; n >= 10; n /= 10)
		width++;
	if (g->number)
		number = arena_printf(a, "[%zu]", g->number);
	line_cell(l, STYLE_STRONG, number, width);
}

static void add_group(const struct pane_context *c, const struct run_group *g, struct line *l)
{
	const struct run_list *r = &c->session->runs;
	enum style style = words_verdict_style(g->kind);
	struct arena *a = &c->session->step;
	const struct run_row *smallest = &r->run->rows[g->smallest];

	line_puts(l, STYLE_PLAIN, fold_mark(g));
	add_number_of(r, g, l, a);
	if (g->n != g->all)
		line_printf(l, STYLE_PLAIN, "%3zu of %zux ", g->n, g->all);
	else
		line_printf(l, STYLE_PLAIN, "%3zux ", g->all);
	line_puts(l, style, verdict_name(g->kind));
	if (g->kind == VERDICT_SKIPPED && g->key.n)
		line_printf(l, STYLE_PLAIN, "  %.*s", STR_ARG(g->key));
	if (g->known)
		line_printf(l, STYLE_ODD, g->known == g->all ? " (known)" : " (%zu known)", g->known);
	if (!g->cause)
		return;
	line_puts(l, STYLE_PLAIN, "  ");
	line_add(l, STYLE_PLAIN, words_cause(smallest, a));
}

static void add_number(struct line *l, int64_t n, size_t width, struct arena *a)
{
	line_right(l, STYLE_PLAIN, n ? arena_printf(a, "%" PRId64, n) : STR("-"), width);
}

static struct str size_of(int64_t bytes, struct arena *a)
{
	return bytes > 0 ? detail_bytes((uint64_t)bytes, a) : STR("-");
}

static struct str took(double ms, struct arena *a)
{
	return ms > 0 && ms < 1e12 ? detail_span((int64_t)(ms * 1e6), a) : STR("-");
}

static void add_history(const struct pane_context *c, const struct run_row *row, struct line *l)
{
	const struct ledger_entry *e = &row->entry;
	const struct divergence *d = &row->verdict.divergence;
	bool diverged = row->verdict.kind == VERDICT_DIVERGED;
	struct arena *a = &c->session->step;
	struct widths w = widths_of(c);

	line_printf(l, words_verdict_style(row->verdict.kind), " %c ",
		    words_verdict_letter(row->verdict.kind));
	line_cell(l, STYLE_PLAIN, words_history(row), w.name);
	if (w.run_id) {
		line_puts(l, STYLE_DIM, " ");
		line_cell(l, STYLE_DIM, str_take(e->run_id, 8), w.run_id - 1);
	}
	add_number(l, diverged ? d->event_id : 0, NUMBER_WIDTH, a);
	add_number(l, diverged ? d->workflow_task : 0, NUMBER_WIDTH, a);
	if (w.events)
		add_number(l, e->events, w.events, a);
	if (w.size)
		line_right(l, STYLE_PLAIN, size_of(e->bytes, a), w.size);
	if (w.time)
		line_right(l, STYLE_DIM, took(e->ms, a), w.time);
	if (w.type) {
		line_puts(l, STYLE_PLAIN, "  ");
		line_add(l, STYLE_PLAIN, e->workflow_type);
	}
	if (w.type && row->was != VERDICT_KINDS && row->was != row->verdict.kind)
		line_printf(l, STYLE_ODD, "  was %s", verdict_name(row->was));
	if (w.type && row->verdict.unstable)
		line_puts(l, STYLE_ODD, "  unstable");
}

static void row(const struct pane_context *c, size_t i, struct line *l)
{
	const struct run_list *r = &c->session->runs;
	const struct run_line *line = &r->lines.at[i];
	const struct run_group *g = &r->groups.at[line->group];
	struct arena_mark mark = arena_mark(&c->session->step);

	add_cursor(c, i, l);
	if (line->kind == RUN_LINE_GROUP)
		add_group(c, g, l);
	else if (line->kind == RUN_LINE_HISTORY)
		add_history(c, run_list_row(r, i), l);
	else
		line_printf(l, STYLE_LINK, "   %zu more", g->n - RUN_BRIEF_ROWS);
	arena_rewind(&c->session->step, mark);
}

/* ---- around them ---- */

/* "diverged 37  failed 2  passed 371". */
static void title(const struct pane_context *c, struct line *l)
{
	const struct run_file *run = c->session->run;

	for (int i = VERDICT_DIVERGED; i <= VERDICT_KINDS; i++) {
		enum verdict_kind kind = i == VERDICT_SKIPPED  ? VERDICT_PASSED
					 : i == VERDICT_KINDS ? VERDICT_SKIPPED
							      : (enum verdict_kind)i;

		if (!run->totals[kind])
			continue;
		line_printf(l, words_verdict_style(kind), " %s", verdict_name(kind));
		line_printf(l, STYLE_STRONG, " %" PRId64 " ", run->totals[kind]);
	}
}

/* The worker of the first history that names one, how many histories, and whether that is all. */
static void facts(const struct pane_context *c, struct line *l)
{
	const struct run_file *run = c->session->run;

	for (size_t i = 0; i < run->n_rows && c->width >= 100; i++) {
		const struct ledger_entry *e = &run->rows[i].entry;

		if (!e->worker_sdk.n)
			continue;
		line_add(l, STYLE_BAR, e->worker_identity);
		line_printf(l, STYLE_BAR, "  %.*s %.*s  ", STR_ARG(e->worker_sdk),
			    STR_ARG(e->worker_version));
		break;
	}
	line_printf(l, STYLE_BAR, "%zu histor%s", run->n_rows, run->n_rows == 1 ? "y" : "ies");
	if (!run->ended.p && run->header.histories > (int64_t)run->n_rows)
		line_printf(l, STYLE_ODD, " of %" PRId64, run->header.histories);
	if (!run->ended.p)
		line_puts(l, STYLE_ODD, ", not ended");
	line_puts(l, STYLE_BAR, " ");
}

static void modifiers(const struct pane_context *c, struct line *l)
{
	const struct roster *r = &c->session->runs.roster;

	if (r->key != ROSTER_EVENTS || r->down)
		line_printf(l, STYLE_PLAIN, "by %s%s", r->down ? "-" : "", roster_key_name(r->key));
	if (r->filter.n)
		line_printf(l, STYLE_ODD, "  filter: %.*s", STR_ARG(r->filter));
	line_puts(l, STYLE_PLAIN, " ");
}

/* ---- what keys do ---- */

static void to_line(struct session *s, size_t line)
{
	if (line < s->runs.lines.n)
		s->scrolls[PANE_RUN].row = line;
	session_changed(s);
}

/* The heading of the group that a line is in. */
static size_t heading(const struct run_list *r, size_t line)
{
	while (line > 0 && r->lines.at[line].kind != RUN_LINE_GROUP)
		line--;
	return line;
}

static void fold(struct session *s, size_t line)
{
	size_t top = heading(&s->runs, line);

	if (top == line)
		run_list_fold(&s->runs, line, RUN_CLOSED);
	to_line(s, top);
}

static void unfold(struct session *s, size_t line)
{
	struct run_list *r = &s->runs;
	enum run_fold now = r->groups.at[r->lines.at[line].group].fold;

	run_list_fold(r, line, now == RUN_CLOSED ? RUN_BRIEF : RUN_WHOLE);
	to_line(s, line);
}

static void enter(struct session *s, size_t line)
{
	const struct run_list *r = &s->runs;

	if (r->lines.at[line].kind == RUN_LINE_HISTORY)
		session_show_history(s, run_list_row(r, line));
	else if (r->lines.at[line].kind == RUN_LINE_MORE ||
		 r->groups.at[r->lines.at[line].group].fold == RUN_CLOSED)
		unfold(s, line);
	else
		fold(s, line);
}

static void next_diverged(struct session *s, size_t line, bool forward)
{
	size_t row = run_list_next(&s->runs, line, VERDICT_DIVERGED, forward);

	if (row == SIZE_MAX)
		session_message(s, STYLE_ODD, "no history that diverged %s this one",
				forward ? "after" : "before");
	else
		to_line(s, run_list_show(&s->runs, row));
}

/* The place of a line among all headings and histories, as if nothing was folded. */
static struct run_place place_at(const struct run_list *r, size_t line)
{
	return line < r->lines.n ? run_list_place(r, line) : (struct run_place){0, RUN_PLACE_HEADING};
}

static bool place_fits(const struct pane_context *c, struct run_place place, struct line *l,
		       pane_fits *fits, void *data)
{
	const struct run_list *r = &c->session->runs;
	const struct run_group *g = &r->groups.at[place.group];
	const struct run_row *row;
	struct arena_mark mark = arena_mark(&c->session->step);
	bool ok;

	line_clear(l);
	if (place.at == RUN_PLACE_HEADING) {
		add_group(c, g, l);
		ok = fits(data, STR_NONE, l);
	} else {
		row = &r->run->rows[r->order.at[g->first + place.at]];
		add_history(c, row, l);
		ok = fits(data, row->entry.history, l);
	}
	arena_rewind(&c->session->step, mark);
	return ok;
}

static bool find(const struct pane_context *c, bool forward, pane_fits *fits, void *data)
{
	struct session *s = c->session;
	struct run_place from = place_at(&s->runs, s->scrolls[PANE_RUN].row), at = from;
	bool found = false;
	struct line l;

	if (!s->runs.lines.n)
		return false;
	line_init(&l);
	do {
		at = run_list_step(&s->runs, at, forward);
		found = place_fits(c, at, &l, fits, data);
	} while (!found && (at.group != from.group || at.at != from.at));
	line_done(&l);
	if (found)
		to_line(s, run_list_unfold_to(&s->runs, at));
	return found;
}

/* Whatever changes rows keeps the cursor on its history. */
static void sort(struct session *s, struct str text)
{
	const struct run_row *at = run_list_row(&s->runs, s->scrolls[PANE_RUN].row);
	struct err err = ERR_INIT;

	if (!roster_sort(&s->runs.roster, text, &err)) {
		session_message(s, STYLE_BAD, "%s", err.message);
		return;
	}
	run_list_sort(&s->runs);
	if (at)
		to_line(s, run_list_line(&s->runs, (size_t)(at - s->run->rows)));
	session_changed(s);
}

static void filter(struct session *s, struct str text)
{
	struct err err = ERR_INIT;

	if (!roster_filter(&s->runs.roster, text, s->schema, &err)) {
		session_message(s, STYLE_BAD, "%s", err.message);
		return;
	}
	run_list_filter(&s->runs);
	s->scrolls[PANE_RUN] = (struct scroll){.row = run_list_begin(&s->runs)};
	if (!s->runs.lines.n)
		session_message(s, STYLE_ODD, "no history fits: & and Enter shows all again");
	session_changed(s);
}

static bool act(const struct pane_context *c, enum action action, struct str argument)
{
	struct session *s = c->session;
	size_t line = s->scrolls[PANE_RUN].row, row_at;
	enum pane_kind view;

	switch (action) {
	case ACTION_SORT:
		sort(s, argument);
		return true;
	case ACTION_FILTER:
		filter(s, argument);
		return true;
	default:
		break;
	}
	if (line >= s->runs.lines.n)
		return false;
	row_at = s->runs.lines.at[line].row;
	switch (action) {
	case ACTION_ENTER:
		enter(s, line);
		return true;
	case ACTION_LEFT:
		fold(s, line);
		return true;
	case ACTION_RIGHT:
		unfold(s, line);
		return true;
	case ACTION_EXPAND:
		s->expanded = !s->expanded;
		run_list_fold_all(&s->runs, s->expanded);
		to_line(s, run_list_line(&s->runs, row_at));
		return true;
	case ACTION_NEXT_DIVERGENCE:
	case ACTION_PREVIOUS_DIVERGENCE:
		next_diverged(s, line, action == ACTION_NEXT_DIVERGENCE);
		return true;
	default:
		/* Views of a history open the one under the cursor first. */
		return act_view_of(action, &view) &&
		       !session_show_history(s, run_list_row(&s->runs, line));
	}
}

const struct pane PANE_ROW_RUN = {
	.name = "run",
	.scope = SCOPE_TOP,
	.help = "a replay run: verdicts by cause",
	.count = count,
	.row = row,
	.find = find,
	.head = head,
	.title = title,
	.facts = facts,
	.modifiers = modifiers,
	.act = act,
	.hints = {{ACTION_ENTER, "open"}, {ACTION_NEXT_DIVERGENCE, "diverged"},
		  {ACTION_VIEW_DIFF, "diff"}, {ACTION_RIGHT, "unfold"}, {ACTION_FILTER, "filter"}, {ACTION_SORT, "sort"},
		  {ACTION_SEARCH, "search"}, {ACTION_EXPAND, "all"}, {ACTION_HELP, "help"},
		  {ACTION_QUIT, "quit"}},
};
