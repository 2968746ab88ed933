/* SPDX-License-Identifier: MIT */
/* cadence.h: events of Cadence, which Temporal came from, as Temporal would have them. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/map.h"
#include "formats/schema/schema.h"
#include "formats/transcode/transcode.h"

/*
 * For reading: show, check and diff work on what comes out, and convert writes it with a
 * report. 40 of the 42 event types have a counterpart; decision tasks become workflow tasks,
 * task lists task queues, a domain a namespace, reason and details a failure, seconds
 * durations, and attempts count from 1. A blob of arguments is split into its JSON values,
 * which is a guess (Java's arguments are one array, Go's are lines); what Temporal has no
 * place for is counted as lost. No worker can replay it: markers and failures differ.
 *
 * Events come in order: what cancels an activity names its activity id, Temporal its event.
 */
struct cadence {
	struct arena arena;
	const struct schema *temporal;
	const struct schema_message *event; /* Temporal's HistoryEvent */
	const struct schema_message *from;  /* Cadence's; NULL until one is read */
	bool keep_unknown;		    /* transcode_options'; the caller sets it */
	struct map scheduled;		    /* activity id -> event id */
	struct buf text;		    /* one event as JSON */
};

void cadence_init(struct cadence *c, const struct schema *temporal);
void cadence_done(struct cadence *c);
/* Another history begins. */
void cadence_begin(struct cadence *c);

/*
 * Appends the wire bytes of Temporal's HistoryEvent for one event of Cadence. LOSS is added
 * to. Errors as the transcoder's, without line and column for PROTO.
 *
 *     json   what `cadence workflow show -of` or a client's toJson writes of an event (keys
 *            lowerCamel, time in nanoseconds, bytes as base64 or as a list of numbers), or
 *            the JSON of its gRPC API
 *     proto  uber.cadence.api.v1.HistoryEvent
 */
bool cadence_from_json(struct cadence *c, struct str json, struct transcode_loss *loss,
		       struct buf *out, struct err *err);
bool cadence_from_proto(struct cadence *c, struct str bytes, struct transcode_loss *loss,
			struct buf *out, struct err *err);

/*
 * Whether the JSON object, an event, is one of Cadence: its time is called "timestamp" (a
 * number of nanoseconds, as a number or a string, or the time as text), or its type or
 * attributes are of decisions.
 */
bool cadence_is_json(struct str json);
/* Whether BYTES, an event, is one: its attributes do not fit the type that Temporal has in field 3. */
bool cadence_is_proto(const struct schema *temporal, struct str bytes);
