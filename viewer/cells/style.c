/* SPDX-License-Identifier: MIT */
/* style.c: the letters of styles. */
#include "viewer/cells/style.h"

char style_letter(uint8_t style)
{
	static const char LETTERS[STYLES][2] = {
		[STYLE_PLAIN] = {' ', '>'}, [STYLE_DIM] = {'d', 'D'},  [STYLE_STRONG] = {'s', 'S'},
		[STYLE_GOOD] = {'g', 'G'},  [STYLE_BAD] = {'b', 'B'},  [STYLE_ODD] = {'o', 'O'},
		[STYLE_LINK] = {'l', 'L'},  [STYLE_BAR] = {'=', '#'},
	};
	uint8_t role = style & 0x1f;

	if (style & STYLE_MATCH)
		return '*';
	return LETTERS[role < STYLES ? role : STYLE_PLAIN][(style & STYLE_CURSOR) != 0];
}
