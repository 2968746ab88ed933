/* SPDX-License-Identifier: MIT */
/* act_search.c: searching, through rows of text and through histories. */
#include "viewer/act/act.h"

#include "formats/base/width.h"

#include <stdio.h>

/* ---- what is searched ---- */

void search_all(struct session *s, struct search *search)
{
	struct arena_mark mark = arena_mark(&s->step);

	for (size_t i = 0; s->run && i < s->run->n_rows; i++)
		search_add(search, file_list_locate(s, s->run->rows[i].entry.history), NULL,
			   &s->run->rows[i]);
	for (size_t i = 0; !s->run && i < s->files.n; i++) /* else where those of the run lie */
		search_add(search, s->files.at[i].path, NULL, NULL);
	for (size_t i = 0; i < s->documents.n; i++)
		search_opened(search, s->documents.at[i]->path, s->documents.at[i]);
	arena_rewind(&s->step, mark);
}

static size_t history_of(const struct session *s, const struct document *d)
{
	for (size_t i = 0; i < s->search.histories.n; i++)
		if (s->search.histories.at[i].document == d && d)
			return i;
	return 0;
}

void search_forget(struct session *s)
{
	if (s->search.matcher.text.n)
		search_done(&s->search);
	s->search = (struct search){0};
	s->searching = s->wanted = false;
}

static void begin(struct session *s, struct str text)
{
	search_init(&s->search, text, s->schema, &s->options.tools);
	s->searches++;
	search_all(s, &s->search);
	search_start(&s->search, history_of(s, session_document(s)));
	s->searching = s->search.histories.n != 0;
	s->rows_asked = 0;
}

static void begin_anew(struct session *s, struct str text)
{
	search_forget(s);
	if (text.n)
		begin(s, text);
}

void search_again(struct session *s, const struct document *changed)
{
	struct search old = s->search;

	if (!old.matcher.text.n)
		return;
	begin(s, old.matcher.text);
	search_keep(&s->search, &old, changed);
	search_done(&old);
}

void search_takes(struct session *s, struct document *d)
{
	elsewhere_opened(&s->elsewhere, d);
	if (!s->search.matcher.text.n)
		return;
	search_opened(&s->search, d->path, d);
	s->searching = s->search.looked < s->search.histories.n;
}

/* ---- rows ---- */

/* By its text, or because the history that it stands for holds what is searched. */
static bool row_fits(void *data, struct str history, const struct line *l)
{
	struct search *search = data;
	const struct search_history *h;
	size_t start, end;

	if (matcher_find(&search->matcher, buf_str(&l->text), 0, &start, &end))
		return true;
	h = history.p && search->n_hits ? search_find(search, history) : NULL;
	return h && h->n_hits;
}

static bool row_at_fits(struct session *s, const struct pane_context *c, size_t row, struct line *l)
{
	const struct pane *pane = PANE_TABLE[s->focus];

	line_clear(l);
	pane_row(c, s->focus, row, l);
	return row_fits(&s->search, pane->history ? pane->history(c, row) : STR_NONE, l);
}

/*
 * Where a search goes on from a pane: through its rows, which stand for histories or text; from
 * event to event, which are its rows; or through the lines of its page, and behind the last of
 * them from event to event. A page that is of no event is gone through round its end.
 */
enum search_way { WAY_ROWS, WAY_EVENTS, WAY_LINES, WAY_PAGE };

static enum search_way way_of(const struct session *s)
{
	const struct pane *pane = PANE_TABLE[s->focus];
	bool of_history = pane->scope == SCOPE_HISTORY || pane->scope == SCOPE_WHOLE;

	if (pane->row_of)
		return WAY_EVENTS;
	if (!pane->build)
		return WAY_ROWS;
	return of_history && s->places.n && vec_last(&s->places)->document ? WAY_LINES : WAY_PAGE;
}

static bool next_row(struct session *s, bool forward, size_t from)
{
	struct pane_context c = act_context(s);
	const struct pane *pane = PANE_TABLE[s->focus];
	size_t count = pane_count(&c, s->focus);
	struct line l;
	bool found = false;

	if (pane->find)
		return pane->find(&c, forward, row_fits, &s->search);
	line_init(&l);
	for (size_t i = 1; i <= count && !found; i++) {
		size_t row = forward ? (from + i) % count : (from + 2 * count - i) % count;

		found = row_at_fits(s, &c, row, &l);
		if (found)
			act_to_row(s, row);
	}
	line_done(&l);
	return found;
}

