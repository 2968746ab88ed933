/* SPDX-License-Identifier: MIT */
/* history_live.c: a least-recently-used cache of decoded events. */
#include "formats/history/history_live.h"

#include "formats/base/limits.h"
#include "formats/bytes/mapped.h"
#include "formats/history/history_facts.h"
#include "formats/history/json_index.h"
#include "formats/transcode/transcode.h"

#include <inttypes.h>

_Static_assert(HISTORY_LIVE_EVENTS < UINT16_MAX, "a place's number is 16 bits");

/* What a place may keep for its next event. */
#define KEPT_BYTES ((size_t)1024 * 1024)

#define NONE UINT16_MAX

struct place {
	struct buf wire;
	size_t index; /* of the event in it */
	uint16_t newer, older;
};

struct history_live {
	struct place places[HISTORY_LIVE_EVENTS];
	uint16_t used;	       /* places that ever held one */
	uint16_t newest, oldest;
	uint16_t *of_event;    /* place + 1; 0: not decoded */
	struct transcode_options options; /* without memory */
	struct transcode_memory memory;
	const struct mapped *map; /* NULL: the text is nobody else's */
	struct arena scratch;
	size_t failed; /* index + 1 of the first event that could not be decoded; 0: none */
};

static void live_done(void *data)
{
	struct history_live *live = data;

	for (size_t i = 0; i < live->used; i++)
		buf_done(&live->places[i].wire);
	arena_done(&live->scratch);
}

struct history_live *history_live_new(struct arena *a, size_t n_events)
{
	struct history_live *live = arena_new(a, struct history_live);

	live->of_event = arena_array(a, uint16_t, n_events);
	live->newest = live->oldest = NONE;
	live->memory.memo = transcode_memo_new(a);
	arena_defer(a, live_done, live);
	return live;
}

static void unlink_place(struct history_live *live, uint16_t at)
{
	struct place *p = &live->places[at];

	if (p->newer == NONE)
		live->newest = p->older;
	else
		live->places[p->newer].older = p->older;
	if (p->older == NONE)
		live->oldest = p->newer;
	else
		live->places[p->older].newer = p->newer;
}

static void put_in_front(struct history_live *live, uint16_t at)
{
	struct place *p = &live->places[at];

	p->newer = NONE;
	p->older = live->newest;
	if (live->newest == NONE)
		live->oldest = at;
	else
		live->places[live->newest].newer = at;
	live->newest = at;
}

/* A place for another event, in front. */
static struct place *make_place(struct history_live *live)
{
	struct place *p;
	uint16_t at;

	if (live->used < HISTORY_LIVE_EVENTS) {
		at = live->used++;
		p = &live->places[at];
		buf_init(&p->wire, LIMIT_HISTORY_BYTES);
	} else {
		at = live->oldest;
		p = &live->places[at];
		unlink_place(live, at);
		live->of_event[p->index] = 0;
		if (p->wire.cap > KEPT_BYTES)
			buf_done(&p->wire);
		buf_clear(&p->wire);
	}
	put_in_front(live, at);
	return p;
}

/*
 * Where payloads were decoded for reading, that shows in some of them only, and then all are
 * read with that in mind: what one event is depends on those before it.
 */
static bool stands_alone(const struct transcode_memory *memory, struct err *err)
{
	return (!memory->odd_payloads && !memory->doubtful) ||
	       err_set(err, ERR_FORMAT, "what its payloads are can't be told from it alone");
}

static bool decode(const struct history *h, size_t index, struct buf *out, struct err *err)
{
	const struct event *e = &h->events[index];
	struct history_live *live = h->live;
	struct arena_mark mark = arena_mark(&live->scratch);
	struct transcode_options options = live->options;
	size_t at = e->offset;
	bool ok;

	options.memory = &live->memory;
	ok = transcode_json_to_wire(history_event_message(h), h->json, &at, &options,
				    &live->scratch, out, err);

	arena_rewind(&live->scratch, mark);
	if (ok && at != e->offset + e->length)
		ok = err_set(err, ERR_SYNTAX, "its brackets do not match");
	ok = ok && stands_alone(&live->memory, err);
	if (ok)
		return true;
	if (err && !err->event_id)
		err->event_id = e->id;
	if (err && err->line)
		err_wrap(err, "line %" PRId64 ", column %" PRId64, err->line, err->column);
	return err_wrap(err, "event %zu of the file (id %" PRId64 ")", index + 1, e->id);
}

