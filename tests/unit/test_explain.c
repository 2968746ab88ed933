/* SPDX-License-Identifier: MIT */
/* test_explain.c: one message of every form, taken apart; and messages made fit to show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/wire/wire.h"
#include "replayer/explain/explain_form.h"

#define ND 24 /* WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR */
#define CORE "[TMPRL1100] Nondeterminism error: "
#define GO "[TMPRL1100] "
#define JAVA(event, type)                                                      \
	"io.temporal.worker.NonDeterministicException: [TMPRL1100] Failure handling event " event \
	" of type '" type "' during replay. [TMPRL1100] "
#define JAVA_END " {WorkflowTaskStartedEventId=9223372036854775807, CurrentStartedEventId=14}"
#define INTERNAL(event, type)                                                  \
	"io.temporal.internal.statemachines.InternalWorkflowTaskException: Failure handling "     \
	"event " event " of type '" type "' during replay." JAVA_END                               \
	"\n\tat io.temporal.internal.A.b(A.java:1)\nCaused by: "

struct row {
	enum sdk_family family;
	int32_t cause;
	const char *message;
	const char *form;
	enum said_class class;
	int64_t event_id;
	const char *history; /* what/name/id, as far as said */
	const char *worker;
	const char *values; /* field=history|worker */
	int none;	    /* FORM_HISTORY_NONE, FORM_WORKER_NONE */
};

#define N SAID_NONDETERMINISM
#define NO_H FORM_HISTORY_NONE
#define NO_W FORM_WORKER_NONE

