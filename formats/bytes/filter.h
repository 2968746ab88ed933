/* SPDX-License-Identifier: MIT */
/* filter.h: the compressions that are written, and what no honest one unpacks to. */
#pragma once

#include "formats/base/str.h"

#include <stdint.h>

/* A compression by the ending it gives a name; packer.h does it, layer.h takes it off. */
struct filter {
	const char *name;   /* "gzip" */
	const char *ending; /* ".gz" */
};

/* The one whose ending NAME has, or NULL. */
const struct filter *filter_of_name(struct str name);
/* True where OUT bytes from IN bytes can't be honest (limits.h). */
bool filter_is_bomb(uint64_t in, uint64_t out);
