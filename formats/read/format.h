/* SPDX-License-Identifier: MIT */
/* format.h: the table of file formats, and what a row of it must do. */
#pragma once

#include "formats/bytes/input.h"
#include "formats/read/cadence.h"
#include "formats/read/join.h"
#include "formats/read/load.h"
#include "formats/read/load_report.h"

/* An input, unpacked, on its way to histories. */
struct format_reader {
	const struct load_settings *settings;
	struct input *in;
	struct str path; /* to open it again; n = 0: that can't be done */
	struct join *join;
	struct load_report *report;
	struct arena *scratch; /* rewound after every event */
	const struct schema_message *event; /* Temporal's HistoryEvent */
	enum join_kind kind; /* of parts for which the input says nothing else */
	unsigned depth;	     /* of inputs that were inside of others: JSON in a string, blobs */
	struct cadence *cadence; /* temporal is NULL until an event of Cadence's was met */
	bool stays;	     /* bytes of the window stay where they are until the load ends */
	size_t n_events;     /* read so far, of all histories */
	struct transcode_memo *memo; /* of JSON's events; NULL: too few for one */
};

/*
 * A new format is a file fmt_x.c with one of these, and a line in format.c: it tells from
 * the first bytes whether an input is of its kind, and gives all events to r->join, a part
 * for each list of them.
 */
struct format {
	const char *name; /* for --from */
	const char *what; /* "JSON that holds events": for messages and the list of --from */
	/* HEAD: the first FORMAT_HEAD bytes, or ALL. Sets the axes that it can tell. */
	bool (*sniff)(struct format_reader *r, struct str head, bool all);
	bool (*read)(struct format_reader *r, struct err *err);
};

#define FORMAT_HEAD ((size_t)64 * 1024)

/* fmt_json.c */
extern const struct format FORMAT_JSON, FORMAT_JSON_BEHIND_TEXT, FORMAT_TDBG;
/* fmt_proto.c */
extern const struct format FORMAT_PROTO, FORMAT_RESPONSE, FORMAT_EXPORT, FORMAT_DATABLOB;
extern const struct format FORMAT_EVENT, FORMAT_DELIMITED;

/* Recognises r->in (or takes --from's word) and reads it. */
bool format_read(struct format_reader *r, struct err *err);
/* Bytes that were inside of R's input, of any format: a string of JSON, a blob. */
bool format_read_inside(struct format_reader *r, struct str bytes, struct err *err);
/* The rows, for `--from list`. NULL behind the last. */
const struct format *format_row(size_t index);

/* Why HEAD, which no format took, is none, with advice; NULL: nothing is known. */
const char *format_advice(struct str head);

/* One event's bytes, of any dialect that the wire has, to the join. */
bool format_wire_event(struct format_reader *r, struct str whole, struct err *err);
/* WHOLE, a field of a History that is no event: kept where that is asked for, else lost. */
void format_history_field(struct format_reader *r, uint32_t number, struct str whole);
/* All events of a History's bytes that are in memory. */
bool format_wire_history(struct format_reader *r, struct str bytes, enum join_kind kind,
			 struct err *err);
/* A DataBlob's bytes and encoding (1: protobuf, 2: JSON; 0: told from the bytes). */
bool format_blob(struct format_reader *r, uint64_t encoding, struct str data, struct err *err);
/* How the first event is written, from its JSON or its bytes: for the axes. */
void format_json_axes(struct format_reader *r, struct str event);

/*
 * fmt_cadence.c: once the first event was one of Cadence's, all of the input are. JSON: the
 * wire bytes of TEXT are appended to OUT. Wire: EVENT goes to the join.
 */
struct cadence *format_cadence(struct format_reader *r);
bool format_cadence_json(struct format_reader *r, struct str text, struct buf *out,
			 struct err *err);
bool format_cadence_wire(struct format_reader *r, struct str event, struct err *err);
