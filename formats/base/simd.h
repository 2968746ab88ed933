/* SPDX-License-Identifier: MIT */
/* simd.h: which vector instructions the inner loops use: told by the processor, or chosen. */
#pragma once

#include "formats/base/err.h"

#include <stdbool.h>

/*
 * Code that has a vector form comes in files x_avx2.c, x_sse2.c and x_neon.c beside x_scalar.c,
 * which is the plain form and the oracle of the others in tests; all give the same answers on
 * the same bytes. Every machine has SIMD_SCALAR (eight bytes a step); the rest is there or not.
 */
enum simd {
	SIMD_SCALAR,
	SIMD_SSE2, /* every x86-64 */
	SIMD_AVX2, /* with PCLMULQDQ */
	SIMD_NEON, /* every aarch64 */
	SIMD_KINDS,
};

/* The best of this machine, or the one of simd_use(). */
enum simd simd_level(void);
bool simd_here(enum simd level);
/* "avx2", ... */
const char *simd_name(enum simd level);
/*
 * From now on LEVEL: for tests and for HINDCAST_SIMD, before other threads start. ERR_USAGE:
 * no such name, or this machine has it not; nothing changes then.
 */
bool simd_use(const char *name, struct err *err);
