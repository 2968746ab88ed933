/* SPDX-License-Identifier: MIT */
/* diff.h: two histories laid side by side: what is the same, what differs and in what. */
#pragma once

#include "formats/diff/diff_align.h"
#include "formats/diff/diff_leaves.h"
#include "formats/query/query.h"

/*
 * The result is a value: rows in the order in which both histories can be read from top to
 * bottom. An event stands in one row, but one that happens elsewhere in the other history
 * (moved) stands in two: where it is on the left, with what changed in it, and where it is
 * on the right.
 *
 *     left   right
 *        5       5   equal
 *        6       6   changed    input.payloads[0].data $.amount: 10 -> 12
 *        7           left
 *                7   right
 *        8      11   left, moved
 */
enum diff_kind { DIFF_EQUAL, DIFF_CHANGED, DIFF_LEFT, DIFF_RIGHT };

/*
 * One value that differs. What is shown of long ones begins `from` bytes in, shortly before
 * they part, and ends at LIMIT_DIFF_VALUE_BYTES; `length` is the whole.
 */
struct diff_change {
	struct str path, json; /* as in struct leaf */
	struct diff_side_value {
		enum leaf_kind kind;
		struct str value; /* p is NULL: absent on this side */
		size_t from, length;
	} left, right;
};

/* Values up to this length are shown from their start; of longer ones this much before. */
#define DIFF_WHOLE_BYTES ((size_t)60)
#define DIFF_CONTEXT_BYTES ((size_t)20)

struct diff_row {
	enum diff_kind kind;
	bool moved;
	uint32_t left, right; /* indexes of events, or DIFF_NOBODY */
	const struct diff_change *changes;
	size_t n_changes; /* kept */
	size_t n_more;	  /* changes past the ceilings */
};

struct diff {
	struct arena arena;
	const struct diff_row *rows;
	size_t n_rows;
	size_t n_equal, n_changed, n_left, n_right;
	size_t n_moved; /* events; not counted in n_left and n_right */
	struct diff_row beside; /* no event: what the Histories have beside theirs */
};

struct diff_settings {
	struct diff_rules *rules;
	const struct query *where; /* only these events; NULL: all */
};

/* Strings are the diff's own: it outlives both histories. */
void diff_histories(struct diff *ret, const struct history *left, const struct history *right,
		    const struct diff_settings *settings);
void diff_done(struct diff *d);

/*
 * The same step by step, for who has something else to do meanwhile:
 *
 *     m = diff_begin(&diff, &left, &right, &settings);
 *     while (diff_run(m, bytes))                some of both histories, about so many bytes
 *             continue;
 *     diff_end(m);                              after any step, once
 *
 * SETTINGS and both histories stay until the end, which looks at neither. The diff has no
 * rows until diff_run() is false; one that is given up is to be freed like any other.
 */
struct diff_maker;
struct diff_maker *diff_begin(struct diff *ret, const struct history *left,
			      const struct history *right, const struct diff_settings *settings);
bool diff_run(struct diff_maker *m, size_t bytes);
/* How much was done, in thousandths. */
unsigned diff_thousandths(const struct diff_maker *m);
void diff_end(struct diff_maker *m);

static inline bool diff_same(const struct diff *d)
{
	return !d->n_changed && !d->n_left && !d->n_right && !d->n_moved &&
	       d->beside.kind == DIFF_EQUAL;
}

/*
 * What a history says, by the same rules, as one text per value: histories without a
 * difference give the same bytes. For a hash; FEED gets them piece by piece.
 */
void diff_content(const struct history *h, const struct diff_settings *settings,
		  void (*feed)(void *data, struct str bytes), void *data);

/* Looks all wanted events of H through for what the places of the rules fit. */
void diff_find_places(const struct history *h, const struct diff_settings *settings);
