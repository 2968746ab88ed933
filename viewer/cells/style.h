/* SPDX-License-Identifier: MIT */
/* style.h: what a character on a screen means, which terminals turn into colours. */
#pragma once

#include <stdint.h>

/*
 * Styles are roles, not colours: a terminal has a row for each (term_curses.c), and a screen
 * in a test has a letter for each. No meaning is carried by a style alone: there is always
 * a word or a mark beside it.
 */
enum style {
	STYLE_PLAIN,
	STYLE_DIM,    /* what recedes: not reached yet, not replayed, SDK frames */
	STYLE_STRONG, /* headings, names */
	STYLE_GOOD,   /* completed, passed, what the worker has */
	STYLE_BAD,    /* failed, diverged, what history has */
	STYLE_ODD,    /* canceled, warned about, unknown */
	STYLE_LINK,   /* Enter goes there */
	STYLE_BAR,    /* the first line, the hint line, headings of panes */
	STYLES,

	/* Added to one of them. */
	STYLE_CURSOR = 0x20, /* the row under the cursor */
	STYLE_MATCH = 0x40,  /* what the search found */
};

/* A letter for each style: ' ' is plain; capitals are under the cursor, '*' a match. */
char style_letter(uint8_t style);
