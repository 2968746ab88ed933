/* SPDX-License-Identifier: MIT */
/* packer.h: compression on the way out, a piece at a time, in constant memory. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/bytes/filter.h"

#include <stdint.h>

/*
 *     p = packer_open(filter_of_name(path), write, data, err);
 *     for each event: packer_add(p, text, err), packer_border(p, id, err);
 *     packer_end(p, err); packer_close(p);
 *
 * What is packed goes to WRITE in pieces. Without a filter the bytes pass as they are.
 *
 * zstd is cut into frames of their own, so that a file opens at any event (zstd_seek.h):
 * at the first border behind PACKER_FRAME_BYTES, and without borders inside an event at
 * PACKER_FRAME_MOST. `zstd -d` reads the whole as one.
 */
#define PACKER_FRAME_BYTES ((size_t)1024 * 1024)
#define PACKER_FRAME_MOST ((size_t)4 * 1024 * 1024)

/* What one that writes histories wants: small enough, and no slower than the disk. */
#define PACKER_ZSTD_LEVEL 3

typedef bool packer_write_fn(void *data, struct str bytes, struct err *err);

struct packer;

/* F may be NULL: nothing is packed. NULL with ERR set where the compressor can't start. */
struct packer *packer_open(const struct filter *f, packer_write_fn *write, void *data,
			   struct err *err);
bool packer_add(struct packer *p, struct str bytes, struct err *err);
/* The event of ID (more than 0) ends with what was added last. */
bool packer_border(struct packer *p, int64_t id, struct err *err);
/* All that is left goes out; nothing may be added after it. */
bool packer_end(struct packer *p, struct err *err);
/* P may be NULL. Without packer_end() before it the output is cut. */
void packer_close(struct packer *p);

/* BYTES at once, appended to OUT. */
bool packer_pack(const struct filter *f, struct str bytes, struct buf *out, struct err *err);
