/* SPDX-License-Identifier: MIT */
/* join.h: from parts (pages, batches, documents) to whole histories. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/vec.h"
#include "formats/read/load_report.h"
#include "formats/read/sink.h"

/*
 * A part is what stood together in the input: one list of events. Which parts make a history
 * is told by the ids of their events:
 *
 *     1..18 | 19..35            two pages of one
 *     1..18 | 1..40             two histories
 *     19..35 | 1..18            pages in the wrong order: placed by their ids
 *     18..1                     newest first: turned round
 *     1..18 | 1..18             a page fetched twice: dropped, with a note
 *
 * Events in order pass through; only parts that must wait for others are kept. What does not
 * fit is an error that says which events are missing, or there twice.
 */
enum join_kind {
	JOIN_PLAIN,	/* a list of events by itself: gaps in it are as they were written */
	JOIN_STREAM,	/* the same without borders: where ids don't go on, another may begin */
	JOIN_PAGE,	/* of a server's reply: not alone, unless it has all events */
	JOIN_BATCH,	/* of an archive or a database: the same */
	JOIN_WHOLE,	/* a history of its own, never joined (an item of a Cloud export) */
	JOIN_SCATTERED, /* events of one history in any order (groups of the Web UI) */
};

/* Whether others follow, and what says so. */
enum join_more {
	JOIN_LAST,
	JOIN_TOKEN,  /* nextPageToken is set */
	JOIN_HEADER, /* the header of an archive's part lacks isLast */
};

/* What events of one run can't contradict; only of parts that may be joined. */
struct join_run {
	uint64_t id;	   /* hash of the run id beside its events; 0: none was */
	int64_t start;	   /* time of event 1 in ns; 0: not known */
	int64_t time;	   /* of the last event */
	int64_t task_id;   /* of the last event, and its failover version */
	int64_t version;
	int64_t completed; /* id of the last WorkflowTaskCompleted */
};

/* A part that waits: its events are in join's `held`. */
struct join_part {
	enum join_kind kind;
	size_t number;	 /* of this part in the input, from 1 */
	size_t from, to; /* in held */
	int64_t low, high, last;
	size_t n;
	bool rises, falls; /* each id is one more, or one less, than the one before */
	enum join_more more; /* that others follow was said beside it */
	bool closes;	   /* its last event ends a run */
	bool turned, sorted; /* what was done to it */
	uint64_t run;	   /* hash of the run id beside it; 0: there was none */
};

enum join_mode { JOIN_IDLE, JOIN_START, JOIN_PASS, JOIN_HOLD, JOIN_REPEAT };

struct join {
	struct event_sink *sink;
	struct load_report *report;
	const struct schema *schema;
	bool keep_whole; /* events() once for each history, with all of it */
	bool stays;	 /* bytes given to join_event() outlive the load */
	bool partial;	 /* LOAD_PARTIAL */
	bool sink_failed; /* the error was the sink's */

	/* The history under way. */
	bool open, closed; /* closed: its last event ended the run */
	enum join_more more; /* of its last page */
	bool irregular;	   /* its ids don't just count up */
	int64_t last;	   /* id */
	int64_t first;
	size_t n;
	enum join_kind kind;
	struct join_run run; /* what is known of it */
	struct buf out;	     /* events not yet given to the sink */
	struct str borrowed; /* the same, where they lie together elsewhere; then out is empty */
	VEC_OF(struct join_page { int64_t first; size_t number; }) pages;
	/* What was there, to know an event that comes again: keep_whole has the bytes. */
	struct join_seen *seen; /* a ring by id, without keep_whole */
	size_t seen_cap;
	VEC_OF(size_t) offsets; /* with keep_whole: of each event, filled when asked */

	/* The part under way, and those that wait. */
	enum join_mode mode;
	struct join_part part;
	uint64_t run_beside; /* of parts that begin from here on */
	struct buf held;   /* of all waiting parts, and the one under way in JOIN_HOLD */
	struct buf repeat; /* events seen before, until it is clear what they are */
	size_t repeated;
	struct buf made;   /* a lone event that was made elsewhere */
	bool feeding;	   /* from held: nothing is added to it */
	VEC_OF(struct join_part) waiting;
	size_t n_parts, n_joined;
	size_t dropped; /* events there twice, of this history */
	size_t n_events; /* of all histories, for messages */
};

/* SINK gets the histories, REPORT what was done to them. */
void join_init(struct join *j, const struct schema *schema, struct event_sink *sink,
	       struct load_report *report);
void join_done(struct join *j);

/* A part begins (and the one before it ends). */
bool join_part(struct join *j, enum join_kind kind, struct err *err);
/*
 * Its next event, as it stands in a History: `0A len event`. The id may be anything; bytes
 * are copied, unless j->stays.
 */
bool join_event(struct join *j, struct str whole, struct err *err);
/*
 * The same without a copy: appended to what join_room() gives, from that buffer's end on
 * AT, and then announced. Between the two nothing else may be called.
 */
struct buf *join_room(struct join *j);
bool join_made(struct join *j, size_t at, struct err *err);
/* It ends. MORE: it said that other events follow. */
bool join_part_end(struct join *j, bool more, struct err *err);
/* Whole events of the history under way, for messages on where an input broke off. */
size_t join_count(const struct join *j);
/* The run id that stands beside the parts that follow; n = 0: none does. */
void join_run_beside(struct join *j, struct str run_id);
/* MORE of the last part, where that is known only after its end. */
void join_token(struct join *j, enum join_more more);
/* Nothing follows: what waits must fit now. */
bool join_end(struct join *j, struct err *err);

/* An input that is only a part of one history. */
struct join_lone {
	int64_t low, high; /* ids of its first and last event, which it has all between */
	bool more;	   /* it says that others follow */
};

/* Whether that is all there was; to be asked before join_end(). */
bool join_lone(struct join *j, struct join_lone *ret, struct err *err);
/* It is one of several pages that will be read. */
void join_is_page(struct join *j);

/* ---- between join.c, join_parts.c and join_run.c ---- */

/* E goes on with the history in another part: are they of one run? If not, a note says so. */
struct join_event;
void join_check_run(struct join *j, const struct join_event *e);
/* E was added. */
void join_note_run(struct join *j, const struct join_event *e);

/* The part in held is complete: it goes on, or waits. */
bool join_settle(struct join *j, struct err *err);
/* Those that wait and fit by now. LATE: also those that repeat what was there. */
bool join_waiting(struct join *j, bool late, struct err *err);
/* At the end of the input: what still waits. */
bool join_leftover(struct join *j, struct err *err);
/* A rising part in held, or (as it stands) any. */
bool join_feed(struct join *j, const struct join_part *part, bool as_it_stands, struct err *err);
/* The history under way ends. */
bool join_finish(struct join *j, struct err *err);
/* Something is missing: an error, or with LOAD_PARTIAL a word in the info. */
bool join_damage(struct join *j, const char *message, struct err *err);
