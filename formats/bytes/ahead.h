/* SPDX-License-Identifier: MIT */
/* ahead.h: an input that a thread of its own reads and unpacks, ahead of who works on it. */
#pragma once

#include "formats/bytes/input.h"

/*
 *     file -> unpacking -> [ring of pieces] -> reader -> window -> transcoding -> ...
 *     '------- a thread -------'              '------- the caller's thread -------'
 *
 * For large packed files: unpacking takes about as long as what is done with the result.
 */

/* What the thread may be ahead, in pieces of AHEAD_PIECE bytes. */
#define AHEAD_PIECE ((size_t)256 * 1024)
#define AHEAD_PIECES 4

/*
 * IN, just opened, is read by a thread from here on; its user sees the same bytes, offsets,
 * lines, layers, and the same error in the same place. Nothing happens where it is small,
 * mapped, in memory or of a reader that others use too, or where no thread can be had. IN
 * must not move until input_done(). A thread that waits for a pipe then goes on waiting,
 * alone, until the pipe or the program ends.
 */
void ahead_begin(struct input *in);
