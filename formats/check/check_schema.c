/* SPDX-License-Identifier: MIT */
/* check_schema.c: event types and fields beside the schema that is built in. */
#include "formats/check/check.h"

#include "formats/history/events.h"
#include "formats/transcode/transcode.h"
#include "formats/wire/deep.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

static void check_type(struct check *c, size_t i)
{
	const struct event *e = &c->h->events[i];
	struct str type = event_type_name(c->h, i, &c->step);
	const struct schema_message *m;
	struct str bytes;

	if (!e->type) /* the sequence told it */
		return;
	if (!event_row(e->type))
		check_say(c, CHECK_UNKNOWN_TYPE, i, "%.*s is unknown here: kept as it is",
			  STR_ARG(type));
	else if (!history_attributes(c->h, i, &m, &bytes))
		check_say(c, CHECK_NO_ATTRIBUTES, i, "%.*s has no attributes", STR_ARG(type));
	else if (!event_attributes_fit(c->h, i))
		check_say(c, CHECK_TYPE_MISMATCH, i,
			  "the type is %.*s but the attributes are those of another (%.*s)",
			  STR_ARG(type), STR_ARG(m->name));
}

/* Fields without a name, of all events together. */
struct unknown {
	size_t n;
	size_t event; /* of the first */
	uint32_t number;
	const struct schema_message *message;
	size_t current;
};

static bool see_message(const struct schema_message *m, struct str bytes, void *data)
{
	struct unknown *u = data;
	struct wire w = wire_of(bytes);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		/* JSON's own are told by what was lost or kept when it was read. */
		if (f.number == TRANSCODE_CARRIER || schema_field_by_number(m, f.number))
			continue;
		if (!u->n++) {
			u->event = u->current;
			u->number = f.number;
			u->message = m;
		}
	}
	return true;
}

/* Attributes of a type that is unknown as a whole are told with the type. */
static bool of_known_type(const struct history *h, size_t i)
{
	return event_row(h->events[i].type) != NULL;
}

static void check_fields(struct check *c)
{
	struct unknown u = {0};
	struct deep_visit visit = {see_message, &u};

	for (size_t i = 0; i < c->h->n_events; i++) {
		u.current = i;
		if (of_known_type(c->h, i))
			(void)!deep_walk(history_event_message(c->h), history_event(c->h, i),
					 &visit, NULL);
	}
	if (u.n)
		check_say(c, CHECK_UNKNOWN_FIELD, u.event,
			  "%zu field%s that the schema lacks (first: field %" PRIu32
			  " of %.*s): kept as %s",
			  u.n, u.n == 1 ? "" : "s", u.number, STR_ARG(u.message->name),
			  u.n == 1 ? "it is" : "they are");
}

void check_types(struct check *c)
{
	for (size_t i = 0; i < c->h->n_events; i++) {
		struct arena_mark mark = arena_mark(&c->step);

		check_type(c, i);
		arena_rewind(&c->step, mark);
	}
	check_fields(c);
}
