/* SPDX-License-Identifier: MIT */
/* scan_scalar.c: the scans a byte at a time: for any machine, and what the others must equal. */
#include "formats/transcode/scan.h"

static size_t json(struct scan_json *state, const char *p, size_t n, uint32_t *ret)
{
	struct scan_json s = *state;
	size_t found = 0;

	for (size_t i = 0; i < n * SCAN_BLOCK && !s.below; i++) {
		if (p[i] == '"') {
			s.in_string ^= !s.escaped;
		} else if (s.in_string) {
			/* text */
		} else if (p[i] == '{' || p[i] == '[') {
			if (s.depth++ == 0)
				ret[found++] = (uint32_t)i;
		} else if (p[i] == '}' || p[i] == ']') {
			if (s.depth <= 1)
				ret[found++] = (uint32_t)i;
			s.below = s.depth == 0;
			s.depth -= s.depth > 0;
		}
		s.escaped = p[i] == '\\' && !s.escaped;
	}
	*state = s;
	return found;
}

static const char *find(struct str s, struct str needle)
{
	return s.n < needle.n ? NULL : memmem(s.p, s.n, needle.p, needle.n);
}

/* Eight bytes a step: a byte of X is zero where a byte of V is C. */
static size_t count(struct str s, char c)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7f, each = 0x0101010101010101;
	const char *p = s.p, *end = s.p + s.n;
	size_t n = 0;

	for (; end - p >= 8; p += 8) {
		uint64_t x;

		memcpy(&x, p, 8);
		x ^= each * (uint8_t)c;
		n += 8 - (size_t)__builtin_popcountll((((x & low) + low) | x) & ~low);
	}
	for (; p < end; p++)
		n += *p == c;
	return n;
}

static const char *special(const char *p, const char *end, bool *high)
{
	unsigned seen = 0;

	for (; p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20; p++)
		seen |= (unsigned char)*p & 0x80u;
	if (seen)
		*high = true;
	return p;
}

const struct scan SCAN_SCALAR = {json, find, count, special};
