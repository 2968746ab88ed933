/* SPDX-License-Identifier: MIT */
/* history.c: indexing the wire bytes of a history, and finding things in it. */
#include "formats/history.h"

#include "formats/base/limits.h"
#include "formats/events.h"
#include "formats/history_facts.h"
#include "formats/history_live.h"
#include "formats/history_row.h"
#include "formats/wire.h"

#include <inttypes.h>

static bool count_events(struct str wire, size_t *ret, struct err *err)
{
	struct wire w = wire_of(wire);
	struct wire_field f;
	size_t n = 0;

	while (wire_next(&w, &f))
		n += f.number == 1 && f.type == WIRE_BYTES;
	if (w.broken) {
		if (err)
			err->byte = (int64_t)w.at;
		return err_set(err, ERR_SYNTAX, "not whole: the bytes stop making sense at %zu",
			       w.at);
	}
	if (n == 0)
		return err_set(err, ERR_FORMAT, "it holds no events");
	if (n > LIMIT_HISTORY_EVENTS)
		return err_set(err, ERR_LIMIT, "%zu events: more than %zu", n,
			       LIMIT_HISTORY_EVENTS);
	*ret = n;
	return true;
}

static bool index_events(struct history *h, struct event *events, struct err *err)
{
	struct wire w = wire_of(h->wire);
	struct history_layout layout;
	struct wire_field f;
	size_t i = 0;

	history_layout(&layout, history_event_message(h));
	while (wire_next(&w, &f)) {
		struct event *e;

		if (f.number != 1 || f.type != WIRE_BYTES)
			continue;
		e = &events[i++];
		e->offset = (uint64_t)(f.bytes.p - h->wire.p);
		e->length = (uint32_t)f.bytes.n;
		if (history_row(&layout, f.bytes, e, err))
			continue;
		if (err) {
			err->byte = (int64_t)e->offset;
			err->event_id = e->id;
		}
		return err_wrap(err, "event %zu of the file (id %" PRId64 ")", i, e->id);
	}
	return true;
}

bool history_take(struct history *ret, struct arena *a, struct str wire,
		  const struct schema *schema, struct err *err)
{
	struct history h = {.arena = *a, .schema = schema, .wire = wire};
	struct event *events;

	if (wire.n > LIMIT_HISTORY_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes: more than %zu", wire.n,
			       LIMIT_HISTORY_BYTES);
	if (!count_events(wire, &h.n_events, err))
		return false;
	events = arena_array(&h.arena, struct event, h.n_events);
	h.events = events;
	if (!index_events(&h, events, err)) {
		*a = h.arena; /* it may have grown, and stays the caller's */
		return false;
	}
	history_facts(&h);
	*ret = h;
	*a = (struct arena){0};
	return true;
}

void history_done(struct history *h)
{
	arena_done(&h->arena);
	*h = (struct history){0};
}

struct str history_event(const struct history *h, size_t index)
{
	BUG_IF(index >= h->n_events);
	if (h->live)
		return history_live_event(h, index);
	return str_slice(h->wire.p + h->events[index].offset, h->events[index].length);
}

bool history_event_try(const struct history *h, size_t index, struct str *ret, struct err *err)
{
	if (h->live && !history_live_decode(h, index, err))
		return false;
	*ret = history_event(h, index);
	return true;
}

bool history_decoded(const struct history *h, struct err *err)
{
	return !h->live || history_live_ok(h, err);
}

const struct schema_message *history_event_message(const struct history *h)
{
	return schema_message(h->schema, "temporal.api.history.v1.HistoryEvent");
}

bool history_attributes(const struct history *h, size_t index,
			const struct schema_message **ret_message, struct str *ret_bytes)
{
	const struct schema_message *m = history_event_message(h);
	struct wire w = wire_of(history_event(h, index));
	const struct schema_field *field;
	struct wire_field f;

	while (wire_next(&w, &f)) {
		if (f.type != WIRE_BYTES || f.number <= HISTORY_FIELD_TYPE)
			continue;
		field = schema_field_by_number(m, f.number);
		if (!field || field->oneof < 0 || field->kind != SCHEMA_MESSAGE)
			continue;
		*ret_message = field->message;
		*ret_bytes = f.bytes;
		return true;
	}
	return false;
}

struct str history_type_name(const struct history *h, int32_t type, struct arena *a)
{
	const struct event_row *row = event_row(type);

	return row ? str_of(row->name) : arena_printf(a, "EventType %" PRId32, type);
}

struct str history_prefix(const struct history *h, size_t n)
{
	BUG_IF(n > h->n_events || h->live);
	if (n == h->n_events)
		return h->wire;
	if (n == 0)
		return str_take(h->wire, 0);
	return str_take(h->wire, h->events[n - 1].offset + h->events[n - 1].length);
}

size_t history_find(const struct history *h, int64_t id)
{
	size_t low = 0, high = h->n_events;

	/* Ids count from 1 without gaps in all but damaged histories. */
	if (id >= 1 && (uint64_t)id <= h->n_events && h->events[id - 1].id == id && !h->by_id)
		return (size_t)id - 1;
	while (h->by_id && low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->events[h->by_id[middle]].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (h->by_id && low < h->n_events && h->events[h->by_id[low]].id == id)
		return h->by_id[low];
	return h->n_events;
}
