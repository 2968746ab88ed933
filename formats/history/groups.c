/* SPDX-License-Identifier: MIT */
/* groups.c: one pass that finds each event's entity and moves it. */
#include "formats/history/groups.h"

#include "formats/base/map.h"
#include "formats/base/mem.h"
#include "formats/base/vec.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

/* What is asked of attributes by number, looked up once per history. */
struct type_fields {
	uint32_t reference; /* the event that this one is about */
	uint32_t attempt;
};

#define TYPES_MOST 64 /* above all types that the table knows */

struct group_maker {
	const struct history *h;
	struct arena *a;
	struct groups *ret;
	size_t done; /* events */
	struct type_fields fields[TYPES_MOST];
	VEC_OF(struct group) groups;
	VEC_OF(struct group_fault) faults;
	uint32_t *of_event;
	struct map updates; /* update id -> group */
	struct map ids;	    /* "A" or "T" and the id -> group, the last that has it */
	uint32_t workflow, pause, task; /* the open one, or GROUP_NONE */
};

static void fields_init(struct group_maker *m)
{
	for (int32_t type = 1; type < TYPES_MOST; type++) {
		const struct event_row *row = event_row(type);
		const struct schema_message *message;
		const struct schema_field *f;

		message = row ? event_attributes_message(m->h->schema, type) : NULL;
		if (!message)
			continue;
		if (row->ref_path) {
			f = schema_field_by_name(message, str_of(row->ref_path));
			m->fields[type].reference = f->number;
		}
		f = schema_field_by_name(message, STR("attempt"));
		m->fields[type].attempt = f ? f->number : 0;
	}
}

static void fault(struct group_maker *m, enum group_fault_kind kind, size_t event, uint32_t other,
		  int64_t reference)
{
	struct group_fault f = {.kind = kind,
				.event = (uint32_t)event,
				.other = other,
				.reference = reference};

	if (kind == GROUP_IMPOSSIBLE)
		f.state = m->groups.at[m->of_event[event]].state;
	vec_push(&m->faults, f);
}

/* The group that an event names by another event's id, or GROUP_NONE after a fault. */
static uint32_t by_reference(struct group_maker *m, size_t event, enum entity_kind kind,
			     struct str attributes)
{
	int32_t type = m->h->events[event].type;
	int64_t id = (int64_t)wire_value_at(attributes, m->fields[type].reference, 0);
	size_t other = id > 0 ? history_find(m->h, id) : m->h->n_events;
	uint32_t group;

	if (id <= 0) {
		fault(m, GROUP_NO_REFERENCE, event, GROUP_NONE, id);
		return GROUP_NONE;
	}
	if (other == m->h->n_events) {
		fault(m, GROUP_DANGLING, event, GROUP_NONE, id);
		return GROUP_NONE;
	}
	if (other >= event) {
		fault(m, GROUP_LATER, event, (uint32_t)other, id);
		return GROUP_NONE;
	}
	group = m->of_event[other];
	/* What opened the entity is named; of an update, what accepted it. */
	if (group == GROUP_NONE || m->groups.at[group].kind != kind ||
	    !entity_opens(m->h->events[other].type)) {
		fault(m, GROUP_OTHER_KIND, event, (uint32_t)other, id);
		return GROUP_NONE;
	}
	return group;
}

/* Field 1 of Accepted and Rejected; Admitted: request = 1, meta = 1, update_id = 1. */
static struct str update_id(int32_t type, struct str attributes)
{
	struct str id = wire_bytes_at(attributes, 1);

	if (type == EVENT_WORKFLOW_EXECUTION_UPDATE_ADMITTED)
		id = wire_bytes_at(wire_bytes_at(id, 1), 1);
	return id;
}

static uint32_t open_group(struct group_maker *m, size_t event, enum entity_kind kind)
{
	struct group g = {.kind = kind,
			  .state = ENTITY_NONE,
			  .first = (uint32_t)event,
			  .started = GROUP_NONE,
			  .closed = GROUP_NONE};

	vec_push(&m->groups, g);
	return (uint32_t)m->groups.n - 1;
}

/* An update that was admitted goes on by its id; any other id begins one. */
static uint32_t update_group(struct group_maker *m, size_t event, int32_t type, struct str attributes)
{
	struct str id = update_id(type, attributes);
	uint64_t *known = map_get(&m->updates, id);
	bool fresh;

	if (known && entity_open(m->groups.at[*known].state))
		return (uint32_t)*known;
	if (!known)
		known = map_put(&m->updates, arena_str(m->a, id), 0, &fresh);
	*known = open_group(m, event, ENTITY_UPDATE);
	return (uint32_t)*known;
}

/* Of the run and its pause there is one at a time, which nothing has to name. */
static uint32_t single_group(struct group_maker *m, size_t event, enum entity_kind kind,
			     uint32_t *open)
{
	if (*open == GROUP_NONE && entity_opens(m->h->events[event].type))
		*open = open_group(m, event, kind);
	if (*open == GROUP_NONE)
		fault(m, GROUP_NOT_OPEN, event, GROUP_NONE, 0);
	return *open;
}

static void see_task(struct group_maker *m, size_t event, uint32_t group)
{
	if (m->task != GROUP_NONE && entity_open(m->groups.at[m->task].state))
		fault(m, GROUP_TASK_OPEN, event, m->groups.at[m->task].first, 0);
	m->task = group;
}

