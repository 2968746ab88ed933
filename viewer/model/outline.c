/* SPDX-License-Identifier: MIT */
/* outline.c: which events begin a row. */
#include "viewer/model/outline.h"

#include "formats/history/events.h"

void outline_init(struct outline *o)
{
	*o = (struct outline){0};
}

void outline_done(struct outline *o)
{
	vec_done(&o->rows);
}

bool outline_is_filtered(const struct outline *o)
{
	return o->filter.query || o->filter.words;
}

void outline_begin(struct outline *o, const struct history *h, const struct outline_filter *filter,
		   bool bands)
{
	o->history = h;
	o->filter = filter ? *filter : (struct outline_filter){0};
	o->bands = bands && !outline_is_filtered(o);
	o->looked_at = 0;
	o->rows.n = 0;
}

static bool fits(const struct outline *o, size_t event)
{
	struct query_event about = {o->history, event};
	bool fit = o->filter.query
			   ? query_fits_event(o->filter.query, &about)
			   : matcher_fits(o->filter.words, o->history, event, o->filter.tools);

	return fit != o->filter.inverse;
}

static bool of_task(const struct outline *o, size_t event)
{
	const struct event_row *row = event_row(o->history->events[event].type);

	return row && row->category == CATEGORY_TASK;
}

/* A band ends with the task: the next one, scheduled at once, is a row of its own. */
static bool goes_on(const struct outline *o, size_t event)
{
	return o->bands && event && of_task(o, event) && of_task(o, event - 1) &&
	       o->history->events[event].type != EVENT_WORKFLOW_TASK_SCHEDULED;
}

bool outline_step(struct outline *o, size_t n)
{
	size_t end = o->history->n_events - o->looked_at > n ? o->looked_at + n
							     : o->history->n_events;

	for (size_t i = o->looked_at; i < end; i++) {
		if (outline_is_filtered(o) ? fits(o, i) : !goes_on(o, i))
			vec_push(&o->rows, (uint32_t)i);
	}
	o->looked_at = end;
	return end < o->history->n_events;
}

size_t outline_row(const struct outline *o, size_t event)
{
	size_t low = 0, high = o->rows.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->rows.at[middle] <= event)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : 0;
}

size_t outline_events(const struct outline *o, size_t row, size_t *ret_end)
{
	size_t first = o->rows.at[row];

	*ret_end = first + 1;
	if (outline_is_band(o, row))
		*ret_end = row + 1 < o->rows.n ? o->rows.at[row + 1] : o->looked_at;
	return first;
}

bool outline_is_band(const struct outline *o, size_t row)
{
	return o->bands && of_task(o, o->rows.at[row]);
}
