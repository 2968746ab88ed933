/* SPDX-License-Identifier: MIT */
/* load.h: from what the user names to loaded histories. */
#pragma once

#include "formats/base/vec.h"
#include "formats/bytes/members.h"
#include "formats/history/history.h"
#include "formats/read/sink.h"
#include "formats/transcode/transcode.h"

/* Files named by the arguments of a command, in the order to work on them. */
struct source_file {
	struct str path;   /* as given, or folder/entry for what a folder or glob holds */
	int64_t bytes;	   /* size on disk; -1: standard input */
	bool named;	   /* by itself or by a glob, not by its folder or archive */
	/* Of a run in a server's archive, as far as its records or the address say; else n = 0. */
	struct str workflow_id, run_id, workflow_type;
};

struct source_list {
	VEC_OF(struct source_file) files;
	struct members_cursor members; /* for load_settings: archives are read in one pass */
	size_t passed_over; /* files of folders and archives whose names promise no history */
};

/*
 * Expands files, folders (recursed, sorted bytewise; only names that may hold a history),
 * archives (members.h: ARCHIVE/MEMBER or ARCHIVE/FOLDER, in the archive's order), FILE#N
 * (load_path_split()), runs in the archive of a server (archival.h:
 * archive:FOLDER, archive:FOLDER?workflowId=ID), globs and `-`, once. Names that may hold one end, in upper
 * case or lower, in .json .jsonl .ndjson .bin .pb .proto .protobin .txt .hex .xxd .b64 .base64
 * .dump .history, and behind these or alone in .gz .zst .zlib .zz, or as what convert writes
 * (out.h), or lie as objects of an s3 archive or of a Cloud export do. A file that is named
 * is taken whatever its name. Of an archive of a server (archival.h) in a folder only the
 * first part of the highest version is listed, which opens as the whole. Strings live in A.
 * An argument that names nothing is an error; an empty folder or archive is not (it adds
 * nothing).
 */
bool source_expand(const struct str *arguments, size_t n, struct arena *a,
		   struct source_list *list, struct err *err);
/* By its name alone, a file of a folder or an archive may hold a history. */
bool source_may_hold(struct str path);
/* source_expand() with what in folders and archives is WANTED, by its path; parts are all listed. */
bool source_expand_where(const struct str *arguments, size_t n, struct arena *a,
			 bool (*wanted)(struct str path), struct source_list *list,
			 struct err *err);
void source_list_done(struct source_list *list);

/* A whole file, or standard input for "-", as it is. The error carries the path. */
bool source_read(struct str path, struct buf *out, struct err *err);

/*
 * A file of histories is a point in a space of five axes, each told by itself: gzip around
 * JSON around a list of pages, with enums of old and payloads decoded for reading.
 */
enum load_axis {
	LOAD_PACKING,	/* what was taken off around it: "gzip", "none" */
	LOAD_CARRIER,	/* "JSON", "protobuf" */
	LOAD_CONTAINER, /* what holds the events: "one history", "pages of a server's reply" */
	LOAD_EVENTS,	/* how an event is written: "as Temporal's CLI", "Go structs" */
	LOAD_PAYLOADS,	/* how a payload is: "as stored", "shorthand" */
	LOAD_AXES,
};

struct load_finding {
	const char *what;
	const char *evidence;  /* "the file begins with 1f 8b" */
	const char *certainty; /* "certain", "likely", "a guess" */
};

/* Something that was put right, or is worth knowing. CODE is stable: "newest-first". */
struct load_note {
	const char *code;
	struct str text; /* one line: "events were newest first and are turned round" */
};

/* What was recognised, for --explain and reports. Strings live in the history's arena. */
struct load_info {
	const char *format;	 /* row of the formats table: "json", "proto", ... */
	const char *compression; /* "gzip", "zstd", or NULL */
	struct transcode_loss loss;
	size_t input_bytes; /* after decompression, up to the end of this history */
	bool newest_first;  /* the file's order; the history is in order */
	bool text_checked;  /* all strings came from JSON, so they are UTF-8 */

