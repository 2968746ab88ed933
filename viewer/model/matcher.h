/* SPDX-License-Identifier: MIT */
/* matcher.h: what is looked for: a text or a regular expression, with smart case. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/rex.h"
#include "formats/payload/codec.h"

#include <stddef.h>

struct history;

/*
 * A text without a capital letter matches any case, ASCII's; with one it matches as it is. What
 * has signs of a regular expression (rex.h) is one, unless it can't be read as one: then it is
 * a text like any other.
 */
struct matcher {
	struct str text; /* as typed */
	const struct rex *rex; /* NULL: a plain text */
	bool any_case;
	struct buf folded; /* scratch: what is looked at, in small letters */
};

/* TEXT is copied into A. */
void matcher_init(struct matcher *m, struct str text, struct arena *a);
void matcher_done(struct matcher *m);
/* The first match in S at or behind FROM; offsets into S. Empty matches are none. */
bool matcher_find(struct matcher *m, struct str s, size_t from, size_t *ret_start, size_t *ret_end);
/* Whether any text of an event matches (text_find.h). */
bool matcher_fits(struct matcher *m, const struct history *h, size_t event,
		  const struct codec_tools *tools);
