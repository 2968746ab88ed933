/* SPDX-License-Identifier: MIT */
/* edition.h: the schema as an earlier version of Temporal's api had it. */
#pragma once

#include "formats/schema/schema.h"

/*
 * An old loader knows the api of its day: fields and events that came later it drops, or
 * refuses the file for. An edition is the schema without them and with the names of then,
 * so that whoever writes by it writes what that loader knows, and learns of each thing that
 * has no place as of any unknown field.
 */

/* Orders as versions do. 0 is today's schema, of which nothing is left out. */
#define EDITION(major, minor, patch) \
	((uint32_t)(major) << 20 | (uint32_t)(minor) << 10 | (uint32_t)(patch))
#define EDITION_ANY_PATCH 1023

/*
 * Which enums are spelled short (TimerFired). Loaders of before 2024 read only the short
 * spelling of some enums, and only the full one of the others (seen by loading files with
 * each SDK; docs/formats.md has the table).
 */
enum edition_short {
	EDITION_FULL,	   /* none */
	EDITION_SHORT_TWO, /* event types, kinds of task queues */
	EDITION_SHORT_SIX, /* also policies of children, initiators, retry states of events */
	EDITION_SHORT_ALL,
};

struct edition {
	uint32_t version;
	enum edition_short spelling;
};

/* As schema_new(), of that edition. For writing: older names that are read are today's own. */
const struct schema *schema_new_edition(struct arena *a, const struct edition *edition);

/* "1.30", "1.30.2", "v1.62.14"; without a patch the last one is meant. */
bool edition_parse(struct str text, uint32_t *ret);
/* The version that the schema was last changed for; a later patch of it may be built in. */
uint32_t edition_newest(void);
/* Whether IN (a full name) had NUMBER with today's meaning in VERSION. */
bool edition_has(struct str in, int32_t number, uint32_t version);
/* What it was called then, or NULL: as today. */
const char *edition_old_name(struct str in, int32_t number, uint32_t version);
/* Whether values of the enum NAME are spelled short in fields of the message IN. */
bool edition_is_short(struct str name, struct str in, enum edition_short spelling);
