/* SPDX-License-Identifier: MIT */
/* pane_tree.c: events by what they are about: each activity, timer, child, ... a row. */
#include "viewer/pane/words.h"

#include "formats/history/detail.h"
#include "formats/history/events.h"

#include <inttypes.h>

/*
 *        GROUP  WHAT                  STATE
 *      + A5     activity Charge       completed  x3  waited 1.8s  ran 0.8s  {"id":1} -> "ok"
 *   !  - A43    activity Refund       failed     ran 0.020s
 *           43  +1.2     ActivityTaskScheduled    ...
 *
 * In front: > has the current event, x diverges, ! failed; + is folded, - unfolded.
 */
enum { MARKS = 3, FOLD = 2, LABEL = 6, STATE = 10, PAYLOAD_BYTES = 200 };

static struct tree *tree_of(const struct pane_context *c)
{
	return document_tree(c->document, c->session->generation);
}

static size_t count(const struct pane_context *c)
{
	return tree_of(c)->rows.n;
}

static size_t event_at(const struct pane_context *c, size_t i)
{
	return tree_of(c)->rows.at[i].event;
}

static size_t row_of(const struct pane_context *c, size_t event)
{
	return tree_of(c)->row_of[event];
}

static size_t what_width(const struct pane_context *c)
{
	size_t w = c->width * 3 / 8;

	return w < 14 ? 14 : w > 48 ? 48 : w;
}

static void head(const struct pane_context *c, struct line *l)
{
	line_to(l, MARKS + FOLD);
	line_cell(l, STYLE_DIM, STR("GROUP"), LABEL);
	line_puts(l, STYLE_DIM, " ");
	line_cell(l, STYLE_DIM, STR("WHAT"), what_width(c));
	line_puts(l, STYLE_DIM, " STATE");
}

/* ---- groups ---- */

static bool is_bad(enum entity_state state)
{
	return words_state_style(state) == STYLE_BAD;
}

static void add_marks(const struct pane_context *c, size_t row, const char *mark, struct line *l)
{
	const struct tree *t = tree_of(c);
	const struct tree_row *r = &t->rows.at[row];
	bool now = t->row_of[c->document->at] == row ||
		   (r->kind == TREE_EVENT && r->event == c->document->at);

	line_puts(l, STYLE_STRONG, now ? ">" : " ");
	line_puts(l, STYLE_BAD, mark);
	line_to(l, MARKS + 2 * r->level);
	if (r->kind == TREE_TASKS || (r->group != GROUP_NONE && r->kind == TREE_GROUP &&
				      t->groups->at[r->group].n > 1))
		line_puts(l, STYLE_PLAIN, tree_is_unfolded(t, row) ? "- " : "+ ");
	line_to(l, MARKS + 2 * r->level + FOLD);
}

static void add_spans(const struct document *d, const struct group *g, struct arena *a,
		      struct line *l)
{
	const struct history *h = &d->history;
	int64_t waited = group_between(h, g->first, g->started);
	int64_t ran = group_between(h, g->started, g->closed);
	int64_t whole = group_between(h, g->first, g->closed);

	if (waited > 0 && g->started != g->first)
		line_printf(l, STYLE_DIM, "  waited %.*s", STR_ARG(words_span(waited, a)));
	if (ran >= 0 && g->started != g->first)
		line_printf(l, STYLE_DIM, "  ran %.*s", STR_ARG(words_span(ran, a)));
	else if (whole >= 0 && g->closed != g->first)
		line_printf(l, STYLE_DIM, "  took %.*s", STR_ARG(words_span(whole, a)));
}

/* What went in and what came out: of the first event, and of the one that closed it. */
static void add_payloads(const struct pane_context *c, const struct group *g, struct line *l)
{
	const struct document *d = c->document;
	const uint32_t events[] = {g->first, g->closed};
	struct buf text;

	buf_init(&text, 0);
	for (size_t i = 0; i < 2; i++) {
		if (events[i] == GROUP_NONE || (i && g->closed == g->first))
			continue;
		buf_clear(&text);
		words_payload(c->session, d, events[i], &text);
		if (text.n)
			line_puts(l, STYLE_DIM, i ? " -> " : "  ");
		line_add(l, STYLE_DIM, str_take(buf_str(&text), PAYLOAD_BYTES));
	}
	buf_done(&text);
}

static void add_failure(const struct document *d, const struct group *g, struct line *l)
{
	struct buf text;

	buf_init(&text, 0);
	if (g->closed != GROUP_NONE)
		detail_add(&d->history, g->closed, &text);
	if (text.n)
		line_puts(l, STYLE_PLAIN, "  ");
	line_add(l, STYLE_BAD, str_take(buf_str(&text), PAYLOAD_BYTES));
	buf_done(&text);
}

/* What is wanted most of its kind comes first: there is seldom room for all. */
static void add_outcome(const struct pane_context *c, const struct group *g, struct line *l)
{
	const struct document *d = c->document;

	if (g->attempt > 1)
		line_printf(l, STYLE_ODD, "  x%" PRId64, g->attempt);
	if (g->kind == ENTITY_PROPERTIES) {
		line_puts(l, STYLE_PLAIN, "  ");
		words_what(c->session, d, g->first, l);
		return;
	}
	if (is_bad(g->state))
		add_failure(d, g, l);
	add_spans(d, g, &c->session->step, l);
	if (!is_bad(g->state))
		add_payloads(c, g, l);
}

