/* SPDX-License-Identifier: MIT */
/* screen.h: a grid of cells: a screen as a value, before any terminal has it. */
#pragma once

#include "formats/base/buf.h"
#include "viewer/cells/line.h"

#include <stdint.h>

/*
 * Column 0 is left, row 0 on top. A character that takes two columns has the cell to the
 * right of it too, which is empty (n 0) and of its style. Marks that combine stay in the cell
 * of their base, as many as fit.
 */
#define CELL_BYTES 13

struct cell {
	char text[CELL_BYTES];
	uint8_t n; /* bytes; 0: the right half of the cell before it */
	uint8_t width;
	uint8_t style;
};

#define SCREEN_MOST 1000 /* columns or rows: beyond any terminal */

struct screen {
	int width, height;
	struct cell *cells; /* height rows of width */
	int cursor_x, cursor_y; /* where the terminal's own cursor is to be; x < 0: nowhere */
};

/* A part of a screen; what is drawn beyond it is cut. */
struct area {
	int x, y, width, height;
};

void screen_init(struct screen *s);
void screen_done(struct screen *s);
/* Blank, of that size (1 to SCREEN_MOST each). */
void screen_size(struct screen *s, int width, int height);
struct area screen_area(const struct screen *s);

static inline struct cell *screen_cell(const struct screen *s, int x, int y)
{
	return &s->cells[(size_t)y * (size_t)s->width + (size_t)x];
}

/*
 * L into row Y of A, from its column LEFT on (scrolled sideways); the rest of the row becomes
 * blank. Where L goes on past the area's end its last column says so (`>`). FLAGS are
 * added to all styles: STYLE_CURSOR.
 */
void screen_line(struct screen *s, struct area a, int y, const struct line *l, size_t left,
		 uint8_t flags);

/* As text, a line a row, without blanks at the ends. */
void screen_text(const struct screen *s, struct buf *out);
/* The same of the styles' letters. */
void screen_styles(const struct screen *s, struct buf *out);

/* What is beyond ASCII becomes question marks, as many as it has columns. */
void screen_ascii(struct screen *s);
