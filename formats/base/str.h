/* SPDX-License-Identifier: MIT */
/* str.h: borrowed slices of bytes; NUL is data, nothing here owns memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* For "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_of(const char *c)
{
	return (struct str){c, c ? strlen(c) : 0};
}

static inline struct str str_slice(const char *p, size_t n)
{
	return (struct str){p, n};
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

/* Bytewise order; a prefix sorts first. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Offset of the first NEEDLE at or after FROM, or -1. */
ptrdiff_t str_find_from(struct str s, struct str needle, size_t from);
static inline ptrdiff_t str_find(struct str s, struct str needle)
{
	return str_find_from(s, needle, 0);
}
static inline bool str_has(struct str s, const char *needle)
{
	return str_find(s, str_of(needle)) >= 0;
}
/* S without its first N bytes (all of them if it is shorter). */
static inline struct str str_skip(struct str s, size_t n)
{
	n = n < s.n ? n : s.n;
	return (struct str){s.p + n, s.n - n};
}
static inline struct str str_take(struct str s, size_t n)
{
	return (struct str){s.p, n < s.n ? n : s.n};
}
/* S without blanks, tabs, CR and LF at both ends. */
struct str str_trim(struct str s);
/* Splits S at the first SEP: returns what is before it and leaves the rest in S. */
struct str str_split(struct str *s, char sep);
/* The folder of a path, its last slash included; n is 0: there is none. */
struct str str_folder(struct str path);
/* 0 to 15, or -1: C is no hex digit. */
static inline int str_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
/* Writes the UTF-8 of RUNE, below 0x110000: up to four bytes; returns how many. */
size_t str_put_utf8(char *to, unsigned rune);
/* A whole decimal number with nothing around it. */
bool str_to_int(struct str s, long long *ret);
/* NUMBER in DIGITS, which has room for STR_DECIMAL_MAX. */
#define STR_DECIMAL_MAX 20
struct str str_decimal(char *digits, uint64_t number);
