/* SPDX-License-Identifier: MIT */
/* marker.h: what a marker stands for, told from the payloads each SDK puts into it. */
#pragma once

#include "formats/base/arena.h"
#include "formats/schema/schema.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The server knows a marker's name and a map of payloads, and nothing of their meaning. The
 * SDKs' own forms, measured on recorded histories (TypeScript, Python, .NET and Ruby share
 * the core's; PHP has Go's):
 *
 *     core_patch             patch-data: {"id", "deprecated"}
 *     core_local_activity    data: {"activity_id", "activity_type", "attempt", ...}; result
 *     Version     Go         change-id; version
 *                 Java       changeId; version
 *     SideEffect             Go: side-effect-id; both: data
 *     MutableSideEffect Go   side-effect-id; data: id, then the value in a list of payloads
 *                       Java id; data; skipCount
 *     LocalActivity     Go   data: {"ActivityID", "ActivityType", "Attempt", ...}; result
 *                       Java activityId; type; input; meta: {"atpt", ...}; result
 *
 * A failed local activity has its failure in the marker's field of that name. All of it is
 * read from payloads as they stand: what a codec wrapped must be decoded first.
 */
enum marker_kind {
	MARKER_OTHER, /* an application's own, or one whose payloads can't be read */
	MARKER_PATCH,
	MARKER_VERSION,
	MARKER_SIDE_EFFECT,
	MARKER_MUTABLE_SIDE_EFFECT,
	MARKER_LOCAL_ACTIVITY,
};

/* "patch", "version", "side effect", "mutable side effect", "local activity", "marker". */
const char *marker_kind_name(enum marker_kind kind);

struct marker {
	enum marker_kind kind;
	struct str name;	/* as the server has it: "core_patch" */
	struct str id;		/* of patch, change or side effect; n 0: none */
	struct str version;	/* a number's digits */
	bool deprecated;	/* of a patch */
	struct str activity_type;
	struct str activity_id;
	int64_t attempt;	/* 0: not said */
	struct str value;	/* serialized Payload: result or side effect's value; p NULL: none */
	struct str input;	/* serialized Payload: of a local activity, where the SDK keeps it */
	struct str failure;	/* serialized Failure; p NULL: none */
};

/*
 * BYTES are the attributes of a MarkerRecorded event. Strings live in A or in BYTES.
 */
void marker_read(const struct schema *s, struct str bytes, struct arena *a, struct marker *ret);

/* Single parts, for who needs no more of many markers; STR_NONE: there is none. */
enum marker_part {
	MARKER_ABOUT,	/* what one line says: the activity's type, else the id as it is kept */
	MARKER_CODE_ID, /* a local activity's id where the code's order gives it (core, Go) */
	MARKER_ID,
	MARKER_VERSION_NUMBER,
	MARKER_DEPRECATED,
	MARKER_ACTIVITY_TYPE,
	MARKER_ACTIVITY_ID,
	MARKER_ATTEMPT,
};
struct str marker_part(struct str bytes, enum marker_part part, struct arena *a);

/* "version 3 of audit", "local activity Charge, attempt 2": for people, not yet visible. */
struct str marker_text(const struct marker *m, struct arena *a);
