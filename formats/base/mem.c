/* SPDX-License-Identifier: MIT */
/* mem.c: malloc, checked once for everybody. */
#include "formats/base/mem.h"

#include <stdio.h>
#include <stdlib.h>

static void *checked(void *p, size_t n)
{
	if (p)
		return p;
	fprintf(stderr, "hindcast: out of memory (%zu bytes were asked for)\n", n);
	abort();
}

void *mem_alloc(size_t n)
{
	return checked(malloc(n ? n : 1), n);
}

void *mem_zalloc(size_t n)
{
	return checked(calloc(1, n ? n : 1), n);
}

void *mem_resize(void *p, size_t n)
{
	return checked(realloc(p, n ? n : 1), n);
}

void mem_free(void *p)
{
	free(p);
}
