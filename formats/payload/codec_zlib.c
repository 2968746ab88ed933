/* SPDX-License-Identifier: MIT */
/* codec_zlib.c: the layer of the SDKs' own zlib codec. */
#include "formats/payload/codec.h"

#include "formats/base/limits.h"

#include <zlib.h>

#define CHUNK ((size_t)16 * 1024)

/* One stream and nothing behind it; OUT's own ceiling ends a bomb. */
static bool inflate_all(z_stream *z, struct buf *out, struct err *err)
{
	int code = Z_OK;

	while (code != Z_STREAM_END) {
		char *room = buf_room(out, CHUNK);

		if (!room)
			return buf_ok(out, err);
		z->next_out = (Bytef *)room;
		z->avail_out = CHUNK;
		code = inflate(z, Z_NO_FLUSH);
		out->n += CHUNK - z->avail_out;
		out->p[out->n] = '\0';
		if (code == Z_BUF_ERROR || (code == Z_OK && !z->avail_in && z->avail_out))
			return err_set(err, ERR_SYNTAX, "zlib: cut off");
		if (code != Z_OK && code != Z_STREAM_END)
			return err_set(err, ERR_SYNTAX, "zlib: %s", z->msg ? z->msg : "damaged");
	}
	if (z->avail_in)
		return err_set(err, ERR_SYNTAX, "zlib: %u bytes behind the end", z->avail_in);
	return true;
}

static bool unwrap(const struct codec_tools *tools, const struct payload *p, struct buf *out,
		   struct err *err)
{
	z_stream z = {0};
	bool ok;

	if (p->data.n > LIMIT_PAYLOAD_BYTES)
		return err_set(err, ERR_LIMIT, "zlib: more than %zu bytes", LIMIT_PAYLOAD_BYTES);
	if (inflateInit(&z) != Z_OK)
		return err_set(err, ERR_LIMIT, "zlib can't start");
	z.next_in = (Bytef *)(uintptr_t)p->data.p;
	z.avail_in = (uInt)p->data.n;
	ok = inflate_all(&z, out, err);
	inflateEnd(&z);
	return ok;
}

static bool wrap(const struct codec_tools *tools, struct str inner, struct buf *out,
		 struct err *err)
{
	uLongf n = compressBound(inner.n);
	char *room = buf_room(out, n);

	if (!room)
		return buf_ok(out, err);
	if (compress((Bytef *)room, &n, (const Bytef *)inner.p, inner.n) != Z_OK)
		return err_set(err, ERR_LIMIT, "zlib can't compress %zu bytes", inner.n);
	out->n += n;
	out->p[out->n] = '\0';
	return true;
}

const struct codec_layer CODEC_ZLIB = {
	.name = "zlib",
	.encoding = "binary/zlib",
	.kind = PAYLOAD_ZLIB,
	.unwrap = unwrap,
	.wrap = wrap,
	.only_if_smaller = true,
};
