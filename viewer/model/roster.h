/* SPDX-License-Identifier: MIT */
/* roster.h: many histories in a list: which of them are shown, and in what order. */
#pragma once

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

struct roster {
	void (*about)(const void *data, size_t i, struct roster_about *ret);
	const void *data;
	enum roster_key key;
	bool down; /* the last first */
	const struct query *query;
	struct str word;   /* n 0: none */
	struct str filter; /* as typed; n 0: none */
	bool inverse;
};

/* "events", "-size": by that, the other way round. False with the error set. */
bool roster_sort(struct roster *r, struct str text, struct err *err);
/* Of the key that it is sorted by: "events". */
const char *roster_key_name(enum roster_key key);
/* TEXT is copied into A; empty: all. */
bool roster_filter(struct roster *r, struct str text, const struct schema *schema,
		   struct arena *a, struct err *err);
bool roster_fits(const struct roster *r, size_t i);
/* N items, each an index into the list, put in order; equal ones by name, then as given. */
void roster_order(const struct roster *r, uint32_t *items, size_t n);
