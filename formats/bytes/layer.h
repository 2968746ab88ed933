/* SPDX-License-Identifier: MIT */
/* layer.h: what may be wrapped around a history's bytes, and how it comes off in a stream. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"

#include <stdint.h>

/*
 * A row of the table is one wrapping: a compression, a text encoding, a carrier. It is told
 * by how the bytes begin, and taken off step by step:
 *
 *     in   [#### not yet unpacked ####]          out  [unpacked####......... room]
 *          ^ moves right                                           ^ moves right
 *
 * A step takes some of IN, puts some to OUT, sets `ended`, or fails. If it does none of
 * these it wants to see more of IN; with `in_at_end` there is no more, and the input is cut.
 * What came out before a failure stays good.
 */
struct layer_io {
	struct str in;
	bool in_at_end;
	uint64_t in_at; /* offset of in.p[0] in the packed bytes, for messages */
	char *out;
	size_t room;	  /* LAYER_ROOM or more at the begin of a step */
	bool ended;	  /* nothing comes out any more */
	const char *note; /* set: something was passed over, in one line */
};

#define LAYER_ROOM ((size_t)64 * 1024)

/* What a sniff is shown: so much, or all there is. */
#define LAYER_SNIFF ((size_t)4096)

enum layer_kind {
	LAYER_BYTES, /* told for certain by its own marks */
	LAYER_TEXT,  /* letters that stand for bytes: taken off where these make sense */
};

struct layer {
	const char *name;     /* "gzip": for messages and --explain */
	const char *evidence; /* "begins with 1f 8b" */
	enum layer_kind kind;
	/* BEGIN is LAYER_SNIFF bytes or more, or the WHOLE input. */
	bool (*sniff)(struct str begin, bool whole);
	/* A layer of a fixed number of bytes in front and nothing else; `step` is NULL. */
	size_t skip;
	size_t state_bytes; /* given zeroed */
	bool (*open)(void *state, struct err *err); /* may be NULL */
	bool (*step)(void *state, struct layer_io *io, struct err *err);
	void (*close)(void *state); /* may be NULL */
};

extern const struct layer LAYER_GZIP;	 /* layer_packed.c: members one behind the other */
extern const struct layer LAYER_ZLIB;
extern const struct layer LAYER_ZSTD;	 /* frames, and skippable ones */
extern const struct layer LAYER_BOM;	 /* layer_unicode.c: UTF-8 with a byte order mark */
extern const struct layer LAYER_UTF16LE; /* with a mark or without */
extern const struct layer LAYER_UTF16BE;
extern const struct layer LAYER_GRPC;	 /* layer_grpc.c: messages as they are on the wire */
extern const struct layer LAYER_HEX;	 /* layer_hex.c: 0x, \x, X'', blanks, commas, lines */
extern const struct layer LAYER_HEX_DUMP; /* layer_dump.c: xxd, hexdump -C */
extern const struct layer LAYER_BASE64;	 /* layer_base64.c: both alphabets, padded or not */

/*
 * The one that BEGIN is wrapped in, or NULL. Text carriers only where what they stand for
 * begins as a history may (layer_promises()); with PEEL also where it does not.
 */
enum layer_ask { LAYER_SURE, LAYER_PEEL };
const struct layer *layer_of(struct str begin, bool whole, enum layer_ask ask);

/* True where BEGIN looks like a history, a server's reply or another layer. */
bool layer_promises(struct str begin, bool whole);

/*
 * The same without a look into other layers: for a sniff that unpacks what it is shown, which
 * a file that unpacks to itself would send round for ever.
 */
bool layer_looks(struct str begin);

/*
 * The first bytes under L into TO, as many as come of BEGIN and fit into ROOM; 0 also where
 * they are damaged.
 */
size_t layer_peek(const struct layer *l, struct str begin, bool whole, char *to, size_t room);

/* The errors that all layers share; both are false. */
bool layer_cut(const struct layer *l, const struct layer_io *io, struct err *err);
bool layer_damaged(const struct layer *l, const struct layer_io *io, const char *what,
		   struct err *err);
