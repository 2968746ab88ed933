/* SPDX-License-Identifier: MIT */
/* layer_dump.c: bytes in columns with their offset before them, by xxd or hexdump -C. */
#include "formats/bytes/layer.h"

#include "formats/base/limits.h"

/*
 *     00000010: 0a2b 0801 1209 08d2  ._......            xxd: pairs, two blanks, letters
 *     00000010  0a 2b 08 01  12 09  |.+....|             hexdump -C: bytes, a bar, letters
 *     *                                                  lines like the one before
 *     00000040                                           hexdump -C: how long it all was
 *
 * Offsets say where a line belongs: one that is missing, or comes twice, is an error.
 */
#define LINE_BYTES 256 /* of one line; xxd -c goes so far */

struct dump {
	char bytes[LINE_BYTES]; /* of the last line */
	size_t n;
	uint64_t at;	/* offset behind what came out */
	uint64_t until; /* repeat the last line up to here */
	bool starred;
	bool pending; /* `bytes` is still to come out, behind the repetition */
};

struct dump_line {
	uint64_t offset;
	char bytes[LINE_BYTES];
	size_t n;
};

/* Takes an offset of 7 to 16 digits; xxd puts a colon behind it. */
static bool take_offset(struct str *s, uint64_t *ret, bool *ret_colon)
{
	size_t n = 0;

	*ret = 0;
	while (n < s->n && n < 16 && str_hex_digit(s->p[n]) >= 0)
		*ret = *ret << 4 | (unsigned)str_hex_digit(s->p[n++]);
	if (n < 7)
		return false;
	*s = str_skip(*s, n);
	*ret_colon = s->n && s->p[0] == ':';
	*s = str_skip(*s, *ret_colon);
	return s->n == 0 || s->p[0] == ' ';
}

/* One line without its break; false: none of a dump. */
static bool parse_line(struct str s, struct dump_line *ret)
{
	bool colon;

	ret->n = 0;
	if (!take_offset(&s, &ret->offset, &colon))
		return false;
	s = str_skip(s, 1);
	while (s.n >= 2 && ret->n < LINE_BYTES) {
		/* Behind two blanks xxd has its letters; hexdump has a gap in the middle. */
		if (s.p[0] == '|' || (colon && s.p[0] == ' '))
			break;
		if (s.p[0] == ' ') {
			s = str_skip(s, 1);
			continue;
		}
		if (str_hex_digit(s.p[0]) < 0 || str_hex_digit(s.p[1]) < 0)
			return false;
		ret->bytes[ret->n++] = (char)(str_hex_digit(s.p[0]) << 4 | str_hex_digit(s.p[1]));
		s = str_skip(s, 2);
		if (colon && s.n && s.p[0] == ' ')
			s = str_skip(s, 1);
	}
	return true;
}

static bool sniff(struct str begin, bool whole)
{
	const char *end = begin.n ? memchr(begin.p, '\n', begin.n) : NULL;
	size_t n = end ? (size_t)(end - begin.p) : begin.n;
	struct dump_line line;

	return (end || whole) && parse_line(str_trim(str_take(begin, n)), &line) &&
	       line.offset == 0 && line.n > 1;
}

static bool take_line(struct dump *s, struct layer_io *io, struct str text, struct err *err)
{
	struct dump_line line;

	if (str_is(text, "*")) {
		s->starred = true;
		return s->n || layer_damaged(&LAYER_HEX_DUMP, io, "nothing to repeat", err);
	}
	if (!text.n)
		return true;
	if (!parse_line(text, &line))
		return layer_damaged(&LAYER_HEX_DUMP, io, "no line of a dump", err);
	if (line.offset < s->at || (line.offset > s->at && !s->starred))
		return layer_damaged(&LAYER_HEX_DUMP, io, "a line that does not belong", err);
	s->until = line.offset;
	s->starred = false;
	s->pending = true;
	if (line.offset > s->at)
		return true; /* asked again once the repetition is out */
	memcpy(s->bytes, line.bytes, line.n);
	s->n = line.n ? line.n : s->n;
	s->at += line.n;
	memcpy(io->out, line.bytes, line.n);
	io->out += line.n;
	io->room -= line.n;
	s->pending = false;
	return true;
}

static void repeat(struct dump *s, struct layer_io *io)
{
	while (s->at < s->until && io->room >= LINE_BYTES) {
		size_t n = s->until - s->at < s->n ? (size_t)(s->until - s->at) : s->n;

		memcpy(io->out, s->bytes, n);
		io->out += n;
		io->room -= n;
		s->at += n;
	}
}

static bool step(void *state, struct layer_io *io, struct err *err)
{
	struct dump *s = state;

	while (io->room >= LINE_BYTES) {
		const char *end = io->in.n ? memchr(io->in.p, '\n', io->in.n) : NULL;
		size_t n = end ? (size_t)(end - io->in.p) : io->in.n;
		size_t most = n < LIMIT_DUMP_LINE_BYTES ? n : LIMIT_DUMP_LINE_BYTES;

		repeat(s, io);
		if (s->at < s->until)
			return true;
		if (n > most)
			return layer_damaged(&LAYER_HEX_DUMP, io, "no line of a dump", err);
		if (!end && !io->in_at_end)
			return true;
		if (!io->in.n) {
			io->ended = true;
			return !s->starred || layer_cut(&LAYER_HEX_DUMP, io, err);
		}
		if (!take_line(s, io, str_trim(str_take(io->in, n)), err))
			return false;
		if (s->pending)
			continue;
		io->in = str_skip(io->in, n + 1);
		io->in_at += n + (end != NULL);
	}
	return true;
}

const struct layer LAYER_HEX_DUMP = {
	.name = "hex dump",
	.evidence = "lines of an offset, bytes in hex and letters",
	.kind = LAYER_TEXT,
	.sniff = sniff,
	.state_bytes = sizeof(struct dump),
	.step = step,
};
