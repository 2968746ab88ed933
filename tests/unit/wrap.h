/* SPDX-License-Identifier: MIT */
/* wrap.h: everything that can be wrapped around a history, to be taken off again. */
#pragma once

#include "formats/base/buf.h"

enum wrap_flag {
	CUT_IS_TOLD = 1,   /* a part of it is never taken for the whole */
	ONLY_MESSAGES = 2, /* of protobuf bytes */
};

struct wrapping {
	const char *layer; /* its name in layer.h */
	void (*put)(struct buf *out, struct str s);
	unsigned flags; /* enum wrap_flag */
};

extern const struct wrapping WRAPPINGS[];
extern const size_t N_WRAPPINGS;

void wrap_gzip(struct buf *out, struct str s);
void wrap_frame(struct buf *out, struct str s); /* of zstd */

/* A History with some events, as bytes that no text is. */
struct buf wrap_message(void);
