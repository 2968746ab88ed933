/* SPDX-License-Identifier: MIT */
/* sides.c: columns beside each other, filled line by line. */
#include "viewer/pane/sides.h"

#include "viewer/session.h"

#include <inttypes.h>

enum { TWO_COLUMNS = 64, THREE_COLUMNS = 140 };

void sides_begin(struct sides *s, const struct pane_context *c, struct page *p,
		 const struct code_lines *lines, int64_t marked)
{
	size_t room = c->width;

	*s = (struct sides){.c = c, .p = p, .marked = marked};
	s->bar = c->session->options.ascii ? "|" : "\u2502";
	if (lines && room >= THREE_COLUMNS) {
		s->lines = lines;
		s->code = room * 3 / 8;
		room -= s->code + 1;
	}
	s->left = room;
	if (room >= TWO_COLUMNS) {
		s->left = (room - 1) / 2;
		s->right = room - 1 - s->left;
	}
	line_init(&s->l);
	line_init(&s->r);
}

void code_line(struct line *l, const struct code_lines *code, size_t i, int64_t marked)
{
	int64_t number = code->first + (int64_t)i;
	bool here = number == marked;
	struct str text = code->at[i];

	line_printf(l, here ? STYLE_STRONG : STYLE_DIM, "%5" PRId64 " %s ", number, here ? ">" : " ");
	while (text.n) {
		struct str rest = text, piece = str_split(&rest, '\t');

		if (piece.n && piece.p[piece.n - 1] == '\r')
			piece.n--;
		line_add(l, here ? STYLE_STRONG : STYLE_PLAIN, piece);
		if (piece.n < text.n && text.p[piece.n] == '\t')
			line_puts(l, STYLE_PLAIN, "    ");
		text = rest;
	}
}

static void add_code(struct sides *s)
{
	struct line code;

	line_puts(&s->p->now, STYLE_DIM, s->bar);
	line_init(&code);
	if (s->shown < s->lines->n) {
		code_line(&code, s->lines, s->shown, s->marked);
		if (!s->p->about.file.p) {
			s->p->about.file = s->lines->path;
			s->p->about.line = s->lines->first + (int64_t)s->shown;
		}
	}
	s->shown++;
	line_put_cell(&s->p->now, &code, s->code);
	line_done(&code);
}

void sides_row(struct sides *s)
{
	struct page_line about = s->p->about;

	if (s->right) {
		line_put_cell(&s->p->now, &s->l, s->left);
		line_puts(&s->p->now, STYLE_DIM, s->bar);
		line_put_cell(&s->p->now, &s->r, s->right);
		if (s->lines)
			add_code(s);
		page_end(s->p);
	} else {
		if (s->l.columns || !s->r.columns) {
			line_put_cell(&s->p->now, &s->l, s->left);
			page_end(s->p);
			about.differs = false;
		}
		if (s->r.columns) {
			s->p->about = about;
			line_put_cell(&s->p->now, &s->r, s->left);
			page_end(s->p);
		}
	}
	line_clear(&s->l);
	line_clear(&s->r);
}

void sides_end(struct sides *s)
{
	while (s->lines && s->shown < s->lines->n)
		sides_row(s);
	line_done(&s->l);
	line_done(&s->r);
}

size_t sides_room(const struct sides *s)
{
	return s->right && s->right < s->left ? s->right : s->left;
}

/* The next row of *TEXT into L; true: something was there. */
static bool wrap(struct line *l, size_t indent, enum style style, struct str *text, size_t room)
{
	size_t n;

	if (!text->n)
		return false;
	n = page_fitting(*text, room > indent + 8 ? room - indent : 8);
	line_to(l, indent);
	line_add(l, style, str_take(*text, n));
	*text = str_skip(*text, n);
	return true;
}

void sides_text(struct sides *s, size_t indent, enum style left_style, struct str left,
		enum style right_style, struct str right, size_t most)
{
	struct page_line about = s->p->about;

	for (size_t i = 0; (left.n || right.n) && i < most; i++) {
		bool last = i + 1 == most;

		/* What is left over ends in "..." where it is cut. */
		wrap(&s->l, indent, left_style, &left, last ? SIZE_MAX / 2 : s->left);
		wrap(&s->r, indent, right_style, &right, last ? SIZE_MAX / 2 : s->right ? s->right : s->left);
		s->p->about = about;
		sides_row(s);
		about.differs = false;
	}
}

void sides_rule(struct sides *s)
{
	bool ascii = s->c->session->options.ascii;
	const char *across = ascii ? "-" : "\u2500", *cross = ascii ? "+" : "\u253c";

	line_rule(&s->p->now, STYLE_DIM, across, s->left);
	if (s->right) {
		line_puts(&s->p->now, STYLE_DIM, cross);
		line_rule(&s->p->now, STYLE_DIM, across, s->right);
	}
	if (s->lines) {
		line_puts(&s->p->now, STYLE_DIM, cross);
		line_rule(&s->p->now, STYLE_DIM, across, s->code);
	}
	page_end(s->p);
}

static void put_half(struct page *p, const struct page *half, size_t i, size_t width)
{
	size_t end = p->now.columns + width;
	struct line cell;

	line_init(&cell);
	if (i < half->lines.n)
		line_put(&cell, half->lines.at[i].text);
	line_put_cell(&p->now, &cell, width);
	line_to(&p->now, end);
	line_done(&cell);
}

static bool says_something(const struct page_line *l)
{
	return l->event != PAGE_NO_EVENT || l->file.p || l->copy.p || l->history.p;
}

/* The halves and their strings go: what is kept is the page's own. */
static void take_about(struct page *p, const struct page *left, const struct page *right, size_t i)
{
	const struct page_line *l = i < left->lines.n ? &left->lines.at[i] : NULL;
	const struct page_line *r = i < right->lines.n ? &right->lines.at[i] : NULL;
	const struct page_line *from = l && (says_something(l) || !r) ? l : r;

	if (!from)
		return;
	p->about.event = from->event;
	p->about.line = from->line;
	p->about.id = from->id;
	if (from->history.p)
		p->about.history = arena_str(&p->arena, from->history);
	if (from->file.p)
		p->about.file = arena_str(&p->arena, from->file);
	if (from->copy.p)
		p->about.copy = arena_str(&p->arena, from->copy);
}

void sides_pages(const struct pane_context *c, struct page *p, const struct page *left,
		 const struct page *right, size_t left_width)
{
	const char *bar = c->session->options.ascii ? "|" : "\u2502";

	for (size_t i = 0; i < left->lines.n || i < right->lines.n; i++) {
		take_about(p, left, right, i);
		put_half(p, left, i, left_width);
		line_puts(&p->now, STYLE_DIM, bar);
		put_half(p, right, i, c->width - left_width - 1);
		page_end(p);
	}
}
