/* SPDX-License-Identifier: MIT */
/* search.c: which events match, as bits, one slice after the other. */
#include "viewer/model/search.h"

#include "formats/base/mem.h"
#include "formats/read/load_slices.h"
#include "viewer/model/failure.h"

/* A slice: what is looked at, or indexed, in some two milliseconds. */
#define EVENTS_A_STEP 500
#define INDEX_A_STEP 4000

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
	struct search_history h = {.path = arena_str(&s->arena, path), .document = document, .row = row};
	bool is_new;
	uint64_t at = *map_put(&s->by_path, h.path, s->histories.n, &is_new);

	if (is_new)
		vec_push(&s->histories, h);
	if (row)
		map_put(&s->by_path, arena_str(&s->arena, row->entry.history), at, NULL);
}

static void unload(struct search_history *h)
{
	if (h->slices)
		load_slices_free(h->slices);
	h->slices = NULL;
	if (!h->loaded)
		return;
	history_done(h->loaded);
	mem_free(h->loaded);
	h->loaded = NULL;
}

void search_done(struct search *s)
{
	for (size_t i = 0; i < s->histories.n; i++)
		unload(&s->histories.at[i]);
	vec_done(&s->histories);
	map_done(&s->by_path);
	matcher_done(&s->matcher);
	arena_done(&s->arena);
}

void search_start(struct search *s, size_t first)
{
	s->at = first;
}

struct search_history *search_find(const struct search *s, struct str path)
{
	const uint64_t *at = map_get(&s->by_path, path);

	return at ? &s->histories.at[*at] : NULL;
}

/* As if it had not been looked at. */
static void look_again(struct search *s, struct search_history *h)
{
	unload(h);
	s->n_hits -= h->n_hits;
	h->n_hits = h->n_events = 0;
	h->hits = h->seen = NULL;
	h->row_hit = false;
}

void search_opened(struct search *s, struct str path, struct document *document)
{
	struct search_history *h = search_find(s, path);

	if (!h) {
		search_add(s, path, document, document->run_row);
		return;
	}
	if (!h->done)
		look_again(s, h);
	h->document = document;
}

void search_closed(struct search *s, const struct document *document)
{
	for (size_t i = 0; i < s->histories.n; i++) {
		struct search_history *h = &s->histories.at[i];

		if (h->document != document)
			continue;
		if (!h->done)
			look_again(s, h);
		h->document = NULL;
	}
}

/* ---- looking ---- */

static const struct history *history_of(const struct search_history *h)
{
	return h->document ? &h->document->history : h->loaded;
}

static void add_hit(struct search *s, struct search_history *h, size_t event)
{
	if (!h->n_hits)
		h->first_id = history_of(h)->events[event].id;
	h->hits[event / 64] |= UINT64_C(1) << event % 64;
	h->n_hits++;
	s->n_hits++;
}

static bool fits(struct search *s, const struct history *h, size_t event)
{
	return s->failure ? failure_key_fits(s->failure, h, event, &s->arena)
			  : matcher_fits(&s->matcher, h, event, s->tools);
}

void search_look(struct search *s, struct search_history *h, size_t event)
{
	uint64_t bit = UINT64_C(1) << event % 64;

	if (h->seen[event / 64] & bit)
		return;
	h->seen[event / 64] |= bit;
	if (!(h->hits[event / 64] & bit) && fits(s, history_of(h), event))
		add_hit(s, h, event);
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
	size_t event = h->n_events;

	h->row_hit = h->row && row_fits(s, h->row);
	if (!h->row_hit)
		return;
	if (h->row->verdict.kind == VERDICT_DIVERGED)
		event = history_find(history_of(h), h->row->verdict.divergence.event_id);
	add_hit(s, h, event < h->n_events ? event : 0);
}

/* A bit for each event; looking begins at FIRST. */
static void prepare(struct search *s, struct search_history *h, size_t first)
{
	h->n_events = history_of(h)->n_events;
	h->hits = arena_array(&s->arena, uint64_t, h->n_events / 64 + 1);
	h->seen = arena_array(&s->arena, uint64_t, h->n_events / 64 + 1);
	h->begin = h->next = first;
	look_at_row(s, h);
}

