/* SPDX-License-Identifier: MIT */
/* events.c: the table of event types, and the words that an event is named with. */
#include "formats/history/events.h"

#include "formats/base/limits.h"
#include "formats/history/history_row.h"
#include "formats/history/marker.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode.h"
#include "formats/wire/field.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

const char *const EVENT_CATEGORY_WORDS[] = {"workflow", "task",   "activity", "timer",
					    "child",    "signal", "external", "marker",
					    "update",   "nexus",  "properties", NULL};

#define ROW(type, camel, category, command, name, id, ref) \
	[EVENT_##type] = {EVENT_##type, camel, CATEGORY_##category, command, name, id, ref}

/* clang-format off: two lines a row, whatever its length */
static const struct event_row ROWS[] = {
	ROW(WORKFLOW_EXECUTION_STARTED, "WorkflowExecutionStarted",
	    WORKFLOW, false, "workflow_type.name", "workflow_id", NULL),
	ROW(WORKFLOW_EXECUTION_COMPLETED, "WorkflowExecutionCompleted",
	    WORKFLOW, true, NULL, NULL, NULL),
	ROW(WORKFLOW_EXECUTION_FAILED, "WorkflowExecutionFailed",
	    WORKFLOW, true, NULL, NULL, NULL),
	ROW(WORKFLOW_EXECUTION_TIMED_OUT, "WorkflowExecutionTimedOut",
	    WORKFLOW, false, NULL, NULL, NULL),
	ROW(WORKFLOW_TASK_SCHEDULED, "WorkflowTaskScheduled",
	    TASK, false, NULL, NULL, NULL),
	ROW(WORKFLOW_TASK_STARTED, "WorkflowTaskStarted",
	    TASK, false, NULL, NULL, "scheduled_event_id"),
	ROW(WORKFLOW_TASK_COMPLETED, "WorkflowTaskCompleted",
	    TASK, false, NULL, NULL, "scheduled_event_id"),
	ROW(WORKFLOW_TASK_TIMED_OUT, "WorkflowTaskTimedOut",
	    TASK, false, NULL, NULL, "scheduled_event_id"),
	ROW(WORKFLOW_TASK_FAILED, "WorkflowTaskFailed",
	    TASK, false, NULL, NULL, "scheduled_event_id"),
	ROW(ACTIVITY_TASK_SCHEDULED, "ActivityTaskScheduled",
	    ACTIVITY, true, "activity_type.name", "activity_id", NULL),
	ROW(ACTIVITY_TASK_STARTED, "ActivityTaskStarted",
	    ACTIVITY, false, NULL, NULL, "scheduled_event_id"),
	ROW(ACTIVITY_TASK_COMPLETED, "ActivityTaskCompleted",
	    ACTIVITY, false, NULL, NULL, "scheduled_event_id"),
	ROW(ACTIVITY_TASK_FAILED, "ActivityTaskFailed",
	    ACTIVITY, false, NULL, NULL, "scheduled_event_id"),
	ROW(ACTIVITY_TASK_TIMED_OUT, "ActivityTaskTimedOut",
	    ACTIVITY, false, NULL, NULL, "scheduled_event_id"),
	ROW(ACTIVITY_TASK_CANCEL_REQUESTED, "ActivityTaskCancelRequested",
	    ACTIVITY, true, NULL, NULL, "scheduled_event_id"),
	ROW(ACTIVITY_TASK_CANCELED, "ActivityTaskCanceled",
	    ACTIVITY, false, NULL, NULL, "scheduled_event_id"),
	ROW(TIMER_STARTED, "TimerStarted",
	    TIMER, true, "start_to_fire_timeout", "timer_id", NULL),
	ROW(TIMER_FIRED, "TimerFired",
	    TIMER, false, NULL, "timer_id", "started_event_id"),
	ROW(TIMER_CANCELED, "TimerCanceled",
	    TIMER, true, NULL, "timer_id", "started_event_id"),
	ROW(WORKFLOW_EXECUTION_CANCEL_REQUESTED, "WorkflowExecutionCancelRequested",
	    WORKFLOW, false, NULL, NULL, NULL),
	ROW(WORKFLOW_EXECUTION_CANCELED, "WorkflowExecutionCanceled",
	    WORKFLOW, true, NULL, NULL, NULL),
	ROW(REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, "RequestCancelExternalWorkflowExecutionInitiated",
	    EXTERNAL, true, "workflow_execution.workflow_id", "workflow_execution.workflow_id", NULL),
	ROW(REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, "RequestCancelExternalWorkflowExecutionFailed",
	    EXTERNAL, false, "workflow_execution.workflow_id", "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED, "ExternalWorkflowExecutionCancelRequested",
	    EXTERNAL, false, "workflow_execution.workflow_id", "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(MARKER_RECORDED, "MarkerRecorded", MARKER, true, "marker_name", NULL, NULL),
	ROW(WORKFLOW_EXECUTION_SIGNALED, "WorkflowExecutionSignaled",
	    SIGNAL, false, "signal_name", NULL, NULL),
	ROW(WORKFLOW_EXECUTION_TERMINATED, "WorkflowExecutionTerminated",
	    WORKFLOW, false, NULL, NULL, NULL),
	ROW(WORKFLOW_EXECUTION_CONTINUED_AS_NEW, "WorkflowExecutionContinuedAsNew",
	    WORKFLOW, true, "workflow_type.name", "new_execution_run_id", NULL),
	ROW(START_CHILD_WORKFLOW_EXECUTION_INITIATED, "StartChildWorkflowExecutionInitiated",
	    CHILD, true, "workflow_type.name", "workflow_id", NULL),
	ROW(START_CHILD_WORKFLOW_EXECUTION_FAILED, "StartChildWorkflowExecutionFailed",
	    CHILD, false, "workflow_type.name", "workflow_id", "initiated_event_id"),
	ROW(CHILD_WORKFLOW_EXECUTION_STARTED, "ChildWorkflowExecutionStarted",
	    CHILD, false, "workflow_type.name", "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(CHILD_WORKFLOW_EXECUTION_COMPLETED, "ChildWorkflowExecutionCompleted",
	    CHILD, false, "workflow_type.name", "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(CHILD_WORKFLOW_EXECUTION_FAILED, "ChildWorkflowExecutionFailed",
	    CHILD, false, "workflow_type.name", "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(CHILD_WORKFLOW_EXECUTION_CANCELED, "ChildWorkflowExecutionCanceled",
	    CHILD, false, "workflow_type.name", "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(CHILD_WORKFLOW_EXECUTION_TIMED_OUT, "ChildWorkflowExecutionTimedOut",
	    CHILD, false, "workflow_type.name", "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(CHILD_WORKFLOW_EXECUTION_TERMINATED, "ChildWorkflowExecutionTerminated",
	    CHILD, false, "workflow_type.name", "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, "SignalExternalWorkflowExecutionInitiated",
	    EXTERNAL, true, "signal_name", "workflow_execution.workflow_id", NULL),
	ROW(SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, "SignalExternalWorkflowExecutionFailed",
	    EXTERNAL, false, NULL, "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, "ExternalWorkflowExecutionSignaled",
	    EXTERNAL, false, NULL, "workflow_execution.workflow_id", "initiated_event_id"),
	ROW(UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, "UpsertWorkflowSearchAttributes",
	    PROPERTIES, true, NULL, NULL, NULL),
	ROW(WORKFLOW_EXECUTION_UPDATE_ADMITTED, "WorkflowExecutionUpdateAdmitted",
	    UPDATE, false, "request.input.name", "request.meta.update_id", NULL),
	ROW(WORKFLOW_EXECUTION_UPDATE_ACCEPTED, "WorkflowExecutionUpdateAccepted",
	    UPDATE, true, "accepted_request.input.name", "protocol_instance_id", NULL),
	ROW(WORKFLOW_EXECUTION_UPDATE_REJECTED, "WorkflowExecutionUpdateRejected",
	    UPDATE, true, "rejected_request.input.name", "protocol_instance_id", NULL),
	ROW(WORKFLOW_EXECUTION_UPDATE_COMPLETED, "WorkflowExecutionUpdateCompleted",
	    UPDATE, true, NULL, "meta.update_id", "accepted_event_id"),
	ROW(WORKFLOW_PROPERTIES_MODIFIED_EXTERNALLY, "WorkflowPropertiesModifiedExternally",
	    PROPERTIES, false, NULL, NULL, NULL),
	ROW(ACTIVITY_PROPERTIES_MODIFIED_EXTERNALLY, "ActivityPropertiesModifiedExternally",
	    ACTIVITY, false, NULL, NULL, "scheduled_event_id"),
	ROW(WORKFLOW_PROPERTIES_MODIFIED, "WorkflowPropertiesModified",
	    PROPERTIES, true, NULL, NULL, NULL),
	ROW(NEXUS_OPERATION_SCHEDULED, "NexusOperationScheduled",
	    NEXUS, true, "operation", NULL, NULL),
	ROW(NEXUS_OPERATION_STARTED, "NexusOperationStarted",
	    NEXUS, false, NULL, NULL, "scheduled_event_id"),
	ROW(NEXUS_OPERATION_COMPLETED, "NexusOperationCompleted",
	    NEXUS, false, NULL, NULL, "scheduled_event_id"),
	ROW(NEXUS_OPERATION_FAILED, "NexusOperationFailed",
	    NEXUS, false, NULL, NULL, "scheduled_event_id"),
	ROW(NEXUS_OPERATION_CANCELED, "NexusOperationCanceled",
	    NEXUS, false, NULL, NULL, "scheduled_event_id"),
	ROW(NEXUS_OPERATION_TIMED_OUT, "NexusOperationTimedOut",
	    NEXUS, false, NULL, NULL, "scheduled_event_id"),
	ROW(NEXUS_OPERATION_CANCEL_REQUESTED, "NexusOperationCancelRequested",
	    NEXUS, true, NULL, NULL, "scheduled_event_id"),
	ROW(WORKFLOW_EXECUTION_OPTIONS_UPDATED, "WorkflowExecutionOptionsUpdated",
	    PROPERTIES, false, NULL, NULL, NULL),
	ROW(NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED, "NexusOperationCancelRequestCompleted",
	    NEXUS, false, NULL, NULL, "scheduled_event_id"),
	ROW(NEXUS_OPERATION_CANCEL_REQUEST_FAILED, "NexusOperationCancelRequestFailed",
	    NEXUS, false, NULL, NULL, "scheduled_event_id"),
	ROW(WORKFLOW_EXECUTION_PAUSED, "WorkflowExecutionPaused",
	    WORKFLOW, false, NULL, NULL, NULL),
	ROW(WORKFLOW_EXECUTION_UNPAUSED, "WorkflowExecutionUnpaused",
	    WORKFLOW, false, NULL, NULL, NULL),
	ROW(WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED, "WorkflowExecutionTimeSkippingTransitioned",
	    PROPERTIES, false, NULL, NULL, NULL),
};
/* clang-format on */

const struct event_row *event_row(int32_t type)
{
	if (type <= 0 || (size_t)type >= sizeof(ROWS) / sizeof(*ROWS) || !ROWS[type].name)
		return NULL;
	return &ROWS[type];
}

/* ---- names of types ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A name is shown as it is, so what is none must not pass for one. */
static bool may_be_name(struct str s)
{
	if (!s.n || s.n > LIMIT_SHOWN_NAME_BYTES || !is_letter(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '_')
			return false;
	return true;
}

struct str event_type_camel(struct str name, struct arena *a)
{
	struct str prefix = STR("EVENT_TYPE_"), ret;
	bool begins = true;
	struct buf camel;

	if (!may_be_name(name))
		return STR_NONE;
	if (!str_starts(name, prefix) || name.n == prefix.n)
		return arena_str(a, name);
	buf_init(&camel, 0);
	for (size_t i = prefix.n; i < name.n; i++) {
		char c = name.p[i];

		if (c != '_')
			buf_add_char(&camel, !begins && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
		begins = c == '_';
	}
	ret = arena_str(a, buf_str(&camel));
	buf_done(&camel);
	return ret;
}

/* What stands in JSON for a type without a number: "eventType":"EVENT_TYPE_OF_TOMORROW". */
static struct str kept_type(const struct history *h, size_t index, struct arena *a)
{
	const struct schema_message *m = history_event_message(h);
	struct wire w = wire_of(history_event(h, index));
	struct buf scratch = {0};
	struct str text, ret = STR_NONE;
	struct wire_field f;

	while (!ret.n && wire_next(&w, &f)) {
		struct json j = {f.bytes, 0};
		const struct schema_field *field;

		if (f.number != TRANSCODE_CARRIER || f.type != WIRE_BYTES ||
		    !json_read_string(&j, &scratch, &text, NULL))
			continue;
		field = schema_field_by_name(m, text);
		if (field && field->number == HISTORY_FIELD_TYPE && json_take(&j, ':') &&
		    json_peek(&j) == '"' && json_read_string(&j, &scratch, &text, NULL))
			ret = event_type_camel(text, a);
	}
	buf_done(&scratch);
	return ret;
}

struct str event_type_name(const struct history *h, size_t index, struct arena *a)
{
	int32_t type = h->events[index].type;
	const struct event_row *row = event_row(type);
	struct str name = row ? str_of(row->name) : STR_NONE;

	if (!row && !type)
		name = kept_type(h, index, a);
	return name.n ? name : arena_printf(a, "EventType %" PRId32, type);
}

/* ---- attributes and what they say ---- */

/* "...history.v1.TimerFiredEventAttributes" is TimerFired's, and not just its end. */
static bool is_of_row(const struct schema_message *m, const struct event_row *row)
{
	struct str name = m->name, end = STR("EventAttributes");
	size_t n = strlen(row->name);

	if (!str_ends(name, end))
		return false;
	name.n -= end.n;
	return str_ends(name, str_of(row->name)) && name.n > n && name.p[name.n - n - 1] == '.';
}

bool event_attributes(const struct history *h, size_t index, const struct schema_message **ret_m,
		      struct str *ret_bytes)
{
	const struct event_row *row = event_row(h->events[index].type);

	return row && history_attributes(h, index, ret_m, ret_bytes) && is_of_row(*ret_m, row);
}

bool event_attributes_fit(const struct history *h, size_t index)
{
	const struct schema_message *m;
	struct str bytes;

	return event_attributes(h, index, &m, &bytes);
}

const struct schema_message *event_attributes_message(const struct schema *s, int32_t type)
{
	const struct schema_message *event =
		schema_message(s, "temporal.api.history.v1.HistoryEvent");
	const struct event_row *row = event_row(type);

	for (size_t i = 0; row && i < event->n_fields; i++)
		if (event->fields[i].message && is_of_row(event->fields[i].message, row))
			return event->fields[i].message;
	return NULL;
}

/* "30s", "1.5s": as protobuf's JSON writes durations, without needless zeros. */
static struct str duration_text(struct str duration, struct arena *a)
{
	int64_t seconds = (int64_t)wire_value_at(duration, 1, 0);
	int64_t nanos = (int32_t)wire_value_at(duration, 2, 0);
	struct str s;

	if (nanos == 0)
		return arena_printf(a, "%" PRId64 "s", seconds);
	s = arena_printf(a, "%s%" PRId64 ".%09" PRId64, nanos < 0 && seconds == 0 ? "-" : "",
			 seconds, nanos < 0 ? -nanos : nanos);
	while (s.p[s.n - 1] == '0')
		s.n--;
	return arena_printf(a, "%.*ss", STR_ARG(s));
}

static struct str value_text(const struct schema_message *m, struct str bytes, const char *path,
			     struct arena *a)
{
	struct field_value v;

	if (!path || !field_at(m, bytes, path, &v))
		return STR_NONE;
	if (v.field->kind == SCHEMA_MESSAGE)
		return v.field->message->wellknown == SCHEMA_DURATION ? duration_text(v.bytes, a)
								      : STR_NONE;
	return v.bytes.n ? arena_str(a, v.bytes) : STR_NONE;
}

static struct str marker_name(const struct schema_message *m, struct str bytes, struct arena *a)
{
	struct str name = field_str(m, bytes, "marker_name");
	struct str about = marker_part(bytes, MARKER_ABOUT, a);

	if (!about.n)
		return name.n ? arena_str(a, name) : STR_NONE;
	return arena_printf(a, "%.*s %.*s", STR_ARG(name), STR_ARG(about));
}

static struct str operation_name(const struct schema_message *m, struct str bytes,
				 struct arena *a)
{
	struct str service = field_str(m, bytes, "service");
	struct str operation = field_str(m, bytes, "operation");

	return arena_printf(a, "%.*s/%.*s", STR_ARG(service), STR_ARG(operation));
}

size_t event_answers(const struct history *h, size_t index)
{
	const struct event_row *row = event_row(h->events[index].type);
	const struct schema_message *m;
	struct str bytes;
	int64_t id;

	if (!row || !row->ref_path || !event_attributes(h, index, &m, &bytes))
		return h->n_events;
	id = field_int(m, bytes, row->ref_path, 0);
	return id > 0 ? history_find(h, id) : h->n_events;
}

/* An event that answers another is named after it; LEVELS ends what refers in circles. */
static struct str name_within(const struct history *h, size_t index, unsigned levels,
			      struct arena *a)
{
	const struct event_row *row = event_row(h->events[index].type);
	const struct schema_message *m;
	struct str bytes, name;
	size_t answered;

	if (!event_attributes(h, index, &m, &bytes))
		return STR_NONE;
	if (row->type == EVENT_MARKER_RECORDED)
		return marker_name(m, bytes, a);
	if (row->type == EVENT_NEXUS_OPERATION_SCHEDULED)
		return operation_name(m, bytes, a);
	name = value_text(m, bytes, row->name_path, a);
	if (name.n || !levels)
		return name;
	answered = event_answers(h, index);
	return answered < h->n_events ? name_within(h, answered, levels - 1, a) : STR_NONE;
}

struct str event_name(const struct history *h, size_t index, struct arena *a)
{
	return name_within(h, index, 1, a);
}

struct str event_code_id(const struct history *h, size_t index, struct arena *a)
{
	const struct event_row *row = event_row(h->events[index].type);
	const struct schema_message *m;
	struct str bytes, id;
	size_t answered;

	if (!event_attributes(h, index, &m, &bytes))
		return STR_NONE;
	if (row->type == EVENT_MARKER_RECORDED)
		return marker_part(bytes, MARKER_CODE_ID, a);
	id = value_text(m, bytes, row->id_path, a);
	if (id.n)
		return id;
	answered = event_answers(h, index);
	if (answered == h->n_events ||
	    !event_attributes(h, answered, &m, &bytes))
		return STR_NONE;
	row = event_row(h->events[answered].type);
	return value_text(m, bytes, row->id_path, a);
}

/* The attributes of a marker of a patch or version; false: it is none. */
static bool is_change(const struct history *h, size_t index, const struct schema_message **ret_m,
		      struct str *ret_bytes)
{
	const struct event_row *row = event_row(h->events[index].type);
	struct str name;

	if (!row || row->type != EVENT_MARKER_RECORDED ||
	    !event_attributes(h, index, ret_m, ret_bytes))
		return false;
	name = field_str(*ret_m, *ret_bytes, "marker_name");
	return str_is(name, "core_patch") || str_is(name, "Version");
}

struct str event_change_id(const struct history *h, size_t index, struct arena *a)
{
	const struct schema_message *m;
	struct str bytes;

	return is_change(h, index, &m, &bytes) ? marker_part(bytes, MARKER_ABOUT, a) : STR_NONE;
}

struct str event_change_version(const struct history *h, size_t index, struct arena *a)
{
	const struct schema_message *m;
	struct str bytes;

	if (!is_change(h, index, &m, &bytes))
		return STR_NONE;
	if (str_is(marker_part(bytes, MARKER_DEPRECATED, a), "true"))
		return STR("deprecated");
	return marker_part(bytes, MARKER_VERSION_NUMBER, a);
}
