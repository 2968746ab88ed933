/* SPDX-License-Identifier: MIT */
/* base64.c: table driven, four characters at a time; what the vector forms leave, or all. */
#include "formats/base/base64.h"

#include "formats/base/base64_parts.h"
#include "formats/base/simd.h"

#define B BASE64_BAD
const uint8_t BASE64_VALUE[256] = {
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

const char BASE64_LETTER[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const struct base64_steps *const STEPS[SIMD_KINDS] = {
#ifdef __x86_64__
	[SIMD_AVX2] = &BASE64_AVX2,
#elif defined(__aarch64__)
	[SIMD_NEON] = &BASE64_NEON,
#endif
};

/* Below that many bytes a step is not worth its call. */
#define STEPS_FROM 16

static const struct base64_steps *steps_for(size_t bytes)
{
	return bytes >= STEPS_FROM ? STEPS[simd_level()] : NULL;
}

static bool decode_tail(const uint8_t *s, size_t rest, uint8_t *to, size_t *n)
{
	uint8_t a, b, c = 0;

	if (rest == 0)
		return true;
	if (rest == 1)
		return false;
	a = BASE64_VALUE[s[0]];
	b = BASE64_VALUE[s[1]];
	if (rest == 3)
		c = BASE64_VALUE[s[2]];
	if ((a | b | c) & BASE64_BAD)
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
	const struct base64_steps *steps;

	while (len && s[len - 1] == '=' && padding < 2) {
		len--;
		padding++;
	}
	if (padding && (len + padding) % 4)
		return false;
	steps = steps_for(len / 2);
	if (steps) {
		i = steps->decode(s, len, out);
		n = i / 4 * 3;
	}
	for (; i + 4 <= len; i += 4, n += 3) {
		uint8_t a = BASE64_VALUE[s[i]], b = BASE64_VALUE[s[i + 1]];
		uint8_t c = BASE64_VALUE[s[i + 2]], d = BASE64_VALUE[s[i + 3]];

		if ((a | b | c | d) & BASE64_BAD)
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
	const struct base64_steps *steps = steps_for(bytes.n);
	const uint8_t *s = (const uint8_t *)bytes.p;
	size_t i = 0;

	if (steps) {
		i = steps->encode(s, bytes.n, to);
		to += i / 3 * 4;
	}
	for (; i + 3 <= bytes.n; i += 3, to += 4) {
		uint32_t v = (uint32_t)s[i] << 16 | (uint32_t)s[i + 1] << 8 | s[i + 2];

		to[0] = BASE64_LETTER[v >> 18];
		to[1] = BASE64_LETTER[v >> 12 & 63];
		to[2] = BASE64_LETTER[v >> 6 & 63];
		to[3] = BASE64_LETTER[v & 63];
	}
	if (bytes.n - i) {
		uint32_t v = (uint32_t)s[i] << 16;

		if (bytes.n - i == 2)
			v |= (uint32_t)s[i + 1] << 8;
		to[0] = BASE64_LETTER[v >> 18];
		to[1] = BASE64_LETTER[v >> 12 & 63];
		to[2] = bytes.n - i == 2 ? BASE64_LETTER[v >> 6 & 63] : '=';
		to[3] = '=';
	}
}
