/* SPDX-License-Identifier: MIT */
/* line.c: pieces of text with styles, and how wide they are together. */
#include "viewer/cells/line.h"

#include "formats/base/visible.h"
#include "formats/base/width.h"

#include <stdio.h>

void line_init(struct line *l)
{
	*l = (struct line){0};
	buf_init(&l->text, 0);
}

void line_done(struct line *l)
{
	buf_done(&l->text);
	vec_done(&l->runs);
}

void line_clear(struct line *l)
{
	buf_clear(&l->text);
	l->runs.n = 0;
	l->columns = 0;
}

/* What was added from BEGIN on is of that style. */
static void close_run(struct line *l, size_t begin, enum style style)
{
	if (l->text.n == begin)
		return;
	l->columns += width_of(str_slice(l->text.p + begin, l->text.n - begin));
	if (l->runs.n && vec_last(&l->runs)->style == style)
		vec_last(&l->runs)->end = (uint32_t)l->text.n;
	else
		vec_push(&l->runs, (struct line_run){(uint32_t)l->text.n, (uint8_t)style});
}

void line_add(struct line *l, enum style style, struct str s)
{
	size_t begin = l->text.n;

	visible_add(&l->text, s, 0);
	close_run(l, begin, style);
}

void line_puts(struct line *l, enum style style, const char *s)
{
	line_add(l, style, str_of(s));
}

void line_printf(struct line *l, enum style style, const char *format, ...)
{
	char small[256];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (n < (int)sizeof(small)) {
		line_add(l, style, str_slice(small, n < 0 ? 0 : (size_t)n));
		return;
	}
	{
		struct buf large;
		char *p;

		buf_init(&large, 0);
		p = buf_room(&large, (size_t)n + 1);
		va_start(args, format);
		if (p)
			vsnprintf(p, (size_t)n + 1, format, args);
		va_end(args);
		line_add(l, style, str_slice(p, p ? (size_t)n : 0));
		buf_done(&large);
	}
}

static void add_blanks(struct line *l, size_t n)
{
	size_t begin = l->text.n;

	for (size_t i = 0; i < n; i++)
		buf_add_char(&l->text, ' ');
	close_run(l, begin, STYLE_PLAIN);
}

void line_cell(struct line *l, enum style style, struct str s, size_t width)
{
	struct buf shown;
	size_t begin = l->text.n;

	buf_init(&shown, 0);
	visible_add(&shown, s, 0);
	width_add(&l->text, buf_str(&shown), width);
	buf_done(&shown);
	close_run(l, begin, style);
}

void line_right(struct line *l, enum style style, struct str s, size_t width)
{
	struct buf shown;
	size_t n;

	buf_init(&shown, 0);
	visible_add(&shown, s, 0);
	n = width_of(buf_str(&shown));
	if (n < width)
		add_blanks(l, width - n);
	line_cell(l, style, buf_str(&shown), n < width ? n : width);
	buf_done(&shown);
}

void line_rule(struct line *l, enum style style, const char *s, size_t width)
{
	size_t begin = l->text.n, one = width_of(str_of(s));

	for (size_t i = 0; one && i + one <= width; i += one)
		buf_puts(&l->text, s);
	close_run(l, begin, style);
}

void line_to(struct line *l, size_t column)
{
	if (l->columns < column)
		add_blanks(l, column - l->columns);
}

struct line_slice line_slice(const struct line *l)
{
	return (struct line_slice){buf_str(&l->text), l->runs.at, l->runs.n, l->columns};
}

void line_put(struct line *l, struct line_slice s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n_runs; i++) {
		size_t begin = l->text.n;

		buf_add_bytes(&l->text, s.text.p + from, s.runs[i].end - from);
		close_run(l, begin, (enum style)s.runs[i].style);
		from = s.runs[i].end;
	}
}

void line_append(struct line *l, const struct line *from)
{
	line_put(l, line_slice(from));
}

/* Bytes of S, from its begin, that fit into COLUMNS. */
static size_t fitting(struct str s, size_t columns)
{
	size_t used = 0, n = 0;
	long rune;

	while (n < s.n) {
		size_t step = visible_rune(str_skip(s, n), &rune);

		used += width_of(str_slice(s.p + n, step));
		if (used > columns)
			break;
		n += step;
	}
	return n;
}

void line_put_cell(struct line *l, const struct line *from, size_t width)
{
	size_t end = l->columns + width, at = 0, room = width > 3 ? width - 3 : 0;

	if (from->columns <= width) {
		line_append(l, from);
		line_to(l, end);
		return;
	}
	for (size_t i = 0; i < from->runs.n && room; i++) {
		struct str piece = str_slice(from->text.p + at, from->runs.at[i].end - at);
		size_t wide = width_of(piece), begin = l->text.n;

		buf_add(&l->text, str_take(piece, fitting(piece, room)));
		close_run(l, begin, (enum style)from->runs.at[i].style);
		room -= wide < room ? wide : room;
		at = from->runs.at[i].end;
	}
	line_puts(l, STYLE_DIM, &"..."[width > 3 ? 0 : 3 - width]);
	line_to(l, end);
}

/* A run ends at byte AT, if it is within the text. */
static void split_at(struct line *l, size_t at)
{
	for (size_t i = 0; i < l->runs.n; i++) {
		size_t begin = i ? l->runs.at[i - 1].end : 0;

		if (begin >= at || l->runs.at[i].end <= at)
			continue;
		vec_push(&l->runs, (struct line_run){0});
		memmove(&l->runs.at[i + 1], &l->runs.at[i], (l->runs.n - 1 - i) * sizeof(*l->runs.at));
		l->runs.at[i].end = (uint32_t)at;
		return;
	}
}

void line_flag(struct line *l, size_t start, size_t end, uint8_t flag)
{
	split_at(l, start);
	split_at(l, end);
	for (size_t i = 0, begin = 0; i < l->runs.n; begin = l->runs.at[i++].end)
		if (begin >= start && l->runs.at[i].end <= end)
			l->runs.at[i].style |= flag;
}
