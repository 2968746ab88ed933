/* SPDX-License-Identifier: MIT */
/* layer_packed.c: gzip and zlib by zlib, zstd by libzstd, in streams. */
#include <zlib.h>
#include <zstd.h>

#include "formats/bytes/layer.h"

#define ZLIB_STEP ((size_t)1 << 30) /* zlib counts in 32 bits */

static const char TRAILING[] = "bytes behind the end of the compressed data are passed over";

/* ---- gzip and zlib ---- */

struct inflating {
	z_stream z;
	bool between; /* a member has ended */
};

static bool starts_with(struct str s, uint32_t magic, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		if (i >= s.n || (uint8_t)s.p[i] != (uint8_t)(magic >> (8 * i)))
			return false;
	return true;
}

static bool gzip_sniff(struct str begin, bool whole)
{
	(void)whole;
	return starts_with(begin, 0x8b1f, 2);
}

static bool zlib_can_start(int code, struct err *err)
{
	return code == Z_OK || err_set(err, ERR_LIMIT, "zlib can't start");
}

static bool gzip_open(void *state, struct err *err)
{
	/* 16: with a gzip header */
	return zlib_can_start(inflateInit2(&((struct inflating *)state)->z, 16 + MAX_WBITS), err);
}

static bool zlib_open(void *state, struct err *err)
{
	return zlib_can_start(inflateInit2(&((struct inflating *)state)->z, MAX_WBITS), err);
}

static void inflate_close(void *state)
{
	inflateEnd(&((struct inflating *)state)->z);
}

static bool inflate_step(const struct layer *l, struct inflating *s, struct layer_io *io,
			 struct err *err)
{
	size_t in = io->in.n < ZLIB_STEP ? io->in.n : ZLIB_STEP;
	size_t room = io->room < ZLIB_STEP ? io->room : ZLIB_STEP;
	int code;

	s->z.next_in = (Bytef *)(uintptr_t)io->in.p;
	s->z.avail_in = (uInt)in;
	s->z.next_out = (Bytef *)io->out;
	s->z.avail_out = (uInt)room;
	code = inflate(&s->z, Z_NO_FLUSH);
	io->in = str_skip(io->in, in - s->z.avail_in);
	io->in_at += in - s->z.avail_in;
	io->out += room - s->z.avail_out;
	io->room -= room - s->z.avail_out;
	s->between = code == Z_STREAM_END;
	/* Z_BUF_ERROR: nothing to do without more input */
	if (code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR)
		return true;
	return layer_damaged(l, io, s->z.msg ? s->z.msg : "damaged", err);
}

/* Tar and tapes fill up with zeros behind the data. */
static void skip_padding(struct layer_io *io)
{
	while (io->in.n && !io->in.p[0]) {
		io->in = str_skip(io->in, 1);
		io->in_at++;
	}
}

static void end_before_rest(struct layer_io *io)
{
	io->ended = true;
	io->note = TRAILING;
}

static bool gzip_step(void *state, struct layer_io *io, struct err *err)
{
	struct inflating *s = state;

	if (s->between) {
		skip_padding(io);
		if (io->in.n < 2 && !io->in_at_end)
			return true;
		if (!io->in.n) {
			io->ended = true;
			return true;
		}
		if (io->in.n == 1 && io->in.p[0] == '\x1f')
			return layer_cut(&LAYER_GZIP, io, err);
		if (!gzip_sniff(io->in, false)) {
			end_before_rest(io);
			return true;
		}
		inflateReset(&s->z);
	}
	return inflate_step(&LAYER_GZIP, s, io, err);
}

static bool zlib_step(void *state, struct layer_io *io, struct err *err)
{
	struct inflating *s = state;

	if (!s->between)
		return inflate_step(&LAYER_ZLIB, s, io, err);
	skip_padding(io);
	io->ended = io->in.n || io->in_at_end;
	io->note = io->in.n ? TRAILING : NULL;
	return true;
}

static bool zlib_header(struct str s)
{
	return s.n > 1 && s.p[0] == '\x78' && memchr("\x01\x5e\x9c\xda", s.p[1], 4);
}

