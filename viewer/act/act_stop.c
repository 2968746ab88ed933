/* SPDX-License-Identifier: MIT */
/* act_stop.c: filters, and breakpoints. */
#include "viewer/act/act.h"

#include <inttypes.h>

/* ---- filters ---- */

static const struct query *query_of(struct session *s, struct str text, struct err *err)
{
	const struct query *q = NULL;

	return query_parse(&q, text, QUERY_EVENT, s->schema, &s->arena, err) ? q : NULL;
}

/* A query has signs that no single word has; what has them and can't be read is a mistake. */
static bool is_word(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr("=<>()", text.p[i]))
			return false;
	return true;
}

static bool read_filter(struct session *s, struct str text, struct outline_filter *ret,
			struct err *err)
{
	*ret = (struct outline_filter){.inverse = text.n && text.p[0] == '!',
				       .tools = &s->options.tools};
	text = ret->inverse ? str_trim(str_skip(text, 1)) : text;
	matcher_done(&s->filter_words);
	s->filter_words = (struct matcher){0};
	if (!text.n)
		return true;
	ret->query = query_of(s, text, err);
	if (ret->query || !is_word(text))
		return ret->query != NULL;
	matcher_init(&s->filter_words, text, &s->arena);
	ret->words = &s->filter_words;
	return true;
}

void act_filter(struct session *s, struct str argument)
{
	struct document *d = session_document(s);
	struct str text = str_trim(argument);
	struct err err = ERR_INIT;
	struct outline_filter filter;

	if (!d) {
		session_message(s, STYLE_ODD, "open a history first (Enter)");
		return;
	}
	if (!read_filter(s, text, &filter, &err)) {
		session_message(s, STYLE_BAD, "%s", err.message);
		return;
	}
	s->filter = filter.query || filter.words ? arena_str(&s->arena, text) : STR_NONE;
	s->outline_filter = filter;
	outline_begin(&d->outline, &d->history, &filter, true);
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
	s->breakpoints.n--;
	memmove(s->breakpoints.at + at, s->breakpoints.at + at + 1,
		(s->breakpoints.n - at) * sizeof(*s->breakpoints.at));
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
	vec_push(&s->breakpoints, (struct breakpoint){.document = d, .event = d->at});
}

static void toggle_query(struct session *s, struct str text)
{
	struct err err = ERR_INIT;
	const struct query *q;

	for (size_t i = 0; i < s->breakpoints.n; i++)
		if (str_eq(s->breakpoints.at[i].text, text)) {
			breakpoint_remove(s, i);
			session_message(s, STYLE_PLAIN, "breakpoint removed: %.*s", STR_ARG(text));
			return;
		}
	q = query_of(s, text, &err);
	if (!q) {
		session_message(s, STYLE_BAD, "%s", err.message);
		return;
	}
	vec_push(&s->breakpoints,
		 (struct breakpoint){.query = q, .text = arena_str(&s->arena, text)});
	session_message(s, STYLE_PLAIN, "breakpoint %zu: %.*s", s->breakpoints.n, STR_ARG(text));
}

void act_break(struct session *s, struct str argument)
{
	struct document *d = session_document(s);

	if (str_trim(argument).n)
		toggle_query(s, str_trim(argument));
	else if (d)
		toggle_here(s, d);
	else
		session_message(s, STYLE_ODD, "open a history first (Enter)");
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
