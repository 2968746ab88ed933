/* SPDX-License-Identifier: MIT */
/* redact_parts.h: what the files of redact share; nobody else includes it. */
#pragma once

#include "formats/history/history.h"
#include "formats/payload/payload.h"
#include "formats/redact/redact.h"
#include "formats/redact/redact_secrets.h"
#include "formats/redact/redact_shape.h"
#include "formats/wire/rewrite.h"

/* A place that a rule may be about. What a member has nothing for is STR_NONE. */
struct redact_place {
	struct str path, json;
	struct str encoding; /* of the payload around it */
	struct str text;
};

/* What becomes of a field by itself. */
enum redact_how {
	HOW_OTHER, /* no row: it stays, and must hold no secret */
	HOW_HIDE,
	HOW_STICKY, /* a queue's name: a worker's where the queue is sticky */
	HOW_ID,	    /* chosen by code or people: with --ids; secrets in it always */
	HOW_RUN,    /* made by the server: with --ids */
	HOW_NAME,   /* with --names */
	HOW_TYPE,   /* with --types */
	HOW_WORD,   /* stays */
};

struct redact_row {
	const char *message; /* the end of its name; NULL: any */
	const char *field;   /* "x", or "*x": ends in x */
	enum redact_how how;
	enum redact_kind kind;
};

/* Places where replaced values stay, by their names, and how they are spelled there. */
struct redact_stay {
	struct str place;
	const char *spelled;
	int64_t event_id; /* the first */
	size_t n;
};

enum redact_pass {
	PASS_LEARN, /* what will be replaced; nothing is made */
	PASS_WRITE,
	PASS_CHECK, /* what was made is looked through */
};

struct redact {
	struct stage stage; /* first */
	struct redact_settings settings;
	struct redact_shape shape;
	uint8_t rows[SCHEMA_IDS]; /* of fields: 0 not looked up, else index + 1 */
	size_t counts[REDACT_KINDS];
	bool *used;	/* of the rules: it decided about something */
	bool refused; /* something was left in a history that may not be */
	/* One history: */
	enum redact_pass pass;
	struct arena arena;
	struct secrets secrets;
	VEC_OF(struct str) ids; /* with --ids: candidates for secrets; in the arena */
	struct map made;	/* placeholders; keys in the arena */
	VEC_OF(struct redact_stay) stays;
	struct str own_id;
	bool java; /* a worker with Java's SDK made it */
	/* One event: */
	struct str event_type, event_name;
	struct buf path, text;
};

/* ---- redact_rules.c ---- */
enum redact_action redact_rule_for(const struct redact *r, const struct redact_place *at,
				   const struct redact_rule **ret_rule);

/* ---- redact_fields.c ---- */
const struct redact_row *redact_row_of(struct redact *r, const struct schema_message *m,
				       const struct schema_field *f);

/* What payloads at a place are, and what of them stays by itself. */
struct redact_payload_place {
	enum redact_kind kind;
	bool keep;
	const char *const *members; /* of a JSON object, up to NULL: these stay */
};

struct redact_payload_place redact_payload_place(const struct rewrite_field *at);

/* Whether KEY, of the map in MESSAGE, is a word of SDKs: it stays, and of metadata its value. */
bool redact_key_stays(struct str message, struct str key);

/* ---- redact_text.c ---- */
/* TEXT, taken away from where it stood, becomes a placeholder behind OUT. */
void redact_replace(struct redact *r, struct str text, size_t size, struct buf *out);
void redact_replace_number(struct redact *r, struct str number, bool forced, struct buf *out);
/* Notes that MADE is no value of the history's. */
void redact_made(struct redact *r, struct str made);
/*
 * The bytes from which on a secret in TEXT is one: the hex digits of a UUID hold short numbers by
 * accident, and only what is longer than any group of them counts there.
 */
#define SECRET_LEAST_IN_UUID ((size_t)13)
size_t redact_least(struct str text);
/* How a secret that is in TEXT is spelled there; NULL: there is none. */
#define REDACT_AS_IT_IS "as it is"
const char *redact_spelled(const struct redact *r, struct str text);
/* An id as it goes out; false: as it is. */
bool redact_id(struct redact *r, const struct redact_row *row, struct str id, struct buf *out);
/* TEXT with RULE's matches replaced or taken out. */
void redact_matches(struct redact *r, const struct redact_rule *rule, struct str text,
		    struct buf *out);

/* ---- redact_payload.c ---- */
/* What the Payload at AT becomes. */
enum rewrite_action redact_payload(struct redact *r, const struct rewrite_field *at,
				   struct rewrite_value *new, struct err *err);
/* JSON text; false: it is none, and nothing was appended. */
bool redact_json(struct redact *r, const struct redact_place *at, struct str text,
		 const char *const *members, struct buf *out);

/* ---- redact_check.c ---- */
/* Looks through what was made. */
bool redact_check(struct redact *r, struct str events, struct err *err);
