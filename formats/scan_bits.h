/* SPDX-License-Identifier: MIT */
/* scan_bits.h: from masks of 64 bytes to what is in strings; for the vector forms. */
#pragma once

#include "formats/scan.h"

/* What one block leaves to the next: as struct scan_json, in the form that is added. */
struct scan_carry {
	uint64_t escaped;   /* 0 or 1 */
	uint64_t in_string; /* 0 or all ones */
};

static inline struct scan_carry scan_carry(const struct scan_json *s)
{
	return (struct scan_carry){s->escaped, s->in_string ? ~(uint64_t)0 : 0};
}

static inline struct scan_json scan_carried(const struct scan_carry *c)
{
	return (struct scan_json){c->in_string != 0, c->escaped != 0};
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
