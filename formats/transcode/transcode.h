/* SPDX-License-Identifier: MIT */
/* transcode.h: JSON to wire bytes and back, in one pass, driven by the schema. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/schema/schema.h"
#include "formats/transcode/transcode_loss.h"

/*
 * Reading accepts what is met in the wild (FORMATS.md 1.2 and 1.3; docs/formats.md,
 * "Spellings", lists it): any case of keys and enums, the Web UI's and Go's wrappers, every
 * form of 64-bit numbers, times, durations and bytes, null for absent, names that Temporal
 * has changed since, payloads as values. What the Temporal CLI prints is the fast path;
 * all else is found out only where the expected character is not there.
 *
 * Writing is canonical protobuf: ascending field numbers, map keys sorted bytewise, packed
 * numbers, defaults left out; message fields that are present but empty are kept.
 *
 * What can't be carried over, and what had to be guessed, is counted and named in a struct
 * transcode_loss, never dropped in silence.
 */
enum transcode_style {
	TRANSCODE_COMPACT, /* no blanks */
	TRANSCODE_INDENT,  /* two blanks a level, as `temporal workflow show -o json` */
};

/*
 * What one reading leaves for the next: histories repeat themselves, so the member that
 * followed this one last time follows it again, and a message's length takes as many bytes.
 * A wrong guess costs a look-up or a memmove(), never a wrong answer. Whether payloads were
 * decoded shows in some of them only; it holds for the whole file. All zero: nothing yet.
 */
struct transcode_memory {
	uint16_t next[SCHEMA_IDS]; /* by id of the member before: index + 1; 0: in order */
	uint8_t width[SCHEMA_IDS]; /* by id of the field: bytes of a length - 1 */
	bool odd_payloads;	   /* one had its data decoded */
	bool doubtful;		   /* what one is depended on odd_payloads, that is on those before */
	struct transcode_memo *memo; /* NULL: texts and their bytes are not kept */
};

/*
 * For a memory that is used for more than a few values: texts that come again and again, with
 * what became of them, so that they are compared and not understood. It lives in A (50 KB),
 * and is for readings with the same options.
 */
struct transcode_memo *transcode_memo_new(struct arena *a);

/*
 * All zero is a good start; a NULL pointer says the same.
 *
 * KEEP_UNKNOWN, reading JSON: a member that the schema lacks, or whose enum name it lacks,
 * goes into its message's wire form as a carrier: field TRANSCODE_CARRIER, which no Temporal
 * message has, whose bytes are the member's text without blanks ("key":value). Writing JSON
 * turns carriers back into members, last in their object, in their order, whatever the
 * options; what is no such member is an unknown field like any other.
 * KEEP_UNKNOWN, writing JSON: unknown wire fields become a member "__unknown":
 * {"NUMBER:WIRETYPE": "base64 of the value as it stands on the wire" or a list of such}; of a
 * group (type 3) that is what stands between its tags. Where the message's fields are not
 * in the order of their numbers it is a list of such objects, in the order of the wire.
 * Reading JSON turns that member back into fields, whatever the options: each at its place,
 * those of a list behind all others.
 */
struct transcode_options {
	enum transcode_style style;  /* writing JSON */
	unsigned depth;		     /* writing JSON: levels of indent around the value */
	bool short_enums;	     /* writing JSON: TimerFired, as before server 1.23 */
	bool keep_unknown;
	struct transcode_loss *loss; /* added to; may be NULL */
	/* Reading JSON: where one history is read in several calls; may be NULL. */
	struct transcode_memory *memory;
};

#define TRANSCODE_CARRIER 19001 /* in the range that protobuf keeps for implementations */

/*
 * Appends to OUT the wire form of the JSON value that starts at *AT in TEXT (blanks before
 * it are skipped) and leaves *AT behind it. A is for scratch.
 * Errors carry byte, line and column of TEXT, the event's id where it is known, and the
 * path ("events[3].eventId"). TEXT needs no padding: nothing behind its end is read.
 */
bool transcode_json_to_wire(const struct schema_message *m, struct str text, size_t *at,
			    const struct transcode_options *options, struct arena *a,
			    struct buf *out, struct err *err);

/* Appends the canonical JSON of BYTES (FORMATS.md "Recommended canonical form"). */
bool transcode_wire_to_json(const struct schema_message *m, struct str bytes,
			    const struct transcode_options *options, struct arena *a,
			    struct buf *out, struct err *err);