/*
 * Two bytes are little to tell a format by, and "x^" begins words too: the first block must
 * unpack, and where the header is text, to something that looks like a history.
 */
static bool zlib_sniff(struct str begin, bool whole)
{
	char peek[256];
	size_t n;

	if (begin.n < 6 || !zlib_header(begin))
		return false;
	n = layer_peek(&LAYER_ZLIB, str_take(begin, LAYER_SNIFF), whole && begin.n <= LAYER_SNIFF,
		       peek, sizeof(peek));
	return n > 0 && (begin.p[1] != '\x5e' || zlib_header(str_slice(peek, n)) ||
			 layer_looks(str_slice(peek, n)));
}

/* ---- zstd ---- */

struct zstd_reading {
	ZSTD_DStream *z;
	size_t left; /* as zstd says it: 0 between frames */
};

#define ZSTD_FRAME 0xfd2fb528u
#define ZSTD_SKIPPED 0x184d2a50u /* and the fifteen behind it */

static bool zstd_sniff(struct str begin, bool whole)
{
	(void)whole;
	return starts_with(begin, ZSTD_FRAME, 4) ||
	       (begin.n > 3 && ((uint8_t)begin.p[0] & 0xf0) == (ZSTD_SKIPPED & 0xf0) &&
		starts_with(str_skip(begin, 1), ZSTD_SKIPPED >> 8, 3));
}

static bool zstd_open(void *state, struct err *err)
{
	struct zstd_reading *s = state;

	s->z = ZSTD_createDStream();
	return s->z || err_set(err, ERR_LIMIT, "zstd can't start");
}

static void zstd_close(void *state)
{
	ZSTD_freeDStream(((struct zstd_reading *)state)->z);
}

/* True: another frame begins, or it can't be told yet what *RET is then. */
static bool zstd_goes_on(struct layer_io *io, bool *ret, struct err *err)
{
	*ret = true;
	if (io->in.n < 4 && !io->in_at_end)
		return false;
	if (zstd_sniff(io->in, false))
		return true;
	if (io->in.n && io->in.n < 4 && starts_with(io->in, ZSTD_FRAME, (unsigned)io->in.n)) {
		*ret = layer_cut(&LAYER_ZSTD, io, err);
		return false;
	}
	io->ended = true;
	skip_padding(io);
	io->note = io->in.n ? TRAILING : NULL;
	return false;
}

static bool zstd_step(void *state, struct layer_io *io, struct err *err)
{
	struct zstd_reading *s = state;
	ZSTD_inBuffer in = {io->in.p, io->in.n, 0};
	ZSTD_outBuffer out = {io->out, io->room, 0};
	bool ok;

	if (s->left == 0 && !zstd_goes_on(io, &ok, err))
		return ok;
	s->left = ZSTD_decompressStream(s->z, &out, &in);
	io->in = str_skip(io->in, in.pos);
	io->in_at += in.pos;
	io->out += out.pos;
	io->room -= out.pos;
	if (ZSTD_isError(s->left))
		return layer_damaged(&LAYER_ZSTD, io, ZSTD_getErrorName(s->left), err);
	return true;
}

const struct layer LAYER_GZIP = {
	.name = "gzip",
	.evidence = "begins with 1f 8b",
	.sniff = gzip_sniff,
	.state_bytes = sizeof(struct inflating),
	.open = gzip_open,
	.step = gzip_step,
	.close = inflate_close,
};

const struct layer LAYER_ZLIB = {
	.name = "zlib",
	.evidence = "begins with 78 and unpacks",
	.sniff = zlib_sniff,
	.state_bytes = sizeof(struct inflating),
	.open = zlib_open,
	.step = zlib_step,
	.close = inflate_close,
};

const struct layer LAYER_ZSTD = {
	.name = "zstd",
	.evidence = "begins with 28 b5 2f fd, or a skippable frame",
	.sniff = zstd_sniff,
	.state_bytes = sizeof(struct zstd_reading),
	.open = zstd_open,
	.step = zstd_step,
	.close = zstd_close,
};
