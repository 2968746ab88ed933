/* SPDX-License-Identifier: MIT */
/* grpc_server.c: libgrpc's completion queue, turned into calls of rpc_handlers. */
#include "replayer/remote/grpc_server.h"

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_posix.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "formats/base/mem.h"

/* A worker's whole reply: what every SDK's own client accepts in one message. */
#define RPC_MESSAGE_BYTES (128 * 1024 * 1024)
/* Request headers: a worker may carry a long token for the server it thinks it talks to. */
#define RPC_METADATA_BYTES (64 * 1024)
/* Calls asked for ahead: a worker opens its 20 to 30 polls at once. */
#define RPC_WAITING 32
/* Events handled in one step, so that the owner gets its turn in a flood. */
#define RPC_STEP_EVENTS 256

enum tag_kind {
	TAG_NEW,     /* a call came in */
	TAG_MESSAGE, /* its request is here */
	TAG_REPLY,   /* the answer went out, or could not */
	TAG_CLOSE,   /* both sides are done with it, or the peer cancelled */
	TAG_SHUTDOWN,
	TAG_KINDS,
};

struct tag {
	struct rpc_call *call;
	enum tag_kind kind;
};

/*
 * Every batch that libgrpc was given comes back through the queue once, so a call lives
 * until `pending` is 0: then nothing of libgrpc's points here any more.
 */
struct rpc_call {
	struct rpc_server *server;
	struct rpc_call *next, *before; /* of the server's calls */
	struct tag tags[TAG_KINDS];
	grpc_call *call;
	grpc_call_details details;
	grpc_metadata_array metadata;
	grpc_byte_buffer *message; /* as received */
	grpc_slice request;	   /* the same in one piece */
	grpc_byte_buffer *reply;
	grpc_slice status_text;
	char *peer;
	void *data;
	int pending;   /* batches on their way */
	int cancelled; /* written by libgrpc with TAG_CLOSE */
	bool closed;   /* TAG_CLOSE came */
	bool seen;     /* the owner knows it, and is to hear of its end */
	bool answered;
	bool sent; /* the answer was taken by the transport */
};

struct rpc_loop {
	grpc_completion_queue *queue;
	size_t n_servers; /* those that are closing included */
};

struct rpc_server {
	struct rpc_loop *loop;
	grpc_server *server;
	const struct rpc_handlers *handlers;
	void *owner;
	struct rpc_call *calls; /* alive, those asked for ahead included */
	int port;
	bool closing;
	bool shut; /* TAG_SHUTDOWN came */
	struct rpc_call shutdown; /* carries TAG_SHUTDOWN only */
};

/* The last thing of a server that was closed; it cannot be used from here on. */
static void server_done(struct rpc_server *s)
{
	if (!s->shut || s->calls)
		return;
	grpc_server_destroy(s->server);
	s->loop->n_servers--;
	mem_free(s);
}

static void call_link(struct rpc_call *c)
{
	c->next = c->server->calls;
	if (c->next)
		c->next->before = c;
	c->server->calls = c;
}

static void call_unlink(struct rpc_call *c)
{
	if (c->next)
		c->next->before = c->before;
	if (c->before)
		c->before->next = c->next;
	else
		c->server->calls = c->next;
}

static void call_free(struct rpc_call *c)
{
	if (c->call)
		grpc_call_unref(c->call);
	grpc_call_details_destroy(&c->details);
	grpc_metadata_array_destroy(&c->metadata);
	if (c->message)
		grpc_byte_buffer_destroy(c->message);
	if (c->reply)
		grpc_byte_buffer_destroy(c->reply);
	grpc_slice_unref(c->request);
	grpc_slice_unref(c->status_text);
	gpr_free(c->peer);
	call_unlink(c);
	mem_free(c);
}

/* Asks libgrpc for one more call. */
static void call_request(struct rpc_server *s)
{
	struct rpc_call *c = mem_zalloc(sizeof(*c));

	c->server = s;
	for (int i = 0; i < TAG_KINDS; i++)
		c->tags[i] = (struct tag){.call = c, .kind = (enum tag_kind)i};
	grpc_call_details_init(&c->details);
	grpc_metadata_array_init(&c->metadata);
	c->request = grpc_empty_slice();
	c->status_text = grpc_empty_slice();
	c->pending = 1;
	call_link(c);
	BUG_IF(grpc_server_request_call(s->server, &c->call, &c->details, &c->metadata,
					s->loop->queue, s->loop->queue,
					&c->tags[TAG_NEW]) != GRPC_CALL_OK);
}

