/* SPDX-License-Identifier: MIT */
/* history_facts.c: identity, workflow tasks, how it ended, and whether it is whole. */
#include "formats/history/history_facts.h"

#include "formats/history/events.h"
#include "formats/wire/field.h"
#include "formats/wire/wire_step.h"

#include <inttypes.h>
#include <stdlib.h>

/* S for as long as H lives: a decoded event does not. */
static struct str settled(struct history *h, struct str s)
{
	if (!s.n)
		return STR_NONE;
	return h->live ? arena_str(&h->arena, s) : s;
}

static struct str text_or_none(struct history *h, const struct schema_message *m,
			       struct str bytes, const char *path)
{
	return settled(h, field_str(m, bytes, path));
}

static void facts_of_start(struct history *h)
{
	const struct schema_message *m;
	struct str bytes;

	if (h->events[0].type != EVENT_WORKFLOW_EXECUTION_STARTED ||
	    !history_attributes(h, 0, &m, &bytes) ||
	    !str_is(m->name, "temporal.api.history.v1.WorkflowExecutionStartedEventAttributes"))
		return;
	h->workflow_id = text_or_none(h, m, bytes, "workflow_id");
	h->run_id = text_or_none(h, m, bytes, "original_execution_run_id");
	h->first_run_id = text_or_none(h, m, bytes, "first_execution_run_id");
	h->workflow_type = text_or_none(h, m, bytes, "workflow_type.name");
	h->task_queue = text_or_none(h, m, bytes, "task_queue.name");
}

static struct str bytes_at(struct str message, uint32_t number)
{
	const char *p = message.p, *end = p ? p + message.n : NULL;
	struct wire_step f = {0};

	while (p && p != end) {
		p = wire_step(p, end, &f);
		if (p && f.number == number && f.type == WIRE_BYTES)
			return f.bytes;
	}
	return STR_NONE;
}

/*
 * By number (HistoryEvent's attributes of WorkflowTaskCompleted = 12, sdk_metadata = 6, in it
 * sdk_name = 3 and sdk_version = 4), as names would cost more than the index.
 */
void history_facts_sdk(struct str completed, struct str *name, struct str *version)
{
	struct str metadata = bytes_at(bytes_at(completed, 12), 6);
	struct str told = bytes_at(metadata, 3);

	if (told.n)
		*name = told;
	told = bytes_at(metadata, 4);
	if (told.n)
		*version = told;
}

/* Updates are accepted and completed by messages beside the commands: they name no task. */
static bool is_of_update(int32_t type)
{
	return type == EVENT_WORKFLOW_EXECUTION_UPDATE_ACCEPTED ||
	       type == EVENT_WORKFLOW_EXECUTION_UPDATE_COMPLETED ||
	       type == EVENT_WORKFLOW_EXECUTION_UPDATE_REJECTED;
}

static size_t batch_end(const struct history *h, size_t completed)
{
	int64_t id = h->events[completed].id;
	size_t end = completed + 1;

	for (size_t i = end; i < h->n_events; i++) {
		const struct event *e = &h->events[i];

		if (e->type == EVENT_WORKFLOW_TASK_COMPLETED)
			break;
		if ((e->task && e->task == id) || (is_of_update(e->type) && i == end))
			end = i + 1;
		else if (e->type == EVENT_WORKFLOW_TASK_STARTED)
			break;
	}
	return end;
}

static void facts_of_tasks(struct history *h)
{
	struct history_task *tasks;
	size_t n = 0, started = 0;

	for (size_t i = 0; i < h->n_events; i++)
		n += h->events[i].type == EVENT_WORKFLOW_TASK_COMPLETED;
	tasks = arena_array(&h->arena, struct history_task, n);
	for (size_t i = 0; i < h->n_events; i++) {
		if (h->events[i].type == EVENT_WORKFLOW_TASK_STARTED)
			started = i;
		if (h->events[i].type != EVENT_WORKFLOW_TASK_COMPLETED)
			continue;
		tasks[h->n_tasks] = (struct history_task){
			.number = h->n_tasks + 1,
			.started = started,
			.completed = i,
			.batch_end = batch_end(h, i),
		};
		h->n_tasks++;
	}
	h->tasks = tasks;
}

enum history_end history_end_by(int32_t type)
{
	switch (type) {
	case EVENT_WORKFLOW_EXECUTION_COMPLETED:
	case EVENT_WORKFLOW_EXECUTION_FAILED:
	case EVENT_WORKFLOW_EXECUTION_CANCELED:
	case EVENT_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
		return HISTORY_CLOSED;
	case EVENT_WORKFLOW_EXECUTION_TERMINATED:
	case EVENT_WORKFLOW_EXECUTION_TIMED_OUT:
		return HISTORY_ENDED;
	default:
		return HISTORY_OPEN;
	}
}

static int by_id(const void *a, const void *b, void *data)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const struct event *events = data;

	if (events[x].id != events[y].id)
		return events[x].id < events[y].id ? -1 : 1;
	return (x > y) - (x < y);
}

/* Gaps, duplicates and disorder are for damaged histories, which must not cost their square. */
static void facts_of_ids(struct history *h)
{
	uint32_t *order;
	size_t n = 0;

	while (n < h->n_events && h->events[n].id == (int64_t)n + 1)
		n++;
	if (n == h->n_events)
		return;
	order = arena_array(&h->arena, uint32_t, h->n_events);
	for (size_t i = 0; i < h->n_events; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, h->n_events, sizeof(*order), by_id, (void *)(uintptr_t)h->events);
	h->by_id = order;
}

void history_facts(struct history *h)
{
	facts_of_ids(h);
	facts_of_start(h);
	facts_of_tasks(h);
	for (size_t i = h->n_events; i-- > 0 && h->end == HISTORY_OPEN;)
		h->end = history_end_by(h->events[i].type);
}

