/* SPDX-License-Identifier: MIT */
/* descriptor_set.h: somebody's own protobuf messages as JSON, by what protoc says of them. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/base/map.h"

#include <stdint.h>

/*
 * The bytes of a google.protobuf.FileDescriptorSet, as
 *
 *     protoc --include_imports --descriptor_set_out=FILE *.proto
 *
 * writes them, read into tables. Our own schema is made by the compiler and knows what
 * Temporal uses; here is all that protobuf has: signed and fixed numbers, maps with keys of
 * any kind, optional fields, enums, nested types, imports. proto2's groups are not read.
 */
struct descriptor_field {
	struct str name;      /* order_id */
	struct str json_name; /* orderId */
	struct str type_name; /* of messages and enums, without the leading point */
	uint32_t number;
	uint8_t type; /* FieldDescriptorProto.Type: 1 double ... 18 sint64 */
	bool repeated;
	int64_t place; /* in the set's messages or enums; -1: the set lacks it */
};

struct descriptor_message {
	struct str name; /* shop.v1.Order */
	struct descriptor_field *fields; /* by ascending number */
	size_t n_fields;
	bool is_map_entry;
};

struct descriptor_value {
	struct str name;
	int32_t number;
	uint32_t order; /* in the source */
};

struct descriptor_enum {
	struct str name;
	struct descriptor_value *values; /* by number; aliases in their order */
	size_t n_values;
};

struct descriptor_set {
	struct arena arena;
	struct descriptor_message *messages;
	struct descriptor_enum *enums;
	size_t n_messages, n_enums;
	struct map message_places, enum_places; /* full name -> index */
};

/* Copies what it keeps. ERR_SYNTAX: not a FileDescriptorSet, or one without a message. */
bool descriptor_set_read(struct descriptor_set *d, struct str bytes, struct err *err);
/* descriptor_set_read() of a file; the error names it. */
bool descriptor_set_open(struct descriptor_set *d, struct str path, struct err *err);
void descriptor_set_done(struct descriptor_set *d);

/* By full name; NULL: the set has none. */
const struct descriptor_message *descriptor_message(const struct descriptor_set *d,
						    struct str name);

/*
 * Appends the JSON of BYTES, a message M, in protobuf's own mapping: well-known types in
 * their forms, 64-bit integers as strings, bytes in base64, maps as objects. What M has no
 * field for becomes a member "#NUMBER", bytes of a message that the set lacks stay base64:
 * nothing is left out. A is for scratch. Errors: broken bytes, LIMIT_DEPTH, too many fields.
 */
bool descriptor_json(const struct descriptor_set *d, const struct descriptor_message *m,
		     struct str bytes, struct arena *a, struct buf *out, struct err *err);
