/* SPDX-License-Identifier: MIT */
/* time_strip.h: a row of a timeline: bars of groups, a character a column. */
#pragma once

#include "viewer/cells/line.h"
#include "viewer/model/axis.h"

/*
 *     struct strip s = {&scale, &history, left, room};
 *     strip_init(&s, arena);
 *     strip_group(&s, group);            as many as there are, the later ones on top
 *     strip_add(&s, now, glyphs, line);
 */
struct strip {
	const struct axis_scale *scale;
	const struct history *history;
	size_t left, room; /* the columns that are seen */
	uint8_t *at;	   /* what stands in each */
};

enum strip_glyphs { STRIP_UTF8, STRIP_ASCII };

/* In A. */
void strip_init(struct strip *s, struct arena *a);
void strip_group(struct strip *s, const struct group *g);
/* All workflow tasks; all events that are in no group. */
void strip_tasks(struct strip *s, const struct groups *groups);
void strip_loose(struct strip *s, const struct groups *groups);
/* What is to come, behind column NOW, is dim; what failed is not. */
void strip_add(const struct strip *s, size_t now, enum strip_glyphs glyphs, struct line *l);
/*
 * Line NTH of the legend, from column INDENT on: what the lines before it have room for is passed
 * over.
 */
void strip_legend(size_t nth, size_t indent, size_t width, enum strip_glyphs glyphs, struct line *l);
