/* SPDX-License-Identifier: MIT */
/* act_search.c: searching, filtering, breakpoints. */
#include "viewer/act/act.h"

/* ---- filters ---- */

/* A word that is no query is looked for in the texts of events. */
static const struct query *query_of(struct session *s, struct str text, struct err *err)
{
	const struct query *q = NULL;

	if (!query_parse(&q, text, QUERY_EVENT, s->schema, &s->arena, err))
		return NULL;
	return q;
}

void act_filter(struct session *s, struct str argument)
{
	struct document *d = session_document(s);
	struct str text = str_trim(argument), body;
	bool inverse = text.n && text.p[0] == '!';
	const struct query *q = NULL;
	struct err err = ERR_INIT;

	if (!d) {
		session_message(s, STYLE_ODD, "open a history first (Enter)");
		return;
	}
	body = inverse ? str_trim(str_skip(text, 1)) : text;
	if (body.n && !(q = query_of(s, body, &err))) {
		session_message(s, STYLE_BAD, "%s", err.message);
		return;
	}
	s->filter = q ? arena_str(&s->arena, text) : STR_NONE;
	outline_begin(&d->outline, &d->history, q, inverse, true);
	while (outline_step(&d->outline, d->history.n_events))
		continue;
	s->scrolls[PANE_LIST].synced = SIZE_MAX;
	session_changed(s);
}

/* ---- breakpoints ---- */

static bool stops_at(const struct breakpoint *b, const struct document *d, size_t event)
{
	struct query_event about = {&d->history, event};

	return b->query ? query_fits_event(b->query, &about) : b->document == d && b->event == event;
}

struct breakpoint *breakpoint_at(struct session *s, const struct document *d, size_t event)
{
	for (size_t i = 0; i < s->breakpoints.n; i++)
		if (stops_at(&s->breakpoints.at[i], d, event))
			return &s->breakpoints.at[i];
	return NULL;
}

void act_break(struct session *s, struct str argument)
{
	struct document *d = session_document(s);

	if (!d) {
		session_message(s, STYLE_ODD, "open a history first (Enter)");
		return;
	}
	vec_push(&s->breakpoints, (struct breakpoint){.document = d, .event = d->at});
}

void act_continue(struct session *s, struct str argument)
{
	struct document *d = session_document(s);

	for (size_t i = d ? d->at + 1 : 0; d && i < d->history.n_events; i++)
		if (breakpoint_at(s, d, i)) {
			session_go(s, i, SESSION_JUMP);
			return;
		}
	session_message(s, STYLE_ODD, "no breakpoint after this event");
}

void act_continue_back(struct session *s, struct str argument)
{
	struct document *d = session_document(s);

	for (size_t i = d ? d->at : 0; i > 0; i--)
		if (breakpoint_at(s, d, i - 1)) {
			session_go(s, i - 1, SESSION_JUMP);
			return;
		}
	session_message(s, STYLE_ODD, "no breakpoint before this event");
}

/* ---- searching ---- */

void act_search(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing found");
}

void act_search_next(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing found");
}

void act_search_previous(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing found");
}
