/* SPDX-License-Identifier: MIT */
/* redact_spelling.h: how a value is written again inside of ids and other texts. */
#pragma once

#include "formats/base/buf.h"

/*
 *     "joe@example.com"  in  "order/joe%40example.com"     percent-encoded
 *                            "6a6f65406578616d706c652e636f6d-1"     hex
 *                            "user:am9lQGV4YW1wbGUuY29t"   base64, of a longer text too
 *
 * A row reads what a text may stand for and writes the like of it, so that what code spells
 * anew from a placeholder is what stands there. Letter case and digits alone are no rows: a
 * secret is known by them too (redact_secrets.h).
 */
struct spelling {
	const char *name; /* for people */
	bool (*within)(char c); /* characters of it; NULL: any */
	size_t least;		/* characters */
	size_t shifts;		/* a value begins at one of so many characters */
	/* What RUN stands for behind OUT; how much of RUN was read; 0: it is not spelled so. */
	size_t (*read)(struct str run, struct buf *out);
	/* BYTES in the alphabet and letter case of AS. */
	void (*write)(struct str bytes, struct str as, struct buf *out);
};

/* All rows; *RET_N of them. */
const struct spelling *spellings(size_t *ret_n);
/* The next part of TEXT at or behind *AT that may be in S; moves *AT behind it. */
bool spelling_next(const struct spelling *s, struct str text, size_t *at, struct str *ret);
