/* SPDX-License-Identifier: MIT */
/* history.c: indexing the wire bytes of a history, and finding things in it. */
#include "formats/history/history.h"

#include "formats/base/limits.h"
#include "formats/base/vec.h"
#include "formats/history/events.h"
#include "formats/history/history_facts.h"
#include "formats/history/history_live.h"
#include "formats/history/history_row.h"
#include "formats/wire/wire_step.h"

#include <inttypes.h>

static bool not_whole(struct str wire, const char *p, struct err *err)
{
	if (err)
		err->byte = p - wire.p;
	return err_set(err, ERR_SYNTAX, "not whole: the bytes stop making sense at %td", p - wire.p);
}

static bool bad_event(const struct event *e, size_t n, struct err *err)
{
	if (err) {
		err->byte = (int64_t)e->offset;
		err->event_id = e->id;
	}
	return err_wrap(err, "event %zu of the file (id %" PRId64 ")", n, e->id);
}

struct events {
	VEC_OF(struct event) rows;
};

/*
 * The walk hops from event to event, which the processor can't foresee: what is AHEAD is
 * fetched line by line, as if all of it were read.
 */
#define AHEAD 1024
#define LINE 64

static bool index_events(struct history *h, struct events *events, struct err *err)
{
	const char *p = h->wire.p, *end = p + h->wire.n, *fetched = p;
	struct history_layout layout;
	struct wire_step f;

	history_layout(&layout, history_event_message(h));
	while (p < end) {
		const char *from = p;
		struct event e = {0};

		for (; fetched < p + AHEAD && fetched < end; fetched += LINE)
			__builtin_prefetch(fetched);
		p = wire_step(p, end, &f);
		if (!p)
			return not_whole(h->wire, from, err);
		if (fetched < p)
			fetched = p;
		if (f.number != 1 || f.type != WIRE_BYTES)
			continue;
		if (events->rows.n == LIMIT_HISTORY_EVENTS)
			return err_set(err, ERR_LIMIT, "more than %zu events", LIMIT_HISTORY_EVENTS);
		e.offset = (uint64_t)(f.bytes.p - h->wire.p);
		e.length = (uint32_t)f.bytes.n;
		if (!history_row(&layout, f.bytes, &e, err))
			return bad_event(&e, events->rows.n + 1, err);
		if (e.type == EVENT_WORKFLOW_TASK_COMPLETED)
			history_facts_sdk(f.bytes, &h->sdk_name, &h->sdk_version);
		vec_push(&events->rows, e);
	}
	return events->rows.n || err_set(err, ERR_FORMAT, "it holds no events");
}

bool history_take(struct history *ret, struct arena *a, struct str wire,
		  const struct schema *schema, struct err *err)
{
	struct history h = {.arena = *a, .schema = schema, .wire = wire};
	struct events events = {0};

	if (wire.n > LIMIT_HISTORY_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes: more than %zu", wire.n,
			       LIMIT_HISTORY_BYTES);
	if (!index_events(&h, &events, err)) {
		vec_done(&events.rows);
		return false;
	}
	arena_adopt(&h.arena, events.rows.at);
	h.events = events.rows.at;
	h.n_events = events.rows.n;
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

struct str history_prefix(const struct history *h, size_t n)
{
	BUG_IF(n > h->n_events || h->live);
	if (n == h->n_events)
		return h->wire;
	if (n == 0)
		return str_take(h->wire, 0);
	return str_take(h->wire, h->events[n - 1].offset + h->events[n - 1].length);
}

size_t history_find_next(const struct history *h, int64_t id)
{
	size_t low = 0, high = h->n_events;

	/* Ids count from 1 without gaps in all but damaged histories. */
	if (!h->by_id)
		return id < 1 ? 0 : (uint64_t)id <= h->n_events ? (size_t)id - 1 : h->n_events;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->events[h->by_id[middle]].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->n_events ? h->by_id[low] : h->n_events;
}

size_t history_find(const struct history *h, int64_t id)
{
	size_t event = history_find_next(h, id);

	return event < h->n_events && h->events[event].id == id ? event : h->n_events;
}
