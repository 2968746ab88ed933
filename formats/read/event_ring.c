/* SPDX-License-Identifier: MIT */
/* event_ring.c: two counters that only grow, each written by one thread. */
#include "formats/read/event_ring.h"

#include "formats/base/mem.h"

#define ALIGN ((size_t)16)

static size_t place(uint64_t at)
{
	return (size_t)(at % EVENT_RING_BYTES);
}

void event_ring_init(struct event_ring *r)
{
	*r = (struct event_ring){.memory = mem_alloc(2 * EVENT_RING_BYTES)};
}

void event_ring_done(struct event_ring *r)
{
	mem_free(r->memory);
}

/* E itself stands in front of its bytes. */
size_t event_ring_size(const struct ready_event *e)
{
	return (sizeof(*e) + e->wire.n + ALIGN - 1) / ALIGN * ALIGN;
}

bool event_ring_room(const struct event_ring *r, size_t n)
{
	uint64_t dropped = atomic_load_explicit(&r->tail.bytes, memory_order_acquire);

	return atomic_load_explicit(&r->head.bytes, memory_order_acquire) - dropped + n <=
	       EVENT_RING_BYTES;
}

bool event_ring_put(struct event_ring *r, const struct ready_event *e)
{
	uint64_t at = atomic_load_explicit(&r->head.bytes, memory_order_relaxed);
	size_t n = event_ring_size(e);
	char *p = r->memory + place(at);

	if (at - r->head.other + n > EVENT_RING_BYTES)
		r->head.other = atomic_load_explicit(&r->tail.bytes, memory_order_acquire);
	if (at - r->head.other + n > EVENT_RING_BYTES)
		return false;
	memcpy(p, e, sizeof(*e));
	memcpy(p + sizeof(*e), e->wire.p, e->wire.n);
	atomic_store_explicit(&r->head.bytes, at + n, memory_order_release);
	return true;
}

bool event_ring_first(struct event_ring *r, struct ready_event *ret)
{
	uint64_t at = atomic_load_explicit(&r->tail.bytes, memory_order_relaxed);
	const char *p = r->memory + place(at);

	if (at == r->tail.other)
		r->tail.other = atomic_load_explicit(&r->head.bytes, memory_order_acquire);
	if (at == r->tail.other)
		return false;
	memcpy(ret, p, sizeof(*ret));
	ret->wire.p = p + sizeof(*ret);
	return true;
}

void event_ring_drop(struct event_ring *r, const struct ready_event *e)
{
	uint64_t at = atomic_load_explicit(&r->tail.bytes, memory_order_relaxed);

	atomic_store_explicit(&r->tail.bytes, at + event_ring_size(e), memory_order_release);
}
