/* SPDX-License-Identifier: MIT */
/* spool.h: bytes that wait on disk for their turn. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"

#include <stdint.h>

/*
 * A file without a name: gone with the process, whatever becomes of it. For histories of an
 * input that can't be read again for each of them: a file of many, standard input.
 */
struct spool {
	int file; /* its descriptor + 1; 0: nothing was written yet */
	int64_t n;
};

void spool_done(struct spool *s);
/* Where BYTES are from now on. */
bool spool_add(struct spool *s, struct str bytes, int64_t *ret_at, struct err *err);
/* N bytes from AT, as they were added. */
bool spool_read(const struct spool *s, int64_t at, char *to, size_t n, struct err *err);
