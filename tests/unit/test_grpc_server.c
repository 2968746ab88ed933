/* SPDX-License-Identifier: MIT */
/* test_grpc_server.c: calls answered, held, cancelled, refused; ports and shutdown. */
#include "replayer/remote/grpc_server.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/base/mem.h"
#include "replayer/remote/certificate.h"
#include "tests/unit/grpc_client.h"

#define WAIT_MS 10000 /* what a turn may take on a loaded machine */
#define BIG_BYTES ((size_t)60 * 1024 * 1024)

/* The server's owner: echoes, holds, fails, as the method says. */
struct owner {
	struct rpc_loop *loop;
	struct rpc_server *server;
	struct rpc_call *held;
	bool holds; /* calls carry their owner as data */
	size_t admitted;
	size_t calls;
	size_t ended;
	size_t delivered;
	size_t request_bytes;
	bool client_name; /* the header arrived */
	bool peer;
	char *big;
};

static void on_call(void *ctx, struct rpc_call *call, struct str method, struct str request)
{
	struct owner *o = ctx;

	o->calls++;
	o->request_bytes = request.n;
	o->client_name = str_is(rpc_call_metadata(call, "client-name"), "test-client");
	o->peer = str_starts(rpc_call_peer(call), STR("ipv4:127.0.0.1:"));
	assert_int_equal(rpc_call_metadata(call, "no-such").n, 0);
	if (str_is(method, "/test/Echo")) {
		rpc_call_reply(call, (struct str[]){STR("you said "), STR_NONE, request}, 3);
	} else if (str_is(method, "/test/Hold")) {
		rpc_call_set_data(call, o->holds ? o : NULL);
		o->held = call;
	} else if (str_is(method, "/test/Big")) {
		rpc_call_reply(call, (struct str[]){{o->big, BIG_BYTES}}, 1);
	} else {
		rpc_call_fail(call, RPC_UNIMPLEMENTED, "no such method: \xc3\xbc\n");
	}
}

static void on_end(void *ctx, struct rpc_call *call, bool delivered)
{
	struct owner *o = ctx;

	assert_ptr_equal(rpc_call_data(call), o->holds ? o : NULL);
	if (o->held == call)
		o->held = NULL;
	o->ended++;
	o->delivered += delivered;
}

static const struct rpc_handlers handlers = {.on_call = on_call, .on_end = on_end};

static bool serve(struct owner *o, struct rpc_server **ret, const char *host, int port,
		  struct err *err)
{
	struct rpc_server_settings settings = {.host = host, .port = port};

	if (!o->loop)
		rpc_loop_open(&o->loop);
	return rpc_server_open(ret, o->loop, &settings, &handlers, o, err);
}

static void close_server(struct owner *o)
{
	rpc_server_close(o->server);
	rpc_loop_close(o->loop);
}

