/* SPDX-License-Identifier: MIT */
/* elsewhere.h: the other histories with the same failure, or the same cause of a divergence. */
#pragma once

#include "viewer/model/failure.h"
#include "viewer/model/search.h"

/*
 * Which diverged for the same cause the run file knows. A failure is looked for in all
 * histories that are listed, in slices, as a text is: those that nobody has open are read and
 * closed again.
 */
enum elsewhere_kind { ELSEWHERE_NOTHING, ELSEWHERE_FAILURE, ELSEWHERE_CAUSE };

struct elsewhere {
	enum elsewhere_kind kind;
	struct arena arena;
	struct str history; /* the one that it was asked from: its path or, of a cause, its name */
	struct failure_key key;
	struct str failure; /* in words */
	struct search search;
	bool searching;
	VEC_OF(uint32_t) found; /* of search.histories, as they were found; without its own */
};

void elsewhere_init(struct elsewhere *e);
void elsewhere_done(struct elsewhere *e);
/* What the run says of the history that it calls so. */
void elsewhere_cause(struct elsewhere *e, struct str name);
/* What is the same as F, which the history at PATH has. What is searched is to be added then. */
void elsewhere_failure(struct elsewhere *e, struct str path, const struct failure_key *f,
		       struct str words, const struct schema *schema);
/*
 * The same once more, as what is listed has changed: what is searched is to be added again, and the
 * search before it, which is the caller's from here on, told what it found (search_keep()).
 */
void elsewhere_begin(struct elsewhere *e, const struct schema *schema);
void elsewhere_keep(struct elsewhere *e, const struct search *old, const struct document *changed);
/* As search_opened() and search_closed(). */
void elsewhere_opened(struct elsewhere *e, struct document *d);
void elsewhere_closed(struct elsewhere *e, const struct document *d);
/* False: there was nothing to do. */
bool elsewhere_step(struct elsewhere *e);