/* clang-format off: a row is a message and what it says */
static const struct row ROWS[] = {
	/* Go */
	{SDK_GO, ND, GO "nondeterministic workflow: missing replay command for ActivityTaskScheduled: (ActivityId:16, ActivityType:(Name:Charge), WorkflowTaskCompletedEventId:15)",
	 "go-missing", N, 0, "ActivityTaskScheduled/Charge/16", "//", "", NO_W},
	{SDK_GO, ND, GO "nondeterministic workflow: extra replay command for StartTimer: (TimerId:12, StartToFireTimeout:(Seconds:1, Nanos:0))",
	 "go-extra", N, 0, "//", "StartTimer//12", "", NO_H},
	{SDK_GO, ND, GO "nondeterministic workflow: history event is ActivityTaskScheduled: (ActivityId:16, ActivityType:(Name:B), TaskQueue:(Name:tq, Kind:Normal)), replay command is ScheduleActivityTask: (ActivityId:16, ActivityType:(Name:C), TaskQueue:(Name:tq))",
	 "go-mismatch", N, 0, "ActivityTaskScheduled/B/16", "ScheduleActivityTask/C/16", "", 0},
	{SDK_GO, ND, GO "nondeterministic workflow: history event is NexusOperationScheduled: (EventId:5, EventType:NexusOperationScheduled, Attributes:&{endpoint:\"e\"  service:\"s\"  operation:\"echo\"}), replay command is StartTimer: (TimerId:5)",
	 "go-mismatch", N, 5, "NexusOperationScheduled/echo/", "StartTimer//5", "", 0},
	/* 1.15 */
	{SDK_GO, ND, "nondeterministic workflow: history event is WorkflowExecutionCompleted: (Result:(Payloads:[len=1]), WorkflowTaskCompletedEventId:10), replay command is StartTimer: (TimerId:11, StartToFireTimeout:(Seconds:1))",
	 "go-mismatch", N, 0, "WorkflowExecutionCompleted//", "StartTimer//11", "", 0},
	{SDK_GO, ND, GO "lookup failed for scheduledEventID to activityID: scheduleEventID: 16, activityID: my-id",
	 "go-lookup", N, 16, "ActivityTaskScheduled//my-id", "//", "", NO_W},
	{SDK_GO, ND, GO "During replay, a matching Timer command was expected in history event position 11. However, the replayed code did not produce that. Possible causes are ...",
	 "go-expected", N, 0, "TimerStarted//11", "//", "", NO_W},
	{SDK_GO, ND, GO "During replay, a matching ChildWorkflow command was expected in history event position order-1-ship. However, the replayed code did not produce that.",
	 "go-expected", N, 0, "StartChildWorkflowExecutionInitiated//order-1-ship", "//", "", NO_W},
	{SDK_GO, ND, "unknown command CommandType: Activity, ID: 5, possible causes are nondeterministic workflow definition code or incompatible change in the workflow definition",
	 "go-unknown-command", N, 0, "ActivityTaskScheduled//5", "//", "", NO_W},
	{SDK_GO, ND, GO "invalid state transition: attempt to handleCanceledEvent, CommandType: Timer, ID: 6, state=Initiated, isDone()=false, history=[Created]",
	 "go-transition", N, 0, "TimerCanceled//6", "//", "", NO_W},
	{SDK_GO, ND, GO "invalid state transition: something new", "go-transition", N, 0, "//", "//", "", 0},
	{SDK_GO, ND, GO "adding duplicate command CommandType: Timer, ID: 7, state=Created, isDone()=false, history=[Created]",
	 "go-duplicate", N, 0, "//", "StartTimer//7", "", NO_H},
	{SDK_GO, ND, GO "adding duplicate command x", "go-duplicate", N, 0, "//", "//", "", NO_H},
	{SDK_GO, ND, GO "moving command not present CommandType: Timer", "go-moving", N, 0, "//", "//", "", 0},
	{SDK_GO, ND, GO "unable to find activityID for the scheduledEventID: 9", "go-no-activity", N, 9, "ActivityTaskScheduled//", "//", "", NO_W},
	{SDK_GO, ND, GO "unable to find activityID for the event: ActivityTaskStarted: (ScheduledEventId:5)", "go-no-activity", N, 0, "ActivityTaskStarted//5", "//", "", NO_W},
	{SDK_GO, ND, GO "unexpected event type: ActivityTaskStarted", "go-unexpected-event", N, 0, "ActivityTaskStarted//", "//", "", 0},
	{SDK_GO, ND, GO "unable to find nexus operation state machine for event: NexusOperationScheduled: (EventId:5, Attributes:&{service:\"s\"  operation:\"echo\"})", "go-nexus", N, 5, "NexusOperationScheduled/echo/", "//", "", NO_W},
	{SDK_GO, ND, GO "unable to find nexus operation state machine for event ID: 5", "go-nexus", N, 5, "NexusOperationScheduled//", "//", "", NO_W},
	{SDK_GO, ND, GO "unable to find nexus operation state machine for event, really", "go-nexus", N, 0, "NexusOperationScheduled//", "//", "", NO_W},
	{SDK_GO, ND, GO "marker event already exists for eventID in lookup: eventID: 5, changeID: v1", "go-marker-twice", N, 5, "//v1", "//", "", 0},
	{SDK_GO, ND, GO "Workflow code removed support of version 1. for \"v1\" changeID. The oldest supported version is 2", "go-version-removed", N, 0, "MarkerRecorded//v1", "//", "version=1|2", 0},
	{SDK_GO, ND, GO "Workflow code is too old to support version 1 for \"v1\" changeID. The maximum supported version is 0", "go-version-new", N, 0, "MarkerRecorded//v1", "//", "version=1|0", 0},
	{SDK_GO, ND, GO "Preferred version 3 for \"v1\" change ID is not supported. Supported versions are between 1 and 2.", "go-version-preferred", N, 0, "MarkerRecorded//v1", "//", "version=|3", 0},
	{SDK_GO, 25, GO "No cached result found for side effectID=2. KnownSideEffects=[]", "go-side-effect", N, 0, "//", "RecordMarker/SideEffect/2", "", NO_H},
	{SDK_GO, 25, "No cached result found for side effectID=2", "go-side-effect", N, 0, "//", "RecordMarker/SideEffect/2", "", NO_H},
	{SDK_GO, 25, "Non deterministic workflow code change detected. MutableSideEffect API call doesn't have a correspondent event in the workflow history. MutableSideEffect ID: mse2",
	 "go-mutable-side-effect", N, 0, "//", "RecordMarker/MutableSideEffect/mse2", "", NO_H},
	{SDK_GO, ND, GO "code executed local activity LocalB, but history event found LocalA, markerData: payloads:{data:\"{\\\"ActivityID\\\":\\\"1\\\",\\\"ActivityType\\\":\\\"LocalA\\\"}\"}",
	 "go-local-activity", N, 0, "MarkerRecorded/LocalA/1", "RecordMarker/LocalB/", "activityType=LocalA|LocalB", 0},
	{SDK_GO, ND, GO "invalid action \"accept\" in update protocol {x}", "go-update", N, 0, "//", "//", "", 0},
	{SDK_GO, 0, "replay workflow doesn't return the same result as the last event, resp: *workflowservice.RespondWorkflowTaskCompletedRequest{commands:{command_type:COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION}}, last: *history.HistoryEvent{}",
	 "go-close", N, 0, "//", "FailWorkflowExecution//", "", 0},
	{SDK_GO, ND, "unknown SDK flag: 99", "go-flag", SAID_OLDER, 0, "//", "//", "", 0},
	{SDK_GO, 25, "could not recognize SDK flag: 99", "go-flag", SAID_OLDER, 0, "//", "//", "", 0},
	{SDK_GO, 25, "unable to find workflow type: nope. Supported types: [wf]", "go-unregistered", SAID_UNREGISTERED, 0, "//", "//", "", 0},
	{SDK_GO, 25, "[TMPRL1101] Potential deadlock detected: workflow goroutine \"root\" didn't yield for over 1s", "deadlock", SAID_DEADLOCK, 0, "//", "//", "", 0},
	{SDK_GO, 25, "missing history events, expectedNextEventID=5 but receivedNextEventID=6", "go-history-gap", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_GO, 25, "history_events: premature end of stream, expectedLastEventID=9 but no more events after eventID=5", "go-history-end", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_GO, 25, "premature end of stream, expectedLastEventID=9", "go-history-end", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_GO, 25, "history contains events past expected last event ID (20)", "go-history-past", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_GO, 25, "unknown history event", "go-history-event", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_GO, 25, "boom at end", NULL, SAID_CODE, 0, "//", "//", "", 0},
	{SDK_GO, ND, "words of a later version", "cause", N, 0, "//", "//", "", 0},
	{SDK_GO, 0, "Workflow failed on panic due to FailWorkflow workflow panic policy\nCaused by: " GO "unexpected event type: TimerFired",
	 "go-unexpected-event", N, 0, "TimerFired//", "//", "", 0},

	/* core */
	{SDK_CORE, ND, CORE "Timer machine does not handle this event: HistoryEvent(id: 5, ActivityTaskScheduled)", "core-machine", N, 5, "ActivityTaskScheduled//", "StartTimer//", "", 0},
	{SDK_CORE, 0, "Nondeterminism(\"Timer machine does not handle this event: HistoryEvent(id: 5, Some(ActivityTaskScheduled))\")", "core-machine", N, 5, "ActivityTaskScheduled//", "StartTimer//", "", 0},
	{SDK_CORE, ND, CORE "Child workflow machine does not handle this event: HistoryEvent { event_id: 16, event_time: Some(Timestamp { seconds: 1 }), event_type: ActivityTaskScheduled, attributes: Some(secret) }",
	 "core-machine", N, 16, "ActivityTaskScheduled//", "StartChildWorkflowExecution//", "", 0},
	{SDK_CORE, ND, CORE "Local activity machine cannot handle this event: HistoryEvent(id: 5, TimerStarted)", "core-machine", N, 5, "TimerStarted//", "RecordMarker//", "", 0},
	{SDK_CORE, ND, CORE "Change machine cannot handle HistoryEvent(id: 5, TimerStarted)", "core-machine", N, 5, "TimerStarted//", "RecordMarker//", "", 0},
	{SDK_CORE, ND, CORE "ModifyWorkflowPropertiesMachine does not handle HistoryEvent(id: 5, TimerStarted)", "core-machine", N, 5, "TimerStarted//", "ModifyWorkflowProperties//", "", 0},
	{SDK_CORE, ND, CORE "Event does not apply to a wf task machine: HistoryEvent(id: 5, TimerStarted)", "core-task-machine", N, 5, "TimerStarted//", "//", "", 0},
	{SDK_CORE, ND, CORE "No command scheduled for event HistoryEvent(id: 5, TimerStarted)", "core-none", N, 5, "TimerStarted//", "//", "", NO_W},
	{SDK_CORE, 0, "Nondeterminism(\"No command scheduled for event HistoryEvent(id: 11, Some(TimerStarted))\")", "core-none", N, 11, "TimerStarted//", "//", "", NO_W},
	{SDK_CORE, ND, CORE "During event handling, this event had an initial command ID but we could not find a matching command for it: HistoryEvent { event_id: 6, event_time: None, event_type: TimerFired }", "core-initial-id", N, 6, "TimerFired//", "//", "", NO_W},
	{SDK_CORE, ND, CORE "Activity id of scheduled event '2' does not match activity id of activity command 'my-own-id'", "core-activity-id", N, 0, "ActivityTaskScheduled//2", "ScheduleActivityTask//my-own-id", "activityId=2|my-own-id", 0},
	{SDK_CORE, ND, CORE "Activity type of scheduled event 'Charge' does not match activity type of activity command 'Audit'", "core-activity-type", N, 0, "ActivityTaskScheduled/Charge/", "ScheduleActivityTask/Audit/", "activityType=Charge|Audit", 0},
	{SDK_CORE, ND, CORE "Child workflow id of scheduled event 'a' does not match child workflow id of command 'b'", "core-child-id", N, 0, "StartChildWorkflowExecutionInitiated//a", "StartChildWorkflowExecution//b", "workflowId=a|b", 0},
	{SDK_CORE, ND, CORE "Child workflow type of scheduled event 'ship' does not match child workflow type of command 'ship2'", "core-child-type", N, 0, "StartChildWorkflowExecutionInitiated/ship/", "StartChildWorkflowExecution/ship2/", "workflowType=ship|ship2", 0},
	{SDK_CORE, ND, CORE "Nexus service of scheduled event 'a' does not match nexus service of nexus operation command 'b'", "core-nexus-service", N, 0, "NexusOperationScheduled//", "ScheduleNexusOperation//", "service=a|b", 0},
	{SDK_CORE, ND, CORE "Nexus operation of scheduled event 'a' does not match nexus operation of nexus operation command 'b'", "core-nexus-operation", N, 0, "NexusOperationScheduled/a/", "ScheduleNexusOperation/b/", "operation=a|b", 0},
	{SDK_CORE, ND, CORE "Timer fired event did not have expected timer id 1, it was 2!", "core-timer-id", N, 0, "TimerStarted//2", "StartTimer//1", "timerId=2|1", 0},
	{SDK_CORE, ND, CORE "Activity id of recorded marker '1' does not match activity id of local activity command '2'", "core-local-id", N, 0, "MarkerRecorded//1", "RecordMarker//2", "activityId=1|2", 0},
	{SDK_CORE, ND, CORE "Activity type of recorded marker 'L1' does not match activity type of local activity command 'L3'", "core-local-type", N, 0, "MarkerRecorded/L1/", "RecordMarker/L3/", "activityType=L1|L3", 0},
	{SDK_CORE, ND, CORE "Local activity marker data has sequence number 2 but matched against LA command with sequence number 3", "core-local-seq", N, 0, "MarkerRecorded//", "RecordMarker//", "seq=2|3", 0},
	{SDK_CORE, ND, CORE "Local activity (seq 2) completed successfully locally, but history said it failed!", "core-local-outcome", N, 0, "MarkerRecorded//2", "RecordMarker//", "", 0},
	{SDK_CORE, ND, CORE "Local activity (seq 2) failed locally, but history said it completed!", "core-local-outcome", N, 0, "MarkerRecorded//2", "RecordMarker//", "", 0},
	{SDK_CORE, ND, CORE "Missing associated machine for LocalActivity(3)", "core-no-local", N, 0, "MarkerRecorded//3", "//", "", NO_W},
	{SDK_CORE, ND, CORE "Missing associated machine for Timer(3)", "core-no-machine", N, 0, "TimerStarted//3", "//", "", NO_W},
	{SDK_CORE, ND, CORE "Non-deprecated patch marker encountered for change audit, but there is no corresponding change command!", "core-patch", N, 0, "MarkerRecorded/audit/", "//", "", NO_W},
	{SDK_CORE, ND, CORE "Change id a does not match expected id b", "core-change-id", N, 0, "MarkerRecorded//a", "RecordMarker//b", "changeId=a|b", 0},
	{SDK_CORE, ND, CORE "Unexpected command producing an invalid transition X in state Y", "core-command", N, 0, "//", "//", "", 0},
	{SDK_CORE, ND, CORE "Unexpected command X generated by a TimerMachine machine", "core-command", N, 0, "//", "//", "", 0},
	{SDK_CORE, ND, CORE "Invalid transition while handling update response (id u1) in state Accepted", "core-update", N, 0, "//u1", "ProtocolMessage//", "", 0},
	{SDK_CORE, 25, "Fatal error in workflow machines: TimerMachine in state Created says the transition is invalid during event EventInfo { event_id: 7, event_type: TimerFired }", "core-transition", N, 7, "TimerFired//", "StartTimer//", "", 0},
	{SDK_CORE, 25, "Fatal error in workflow machines: TimerMachine in state Created says the transition is invalid during event x", "core-transition", N, 0, "//", "StartTimer//", "", 0},
	{SDK_CORE, 25, "Fatal error in workflow machines: Event type is unspecified! This history is invalid. Event detail: HistoryEvent { event_id: 10, event_type: 4711 }", "core-type", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_CORE, 25, "Fatal error in workflow machines: History is out of order. Last processed event: 4, event id: 6", "core-order", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_CORE, 0, "Fatal(\"History is out of order. Last processed event: 4, event id: 6\")", "core-order", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_CORE, 25, "Workflow class order is not registered on this worker, available workflows: kid", "core-unregistered", SAID_UNREGISTERED, 0, "//", "//", "", 0},
	{SDK_CORE, 25, "Workflow type order is not registered on this worker, available workflows: kid", "core-unregistered", SAID_UNREGISTERED, 0, "//", "//", "", 0},
	{SDK_CORE, 25, "Failed to initialize workflow of type 'order': no such function is exported by the workflow bundle", "core-unregistered", SAID_UNREGISTERED, 0, "//", "//", "", 0},
	{SDK_CORE, 25, "[TMPRL1101] Potential deadlock detected: workflow didn't yield within 2 second(s).", "deadlock", SAID_DEADLOCK, 0, "//", "//", "", 0},
	{SDK_CORE, 25, "Script execution timed out after 5000ms", "deadlock", SAID_DEADLOCK, 0, "//", "//", "", 0},
	{SDK_CORE, 0, "Unknown SDK flag: 99", "core-flag", SAID_OLDER, 0, "//", "//", "", 0},
	{SDK_CORE, 25, "Service cannot handle the load", NULL, SAID_CODE, 0, "//", "//", "", 0},
	{SDK_CORE, 25, CORE "words of a later version", "wrapper", N, 0, "//", "//", "", 0},

	/* Java */
	{SDK_JAVA, 0, JAVA("16", "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED") "Command COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK doesn't match event EVENT_TYPE_ACTIVITY_TASK_SCHEDULED with EventId=16 on check activityType with an expected value 'name: \"Other\"\n' and an actual value 'name: \"Charge\"\n'." JAVA_END "\n\tat io.temporal.X.y(X.java:1)\n",
	 "java-check", N, 16, "ActivityTaskScheduled/Charge/", "ScheduleActivityTask/Other/", "activityType=Charge|Other", 0},
	{SDK_JAVA, ND, "[TMPRL1100] Failure handling event 16 of type 'EVENT_TYPE_TIMER_STARTED' during replay. [TMPRL1100] Event 16 of type EVENT_TYPE_TIMER_STARTED does not match command type COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION." JAVA_END,
	 "java-event", N, 16, "TimerStarted//", "StartChildWorkflowExecution//", "", 0},
	{SDK_JAVA, 0, "java.lang.RuntimeException: query failure for execution, queryType=__replay_only, args=null, error=" JAVA("11", "EVENT_TYPE_TIMER_STARTED") "No command scheduled that corresponds to event_id: 11\nevent_time {\n  seconds: 1\n}\nevent_type: EVENT_TYPE_TIMER_STARTED\ntimer_started_event_attributes {\n  timer_id: \"secret\"\n}\n." JAVA_END,
	 "java-none", N, 11, "TimerStarted//", "//", "", NO_W},
	{SDK_JAVA, ND, JAVA("9", "EVENT_TYPE_MARKER_RECORDED") "Local activity of type LocalB is recorded in the history with id 2fb8-b5a9 but was not expected by the execution." JAVA_END,
	 "java-local-activity", N, 9, "MarkerRecorded/LocalB/2fb8-b5a9", "//", "", NO_W},
	{SDK_JAVA, ND, JAVA("9", "EVENT_TYPE_MARKER_RECORDED") "getVersion call before the existing version marker event. The most probable cause is retroactive addition of a getVersion call with an existing 'changeId'" JAVA_END,
	 "java-version-order", N, 9, "MarkerRecorded//", "RecordMarker/Version/", "", 0},
	{SDK_JAVA, ND, JAVA("9", "EVENT_TYPE_MARKER_RECORDED") "Version is already set to 1. The most probable cause" JAVA_END,
	 "java-version-order", N, 9, "MarkerRecorded//", "RecordMarker/Version/", "", 0},
	{SDK_JAVA, ND, JAVA("9", "EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED") "Signal received after workflow is completed. Typically this is" JAVA_END,
	 "java-signal-closed", N, 9, "WorkflowExecutionSignaled//", "//", "", 0},
	{SDK_JAVA, 25, "java.lang.RuntimeException: Update: failure executing NEW->UPDATE_V1, transition history is [] | Caused by: io.temporal.worker.NonDeterministicException: [TMPRL1100] Update received after workflow is completed.",
	 "java-update-closed", N, 0, "//", "//", "", 0},
	{SDK_JAVA, 25, INTERNAL("7", "EVENT_TYPE_WORKFLOW_TASK_COMPLETED") "java.lang.IllegalArgumentException: Unknown update name: set, knownTypes=[]\n\tat x\n",
	 "java-update-name", N, 7, "WorkflowTaskCompleted/set/", "//", "", 0},
	{SDK_JAVA, 25, INTERNAL("7", "EVENT_TYPE_WORKFLOW_TASK_COMPLETED") "java.lang.IllegalArgumentException: Unknown update name: set",
	 "java-update-name", N, 7, "WorkflowTaskCompleted/set/", "//", "", 0},
	{SDK_JAVA, 25, INTERNAL("7", "EVENT_TYPE_MARKER_RECORDED") "java.lang.IllegalStateException: Expected SideEffect, received: marker_name: \"MutableSideEffect\"\ndetails {\n  key: \"secret\"\n}\n",
	 "java-side-effect", N, 7, "MarkerRecorded//", "RecordMarker/SideEffect/", "", 0},
	{SDK_JAVA, 25, "java.lang.Error: java.lang.IllegalArgumentException: No value found for mutableSideEffectId=m2",
	 "java-mutable-side-effect", N, 0, "//", "RecordMarker/MutableSideEffect/m2", "", NO_H},
	{SDK_JAVA, 25, "io.temporal.internal.statemachines.UnsupportedVersion: Version 1 of changeId v1 is not supported. Supported v is between 2 and 3.",
	 "java-version", N, 0, "MarkerRecorded//v1", "//", "version=1|2 and 3", 0},
	{SDK_JAVA, 25, INTERNAL("7", "EVENT_TYPE_TIMER_FIRED") "java.lang.IllegalArgumentException: Unexpected event:event_id: 7\nevent_time {\n}\nevent_type: EVENT_TYPE_TIMER_FIRED\n",
	 "java-unexpected-event", N, 7, "TimerFired//", "//", "", 0},
	{SDK_JAVA, 25, INTERNAL("7", "EVENT_TYPE_TIMER_FIRED") "java.lang.IllegalStateException: Timer: invalid CREATED->TIMER_FIRED, transition history is [X]",
	 "java-transition", N, 7, "TimerFired//", "StartTimer//", "", 0},
	{SDK_JAVA, 25, "java.lang.IllegalStateException: History is out of order", "java-order", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_JAVA, 25, "history out of order at 5", "java-order", SAID_BAD_HISTORY, 0, "//", "//", "", 0},
	{SDK_JAVA, 25, "java.lang.Error: Unknown workflow type \"order\". Known types are [parent]", "java-unregistered", SAID_UNREGISTERED, 0, "//", "//", "", 0},
	{SDK_JAVA, 25, INTERNAL("7", "EVENT_TYPE_WORKFLOW_TASK_COMPLETED") "io.temporal.internal.sync.PotentialDeadlockException: [TMPRL1101] Potential deadlock detected. Workflow thread \"main\" didn't yield control for over a second.", "deadlock", SAID_DEADLOCK, 0, "//", "//", "", 0},
	{SDK_JAVA, 25, INTERNAL("7", "EVENT_TYPE_WORKFLOW_TASK_COMPLETED") "io.temporal.internal.sync.PotentialDeadlockException: in other words", "deadlock", SAID_DEADLOCK, 0, "//", "//", "", 0},
	{SDK_JAVA, 0, "java.lang.IllegalArgumentException: Unknown SDK flag:9", "java-flag", SAID_OLDER, 0, "//", "//", "", 0},
	{SDK_JAVA, 25, INTERNAL("7", "EVENT_TYPE_WORKFLOW_TASK_COMPLETED") "java.lang.IllegalStateException: unrelated boom", NULL, SAID_CODE, 0, "//", "//", "", 0},
	{SDK_JAVA, ND, "[TMPRL1100] Failure handling event 5 of type 'EVENT_TYPE_TIMER_STARTED' during replay. words of a later version", "cause", N, 5, "TimerStarted//", "//", "", 0},
};
/* clang-format on */

