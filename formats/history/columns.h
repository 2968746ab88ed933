/* SPDX-License-Identifier: MIT */
/* columns.h: what a table of events can hold: one table of columns for show and the writers. */
#pragma once

#include "formats/base/buf.h"
#include "formats/history/history.h"
#include "formats/query/query_parts.h"

struct groups;	    /* formats/history/groups.h */
struct codec_tools; /* formats/payload/codec.h */

/*
 *     columns_read(STR("id,time,type,activityType.name"), schema, a, &columns, err)
 *     for each event: for each column: column_add(&columns.at[c], &about, &scratch, &cell);
 *
 * A column is a row of the table (columns_table()), or the path of a field of an event's
 * attributes as in queries (docs/query.md): `retryPolicy.maximumAttempts`. A cell is plain
 * text, not yet made harmless for terminals and not quoted for any format: that is the
 * writer's. What an event has not is an empty cell.
 */
enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER, /* decimal, perhaps with a point: valid as a JSON number where not empty */
	COLUMN_FLAG,   /* "true" or "false" */
};

/* The event that a row is about, and where it stands. */
struct column_about {
	const struct history *history;
	const struct groups *groups; /* NULL: the columns that ask for groups stay empty */
	struct str path;	     /* the history's file, as it was given */
	size_t index;
	const struct codec_tools *tools; /* keys for payloads; NULL: none */
	/* Writes times; NULL: UTC as in JSON (detail_time()). */
	struct str (*time_text)(int64_t nanoseconds, struct arena *a);
};

struct column {
	const char *name;
	enum column_kind kind;
	const char *help; /* what it is, for the documentation */
	void (*add)(const struct column_about *about, struct arena *scratch, struct buf *out);
	struct query_path path; /* of a column that is a path: n is not 0 */
};

struct columns {
	const struct column *at;
	size_t n;
};

/* What is shown where nothing else is asked for. */
#define COLUMNS_USUAL "id,time,type,name,codeId,answers,attempt,detail"

/*
 * Reads a list with commas between; *RET lives in A. Names are those of columns_table() and
 * paths; blanks around them are dropped. ERR_USAGE: an empty list, more than LIMIT_COLUMNS,
 * a name that is neither (with a proposal where one is close).
 */
bool columns_read(struct str list, const struct schema *schema, struct arena *a,
		  struct columns *ret, struct err *err);
/* Appends the cell; SCRATCH is the caller's to rewind. */
void column_add(const struct column *column, const struct column_about *about,
		struct arena *scratch, struct buf *out);
/* Whether one of them asks for groups, which cost a look at every event. */
bool columns_ask_groups(const struct columns *columns);
/* All named columns, in the order of the documentation. */
struct columns columns_table(void);
