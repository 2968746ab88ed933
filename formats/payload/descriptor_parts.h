/* SPDX-License-Identifier: MIT */
/* descriptor_parts.h: what descriptor_json.c and the forms of well-known types share. */
#pragma once

#include "formats/payload/descriptor_set.h"
#include "formats/wire/wire_step.h"

/* FieldDescriptorProto.Type */
enum type {
	TYPE_DOUBLE = 1, TYPE_FLOAT, TYPE_INT64, TYPE_UINT64, TYPE_INT32, TYPE_FIXED64,
	TYPE_FIXED32, TYPE_BOOL, TYPE_STRING, TYPE_GROUP, TYPE_MESSAGE, TYPE_BYTES, TYPE_UINT32,
	TYPE_ENUM, TYPE_SFIXED32, TYPE_SFIXED64, TYPE_SINT32, TYPE_SINT64,
};

struct printing {
	const struct descriptor_set *d;
	struct arena *a;
	struct buf *out;
	struct err *err;
	size_t fields; /* gathered so far, in all messages */
	size_t joined; /* bytes of messages that came in pieces */
};

/* One field where it stands; a message's are sorted by number, else in wire order. */
struct item {
	struct wire_step step;
	size_t order;
};

struct items {
	struct item *at;
	size_t n;
};

/* False: not whole, or too many fields. The items live in p->a. */
bool descriptor_gather(struct printing *p, struct str bytes, struct items *ret);
/* The last value of a number, as protobuf says; NULL: there is none. */
const struct wire_step *descriptor_last(const struct items *items, uint32_t number);

void descriptor_put_number(struct printing *p, unsigned type, int64_t place, uint64_t v);
/* Strings that are not UTF-8 are none: their bytes are shown as bytes are. */
void descriptor_put_string(struct buf *out, struct str s);
void descriptor_put_base64(struct buf *out, struct str bytes);

bool descriptor_print_message(struct printing *p, const struct descriptor_message *m,
			      struct str bytes, unsigned depth);
/* A message of that type name, whose descriptor is at PLACE (-1: not in the set). */
bool descriptor_print_named(struct printing *p, struct str type, int64_t place,
			    struct str bytes, unsigned depth);
/* In descriptor_wellknown.c. *KNOWN: NAME has a form of its own, and it is written. */
bool descriptor_print_wellknown(struct printing *p, struct str name, struct str bytes,
				unsigned depth, bool *known);
