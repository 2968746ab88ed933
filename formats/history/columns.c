/* SPDX-License-Identifier: MIT */
/* columns.c: the table of columns, and reading a list of them. */
#include "formats/history/columns.h"

#include "formats/base/limits.h"
#include "formats/base/opts.h"
#include "formats/history/columns_path.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/groups.h"

#include <inttypes.h>

static const struct event *the_event(const struct column_about *about)
{
	return &about->history->events[about->index];
}

#define OF_HISTORY(name, member)                                                        \
	static void add_##name(const struct column_about *about, struct arena *scratch, \
			       struct buf *out)                                         \
	{                                                                               \
		(void)scratch;                                                          \
		buf_add(out, about->member);                                            \
	}
OF_HISTORY(path, path)
OF_HISTORY(workflow_id, history->workflow_id)
OF_HISTORY(run_id, history->run_id)
OF_HISTORY(workflow_type, history->workflow_type)
OF_HISTORY(queue, history->task_queue)
OF_HISTORY(sdk, history->sdk_name)
OF_HISTORY(sdk_version, history->sdk_version)

static void add_id(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	(void)scratch;
	buf_printf(out, "%" PRId64, the_event(about)->id);
}

static void add_time(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	int64_t time = the_event(about)->time;

	if (time)
		buf_add(out, about->time_text ? about->time_text(time, scratch)
					      : detail_time(time, scratch));
}

static void add_elapsed(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	(void)scratch;
	detail_seconds(about->history->events[0].time, the_event(about)->time, out);
}

static void add_delta(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	(void)scratch;
	if (about->index)
		detail_seconds(the_event(about)[-1].time, the_event(about)->time, out);
}

static void add_type(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	buf_add(out, event_type_name(about->history, about->index, scratch));
}

static void add_category(const struct column_about *about, struct arena *scratch,
			 struct buf *out)
{
	const struct event_row *row = event_row(the_event(about)->type);

	(void)scratch;
	if (row)
		buf_puts(out, event_category_word(row->category));
}

static void add_name(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	buf_add(out, event_name(about->history, about->index, scratch));
}

static void add_code_id(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	buf_add(out, event_code_id(about->history, about->index, scratch));
}

static void add_answers(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	size_t index = event_answers(about->history, about->index);

	(void)scratch;
	if (index < about->history->n_events)
		buf_printf(out, "%" PRId64, about->history->events[index].id);
}

static void add_command(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	const struct event_row *row = event_row(the_event(about)->type);

	(void)scratch;
	if (row)
		buf_puts(out, row->command ? "true" : "false");
}

static void add_task(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	(void)scratch;
	buf_printf(out, "%zu", history_task_of(about->history, about->index));
}

static void add_completed(const struct column_about *about, struct arena *scratch,
			  struct buf *out)
{
	(void)scratch;
	if (the_event(about)->task)
		buf_printf(out, "%" PRId64, the_event(about)->task);
}

static void add_bytes(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	(void)scratch;
	buf_printf(out, "%zu", history_event(about->history, about->index).n);
}

static void add_detail(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	(void)scratch;
	detail_add(about->history, about->index, out);
}

/* A field that several types of events have, under one name; empty where this one has not. */
static void add_field(const struct column_about *about, const char *name, struct buf *out)
{
	struct str part = str_of(name);
	struct query_path path = {&part, 1};

	columns_path_add(about->history, about->index, &path, about->tools, out);
}

static void add_attempt(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	(void)scratch;
	add_field(about, "attempt", out);
}

static void add_identity(const struct column_about *about, struct arena *scratch,
			 struct buf *out)
{
	(void)scratch;
	add_field(about, "identity", out);
}

static void add_failure(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	(void)scratch;
	columns_failure_add(about->history, about->index, out);
}

static void add_payload(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	(void)scratch;
	columns_payload_add(about->history, about->index, about->tools, out);
}

static const struct group *group_of(const struct column_about *about)
{
	return about->groups ? groups_of(about->groups, about->index) : NULL;
}

static void add_group(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	const struct group *g = group_of(about);

	if (g)
		buf_add(out, group_label(about->history, g, scratch));
}

static void add_outcome(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	const struct group *g = group_of(about);

	(void)scratch;
	if (g)
		buf_puts(out, entity_state_text(g->kind, g->state));
}

static void add_took(const struct column_about *about, struct arena *scratch, struct buf *out)
{
	const struct group *g = group_of(about);

	(void)scratch;
	/* Of the event that ended it alone, so that sums are right. */
	if (g && g->closed == about->index && g->closed != g->first)
		detail_seconds(about->history->events[g->first].time, the_event(about)->time, out);
}

