/* SPDX-License-Identifier: MIT */
/* zstd_seek.c: the two tables behind the frames: written, read, looked up. */
#include "formats/bytes/zstd_seek.h"

#include "formats/base/limits.h"

#define EVENTS_MAGIC 0x184d2a50u
#define TABLE_MAGIC 0x184d2a5eu
#define FOOTER_MAGIC 0x8f92eab1u
#define EVENTS_NAME "HCEV"
#define EVENTS_VERSION 1

#define HEADER_BYTES 8	      /* of a skippable frame */
#define EVENTS_HEAD_BYTES 12  /* name, version, number */
#define EVENTS_ENTRY_BYTES 8
#define TABLE_ENTRY_BYTES 8

void zstd_seek_done(struct zstd_seek *s)
{
	vec_done(&s->frames);
}

static void put_number(struct buf *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_add_char(out, (char)(value >> (8 * i)));
}

static uint64_t number_at(struct str s, size_t at, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)(uint8_t)s.p[at + i] << (8 * i);
	return value;
}

static size_t events_bytes(size_t n)
{
	return EVENTS_HEAD_BYTES + n * EVENTS_ENTRY_BYTES;
}

static size_t table_bytes(size_t n)
{
	return n * TABLE_ENTRY_BYTES + ZSTD_SEEK_FOOTER_BYTES;
}

void zstd_seek_put(const struct zstd_seek *s, struct buf *out)
{
	size_t n = s->frames.n;

	put_number(out, EVENTS_MAGIC, 4);
	put_number(out, events_bytes(n), 4);
	buf_puts(out, EVENTS_NAME);
	put_number(out, EVENTS_VERSION, 4);
	put_number(out, n, 4);
	for (size_t i = 0; i < n; i++)
		put_number(out, (uint64_t)s->frames.at[i].first, 8);
	put_number(out, TABLE_MAGIC, 4);
	put_number(out, table_bytes(n), 4);
	for (size_t i = 0; i < n; i++) {
		put_number(out, s->frames.at[i].packed, 4);
		put_number(out, s->frames.at[i].unpacked, 4);
	}
	put_number(out, n, 4);
	put_number(out, 0, 1);
	put_number(out, FOOTER_MAGIC, 4);
}

size_t zstd_seek_bytes(struct str footer)
{
	size_t n;

	if (footer.n < ZSTD_SEEK_FOOTER_BYTES)
		return 0;
	footer = str_skip(footer, footer.n - ZSTD_SEEK_FOOTER_BYTES);
	n = (size_t)number_at(footer, 0, 4);
	if (n == 0 || n > LIMIT_SEEK_FRAMES || footer.p[4] != 0 ||
	    number_at(footer, 5, 4) != FOOTER_MAGIC)
		return 0;
	return 2 * HEADER_BYTES + events_bytes(n) + table_bytes(n);
}

static bool has_header(struct str s, uint32_t magic, size_t bytes)
{
	return number_at(s, 0, 4) == magic && number_at(s, 4, 4) == bytes;
}

/* Ids must rise: of a file of several histories an id says too little. */
static bool take_frames(struct str events, struct str table, size_t n, uint64_t before,
			struct zstd_seek *ret)
{
	uint64_t packed = 0;
	int64_t last = 0;

	for (size_t i = 0; i < n; i++) {
		struct zstd_seek_frame f = {
			.packed = (uint32_t)number_at(table, i * TABLE_ENTRY_BYTES, 4),
			.unpacked = (uint32_t)number_at(table, i * TABLE_ENTRY_BYTES + 4, 4),
			.first = (int64_t)number_at(events, i * EVENTS_ENTRY_BYTES, 8),
		};

		if (f.first < 0 || (f.first && f.first <= last))
			return false;
		last = f.first ? f.first : last;
		packed += f.packed;
		vec_push(&ret->frames, f);
	}
	return packed == before;
}

bool zstd_seek_read(struct str tail, uint64_t size, struct zstd_seek *ret)
{
	struct str events = tail, table;
	struct zstd_seek seek = {0};
	size_t n;

	if (zstd_seek_bytes(tail) != tail.n || tail.n == 0 || tail.n > size)
		return false;
	n = (size_t)number_at(tail, tail.n - ZSTD_SEEK_FOOTER_BYTES, 4);
	table = str_skip(tail, HEADER_BYTES + events_bytes(n));
	if (!has_header(events, EVENTS_MAGIC, events_bytes(n)) ||
	    !has_header(table, TABLE_MAGIC, table_bytes(n)))
		return false;
	events = str_skip(events, HEADER_BYTES);
	if (!str_starts(events, STR(EVENTS_NAME)) || number_at(events, 4, 4) != EVENTS_VERSION ||
	    number_at(events, 8, 4) != n)
		return false;
	if (!take_frames(str_skip(events, EVENTS_HEAD_BYTES), str_skip(table, HEADER_BYTES), n,
			 size - tail.n, &seek)) {
		zstd_seek_done(&seek);
		return false;
	}
	*ret = seek;
	return true;
}

uint64_t zstd_seek_find(const struct zstd_seek *s, int64_t id, int64_t *ret_first)
{
	uint64_t offset = 0, found = 0;

	*ret_first = 0;
	for (size_t i = 0; i < s->frames.n; i++) {
		const struct zstd_seek_frame *f = &s->frames.at[i];

		if (f->first > id)
			break;
		if (f->first) {
			found = offset;
			*ret_first = f->first;
		}
		offset += f->packed;
	}
	return found;
}
