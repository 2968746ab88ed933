/* SPDX-License-Identifier: MIT */
/* state.c: one event at a time, by the groups that it belongs to. */
#include "formats/history/state.h"

#include "formats/base/map.h"
#include "formats/history/events.h"
#include "formats/payload/payload.h"
#include "formats/wire/wire.h"

/* Texts by number, in the order of their first use. */
struct timeline_names {
	struct map map;
	VEC_OF(struct str) texts;
};

void timeline_init(struct timeline *t, const struct history *h, const struct groups *g)
{
	*t = (struct timeline){.history = h, .groups = g};
	arena_init(&t->arena);
	t->names = arena_array(&t->arena, struct timeline_names, STATE_TABLES);
}

void timeline_done(struct timeline *t)
{
	for (size_t i = 0; i < STATE_TABLES; i++) {
		map_done(&t->names[i].map);
		vec_done(&t->names[i].texts);
	}
	arena_done(&t->arena);
}

struct str timeline_name(const struct timeline *t, enum state_names table, size_t name)
{
	BUG_IF(name >= t->names[table].texts.n);
	return t->names[table].texts.at[name];
}

static size_t name_of(struct timeline *t, enum state_names table, struct str text)
{
	struct timeline_names *names = &t->names[table];
	uint64_t *known = map_get(&names->map, text);

	if (known)
		return (size_t)*known;
	text = arena_str(&t->arena, text);
	map_put(&names->map, text, names->texts.n, NULL);
	vec_push(&names->texts, text);
	return names->texts.n - 1;
}

void state_init(struct state *s)
{
	*s = (struct state){.cancel_request = GROUP_NONE,
			    .task_started = GROUP_NONE,
			    .task_completed = GROUP_NONE};
}

void state_done(struct state *s)
{
	vec_done(&s->open);
	for (size_t i = 0; i < STATE_TABLES; i++)
		vec_done(&s->tables[i]);
}

/* No more room than what is in it takes: copies are kept by the hundred. */
#define COPY_ROWS(to, from)                                                          \
	do {                                                                         \
		size_t bytes_ = (from)->n * sizeof(*(from)->at);                     \
		(to)->at = bytes_ ? mem_resize(NULL, bytes_) : NULL;                 \
		(to)->cap = (to)->n;                                                 \
		if (bytes_)                                                          \
			memcpy((to)->at, (from)->at, bytes_);                        \
	} while (0)

void state_copy(struct state *ret, const struct state *s)
{
	state_done(ret);
	*ret = *s;
	COPY_ROWS(&ret->open, &s->open);
	for (size_t t = 0; t < STATE_TABLES; t++)
		COPY_ROWS(&ret->tables[t], &s->tables[t]);
}

size_t state_bytes(const struct state *s)
{
	size_t n = sizeof(*s) + s->open.cap * sizeof(*s->open.at);

	for (size_t t = 0; t < STATE_TABLES; t++)
		n += s->tables[t].cap * sizeof(*s->tables[t].at);
	return n;
}

static void set_name(struct state *s, struct timeline *t, enum state_names table,
		     struct str text, uint32_t event)
{
	size_t name = name_of(t, table, text);

	while (s->tables[table].n <= name)
		vec_push(&s->tables[table], GROUP_NONE);
	s->tables[table].at[name] = event;
}

/* An upserted null or, of a search attribute, an empty list takes the value away. */
static bool takes_away(struct str value)
{
	struct payload p;

	if (!payload_read(value, &p))
		return false;
	return p.kind == PAYLOAD_NULL ||
	       (p.kind == PAYLOAD_JSON && (str_is(str_trim(p.data), "null") ||
					   str_is(str_trim(p.data), "[]")));
}

/* Memo and SearchAttributes alike: field 1 is a map of payloads. */
static void set_all(struct state *s, struct timeline *t, enum state_names table,
		    struct str fields, uint32_t event)
{
	struct wire w = wire_of(fields);
	struct wire_field f;

