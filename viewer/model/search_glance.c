/* SPDX-License-Identifier: MIT */
/* search_glance.c: where the bytes of a history hold a text, at the speed of memory. */
#include "viewer/model/search.h"

#include "formats/history/events.h"
#include "formats/transcode/scan.h"

/*
 * Payloads stand in JSON as base64, in which a text looks one of three ways, by where in a
 * group of three bytes it begins. Of each the characters are searched that depend on the
 * text alone:
 *
 *     bytes       t e x|t           x t e|x t            x x t|e x t
 *     characters  abcd ef           -bcd efg             --cd efgh      (- is not the text's alone)
 *
 * A match is a reason to look at the event, not a hit: the texts of events decide. What is missed
 * here (other case, escapes, what codecs put around payloads) is found when all events
 * are gone through afterwards.
 */
#define GLANCE_BYTES ((size_t)2 * 1024 * 1024)
#define NEEDLES 4

struct needles {
	char bytes[3][128];
	struct str at[NEEDLES];
	size_t n;
};

static size_t encode(const unsigned char *p, size_t n, char *to)
{
	static const char LETTERS[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t out = 0;

	for (size_t i = 0; i + 3 <= n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2];

		for (int shift = 18; shift >= 0; shift -= 6)
			to[out++] = LETTERS[v >> shift & 63];
	}
	return out;
}

/* The characters that depend on TEXT alone where it begins SHIFT bytes into a group. */
static struct str look_of(struct str text, size_t shift, char *to)
{
	unsigned char padded[96] = {0};
	size_t n = text.n < 80 ? text.n : 80, first = shift ? shift + 1 : 0;
	size_t whole, bits = (shift + n) * 8;

	memcpy(padded + shift, text.p, n);
	whole = bits / 6; /* characters without a bit of what follows */
	encode(padded, (shift + n + 2) / 3 * 3, to);
	return whole > first ? str_slice(to + first, whole - first) : STR_NONE;
}

static void needles_of(const struct search *s, bool json, struct needles *ret)
{
	ret->n = 0;
	if (s->matcher.text.n < 2)
		return;
	ret->at[ret->n++] = s->matcher.text;
	for (size_t shift = 0; json && shift < 3; shift++) {
		struct str look = look_of(s->matcher.text, shift, ret->bytes[shift]);

		if (look.n >= 2)
			ret->at[ret->n++] = look;
	}
}

/* The event whose bytes hold an offset; n_events: none. */
static size_t event_at(const struct history *h, size_t offset)
{
	size_t low = 0, high = h->n_events;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (h->events[middle].offset + h->events[middle].length <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->n_events && h->events[low].offset <= offset ? low : h->n_events;
}

/* An event, and those of its group: they are called by the name that one of them has. */
static void look_at(struct search *s, struct search_history *h, size_t event)
{
	const struct group *g;

	search_look(s, h, event);
	g = h->document->groups.of_event ? groups_of(&h->document->groups, event) : NULL;
	for (uint32_t i = 0; g && event == g->first && h->document->groups.members && i < g->n; i++)
		search_look(s, h, h->document->groups.members[g->members + i]);
}

static void glance(struct search *s, struct search_history *h, struct str piece, size_t offset,
		   struct str needle)
{
	const struct history *history = &h->document->history;

	while (piece.n >= needle.n) {
		const char *at = scan()->find(piece, needle);
		size_t event, skip;

		if (!at)
			return;
		skip = (size_t)(at - piece.p);
		event = event_at(history, offset + skip);
		if (event < history->n_events) {
			const struct event *e = &history->events[event];

			look_at(s, h, event);
			skip = e->offset + e->length - offset; /* behind the event */
		} else {
			skip += 1;
		}
		if (skip >= piece.n)
			return;
		offset += skip;
		piece = str_skip(piece, skip);
	}
}

bool search_glance(struct search *s, struct search_history *h)
{
	const struct history *history = &h->document->history;
	bool json = history->json.p != NULL;
	struct str text = json ? history->json : history->wire, piece;
	struct needles needles;

	needles_of(s, json, &needles);
	if (s->matcher.rex || s->matcher.any_case || !needles.n || h->glanced >= text.n)
		return false;
	/* What lies across the end of a piece is in the next one too. */
	piece = str_take(str_skip(text, h->glanced), GLANCE_BYTES + s->matcher.text.n * 2);
	for (size_t i = 0; i < needles.n; i++)
		glance(s, h, piece, h->glanced, needles.at[i]);
	h->glanced += GLANCE_BYTES;
	return h->glanced < text.n;
}
