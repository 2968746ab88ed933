/* SPDX-License-Identifier: MIT */
/* history.c: indexing the wire bytes of a history, and finding things in it. */
#include "formats/history.h"

#include "formats/base/limits.h"
#include "formats/deep.h"
#include "formats/events.h"
#include "formats/history_facts.h"
#include "formats/wire_step.h"

#include <inttypes.h>

/* Numbers of HistoryEvent's own fields; the attributes are a oneof behind them. */
enum { EVENT_ID = 1, EVENT_TIME = 2, EVENT_TYPE = 3 };

#define ATTRIBUTES_MAX 300 /* numbers of attributes are below: fields of a new kind from here */

/* What the index asks of attributes, looked up once per history. */
struct layout {
	const struct schema_message *attributes[ATTRIBUTES_MAX];
	uint32_t completed[ATTRIBUTES_MAX]; /* workflow_task_completed_event_id, or 0 */
	bool failure[ATTRIBUTES_MAX];	    /* may hold a Failure: the one message that nests */
};

/* A Failure stands in the attributes themselves or in an outcome within them. */
static bool holds_failure(const struct schema_message *m, unsigned levels)
{
	for (size_t i = 0; i < m->n_fields; i++) {
		const struct schema_field *f = &m->fields[i];

		if (f->kind != SCHEMA_MESSAGE)
			continue;
		if (str_is(f->message->name, "temporal.api.failure.v1.Failure"))
			return true;
		if (levels && holds_failure(f->message, levels - 1))
			return true;
	}
	return false;
}

static void layout_init(struct layout *l, const struct schema_message *event)
{
	*l = (struct layout){0};
	for (size_t i = 0; i < event->n_fields; i++) {
		const struct schema_field *f = &event->fields[i];
		const struct schema_field *completed;

		if (f->oneof < 0 || f->number >= ATTRIBUTES_MAX || f->kind != SCHEMA_MESSAGE)
			continue;
		completed = schema_field_by_name(f->message,
						 STR("workflow_task_completed_event_id"));
		l->attributes[f->number] = f->message;
		l->completed[f->number] = completed ? completed->number : 0;
		l->failure[f->number] = holds_failure(f->message, 2);
	}
}

/* wire_value_at() in the index's inner loop; 0 where it is absent or cut off. */
static int64_t read_number(struct str message, uint32_t number)
{
	const char *p = message.p, *end = message.p + message.n;
	struct wire_step f = {0};

	while (p && p != end) {
		p = wire_step(p, end, &f);
		if (p && f.number == number && f.type == WIRE_VARINT)
			return (int64_t)f.value;
	}
	return 0;
}

static int64_t read_time(struct str timestamp)
{
	int64_t seconds = read_number(timestamp, 1), nanos = read_number(timestamp, 2);
	int64_t time;

	if (__builtin_mul_overflow(seconds, (int64_t)1000000000, &time) ||
	    __builtin_add_overflow(time, nanos, &time))
		return 0;
	return time;
}

static bool read_event(const struct layout *l, struct str bytes, struct event *e, struct err *err)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	struct str attributes = STR_NONE;
	const struct event_row *row;
	struct wire_step f = {0};
	uint32_t number = 0;

	while (p != end) {
		p = wire_step(p, end, &f);
		if (!p)
			return err_set(err, ERR_SYNTAX, "an event that is not whole");
		if (f.number == EVENT_ID && f.type == WIRE_VARINT) {
			e->id = (int64_t)f.value;
		} else if (f.number == EVENT_TYPE && f.type == WIRE_VARINT) {
			e->type = (int32_t)f.value;
		} else if (f.number == EVENT_TIME && f.type == WIRE_BYTES) {
			e->time = read_time(f.bytes);
		} else if (f.number < ATTRIBUTES_MAX && l->attributes[f.number] &&
			   f.type == WIRE_BYTES) {
			number = f.number;
			attributes = f.bytes;
		}
	}
	row = event_row(e->type);
	if (row && row->command && l->completed[number])
		e->task = read_number(attributes, l->completed[number]);
	if (!l->failure[number])
		return true;
	return deep_walk(l->attributes[number], attributes, NULL, err);
}

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
	struct layout layout;
	struct wire_field f;
	size_t i = 0;

	layout_init(&layout, history_event_message(h));
	while (wire_next(&w, &f)) {
		struct event *e;

		if (f.number != 1 || f.type != WIRE_BYTES)
			continue;
		e = &events[i++];
		e->offset = (uint64_t)(f.bytes.p - h->wire.p);
		e->length = (uint32_t)f.bytes.n;
		if (read_event(&layout, f.bytes, e, err))
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
	return str_slice(h->wire.p + h->events[index].offset, h->events[index].length);
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
		if (f.type != WIRE_BYTES || f.number <= EVENT_TYPE)
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
	BUG_IF(n > h->n_events);
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