/* ---- lines of a page ---- */

/* Columns that are seen beside a hit, where the line is scrolled to it. */
#define BESIDE 8

/* Scrolls sideways where the hit would not be seen. */
static void show_column(struct session *s, const struct pane_context *c, struct str text)
{
	struct scroll *scroll = &s->scrolls[s->focus];
	size_t start, end, first, behind;

	if (!matcher_find(&s->search.matcher, text, 0, &start, &end))
		return;
	first = width_of(str_take(text, start));
	behind = width_of(str_take(text, end)) + BESIDE;
	if (behind <= c->width + BESIDE)
		scroll->left = 0;
	else if (first < scroll->left + BESIDE || behind > scroll->left + c->width)
		scroll->left = first > BESIDE && behind - first > c->width ? first - BESIDE
									   : behind - c->width;
}

/* To the first line with a hit at ROW or behind it; before it, unless FORWARD. */
static bool to_line(struct session *s, bool forward, size_t row)
{
	struct pane_context c = act_context(s);
	const struct page *page = pane_page(&c, s->focus);
	size_t to, nth = 0;

	if (!page || !page_next_hit(page, row, forward, &to))
		return false;
	act_to_row(s, to);
	show_column(s, &c, pane_page_line(&c, s->focus, to)->text.text);
	while (page->hits.at[nth] != to)
		nth++;
	session_message(s, STYLE_PLAIN, "/%.*s: line %zu of %zu here",
			STR_ARG(s->search.matcher.text), nth + 1, page->hits.n);
	return true;
}

/* From the line of the cursor on, which counts for a text that was not searched before. */
static bool next_line(struct session *s, bool forward, bool is_new)
{
	size_t row = s->scrolls[s->focus].row;

	if (to_line(s, forward, forward && !is_new ? row + 1 : row))
		return true;
	return way_of(s) == WAY_PAGE && to_line(s, forward, forward ? 0 : SIZE_MAX);
}

/* ---- events ---- */

/* A page goes on with that of the event, where it is of one; else the list has it. */
static void show_event(struct session *s, struct document *d)
{
	enum pane_kind main = session_place(s)->pane;
	bool page = way_of(s) == WAY_LINES, stays = PANE_TABLE[s->focus]->scope == SCOPE_HISTORY;

	if (page && stays && s->focus == main && PANE_TABLE[main]->tab)
		session_show(s, main, d);
	else if (d != session_document(s) || (page && !stays))
		session_show(s, PANE_LIST, d);
}

static void show_hit(struct session *s, struct search_hit hit, bool forward, bool wrapped)
{
	struct search_history *h = &s->search.histories.at[hit.history];
	struct err err = ERR_INIT;
	struct document *d = h->document;
	bool there;

	if (!d) /* a run's row by its own name, so that what the run knows of it comes with it */
		d = session_open(s, h->row ? h->row->entry.history : h->path, &err);
	if (!d) {
		session_message(s, STYLE_BAD, "%s", err.message);
		return;
	}
	show_event(s, d);
	there = hit.event < d->history.n_events;
	document_want(d, 0, there ? 0 : hit.event);
	session_go(s, hit.event, SESSION_JUMP);
	if (way_of(s) == WAY_LINES)
		to_line(s, forward, forward ? 0 : SIZE_MAX);
	session_message(s, STYLE_PLAIN, "/%.*s: %zu of %zu%s%s%s", STR_ARG(s->search.matcher.text),
			search_ordinal(&s->search, hit), s->search.n_hits,
			s->searching ? " so far" : "", wrapped ? ", round the end" : "",
			there ? "" : ", further on in what is still read");
}

static bool next_event(struct session *s, bool forward)
{
	struct document *d = session_document(s);
	struct search_hit from = {history_of(s, d), 0}, hit;
	bool wrapped;

	if (d)
		from.event = d->wanted_index ? d->wanted_index : d->at;
	if (!search_next(&s->search, from, forward, &hit, &wrapped))
		return false;
	/* Behind the end there may be more before it, that was not looked at yet. */
	if (wrapped && s->searching)
		return false;
	show_hit(s, hit, forward, wrapped);
	return true;
}

static void say(struct session *s, const char *what)
{
	session_message(s, STYLE_ODD, "/%.*s: %s%s", STR_ARG(s->search.matcher.text), what,
			s->searching ? " so far" : "");
}