#define N_ROWS (sizeof(ROWS) / sizeof(*ROWS))

static struct str side_words(const struct side *s, struct arena *a)
{
	return arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(s->what), STR_ARG(s->name), STR_ARG(s->id));
}

static void assert_str(struct str got, const char *want, const char *message)
{
	if (!str_is(got, want))
		fail_msg("'%.*s' is not '%s' in: %s", STR_ARG(got), want, message);
}

static void assert_row(const struct row *r, struct arena *a)
{
	struct sdk_failure f = {
		.family = r->family, .cause = r->cause, .message = str_of(r->message)};
	struct said said;

	explain(&f, a, &said);
	if (!str_eq(str_of(said.form), str_of(r->form)) || said.class != r->class)
		fail_msg("form %s, class %d: %s", said.form ? said.form : "none", said.class,
			 r->message);
	if (said.event_id != r->event_id)
		fail_msg("event %lld: %s", (long long)said.event_id, r->message);
	assert_str(side_words(&said.history, a), r->history, r->message);
	assert_str(side_words(&said.worker, a), r->worker, r->message);
	assert_str(said.field.n ? arena_printf(a, "%.*s=%.*s|%.*s", STR_ARG(said.field),
					       STR_ARG(said.history_value),
					       STR_ARG(said.worker_value))
				: STR_NONE,
		   r->values, r->message);
	assert_int_equal(said.history_has_none, (r->none & FORM_HISTORY_NONE) != 0);
	assert_int_equal(said.worker_has_none, (r->none & FORM_WORKER_NONE) != 0);
}

