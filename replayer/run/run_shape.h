/* SPDX-License-Identifier: MIT */
/* run_shape.h: structs as JSON objects and back, by a table of their members. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/err.h"

#include <jansson.h>

/*
 * One table serves both ways. A member without a value (STR_NONE, 0, false, an empty list) is
 * left out, and reads back as such.
 *
 *     static const struct run_member FRAME[] = {
 *             {"file", RUN_STR, offsetof(struct stack_frame, file)},
 *             {"line", RUN_INT, offsetof(struct stack_frame, line)},
 *
 * A list is a pointer to the items at `offset` and their number, a size_t, at `count`.
 */
enum run_kind {
	RUN_STR,  /* struct str */
	RUN_CSTR, /* const char * */
	RUN_INT,  /* int64_t, not negative */
	RUN_BOOL, /* bool */
	RUN_ENUM, /* int, by `names` */
	RUN_SELF, /* another shape's members, in an object of its own; null: all of it empty */
	RUN_LIST,
	RUN_STRS, /* a list of struct str */
};

struct run_shape {
	const struct run_member *members;
	size_t n_members;
	size_t size; /* of the struct */
};

struct run_member {
	const char *key;
	enum run_kind kind;
	size_t offset;
	size_t count;
	const struct run_shape *shape; /* RUN_SELF, RUN_LIST */
	const char *const *names;      /* RUN_ENUM: ends with NULL; the first is left out */
};

#define RUN_SHAPE(members, type) {(members), sizeof(members) / sizeof(*(members)), sizeof(type)}

/*
 * Appends the members of THING to OUT, "key":value with commas between, and one in front where
 * OTHERS stand before them already. False: there is none. SHOWN: as run_dump().
 */
bool run_shape_put(const struct run_shape *shape, const void *thing, bool shown, bool others,
		   struct buf *out);
/* Keys that the shape lacks are ignored. Strings and lists live in A. */
bool run_shape_read(const struct run_shape *shape, json_t *object, struct arena *a,
		    void *ret, struct err *err);
