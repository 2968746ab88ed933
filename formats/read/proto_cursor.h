/* SPDX-License-Identifier: MIT */
/* proto_cursor.h: walking a protobuf message that is still arriving. */
#pragma once

#include "formats/read/format.h"
#include "formats/wire/wire.h"

/* Positions are offsets in the input: a message in a message ends where its length says. */
struct proto_cursor {
	struct format_reader *r;
	struct input *in;
	size_t at; /* in the window */
};

struct proto_header {
	uint32_t number;
	enum wire_type type;
	uint64_t n;   /* bytes of the value */
	size_t bytes; /* of the header itself */
};

#define PROTO_HEADER_MAX 20

struct proto_cursor proto_cursor_of(struct format_reader *r);
uint64_t proto_position(const struct proto_cursor *c);
/* N bytes in the window behind the cursor, or all there are. */
bool proto_want(struct proto_cursor *c, size_t n, struct err *err);
/* The next field's tag and length, not taken. END: of the input, or of the message. */
enum proto_peeked { PROTO_FIELD, PROTO_END, PROTO_FAILED };
enum proto_peeked proto_peek(struct proto_cursor *c, uint64_t end, struct proto_header *h,
			     struct err *err);
/* All of the field, header too, in the window, and taken. */
bool proto_take(struct proto_cursor *c, const struct proto_header *h, struct str *ret,
		struct err *err);
/* "truncated or damaged ..."; false. */
bool proto_broken(const struct proto_cursor *c, struct err *err);

/* ---- of fmt_proto.c, for its neighbours ---- */

/* A History up to END, an event at a time. */
bool proto_read_history(struct proto_cursor *c, uint64_t end, enum join_kind kind,
			struct err *err);
/* What a message has besides what is known of it stays behind, and is counted. */
void proto_lose(struct format_reader *r, uint32_t number);
/* Messages in messages before the first event: 1 a History, 2 a reply, 3 an export; or 0. */
unsigned proto_levels(struct str head);
/* Sets the axes where IS, and returns it. */
bool proto_is(struct format_reader *r, bool is, const char *format, const char *container,
	      const char *evidence);
