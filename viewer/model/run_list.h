/* SPDX-License-Identifier: MIT */
/* run_list.h: the histories of a replay run as rows: by verdict and cause, folded. */
#pragma once

#include "formats/base/buf.h"
#include "replayer/run/run_file.h"
#include "viewer/model/roster.h"

/*
 *     v [1]  31x diverged ...       a group: RUN_LINE_GROUP
 *          x order-88121            the first of its histories: RUN_LINE_HISTORY
 *            28 more                RUN_LINE_MORE
 *     > [P] 371x passed             a group that is closed
 *
 * Groups of what is new to the baseline first, of these by verdict, the most frequent cause
 * first. What passed is one group, what was skipped is one for each reason. Which rows there
 * are is worked out when something changes, never for each key.
 */
enum run_fold { RUN_CLOSED, RUN_BRIEF, RUN_WHOLE };
#define RUN_BRIEF_ROWS 3

struct run_group {
	enum verdict_kind kind;
	struct str key;		   /* the same cause in another run has the same; the run's */
	const struct cause *cause; /* NULL: passed or skipped */
	size_t number;		   /* of its cause, from 1 */
	size_t smallest;	   /* row of the run with the fewest events */
	size_t first, n;	   /* of run_list.order: those that fit the filter */
	size_t all, known;	   /* histories in it; those that the baseline lists */
	enum run_fold fold;
};

enum run_line_kind { RUN_LINE_GROUP, RUN_LINE_HISTORY, RUN_LINE_MORE };

struct run_line {
	enum run_line_kind kind;
	uint32_t group;
	uint32_t row; /* of the run */
};

struct run_list {
	const struct run_file *run; /* NULL: none */
	struct roster roster;
	VEC_OF(struct run_group) groups;
	VEC_OF(uint32_t) group_of; /* of each row of the run */
	VEC_OF(uint32_t) order;
	VEC_OF(uint8_t) fits; /* of each row of the run: the filter leaves it */
	VEC_OF(struct run_line) lines;
	struct str problem; /* why the history of problem_row could not be opened; n 0: it could */
	size_t problem_row;
};

void run_list_init(struct run_list *l);
void run_list_done(struct run_list *l);
/*
 * The rows of RUN, sorted, filtered and folded as those of the run before it (which must
 * still be there), if any; or of the same run after a row of it changed.
 */
void run_list_take(struct run_list *l, const struct run_file *run);
/* After the roster changed. */
void run_list_sort(struct run_list *l);
void run_list_filter(struct run_list *l);

/* The history that a line is about; of a group its first. NULL: there is none. */
const struct run_row *run_list_row(const struct run_list *l, size_t line);
/* The line of a row of the run, its group unfolded for that; SIZE_MAX: the filter hides it. */
size_t run_list_show(struct run_list *l, size_t row);
/* The same as it is folded now: the line of its group where it has none of its own. */
size_t run_list_line(const struct run_list *l, size_t row);
/* The line of its group's heading; 0 where the filter hides it. */
size_t run_list_heading(const struct run_list *l, size_t row);
/* The line of the first history to look at; 0 where there is none. */
size_t run_list_begin(const struct run_list *l);
/* The next row of a verdict before or after a line; SIZE_MAX: none. */
size_t run_list_next(const struct run_list *l, size_t line, enum verdict_kind kind, bool forward);

/*
 * A heading, or the history of that number (from 0) of a group: the lines as they were if nothing
 * was folded. Of a "28 more" the first of these; groups whose histories all are filtered out
 * have no places.
 */
#define RUN_PLACE_HEADING SIZE_MAX
struct run_place {
	size_t group, at;
};
struct run_place run_list_place(const struct run_list *l, size_t line);
/* The next or the one before, round the end. There must be lines. */
struct run_place run_list_step(const struct run_list *l, struct run_place p, bool forward);
/* Its line, the group unfolded for that where it is a history. */
size_t run_list_unfold_to(struct run_list *l, struct run_place p);

/* Folds the group of a line, or unfolds it one step further. */
void run_list_fold(struct run_list *l, size_t line, enum run_fold fold);
void run_list_fold_all(struct run_list *l, bool open);
/* How groups are folded, a byte each; they are folded so again, unless there are others now.
 * False: nothing changed. */
void run_list_folds(const struct run_list *l, struct buf *out);
bool run_list_fold_as(struct run_list *l, struct str folds);
