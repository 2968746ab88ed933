/* SPDX-License-Identifier: MIT */
/* explain_go.c: what Go's SDK writes: its forms, its dumps, its state machines. */
#include "replayer/explain/explain_form.h"

#define ND SAID_NONDETERMINISM

static const struct form ROWS[] = {
	{"go-missing",
	 "nondeterministic workflow: missing replay command for <event>: "
	 "(<event_dump>",
	 .class = ND, .flags = FORM_WORKER_NONE | FORM_DUMP},
	{"go-extra",
	 "nondeterministic workflow: extra replay command for <command>: "
	 "(<command_dump>",
	 .class = ND, .flags = FORM_HISTORY_NONE | FORM_DUMP},
	{"go-mismatch",
	 "nondeterministic workflow: history event is <event>: (<~><event_dump>), "
	 "replay command is <command>: (<command_dump>",
	 .class = ND, .flags = FORM_DUMP},
	{"go-lookup",
	 "lookup failed for scheduledEventID to activityID: scheduleEventID: "
	 "<event_id>, activityID: <history_id>",
	 .class = ND, .flags = FORM_WORKER_NONE, .event = "ActivityTaskScheduled"},
	{"go-expected",
	 "During replay, a matching <machine> command was expected in history "
	 "event position <history_id>. However<*>",
	 .class = ND, .flags = FORM_WORKER_NONE},
	/* 1.15: the position of a command that the code did not make */
	{"go-unknown-command",
	 "unknown command CommandType: <machine>, ID: <history_id>, possible "
	 "causes<*>",
	 .class = ND, .flags = FORM_WORKER_NONE},
	{"go-transition",
	 "invalid state transition: attempt to <transition>, CommandType: "
	 "<machine>, ID: <history_id>, state=<*>",
	 .class = ND, .flags = FORM_WORKER_NONE},
	{"go-transition", "invalid state transition: <*>", .class = ND},
	{"go-duplicate",
	 "adding duplicate command CommandType: <machine>, ID: <worker_id>, "
	 "state=<*>",
	 .class = ND, .flags = FORM_HISTORY_NONE},
	{"go-duplicate",
	 "adding duplicate command <*>",
	 .class = ND, .flags = FORM_HISTORY_NONE},
	{"go-moving", "moving command not present <*>", .class = ND},
	{"go-no-activity",
	 "unable to find activityID for the scheduledEventID: <event_id>",
	 .class = ND, .flags = FORM_WORKER_NONE, .event = "ActivityTaskScheduled"},
	{"go-no-activity",
	 "unable to find activityID for the event: <event>: (<event_dump>",
	 .class = ND, .flags = FORM_WORKER_NONE | FORM_DUMP},
	{"go-unexpected-event", "unexpected event type: <event>", .class = ND},
	{"go-nexus",
	 "unable to find nexus operation state machine for event: <event>: "
	 "(<event_dump>",
	 .class = ND, .flags = FORM_WORKER_NONE | FORM_DUMP},
	{"go-nexus",
	 "unable to find nexus operation state machine for event ID: <event_id>",
	 .class = ND, .flags = FORM_WORKER_NONE, .event = "NexusOperationScheduled"},
	{"go-nexus",
	 "unable to find nexus operation state machine for event<*>",
	 .class = ND, .flags = FORM_WORKER_NONE | FORM_DUMP,
	 .event = "NexusOperationScheduled"},
	{"go-marker-twice",
	 "marker event already exists for eventID in lookup: eventID: <event_id>, "
	 "changeID: <history_id>",
	 .class = ND, .about = SAID_ABOUT_MARKER},
	{"go-version-removed",
	 "Workflow code removed support of version <history_value>. for "
	 "\"<history_id>\" changeID. The oldest supported version is "
	 "<worker_value>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .field = "version"},
	{"go-version-new",
	 "Workflow code is too old to support version <history_value> for "
	 "\"<history_id>\" changeID. The maximum supported version is "
	 "<worker_value>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .field = "version"},
	{"go-version-preferred",
	 "Preferred version <worker_value> for \"<history_id>\" change ID is not "
	 "supported. Supported versions are<*>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .field = "version"},
	{"go-side-effect",
	 "No cached result found for side effectID=<worker_id>. "
	 "KnownSideEffects<*>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .flags = FORM_HISTORY_NONE,
	 .command = "RecordMarker",
	 .marker = "SideEffect"},
	{"go-side-effect",
	 "No cached result found for side effectID=<worker_id>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .flags = FORM_HISTORY_NONE,
	 .command = "RecordMarker",
	 .marker = "SideEffect"},
	{"go-mutable-side-effect",
	 "Non deterministic workflow code change detected. MutableSideEffect API "
	 "call doesn't have a correspondent event in the workflow history. "
	 "MutableSideEffect ID: <worker_id>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .flags = FORM_HISTORY_NONE,
	 .command = "RecordMarker",
	 .marker = "MutableSideEffect"},
	{"go-local-activity",
	 "code executed local activity <worker_name>, but history event found "
	 "<history_name>, markerData: <~><event_dump>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .flags = FORM_DUMP,
	 .event = "MarkerRecorded", .command = "RecordMarker", .field = "activityType"},
	{"go-update",
	 "invalid action <*> in update protocol <*>",
	 .class = ND, .about = SAID_ABOUT_UPDATE},
	{"go-close",
	 "replay workflow doesn't return the same result as the last event, resp: "
	 "<~><command_dump>, last: <event_dump>",
	 .class = ND, .about = SAID_ABOUT_CLOSE, .flags = FORM_DUMP},
	{"go-flag", "unknown SDK flag: <*>", .class = SAID_OLDER},
	{"go-flag", "could not recognize SDK flag<*>", .class = SAID_OLDER},
	{"go-unregistered",
	 "unable to find workflow type: <*>",
	 .class = SAID_UNREGISTERED},
	{"deadlock", "Potential deadlock detected<*>", .class = SAID_DEADLOCK},
	{"go-history-gap",
	 "missing history events, expectedNextEventID=<*>",
	 .class = SAID_BAD_HISTORY},
	{"go-history-end",
	 "history_events: premature end of stream<*>",
	 .class = SAID_BAD_HISTORY},
	{"go-history-end", "premature end of stream<*>", .class = SAID_BAD_HISTORY},
	{"go-history-past",
	 "history contains events past expected last event ID<*>",
	 .class = SAID_BAD_HISTORY},
	{"go-history-event", "unknown history event<*>", .class = SAID_BAD_HISTORY},
};

const struct form_table FORMS_GO = {ROWS, sizeof(ROWS) / sizeof(*ROWS)};

/* Its command state machines; first match wins. */
static const struct machine MACHINES[] = {
	{"Timer", "handleCanceledEvent", "TimerCanceled", "CancelTimer"},
	{"Activity", "handleCancelInitiatedEvent", "ActivityTaskCancelRequested",
	 "RequestCancelActivityTask"},
	{"ChildWorkflow", "handleCancelInitiatedEvent",
	 "RequestCancelExternalWorkflowExecutionInitiated",
	 "RequestCancelExternalWorkflowExecution"},
	{"NexusOperation", "handleCancelInitiatedEvent", "NexusOperationCancelRequested",
	 "RequestCancelNexusOperation"},
	{"Activity", NULL, "ActivityTaskScheduled", "ScheduleActivityTask"},
	{"Timer", NULL, "TimerStarted", "StartTimer"},
	{"ChildWorkflow", NULL, "StartChildWorkflowExecutionInitiated", "StartChildWorkflowExecution"},
	{"Cancellation", NULL, "RequestCancelExternalWorkflowExecutionInitiated",
	 "RequestCancelExternalWorkflowExecution"},
	{"Marker", NULL, "MarkerRecorded", "RecordMarker"},
	{"Signal", NULL, "SignalExternalWorkflowExecutionInitiated", "SignalExternalWorkflowExecution"},
	{"CancelTimer", NULL, "TimerCanceled", "CancelTimer"},
	{"RequestCancelActivityTask", NULL, "ActivityTaskCancelRequested",
	 "RequestCancelActivityTask"},
	{"AcceptWorkflowUpdate", NULL, "WorkflowExecutionUpdateAccepted", "ProtocolMessage"},
	{"CompleteWorkflowUpdate", NULL, "WorkflowExecutionUpdateCompleted", "ProtocolMessage"},
	{"RejectWorkflowUpdate", NULL, "WorkflowExecutionUpdateRejected", "ProtocolMessage"},
	{"NexusOperation", NULL, "NexusOperationScheduled", "ScheduleNexusOperation"},
	{"RequestCancelNexusOperation", NULL, "NexusOperationCancelRequested",
	 "RequestCancelNexusOperation"},
	{"UpsertSearchAttributes", NULL, "UpsertWorkflowSearchAttributes",
	 "UpsertWorkflowSearchAttributes"},
	{"ModifyProperties", NULL, "WorkflowPropertiesModified", "ModifyWorkflowProperties"},
};

const struct machine *machine_go(struct str name, struct str transition)
{
	for (size_t i = 0; i < sizeof(MACHINES) / sizeof(*MACHINES); i++) {
		const struct machine *m = &MACHINES[i];

		if (str_is(name, m->name) && (!m->transition || str_is(transition, m->transition)))
			return m;
	}
	return NULL;
}

/*
 * A dump is "Key:value, Key:(Key:value, ...)" of Go's stringer, or protobuf's text format
 * behind "Attributes:&{". A value ends at the byte in ENDS.
 */
enum dump_part { DUMP_NAME, DUMP_ID, DUMP_EVENT_ID, DUMP_TASK };

static const struct {
	const char *key;
	const char *ends;
	enum dump_part part;
} DUMP_KEYS[] = {
	{"ActivityType:(Name:", ")", DUMP_NAME},
	{"workflow_type:{name:\"", "\"", DUMP_NAME},
	{"WorkflowType:(Name:", ")", DUMP_NAME},
	{"signal_name:\"", "\"", DUMP_NAME},
	{"operation:\"", "\"", DUMP_NAME},
	{"MarkerName:", ",)", DUMP_NAME},
	{"ActivityId:", ",)", DUMP_ID},
	{"TimerId:", ",)", DUMP_ID},
	{"ScheduledEventId:", ",)", DUMP_ID},
	{"scheduled_event_id:", " }", DUMP_ID},
	{"ActivityID\\\":\\\"", "\\", DUMP_ID},
	{"workflow_id:\"", "\"", DUMP_ID},
	{"protocol_instance_id:\"", "\"", DUMP_ID},
	{"update_id:\"", "\"", DUMP_ID},
	{"EventId:", ",)", DUMP_EVENT_ID},
	{"WorkflowTaskCompletedEventId:", ",)", DUMP_TASK},
	{"workflow_task_completed_event_id:", " }", DUMP_TASK},
};

static bool dump_value(struct str dump, size_t row, struct str *ret)
{
	struct str key = str_of(DUMP_KEYS[row].key);
	ptrdiff_t at = str_find(dump, key);
	size_t n = 0;

	/* "EventId:" is the tail of other keys too: the event's own stands first. */
	if (at < 0 || (DUMP_KEYS[row].part == DUMP_EVENT_ID && at != 0))
		return false;
	dump = str_skip(dump, (size_t)at + key.n);
	while (n < dump.n && !strchr(DUMP_KEYS[row].ends, dump.p[n]))
		n++;
	/* A value without its end is one that a cut message cut. */
	if (n == dump.n)
		return false;
	*ret = str_take(dump, n);
	return true;
}

void dump_read_go(struct str dump, struct side *side, struct said *said)
{
	for (size_t i = 0; i < sizeof(DUMP_KEYS) / sizeof(*DUMP_KEYS); i++) {
		struct str value;
		long long number;

		if (!dump_value(dump, i, &value))
			continue;
		switch (DUMP_KEYS[i].part) {
		case DUMP_NAME:
			if (!side->name.n)
				side->name = value;
			break;
		case DUMP_ID:
			if (!side->id.n)
				side->id = value;
			break;
		case DUMP_EVENT_ID:
			if (str_to_int(value, &number) && side == &said->history)
				said->event_id = number;
			break;
		case DUMP_TASK:
			if (str_to_int(value, &number) && side == &said->history)
				said->completed_id = number;
			break;
		}
	}
}
