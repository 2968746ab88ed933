/* SPDX-License-Identifier: MIT */
/* frontend_state.h: what frontend.c and frontend_rpc.c share; nobody else includes it. */
#pragma once

#include "formats/base/vec.h"
#include "replayer/remote/frontend.h"
#include "replayer/remote/gate.h"
#include "replayer/remote/grpc_server.h"

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
	struct rpc_loop *loop;
	bool own_loop;
	struct rpc_server *server;
	int listener; /* one that was brought, or -1 */
	struct gate *gate; /* NULL: whoever can reach it may call */
	bool told[GATE_ANSWERS];
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
	struct rpc_call *following; /* its answer may carry a task; NULL: none may */
	size_t following_poller;
};

/* The handlers of every RPC; the owner is the frontend. */
extern const struct rpc_handlers FRONTEND_HANDLERS;

/* A call of POLL's kind waits from now on. */
struct poll *poll_hold(struct frontend *f, struct rpc_call *call, struct poll poll);
/* The open delivery with that token, or NULL. */
struct delivery *delivery_of_token(struct frontend *f, struct str token);
/* "hc.SEED.SLOT.GENERATION" */
struct str token_of(const struct frontend *f, size_t slot, struct arena *a);
/* Ends a delivery whose worker will not answer. */
void delivery_lose(struct frontend *f, struct delivery *d);
/* Its connection is gone: so is all that it holds. */
void poller_gone(struct frontend *f, size_t poller);
/* Wire bytes of one page of the spec's events from index FROM on; the next begins at *RET_TO. */
struct str delivery_page(const struct frontend *f, const struct task_spec *spec, size_t from,
			 size_t *ret_to);
/* "TOKEN@NEXT", or STR_NONE where NEXT is the end. */
struct str delivery_page_token(const struct task_spec *spec, struct str token, size_t next,
			       struct arena *a);
