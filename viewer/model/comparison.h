/* SPDX-License-Identifier: MIT */
/* comparison.h: two open histories laid over each other, as lines to scroll. */
#pragma once

#include "formats/diff/diff.h"
#include "viewer/model/document.h"

/*
 *     SUMMARY   12 equal, 1 changed
 *     FOLD      8 equal events                     closed: what is near no difference
 *     ROW       9 ActivityTaskScheduled Charge ~ 9 ActivityTaskScheduled Charge
 *     PLACE         input.payloads[0].data $.amount
 *     VALUES        10 | 12
 *
 * The rules are those of `hindcast diff` without options. It is worked out in slices, once both
 * are read to the end: until then there is the summary alone, which says how far that is. Where
 * rows and folds begin is worked out when a fold is turned, never for a key.
 */
enum comparison_line_kind {
	COMPARISON_SUMMARY,
	COMPARISON_FOLD,
	COMPARISON_ROW,
	COMPARISON_PLACE,
	COMPARISON_VALUES,
	COMPARISON_MORE, /* changes that are not shown */
};

struct comparison_line {
	enum comparison_line_kind kind;
	uint32_t row;	 /* of the diff; of a fold its first */
	uint32_t number; /* of the change; of a fold: how many rows */
};

/* What the lines from FIRST on are of: a fold, or a row with its changes. */
struct comparison_part {
	uint32_t first;
	uint32_t row;
	uint32_t folded; /* how many rows; 0: no fold */
};

struct comparison {
	struct document *left, *right;
	const struct schema *schema;
	struct diff diff;
	struct diff_rules rules;  /* as long as there is a maker */
	struct diff_maker *maker; /* NULL: it is made, or waits for the rest of a side */
	bool made;
	bool stale; /* a file changed while it was made: it is to be read again */
	bool *opened; /* by diff row: the fold that begins there is open */
	bool all;     /* folds are open, and all changes shown */
	VEC_OF(struct comparison_part) parts; /* behind the summary */
	size_t n_lines;
};

/* Both stay open as long as it lives. */
struct comparison *comparison_new(struct document *left, struct document *right,
				  const struct schema *schema);
/*
 * A slice. While it WAITS a side is being read (document_idle()). FAILED, with ERR: a side can't
 * be read to its end, so they can't be compared, and C is only to be freed.
 */
enum comparison_step { COMPARISON_MADE, COMPARISON_GOES_ON, COMPARISON_WAITS, COMPARISON_FAILED };
enum comparison_step comparison_step(struct comparison *c, struct err *err);
/* How much of the comparing was done, in thousandths. */
unsigned comparison_thousandths(const struct comparison *c);
/* A side was read again: from the start; folds of rows are closed. */
void comparison_again(struct comparison *c);
void comparison_free(struct comparison *c);
/* LINE is less than n_lines. */
struct comparison_line comparison_line_at(const struct comparison *c, size_t line);
/* Opens or closes the fold that a line is; all of them. */
void comparison_turn(struct comparison *c, size_t line);
void comparison_turn_all(struct comparison *c, bool open);
/* The first line of a row of the diff. */
size_t comparison_line(const struct comparison *c, uint32_t row);
/* The next line from LINE on that begins a difference, or before it; SIZE_MAX: none. */
size_t comparison_next(const struct comparison *c, size_t line, bool forward);
