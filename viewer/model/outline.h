/* SPDX-License-Identifier: MIT */
/* outline.h: the rows of a list of events: events, and workflow tasks as one row each. */
#pragma once

#include "formats/base/vec.h"
#include "formats/history/history.h"
#include "formats/query/query.h"
#include "viewer/model/matcher.h"

/*
 * Events of workflow tasks that stand one behind the other are a band, one row; so is the
 * whole of what a turn of the code cost. All other events are a row each:
 *
 *     1  WorkflowExecutionStarted        row 0
 *     2  WorkflowTaskScheduled  \
 *     3  WorkflowTaskStarted     }       row 1, a band
 *     4  WorkflowTaskCompleted  /
 *     5  ActivityTaskScheduled           row 2
 *
 * A band that is unfolded is a row for each of its events. With a filter there is a row for each event that fits, and no bands. Made step by step,
 * so that a first screen needs no more than its own rows.
 */
struct outline_filter {
	const struct query *query; /* one of the two; both NULL: no filter */
	struct matcher *words;
	const struct codec_tools *tools; /* for words in payloads */
	bool inverse; /* events that do not fit */
};

struct outline {
	const struct history *history;
	struct outline_filter filter;
	bool bands;		    /* workflow tasks are folded into bands, */
	VEC_OF(uint32_t) unfolded;  /* but for these: first events, ascending */
	size_t looked_at;	    /* events so far */
	VEC_OF(uint32_t) rows;	    /* the first event of each */
};

void outline_init(struct outline *o);
void outline_done(struct outline *o);
/* Begins anew, over H. FILTER may be NULL. */
void outline_begin(struct outline *o, const struct history *h, const struct outline_filter *filter,
		   bool bands);
bool outline_is_filtered(const struct outline *o);
/* Unfolds or folds the band that an event is in; false: it is in none, or is so already. */
bool outline_unfold(struct outline *o, size_t event, bool unfolded);
/* Looks at N more events; false: all were looked at. */
bool outline_step(struct outline *o, size_t n);
/* The row that an event stands in, or the nearest before it; 0 where there is none. */
size_t outline_row(const struct outline *o, size_t event);
/* Events of a row: from the first to the one before *RET_END; of an event 1. */
size_t outline_events(const struct outline *o, size_t row, size_t *ret_end);
bool outline_is_band(const struct outline *o, size_t row);
