/* SPDX-License-Identifier: MIT */
/* frontend.c: the table of RPCs, the polls that wait, the tasks that are out. */
#include "replayer/remote/frontend.h"

#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "formats/base/vec.h"
#include "formats/field.h"
#include "replayer/remote/grpc_server.h"
#include "replayer/remote/message.h"

#include <stdio.h>

/*
 * The SDKs' polls have a deadline of 70 s or so; one that is answered empty before it is
 * asked again, one that runs into it looks like a dead poller.
 */
#define POLL_HOLD_MS ((int64_t)55 * 1000)

enum poll_kind { POLL_WORKFLOW, POLL_OTHER };

/* A call that waits: rpc_call_data() of the call. */
struct poll {
	struct rpc_call *call;
	enum poll_kind kind;
	int64_t since_ms;
	size_t poller;
	size_t queue;	 /* index into queues, for POLL_WORKFLOW */
	bool answered;	 /* waits for the transport only */
	/* The task it was answered with; generation 0: none. */
	size_t slot;
	uint32_t generation;
};

/* A task that is out. A slot is used again with the next generation. */
struct delivery {
	uint32_t generation;
	bool open;
	void *data;
	size_t poller;
	struct task_spec spec;
	struct str run_id; /* in run_id_bytes */
	char run_id_bytes[64];
};

struct frontend {
	const struct schema *schema;
	struct rpc_server *server;
	struct frontend_owner owner;
	struct frontend_settings settings;
	uint64_t random;
	int64_t now_ms;
	struct arena arena; /* pollers' and queues' strings, until they are forgotten */
	struct arena names; /* of unimplemented calls */
	VEC_OF(struct poller) pollers;
	VEC_OF(struct str) queues;
	VEC_OF(struct poll *) polls;
	VEC_OF(struct delivery) deliveries;
	VEC_OF(struct str) unimplemented;
};

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
static struct str token_of(const struct frontend *f, size_t slot, struct arena *a)
{
	return arena_printf(a, "hc.%llx.%zu.%u", (unsigned long long)f->settings.seed, slot,
			    f->deliveries.at[slot].generation);
}

static struct delivery *delivery_of_token(struct frontend *f, struct str token)
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

/* ---- pollers and polls ---- */

static size_t poller_index(struct frontend *f, const struct poll_request *r,
			   struct rpc_call *call)
{
	struct str name = rpc_call_metadata(call, "client-name");
	struct poller p;

	for (size_t i = 0; i < f->pollers.n; i++)
		if (str_eq(f->pollers.at[i].identity, r->identity) &&
		    str_eq(f->pollers.at[i].instance, r->instance) &&
		    str_eq(f->pollers.at[i].name_space, r->name_space))
			return i;
	p = (struct poller){
		.identity = arena_str(&f->arena, r->identity),
		.instance = arena_str(&f->arena, r->instance),
		.name_space = arena_str(&f->arena, r->name_space),
		.client_name = name.p ? arena_str(&f->arena, name) : STR_NONE,
		.version = arena_str(&f->arena, rpc_call_metadata(call, "client-version")),
		.build_id = arena_str(&f->arena, r->build_id),
		.sdk = f->settings.sdk ? f->settings.sdk : sdk_find(name),
	};
	vec_push(&f->pollers, p);
	return f->pollers.n - 1;
}

static size_t queue_index(struct frontend *f, struct str name)
{
	for (size_t i = 0; i < f->queues.n; i++)
		if (str_eq(f->queues.at[i], name))
			return i;
	vec_push(&f->queues, arena_str(&f->arena, name));
	return f->queues.n - 1;
}

static void hold(struct frontend *f, struct rpc_call *call, struct poll poll)
{
	struct poll *p = mem_zalloc(sizeof(*p));

	*p = poll;
	p->call = call;
	p->since_ms = f->now_ms;
	rpc_call_set_data(call, p);
	vec_push(&f->polls, p);
}

static void unhold(struct frontend *f, const struct poll *p)
{
	for (size_t i = 0; i < f->polls.n; i++) {
		if (f->polls.at[i] != p)
			continue;
		f->polls.n--;
		for (; i < f->polls.n; i++)
			f->polls.at[i] = f->polls.at[i + 1];
		return;
	}
}

