/* SPDX-License-Identifier: MIT */
/* redact_secrets.h: the values that were replaced, sought in all that stayed. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/map.h"
#include "formats/base/vec.h"

/* Shorter ones stand in all sorts of words. */
#define SECRET_LEAST ((size_t)6)
/* Of longer ones the beginning is kept: who has that has a secret too. */
#define SECRET_KEPT ((size_t)64)
/* In other letter case, and digits alone: shorter ones are common words and small numbers. */
#define SECRET_LEAST_LIKE ((size_t)8)

/*
 * Filled first, then sealed, then asked. Looking through a text costs a step for each of its
 * bytes, whatever the number of secrets. To seal adds what a secret is like: in small letters,
 * and, of a number with blanks, dashes and the like between its digits, these alone.
 */
enum secret_form { SECRET_ITSELF, SECRET_SMALL, SECRET_DIGITS };

struct secret {
	struct str text;   /* SECRET_KEPT bytes at most */
	const char *value; /* the secret itself, of value_n bytes */
	uint8_t value_n;
	bool whole; /* that is all of it */
	uint8_t form;
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

/*
 * All secrets in a text, also those in other letter case, from left to right:
 *
 *     secret_search_begin(&x, &secrets, text, least);
 *     while (secret_search_next(&x))
 *             ... x.found, at x.at; x.from may be moved on
 *     secret_search_done(&x);
 */
struct secret_search {
	const struct secrets *in;
	struct str text;
	size_t least; /* bytes of a secret that counts */
	size_t from;
	struct buf small; /* TEXT in small letters; empty: it is */
	const struct secret *found;
	size_t at;
	const char *like; /* "letter case", "digits alone"; NULL: it stands there as it is */
};

void secret_search_begin(struct secret_search *x, const struct secrets *in, struct str text,
			 size_t least);
bool secret_search_next(struct secret_search *x);
void secret_search_done(struct secret_search *x);
/* How C is written small; of ASCII alone. */
char secret_small(char c);
bool secret_is_digit(char c);
