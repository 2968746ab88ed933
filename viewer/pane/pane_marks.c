/* SPDX-License-Identifier: MIT */
/* pane_marks.c: breakpoints, marks and the places jumped from: where one can go back to. */
#include "viewer/act/act.h"
#include "viewer/pane/words.h"

#include <inttypes.h>

/* What a row stands for: they are listed one kind behind the other. */
enum row_kind { ROW_NONE, ROW_BREAKPOINT, ROW_MARK, ROW_JUMP };

struct listed {
	enum row_kind kind;
	size_t at; /* in the session's array of that kind */
};

/* Each kind has a heading; without any there is a line that says so. */
static struct listed listed_at(const struct session *s, size_t row)
{
	const size_t counts[] = {s->breakpoints.n, s->marks.n, s->jump_at};
	size_t begin = 0;

	for (size_t k = 0; k < 3; k++) {
		size_t n = counts[k] ? counts[k] : 1;

		if (row > begin && row <= begin + counts[k]) {
			size_t at = row - begin - 1;

			/* the last jump first, as going back takes them */
			return (struct listed){(enum row_kind)(k + 1), k == 2 ? counts[k] - 1 - at : at};
		}
		begin += n + 1;
	}
	return (struct listed){0};
}

static void add_place(struct session *s, const struct document *d, size_t event, struct page *p)
{
	struct arena_mark mark = arena_mark(&s->step);

	if (event >= d->history.n_events)
		return;
	line_add(&p->now, STYLE_STRONG, d->label);
	line_printf(&p->now, STYLE_PLAIN, "  ev %" PRId64 "  ", d->history.events[event].id);
	line_add(&p->now, words_style(d, event), words_type(d, event, 60, &s->step));
	line_puts(&p->now, STYLE_PLAIN, "  ");
	words_what(s, d, event, &p->now);
	arena_rewind(&s->step, mark);
}

static void add_none(struct page *p, size_t n, const char *text)
{
	if (n)
		return;
	line_puts(&p->now, STYLE_DIM, "   ");
	line_puts(&p->now, STYLE_DIM, text);
	page_end(p);
}

static void add_breakpoints(struct session *s, struct page *p)
{
	for (size_t i = 0; i < s->breakpoints.n; i++) {
		const struct breakpoint *b = &s->breakpoints.at[i];

		line_printf(&p->now, STYLE_BAD, " B ");
		line_printf(&p->now, STYLE_PLAIN, "%2zu  ", i + 1);
		if (b->query)
			line_add(&p->now, STYLE_STRONG, b->text);
		else
			add_place(s, b->document, b->event, p);
		line_printf(&p->now, STYLE_DIM, "  hit %zu time%s", b->hits, b->hits == 1 ? "" : "s");
		page_end(p);
	}
	add_none(p, s->breakpoints.n, "none: b sets one at the current event, :break type = TimerFired at many");
}

static void add_marks(struct session *s, struct page *p)
{
	for (size_t i = 0; i < s->marks.n; i++) {
		struct buf key;

		buf_init(&key, 0);
		key_add(&key, s->marks.at[i].key);
		line_puts(&p->now, STYLE_PLAIN, " ' ");
		line_cell(&p->now, STYLE_STRONG, buf_str(&key), 4);
		buf_done(&key);
		add_place(s, s->marks.at[i].to.document, s->marks.at[i].to.event, p);
		page_end(p);
	}
	add_none(p, s->marks.n, "none: m and a letter sets one, ' and the letter goes there");
}

static void add_jumps(struct session *s, struct page *p)
{
	for (size_t i = s->jump_at; i > 0; i--) {
		line_puts(&p->now, STYLE_PLAIN, "   ");
		add_place(s, s->jumps.at[i - 1].document, s->jumps.at[i - 1].event, p);
		page_end(p);
	}
	add_none(p, s->jump_at, "none so far");
}

static void build(const struct pane_context *c, struct page *p)
{
	page_heading(p, STR("breakpoints"), c->width);
	add_breakpoints(c->session, p);
	page_heading(p, STR("marks"), c->width);
	add_marks(c->session, p);
	page_heading(p, STR("jumped from, the last first"), c->width);
	add_jumps(c->session, p);
}

static void go_to(struct session *s, const struct document *d, size_t event)
{
	for (size_t i = 0; i < s->documents.n; i++)
		if (s->documents.at[i] == d)
			session_show_tab(s, PANE_LIST, s->documents.at[i]);
	session_go(s, event, SESSION_JUMP);
}

static bool act(const struct pane_context *c, enum action action, struct str argument)
{
	struct session *s = c->session;
	struct listed row = listed_at(s, s->scrolls[PANE_MARKS].row);

	if (action == ACTION_BREAKPOINT && row.kind == ROW_BREAKPOINT && !argument.p) {
		breakpoint_remove(s, row.at);
		session_changed(s);
		return true;
	}
	if (action != ACTION_ENTER)
		return false;
	if (row.kind == ROW_BREAKPOINT && !s->breakpoints.at[row.at].query)
		go_to(s, s->breakpoints.at[row.at].document, s->breakpoints.at[row.at].event);
	else if (row.kind == ROW_MARK)
		go_to(s, s->marks.at[row.at].to.document, s->marks.at[row.at].to.event);
	else if (row.kind == ROW_JUMP)
		go_to(s, s->jumps.at[row.at].document, s->jumps.at[row.at].event);
	return true;
}

const struct pane PANE_ROW_MARKS = {
	.name = "marks",
	.scope = SCOPE_ANY,
	.help = "breakpoints, marks, and the places jumped from",
	.build = build,
	.act = act,
	.hints = {{ACTION_ENTER, "go there"}, {ACTION_BREAKPOINT, "remove"}, {ACTION_BACK, "back"},
		  {ACTION_HELP, "help"}},
};
