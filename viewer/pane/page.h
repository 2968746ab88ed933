/* SPDX-License-Identifier: MIT */
/* page.h: a pane's lines where it makes them all at once: a page of text to scroll. */
#pragma once

#include "formats/base/arena.h"
#include "viewer/cells/line.h"

/*
 *     line_puts(&p->now, STYLE_STRONG, "kind");
 *     line_to(&p->now, 10);
 *     line_add(&p->now, STYLE_PLAIN, text);
 *     page_end(p);                              the line is done, the next begins
 *
 * Lines fold: one of level 0 that is closed hides those of higher levels behind it, up to
 * the next of its own level or below. What a line is about goes with it, so that Enter can
 * follow it and a key copy it.
 */
#define PAGE_NO_EVENT SIZE_MAX

struct page_line {
	struct line_slice text;
	size_t event;	 /* index that Enter goes to, or PAGE_NO_EVENT */
	struct str copy; /* what copying it takes; p NULL: the text */
	struct str file; /* of a line of code; p NULL: none */
	int64_t line;	 /* in that file */
	unsigned level;
};

struct page {
	struct arena arena;
	VEC_OF(struct page_line) lines;
	struct line now;
	struct page_line about; /* of the line in the making; reset by page_end() */
};

void page_init(struct page *p);
void page_done(struct page *p);
/* Empties it. */
void page_clear(struct page *p);
void page_end(struct page *p);
/* A line of its own. */
void page_puts(struct page *p, enum style style, const char *text);
/* "- TITLE -----": a rule across WIDTH columns. */
void page_heading(struct page *p, struct str title, size_t width);
/* A label in the first LABEL columns, to be gone on with behind it. */
void page_label(struct page *p, const char *label, size_t columns);
/* TEXT at the indent of column LEFT, its own line breaks kept, long lines wrapped at WIDTH. */
void page_text(struct page *p, enum style style, struct str text, size_t left, size_t width);
