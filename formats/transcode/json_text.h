/* SPDX-License-Identifier: MIT */
/* json_text.h: the inner loops over JSON text: blanks, the end of a string, copying. */
#pragma once

#include "formats/base/str.h"
#include "formats/transcode/scan.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * All read P up to END and not a byte further. Sixteen bytes a step where SSE2 is there,
 * one where it is not; both give the same answers.
 */

static inline bool json_is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *json_blanks(const char *p, const char *end)
{
	while (p < end && json_is_blank(*p)) {
		p++;
#ifdef __SSE2__
		while (end - p >= 16) { /* an indent */
			__m128i v = _mm_loadu_si128((const __m128i *)p);
			unsigned other =
				0xffff ^ (unsigned)_mm_movemask_epi8(
						 _mm_cmpeq_epi8(v, _mm_set1_epi8(' ')));

			if (other) {
				p += __builtin_ctz(other);
				break;
			}
			p += 16;
		}
#endif
	}
	return p;
}

static inline bool json_is_special(char c)
{
	return c == '"' || c == '\\' || (unsigned char)c < 0x20;
}

#ifdef __SSE2__
/* A bit for each of 16 bytes that can't stand in a JSON string as it is. */
static inline unsigned json_specials(__m128i v)
{
	const __m128i control = _mm_set1_epi8(0x1f);
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
				   _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));

	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
	return (unsigned)_mm_movemask_epi8(hit);
}
#endif

/* Sixteen bytes each; what is longer is worth a call. */
#define JSON_SHORT_STEPS 4

/*
 * The first quote, backslash or control character, or END. *HIGH is set where a byte
 * before it is not ASCII.
 */
static inline const char *json_scan(const char *p, const char *end, bool *high)
{
	unsigned seen = 0;

#ifdef __SSE2__
	for (unsigned steps = 0; end - p >= 16; p += 16, steps++) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		unsigned hit = json_specials(v), bits = (unsigned)_mm_movemask_epi8(v);

		if (steps == JSON_SHORT_STEPS) { /* a payload */
			*high = seen != 0;
			return scan()->special(p, end, high);
		}

		if (hit) {
			seen |= bits & (hit - 1) & ~hit;
			*high = seen != 0;
			return p + __builtin_ctz(hit);
		}
		seen |= bits;
	}
#endif
	for (; p < end && !json_is_special(*p); p++)
		seen |= (unsigned char)*p & 0x80u;
	*high = seen != 0;
	return p;
}

/* Whether the N bytes at A and B are the same: what is compared is short, and mostly is. */
static inline bool json_same(const char *a, const char *b, size_t n)
{
	uint64_t x, y;
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= n; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(a + i));
		__m128i w = _mm_loadu_si128((const __m128i *)(b + i));

		if (_mm_movemask_epi8(_mm_cmpeq_epi8(v, w)) != 0xffff)
			return false;
	}
#endif
	for (; i + 8 <= n; i += 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		if (x != y)
			return false;
	}
	if (n >= 8) { /* what is left, with some of what was */
		memcpy(&x, a + n - 8, 8);
		memcpy(&y, b + n - 8, 8);
		return x == y;
	}
	for (; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}
