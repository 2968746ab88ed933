/* SPDX-License-Identifier: MIT */
/* named_words.h: what of a divergence has a name that source code says too. */
#pragma once

#include "viewer/model/document.h"
#include "viewer/model/named.h"

/*
 * Of each side: the type of an activity or child workflow, a signal, an update, a patch, an
 * operation, a timer's summary, an id that code chose. What has no name (a timer, the end of a
 * run) is asked for by a few calls of the SDKs, looked for within the workflow alone. Then what
 * code asked for and waited for before, and the workflow itself.
 *
 * Names come out of a run file and a history: they are looked for, and nothing else.
 */

/* WORDS has room for NAMED_WORDS; strings live in A, D or its row. D diverges. */
size_t named_words(const struct document *d, struct arena *a, struct named_word *words);

/*
 * Places in SOURCE for D, as far as they were looked for yet: named_step() goes on. NULL: it
 * diverges nowhere, or SOURCE is empty. D's, until its run_row is another.
 */
struct named *named_of(struct document *d, struct str source);
void named_forget(struct document *d);
/*
 * The place to look at first, as far as is known; NULL: none, or it is of a word beyond LAST. Not
 * in comments and tests, nor where something but the workflow is only declared.
 */
const struct named_place *named_best(struct document *d, struct str source, enum named_role last);
