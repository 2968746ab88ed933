/* SPDX-License-Identifier: MIT */
/* notes.h: what a history can't know of an event, said so that nobody looks for it. */
#pragma once

#include "viewer/model/document.h"

/*
 * A server writes less than happens: of the attempts of an activity the last alone, of a
 * workflow task that fails again and again the first failure, of an activity that runs
 * nothing until it ends. And what newer servers write this version may not know.
 */
struct note {
	struct str text; /* a sentence */
	size_t event;	 /* that it leads to, or n_events */
};
#define NOTES_MOST 4

/* Notes on EVENT, and on the group that it belongs to; texts live in A. How many there are. */
size_t notes_of(const struct document *d, size_t event, struct arena *a, struct note *ret);
