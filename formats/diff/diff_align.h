/* SPDX-License-Identifier: MIT */
/* diff_align.h: which event of one history is which of another. */
#pragma once

#include "formats/diff/diff_rules.h"
#include "formats/history/history.h"

#include <stdint.h>

#define DIFF_NOBODY UINT32_MAX

/*
 * Ids can't tell: they count what came before. Events are told apart by what they are about.
 * A *head* is an event that answers no other: an activity scheduled, a timer started, a
 * signal, a workflow task. The others belong to the group of the head that they answer.
 *
 *     1. heads that say the very same thing, once on either side, are the same
 *     2. between those: heads of one type, name and chosen id, once on either side
 *     3. between those: heads of one type and name, as many as there can be in order
 *     4. events of one type in groups of the same head are the same, whatever the order
 */
struct align_side {
	const struct history *history;
	const uint32_t *events; /* indexes of those to compare, ascending */
	size_t n;
};

/*
 * RET_OTHER[i]: where in RIGHT's events the counterpart of LEFT's i-th is, or DIFF_NOBODY.
 * Nobody is anybody's twice; of heads the order is kept, of others not.
 *
 *     w = align_begin(&left, &right, &rules, other);
 *     while (align_step(w, &left_over))         an event, mostly
 *             continue;
 *     align_end(w);                             after any step
 */
struct aligning;
struct aligning *align_begin(const struct align_side *left, const struct align_side *right,
			     struct diff_rules *rules, uint32_t *ret_other);
/* Takes what it costs off BUDGET, in bytes of events read; false: RET_OTHER is complete. */
bool align_step(struct aligning *w, int64_t *budget);
/* How many events were looked at so far, each of both sides ALIGN_LOOKS times in the end. */
#define ALIGN_LOOKS 2
size_t align_looked(const struct aligning *w);
void align_end(struct aligning *w);

/* What a look at an event costs beside its bytes. */
#define ALIGN_EVENT_COST 400
