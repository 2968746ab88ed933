/* SPDX-License-Identifier: MIT */
/* dispatch_pending.c: which history goes next, and to which queue's polls. */
#include "replayer/dispatch/dispatch_state.h"

#include "replayer/remote/unfit.h"

#include <stdlib.h>

/* Wire bytes of histories out at the same time; one alone may be larger. */
#define OUT_BYTES ((int64_t)64 * 1024 * 1024)
/* How long the set of polled queues has to stand still before it is taken as complete. */
#define QUEUES_SETTLE_MS ((int64_t)1500)

/*
 * Histories go in the order they were given until what is left of a queue is about what its
 * largest one takes of every lane: from then on the largest go first, so that none of them
 * is begun last while the other lanes have nothing to do.
 */
static bool near_end(const struct dispatch *d, const struct pending *p)
{
	const struct corpus_item *largest = &d->corpus->items.at[*vec_last(&p->by_size)];

	return d->lanes.n > 1 && p->bytes <= 2 * (int64_t)d->lanes.n * largest->bytes;
}

/* Drops from the ends of both orders what went by the other. */
static bool skip_taken(const struct dispatch *d, struct pending *p)
{
	while (p->next < p->order.n && d->items[p->order.at[p->next]].state != ITEM_PENDING)
		p->next++;
	while (p->by_size.n && d->items[*vec_last(&p->by_size)].state != ITEM_PENDING)
		p->by_size.n--;
	return p->next < p->order.n && p->by_size.n;
}

/* The next item of P; false: none. */
static bool peek(const struct dispatch *d, struct pending *p, size_t *ret)
{
	if (p->again.n)
		*ret = *vec_last(&p->again);
	else if (!skip_taken(d, p))
		return false;
	else
		*ret = near_end(d, p) ? *vec_last(&p->by_size) : p->order.at[p->next];
	return true;
}

static void take(struct dispatch *d, struct pending *p, size_t item)
{
	if (d->items[item].state == ITEM_AGAIN)
		p->again.n--;
	else
		p->bytes -= d->corpus->items.at[item].bytes;
	d->items[item].state = ITEM_ACTIVE;
}

struct str dispatch_queue(const struct dispatch_settings *settings, struct str queue)
{
	for (size_t i = 0; i < settings->n_map_queue; i++) {
		struct str to = settings->map_queue[i], from = str_split(&to, '=');

		if (str_eq(from, queue))
			return to;
	}
	return queue;
}

static struct str mapped(const struct dispatch *d, struct str queue)
{
	return dispatch_queue(d->settings, queue);
}

static struct pending *pending_of(const struct dispatch *d, struct str queue)
{
	const uint64_t *at = map_get(&d->queues, queue);

	return at ? &d->pending.at[*at] : NULL;
}

static int by_bytes(const void *a, const void *b, void *context)
{
	const struct corpus_item *items = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	if (items[x].bytes != items[y].bytes)
		return items[x].bytes < items[y].bytes ? -1 : 1;
	return x < y ? 1 : -1;
}

void pending_init(struct dispatch *d)
{
	struct corpus *c = d->corpus;

	for (size_t i = 0; i < c->items.n; i++) {
		struct str queue = mapped(d, c->items.at[i].queue);
		struct pending *p;
		bool is_new;

		if (c->items.at[i].decided) {
			d->items[i].state = ITEM_DONE;
			continue;
		}
		(void)map_put(&d->queues, queue, d->pending.n, &is_new);
		if (is_new)
			vec_push(&d->pending, (struct pending){.queue = queue});
		p = pending_of(d, queue);
		vec_push(&p->order, i);
		vec_push(&p->by_size, i);
		p->bytes += c->items.at[i].bytes;
	}
	for (size_t i = 0; i < d->pending.n; i++) {
		struct pending *p = &d->pending.at[i];

		qsort_r(p->by_size.at, p->by_size.n, sizeof(*p->by_size.at), by_bytes,
			c->items.at);
	}
}

