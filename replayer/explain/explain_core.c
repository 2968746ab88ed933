/* SPDX-License-Identifier: MIT */
/* explain_core.c: what the SDKs on core write (Python, TypeScript, .NET, Ruby). */
#include "replayer/explain/explain_form.h"

#define ND SAID_NONDETERMINISM

/*
 * "X machine does not handle this event E" reads backwards for most people: X is what the
 * code asked for, E what history has.
 */
static const struct form ROWS[] = {
	{"core-machine",
	 "<machine> does not handle this event: <event_dump>",
	 .class = ND, .flags = FORM_DUMP},
	{"core-machine",
	 "<machine> cannot handle this event: <event_dump>",
	 .class = ND, .flags = FORM_DUMP},
	{"core-machine",
	 "<machine> cannot handle <event_dump>",
	 .class = ND, .flags = FORM_DUMP},
	{"core-machine",
	 "<machine> does not handle <event_dump>",
	 .class = ND, .flags = FORM_DUMP},
	{"core-task-machine",
	 "Event does not apply to a wf task machine<event_dump>",
	 .class = ND, .flags = FORM_DUMP},
	{"core-none",
	 "No command scheduled for event <event_dump>",
	 .class = ND, .flags = FORM_WORKER_NONE | FORM_DUMP},
	{"core-initial-id",
	 "During event handling, this event had an initial command ID but we "
	 "could not find a matching command for it: <event_dump>",
	 .class = ND, .flags = FORM_WORKER_NONE | FORM_DUMP},
	{"core-activity-id",
	 "Activity id of scheduled event '<~><history_value>' does not match "
	 "activity id of activity command '<worker_value>'",
	 .class = ND, .event = "ActivityTaskScheduled",
	 .command = "ScheduleActivityTask", .field = "activityId"},
	{"core-activity-type",
	 "Activity type of scheduled event '<~><history_value>' does not match "
	 "activity type of activity command '<worker_value>'",
	 .class = ND, .event = "ActivityTaskScheduled",
	 .command = "ScheduleActivityTask", .field = "activityType"},
	{"core-child-id",
	 "Child workflow id of scheduled event '<~><history_value>' does not match "
	 "child workflow id of command '<worker_value>'",
	 .class = ND, .event = "StartChildWorkflowExecutionInitiated",
	 .command = "StartChildWorkflowExecution", .field = "workflowId"},
	{"core-child-type",
	 "Child workflow type of scheduled event '<~><history_value>' does not match "
	 "child workflow type of command '<worker_value>'",
	 .class = ND, .event = "StartChildWorkflowExecutionInitiated",
	 .command = "StartChildWorkflowExecution", .field = "workflowType"},
	{"core-nexus-service",
	 "Nexus service of scheduled event '<~><history_value>' does not match nexus "
	 "service of <*> '<worker_value>'",
	 .class = ND, .event = "NexusOperationScheduled",
	 .command = "ScheduleNexusOperation", .field = "service"},
	{"core-nexus-operation",
	 "Nexus operation of scheduled event '<~><history_value>' does not match "
	 "nexus operation of <*> '<worker_value>'",
	 .class = ND, .event = "NexusOperationScheduled",
	 .command = "ScheduleNexusOperation", .field = "operation"},
	{"core-timer-id",
	 "Timer fired event did not have expected timer id <worker_value>, it was "
	 "<history_value>!",
	 .class = ND, .event = "TimerStarted", .command = "StartTimer",
	 .field = "timerId"},
	{"core-local-id",
	 "Activity id of recorded marker '<~><history_value>' does not match "
	 "activity id of local activity command '<worker_value>'",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .command = "RecordMarker", .field = "activityId"},
	{"core-local-type",
	 "Activity type of recorded marker '<~><history_value>' does not match "
	 "activity type of local activity command '<worker_value>'",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .command = "RecordMarker", .field = "activityType"},
	{"core-local-seq",
	 "Local activity marker data has sequence number <history_value> but "
	 "matched against LA command with sequence number <worker_value>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .command = "RecordMarker", .field = "seq"},
	{"core-local-outcome",
	 "Local activity (seq <history_id>) completed successfully locally, but "
	 "history said it failed<*>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .command = "RecordMarker"},
	{"core-local-outcome",
	 "Local activity (seq <history_id>) failed locally, but history said it "
	 "completed<*>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .command = "RecordMarker"},
	{"core-no-local",
	 "Missing associated machine for LocalActivity(<history_id>)",
	 .class = ND, .about = SAID_ABOUT_MARKER, .flags = FORM_WORKER_NONE,
	 .event = "MarkerRecorded"},
	{"core-no-machine",
	 "Missing associated machine for <machine>(<history_id>)",
	 .class = ND, .flags = FORM_WORKER_NONE},
	{"core-patch",
	 "Non-deprecated patch marker encountered for change <history_name>, but "
	 "there is no corresponding change command<*>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .flags = FORM_WORKER_NONE,
	 .event = "MarkerRecorded"},
	{"core-change-id",
	 "Change id <history_value> does not match expected id <worker_value>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .command = "RecordMarker", .field = "changeId"},
	{"core-command",
	 "Unexpected command producing an invalid transition <*>",
	 .class = ND},
	{"core-command", "Unexpected command <*> generated by a <*>", .class = ND},
	{"core-update",
	 "Invalid transition while handling update response (id <history_id>) in "
	 "<*>",
	 .class = ND, .about = SAID_ABOUT_UPDATE, .command = "ProtocolMessage"},
	{"core-transition",
	 "<machine> in state <*> says the transition is invalid during event "
	 "EventInfo { event_id: <event_id>, event_type: <event>",
	 .class = ND},
	{"core-transition",
	 "<machine> in state <*> says the transition is invalid during event <*>",
	 .class = ND},
	{"core-type", "Event type is unspecified!<*>", .class = SAID_BAD_HISTORY},
	{"core-order", "History is out of order<*>", .class = SAID_BAD_HISTORY},
	{"core-unregistered",
	 "Workflow class <*> is not registered on this worker<*>",
	 .class = SAID_UNREGISTERED},
	{"core-unregistered",
	 "Workflow type <*> is not registered on this worker<*>",
	 .class = SAID_UNREGISTERED},
	{"core-unregistered",
	 "Failed to initialize workflow of type <*>: no such function is exported "
	 "by the workflow<*>",
	 .class = SAID_UNREGISTERED},
	{"deadlock", "Potential deadlock detected<*>", .class = SAID_DEADLOCK},
	{"deadlock", "Script execution timed out<*>", .class = SAID_DEADLOCK},
	{"core-flag", "Unknown SDK flag: <*>", .class = SAID_OLDER},
};

const struct form_table FORMS_CORE = {ROWS, sizeof(ROWS) / sizeof(*ROWS)};

static const struct machine MACHINES[] = {
	{"Activity machine", NULL, "ActivityTaskScheduled", "ScheduleActivityTask"},
	{"Timer machine", NULL, "TimerStarted", "StartTimer"},
	{"Child workflow machine", NULL, "StartChildWorkflowExecutionInitiated",
	 "StartChildWorkflowExecution"},
	{"Complete workflow machine", NULL, "WorkflowExecutionCompleted", "CompleteWorkflowExecution"},
	{"Fail workflow machine", NULL, "WorkflowExecutionFailed", "FailWorkflowExecution"},
	{"Cancel workflow machine", NULL, "WorkflowExecutionCanceled", "CancelWorkflowExecution"},
	{"Continue as new workflow machine", NULL, "WorkflowExecutionContinuedAsNew",
	 "ContinueAsNewWorkflowExecution"},
	{"Signal external WF machine", NULL, "SignalExternalWorkflowExecutionInitiated",
	 "SignalExternalWorkflowExecution"},
	{"Cancel external WF machine", NULL, "RequestCancelExternalWorkflowExecutionInitiated",
	 "RequestCancelExternalWorkflowExecution"},
	{"Nexus operation machine", NULL, "NexusOperationScheduled", "ScheduleNexusOperation"},
	{"Update machine", NULL, "WorkflowExecutionUpdateAccepted", "ProtocolMessage"},
	{"Local activity machine", NULL, "MarkerRecorded", "RecordMarker"},
	{"Change machine", NULL, "MarkerRecorded", "RecordMarker"},
	{"Patch machine", NULL, "MarkerRecorded", "RecordMarker"},
	{"ModifyWorkflowPropertiesMachine", NULL, "WorkflowPropertiesModified",
	 "ModifyWorkflowProperties"},
	{"UpsertWorkflowSearchAttributesMachine", NULL, "UpsertWorkflowSearchAttributes",
	 "UpsertWorkflowSearchAttributes"},
	{"UpsertSearchAttributesMachine", NULL, "UpsertWorkflowSearchAttributes",
	 "UpsertWorkflowSearchAttributes"},
	/* by the names of their types, in messages of a machine that refuses a transition */
	{"ActivityMachine", NULL, "ActivityTaskScheduled", "ScheduleActivityTask"},
	{"TimerMachine", NULL, "TimerStarted", "StartTimer"},
	{"ChildWorkflowMachine", NULL, "StartChildWorkflowExecutionInitiated",
	 "StartChildWorkflowExecution"},
	{"CompleteWorkflowMachine", NULL, "WorkflowExecutionCompleted", "CompleteWorkflowExecution"},
	{"FailWorkflowMachine", NULL, "WorkflowExecutionFailed", "FailWorkflowExecution"},
	{"CancelWorkflowMachine", NULL, "WorkflowExecutionCanceled", "CancelWorkflowExecution"},
	{"ContinueAsNewWorkflowMachine", NULL, "WorkflowExecutionContinuedAsNew",
	 "ContinueAsNewWorkflowExecution"},
	{"SignalExternalMachine", NULL, "SignalExternalWorkflowExecutionInitiated",
	 "SignalExternalWorkflowExecution"},
	{"CancelExternalMachine", NULL, "RequestCancelExternalWorkflowExecutionInitiated",
	 "RequestCancelExternalWorkflowExecution"},
	{"NexusOperationMachine", NULL, "NexusOperationScheduled", "ScheduleNexusOperation"},
	{"UpdateMachine", NULL, "WorkflowExecutionUpdateAccepted", "ProtocolMessage"},
	{"LocalActivityMachine", NULL, "MarkerRecorded", "RecordMarker"},
	{"PatchMachine", NULL, "MarkerRecorded", "RecordMarker"},
	{"LocalActivity", NULL, "MarkerRecorded", "RecordMarker"},
	{"Activity", NULL, "ActivityTaskScheduled", "ScheduleActivityTask"},
	{"Timer", NULL, "TimerStarted", "StartTimer"},
	{"ChildWorkflowStart", NULL, "StartChildWorkflowExecutionInitiated",
	 "StartChildWorkflowExecution"},
	{"NexusOperation", NULL, "NexusOperationScheduled", "ScheduleNexusOperation"},
};

const struct machine *machine_core(struct str name)
{
	for (size_t i = 0; i < sizeof(MACHINES) / sizeof(*MACHINES); i++) {
		if (str_is(name, MACHINES[i].name))
			return &MACHINES[i];
	}
	return NULL;
}

/* "HistoryEvent(id: 5, TimerStarted)", core's first years' Some(...), or a Debug dump. */
static const char *const EVENT_DUMPS[] = {
	"<*>HistoryEvent(id: <event_id>, Some(<event>",
	"<*>HistoryEvent(id: <event_id>, <event>",
	"<*>HistoryEvent { event_id: <event_id>, <*>event_type: Some(<event>",
	"<*>HistoryEvent { event_id: <event_id>, <*>event_type: <event>",
	"<*>HistoryEvent { event_id: <event_id>,<*>",
};

bool dump_read_core(struct str dump, int64_t *ret_event_id, struct str *ret_event)
{
	for (size_t i = 0; i < sizeof(EVENT_DUMPS) / sizeof(*EVENT_DUMPS); i++) {
		struct captures c = {0};
		long long id;

		if (!pattern_match(EVENT_DUMPS[i], dump, &c) ||
		    !str_to_int(c.at[SLOT_EVENT_ID], &id))
			continue;
		*ret_event_id = id;
		*ret_event = c.at[SLOT_EVENT];
		return true;
	}
	return false;
}