/* Servers refuse an id that is in use; activity_id and timer_id are both field 1. */
static void see_id(struct group_maker *m, size_t event, uint32_t group, struct str attributes)
{
	const char *letter = entity_kind_letter(m->groups.at[group].kind);
	struct str id = wire_bytes_at(attributes, 1);
	struct str key;
	uint64_t *last;
	bool fresh;

	if (!id.n)
		return;
	key = arena_printf(m->a, "%s%.*s", letter, STR_ARG(id));
	last = map_put(&m->ids, key, group, &fresh);
	if (!fresh && entity_open(m->groups.at[*last].state))
		fault(m, GROUP_SAME_ID, event, m->groups.at[*last].first, 0);
	*last = group;
}

static uint32_t find_group(struct group_maker *m, size_t event, enum entity_kind kind,
			   struct str attributes)
{
	int32_t type = m->h->events[event].type;
	uint32_t group;

	if (kind == ENTITY_WORKFLOW)
		return single_group(m, event, kind, &m->workflow);
	if (kind == ENTITY_PAUSE)
		return single_group(m, event, kind, &m->pause);
	if (!entity_opens(type))
		return by_reference(m, event, kind, attributes);
	if (kind == ENTITY_UPDATE)
		return update_group(m, event, type, attributes);
	group = open_group(m, event, kind);
	if (kind == ENTITY_TASK)
		see_task(m, event, group);
	if (kind == ENTITY_ACTIVITY || kind == ENTITY_TIMER)
		see_id(m, event, group, attributes);
	return group;
}

static void move(struct group_maker *m, struct group *g, size_t event, struct str attributes)
{
	int32_t type = m->h->events[event].type;
	enum entity_state before = g->state;
	int64_t attempt = 0;

	if (m->fields[type].attempt)
		attempt = (int32_t)wire_value_at(attributes, m->fields[type].attempt, 0);
	if (attempt > g->attempt)
		g->attempt = attempt;
	g->last = (uint32_t)event;
	g->n++;
	if (!entity_move(type, before, &g->state)) {
		fault(m, GROUP_IMPOSSIBLE, event, g->first, 0);
		return;
	}
	if (g->started == GROUP_NONE &&
	    (g->state == ENTITY_STARTED || g->state == ENTITY_STARTED_CANCELING))
		g->started = (uint32_t)event;
	if (!entity_open(g->state) && g->closed == GROUP_NONE)
		g->closed = (uint32_t)event;
	if (g->kind == ENTITY_PAUSE && !entity_open(g->state))
		m->pause = GROUP_NONE;
}

static void add_event(struct group_maker *m, size_t event)
{
	const struct schema_message *message;
	enum entity_kind kind;
	struct str attributes;
	uint32_t group;

	m->of_event[event] = GROUP_NONE;
	if (!entity_kind_of(m->h->events[event].type, &kind) ||
	    !event_attributes(m->h, event, &message, &attributes))
		return;
	group = find_group(m, event, kind, attributes);
	m->of_event[event] = group;
	if (group != GROUP_NONE)
		move(m, &m->groups.at[group], event, attributes);
}

/* ---- step by step ---- */

struct group_maker *groups_begin(const struct history *h, struct arena *a, struct groups *ret)
{
	struct group_maker *m = mem_zalloc(sizeof(*m));

	*m = (struct group_maker){.h = h,
				  .a = a,
				  .ret = ret,
				  .of_event = arena_array(a, uint32_t, h->n_events),
				  .workflow = GROUP_NONE,
				  .pause = GROUP_NONE,
				  .task = GROUP_NONE};
	fields_init(m);
	*ret = (struct groups){.of_event = m->of_event};
	return m;
}

void groups_run(struct group_maker *m, size_t n)
{
	BUG_IF(n < m->done || n > m->h->n_events);
	while (m->done < n)
		add_event(m, m->done++);
	m->ret->at = m->groups.at;
	m->ret->n = m->groups.n;
	m->ret->faults = m->faults.at;
	m->ret->n_faults = m->faults.n;
}

/* Events by group: where each group's begin is the sum of those before it. */
static void fill_members(struct group_maker *m)
{
	uint32_t *members, *next, begin = 0;

	next = arena_array(m->a, uint32_t, m->groups.n);
	for (size_t i = 0; i < m->groups.n; i++) {
		m->groups.at[i].members = next[i] = begin;
		begin += m->groups.at[i].n;
	}
	members = arena_array(m->a, uint32_t, begin);
	for (size_t i = 0; i < m->done; i++)
		if (m->of_event[i] != GROUP_NONE)
			members[next[m->of_event[i]]++] = (uint32_t)i;
	m->ret->members = members;
}

static const void *kept(struct arena *a, const void *at, size_t bytes)
{
	return bytes ? memcpy(arena_alloc(a, bytes), at, bytes) : NULL;
}

void groups_end(struct group_maker *m)
{
	fill_members(m);
	m->ret->at = kept(m->a, m->groups.at, m->groups.n * sizeof(*m->groups.at));
	m->ret->faults = kept(m->a, m->faults.at, m->faults.n * sizeof(*m->faults.at));
	vec_done(&m->groups);
	vec_done(&m->faults);
	map_done(&m->updates);
	map_done(&m->ids);
	mem_free(m);
}

void groups_make(const struct history *h, struct arena *a, struct groups *ret)
{
	struct group_maker *m = groups_begin(h, a, ret);

	groups_run(m, h->n_events);
	groups_end(m);
}

struct str group_label(const struct history *h, const struct group *g, struct arena *a)
{
	return arena_printf(a, "%s%" PRId64, entity_kind_letter(g->kind), h->events[g->first].id);
}

int64_t group_between(const struct history *h, uint32_t from, uint32_t to)
{
	int64_t ns;

	if (from == GROUP_NONE || to == GROUP_NONE || !h->events[from].time ||
	    !h->events[to].time ||
	    __builtin_sub_overflow(h->events[to].time, h->events[from].time, &ns) || ns < 0)
		return -1;
	return ns;
}