static void call_batch(struct rpc_call *c, const grpc_op *ops, size_t n, enum tag_kind kind)
{
	c->pending++;
	BUG_IF(grpc_call_start_batch(c->call, ops, n, &c->tags[kind], NULL) != GRPC_CALL_OK);
}

static void call_answer(struct rpc_call *c, grpc_status_code status)
{
	grpc_op ops[3] = {0};
	size_t n = 0;

	BUG_IF(c->answered);
	c->answered = true;
	ops[n++].op = GRPC_OP_SEND_INITIAL_METADATA;
	if (c->reply) {
		ops[n].op = GRPC_OP_SEND_MESSAGE;
		ops[n++].data.send_message.send_message = c->reply;
	}
	ops[n].op = GRPC_OP_SEND_STATUS_FROM_SERVER;
	ops[n].data.send_status_from_server.status = status;
	ops[n++].data.send_status_from_server.status_details = &c->status_text;
	call_batch(c, ops, n, TAG_REPLY);
}

static bool admits(struct rpc_call *c)
{
	struct rpc_server *s = c->server;

	c->peer = grpc_call_get_peer(c->call);
	if (!s->handlers->admits || s->closing)
		return true;
	c->seen = true;
	return s->handlers->admits(s->owner, c);
}

/* The call came in: asks for its request and for its end, and for the next call. */
static void on_new(struct rpc_call *c, bool ok)
{
	grpc_op message = {.op = GRPC_OP_RECV_MESSAGE};
	grpc_op end = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER};

	if (!ok)
		return; /* the server is closing */
	if (!c->server->closing)
		call_request(c->server);
	message.data.recv_message.recv_message = &c->message;
	end.data.recv_close_on_server.cancelled = &c->cancelled;
	call_batch(c, &end, 1, TAG_CLOSE);
	if (admits(c))
		call_batch(c, &message, 1, TAG_MESSAGE);
}

static void on_message(struct rpc_call *c, bool ok)
{
	struct rpc_server *s = c->server;
	grpc_byte_buffer_reader reader;

	if (s->closing || (c->closed && c->cancelled))
		return;
	if (!ok || !c->message || !grpc_byte_buffer_reader_init(&reader, c->message)) {
		rpc_call_fail(c, RPC_INVALID_ARGUMENT, "the call has no request message");
		return;
	}
	c->request = grpc_byte_buffer_reader_readall(&reader);
	grpc_byte_buffer_reader_destroy(&reader);
	grpc_byte_buffer_destroy(c->message);
	c->message = NULL;
	c->seen = true;
	s->handlers->on_call(s->owner, c,
			     str_slice((const char *)GRPC_SLICE_START_PTR(c->details.method),
				       GRPC_SLICE_LENGTH(c->details.method)),
			     str_slice((const char *)GRPC_SLICE_START_PTR(c->request),
				       GRPC_SLICE_LENGTH(c->request)));
}

static void handle(const grpc_event *event)
{
	const struct tag *tag = event->tag;
	struct rpc_call *c = tag->call;
	struct rpc_server *s = c->server;
	bool ok = event->success != 0;

	switch (tag->kind) {
	case TAG_NEW:
		on_new(c, ok);
		break;
	case TAG_MESSAGE:
		on_message(c, ok);
		break;
	case TAG_REPLY:
		c->sent = ok;
		break;
	case TAG_CLOSE:
		c->closed = true;
		break;
	case TAG_SHUTDOWN:
	case TAG_KINDS:
		s->shut = true;
		server_done(s);
		return;
	}
	if (--c->pending > 0)
		return;
	if (c->seen)
		s->handlers->on_end(s->owner, c, c->sent && !c->cancelled);
	call_free(c);
	server_done(s);
}

