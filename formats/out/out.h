/* SPDX-License-Identifier: MIT */
/* out.h: the table of formats that convert writes, and what a row of it must do. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/schema/schema.h"
#include "formats/transcode/transcode.h"

#include <stdint.h>

/*
 * A writer turns events into one file:
 *
 *     out_open
 *       out_begin                 a history; more than one only with OUT_SEVERAL
 *         out_events ...          chunks of `0A len event`, whole events, in order
 *       out_end
 *     out_close
 *
 * Bytes go to a sink in pieces of some hundred kilobytes, so that a history of any size is
 * written in the same memory, but for formats that need it whole (OUT_WHOLE). After a
 * failure only out_done() may follow.
 */

/* Where bytes go. The owner embeds it. */
struct out_sink {
	/*
	 * EVENT is the id of the event that ends with BYTES, so that compression may start a
	 * frame behind it; 0: none does. BYTES live until the call returns.
	 */
	bool (*write)(struct out_sink *s, struct str bytes, int64_t event, struct err *err);
	bool each; /* every event is to come by itself */
};

/* What a history is called; members may be STR_NONE. Lives from out_begin() to out_end(). */
struct out_history {
	struct str input; /* the path that it was read from */
	struct str workflow_id;
	struct str run_id;
	bool was_json; /* its events came as JSON: what has no name in them stays in JSON */
	struct str fields; /* of the History beside its events, set by out_end() at the latest */
};

/* How to write; the same for all histories of a command. */
struct out_settings {
	const struct schema *schema;
	bool compact;	    /* JSON without blanks */
	bool short_enums;   /* JSON: TimerFired, as older loaders want it */
	bool keep_unknown;  /* JSON: what has no name in it, in a member of its own */
	struct str columns; /* of tables: "id,time,type"; n = 0: the usual ones */
};

enum out_flags {
	OUT_SEVERAL = 1, /* one file may hold more than one history */
	OUT_WHOLE = 2,	 /* each history is held in memory until its end */
	OUT_JSON = 4,	 /* what the schema does not know has no place of its own in it */
	OUT_FIELDS = 16, /* a History's fields beside its events have a place in it */
	OUT_TABLE = 8,	 /* for people and programs to look at: no history can be read back */
};

struct out;

/* A new format is a file out_x.c with one of these, and a line in out.c. */
struct out_format {
	const char *name;    /* of --to */
	const char *reader;  /* the --from that reads it (format.h); NULL: none can */
	const char *endings; /* ".json .x": the first is given, all are recognised; "": none */
	const char *what;    /* for help: "the canonical form" */
	unsigned flags;
	size_t own_size; /* bytes of out->own, zeroed before open() */
	/* Any of them may be NULL. They append to out->bytes and call out_border(). */
	bool (*open)(struct out *o, struct err *err);
	bool (*begin)(struct out *o, struct err *err);
	bool (*events)(struct out *o, struct str events, struct err *err);
	bool (*end)(struct out *o, struct err *err);
	bool (*close)(struct out *o, struct err *err);
	void (*done)(struct out *o);
};

/* A file being written. */
struct out {
	const struct out_format *format;
	const struct out_settings *settings;
	struct out_sink *sink;
	const struct schema_message *event; /* HistoryEvent */
	const struct out_history *history;
	size_t n_histories; /* begun, this one included */
	size_t n_events;    /* of this history, written */
	bool broken;	    /* a chunk was no events */
	struct buf bytes;   /* on their way to the sink */
	struct arena scratch; /* of one event */
	struct transcode_loss loss; /* of this history, by writing it */
	void *own;
};

/* Of --to, or by the ending of NAME (a compression's ending behind it is looked past). */
const struct out_format *out_format_named(struct str name);
const struct out_format *out_format_of_path(struct str path);
/* All of them, up to NULL. */
const struct out_format *const *out_formats(void);
/* The ending that files of F get. */
struct str out_ending(const struct out_format *f);

/* SETTINGS and SINK must outlive O. */
bool out_open(struct out *o, const struct out_format *f, const struct out_settings *settings,
	      struct out_sink *sink, struct err *err);
bool out_begin(struct out *o, const struct out_history *h, struct err *err);
bool out_events(struct out *o, struct str events, struct err *err);
/* O->loss says afterwards what was lost, until the next out_begin(). */
bool out_end(struct out *o, struct err *err);
/* In its place, for a format with OUT_WHOLE: nothing of this history is written. */
void out_skip(struct out *o);
/* The last bytes reach the sink. */
bool out_close(struct out *o, struct err *err);
void out_done(struct out *o);

/* ---- for formats ---- */

/*
 * Takes the next event off EVENTS: its own bytes, and *RET_WHOLE (may be NULL) with tag and
 * length. False at the end, and where the chunk is no events; out_whole() then tells which.
 */
bool out_next(struct out *o, struct str *events, struct str *ret, struct str *ret_whole);
bool out_whole(const struct out *o, struct err *err);
/*
 * EVENT (its own bytes; STR_NONE: a batch or history) ends with what is in o->bytes: it goes
 * to the sink once it is worth it.
 */
bool out_border(struct out *o, struct str event, struct err *err);
/* BYTES to the sink at once, after what is in o->bytes: for large ones, without a copy. */
bool out_send(struct out *o, struct str bytes, struct err *err);
/* The JSON of EVENT, DEPTH levels deep, behind what is in o->bytes. */
bool out_event_json(struct out *o, struct str event, bool compact, unsigned depth,
		    struct err *err);

/*
 * Behind the list of events: the members of the History's object beside them, each with a
 * comma before it, DEPTH levels deep.
 */
bool out_fields_json(struct out *o, bool compact, unsigned depth, struct err *err);

extern const struct out_format OUT_FORMAT_JSON;	    /* out_json.c */
extern const struct out_format OUT_FORMAT_JSONL;
extern const struct out_format OUT_FORMAT_EVENTS;
extern const struct out_format OUT_FORMAT_PROTO;    /* out_proto.c */
extern const struct out_format OUT_FORMAT_DELIMITED;
extern const struct out_format OUT_FORMAT_RESPONSE;
extern const struct out_format OUT_FORMAT_BLOB;
extern const struct out_format OUT_FORMAT_EXPORT;
extern const struct out_format OUT_FORMAT_PAGES;    /* out_pages.c */
extern const struct out_format OUT_FORMAT_RAW;
extern const struct out_format OUT_FORMAT_ARCHIVAL; /* out_archival.c */
extern const struct out_format OUT_FORMAT_TDBG;
extern const struct out_format OUT_FORMAT_TSV;	    /* out_table.c */
extern const struct out_format OUT_FORMAT_CSV;
