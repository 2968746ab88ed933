/* SPDX-License-Identifier: MIT */
/* base64_avx2.c: 32 characters a step, then 16, where the processor has AVX2. */
#ifdef __x86_64__

#include "formats/base/base64_parts.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* The same sixteen bytes in both halves of a vector. */
#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/*
 * A character is judged by its two halves: WRONG_LOW says for which classes of the upper
 * half this lower half is no base64, CLASS which class an upper half is. The classes:
 *
 *     1: 2x  + - /      2: 3x  0 to 9     4: 4x and 6x  A-O, a-o
 *     8: 5x  P-Z and _  16: 7x  p-z      32: all others, which are always wrong
 */
#define WRONG_LOW TWICE(37, 33, 33, 33, 33, 33, 33, 33, 33, 33, 35, 58, 59, 58, 59, 50)
#define CLASS TWICE(32, 32, 1, 2, 4, 8, 4, 16, 32, 32, 32, 32, 32, 32, 32, 32)
/* What turns a character into its value: by upper half, and 0: -, 1: /, 8: _ */
#define SHIFT TWICE(17, 16, 19, 4, -65, -65, -71, -71, -32, 0, 0, 0, 0, 0, 0, 0)

/* Six bits of each of 32 characters of either alphabet; false where one is of neither. */
static inline AVX2 bool values_of(__m256i v, __m256i *ret)
{
	const __m256i half = _mm256_set1_epi8(0x0f);
	__m256i low = _mm256_and_si256(v, half);
	__m256i high = _mm256_and_si256(_mm256_srli_epi32(v, 4), half);
	__m256i slash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('/'));
	__m256i minus = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('-'));
	__m256i bar = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('_'));
	__m256i row = _mm256_add_epi8(high, slash); /* 2 to 1 */

	row = _mm256_add_epi8(row, _mm256_and_si256(minus, _mm256_set1_epi8(-2))); /* 2 to 0 */
	row = _mm256_add_epi8(row, _mm256_and_si256(bar, _mm256_set1_epi8(3)));	   /* 5 to 8 */
	*ret = _mm256_add_epi8(v, _mm256_shuffle_epi8(SHIFT, row));
	return _mm256_testz_si256(_mm256_shuffle_epi8(WRONG_LOW, low),
				  _mm256_shuffle_epi8(CLASS, high));
}

/* a b c d, six bits each, to the three bytes of one number in every four bytes. */
static inline AVX2 __m256i packed(__m256i v)
{
	v = _mm256_maddubs_epi16(v, _mm256_set1_epi32(0x01400140));
	v = _mm256_madd_epi16(v, _mm256_set1_epi32(0x00011000));
	return _mm256_shuffle_epi8(
		v, TWICE(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
}

/*
 * A step of 32 stores 28 bytes of which 24 count, one of 16 stores 16 of which 12 do: six
 * more characters must be there, as they become the four bytes.
 */
static AVX2 size_t decode(const uint8_t *s, size_t n, uint8_t *to)
{
	size_t i = 0;
	__m256i v;

	for (; i + 38 <= n; i += 32, to += 24) {
		if (!values_of(_mm256_loadu_si256((const __m256i *)(s + i)), &v))
			return i;
		v = packed(v);
		_mm_storeu_si128((__m128i *)to, _mm256_castsi256_si128(v));
		_mm_storeu_si128((__m128i *)(to + 12), _mm256_extracti128_si256(v, 1));
	}
	for (; i + 22 <= n; i += 16, to += 12) {
		__m128i half = _mm_loadu_si128((const __m128i *)(s + i));

		if (!values_of(_mm256_set_m128i(half, half), &v))
			return i;
		_mm_storeu_si128((__m128i *)to, _mm256_castsi256_si128(packed(v)));
	}
	return i;
}

/* Twelve bytes in each half to sixteen characters in each. */
static inline AVX2 __m256i letters_of(__m256i v)
{
	/* What to add: by 0 for a-z, 1 to 10 for digits, 11 for +, 12 for /, 13 for A-Z. */
	const __m256i add =
		TWICE(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);
	__m256i spread = _mm256_shuffle_epi8(
		v, TWICE(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
	__m256i ac = _mm256_mulhi_epu16(_mm256_and_si256(spread, _mm256_set1_epi32(0x0fc0fc00)),
					_mm256_set1_epi32(0x04000040));
	__m256i bd = _mm256_mullo_epi16(_mm256_and_si256(spread, _mm256_set1_epi32(0x003f03f0)),
					_mm256_set1_epi32(0x01000010));
	__m256i six = _mm256_or_si256(ac, bd);
	__m256i upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), six);
	__m256i row = _mm256_or_si256(_mm256_subs_epu8(six, _mm256_set1_epi8(51)),
				      _mm256_and_si256(upper, _mm256_set1_epi8(13)));

	return _mm256_add_epi8(six, _mm256_shuffle_epi8(add, row));
}

/* A step of 24 bytes loads 28, one of 12 loads 16. */
static AVX2 size_t encode(const uint8_t *s, size_t n, char *to)
{
	size_t i = 0;

	for (; i + 28 <= n; i += 24, to += 32) {
		__m128i low = _mm_loadu_si128((const __m128i *)(s + i));
		__m128i high = _mm_loadu_si128((const __m128i *)(s + i + 12));

		_mm256_storeu_si256((__m256i *)to, letters_of(_mm256_set_m128i(high, low)));
	}
	for (; i + 16 <= n; i += 12, to += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(s + i));

		v = _mm256_castsi256_si128(letters_of(_mm256_set_m128i(v, v)));
		_mm_storeu_si128((__m128i *)to, v);
	}
	return i;
}

const struct base64_steps BASE64_AVX2 = {decode, encode};
#endif
