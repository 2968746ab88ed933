/* SPDX-License-Identifier: MIT */
/* packer.c: gzip as a stream, zstd in frames that end with an event. */
#include "formats/bytes/packer.h"

#include <zlib.h>
#include <zstd.h>

#include "formats/base/mem.h"
#include "formats/bytes/zstd_seek.h"

#define CHUNK ((size_t)64 * 1024)

struct packer_kind {
	const char *filter; /* its name */
	bool (*open)(struct packer *p, struct err *err);
	bool (*add)(struct packer *p, struct str bytes, struct err *err);
	bool (*border)(struct packer *p, int64_t id, struct err *err); /* may be NULL */
	bool (*end)(struct packer *p, struct err *err);
	void (*close)(struct packer *p);
};

struct packer {
	const struct packer_kind *kind; /* NULL: nothing is packed */
	packer_write_fn *write;
	void *data;
	struct buf packed; /* on its way out */

	z_stream gzip;

	ZSTD_CCtx *zstd;
	struct buf frame; /* what the frame will hold */
	int64_t first;	  /* event that begins in it; 0: none yet */
	bool inside;	  /* the frame begins inside an event */
	struct zstd_seek seek;
};

static bool write_packed(struct packer *p, struct err *err)
{
	bool ok = buf_ok(&p->packed, err) &&
		  (!p->packed.n || p->write(p->data, buf_str(&p->packed), err));

	buf_clear(&p->packed);
	return ok;
}

/* ---- gzip ---- */

static bool gzip_open(struct packer *p, struct err *err)
{
	/* 16: with a gzip header */
	if (deflateInit2(&p->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8,
			 Z_DEFAULT_STRATEGY) == Z_OK)
		return true;
	return err_set(err, ERR_LIMIT, "gzip: zlib can't start");
}

static bool deflate_all(struct packer *p, struct str bytes, int flush, struct err *err)
{
	z_stream *z = &p->gzip;
	int code = Z_OK;

	z->next_in = (Bytef *)(uintptr_t)bytes.p;
	z->avail_in = (uInt)bytes.n;
	do {
		char *room = buf_room(&p->packed, CHUNK);

		if (!room)
			return buf_ok(&p->packed, err);
		z->next_out = (Bytef *)room;
		z->avail_out = CHUNK;
		code = deflate(z, flush);
		p->packed.n += CHUNK - z->avail_out;
		if (p->packed.n >= CHUNK && !write_packed(p, err))
			return false;
	} while (z->avail_out == 0 || (flush == Z_FINISH && code != Z_STREAM_END));
	return true;
}

static bool gzip_add(struct packer *p, struct str bytes, struct err *err)
{
	const size_t most = (size_t)1 << 30; /* zlib counts in 32 bits */

	for (; bytes.n; bytes = str_skip(bytes, most))
		if (!deflate_all(p, str_take(bytes, most), Z_NO_FLUSH, err))
			return false;
	return true;
}

static bool gzip_end(struct packer *p, struct err *err)
{
	return deflate_all(p, STR(""), Z_FINISH, err);
}

static void gzip_close(struct packer *p)
{
	deflateEnd(&p->gzip);
}

/* ---- zstd ---- */

static bool zstd_open(struct packer *p, struct err *err)
{
	p->zstd = ZSTD_createCCtx();
	if (p->zstd &&
	    !ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel,
						 PACKER_ZSTD_LEVEL)) &&
	    !ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1)))
		return true;
	ZSTD_freeCCtx(p->zstd);
	return err_set(err, ERR_LIMIT, "zstd: can't start");
}

static bool cut_frame(struct packer *p, struct err *err)
{
	size_t bound = ZSTD_compressBound(p->frame.n), n;
	char *room = buf_room(&p->packed, bound);

	if (!room)
		return buf_ok(&p->packed, err);
	n = ZSTD_compress2(p->zstd, room, bound, p->frame.p, p->frame.n);
	if (ZSTD_isError(n))
		return err_set(err, ERR_LIMIT, "zstd: %s", ZSTD_getErrorName(n));
	p->packed.n += n;
	vec_push(&p->seek.frames,
		 (struct zstd_seek_frame){(uint32_t)n, (uint32_t)p->frame.n, p->first});
	buf_clear(&p->frame);
	p->first = 0;
	return write_packed(p, err);
}

static bool zstd_add(struct packer *p, struct str bytes, struct err *err)
{
	while (bytes.n) {
		size_t room = PACKER_FRAME_MOST - p->frame.n;

		if (room == 0) {
			if (!cut_frame(p, err))
				return false;
			p->inside = true;
			continue;
		}
		buf_add(&p->frame, str_take(bytes, room));
		bytes = str_skip(bytes, room);
	}
	return buf_ok(&p->frame, err);
}

static bool zstd_border(struct packer *p, int64_t id, struct err *err)
{
	if (!p->first && !p->inside)
		p->first = id;
	p->inside = false;
	if (p->frame.n < PACKER_FRAME_BYTES)
		return true;
	return cut_frame(p, err);
}

static bool zstd_end(struct packer *p, struct err *err)
{
	if ((p->frame.n || !p->seek.frames.n) && !cut_frame(p, err))
		return false;
	if (p->seek.frames.n > 1)
		zstd_seek_put(&p->seek, &p->packed);
	return true;
}

static void zstd_close(struct packer *p)
{
	ZSTD_freeCCtx(p->zstd);
	zstd_seek_done(&p->seek);
}

static const struct packer_kind KINDS[] = {
	{"gzip", gzip_open, gzip_add, NULL, gzip_end, gzip_close},
	{"zstd", zstd_open, zstd_add, zstd_border, zstd_end, zstd_close},
};

/* ---- for all of them ---- */

struct packer *packer_open(const struct filter *f, packer_write_fn *write, void *data,
			   struct err *err)
{
	struct packer *p = mem_zalloc(sizeof(*p));

	p->write = write;
	p->data = data;
	for (size_t i = 0; f && i < sizeof(KINDS) / sizeof(*KINDS); i++)
		if (str_is(str_of(f->name), KINDS[i].filter))
			p->kind = &KINDS[i];
	BUG_IF(f && !p->kind);
	if (!p->kind || p->kind->open(p, err))
		return p;
	mem_free(p);
	return NULL;
}

bool packer_add(struct packer *p, struct str bytes, struct err *err)
{
	return p->kind ? p->kind->add(p, bytes, err) : !bytes.n || p->write(p->data, bytes, err);
}

bool packer_border(struct packer *p, int64_t id, struct err *err)
{
	return !p->kind || !p->kind->border || p->kind->border(p, id, err);
}

bool packer_end(struct packer *p, struct err *err)
{
	return !p->kind || (p->kind->end(p, err) && write_packed(p, err));
}

void packer_close(struct packer *p)
{
	if (!p)
		return;
	if (p->kind)
		p->kind->close(p);
	buf_done(&p->packed);
	buf_done(&p->frame);
	mem_free(p);
}

static bool write_to_buf(void *data, struct str bytes, struct err *err)
{
	buf_add(data, bytes);
	return buf_ok(data, err);
}

bool packer_pack(const struct filter *f, struct str bytes, struct buf *out, struct err *err)
{
	struct packer *p = packer_open(f, write_to_buf, out, err);
	bool ok = p && packer_add(p, bytes, err) && packer_end(p, err);

	packer_close(p);
	return ok;
}
