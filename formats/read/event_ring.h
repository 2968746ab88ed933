/* SPDX-License-Identifier: MIT */
/* event_ring.h: events on their way from one thread to another, without a lock. */
#pragma once

#include "formats/base/str.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 *     one thread                                        the other
 *     event_ring_put() ->  [event][event][event]  -> event_ring_first(), event_ring_drop()
 *
 * Memory never grows: what is not taken in time finds no room. All bytes of an event lie
 * together: one that begins before the end of the ring runs over it, into as much again.
 */
#define EVENT_RING_BYTES ((size_t)256 * 1024)

/* An event that was read; places are offsets in the input. */
struct ready_event {
	uint64_t begin, end;
	bool follows;	       /* a comma behind the one before it, which was ready too */
	size_t exact_payloads; /* as in transcode_loss */
	struct str wire;       /* as it stands in a History: `0A len event` */
};

/*
 * Each end is written all the time, so they lie apart, and each thread looks at the other's
 * only where what it last saw there is not enough.
 */
struct event_ring {
	char *memory;
	struct event_ring_end {
		char apart[64];
		_Atomic uint64_t bytes; /* put, or dropped, so far */
		uint64_t other;		/* of the other end, as last seen from here */
	} head, tail;
	char apart[64];
};

void event_ring_init(struct event_ring *r);
void event_ring_done(struct event_ring *r);

/* Room that E takes; more than EVENT_RING_BYTES is never there. */
size_t event_ring_size(const struct ready_event *e);
/* False: there is no room. */
bool event_ring_put(struct event_ring *r, const struct ready_event *e);
/* The oldest; its bytes stay until it is dropped. False: there is none. */
bool event_ring_first(struct event_ring *r, struct ready_event *ret);
/* E is what it gave. */
void event_ring_drop(struct event_ring *r, const struct ready_event *e);
/* Whether so much is free, as far as the thread that asks can know. */
bool event_ring_room(const struct event_ring *r, size_t n);
