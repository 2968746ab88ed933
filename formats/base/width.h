/* SPDX-License-Identifier: MIT */
/* width.h: how many columns of a terminal a text takes. */
#pragma once

#include "formats/base/buf.h"

/*
 * CJK characters and most emoji take two columns, combining marks none. Text is UTF-8 that
 * visible_add() made harmless; a byte that is none counts as one column.
 */
size_t width_of(struct str s);
/*
 * Appends S in exactly COLUMNS columns: cut at a character, "..." at its end, where it is
 * wider (as many points as fit, below three); else with blanks behind it.
 */
void width_add(struct buf *out, struct str s, size_t columns);
