/* SPDX-License-Identifier: MIT */
/* chart.h: the rows of a timeline, and which part of it is seen. */
#pragma once

#include "viewer/model/axis.h"

/*
 * A row for each group but workflow tasks, in the order of their first events; below them one
 * for all workflow tasks, and one for events that are in no group where there are any.
 */
#define CHART_TASKS UINT32_MAX
#define CHART_LOOSE (UINT32_MAX - 1)

struct chart {
	const struct history *history;
	const struct groups *groups;
	struct axis axis;
	bool idle_shown;
	unsigned zoom; /* the scale is 2^zoom times that of all of it */
	bool begun;    /* it was looked at, and zoom is the user's */
	size_t left;  /* the first column that is seen */
	size_t seen;  /* the event that it follows; another one is scrolled to, */
	size_t room;  /* as this one is where there are other columns */
	size_t filter_key;
	VEC_OF(uint32_t) rows; /* groups, CHART_TASKS, CHART_LOOSE */
	uint32_t *row_of;      /* by group */
	uint32_t tasks_row, loose_row; /* or where they would be */
};

/* H and G must outlive it. */
void chart_init(struct chart *c, const struct history *h, const struct groups *g);
void chart_done(struct chart *c);
/* Only groups with an event that is WANTED; NULL: all. */
void chart_filter(struct chart *c, const uint8_t *wanted);
void chart_idle(struct chart *c, bool shown);
/* The axis on ROOM columns, as far as it is zoomed. */
struct axis_scale chart_scale(const struct chart *c, size_t room);
/*
 * Where it is looked at first: zoomed to the events around EVENT, if it has so many that they
 * would lie on top of each other; else all of it.
 */
void chart_begin(struct chart *c, size_t event, size_t room);
/* A step closer; false: it is as close as that goes. */
bool chart_closer(struct chart *c, size_t room);
size_t chart_row(const struct chart *c, size_t event);
/* An event of a row: the first. */
size_t chart_event(const struct chart *c, size_t row);
/* Makes column AT seen where EVENT or ROOM is not what was followed last. */
void chart_follow(struct chart *c, size_t event, size_t at, size_t room, size_t columns);