	while (wire_next(&w, &f))
		if (f.number == 1 && f.type == WIRE_BYTES)
			set_name(s, t, table, wire_bytes_at(f.bytes, 1),
				 takes_away(wire_bytes_at(f.bytes, 2)) ? GROUP_NONE : event);
}

/* Which field of the attributes holds a memo or search attributes; 0: none. */
static const struct property_row {
	int32_t type;
	enum state_names table;
	uint32_t field;
} PROPERTIES[] = {
	{EVENT_WORKFLOW_EXECUTION_STARTED, STATE_MEMO, 22},
	{EVENT_WORKFLOW_EXECUTION_STARTED, STATE_SEARCH_ATTRIBUTES, 23},
	{EVENT_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, STATE_SEARCH_ATTRIBUTES, 2},
	{EVENT_WORKFLOW_PROPERTIES_MODIFIED, STATE_MEMO, 2},
	{EVENT_WORKFLOW_PROPERTIES_MODIFIED_EXTERNALLY, STATE_MEMO, 5},
};
#define N_PROPERTIES (sizeof(PROPERTIES) / sizeof(*PROPERTIES))

static void see_properties(struct state *s, struct timeline *t, int32_t type,
			   struct str attributes, uint32_t event)
{
	for (size_t i = 0; i < N_PROPERTIES; i++)
		if (PROPERTIES[i].type == type)
			set_all(s, t, PROPERTIES[i].table,
				wire_bytes_at(attributes, PROPERTIES[i].field), event);
}

static void see_marker(struct state *s, struct timeline *t, uint32_t event)
{
	struct str change;
	struct arena a;

	arena_init(&a);
	change = event_change_id(t->history, event, &a);
	if (change.n)
		set_name(s, t, STATE_PATCHES, change, event);
	arena_done(&a);
}

static void see_task(struct state *s, struct timeline *t, uint32_t event,
		     const struct group *g, struct str attributes)
{
	switch (t->history->events[event].type) {
	case EVENT_WORKFLOW_TASK_STARTED:
		s->task_started = event;
		s->signals_at_start = s->opened[ENTITY_SIGNAL];
		/* suggest_continue_as_new = 4 */
		s->continue_suggested = wire_value_at(attributes, 4, 0);
		break;
	case EVENT_WORKFLOW_TASK_COMPLETED:
		s->task_completed = event;
		if (g->started == GROUP_NONE || g->started >= event)
			break;
		s->shown = g->started + 1;
		s->signals_unseen = s->opened[ENTITY_SIGNAL] - s->signals_at_start;
		break;
	default:
		break;
	}
}

/* The row of an open entity: rows are in the order of groups. */
static struct state_open *find_open(struct state *s, uint32_t group)
{
	size_t low = 0, high = s->open.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->open.at[middle].group < group)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->open.n && s->open.at[low].group == group ? &s->open.at[low] : NULL;
}

/* Closed ones are swept when they are half of all: each costs what it cost to add it. */
static void sweep(struct state *s)
{
	size_t n = 0;

	if (s->swept * 2 < s->open.n || s->swept < 16)
		return;
	for (size_t i = 0; i < s->open.n; i++)
		if (entity_open((enum entity_state)s->open.at[i].state))
			s->open.at[n++] = s->open.at[i];
	s->open.n = n;
	s->swept = 0;
}

static void see_run(struct state *s, uint32_t event, int32_t type, const struct group *g,
		    enum entity_state now)
{
	if (g->kind == ENTITY_WORKFLOW)
		s->run = now;
	if (g->kind == ENTITY_PAUSE)
		s->paused = entity_open(now);
	if (type == EVENT_WORKFLOW_EXECUTION_CANCEL_REQUESTED && s->cancel_request == GROUP_NONE)
		s->cancel_request = event;
}

