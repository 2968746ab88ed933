/* SPDX-License-Identifier: MIT */
/* visible.h: text from histories and workers, made harmless where people read it. */
#pragma once

#include "formats/base/buf.h"

/*
 * Names and messages are hostile: an escape sequence would repaint the terminal, a bidi
 * override would show one name and mean another, a line break would forge a line of a
 * report. Control characters, invisible and direction-changing ones and bytes that are
 * not UTF-8 come out as \n, \t, \x1b or \u202e, and so does the second # of two, since
 * CI servers take ##[...] for commands of theirs anywhere in a line; everything else as it
 * is. What is longer than LIMIT bytes (0: any length) is cut at a character, and "..."
 * follows.
 */
void visible_add(struct buf *out, struct str s, size_t limit);

/* The first character of S: its length in bytes, its code point or -1: not UTF-8. */
size_t visible_rune(struct str s, long *ret_rune);
