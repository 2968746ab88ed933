/* SPDX-License-Identifier: MIT */
/* redact_shape.h: placeholders: of a text, of numbers, of bytes that are a message. */
#pragma once

#include "formats/base/buf.h"

/*
 *     text    "redacted" and 16 hex digits: letters and digits only, and so long that it is
 *             base64 as well; with keep_size as many bytes as the text has
 *     time    another one in the same spelling
 *     UUID    another one
 *     digits  ("+49 170 1234567", "12.50") others in their places; one digit alone stays,
 *             as code counts by it
 *
 * What a placeholder is hangs on salt and text alone.
 */
struct redact_shape {
	struct str salt;
	bool keep_size;
};

/* SIZE: of what it replaces, for keep_size; else ignored. */
void shape_text(const struct redact_shape *s, struct str text, size_t size, struct buf *out);
/* The same for a JSON number, which stays one. ONE_DIGIT: those are replaced as well. */
void shape_number(const struct redact_shape *s, struct str number, bool one_digit,
		  struct buf *out);
/* N bytes that mean nothing. */
void shape_bytes(const struct redact_shape *s, struct str bytes, size_t n, struct buf *out);
/*
 * Protobuf of an unknown message, its texts replaced; calls SECRET for each. False: BYTES are
 * no message, and nothing was appended.
 */
bool shape_message(const struct redact_shape *s, struct str bytes,
		   void (*secret)(void *data, struct str text), void *data, struct buf *out);
