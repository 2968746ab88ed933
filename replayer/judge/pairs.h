/* SPDX-License-Identifier: MIT */
/* pairs.h: the table of event types and the command types that make them. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/str.h"
#include "formats/history/history.h"
#include "replayer/judge/verdict.h"

#include <stdint.h>

/* Numbers of temporal.api.enums.v1.CommandType. */
enum command_type {
	COMMAND_UNSPECIFIED = 0,
	COMMAND_SCHEDULE_ACTIVITY_TASK = 1,
	COMMAND_REQUEST_CANCEL_ACTIVITY_TASK = 2,
	COMMAND_START_TIMER = 3,
	COMMAND_COMPLETE_WORKFLOW_EXECUTION = 4,
	COMMAND_FAIL_WORKFLOW_EXECUTION = 5,
	COMMAND_CANCEL_TIMER = 6,
	COMMAND_CANCEL_WORKFLOW_EXECUTION = 7,
	COMMAND_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION = 8,
	COMMAND_RECORD_MARKER = 9,
	COMMAND_CONTINUE_AS_NEW_WORKFLOW_EXECUTION = 10,
	COMMAND_START_CHILD_WORKFLOW_EXECUTION = 11,
	COMMAND_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION = 12,
	COMMAND_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES = 13,
	COMMAND_PROTOCOL_MESSAGE = 14,
	COMMAND_MODIFY_WORKFLOW_PROPERTIES = 16,
	COMMAND_SCHEDULE_NEXUS_OPERATION = 17,
	COMMAND_REQUEST_CANCEL_NEXUS_OPERATION = 18,
};

/* A field that must agree: path in the event's attributes, path in the command. */
struct pair_field {
	const char *name; /* in our words: "activityType" */
	const char *event_path;
	const char *command_path;
	/* SDKs register names with a package in front: only the last dotted part counts. */
	bool last_part;
};

struct pair_row {
	int32_t event_type;
	int32_t command_type;
	const char *command_name; /* "ScheduleActivityTask" */
	bool closes;		  /* ends the run */
	const struct pair_field *fields;
	size_t n_fields;
};

/* NULL: not a command event / not a command we know. */
const struct pair_row *pair_of_event(int32_t event_type);
const struct pair_row *pair_of_command(int32_t command_type);
/* By the SDKs' spellings: "ScheduleActivityTask", "COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK". */
const struct pair_row *pair_of_command_name(struct str name);
/* Whether the command of that name makes events of that name. */
bool pair_fits(struct str event, struct str command);

/* The text of the value at PATH, numbers and durations too; STR_NONE where absent. */
struct str pair_value(const struct schema_message *m, struct str bytes, const char *path,
		      struct arena *a);
/* What is behind the last dot of S. */
struct str pair_last_part(struct str s);
/*
 * Whether FIELD agrees between an event's attributes and a command. RET_*: both values as
 * text, numbers too; STR_NONE where absent.
 */
bool pair_field_agrees(const struct pair_field *field, const struct schema_message *event,
		       struct str event_bytes, const struct schema_message *command,
		       struct str command_bytes, struct arena *a, struct str *ret_event,
		       struct str *ret_command);

/*
 * The kind of a divergence between an event and a command (NULL: that side has nothing),
 * by what the two rows alone say; FIELD: one that is compared differs.
 */
enum divergence_kind pair_kind(const struct pair_row *event, const struct pair_row *command,
			       bool field);

/* One command of a reply: the wire bytes of a temporal.api.command.v1.Command. */
struct command_view {
	int32_t type;
	struct str bytes;
};

/* What a command looks like from the worker's side of a divergence. */
struct side command_side(const struct schema *schema, struct command_view c, struct arena *a);
/* What an event looks like from the history's side. */
struct side event_side(const struct history *h, size_t index, struct arena *a);
