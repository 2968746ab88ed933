/* SPDX-License-Identifier: MIT */
/* roster.h: many histories in a list: which of them are shown, and in what order. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/vec.h"
#include "formats/query/query.h"

/*
 * The list itself is whoever's it is: a roster asks about its items one by one. Filters are
 * queries about histories (docs/query.md), or one word that an item's texts are to hold;
 * an exclamation mark in front turns either round.
 */
enum roster_key {
	ROSTER_GIVEN, /* in the order of the list */
	ROSTER_NAME,
	ROSTER_EVENTS,
	ROSTER_SIZE,
	ROSTER_TYPE,
	ROSTER_TIME, /* how long it took */
	ROSTER_STATUS,
	ROSTER_KEYS,
};

struct roster_about {
	struct query_history history;
	struct str name;   /* as it is shown */
	struct str status; /* or verdict */
	struct str more;   /* what else words are looked for in */
	int64_t time;	   /* nanoseconds; -1: not known, and last */
	size_t place;	   /* in the order of the list */
};

enum roster_shared { ROSTER_SHARED_TYPE, ROSTER_SHARED_STATUS, ROSTER_SHARED_MORE, ROSTER_SHARED };

/* What an item is sorted by, whatever the key: the lower one comes first. */
struct roster_numbers {
	uint64_t by[ROSTER_KEYS];
	uint32_t shared[ROSTER_SHARED];
};

struct roster {
	void (*about)(const void *data, size_t i, struct roster_about *ret);
	const void *data;
	enum roster_key key;
	bool down; /* the last first */
	const struct query *query;
	struct str word;   /* n 0: none */
	struct str filter; /* as typed; n 0: none */
	bool inverse;
	/* What is known of each item (roster_know()). */
	VEC_OF(struct roster_numbers) numbers;
	struct buf texts; /* its own ones, behind each other, a blank between any two */
	VEC_OF(size_t) ends; /* of each item's in them */
	VEC_OF(struct str) shared[ROSTER_SHARED]; /* those that many have, by their number */
	struct arena arena; /* of the filter that there is */
};

void roster_done(struct roster *r);

/* "events", "-size": by that, the other way round. False with the error set. */
bool roster_sort(struct roster *r, struct str text, struct err *err);
/* Of the key that it is sorted by: "events". */
const char *roster_key_name(enum roster_key key);
/* TEXT is copied; empty: all. False, with everything as it was: it is no filter. */
bool roster_filter(struct roster *r, struct str text, const struct schema *schema, struct err *err);
/* Of all that are known: FITS[i] is 1 or 0. */
void roster_fitting(const struct roster *r, uint8_t *fits);
/*
 * Asks about all N items of the list: when they are others, or say other things. What they say
 * is to stay until then.
 */
void roster_know(struct roster *r, size_t n);
/* N items that are known, each an index into the list, put in order; equal ones by name, then as given. */
void roster_order(const struct roster *r, uint32_t *items, size_t n);