static void every_message_says_what_its_row_has(void **state)
{
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < N_ROWS; i++)
		assert_row(&ROWS[i], &a);
	arena_done(&a);
}

static bool is_tried(const struct form *form)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		struct bare bare;
		struct arena a;
		bool same;
		struct str cause, text = str_of(ROWS[i].message);
		size_t at = 0;

		if (!ROWS[i].form || strcmp(ROWS[i].form, form->name) != 0)
			continue;
		arena_init(&a);
		explain_unwrap(ROWS[i].family, explain_head(text), &a, &bare);
		same = explain_form(ROWS[i].family, bare.text, &bare.captures) == form;
		while (!same && explain_next_cause(text, &at, &cause)) {
			explain_unwrap(ROWS[i].family, cause, &a, &bare);
			same = explain_form(ROWS[i].family, bare.text, &bare.captures) == form;
		}
		arena_done(&a);
		if (same)
			return true;
	}
	return false;
}

static void every_form_has_a_message_here(void **state)
{
	static const struct form_table *const TABLES[] = {&FORMS_GO, &FORMS_CORE, &FORMS_JAVA};

	for (size_t t = 0; t < 3; t++) {
		for (size_t i = 0; i < TABLES[t]->n; i++) {
			if (!is_tried(&TABLES[t]->rows[i]))
				fail_msg("no row has: %s", TABLES[t]->rows[i].pattern);
		}
	}
}

