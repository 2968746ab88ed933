/* SPDX-License-Identifier: MIT */
/* sides.h: rows of a page in two columns, with code as a third where there is room. */
#pragma once

#include "viewer/model/checkout.h"
#include "viewer/pane/pane.h"

/*
 *      - 26 TimerStarted              | + ScheduleActivityTask      |  57 >  workflow.Sleep(
 *           2s                        |      charge_card            |  58    }
 *
 * Where there is no room for two columns, what stands on the right goes below.
 */
struct sides {
	const struct pane_context *c;
	struct page *p;
	size_t left, right; /* widths; right 0: one column */
	size_t code;	    /* width; 0: none */
	const char *bar;
	struct line l, r; /* in the making */
	const struct code_lines *lines;
	int64_t marked; /* the line that is pointed at */
	size_t shown;	/* lines of code so far */
};

/* LINES may be NULL; they are shown where the screen is wide enough. */
void sides_begin(struct sides *s, const struct pane_context *c, struct page *p,
		 const struct code_lines *lines, int64_t marked);
/* The rest of the code, with nothing beside it. */
void sides_end(struct sides *s);
/* What L and R hold becomes a row; p->about goes with it. */
void sides_row(struct sides *s);
/* The width that a text on that side may take; of the narrower. */
size_t sides_room(const struct sides *s);
/* A text on each side (p NULL: none), each wrapped behind INDENT, at most MOST rows. */
void sides_text(struct sides *s, size_t indent, enum style left_style, struct str left,
		enum style right_style, struct str right, size_t most);
/* A rule across, with a cross where the columns meet it. */
void sides_rule(struct sides *s);

/*
 * The lines of two pages beside each other, on P; LEFT is that wide. What a line is about is
 * what its left half is about or, where that is nothing, its right half.
 */
void sides_pages(const struct pane_context *c, struct page *p, const struct page *left,
		 const struct page *right, size_t left_width);

/* A line of code as it is shown everywhere: number, mark, text with blanks for tabs. */
void code_line(struct line *l, const struct code_lines *code, size_t i, int64_t marked);
