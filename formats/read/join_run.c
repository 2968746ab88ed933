/* SPDX-License-Identifier: MIT */
/* join_run.c: whether parts that go on with one another's ids are of one run. */
#include "formats/base/map.h"
#include "formats/history/events.h"
#include "formats/history/history_row.h"
#include "formats/read/join_event.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

#define SECOND ((int64_t)1000000000)
/* A server's machines may disagree by so much on when a run started. */
#define SKEW (60 * SECOND)
/*
 * What happens during a workflow task is written behind it with the time that it has. A task
 * has at most 120 s.
 */
#define BACK_MOST (3600 * SECOND)

/* Of a HistoryEvent. */
enum { FIELD_TIME = 2, FIELD_VERSION = 4, FIELD_TASK_ID = 5, FIELD_ATTRIBUTES = 6 };
/* Behind the attributes: worker_may_ignore and what is of all types. */
enum { FIELD_BEHIND_ATTRIBUTES = 300 };

static int64_t time_of(struct str event)
{
	struct str t = wire_bytes_at(event, FIELD_TIME);

	return t.n ? history_time((int64_t)wire_value_at(t, 1, 0), (int64_t)wire_value_at(t, 2, 0))
		   : 0;
}

/* The workflow task whose command made the event; 0: none did, or it does not say. */
static int64_t task_of(const struct join *j, const struct join_event *e)
{
	const struct event_row *row = event_row(e->type);
	const struct schema_message *m = event_attributes_message(j->schema, e->type);
	const struct schema_field *completed;
	struct wire w = wire_of(e->bytes);
	struct wire_field f;

	completed = row && row->command && m
			    ? schema_field_by_name(m, STR("workflow_task_completed_event_id"))
			    : NULL;
	while (completed && wire_next(&w, &f))
		if (f.type == WIRE_BYTES && f.number >= FIELD_ATTRIBUTES &&
		    f.number < FIELD_BEHIND_ATTRIBUTES)
			return (int64_t)wire_value_at(f.bytes, completed->number, 0);
	return 0;
}

/* What they contradict one another in; NULL: nothing. */
static const char *contradiction(const struct join *j, const struct join_event *e)
{
	const struct join_run *run = &j->run;
	int64_t time = time_of(e->bytes), task = task_of(j, e);
	int64_t task_id = (int64_t)wire_value_at(e->bytes, FIELD_TASK_ID, 0);
	bool same_version = (int64_t)wire_value_at(e->bytes, FIELD_VERSION, 0) == run->version;

	if (run->id && j->part.run && run->id != j->part.run)
		return "the run ids beside them differ";
	if (time && run->start && time < run->start - SKEW)
		return "their times are before the run started";
	if (time && run->time && time < run->time - BACK_MOST)
		return "their times are hours before those of the events that they follow";
	if (task_id && same_version && task_id < run->task_id)
		return "their task ids are lower than those of the events that they follow";
	if (task && run->completed && task != run->completed)
		return "their workflow task is not the last one before them";
	return NULL;
}

void join_check_run(struct join *j, const struct join_event *e)
{
	const char *what = contradiction(j, e);

	if (what && !load_report_has(j->report, "runs-mixed"))
		load_report_note(j->report, "runs-mixed",
				 "the events from %" PRId64 " on seem to be of another run than "
				 "those before: %s",
				 e->id, what);
}

void join_note_run(struct join *j, const struct join_event *e)
{
	struct join_run *run = &j->run;
	int64_t task_id = (int64_t)wire_value_at(e->bytes, FIELD_TASK_ID, 0);
	int64_t time = time_of(e->bytes);

	run->id = run->id ? run->id : j->part.run;
	run->start = e->id == 1 ? time : run->start;
	run->time = time > run->time ? time : run->time;
	run->task_id = task_id ? task_id : run->task_id;
	run->version = (int64_t)wire_value_at(e->bytes, FIELD_VERSION, 0);
	run->completed = e->type == EVENT_WORKFLOW_TASK_COMPLETED ? e->id : run->completed;
}

void join_run_beside(struct join *j, struct str run_id)
{
	j->run_beside = run_id.n ? map_hash(run_id) : 0;
}
