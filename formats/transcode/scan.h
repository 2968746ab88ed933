/* SPDX-License-Identifier: MIT */
/* scan.h: long looks over text: JSON's structure, needles, newlines; as the processor can. */
#pragma once

#include "formats/base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Each function has a form for every level of base/simd.h; SCAN[simd_level()] are the ones
 * to call. None reads outside the bytes it is given. The short hops within a token are
 * json_text.h's, inlined; these are for what is longer than a line.
 */

#define SCAN_BLOCK 64

/*
 * Where a walk over JSON text stands. Depth counts { and [ outside strings; a quote behind an
 * odd number of backslashes is none. Whether the text is JSON at all is not asked.
 */
struct scan_json {
	size_t depth;
	bool in_string;
	bool escaped; /* the byte to come can't be a quote */
	bool below;   /* a } or ] was met at depth 0: the walk is over */
};

struct scan {
	/*
	 * Walks N blocks at P, all SCAN_BLOCK * N bytes of them there, and writes where a value
	 * of depth 0 begins (its { or [) and ends (its } or ]), and last where the depth would
	 * fall below 0, which ends the walk. Returns how many places those are: at most as many
	 * as bytes.
	 */
	size_t (*json)(struct scan_json *state, const char *p, size_t n, uint32_t *ret);
	/* The first NEEDLE (of 2 bytes or more) in S, or NULL. */
	const char *(*find)(struct str s, struct str needle);
	/* How often C is in S. */
	size_t (*count)(struct str s, char c);
	/*
	 * The first quote, backslash or control character (below 0x20) of P up to END, or END.
	 * *HIGH becomes true where a byte before it is not ASCII, and is not touched otherwise.
	 */
	const char *(*special)(const char *p, const char *end, bool *high);
};

extern const struct scan SCAN_SCALAR;
#ifdef __x86_64__
extern const struct scan SCAN_SSE2;
extern const struct scan SCAN_AVX2;
#elif defined(__aarch64__)
extern const struct scan SCAN_NEON;
#endif

/* The functions of simd_level(). */
const struct scan *scan(void);
