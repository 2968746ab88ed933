/* SPDX-License-Identifier: MIT */
/* pairs.c: the table of command events and commands, and both sides in words. */
#include "replayer/judge/pairs.h"

#include <inttypes.h>

#include "formats/history/events.h"
#include "formats/wire/field.h"

/* Types come before ids: an id is often a position, and a type says more. */
#define FIELDS(name) name, sizeof(name) / sizeof(*(name))
#define NO_FIELDS NULL, 0

static const struct pair_field ACTIVITY[] = {
	{"activityType", "activity_type.name",
	 "schedule_activity_task_command_attributes.activity_type.name", true},
	{"activityId", "activity_id", "schedule_activity_task_command_attributes.activity_id", false},
};
static const struct pair_field ACTIVITY_CANCEL[] = {
	{"scheduledEventId", "scheduled_event_id",
	 "request_cancel_activity_task_command_attributes.scheduled_event_id", false},
};
static const struct pair_field TIMER[] = {
	{"timerId", "timer_id", "start_timer_command_attributes.timer_id", false},
};
static const struct pair_field TIMER_CANCEL[] = {
	{"timerId", "timer_id", "cancel_timer_command_attributes.timer_id", false},
};
static const struct pair_field CHILD[] = {
	{"workflowType", "workflow_type.name",
	 "start_child_workflow_execution_command_attributes.workflow_type.name", true},
	{"workflowId", "workflow_id",
	 "start_child_workflow_execution_command_attributes.workflow_id", false},
};
static const struct pair_field SIGNAL[] = {
	{"signalName", "signal_name",
	 "signal_external_workflow_execution_command_attributes.signal_name", false},
	{"workflowId", "workflow_execution.workflow_id",
	 "signal_external_workflow_execution_command_attributes.execution.workflow_id", false},
};
static const struct pair_field EXTERNAL_CANCEL[] = {
	{"workflowId", "workflow_execution.workflow_id",
	 "request_cancel_external_workflow_execution_command_attributes.workflow_id", false},
};
static const struct pair_field MARKER[] = {
	{"markerName", "marker_name", "record_marker_command_attributes.marker_name", false},
};
static const struct pair_field NEXUS[] = {
	{"service", "service", "schedule_nexus_operation_command_attributes.service", false},
	{"operation", "operation", "schedule_nexus_operation_command_attributes.operation", false},
};
static const struct pair_field NEXUS_CANCEL[] = {
	{"scheduledEventId", "scheduled_event_id",
	 "request_cancel_nexus_operation_command_attributes.scheduled_event_id", false},
};

static const struct pair_row PAIRS[] = {
	{EVENT_ACTIVITY_TASK_SCHEDULED, COMMAND_SCHEDULE_ACTIVITY_TASK, "ScheduleActivityTask", false,
	 FIELDS(ACTIVITY)},
	{EVENT_ACTIVITY_TASK_CANCEL_REQUESTED, COMMAND_REQUEST_CANCEL_ACTIVITY_TASK,
	 "RequestCancelActivityTask", false, FIELDS(ACTIVITY_CANCEL)},
	{EVENT_TIMER_STARTED, COMMAND_START_TIMER, "StartTimer", false, FIELDS(TIMER)},
	{EVENT_TIMER_CANCELED, COMMAND_CANCEL_TIMER, "CancelTimer", false, FIELDS(TIMER_CANCEL)},
	{EVENT_WORKFLOW_EXECUTION_COMPLETED, COMMAND_COMPLETE_WORKFLOW_EXECUTION,
	 "CompleteWorkflowExecution", true, NO_FIELDS},
	{EVENT_WORKFLOW_EXECUTION_FAILED, COMMAND_FAIL_WORKFLOW_EXECUTION, "FailWorkflowExecution",
	 true, NO_FIELDS},
	{EVENT_WORKFLOW_EXECUTION_CANCELED, COMMAND_CANCEL_WORKFLOW_EXECUTION,
	 "CancelWorkflowExecution", true, NO_FIELDS},
	{EVENT_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, COMMAND_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
	 "ContinueAsNewWorkflowExecution", true, NO_FIELDS},
	{EVENT_START_CHILD_WORKFLOW_EXECUTION_INITIATED, COMMAND_START_CHILD_WORKFLOW_EXECUTION,
	 "StartChildWorkflowExecution", false, FIELDS(CHILD)},
	{EVENT_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
	 COMMAND_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION, "SignalExternalWorkflowExecution", false,
	 FIELDS(SIGNAL)},
	{EVENT_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED,
	 COMMAND_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
	 "RequestCancelExternalWorkflowExecution", false, FIELDS(EXTERNAL_CANCEL)},
	{EVENT_MARKER_RECORDED, COMMAND_RECORD_MARKER, "RecordMarker", false, FIELDS(MARKER)},
	{EVENT_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, COMMAND_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
	 "UpsertWorkflowSearchAttributes", false, NO_FIELDS},
	{EVENT_WORKFLOW_PROPERTIES_MODIFIED, COMMAND_MODIFY_WORKFLOW_PROPERTIES,
	 "ModifyWorkflowProperties", false, NO_FIELDS},
	{EVENT_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, COMMAND_PROTOCOL_MESSAGE, "ProtocolMessage", false,
	 NO_FIELDS},
	{EVENT_WORKFLOW_EXECUTION_UPDATE_REJECTED, COMMAND_PROTOCOL_MESSAGE, "ProtocolMessage", false,
	 NO_FIELDS},
	{EVENT_WORKFLOW_EXECUTION_UPDATE_COMPLETED, COMMAND_PROTOCOL_MESSAGE, "ProtocolMessage",
	 false, NO_FIELDS},
	{EVENT_NEXUS_OPERATION_SCHEDULED, COMMAND_SCHEDULE_NEXUS_OPERATION, "ScheduleNexusOperation",
	 false, FIELDS(NEXUS)},
	{EVENT_NEXUS_OPERATION_CANCEL_REQUESTED, COMMAND_REQUEST_CANCEL_NEXUS_OPERATION,
	 "RequestCancelNexusOperation", false, FIELDS(NEXUS_CANCEL)},
};

