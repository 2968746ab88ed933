/* SPDX-License-Identifier: MIT */
/* check_sequence.c: events beside those before them, and what event 1 says of the run. */
#include "formats/check/check.h"

#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/history_facts.h"

#include <inttypes.h>

static const enum check_code CODES[] = {
	[HISTORY_FAULT_START] = CHECK_NO_START,
	[HISTORY_FAULT_DUPLICATE] = CHECK_DUPLICATE,
	[HISTORY_FAULT_ORDER] = CHECK_ORDER,
	[HISTORY_FAULT_GAP] = CHECK_GAP,
	[HISTORY_FAULT_TYPE] = CHECK_NO_TYPE,
	[HISTORY_FAULT_BATCH] = CHECK_BATCH,
	[HISTORY_FAULT_TASK] = CHECK_TASK_CUT,
	[HISTORY_FAULT_AFTER_END] = CHECK_AFTER_CLOSE,
};

static void check_neighbours(struct check *c)
{
	int64_t completed = 0;

	for (size_t i = 0; i < c->h->n_events; i++) {
		const struct event *e = &c->h->events[i];
		enum history_fault fault = history_fault_at(c->h, i, completed);
		struct arena_mark mark = arena_mark(&c->step);
		struct str text;

		if (e->type == EVENT_WORKFLOW_TASK_COMPLETED)
			completed = e->id;
		if (fault == HISTORY_FINE)
			continue;
		/* A second run's first event is that, whatever it comes after. */
		if (i && e->type == EVENT_WORKFLOW_EXECUTION_STARTED && fault != HISTORY_FAULT_GAP)
			continue;
		/* Of a page that is not the first one that was said already, as which are missing. */
		if (fault == HISTORY_FAULT_START && c->info && c->info->damage.p)
			continue;
		if (fault == HISTORY_FAULT_GAP && c->info &&
		    str_starts(c->info->damage, STR("only a part of a history")))
			continue;
		text = history_fault_text(c->h, i, fault, &c->step);
		check_say(c, CODES[fault], i, "%.*s", STR_ARG(text));
		arena_rewind(&c->step, mark);
	}
}

static void check_runs(struct check *c)
{
	for (size_t i = 1; i < c->h->n_events; i++)
		if (c->h->events[i].type == EVENT_WORKFLOW_EXECUTION_STARTED)
			check_say(c, CHECK_MIXED_RUNS, i,
				  "another run begins here: the first began at event %" PRId64,
				  c->h->events[0].id);
}

/*
 * What happens while a workflow task runs is held back and written behind it with the time
 * that it has, so times may go backwards; not so those of workflow tasks and commands.
 */
static bool keeps_time(const struct event *e)
{
	const struct event_row *row = event_row(e->type);

	return e->time && row && (row->category == CATEGORY_TASK || row->command);
}

static void check_times(struct check *c)
{
	const struct event *last = NULL;
	bool whole = c->h->events[0].type == EVENT_WORKFLOW_EXECUTION_STARTED;
	int64_t start = whole ? c->h->events[0].time : 0;

	for (size_t i = 1; i < c->h->n_events; i++) {
		const struct event *e = &c->h->events[i];
		struct arena_mark mark = arena_mark(&c->step);

		if (last && keeps_time(e) && e->time < last->time)
			check_say(c, CHECK_TIME, i, "its time, %.*s, is before that of event %" PRId64,
				  STR_ARG(detail_time(e->time, &c->step)), last->id);
		else if (e->time && start && e->time < start)
			check_say(c, CHECK_TIME, i, "its time, %.*s, is before the run started",
				  STR_ARG(detail_time(e->time, &c->step)));
		if (keeps_time(e))
			last = e;
		arena_rewind(&c->step, mark);
	}
}

static bool is_cadence(const struct check *c)
{
	for (size_t i = 0; c->info && i < c->info->n_notes; i++)
		if (str_is(str_of(c->info->notes[i].code), "cadence"))
			return true;
	return false;
}

static void check_identity(struct check *c)
{
	const struct history *h = c->h;

	/* What is left of a damaged file says nothing of the whole. */
	if (!h->n_tasks && !(c->info && c->info->damage.p))
		check_say(c, CHECK_NO_TASK, h->n_events,
			  "no workflow task completed: there is nothing to replay");
	if (h->events[0].type != EVENT_WORKFLOW_EXECUTION_STARTED || !event_attributes_fit(h, 0))
		return;
	if (is_cadence(c)) /* ids are for a replay, which there is none of */
		return;
	if (!h->workflow_id.n)
		check_say(c, CHECK_NO_WORKFLOW_ID, 0, "it does not name the workflow id");
	if (!h->run_id.n)
		check_say(c, CHECK_NO_RUN_ID, 0, "it does not name the run id");
}

void check_sequence(struct check *c)
{
	check_identity(c);
	check_neighbours(c);
	check_runs(c);
	check_times(c);
}
