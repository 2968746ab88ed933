/* SPDX-License-Identifier: MIT */
/* query.h: the one query language: which histories, which events (docs/query.md). */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "formats/history/history.h"

/*
 *     type = Order and events < 500 and age > 7d            (a history)
 *     category = activity and attempt > 3 or not name like 'Ch*'      (an event)
 *
 * A query is read once, for one subject, and asked of many; both are pure: the clock comes
 * in as `now`. What a subject has is a table of fields (query_fields.c). A query is bounded
 * in length and depth, and asking takes time linear in what is asked about, but for globs
 * (`like`), which take its length times the pattern's.
 */
enum query_subject { QUERY_HISTORY, QUERY_EVENT };

struct query;

/*
 * What is known of a history. Times are nanoseconds since 1970, 0: not known; strings may
 * be STR_NONE.
 */
struct query_history {
	struct str path;
	struct str workflow_id, run_id, type, queue, sdk, sdk_version;
	const char *status; /* query_status() */
	int64_t events, tasks, bytes;
	int64_t started, closed; /* event 1; what closed it */
	int64_t now;
};

/* An event, where it stands. */
struct query_event {
	const struct history *history;
	size_t index;
};

/*
 * Reads TEXT; *RET lives in A. ERR_USAGE: what is wrong, at which column (err->column; the
 * message says it too), with a proposal where a name is close to a known one.
 */
bool query_parse(const struct query **ret, struct str text, enum query_subject subject,
		 const struct schema *schema, struct arena *a, struct err *err);
/* Q must have been read for that subject. */
bool query_fits_history(const struct query *q, const struct query_history *about);
bool query_fits_event(const struct query *q, const struct query_event *about);

/* The facts of H that a query can ask for; the rest (ids from elsewhere, now) is the caller's. */
struct query_history query_history_of(const struct history *h, struct str path);
/* "open", "completed", "failed", "canceled", "terminated", "timed-out", "continued-as-new". */
const char *query_status(const struct history *h);
/* The same word for a run that an event of this type closed; NULL: the type closes none. */
const char *query_status_by(int32_t type);
