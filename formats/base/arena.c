/* SPDX-License-Identifier: MIT */
/* arena.c: a chain of blocks, filled from the newest. */
#include "formats/base/arena.h"

#include "formats/base/err.h"
#include "formats/base/mem.h"

#include <stdint.h>
#include <stdio.h>

#define BLOCK_BYTES ((size_t)16 * 1024)
#define ALIGN ((size_t)16)

struct arena_block {
	struct arena_block *older;
	void (*done)(void *data); /* called when this block goes, or NULL */
	void *data;
	size_t size;   /* of bytes[] */
	_Alignas(16) char bytes[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena){0};
}

static void drop_newest(struct arena *a)
{
	struct arena_block *b = a->block;

	a->block = b->older;
	a->total -= b->size;
	if (b->done)
		b->done(b->data);
	mem_free(b);
}

void arena_done(struct arena *a)
{
	while (a->block)
		drop_newest(a);
	a->used = 0;
}

static void open_block(struct arena *a, size_t n)
{
	/* Doubling keeps the number of blocks small where one lifetime holds much. */
	size_t size = a->total > BLOCK_BYTES ? a->total : BLOCK_BYTES;
	struct arena_block *b;

	if (size > BLOCK_BYTES * 64)
		size = BLOCK_BYTES * 64;
	if (size < n)
		size = n;
	b = mem_alloc(sizeof(*b) + size);
	b->older = a->block;
	b->done = NULL;
	b->size = size;
	a->block = b;
	a->used = 0;
	a->total += size;
}

void *arena_alloc(struct arena *a, size_t n)
{
	void *p;

	BUG_IF(n > SIZE_MAX / 2);
	n = (n + ALIGN - 1) & ~(ALIGN - 1);
	if (!a->block || a->block->size - a->used < n)
		open_block(a, n);
	p = a->block->bytes + a->used;
	a->used += n;
	return p;
}

void arena_defer(struct arena *a, void (*done)(void *data), void *data)
{
	struct arena_block *b = mem_zalloc(sizeof(*b));

	b->older = a->block;
	b->done = done;
	b->data = data;
	a->block = b;
	a->used = 0;
}

void arena_adopt(struct arena *a, void *p)
{
	arena_defer(a, mem_free, p);
}

void *arena_zalloc(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n), 0, n);
}

char *arena_cstr(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str arena_str(struct arena *a, struct str s)
{
	return (struct str){arena_cstr(a, s), s.n};
}

/* Most texts fit behind what is there, and are formatted once. */
struct str arena_vprintf(struct arena *a, const char *format, va_list args)
{
	size_t room = a->block ? a->block->size - a->used : 0;
	char *p = room ? a->block->bytes + a->used : NULL;
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(p, room, format, again);
	va_end(again);
	BUG_IF(n < 0);
	if ((size_t)n < room)
		return (struct str){arena_alloc(a, (size_t)n + 1), (size_t)n};
	p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, args);
	return (struct str){p, (size_t)n};
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
	struct str s;
	va_list args;

	va_start(args, format);
	s = arena_vprintf(a, format, args);
	va_end(args);
	return s;
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){a->block, a->used};
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
	while (a->block != mark.block)
		drop_newest(a);
	a->used = mark.used;
}
