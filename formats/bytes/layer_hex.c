/* SPDX-License-Identifier: MIT */
/* layer_hex.c: hex digits, as databases and `xxd -p` print bytes. */
#include "formats/bytes/layer.h"

/*
 * Two digits a byte. Before a pair may stand 0x or \x (once, as databases print a blob, or
 * before each byte, as C does); around pairs blanks, line breaks, commas and colons; around
 * all of it X'...' or quotes.
 */
#define LEAST_BYTES 16

struct hex {
	bool half; /* one digit is there */
	uint8_t high;
};

static bool is_between(char c)
{
	return c && strchr(" \t\r\n,:'\"", c);
}

/* Bytes of "0x", "\x", "\\x" or "X'" at the begin of S; 0: none. */
static size_t prefix_of(struct str s)
{
	static const char *const PREFIXES[] = {"0x", "0X", "\\x", "\\\\x", "X'", "x'"};

	for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(*PREFIXES); i++)
		if (str_starts(s, str_of(PREFIXES[i])))
			return strlen(PREFIXES[i]);
	return 0;
}

static bool sniff(struct str begin, bool whole)
{
	size_t digits = 0;

	for (size_t i = 0; i < begin.n;) {
		size_t prefix = digits % 2 ? 0 : prefix_of(str_skip(begin, i));

		if (!prefix && str_hex_digit(begin.p[i]) >= 0)
			digits++;
		else if (!prefix && !is_between(begin.p[i]))
			/* the first half of a prefix, where the sniff was shown no more */
			return !whole && i + 1 == begin.n && begin.p[i] == '\\' &&
			       digits >= 2 * LEAST_BYTES;
		i += prefix ? prefix : 1;
	}
	/* An odd one is cut: the step says so. */
	return digits >= 2 * LEAST_BYTES;
}

static void take(struct layer_io *io, size_t n)
{
	io->in = str_skip(io->in, n);
	io->in_at += n;
}

static bool one(struct hex *s, struct layer_io *io, struct err *err)
{
	int digit = str_hex_digit(io->in.p[0]);

	if (digit < 0 && (s->half || !is_between(io->in.p[0])))
		return layer_damaged(&LAYER_HEX, io, "no hex digit", err);
	if (digit >= 0 && s->half) {
		*io->out++ = (char)(s->high << 4 | digit);
		io->room--;
	} else if (digit >= 0) {
		s->high = (uint8_t)digit;
	}
	s->half = digit >= 0 && !s->half;
	take(io, 1);
	return true;
}

static bool step(void *state, struct layer_io *io, struct err *err)
{
	struct hex *s = state;

	while (io->in.n && io->room) {
		size_t prefix = s->half ? 0 : prefix_of(io->in);

		/* A prefix has up to three characters. */
		if (io->in.n < 3 && !io->in_at_end)
			return true;
		if (prefix)
			take(io, prefix);
		else if (!one(s, io, err))
			return false;
	}
	if (io->in.n || !io->in_at_end)
		return true;
	io->ended = true;
	return !s->half || layer_cut(&LAYER_HEX, io, err);
}

const struct layer LAYER_HEX = {
	.name = "hex text",
	.evidence = "nothing but pairs of hex digits",
	.kind = LAYER_TEXT,
	.sniff = sniff,
	.state_bytes = sizeof(struct hex),
	.step = step,
};
