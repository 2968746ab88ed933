/* SPDX-License-Identifier: MIT */
/* filter.c: gzip by zlib, zstd by libzstd, both streaming into a bounded buffer. */
#include "formats/filter.h"

#include "formats/base/limits.h"
#include "formats/packer.h"

#include <zlib.h>
#include <zstd.h>

#define CHUNK ((size_t)64 * 1024)

bool filter_is_bomb(size_t in, size_t out)
{
	return out > LIMIT_INFLATE_FLOOR && out / LIMIT_INFLATE_RATIO > in;
}

static bool room_for_chunk(struct buf *out, size_t in, char **ret, struct err *err)
{
	if (filter_is_bomb(in, out->n) || out->n >= LIMIT_INPUT_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes unpack to more than %zu: refused", in,
			       out->n);
	*ret = buf_room(out, CHUNK);
	return *ret || buf_ok(out, err);
}

static bool gzip_inflate(z_stream *z, struct str bytes, struct buf *out, struct err *err)
{
	size_t at = 0;
	int code = Z_OK;

	while (at < bytes.n || code != Z_STREAM_END) {
		char *room = NULL;

		if (!room_for_chunk(out, bytes.n, &room, err))
			return false;
		/* Another member may follow; what is none (padding) ends the file. */
		if (code == Z_STREAM_END) {
			if (filter_of_bytes(str_skip(bytes, at)) == NULL)
				return true;
			inflateReset(z);
		}
		z->next_in = (Bytef *)(uintptr_t)(bytes.p + at);
		z->avail_in = (uInt)(bytes.n - at < UINT32_MAX ? bytes.n - at : UINT32_MAX);
		z->next_out = (Bytef *)room;
		z->avail_out = CHUNK;
		code = inflate(z, Z_NO_FLUSH);
		at = (size_t)((const char *)z->next_in - bytes.p);
		out->n += CHUNK - z->avail_out;
		out->p[out->n] = '\0';
		if (code == Z_BUF_ERROR || (code == Z_OK && at == bytes.n && z->avail_out))
			return err_set(err, ERR_SYNTAX, "gzip: truncated");
		if (code != Z_OK && code != Z_STREAM_END)
			return err_set(err, ERR_SYNTAX, "gzip: %s at byte %zu",
				       z->msg ? z->msg : "damaged", at);
	}
	return true;
}

static bool gzip_unpack(struct str bytes, struct buf *out, struct err *err)
{
	z_stream z = {0};
	bool ok;

	/* 16: with a gzip header */
	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return err_set(err, ERR_LIMIT, "gzip: zlib can't start");
	ok = gzip_inflate(&z, bytes, out, err);
	inflateEnd(&z);
	return ok;
}

static bool zstd_unpack(struct str bytes, struct buf *out, struct err *err)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	ZSTD_inBuffer in = {bytes.p, bytes.n, 0};
	size_t left = 1;
	bool ok = true;

	if (!z)
		return err_set(err, ERR_LIMIT, "zstd: can't start");
	/* A full chunk may leave more inside the decoder, though all input is taken. */
	for (bool full = false; ok && (in.pos < in.size || full);) {
		ZSTD_outBuffer chunk = {NULL, CHUNK, 0};
		char *room = NULL;

		ok = room_for_chunk(out, bytes.n, &room, err);
		if (!ok)
			break;
		chunk.dst = room;
		left = ZSTD_decompressStream(z, &chunk, &in);
		if (ZSTD_isError(left)) {
			ok = err_set(err, ERR_SYNTAX, "zstd: %s at byte %zu",
				     ZSTD_getErrorName(left), in.pos);
			break;
		}
		out->n += chunk.pos;
		out->p[out->n] = '\0';
		full = chunk.pos == chunk.size && left != 0;
	}
	if (ok && left != 0)
		ok = err_set(err, ERR_SYNTAX, "zstd: truncated");
	ZSTD_freeDStream(z);
	return ok;
}

static bool gzip_pack(struct str bytes, struct buf *out, struct err *err)
{
	return packer_pack(filter_of_name(STR(".gz")), bytes, out, err);
}

static bool zstd_pack(struct str bytes, struct buf *out, struct err *err)
{
	return packer_pack(filter_of_name(STR(".zst")), bytes, out, err);
}

static const struct filter FILTERS[] = {
	{"gzip", ".gz", 0x8b1f, 2, gzip_unpack, gzip_pack},
	{"zstd", ".zst", 0xfd2fb528, 4, zstd_unpack, zstd_pack},
};

const struct filter *filter_of_bytes(struct str bytes)
{
	for (size_t i = 0; i < sizeof(FILTERS) / sizeof(*FILTERS); i++) {
		const struct filter *f = &FILTERS[i];
		uint32_t magic = 0;

		if (bytes.n < f->magic_bytes)
			continue;
		for (unsigned k = 0; k < f->magic_bytes; k++)
			magic |= (uint32_t)(uint8_t)bytes.p[k] << (8 * k);
		if (magic == f->magic)
			return f;
	}
	return NULL;
}

const struct filter *filter_of_name(struct str name)
{
	for (size_t i = 0; i < sizeof(FILTERS) / sizeof(*FILTERS); i++)
		if (str_ends(name, str_of(FILTERS[i].ending)))
			return &FILTERS[i];
	return NULL;
}
