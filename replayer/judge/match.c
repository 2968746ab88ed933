/* SPDX-License-Identifier: MIT */
/* match.c: a reply's commands beside the command events of one workflow task. */
#include "replayer/judge/match.h"

#include "formats/history/events.h"
#include "formats/wire/field.h"

#include <inttypes.h>

/* One place in the order of either side: an event's index, or a command's. */
struct places {
	size_t *at;
	size_t n;
};

/* How a side says what MATCH_GO drops. */
struct dropping {
	struct str marker; /* marker's name, or STR_NONE */
	bool version_upsert;
};

/* Go's markers that its own comparison leaves out, too. */
static bool drops_marker(struct str name)
{
	return str_is(name, "Version") || str_is(name, "MutableSideEffect");
}

/* BEFORE: what stands in front of it is a Version marker. */
static bool is_dropped(const struct dropping *d, bool before)
{
	return drops_marker(d->marker) || (before && d->version_upsert);
}

static struct dropping event_dropping(const struct history *h, size_t index)
{
	struct dropping d = {.marker = STR_NONE};
	const struct schema_message *m;
	struct field_value v;
	struct str bytes;

	if (!history_attributes(h, index, &m, &bytes))
		return d;
	if (h->events[index].type == EVENT_MARKER_RECORDED)
		d.marker = field_str(m, bytes, "marker_name");
	if (h->events[index].type == EVENT_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)
		d.version_upsert = field_at(
			m, bytes, "search_attributes.indexed_fields[TemporalChangeVersion]", &v);
	return d;
}

static struct dropping command_dropping(const struct schema_message *m, struct command_view c)
{
	struct dropping d = {.marker = STR_NONE};
	struct field_value v;

	if (c.type == COMMAND_RECORD_MARKER)
		d.marker = field_str(m, c.bytes, "record_marker_command_attributes.marker_name");
	if (c.type == COMMAND_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES)
		d.version_upsert =
			field_at(m, c.bytes,
				 "upsert_workflow_search_attributes_command_attributes."
				 "search_attributes.indexed_fields[TemporalChangeVersion]",
				 &v);
	return d;
}

static struct places event_places(const struct history *h, const struct history_task *task,
				  enum match_rules rules, struct arena *a)
{
	struct places p = {arena_array(a, size_t, task->batch_end - task->completed), 0};
	bool before = false;

	for (size_t i = task->completed + 1; i < task->batch_end; i++) {
		if (!pair_of_event(h->events[i].type))
			continue;
		if (rules == MATCH_GO) {
			struct dropping d = event_dropping(h, i);
			bool dropped = is_dropped(&d, before);

			before = str_is(d.marker, "Version");
			if (dropped)
				continue;
		}
		p.at[p.n++] = i;
	}
	return p;
}

static struct places command_places(const struct schema_message *m,
				    const struct command_view *commands, size_t n,
				    enum match_rules rules, struct arena *a)
{
	struct places p = {arena_array(a, size_t, n + 1), 0};
	bool before = false;

	for (size_t i = 0; i < n; i++) {
		if (rules == MATCH_GO) {
			struct dropping d = command_dropping(m, commands[i]);
			bool dropped = is_dropped(&d, before);

			before = str_is(d.marker, "Version");
			if (dropped)
				continue;
		}
		p.at[p.n++] = i;
	}
	return p;
}

/* Both sides of one comparison. */
struct compared {
	const struct history *h;
	const struct schema_message *command;
	struct arena *a;
	bool any_place; /* ids that only say the place in history don't count */
	struct str field, history_value, worker_value; /* of the field that differs */
};

/* Update messages carry their step at the end of their id. */
static bool update_step_agrees(struct compared *c, int32_t event_type, struct command_view cmd)
{
	static const struct {
		int32_t event_type;
		struct str step;
	} STEPS[] = {
		{EVENT_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, {"/accept", 7}},
		{EVENT_WORKFLOW_EXECUTION_UPDATE_COMPLETED, {"/complete", 9}},
		{EVENT_WORKFLOW_EXECUTION_UPDATE_REJECTED, {"/reject", 7}},
	};
	struct str id = field_str(c->command, cmd.bytes,
				  "protocol_message_command_attributes.message_id");
	bool known = false, agrees = false;

	for (size_t i = 0; i < sizeof(STEPS) / sizeof(*STEPS); i++) {
		if (!str_ends(id, STEPS[i].step))
			continue;
		known = true;
		agrees = STEPS[i].event_type == event_type;
		c->worker_value = STEPS[i].step;
	}
	if (!known || agrees)
		return true;
	c->field = STR("message");
	return false;
}

