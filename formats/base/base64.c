/* SPDX-License-Identifier: MIT */
/* base64.c: table driven, four characters at a time; 32 where the processor has AVX2. */
#include "formats/base/base64.h"

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAVE_AVX2 __builtin_cpu_supports("avx2")
#define AVX2 __attribute__((target("avx2")))
#endif

/* 0 to 63, or BAD. '+' and '-' are 62, '/' and '_' are 63. */
#define BAD 0x80
#define B BAD
static const uint8_t VALUE[256] = {
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
	B, B, B, B, B, B, B, B, B, B, B, 62, B, 62, B, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, B, B, B, B, B, B,
	B, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, B, B, B, B, 63,
	B, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, B, B, B, B, B,
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
};
#undef B

static bool decode_tail(const uint8_t *s, size_t rest, uint8_t *to, size_t *n)
{
	uint8_t a, b, c = 0;

	if (rest == 0)
		return true;
	if (rest == 1)
		return false;
	a = VALUE[s[0]];
	b = VALUE[s[1]];
	if (rest == 3)
		c = VALUE[s[2]];
	if ((a | b | c) & BAD)
		return false;
	to[(*n)++] = (uint8_t)(a << 2 | b >> 4);
	if (rest == 3)
		to[(*n)++] = (uint8_t)(b << 4 | c >> 2);
	return true;
}

#ifdef HAVE_AVX2
/* All-ones bytes where LOW <= v <= HIGH; characters from 0x80 on are negative, so outside. */
static inline AVX2 __m256i between(__m256i v, char low, char high)
{
	return _mm256_and_si256(_mm256_cmpgt_epi8(v, _mm256_set1_epi8((char)(low - 1))),
				_mm256_cmpgt_epi8(_mm256_set1_epi8((char)(high + 1)), v));
}

static inline AVX2 __m256i is_one_of(__m256i v, char a, char b)
{
	return _mm256_or_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(a)),
			       _mm256_cmpeq_epi8(v, _mm256_set1_epi8(b)));
}

/* What CLASS's bytes need added or set. */
static inline AVX2 __m256i where(__m256i class, int value)
{
	return _mm256_and_si256(class, _mm256_set1_epi8((char)value));
}

/* Six bits of each of 32 characters; false where one is none of base64's. */
static inline AVX2 bool values_of(__m256i v, __m256i *ret)
{
	__m256i upper = between(v, 'A', 'Z'), lower = between(v, 'a', 'z');
	__m256i digit = between(v, '0', '9');
	__m256i plus = is_one_of(v, '+', '-'), slash = is_one_of(v, '/', '_');
	__m256i plain = _mm256_or_si256(_mm256_or_si256(upper, lower), digit);
	__m256i shift = _mm256_or_si256(_mm256_or_si256(where(upper, -'A'), where(lower, 26 - 'a')),
					where(digit, 52 - '0'));
	__m256i value = _mm256_and_si256(_mm256_add_epi8(v, shift), plain);

	value = _mm256_or_si256(value, _mm256_or_si256(where(plus, 62), where(slash, 63)));
	*ret = value;
	return _mm256_movemask_epi8(_mm256_or_si256(plain, _mm256_or_si256(plus, slash))) == -1;
}

/*
 * Whole steps of 32 characters into 24 bytes; stops at a bad one, for the caller to find.
 * A step stores 28 bytes, so the last ones are left to the caller, whose room they need.
 */
static AVX2 size_t decode_avx2(const uint8_t *s, size_t len, uint8_t *out)
{
	const __m256i pack = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1,
					      -1, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1,
					      -1, -1);
	size_t i = 0;

	for (; i + 40 <= len; i += 32, out += 24) {
		__m256i v = _mm256_loadu_si256((const __m256i *)(s + i));

		if (!values_of(v, &v))
			break;
		/* a b c d, six bits each, to one 24-bit number in every four bytes */
		v = _mm256_maddubs_epi16(v, _mm256_set1_epi32(0x01400140));
		v = _mm256_madd_epi16(v, _mm256_set1_epi32(0x00011000));
		v = _mm256_shuffle_epi8(v, pack);
		_mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(v));
		_mm_storeu_si128((__m128i *)(out + 12), _mm256_extracti128_si256(v, 1));
	}
	return i;
}

