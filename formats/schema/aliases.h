/* SPDX-License-Identifier: MIT */
/* aliases.h: names that older servers wrote, and what they are called today. */
#pragma once

#include <stddef.h>

/*
 * Only renames of 1.0 and later whose meaning and type stayed: a history exported then
 * still replays. The api's version that renamed stands behind each row.
 */
struct schema_alias {
	const char *in; /* message or enum */
	const char *old;
	const char *now;
};

static const struct schema_alias SCHEMA_VALUE_ALIASES[] = {
	/* v1.32; the second enum was called UpdateRequestedEventOrigin then */
	{"temporal.api.enums.v1.EventType", "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_REQUESTED",
	 "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED"},
	{"temporal.api.enums.v1.UpdateAdmittedEventOrigin", "UPDATE_REQUESTED_EVENT_ORIGIN_REAPPLY",
	 "UPDATE_ADMITTED_EVENT_ORIGIN_REAPPLY"},
	{"temporal.api.enums.v1.UpdateAdmittedEventOrigin",
	 "UPDATE_REQUESTED_EVENT_ORIGIN_UNSPECIFIED", "UPDATE_ADMITTED_EVENT_ORIGIN_UNSPECIFIED"},
	/* v1.16 */
	{"temporal.api.enums.v1.EventType", "EVENT_TYPE_WORKFLOW_UPDATE_ACCEPTED",
	 "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED"},
	{"temporal.api.enums.v1.EventType", "EVENT_TYPE_WORKFLOW_UPDATE_REJECTED",
	 "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_REJECTED"},
	{"temporal.api.enums.v1.EventType", "EVENT_TYPE_WORKFLOW_UPDATE_COMPLETED",
	 "EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED"},
};

static const struct schema_alias SCHEMA_FIELD_ALIASES[] = {
	/* v1.19: the message changed with it, worker_build_id became build_id */
	{"temporal.api.history.v1.WorkflowTaskCompletedEventAttributes", "worker_versioning_id",
	 "worker_version"},
	{"temporal.api.common.v1.WorkerVersionStamp", "worker_build_id", "build_id"},
	/* v1.32 */
	{"temporal.api.history.v1.HistoryEvent",
	 "workflow_execution_update_requested_event_attributes",
	 "workflow_execution_update_admitted_event_attributes"},
	{"temporal.api.history.v1.ActivityTaskScheduledEventAttributes", "use_compatible_version",
	 "use_workflow_build_id"},
	{"temporal.api.history.v1.StartChildWorkflowExecutionInitiatedEventAttributes",
	 "use_compatible_version", "inherit_build_id"},
	{"temporal.api.history.v1.WorkflowExecutionContinuedAsNewEventAttributes",
	 "use_compatible_version", "inherit_build_id"},
	{"temporal.api.command.v1.ScheduleActivityTaskCommandAttributes", "use_compatible_version",
	 "use_workflow_build_id"},
	{"temporal.api.command.v1.StartChildWorkflowExecutionCommandAttributes",
	 "use_compatible_version", "inherit_build_id"},
	{"temporal.api.command.v1.ContinueAsNewWorkflowExecutionCommandAttributes",
	 "use_compatible_version", "inherit_build_id"},
	/* v1.63.0, v1.63.3 */
	{"temporal.api.history.v1.WorkflowExecutionTimeSkippingTransitionedEventAttributes",
	 "disabled_after_bound", "disabled_after_fast_forward"},
	{"temporal.api.common.v1.TimeSkippingConfig", "disable_child_propagation",
	 "disable_propagation"},
};

#define SCHEMA_VALUE_ALIASES_N (sizeof(SCHEMA_VALUE_ALIASES) / sizeof(SCHEMA_VALUE_ALIASES[0]))
#define SCHEMA_FIELD_ALIASES_N (sizeof(SCHEMA_FIELD_ALIASES) / sizeof(SCHEMA_FIELD_ALIASES[0]))
