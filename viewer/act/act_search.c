/* SPDX-License-Identifier: MIT */
/* act_search.c: searching, through rows of text and through histories. */
#include "viewer/act/act.h"

#include <inttypes.h>

/* ---- what is searched ---- */

static void add_histories(struct session *s)
{
	struct search *search = &s->search;

	for (size_t i = 0; s->run && i < s->run->n_rows; i++)
		search_add(search, file_list_locate(s, s->run->rows[i].entry.history), NULL,
			   &s->run->rows[i]);
	for (size_t i = 0; !s->run && i < s->files.n; i++) /* else where those of the run lie */
		search_add(search, s->files.at[i].path, NULL, NULL);
	for (size_t i = 0; i < s->documents.n; i++)
		search_opened(search, s->documents.at[i]->path, s->documents.at[i]);
	for (size_t i = 0; i < s->documents.n; i++) { /* opened by name, and in no list */
		struct document *d = s->documents.at[i];
		bool listed = false;

		for (size_t k = 0; k < search->histories.n; k++)
			listed |= search->histories.at[k].document == d;
		if (!listed)
			search_add(search, d->path, d, d->run_row);
	}
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
	search_forget(s);
	if (!text.n)
		return;
	search_init(&s->search, text, s->schema, &s->options.tools);
	add_histories(s);
	search_start(&s->search, history_of(s, session_document(s)));
	s->searching = s->search.histories.n != 0;
}

void search_again(struct session *s)
{
	bool wanted = s->wanted;

	if (!s->search.matcher.text.n)
		return;
	begin(s, arena_str(&s->arena, s->search.matcher.text));
	s->wanted = wanted;
}

/* ---- rows ---- */

static bool row_matches(struct session *s, const struct pane_context *c, size_t row, struct line *l)
{
	const struct pane *pane = PANE_TABLE[s->focus];
	size_t start, end;
	struct str path;

	line_clear(l);
	pane_row(c, s->focus, row, l);
	if (matcher_find(&s->search.matcher, buf_str(&l->text), 0, &start, &end))
		return true;
	path = pane->history ? pane->history(c, row) : STR_NONE;
	for (size_t i = 0; path.p && i < s->search.histories.n; i++)
		if (s->search.histories.at[i].n_hits && str_eq(s->search.histories.at[i].path, path))
			return true;
	return false;
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
	struct document *d = h->document ? h->document : session_open(s, h->path, &err);

	if (!d) {
		session_message(s, STYLE_BAD, "%s", err.message);
		return;
	}
	h->document = d;
	if (d != session_document(s))
		session_show(s, PANE_LIST, d);
	session_go(s, hit.event, SESSION_JUMP);
	session_message(s, STYLE_PLAIN, "/%.*s: %zu of %zu%s%s", STR_ARG(s->search.matcher.text),
			search_ordinal(&s->search, hit), s->search.n_hits,
			s->searching ? " so far" : "", wrapped ? ", round the end" : "");
}

static bool next_event(struct session *s, bool forward)
{
	struct document *d = session_document(s);
	struct search_hit from = {history_of(s, d), d ? d->at : 0}, hit;
	bool wrapped;

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
	begin(s, str_trim(argument));
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
	begin(s, text);
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

/* A row whose history holds the text is gone to as soon as that is known. */
static void rows_idle(struct session *s, size_t hits_before)
{
	if (s->wanted && s->search.n_hits > hits_before &&
	    next_row(s, s->wanted_forward, s->scrolls[s->focus].row)) {
		s->wanted = false;
		buf_clear(&s->message);
	}
	if (!s->wanted || s->searching)
		return;
	s->wanted = false;
	session_message(s, STYLE_ODD, "/%.*s: no row matches", STR_ARG(s->search.matcher.text));
}

bool search_idle(struct session *s)
{
	size_t hits = s->search.n_hits;

	if (!s->searching)
		return false;
	s->searching = search_step(&s->search);
	if (searches_rows(s)) {
		rows_idle(s, hits);
		session_settle(s);
		return true;
	}
	if (s->wanted && next_event(s, s->wanted_forward))
		s->wanted = false;
	if (s->wanted && !s->searching) {
		s->wanted = false;
		if (!next_event(s, s->wanted_forward))
			session_message(s, STYLE_ODD, "/%.*s: nothing found",
					STR_ARG(s->search.matcher.text));
	}
	session_settle(s);
	return true;
}
