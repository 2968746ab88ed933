/* SPDX-License-Identifier: MIT */
/* explain_locate.c: from what a message says to the event where history and code part. */
#include "replayer/explain/explain.h"

#include "formats/history/events.h"
#include "formats/wire/field.h"
#include "replayer/judge/pairs.h"

/* What the message tells of the event it means. */
struct want {
	int32_t type; /* 0: it does not say */
	struct str name;
	struct str id;
};

/* How much of it must agree; each step asks for less. */
enum want_step { WANT_ALL, WANT_NAME, WANT_TYPE, WANT_STEPS };

static int32_t event_type_of(struct str what)
{
	static const struct {
		int32_t type;
		struct str name;
	} NAMES[] = {
#define EVENT(number, name, camel) {number, {camel, sizeof(camel) - 1}},
#include "formats/history/events.def"
#undef EVENT
	};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		if (str_eq(what, NAMES[i].name))
			return NAMES[i].type;
	}
	return 0;
}

static bool is_name_field(const struct pair_field *f)
{
	struct str name = str_of(f->name);

	return str_ends(name, STR("Type")) || str_ends(name, STR("Name")) ||
	       str_is(name, "operation");
}

static bool is_id_field(const struct pair_field *f)
{
	return str_ends(str_of(f->name), STR("Id"));
}

/* VALUE as a whole JSON string or number somewhere in BYTES: markers keep ids in payloads. */
static bool holds_value(struct str bytes, struct str value, struct arena *a)
{
	struct str quoted = arena_printf(a, "\"%.*s\"", STR_ARG(value));
	struct str seq = arena_printf(a, "\"seq\":%.*s", STR_ARG(value));
	ptrdiff_t at = str_find(bytes, quoted);

	if (at >= 0)
		return true;
	for (at = str_find(bytes, seq); at >= 0; at = str_find_from(bytes, seq, (size_t)at + 1)) {
		size_t end = (size_t)at + seq.n;

		if (end == bytes.n || bytes.p[end] < '0' || bytes.p[end] > '9')
			return true;
	}
	return false;
}

static bool marker_is(const struct schema_message *m, struct str bytes, const struct want *w,
		      struct arena *a)
{
	struct str name = field_str(m, bytes, "marker_name");

	if (w->name.n && !str_eq(name, w->name) && !holds_value(bytes, w->name, a))
		return false;
	return !w->id.n || holds_value(bytes, w->id, a);
}

/* Fields that the event lacks in the table of pairs say nothing against it. */
static bool fields_are(const struct pair_row *row, const struct schema_message *m,
		       struct str bytes, const struct want *w, enum want_step step,
		       struct arena *a)
{
	bool named = !w->name.n, identified = !w->id.n || step > WANT_ALL;
	bool has_name = false, has_id = false;

	for (size_t i = 0; i < row->n_fields; i++) {
		const struct pair_field *f = &row->fields[i];
		struct str value = pair_value(m, bytes, f->event_path, a);

		if (is_name_field(f)) {
			has_name = true;
			named |= str_eq(pair_last_part(value), pair_last_part(w->name));
		} else if (is_id_field(f)) {
			has_id = true;
			identified |= str_eq(value, w->id);
		}
	}
	return (named || !has_name) && (identified || !has_id);
}

static bool event_is(const struct history *h, size_t i, const struct want *w,
		     enum want_step step, struct arena *a)
{
	const struct pair_row *row = pair_of_event(h->events[i].type);
	const struct schema_message *m;
	struct str bytes;

	if (h->events[i].type != w->type || !row)
		return false;
	if (step == WANT_TYPE || !history_attributes(h, i, &m, &bytes))
		return step == WANT_TYPE;
	if (w->type == EVENT_MARKER_RECORDED) {
		struct want less = {.type = w->type, .name = w->name};

		return marker_is(m, bytes, step == WANT_ALL ? w : &less, a);
	}
	return fields_are(row, m, bytes, w, step, a);
}

/* The one event (or, where FIRST will do, the first) from FROM to END; else n_events. */
static size_t find(const struct history *h, size_t from, size_t end, const struct want *w,
		   enum want_step step, bool first, struct arena *a)
{
	size_t found = h->n_events;

	for (size_t i = from; i < end; i++) {
		struct arena_mark mark = arena_mark(a);
		bool is = event_is(h, i, w, step, a);

		arena_rewind(a, mark);
		if (!is)
			continue;
		if (first)
			return i;
		if (found < h->n_events)
			return h->n_events; /* two of them: which is meant is not known */
		found = i;
	}
	return found;
}

