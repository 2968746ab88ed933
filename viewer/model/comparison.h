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
 * The rules are those of `hindcast diff` without options. Lines are worked out when a fold
 * is turned, never for a key.
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

struct comparison {
	struct document *left, *right;
	struct diff diff;
	bool *opened; /* by diff row: the fold that begins there is open */
	bool all;     /* folds are open, and all changes shown */
	VEC_OF(struct comparison_line) lines;
};

/* Both must be read to the end, and stay open as long as it lives. Errors carry the path. */
bool comparison_make(struct comparison **ret, struct document *left, struct document *right,
		     const struct schema *schema, struct err *err);
/*
 * A side was read again: compares them anew; folds of rows are closed. False: they can't be
 * compared any more, and C is only to be freed.
 */
bool comparison_make_again(struct comparison *c, const struct schema *schema, struct err *err);
void comparison_free(struct comparison *c);
/* Opens or closes the fold that a line is; all of them. */
void comparison_turn(struct comparison *c, size_t line);
void comparison_turn_all(struct comparison *c, bool open);
/* The first line of a row of the diff. */
size_t comparison_line(const struct comparison *c, uint32_t row);
/* The next line from LINE on that begins a difference, or before it; SIZE_MAX: none. */
size_t comparison_next(const struct comparison *c, size_t line, bool forward);
