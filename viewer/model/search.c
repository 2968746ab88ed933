/* SPDX-License-Identifier: MIT */
/* search.c: which events match, as bits, one slice after the other. */
#include "viewer/model/search.h"

/* A slice: what is looked at in some two milliseconds. */
#define EVENTS_A_STEP 500

void search_init(struct search *s, struct str text, const struct schema *schema,
		 const struct codec_tools *tools)
{
	*s = (struct search){.schema = schema, .tools = tools};
	arena_init(&s->arena);
	matcher_init(&s->matcher, text, &s->arena);
}

void search_add(struct search *s, struct str path, struct document *document,
		const struct run_row *row)
{
	vec_push(&s->histories, (struct search_history){.path = arena_str(&s->arena, path),
							.document = document,
							.row = row});
}

void search_done(struct search *s)
{
	vec_done(&s->histories);
	matcher_done(&s->matcher);
	arena_done(&s->arena);
}

void search_start(struct search *s, size_t first)
{
	s->at = first;
	s->in_all = s->histories.n;
}

void search_opened(struct search *s, struct str path, struct document *document)
{
	for (size_t i = 0; i < s->histories.n; i++)
		if (str_eq(s->histories.at[i].path, path))
			s->histories.at[i].document = document;
}

/* ---- looking ---- */

void search_look(struct search *s, struct search_history *h, size_t event)
{
	uint64_t bit = UINT64_C(1) << event % 64;

	if (h->seen[event / 64] & bit)
		return;
	h->seen[event / 64] |= bit;
	if (!matcher_fits(&s->matcher, &h->document->history, event, s->tools))
		return;
	h->hits[event / 64] |= bit;
	h->n_hits++;
	s->n_hits++;
}

static void prepare(struct search *s, struct search_history *h, size_t n_events)
{
	h->n_events = n_events;
	h->hits = arena_array(&s->arena, uint64_t, n_events / 64 + 1);
	h->seen = arena_array(&s->arena, uint64_t, n_events / 64 + 1);
}

/* True where a text of the run's row matches: the SDK's words, a frame, a clue. */
static bool row_fits(struct search *s, const struct run_row *row)
{
	const struct evidence *e = row->entry.evidence;
	size_t start, end;

	if (matcher_find(&s->matcher, row->verdict.message, 0, &start, &end) ||
	    matcher_find(&s->matcher, row->entry.run_id, 0, &start, &end))
		return true;
	for (size_t i = 0; e && i < e->clues.n; i++)
		if (matcher_find(&s->matcher, e->clues.at[i], 0, &start, &end))
			return true;
	for (size_t i = 0; e && i < e->stacks.n; i++)
		for (size_t k = 0; k < e->stacks.at[i].n_coroutines; k++) {
			const struct stack_coroutine *c = &e->stacks.at[i].coroutines[k];

			for (size_t f = 0; f < c->n_frames; f++)
				if (matcher_find(&s->matcher, c->frames[f].file, 0, &start, &end) ||
				    matcher_find(&s->matcher, c->frames[f].function, 0, &start, &end) ||
				    matcher_find(&s->matcher, c->frames[f].source, 0, &start, &end))
					return true;
		}
	return false;
}

/* What a row says is found at the event where it diverges. */
static void look_at_row(struct search *s, struct search_history *h)
{
	size_t event = 0;

	if (!h->row || !row_fits(s, h->row))
		return;
	if (h->document && h->document->diverges < h->n_events)
		event = h->document->diverges;
	if (h->n_events && !(h->hits[event / 64] >> event % 64 & 1)) {
		h->hits[event / 64] |= UINT64_C(1) << event % 64;
		h->n_hits++;
		s->n_hits++;
	}
}

