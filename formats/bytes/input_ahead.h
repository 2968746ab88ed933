/* SPDX-License-Identifier: MIT */
/* input_ahead.h: unpacking in a thread of its own, while what came before is parsed. */
#pragma once

#include "formats/bytes/input.h"

/*
 * Decompression takes as long as what is done with its result; side by side they take as
 * long as the longer one. Blocks go through a ring:
 *
 *     thread:  IN -> block -> block -> block -> block  : whoever asks for more
 *
 * The thread ends with input_done(), whether everything was read or not.
 */

/* Moves IN, of which nothing is taken yet, behind a thread. False: it is what it was. */
bool input_ahead(struct input *in);
