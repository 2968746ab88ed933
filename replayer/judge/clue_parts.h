/* SPDX-License-Identifier: MIT */
/* clue_parts.h: what the files of clues share; nobody else includes it. */
#pragma once

#include "replayer/judge/clues.h"

/* The sentence in A, or STR_NONE. */
typedef struct str clue_finder(const struct clue_case *c, struct arena *a);

/* ---- clue_events.c: what history says ---- */

/* Cut to what a name may take of a line. */
struct str clue_name(struct str s);
/* The event that the verdict is about, or n_events. */
size_t clue_at(const struct clue_case *c);
/* The workflow task that diverged, or NULL. */
const struct history_task *clue_task(const struct clue_case *c);
/* The text at PATH of the attributes of event INDEX; STR_NONE where absent. */
struct str clue_field(const struct history *h, size_t index, const char *path);
int64_t clue_number(const struct history *h, size_t index, const char *path);

/* A patch or version marker. */
struct clue_patch {
	struct str id;	    /* the change's name in the code */
	struct str version; /* Go and Java; else STR_NONE */
	bool deprecated;    /* core: its code says that nothing depends on it any more */
};
bool clue_patch(const struct history *h, size_t index, struct arena *a, struct clue_patch *ret);

/* What a completed workflow task says of its worker; STR_NONE: nothing. */
struct clue_recorded {
	struct str sdk, version, build;
};
/* Task N (from 0) over what is known from the tasks before it. */
void clue_recorded_next(const struct history *h, size_t n, struct clue_recorded *r);
/* "temporal-go 1.50.0, build abc", of what is there. */
struct str clue_recorded_text(const struct clue_recorded *r, struct arena *a);
/* The last RESET_WORKFLOW, or n_events. */
size_t clue_reset(const struct history *h);

/* A uuid, time or random number is all that tells the two values apart. */
bool clue_only_generated(const struct clue_case *c);

/* ---- clue_bugs.c ---- */

size_t clue_bugs(void);
/* Known bug INDEX, where it may have made this verdict. */
struct str clue_bug(const struct clue_case *c, size_t index, struct arena *a);
