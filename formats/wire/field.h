/* SPDX-License-Identifier: MIT */
/* field.h: one value out of a message's wire bytes, by its path of names. */
#pragma once

#include "formats/base/str.h"
#include "formats/schema/schema.h"

#include <stdbool.h>
#include <stdint.h>

/*
 *     field_at(event_message, bytes, "activity_task_scheduled_event_attributes.activity_type.name", &v)
 *
 * Names are the proto's. A path through a repeated field takes its first item; through a
 * map, "details[data]" takes that key. Nothing is copied: bytes are borrowed.
 */
struct field_value {
	const struct schema_field *field;
	uint64_t number;  /* varints, fixed; an enum's number */
	struct str bytes; /* strings, bytes, messages (their wire bytes) */
};

/* False where a part of the path is absent; a name that the schema lacks is a bug. */
bool field_at(const struct schema_message *m, struct str bytes, const char *path,
	      struct field_value *ret);

/* Shorthands: STR_NONE, or the default, where absent. */
struct str field_str(const struct schema_message *m, struct str bytes, const char *path);
int64_t field_int(const struct schema_message *m, struct str bytes, const char *path,
		  int64_t absent);
