/* SPDX-License-Identifier: MIT */
/* scan_sse2.c: the scans with 16 bytes a step, for every x86-64. */
#ifdef __x86_64__

#include "formats/transcode/scan_bits.h"

#include <emmintrin.h>

static inline __m128i at(const char *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

static inline unsigned mask(__m128i v)
{
	return (unsigned)_mm_movemask_epi8(v);
}

static inline uint64_t parity(uint64_t bits)
{
	for (unsigned shift = 1; shift < 64; shift <<= 1)
		bits ^= bits << shift;
	return bits;
}

/* Of each of 64 bytes; { and [ differ in one bit only, as } and ] do. */
struct masks {
	uint64_t quote, backslash, open, close;
};

static inline struct masks masks_of(const char *p)
{
	struct masks m = {0};

	for (unsigned i = 0; i < SCAN_BLOCK; i += 16) {
		__m128i v = at(p + i), folded = _mm_or_si128(v, _mm_set1_epi8(0x20));

		m.quote |= (uint64_t)mask(_mm_cmpeq_epi8(v, _mm_set1_epi8('"'))) << i;
		m.backslash |= (uint64_t)mask(_mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))) << i;
		m.open |= (uint64_t)mask(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{'))) << i;
		m.close |= (uint64_t)mask(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}'))) << i;
	}
	return m;
}

static size_t json(struct scan_json *state, const char *p, size_t n, uint32_t *ret)
{
	struct scan_carry carry = scan_carry(state);
	size_t found = 0;

	for (size_t at = 0; at < n * SCAN_BLOCK && !carry.below; at += SCAN_BLOCK) {
		struct masks m = masks_of(p + at);
		uint64_t quote = m.quote & ~scan_escaped(m.backslash, &carry.escaped);
		uint64_t in_string = parity(quote) ^ carry.in_string;

		carry.in_string = 0 - (in_string >> 63);
		found = scan_tops(&carry, m.open & ~in_string, m.close & ~in_string, at, ret,
				  found);
	}
	*state = scan_carried(&carry);
	return found;
}

/* Where the needle's first and last byte are both in place, the rest is compared. */
static const char *find(struct str s, struct str needle)
{
	const char *p = s.p, *last;
	__m128i first = _mm_set1_epi8(needle.p[0]), end = _mm_set1_epi8(needle.p[needle.n - 1]);

	if (s.n < needle.n)
		return NULL;
	last = s.p + s.n - needle.n; /* the last place where it can begin */
	for (; last - p >= 15; p += 16) {
		unsigned hits = mask(_mm_and_si128(_mm_cmpeq_epi8(at(p), first),
						   _mm_cmpeq_epi8(at(p + needle.n - 1), end)));

		for (; hits; hits &= hits - 1) {
			const char *hit = p + __builtin_ctz(hits);

			if (memcmp(hit, needle.p, needle.n) == 0)
				return hit;
		}
	}
	return SCAN_SCALAR.find(str_slice(p, (size_t)(s.p + s.n - p)), needle);
}

/* Lanes count up to 255 each, then are added up. */
static size_t count(struct str s, char c)
{
	const __m128i wanted = _mm_set1_epi8(c), zero = _mm_setzero_si128();
	const char *p = s.p, *end = s.p + s.n;
	size_t n = 0;

	while (end - p >= 16) {
		__m128i lanes = zero;

		for (unsigned i = 0; i < 255 && end - p >= 16; i++, p += 16)
			lanes = _mm_sub_epi8(lanes, _mm_cmpeq_epi8(at(p), wanted));
		lanes = _mm_sad_epu8(lanes, zero);
		n += (size_t)_mm_cvtsi128_si64(lanes) +
		     (size_t)_mm_cvtsi128_si64(_mm_srli_si128(lanes, 8));
	}
	return n + SCAN_SCALAR.count(str_slice(p, (size_t)(end - p)), c);
}

static const char *special(const char *p, const char *end, bool *high)
{
	const __m128i control = _mm_set1_epi8(0x1f);
	unsigned seen = 0;

	for (; end - p >= 16; p += 16) {
		__m128i v = at(p);
		unsigned hit = mask(_mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
				     _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))),
			_mm_cmpeq_epi8(_mm_min_epu8(v, control), v)));

		if (hit) {
			seen |= mask(v) & (hit - 1) & ~hit;
			*high |= seen != 0;
			return p + __builtin_ctz(hit);
		}
		seen |= mask(v);
	}
	*high |= seen != 0;
	return SCAN_SCALAR.special(p, end, high);
}

const struct scan SCAN_SSE2 = {json, find, count, special};
#endif
