/* SPDX-License-Identifier: MIT */
/* redact_secrets.h: the values that were replaced, sought in all that stayed. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/map.h"
#include "formats/base/vec.h"

/* Shorter ones stand in all sorts of words. */
#define SECRET_LEAST ((size_t)6)
/* Of longer ones the beginning is kept: who has that has a secret too. */
#define SECRET_KEPT ((size_t)64)

/*
 * Filled first, then sealed, then asked. Looking through a text costs a step for each of its
 * bytes, whatever the number of secrets.
 */
struct secret {
	struct str text; /* SECRET_KEPT bytes at most */
	bool whole;	 /* that is all of it */
};

struct secrets {
	struct arena arena;
	struct map known;
	VEC_OF(struct secret) list; /* sealed: in bytewise order */
	uint64_t *first; /* a bit for each beginning, by its hash */
	bool full;	 /* LIMIT_REDACT_SECRETS were not enough */
};

void secrets_init(struct secrets *s);
void secrets_done(struct secrets *s);
void secrets_add(struct secrets *s, struct str text);
void secrets_seal(struct secrets *s);
/* The first secret in TEXT at or behind FROM, there the longest; NULL: none. */
const struct secret *secrets_find(const struct secrets *s, struct str text, size_t from,
				  size_t *ret_at);
