/* SPDX-License-Identifier: MIT */
/* cadence_rules.c: the tables between Cadence's events and Temporal's. */
#include "formats/read/cadence_rules.h"

/* clang-format off: one row a line */
static const struct cadence_rule TASK_LIST[] = {
	{NULL, "kind", NULL, CADENCE_ENUM, "TASK_QUEUE_KIND_", NULL},
	{0},
};

static const struct cadence_rule RETRY_POLICY[] = {
	{NULL, "initialIntervalInSeconds", "initialInterval", CADENCE_SECONDS, NULL, NULL},
	{NULL, "maximumIntervalInSeconds", "maximumInterval", CADENCE_SECONDS, NULL, NULL},
	{NULL, "nonRetriableErrorReasons", "nonRetryableErrorTypes", CADENCE_COPY, NULL, NULL},
	{NULL, "nonRetryableErrorReasons", "nonRetryableErrorTypes", CADENCE_COPY, NULL, NULL},
	{NULL, "expirationIntervalInSeconds", NULL, CADENCE_LOST, NULL, NULL},
	{NULL, "expirationInterval", NULL, CADENCE_LOST, NULL, NULL},
	{NULL, "jitter", NULL, CADENCE_LOST, NULL, NULL},
	{0},
};

static const struct cadence_rule RESET_POINT[] = {
	{NULL, "firstDecisionCompletedId", "firstWorkflowTaskCompletedId", CADENCE_COPY, NULL, NULL},
	{NULL, "createdTimeNano", "createTime", CADENCE_NANOS, NULL, NULL},
	{NULL, "createdTime", "createTime", CADENCE_COPY, NULL, NULL},
	{NULL, "expiringTimeNano", "expireTime", CADENCE_NANOS, NULL, NULL},
	{NULL, "expiringTime", "expireTime", CADENCE_COPY, NULL, NULL},
	{0},
};

static const struct cadence_rule RESET_POINTS[] = {
	{NULL, "points", NULL, CADENCE_OBJECT, NULL, RESET_POINT},
	{0},
};

static const struct cadence_rule PARENT[] = {
	{NULL, "domainId", "parentWorkflowNamespaceId", CADENCE_COPY, NULL, NULL},
	{NULL, "domainName", "parentWorkflowNamespace", CADENCE_COPY, NULL, NULL},
	{NULL, "workflowExecution", "parentWorkflowExecution", CADENCE_COPY, NULL, NULL},
	{NULL, "initiatedId", "parentInitiatedEventId", CADENCE_COPY, NULL, NULL},
	{0},
};

static const struct cadence_rule EXTERNAL[] = {
	{NULL, "workflowExecution", "externalWorkflowExecution", CADENCE_COPY, NULL, NULL},
	{NULL, "initiatedId", "externalInitiatedEventId", CADENCE_COPY, NULL, NULL},
	{0},
};