#define N_PAIRS (sizeof(PAIRS) / sizeof(*PAIRS))

/* What a command is called and its id, where the fields compared do not say it. */
static const struct {
	int32_t type;
	const char *name_path;
	const char *id_path;
} NAMES[] = {
	{COMMAND_SCHEDULE_ACTIVITY_TASK, "schedule_activity_task_command_attributes.activity_type.name",
	 "schedule_activity_task_command_attributes.activity_id"},
	{COMMAND_REQUEST_CANCEL_ACTIVITY_TASK, NULL,
	 "request_cancel_activity_task_command_attributes.scheduled_event_id"},
	{COMMAND_START_TIMER, "start_timer_command_attributes.start_to_fire_timeout",
	 "start_timer_command_attributes.timer_id"},
	{COMMAND_CANCEL_TIMER, NULL, "cancel_timer_command_attributes.timer_id"},
	{COMMAND_START_CHILD_WORKFLOW_EXECUTION,
	 "start_child_workflow_execution_command_attributes.workflow_type.name",
	 "start_child_workflow_execution_command_attributes.workflow_id"},
	{COMMAND_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
	 "signal_external_workflow_execution_command_attributes.signal_name",
	 "signal_external_workflow_execution_command_attributes.execution.workflow_id"},
	{COMMAND_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION, NULL,
	 "request_cancel_external_workflow_execution_command_attributes.workflow_id"},
	{COMMAND_RECORD_MARKER, "record_marker_command_attributes.marker_name", NULL},
	{COMMAND_CONTINUE_AS_NEW_WORKFLOW_EXECUTION,
	 "continue_as_new_workflow_execution_command_attributes.workflow_type.name", NULL},
	{COMMAND_PROTOCOL_MESSAGE, NULL, "protocol_message_command_attributes.message_id"},
	{COMMAND_SCHEDULE_NEXUS_OPERATION, "schedule_nexus_operation_command_attributes.operation",
	 NULL},
	{COMMAND_REQUEST_CANCEL_NEXUS_OPERATION, NULL,
	 "request_cancel_nexus_operation_command_attributes.scheduled_event_id"},
};

const struct pair_row *pair_of_event(int32_t event_type)
{
	for (size_t i = 0; i < N_PAIRS; i++) {
		if (PAIRS[i].event_type == event_type)
			return &PAIRS[i];
	}
	return NULL;
}

const struct pair_row *pair_of_command(int32_t command_type)
{
	for (size_t i = 0; i < N_PAIRS; i++) {
		if (PAIRS[i].command_type == command_type)
			return &PAIRS[i];
	}
	return NULL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* NAME without underscores and case is CAMEL without case. */
static bool same_words(struct str name, const char *camel)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '_')
			continue;
		if (!*camel || lower(name.p[i]) != lower(*camel))
			return false;
		camel++;
	}
	return !*camel;
}

