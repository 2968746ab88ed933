/* SPDX-License-Identifier: MIT */
/* grpc_client.h: a unary gRPC client for tests, driven by hand. */
#pragma once

#include "formats/base/str.h"

#include <stdbool.h>

/* Nothing here waits, so that a client and a server can take turns on one thread. */
struct client;
struct client_call;

struct client *client_open(int port);
/* TARGET: "127.0.0.1:7233", "[::1]:7233". ROOTS: what TLS trusts, as PEM; NULL: no TLS. */
struct client *client_open_at(const char *target, const char *roots);
void client_close(struct client *c);
/*
 * What its calls say of who makes them, as an SDK does; at first "test-client", no version.
 * NULL: nothing. The strings must outlive the client.
 */
void client_names(struct client *c, const char *name, const char *version);
/* The header `authorization` of its calls; NULL, at first: none. It must outlive the client. */
void client_authorization(struct client *c, const char *value);
/* COMPRESSED: the request is sent gzipped. DEADLINE_MS: 0 for none. */
enum client_compression { CLIENT_PLAIN, CLIENT_GZIP };
struct client_call *client_start(struct client *c, const char *method, struct str request,
				 enum client_compression compression, int deadline_ms);
void client_cancel(struct client_call *call);
/* Handles what is there, without waiting. */
void client_step(struct client *c);
/* The same, waiting up to WAIT_MS for something to come. */
void client_wait(struct client *c, int wait_ms);
bool client_done(const struct client_call *call);
/* Status code and reply of a call that is done; the reply lives until client_free(). */
int client_status(const struct client_call *call);
struct str client_reply(const struct client_call *call);
struct str client_message(const struct client_call *call); /* of a status that is not OK */
void client_free(struct client_call *call); /* a call that is done */
