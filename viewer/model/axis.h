/* SPDX-License-Identifier: MIT */
/* axis.h: times of a history as columns: linear, but for long idle times, which are cut out. */
#pragma once

#include "formats/base/vec.h"
#include "formats/history/groups.h"

/*
 *     0s        2s        4s   //4d02h//   +2s
 *     |---------|---------|----|/////////|--|
 *
 * Idle is a time between two events in which nothing ran, of a second and more, or of a minute
 * and more in which something did. It is cut out where the shortest of what is cut is four
 * times as long as all that stays: so days of waiting go, and a run of even pace stays whole.
 */
struct axis_gap {
	int64_t from, to;
	uint64_t before; /* nanoseconds that are cut out before it */
};

struct axis {
	int64_t begin, end; /* of all events that have a time */
	VEC_OF(struct axis_gap) gaps;
	uint64_t hidden; /* nanoseconds in all gaps */
	uint64_t longest; /* of them */
};

/* IDLE_SHOWN: without gaps. Time linear in the events. */
void axis_make(struct axis *a, const struct history *h, const struct groups *g, bool idle_shown);
void axis_done(struct axis *a);

/* How an axis lies on columns; the first is 0. */
struct axis_scale {
	const struct axis *axis;
	double per_column; /* nanoseconds, at least 1 */
	size_t gap;	   /* columns from the event before a gap to the one behind it; 0: as none */
};

/* All of it in ROOM columns, or 2^ZOOM times as many. LABEL: columns of the longest gap's text. */
struct axis_scale axis_fit(const struct axis *a, size_t room, unsigned zoom, size_t label);
size_t axis_column(const struct axis_scale *s, int64_t time);
/* Columns that it takes. */
size_t axis_columns(const struct axis_scale *s);
/* A round span that takes at least COLUMNS columns: 1, 2, 5 of a unit. */
uint64_t axis_step(const struct axis_scale *s, size_t columns);
