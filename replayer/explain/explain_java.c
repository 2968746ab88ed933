/* SPDX-License-Identifier: MIT */
/* explain_java.c: what Java's SDK writes. */
#include "replayer/explain/explain_form.h"

#define ND SAID_NONDETERMINISM

/*
 * "expected" is the command (code), "actual" the event (history). Several forms are
 * nondeterminism although the SDK reports an unhandled failure: they stand in a cause.
 */
static const struct form ROWS[] = {
	{"java-check",
	 "Command <command> doesn't match event <~><event> with EventId=<event_id> "
	 "on check <field> with an expected value '<worker_value>' and an actual "
	 "value '<history_value>'",
	 .class = ND},
	{"java-event",
	 "Event <event_id> of type <event> does not match command type "
	 "<~><command>",
	 .class = ND},
	{"java-none",
	 "No command scheduled that corresponds to event_id: "
	 "<event_id><~><event_dump>",
	 .class = ND, .flags = FORM_WORKER_NONE | FORM_DUMP},
	{"java-local-activity",
	 "Local activity of type <history_name> is recorded in the history with "
	 "id <history_id> but was not expected<*>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .flags = FORM_WORKER_NONE,
	 .event = "MarkerRecorded"},
	{"java-version-order",
	 "getVersion call before the existing version marker event<*>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .command = "RecordMarker",
	 .marker = "Version"},
	{"java-version-order",
	 "Version is already set to <*>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .command = "RecordMarker",
	 .marker = "Version"},
	{"java-signal-closed",
	 "Signal received after workflow is completed<*>",
	 .class = ND, .about = SAID_ABOUT_CLOSE, .flags = FORM_CLOSED},
	{"java-update-closed",
	 "Update received after workflow is completed<*>",
	 .class = ND, .about = SAID_ABOUT_UPDATE, .flags = FORM_CLOSED},
	{"java-update-name",
	 "Unknown update name: <history_name>, knownTypes=<*>",
	 .class = ND, .about = SAID_ABOUT_UPDATE},
	{"java-update-name",
	 "Unknown update name: <history_name>",
	 .class = ND, .about = SAID_ABOUT_UPDATE},
	{"java-side-effect",
	 "Expected SideEffect, received: <~><event_dump>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .flags = FORM_DUMP,
	 .event = "MarkerRecorded", .command = "RecordMarker",
	 .marker = "SideEffect"},
	{"java-mutable-side-effect",
	 "No value found for mutableSideEffectId=<worker_id>",
	 .class = ND, .about = SAID_ABOUT_MARKER, .flags = FORM_HISTORY_NONE,
	 .command = "RecordMarker",
	 .marker = "MutableSideEffect"},
	{"java-version",
	 "Version <history_value> of changeId <history_id> is not supported. "
	 "Supported v is between <~><worker_value>.",
	 .class = ND, .about = SAID_ABOUT_MARKER, .event = "MarkerRecorded",
	 .field = "version"},
	{"java-unexpected-event",
	 "Unexpected event:event_id: <event_id><~><event_dump>",
	 .class = ND, .flags = FORM_DUMP},
	{"java-transition",
	 "<machine>: invalid <*>, transition history is <*>",
	 .class = ND},
	{"java-order", "History is out of order<*>", .class = SAID_BAD_HISTORY},
	{"java-order", "history out of order<*>", .class = SAID_BAD_HISTORY},
	{"java-unregistered", "Unknown workflow type \"<*>", .class = SAID_UNREGISTERED},
	{"deadlock", "Potential deadlock detected<*>", .class = SAID_DEADLOCK},
	{"java-flag", "Unknown SDK flag:<*>", .class = SAID_OLDER},
};

const struct form_table FORMS_JAVA = {ROWS, sizeof(ROWS) / sizeof(*ROWS)};
