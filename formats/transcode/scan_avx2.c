/* SPDX-License-Identifier: MIT */
/* scan_avx2.c: the scans with 32 bytes a step, where the processor has AVX2 and PCLMULQDQ. */
#ifdef __x86_64__

#include "formats/transcode/scan_bits.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,pclmul,bmi,popcnt")))

static inline AVX2 __m256i at(const char *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

static inline AVX2 unsigned mask(__m256i v)
{
	return (unsigned)_mm256_movemask_epi8(v);
}

/* A product without carries by all ones is the parity of the bits up to each. */
static inline AVX2 uint64_t parity(uint64_t bits)
{
	__m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)bits),
					       _mm_set1_epi8(-1), 0);

	return (uint64_t)_mm_cvtsi128_si64(product);
}

static inline AVX2 __m256i is_char(__m256i v, char c)
{
	return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c));
}

static inline AVX2 uint64_t both(__m256i low, __m256i high)
{
	return (uint64_t)mask(high) << 32 | mask(low);
}

/* { and [ differ in one bit only, as } and ] do. */
static inline AVX2 uint64_t brackets(__m256i low, __m256i high, char c)
{
	const __m256i bit = _mm256_set1_epi8(0x20);

	return both(is_char(_mm256_or_si256(low, bit), c), is_char(_mm256_or_si256(high, bit), c));
}

static AVX2 size_t json(struct scan_json *state, const char *p, size_t n, uint32_t *ret)
{
	struct scan_carry carry = scan_carry(state);
	size_t found = 0;

	for (size_t i = 0; i < n * SCAN_BLOCK && !carry.below; i += SCAN_BLOCK) {
		__m256i low = at(p + i), high = at(p + i + 32);
		uint64_t quote = both(is_char(low, '"'), is_char(high, '"'));
		uint64_t backslash = both(is_char(low, '\\'), is_char(high, '\\'));
		uint64_t in_string;

		quote &= ~scan_escaped(backslash, &carry.escaped);
		in_string = parity(quote) ^ carry.in_string;
		carry.in_string = 0 - (in_string >> 63);
		found = scan_tops(&carry, brackets(low, high, '{') & ~in_string,
				  brackets(low, high, '}') & ~in_string, i, ret, found);
	}
	*state = scan_carried(&carry);
	return found;
}

/* Where the needle's first and last byte are both in place, the rest is compared. */
static AVX2 const char *find(struct str s, struct str needle)
{
	__m256i first = _mm256_set1_epi8(needle.p[0]);
	__m256i end = _mm256_set1_epi8(needle.p[needle.n - 1]);
	const char *p = s.p, *last;

	if (s.n < needle.n)
		return NULL;
	last = s.p + s.n - needle.n; /* the last place where it can begin */
	for (; last - p >= 31; p += 32) {
		unsigned hits = mask(_mm256_and_si256(_mm256_cmpeq_epi8(at(p), first),
						      _mm256_cmpeq_epi8(at(p + needle.n - 1), end)));

		for (; hits; hits &= hits - 1) {
			const char *hit = p + __builtin_ctz(hits);

			if (memcmp(hit, needle.p, needle.n) == 0)
				return hit;
		}
	}
	return SCAN_SSE2.find(str_slice(p, (size_t)(s.p + s.n - p)), needle);
}

/* Lanes count up to 255 each, then are added up. */
static AVX2 size_t count(struct str s, char c)
{
	const __m256i wanted = _mm256_set1_epi8(c), zero = _mm256_setzero_si256();
	const char *p = s.p, *end = s.p + s.n;
	size_t n = 0;

	while (end - p >= 32) {
		__m256i lanes = zero;

		for (unsigned i = 0; i < 255 && end - p >= 32; i++, p += 32)
			lanes = _mm256_sub_epi8(lanes, _mm256_cmpeq_epi8(at(p), wanted));
		lanes = _mm256_sad_epu8(lanes, zero);
		n += (size_t)_mm256_extract_epi64(lanes, 0) + (size_t)_mm256_extract_epi64(lanes, 1) +
		     (size_t)_mm256_extract_epi64(lanes, 2) + (size_t)_mm256_extract_epi64(lanes, 3);
	}
	return n + SCAN_SSE2.count(str_slice(p, (size_t)(end - p)), c);
}

static AVX2 const char *special(const char *p, const char *end, bool *high)
{
	const __m256i control = _mm256_set1_epi8(0x1f);
	const __m256i quote = _mm256_set1_epi8('"'), backslash = _mm256_set1_epi8('\\');
	unsigned seen = 0;

	for (; end - p >= 32; p += 32) {
		__m256i v = at(p);
		unsigned hit = mask(_mm256_or_si256(
			_mm256_or_si256(_mm256_cmpeq_epi8(v, quote),
					_mm256_cmpeq_epi8(v, backslash)),
			_mm256_cmpeq_epi8(_mm256_min_epu8(v, control), v)));

		if (hit) {
			seen |= mask(v) & (hit - 1) & ~hit;
			*high |= seen != 0;
			return p + __builtin_ctz(hit);
		}
		seen |= mask(v);
	}
	*high |= seen != 0;
	return SCAN_SSE2.special(p, end, high);
}

const struct scan SCAN_AVX2 = {json, find, count, special};
#endif
