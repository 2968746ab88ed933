/* SPDX-License-Identifier: MIT */
/* json.h: a cursor over JSON text: tokens, strings, skipping; no tree. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/base/str.h"

/*
 * Used by the transcoder and by sniffing. Values are skipped or taken one at a time;
 * depth is bounded by LIMIT_DEPTH. Small JSON that is no history (run files, reports,
 * payload values) is jansson's.
 */
struct json {
	struct str text;
	size_t at;
};

/* The first byte of the next value or closing bracket, blanks skipped; 0 at the end. */
char json_peek(struct json *j);
/* Consumes C if it is next. */
bool json_take(struct json *j, char c);
/* Sets err with line and column of where the cursor stands. */
bool json_error(const struct json *j, struct err *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * A string (its name keeps clear of jansson's json_string). *RET borrows from the text where it holds no escape, else from SCRATCH, which
 * is cleared first. Invalid escapes and lone surrogates are errors; \u0000 is fine.
 */
bool json_read_string(struct json *j, struct buf *scratch, struct str *ret, struct err *err);
/* Any value, unread. *RET is its text. */
bool json_skip(struct json *j, struct str *ret, struct err *err);
/*
 * The first member of that name of the object that TEXT begins with, as its value stands; STR_NONE
 * where there is none, or where the text can't be read up to it.
 */
struct str json_member(struct str text, const char *name);
/* Whether the whole text, from the cursor on, is one value. A NUL behind it is no end. */
bool json_only(struct json *j, struct err *err);
/* Whether S is UTF-8: no surrogates, no overlong forms, nothing past U+10FFFF. */
bool json_utf8(struct str s);
/* Appends S as a JSON string with quotes; control characters and invalid UTF-8 escaped. */
void json_put_string(struct buf *out, struct str s);
