/* SPDX-License-Identifier: MIT */
/* format.h: the table of file formats, and what a row of it must do. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/load.h"

/* Bytes of one file, unpacked, on their way to wire bytes. */
struct format_input {
	const struct schema *schema;
	struct str bytes;
	struct arena *arena;	/* the history's, for what must outlive the load */
	struct load_info *info; /* never NULL */
};

/*
 * A new format is a file fmt_x.c with one of these, and a line in format.c. The wire bytes
 * are either made (appended to MADE; then *RET_WIRE is not touched) or a part of the input.
 */
struct format {
	const char *name; /* "json": for --explain */
	const char *what; /* "JSON with a list of events": for messages */
	bool (*sniff)(struct str bytes);
	bool (*load)(const struct format_input *in, struct buf *made, struct str *ret_wire,
		     struct err *err);
};

extern const struct format FORMAT_JSON;	 /* fmt_json.c */
extern const struct format FORMAT_PROTO; /* fmt_proto.c */

/* Why BYTES, which no format took, are none, with advice; NULL: nothing is known. */
const char *format_advice(struct str bytes);

/* A file's bytes on their way: borrowed from the caller, or held in `owned`. */
struct format_stream {
	struct str bytes;
	struct buf owned; /* p is NULL while the bytes are the caller's */
};

/* Unpacks, recognises and reads S. INFO is cleared by the caller. */
bool format_load(const struct schema *schema, struct format_stream *s, struct history *ret,
		 struct load_info *info, struct err *err);
