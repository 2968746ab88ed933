/* SPDX-License-Identifier: MIT */
/* target.h: a history as an older loader knows it: what is newer is dropped, and named. */
#pragma once

#include "formats/base/arena.h"
#include "formats/out/stage.h"
#include "formats/schema/edition.h"

/* Who is to read what is written. */
struct target {
	struct edition edition;
};

/*
 * TEXT is "api-1.30", "api-1.62.14" (a version of Temporal's api), or an SDK with or without
 * its version: "java-1.20", "ruby"; without one its oldest in the table. ERR_USAGE names
 * what there is, with a proposal.
 */
bool target_parse(struct str text, struct target *ret, struct err *err);
/* A line for each loader: its name, its api, how it wants enums. */
void target_list(struct buf *out);

/*
 * The stage: fields and enum values that the target's api lacks are left out (an enum of a
 * value unknown to it is left unspecified), events of types that it lacks lose type and
 * attributes but keep their place, for ids must not have gaps. Unknown fields go too, and
 * the private carriers of unknown members.
 * JSON is to be written by `then`, which knows the names of then.
 */
#define TARGET_FIRST 5 /* losses named by event and path; the rest is counted */

struct target_stage {
	struct stage stage;
	struct arena arena;
	const struct schema *then;
	const struct schema_message *event; /* today's HistoryEvent */
	size_t fields, values, events;	    /* lost in the history at hand */
	struct buf first;		    /* the first of them, a phrase each */
	size_t n_first;
	int64_t event_id; /* of the event at hand */
};

void target_stage_init(struct target_stage *s, const struct target *target,
		       const struct schema *today);
