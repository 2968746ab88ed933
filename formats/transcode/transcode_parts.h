/* SPDX-License-Identifier: MIT */
/* transcode_parts.h: what both directions of the transcoder share: paths, times, numbers. */
#pragma once

#include "formats/transcode/transcode.h"

#include <stdarg.h>

/* Where reader or writer stands; one a message, on the C stack, the innermost first. */
struct transcode_path {
	struct transcode_path *up;
	const struct schema_field *field; /* NULL: no member yet */
	int64_t index;			  /* of a list; -1: not in one */
	struct str key;			  /* of a map; p NULL: not in one */
	struct str at; /* the message and what follows in JSON text, or its wire bytes */
};

/* The message that PATH is in, where ROOT is that of the outermost path. */
static inline const struct schema_message *transcode_path_message(const struct transcode_path *path,
								  const struct schema_message *root)
{
	const struct transcode_path *up = path->up;

	return up && up->field && up->field->message ? up->field->message : root;
}

/* "events[3].eventId" */
void transcode_put_path(struct buf *out, const struct transcode_path *path);
/* Puts the path in front of err's message. */
void transcode_wrap_path(struct err *err, const struct transcode_path *path);
/* Counts one more; "PATH.NAME" is among the first, if there is room. LOSS may be NULL. */
void transcode_note(struct transcode_loss *loss, enum transcode_kind kind, int64_t event_id,
		    const struct transcode_path *path, struct str name);

/* What protobuf allows: the years 1 to 9999; nanoseconds never negative. */
bool transcode_timestamp_ok(int64_t seconds, int64_t nanos);
/* Ten thousand years either way; both parts of one sign. */
bool transcode_duration_ok(int64_t seconds, int64_t nanos);
bool transcode_parse_timestamp(struct str text, int64_t *ret_seconds, int32_t *ret_nanos);
bool transcode_parse_duration(struct str text, int64_t *ret_seconds, int32_t *ret_nanos);

/* These write up to TRANSCODE_TEXT_MAX bytes, without quotes, and return how many. */
#define TRANSCODE_TEXT_MAX 40
size_t transcode_print_timestamp(char *to, int64_t seconds, int32_t nanos);
/* Of nanoseconds since 1970. */
size_t transcode_print_nanos(char *to, int64_t nanoseconds);
size_t transcode_print_duration(char *to, int64_t seconds, int32_t nanos);
size_t transcode_print_uint(char *to, uint64_t value);
/* The shortest digits that read back as the same number. */
size_t transcode_print_double(char *to, double value);
size_t transcode_print_float(char *to, float value);

/*
 * A JSON number that is whole, however it is written ("1.0", "5e3"), in decimal arithmetic.
 * Returns what is wrong with it, or NULL.
 */
const char *transcode_parse_whole(struct str text, uint64_t *ret, bool *ret_negative);
/* A JSON number, or NaN, Infinity, -Infinity. False: none, or out of range. */
bool transcode_parse_double(struct str text, double *ret);
bool transcode_parse_float(struct str text, float *ret);