size_t history_task_of(const struct history *h, size_t index)
{
	size_t low = 0, high = h->n_tasks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->tasks[middle].batch_end <= index)
			low = middle + 1;
		else
			high = middle;
	}
	return low + 1;
}

size_t history_tasks_before(const struct history *h, size_t index)
{
	size_t low = 0, high = h->n_tasks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->tasks[middle].completed < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t history_trim(const struct history *h)
{
	if (h->end == HISTORY_CLOSED)
		return h->n_events;
	return h->n_tasks ? h->tasks[h->n_tasks - 1].batch_end : 0;
}

/*
 * While a workflow task runs the server holds back what happens (activities, timers,
 * children, signals), so none of that can stand between a task's start and its end.
 */
static bool waits_for_task(const struct event *e)
{
	const struct event_row *row = event_row(e->type);

	if (!row)
		return false;
	switch (row->category) {
	case CATEGORY_TASK:
		return e->type == EVENT_WORKFLOW_TASK_SCHEDULED ||
		       e->type == EVENT_WORKFLOW_TASK_STARTED;
	case CATEGORY_ACTIVITY:
	case CATEGORY_TIMER:
	case CATEGORY_CHILD:
	case CATEGORY_SIGNAL:
	case CATEGORY_EXTERNAL:
	case CATEGORY_MARKER:
		return true;
	default:
		return false;
	}
}

static enum history_fault fault_of_ids(const struct history *h, size_t index)
{
	int64_t id = h->events[index].id;
	int64_t before = index ? h->events[index - 1].id : 0;

	if (index == 0)
		return id == 1 && h->events[0].type == EVENT_WORKFLOW_EXECUTION_STARTED
			       ? HISTORY_FINE
			       : HISTORY_FAULT_START;
	if (id == before)
		return HISTORY_FAULT_DUPLICATE;
	if (id < before)
		return HISTORY_FAULT_ORDER;
	return id - 1 == before ? HISTORY_FINE : HISTORY_FAULT_GAP;
}

enum history_fault history_fault_at(const struct history *h, size_t index, int64_t completed)
{
	const struct event *e = &h->events[index];
	enum history_fault fault = fault_of_ids(h, index);

	if (fault != HISTORY_FINE || index == 0)
		return fault;
	if (!e->type)
		return HISTORY_FAULT_TYPE;
	if (history_end_by(e[-1].type) != HISTORY_OPEN)
		return HISTORY_FAULT_AFTER_END;
	if (e[-1].type == EVENT_WORKFLOW_TASK_STARTED && waits_for_task(e))
		return HISTORY_FAULT_TASK;
	if (e->task && e->task != completed)
		return HISTORY_FAULT_BATCH;
	return HISTORY_FINE;
}

struct str history_fault_text(const struct history *h, size_t index, enum history_fault fault,
			      struct arena *a)
{
	const struct event *e = &h->events[index];
	struct str type = event_type_name(h, index, a);
	int64_t before = index ? h->events[index - 1].id : 0;

	switch (fault) {
	case HISTORY_FAULT_START:
		return arena_printf(a,
				    "the history begins with event %" PRId64 ", %.*s: event 1, "
				    "WorkflowExecutionStarted, is missing",
				    e->id, STR_ARG(type));
	case HISTORY_FAULT_DUPLICATE:
		return arena_printf(a, "event %" PRId64 " is there twice", e->id);
	case HISTORY_FAULT_ORDER:
		return arena_printf(a, "event %" PRId64 " comes after event %" PRId64, e->id,
				    before);
	case HISTORY_FAULT_GAP:
		if (e->id - 2 == before)
			return arena_printf(a, "event %" PRId64 " is missing", before + 1);
		return arena_printf(a, "events %" PRId64 " to %" PRId64 " are missing", before + 1,
				    e->id - 1);
	case HISTORY_FAULT_TYPE:
		/* "EventType 0": it has no name either, or none that was kept. */
		if (str_starts(type, STR("EventType ")))
			return STR("its event type is missing, or a name that is unknown here");
		return arena_printf(a, "its event type, %.*s, is unknown here", STR_ARG(type));
	case HISTORY_FAULT_BATCH:
		return arena_printf(a,
				    "%.*s belongs to the workflow task completed at event %" PRId64
				    ", which is not the last one before it",
				    STR_ARG(type), e->task);
	case HISTORY_FAULT_TASK:
		return arena_printf(a,
				    "%.*s stands amid a workflow task: event %" PRId64
				    " started it, and how it ended is missing",
				    STR_ARG(type), before);
	case HISTORY_FAULT_AFTER_END:
		return arena_printf(a, "%.*s comes after the workflow closed at event %" PRId64,
				    STR_ARG(type), before);
	case HISTORY_FINE:
		break;
	}
	return STR("nothing is wrong");
}

bool history_sound(const struct history *h, struct err *err)
{
	int64_t completed = 0;

	for (size_t i = 0; i < h->n_events; i++) {
		const struct event *e = &h->events[i];
		enum history_fault fault = history_fault_at(h, i, completed);
		struct str text;
		struct arena a;

		if (e->type == EVENT_WORKFLOW_TASK_COMPLETED)
			completed = e->id;
		if (fault == HISTORY_FINE)
			continue;
		arena_init(&a);
		text = history_fault_text(h, i, fault, &a);
		err_set(err, ERR_FORMAT, "%.*s", STR_ARG(text));
		arena_done(&a);
		if (err) {
			err->event_id = e->id;
			err->byte = (int64_t)e->offset;
		}
		return err_wrap(err, "event %" PRId64, e->id);
	}
	return true;
}
