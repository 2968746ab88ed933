/* SPDX-License-Identifier: MIT */
/* screen.c: lines put into cells, column by column. */
#include "viewer/cells/screen.h"

#include "formats/base/mem.h"
#include "formats/base/visible.h"
#include "formats/base/width.h"

void screen_init(struct screen *s)
{
	*s = (struct screen){.cursor_x = -1};
}

void screen_done(struct screen *s)
{
	mem_free(s->cells);
	*s = (struct screen){.cursor_x = -1};
}

static void blank(struct cell *c, uint8_t style)
{
	*c = (struct cell){.text = " ", .n = 1, .width = 1, .style = style};
}

static int bounded(int n)
{
	return n < 1 ? 1 : n > SCREEN_MOST ? SCREEN_MOST : n;
}

void screen_size(struct screen *s, int width, int height)
{
	size_t n;

	width = bounded(width);
	height = bounded(height);
	n = (size_t)width * (size_t)height;
	if (width != s->width || height != s->height)
		s->cells = mem_resize(s->cells, n * sizeof(*s->cells));
	s->width = width;
	s->height = height;
	s->cursor_x = -1;
	for (size_t i = 0; i < n; i++)
		blank(&s->cells[i], STYLE_PLAIN);
}

struct area screen_area(const struct screen *s)
{
	return (struct area){0, 0, s->width, s->height};
}

/* A row being filled: X is the line's own column, which starts left of the area by LEFT. */
struct filling {
	struct cell *row;
	size_t left, width;
	size_t x;
	struct cell *last; /* for marks that combine with it; NULL: it is out of sight */
	uint8_t style;
};

static void put_mark(struct filling *f, struct str rune)
{
	struct cell *c = f->last;

	if (!c || c->n + rune.n > CELL_BYTES)
		return;
	memcpy(c->text + c->n, rune.p, rune.n);
	c->n = (uint8_t)(c->n + rune.n);
}

static void put_rune(struct filling *f, struct str rune)
{
	size_t wide = width_of(rune), at = f->x - f->left;
	struct cell *c;

	if (!wide) {
		put_mark(f, rune);
		return;
	}
	f->last = NULL;
	f->x += wide;
	if (f->x <= f->left || at >= f->width || f->x - wide < f->left ||
	    at + wide > f->width) {
		/* half of it would be out of sight: all of it is */
		for (size_t i = f->x - wide; i < f->x; i++)
			if (i >= f->left && i - f->left < f->width)
				f->row[i - f->left].style = f->style;
		return;
	}
	c = &f->row[at];
	*c = (struct cell){.n = (uint8_t)rune.n, .width = (uint8_t)wide, .style = f->style};
	memcpy(c->text, rune.p, rune.n);
	for (size_t i = 1; i < wide; i++)
		c[i] = (struct cell){.style = f->style};
	f->last = c;
}

static void mark_cut(struct cell *row, size_t width)
{
	struct cell *end = &row[width - 1];

	if (end->n == 0 && width > 1)
		blank(end - 1, end[-1].style);
	*end = (struct cell){.text = ">", .n = 1, .width = 1,
			     .style = (uint8_t)(STYLE_DIM | (end->style & ~0x1f))};
}

void screen_line(struct screen *s, struct area a, int y, const struct line *l, size_t left,
		 uint8_t flags)
{
	struct filling f = {.left = left};
	struct str text = buf_str(&l->text);
	size_t at = 0;

	if (y < 0 || y >= a.height || a.y + y >= s->height || a.x >= s->width || a.width < 1)
		return;
	f.row = screen_cell(s, a.x, a.y + y);
	f.width = (size_t)(a.x + a.width > s->width ? s->width - a.x : a.width);
	for (size_t i = 0; i < f.width; i++)
		blank(&f.row[i], flags);
	for (size_t i = 0; i < l->runs.n; i++) {
		f.style = (uint8_t)(l->runs.at[i].style | flags);
		while (at < l->runs.at[i].end) {
			long rune;
			size_t n = visible_rune(str_skip(text, at), &rune);

			put_rune(&f, str_slice(text.p + at, n));
			at += n;
		}
	}
	if (l->columns > left && l->columns - left > f.width)
		mark_cut(f.row, f.width);
}

static void trim_row(struct buf *out, size_t begin)
{
	while (out->n > begin && out->p[out->n - 1] == ' ')
		out->n--;
	buf_add_char(out, '\n');
}

void screen_text(const struct screen *s, struct buf *out)
{
	for (int y = 0; y < s->height; y++) {
		size_t begin = out->n;

		for (int x = 0; x < s->width; x++)
			buf_add_bytes(out, screen_cell(s, x, y)->text, screen_cell(s, x, y)->n);
		trim_row(out, begin);
	}
}

void screen_styles(const struct screen *s, struct buf *out)
{
	for (int y = 0; y < s->height; y++) {
		size_t begin = out->n;

		for (int x = 0; x < s->width; x++)
			buf_add_char(out, style_letter(screen_cell(s, x, y)->style));
		trim_row(out, begin);
	}
}

static bool is_ascii(const struct cell *c)
{
	for (uint8_t i = 0; i < c->n; i++)
		if (c->text[i] & 0x80)
			return false;
	return true;
}

void screen_ascii(struct screen *s)
{
	for (size_t i = 0, n = (size_t)s->width * (size_t)s->height; i < n; i++) {
		struct cell *c = &s->cells[i];
		uint8_t width = c->width;
		bool base = !(c->text[0] & 0x80); /* a letter with marks loses these */

		if (!c->n || is_ascii(c))
			continue;
		for (uint8_t k = 0; k < width; k++)
			c[k] = (struct cell){.text = {base ? c->text[0] : '?'},
					     .n = 1,
					     .width = 1,
					     .style = c->style};
	}
}