/* False: all events were looked at. */
static bool look_on(struct search *s, struct search_history *h)
{
	size_t whole = h->begin + h->n_events;
	size_t end = h->next + EVENTS_A_STEP < whole ? h->next + EVENTS_A_STEP : whole;

	for (; h->next < end; h->next++)
		search_look(s, h, h->next % h->n_events);
	return h->next < whole;
}

static struct load_settings settings_of(const struct search *s, unsigned flags)
{
	return (struct load_settings){
		.schema = s->schema,
		.flags = flags | LOAD_PARTIAL | LOAD_KEEP_UNKNOWN,
	};
}

static bool load(struct search *s, struct search_history *h, unsigned flags)
{
	const struct load_settings settings = settings_of(s, flags);
	struct err err = ERR_INIT;
	struct load_info info;

	h->loaded = mem_zalloc(sizeof(*h->loaded));
	if (load_one(&settings, h->path, h->loaded, &info, &err)) {
		prepare(s, h, 0);
		return true;
	}
	mem_free(h->loaded);
	h->loaded = NULL;
	h->problem = arena_str(&s->arena, str_of(err.message));
	s->unread++;
	return false;
}

/* A slice of loading; false: the file can't be read. What has no slices is loaded at once. */
static bool load_on(struct search *s, struct search_history *h)
{
	const struct load_settings settings = settings_of(s, LOAD_INDEX);
	enum json_index_state state;

	if (!h->slices)
		return load_slices_open(&h->slices, &settings, h->path) || load(s, h, LOAD_INDEX);
	state = load_slices_step(h->slices, INDEX_A_STEP);
	if (state == JSON_INDEX_MORE)
		return true;
	h->loaded = mem_zalloc(sizeof(*h->loaded));
	if (state == JSON_INDEX_WHOLE && load_slices_take(h->slices, h->loaded, NULL)) {
		prepare(s, h, 0);
		load_slices_free(h->slices);
		h->slices = NULL;
		return true;
	}
	mem_free(h->loaded);
	h->loaded = NULL;
	unload(h);
	return load(s, h, LOAD_INDEX);
}

/* A history that nobody has open. Where an event can't be read by itself, all are in order. */
static bool step_closed(struct search *s, struct search_history *h)
{
	if (!h->loaded)
		return load_on(s, h);
	if (look_on(s, h))
		return true;
	if (h->loaded->live && !history_decoded(h->loaded, NULL)) {
		look_again(s, h);
		return load(s, h, 0);
	}
	unload(h);
	return false;
}

/* False: the history is done with. */
static bool step_of(struct search *s, struct search_history *h)
{
	if (!h->document)
		return step_closed(s, h);
	if (!h->hits) {
		prepare(s, h, h->document->at);
		return true;
	}
	return search_glance(s, h) || look_on(s, h);
}

bool search_step(struct search *s)
{
	struct search_history *h;

	if (s->looked == s->histories.n)
		return false;
	while (s->histories.at[s->at].done)
		s->at = (s->at + 1) % s->histories.n;
	h = &s->histories.at[s->at];
	if (step_of(s, h))
		return true;
	h->done = true;
	s->looked++;
	return s->looked < s->histories.n;
}

/* ---- what was found before ---- */

static uint64_t *copy_of(const uint64_t *bits, size_t n_events, struct arena *a)
{
	size_t n = n_events / 64 + 1;
	uint64_t *ret = arena_array(a, uint64_t, n);

	memcpy(ret, bits, n * sizeof(*bits));
	return ret;
}

static bool keeps(struct search *s, const struct search_history *h,
		  const struct search_history *before, const struct document *changed)
{
	if (!before->done || !before->hits || before->document != h->document ||
	    (changed && h->document == changed))
		return false;
	return !before->row_hit && !(h->row && row_fits(s, h->row));
}

void search_keep(struct search *s, const struct search *old, const struct document *changed)
{
	for (size_t i = 0; i < old->histories.n; i++) {
		const struct search_history *before = &old->histories.at[i];
		struct search_history *h = search_find(s, before->path);

		if (!h || !keeps(s, h, before, changed))
			continue;
		h->hits = copy_of(before->hits, before->n_events, &s->arena);
		h->seen = copy_of(before->seen, before->n_events, &s->arena);
		h->n_events = before->n_events;
		h->n_hits = before->n_hits;
		h->first_id = before->first_id;
		h->done = true;
		s->n_hits += h->n_hits;
		s->looked++;
	}
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

size_t search_first(const struct search_history *h)
{
	return hit_from(h, 0);
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
