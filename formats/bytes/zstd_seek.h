/* SPDX-License-Identifier: MIT */
/* zstd_seek.h: where in a packed file an event is, told by the table at the file's end. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/base/vec.h"

#include <stdint.h>

/*
 * The file, all numbers little endian:
 *
 *     zstd frame, zstd frame, ...       of about 1 MB, each ends where an event ends
 *     skippable frame 184D2A50          ours:
 *         u32  184D2A50   u32  bytes behind this
 *         "HCEV"   u32 1 (version)   u32 number of frames
 *         i64  for each frame: id of the first event that begins in it; 0: none does
 *     skippable frame 184D2A5E          the table of zstd's seekable format, version 0.1:
 *         u32  184D2A5E   u32  bytes behind this
 *         for each frame: u32 packed bytes, u32 unpacked bytes
 *         u32 number of frames   u8 0 (descriptor)   u32 8F92EAB1
 *
 * Every reader of zstd passes over both tables; those of the seekable format use the second.
 * A file of one frame has neither. What stands between two events (a comma, blanks) belongs
 * to the later frame; what ends the whole is behind the last event.
 */
struct zstd_seek_frame {
	uint32_t packed;
	uint32_t unpacked;
	int64_t first; /* event; 0: none begins in it */
};

struct zstd_seek {
	VEC_OF(struct zstd_seek_frame) frames;
};

void zstd_seek_done(struct zstd_seek *s);
/* Both tables, appended. */
void zstd_seek_put(const struct zstd_seek *s, struct buf *out);

/* Bytes at a file's end that zstd_seek_read() needs, by its last ones; 0: no table there. */
#define ZSTD_SEEK_FOOTER_BYTES 9
size_t zstd_seek_bytes(struct str footer);
/*
 * TAIL is that many bytes of a file of SIZE bytes. False where they are no tables of ours,
 * or not about the whole file (two files put together): it is to be read from its begin.
 */
bool zstd_seek_read(struct str tail, uint64_t size, struct zstd_seek *ret);
/* Offset of the frame that event ID is in or behind whose begin it stands; its first event. */
uint64_t zstd_seek_find(const struct zstd_seek *s, int64_t id, int64_t *ret_first);
