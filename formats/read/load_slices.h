/* SPDX-License-Identifier: MIT */
/* load_slices.h: a large JSON file becomes a history while its first events are looked at. */
#pragma once

#include "formats/history/json_index.h"
#include "formats/read/load.h"

/*
 *     if (load_slices_open(&l, &settings, path)) {
 *             load_slices_step(l, 500);
 *             load_slices_peek(l, &first);            a history of what is there so far
 *             while (load_slices_step(l, 5000) == JSON_INDEX_MORE)
 *                     let the user go on
 *             ok = load_slices_take(l, &whole, &info);
 *             load_slices_free(l);                    FIRST is to be done with before
 *     }
 *
 * As load_one() with LOAD_INDEX gives it, for the files that this serves. Where opening or taking is
 * false, load_one() has the history, or the words for what is wrong.
 */
struct load_slices;

/* False for what is small, packed, no ordinary JSON, or not there: nothing is to be freed. */
bool load_slices_open(struct load_slices **ret, const struct load_settings *settings,
		      struct str path);
/* Indexes at least N events more, or all that are left. */
enum json_index_state load_slices_step(struct load_slices *l, size_t n);
/* How many events there are so far, and how much of the file, in thousandths, was gone through. */
size_t load_slices_events(const struct load_slices *l);
unsigned load_slices_thousandths(const struct load_slices *l);
/* The events so far, at least one; it is over L's text. */
void load_slices_peek(const struct load_slices *l, struct history *ret);
/* INFO may be NULL. False: it is not one history in order from event 1 on. */
bool load_slices_take(struct load_slices *l, struct history *ret, struct load_info *info);
void load_slices_free(struct load_slices *l);
