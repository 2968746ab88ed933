/* SPDX-License-Identifier: MIT */
/* mem.h: the only door to malloc; running out of memory ends the program. */
#pragma once

#include <stddef.h>

/*
 * Ceilings (limits.h) keep every request reasonable, so a refusal means that the machine
 * has no memory left: there is nothing better to do than to say so and stop.
 */
void *mem_alloc(size_t n) __attribute__((malloc, returns_nonnull));
void *mem_zalloc(size_t n) __attribute__((malloc, returns_nonnull));
void *mem_resize(void *p, size_t n) __attribute__((returns_nonnull));
void mem_free(void *p);

#define CLEANUP(function) __attribute__((cleanup(function)))
