/* SPDX-License-Identifier: MIT */
/* chart.c: which rows a timeline has. */
#include "viewer/model/chart.h"

#include "viewer/model/tree.h"

enum {
	ZOOM_MOST = 40,
	CROWD = 4,   /* events a column from which on a chart is not begun with all of it */
	AROUND = 32, /* events before and behind the current one that it is begun with */
};
#define SHORTEST 1e6 /* nanoseconds of a column that it is begun with */

void chart_filter(struct chart *c, const uint8_t *wanted)
{
	bool tasks = false, loose = false;

	c->rows.n = 0;
	for (uint32_t i = 0; i < c->groups->n; i++) {
		const struct group *g = &c->groups->at[i];
		bool shown = tree_wants(c->groups, g, wanted);

		tasks |= shown && g->kind == ENTITY_TASK;
		shown &= g->kind != ENTITY_TASK;
		c->row_of[i] = (uint32_t)(shown || !c->rows.n ? c->rows.n : c->rows.n - 1);
		if (shown)
			vec_push(&c->rows, i);
	}
	for (size_t i = 0; i < c->history->n_events && !loose; i++)
		loose = c->groups->of_event[i] == GROUP_NONE && (!wanted || wanted[i]);
	c->tasks_row = (uint32_t)c->rows.n;
	if (tasks)
		vec_push(&c->rows, CHART_TASKS);
	c->loose_row = (uint32_t)c->rows.n;
	if (loose)
		vec_push(&c->rows, CHART_LOOSE);
}

void chart_init(struct chart *c, const struct history *h, const struct groups *g)
{
	*c = (struct chart){.history = h, .groups = g, .seen = SIZE_MAX};
	c->row_of = mem_zalloc((g->n + 1) * sizeof(*c->row_of));
	axis_make(&c->axis, h, g, false);
	chart_filter(c, NULL);
}

void chart_done(struct chart *c)
{
	mem_free(c->row_of);
	vec_done(&c->rows);
	axis_done(&c->axis);
}

void chart_idle(struct chart *c, bool shown)
{
	if (c->idle_shown == shown)
		return;
	axis_done(&c->axis);
	axis_make(&c->axis, c->history, c->groups, shown);
	c->idle_shown = shown;
	c->seen = SIZE_MAX;
}

/* Columns that the text of a gap's length takes. */
enum { GAP_LABEL = 6 };

struct axis_scale chart_scale(const struct chart *c, size_t room)
{
	return axis_fit(&c->axis, room, c->zoom, GAP_LABEL);
}

bool chart_closer(struct chart *c, size_t room)
{
	if (c->zoom >= ZOOM_MOST || chart_scale(c, room).per_column <= 1)
		return false;
	c->zoom++;
	return true;
}

/* Columns from the first to the last of the events around EVENT. */
static size_t columns_around(const struct chart *c, size_t event, size_t room)
{
	const struct event *events = c->history->events;
	size_t last = c->history->n_events - 1;
	size_t from = event > AROUND ? event - AROUND : 0;
	size_t to = last - event > AROUND ? event + AROUND : last;
	struct axis_scale s = chart_scale(c, room);

	return axis_column(&s, events[to].time) - axis_column(&s, events[from].time);
}

void chart_begin(struct chart *c, size_t event, size_t room)
{
	if (c->begun)
		return;
	c->begun = true;
	if (c->history->n_events / CROWD < room)
		return;
	while (columns_around(c, event, room) < room / 2 && chart_scale(c, room).per_column > SHORTEST &&
	       chart_closer(c, room))
		continue;
}

size_t chart_row(const struct chart *c, size_t event)
{
	uint32_t group = c->groups->of_event[event];
	size_t row;

	if (group == GROUP_NONE)
		row = c->loose_row;
	else if (c->groups->at[group].kind == ENTITY_TASK)
		row = c->tasks_row;
	else
		row = c->row_of[group];
	return row < c->rows.n ? row : c->rows.n ? c->rows.n - 1 : 0;
}

size_t chart_event(const struct chart *c, size_t row)
{
	uint32_t what = c->rows.at[row];

	if (what < CHART_LOOSE)
		return c->groups->at[what].first;
	for (size_t i = 0; i < c->history->n_events; i++) {
		const struct group *g = groups_of(c->groups, i);

		if (what == CHART_TASKS ? g && g->kind == ENTITY_TASK : !g)
			return i;
	}
	return 0;
}

void chart_follow(struct chart *c, size_t event, size_t at, size_t room, size_t columns)
{
	size_t most = columns > room ? columns - room : 0;

	if ((event != c->seen || room != c->room) && (at < c->left || at >= c->left + room))
		c->left = at > room / 2 ? at - room / 2 : 0;
	c->seen = event;
	c->room = room;
	if (c->left > most)
		c->left = most;
}
