/* SPDX-License-Identifier: MIT */
/* scan.c: which form of the scans is used. */
#include "formats/transcode/scan.h"

#include "formats/base/simd.h"

static const struct scan *const SCANS[SIMD_KINDS] = {
	[SIMD_SCALAR] = &SCAN_SCALAR,
#ifdef __x86_64__
	[SIMD_SSE2] = &SCAN_SSE2,
	[SIMD_AVX2] = &SCAN_AVX2,
#elif defined(__aarch64__)
	[SIMD_NEON] = &SCAN_NEON,
#endif
};

const struct scan *scan(void)
{
	return SCANS[simd_level()];
}
