/* SPDX-License-Identifier: MIT */
/* reading.h: the rest of a large file, read while its first events are shown. */
#pragma once

#include "formats/history/groups.h"
#include "formats/read/load.h"

/*
 * First the file is indexed, then its events are put into groups, both in slices of some
 * milliseconds; until then there is the part that was indexed before the first screen.
 */
enum reading_state {
	READING_GOES_ON,
	READING_WHOLE,	 /* reading_take() */
	READING_UNUSUAL, /* it is no ordinary file: load_one() reads it, or says what is wrong */
};

struct reading;

/* The first events, and all up to that with id WANTED (0: none). False: nothing to gain. */
bool reading_open(struct reading **ret, struct str path, const struct schema *schema,
		  int64_t wanted);
/* Of R, which must outlive it. */
void reading_peek(const struct reading *r, struct history *ret);
enum reading_state reading_step(struct reading *r);
/* Once, when it is whole. Groups live in *RET_ARENA, which is the caller's then. */
void reading_take(struct reading *r, struct history *ret, struct load_info *info,
		  struct groups *groups, struct arena *ret_arena);
/* The index is whole; what follows are the groups. */
bool reading_indexed(const struct reading *r);
/* How much was done, in thousandths. */
unsigned reading_thousandths(const struct reading *r);
/* NULL is fine. */
void reading_free(struct reading *r);
