/* SPDX-License-Identifier: MIT */
/* json_ahead.h: events of JSON that a second thread reads before they are asked for. */
#pragma once

#include "formats/bytes/input.h"
#include "formats/read/event_ring.h"
#include "formats/schema/schema.h"

/*
 * The reader goes through the text event after event, and a thread goes ahead of it:
 *
 *     text   ...[event][event][event][event][event][event][event]...
 *                      ^ the reader         ^ the thread
 *
 * What the thread has read waits in a ring, with the place where it began. A reader that
 * comes to that very place to read an event takes the result; what waits for any other place
 * is thrown away. Where the reader catches up it reads on by itself and the thread leaps
 * ahead: to what stood between two events before, which is a guess, and may as well be found
 * where no event begins. Results never depend on it, nor on who was faster:
 *
 *     - an event is what its text says, whoever reads it, whatever stands before it
 *     - only what left no trace but its bytes is kept: no error, no note, no loss, and no
 *       payload in another form than the usual, which the reader would think of later on
 *
 * All else the reader meets itself, in its own order, with its own words.
 */
struct json_ahead;

struct json_ahead_settings {
	const struct schema_message *event; /* Temporal's HistoryEvent */
	bool keep_unknown;		    /* as in transcode_options */
	bool waits; /* for tests: the reader waits for the thread, and so always takes from it */
};

/* How much text should be there ahead of the reader, and how much of it at a time. */
#define JSON_AHEAD_TEXT ((size_t)512 * 1024)
#define JSON_AHEAD_WINDOW ((size_t)2 * 1024 * 1024)

/*
 * What stands between the event that begins at AT in TEXT and the one before it, with the
 * first key: `},\n    {\n      "eventId"`; n = 0: that can't be told here.
 */
struct str json_ahead_border(struct str text, size_t at);

/*
 * Looks at IN's window from AT on, where an event begins. BORDER is copied. NULL: no thread
 * is to be had.
 */
struct json_ahead *json_ahead_start(const struct json_ahead_settings *settings,
				    const struct input *in, size_t at, struct str border);
/* A may be NULL. */
void json_ahead_free(struct json_ahead *a);

/* Before the window's bytes move; the thread looks at none until it is told of the new ones. */
void json_ahead_hold(struct json_ahead *a);
/* IN's window has more bytes behind it, or others after json_ahead_hold(). */
void json_ahead_text(struct json_ahead *a, const struct input *in);

/*
 * The event that begins at AT in the input: its bytes stay until the next call. False: the
 * reader is to read it. AT only grows.
 */
bool json_ahead_next(struct json_ahead *a, uint64_t at, struct ready_event *ret);
/*
 * The one behind it in the same list, if that is ready and begins with the same key: then a
 * reader of lists has nothing to find out in between. False: it is to look for itself.
 */
bool json_ahead_follows(struct json_ahead *a, struct ready_event *ret);
