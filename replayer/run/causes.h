/* SPDX-License-Identifier: MIT */
/* causes.h: verdicts put together that have one reason, with the smallest as example. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/map.h"
#include "formats/base/vec.h"
#include "replayer/run/ledger.h"

/*
 * A cause is a fingerprint. What did not pass but has no fingerprint (a bad history, a
 * type that nobody registered) is put together by kind, reason, type and message, so that
 * a report need not say one thing a thousand times; `fingerprint` is then STR_NONE.
 */
struct cause {
	struct str fingerprint;
	struct str title; /* one line, of the smallest history: names, no event ids */
	struct str smallest; /* path: fewest events, then the first by name */
	enum verdict_kind kind;
	int64_t count;
	int64_t events; /* of the smallest */
	size_t index;	/* in the order of causes_add(); stays when sorted */
};

struct causes {
	struct arena arena;
	struct map by_key;
	VEC_OF(struct cause) items;
};

void causes_init(struct causes *c);
void causes_done(struct causes *c);

/* The index of ENTRY's cause, or CAUSES_NONE for what passed. Copies what it keeps. */
#define CAUSES_NONE ((size_t)-1)
size_t causes_add(struct causes *c, const struct ledger_entry *entry);
/* Most frequent first, then by title and fingerprint; causes_add() may not follow. */
void causes_sort(struct causes *c);
