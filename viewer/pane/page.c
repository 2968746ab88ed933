/* SPDX-License-Identifier: MIT */
/* page.c: lines put away one after the other, and text broken into lines. */
#include "viewer/pane/page.h"

#include "formats/base/visible.h"
#include "formats/base/width.h"

void page_init(struct page *p)
{
	*p = (struct page){.about.event = PAGE_NO_EVENT};
	arena_init(&p->arena);
	line_init(&p->now);
}

void page_done(struct page *p)
{
	line_done(&p->now);
	vec_done(&p->lines);
	vec_done(&p->shown);
	vec_done(&p->turned);
	arena_done(&p->arena);
}

void page_clear(struct page *p)
{
	arena_done(&p->arena);
	arena_init(&p->arena);
	line_clear(&p->now);
	p->lines.n = p->shown.n = 0;
	p->about = (struct page_line){.event = PAGE_NO_EVENT};
}

void page_end(struct page *p)
{
	struct line_slice s = line_slice(&p->now);
	struct line_run *runs = arena_array(&p->arena, struct line_run, s.n_runs ? s.n_runs : 1);

	if (s.n_runs)
		memcpy(runs, s.runs, s.n_runs * sizeof(*runs));
	p->about.text = (struct line_slice){arena_str(&p->arena, s.text), runs, s.n_runs, s.columns};
	vec_push(&p->lines, p->about);
	p->about = (struct page_line){.event = PAGE_NO_EVENT, .level = p->about.level};
	line_clear(&p->now);
}

/* ---- folds ---- */

uint64_t page_id(uint64_t from, struct str name)
{
	uint64_t id = from ^ 0xcbf29ce484222325u; /* FNV-1a */

	for (size_t i = 0; i < name.n; i++)
		id = (id ^ (unsigned char)name.p[i]) * 0x100000001b3u;
	return id ? id : 1;
}

uint64_t page_id_number(uint64_t from, uint64_t number)
{
	return page_id(from, str_slice((const char *)&number, sizeof(number)));
}

static size_t touched(const struct page *p, uint64_t id)
{
	size_t i = 0;

	while (i < p->turned.n && p->turned.at[i] != id)
		i++;
	return i;
}

bool page_fold(struct page *p, uint64_t id, enum page_fold begin)
{
	bool closed = begin == PAGE_CLOSED && !p->all_open;

	p->about.fold = id;
	p->about.closed = closed != (touched(p, id) < p->turned.n);
	return !p->about.closed;
}

void page_turn(struct page *p, uint64_t id)
{
	size_t i = touched(p, id);

	if (i < p->turned.n)
		p->turned.at[i] = *vec_last(&p->turned), p->turned.n--;
	else
		vec_push(&p->turned, id);
}

void page_untouch(struct page *p)
{
	p->turned.n = 0;
}

void page_show(struct page *p)
{
	struct page_line *closed = NULL;

	p->shown.n = 0;
	for (size_t i = 0; i < p->lines.n; i++) {
		struct page_line *l = &p->lines.at[i];

		if (closed && l->level > closed->level) {
			closed->hides++;
			continue;
		}
		closed = l->closed ? l : NULL;
		vec_push(&p->shown, (uint32_t)i);
	}
}

/* ---- lines ---- */

void page_puts(struct page *p, enum style style, const char *text)
{
	line_puts(&p->now, style, text);
	page_end(p);
}

void page_heading(struct page *p, struct str title, size_t width)
{
	line_puts(&p->now, STYLE_BAR, "- ");
	line_add(&p->now, STYLE_BAR, title);
	line_puts(&p->now, STYLE_BAR, " ");
	if (p->now.columns < width)
		line_rule(&p->now, STYLE_BAR, "-", width - p->now.columns);
	page_end(p);
}

void page_label(struct page *p, const char *label, size_t columns)
{
	line_puts(&p->now, STYLE_PLAIN, " ");
	line_puts(&p->now, STYLE_STRONG, label);
	line_to(&p->now, columns);
}

size_t page_fitting(struct str s, size_t width)
{
	size_t used = 0, n = 0, blank = 0;
	long rune;

	while (n < s.n) {
		size_t step = visible_rune(str_skip(s, n), &rune);
		size_t wide = width_of(str_slice(s.p + n, step));

		if (used + wide > width && n)
			return blank ? blank : n;
		used += wide;
		n += step;
		if (rune == ' ')
			blank = n;
	}
	return n;
}

void page_text(struct page *p, enum style style, struct str text, size_t left, size_t width)
{
	size_t room = width > left + 10 ? width - left : 10;

	do {
		struct str rest = text, row = str_split(&rest, '\n');
		bool last = row.n == text.n;
		struct buf shown, harmless;

		buf_init(&shown, 0);
		buf_init(&harmless, 0);
		for (size_t i = 0; i < row.n; i++) /* tabs are blanks here, not marks */
			if (row.p[i] == '\t')
				buf_puts(&shown, "    ");
			else if (row.p[i] != '\r' || i + 1 < row.n)
				buf_add_char(&shown, row.p[i]);
		visible_add(&harmless, buf_str(&shown), 0); /* as wide as it will be */
		row = buf_str(&harmless);
		do {
			size_t n = page_fitting(row, room);

			line_to(&p->now, left);
			line_add(&p->now, style, str_take(row, n));
			page_end(p);
			row = row.n ? str_skip(row, n) : row;
		} while (row.n);
		buf_done(&shown);
		buf_done(&harmless);
		if (last)
			break;
		text = rest;
	} while (true);
}
