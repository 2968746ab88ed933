/* SPDX-License-Identifier: MIT */
/* schema.h: the Temporal wire as tables: messages, fields, enums, by name and number. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Built once at start from the descriptors that protoc-c makes of the .proto files beside
 * this header, then never changed: one `const struct schema *` is handed to everybody who
 * reads or writes messages by name. Everything in it lives as long as its arena.
 */

enum schema_kind {
	SCHEMA_INT32,
	SCHEMA_INT64,
	SCHEMA_UINT32,
	SCHEMA_UINT64,
	SCHEMA_BOOL,
	SCHEMA_ENUM,
	SCHEMA_FLOAT,
	SCHEMA_DOUBLE,
	SCHEMA_STRING,
	SCHEMA_BYTES,
	SCHEMA_MESSAGE,
};

/* Messages that JSON writes in a form of their own. */
enum schema_wellknown {
	SCHEMA_ORDINARY,
	SCHEMA_TIMESTAMP, /* RFC 3339 text */
	SCHEMA_DURATION,  /* seconds with an "s" */
};

/* Messages that JSON exports spell in ways of their own (transcode.h). */
enum schema_role {
	SCHEMA_NO_ROLE,
	SCHEMA_EVENT,	 /* HistoryEvent */
	SCHEMA_PAYLOAD,
	SCHEMA_PAYLOADS,
};

/* From names to indexes, made once: both arrays live in the schema's arena. */
struct schema_name {
	struct str text;
	uint32_t index;
};

struct schema_names {
	struct schema_name *names;
	uint16_t *slots; /* index into names + 1; 0: free */
	uint32_t n, most;
	uint32_t mask; /* of slots */
};

struct schema_enum_value {
	struct str name;  /* EVENT_TYPE_TIMER_FIRED */
	struct str camel; /* TimerFired */
	int32_t number;
};

struct schema_enum {
	struct str name;   /* temporal.api.enums.v1.EventType */
	struct str prefix; /* EVENT_TYPE_ */
	const struct schema_enum_value *values;
	size_t n_values;
	struct schema_names by_name; /* every accepted spelling -> index into values */
};

struct schema_message;

struct schema_field {
	struct str name;      /* event_id */
	struct str json_name; /* eventId */
	uint32_t number;
	enum schema_kind kind;
	bool repeated; /* maps too */
	bool map;      /* then message is the entry: key = 1, value = 2 */
	int oneof;     /* index, from 0, or -1 */
	const struct schema_message *message;
	const struct schema_enum *enumeration;
	/* What the transcoder writes as it stands, and where it keeps what it learns. */
	struct str quoted;  /* "eventId": */
	uint8_t tag[5];	    /* number and wire type; repeated numbers are packed */
	uint8_t tag_n;
	uint8_t wire_type;  /* of one value: enum wire_type */
	uint16_t id;	    /* unique in the schema, below SCHEMA_IDS */
};

/* Messages and fields together: room for twice what Temporal has today. */
#define SCHEMA_IDS 2048
/* Of one message: HistoryEvent has 65. */
#define SCHEMA_FIELDS_MAX 128

struct schema_message {
	struct str name; /* temporal.api.history.v1.HistoryEvent */
	enum schema_wellknown wellknown;
	enum schema_role role;
	const struct schema_field *fields; /* by ascending number */
	size_t n_fields;
	bool has_oneofs;
	uint16_t id;		     /* its fields follow: id + 1 is fields[0]'s */
	struct schema_names by_name; /* both spellings, and old names -> index into fields */
	const struct schema_alias *aliases; /* what its members were called */
	size_t n_aliases;
};

struct schema;

/* A must's lifetime: until A is done. */
const struct schema *schema_new(struct arena *a);
/* Cadence's own messages, uber.cadence.api.v1: for whoever reads a history of Cadence. */
const struct schema *schema_new_cadence(struct arena *a);

/* By full name ("temporal.api.history.v1.History"). It is a bug if there is none. */
const struct schema_message *schema_message(const struct schema *s, const char *name);
const struct schema_enum *schema_enum(const struct schema *s, const char *name);
/* The same for a name that comes from outside: NULL where there is none. */
const struct schema_message *schema_message_search(const struct schema *s, struct str name);

/* NULL where there is none. */
const struct schema_field *schema_field_search(const struct schema_message *m, uint32_t number);
static inline const struct schema_field *schema_field_by_number(const struct schema_message *m,
								uint32_t number)
{
	/* Most messages number their fields from 1 without a gap. */
	if (number - 1 < m->n_fields && m->fields[number - 1].number == number)
		return &m->fields[number - 1];
	return schema_field_search(m, number);
}
const struct schema_field *schema_field_by_name(const struct schema_message *m,
						struct str name);
const struct schema_enum_value *schema_enum_by_number(const struct schema_enum *e,
						      int32_t number);
/*
 * Accepts EVENT_TYPE_TIMER_FIRED, TimerFired, TIMER_FIRED and the names that older servers
 * wrote (FORMATS.md's renamed values).
 */
const struct schema_enum_value *schema_enum_by_name(const struct schema_enum *e,
						    struct str name);

/*
 * What older servers called things (renames.tsv). Renamed values and fields are found by
 * the functions above; the rest is for who knows what to do with it.
 */
enum schema_alias_kind {
	SCHEMA_ALIAS_VALUE,
	SCHEMA_ALIAS_FIELD,
	SCHEMA_ALIAS_SECONDS, /* a number, which is a Duration now */
	SCHEMA_ALIAS_NANOS,   /* a number since 1970, which is a Timestamp now */
	SCHEMA_ALIAS_GONE,    /* removed; NOW is NULL */
};

struct schema_alias {
	enum schema_alias_kind kind;
	const char *in; /* full name of a message or enum */
	const char *old;
	const char *now;
};

/* A member of M's JSON that the schema does not have any more; NULL: it never had it. */
const struct schema_alias *schema_alias_search(const struct schema_message *m, struct str name);
/* Whether JSON is the field event_id: event_id, eventId or EventId. */
bool schema_same_name(struct str name, struct str json);
