/* SPDX-License-Identifier: MIT */
/* outline.c: which events begin a row. */
#include "viewer/model/outline.h"

#include "formats/base/ascending.h"
#include "formats/history/events.h"

void outline_init(struct outline *o)
{
	*o = (struct outline){0};
}

void outline_done(struct outline *o)
{
	vec_done(&o->rows);
	vec_done(&o->unfolded);
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
static bool follows(const struct outline *o, size_t event)
{
	return event && of_task(o, event) && of_task(o, event - 1) &&
	       o->history->events[event].type != EVENT_WORKFLOW_TASK_SCHEDULED;
}

static size_t band_of(const struct outline *o, size_t event)
{
	while (follows(o, event))
		event--;
	return event;
}

/* Where a band stands, or would stand, among those that are unfolded. */
static size_t place_of(const struct outline *o, size_t band)
{
	return ascending_below(o->unfolded.at, o->unfolded.n, band);
}

static bool is_folded(const struct outline *o, size_t event)
{
	size_t band, at;

	if (!o->bands || !of_task(o, event))
		return false;
	band = band_of(o, event);
	at = place_of(o, band);
	return at == o->unfolded.n || o->unfolded.at[at] != band;
}

static bool goes_on(const struct outline *o, size_t event)
{
	return follows(o, event) && is_folded(o, event);
}

bool outline_unfold(struct outline *o, size_t event, bool unfolded)
{
	size_t band, at, looked_at = o->looked_at;

	if (!o->bands || !of_task(o, event) || is_folded(o, event) != unfolded)
		return false;
	band = band_of(o, event);
	at = place_of(o, band);
	if (unfolded)
		vec_push(&o->unfolded, 0);
	memmove(o->unfolded.at + at + unfolded, o->unfolded.at + at + !unfolded,
		(o->unfolded.n - at - 1) * sizeof(*o->unfolded.at));
	if (unfolded)
		o->unfolded.at[at] = (uint32_t)band;
	else
		o->unfolded.n--;
	o->looked_at = 0;
	o->rows.n = 0;
	outline_step(o, looked_at);
	return true;
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
	size_t behind = ascending_below(o->rows.at, o->rows.n, event + 1);

	return behind ? behind - 1 : 0;
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
	return is_folded(o, o->rows.at[row]);
}
