/* SPDX-License-Identifier: MIT */
/* page.h: a pane's lines where it makes them all at once: a page of text to scroll. */
#pragma once

#include "formats/base/arena.h"
#include "viewer/cells/line.h"
#include "viewer/model/matcher.h"

/*
 *     line_puts(&p->now, STYLE_STRONG, "kind");
 *     line_to(&p->now, 10);
 *     line_add(&p->now, STYLE_PLAIN, text);
 *     page_end(p);                              the line is done, the next begins
 *
 * What a line is about goes with it, so that Enter can follow it and a key copy it.
 *
 * Lines fold: one that is closed hides those of higher levels behind it, up to the next of
 * its own level or below. A long value is made only where it is open:
 *
 *     line_puts(&p->now, STYLE_STRONG, "input");
 *     open = page_fold(p, page_id(0, "input"), PAGE_CLOSED);
 *     page_end(p);
 *     if (open) { p->about.level++; ... p->about.level--; }
 *
 * A page may be searched: folds that hold a hit are led open, for as long as it is searched for
 * that or until somebody closes them, and the rows with a hit are known:
 *
 *     while (page_lead(p, all))                 ALL: the same page with all folds open
 *             build the page again
 *     page_show(p)                              p->hits
 */
#define PAGE_NO_EVENT SIZE_MAX

struct page_line {
	struct line_slice text;
	size_t event;	 /* index that Enter goes to, or PAGE_NO_EVENT */
	struct str history; /* that Enter goes to, by its name in the run or its path; p NULL: none */
	int64_t id;	 /* of the event there; 0: where it diverges, or at its begin */
	struct str copy; /* what copying it takes; p NULL: the text */
	struct str file; /* of a line of code; p NULL: none */
	int64_t line;	 /* in that file */
	bool differs;	 /* > and < stop here */
	unsigned level;
	uint64_t fold;	 /* its id; 0: it does not fold */
	uint64_t part;	 /* the fold that it took the place of: an open part goes on to the end of its level */
	bool closed;
	uint32_t goes_on; /* blanks before what goes on from the line before, and 1; 0: it begins */
	uint32_t hides; /* lines that are made and that it hides (page_show()) */
};

/* A part of a line that matches: a match goes over several where a text was broken into them. */
struct page_match {
	uint32_t line;
	uint32_t start, end; /* bytes of its text */
	bool begins;	     /* the match does, here */
};
struct page_matches {
	VEC_OF(struct page_match) in; /* in order */
};

/* How a fold is before anybody touches it. */
enum page_fold { PAGE_OPEN, PAGE_CLOSED };

struct page {
	struct arena arena;
	VEC_OF(struct page_line) lines;
	struct line now;
	struct page_line about; /* of the line in the making; reset by page_end() */
	VEC_OF(uint32_t) shown; /* lines that no fold hides: the rows */
	VEC_OF(uint64_t) turned; /* folds that somebody touched; the page may be made anew */
	bool all_open;		 /* folds are open before they are touched, whatever they say */
	struct matcher *seeks;	 /* what is looked for in it; NULL: nothing */
	VEC_OF(uint64_t) led;	 /* folds that are open because they hold a hit */
	struct page_matches matches;
	VEC_OF(uint32_t) hits;	 /* rows that a match begins in, in order */
};

void page_init(struct page *p);
void page_done(struct page *p);
/* Empties it; which folds were touched stays known. */
void page_clear(struct page *p);
void page_end(struct page *p);
/* An id for NAME within what FROM is the id of (0: the page). */
uint64_t page_id(uint64_t from, struct str name);
uint64_t page_id_number(uint64_t from, uint64_t number);
/* The line in the making folds. False: it is closed, and what is within need not be made. */
bool page_fold(struct page *p, uint64_t id, enum page_fold begin);
/* The line in the making is the first of a part that was opened: it can't be closed any more. */
void page_part(struct page *p);
/* Opens or closes the fold of that id; the page is to be made anew then. */
void page_turn(struct page *p, uint64_t id);
/* All folds as they begin. */
void page_untouch(struct page *p);
/* After the last line: finds the rows, and those with hits. */
void page_show(struct page *p);
/*
 * Which folds, closed on P, hold lines that match on ALL, the same page with all folds open.
 * False: no more than are led open already. What is within one that is closed is known when
 * that is open.
 */
bool page_lead(struct page *p, const struct page *all);
/* The row that ROW is without the folds that were led open, and the other way round. */
size_t page_row_without_led(const struct page *p, size_t row);
size_t page_row_with_led(const struct page *p, size_t row);
/* The matches in a line: the first, and how many. */
const struct page_match *page_matches_of(const struct page *p, size_t line, size_t *ret_n);
/* The first row with a hit at ROW or behind it; before it, unless FORWARD. False: none. */
bool page_next_hit(const struct page *p, size_t row, bool forward, size_t *ret);
/* A line of its own. */
void page_puts(struct page *p, enum style style, const char *text);
/* "- TITLE -----": a rule across WIDTH columns. */
void page_heading(struct page *p, struct str title, size_t width);
/* A label in the first LABEL columns, to be gone on with behind it. */
void page_label(struct page *p, const char *label, size_t columns);
/* How many bytes of S, all in one line, fit into WIDTH columns; at least one character. */
size_t page_fitting(struct str s, size_t width);
/* TEXT at the indent of column LEFT, its own line breaks kept, long lines wrapped at WIDTH. */
void page_text(struct page *p, enum style style, struct str text, size_t left, size_t width);