/* Those of one event type first. */
const struct cadence_rule CADENCE_RULES[] = {
	{"ActivityTaskScheduled", "domain", NULL, CADENCE_LOST, NULL, NULL},
	{"WorkflowExecutionTimedOut", "timeoutType", NULL, CADENCE_LOST, NULL, NULL},
	{"ChildWorkflowExecutionTimedOut", "timeoutType", NULL, CADENCE_LOST, NULL, NULL},
	{"DecisionTaskTimedOut", "cause", NULL, CADENCE_LOST, NULL, NULL},
	{"DecisionTaskTimedOut", "reason", NULL, CADENCE_LOST, NULL, NULL},
	{"DecisionTaskFailed", "cause", NULL, CADENCE_ENUM, "WORKFLOW_TASK_FAILED_CAUSE_", NULL},
	{"StartChildWorkflowExecutionFailed", "cause", NULL, CADENCE_ENUM,
	 "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_", NULL},
	{"RequestCancelExternalWorkflowExecutionFailed", "cause", NULL, CADENCE_ENUM,
	 "CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_", NULL},
	{"SignalExternalWorkflowExecutionFailed", "cause", NULL, CADENCE_ENUM,
	 "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_", NULL},

	{NULL, "decisionTaskCompletedEventId", "workflowTaskCompletedEventId", CADENCE_COPY, NULL, NULL},
	{NULL, "domain", "namespace", CADENCE_COPY, NULL, NULL},
	{NULL, "parentWorkflowDomain", "parentWorkflowNamespace", CADENCE_COPY, NULL, NULL},
	{NULL, "parentExecutionInfo", NULL, CADENCE_FLATTEN, NULL, PARENT},
	{NULL, "externalExecutionInfo", NULL, CADENCE_FLATTEN, NULL, EXTERNAL},
	{NULL, "taskList", "taskQueue", CADENCE_OBJECT, NULL, TASK_LIST},
	{NULL, "retryPolicy", NULL, CADENCE_OBJECT, NULL, RETRY_POLICY},
	{NULL, "prevAutoResetPoints", NULL, CADENCE_OBJECT, NULL, RESET_POINTS},

	{NULL, "executionStartToCloseTimeoutSeconds", "workflowRunTimeout", CADENCE_SECONDS, NULL, NULL},
	{NULL, "executionStartToCloseTimeout", "workflowRunTimeout", CADENCE_COPY, NULL, NULL},
	{NULL, "taskStartToCloseTimeoutSeconds", "workflowTaskTimeout", CADENCE_SECONDS, NULL, NULL},
	{NULL, "taskStartToCloseTimeout", "workflowTaskTimeout", CADENCE_COPY, NULL, NULL},
	{NULL, "firstDecisionTaskBackoffSeconds", "firstWorkflowTaskBackoff", CADENCE_SECONDS, NULL, NULL},
	{NULL, "firstDecisionTaskBackoff", "firstWorkflowTaskBackoff", CADENCE_COPY, NULL, NULL},
	{NULL, "startToCloseTimeoutSeconds", "startToCloseTimeout", CADENCE_SECONDS, NULL, NULL},
	{NULL, "scheduleToCloseTimeoutSeconds", "scheduleToCloseTimeout", CADENCE_SECONDS, NULL, NULL},
	{NULL, "scheduleToStartTimeoutSeconds", "scheduleToStartTimeout", CADENCE_SECONDS, NULL, NULL},
	{NULL, "heartbeatTimeoutSeconds", "heartbeatTimeout", CADENCE_SECONDS, NULL, NULL},
	{NULL, "startToFireTimeoutSeconds", "startToFireTimeout", CADENCE_SECONDS, NULL, NULL},
	{NULL, "backoffStartIntervalInSeconds", "backoffStartInterval", CADENCE_SECONDS, NULL, NULL},
	{NULL, "expirationTimestamp", "workflowExecutionExpirationTime", CADENCE_NANOS, NULL, NULL},
	{NULL, "expirationTime", "workflowExecutionExpirationTime", CADENCE_COPY, NULL, NULL},

	{NULL, "attempt", NULL, CADENCE_PLUS_ONE, NULL, NULL},
	{NULL, "initiator", NULL, CADENCE_ENUM, "CONTINUE_AS_NEW_INITIATOR_", NULL},
	{NULL, "parentClosePolicy", NULL, CADENCE_ENUM, "PARENT_CLOSE_POLICY_", NULL},
	{NULL, "workflowIdReusePolicy", NULL, CADENCE_ENUM, "WORKFLOW_ID_REUSE_POLICY_", NULL},
	{NULL, "timeoutType", NULL, CADENCE_ENUM, "TIMEOUT_TYPE_", NULL},
	{NULL, "control", NULL, CADENCE_TEXT, NULL, NULL},

	{NULL, "input", NULL, CADENCE_PAYLOADS, NULL, NULL},
	{NULL, "result", NULL, CADENCE_PAYLOADS, NULL, NULL},
	{NULL, "details", NULL, CADENCE_PAYLOADS, NULL, NULL},
	{NULL, "lastCompletionResult", NULL, CADENCE_PAYLOADS, NULL, NULL},
	{NULL, "header", NULL, CADENCE_FIELDS, NULL, NULL},
	{NULL, "memo", NULL, CADENCE_FIELDS, NULL, NULL},
	{NULL, "searchAttributes", NULL, CADENCE_FIELDS, NULL, NULL},
	{0},
};

