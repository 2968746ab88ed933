/* SPDX-License-Identifier: MIT */
/* base64.c: table driven, four characters at a time; what base64_avx2.c leaves, or all. */
#include "formats/base/base64.h"

#include "formats/base/base64_parts.h"
#include "formats/base/simd.h"

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
#ifdef __x86_64__
	if (len >= 32 && simd_level() == SIMD_AVX2) {
		i = base64_decode_avx2(s, len, out);
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

#ifdef __x86_64__
	if (bytes.n >= 16 && simd_level() == SIMD_AVX2) {
		i = base64_encode_avx2(s, bytes.n, to);
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
