/* SPDX-License-Identifier: MIT */
/* repair.h: what can safely be put right about a history's events, and what was. */
#pragma once

#include "formats/out/stage.h"
#include "formats/schema/schema.h"

#include <stdint.h>

/*
 * Safe is what adds nothing and changes no event: sorting by id, dropping an event that is
 * there twice and alike, and, where the rest of the history is lost, going back to a border
 * at which a replay is not misled. (Loading puts right what it can tell for sure: newest
 * first, pages, text around the history, decoded payloads.) What is missing or contradicts
 * itself stays as it is, and is told.
 *
 * The border: events of a workflow task's commands are only worth something all together,
 * and whether they are all there is known only where something follows them. So a history
 * that was cut right behind some of them goes back to before that task's completion.
 */
struct repair_report {
	bool sorted;
	size_t dropped;	   /* copies of events that are still there */
	int64_t differs;   /* id of the first event that is there twice and not alike; 0: none */
	size_t gaps;	   /* places where ids are missing */
	int64_t missing;   /* the first id that is */
	size_t cut;	   /* events behind the border */
	int64_t last;	   /* id of the last event kept */
	bool damaged;	   /* the rest is lost */
	bool closed;	   /* the last event ends the run: there is no rest */
};

/*
 * Appends to OUT what EVENTS (`0A len event`, whole, all of one history) become. DAMAGED: more
 * followed and is lost. Errors: broken bytes, more than LIMIT_HISTORY_EVENTS events.
 */
bool repair_events(const struct schema *schema, struct str events, bool damaged, struct buf *out,
		   struct repair_report *ret, struct err *err);
/*
 * Appends a line for each thing that was done, and for what could not be. Returns how many
 * things were lost: events that were cut off, and the rest that was.
 */
size_t repair_report_add(const struct repair_report *r, struct buf *lines);

/* Whether something is wrong still: events are missing, or contradict one another. */
bool repair_report_wrong(const struct repair_report *r);

/* The same as a stage of convert's. */
struct repair_stage {
	struct stage stage;
	const struct schema *schema;
	bool damaged; /* to be set before the end of a history that is */
	struct repair_report report;
};

void repair_stage_init(struct repair_stage *r, const struct schema *schema);