static gpr_timespec after_ms(int ms)
{
	if (ms <= 0)
		return gpr_inf_past(GPR_CLOCK_MONOTONIC);
	return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
			    gpr_time_from_millis(ms, GPR_TIMESPAN));
}

int rpc_loop_step(struct rpc_loop *loop, int wait_ms)
{
	int n = 0;

	while (n < RPC_STEP_EVENTS) {
		grpc_event event = grpc_completion_queue_next(
			loop->queue, after_ms(n == 0 ? wait_ms : 0), NULL);

		if (event.type != GRPC_OP_COMPLETE)
			break;
		handle(&event);
		n++;
	}
	return n;
}

/* libgrpc prints what it thinks; what matters comes back as an error or a status. */
static void say_nothing(gpr_log_func_args *args)
{
	(void)args;
}

static grpc_server *server_new(void)
{
#define NUMBER(name, number) \
	{.type = GRPC_ARG_INTEGER, .key = (char *)(name), .value.integer = (number)}
	grpc_arg args[] = {
		NUMBER(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, RPC_MESSAGE_BYTES),
		NUMBER(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, -1),
		NUMBER(GRPC_ARG_MAX_METADATA_SIZE, RPC_METADATA_BYTES),
		/* A taken port is an error, not a port shared with whoever has it. */
		NUMBER(GRPC_ARG_ALLOW_REUSEPORT, 0),
		/* Workers ping as their own settings say; that is never a reason to part. */
		NUMBER(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1),
		NUMBER(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1),
		NUMBER(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0),
		NUMBER(GRPC_ARG_ENABLE_CHANNELZ, 0),
	};
#undef NUMBER
	grpc_channel_args all = {.num_args = sizeof(args) / sizeof(args[0]), .args = args};

	return grpc_server_create(&all, NULL);
}

/* What the system has against HOST and PORT: libgrpc only says that it did not work. */
static bool say_why(const char *host, int port, struct err *err)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} a = {.any.sa_family = AF_UNSPEC};
	socklen_t n = 0;
	int fd, one = 1;

	if (inet_pton(AF_INET, host, &a.in.sin_addr) == 1) {
		a.in.sin_family = AF_INET;
		a.in.sin_port = htons((uint16_t)port);
		n = sizeof(a.in);
	} else if (inet_pton(AF_INET6, host, &a.in6.sin6_addr) == 1) {
		a.in6.sin6_family = AF_INET6;
		a.in6.sin6_port = htons((uint16_t)port);
		n = sizeof(a.in6);
	}
	if (n == 0)
		return err_set(err, ERR_IO, "can't listen on %s port %d", host, port);
	fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, &a.any, n) < 0 || listen(fd, 1) < 0)
		err_errno(err, "can't listen on %s port %d", host, port);
	else
		err_set(err, ERR_IO, "can't listen on %s port %d", host, port);
	if (fd >= 0)
		close(fd);
	return false;
}

static grpc_server_credentials *credentials(const struct rpc_identity *identity)
{
	grpc_ssl_pem_key_cert_pair pair;

	if (!identity)
		return grpc_insecure_server_credentials_create();
	pair = (grpc_ssl_pem_key_cert_pair){identity->key, identity->certificate};
	return grpc_ssl_server_credentials_create_ex(
		NULL, &pair, 1, GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE, NULL);
}

static bool listen_on(struct rpc_server *s, const struct rpc_server_settings *settings,
		      struct err *err)
{
	grpc_server_credentials *shown = credentials(settings->identity);
	const char *host = settings->host;
	int port = settings->port;
	char address[128];

	if (!shown)
		return err_set(err, ERR_IO, "can't serve TLS with that certificate and key");
	if (strchr(host, ':'))
		(void)snprintf(address, sizeof(address), "[%s]:%d", host, port);
	else
		(void)snprintf(address, sizeof(address), "%s:%d", host, port);
	s->port = grpc_server_add_http2_port(s->server, address, shown);
	grpc_server_credentials_release(shown);
	return s->port > 0 || say_why(host, port, err);
}

void rpc_loop_open(struct rpc_loop **ret)
{
	struct rpc_loop *loop = mem_zalloc(sizeof(*loop));

	gpr_set_log_function(say_nothing);
	grpc_init();
	loop->queue = grpc_completion_queue_create_for_next(NULL);
	*ret = loop;
}

