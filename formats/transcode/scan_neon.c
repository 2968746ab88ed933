/* SPDX-License-Identifier: MIT */
/* scan_neon.c: the scans with 16 bytes a step, for every aarch64. */
#ifdef __aarch64__

#include "formats/transcode/scan_bits.h"

#include <arm_neon.h>

static inline uint8x16_t at(const char *p)
{
	return vld1q_u8((const uint8_t *)p);
}

static inline uint8x16_t is_char(uint8x16_t v, char c)
{
	return vceqq_u8(v, vdupq_n_u8((uint8_t)c));
}

/* Of 16 bytes that are all ones or none: every fourth bit, the first byte's is the lowest. */
static inline uint64_t fourths(uint8x16_t v)
{
	uint8x8_t fours = vshrn_n_u16(vreinterpretq_u16_u8(v), 4);

	return vget_lane_u64(vreinterpret_u64_u8(fours), 0) & 0x1111111111111111;
}

/* A bit for each of 64 such bytes: each keeps its own of eight, and neighbours are added up. */
static inline uint64_t bits(const uint8x16_t v[4])
{
	static const uint8_t BIT[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
	const uint8x16_t bit = vld1q_u8(BIT);
	uint8x16_t low = vpaddq_u8(vandq_u8(v[0], bit), vandq_u8(v[1], bit));
	uint8x16_t high = vpaddq_u8(vandq_u8(v[2], bit), vandq_u8(v[3], bit));
	uint8x16_t all = vpaddq_u8(low, high);

	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

static inline uint64_t parity(uint64_t set)
{
	for (unsigned shift = 1; shift < 64; shift <<= 1)
		set ^= set << shift;
	return set;
}

/* Which of 64 bytes are C; of brackets with FOLD 0x20, as { and [ differ in that bit alone. */
static inline uint64_t places(const uint8x16_t v[4], uint8_t fold, char c)
{
	const uint8x16_t folded = vdupq_n_u8(fold);
	uint8x16_t is[4];

	for (unsigned i = 0; i < 4; i++)
		is[i] = is_char(vorrq_u8(v[i], folded), c);
	return bits(is);
}

static size_t json(struct scan_json *state, const char *p, size_t n, uint32_t *ret)
{
	struct scan_carry carry = scan_carry(state);
	size_t found = 0;

	for (size_t i = 0; i < n * SCAN_BLOCK && !carry.below; i += SCAN_BLOCK) {
		const uint8x16_t v[4] = {at(p + i), at(p + i + 16), at(p + i + 32), at(p + i + 48)};
		uint64_t quote = places(v, 0, '"'), in_string;

		quote &= ~scan_escaped(places(v, 0, '\\'), &carry.escaped);
		in_string = parity(quote) ^ carry.in_string;
		carry.in_string = 0 - (in_string >> 63);
		found = scan_tops(&carry, places(v, 0x20, '{') & ~in_string,
				  places(v, 0x20, '}') & ~in_string, i, ret, found);
	}
	*state = scan_carried(&carry);
	return found;
}

/* Where the needle's first and last byte are both in place, the rest is compared. */
static const char *find(struct str s, struct str needle)
{
	const char *p = s.p, *last;

	if (s.n < needle.n)
		return NULL;
	last = s.p + s.n - needle.n; /* the last place where it can begin */
	for (; last - p >= 15; p += 16) {
		uint64_t hits = fourths(vandq_u8(is_char(at(p), needle.p[0]),
					       is_char(at(p + needle.n - 1), needle.p[needle.n - 1])));

		for (; hits; hits &= hits - 1) {
			const char *hit = p + __builtin_ctzll(hits) / 4;

			if (memcmp(hit, needle.p, needle.n) == 0)
				return hit;
		}
	}
	return SCAN_SCALAR.find(str_slice(p, (size_t)(s.p + s.n - p)), needle);
}

/* Lanes count up to 255 each, then are added up. */
static size_t count(struct str s, char c)
{
	const char *p = s.p, *end = s.p + s.n;
	size_t n = 0;

	while (end - p >= 16) {
		uint8x16_t lanes = vdupq_n_u8(0);

		for (unsigned i = 0; i < 255 && end - p >= 16; i++, p += 16)
			lanes = vsubq_u8(lanes, is_char(at(p), c));
		n += vaddlvq_u8(lanes);
	}
	return n + SCAN_SCALAR.count(str_slice(p, (size_t)(end - p)), c);
}

static const char *special(const char *p, const char *end, bool *high)
{
	const uint8x16_t blank = vdupq_n_u8(0x20), top = vdupq_n_u8(0x80);
	uint64_t seen = 0;

	for (; end - p >= 16; p += 16) {
		uint8x16_t v = at(p);
		uint64_t hit = fourths(vorrq_u8(vorrq_u8(is_char(v, '"'), is_char(v, '\\')),
					      vcltq_u8(v, blank)));
		uint64_t far = fourths(vcgeq_u8(v, top));

		if (hit) {
			seen |= far & (hit - 1) & ~hit;
			*high |= seen != 0;
			return p + __builtin_ctzll(hit) / 4;
		}
		seen |= far;
	}
	*high |= seen != 0;
	return SCAN_SCALAR.special(p, end, high);
}

const struct scan SCAN_NEON = {json, find, count, special};
#endif
