/* SPDX-License-Identifier: MIT */
/* check_entities.c: whom events refer to, and whether what they say can have happened. */
#include "formats/check/check.h"

#include "formats/history/events.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

/*
 * References beside the one that groups go by: a field, and the type of event that it must
 * name. 0 is no reference, which some may be. Those of workflow_task_completed_event_id in
 * command events are the sequence's.
 */
static const struct reference_row {
	const char *field;
	int32_t type; /* of the event that has the field */
	int32_t named;
} REFERENCES[] = {
	{"started_event_id", EVENT_WORKFLOW_TASK_COMPLETED, EVENT_WORKFLOW_TASK_STARTED},
	{"started_event_id", EVENT_WORKFLOW_TASK_FAILED, EVENT_WORKFLOW_TASK_STARTED},
	{"started_event_id", EVENT_WORKFLOW_TASK_TIMED_OUT, EVENT_WORKFLOW_TASK_STARTED},
	{"started_event_id", EVENT_ACTIVITY_TASK_COMPLETED, EVENT_ACTIVITY_TASK_STARTED},
	{"started_event_id", EVENT_ACTIVITY_TASK_FAILED, EVENT_ACTIVITY_TASK_STARTED},
	{"started_event_id", EVENT_ACTIVITY_TASK_TIMED_OUT, EVENT_ACTIVITY_TASK_STARTED},
	{"started_event_id", EVENT_ACTIVITY_TASK_CANCELED, EVENT_ACTIVITY_TASK_STARTED},
	{"started_event_id", EVENT_CHILD_WORKFLOW_EXECUTION_COMPLETED,
	 EVENT_CHILD_WORKFLOW_EXECUTION_STARTED},
	{"started_event_id", EVENT_CHILD_WORKFLOW_EXECUTION_FAILED,
	 EVENT_CHILD_WORKFLOW_EXECUTION_STARTED},
	{"started_event_id", EVENT_CHILD_WORKFLOW_EXECUTION_CANCELED,
	 EVENT_CHILD_WORKFLOW_EXECUTION_STARTED},
	{"started_event_id", EVENT_CHILD_WORKFLOW_EXECUTION_TIMED_OUT,
	 EVENT_CHILD_WORKFLOW_EXECUTION_STARTED},
	{"started_event_id", EVENT_CHILD_WORKFLOW_EXECUTION_TERMINATED,
	 EVENT_CHILD_WORKFLOW_EXECUTION_STARTED},
	{"latest_cancel_requested_event_id", EVENT_ACTIVITY_TASK_CANCELED,
	 EVENT_ACTIVITY_TASK_CANCEL_REQUESTED},
	{"requested_event_id", EVENT_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED,
	 EVENT_NEXUS_OPERATION_CANCEL_REQUESTED},
	{"requested_event_id", EVENT_NEXUS_OPERATION_CANCEL_REQUEST_FAILED,
	 EVENT_NEXUS_OPERATION_CANCEL_REQUESTED},
};
#define N_REFERENCES (sizeof(REFERENCES) / sizeof(*REFERENCES))

static struct str type_of(struct check *c, size_t event)
{
	return event_type_name(c->h, event, &c->step);
}

static void say_dangling(struct check *c, size_t event, int64_t id)
{
	check_say(c, CHECK_DANGLING, event, "%.*s refers to event %" PRId64 ", which is not there",
		  STR_ARG(type_of(c, event)), id);
}

static void say_later(struct check *c, size_t event, int64_t id)
{
	check_say(c, CHECK_LATER, event,
		  "%.*s refers to event %" PRId64 ", which does not come before it",
		  STR_ARG(type_of(c, event)), id);
}

static void say_wrong(struct check *c, size_t event, size_t other)
{
	check_say(c, CHECK_WRONG_REFERENCE, event,
		  "%.*s refers to event %" PRId64 ", which is of type %.*s",
		  STR_ARG(type_of(c, event)), c->h->events[other].id, STR_ARG(type_of(c, other)));
}

/* Once for the history: by row, the number of its field. */
static void fields_of(const struct history *h, uint32_t *ret)
{
	for (size_t i = 0; i < N_REFERENCES; i++)
		ret[i] = schema_field_by_name(
				 event_attributes_message(h->schema, REFERENCES[i].type),
				 str_of(REFERENCES[i].field))
				 ->number;
}

