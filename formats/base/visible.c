/* SPDX-License-Identifier: MIT */
/* visible.c: UTF-8 read strictly; what could deceive is written as an escape. */
#include "formats/base/visible.h"

/* Ranges of code points that have no shape of their own, or change that of others. */
static const struct {
	long first, last;
} HIDDEN[] = {
	{0x00, 0x1f},	  {0x7f, 0x9f},	    {0xad, 0xad},     {0x61c, 0x61c},
	{0x115f, 0x1160}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},
	{0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
	{0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff},
	/* For private use, which no two fonts show alike, and what is no character at all. */
	{0xe000, 0xf8ff}, {0xfdd0, 0xfdef}, {0xf0000, 0x10ffff},
};

/* The last two of each plane are no characters. */
static bool is_hidden(long rune)
{
	if ((rune & 0xfffe) == 0xfffe)
		return true;
	for (size_t i = 0; i < sizeof(HIDDEN) / sizeof(*HIDDEN); i++)
		if (rune >= HIDDEN[i].first && rune <= HIDDEN[i].last)
			return true;
	return false;
}

size_t visible_rune(struct str s, long *ret_rune)
{
	/* By length: what the first byte holds, and the least that needs this length. */
	static const struct {
		unsigned char mask, mark;
		long least;
	} FORMS[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
	unsigned char lead = (unsigned char)s.p[0];
	long rune;

	*ret_rune = -1;
	for (size_t n = 1; n <= 4 && n <= s.n; n++) {
		if ((lead & FORMS[n - 1].mask) != FORMS[n - 1].mark)
			continue;
		rune = lead & (unsigned char)~FORMS[n - 1].mask;
		for (size_t i = 1; i < n; i++) {
			if (((unsigned char)s.p[i] & 0xc0) != 0x80)
				return 1;
			rune = rune << 6 | ((unsigned char)s.p[i] & 0x3f);
		}
		if (rune < FORMS[n - 1].least || rune > 0x10ffff ||
		    (rune >= 0xd800 && rune <= 0xdfff))
			return 1;
		*ret_rune = rune;
		return n;
	}
	return 1;
}

static void add_escape(struct buf *out, long rune)
{
	if (rune == '\n')
		buf_puts(out, "\\n");
	else if (rune == '\t')
		buf_puts(out, "\\t");
	else if (rune == '\r')
		buf_puts(out, "\\r");
	else if (rune <= 0xff)
		buf_printf(out, "\\x%02lx", (unsigned long)rune);
	else
		buf_printf(out, rune > 0xffff ? "\\U%08lx" : "\\u%04lx", (unsigned long)rune);
}

/* How many bytes S begins with that are harmless in themselves: most texts are all that. */
static size_t plain_length(struct str s, size_t most)
{
	size_t n = 0;

	while (n < s.n && n < most && s.p[n] >= 0x20 && s.p[n] < 0x7f && s.p[n] != '#')
		n++;
	return n;
}

void visible_add(struct buf *out, struct str s, size_t limit)
{
	size_t start = out->n;
	long before = 0;

	while (s.n) {
		size_t used = out->n - start, room = limit > used ? limit - used : 0, n;
		long rune;

		n = plain_length(s, limit ? room : s.n);
		if (n) {
			buf_add_bytes(out, s.p, n);
			before = s.p[n - 1];
			s = str_skip(s, n);
			continue;
		}
		n = visible_rune(s, &rune);

		if (limit && out->n - start + n > limit) {
			buf_puts(out, "...");
			return;
		}
		if (rune < 0)
			buf_printf(out, "\\x%02x", (unsigned)(unsigned char)s.p[0]);
		else if (is_hidden(rune) || (rune == '#' && before == '#'))
			add_escape(out, rune);
		else
			buf_add_bytes(out, s.p, n);
		before = rune;
		s = str_skip(s, n);
	}
}
