/* SPDX-License-Identifier: MIT */
/* scan_bits.h: from masks of 64 bytes to what is in strings; for the vector forms. */
#pragma once

#include "formats/transcode/scan.h"

/* What one block leaves to the next: as struct scan_json, in the form that is added. */
struct scan_carry {
	uint64_t escaped;   /* 0 or 1 */
	uint64_t in_string; /* 0 or all ones */
	size_t depth;
	bool below;
};

static inline struct scan_carry scan_carry(const struct scan_json *s)
{
	return (struct scan_carry){s->escaped, s->in_string ? ~(uint64_t)0 : 0, s->depth, s->below};
}

static inline struct scan_json scan_carried(const struct scan_carry *c)
{
	return (struct scan_json){c->depth, c->in_string != 0, c->escaped != 0, c->below};
}

/*
 * The bytes that stand behind an odd number of backslashes. Adding the start of each run of
 * them to the run itself carries a bit to the byte behind it, but only the runs that start
 * at odd places are moved so: whether a byte is escaped is then a matter of whether its
 * place is even, turned round where the carry came.
 */
static inline uint64_t scan_escaped(uint64_t backslash, uint64_t *carry)
{
	const uint64_t even = 0x5555555555555555;
	uint64_t first = *carry, behind, odd_starts;
	unsigned long long sum;

	if (!(backslash | first))
		return 0;
	backslash &= ~first;
	behind = backslash << 1 | first;
	odd_starts = backslash & ~even & ~behind;
	*carry = __builtin_uaddll_overflow(odd_starts, backslash, &sum);
	return (even ^ (uint64_t)sum << 1) & behind;
}

/*
 * The walk over the brackets of one block, which begins at BASE; behind what RET has already
 * (N). Where the depth can't come down to 0 within the block, counting is enough.
 */
static inline __attribute__((always_inline)) size_t
scan_tops(struct scan_carry *c, uint64_t open, uint64_t close, size_t base, uint32_t *ret, size_t n)
{
	size_t closes = (size_t)__builtin_popcountll(close);

	if (c->depth > closes) {
		c->depth += (size_t)__builtin_popcountll(open) - closes;
		return n;
	}
	for (uint64_t all = open | close; all; all &= all - 1) {
		unsigned place = (unsigned)__builtin_ctzll(all);
		bool opens = open >> place & 1;

		if (c->depth == !opens || c->depth == 0)
			ret[n++] = (uint32_t)(base + place);
		if (c->depth == 0 && !opens) {
			c->below = true;
			return n;
		}
		c->depth += opens ? (size_t)1 : ~(size_t)0;
	}
	return n;
}
