/* SPDX-License-Identifier: MIT */
/* layer_unicode.c: a byte order mark, and UTF-16, as redirections in PowerShell write it. */
#include "formats/bytes/layer.h"

#include <inttypes.h>

enum byte_order { LITTLE, BIG };

/* Units that must look like ASCII where no mark says that they are units. */
#define TOLD_BY_UNITS 4

static bool bom_sniff(struct str begin, bool whole)
{
	(void)whole;
	return str_starts(begin, STR("\xef\xbb\xbf"));
}

static unsigned unit_at(struct str s, size_t i, enum byte_order order)
{
	unsigned a = (uint8_t)s.p[i], b = (uint8_t)s.p[i + 1];

	return order == LITTLE ? a | b << 8 : a << 8 | b;
}

static bool sniff(struct str begin, bool whole, enum byte_order order)
{
	bool visible = false;
	size_t i = 0;

	(void)whole;
	if (begin.n >= 2 && unit_at(begin, 0, order) == 0xfeff)
		return true;
	for (; i < TOLD_BY_UNITS && i * 2 + 1 < begin.n; i++) {
		unsigned u = unit_at(begin, i * 2, order);

		if ((u < 0x20 && u != '\t' && u != '\n' && u != '\r') || u > 0x7e)
			return false;
		visible |= u > 0x20;
	}
	return visible && i == TOLD_BY_UNITS;
}

static bool little_sniff(struct str begin, bool whole)
{
	return sniff(begin, whole, LITTLE);
}

static bool big_sniff(struct str begin, bool whole)
{
	return sniff(begin, whole, BIG);
}

struct utf16 {
	bool begun;
};

static void put(struct layer_io *io, unsigned rune, size_t taken)
{
	size_t n = str_put_utf8(io->out, rune);

	io->out += n;
	io->room -= n;
	io->in = str_skip(io->in, taken);
	io->in_at += taken;
}

/* A pair of surrogates, or half of one, which stands for no character. */
static bool put_pair(const struct layer *l, struct layer_io *io, enum byte_order order,
		     struct err *err)
{
	unsigned high = unit_at(io->in, 0, order), low;

	low = io->in.n < 4 ? 0 : unit_at(io->in, 2, order);
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return layer_damaged(l, io, "half of a surrogate pair", err);
	put(io, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 4);
	return true;
}

static bool step(const struct layer *l, struct utf16 *s, struct layer_io *io,
		 enum byte_order order, struct err *err)
{
	while (io->in.n >= 2 && io->room >= 4) {
		unsigned u = unit_at(io->in, 0, order);

		if (!s->begun && u == 0xfeff) {
			io->in = str_skip(io->in, 2);
			io->in_at += 2;
		} else if (u >= 0xd800 && u <= 0xdfff) {
			if (io->in.n < 4 && !io->in_at_end)
				return true;
			if (!put_pair(l, io, order, err))
				return false;
		} else {
			put(io, u, 2);
		}
		s->begun = true;
	}
	io->ended = io->in_at_end && io->in.n == 0;
	return true;
}

static bool little_step(void *state, struct layer_io *io, struct err *err)
{
	return step(&LAYER_UTF16LE, state, io, LITTLE, err);
}

static bool big_step(void *state, struct layer_io *io, struct err *err)
{
	return step(&LAYER_UTF16BE, state, io, BIG, err);
}

const struct layer LAYER_BOM = {
	.name = "UTF-8 byte order mark",
	.evidence = "begins with ef bb bf",
	.sniff = bom_sniff,
	.skip = 3,
};

const struct layer LAYER_UTF16LE = {
	.name = "UTF-16LE",
	.evidence = "begins with ff fe, or every second byte is zero",
	.sniff = little_sniff,
	.state_bytes = sizeof(struct utf16),
	.step = little_step,
};

const struct layer LAYER_UTF16BE = {
	.name = "UTF-16BE",
	.evidence = "begins with fe ff, or every other byte is zero",
	.sniff = big_sniff,
	.state_bytes = sizeof(struct utf16),
	.step = big_step,
};