static void reply_empty(struct rpc_call *call)
{
	struct str nothing = STR("");

	rpc_call_reply(call, &nothing, 1);
}

static void reply_buf(struct rpc_call *call, struct buf *b)
{
	struct str bytes = buf_str(b);

	rpc_call_reply(call, &bytes, 1);
	buf_done(b);
}

/* ---- deliveries ---- */

static void lose(struct frontend *f, struct delivery *d)
{
	void *data = d->data;

	d->open = false;
	f->owner.on_lost(f->owner.context, data);
}

static void poller_gone(struct frontend *f, size_t poller)
{
	f->pollers.at[poller].gone = true;
	for (size_t i = 0; i < f->deliveries.n; i++)
		if (f->deliveries.at[i].open && f->deliveries.at[i].poller == poller)
			lose(f, &f->deliveries.at[i]);
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
static struct str page(const struct frontend *f, const struct task_spec *spec, size_t from,
		       size_t *ret_to)
{
	const struct history *h = spec->history;
	size_t begin = history_prefix(h, from).n, to = from + 1;

	while (to < spec->n_events &&
	       history_prefix(h, to + 1).n - begin <= f->settings.page_bytes)
		to++;
	*ret_to = to;
	return str_slice(h->wire.p + begin, history_prefix(h, to).n - begin);
}

static struct str page_token(const struct task_spec *spec, struct str token, size_t next,
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
		const struct poller *poller = &f->pollers.at[p->poller];

		if (p->kind != POLL_WORKFLOW || p->answered)
			continue;
		if (queue.p && !str_eq(f->queues.at[p->queue], queue))
			continue;
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

void frontend_serve(struct frontend *f, const struct serve *serve)
{
	struct poll *p = waiting(f, serve->queue, serve->family);
	size_t slot = free_slot(f), next;
	struct delivery *d = &f->deliveries.at[slot];
	struct task_identity id;
	struct str parts[2];
	struct buf head;
	struct arena a;

	BUG_IF(!p);
	arena_init(&a);
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
	parts[1] = page(f, serve->spec, 0, &next);
	id = (struct task_identity){
		.token = token_of(f, slot, &a),
		.workflow_id = serve->workflow_id,
		.run_id = serve->run_id,
		.queue = serve->spec->history->task_queue.n ? serve->spec->history->task_queue
							    : f->queues.at[p->queue],
	};
	id.next_page_token = page_token(serve->spec, id.token, next, &a);
	message_put_task(serve->spec, &id, parts[1].n, &head);
	parts[0] = buf_str(&head);
	p->answered = true;
	p->slot = slot;
	p->generation = d->generation;
	rpc_call_reply(p->call, parts, 2);
	buf_done(&head);
	arena_done(&a);
}

void frontend_abandon(struct frontend *f, void *delivery)
{
	for (size_t i = 0; i < f->deliveries.n; i++)
		if (f->deliveries.at[i].open && f->deliveries.at[i].data == delivery)
			f->deliveries.at[i].open = false;
}

/* ---- RPCs ---- */

static void on_system_info(struct frontend *f, struct rpc_call *call, struct str request)
{
	struct buf b;

	buf_init(&b, 0);
	message_put_system_info(&b);
	reply_buf(call, &b);
}

/* Whatever namespace a worker names is there. */
static void on_describe_namespace(struct frontend *f, struct rpc_call *call,
				  struct str request)
{
	struct poll_request r;
	struct buf b;

	/* Its `namespace` has the number that polls have. */
	message_read_poll(f->schema, request, &r);
	buf_init(&b, 0);
	message_put_namespace(r.name_space, &b);
	reply_buf(call, &b);
}

static void on_poll_workflow(struct frontend *f, struct rpc_call *call, struct str request)
{
	struct poll poll = {.kind = POLL_WORKFLOW};
	struct poll_request r;

	message_read_poll(f->schema, request, &r);
	poll.poller = poller_index(f, &r, call);
	if (r.sticky)
		poll.kind = POLL_OTHER;
	else
		poll.queue = queue_index(f, r.queue);
	f->pollers.at[poll.poller].held++;
	f->pollers.at[poll.poller].gone = false;
	hold(f, call, poll);
}

/* Activities and Nexus operations: nothing real ever runs in a replayed worker. */
static void on_poll_other(struct frontend *f, struct rpc_call *call, struct str request)
{
	hold(f, call, (struct poll){.kind = POLL_OTHER, .poller = SIZE_MAX});
}

static void take_reply(struct frontend *f, struct rpc_call *call, struct str request,
		       const struct task_reply *reply)
{
	struct delivery *d = delivery_of_token(f, message_token(request));
	struct task_reply with_family = *reply;
	const struct poller *poller;
	void *data;

	reply_empty(call);
	if (!d)
		return;
	data = d->data;
	d->open = false;
	poller = &f->pollers.at[d->poller];
	if (poller->sdk)
		with_family.failure.family = poller->sdk->family;
	f->owner.on_reply(f->owner.context, data, poller, &with_family);
}

static void on_completed(struct frontend *f, struct rpc_call *call, struct str request)
{
	struct task_reply reply;
	struct arena a;

	arena_init(&a);
	message_read_completed(f->schema, request, &a, &reply);
	take_reply(f, call, request, &reply);
	arena_done(&a);
}

static void on_failed(struct frontend *f, struct rpc_call *call, struct str request)
{
	struct task_reply reply;

	message_read_failed(f->schema, request, &reply);
	take_reply(f, call, request, &reply);
}

static void on_query_completed(struct frontend *f, struct rpc_call *call, struct str request)
{
	struct task_reply reply;

	message_read_query(f->schema, request, &reply);
	take_reply(f, call, request, &reply);
}

/* The delivery a page is asked of: by page token, else by run id. */
static struct delivery *delivery_of_page(struct frontend *f, struct str request, size_t *ret_from)
{
	const struct schema_message *m = schema_message(
		f->schema, "temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest");
	struct str rest = field_str(m, request, "next_page_token");
	struct str run_id = field_str(m, request, "execution.run_id");
	struct delivery *d;
	long long from = 0;

	*ret_from = 0;
	if (rest.n) {
		d = delivery_of_token(f, str_split(&rest, '@'));
		if (!d || !str_to_int(rest, &from) || from <= 0 ||
		    (size_t)from >= d->spec.n_events)
			return NULL;
		*ret_from = (size_t)from;
		return d;
	}
	for (size_t i = 0; i < f->deliveries.n; i++)
		if (f->deliveries.at[i].open && str_eq(f->deliveries.at[i].run_id, run_id))
			return &f->deliveries.at[i];
	return NULL;
}

static void on_get_history(struct frontend *f, struct rpc_call *call, struct str request)
{
	size_t from, next;
	struct delivery *d = delivery_of_page(f, request, &from);
	struct str parts[2], token;
	struct buf head;
	struct arena a;

	if (!d) {
		rpc_call_fail(call, RPC_NOT_FOUND, "no such run is being replayed");
		return;
	}
	arena_init(&a);
	buf_init(&head, 0);
	parts[1] = page(f, &d->spec, from, &next);
	token = token_of(f, (size_t)(d - f->deliveries.at), &a);
	message_put_history_page(page_token(&d->spec, token, next, &a), parts[1].n, &head);
	parts[0] = buf_str(&head);
	rpc_call_reply(call, parts, 2);
	buf_done(&head);
	arena_done(&a);
}

/* Heartbeats, shutdown notices and sticky resets need no more than a yes. */
static void on_fine(struct frontend *f, struct rpc_call *call, struct str request)
{
	reply_empty(call);
}

static void on_health(struct frontend *f, struct rpc_call *call, struct str request)
{
	struct str serving = STR("\x08\x01"); /* HealthCheckResponse{status: SERVING} */

	rpc_call_reply(call, &serving, 1);
}

#define WORKFLOW_SERVICE "/temporal.api.workflowservice.v1.WorkflowService/"

static const struct rpc_row {
	const char *method;
	void (*handle)(struct frontend *f, struct rpc_call *call, struct str request);
} RPCS[] = {
	{WORKFLOW_SERVICE "PollWorkflowTaskQueue", on_poll_workflow},
	{WORKFLOW_SERVICE "RespondWorkflowTaskCompleted", on_completed},
	{WORKFLOW_SERVICE "RespondWorkflowTaskFailed", on_failed},
	{WORKFLOW_SERVICE "RespondQueryTaskCompleted", on_query_completed},
	{WORKFLOW_SERVICE "PollActivityTaskQueue", on_poll_other},
	{WORKFLOW_SERVICE "PollNexusTaskQueue", on_poll_other},
	{WORKFLOW_SERVICE "GetWorkflowExecutionHistory", on_get_history},
	{WORKFLOW_SERVICE "GetSystemInfo", on_system_info},
	{WORKFLOW_SERVICE "DescribeNamespace", on_describe_namespace},
	{WORKFLOW_SERVICE "RecordWorkerHeartbeat", on_fine},
	{WORKFLOW_SERVICE "ShutdownWorker", on_fine},
	{WORKFLOW_SERVICE "ResetStickyTaskQueue", on_fine},
	{"/grpc.health.v1.Health/Check", on_health},
};

static void remember_unimplemented(struct frontend *f, struct str method)
{
	for (size_t i = 0; i < f->unimplemented.n; i++)
		if (str_eq(f->unimplemented.at[i], method))
			return;
	if (f->unimplemented.n < LIMIT_UNIMPLEMENTED)
		vec_push(&f->unimplemented, arena_str(&f->names, method));
}

static void on_call(void *owner, struct rpc_call *call, struct str method, struct str request)
{
	struct frontend *f = owner;

	for (size_t i = 0; i < sizeof(RPCS) / sizeof(*RPCS); i++)
		if (str_is(method, RPCS[i].method)) {
			RPCS[i].handle(f, call, request);
			return;
		}
	remember_unimplemented(f, method);
	rpc_call_fail(call, RPC_UNIMPLEMENTED, "hindcast replays; it does not implement this call");
}

/* Is the task that this poll was answered with still waited for? */
static bool is_out(const struct frontend *f, const struct poll *p)
{
	const struct delivery *d = &f->deliveries.at[p->slot];

	return d->open && d->generation == p->generation;
}

static void on_end(void *owner, struct rpc_call *call, bool delivered)
{
	struct frontend *f = owner;
	struct poll *p = rpc_call_data(call);

	if (!p)
		return;
	unhold(f, p);
	if (p->poller != SIZE_MAX) {
		struct poller *poller = &f->pollers.at[p->poller];

		poller->held--;
		if (!delivered && p->generation && is_out(f, p))
			lose(f, &f->deliveries.at[p->slot]);
		if (!delivered && !poller->held)
			poller_gone(f, p->poller);
	}
	mem_free(p);
}

/* ---- life ---- */

bool frontend_open(struct frontend **ret, const struct schema *schema,
		   const struct frontend_settings *settings,
		   const struct frontend_owner *owner, struct err *err)
{
	static const struct rpc_handlers HANDLERS = {on_call, on_end};
	struct frontend *f = mem_zalloc(sizeof(*f));

	f->schema = schema;
	f->owner = *owner;
	f->settings = *settings;
	f->random = settings->seed;
	arena_init(&f->arena);
	arena_init(&f->names);
	if (!rpc_server_open(&f->server, "127.0.0.1", settings->port, &HANDLERS, f, err)) {
		mem_free(f);
		return false;
	}
	*ret = f;
	return true;
}

void frontend_close(struct frontend *f)
{
	if (!f)
		return;
	rpc_server_close(f->server);
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
	return rpc_server_port(f->server);
}

static void answer_old_polls(struct frontend *f)
{
	for (size_t i = 0; i < f->polls.n; i++)
		if (!f->polls.at[i]->answered &&
		    f->now_ms - f->polls.at[i]->since_ms > POLL_HOLD_MS) {
			f->polls.at[i]->answered = true;
			reply_empty(f->polls.at[i]->call);
		}
}

int frontend_step(struct frontend *f, int64_t now_ms, int wait_ms)
{
	f->now_ms = now_ms;
	answer_old_polls(f);
	return rpc_server_step(f->server, wait_ms);
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
			lose(f, &f->deliveries.at[i]);
	f->pollers.n = f->queues.n = 0;
	arena_done(&f->arena);
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