static const struct column TABLE[] = {
	{"id", COLUMN_NUMBER, "the event's id", add_id, {0}},
	{"time", COLUMN_TEXT, "when it happened, in UTC", add_time, {0}},
	{"elapsed", COLUMN_NUMBER, "seconds since the first event", add_elapsed, {0}},
	{"delta", COLUMN_NUMBER, "seconds since the event before", add_delta, {0}},
	{"type", COLUMN_TEXT, "its type, as `TimerFired`", add_type, {0}},
	{"category", COLUMN_TEXT, "`workflow`, `task`, `activity`, ...: as in queries",
	 add_category, {0}},
	{"name", COLUMN_TEXT,
	 "activity type, timer's duration, signal, marker with what it marks", add_name, {0}},
	{"codeId", COLUMN_TEXT,
	 "its id in the code's terms: activity id, timer id, child's workflow id", add_code_id,
	 {0}},
	{"answers", COLUMN_NUMBER, "the id of the event that it answers", add_answers, {0}},
	{"attempt", COLUMN_NUMBER, "which attempt, where the event says it", add_attempt, {0}},
	{"task", COLUMN_NUMBER,
	 "the workflow task that made it or gets to see it, from 1", add_task, {0}},
	{"workflowTaskCompleted", COLUMN_NUMBER,
	 "the id of the event by which that task made it", add_completed, {0}},
	{"command", COLUMN_FLAG, "whether a command of workflow code made it", add_command, {0}},
	{"detail", COLUMN_TEXT, "what `show` says at the end of its line", add_detail, {0}},
	{"failure", COLUMN_TEXT, "the failure's messages, from the outside in", add_failure, {0}},
	{"payload", COLUMN_TEXT, "input, result or details: what it carries, decoded", add_payload,
	 {0}},
	{"group", COLUMN_TEXT, "what it belongs to, as `A5`: the activity of event 5", add_group,
	 {0}},
	{"outcome", COLUMN_TEXT, "what became of that in the end: `completed`, `fired`, ...",
	 add_outcome, {0}},
	{"took", COLUMN_NUMBER,
	 "seconds from its first event to this one, where this one ended it", add_took, {0}},
	{"identity", COLUMN_TEXT, "the worker or client that did it", add_identity, {0}},
	{"bytes", COLUMN_NUMBER, "its size as protobuf", add_bytes, {0}},
	{"history", COLUMN_TEXT, "the file", add_path, {0}},
	{"workflowId", COLUMN_TEXT, "of the run", add_workflow_id, {0}},
	{"runId", COLUMN_TEXT, "of the run", add_run_id, {0}},
	{"workflowType", COLUMN_TEXT, "of the run", add_workflow_type, {0}},
	{"queue", COLUMN_TEXT, "the run's task queue", add_queue, {0}},
	{"sdk", COLUMN_TEXT, "that recorded the run", add_sdk, {0}},
	{"sdkVersion", COLUMN_TEXT, "of that SDK", add_sdk_version, {0}},
};
#define TABLE_N (sizeof(TABLE) / sizeof(*TABLE))

struct columns columns_table(void)
{
	return (struct columns){TABLE, TABLE_N};
}

static bool unknown(struct str name, struct err *err)
{
	const char *names[TABLE_N];
	const char *near;

	for (size_t i = 0; i < TABLE_N; i++)
		names[i] = TABLE[i].name;
	near = opts_did_you_mean(name, names, TABLE_N);
	name = str_take(name, LIMIT_SHOWN_NAME_BYTES);
	if (near)
		return err_set(err, ERR_USAGE, "there is no column '%.*s' (did you mean '%s'?)",
			       STR_ARG(name), near);
	return err_set(err, ERR_USAGE,
		       "there is no column '%.*s', and no event has a field of that name "
		       "(docs/show.md lists them)", STR_ARG(name));
}

static bool read_one(struct str name, const struct schema *schema, struct arena *a,
		     struct column *ret, struct err *err)
{
	struct str rest = name, missing;

	if (!name.n)
		return err_set(err, ERR_USAGE, "a column's name is expected between commas");
	for (size_t i = 0; i < TABLE_N; i++)
		if (str_is(name, TABLE[i].name)) {
			*ret = TABLE[i];
			return true;
		}
	if (str_starts(name, STR("attributes.")))
		rest = str_skip(name, strlen("attributes."));
	*ret = (struct column){.name = arena_cstr(a, name),
			       .kind = COLUMN_TEXT,
			       .help = "",
			       .path = query_path_read(rest, a)};
	if (!ret->path.n || ret->path.n > LIMIT_DEPTH ||
	    !query_path_known(schema, &ret->path, &missing))
		return unknown(name, err);
	return true;
}

bool columns_read(struct str list, const struct schema *schema, struct arena *a,
		  struct columns *ret, struct err *err)
{
	struct column *at;
	size_t n = 0, most = 1;

	for (size_t i = 0; i < list.n; i++)
		most += list.p[i] == ',';
	if (most > LIMIT_COLUMNS)
		return err_set(err, ERR_USAGE, "%zu columns: more than %zu", most, LIMIT_COLUMNS);
	at = arena_array(a, struct column, most);
	do {
		if (!read_one(str_trim(str_split(&list, ',')), schema, a, &at[n++], err))
			return false;
	} while (n < most);
	*ret = (struct columns){at, n};
	return true;
}

bool columns_ask_groups(const struct columns *columns)
{
	for (size_t i = 0; i < columns->n; i++) {
		const struct column *c = &columns->at[i];

		if (c->add == add_group || c->add == add_outcome || c->add == add_took)
			return true;
	}
	return false;
}

void column_add(const struct column *column, const struct column_about *about,
		struct arena *scratch, struct buf *out)
{
	if (column->path.n)
		columns_path_add(about->history, about->index, &column->path, about->tools,
				 out);
	else
		column->add(about, scratch, out);
}