static void open_server(struct owner *o)
{
	struct err err = ERR_INIT;

	*o = (struct owner){0};
	assert_true(serve(o, &o->server, "127.0.0.1", 0, &err));
	assert_true(rpc_server_port(o->server) > 0);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Turns of both sides until CONDITION. */
#define UNTIL(o, c, condition)                                           \
	do {                                                             \
		int64_t end_ = now_ms() + WAIT_MS;                       \
		while (!(condition)) {                                   \
			(void)rpc_loop_step((o)->loop, 2);           \
			if (c)                                           \
				client_step(c);                          \
			if (now_ms() > end_)                             \
				fail_msg("never: %s", #condition);       \
		}                                                        \
	} while (0)

static struct client_call *ask(struct client *c, const char *method, const char *text)
{
	return client_start(c, method, str_of(text), CLIENT_PLAIN, 0);
}

static void test_echo(void **state)
{
	struct owner o;
	struct client *c;
	struct client_call *k;

	(void)state;
	open_server(&o);
	c = client_open(rpc_server_port(o.server));
	k = ask(c, "/test/Echo", "hello");
	UNTIL(&o, c, client_done(k));
	assert_int_equal(client_status(k), RPC_OK);
	assert_true(str_is(client_reply(k), "you said hello"));
	client_free(k);
	k = ask(c, "/test/Echo", "");
	UNTIL(&o, c, client_done(k));
	assert_true(str_is(client_reply(k), "you said "));
	client_free(k);
	UNTIL(&o, c, o.ended == 2);
	assert_int_equal(o.delivered, 2);
	assert_true(o.client_name);
	assert_true(o.peer);
	client_close(c);
	close_server(&o);
}

static void ask_and_close(struct owner *o, struct client *c, int status)
{
	struct client_call *k = client_start(c, "/test/Echo", STR("x"), CLIENT_PLAIN, 5000);

	UNTIL(o, c, client_done(k));
	assert_int_equal(client_status(k), status);
	client_free(k);
	client_close(c);
}

/* Only who trusts this very certificate talks to it, by any address that it names. */
static void test_tls(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "[::1]"};
	struct rpc_server_settings settings = {.host = "::"};
	struct owner o = {0};
	struct certificate mine, other;
	struct rpc_identity identity;
	struct err err = ERR_INIT;
	struct arena a;
	char target[64];

	(void)state;
	arena_init(&a);
	assert_true(certificate_make(&mine, STR("::"), time(NULL), &a, &err));
	assert_true(certificate_make(&other, STR("::"), time(NULL), &a, &err));
	identity = (struct rpc_identity){mine.certificate.p, mine.key.p};
	settings.identity = &identity;
	rpc_loop_open(&o.loop);
	assert_true(rpc_server_open(&o.server, o.loop, &settings, &handlers, &o, &err));
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(target, sizeof(target), "%s:%d", hosts[i],
			       rpc_server_port(o.server));
		ask_and_close(&o, client_open_at(target, mine.certificate.p), RPC_OK);
	}
	assert_int_equal(o.calls, 2);
	ask_and_close(&o, client_open_at(target, other.certificate.p), RPC_UNAVAILABLE);
	ask_and_close(&o, client_open_at(target, NULL), RPC_UNAVAILABLE);
	assert_int_equal(o.calls, 2);
	close_server(&o);
	arena_done(&a);
}

static void test_tls_unusable(void **state)
{
	struct rpc_identity identity = {"no certificate", "no key"};
	struct rpc_server_settings settings = {.host = "127.0.0.1", .identity = &identity};
	struct owner o = {0};
	struct err err = ERR_INIT;

	(void)state;
	rpc_loop_open(&o.loop);
	assert_false(rpc_server_open(&o.server, o.loop, &settings, &handlers, &o, &err));
	rpc_loop_close(o.loop);
}

/* A server without a port serves who waits at a socket that was brought to it. */
static void test_accept(void **state)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct rpc_server_settings settings = {.host = NULL};
	socklen_t n = sizeof(to);
	struct owner o = {0};
	struct err err = ERR_INIT;
	struct client *c, *d;
	struct client_call *k, *l;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&to, n), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &n), 0);
	rpc_loop_open(&o.loop);
	assert_true(rpc_server_open(&o.server, o.loop, &settings, &handlers, &o, &err));
	assert_int_equal(rpc_server_port(o.server), 0);
	c = client_open(ntohs(to.sin_port));
	d = client_open(ntohs(to.sin_port));
	k = ask(c, "/test/Echo", "hello");
	l = ask(d, "/test/Echo", "there");
	UNTIL(&o, c, (rpc_server_accept(o.server, fd), client_step(d),
		      client_done(k) && client_done(l)));
	assert_true(str_is(client_reply(k), "you said hello"));
	assert_true(str_is(client_reply(l), "you said there"));
	assert_false(o.peer);
	client_free(k);
	client_free(l);
	client_close(c);
	client_close(d);
	close_server(&o);
	close(fd);
}

