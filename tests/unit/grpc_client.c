/* SPDX-License-Identifier: MIT */
/* grpc_client.c: libgrpc's client side, for tests. */
#include "tests/unit/grpc_client.h"

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/compression.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/time.h>

#include <stdio.h>
#include <stdlib.h>

#include "formats/base/mem.h"

struct client {
	grpc_channel *channel;
	grpc_completion_queue *queue;
	const char *name, *version, *authorization;
};

struct client_call {
	grpc_call *call;
	grpc_byte_buffer *request;
	grpc_byte_buffer *received;
	grpc_slice reply;
	grpc_slice message;
	grpc_metadata_array first, last;
	grpc_status_code status;
	bool done;
};

struct client *client_open(int port)
{
	char target[64];

	(void)snprintf(target, sizeof(target), "127.0.0.1:%d", port);
	return client_open_at(target, NULL);
}

struct client *client_open_at(const char *target, const char *roots)
{
	grpc_arg args[] = {
		{.type = GRPC_ARG_INTEGER,
		 .key = (char *)GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
		 .value.integer = -1},
		/* A connection of its own: clients of one process share one otherwise. */
		{.type = GRPC_ARG_INTEGER,
		 .key = (char *)GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL,
		 .value.integer = 1},
	};
	grpc_channel_args all = {.num_args = 2, .args = args};
	struct client *c = mem_zalloc(sizeof(*c));
	grpc_channel_credentials *how;

	grpc_init();
	how = roots ? grpc_ssl_credentials_create_ex(roots, NULL, NULL, NULL)
		    : grpc_insecure_credentials_create();
	c->channel = grpc_channel_create(target, how, &all);
	grpc_channel_credentials_release(how);
	c->queue = grpc_completion_queue_create_for_next(NULL);
	c->name = "test-client";
	return c;
}

void client_names(struct client *c, const char *name, const char *version)
{
	c->name = name;
	c->version = version;
}

void client_authorization(struct client *c, const char *value)
{
	c->authorization = value;
}

void client_close(struct client *c)
{
	grpc_channel_destroy(c->channel);
	grpc_completion_queue_shutdown(c->queue);
	while (grpc_completion_queue_next(c->queue, gpr_inf_future(GPR_CLOCK_REALTIME), NULL)
		       .type != GRPC_QUEUE_SHUTDOWN)
		;
	grpc_completion_queue_destroy(c->queue);
	grpc_shutdown_blocking();
	mem_free(c);
}

static grpc_metadata header(const char *key, const char *value)
{
	return (grpc_metadata){.key = grpc_slice_from_static_string(key),
			       .value = grpc_slice_from_static_string(value)};
}

struct client_call *client_start(struct client *c, const char *method, struct str request,
				 enum client_compression compression, int deadline_ms)
{
	struct client_call *k = mem_zalloc(sizeof(*k));
	grpc_slice path = grpc_slice_from_copied_string(method);
	grpc_slice body = grpc_slice_from_copied_buffer(request.p, request.n);
	gpr_timespec deadline = gpr_inf_future(GPR_CLOCK_REALTIME);
	grpc_metadata headers[4];
	size_t n_headers = 0;
	grpc_op ops[6] = {0};

	if (c->name)
		headers[n_headers++] = header("client-name", c->name);
	if (c->version)
		headers[n_headers++] = header("client-version", c->version);
	if (c->authorization)
		headers[n_headers++] = header("authorization", c->authorization);
	if (compression == CLIENT_GZIP)
		headers[n_headers++] = header("grpc-internal-encoding-request", "gzip");

	if (deadline_ms > 0)
		deadline = gpr_time_add(gpr_now(GPR_CLOCK_REALTIME),
					gpr_time_from_millis(deadline_ms, GPR_TIMESPAN));
	k->request = grpc_raw_byte_buffer_create(&body, 1);
	grpc_slice_unref(body);
	k->reply = grpc_empty_slice();
	k->message = grpc_empty_slice();
	grpc_metadata_array_init(&k->first);
	grpc_metadata_array_init(&k->last);
	k->call = grpc_channel_create_call(c->channel, NULL, GRPC_PROPAGATE_DEFAULTS, c->queue,
					   path, NULL, deadline, NULL);
	grpc_slice_unref(path);
	ops[0].op = GRPC_OP_SEND_INITIAL_METADATA;
	ops[0].data.send_initial_metadata.count = n_headers;
	ops[0].data.send_initial_metadata.metadata = headers;
	ops[1].op = GRPC_OP_SEND_MESSAGE;
	ops[1].data.send_message.send_message = k->request;
	ops[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
	ops[3].op = GRPC_OP_RECV_INITIAL_METADATA;
	ops[3].data.recv_initial_metadata.recv_initial_metadata = &k->first;
	ops[4].op = GRPC_OP_RECV_MESSAGE;
	ops[4].data.recv_message.recv_message = &k->received;
	ops[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
	ops[5].data.recv_status_on_client.trailing_metadata = &k->last;
	ops[5].data.recv_status_on_client.status = &k->status;
	ops[5].data.recv_status_on_client.status_details = &k->message;
	if (grpc_call_start_batch(k->call, ops, 6, k, NULL) != GRPC_CALL_OK)
		abort();
	return k;
}

void client_cancel(struct client_call *k)
{
	(void)grpc_call_cancel(k->call, NULL);
}

void client_step(struct client *c)
{
	client_wait(c, 0);
}

void client_wait(struct client *c, int wait_ms)
{
	gpr_timespec until = gpr_time_add(gpr_now(GPR_CLOCK_REALTIME),
					  gpr_time_from_millis(wait_ms, GPR_TIMESPAN));

	for (;; until = gpr_inf_past(GPR_CLOCK_REALTIME)) {
		grpc_event event = grpc_completion_queue_next(c->queue, until, NULL);
		struct client_call *k = event.tag;
		grpc_byte_buffer_reader reader;

		if (event.type != GRPC_OP_COMPLETE)
			return;
		k->done = true;
		if (!k->received || !grpc_byte_buffer_reader_init(&reader, k->received))
			continue;
		k->reply = grpc_byte_buffer_reader_readall(&reader);
		grpc_byte_buffer_reader_destroy(&reader);
	}
}

bool client_done(const struct client_call *k)
{
	return k->done;
}

int client_status(const struct client_call *k)
{
	return (int)k->status;
}

struct str client_reply(const struct client_call *k)
{
	return str_slice((const char *)GRPC_SLICE_START_PTR(k->reply),
			 GRPC_SLICE_LENGTH(k->reply));
}

struct str client_message(const struct client_call *k)
{
	return str_slice((const char *)GRPC_SLICE_START_PTR(k->message),
			 GRPC_SLICE_LENGTH(k->message));
}

void client_free(struct client_call *k)
{
	grpc_call_unref(k->call);
	grpc_byte_buffer_destroy(k->request);
	if (k->received)
		grpc_byte_buffer_destroy(k->received);
	grpc_slice_unref(k->reply);
	grpc_slice_unref(k->message);
	grpc_metadata_array_destroy(&k->first);
	grpc_metadata_array_destroy(&k->last);
	mem_free(k);
}
