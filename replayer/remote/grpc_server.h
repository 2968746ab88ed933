/* SPDX-License-Identifier: MIT */
/* grpc_server.h: a unary gRPC server on one thread; the only door to libgrpc. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"

#include <stdbool.h>

/*
 * Any method of any service arrives at on_call(); the owner answers now, later (a held
 * poll), or never (the peer's deadline ends it). One thread: everything happens inside
 * rpc_loop_step(), for all servers of a loop.
 *
 *     call arrives -> on_call -> [held] -> rpc_call_reply | rpc_call_fail -> on_end
 *                                  \-> the peer cancels or dies --------------> on_end
 */
struct rpc_loop;
struct rpc_server;
struct rpc_call;

/* Numbers of the gRPC status codes that are answered. */
enum rpc_status {
	RPC_OK = 0,
	RPC_INVALID_ARGUMENT = 3,
	RPC_NOT_FOUND = 5,
	RPC_PERMISSION_DENIED = 7,
	RPC_RESOURCE_EXHAUSTED = 8,
	RPC_UNIMPLEMENTED = 12,
	RPC_INTERNAL = 13,
	RPC_UNAVAILABLE = 14,
	RPC_UNAUTHENTICATED = 16,
};

struct rpc_handlers {
	/*
	 * The call's metadata is there, and nothing of its request was read, which may be
	 * large: false where it was failed already. on_end comes in any case. May be NULL.
	 */
	bool (*admits)(void *owner, struct rpc_call *call);
	/* METHOD is "/temporal.api.workflowservice.v1.WorkflowService/PollWorkflowTaskQueue";
	 * METHOD and REQUEST (already inflated) live until on_end. */
	void (*on_call)(void *owner, struct rpc_call *call, struct str method,
			struct str request);
	/* The call is over and will be freed on return. DELIVERED: a reply was handed to
	 * the transport while the peer was still there; false: it was cancelled (its process
	 * died, its deadline passed) before or while being answered. */
	void (*on_end)(void *owner, struct rpc_call *call, bool delivered);
};

/* What servers wait on together. */
void rpc_loop_open(struct rpc_loop **ret);
/* Handles what is there, waiting up to WAIT_MS for something to come. Returns events handled. */
int rpc_loop_step(struct rpc_loop *loop, int wait_ms);
/* Waits for what the servers, which are closed by now, still have in libgrpc's hands. */
void rpc_loop_close(struct rpc_loop *loop);

/* What a server shows of itself, as PEM texts; read in rpc_server_open() only. */
struct rpc_identity {
	const char *certificate; /* with the chain behind it, if there is one */
	const char *key;
};

struct rpc_server_settings {
	const char *host; /* "127.0.0.1", "::1"; NULL: no port, see rpc_server_accept() */
	int port;	  /* 0: any free one */
	const struct rpc_identity *identity; /* NULL: no TLS */
};

bool rpc_server_open(struct rpc_server **ret, struct rpc_loop *loop,
		     const struct rpc_server_settings *settings,
		     const struct rpc_handlers *handlers, void *owner, struct err *err);
/* 0 without a host. */
int rpc_server_port(const struct rpc_server *s);
/*
 * Serves, without TLS, whoever waits at LISTENER, a listening socket that does not block
 * and stays the caller's: one that another network namespace holds, for example.
 */
void rpc_server_accept(struct rpc_server *s, int listener);
/*
 * Cancels what is held (on_end comes for each before this returns) and lets go of the port;
 * what the transport still holds is freed in later steps of the loop: a peer that reads
 * nothing keeps nobody waiting.
 */
void rpc_server_close(struct rpc_server *s);

/* Parts are joined into one message and copied. Each call is answered at most once. */
void rpc_call_reply(struct rpc_call *call, const struct str *parts, size_t n);
void rpc_call_fail(struct rpc_call *call, enum rpc_status status, const char *message);

/* Request metadata ("client-name"), or STR_NONE. */
struct str rpc_call_metadata(const struct rpc_call *call, const char *key);
/* "ipv4:127.0.0.1:41234", "ipv6:%5B::1%5D:41234"; "fd:..." of an accepted one. */
struct str rpc_call_peer(const struct rpc_call *call);
/* The owner's pointer, NULL at first. */
void rpc_call_set_data(struct rpc_call *call, void *data);
void *rpc_call_data(const struct rpc_call *call);