static void move_entity(struct state *s, uint32_t event, int32_t type, uint32_t group,
			const struct group *g, int64_t attempt)
{
	struct state_open *row = find_open(s, group);
	enum entity_state now;

	if (!row) {
		if (g->first != event || !entity_move(type, ENTITY_NONE, &now))
			return; /* closed before, or impossible: check says so */
		s->opened[g->kind]++;
		if (!entity_open(now)) {
			s->closed[g->kind][now]++;
			return;
		}
		s->pending[g->kind]++;
		vec_push(&s->open, (struct state_open){.group = group, .state = ENTITY_NONE});
		row = vec_last(&s->open);
	}
	if (!entity_move(type, (enum entity_state)row->state, &now))
		return;
	row->last = event;
	row->state = (uint16_t)now;
	row->started |= now == ENTITY_STARTED || now == ENTITY_STARTED_CANCELING;
	if (attempt > row->attempt)
		row->attempt = (int32_t)attempt;
	see_run(s, event, type, g, now);
	if (entity_open(now))
		return;
	s->pending[g->kind]--;
	s->closed[g->kind][now]++;
	s->swept++;
	sweep(s);
}

/* ActivityTaskStarted: attempt = 4; WorkflowTaskScheduled: attempt = 3. */
static int64_t attempt_of(int32_t type, struct str attributes)
{
	uint32_t field = type == EVENT_ACTIVITY_TASK_STARTED	    ? 4
			 : type == EVENT_WORKFLOW_TASK_SCHEDULED ? 3
								    : 0;

	return field ? (int32_t)wire_value_at(attributes, field, 0) : 0;
}

static void step(struct state *s, struct timeline *t)
{
	uint32_t event = (uint32_t)s->n++;
	const struct history *h = t->history;
	int32_t type = h->events[event].type;
	const struct group *g = groups_of(t->groups, event);
	struct str whole = history_event(h, event), attributes;
	const struct schema_message *m;

	s->bytes += whole.n + 1 + wire_varint_size(whole.n);
	s->largest = whole.n > s->largest ? whole.n : s->largest;
	if (!g || !history_attributes(h, event, &m, &attributes))
		return;
	move_entity(s, event, type, t->groups->of_event[event], g, attempt_of(type, attributes));
	see_properties(s, t, type, attributes, event);
	if (g->kind == ENTITY_SIGNAL)
		s->signals_unseen++;
	else if (g->kind == ENTITY_MARKER)
		see_marker(s, t, event);
	else if (g->kind == ENTITY_TASK)
		see_task(s, t, event, g, attributes);
}

void state_run(struct state *s, struct timeline *t, size_t n)
{
	BUG_IF(n < s->n || n > t->history->n_events);
	while (s->n < n)
		step(s, t);
}

/* ---- reading ---- */

/* Which duration after which event: fields of what opened the entity. */
static const struct due_row {
	enum entity_kind kind;
	uint32_t field; /* a Duration */
	bool from_start; /* of the attempt; else from what opened it */
	bool until_start; /* matters only until it starts */
	const char *what;
} DUES[] = {
	{ENTITY_TIMER, 2, false, false, "fires"},
	{ENTITY_ACTIVITY, 8, false, true, "schedule-to-start"},
	{ENTITY_ACTIVITY, 9, true, false, "start-to-close"},
	{ENTITY_ACTIVITY, 7, false, false, "schedule-to-close"},
	{ENTITY_TASK, 2, true, false, "start-to-close"},
	{ENTITY_NEXUS, 10, false, true, "schedule-to-start"},
	{ENTITY_NEXUS, 11, true, false, "start-to-close"},
	{ENTITY_NEXUS, 5, false, false, "schedule-to-close"},
	{ENTITY_CHILD, 6, true, false, "execution timeout"},
	{ENTITY_CHILD, 7, true, false, "run timeout"},
	{ENTITY_WORKFLOW, 7, false, false, "execution timeout"},
	{ENTITY_WORKFLOW, 8, false, false, "run timeout"},
};