/* All of a history that nobody has open. */
static void look_through(struct search *s, struct search_history *h)
{
	struct err err = ERR_INIT;

	if (!document_open(&h->document, h->path, s->schema, h->row, DOCUMENT_WHOLE, &err)) {
		h->problem = arena_str(&s->arena, str_of(err.message));
		return;
	}
	prepare(s, h, h->document->history.n_events);
	for (size_t i = 0; i < h->n_events; i++)
		search_look(s, h, i);
	look_at_row(s, h);
	document_free(h->document);
	h->document = NULL;
}

/* False: the history is done with. */
static bool step_of(struct search *s, struct search_history *h)
{
	size_t end;

	if (!h->document) {
		look_through(s, h);
		return false;
	}
	if (!h->hits) {
		prepare(s, h, h->document->history.n_events);
		look_at_row(s, h);
		h->begin = h->next = h->document->at;
		return true;
	}
	if (search_glance(s, h))
		return true;
	end = h->next + EVENTS_A_STEP < h->begin + h->n_events ? h->next + EVENTS_A_STEP
								  : h->begin + h->n_events;
	for (; h->next < end; h->next++)
		search_look(s, h, h->next % h->n_events);
	return h->next < h->begin + h->n_events;
}

bool search_step(struct search *s)
{
	struct search_history *h;

	if (s->looked == s->in_all)
		return false;
	h = &s->histories.at[s->at];
	if (!h->done && step_of(s, h))
		return true;
	h->done = true;
	s->looked++;
	s->at = (s->at + 1) % s->histories.n;
	return s->looked < s->in_all;
}

/* ---- hits ---- */

static bool is_hit(const struct search_history *h, size_t event)
{
	return h->hits && event < h->n_events && h->hits[event / 64] >> event % 64 & 1;
}

/* The first hit of H at EVENT or behind it; n_events: none. */
static size_t hit_from(const struct search_history *h, size_t event)
{
	while (h->hits && event < h->n_events) {
		uint64_t word = h->hits[event / 64] >> event % 64;

		if (word) {
			event += (size_t)__builtin_ctzll(word);
			return event < h->n_events ? event : h->n_events;
		}
		event = (event / 64 + 1) * 64;
	}
	return h->n_events;
}

/* The last hit of H before EVENT; n_events: none. */
static size_t hit_before(const struct search_history *h, size_t event)
{
	for (event = event < h->n_events ? event : h->n_events; h->hits && event > 0; event--) {
		if (event % 64 == 0 && !h->hits[event / 64 - 1]) {
			event -= 63;
			continue;
		}
		if (is_hit(h, event - 1))
			return event - 1;
	}
	return h->n_events;
}

bool search_next(const struct search *s, struct search_hit from, bool forward,
		 struct search_hit *ret, bool *ret_wrapped)
{
	size_t n = s->histories.n;

	for (size_t i = 0; i <= n && n; i++) {
		size_t at = forward ? (from.history + i) % n : (from.history + 2 * n - i) % n;
		const struct search_history *h = &s->histories.at[at];
		size_t event = forward ? hit_from(h, i ? 0 : from.event + 1)
				       : hit_before(h, i ? h->n_events : from.event);

		if (!h->hits || event >= h->n_events)
			continue;
		*ret = (struct search_hit){at, event};
		*ret_wrapped = forward ? at < from.history || (at == from.history && event <= from.event)
				       : at > from.history || (at == from.history && event >= from.event);
		return true;
	}
	return false;
}

size_t search_ordinal(const struct search *s, struct search_hit hit)
{
	size_t n = 0;

	for (size_t i = 0; i < hit.history; i++)
		n += s->histories.at[i].n_hits;
	if (!s->histories.at[hit.history].hits)
		return n;
	for (size_t i = 0; i <= hit.event / 64; i++) {
		uint64_t word = s->histories.at[hit.history].hits[i];

		if (i == hit.event / 64)
			word &= ~UINT64_C(0) >> (63 - hit.event % 64);
		n += (size_t)__builtin_popcountll(word);
	}
	return n;
}
