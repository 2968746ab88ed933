/* SPDX-License-Identifier: MIT */
/* rex.h: regular expressions in time linear in the text, whatever the expression. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "formats/base/str.h"

#include <stdbool.h>

/*
 * The C library's take exponential time or memory on some expressions; these are run as sets
 * of states: the length of the text times that of the expression.
 *
 *     .  [a-z]  [^a-z]  \d \w \s \D \W \S \b   x* x+ x? x{2} x{2,} x{2,5}   (x)  (?:x)  x|y
 *     ^ and $ at the ends of the text   \. \/ \\ ...: the character itself
 *
 * Texts are bytes, and NUL is one; `.` is any of them but \n. A character beyond ASCII stands
 * for its bytes, and may not stand in brackets. Of matches the first one counts, and of those
 * that begin there the longest. There are no references back, and no captures.
 */
struct rex;

/* In A. ERR_USAGE: what is wrong, at which column; err->column has it. */
bool rex_read(const struct rex **ret, struct str text, struct arena *a, struct err *err);
/* The first match at or behind FROM, as offsets into TEXT. */
bool rex_find(const struct rex *r, struct str text, size_t from, size_t *ret_start,
		size_t *ret_end);
static inline bool rex_fits(const struct rex *r, struct str text)
{
	size_t start, end;

	return rex_find(r, text, 0, &start, &end);
}
