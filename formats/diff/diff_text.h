/* SPDX-License-Identifier: MIT */
/* diff_text.h: a diff as text: one column, two columns, or JSON. */
#pragma once

#include "formats/diff/diff.h"

/*
 * Letters say everything that colours say: a blank for equal, ~ changed, - and < only on
 * the left, + and > only on the right.
 */
struct diff_look {
	struct str names[2]; /* of the files */
	const struct history *sides[2];
	size_t width;	/* columns */
	size_t context; /* equal events shown around what differs */
	bool colour;
	bool all_changes; /* else DIFF_SHOWN_CHANGES of an event */
	/* Text so far may go out: called now and then. */
	void (*flush)(void *data, struct buf *out);
	void *data;
};

#define DIFF_SHOWN_CHANGES ((size_t)12)

void diff_unified(const struct diff *d, const struct diff_look *look, struct buf *out);
void diff_side_by_side(const struct diff *d, const struct diff_look *look, struct buf *out);
/* "12 equal, 1 changed, ..." with a line feed. */
void diff_summary(const struct diff *d, const struct diff_look *look, struct buf *out);
/* One object on one line; the rows that are not equal. docs/diff.md describes it. */
void diff_put_json(const struct diff *d, const struct diff_look *look, struct buf *out);

/* ---- what the looks share: diff_words.c ---- */

struct diff_shown {
	bool *rows;    /* which are shown */
	size_t id[2];  /* widths of columns */
	size_t type;
	struct arena arena;
};

void diff_shown_init(struct diff_shown *s, const struct diff *d, const struct diff_look *look);
void diff_shown_done(struct diff_shown *s);
/* "Charge  id c-1": what an event is called; nothing for many. */
void diff_words(const struct history *h, size_t index, struct buf *out);
struct str diff_type(const struct history *h, size_t index, struct arena *a);
/* A value as people read it, made harmless; "(absent)". */
void diff_value(const struct diff_side_value *v, struct buf *out);
/* "input.payloads[0].data $.amount", without the name of the attributes. */
void diff_place(const struct diff_change *c, struct buf *out);
