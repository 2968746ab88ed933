/* SPDX-License-Identifier: MIT */
/* act_search.c: searching, through rows of text and through histories. */
#include "viewer/act/act.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- what is searched ---- */

static void add_histories(struct session *s)
{
	struct search *search = &s->search;
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
	add_histories(s);
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
	if (!s->search.matcher.text.n)
		return;
	search_opened(&s->search, d->path, d);
	s->searching = s->search.looked < s->search.histories.n;
}

/* ---- rows ---- */

/* The history that a row stands for holds the text. */
static bool row_leads_to_hits(struct session *s, const struct pane_context *c, size_t row)
{
	const struct pane *pane = PANE_TABLE[s->focus];
	struct str path = pane->history && s->search.n_hits ? pane->history(c, row) : STR_NONE;
	const struct search_history *h = path.p ? search_find(&s->search, path) : NULL;

	return h && h->n_hits;
}

static bool row_matches(struct session *s, const struct pane_context *c, size_t row, struct line *l)
{
	size_t start, end;

	line_clear(l);
	pane_row(c, s->focus, row, l);
	return matcher_find(&s->search.matcher, buf_str(&l->text), 0, &start, &end) ||
	       row_leads_to_hits(s, c, row);
}

/* Panes whose rows are text to be searched as it stands; the others' rows are events. */
static bool searches_rows(const struct session *s)
{
	return !PANE_TABLE[s->focus]->row_of;
}

static bool next_row(struct session *s, bool forward, size_t from)
{
	struct pane_context c = act_context(s);
	size_t count = pane_count(&c, s->focus);
	struct line l;
	bool found = false;

	line_init(&l);
	for (size_t i = 1; i <= count && !found; i++) {
		size_t row = forward ? (from + i) % count : (from + 2 * count - i) % count;

		found = row_matches(s, &c, row, &l);
		if (found)
			act_to_row(s, row);
	}
	line_done(&l);
	return found;
}

/* ---- events ---- */

static void show_hit(struct session *s, struct search_hit hit, bool wrapped)
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
	if (d != session_document(s))
		session_show(s, PANE_LIST, d);
	there = hit.event < d->history.n_events;
	document_want(d, 0, there ? 0 : hit.event);
	session_go(s, hit.event, SESSION_JUMP);
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
	show_hit(s, hit, wrapped);
	return true;
}

static void next(struct session *s, bool forward)
{
	if (!s->search.matcher.text.n) {
		session_message(s, STYLE_ODD, "nothing was searched yet (/)");
		return;
	}
	s->wanted_forward = forward;
	if (searches_rows(s)) {
		s->wanted = !next_row(s, forward, s->scrolls[s->focus].row);
		if (s->wanted)
			session_message(s, STYLE_ODD, "/%.*s: no row matches%s",
					STR_ARG(s->search.matcher.text),
					s->searching ? " so far" : "");
		s->wanted &= s->searching;
		return;
	}
	s->wanted = !next_event(s, forward);
	if (s->wanted && !s->searching) {
		s->wanted = false;
		session_message(s, STYLE_ODD, "/%.*s: nothing found", STR_ARG(s->search.matcher.text));
	}
}

void act_search_next(struct session *s, struct str argument)
{
	next(s, true);
}

void act_search_previous(struct session *s, struct str argument)
{
	next(s, false);
}

void act_search(struct session *s, struct str argument)
{
	begin_anew(s, str_trim(argument));
	if (s->search.matcher.text.n)
		next(s, true);
}

/* ---- while it is typed ---- */

void search_begin_typing(struct session *s)
{
	struct document *d = session_document(s);

	s->origin = (struct jump){d, s->focus, d ? d->at : s->scrolls[s->focus].row};
}

static void to_origin(struct session *s)
{
	if (s->origin.document && s->origin.document == session_document(s))
		session_go(s, s->origin.event, SESSION_STEP);
	else if (!s->origin.document && s->focus == s->origin.pane)
		s->scrolls[s->focus].row = s->origin.event;
}

void search_typed(struct session *s, struct str text)
{
	to_origin(s);
	begin_anew(s, text);
	if (text.n)
		next(s, true);
	session_settle(s);
}

void search_given_up(struct session *s)
{
	to_origin(s);
	search_forget(s);
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
	const char *what = searches_rows(s) ? "no row matches" : "nothing found";
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
	if (searches_rows(s))
		rows_idle(s);
	else if (s->wanted && next_event(s, s->wanted_forward))
		s->wanted = false;
	if (!s->searching)
		say_end(s);
	session_settle(s);
	return true;
}