static void an_encoded_failure_is_classed_by_its_cause(void **state)
{
	struct sdk_failure f = {.family = SDK_GO,
				.cause = ND,
				.message = STR("Encoded failure"),
				.encoded = true};
	struct said said;
	struct arena a;

	arena_init(&a);
	explain(&f, &a, &said);
	assert_int_equal(said.class, SAID_NONDETERMINISM);
	assert_string_equal(said.form, "encoded");
	assert_true(str_has(explain_message(&f, &a), "encoded_attributes"));
	f.cause = 25;
	explain(&f, &a, &said);
	assert_int_equal(said.class, SAID_CODE);
	arena_done(&a);
}

/* The bytes of a Failure: message, the class as application_failure_info.type, a cause. */
static struct str failure_bytes(struct arena *a, const char *message, const char *stack,
				const char *type, struct str cause)
{
	struct buf b, info;
	struct str ret;

	buf_init(&b, 0);
	buf_init(&info, 0);
	wire_put_bytes(&info, 1, str_of(type));
	wire_put_bytes(&b, 1, str_of(message));
	wire_put_bytes(&b, 3, str_of(stack));
	if (cause.n)
		wire_put_bytes(&b, 4, cause);
	wire_put_bytes(&b, 5, buf_str(&info));
	ret = arena_str(a, buf_str(&b));
	buf_done(&b);
	buf_done(&info);
	return ret;
}