/* Go numbers activities and timers by the event that they leave. */
static bool is_place(const struct compared *c, size_t index, struct str history, struct str worker)
{
	struct str own = arena_printf(c->a, "%" PRId64, c->h->events[index].id);
	long long number;

	return str_eq(history, own) && str_to_int(worker, &number);
}

/* Same kind of command, and every field agrees; else FIELD says which does not. */
static bool agrees(struct compared *c, size_t index, struct command_view cmd)
{
	const struct pair_row *row = pair_of_event(c->h->events[index].type);
	const struct schema_message *m;
	struct str bytes;

	c->field = c->history_value = c->worker_value = STR_NONE;
	if (row->command_type != cmd.type)
		return false;
	if (cmd.type == COMMAND_PROTOCOL_MESSAGE)
		return update_step_agrees(c, row->event_type, cmd);
	if (!history_attributes(c->h, index, &m, &bytes))
		return true;
	for (size_t i = 0; i < row->n_fields; i++) {
		struct str history_value, worker_value;

		if (pair_field_agrees(&row->fields[i], m, bytes, c->command, cmd.bytes, c->a,
				      &history_value, &worker_value) ||
		    (c->any_place && is_place(c, index, history_value, worker_value)))
			continue;
		c->field = str_of(row->fields[i].name);
		c->history_value = history_value;
		c->worker_value = worker_value;
		return false;
	}
	return true;
}

/* The event comes later among the commands, and the command later among the events. */
static bool is_reordered(struct compared c, const struct places *events,
			 const struct places *places, const struct command_view *commands,
			 size_t at)
{
	bool event_later = false, command_later = false;

	c.any_place = true;
	for (size_t i = at + 1; i < places->n; i++)
		event_later |= agrees(&c, events->at[at], commands[places->at[i]]);
	for (size_t i = at + 1; i < events->n; i++)
		command_later |= agrees(&c, events->at[i], commands[places->at[at]]);
	return event_later && command_later;
}

bool match_task(const struct history *h, const struct history_task *task,
		const struct command_view *commands, size_t n, enum match_rules rules,
		struct arena *a, struct divergence *ret)
{
	struct compared c = {
		.h = h,
		.command = schema_message(h->schema, "temporal.api.command.v1.Command"),
		.a = a,
	};
	struct places events = event_places(h, task, rules, a);
	struct places places = command_places(c.command, commands, n, rules, a);
	const struct pair_row *event = NULL, *command = NULL;
	size_t at = 0;

	while (at < events.n && at < places.n && agrees(&c, events.at[at], commands[places.at[at]]))
		at++;
	if (at == events.n && at == places.n)
		return true;
	if (at == events.n) {
		match_extra(h, task, commands[places.at[at]], a, ret);
		return false;
	}
	*ret = (struct divergence){
		.event_id = h->events[events.at[at]].id,
		.workflow_task = (int64_t)task->number,
		.history = event_side(h, events.at[at], a),
		.provenance = "reply",
	};
	event = pair_of_event(h->events[events.at[at]].type);
	if (at < places.n) {
		command = pair_of_command(commands[places.at[at]].type);
		ret->worker = command_side(h->schema, commands[places.at[at]], a);
		ret->field = c.field;
		ret->history_value = c.history_value;
		ret->worker_value = c.worker_value;
	}
	ret->kind = pair_kind(event, command, ret->field.n > 0);
	/* A command of an unknown type is a command all the same. */
	if (ret->kind == DIVERGENCE_MISSING && at < places.n)
		ret->kind = DIVERGENCE_REPLACED;
	if (ret->kind == DIVERGENCE_REPLACED && is_reordered(c, &events, &places, commands, at))
		ret->kind = DIVERGENCE_REORDERED;
	return false;
}

void match_extra(const struct history *h, const struct history_task *task,
		 struct command_view first, struct arena *a, struct divergence *ret)
{
	*ret = (struct divergence){
		.kind = pair_kind(NULL, pair_of_command(first.type), false),
		.event_id = h->events[task->completed].id,
		.workflow_task = (int64_t)task->number,
		.worker = command_side(h->schema, first, a),
		.provenance = "reply",
	};
}

const struct command_view *match_leftover(const struct schema *schema,
					  const struct command_view *commands, size_t n,
					  enum match_rules rules, struct arena *a)
{
	struct places p = command_places(schema_message(schema, "temporal.api.command.v1.Command"), commands, n,
					 rules, a);

	return p.n ? &commands[p.at[0]] : NULL;
}
