/* SPDX-License-Identifier: MIT */
/* width.c: a search in the table that width.py makes of Unicode's. */
#include "formats/base/width.h"

#include "formats/base/visible.h"

static const struct range {
	long first, last;
	unsigned char width;
} RANGES[] = {
#include "formats/width.inc"
};

static size_t rune_width(long rune)
{
	size_t low = 0, high = sizeof(RANGES) / sizeof(*RANGES);

	if (rune < 0x300)
		return 1;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (rune > RANGES[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == sizeof(RANGES) / sizeof(*RANGES) || rune < RANGES[low].first)
		return 1;
	return RANGES[low].width;
}

size_t width_of(struct str s)
{
	size_t width = 0;
	long rune;

	for (; s.n; s = str_skip(s, visible_rune(s, &rune))) {
		visible_rune(s, &rune);
		width += rune_width(rune);
	}
	return width;
}

void width_add(struct buf *out, struct str s, size_t columns)
{
	size_t have = width_of(s), points = 0, used = 0;

	if (have > columns)
		points = columns < 3 ? columns : 3;
	while (s.n) {
		long rune;
		size_t n = visible_rune(s, &rune), wide = rune_width(rune);

		if (used + wide > columns - points)
			break;
		buf_add(out, str_take(s, n));
		used += wide;
		s = str_skip(s, n);
	}
	for (size_t i = 0; i < points; i++)
		buf_add_char(out, '.');
	for (used += points; used < columns; used++)
		buf_add_char(out, ' ');
}
