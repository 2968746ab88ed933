/* SPDX-License-Identifier: MIT */
/* arena.h: memory for one lifetime; everything is freed together. */
#pragma once

#include "formats/base/str.h"

#include <stdarg.h>
#include <stddef.h>

/*
 * Blocks in a chain; a request that does not fit opens a new block. There is no free():
 * arena_mark() and arena_rewind() drop all that came after a point (a step's memory),
 * arena_done() drops everything. Pointers stay valid until then.
 */
struct arena_block;

struct arena {
	struct arena_block *block; /* the newest */
	size_t used;		   /* bytes used in it */
	size_t total;		   /* bytes held in all blocks */
};

struct arena_mark {
	struct arena_block *block;
	size_t used;
};

void arena_init(struct arena *a);
void arena_done(struct arena *a);

/* 16-byte aligned, not cleared. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
void *arena_zalloc(struct arena *a, size_t n) __attribute__((returns_nonnull));
#define arena_new(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (n)))

/* P, from mem_alloc() or buf_take(), is freed with all that is allocated from here on. */
void arena_adopt(struct arena *a, void *p);
/* DONE(DATA) is called then instead, for what is more than memory. */
void arena_defer(struct arena *a, void (*done)(void *data), void *data);

/* Copies; the copy is followed by a NUL that its length does not count. */
struct str arena_str(struct arena *a, struct str s);
char *arena_cstr(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *a, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);
