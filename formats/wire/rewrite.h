/* SPDX-License-Identifier: MIT */
/* rewrite.h: a message's wire bytes again, with some values replaced. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/schema/schema.h"
#include "formats/wire/wire_step.h"

/*
 * What codecs, redaction, repair and older targets have in common: the bytes are walked by
 * the schema, a visitor says of each field what becomes of it, and lengths around a change
 * are made anew. What nobody changes is copied as it stands: order, unknown fields and odd
 * spellings included, so that no change gives the same bytes.
 *
 *     visit(workflow_execution_started_event_attributes)   -> REWRITE_ENTER
 *     visit(.input)                                        -> REWRITE_ENTER
 *     visit(.payloads[0])                                  -> REWRITE_REPLACE, new bytes
 */
enum rewrite_action {
	REWRITE_KEEP,	 /* as it stands, whatever is below it */
	REWRITE_ENTER,	 /* a message of the schema: its fields are visited; all else is kept */
	REWRITE_REPLACE, /* with what the visitor left in NEW */
	REWRITE_DROP,
	REWRITE_FAIL, /* the visitor has set err */
};

/* One field where it stands. Lives as long as the visit, and those of the fields below it. */
struct rewrite_field {
	const struct rewrite_field *up; /* the field that this one's message is; NULL: none */
	const struct schema_message *message;
	const struct schema_field *field; /* NULL: unknown, or of another wire type */
	struct wire_step value;		  /* a packed list comes whole, as bytes */
	size_t index;			  /* of a repeated field or map entry: from 0, in wire order */
	struct str key;			  /* of a map's entry; else p is NULL */
};

/* The replacement: a number, or the content of bytes (no tag, no length), as value.type is. */
struct rewrite_value {
	uint64_t number;
	struct buf bytes; /* empty at every visit */
};

struct rewrite {
	/* For every field in wire order, a message before what is in it. */
	enum rewrite_action (*visit)(void *data, const struct rewrite_field *at,
				     struct rewrite_value *new, struct err *err);
	void *data;
};

/*
 * Appends BYTES, a message M, as R's visitor wants it. ERR_SYNTAX: not a message; ERR_LIMIT:
 * nested deeper than LIMIT_DEPTH; or what the visitor said. OUT is as before on failure.
 */
bool rewrite_message(const struct rewrite *r, const struct schema_message *m, struct str bytes,
		     struct buf *out, struct err *err);
/*
 * The same for the events in BYTES, a temporal History (`0A len event`*): the visitor starts
 * at the fields of each HistoryEvent, EVENT.
 */
bool rewrite_events(const struct rewrite *r, const struct schema_message *event,
		    struct str bytes, struct buf *out, struct err *err);
/* Appends "markerRecordedEventAttributes.details[data].payloads[0].data". */
void rewrite_path(const struct rewrite_field *at, struct buf *out);
