/* SPDX-License-Identifier: MIT */
/* seek.h: breakpoints on events, and the way to the next one. */
#pragma once

#include "formats/query/query.h"
#include "viewer/model/document.h"

/*
 * A breakpoint is at one event of a history, or at all events, of any history, that fit a
 * query. The way to the next one is gone in slices, as a query looks into events:
 *
 *     seek_begin(&k, document, breakpoints, n, forward)
 *     while ((state = seek_step(&k)) == SEEK_GOES_ON)
 */
struct breakpoint {
	const struct document *document; /* of an event */
	size_t event;
	const struct query *query; /* NULL: of an event */
	struct str text;	   /* the query as typed */
	size_t hits;		   /* how often it was stopped at */
	struct arena arena;	   /* of query and text */
};

/* Whether an event stops at it. */
bool breakpoint_stops(const struct breakpoint *b, const struct document *d, size_t event);

enum seek_state { SEEK_GOES_ON, SEEK_FOUND, SEEK_NOTHING };

struct seek {
	const struct document *document; /* NULL: nothing is sought */
	const struct breakpoint *breakpoints;
	size_t n_breakpoints;
	bool forward;
	size_t from, at; /* the events next to look at */
	size_t found;	 /* breakpoint, where state is SEEK_FOUND; the event is `at` */
};

/* From the document's current event, which itself does not count. */
void seek_begin(struct seek *k, const struct document *d, const struct breakpoint *breakpoints,
		size_t n, bool forward);
enum seek_state seek_step(struct seek *k);
