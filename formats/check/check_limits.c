/* SPDX-License-Identifier: MIT */
/* check_limits.c: the history's sizes beside those that servers warn of and refuse. */
#include "formats/check/check.h"

#include "formats/history/events.h"
#include "formats/history/server_limits.h"
#include "formats/history/state.h"
#include "formats/payload/payload.h"
#include "formats/wire/deep.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

/* The largest of each measure, and where it was reached. */
struct peaks {
	uint64_t most[SERVER_LIMITS];
	size_t event[SERVER_LIMITS];
	size_t current;
};

static void measure(struct peaks *p, enum server_limit limit, uint64_t n)
{
	if (n <= p->most[limit])
		return;
	p->most[limit] = n;
	p->event[limit] = p->current;
}

/* Strings that servers hold to the length of an id. */
static bool is_id(const struct schema_message *m, const struct schema_field *f)
{
	static const char *const FIELDS[] = {
		"workflow_id", "activity_id", "timer_id",   "signal_name", "marker_name",
		"request_id",  "update_id",   "run_id",	    "endpoint",	   "operation",
		"service",     "cron_schedule", "protocol_instance_id",
	};
	static const char *const NAMED[] = {"WorkflowType", "ActivityType", "TaskQueue"};

	if (f->kind != SCHEMA_STRING)
		return false;
	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++)
		if (str_is(f->name, FIELDS[i]))
			return true;
	for (size_t i = 0; i < sizeof(NAMED) / sizeof(*NAMED); i++)
		if (str_is(f->name, "name") && str_ends(m->name, str_of(NAMED[i])))
			return true;
	return false;
}

static void see_field(struct peaks *p, const struct schema_field *f, uint64_t bytes)
{
	static const struct {
		const char *message;
		enum server_limit limit;
	} ROWS[] = {
		{"temporal.api.common.v1.Payloads", SERVER_BLOB},
		{"temporal.api.common.v1.Payload", SERVER_BLOB},
		{"temporal.api.failure.v1.Failure", SERVER_BLOB},
		{"temporal.api.common.v1.Memo", SERVER_MEMO},
		{"temporal.api.common.v1.SearchAttributes", SERVER_SEARCH_ATTRIBUTES},
	};

	for (size_t i = 0; f->message && i < sizeof(ROWS) / sizeof(*ROWS); i++)
		if (str_is(f->message->name, ROWS[i].message))
			measure(p, ROWS[i].limit, bytes);
}

static bool see_message(const struct schema_message *m, struct str bytes, void *data)
{
	struct wire w = wire_of(bytes);
	struct peaks *p = data;
	struct wire_field f;

	while (wire_next(&w, &f)) {
		const struct schema_field *field =
			f.type == WIRE_BYTES ? schema_field_by_number(m, f.number) : NULL;

		if (!field)
			continue;
		see_field(p, field, f.bytes.n);
		/* Below the limit names need not be looked at. */
		if (f.bytes.n > SERVER_LIMIT_ROWS[SERVER_ID].error && is_id(m, field))
			measure(p, SERVER_ID, f.bytes.n);
	}
	return true;
}

static void say(struct check *c, const struct peaks *p, enum server_limit limit)
{
	const struct server_limit_row *row = &SERVER_LIMIT_ROWS[limit];
	uint64_t n = p->most[limit];
	bool error = row->error && n > row->error;
	size_t event = p->event[limit];
	const char *gap = *row->unit ? " " : "";

	if (!error && !(row->warn && n > row->warn))
		return;
	/* All events together are of no single one. */
	if (limit == SERVER_EVENTS || limit == SERVER_BYTES)
		event = c->h->n_events;
	check_say(c, error ? CHECK_SIZE_ERROR : CHECK_SIZE_WARN, event,
		  "%s: %" PRIu64 "%s%s, and servers %s %" PRIu64 " by default (%s)", row->what, n,
		  gap, row->unit, error ? "refuse more than" : "warn from",
		  error ? row->error : row->warn, row->setting);
}

void check_limits(struct check *c)
{
	struct peaks p = {0};
	struct deep_visit visit = {see_message, &p};
	struct timeline t;
	struct state state;

	timeline_init(&t, c->h, c->groups);
	state_init(&state);
	for (size_t i = 0; i < c->h->n_events; i++) {
		p.current = i;
		state_run(&state, &t, i + 1);
		(void)!deep_walk(history_event_message(c->h), history_event(c->h, i), &visit, NULL);
		for (int limit = 0; limit < SERVER_LIMITS; limit++)
			measure(&p, (enum server_limit)limit,
				state_measure(&state, (enum server_limit)limit));
	}
	for (int limit = 0; limit < SERVER_LIMITS; limit++)
		say(c, &p, (enum server_limit)limit);
	state_done(&state);
	timeline_done(&t);
}