	struct load_finding axes[LOAD_AXES]; /* what is NULL: not told (yet) */
	const struct load_note *notes;
	size_t n_notes;
	bool joined;	/* from several files (load_settings.pages) */
	size_t ordinal; /* of this history in its input, from 1 */
	bool only;	/* it is the only one of its input; known for sure at its end */
	/* With LOAD_PARTIAL: why there is not more of it; p is NULL: it is whole. */
	struct str damage;
	int64_t damage_line; /* 0: not a text */
	int64_t damage_byte; /* -1: not known */
	/* With LOAD_KEEP_FIELDS, at the end: as they stood on the wire; n 0: none. */
	struct str fields;
};

enum load_flag {
	/* What the schema lacks stays in the events, in a private field (transcode.h). */
	LOAD_KEEP_UNKNOWN = 1,
	/*
	 * Of a cut file or a lone page the whole events that are there, with what is wrong
	 * in info->damage, instead of an error.
	 */
	LOAD_PARTIAL = 2,
	/*
	 * The caller looks at few of the events: JSON may stay JSON, with an index (history.h).
	 * Where one of them can't be decoded by itself, and EACH has left H in its place, EACH is
	 * called again with the history over wire bytes: the first call counts for nothing then.
	 */
	LOAD_INDEX = 4,
	/* Fields of a History beside its events are kept (info->fields), and no loss. */
	LOAD_KEEP_FIELDS = 8,
	/*
	 * JSON is read by one thread, or by two however little of it there is, where each waits
	 * for the other: for tests, as the results are the same (json_ahead.h).
	 */
	LOAD_ALONE = 16,
	LOAD_AHEAD = 32,
};

struct load_settings {
	const struct schema *schema;
	struct str from; /* name of a format; n = 0: told from the bytes */
	unsigned flags;	 /* enum load_flag */
	struct load_pages *pages; /* NULL: files are not joined */
	/* Where members of archives are asked for in their order; may be NULL. */
	struct members_cursor *members;
	uint64_t *offset; /* may be NULL: load_events() keeps in it how far it is */
	/* May be NULL: what was recognised of an input until it failed; valid during the call. */
	void (*failed)(void *data, const struct load_info *info);
	void *failed_data;
};

/*
 * The files of one command, so that pages of a history that lie in files of their own, in
 * one folder or named one by one, are joined: the history comes when its first page is
 * loaded, under the name of that file; loading the others gives nothing, and no error. A
 * page of one's own folder goes before those elsewhere, and what is there twice is taken once.
 */
struct load_pages *load_pages_new(const struct source_file *files, size_t n);
void load_pages_free(struct load_pages *p);
/* Whether all of them together are the pages of one history; looks no further than needed. */
bool load_pages_are_one(struct load_pages *p, const struct load_settings *settings);

/*
 * One history after the other. EACH may move H out (and leave {0}); what it leaves is freed.
 * False stops the load: with ERR set as its error, without as if the input ended there.
 */
typedef bool load_each_fn(void *data, struct history *h, const struct load_info *info,
			  struct err *err);

/*
 * Reads, unpacks, sniffs and loads one file of any number of histories (at least one). PATH
 * may be FILE#N, for its N-th history from 1, unless a file of just that name exists. Errors
 * carry the path; histories before a damaged place were given by then.
 * ERR_IO: could not be read; ERR_FORMAT: not a history; ERR_SYNTAX: a history, but a damaged
 * or incomplete one.
 */
bool load_each(const struct load_settings *settings, struct str path, load_each_fn *each,
	       void *data, struct err *err);
/* The same as a stream of events, in constant memory where the input is in order (sink.h). */
bool load_events(const struct load_settings *settings, struct str path, struct event_sink *sink,
		 struct err *err);
/* Exactly one: an input of several is an error that says how to name one. INFO may be NULL. */
bool load_one(const struct load_settings *settings, struct str path, struct history *ret,
	      struct load_info *info, struct err *err);
/* load_one() without wishes. */
bool load_history(const struct schema *schema, struct str path, struct history *ret,
		  struct load_info *info, struct err *err);
/* These from bytes in memory: errors have no path in front. */
bool load_each_bytes(const struct load_settings *settings, struct str bytes, load_each_fn *each,
		     void *data, struct err *err);
bool load_history_bytes(const struct schema *schema, struct str bytes, struct history *ret,
			struct load_info *info, struct err *err);

/* FILE of FILE#N; *RET_N is 0 and the whole of PATH returned where it names no history. */
struct str load_path_split(struct str path, size_t *ret_n);