const struct pair_row *pair_of_command_name(struct str name)
{
	struct str prefix = STR("COMMAND_TYPE_");

	if (str_starts(name, prefix))
		name = str_skip(name, prefix.n);
	for (size_t i = 0; i < N_PAIRS; i++) {
		if (same_words(name, PAIRS[i].command_name))
			return &PAIRS[i];
	}
	return NULL;
}

bool pair_fits(struct str event, struct str command)
{
	for (size_t i = 0; i < N_PAIRS; i++) {
		const struct event_row *row = event_row(PAIRS[i].event_type);

		if (row && str_is(event, row->name) && same_words(command, PAIRS[i].command_name))
			return true;
	}
	return false;
}

struct str pair_last_part(struct str s)
{
	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] == '.')
			return str_skip(s, i);
	}
	return s;
}

struct str pair_value(const struct schema_message *m, struct str bytes, const char *path,
		      struct arena *a)
{
	struct field_value v;

	if (!field_at(m, bytes, path, &v))
		return STR_NONE;
	if (v.field->kind == SCHEMA_STRING)
		return v.bytes;
	if (v.field->kind == SCHEMA_MESSAGE && v.field->message->wellknown == SCHEMA_DURATION) {
		int64_t seconds = field_int(v.field->message, v.bytes, "seconds", 0);
		int64_t nanos = field_int(v.field->message, v.bytes, "nanos", 0);
		struct str text = arena_printf(a, "%" PRId64 ".%09" PRId64, seconds, nanos);

		/* as events name timers: 30s, 1.5s */
		while (text.p[text.n - 1] == '0')
			text.n--;
		if (text.p[text.n - 1] == '.')
			text.n--;
		return arena_printf(a, "%.*ss", STR_ARG(text));
	}
	return arena_printf(a, "%" PRId64, (int64_t)v.number);
}

bool pair_field_agrees(const struct pair_field *field, const struct schema_message *event,
		       struct str event_bytes, const struct schema_message *command,
		       struct str command_bytes, struct arena *a, struct str *ret_event,
		       struct str *ret_command)
{
	*ret_event = pair_value(event, event_bytes, field->event_path, a);
	*ret_command = pair_value(command, command_bytes, field->command_path, a);
	if (field->last_part)
		return str_eq(pair_last_part(*ret_event), pair_last_part(*ret_command));
	return str_eq(*ret_event, *ret_command);
}

enum divergence_kind pair_kind(const struct pair_row *event, const struct pair_row *command,
			       bool field)
{
	if ((event && event->command_type == COMMAND_RECORD_MARKER) ||
	    (command && command->command_type == COMMAND_RECORD_MARKER))
		return DIVERGENCE_MARKER;
	if ((event && event->command_type == COMMAND_PROTOCOL_MESSAGE) ||
	    (command && command->command_type == COMMAND_PROTOCOL_MESSAGE))
		return DIVERGENCE_UPDATE;
	if (command && command->closes)
		return event && event->closes ? DIVERGENCE_WRONG_CLOSE : DIVERGENCE_EARLY_CLOSE;
	if (event && event->closes)
		return DIVERGENCE_LATE_CLOSE;
	if (!event)
		return DIVERGENCE_EXTRA;
	if (!command)
		return DIVERGENCE_MISSING;
	return field && event->command_type == command->command_type ? DIVERGENCE_ATTRIBUTE
								     : DIVERGENCE_REPLACED;
}

struct side command_side(const struct schema *schema, struct command_view c, struct arena *a)
{
	const struct schema_message *m = schema_message(schema, "temporal.api.command.v1.Command");
	const struct pair_row *row = pair_of_command(c.type);
	struct side ret = {0};

	ret.what = row ? str_of(row->command_name) : arena_printf(a, "CommandType %d", c.type);
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		if (NAMES[i].type != c.type)
			continue;
		if (NAMES[i].name_path)
			ret.name = pair_value(m, c.bytes, NAMES[i].name_path, a);
		if (NAMES[i].id_path)
			ret.id = pair_value(m, c.bytes, NAMES[i].id_path, a);
	}
	return ret;
}

struct side event_side(const struct history *h, size_t index, struct arena *a)
{
	return (struct side){
		.what = event_type_name(h, index, a),
		.name = event_name(h, index, a),
		.id = event_code_id(h, index, a),
	};
}
