/* SPDX-License-Identifier: MIT */
/* transcode_reader.h: the reader of JSON: its state, its output, what its parts share. */
#pragma once

#include "formats/transcode/transcode_memo.h"
#include "formats/transcode/transcode_parts.h"

#include "formats/base/limits.h"
#include "formats/transcode/json.h"
#include "formats/transcode/json_text.h"
#include "formats/wire/wire.h"

/*
 * What stands on a hot path is inlined from here, from transcode_scalar.h and
 * transcode_number.h into transcode_read.c. The rest (transcode_odd.h) is called where text
 * is not as the Temporal CLI writes it:
 *
 *     transcode_read.c       messages, members, lists, maps
 *     transcode_odd.c        numbers, bytes, times and enums in other spellings
 *     transcode_member.c     members that the schema has under no name
 *     transcode_payload.c    payloads in other forms than metadata and data in base64
 *     transcode_keep.c       carriers of what is unknown
 *
 * All of them take a place in the text and return the one behind what they read, or NULL
 * where the error is set.
 */

/* What the Web UI puts into an event beside, or instead of, the event's own members. */
struct ui_members {
	const char *event; /* where the event's object begins; NULL: there are none */
	const char *attributes, *id, *name; /* values of such members; NULL: not there */
	struct str attributes_key;
};

struct reader {
	struct str text;
	const char *end;
	char *o;     /* where the next byte goes */
	char *o_end; /* room ends here, the slack before the buffer's own end */
	struct buf *out;
	struct buf scratch; /* strings that held escapes */
	struct buf kept;    /* carriers of the messages that are open, the innermost last */
	struct buf odd;	    /* a payload in the making, or bytes */
	struct arena *arena;
	const struct transcode_options *options;
	const struct schema_message *root;
	struct err *err;
	struct transcode_path *path;
	size_t exact;	    /* payloads read as they were written */
	size_t notes;	    /* reader_note() was called so often */
	bool trying;	    /* what fails is read again in another way: say nothing */
	const char *list;   /* the list of numbers being read */
	const char *kept_list; /* the last one that went into a carrier */
	struct ui_members ui;
	struct transcode_memory *learned;
	struct transcode_memo *memory; /* learned->memo; NULL: none */
};

/* What happened so far in one message. */
struct members {
	const struct schema_message *m;
	const struct schema_field *before; /* the last known member read */
	uint32_t last;			   /* its number */
	bool sorted;
	uint64_t given[SCHEMA_FIELDS_MAX / 64]; /* a bit for each field, by index */
	uint64_t oneofs; /* a bit for each that has its member */
};

/* Bytes behind o that may always be written: a tag, a varint, sixteen copied in one go. */
#define READER_SLACK 32

/* Errors and notes (transcode_reader.c). */

/* Always NULL. The error is at P. */
const char *reader_fail(struct reader *r, const char *p, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* As it is in err already: the path is added. Always NULL. */
const char *reader_fail_wrap(struct reader *r);
void reader_note(struct reader *r, enum transcode_kind kind, struct str name);
/* Any value at P. */
const char *reader_skip(struct reader *r, const char *p, struct str *ret);
const char *reader_slow_string(struct reader *r, const char *p, struct str *ret);

static inline bool reader_is(const struct reader *r, const char *p, char c)
{
	return p < r->end && *p == c;
}

static inline bool reader_is_null(const struct reader *r, const char *p)
{
	return reader_is(r, p, 'n') && r->end - p >= 4 && memcmp(p, "null", 4) == 0;
}

/* Output */

void reader_take_room(struct reader *r);
bool reader_grow(struct reader *r, size_t n);

/* Room for N bytes and the slack. */
static inline bool reader_room(struct reader *r, size_t n)
{
	return (size_t)(r->o_end - r->o) >= n + READER_SLACK || reader_grow(r, n + READER_SLACK);
}

static inline char *put_varint(char *o, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*o++ = (char)(value | 0x80);
	*o++ = (char)value;
	return o;
}

static inline void put_tag(struct reader *r, const struct schema_field *f)
{
	memcpy(r->o, f->tag, sizeof(f->tag));
	r->o += f->tag_n;
}

/*
 * N bytes that are mostly few, from the text: sixteen at a time, of which the last may go
 * beyond what counts, into the slack.
 */
static inline void put_text(struct reader *r, const char *p, size_t n)
{
	if (n > 64 || (size_t)(r->end - p) < n + 16) {
		memcpy(r->o, p, n);
	} else {
		for (size_t i = 0; i < n; i += 16)
			memcpy(r->o + i, p + i, 16);
	}
	r->o += n;
}

/* Tag, length and bytes. */
static inline bool put_bytes(struct reader *r, const struct schema_field *f, struct str s)
{
	if (!reader_room(r, s.n))
		return false;
	put_tag(r, f);
	r->o = put_varint(r->o, s.n);
	memcpy(r->o, s.p, s.n);
	r->o += s.n;
	return true;
}

static inline size_t reader_offset(const struct reader *r)
{
	return (size_t)(r->o - r->out->p);
}

/* Leaves as many bytes for a length as it took last time; returns where the content starts. */
static inline size_t open_length(struct reader *r, const struct schema_field *f)
{
	r->o += r->learned->width[f->id] + 1;
	return reader_offset(r);
}

/* The content from START moves, as its length takes NEED bytes where HAD were left. */
bool reader_move_content(struct reader *r, const struct schema_field *f, size_t start,
			 unsigned had, size_t need);

static inline bool close_length(struct reader *r, const struct schema_field *f, size_t start)
{
	unsigned had = r->learned->width[f->id] + 1u;
	size_t n = reader_offset(r) - start, need = n < 0x80 ? 1 : wire_varint_size(n);

	if (need != had && !reader_move_content(r, f, start, had, need))
		return false;
	put_varint(r->out->p + start - had, n);
	return true;
}

/* Inside a message the same field may be open twice (Failure.cause): its own guess. */
static inline size_t open_message(struct reader *r, const struct schema_field *f, unsigned *had)
{
	*had = r->learned->width[f->id] + 1u;
	r->o += *had;
	return reader_offset(r);
}

static inline bool close_message(struct reader *r, const struct schema_field *f, size_t start,
				 unsigned had)
{
	r->learned->width[f->id] = (uint8_t)(had - 1);
	return close_length(r, f, start);
}
