/* SPDX-License-Identifier: MIT */
/* transcode_writer.h: the writer of JSON: its state and its output. */
#pragma once

#include "formats/transcode/transcode_parts.h"

#include "formats/base/limits.h"

struct writer {
	char *o;
	char *o_end;
	struct buf *out;
	bool indent;
	bool unknown; /* the message being written holds what has no name */
	uint32_t last; /* number of the last of its members that was written; 0: none yet */
	struct arena *arena;
	const struct transcode_options *options;
	struct err *err;
	const struct schema_message *root;
	struct transcode_path *path;
	size_t normalised; /* bytes put in order so far */
};

/* Bytes behind o that may always be written. */
#define WRITER_SLACK 64

/* Always false. The path, and the event's id where it is known, are added. */
bool writer_fail(struct writer *w, enum err_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A field without a name at the path. */
void writer_lost(struct writer *w, uint32_t number);

/* Output */

void writer_take_room(struct writer *w);
bool writer_grow(struct writer *w, size_t n);

static inline bool writer_room(struct writer *w, size_t n)
{
	return (size_t)(w->o_end - w->o) >= n + WRITER_SLACK || writer_grow(w, n + WRITER_SLACK);
}

static inline void put(struct writer *w, const char *p, size_t n)
{
	memcpy(w->o, p, n);
	w->o += n;
}

/* A new line and the indent of LEVEL; the room is there. */
static inline void put_line(struct writer *w, unsigned level)
{
	char *o = w->o;

	if (!w->indent)
		return;
	*o++ = '\n';
	for (unsigned i = 0; i < level * 2; i += 16)
		memset(o + i, ' ', 16);
	w->o = o + level * 2;
}

#define LINE_MAX_BYTES(level) ((size_t)(level) * 2 + 32)

static inline bool put_name(struct writer *w, const struct schema_field *f, bool *first,
			    unsigned level)
{
	if (!writer_room(w, LINE_MAX_BYTES(level) + f->quoted.n))
		return false;
	if (!*first)
		*w->o++ = ',';
	*first = false;
	w->last = f->number;
	put_line(w, level);
	put(w, f->quoted.p, f->quoted.n);
	if (w->indent)
		*w->o++ = ' ';
	return true;
}

/* Unknown (transcode_unknown.c) */

/*
 * Writes what has no name in BYTES, the message M at DEPTH as it stood, whose other members
 * are written: carriers as the members that they are, the rest as "__unknown" or as lost.
 */
bool transcode_write_unknown(struct writer *w, const struct schema_message *m, struct str bytes,
			     bool *first, unsigned level, unsigned depth);
