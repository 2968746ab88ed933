/* SPDX-License-Identifier: MIT */
/* buf.c: growing by halves again, refusing past the ceiling. */
#include "formats/base/buf.h"

#include "formats/base/limits.h"
#include "formats/base/mem.h"

#include <stdio.h>

void buf_init(struct buf *b, size_t limit)
{
	*b = (struct buf){.limit = limit};
}

void buf_done(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){.limit = b->limit};
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = false;
	if (b->p)
		b->p[0] = '\0';
}

static size_t ceiling(const struct buf *b)
{
	return b->limit ? b->limit : LIMIT_BUF_BYTES;
}

bool buf_ok(const struct buf *b, struct err *err)
{
	if (!b->full)
		return true;
	return err_set(err, ERR_LIMIT, "more than %zu bytes", ceiling(b));
}

char *buf_room(struct buf *b, size_t n)
{
	size_t cap;

	if (b->full || n > ceiling(b) || b->n > ceiling(b) - n) {
		b->full = true;
		return NULL;
	}
	if (b->p && b->cap - b->n > n)
		return b->p + b->n;
	cap = b->cap + b->cap / 2 + 64;
	if (cap < b->n + n + 1)
		cap = b->n + n + 1;
	b->p = mem_resize(b->p, cap);
	b->cap = cap;
	return b->p + b->n;
}

void buf_add_bytes(struct buf *b, const void *p, size_t n)
{
	char *room = buf_room(b, n);

	if (!room)
		return;
	if (n)
		memcpy(room, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_add(struct buf *b, struct str s)
{
	buf_add_bytes(b, s.p, s.n);
}

void buf_add_char(struct buf *b, char c)
{
	buf_add_bytes(b, &c, 1);
}

void buf_puts(struct buf *b, const char *c)
{
	buf_add_bytes(b, c, strlen(c));
}

void buf_add_decimal(struct buf *b, uint64_t number)
{
	char digits[STR_DECIMAL_MAX];

	buf_add(b, str_decimal(digits, number));
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	char *room;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	BUG_IF(n < 0);
	room = buf_room(b, (size_t)n);
	if (!room)
		return;
	va_start(args, format);
	vsnprintf(room, (size_t)n + 1, format, args);
	va_end(args);
	b->n += (size_t)n;
}

char *buf_take(struct buf *b, size_t *ret_n)
{
	char *p = b->p;

	*ret_n = b->n;
	b->p = NULL;
	b->n = b->cap = 0;
	return p;
}
