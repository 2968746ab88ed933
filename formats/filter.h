/* SPDX-License-Identifier: MIT */
/* filter.h: compression around a file: recognised, taken off, put on. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"

#include <stdint.h>

struct filter {
	const char *name;   /* "gzip" */
	const char *ending; /* ".gz" */
	uint32_t magic;	    /* first bytes, little endian */
	unsigned magic_bytes;
	/* Appends; BYTES may be several members or frames, one behind the other. */
	bool (*unpack)(struct str bytes, struct buf *out, struct err *err);
	bool (*pack)(struct str bytes, struct buf *out, struct err *err);
};

/* The one whose magic BYTES begin with, or NULL. */
const struct filter *filter_of_bytes(struct str bytes);
/* The one whose ending NAME has, or NULL. */
const struct filter *filter_of_name(struct str name);
/* True where OUT bytes from IN bytes can't be honest (limits.h). */
bool filter_is_bomb(size_t in, size_t out);