/* From an event that tells how a command went on, to the command's event. */
static size_t command_event(const struct history *h, size_t index)
{
	static const char *const PATHS[] = {"scheduled_event_id", "initiated_event_id",
					    "started_event_id"};
	const struct schema_message *m;
	struct str bytes;

	if (pair_of_event(h->events[index].type) || !history_attributes(h, index, &m, &bytes))
		return index;
	for (size_t i = 0; i < sizeof(PATHS) / sizeof(*PATHS); i++) {
		size_t back;

		if (!schema_field_by_name(m, str_of(PATHS[i])))
			continue;
		back = history_find(h, field_int(m, bytes, PATHS[i], 0));
		if (back < h->n_events && pair_of_event(h->events[back].type))
			return back;
	}
	return index;
}

static const struct history_task *task_of(const struct history *h, size_t index)
{
	for (size_t i = 0; i < h->n_tasks; i++) {
		if (h->tasks[i].batch_end > index)
			return &h->tasks[i];
	}
	return h->n_tasks ? &h->tasks[h->n_tasks - 1] : NULL;
}

static const struct history_task *task_completed_by(const struct history *h, int64_t id)
{
	for (size_t i = 0; id && i < h->n_tasks; i++) {
		if (h->events[h->tasks[i].completed].id == id)
			return &h->tasks[i];
	}
	return NULL;
}

/*
 * Go numbers a command by the event that it would become: a number in or right behind a
 * task's batch is of that task. Anything else is an id of the user's own.
 */
static const struct history_task *task_of_number(const struct history *h, struct str id)
{
	long long number;

	if (!str_to_int(id, &number))
		return NULL;
	for (size_t i = 0; i < h->n_tasks; i++) {
		const struct history_task *t = &h->tasks[i];
		int64_t completed = h->events[t->completed].id;

		if (number > completed && number <= completed + (int64_t)(t->batch_end - t->completed))
			return t;
	}
	return NULL;
}

/* An update's or a close's event where the message says only that it is about one. */
static size_t find_about(const struct history *h, const struct said *said,
			 const struct history_task *t)
{
	if (said->about == SAID_ABOUT_UPDATE && t) {
		for (size_t i = t->completed + 1; i < t->batch_end; i++) {
			const struct pair_row *row = pair_of_event(h->events[i].type);

			if (row && row->command_type == COMMAND_PROTOCOL_MESSAGE)
				return i;
		}
	}
	for (size_t i = h->n_events; said->about == SAID_ABOUT_CLOSE && i > 0; i--) {
		const struct pair_row *row = pair_of_event(h->events[i - 1].type);

		if (row && row->closes)
			return i - 1;
	}
	return h->n_events;
}

static size_t find_by_id(const struct history *h, const struct said *said)
{
	size_t index = history_find(h, said->event_id), other;

	if (index == h->n_events)
		return index;
	other = find_about(h, said, said->about == SAID_ABOUT_UPDATE ? task_of(h, index) : NULL);
	if (said->about == SAID_ABOUT_UPDATE && other < h->n_events &&
	    !pair_of_event(h->events[index].type))
		return other;
	return command_event(h, index);
}

static size_t find_said(const struct history *h, const struct said *said,
			const struct history_task *t, struct arena *a)
{
	struct want w = {event_type_of(said->history.what), said->history.name, said->history.id};
	size_t index = h->n_events;
	long long number;

	if (said->event_id)
		return find_by_id(h, said);
	if (!w.type)
		return find_about(h, said, t);
	if (w.type != EVENT_MARKER_RECORDED && str_to_int(w.id, &number)) {
		index = history_find(h, number);
		if (index < h->n_events && event_is(h, index, &w, WANT_TYPE, a))
			return index;
		index = h->n_events;
	}
	for (int step = WANT_ALL; t && step < WANT_STEPS && index == h->n_events; step++)
		index = find(h, t->completed + 1, t->batch_end, &w, (enum want_step)step, true, a);
	if (index == h->n_events)
		index = find(h, 0, h->n_events, &w, WANT_ALL, false, a);
	return index;
}

/* Where nothing better is known: the task's first command event, or its completion. */
static size_t first_of_task(const struct history *h, const struct history_task *t)
{
	for (size_t i = t->completed + 1; i < t->batch_end; i++) {
		if (pair_of_event(h->events[i].type))
			return i;
	}
	return t->completed;
}

/* A close event in T's batch: a command that history lacks stands before the end, then. */
static size_t close_of_task(const struct history *h, const struct history_task *t)
{
	for (size_t i = t->completed + 1; i < t->batch_end; i++) {
		const struct pair_row *row = pair_of_event(h->events[i].type);

		if (row && row->closes)
			return i;
	}
	return h->n_events;
}

