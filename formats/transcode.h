/* SPDX-License-Identifier: MIT */
/* transcode.h: JSON to wire bytes and back, in one pass, driven by the schema. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/schema/schema.h"

/*
 * Reading accepts what is met in the wild (FORMATS.md 1.2): lowerCamel and snake_case keys,
 * enums as EVENT_TYPE_X, X, CamelCase or number, old names of values and fields, int64 as
 * text or number, null for absent, any escape in base64 (\u003d). Writing is canonical
 * protobuf: ascending field numbers, map keys sorted bytewise, packed numbers, defaults
 * left out; message fields that are present but empty are kept.
 *
 * What can't be carried over is counted and named, never dropped in silence.
 */
struct transcode_loss {
	size_t unknown_members; /* JSON members without a field in the schema */
	size_t unknown_values;	/* enum names without a number (written as 0) */
	struct str first;	/* e.g. "events[3].foo", in the arena given; p NULL: none */
};

/*
 * Appends to OUT the wire form of the JSON value that starts at *AT in TEXT (blanks before
 * it are skipped) and leaves *AT behind it. LOSS may be NULL; A holds its strings.
 * Errors carry byte, line and column of TEXT, and the path ("events[3].eventId").
 * TEXT needs no padding: nothing behind its end is read.
 */
bool transcode_json_to_wire(const struct schema_message *m, struct str text, size_t *at,
			    struct arena *a, struct transcode_loss *loss, struct buf *out,
			    struct err *err);

enum transcode_style {
	TRANSCODE_COMPACT, /* no blanks */
	TRANSCODE_INDENT,  /* two blanks a level, as `temporal workflow show -o json` */
};

/*
 * Appends the canonical JSON of BYTES (FORMATS.md "Recommended canonical form"), nested
 * DEPTH levels deep (the indent of what is around it). Unknown wire fields can't be shown
 * in JSON: they are counted in LOSS.
 */
bool transcode_wire_to_json(const struct schema_message *m, struct str bytes,
			    enum transcode_style style, unsigned depth, struct arena *a,
			    struct transcode_loss *loss, struct buf *out, struct err *err);