/* IS_NEW: the text was not searched before. */
static void next(struct session *s, bool forward, bool is_new)
{
	if (!s->search.matcher.text.n) {
		session_message(s, STYLE_ODD, "nothing was searched yet (/)");
		return;
	}
	s->wanted_forward = forward;
	s->wanted = false;
	switch (way_of(s)) {
	case WAY_ROWS:
		s->wanted = !next_row(s, forward, s->scrolls[s->focus].row);
		if (s->wanted)
			say(s, "no row matches");
		break;
	case WAY_PAGE:
		if (!next_line(s, forward, is_new))
			session_message(s, STYLE_ODD, "/%.*s: no line matches",
					STR_ARG(s->search.matcher.text));
		break;
	case WAY_LINES:
	case WAY_EVENTS:
		if (way_of(s) == WAY_LINES && next_line(s, forward, is_new))
			break;
		s->wanted = !next_event(s, forward);
		if (s->wanted && !s->searching)
			say(s, "nothing found");
	}
	s->wanted &= s->searching;
}

void act_search_next(struct session *s, struct str argument)
{
	next(s, true, false);
}

void act_search_previous(struct session *s, struct str argument)
{
	next(s, false, false);
}

void act_search(struct session *s, struct str argument)
{
	begin_anew(s, str_trim(argument));
	if (s->search.matcher.text.n)
		next(s, true, true);
}

/* ---- while it is typed ---- */

void search_begin_typing(struct session *s)
{
	struct pane_context c = act_context(s);
	const struct page *page = pane_page(&c, s->focus);

	s->origin.level = s->places.n;
	s->origin.place = *session_place(s);
	s->origin.focus = s->focus;
	s->origin.zoomed = s->zoomed;
	s->origin.event = c.document ? c.document->at : 0;
	s->origin.scroll = s->scrolls[s->focus];
	if (page)
		s->origin.scroll.row = page_row_without_led(page, s->origin.scroll.row);
	buf_clear(&s->origin.folds);
	run_list_folds(&s->runs, &s->origin.folds);
}

static void to_origin(struct session *s)
{
	const struct origin *o = &s->origin;

	search_forget(s);
	if (s->places.n < o->level)
		return;
	s->places.n = o->level;
	*session_place(s) = o->place;
	s->focus = o->focus;
	s->zoomed = o->zoomed;
	session_go(s, o->event, SESSION_STEP);
	if (run_list_fold_as(&s->runs, buf_str(&o->folds)))
		session_changed(s); /* pages tell of rows, which are others now */
	session_settle(s); /* with nothing unfolded */
	s->scrolls[s->focus] = o->scroll;
}

void search_typed(struct session *s, struct str text)
{
	to_origin(s);
	begin_anew(s, text);
	if (text.n)
		next(s, true, true);
	session_settle(s);
}

void search_given_up(struct session *s)
{
	to_origin(s);
	buf_clear(&s->message);
	session_settle(s);
}

/* ---- meanwhile ---- */

/*
 * A row whose history holds the text is gone to as soon as that is known. All rows are gone
 * through for it, so they are no more often than hits grow by some part.
 */
static void rows_idle(struct session *s)
{
	size_t hits = s->search.n_hits, asked = s->rows_asked;

	if (!s->wanted || (s->searching && hits <= asked + asked / 8))
		return;
	s->rows_asked = hits;
	if (hits > asked && next_row(s, s->wanted_forward, s->scrolls[s->focus].row)) {
		s->wanted = false;
		buf_clear(&s->message);
	}
}

static void say_end(struct session *s)
{
	const struct search *search = &s->search;
	const char *what = way_of(s) == WAY_ROWS ? "no row matches" : "nothing found";
	char found[64], unread[96] = "";

	if (!s->wanted && !search->unread)
		return;
	snprintf(found, sizeof(found), "%zu hit%s", search->n_hits, search->n_hits == 1 ? "" : "s");
	if (search->unread)
		snprintf(unread, sizeof(unread), ", %zu of %zu histories could not be read",
			 search->unread, search->histories.n);
	session_message(s, STYLE_ODD, "/%.*s: %s%s", STR_ARG(search->matcher.text),
			s->wanted ? what : found, unread);
	s->wanted = false;
}

bool search_idle(struct session *s)
{
	if (!s->searching)
		return false;
	s->searching = search_step(&s->search);
	if (way_of(s) == WAY_ROWS)
		rows_idle(s);
	else if (s->wanted && next_event(s, s->wanted_forward))
		s->wanted = false;
	if (!s->searching)
		say_end(s);
	session_settle(s);
	return true;
}