static void a_failure_brings_its_causes(void **state)
{
	struct sdk_failure f = {.family = SDK_JAVA, .cause = 25};
	struct said said;
	struct arena a;
	struct str inner;

	arena_init(&a);
	inner = failure_bytes(&a, "Unknown update name: set, knownTypes=[]",
			      "hc.Wf.order(Wf.java:61)", "java.lang.IllegalArgumentException", STR_NONE);
	explain_failure(schema_new(&a),
			failure_bytes(&a,
				      "Failure handling event 7 of type "
				      "'EVENT_TYPE_WORKFLOW_TASK_COMPLETED' during replay." JAVA_END,
				      "io.temporal.x.Y.z(Y.java:1)", "io.temporal.internal.statemachines.InternalWorkflowTaskException",
				      inner),
			&a, &f);
	explain(&f, &a, &said);
	assert_string_equal(said.form, "java-update-name");
	assert_int_equal(said.class, SAID_NONDETERMINISM);
	assert_int_equal(said.event_id, 7);
	assert_false(f.encoded);
	/* The SDK's own is the outer one; where the code stood is said by the inner. */
	assert_true(str_is(f.stack, "io.temporal.x.Y.z(Y.java:1)\n\nhc.Wf.order(Wf.java:61)"));
	arena_done(&a);
}

