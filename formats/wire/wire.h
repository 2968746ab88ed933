/* SPDX-License-Identifier: MIT */
/* wire.h: the protobuf wire format: walking bytes, writing bytes. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum wire_type {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_GROUP = 3, /* fields up to a tag of type 4 and the same number; of proto2 */
	WIRE_FIXED32 = 5,
};

struct wire_field {
	uint32_t number;
	enum wire_type type;
	uint64_t value;	   /* VARINT, FIXED64, FIXED32 */
	struct str bytes;  /* BYTES; GROUP: between its tags. Borrowed from the message */
	struct str whole;  /* tag and all, as it stands in the message */
};

/*
 * Walks one message, one field a call:
 *
 *     struct wire w = wire_of(bytes);
 *     while (wire_next(&w, &field)) ...
 *     if (w.broken) return err_set(err, ERR_SYNTAX, ..., w.at);
 *
 * Truncated fields set broken, and groups without their end or nested deeper than LIMIT_DEPTH.
 */
struct wire {
	struct str message;
	size_t at;
	bool broken;
};

static inline struct wire wire_of(struct str message)
{
	return (struct wire){message, 0, false};
}

bool wire_next(struct wire *w, struct wire_field *ret);

/* What is wrong with the groups of a message that is broken; NULL: something else is. */
const char *wire_wrong_group(struct str message);

/* One varint at *AT of S; advances *AT. */
bool wire_varint(struct str s, size_t *at, uint64_t *ret);

/*
 * First field NUMBER of that type in MESSAGE (protobuf's "last one wins" matters nowhere
 * in what Temporal writes). Bytes: STR_NONE (p is NULL) where absent.
 */
struct str wire_bytes_at(struct str message, uint32_t number);
uint64_t wire_value_at(struct str message, uint32_t number, uint64_t absent);

/* Writing. Zero and empty values are written too: proto3 writers leave them to the caller. */
void wire_put_varint(struct buf *b, uint64_t value);
void wire_put_tag(struct buf *b, uint32_t number, enum wire_type type);
void wire_put_value(struct buf *b, uint32_t number, uint64_t value);
void wire_put_bytes(struct buf *b, uint32_t number, struct str bytes);
size_t wire_varint_size(uint64_t value);
