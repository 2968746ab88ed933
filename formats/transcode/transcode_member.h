/* SPDX-License-Identifier: MIT */
/* transcode_member.h: what a JSON member is that the schema has under no name. */
#pragma once

#include "formats/schema/schema.h"

enum member_kind {
	MEMBER_UNKNOWN,
	MEMBER_FIELD,	   /* EventId, as Go names it */
	MEMBER_WRAPPER,	   /* Go's oneof: "Attributes": {"TimerFiredEventAttributes": ...} */
	MEMBER_IDLE,	   /* says nothing: a oneof's wrapper that is null, or its case's name */
	MEMBER_SECONDS,	   /* a number of them, in the field of today */
	MEMBER_NANOS,	   /* since 1970 */
	MEMBER_GONE,	   /* Temporal has removed it */
	MEMBER_UI,	   /* id, name, timestamp, category, classification of an event */
	MEMBER_ATTRIBUTES, /* an event's attributes, of a type that stands elsewhere */
	MEMBER_RAW,	   /* "__unknown": wire fields without a name */
};

#define MEMBER_RAW_NAME "__unknown"

/*
 * VALUE is the whole text of the member's value. *RET is set for FIELD, WRAPPER, SECONDS and
 * NANOS: where the value goes. Reader and writer ask the same question, so that what is
 * written as unknown is unknown when it is read.
 */
enum member_kind member_kind(const struct schema_message *m, struct str name, struct str value,
			     const struct schema_field **ret);

/*
 * The field of an event that VALUE, the value of its `attributes` or `details`, is about:
 * what its member `type` says, else by event type. NULL: nobody knows.
 */
const struct schema_field *member_attributes(const struct schema_message *event, struct str value,
					     const struct schema_enum_value *type);
