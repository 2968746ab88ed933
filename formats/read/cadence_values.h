/* SPDX-License-Identifier: MIT */
/* cadence_values.h: single values of Cadence as Temporal's JSON writes them. */
#pragma once

#include "formats/base/buf.h"

#include <jansson.h>

/*
 * All return a new reference, or NULL where VALUE is not what it should be; nothing else
 * fails. Blobs are base64, a list of numbers (Java's -128 to 127 too) or {"data": blob}.
 */

/* 10 -> "10s"; 0 -> "0s" */
json_t *cadence_seconds(const json_t *value);
/* 1574721098274980000 -> "2019-11-25T22:31:38.274980Z"; text too */
json_t *cadence_nanos(const json_t *value);
json_t *cadence_time(const json_t *value); /* the same, or the time as text */
/* "TIMEOUT_TYPE_HEARTBEAT", "HEARTBEAT", "CronSchedule" -> PREFIX and the name; INVALID: NULL */
json_t *cadence_enum(const json_t *value, const char *prefix);
/* A blob that is text, as a string. */
json_t *cadence_text(const json_t *value);

/* The bytes of a blob, appended; false where VALUE is none. */
bool cadence_blob(const json_t *value, struct buf *out);
/* One payload of DATA: json/plain where it is JSON, else binary/plain. */
json_t *cadence_payload(struct str data);
/*
 * The JSON values that DATA is a sequence of, each its own payload in a list; a list of one
 * where it is none.
 */
json_t *cadence_payload_list(struct str data);
