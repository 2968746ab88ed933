/* SPDX-License-Identifier: MIT */
/* base64_neon.c: 64 characters a step, then 32, for every aarch64. */
#ifdef __aarch64__

#include "formats/base/base64_parts.h"

#include <arm_neon.h>

/*
 * Characters below 64 have their value in the first table, those above in the second: a look
 * outside a table is 0. What is no ASCII is outside both, and wrong by its own upper bit.
 */
static inline uint8x16_t values_of(uint8x16_t v, uint8x16x4_t low, uint8x16x4_t high)
{
	uint8x16_t bit = vdupq_n_u8(0x40), top = vdupq_n_u8(BASE64_BAD);

	return vorrq_u8(vorrq_u8(vqtbl4q_u8(low, v), vqtbl4q_u8(high, veorq_u8(v, bit))),
			vandq_u8(v, top));
}

static inline uint8x8_t half_values_of(uint8x8_t v, uint8x16x4_t low, uint8x16x4_t high)
{
	return vget_low_u8(values_of(vcombine_u8(v, v), low, high));
}

/* Loads and stores part and join every fourth character and every third byte. */
static size_t decode(const uint8_t *s, size_t n, uint8_t *to)
{
	const uint8x16x4_t low = vld1q_u8_x4(BASE64_VALUE), high = vld1q_u8_x4(BASE64_VALUE + 64);
	size_t i = 0;

	for (; i + 64 <= n; i += 64, to += 48) {
		uint8x16x4_t v = vld4q_u8(s + i);
		uint8x16_t all = vdupq_n_u8(0);
		uint8x16x3_t bytes;

		for (unsigned k = 0; k < 4; k++) {
			v.val[k] = values_of(v.val[k], low, high);
			all = vorrq_u8(all, v.val[k]);
		}
		if (vmaxvq_u8(all) & BASE64_BAD)
			return i;
		bytes.val[0] = vorrq_u8(vshlq_n_u8(v.val[0], 2), vshrq_n_u8(v.val[1], 4));
		bytes.val[1] = vorrq_u8(vshlq_n_u8(v.val[1], 4), vshrq_n_u8(v.val[2], 2));
		bytes.val[2] = vorrq_u8(vshlq_n_u8(v.val[2], 6), v.val[3]);
		vst3q_u8(to, bytes);
	}
	for (; i + 32 <= n; i += 32, to += 24) {
		uint8x8x4_t v = vld4_u8(s + i);
		uint8x8_t all = vdup_n_u8(0);
		uint8x8x3_t bytes;

		for (unsigned k = 0; k < 4; k++) {
			v.val[k] = half_values_of(v.val[k], low, high);
			all = vorr_u8(all, v.val[k]);
		}
		if (vmaxv_u8(all) & BASE64_BAD)
			return i;
		bytes.val[0] = vorr_u8(vshl_n_u8(v.val[0], 2), vshr_n_u8(v.val[1], 4));
		bytes.val[1] = vorr_u8(vshl_n_u8(v.val[1], 4), vshr_n_u8(v.val[2], 2));
		bytes.val[2] = vorr_u8(vshl_n_u8(v.val[2], 6), v.val[3]);
		vst3_u8(to, bytes);
	}
	return i;
}

static size_t encode(const uint8_t *s, size_t n, char *to)
{
	const uint8x16x4_t letters = vld1q_u8_x4((const uint8_t *)BASE64_LETTER);
	const uint8x16_t six = vdupq_n_u8(63);
	size_t i = 0;

	for (; i + 48 <= n; i += 48, to += 64) {
		uint8x16x3_t v = vld3q_u8(s + i);
		uint8x16x4_t out;

		out.val[0] = vshrq_n_u8(v.val[0], 2);
		out.val[1] = vandq_u8(vsliq_n_u8(vshrq_n_u8(v.val[1], 4), v.val[0], 4), six);
		out.val[2] = vandq_u8(vsliq_n_u8(vshrq_n_u8(v.val[2], 6), v.val[1], 2), six);
		out.val[3] = vandq_u8(v.val[2], six);
		for (unsigned k = 0; k < 4; k++)
			out.val[k] = vqtbl4q_u8(letters, out.val[k]);
		vst4q_u8((uint8_t *)to, out);
	}
	for (; i + 24 <= n; i += 24, to += 32) {
		uint8x8x3_t v = vld3_u8(s + i);
		uint8x8_t half = vget_low_u8(six);
		uint8x8x4_t out;

		out.val[0] = vshr_n_u8(v.val[0], 2);
		out.val[1] = vand_u8(vsli_n_u8(vshr_n_u8(v.val[1], 4), v.val[0], 4), half);
		out.val[2] = vand_u8(vsli_n_u8(vshr_n_u8(v.val[2], 6), v.val[1], 2), half);
		out.val[3] = vand_u8(v.val[2], half);
		for (unsigned k = 0; k < 4; k++)
			out.val[k] = vqtbl4_u8(letters, out.val[k]);
		vst4_u8((uint8_t *)to, out);
	}
	return i;
}

const struct base64_steps BASE64_NEON = {decode, encode};
#endif
