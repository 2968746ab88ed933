/* SPDX-License-Identifier: MIT */
/* notes.c: the attempts, starts and failures that servers leave out. */
#include "viewer/model/notes.h"

#include "formats/history/events.h"
#include "formats/wire/field.h"

#include <inttypes.h>

/* False: there is nothing to say. G is the group of EVENT, or NULL. */
typedef bool note_rule(const struct document *d, size_t event, const struct group *g,
		       struct arena *a, struct note *ret);

static int64_t number_of(const struct document *d, size_t event, const char *path)
{
	const struct schema_message *m;
	struct str bytes;

	return event_attributes(&d->history, event, &m, &bytes) ? field_int(m, bytes, path, 0) : 0;
}

static struct str attempts(const char *before, int64_t first, int64_t last, const char *behind,
			   struct arena *a)
{
	if (first == last)
		return arena_printf(a, "%sattempt %" PRId64 " is %s", before, first, behind);
	return arena_printf(a, "%sattempts %" PRId64 "-%" PRId64 " are %s", before, first, last, behind);
}

static bool activity_attempts(const struct document *d, size_t event, const struct group *g,
			      struct arena *a, struct note *ret)
{
	if (!g || g->kind != ENTITY_ACTIVITY || g->attempt < 2)
		return false;
	ret->text = attempts("", 1, g->attempt - 1,
			     "not in the history: the server keeps only the last failure", a);
	ret->event = g->started == GROUP_NONE || g->started == event ? d->history.n_events : g->started;
	return true;
}

static bool activity_runs(const struct document *d, size_t event, const struct group *g,
			  struct arena *a, struct note *ret)
{
	if (!g || g->kind != ENTITY_ACTIVITY || g->started != GROUP_NONE || g->closed != GROUP_NONE)
		return false;
	ret->text = STR("it may be running, or waiting for a retry: the server writes that an activity "
			"started only when it has ended");
	ret->event = d->history.n_events;
	return true;
}

/* The failure or timeout before EVENT that was written, with no task done in between. */
static size_t failure_before(const struct document *d, size_t event)
{
	for (size_t i = event; i-- > 0;) {
		int32_t type = d->history.events[i].type;

		if (type == EVENT_WORKFLOW_TASK_FAILED || type == EVENT_WORKFLOW_TASK_TIMED_OUT)
			return i;
		if (type == EVENT_WORKFLOW_TASK_COMPLETED)
			break;
	}
	return d->history.n_events;
}

static bool task_attempts(const struct document *d, size_t event, const struct group *g,
			  struct arena *a, struct note *ret)
{
	int64_t attempt;

	if (!g || g->kind != ENTITY_TASK)
		return false;
	attempt = number_of(d, g->first, "attempt");
	if (attempt < 3)
		return false;
	ret->text = attempts("of this workflow task ", 2, attempt - 1,
			     "not in the history: the server writes the first failure alone", a);
	ret->event = failure_before(d, g->first);
	return true;
}

static bool task_fails(const struct document *d, size_t event, const struct group *g,
		       struct arena *a, struct note *ret)
{
	int32_t type = d->history.events[event].type;

	if (type != EVENT_WORKFLOW_TASK_FAILED && type != EVENT_WORKFLOW_TASK_TIMED_OUT)
		return false;
	ret->text = STR("this is the first failure: when a workflow task fails again the server "
			"tries on and writes nothing");
	ret->event = d->history.n_events;
	return true;
}

static bool run_attempts(const struct document *d, size_t event, const struct group *g,
			 struct arena *a, struct note *ret)
{
	int64_t attempt;

	if (d->history.events[event].type != EVENT_WORKFLOW_EXECUTION_STARTED)
		return false;
	attempt = number_of(d, event, "attempt");
	if (attempt < 2)
		return false;
	ret->text = arena_printf(a, "%" PRId64 " earlier attempt%s: each is a run with a history of its own",
				 attempt - 1, attempt > 2 ? "s" : "");
	ret->event = d->history.n_events;
	return true;
}

static bool events_missing(const struct document *d, size_t event, const struct group *g,
			   struct arena *a, struct note *ret)
{
	const struct event *events = d->history.events;
	int64_t before = event ? events[event - 1].id : 0, missing;

	if (before < 0 || events[event].id <= before) /* ids may be anything in a damaged file */
		return false;
	missing = events[event].id - before - 1;
	if (!missing)
		return false;
	ret->text = missing == 1 ? arena_printf(a, "event %" PRId64 " is not in the file", before + 1)
				 : arena_printf(a, "events %" PRId64 "-%" PRId64 " are not in the file",
						before + 1, before + missing);
	ret->event = d->history.n_events;
	return true;
}

static bool id_again(const struct document *d, size_t event, const struct group *g,
		     struct arena *a, struct note *ret)
{
	int64_t id = d->history.events[event].id;

	ret->event = history_find(&d->history, id);
	if (ret->event == event)
		return false;
	ret->text = arena_printf(a, "what event %" PRId64 " is: another event has the same id", id);
	return true;
}

static bool type_unknown(const struct document *d, size_t event, const struct group *g,
			 struct arena *a, struct note *ret)
{
	if (event_row(d->history.events[event].type))
		return false;
	ret->text = STR("what it means: this version does not know the type, and the state leaves it out");
	ret->event = d->history.n_events;
	return true;
}

size_t notes_of(const struct document *d, size_t event, struct arena *a, struct note *ret)
{
	static note_rule *const RULES[] = {
		activity_attempts, activity_runs, task_attempts, task_fails, run_attempts, events_missing,
		id_again,	   type_unknown,
	};
	const struct group *g = groups_of(&d->groups, event);
	size_t n = 0;

	for (size_t i = 0; i < sizeof(RULES) / sizeof(*RULES) && n < NOTES_MOST; i++)
		n += RULES[i](d, event, g, a, &ret[n]);
	return n;
}
