/* SPDX-License-Identifier: MIT */
/* codec_snappy.c: the layer of the Go samples' snappy codec: the block format, no frames. */
#include "formats/payload/codec.h"

#include <snappy-c.h>

static bool unwrap(const struct codec_tools *tools, const struct payload *p, struct buf *out,
		   struct err *err)
{
	size_t n;
	char *room;

	/* The length stands in front, and may be a lie: OUT's ceiling is asked first. */
	if (snappy_uncompressed_length(p->data.p, p->data.n, &n) != SNAPPY_OK)
		return err_set(err, ERR_SYNTAX, "snappy: damaged");
	if (snappy_validate_compressed_buffer(p->data.p, p->data.n) != SNAPPY_OK)
		return err_set(err, ERR_SYNTAX, "snappy: damaged or cut off");
	room = buf_room(out, n);
	if (!room)
		return buf_ok(out, err);
	if (snappy_uncompress(p->data.p, p->data.n, room, &n) != SNAPPY_OK)
		return err_set(err, ERR_SYNTAX, "snappy: damaged");
	out->n += n;
	out->p[out->n] = '\0';
	return true;
}

static bool wrap(const struct codec_tools *tools, struct str inner, struct buf *out,
		 struct err *err)
{
	size_t n = snappy_max_compressed_length(inner.n);
	char *room = buf_room(out, n);

	if (!room)
		return buf_ok(out, err);
	if (snappy_compress(inner.p, inner.n, room, &n) != SNAPPY_OK)
		return err_set(err, ERR_LIMIT, "snappy can't compress %zu bytes", inner.n);
	out->n += n;
	out->p[out->n] = '\0';
	return true;
}

const struct codec_layer CODEC_SNAPPY = {
	.name = "snappy",
	.encoding = "binary/snappy",
	.kind = PAYLOAD_SNAPPY,
	.unwrap = unwrap,
	.wrap = wrap,
	.only_if_smaller = true,
};
