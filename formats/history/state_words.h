/* SPDX-License-Identifier: MIT */
/* state_words.h: the facts of a state, each in words: the same for `show` and the viewer. */
#pragma once

#include "formats/history/state.h"

struct codec_tools; /* formats/payload/codec.h */

/*
 *     state_tell(&teller, &state, STATE_OPEN);    one fact for each open entity
 *
 * A part of which there is nothing to say gives no fact.
 */
enum state_part {
	STATE_RUN,
	STATE_SHOWN, /* to the code */
	STATE_SIGNALS,
	STATE_OPEN,
	STATE_CLOSED,
	STATE_CHANGES, /* patches and versions */
	STATE_ATTRIBUTES,
	STATE_MEMOS,
	STATE_SIZE,
};
#define STATE_PARTS (STATE_SIZE + 1)

struct state_fact {
	struct str text; /* made harmless; lives in the teller's arena */
	uint32_t event;	 /* that it stands for, or GROUP_NONE */
	size_t nth;	 /* of its part, from 0 */
};

struct state_teller {
	const struct timeline *timeline;
	const struct codec_tools *tools; /* keys of payloads; NULL: none */
	size_t most; /* facts of a part, and names in one; how many more there are is said. 0: all */
	struct arena *arena;
	/* Writes times and names; and takes the facts. WITH is the caller's. */
	struct str (*time_text)(void *with, int64_t nanoseconds, struct arena *a);
	/* What an event is called; NULL: event_name(). */
	struct str (*name)(void *with, size_t event, struct arena *a);
	void (*fact)(void *with, const struct state_fact *fact);
	void *with;
};

/* "run", "code was shown", "open". */
const char *state_part_label(enum state_part part);
void state_tell(const struct state_teller *t, const struct state *s, enum state_part part);
/*
 * The value that a name is set to as text, not yet harmless; of a patch its version. Lives
 * in the teller's arena.
 */
struct str state_value_text(const struct state_teller *t, const struct state *s,
			    enum state_names table, size_t name);
