/* SPDX-License-Identifier: MIT */
/* str.c: comparing, searching and cutting borrowed slices. */
#include "formats/base/str.h"

#include <stdint.h>

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_take(s, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_skip(s, s.n - suffix.n), suffix);
}

ptrdiff_t str_find_from(struct str s, struct str needle, size_t from)
{
	const char *at;

	if (from > s.n)
		return -1;
	if (needle.n == 0)
		return (ptrdiff_t)from;
	if (needle.n > s.n - from)
		return -1; /* and s.p may be NULL */
	at = memmem(s.p + from, s.n - from, needle.p, needle.n);
	return at ? at - s.p : -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_skip(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_split(struct str *s, char sep)
{
	const char *at = s->n ? memchr(s->p, sep, s->n) : NULL;
	struct str head = *s;

	if (!at) {
		*s = STR_NONE;
		return head;
	}
	head.n = (size_t)(at - s->p);
	*s = str_skip(*s, head.n + 1);
	return head;
}

size_t str_put_utf8(char *to, unsigned rune)
{
	static const uint8_t LEAD[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; rune >>= 6)
		to[i] = (char)(0x80 | (rune & 0x3f));
	to[0] = (char)(n == 1 ? rune : LEAD[n] | rune);
	return n;
}

bool str_to_int(struct str s, long long *ret)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = negative ? 1 : 0;
	unsigned long long value = 0, most = 0x7fffffffffffffffULL + (negative ? 1 : 0);

	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		unsigned digit = (unsigned)(s.p[i] - '0');

		if (digit > 9 || value > (most - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret = negative ? (long long)(0 - value) : (long long)value;
	return true;
}

struct str str_decimal(char *digits, uint64_t number)
{
	size_t at = STR_DECIMAL_MAX;

	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	return str_slice(digits + at, STR_DECIMAL_MAX - at);
}

struct str str_folder(struct str path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	return path;
}
