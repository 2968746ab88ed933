/* SPDX-License-Identifier: MIT */
/* diff_leaves.h: an event as the list of its values, each with its path. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/diff/diff_rules.h"

/*
 * What two events differ in is what two such lists differ in; what an event says, by the
 * rules, is what its list holds. Lists are in one order whatever the order of the bytes:
 * fields by number, keys of maps and of JSON objects bytewise, items as they stand. What
 * the rules ignore is not in them.
 */
enum leaf_kind {
	LEAF_TEXT,	  /* a string, or bytes that are text */
	LEAF_WORD,	  /* a number, a name of an enum, true, a time */
	LEAF_BYTES,
	LEAF_JSON_STRING, /* decoded */
	LEAF_JSON_NUMBER, /* as it was written */
	LEAF_JSON_WORD,	  /* true, null, {} and [] */
};

struct leaf {
	struct str path; /* "activityTaskScheduledEventAttributes.input.payloads[0].data" */
	struct str json; /* "$.items[2].price"; p is NULL: not inside JSON */
	struct str value;
	enum leaf_kind kind;
};

struct leaves {
	VEC_OF(struct leaf) list;
	bool full; /* there was more than LIMIT_DIFF_LEAVES: the last one stands for the rest */
};

/*
 * Appends the values of an event. Strings live in A or in the event's bytes. Bytes that are
 * no message are one value.
 */
void leaves_of(struct leaves *to, struct diff_rules *rules, const struct history *h,
	       size_t index, struct arena *a);
/* The same for what the History has beside its events. */
void leaves_of_beside(struct leaves *to, struct diff_rules *rules, const struct history *h,
		      struct arena *a);
void leaves_done(struct leaves *l);

/* Whether they are the same: numbers by their value, all else by its bytes. */
bool leaf_same(const struct leaf *a, const struct leaf *b);
/* Appends what leaf_same() goes by, for hashes. */
void leaf_put(const struct leaf *l, struct buf *out);

/* ---- diff_json.c ---- */

/* The values in JSON text, below PATH; false: TEXT is no JSON, and nothing was added. */
bool leaves_of_json(struct leaves *to, struct diff_rules *rules, struct str path,
		    struct str text, struct arena *a);
void leaves_add(struct leaves *to, struct diff_rules *rules, struct leaf leaf);
/* NUMBER, in JSON's form, as digits and an exponent without needless zeros; in A. */
struct str json_number_normal(struct str number, struct arena *a);