static void a_type_alone_says_deadlock(void **state)
{
	struct sdk_failure f = {
		.family = SDK_CORE, .message = STR("whatever"), .type = STR("_DeadlockError")};
	struct said said;
	struct arena a;

	arena_init(&a);
	explain(&f, &a, &said);
	assert_int_equal(said.class, SAID_DEADLOCK);
	arena_done(&a);
}

static void a_shown_message_holds_no_dump(void **state)
{
	static const struct {
		enum sdk_family family;
		const char *message, *shown;
	} SHOWN[] = {
		{SDK_GO,
		 GO "nondeterministic workflow: history event is ActivityTaskScheduled: (ActivityId:16, "
		    "ActivityType:(Name:B), Input:(Payloads:[secret])), replay command is "
		    "ScheduleActivityTask: (ActivityId:16, ActivityType:(Name:C), Input:x)",
		 GO "nondeterministic workflow: history event is ActivityTaskScheduled: (id 16, B, ...), "
		    "replay command is ScheduleActivityTask: (id 16, C, ...)"},
		{SDK_CORE,
		 CORE "Child workflow machine does not handle this event: HistoryEvent { event_id: 16, "
		      "event_time: None, event_type: TimerStarted, attributes: secret }",
		 CORE "Child workflow machine does not handle this event: HistoryEvent(id: 16, "
		      "TimerStarted)"},
		{SDK_JAVA,
		 "java.lang.IllegalStateException: No command scheduled that corresponds to event_id: 5\n"
		 "event_time {\n}\nevent_type: EVENT_TYPE_TIMER_STARTED\nsecret: \"x\"\n. "
		 "{WorkflowTaskStartedEventId=3, CurrentStartedEventId=4}\n\tat a.b(C.java:1)\n",
		 "java.lang.IllegalStateException: No command scheduled that corresponds to event_id: 5, "
		 "event_type: EVENT_TYPE_TIMER_STARTED {WorkflowTaskStartedEventId=3, "
		 "CurrentStartedEventId=4}"},
		{SDK_JAVA,
		 "a.B: x\n\tat a.b(C.java:1)\nCaused by: c.D: y\n\tat c.d(E.java:2)\n\t... 3 more\n",
		 "a.B: x | Caused by: c.D: y"},
		/* What the SDK says around it is no reason. */
		{SDK_JAVA,
		 "Failure handling event 28 of type 'X' during replay. {CurrentStartedEventId=27}\n"
		 "Caused by: java.lang.RuntimeException: failure executing\nCaused by: c.D: y\n",
		 "c.D: y | within: Failure handling event 28 of type 'X' during replay. "
		 "{CurrentStartedEventId=27} | Caused by: java.lang.RuntimeException: failure executing"},
		{SDK_GO, "a\x1b[31m\nb\xe2\x80\xae", "a\\x1b[31m\\nb\\u202e"},
		{SDK_GO, "x payloads:{data:{} metadata:{} secret} y", "x payloads:{} y"},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(SHOWN) / sizeof(*SHOWN); i++) {
		struct sdk_failure f = {.family = SHOWN[i].family,
					.message = str_of(SHOWN[i].message)};

		assert_str(explain_message(&f, &a), SHOWN[i].shown, SHOWN[i].message);
	}
	arena_done(&a);
}

static void a_message_cut_anywhere_is_read_without_harm(void **state)
{
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < N_ROWS; i++) {
		for (size_t n = 0; n < strlen(ROWS[i].message); n++) {
			struct arena_mark mark = arena_mark(&a);
			struct sdk_failure f = {.family = ROWS[i].family};
			struct said said;

			/* A copy of its own, so that a step too far is seen. */
			f.message = arena_str(&a, str_take(str_of(ROWS[i].message), n));
			explain(&f, &a, &said);
			explain_message(&f, &a);
			arena_rewind(&a, mark);
		}
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_says_what_its_row_has),
		cmocka_unit_test(every_form_has_a_message_here),
		cmocka_unit_test(an_encoded_failure_is_classed_by_its_cause),
		cmocka_unit_test(a_failure_brings_its_causes),
		cmocka_unit_test(a_type_alone_says_deadlock),
		cmocka_unit_test(a_shown_message_holds_no_dump),
		cmocka_unit_test(a_message_cut_anywhere_is_read_without_harm),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
