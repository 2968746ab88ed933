/* SPDX-License-Identifier: MIT */
/* mapped.h: a file in memory without a copy, that may shrink without ending the program. */
#pragma once

#include "formats/base/str.h"

#include <stdint.h>

/*
 * Reading a mapped page that the file no longer has is a SIGBUS. Here it reads as zeros,
 * and mapped_changed() says afterwards that what was read is worth nothing:
 *
 *     if (mapped_open(&m, fd, size)) {
 *             ok = parse(m.bytes, err);
 *             if (mapped_changed(&m))
 *                     ok = err_set(err, ERR_IO, "the file changed while it was read");
 *             mapped_done(&m);
 *     }
 *
 * A SIGBUS anywhere else goes to the handler that was there before, or ends the program as
 * it would have. MAPPED_SLACK bytes behind `bytes` may be read (they are zeros), for code
 * that looks at whole vectors.
 */
#define MAPPED_SLACK ((size_t)64)

struct mapped {
	struct str bytes;
	int fd;	  /* ours: to see whether the file is still what it was */
	int slot; /* in the table that the signal handler reads */
	int64_t seconds, nanoseconds; /* when the file was last changed, at mapped_open() */
	size_t passed;		      /* so much of it was let go */
};

/*
 * N, the file's size, is more than 0. False where it can't be mapped (no regular file, no
 * address space, or too many mapped at a time): read it instead. FD stays the caller's.
 */
bool mapped_open(struct mapped *ret, int fd, size_t n);
/* True once the file is no longer the one that was opened: shorter, longer or rewritten. */
bool mapped_changed(const struct mapped *m);
/*
 * The first N bytes are not needed for now: they go from memory, and come again if they are
 * looked at. N only grows.
 */
void mapped_passed(struct mapped *m, size_t n);
void mapped_done(struct mapped *m);