/* The field in which an event and the worker's command of the same kind differ. */
static void differing_field(const struct history *h, size_t index, const struct pair_row *row,
			    struct arena *a, struct divergence *d)
{
	const struct schema_message *m;
	struct str bytes;

	if (!history_attributes(h, index, &m, &bytes))
		return;
	for (size_t i = 0; i < row->n_fields; i++) {
		const struct pair_field *f = &row->fields[i];
		struct str worker = is_name_field(f) ? d->worker.name : d->worker.id;
		struct str history = pair_value(m, bytes, f->event_path, a);

		if (!worker.n || (!is_name_field(f) && !is_id_field(f)))
			continue;
		if (f->last_part ? str_eq(pair_last_part(worker), pair_last_part(history))
				 : str_eq(worker, history))
			continue;
		d->field = str_of(f->name);
		d->history_value = history;
		d->worker_value = worker;
		return;
	}
}

/* The value of the field that the message names, where it does not say it. */
static void history_value(const struct history *h, size_t index, const struct pair_row *row,
			  struct arena *a, struct divergence *d)
{
	const struct schema_message *m;
	struct str bytes;

	if (!history_attributes(h, index, &m, &bytes))
		return;
	for (size_t i = 0; i < row->n_fields; i++) {
		if (str_is(d->field, row->fields[i].name))
			d->history_value = pair_value(m, bytes, row->fields[i].event_path, a);
	}
}

static enum divergence_kind kind_of(const struct said *said, const struct pair_row *event,
				    const struct pair_row *command, bool field)
{
	if (said->about == SAID_ABOUT_MARKER)
		return DIVERGENCE_MARKER;
	if (said->about == SAID_ABOUT_UPDATE)
		return DIVERGENCE_UPDATE;
	if (said->worker_closed)
		return event && event->closes ? DIVERGENCE_WRONG_CLOSE : DIVERGENCE_EARLY_CLOSE;
	if (!event && !command)
		return said->history_has_none  ? DIVERGENCE_EXTRA
		       : said->worker_has_none ? DIVERGENCE_MISSING
					       : DIVERGENCE_REPLACED;
	if (event && !command && !said->worker_has_none && !event->closes) {
		enum divergence_kind kind = pair_kind(event, NULL, false);

		if (kind == DIVERGENCE_MISSING)
			return field ? DIVERGENCE_ATTRIBUTE : DIVERGENCE_REPLACED;
	}
	return pair_kind(event, command, field);
}

bool explain_locate(const struct history *h, const struct said *said, size_t task,
		    struct arena *a, struct divergence *ret)
{
	const struct history_task *t = task && task <= h->n_tasks ? &h->tasks[task - 1] : NULL;
	const struct pair_row *event, *command = pair_of_command_name(said->worker.what);
	size_t index = h->n_events;
	bool here;

	if (!t)
		t = task_completed_by(h, said->completed_id);
	if (!said->history_has_none)
		index = find_said(h, said, t, a);
	else if (!t)
		t = task_of_number(h, said->worker.id);
	if (!t && h->n_tasks == 1)
		t = h->tasks;
	if (index == h->n_events && !t)
		return false;
	if (said->history_has_none && said->about == SAID_ABOUT_ANY)
		index = close_of_task(h, t);
	here = index < h->n_events ||
	       (!said->history_has_none && said->about != SAID_ABOUT_MARKER);
	if (index == h->n_events)
		index = here ? first_of_task(h, t) : t->completed;
	event = here ? pair_of_event(h->events[index].type) : NULL;
	t = task_of(h, index);
	*ret = (struct divergence){
		.event_id = h->events[index].id,
		.workflow_task = t ? (int64_t)t->number : 0,
		.worker = said->worker,
		.field = said->field,
		.history_value = said->history_value,
		.worker_value = said->worker_value,
		.provenance = "message",
	};
	if (here)
		ret->history = event_side(h, index, a);
	/* Another event than the message means: its field is not this one's. */
	if (said->history.what.n && !str_eq(said->history.what, ret->history.what))
		ret->field = ret->history_value = ret->worker_value = STR_NONE;
	if (event && command && event->command_type == command->command_type && !ret->field.n)
		differing_field(h, index, event, a, ret);
	if (event && ret->field.n && !ret->history_value.p)
		history_value(h, index, event, a, ret);
	ret->kind = kind_of(said, event, command, ret->field.n > 0);
	return true;
}
