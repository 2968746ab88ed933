/* SPDX-License-Identifier: MIT */
/* redact.h: a history without its secrets, that still replays. */
#pragma once

#include "formats/base/rex.h"
#include "formats/base/vec.h"
#include "formats/out/stage.h"
#include "formats/schema/schema.h"
#include "formats/wire/path_match.h"

/*
 * What people put into a history is replaced: payloads, messages and stacks of failures,
 * identities, memo, headers, search attributes, reasons, links, URLs. What code is told by
 * stays: types, names of signals and queues, what SDKs keep in markers, their metadata.
 *
 *     "order-17"  ->  "redacted3f9a0c11d2e4b586"     the same wherever it stands
 *     {"n":42,"at":"2026-01-02T10:00:00Z","ok":true}
 *                 ->  {"n":17,"at":"2014-06-11T03:52:08Z","ok":true}
 *
 * Placeholders come of a keyed hash of the value: equal stay equal and different different,
 * over all histories of one salt, and nobody without the salt can try guesses. JSON keeps
 * its shape, texts that are times, UUIDs or digits stay such, so that typed code reads them.
 *
 * An id that holds a replaced value has it replaced in it too, so that ids made of inputs
 * are made again: "order-17-ship" -> "redacted3f9a0c11d2e4b586-ship"; so has one that holds it
 * spelled anew (redact_spelling.h).
 */
enum redact_kind {
	REDACT_PAYLOADS,
	REDACT_FAILURES,
	REDACT_STACKS,
	REDACT_IDENTITIES,
	REDACT_MEMO,
	REDACT_HEADERS,
	REDACT_SEARCH,
	REDACT_USER_METADATA,
	REDACT_LINKS,
	REDACT_NEXUS,
	REDACT_CALLBACKS,
	REDACT_REASONS,
	REDACT_IDS,
	REDACT_NAMES,
	REDACT_TYPES,
	REDACT_MATCHES, /* parts of what else stays, by a rule's match */
	REDACT_UNKNOWN, /* fields that the schema does not know: dropped */
	REDACT_KINDS,
};

/*
 * A rule decides about what fits all of its conditions, before anything else does; the first
 * one that fits counts.
 *
 *     path=input$.status keep
 *     event=MarkerRecorded type='my marker*' keep
 *     encoding=binary/encrypted drop
 *     match=/\d{16}/
 */
enum redact_action { REDACT_REPLACE, REDACT_DROP, REDACT_KEEP, REDACT_NO_RULE };

struct redact_rule {
	struct path_pattern path;  /* has_path */
	bool has_path;
	struct str event;	   /* the event's type; `*` is any text; p is NULL: any */
	struct str type;	   /* what the event is about: an activity's type ... */
	struct str encoding;	   /* of the payload */
	struct str text;	   /* as it was written */
	const struct rex *match; /* in the text; NULL: any */
	enum redact_action action;
};

struct redact_rules {
	const struct schema *schema;
	VEC_OF(struct redact_rule) list;
	struct arena arena;
};

void redact_rules_init(struct redact_rules *r, const struct schema *schema);
void redact_rules_done(struct redact_rules *r);
/*
 * One rule; copies what it keeps. ERR_USAGE: what is wrong; a path or a type of event that
 * SCHEMA has not is, since it can fit nothing and a secret would stay.
 */
bool redact_rules_add(struct redact_rules *r, struct str text, struct err *err);
/* A file of them, one a line; blank lines and `#` comments are passed over. Names the line. */
bool redact_rules_read(struct redact_rules *r, struct str text, struct err *err);

struct redact_settings {
	const struct schema *schema;
	const struct redact_rules *rules;
	struct str salt;
	bool keep_size; /* placeholders as long as what they stand for */
	bool ids;	/* workflow, run and chosen activity ids too */
	bool names;	/* of queues, namespaces, deployments */
	bool types;	/* of workflows and activities, names of signals, updates, operations */
	bool keys;	/* of JSON objects and of all maps but those that SDKs read */
	/* None of these may stand in the result, wherever: texts, and expressions. */
	const struct str *forbidden;
	size_t n_forbidden;
	const struct rex *const *patterns;
	size_t n_patterns;
};

/* For stages; `whole`: ids are replaced by what was found anywhere in the history. */
struct redact;

struct redact *redact_open(const struct redact_settings *settings);
void redact_close(struct redact *r);
/* The stage is R's. Its report counts what was replaced, and says where replaced values stay. */
struct stage *redact_stage(struct redact *r);
/*
 * Appends EVENTS (`0A len event`*, a whole history) without its secrets. ERR_FORMAT: not
 * done, since a secret would have stayed in a place that is neither replaced nor a word of
 * the code's, or something forbidden is there; the message names places, never values.
 */
bool redact_history(struct redact *r, struct str events, struct buf *out, struct err *err);
/* Whether the I-th rule decided about anything in the histories so far. */
bool redact_rule_used(const struct redact *r, size_t i);
/* The encoding that ENCODING may have been meant for, or NULL. */
const char *redact_encoding_near(struct str encoding);
/* Of the last history: how many values of each kind were replaced. */
const size_t *redact_counts(const struct redact *r);
const char *redact_kind_name(enum redact_kind kind);
/* Of the last history: places that stay, in which replaced values stand too, or may, spelled anew. */
size_t redact_stays(const struct redact *r);
/* Whether any history so far failed since something was left in it, and not for another reason. */
bool redact_refused(const struct redact *r);