/* Whole steps of 24 bytes into 32 characters; a step loads 28 bytes. */
static AVX2 size_t encode_avx2(const uint8_t *s, size_t n, char *to)
{
	const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,
						1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
	/* What to add: by 0 for a-z, 1 to 10 for digits, 11 for +, 12 for /, 13 for A-Z. */
	const __m256i add = _mm256_setr_epi8(
		71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0, 71, -4, -4, -4, -4,
		-4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);
	size_t i = 0;

	for (; i + 28 <= n; i += 24, to += 32) {
		__m128i low = _mm_loadu_si128((const __m128i *)(s + i));
		__m128i high = _mm_loadu_si128((const __m128i *)(s + i + 12));
		__m256i v = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), spread);
		__m256i ac = _mm256_mulhi_epu16(_mm256_and_si256(v, _mm256_set1_epi32(0x0fc0fc00)),
						_mm256_set1_epi32(0x04000040));
		__m256i bd = _mm256_mullo_epi16(_mm256_and_si256(v, _mm256_set1_epi32(0x003f03f0)),
						_mm256_set1_epi32(0x01000010));
		__m256i six = _mm256_or_si256(ac, bd), row;

		row = _mm256_subs_epu8(six, _mm256_set1_epi8(51));
		row = _mm256_or_si256(
			row, where(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), six), 13));
		_mm256_storeu_si256((__m256i *)to,
				    _mm256_add_epi8(six, _mm256_shuffle_epi8(add, row)));
	}
	return i;
}
#endif

bool base64_decode(struct str text, char *to, size_t *ret_n)
{
	const uint8_t *s = (const uint8_t *)text.p;
	uint8_t *out = (uint8_t *)to;
	size_t n = 0, i = 0, len = text.n, padding = 0;

	while (len && s[len - 1] == '=' && padding < 2) {
		len--;
		padding++;
	}
	if (padding && (len + padding) % 4)
		return false;
#ifdef HAVE_AVX2
	if (len >= 64 && HAVE_AVX2) {
		i = decode_avx2(s, len, out);
		n = i / 4 * 3;
	}
#endif
	for (; i + 4 <= len; i += 4, n += 3) {
		uint8_t a = VALUE[s[i]], b = VALUE[s[i + 1]];
		uint8_t c = VALUE[s[i + 2]], d = VALUE[s[i + 3]];

		if ((a | b | c | d) & BAD)
			return false;
		out[n] = (uint8_t)(a << 2 | b >> 4);
		out[n + 1] = (uint8_t)(b << 4 | c >> 2);
		out[n + 2] = (uint8_t)(c << 6 | d);
	}
	if (!decode_tail(s + i, len - i, out, &n))
		return false;
	*ret_n = n;
	return true;
}

void base64_encode(struct str bytes, char *to)
{
	static const char LETTER[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *s = (const uint8_t *)bytes.p;
	size_t i = 0;

#ifdef HAVE_AVX2
	if (bytes.n >= 64 && HAVE_AVX2) {
		i = encode_avx2(s, bytes.n, to);
		to += i / 3 * 4;
	}
#endif
	for (; i + 3 <= bytes.n; i += 3, to += 4) {
		uint32_t v = (uint32_t)s[i] << 16 | (uint32_t)s[i + 1] << 8 | s[i + 2];

		to[0] = LETTER[v >> 18];
		to[1] = LETTER[v >> 12 & 63];
		to[2] = LETTER[v >> 6 & 63];
		to[3] = LETTER[v & 63];
	}
	if (bytes.n - i) {
		uint32_t v = (uint32_t)s[i] << 16;

		if (bytes.n - i == 2)
			v |= (uint32_t)s[i + 1] << 8;
		to[0] = LETTER[v >> 18];
		to[1] = LETTER[v >> 12 & 63];
		to[2] = bytes.n - i == 2 ? LETTER[v >> 6 & 63] : '=';
		to[3] = '=';
	}
}
