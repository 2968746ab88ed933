/* SPDX-License-Identifier: MIT */
/* line.h: one line of a pane while it is made: text in pieces, each with a style. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/vec.h"
#include "viewer/cells/style.h"

/*
 *     line_clear(&l);
 *     line_cell(&l, STYLE_PLAIN, STR("12"), 5);            exactly five columns
 *     line_printf(&l, STYLE_STRONG, " %s", name);
 *     line_to(&l, 40);                                     blanks up to column 40
 *
 * Text is made harmless as it is added (visible.h), and its width counted in columns of a
 * terminal. A line may be wider than any screen: what shows it cuts it.
 */
struct line_run {
	uint32_t end; /* byte of text behind it */
	uint8_t style;
};

struct line {
	struct buf text;
	VEC_OF(struct line_run) runs;
	size_t columns;
};

void line_init(struct line *l);
void line_done(struct line *l);
void line_clear(struct line *l);

void line_add(struct line *l, enum style style, struct str s);
void line_puts(struct line *l, enum style style, const char *s);
void line_printf(struct line *l, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Exactly WIDTH columns: cut with "..." or filled with blanks. */
void line_cell(struct line *l, enum style style, struct str s, size_t width);
/* The same with the blanks in front. */
void line_right(struct line *l, enum style style, struct str s, size_t width);
/* S again and again until WIDTH columns are added. */
void line_rule(struct line *l, enum style style, const char *s, size_t width);
/* Blanks up to COLUMN; nothing where the line is there already. */
void line_to(struct line *l, size_t column);
/* The pieces of FROM behind those of L. */
void line_append(struct line *l, const struct line *from);
/* A copy's worth: text and runs as they are, already harmless. */
struct line_slice {
	struct str text;
	const struct line_run *runs;
	size_t n_runs;
	size_t columns;
};
struct line_slice line_slice(const struct line *l);
void line_put(struct line *l, struct line_slice s);
/* The pieces of FROM in exactly WIDTH columns, as line_cell(). */
void line_put_cell(struct line *l, const struct line *from, size_t width);
/* Adds FLAG to the styles of the bytes from START up to END. */
void line_flag(struct line *l, size_t start, size_t end, uint8_t flag);
