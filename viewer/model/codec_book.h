/* SPDX-License-Identifier: MIT */
/* codec_book.h: payloads that a codec server is asked for, and what it made of them. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/map.h"
#include "formats/base/vec.h"

/*
 *     want()  ->  waits  -- next() -->  asked  -- answered() -->  known
 *                   ^                     |
 *                   +----- again() ---  refused()
 *
 * By what a payload is, wherever it stands: the same payload is asked for once. What was refused
 * is asked for again only when somebody says so, each payload by itself then, as one that a
 * server can't read spoils the request for all. It keeps at most CODEC_BOOK_BYTES; what would
 * be more is refused.
 */
#define CODEC_BOOK_BYTES ((size_t)64 * 1024 * 1024)

enum codec_standing { CODEC_WAITS, CODEC_ASKED, CODEC_KNOWN, CODEC_REFUSED };

struct codec_entry {
	struct str payload;
	struct str answer; /* the Payload in its place; of what was refused, why */
	enum codec_standing standing;
	bool alone; /* in its request */
};

struct codec_book {
	struct arena arena;
	struct map map; /* of payloads, to entries */
	VEC_OF(struct codec_entry) entries;
	size_t bytes;
	size_t n_waits, n_asked;
};

void codec_book_init(struct codec_book *b);
void codec_book_done(struct codec_book *b);
/* Forgets all of it; what is being asked for, too. */
void codec_book_clear(struct codec_book *b);

/* Where PAYLOAD stands; it waits from here on where it was not known of. RET_WHY: why it was refused. */
enum codec_standing codec_book_want(struct codec_book *b, struct str payload, struct str *ret_why);
/* What was answered for PAYLOAD; false: nothing was. */
bool codec_book_known(const struct codec_book *b, struct str payload, struct str *ret);

/* What to ask for next, at most MOST; they are asked for when codec_book_asked() says so. */
size_t codec_book_next(const struct codec_book *b, struct str *ret, size_t most);
void codec_book_asked(struct codec_book *b, size_t n);
/* The answers to all that were asked for, in that order; or why there are none. */
void codec_book_answered(struct codec_book *b, const struct str *answers);
void codec_book_refused(struct codec_book *b, struct str why);
/* What was refused waits again; how many they are. */
size_t codec_book_again(struct codec_book *b);