static void check_reference(struct check *c, size_t event, const struct reference_row *row,
			    int64_t id)
{
	size_t other = history_find(c->h, id);

	if (!id)
		return;
	if (other == c->h->n_events)
		say_dangling(c, event, id);
	else if (other >= event)
		say_later(c, event, id);
	else if (c->h->events[other].type != row->named ||
		 c->groups->of_event[other] != c->groups->of_event[event])
		say_wrong(c, event, other);
}

static void check_references(struct check *c)
{
	uint32_t fields[N_REFERENCES];

	fields_of(c->h, fields);
	for (size_t i = 0; i < c->h->n_events; i++) {
		const struct schema_message *m;
		struct str bytes;

		/* What has no group was told by its fault. */
		if (!groups_of(c->groups, i) || !history_attributes(c->h, i, &m, &bytes))
			continue;
		for (size_t r = 0; r < N_REFERENCES; r++)
			if (REFERENCES[r].type == c->h->events[i].type)
				check_reference(c, i, &REFERENCES[r],
						(int64_t)wire_value_at(bytes, fields[r], 0));
	}
}

/* A command's event must say which workflow task asked for it; updates have no such field. */
static void check_commands(struct check *c)
{
	for (size_t i = 0; i < c->h->n_events; i++) {
		const struct event *e = &c->h->events[i];
		const struct event_row *row = event_row(e->type);

		if (row && row->command && row->category != CATEGORY_UPDATE && !e->task &&
		    event_attributes_fit(c->h, i))
			check_say(c, CHECK_NO_REFERENCE, i,
				  "%.*s does not say which workflow task asked for it",
				  STR_ARG(type_of(c, i)));
	}
}

static void say_impossible(struct check *c, const struct group_fault *f)
{
	const struct group *g = groups_of(c->groups, f->event);
	struct str label = group_label(c->h, g, &c->step);

	/* A second run is the sequence's, and so is what comes after the end. */
	if (g->kind == ENTITY_WORKFLOW)
		return;
	check_say(c, CHECK_IMPOSSIBLE, f->event, "%.*s cannot be: the %s of event %" PRId64
		  " (%.*s) is %s", STR_ARG(type_of(c, f->event)), entity_kind_text(g->kind),
		  c->h->events[g->first].id, STR_ARG(label), entity_state_text(g->kind, f->state));
}

static void check_fault(struct check *c, const struct group_fault *f)
{
	switch (f->kind) {
	case GROUP_NO_REFERENCE:
		check_say(c, CHECK_NO_REFERENCE, f->event, "%.*s does not say what it is about",
			  STR_ARG(type_of(c, f->event)));
		break;
	case GROUP_DANGLING:
		say_dangling(c, f->event, f->reference);
		break;
	case GROUP_LATER:
		say_later(c, f->event, f->reference);
		break;
	case GROUP_OTHER_KIND:
		say_wrong(c, f->event, f->other);
		break;
	case GROUP_IMPOSSIBLE:
		say_impossible(c, f);
		break;
	case GROUP_NOT_OPEN:
		/* Without event 1 nothing can be of the run. */
		if (c->h->events[0].type == EVENT_WORKFLOW_EXECUTION_STARTED)
			check_say(c, CHECK_NOT_OPEN, f->event, "%.*s ends what never began",
				  STR_ARG(type_of(c, f->event)));
		break;
	case GROUP_TASK_OPEN:
		check_say(c, CHECK_TASK_OPEN, f->event,
			  "a workflow task is scheduled while that of event %" PRId64 " is open",
			  c->h->events[f->other].id);
		break;
	case GROUP_SAME_ID:
		check_say(c, CHECK_SAME_ID, f->event, "it has the id of event %" PRId64
			  ", which is still open", c->h->events[f->other].id);
		break;
	}
}

void check_entities(struct check *c)
{
	check_commands(c);
	for (size_t i = 0; i < c->groups->n_faults; i++) {
		struct arena_mark mark = arena_mark(&c->step);

		check_fault(c, &c->groups->faults[i]);
		arena_rewind(&c->step, mark);
	}
	check_references(c);
}