void rpc_loop_close(struct rpc_loop *loop)
{
	if (!loop)
		return;
	while (loop->n_servers)
		(void)rpc_loop_step(loop, 1000);
	grpc_completion_queue_shutdown(loop->queue);
	while (grpc_completion_queue_next(loop->queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL)
		       .type != GRPC_QUEUE_SHUTDOWN)
		;
	grpc_completion_queue_destroy(loop->queue);
	grpc_shutdown_blocking();
	mem_free(loop);
}

bool rpc_server_open(struct rpc_server **ret, struct rpc_loop *loop,
		     const struct rpc_server_settings *settings,
		     const struct rpc_handlers *handlers, void *owner, struct err *err)
{
	struct rpc_server *s = mem_zalloc(sizeof(*s));

	s->loop = loop;
	loop->n_servers++;
	s->handlers = handlers;
	s->owner = owner;
	s->shutdown.server = s;
	s->shutdown.tags[TAG_SHUTDOWN] = (struct tag){&s->shutdown, TAG_SHUTDOWN};
	s->server = server_new();
	grpc_server_register_completion_queue(s->server, loop->queue, NULL);
	if (settings->host && !listen_on(s, settings, err)) {
		rpc_server_close(s);
		return false;
	}
	grpc_server_start(s->server);
	for (int i = 0; i < RPC_WAITING; i++)
		call_request(s);
	*ret = s;
	return true;
}

int rpc_server_port(const struct rpc_server *s)
{
	return s->port;
}

void rpc_server_accept(struct rpc_server *s, int listener)
{
	grpc_server_credentials *plain;
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		plain = grpc_insecure_server_credentials_create();
		grpc_server_add_channel_from_fd(s->server, fd, plain);
		grpc_server_credentials_release(plain);
	}
}

void rpc_server_close(struct rpc_server *s)
{
	if (!s)
		return;
	s->closing = true;
	for (struct rpc_call *c = s->calls; c; c = c->next) {
		if (!c->seen)
			continue;
		c->seen = false;
		s->handlers->on_end(s->owner, c, false);
	}
	grpc_server_shutdown_and_notify(s->server, s->loop->queue,
					&s->shutdown.tags[TAG_SHUTDOWN]);
	grpc_server_cancel_all_calls(s->server);
}

void rpc_call_reply(struct rpc_call *c, const struct str *parts, size_t n)
{
	size_t total = 0;
	grpc_slice whole;
	uint8_t *to;

	for (size_t i = 0; i < n; i++)
		total += parts[i].n;
	whole = grpc_slice_malloc(total);
	to = GRPC_SLICE_START_PTR(whole);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n > 0)
			memcpy(to, parts[i].p, parts[i].n);
		to += parts[i].n;
	}
	c->reply = grpc_raw_byte_buffer_create(&whole, 1);
	grpc_slice_unref(whole);
	call_answer(c, GRPC_STATUS_OK);
}

void rpc_call_fail(struct rpc_call *c, enum rpc_status status, const char *message)
{
	c->status_text = grpc_slice_from_copied_string(message);
	call_answer(c, (grpc_status_code)status);
}

struct str rpc_call_metadata(const struct rpc_call *c, const char *key)
{
	struct str want = str_of(key);

	for (size_t i = 0; i < c->metadata.count; i++) {
		/* By address: a short slice holds its bytes in itself. */
		const grpc_metadata *m = &c->metadata.metadata[i];
		struct str k = str_slice((const char *)GRPC_SLICE_START_PTR(m->key),
					 GRPC_SLICE_LENGTH(m->key));

		if (str_eq(k, want))
			return str_slice((const char *)GRPC_SLICE_START_PTR(m->value),
					 GRPC_SLICE_LENGTH(m->value));
	}
	return STR_NONE;
}

struct str rpc_call_peer(const struct rpc_call *c)
{
	return str_of(c->peer);
}

void rpc_call_set_data(struct rpc_call *c, void *data)
{
	c->data = data;
}

void *rpc_call_data(const struct rpc_call *c)
{
	return c->data;
}
