/* SPDX-License-Identifier: MIT */
/* history.h: one run's events: wire bytes, an index over them, and the facts. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "formats/base/str.h"
#include "formats/schema/schema.h"

#include <stdint.h>

/*
 * A history is a row per event over what is behind it. Mostly that is the bytes of a
 * temporal.api.history.v1.History (nothing but repeated `events`, field 1, in order). The
 * first N events are therefore a prefix of the bytes, which is what a worker is served when
 * a history is cut.
 *
 *     wire:    0A len event 1 | 0A len event 2 | ... 
 *     events:      ^ offset     length
 *
 * Where only single events are asked for it may be JSON text, whose events are decoded when
 * they are (history_take_json()): wire is empty then, and offset and length are of the
 * event's JSON. What history_event() gave stays only until HISTORY_LIVE_EVENTS other events
 * were asked for, and one thread at a time may ask.
 *
 * Never changed once loaded. Everything in it lives in its arena.
 */
#define HISTORY_LIVE_EVENTS 256

struct event {
	uint64_t offset; /* of the event's own bytes (behind tag and length) in wire; in json */
	uint32_t length; /* over JSON of the text: history_event() has the event's size */
	int32_t type;  /* number of EventType; may be one this schema does not know */
	int64_t id;    /* from 1 */
	int64_t time;  /* nanoseconds since 1970; 0: none */
	int64_t task;  /* workflow_task_completed_event_id of a command event; else 0 */
};

/* Ids come from outside: those at the ends of the range have no neighbour, and wrap. */
static inline int64_t history_next_id(int64_t id)
{
	return (int64_t)((uint64_t)id + 1);
}

static inline int64_t history_id_before(int64_t id)
{
	return (int64_t)((uint64_t)id - 1);
}

/* One workflow task that completed: a turn of the workflow's code. */
struct history_task {
	size_t number;	   /* from 1 */
	size_t started;	   /* index of WorkflowTaskStarted in events */
	size_t completed;  /* index of WorkflowTaskCompleted */
	size_t batch_end;  /* index behind its last command event (> completed) */
};

enum history_end {
	HISTORY_OPEN,
	HISTORY_CLOSED,	   /* by a command of the code: completed, failed, canceled, continued */
	HISTORY_ENDED,	   /* from outside: terminated, timed out */
};

struct history {
	struct arena arena;
	const struct schema *schema;
	struct str wire;	   /* p is NULL over JSON */
	struct str json;	   /* p is NULL over wire bytes */
	struct history_live *live; /* the decoded events of json */
	const struct event *events;
	size_t n_events;
	const uint32_t *by_id; /* indexes by ascending id; NULL where ids count from 1 on */

	/* Facts, computed once. Strings live as long as it does; p is NULL where absent. */
	struct str beside; /* fields of the History that are no events, where they were kept */
	struct str workflow_id;	 /* event 1; servers since 2023 */
	struct str run_id;	 /* event 1's original_execution_run_id */
	struct str first_run_id; /* event 1's first_execution_run_id */
	struct str workflow_type;
	struct str task_queue;
	struct str sdk_name;	/* of the last WorkflowTaskCompleted that says it */
	struct str sdk_version;
	enum history_end end;
	const struct history_task *tasks;
	size_t n_tasks;
};

/*
 * Takes WIRE (it must live in A, whose ownership moves into the history; on failure both
 * stay the caller's), checks it to LIMIT_DEPTH and indexes it. Errors: not a
 * History, too many events, no event at all. Order and gaps are check's and replay's
 * business, not an error here.
 */
bool history_take(struct history *ret, struct arena *a, struct str wire,
		  const struct schema *schema, struct err *err);
void history_done(struct history *h);

struct json_index;
struct mapped;
struct transcode_options;
/*
 * The same over JSON text: IX must be whole (json_index.h) and is emptied; its text must live
 * in A. Rows that come newest first are turned round. OPTIONS (transcode.h, without loss) are
 * for the decoding; NULL: none. Can't fail.
 */
void history_take_json(struct history *ret, struct arena *a, struct json_index *ix,
		       const struct transcode_options *options);
/* The text is of MAP, which lives in the arena: history_decoded() sees to it. */
void history_watch(struct history *h, const struct mapped *map);
/*
 * The events that IX has so far, for a first screen: the text stays IX's, and IX goes on. No
 * facts but those of event 1, and no more than the first event is there for sure.
 */
void history_peek_json(struct history *ret, struct arena *a, const struct json_index *ix);

/*
 * The event's own wire bytes. Over JSON an event that can't be decoded by itself is empty, and
 * history_decoded() will tell: a damaged one, or one whose payloads were decoded for reading,
 * as what they are depends on the events before. The whole file, read in order, has both.
 */
struct str history_event(const struct history *h, size_t index);
/* The same, with an error that names line and column. Never fails over wire bytes. */
bool history_event_try(const struct history *h, size_t index, struct str *ret, struct err *err);
/*
 * False, with the first error, where an event that was asked for could not be decoded, or the
 * file under it is not what it was.
 */
bool history_decoded(const struct history *h, struct err *err);
/* Message of `temporal.api.history.v1.HistoryEvent`. */
const struct schema_message *history_event_message(const struct history *h);
/* The attributes: message and bytes; false where the event has none or is unknown. */
bool history_attributes(const struct history *h, size_t index,
			const struct schema_message **ret_message, struct str *ret_bytes);
/* The wire bytes of the first N events. */
struct str history_prefix(const struct history *h, size_t n);
/* Index of the (first) event with that id, or n_events; in logarithmic time at worst. */
size_t history_find(const struct history *h, int64_t id);
/* The same, or where no event has that id the one with the next higher. */
size_t history_find_next(const struct history *h, int64_t id);
/* The turn of the code (from 1) that made the event or, for others, that gets to see it. */
size_t history_task_of(const struct history *h, size_t index);
/* How many workflow tasks were completed before that event. */
size_t history_tasks_before(const struct history *h, size_t index);
/*
 * Events up to which a history can be replayed: all of a closed one; for an open or ended
 * one up to the last WorkflowTaskCompleted and its command events (REPLAY.md TRIM).
 */
size_t history_trim(const struct history *h);
/*
 * What makes a history unfit for replay, or true: event 1 is WorkflowExecutionStarted, ids
 * are contiguous from 1, every batch is whole (not cut amid command events).
 * The error names event and position.
 */
bool history_sound(const struct history *h, struct err *err);
