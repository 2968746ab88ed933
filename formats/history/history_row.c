/* SPDX-License-Identifier: MIT */
/* history_row.c: an event's row, read off its wire bytes. */
#include "formats/history/history_row.h"

#include "formats/history/events.h"
#include "formats/wire/deep.h"
#include "formats/wire/wire_step.h"

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

void history_layout(struct history_layout *l, const struct schema_message *event)
{
	*l = (struct history_layout){0};
	for (size_t i = 0; i < event->n_fields; i++) {
		const struct schema_field *f = &event->fields[i];
		const struct schema_field *completed;

		if (f->oneof < 0 || f->number >= HISTORY_ATTRIBUTES_MAX || f->kind != SCHEMA_MESSAGE)
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

/* Both parts of a Timestamp in one walk. */
static int64_t read_time(struct str timestamp)
{
	const char *p = timestamp.p, *end = timestamp.p + timestamp.n;
	struct wire_step f = {0};
	int64_t part[3] = {0};

	while (p && p != end) {
		p = wire_step(p, end, &f);
		if (p && f.number <= 2 && f.type == WIRE_VARINT)
			part[f.number] = (int64_t)f.value;
	}
	return history_time(part[1], part[2]);
}

int64_t history_time(int64_t seconds, int64_t nanos)
{
	int64_t time;

	if (__builtin_mul_overflow(seconds, (int64_t)1000000000, &time) ||
	    __builtin_add_overflow(time, nanos, &time))
		return 0;
	return time;
}

bool history_row(const struct history_layout *l, struct str bytes, struct event *e,
		 struct err *err)
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
		if (f.number == HISTORY_FIELD_ID && f.type == WIRE_VARINT) {
			e->id = (int64_t)f.value;
		} else if (f.number == HISTORY_FIELD_TYPE && f.type == WIRE_VARINT) {
			e->type = (int32_t)f.value;
		} else if (f.number == HISTORY_FIELD_TIME && f.type == WIRE_BYTES) {
			e->time = read_time(f.bytes);
		} else if (f.number < HISTORY_ATTRIBUTES_MAX && l->attributes[f.number] &&
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