/* Who has no key is turned away before the request is read. */
static bool has_key(void *ctx, struct rpc_call *call)
{
	struct owner *o = ctx;

	o->admitted++;
	if (str_is(rpc_call_metadata(call, "authorization"), "Bearer key"))
		return true;
	rpc_call_fail(call, RPC_UNAUTHENTICATED, "no key");
	return false;
}

static void test_admits(void **state)
{
	static const struct rpc_handlers asking = {
		.admits = has_key, .on_call = on_call, .on_end = on_end};
	struct rpc_server_settings settings = {.host = "127.0.0.1"};
	struct owner o = {.big = calloc(1, BIG_BYTES)};
	struct err err = ERR_INIT;
	struct client_call *k;
	struct client *c;

	(void)state;
	rpc_loop_open(&o.loop);
	assert_true(rpc_server_open(&o.server, o.loop, &settings, &asking, &o, &err));
	c = client_open(rpc_server_port(o.server));
	k = client_start(c, "/test/Echo", str_slice(o.big, BIG_BYTES), CLIENT_PLAIN, 0);
	UNTIL(&o, c, client_done(k));
	assert_int_equal(client_status(k), RPC_UNAUTHENTICATED);
	client_free(k);
	UNTIL(&o, c, o.ended == 1);
	assert_int_equal(o.calls, 0);
	client_authorization(c, "Bearer key");
	k = ask(c, "/test/Echo", "hello");
	UNTIL(&o, c, client_done(k) && o.ended == 2);
	assert_int_equal(client_status(k), RPC_OK);
	assert_int_equal(o.admitted, 2);
	assert_int_equal(o.calls, 1);
	client_free(k);
	client_close(c);
	close_server(&o);
	free(o.big);
}

static void test_unknown_method(void **state)
{
	struct owner o;
	struct client *c;
	struct client_call *k;

	(void)state;
	open_server(&o);
	c = client_open(rpc_server_port(o.server));
	k = ask(c, "/nowhere/Nothing", "hello");
	UNTIL(&o, c, client_done(k));
	assert_int_equal(client_status(k), RPC_UNIMPLEMENTED);
	assert_true(str_is(client_message(k), "no such method: \xc3\xbc\n"));
	client_free(k);
	client_close(c);
	close_server(&o);
}

static void test_held(void **state)
{
	struct owner o;
	struct client *c;
	struct client_call *held, *k;

	(void)state;
	open_server(&o);
	c = client_open(rpc_server_port(o.server));
	held = ask(c, "/test/Hold", "wait");
	UNTIL(&o, c, o.held);
	k = ask(c, "/test/Echo", "meanwhile");
	UNTIL(&o, c, client_done(k));
	client_free(k);
	assert_false(client_done(held));
	rpc_call_reply(o.held, (struct str[]){STR("at last")}, 1);
	UNTIL(&o, c, client_done(held));
	assert_true(str_is(client_reply(held), "at last"));
	client_free(held);
	UNTIL(&o, c, o.ended == 2);
	assert_int_equal(o.delivered, 2);
	client_close(c);
	close_server(&o);
}

/* The three ways in which a peer gives a held call up. */
static void test_cancelled(void **state)
{
	struct owner o;
	struct client *c;
	struct client_call *k;

	(void)state;
	open_server(&o);
	c = client_open(rpc_server_port(o.server));
	o.holds = true;
	k = ask(c, "/test/Hold", "");
	UNTIL(&o, c, o.held);
	client_cancel(k);
	UNTIL(&o, c, o.ended == 1);
	UNTIL(&o, c, client_done(k));
	client_free(k);

	k = client_start(c, "/test/Hold", STR(""), CLIENT_PLAIN, 50);
	UNTIL(&o, c, o.ended == 2 && client_done(k));
	assert_int_equal(client_status(k), 4); /* DEADLINE_EXCEEDED */
	client_free(k);

	assert_int_equal(o.delivered, 0);
	/* Answered in the same moment as it is given up: one end, whichever wins. */
	k = ask(c, "/test/Hold", "");
	UNTIL(&o, c, o.held);
	client_cancel(k);
	client_step(c);
	rpc_call_reply(o.held, (struct str[]){STR("too late")}, 1);
	UNTIL(&o, c, o.ended == 3 && client_done(k));
	client_free(k);
	client_close(c);
	close_server(&o);
	assert_int_equal(o.ended, 3);
}

