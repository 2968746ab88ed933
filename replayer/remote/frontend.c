/* SPDX-License-Identifier: MIT */
/* frontend.c: the polls that wait, the tasks that are out. */
#include "replayer/remote/frontend.h"

#include "formats/base/mem.h"
#include "replayer/remote/frontend_state.h"
#include "replayer/remote/message.h"
#include "replayer/remote/procnet.h"

#include <stdio.h>
#include <unistd.h>

/*
 * The SDKs' polls have a deadline of 70 s or so; one that is answered empty before it is
 * asked again, one that runs into it looks like a dead poller.
 */
#define POLL_HOLD_MS ((int64_t)55 * 1000)

/* ---- ids ---- */

/* splitmix64: good enough to be unique, and the same for the same seed. */
static uint64_t next_random(struct frontend *f)
{
	uint64_t z = f->random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

struct str frontend_fresh_run_id(struct frontend *f, struct arena *a)
{
	uint64_t x = next_random(f), y = next_random(f);

	return arena_printf(a, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(x >> 32),
			    (unsigned)(x >> 16 & 0xffff), (unsigned)(x & 0xfff),
			    (unsigned)(y >> 48 & 0xfff),
			    (unsigned long long)(y & 0xffffffffffffULL));
}

/* "hc.SEED.SLOT.GENERATION" */
struct str token_of(const struct frontend *f, size_t slot, struct arena *a)
{
	return arena_printf(a, "hc.%llx.%zu.%u", (unsigned long long)f->settings.seed, slot,
			    f->deliveries.at[slot].generation);
}

struct delivery *delivery_of_token(struct frontend *f, struct str token)
{
	struct str rest = token, seed, slot, generation;
	long long i, g;
	char mine[24];

	snprintf(mine, sizeof(mine), "%llx", (unsigned long long)f->settings.seed);
	if (!str_is(str_split(&rest, '.'), "hc"))
		return NULL;
	seed = str_split(&rest, '.');
	slot = str_split(&rest, '.');
	generation = str_split(&rest, '.');
	if (!str_is(seed, mine) || !str_to_int(slot, &i) || !str_to_int(generation, &g))
		return NULL;
	if (i < 0 || (size_t)i >= f->deliveries.n || !f->deliveries.at[i].open ||
	    f->deliveries.at[i].generation != g)
		return NULL;
	return &f->deliveries.at[i];
}

/* ---- deliveries ---- */

void delivery_lose(struct frontend *f, struct delivery *d)
{
	void *data = d->data;

	d->open = false;
	f->owner.on_lost(f->owner.context, data);
}

static size_t free_slot(struct frontend *f)
{
	for (size_t i = 0; i < f->deliveries.n; i++)
		if (!f->deliveries.at[i].open)
			return i;
	vec_push(&f->deliveries, (struct delivery){0});
	return f->deliveries.n - 1;
}

/* Bytes of the history's wire form from event FROM on that one page takes; *RET_TO: where
 * the next page begins. */
struct str delivery_page(const struct frontend *f, const struct task_spec *spec, size_t from,
		       size_t *ret_to)
{
	const struct history *h = spec->history;
	size_t begin = history_prefix(h, from).n, to = from + 1;

	if (history_prefix(h, spec->n_events).n - begin <= f->settings.page_bytes)
		to = spec->n_events;
	while (to < spec->n_events &&
	       history_prefix(h, to + 1).n - begin <= f->settings.page_bytes)
		to++;
	*ret_to = to;
	return str_slice(h->wire.p + begin, history_prefix(h, to).n - begin);
}

struct str delivery_page_token(const struct task_spec *spec, struct str token, size_t next,
			     struct arena *a)
{
	if (next == spec->n_events)
		return STR_NONE;
	return arena_printf(a, "%.*s@%zu", STR_ARG(token), next);
}

static struct poll *waiting(const struct frontend *f, struct str queue, enum sdk_family family)
{
	for (size_t i = 0; i < f->polls.n; i++) {
		struct poll *p = f->polls.at[i];
		const struct poller *poller;

		if (p->kind != POLL_WORKFLOW || p->answered)
			continue;
		if (queue.p && !str_eq(f->queues.at[p->queue], queue))
			continue;
		poller = &f->pollers.at[p->poller];
		if (family == SDK_UNKNOWN || (poller->sdk && poller->sdk->family == family))
			return p;
	}
	return NULL;
}

const struct poller *frontend_waiting(const struct frontend *f, struct str queue,
				      enum sdk_family family)
{
	struct poll *p = waiting(f, queue, family);

	return p ? &f->pollers.at[p->poller] : NULL;
}

/* Where a task goes: the answer to a poll, or within that to a completed task. */
enum carrier { CARRIER_POLL, CARRIER_COMPLETED };

static void deliver(struct frontend *f, struct poll *p, const struct serve *serve,
		    enum carrier carrier)
{
	size_t slot = free_slot(f), next;
	struct delivery *d = &f->deliveries.at[slot];
	struct task_identity id;
	struct buf prefix, head;
	struct str parts[3];
	struct arena a;

	arena_init(&a);
	buf_init(&prefix, 0);
	buf_init(&head, 0);
	*d = (struct delivery){
		.generation = d->generation + 1,
		.open = true,
		.data = serve->delivery,
		.poller = p->poller,
		.spec = *serve->spec,
	};
	snprintf(d->run_id_bytes, sizeof(d->run_id_bytes), "%.*s", STR_ARG(serve->run_id));
	d->run_id = str_of(d->run_id_bytes);
	parts[2] = delivery_page(f, serve->spec, 0, &next);
	id = (struct task_identity){
		.token = token_of(f, slot, &a),
		.workflow_id = serve->workflow_id,
		.run_id = serve->run_id,
		.queue = serve->spec->history->task_queue.n ? serve->spec->history->task_queue
							    : serve->queue,
	};
	id.next_page_token = delivery_page_token(serve->spec, id.token, next, &a);
	message_put_task(serve->spec, &id, parts[2].n, &head);
	if (carrier == CARRIER_COMPLETED)
		message_put_following(head.n + parts[2].n, &prefix);
	parts[0] = buf_str(&prefix);
	parts[1] = buf_str(&head);
	p->answered = true;
	p->slot = slot;
	p->generation = d->generation;
	rpc_call_reply(p->call, parts, 3);
	buf_done(&head);
	buf_done(&prefix);
	arena_done(&a);
}

void frontend_serve(struct frontend *f, const struct serve *serve)
{
	struct poll *p = waiting(f, serve->queue, serve->family);
	struct serve known = *serve;

	BUG_IF(!p);
	if (!known.queue.n)
		known.queue = f->queues.at[p->queue];
	deliver(f, p, &known, CARRIER_POLL);
}

bool frontend_follow(struct frontend *f, const struct serve *serve)
{
	struct rpc_call *call = f->following;

	if (!call)
		return false;
	f->following = NULL;
	f->pollers.at[f->following_poller].held++;
	deliver(f, poll_hold(f, call, (struct poll){.kind = POLL_OTHER,
						    .poller = f->following_poller}),
		serve, CARRIER_COMPLETED);
	return true;
}

void frontend_abandon(struct frontend *f, void *delivery)
{
	for (size_t i = 0; i < f->deliveries.n; i++)
		if (f->deliveries.at[i].open && f->deliveries.at[i].data == delivery)
			f->deliveries.at[i].open = false;
}

/* ---- life ---- */

static bool open_server(struct frontend *f, struct err *err)
{
	const struct listen *l = f->settings.listen;
	struct rpc_server_settings where = {.host = "127.0.0.1", .port = f->settings.port};
	struct rpc_identity identity;

	if (f->settings.adopts)
		where.host = NULL;
	if (l) {
		where.host = l->host.p;
		where.port = l->port;
	}
	if (l && l->tls.key.n) {
		identity = (struct rpc_identity){l->tls.certificate.p, l->tls.key.p};
		where.identity = &identity;
	}
	return rpc_server_open(&f->server, f->loop, &where, &FRONTEND_HANDLERS, f, err);
}

bool frontend_open(struct frontend **ret, const struct schema *schema,
		   const struct frontend_settings *settings,
		   const struct frontend_owner *owner, struct err *err)
{
	struct frontend *f = mem_zalloc(sizeof(*f));

	f->listener = -1;
	f->schema = schema;
	f->owner = *owner;
	f->settings = *settings;
	f->random = settings->seed;
	arena_init(&f->arena);
	arena_init(&f->names);
	f->own_loop = !settings->loop;
	f->loop = settings->loop;
	if (f->own_loop)
		rpc_loop_open(&f->loop);
	if (!open_server(f, err)) {
		frontend_close(f);
		return false;
	}
	if (settings->listen)
		gate_open(&f->gate, settings->listen, rpc_server_port(f->server), settings->user);
	*ret = f;
	return true;
}

void frontend_close(struct frontend *f)
{
	if (!f)
		return;
	rpc_server_close(f->server);
	if (f->own_loop)
		rpc_loop_close(f->loop);
	gate_close(f->gate);
	if (f->listener >= 0)
		close(f->listener);
	arena_done(&f->arena);
	arena_done(&f->names);
	vec_done(&f->pollers);
	vec_done(&f->queues);
	vec_done(&f->polls);
	vec_done(&f->deliveries);
	vec_done(&f->unimplemented);
	mem_free(f);
}

int frontend_port(const struct frontend *f)
{
	return f->settings.adopts ? f->settings.port : rpc_server_port(f->server);
}

void frontend_adopt(struct frontend *f, int listener)
{
	BUG_IF(!f->settings.adopts || f->listener >= 0);
	f->listener = listener;
}

size_t frontend_refused(const struct frontend *f)
{
	return f->gate ? gate_refused(f->gate) : 0;
}

struct str listen_address(const struct listen *l, int port, struct arena *a)
{
	bool v6 = memchr(l->host.p, ':', l->host.n) != NULL;

	return arena_printf(a, v6 ? "[%.*s]:%d" : "%.*s:%d", STR_ARG(l->host), port);
}

static void answer_old_polls(struct frontend *f)
{
	struct str nothing = STR("");

	for (size_t i = 0; i < f->polls.n; i++)
		if (!f->polls.at[i]->answered &&
		    f->now_ms - f->polls.at[i]->since_ms > POLL_HOLD_MS) {
			f->polls.at[i]->answered = true;
			rpc_call_reply(f->polls.at[i]->call, &nothing, 1);
		}
}

void frontend_tick(struct frontend *f, int64_t now_ms)
{
	f->now_ms = now_ms;
	if (f->listener >= 0)
		rpc_server_accept(f->server, f->listener);
	answer_old_polls(f);
}

int frontend_step(struct frontend *f, int64_t now_ms, int wait_ms)
{
	frontend_tick(f, now_ms);
	return rpc_loop_step(f->loop, wait_ms);
}

void frontend_forget_pollers(struct frontend *f)
{
	for (size_t i = 0; i < f->polls.n; i++) {
		f->polls.at[i]->poller = SIZE_MAX;
		if (f->polls.at[i]->answered)
			continue;
		f->polls.at[i]->answered = true;
		rpc_call_fail(f->polls.at[i]->call, RPC_UNAVAILABLE, "the worker is replaced");
	}
	for (size_t i = 0; i < f->deliveries.n; i++)
		if (f->deliveries.at[i].open)
			delivery_lose(f, &f->deliveries.at[i]);
	f->pollers.n = f->queues.n = 0;
	arena_done(&f->arena);
}

void frontend_check_peers(struct frontend *f)
{
	for (size_t i = 0; i < f->pollers.n; i++) {
		const struct poller *p = &f->pollers.at[i];

		if (!p->held && !p->gone &&
		    !procnet_connected(p->peer, rpc_server_port(f->server)))
			poller_gone(f, i);
	}
}

size_t frontend_pollers(const struct frontend *f)
{
	return f->pollers.n;
}

const struct poller *frontend_poller(const struct frontend *f, size_t index)
{
	return &f->pollers.at[index];
}

size_t frontend_queues(const struct frontend *f)
{
	return f->queues.n;
}

struct str frontend_queue(const struct frontend *f, size_t index)
{
	return f->queues.at[index];
}

size_t frontend_unimplemented(const struct frontend *f)
{
	return f->unimplemented.n;
}

struct str frontend_unimplemented_name(const struct frontend *f, size_t index)
{
	return f->unimplemented.at[index];
}
