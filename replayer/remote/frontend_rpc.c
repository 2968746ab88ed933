/* SPDX-License-Identifier: MIT */
/* frontend_rpc.c: the table of RPCs. */
#include "replayer/remote/frontend_state.h"

#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "formats/wire/field.h"
#include "replayer/remote/message.h"

/* ---- pollers and polls ---- */

/* Or how many there are. */
static size_t find_poller(const struct frontend *f, const struct poll_request *r)
{
	size_t i = 0;

	while (i < f->pollers.n && !(str_eq(f->pollers.at[i].identity, r->identity) &&
				     str_eq(f->pollers.at[i].instance, r->instance) &&
				     str_eq(f->pollers.at[i].name_space, r->name_space)))
		i++;
	return i;
}

static size_t find_queue(const struct frontend *f, struct str name)
{
	size_t i = 0;

	while (i < f->queues.n && !str_eq(f->queues.at[i], name))
		i++;
	return i;
}

/* What a poll hears that would have us keep more than any worker needs; NULL: it is fine. */
static const char *too_much(const struct frontend *f, const struct poll_request *r)
{
	const struct str names[] = {r->name_space, r->queue, r->identity, r->instance, r->build_id};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].n > LIMIT_POLL_NAME_BYTES)
			return "a name in this poll is too long for hindcast";
	if (find_poller(f, r) >= LIMIT_POLLERS ||
	    (!r->sticky && find_queue(f, r->queue) >= LIMIT_POLLERS))
		return "more workers or queues than hindcast keeps";
	return NULL;
}

static size_t poller_index(struct frontend *f, const struct poll_request *r,
			   struct rpc_call *call)
{
	struct str name = rpc_call_metadata(call, "client-name");
	size_t known = find_poller(f, r);
	struct poller p;

	if (known < f->pollers.n)
		return known;
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
	size_t known = find_queue(f, name);

	if (known < f->queues.n)
		return known;
	vec_push(&f->queues, arena_str(&f->arena, name));
	return f->queues.n - 1;
}

struct poll *poll_hold(struct frontend *f, struct rpc_call *call, struct poll poll)
{
	struct poll *p = mem_zalloc(sizeof(*p));

	*p = poll;
	p->call = call;
	p->since_ms = f->now_ms;
	rpc_call_set_data(call, p);
	vec_push(&f->polls, p);
	return p;
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

void poller_gone(struct frontend *f, size_t poller)
{
	f->pollers.at[poller].gone = true;
	for (size_t i = 0; i < f->deliveries.n; i++)
		if (f->deliveries.at[i].open && f->deliveries.at[i].poller == poller)
			delivery_lose(f, &f->deliveries.at[i]);
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
	struct poller *poller;
	const char *why;

	message_read_poll(f->schema, request, &r);
	why = too_much(f, &r);
	if (why) {
		rpc_call_fail(call, RPC_RESOURCE_EXHAUSTED, why);
		return;
	}
	poll.poller = poller_index(f, &r, call);
	if (r.sticky)
		poll.kind = POLL_OTHER;
	else
		poll.queue = queue_index(f, r.queue);
	poller = &f->pollers.at[poll.poller];
	poller->held++;
	poller->gone = false;
	if (f->gate && !str_eq(poller->peer, rpc_call_peer(call)))
		poller->peer = arena_str(&f->arena, rpc_call_peer(call));
	(void)poll_hold(f, call, poll);
}

/* Activities and Nexus operations: nothing real ever runs in a replayed worker. */
static void on_poll_other(struct frontend *f, struct rpc_call *call, struct str request)
{
	(void)poll_hold(f, call, (struct poll){.kind = POLL_OTHER, .poller = SIZE_MAX});
}

static void take_reply(struct frontend *f, struct rpc_call *call, struct str request,
		       const struct task_reply *reply)
{
	struct delivery *d = delivery_of_token(f, message_token(request));
	struct task_reply with_family = *reply;
	const struct poller *poller;

	if (!d || !reply->takes_next)
		reply_empty(call);
	if (!d)
		return;
	d->open = false;
	poller = &f->pollers.at[d->poller];
	if (poller->sdk)
		with_family.failure.family = poller->sdk->family;
	if (reply->takes_next) {
		f->following = call;
		f->following_poller = d->poller;
	}
	f->owner.on_reply(f->owner.context, d->data, poller, &with_family);
	if (f->following)
		reply_empty(call);
	f->following = NULL;
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
	struct arena a;

	arena_init(&a);
	message_read_failed(f->schema, request, &a, &reply);
	take_reply(f, call, request, &reply);
	arena_done(&a);
}

static void on_query_completed(struct frontend *f, struct rpc_call *call, struct str request)
{
	struct task_reply reply;
	struct arena a;

	arena_init(&a);
	message_read_query(f->schema, request, &a, &reply);
	take_reply(f, call, request, &reply);
	arena_done(&a);
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
	parts[1] = delivery_page(f, &d->spec, from, &next);
	token = token_of(f, (size_t)(d - f->deliveries.at), &a);
	message_put_history_page(delivery_page_token(&d->spec, token, next, &a), parts[1].n, &head);
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

/* What a caller hears whom the gate does not let in. */
static const struct refusal {
	enum rpc_status status;
	const char *message;
} REFUSALS[GATE_ANSWERS] = {
	[GATE_STRANGER] = {RPC_PERMISSION_DENIED, "hindcast serves its own user's processes only"},
	[GATE_GONE] = {RPC_UNAVAILABLE, "the connection is broken"},
	[GATE_NO_KEY] = {RPC_UNAUTHENTICATED, "hindcast wants an API key"},
	[GATE_WRONG_KEY] = {RPC_UNAUTHENTICATED, "hindcast wants another API key"},
};

static bool admits(void *owner, struct rpc_call *call)
{
	struct frontend *f = owner;
	struct str peer = rpc_call_peer(call);
	enum gate_answer answer;
	struct arena a;

	if (!f->gate)
		return true;
	answer = gate_ask(f->gate, peer, rpc_call_metadata(call, "authorization"));
	if (answer == GATE_OPEN)
		return true;
	if (answer != GATE_GONE && !f->told[answer] && f->owner.on_refused) {
		arena_init(&a);
		f->owner.on_refused(f->owner.context, gate_sentence(f->gate, answer, peer, &a));
		arena_done(&a);
	}
	f->told[answer] = true;
	rpc_call_fail(call, REFUSALS[answer].status, REFUSALS[answer].message);
	return false;
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

	if (f->gate)
		gate_leave(f->gate, rpc_call_peer(call));
	if (!p)
		return;
	unhold(f, p);
	if (p->poller != SIZE_MAX) {
		struct poller *poller = &f->pollers.at[p->poller];

		poller->held--;
		if (!delivered && p->generation && is_out(f, p))
			delivery_lose(f, &f->deliveries.at[p->slot]);
		if (!delivered && !poller->held)
			poller_gone(f, p->poller);
	}
	mem_free(p);
}

const struct rpc_handlers FRONTEND_HANDLERS = {admits, on_call, on_end};
