/* SPDX-License-Identifier: MIT */
/* seek.c: events looked at one after the other, in slices. */
#include "viewer/model/seek.h"

/* A slice: some two milliseconds. */
#define EVENTS_A_STEP 1000

bool breakpoint_stops(const struct breakpoint *b, const struct document *d, size_t event)
{
	struct query_event about = {&d->history, event};

	return b->query ? query_fits_event(b->query, &about) : b->document == d && b->event == event;
}

void seek_begin(struct seek *k, const struct document *d, const struct breakpoint *breakpoints,
		size_t n, bool forward)
{
	*k = (struct seek){.document = d,
			   .breakpoints = breakpoints,
			   .n_breakpoints = n,
			   .forward = forward,
			   .from = d->at,
			   .at = d->at};
}

static bool stops(struct seek *k)
{
	for (size_t i = 0; i < k->n_breakpoints; i++)
		if (breakpoint_stops(&k->breakpoints[i], k->document, k->at)) {
			k->found = i;
			return true;
		}
	return false;
}

enum seek_state seek_step(struct seek *k)
{
	for (size_t i = 0; i < EVENTS_A_STEP; i++) {
		if (k->forward ? k->at + 1 >= k->document->history.n_events : k->at == 0)
			return SEEK_NOTHING;
		k->at += k->forward ? 1 : SIZE_MAX;
		if (stops(k))
			return SEEK_FOUND;
	}
	return SEEK_GOES_ON;
}
