/* SPDX-License-Identifier: MIT */
/* transcode_odd.h: what the reader calls where the text is not as the Temporal CLI writes it. */
#pragma once

#include "formats/transcode/transcode_reader.h"

/* Reading (transcode_read.c) */

/* The value at P of field F of the message that SEEN is about, null and lists included. */
const char *transcode_read_field(struct reader *r, const char *p, struct members *seen,
				 const struct schema_field *f, unsigned depth);
/* The object at P as a message in field F. */
const char *transcode_read_object(struct reader *r, const char *p, const struct schema_field *f,
				  unsigned depth);

/* Other spellings (transcode_odd.c) */

/* P is where a whole number, or its quote, should begin, and no plain one does. */
const char *transcode_odd_whole(struct reader *r, const char *p, uint64_t *ret,
				bool *ret_negative);
const char *transcode_odd_bool(struct reader *r, const char *p, uint64_t *ret);
const char *transcode_odd_fraction(struct reader *r, const char *p, double *ret);
/* NAME, which ends before P, is not in E; VALUE is where it begins in the text. */
const char *transcode_odd_enum(struct reader *r, const char *p, const struct schema_enum *e,
			       struct str name, const char *value, uint64_t *ret);
/* Bytes that are no string, into r->odd. */
const char *transcode_odd_bytes(struct reader *r, const char *p);
/* A Timestamp or Duration that is neither text nor an object. */
const char *transcode_odd_time(struct reader *r, const char *p, const struct schema_field *f);
/* One that is there as a number of seconds and of nanoseconds. */
bool transcode_put_time(struct reader *r, const struct schema_field *f, int64_t seconds,
			int32_t nanos);

/* Members (transcode_member.c) */

/* The member NAME, whose value is at P, is none of the schema's names. */
const char *transcode_odd_member(struct reader *r, const char *p, struct members *seen,
				 struct str name, unsigned depth);
/* At the end of an event with members of the Web UI: P is its closing bracket. START is
 * where the event's wire form begins. */
const char *transcode_finish_event(struct reader *r, const char *p, struct members *seen,
				   size_t start, unsigned depth);

/* Payloads (transcode_payload.c) */

/* A Payload at P whose form is not the usual one; KIND: what to count it as, if a value. */
const char *transcode_odd_payload(struct reader *r, const char *p, const struct schema_field *f,
				  enum transcode_kind kind, unsigned depth);
/* A Payloads at P that is a list of values. */
const char *transcode_payload_list(struct reader *r, const char *p, const struct schema_field *f,
				   unsigned depth);
/* Whether the Payload of these bytes may be what was meant by base64. */
bool transcode_payload_fine(struct str bytes);

/* What is unknown (transcode_keep.c) */

/* Keeps "KEY": VALUE for the end of the message. */
bool transcode_keep(struct reader *r, const char *p, struct str key, struct str value,
		    unsigned depth);
/*
 * Appends what was kept since FROM to the message that began at START in the output, and
 * puts its fields in order unless they are SORTED.
 */
bool transcode_put_kept(struct reader *r, size_t from, size_t start, bool sorted);
/* The value of a member "__unknown". */
const char *transcode_read_unknown(struct reader *r, const char *p, struct members *seen);