void pending_done(struct dispatch *d)
{
	for (size_t i = 0; i < d->pending.n; i++) {
		vec_done(&d->pending.at[i].order);
		vec_done(&d->pending.at[i].by_size);
		vec_done(&d->pending.at[i].again);
	}
	vec_done(&d->pending);
	map_done(&d->queues);
}

void pending_again(struct dispatch *d, size_t item)
{
	struct str queue = mapped(d, d->corpus->items.at[item].queue);
	struct pending *p = pending_of(d, queue);

	vec_push(&p->again, item);
	if ((size_t)(p - d->pending.at) < d->first_pending)
		d->first_pending = (size_t)(p - d->pending.at);
}

/* ---- queues ---- */

static bool polls(const struct lane *lane, struct str queue)
{
	for (size_t i = 0; i < frontend_queues(lane->frontend); i++)
		if (str_eq(frontend_queue(lane->frontend, i), queue))
			return true;
	return false;
}

static bool is_ready(const struct lane *lane)
{
	return lane->state == LANE_READY;
}

/* Of each command some process has polled, and somebody from elsewhere; one that never does leaves its queues unserved. */
static bool all_have_polled(const struct dispatch *d)
{
	size_t n_workers = d->settings->n_workers;

	for (size_t w = 0; w < n_workers; w++) {
		bool polled = false;

		for (size_t i = w; i < d->lanes.n; i += n_workers)
			polled |= d->lanes.at[i].polled && !d->lanes.at[i].elsewhere;
		if (!polled)
			return false;
	}
	return !d->settings->listen || vec_last(&d->lanes)->polled;
}

/* A queue that was polled once counts for the whole run: its process may be on its way back. */
static void remember_queue(struct dispatch *d, struct str queue)
{
	if (!d->queue_seen.p)
		d->queue_seen = arena_str(&d->arena, queue);
	d->many_queues |= !str_eq(d->queue_seen, queue);
}

void pending_queues_changed(struct dispatch *d)
{
	for (size_t i = 0; i < d->lanes.n; i++) {
		const struct lane *lane = &d->lanes.at[i];

		for (size_t k = 0; is_ready(lane) && k < frontend_queues(lane->frontend); k++)
			remember_queue(d, frontend_queue(lane->frontend, k));
	}
	d->one_queue = d->queue_seen.p && !d->many_queues && all_have_polled(d);
}

/* No further queue is expected to turn up. */
static bool settled(const struct dispatch *d)
{
	int64_t now = dispatch_now(d);
	bool any = false;

	for (size_t i = 0; i < d->lanes.n; i++) {
		const struct lane *lane = &d->lanes.at[i];

		if (lane->state == LANE_OVER)
			continue;
		any = true;
		if (!is_ready(lane) || now - lane->queues_since_ms < QUEUES_SETTLE_MS)
			return false;
	}
	return any;
}

static bool anybody_polls(const struct dispatch *d, struct str queue)
{
	for (size_t i = 0; i < d->lanes.n; i++)
		if (is_ready(&d->lanes.at[i]) && polls(&d->lanes.at[i], queue))
			return true;
	return false;
}

/* Every item of P. */
static void refuse(struct dispatch *d, struct pending *p)
{
	const struct frontend **frontends;
	struct arena a;
	struct str why;
	size_t item, n = 0;

	arena_init(&a);
	frontends = arena_array(&a, const struct frontend *, d->lanes.n);
	for (size_t i = 0; i < d->lanes.n; i++)
		if (is_ready(&d->lanes.at[i]))
			frontends[n++] = d->lanes.at[i].frontend;
	why = unfit_queue(frontends, n, p->queue, &a);
	while (!d->failed && peek(d, p, &item)) {
		take(d, p, item);
		dispatch_decide(d, NULL, item, NULL, VERDICT_FAILED, "no-poller", why);
	}
	arena_done(&a);
}

