/* SPDX-License-Identifier: MIT */
/* act_stop.c: filters, and breakpoints. */
#include "viewer/act/act.h"

#include <inttypes.h>

/* ---- filters ---- */

void act_filter(struct session *s, struct str argument)
{
	struct document *d = act_document(s);
	struct err err = ERR_INIT;

	if (!d)
		return;
	if (!document_filter(d, str_trim(argument), &s->options.tools, &err)) {
		session_message(s, STYLE_BAD, "%s", err.message);
		return;
	}
	s->scrolls[PANE_LIST].synced = SIZE_MAX;
	session_changed(s);
}

/* ---- breakpoints ---- */

struct breakpoint *breakpoint_at(struct session *s, const struct document *d, size_t event)
{
	for (size_t i = 0; i < s->breakpoints.n; i++)
		if (breakpoint_stops(&s->breakpoints.at[i], d, event))
			return &s->breakpoints.at[i];
	return NULL;
}

void breakpoint_remove(struct session *s, size_t at)
{
	arena_done(&s->breakpoints.at[at].arena);
	s->breakpoints.n--;
	memmove(s->breakpoints.at + at, s->breakpoints.at + at + 1,
		(s->breakpoints.n - at) * sizeof(*s->breakpoints.at));
}

static bool has_room(struct session *s)
{
	if (s->breakpoints.n < BREAKPOINTS_MOST)
		return true;
	session_message(s, STYLE_ODD, "%d breakpoints are all there can be: B lists them, b there removes one",
			BREAKPOINTS_MOST);
	return false;
}

static void toggle_here(struct session *s, struct document *d)
{
	for (size_t i = 0; i < s->breakpoints.n; i++) {
		struct breakpoint *b = &s->breakpoints.at[i];

		if (!b->query && b->document == d && b->event == d->at) {
			breakpoint_remove(s, i);
			return;
		}
	}
	if (has_room(s))
		vec_push(&s->breakpoints, (struct breakpoint){.document = d, .event = d->at});
}

static void toggle_query(struct session *s, struct str text)
{
	struct breakpoint b = {0};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < s->breakpoints.n; i++)
		if (str_eq(s->breakpoints.at[i].text, text)) {
			breakpoint_remove(s, i);
			session_message(s, STYLE_PLAIN, "breakpoint removed: %.*s", STR_ARG(text));
			return;
		}
	if (!has_room(s))
		return;
	arena_init(&b.arena);
	b.text = arena_str(&b.arena, text);
	if (!query_parse(&b.query, b.text, QUERY_EVENT, s->schema, &b.arena, &err)) {
		session_message(s, STYLE_BAD, "%s", err.message);
		arena_done(&b.arena);
		return;
	}
	vec_push(&s->breakpoints, b);
	session_message(s, STYLE_PLAIN, "breakpoint %zu: %.*s", s->breakpoints.n, STR_ARG(text));
}

void act_break(struct session *s, struct str argument)
{
	struct document *d;

	if (str_trim(argument).n)
		toggle_query(s, str_trim(argument));
	else if ((d = act_document(s)))
		toggle_here(s, d);
	session_changed(s);
}

static void seek(struct session *s, bool forward)
{
	struct document *d = session_document(s);

	if (!s->breakpoints.n)
		session_message(s, STYLE_ODD, "there is no breakpoint (b here, or :break type = TimerFired)");
	else if (d)
		seek_begin(&s->seek, d, s->breakpoints.at, s->breakpoints.n, forward);
}

void act_continue(struct session *s, struct str argument)
{
	seek(s, true);
}

void act_continue_back(struct session *s, struct str argument)
{
	seek(s, false);
}

void seek_give_up(struct session *s)
{
	s->seek.document = NULL;
}

bool seek_idle(struct session *s)
{
	struct seek *k = &s->seek;
	struct breakpoint *b;

	if (!k->document)
		return false;
	switch (seek_step(k)) {
	case SEEK_GOES_ON:
		return true;
	case SEEK_NOTHING:
		session_message(s, STYLE_ODD, "no breakpoint %s event %" PRId64,
				k->forward ? "after" : "before", k->document->history.events[k->from].id);
		break;
	case SEEK_FOUND:
		b = &s->breakpoints.at[k->found];
		b->hits++;
		session_go(s, k->at, SESSION_JUMP);
		session_message(s, STYLE_PLAIN, "breakpoint %zu%s%.*s, hit %zu", k->found + 1,
				b->query ? ": " : "", STR_ARG(b->text), b->hits);
	}
	seek_give_up(s);
	session_settle(s);
	return true;
}