/* The peer's process, as it is killed while its call is held. */
static void test_peer_killed(void **state)
{
	struct owner o;
	struct err err = ERR_INIT;
	int ports[2], port;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ports), 0);
	pid = fork(); /* before this process has threads of libgrpc's */
	assert_true(pid >= 0);
	if (pid == 0) {
		struct client *c;

		if (read(ports[0], &port, sizeof(port)) != sizeof(port))
			_exit(1);
		c = client_open(port);
		(void)ask(c, "/test/Hold", "");
		for (;;) {
			client_step(c);
			usleep(1000);
		}
	}
	o = (struct owner){0};
	assert_true(serve(&o, &o.server, "127.0.0.1", 0, &err));
	port = rpc_server_port(o.server);
	assert_int_equal(write(ports[1], &port, sizeof(port)), sizeof(port));
	UNTIL(&o, (struct client *)NULL, o.held);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	UNTIL(&o, (struct client *)NULL, o.ended == 1);
	assert_int_equal(o.delivered, 0);
	close_server(&o);
	close(ports[0]);
	close(ports[1]);
}

static void test_big(void **state)
{
	struct owner o;
	struct client *c;
	struct client_call *k;

	(void)state;
	open_server(&o);
	o.big = mem_alloc(BIG_BYTES);
	memset(o.big, 'x', BIG_BYTES);
	c = client_open(rpc_server_port(o.server));
	k = ask(c, "/test/Big", "");
	UNTIL(&o, c, client_done(k));
	assert_int_equal(client_status(k), RPC_OK);
	assert_int_equal(client_reply(k).n, BIG_BYTES);
	assert_memory_equal(client_reply(k).p, o.big, BIG_BYTES);
	client_free(k);
	/* And as large a request: 4 MB is libgrpc's own limit. */
	k = client_start(c, "/test/Nothing", (struct str){o.big, BIG_BYTES}, CLIENT_PLAIN, 0);
	UNTIL(&o, c, client_done(k));
	assert_int_equal(o.request_bytes, BIG_BYTES);
	client_free(k);
	client_close(c);
	close_server(&o);
	mem_free(o.big);
}

static void test_gzip(void **state)
{
	char text[20000];
	struct owner o;
	struct client *c;
	struct client_call *k;

	(void)state;
	memset(text, 'a', sizeof(text));
	open_server(&o);
	c = client_open(rpc_server_port(o.server));
	k = client_start(c, "/test/Echo", (struct str){text, sizeof(text)}, CLIENT_GZIP, 0);
	UNTIL(&o, c, client_done(k));
	assert_int_equal(client_status(k), RPC_OK);
	assert_int_equal(o.request_bytes, sizeof(text));
	assert_memory_equal(client_reply(k).p + strlen("you said "), text, sizeof(text));
	client_free(k);
	client_close(c);
	close_server(&o);
}

#define MANY 300 /* more than the server asks for ahead */

