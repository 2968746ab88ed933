/* SPDX-License-Identifier: MIT */
/* filter.c: the table of endings, and the ceiling on what a byte unpacks to. */
#include "formats/bytes/filter.h"

#include "formats/base/limits.h"

static const struct filter FILTERS[] = {
	{"gzip", ".gz"},
	{"zstd", ".zst"},
};

bool filter_is_bomb(uint64_t in, uint64_t out)
{
	return out > LIMIT_INFLATE_FLOOR && out / LIMIT_INFLATE_RATIO > in;
}

const struct filter *filter_of_name(struct str name)
{
	for (size_t i = 0; i < sizeof(FILTERS) / sizeof(*FILTERS); i++)
		if (str_ends(name, str_of(FILTERS[i].ending)))
			return &FILTERS[i];
	return NULL;
}
