/* SPDX-License-Identifier: MIT */
/* buf.h: bytes that grow, up to a ceiling. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Appending never fails at the spot: past the ceiling the buffer stops taking bytes and
 * remembers it, and the one who uses the result asks buf_ok() once. The bytes are always
 * followed by a NUL that n does not count.
 */
struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t limit; /* bytes; 0: LIMIT_BUF_BYTES */
	bool full;    /* an append was refused */
};

void buf_init(struct buf *b, size_t limit);
void buf_done(struct buf *b);
/* Empties it; the memory stays for the next use. */
void buf_clear(struct buf *b);

static inline struct str buf_str(const struct buf *b)
{
	return (struct str){b->p, b->n};
}
/* False, with the ceiling named, where an append was refused. */
bool buf_ok(const struct buf *b, struct err *err);

/* Room for N more bytes behind p + n, or NULL past the ceiling; the caller adds to n. */
char *buf_room(struct buf *b, size_t n);
void buf_add(struct buf *b, struct str s);
void buf_add_bytes(struct buf *b, const void *p, size_t n);
void buf_add_char(struct buf *b, char c);
void buf_puts(struct buf *b, const char *c);
void buf_add_decimal(struct buf *b, uint64_t number);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Moves the bytes out: the caller owns them and frees with mem_free(). */
char *buf_take(struct buf *b, size_t *ret_n);
