/* SPDX-License-Identifier: MIT */
/* fmt_json_parts.h: what the files of the JSON reader share. */
#pragma once

#include "formats/read/format.h"
#include "formats/read/json_ahead.h"
#include "formats/read/json_window.h"

/*
 * JSON is descended by what its keys say (json_key.c): each says what stands below it. There
 * is no list of shapes: pages in a list, batches in a body, a history in a reply in a string
 * are found by the same few steps, and new mixtures with them.
 */
enum json_role {
	JSON_UNKNOWN,
	JSON_EVENT,   /* a key of an event: the object is one */
	JSON_EVENTS,  /* below it: a list of events, or an object of them */
	JSON_HISTORY, /* an object with "events", of a reply */
	JSON_INSIDE,  /* more objects */
	JSON_BLOBS,   /* a list of DataBlobs */
	JSON_GROUP,   /* a list of events of a group, as the Web UI has them */
	JSON_TOKEN,   /* nextPageToken */
	JSON_HEADER,  /* of a part of an archive: it says whether others follow */
	JSON_TROUBLE, /* "error": what a page could not be */
	JSON_LEAVE,   /* nothing of ours below it, whatever it looks like */
};

struct json_key {
	const char *key;
	enum json_role role;
	enum join_kind kind;	/* of parts below */
	const char *format;	/* load_info's */
	const char *container;	/* what the axis says; NULL: this key says nothing of it */
	const char *evidence;
};

/* NULL: a key like any other. */
const struct json_key *json_key(struct str key);
/* What an object is that holds no events, by one of its keys. */
struct json_refusal {
	const char *key;
	const char *text;
};

/* NULL: the key says nothing of the kind. */
const struct json_refusal *json_key_refusal(struct str key);

/* What an object has beside "events", while it is not yet known to be a History. */
struct json_beside {
	struct buf text; /* JSON of such members, its end missing; n = 0: none */
	struct transcode_loss lost;
};

struct json_reading {
	struct format_reader *r;
	struct json_window w;
	struct err *err;
	bool log;	       /* tdbg: lines of '=' between documents */
	const struct json_refusal *refusal; /* of the key that says most */
	bool other_list;       /* the document is a list, and not of events */
	struct str message;    /* of an error reply; in the report's arena */
	bool told;	       /* the first event was looked at */
	bool alone;	       /* no second thread: it would not pay, or there is none */
	struct transcode_memory memory;
	unsigned depth;
};

/* Should there be no events, KEY may say what there is instead. */
void json_refuse(struct json_reading *j, struct str key);

/* What parts below here are, as far as is known. */
struct json_place {
	enum join_kind kind;
	bool sure; /* kind is not changed by what is below */
};

/*
 * The key that says what the object (or list) at the cursor is; NULL: none did. Only as much
 * is looked at as it takes.
 */
const struct json_key *json_glance(struct json_reading *j);
/* The object at the cursor is an event: to the join. */
bool json_read_event(struct json_reading *j);
/* The value at the cursor is a list of DataBlobs. */
bool json_read_blobs(struct json_reading *j);
bool json_read_value(struct json_reading *j, struct json_place place);
/* JSON text, or anything else that a format is, in a string. */
bool json_read_text(struct json_reading *j);

/* json_beside.c: VALUE is valid JSON. */
void json_beside_add(struct json_beside *b, struct str key, struct str value);
/* It is one, and its end is at the cursor: to the report, as far as the caller keeps such. */
bool json_beside_end(struct json_reading *j, struct json_beside *b);
void json_beside_done(struct json_beside *b);
