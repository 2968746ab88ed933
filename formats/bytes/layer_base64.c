/* SPDX-License-Identifier: MIT */
/* layer_base64.c: base64 text in lines or in one, of both alphabets. */
#include "formats/bytes/layer.h"

#include "formats/base/base64.h"

#define LEAST_LETTERS 22 /* 16 bytes */

/*
 * Letters are gathered in fours; a group that ends early ends with `=` or with the text.
 * Behind padding another text may begin (files put one behind the other).
 */
struct base64 {
	char group[4];
	unsigned letters; /* in it */
	unsigned padding; /* `=` that may still come */
};

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '+' || c == '/' || c == '-' || c == '_';
}

static bool is_break(char c)
{
	return c == '\n' || c == '\r';
}

/* Words have blanks between them, base64 has not. */
static bool sniff(struct str begin, bool whole)
{
	struct str text = whole ? str_trim(begin) : begin;
	size_t letters = 0;

	while (text.n && (is_break(text.p[0]) || text.p[0] == ' '))
		text = str_skip(text, 1);
	for (size_t i = 0; i < text.n; i++) {
		if (is_letter(text.p[i]))
			letters++;
		else if (!is_break(text.p[i]) && (text.p[i] != '=' || letters < 2))
			return false;
	}
	return letters >= LEAST_LETTERS;
}

static void take(struct layer_io *io, size_t n)
{
	io->in = str_skip(io->in, n);
	io->in_at += n;
}

static bool put_group(struct base64 *s, struct layer_io *io)
{
	size_t n = 0;

	if (!base64_decode(str_slice(s->group, s->letters), io->out, &n))
		return false;
	io->out += n;
	io->room -= n;
	s->letters = 0;
	return true;
}

/* Whole groups of a line at once. */
static void put_run(struct layer_io *io)
{
	size_t most = io->room / 3 * 4, run = 0, n = 0;

	/* base64_decode() may write BASE64_DECODED_MAX(), three bytes more than it says */
	most = most > 8 ? most - 8 : 0;
	while (run < io->in.n && run < most && is_letter(io->in.p[run]))
		run++;
	run -= run % 4;
	if (!run || !base64_decode(str_take(io->in, run), io->out, &n))
		return;
	io->out += n;
	io->room -= n;
	take(io, run);
}

static bool one(struct base64 *s, struct layer_io *io, struct err *err)
{
	char c = io->in.p[0];

	if (is_letter(c)) {
		s->group[s->letters++] = c;
		s->padding = 0;
	} else if (c == '=' && (s->letters > 1 || s->padding)) {
		s->padding = s->letters ? 3 - s->letters : s->padding - 1;
		if (s->letters && !put_group(s, io))
			return layer_damaged(&LAYER_BASE64, io, "no whole byte", err);
	} else if (!is_break(c) && c != ' ' && c != '\t') {
		return layer_damaged(&LAYER_BASE64, io, "no letter of base64", err);
	}
	take(io, 1);
	return s->letters < 4 || put_group(s, io) ||
	       layer_damaged(&LAYER_BASE64, io, "no letters of base64", err);
}

static bool step(void *state, struct layer_io *io, struct err *err)
{
	struct base64 *s = state;

	while (io->in.n && io->room > 16) {
		if (!s->letters)
			put_run(io);
		if (io->in.n && io->room > 16 && !one(s, io, err))
			return false;
	}
	if (io->in.n || !io->in_at_end)
		return true;
	if (s->letters == 1)
		return layer_cut(&LAYER_BASE64, io, err);
	if (s->letters && !put_group(s, io))
		return layer_cut(&LAYER_BASE64, io, err);
	io->ended = true;
	return true;
}

const struct layer LAYER_BASE64 = {
	.name = "base64 text",
	.evidence = "nothing but letters of base64",
	.kind = LAYER_TEXT,
	.sniff = sniff,
	.state_bytes = sizeof(struct base64),
	.step = step,
};
