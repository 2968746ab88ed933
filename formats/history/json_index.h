/* SPDX-License-Identifier: MIT */
/* json_index.h: where the events in JSON text are, and what each is, without decoding them. */
#pragma once

#include "formats/base/vec.h"
#include "formats/history/history_row.h"
#include "formats/transcode/scan.h"

/*
 * The text is walked once: brackets outside strings tell where each event begins and ends,
 * and its first members tell its row. A few events are enough for a first screen; the rest
 * can be indexed while somebody looks at that:
 *
 *     json_index_open(&ix, text, schema);
 *     while (json_index_step(&ix, 500) == JSON_INDEX_MORE)
 *             show what is in ix.events
 *
 * It knows the ordinary containers, {"events": [E...]}, [E...] and {"history": {"events":
 * [E...]}}, and events as the CLI, the SDKs and the HTTP API write them. A row that can't be
 * read off the text is read off the decoded event; that the others can be decoded is not
 * asked. Whatever else the text is, also a damaged one, is JSON_INDEX_UNUSUAL: there is a
 * slower way to read it, which knows more and has words for what is wrong.
 */
enum json_index_state {
	JSON_INDEX_MORE,
	JSON_INDEX_WHOLE, /* all events, and nothing but blanks behind them */
	JSON_INDEX_UNUSUAL,
};

enum json_index_container {
	JSON_INDEX_EVENTS,   /* {"events": [E...]} */
	JSON_INDEX_LIST,     /* [E...] */
	JSON_INDEX_RESPONSE, /* {"history": {"events": [E...]}} */
};

/* Names met so far, of event types and of their attributes: they come again, spelled alike. */
#define JSON_INDEX_NAMES 128
struct json_index_name {
	struct str text;
	int32_t type;
	bool has_task; /* attributes with workflow_task_completed_event_id */
};

/* The text between the values of an event's head, quotes included; n is 0: not learnt. */
struct json_layout {
	struct str before_id; /* from the event's brace */
	struct str before_time;
	size_t time_n;
	struct str before_type;
};

struct json_index {
	/* To read: rows point into text; the array moves as it grows. */
	VEC_OF(struct event) events;
	VEC_OF(uint32_t) named; /* indexes of task completions whose text names an SDK */
	enum json_index_state state;
	enum json_index_container container;
	const char *unusual; /* what is, for people; NULL: nothing */

	struct str text;
	const struct schema *schema;
	const struct schema_enum *types;
	const struct schema_message *event;
	struct scan_json scan;
	size_t at;    /* scanned up to here */
	size_t begin; /* of the event that is open */
	size_t end;   /* behind the event before it, or behind the list's [ */
	size_t decoded; /* rows that had to be */
	struct history_layout *attributes; /* for those; NULL: none yet */
	struct json_layout layout;
	struct json_index_name names[JSON_INDEX_NAMES];	   /* by text */
	struct json_index_name commands[JSON_INDEX_NAMES]; /* by type: of its attributes */
};

/* TEXT is borrowed until json_index_done(). */
void json_index_open(struct json_index *ix, struct str text, const struct schema *schema);
/* At least N more events, or all that are left. */
enum json_index_state json_index_step(struct json_index *ix, size_t n);
void json_index_done(struct json_index *ix);
