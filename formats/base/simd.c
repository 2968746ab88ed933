/* SPDX-License-Identifier: MIT */
/* simd.c: the processor is asked once; the answer is the one thing kept at file scope. */
#include "formats/base/simd.h"

#include <stdatomic.h>
#include <string.h>

static const char *const NAMES[SIMD_KINDS] = {
	[SIMD_SCALAR] = "scalar",
	[SIMD_SSE2] = "sse2",
	[SIMD_AVX2] = "avx2",
	[SIMD_NEON] = "neon",
};

/*
 * Level + 1; 0: not asked yet. It changes how fast an answer comes, never the answer, so no
 * caller can tell it from a constant.
 */
static atomic_int chosen;

bool simd_here(enum simd level)
{
	switch (level) {
	case SIMD_SCALAR:
		return true;
#if defined(__x86_64__)
	case SIMD_SSE2:
		return true;
	case SIMD_AVX2:
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
		       __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
#elif defined(__aarch64__)
	case SIMD_NEON:
		return true;
#endif
	default:
		return false;
	}
}

static enum simd best(void)
{
	enum simd level = SIMD_KINDS - 1;

	while (!simd_here(level))
		level--;
	return level;
}

enum simd simd_level(void)
{
	int level = atomic_load_explicit(&chosen, memory_order_relaxed);

	if (__builtin_expect(level == 0, 0)) {
		level = (int)best() + 1;
		atomic_store_explicit(&chosen, level, memory_order_relaxed);
	}
	return (enum simd)(level - 1);
}

const char *simd_name(enum simd level)
{
	return NAMES[level];
}

bool simd_use(const char *name, struct err *err)
{
	for (int level = 0; level < SIMD_KINDS; level++) {
		if (strcmp(name, NAMES[level]) != 0)
			continue;
		if (!simd_here((enum simd)level))
			return err_set(err, ERR_USAGE, "this processor has no %s", name);
		atomic_store_explicit(&chosen, level + 1, memory_order_relaxed);
		return true;
	}
	return err_set(err, ERR_USAGE, "%s: avx2, sse2, neon or scalar is expected", name);
}
