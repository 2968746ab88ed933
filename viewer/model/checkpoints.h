/* SPDX-License-Identifier: MIT */
/* checkpoints.h: the state after any event, reached from copies kept on the way. */
#pragma once

#include "formats/history/state.h"

/*
 *     0        256       512       768   ...
 *     |---------|---------|---------|         a copy at each, made when it is passed
 *                    ^ 300: goes on from 256, or from where it was asked for last
 *
 * Copies begin CHECKPOINT_EVENTS apart. When they take more than CHECKPOINT_BYTES every
 * second one is dropped, and from there on they are twice as far apart: so a history in which
 * much is open at one time costs steps backwards some time, and never memory.
 */
#define CHECKPOINT_EVENTS 256
#define CHECKPOINT_BYTES ((size_t)6 << 20)

struct checkpoints {
	VEC_OF(struct state) at; /* the i-th after i * apart events */
	size_t apart;
	size_t bytes;	    /* that they take */
	struct state state; /* where it was asked for last */
};

void checkpoints_init(struct checkpoints *c);
void checkpoints_done(struct checkpoints *c);
/* The state after the first N events; valid until the next call. */
const struct state *checkpoints_state(struct checkpoints *c, struct timeline *t, size_t n);
/* Makes the next copy ahead of when it is wanted; false: there are all. */
bool checkpoints_step(struct checkpoints *c, struct timeline *t);