static void test_many(void **state)
{
	struct client_call *k[MANY];
	struct owner o;
	struct client *c;
	size_t done = 0;

	(void)state;
	open_server(&o);
	c = client_open(rpc_server_port(o.server));
	for (size_t i = 0; i < MANY; i++)
		k[i] = ask(c, i % 2 ? "/test/Echo" : "/test/Hold", "x");
	UNTIL(&o, c, o.calls == MANY);
	UNTIL(&o, c, o.ended == MANY / 2);
	/* The owner goes away with the other half held: each ends, none as delivered. */
	o.held = NULL;
	for (size_t i = 0; i < MANY; i++)
		done += client_done(k[i]);
	assert_true(done <= MANY / 2);
	for (size_t i = 0; i < MANY; i += 2)
		client_cancel(k[i]);
	for (size_t i = 0; i < MANY; i++) {
		UNTIL(&o, c, client_done(k[i]));
		client_free(k[i]);
	}
	UNTIL(&o, c, o.ended == MANY);
	assert_int_equal(o.delivered, MANY / 2);
	client_close(c);
	close_server(&o);
}

static void test_close_with_held(void **state)
{
	struct owner o;
	struct client *c;
	struct client_call *k;
	int64_t end = now_ms() + WAIT_MS;

	(void)state;
	open_server(&o);
	c = client_open(rpc_server_port(o.server));
	k = ask(c, "/test/Hold", "");
	UNTIL(&o, c, o.held);
	close_server(&o);
	assert_int_equal(o.ended, 1);
	assert_int_equal(o.delivered, 0);
	while (!client_done(k) && now_ms() < end)
		client_step(c);
	assert_true(client_done(k));
	assert_int_not_equal(client_status(k), RPC_OK);
	client_free(k);
	client_close(c);
}

static void test_port_taken(void **state)
{
	struct rpc_server *second = NULL;
	struct err err = ERR_INIT;
	char port[16];
	struct owner o;

	(void)state;
	open_server(&o);
	assert_false(serve(&o, &second, "127.0.0.1", rpc_server_port(o.server), &err));
	assert_null(second);
	(void)snprintf(port, sizeof(port), "%d", rpc_server_port(o.server));
	assert_non_null(strstr(err.message, port));
	assert_non_null(strstr(err.message, "127.0.0.1"));
	assert_non_null(strstr(err.message, "in use"));
	assert_false(serve(&o, &second, "192.0.2.1", 0, &err));
	assert_non_null(strstr(err.message, "192.0.2.1"));
	close_server(&o);
}

/* With nothing to do the server sleeps: neither a busy loop nor a needless wakeup. */
static void test_idle(void **state)
{
	struct rusage before, after;
	struct client_call *k;
	struct client *c;
	struct owner o;
	int64_t began;
	long us;

	(void)state;
	open_server(&o);
	c = client_open(rpc_server_port(o.server));
	k = ask(c, "/test/Hold", "");
	UNTIL(&o, c, o.held);
	(void)rpc_loop_step(o.loop, 100);
	getrusage(RUSAGE_SELF, &before);
	began = now_ms();
	assert_int_equal(rpc_loop_step(o.loop, 1000), 0);
	assert_in_range(now_ms() - began, 950, 5000);
	getrusage(RUSAGE_SELF, &after);
	us = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 +
	     after.ru_utime.tv_usec - before.ru_utime.tv_usec +
	     (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1000000 +
	     after.ru_stime.tv_usec - before.ru_stime.tv_usec;
	assert_in_range(us, 0, 20000);
	assert_in_range(after.ru_nvcsw - before.ru_nvcsw, 0, 40);
	print_message("idle second: %ld us of CPU, %ld wakeups\n", us,
		      after.ru_nvcsw - before.ru_nvcsw);
	client_cancel(k);
	UNTIL(&o, c, client_done(k));
	client_free(k);
	client_close(c);
	close_server(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer_killed), /* first: it forks */
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_tls_unusable),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_admits),
		cmocka_unit_test(test_unknown_method),
		cmocka_unit_test(test_held),
		cmocka_unit_test(test_cancelled),
		cmocka_unit_test(test_big),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_close_with_held),
		cmocka_unit_test(test_port_taken),
		cmocka_unit_test(test_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
