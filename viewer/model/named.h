/* SPDX-License-Identifier: MIT */
/* named.h: places in source code that name what a divergence is about. */
#pragma once

#include "viewer/model/checkout_walk.h"

#include <stdint.h>

/*
 * A stack says where code waited, and some SDKs say not even that of the workflow's own
 * function. What the two sides ask for has names, though, and code that asks for it names it:
 *
 *     words of a divergence       {"charge_card", the code asks for it}, ...
 *     named_step() until done     all files below the folder, in slices
 *     places                      workflows.py:59, within the workflow: best first
 *
 * A place is where a name stands, and no more: nobody saw the code there. What stands within the
 * definition of the workflow comes first, then the rest of its file, then other files; what
 * declares or imports the name, what is in comments and in tests comes last.
 *
 * Of places in a file that code is known to have reached, those behind what it had reached come
 * first: that is what it asked for before in the same task, what a stack says, or what it asked for
 * in tasks before. Loops go back, so the others are places too.
 *
 * SDKs make names of names: chargeCard, charge_card and ChargeCard are one word; a place
 * with the very same spelling goes before.
 *
 * Linear in the bytes of the folder, which checkout_walk.h bounds.
 */
enum named_role {
	NAMED_CODE,	/* the code asks for it */
	NAMED_HISTORY,	/* history has it */
	NAMED_TASK,	/* the code asked for it just before, in the same workflow task */
	NAMED_BEFORE,	/* the code asked for it in a task before, or waited for it */
	NAMED_WORKFLOW, /* the type of the workflow: where it is defined */
	NAMED_ROLES,
};

struct named_word {
	struct str text;
	enum named_role role;
	bool call; /* a word of the SDK or the language ("sleep"): within the workflow alone */
};

enum named_where {
	NAMED_WITHIN,  /* the definition of the workflow */
	NAMED_BESIDE,  /* it, in its file */
	NAMED_AWAY,    /* in another file */
	NAMED_DECLARED,
	NAMED_COMMENT,
	NAMED_TEST,
};

struct named_place {
	struct str file; /* below the folder */
	int64_t line;
	struct str text; /* of the line, without blanks around it, cut at NAMED_TEXT_BYTES */
	size_t word;	 /* index into words */
	enum named_where where;
	bool same; /* spelled the same */
};

/* A line that the code had reached. */
struct named_reached {
	struct str file; /* as a stack calls it; n 0: not known */
	int64_t line;
};

#define NAMED_WORDS 32	     /* more are left out, */
#define NAMED_WORD_BYTES 200 /* as are longer ones */
#define NAMED_PLACES 64	     /* the best that are kept; the rest is counted */
#define NAMED_TEXT_BYTES 200

struct named {
	struct arena arena;
	struct str source;
	struct named_reached reached;
	VEC_OF(struct named_word) words;
	struct named_hash {
		uint32_t hash; /* of the first part of the word, which LETTERS is the length of */
		size_t letters;
	} hashes[NAMED_WORDS];
	uint64_t any[4]; /* which low bytes these have: most words of a file are none of ours */

	struct checkout_walk walk;
	struct named_scan { /* of the file that is read */
		struct str path, rest; /* rest.p NULL: no file is */
		int64_t line;
		size_t indent; /* of the definition that the line is within */
		bool within, heads; /* heads: only its decorators were seen so far */
		bool defines; /* the workflow, somewhere in this file */
		bool test, hashes; /* hashes: # begins a comment */
		const char *block; /* what ends the comment that the line is in; NULL: none */
	} scan;
	VEC_OF(struct named_place) places;
	size_t found; /* of all, also those not kept */
	bool done;
};

/*
 * All is copied. Words with nothing to look for, and a second of the same, are left out; of those
 * of a role the first counts most.
 */
void named_begin(struct named *n, struct str source, struct named_reached reached,
		 const struct named_word *words, size_t n_words);
void named_done(struct named *n);
/* A slice of a millisecond or so; false: all was looked at. */
bool named_step(struct named *n);
