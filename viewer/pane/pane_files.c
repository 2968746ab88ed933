/* SPDX-License-Identifier: MIT */
/* pane_files.c: histories without a run: what each is, as far as that was read. */
#include "viewer/pane/words.h"

#include "formats/history/detail.h"
#include "viewer/act/act.h"

#include <inttypes.h>

/*
 *    HISTORY                  STATUS      EVENTS    SIZE    TOOK  TYPE
 * >  order-88121.json         completed       49     38K   4d04h  OrderWorkflow
 *  ! broken.json              unreadable       -     12K       -  JSON, line 41: ...
 */
enum { STATUS_WIDTH = 11, NUMBER_WIDTH = 8, BYTES_WIDTH = 10, MARK_WIDTH = 3 };

struct widths {
	size_t name, id, status, events, size, time, type;
};

static struct widths widths_of(const struct pane_context *c)
{
	struct widths w = {.status = STATUS_WIDTH};
	size_t room = c->width > MARK_WIDTH + w.status ? c->width - MARK_WIDTH - w.status : 0;

	w.events = room > 25 ? NUMBER_WIDTH : 0;
	w.size = room > 40 ? BYTES_WIDTH : 0;
	w.time = room > 50 ? NUMBER_WIDTH : 0;
	room -= w.events + w.size + w.time;
	w.id = room > 80 ? 24 : 0;
	room -= w.id;
	w.type = room > 80 ? 40 : room > 30 ? room * 2 / 5 : 0;
	w.name = room > w.type ? room - w.type : 0;
	return w;
}

static size_t count(const struct pane_context *c)
{
	return c->session->list.shown.n;
}

static const struct file_row *row_at(const struct session *s, size_t i)
{
	return &s->files.at[s->list.shown.at[i]];
}

static void head(const struct pane_context *c, struct line *l)
{
	struct widths w = widths_of(c);

	line_puts(l, STYLE_DIM, "   ");
	line_cell(l, STYLE_DIM, STR("HISTORY"), w.name ? w.name - 1 : 0);
	line_puts(l, STYLE_DIM, " ");
	if (w.id)
		line_cell(l, STYLE_DIM, STR("WORKFLOW ID"), w.id);
	line_cell(l, STYLE_DIM, STR("STATUS"), w.status);
	line_right(l, STYLE_DIM, STR("EVENTS"), w.events);
	line_right(l, STYLE_DIM, STR("SIZE"), w.size);
	line_right(l, STYLE_DIM, STR("TOOK"), w.time);
	line_puts(l, STYLE_DIM, w.type ? "  TYPE" : "");
}

/* ---- rows ---- */

static enum style style_of(const struct file_row *row)
{
	const char *status = row->about.status;

	if (row->state == FILE_BAD || row->state == FILE_DAMAGED)
		return STYLE_BAD;
	if (row->state == FILE_WAITS || !status)
		return STYLE_DIM;
	if (str_is(str_of(status), "completed"))
		return STYLE_GOOD;
	if (str_is(str_of(status), "failed") || str_is(str_of(status), "timed-out") ||
	    str_is(str_of(status), "terminated"))
		return STYLE_BAD;
	return str_is(str_of(status), "canceled") ? STYLE_ODD : STYLE_PLAIN;
}

static struct str status_of(const struct file_row *row)
{
	switch (row->state) {
	case FILE_WAITS:
		return STR("...");
	case FILE_DAMAGED:
		return STR("damaged");
	case FILE_BAD:
		return STR("unreadable");
	default:
		/* The one word that is longer than its column. */
		return str_is(str_of(row->about.status), "continued-as-new")
			       ? STR("continued")
			       : str_of(row->about.status);
	}
}

static struct str took(const struct query_history *q, struct arena *a)
{
	int64_t ns;

	if (!q->started || !q->closed || __builtin_sub_overflow(q->closed, q->started, &ns))
		return STR("-");
	return words_span(ns, a);
}

/* The end of a path says more than its begin. */
static struct str end_of(struct str path, size_t width, struct arena *a)
{
	if (path.n <= width || width < 8)
		return path;
	return arena_printf(a, "...%.*s", STR_ARG(str_skip(path, path.n - (width - 3))));
}