static void add_name(const struct pane_context *c, const struct group *g, struct line *l)
{
	bool later = g->first > c->document->at;

	if (g->kind == ENTITY_PROPERTIES) {
		line_add(l, later ? STYLE_DIM : STYLE_STRONG,
			 words_type(c->document, g->first, what_width(c), &c->session->step));
		return;
	}
	line_puts(l, later ? STYLE_DIM : STYLE_PLAIN, words_kind(g->kind));
	line_puts(l, STYLE_PLAIN, " ");
	words_subject(c->session, c->document, g->first, later ? STYLE_DIM : STYLE_STRONG, l);
}

static void add_group(const struct pane_context *c, size_t row, struct line *l)
{
	const struct document *d = c->document;
	const struct tree_row *r = &tree_of(c)->rows.at[row];
	const struct group *g = &d->groups.at[r->group];
	struct arena *a = &c->session->step;
	bool diverges = d->diverges < d->history.n_events &&
			groups_of(&d->groups, d->diverges) == g;
	enum style style = words_state_style(g->state);
	size_t begin;
	struct line part;

	add_marks(c, row, diverges ? "x" : is_bad(g->state) ? "!" : " ", l);
	line_cell(l, STYLE_PLAIN, group_label(&d->history, g, a), LABEL);
	line_puts(l, STYLE_PLAIN, " ");
	line_init(&part);
	add_name(c, g, &part);
	line_put_cell(l, &part, what_width(c));
	line_clear(&part);
	line_puts(l, STYLE_PLAIN, " ");
	begin = l->columns;
	line_puts(&part, style == STYLE_PLAIN && g->first > d->at ? STYLE_DIM : style,
		  entity_state_text(g->kind, g->state));
	line_to(&part, STATE);
	add_outcome(c, g, &part);
	line_put_cell(l, &part, c->width > begin ? c->width - begin : 0);
	line_done(&part);
}

static void add_tasks(const struct pane_context *c, size_t row, struct line *l)
{
	const struct tree *t = tree_of(c);

	add_marks(c, row, t->n_failed ? "!" : " ", l);
	line_cell(l, STYLE_PLAIN, STR("tasks"), LABEL);
	line_puts(l, STYLE_PLAIN, " ");
	line_cell(l, STYLE_DIM,
		  arena_printf(&c->session->step, "%zu workflow task%s", t->n_tasks,
			       t->n_tasks == 1 ? "" : "s"),
		  what_width(c));
	if (t->n_failed)
		line_printf(l, STYLE_BAD, " %zu failed", t->n_failed);
}

/* ---- events ---- */

static void add_event(const struct pane_context *c, size_t row, struct line *l)
{
	struct session *s = c->session;
	const struct document *d = c->document;
	size_t event = tree_of(c)->rows.at[row].event, begin;
	struct str type = words_type(d, event, 46, &s->step);
	struct line what;

	add_marks(c, row, event == d->diverges ? "x" : document_fails(d, event) ? "!" : " ", l);
	line_right(l, STYLE_PLAIN, arena_printf(&s->step, "%" PRId64, d->history.events[event].id),
		   5);
	if (c->width >= 60) {
		line_puts(l, STYLE_PLAIN, "  ");
		line_cell(l, STYLE_DIM, words_time_in(s, d, event, words_time_width(s, d), &s->step),
			  words_time_width(s, d));
	}
	line_puts(l, STYLE_PLAIN, " ");
	line_add(l, words_style(d, event), type);
	line_puts(l, STYLE_PLAIN, "  ");
	begin = l->columns;
	line_init(&what);
	words_what(s, d, event, &what);
	line_put_cell(l, &what, c->width > begin ? c->width - begin : 0);
	line_done(&what);
}

typedef void add_row(const struct pane_context *c, size_t row, struct line *l);

static void row(const struct pane_context *c, size_t i, struct line *l)
{
	static add_row *const ADD[] = {
		[TREE_TASKS] = add_tasks,
		[TREE_GROUP] = add_group,
		[TREE_EVENT] = add_event,
	};
	struct arena_mark mark = arena_mark(&c->session->step);

	ADD[tree_of(c)->rows.at[i].kind](c, i, l);
	arena_rewind(&c->session->step, mark);
}

/* ---- folds ---- */

static bool act(const struct pane_context *c, enum action action, struct str argument)
{
	struct tree *t = tree_of(c);
	struct scroll *scroll = &c->session->scrolls[PANE_TREE];

	if (!t->rows.n || scroll->row >= t->rows.n)
		return false;
	switch (action) {
	case ACTION_ENTER:
		return tree_unfold(t, scroll->row, !tree_is_unfolded(t, scroll->row));
	case ACTION_RIGHT:
		tree_unfold(t, scroll->row, true);
		return true;
	case ACTION_LEFT:
		if (!tree_is_unfolded(t, scroll->row))
			scroll->row = tree_around(t, scroll->row);
		tree_unfold(t, scroll->row, false);
		return true;
	case ACTION_EXPAND:
		tree_unfold_all(t, !tree_any_unfolded(t));
		scroll->row = t->row_of[c->document->at];
		return true;
	default:
		return false;
	}
}

const struct pane PANE_ROW_TREE = {
	.name = "tree",
	.tab = '2',
	.scope = SCOPE_HISTORY,
	.help = "events by what they are about: + is folded, - unfolded; x and ! mark what diverges or failed",
	.count = count,
	.row = row,
	.event = event_at,
	.row_of = row_of,
	.head = head,
	.act = act,
	.hints = {{ACTION_DOWN, "row"}, {ACTION_ENTER, "unfold"}, {ACTION_EXPAND, "all"},
		  {ACTION_NEXT_IN_GROUP, "group"}, {ACTION_NEXT_FAILURE, "failure"},
		  {ACTION_NEXT_TASK, "task"}, {ACTION_SEARCH, "search"}, {ACTION_FILTER, "filter"},
		  {ACTION_HELP, "help"}, {ACTION_BACK, "back"}},
};