/* Duration: seconds = 1, nanos = 2. False: none, or none that fits. */
static bool add_duration(int64_t time, struct str duration, int64_t *ret)
{
	int64_t seconds = (int64_t)wire_value_at(duration, 1, 0), ns;
	int64_t nanos = (int32_t)wire_value_at(duration, 2, 0);

	if (!time || !duration.p || (!seconds && !nanos))
		return false;
	return !__builtin_mul_overflow(seconds, (int64_t)1000000000, &ns) &&
	       !__builtin_add_overflow(ns, nanos, &ns) && !__builtin_add_overflow(time, ns, ret);
}

static void add_due(struct state_due *dues, size_t *n, struct state_due due)
{
	size_t at = *n;

	if (*n == STATE_DUES_MOST)
		return;
	for (; at > 0 && dues[at - 1].time > due.time; at--)
		dues[at] = dues[at - 1];
	dues[at] = due;
	++*n;
}

size_t state_dues(const struct timeline *t, const struct state_open *open,
		  struct state_due *ret)
{
	const struct history *h = t->history;
	const struct group *g = &t->groups->at[open->group];
	const struct schema_message *m;
	struct str attributes;
	size_t n = 0;

	if (!history_attributes(h, g->first, &m, &attributes))
		return 0;
	for (size_t i = 0; i < sizeof(DUES) / sizeof(*DUES); i++) {
		uint32_t from = DUES[i].from_start ? g->started : g->first;
		int64_t time;

		if (DUES[i].kind != g->kind || (DUES[i].from_start && !open->started) ||
		    (DUES[i].until_start && open->started) || from == GROUP_NONE)
			continue;
		if (add_duration(h->events[from].time, wire_bytes_at(attributes, DUES[i].field),
				 &time))
			add_due(ret, &n, (struct state_due){DUES[i].what, time});
	}
	return n;
}

struct str state_value(const struct timeline *t, const struct state *s, enum state_names table,
		       size_t name)
{
	const struct history *h = t->history;
	uint32_t event = s->tables[table].at[name];
	const struct schema_message *m;
	struct str attributes, value = STR_NONE;

	BUG_IF(event == GROUP_NONE);
	if (!history_attributes(h, event, &m, &attributes) || table == STATE_PATCHES)
		return attributes;
	for (size_t i = 0; i < N_PROPERTIES; i++) {
		struct wire_field f;
		struct wire w;

		if (PROPERTIES[i].type != h->events[event].type || PROPERTIES[i].table != table)
			continue;
		w = wire_of(wire_bytes_at(attributes, PROPERTIES[i].field));
		while (wire_next(&w, &f))
			if (f.number == 1 && f.type == WIRE_BYTES &&
			    str_eq(wire_bytes_at(f.bytes, 1), timeline_name(t, table, name)))
				value = wire_bytes_at(f.bytes, 2);
	}
	return value;
}

uint64_t state_measure(const struct state *s, enum server_limit limit)
{
	switch (limit) {
	case SERVER_EVENTS:
		return s->n;
	case SERVER_BYTES:
		return s->bytes;
	case SERVER_ACTIVITIES:
		return s->pending[ENTITY_ACTIVITY];
	case SERVER_CHILDREN:
		return s->pending[ENTITY_CHILD];
	case SERVER_SIGNALS_EXTERNAL:
		return s->pending[ENTITY_SIGNAL_EXTERNAL];
	case SERVER_CANCELS_EXTERNAL:
		return s->pending[ENTITY_CANCEL_EXTERNAL];
	case SERVER_SIGNALS:
		return s->opened[ENTITY_SIGNAL];
	case SERVER_UPDATES:
		return s->opened[ENTITY_UPDATE];
	case SERVER_UPDATES_OPEN:
		return s->pending[ENTITY_UPDATE];
	default: /* of single events, not of the run: check_limits.c */
		return 0;
	}
}