static void add_row(const struct pane_context *c, const struct file_row *row, struct line *l)
{
	const struct query_history *q = &row->about;
	struct arena *a = &c->session->step;
	struct widths w = widths_of(c);
	bool odd = row->state == FILE_BAD || row->state == FILE_DAMAGED;
	size_t name = w.name ? w.name - 1 : 0;

	line_puts(l, STYLE_BAD, odd ? "! " : "  ");
	line_cell(l, STYLE_PLAIN, end_of(file_list_name(c->session, row), name, a), name);
	line_puts(l, STYLE_PLAIN, " ");
	if (w.id) {
		line_cell(l, STYLE_PLAIN, q->workflow_id, w.id - 1);
		line_puts(l, STYLE_PLAIN, " ");
	}
	line_cell(l, style_of(row), status_of(row), w.status);
	if (w.events)
		line_right(l, STYLE_PLAIN,
			   q->events ? arena_printf(a, "%" PRId64, q->events) : STR("-"), w.events);
	if (w.size)
		line_right(l, STYLE_PLAIN,
			   row->bytes >= 0 ? detail_bytes((uint64_t)row->bytes, a) : STR("-"), w.size);
	if (w.time)
		line_right(l, STYLE_PLAIN, took(q, a), w.time);
	if (!w.type)
		return;
	line_puts(l, STYLE_PLAIN, "  ");
	line_add(l, STYLE_PLAIN, q->type);
	if (odd)
		line_printf(l, STYLE_BAD, "%s%.*s", q->type.n ? "  " : "", STR_ARG(row->problem));
}

static void row(const struct pane_context *c, size_t i, struct line *l)
{
	struct arena_mark mark = arena_mark(&c->session->step);

	line_puts(l, STYLE_STRONG, c->session->scrolls[PANE_FILES].row == i ? ">" : " ");
	add_row(c, row_at(c->session, i), l);
	arena_rewind(&c->session->step, mark);
}

static struct str history(const struct pane_context *c, size_t i)
{
	return row_at(c->session, i)->path;
}

/* ---- around them ---- */

/* Where they lie, and how far they were read. */
static void title(const struct pane_context *c, struct line *l)
{
	const struct session *s = c->session;
	size_t waits = 0;

	for (size_t i = s->list.next; i < s->files.n; i++)
		waits += s->files.at[i].state == FILE_WAITS;
	line_puts(l, STYLE_PLAIN, " ");
	line_add(l, STYLE_STRONG, s->list.folder);
	if (waits)
		line_printf(l, STYLE_ODD, " %zu of %zu read", s->files.n - waits, s->files.n);
}

static void facts(const struct pane_context *c, struct line *l)
{
	const struct session *s = c->session;
	size_t bad = 0;

	for (size_t i = 0; i < s->files.n; i++)
		bad += s->files.at[i].state == FILE_BAD || s->files.at[i].state == FILE_DAMAGED;
	line_printf(l, STYLE_BAR, "%zu histor%s", s->files.n, s->files.n == 1 ? "y" : "ies");
	if (bad)
		line_printf(l, STYLE_BAD, ", %zu damaged or unreadable", bad);
	line_puts(l, STYLE_BAR, " ");
}

static void modifiers(const struct pane_context *c, struct line *l)
{
	const struct roster *r = &c->session->list.roster;

	if (r->key != ROSTER_GIVEN)
		line_printf(l, STYLE_PLAIN, "by %s%s", r->down ? "-" : "", roster_key_name(r->key));
	if (r->filter.n)
		line_printf(l, STYLE_ODD, "  filter: %.*s", STR_ARG(r->filter));
	line_puts(l, STYLE_PLAIN, " ");
}

/* ---- what keys do ---- */

static void open_row(struct session *s, size_t line)
{
	const struct file_row *r = row_at(s, line);
	struct err err = ERR_INIT;
	struct document *d = session_open(s, r->path, &err);

	if (d)
		session_show(s, PANE_LIST, d);
	else
		session_message(s, STYLE_BAD, "%s", err.message);
}

static void choose(struct session *s, bool ok, const struct err *err)
{
	if (!ok) {
		session_message(s, STYLE_BAD, "%s", err->message);
		return;
	}
	file_list_order(s);
	if (!s->list.shown.n)
		session_message(s, STYLE_ODD, "no history fits: & and Enter shows all again");
	session_changed(s);
}

static bool act(const struct pane_context *c, enum action action, struct str argument)
{
	struct session *s = c->session;
	struct roster *r = &s->list.roster;
	struct err err = ERR_INIT;

	switch (action) {
	case ACTION_SORT:
		choose(s, roster_sort(r, argument, &err), &err);
		return true;
	case ACTION_FILTER:
		choose(s, roster_filter(r, argument, s->schema, &err), &err);
		return true;
	case ACTION_ENTER:
		if (s->scrolls[PANE_FILES].row < s->list.shown.n)
			open_row(s, s->scrolls[PANE_FILES].row);
		return true;
	default:
		return false;
	}
}

const struct pane PANE_ROW_FILES = {
	.name = "files",
	.scope = SCOPE_TOP,
	.help = "histories without a run: type, status, size",
	.count = count,
	.row = row,
	.history = history,
	.head = head,
	.title = title,
	.facts = facts,
	.modifiers = modifiers,
	.act = act,
	.hints = {{ACTION_ENTER, "open"}, {ACTION_FILTER, "filter"}, {ACTION_SORT, "sort"},
		  {ACTION_SEARCH, "search"}, {ACTION_HELP, "help"}, {ACTION_QUIT, "quit"}},
};
