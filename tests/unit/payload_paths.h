/* SPDX-License-Identifier: MIT */
/* payload_paths.h: each place of a payload in a history, by the API's own list. */
#pragma once

struct payload_row {
	const char *message; /* behind temporal.api. */
	const char *field;
	const char *kind; /* of the field: Payload, Payloads or a map of one of them */
};

static const struct payload_row PATHS[] = {
	{"common.v1.Header", "fields", "map<Payload>"},
	{"common.v1.Memo", "fields", "map<Payload>"},
	{"common.v1.SearchAttributes", "indexed_fields", "map<Payload>"},
	{"failure.v1.ApplicationFailureInfo", "details", "Payloads"},
	{"failure.v1.CanceledFailureInfo", "details", "Payloads"},
	{"failure.v1.Failure", "encoded_attributes", "Payload"},
	{"failure.v1.ResetWorkflowFailureInfo", "last_heartbeat_details", "Payloads"},
	{"failure.v1.TimeoutFailureInfo", "last_heartbeat_details", "Payloads"},
	{"history.v1.ActivityTaskCanceledEventAttributes", "details", "Payloads"},
	{"history.v1.ActivityTaskCompletedEventAttributes", "result", "Payloads"},
	{"history.v1.ActivityTaskScheduledEventAttributes", "input", "Payloads"},
	{"history.v1.ChildWorkflowExecutionCanceledEventAttributes",
	 "details", "Payloads"},
	{"history.v1.ChildWorkflowExecutionCompletedEventAttributes",
	 "result", "Payloads"},
	{"history.v1.MarkerRecordedEventAttributes", "details", "map<Payloads>"},
	{"history.v1.NexusOperationCompletedEventAttributes", "result", "Payload"},
	{"history.v1.NexusOperationScheduledEventAttributes", "input", "Payload"},
	{"history.v1.SignalExternalWorkflowExecutionInitiatedEventAttributes",
	 "input", "Payloads"},
	{"history.v1.StartChildWorkflowExecutionInitiatedEventAttributes",
	 "input", "Payloads"},
	{"history.v1.WorkflowExecutionCanceledEventAttributes", "details", "Payloads"},
	{"history.v1.WorkflowExecutionCompletedEventAttributes", "result", "Payloads"},
	{"history.v1.WorkflowExecutionContinuedAsNewEventAttributes",
	 "input", "Payloads"},
	{"history.v1.WorkflowExecutionContinuedAsNewEventAttributes",
	 "last_completion_result", "Payloads"},
	{"history.v1.WorkflowExecutionSignaledEventAttributes", "input", "Payloads"},
	{"history.v1.WorkflowExecutionStartedEventAttributes", "input", "Payloads"},
	{"history.v1.WorkflowExecutionStartedEventAttributes",
	 "last_completion_result", "Payloads"},
	{"history.v1.WorkflowExecutionTerminatedEventAttributes", "details", "Payloads"},
	{"sdk.v1.EventGroupMarker.Label", "label", "Payload"},
	{"sdk.v1.UserMetadata", "details", "Payload"},
	{"sdk.v1.UserMetadata", "summary", "Payload"},
	{"update.v1.Input", "args", "Payloads"},
	{"update.v1.Outcome", "success", "Payloads"},
};
#define PATHS_N (sizeof(PATHS) / sizeof(*PATHS))
