/* SPDX-License-Identifier: MIT */
/* rescue.h: the terminal given back where the program aborts, and its last words after that. */
#pragma once

#include "formats/base/str.h"

#include <termios.h>

/*
 * From begin to end SIGABRT (a mistake of ours, or no memory) writes BYTES to OUT and sets MODES
 * on IN before it ends the program. BYTES are copied; of too many none are written.
 *
 * What is said on standard error meanwhile would be lost with the screen that it stands in. Where
 * that is a terminal it is kept, up to what a pipe holds, and said at the end or the abort.
 */
void rescue_begin(int in, int out, const struct termios *modes, struct str bytes);
void rescue_end(void);