/* In the order of Cadence's numbers, from 0. */
const struct cadence_event CADENCE_EVENTS[] = {
	{"WorkflowExecutionStarted", "WorkflowExecutionStarted", CADENCE_NO_FAILURE},
	{"WorkflowExecutionCompleted", "WorkflowExecutionCompleted", CADENCE_NO_FAILURE},
	{"WorkflowExecutionFailed", "WorkflowExecutionFailed", CADENCE_FAILED},
	{"WorkflowExecutionTimedOut", "WorkflowExecutionTimedOut", CADENCE_NO_FAILURE},
	{"DecisionTaskScheduled", "WorkflowTaskScheduled", CADENCE_NO_FAILURE},
	{"DecisionTaskStarted", "WorkflowTaskStarted", CADENCE_NO_FAILURE},
	{"DecisionTaskCompleted", "WorkflowTaskCompleted", CADENCE_NO_FAILURE},
	{"DecisionTaskTimedOut", "WorkflowTaskTimedOut", CADENCE_NO_FAILURE},
	{"DecisionTaskFailed", "WorkflowTaskFailed", CADENCE_FAILED},
	{"ActivityTaskScheduled", "ActivityTaskScheduled", CADENCE_NO_FAILURE},
	{"ActivityTaskStarted", "ActivityTaskStarted", CADENCE_NO_FAILURE},
	{"ActivityTaskCompleted", "ActivityTaskCompleted", CADENCE_NO_FAILURE},
	{"ActivityTaskFailed", "ActivityTaskFailed", CADENCE_FAILED},
	{"ActivityTaskTimedOut", "ActivityTaskTimedOut", CADENCE_TIMED_OUT},
	{"ActivityTaskCancelRequested", "ActivityTaskCancelRequested", CADENCE_NO_FAILURE},
	{"RequestCancelActivityTaskFailed", NULL, CADENCE_NO_FAILURE},
	{"ActivityTaskCanceled", "ActivityTaskCanceled", CADENCE_NO_FAILURE},
	{"TimerStarted", "TimerStarted", CADENCE_NO_FAILURE},
	{"TimerFired", "TimerFired", CADENCE_NO_FAILURE},
	{"CancelTimerFailed", NULL, CADENCE_NO_FAILURE},
	{"TimerCanceled", "TimerCanceled", CADENCE_NO_FAILURE},
	{"WorkflowExecutionCancelRequested", "WorkflowExecutionCancelRequested", CADENCE_NO_FAILURE},
	{"WorkflowExecutionCanceled", "WorkflowExecutionCanceled", CADENCE_NO_FAILURE},
	{"RequestCancelExternalWorkflowExecutionInitiated",
	 "RequestCancelExternalWorkflowExecutionInitiated", CADENCE_NO_FAILURE},
	{"RequestCancelExternalWorkflowExecutionFailed",
	 "RequestCancelExternalWorkflowExecutionFailed", CADENCE_NO_FAILURE},
	{"ExternalWorkflowExecutionCancelRequested",
	 "ExternalWorkflowExecutionCancelRequested", CADENCE_NO_FAILURE},
	{"MarkerRecorded", "MarkerRecorded", CADENCE_NO_FAILURE},
	{"WorkflowExecutionSignaled", "WorkflowExecutionSignaled", CADENCE_NO_FAILURE},
	{"WorkflowExecutionTerminated", "WorkflowExecutionTerminated", CADENCE_NO_FAILURE},
	{"WorkflowExecutionContinuedAsNew", "WorkflowExecutionContinuedAsNew", CADENCE_CONTINUED},
	{"StartChildWorkflowExecutionInitiated", "StartChildWorkflowExecutionInitiated", CADENCE_NO_FAILURE},
	{"StartChildWorkflowExecutionFailed", "StartChildWorkflowExecutionFailed", CADENCE_NO_FAILURE},
	{"ChildWorkflowExecutionStarted", "ChildWorkflowExecutionStarted", CADENCE_NO_FAILURE},
	{"ChildWorkflowExecutionCompleted", "ChildWorkflowExecutionCompleted", CADENCE_NO_FAILURE},
	{"ChildWorkflowExecutionFailed", "ChildWorkflowExecutionFailed", CADENCE_FAILED},
	{"ChildWorkflowExecutionCanceled", "ChildWorkflowExecutionCanceled", CADENCE_NO_FAILURE},
	{"ChildWorkflowExecutionTimedOut", "ChildWorkflowExecutionTimedOut", CADENCE_NO_FAILURE},
	{"ChildWorkflowExecutionTerminated", "ChildWorkflowExecutionTerminated", CADENCE_NO_FAILURE},
	{"SignalExternalWorkflowExecutionInitiated",
	 "SignalExternalWorkflowExecutionInitiated", CADENCE_NO_FAILURE},
	{"SignalExternalWorkflowExecutionFailed",
	 "SignalExternalWorkflowExecutionFailed", CADENCE_NO_FAILURE},
	{"ExternalWorkflowExecutionSignaled", "ExternalWorkflowExecutionSignaled", CADENCE_NO_FAILURE},
	{"UpsertWorkflowSearchAttributes", "UpsertWorkflowSearchAttributes", CADENCE_NO_FAILURE},
};

const struct cadence_value CADENCE_VALUES[] = {
	{"CONTINUE_AS_NEW_INITIATOR_", "DECIDER", "WORKFLOW"},
	{"CONTINUE_AS_NEW_INITIATOR_", "RETRY_POLICY", "RETRY"},
	{"START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_", "WORKFLOW_ALREADY_RUNNING",
	 "WORKFLOW_ALREADY_EXISTS"},
	{NULL, "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION", "EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND"},
	{NULL, "UNHANDLED_DECISION", "UNHANDLED_COMMAND"},
	{NULL, "FORCE_CLOSE_DECISION", "FORCE_CLOSE_COMMAND"},
	{NULL, "FAILOVER_CLOSE_DECISION", "FAILOVER_CLOSE_COMMAND"},
	{NULL, "RESET_STICKY_TASK_LIST", "RESET_STICKY_TASK_QUEUE"},
	{NULL, "RESET_STICKY_TASKLIST", "RESET_STICKY_TASK_QUEUE"},
};

const struct cadence_marker CADENCE_MARKERS[] = {
	{"Version", {"change-id", "version", NULL, NULL}},
	{"SideEffect", {"side-effect-id", "data", NULL, NULL}},
	{"MutableSideEffect", {"side-effect-id", "data", NULL, NULL}},
};
/* clang-format on */

const size_t N_CADENCE_EVENTS = sizeof(CADENCE_EVENTS) / sizeof(*CADENCE_EVENTS);
const size_t N_CADENCE_VALUES = sizeof(CADENCE_VALUES) / sizeof(*CADENCE_VALUES);
const size_t N_CADENCE_MARKERS = sizeof(CADENCE_MARKERS) / sizeof(*CADENCE_MARKERS);