void pending_refuse(struct dispatch *d)
{
	size_t item;

	if (d->one_queue || !settled(d))
		return;
	for (size_t i = 0; i < d->pending.n; i++)
		if (peek(d, &d->pending.at[i], &item) &&
		    !anybody_polls(d, d->pending.at[i].queue))
			refuse(d, &d->pending.at[i]);
}

/* ---- taking ---- */

static bool fits(const struct dispatch *d, const struct lane *lane, size_t item)
{
	return !lane->jobs.n || d->out_bytes + d->corpus->items.at[item].bytes <= OUT_BYTES;
}

/* Whose poll of LANE an item goes to; false: none waits. */
static bool poll_for(const struct lane *lane, size_t item, struct str *ret)
{
	const struct dispatch *d = lane->d;
	struct str queue = mapped(d, d->corpus->items.at[item].queue);

	if (!polls(lane, queue)) {
		if (!d->one_queue)
			return false;
		queue = frontend_queue(lane->frontend, 0);
	}
	*ret = queue;
	return frontend_waiting(lane->frontend, queue, SDK_UNKNOWN) != NULL;
}

static bool take_suspect(struct lane *lane, size_t *ret, struct str *ret_queue)
{
	if (lane->jobs.n || !poll_for(lane, *vec_last(&lane->suspects), ret_queue))
		return false;
	*ret = lane->suspects.at[--lane->suspects.n];
	lane->d->items[*ret].state = ITEM_ACTIVE;
	return true;
}

/* What another lane's process has seen and this one has not. */
static bool take_confirm(struct lane *lane, size_t *ret, struct str *ret_queue)
{
	struct dispatch *d = lane->d;

	for (size_t i = 0; i < d->lanes.n; i++) {
		struct lane *other = &d->lanes.at[i];
		size_t item;

		if (other == lane || !other->confirms.n)
			continue;
		item = *vec_last(&other->confirms);
		if (map_get(&lane->used_run_ids, d->corpus->items.at[item].run_id) ||
		    !fits(d, lane, item) || !poll_for(lane, item, ret_queue))
			continue;
		other->confirms.n--;
		d->items[item].state = ITEM_ACTIVE;
		*ret = item;
		return true;
	}
	return false;
}

static bool take_from(struct lane *lane, struct pending *p, struct str queue, size_t *ret,
		      struct str *ret_queue)
{
	if (!peek(lane->d, p, ret) || !fits(lane->d, lane, *ret))
		return false;
	take(lane->d, p, *ret);
	*ret_queue = queue;
	return true;
}

bool pending_take(struct dispatch *d, struct lane *lane, size_t *ret, struct str *ret_queue)
{
	size_t item;

	if (lane->suspects.n)
		return take_suspect(lane, ret, ret_queue);
	for (size_t i = 0; i < frontend_queues(lane->frontend); i++) {
		struct str queue = frontend_queue(lane->frontend, i);
		struct pending *p = pending_of(d, queue);

		if (!frontend_waiting(lane->frontend, queue, SDK_UNKNOWN))
			continue;
		if (p && take_from(lane, p, queue, ret, ret_queue))
			return true;
		while (d->one_queue && d->first_pending < d->pending.n &&
		       !peek(d, &d->pending.at[d->first_pending], &item))
			d->first_pending++;
		if (d->one_queue && d->first_pending < d->pending.n)
			return take_from(lane, &d->pending.at[d->first_pending], queue, ret,
					 ret_queue);
	}
	return take_confirm(lane, ret, ret_queue);
}

void pending_give_up(struct dispatch *d, enum verdict_kind kind, const char *reason,
		     struct str why)
{
	for (size_t i = 0; i < d->corpus->items.n && !d->failed; i++)
		if (d->items[i].state == ITEM_PENDING || d->items[i].state == ITEM_AGAIN)
			dispatch_decide(d, NULL, i, NULL, kind, reason, why);
	for (size_t i = 0; i < d->lanes.n; i++)
		d->lanes.at[i].suspects.n = d->lanes.at[i].confirms.n = 0;
	for (size_t i = 0; i < d->pending.n; i++)
		d->pending.at[i].again.n = 0;
}