struct str history_live_event(const struct history *h, size_t index)
{
	struct history_live *live = h->live;
	uint16_t at = live->of_event[index];
	struct place *p;

	if (at) {
		p = &live->places[at - 1];
		if (live->newest != at - 1) {
			unlink_place(live, (uint16_t)(at - 1));
			put_in_front(live, (uint16_t)(at - 1));
		}
		return buf_str(&p->wire);
	}
	p = make_place(live);
	p->index = index;
	live->of_event[index] = (uint16_t)(live->newest + 1);
	if (!decode(h, index, &p->wire, NULL)) {
		buf_clear(&p->wire);
		live->failed = live->failed ? live->failed : index + 1;
	}
	return buf_str(&p->wire);
}

bool history_live_decode(const struct history *h, size_t index, struct err *err)
{
	struct history_live *live = h->live;
	struct buf ignored;
	bool ok;

	if (live->of_event[index] && live->failed != index + 1 &&
	    live->places[live->of_event[index] - 1].wire.n)
		return true;
	buf_init(&ignored, LIMIT_HISTORY_BYTES);
	ok = decode(h, index, &ignored, err);
	buf_done(&ignored);
	return ok;
}

bool history_live_ok(const struct history *h, struct err *err)
{
	const struct history_live *live = h->live;

	if (live->map && mapped_changed(live->map))
		return err_set(err, ERR_IO, "the file changed while it was read");
	return !live->failed || history_live_decode(h, live->failed - 1, err);
}

void history_watch(struct history *h, const struct mapped *map)
{
	h->live->map = map;
}

static bool falls(const struct event *events, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (events[i].id >= events[i - 1].id)
			return false;
	return n > 1;
}

static void turn_round(struct event *events, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct event e = events[i];

		events[i] = events[n - 1 - i];
		events[n - 1 - i] = e;
	}
}

/* Of the last completions that tell; copied, as decoded events do not stay. */
static void take_sdk(struct history *h, const struct json_index *ix, bool turned)
{
	struct str name = STR_NONE, version = STR_NONE;

	for (size_t i = 0; i < ix->named.n && !(name.p && version.p); i++) {
		size_t last = ix->named.n - 1, at = ix->named.at[turned ? i : last - i];
		struct str more_name = name, more_version = version;

		at = turned ? h->n_events - 1 - at : at;
		history_facts_sdk(history_event(h, at), &more_name, &more_version);
		if (!name.p && more_name.p)
			name = arena_str(&h->arena, more_name);
		if (!version.p && more_version.p)
			version = arena_str(&h->arena, more_version);
	}
	h->sdk_name = name;
	h->sdk_version = version;
}

void history_take_json(struct history *ret, struct arena *a, struct json_index *ix,
		       const struct transcode_options *options)
{
	struct history h = {.schema = ix->schema, .json = ix->text, .n_events = ix->events.n};
	struct event *events = ix->events.at;
	bool turned = falls(events, h.n_events);

	BUG_IF(ix->state != JSON_INDEX_WHOLE);
	if (turned)
		turn_round(events, h.n_events);
	h.arena = *a;
	*a = (struct arena){0};
	arena_adopt(&h.arena, events);
	h.events = events;
	h.live = history_live_new(&h.arena, h.n_events);
	if (options)
		h.live->options = *options;
	history_facts(&h);
	take_sdk(&h, ix, turned);
	ix->events.at = NULL;
	json_index_done(ix);
	*ret = h;
}

void history_peek_json(struct history *ret, struct arena *a, const struct json_index *ix)
{
	struct history h = {.schema = ix->schema, .json = ix->text, .n_events = ix->events.n};
	size_t bytes = sizeof(*h.events) * h.n_events;

	BUG_IF(!h.n_events);
	h.arena = *a;
	*a = (struct arena){0};
	h.events = memcpy(arena_alloc(&h.arena, bytes), ix->events.at, bytes);
	h.live = history_live_new(&h.arena, h.n_events);
	history_facts(&h);
	*ret = h;
}
