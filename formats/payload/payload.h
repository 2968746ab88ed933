/* SPDX-License-Identifier: MIT */
/* payload.h: payloads: what one holds, its text, and where they are in a message. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "formats/schema/schema.h"
#include "formats/transcode/transcode_parts.h"

#include <stdint.h>

/*
 * A temporal.api.common.v1.Payload: metadata (text to bytes), data, and since API 1.60 the
 * sizes of what is stored elsewhere. The encoding in the metadata says what the data is;
 * wrappers (compressed, encrypted) hold another serialized Payload (payload_unwrap.h).
 */
enum payload_kind {
	PAYLOAD_UNKNOWN,   /* an encoding of somebody's own, or none */
	PAYLOAD_NULL,	   /* binary/null: no data */
	PAYLOAD_PLAIN,	   /* binary/plain: bytes as they are */
	PAYLOAD_JSON,	   /* json/plain, json/protobuf: JSON text */
	PAYLOAD_PROTOBUF,  /* binary/protobuf: a message's bytes */
	PAYLOAD_ZLIB,	   /* wrappers from here on */
	PAYLOAD_SNAPPY,
	PAYLOAD_ENCRYPTED,
};

struct payload {
	enum payload_kind kind;
	struct str bytes;	 /* the Payload itself, serialized */
	struct str encoding;	 /* without the blanks that some writers leave around it */
	struct str message_type; /* full name of the protobuf message; n 0: not said */
	struct str data;
	bool reference; /* data is no value but says where it is stored */
};

/* All slices borrow from BYTES. False: no Payload. */
bool payload_read(struct str bytes, struct payload *ret);
/* One metadata value, or STR_NONE. */
struct str payload_metadata(struct str bytes, const char *key);

/*
 * The payload as text for people and for searching: JSON exactly as it was written, plain
 * text, else "12 bytes of binary/gob". Not yet visible_add()ed. Borrows, or lives in A.
 */
struct str payload_text(const struct payload *p, struct arena *a);

/* What the field around a payload is for, which decides who may touch it. */
enum payload_place {
	PAYLOAD_VALUE, /* input, result, details, markers: what codecs work on */
	PAYLOAD_MEMO,
	PAYLOAD_HEADER,		  /* codecs only where the SDK is told to */
	PAYLOAD_SEARCH_ATTRIBUTE, /* the server reads it: never touched by codecs */
	PAYLOAD_USER_METADATA,	  /* summary and details of user_metadata, group labels */
	PAYLOAD_FAILURE,	  /* Failure.encoded_attributes */
	PAYLOAD_SYSTEM,		  /* a request to the service itself: codecs work within it */
};

struct payload_at {
	struct payload payload;
	enum payload_place place;
	const struct schema_message *message; /* that the field belongs to */
	const struct schema_field *field;     /* "input", "indexed_fields" */
	const struct transcode_path *path;    /* valid during the call */
};

/* False stops the walk; the walk then returns false with what was set in ERR. */
typedef bool payload_visit(void *data, const struct payload_at *at, struct err *err);

/*
 * Every Payload in BYTES, a message M (History, HistoryEvent, Failure, Command ...), in the
 * order of the bytes. The schema says where they are. The input of a Nexus operation at the
 * endpoint "__temporal_system" is a protobuf request which holds payloads in turn: it comes
 * first itself (PAYLOAD_SYSTEM), then those within.
 * Errors: broken bytes, more than LIMIT_DEPTH levels.
 */
bool payload_each(const struct schema *s, const struct schema_message *m, struct str bytes,
		  payload_visit *each, void *data, struct err *err);

/* "workflowExecutionStartedEventAttributes.input.payloads[0]", "...memo.fields[note]". */
void payload_path(const struct payload_at *at, struct buf *out);

bool payload_is_message(const struct schema_message *m);
/* The place of a payload that hangs on field F of M. */
enum payload_place payload_place_of(const struct schema_message *m, const struct schema_field *f);
/*
 * The message in the data of a request to the service itself, where MESSAGE (its serialized
 * bytes) is what holds the payload P in field F of M; NULL: P is an ordinary payload.
 */
const struct schema_message *payload_system_message(const struct schema *s,
						    const struct schema_message *m,
						    struct str message, const struct schema_field *f,
						    const struct payload *p);
