/* SPDX-License-Identifier: MIT */
/* events.h: the table of event types: category, name, what one line says of each. */
#pragma once

#include "formats/base/arena.h"
#include "formats/history/history.h"

#include <stdbool.h>
#include <stdint.h>

/* Numbers of temporal.api.enums.v1.EventType that code speaks of (facts/event-types.tsv). */
enum event_type {
#define EVENT(number, name, camel) EVENT_##name = number,
#include "formats/history/events.def"
#undef EVENT
};

enum event_category {
	CATEGORY_WORKFLOW,
	CATEGORY_TASK, /* workflow tasks */
	CATEGORY_ACTIVITY,
	CATEGORY_TIMER,
	CATEGORY_CHILD,
	CATEGORY_SIGNAL,
	CATEGORY_EXTERNAL, /* signals and cancels sent to other workflows */
	CATEGORY_MARKER,
	CATEGORY_UPDATE,
	CATEGORY_NEXUS,
	CATEGORY_PROPERTIES, /* search attributes, memo, options */
};

struct event_row {
	int32_t type;
	const char *name;     /* "ActivityTaskScheduled" */
	enum event_category category;
	bool command;	      /* made by a command of workflow code */
	const char *name_path; /* in the attributes: what it is called, or NULL */
	const char *id_path;   /* in the attributes: its id in the code's terms, or NULL */
	const char *ref_path;  /* in the attributes: id of the event this one answers, or NULL */
};

/* "activity", "timer", ...: in the order of the enum, and NULL behind the last. */
extern const char *const EVENT_CATEGORY_WORDS[];

static inline const char *event_category_word(enum event_category category)
{
	return EVENT_CATEGORY_WORDS[category];
}

/* NULL for types that the table does not know. */
const struct event_row *event_row(int32_t type);
/*
 * "ActivityTaskScheduled". Of a type that the table lacks the name that its JSON gave it, as
 * far as that was kept (TRANSCODE_CARRIER) and is made of letters and digits, else
 * "EventType 77"; both in A.
 */
struct str event_type_name(const struct history *h, size_t index, struct arena *a);
/* EVENT_TYPE_TIMER_FIRED as TimerFired, in A; all else that may be a name as it is; else none. */
struct str event_type_camel(struct str name, struct arena *a);
/*
 * The attributes, where they are those of the event's type, so that their fields may be asked
 * for by name; false otherwise, and for unknown types. history_attributes() gives whatever a
 * history has, which may be another type's.
 */
bool event_attributes(const struct history *h, size_t index, const struct schema_message **ret_m,
		      struct str *ret_bytes);
/* The same, where they themselves are not needed. */
bool event_attributes_fit(const struct history *h, size_t index);
/* The message of the attributes that events of TYPE have; NULL: the type is unknown. */
const struct schema_message *event_attributes_message(const struct schema *s, int32_t type);
/* The name (activity type, timer's duration, signal name, marker name with its id, ...). */
struct str event_name(const struct history *h, size_t index, struct arena *a);
/* Index of the event that this one answers (what scheduled it, ...), or n_events. */
size_t event_answers(const struct history *h, size_t index);
/* The id in the code's terms (activity id, timer id, child workflow id), or STR_NONE. */
struct str event_code_id(const struct history *h, size_t index, struct arena *a);
/* What the marker of a patch or version is about, in A; STR_NONE for all other events. */
struct str event_change_id(const struct history *h, size_t index, struct arena *a);
/* The version that such a marker sets, or "deprecated" of a patch that is; else STR_NONE. */
struct str event_change_version(const struct history *h, size_t index, struct arena *a);
