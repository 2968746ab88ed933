/* SPDX-License-Identifier: MIT */
/* test_gate.c: keys that fit, and the user at the other end of a connection. */
#include "replayer/remote/gate.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "replayer/remote/procnet.h"

#define KEY "s3cret-Key.1"

static void check_keys(void **state)
{
	static const struct {
		const char *header;
		bool fits;
	} rows[] = {
		{"Bearer " KEY, true},	      {"bearer " KEY, true},   {"Bearer s3cret-Key.2", false},
		{"Bearer " KEY "x", false},   {"Bearer s3cret", false}, {"Bearer ", false},
		{"Bearer", false},	      {"", false},	       {KEY, false},
		{"Basic " KEY, false},	      {"Bearer  " KEY, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (gate_key_fits(str_of(rows[i].header), STR(KEY)) != rows[i].fits)
			fail_msg("%s", rows[i].header);
	assert_false(gate_key_fits(STR_NONE, STR(KEY)));
	assert_false(gate_key_fits(STR("Bearer "), STR("")));
}

/* Both ends of a connection on loopback. */
struct pair {
	int listener, near, far;
	int port;
	char peer[80]; /* the far end, as libgrpc writes it */
};

static void connect_pair(struct pair *p, int family)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} a = {.any.sa_family = (sa_family_t)family};
	socklen_t n = family == AF_INET ? sizeof(a.in) : sizeof(a.in6);

	if (family == AF_INET)
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		a.in6.sin6_addr = in6addr_loopback;
	p->listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->listener, &a.any, n), 0);
	assert_int_equal(listen(p->listener, 1), 0);
	assert_int_equal(getsockname(p->listener, &a.any, &n), 0);
	p->port = ntohs(family == AF_INET ? a.in.sin_port : a.in6.sin6_port);
	p->far = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(p->far, &a.any, n), 0);
	p->near = accept(p->listener, NULL, NULL);
	assert_int_equal(getsockname(p->far, &a.any, &n), 0);
	if (family == AF_INET)
		(void)snprintf(p->peer, sizeof(p->peer), "ipv4:127.0.0.1:%d",
			       ntohs(a.in.sin_port));
	else
		(void)snprintf(p->peer, sizeof(p->peer), "ipv6:%%5B::1%%5D:%d",
			       ntohs(a.in6.sin6_port));
}

static void disconnect(struct pair *p)
{
	close(p->far);
	close(p->near);
	close(p->listener);
}

static void check_user(void **state)
{
	static const int families[] = {AF_INET, AF_INET6};
	static const struct str hosts[] = {STR("127.0.0.1"), STR("::1")};

	for (size_t i = 0; i < 2; i++) {
		uid_t user = 4711;
		struct pair p;

		connect_pair(&p, families[i]);
		assert_true(procnet_user(str_of(p.peer), hosts[i], p.port, &user));
		assert_int_equal(user, geteuid());
		assert_false(procnet_user(str_of(p.peer), hosts[i], p.port + 1, &user));
		/* Somebody else's, at the same port: both may come from one port. */
		assert_false(procnet_user(str_of(p.peer), STR("127.0.0.2"), p.port, &user));
		assert_false(procnet_user(str_of(p.peer), STR("nowhere"), p.port, &user));
		assert_true(procnet_connected(str_of(p.peer), p.port));
		assert_false(procnet_connected(str_of(p.peer), p.port + 1));
		close(p.far);
		p.far = -1;
		assert_false(procnet_connected(str_of(p.peer), p.port));
		disconnect(&p);
		assert_false(procnet_user(str_of(p.peer), hosts[i], p.port, &user));
	}
}

static void check_no_user(void **state)
{
	static const char *const peers[] = {"", "fd:7", "unix:/tmp/x", "ipv4:", "ipv4:127.0.0.1",
					    "ipv4:127.0.0.1:1", "ipv6:%5B::1%5D", "ipv6:%5",
					    "ipv4:not-an-address:80"};
	uid_t user;

	for (size_t i = 0; i < sizeof(peers) / sizeof(*peers); i++)
		assert_false(procnet_user(str_of(peers[i]), STR("127.0.0.1"), 7233, &user));
}

static void check_loopback(void **state)
{
	struct listen l = {.host = STR("127.0.0.1"), .loopback = true};
	struct gate *g, *other;
	struct arena a;
	struct pair p;

	arena_init(&a);
	connect_pair(&p, AF_INET);
	gate_open(&g, &l, p.port, geteuid());
	gate_open(&other, &l, p.port, geteuid() + 1);
	assert_int_equal(gate_ask(g, str_of(p.peer), STR_NONE), GATE_OPEN);
	assert_int_equal(gate_ask(other, str_of(p.peer), STR_NONE), GATE_STRANGER);
	assert_true(str_has(gate_sentence(other, GATE_STRANGER, str_of(p.peer), &a), "user id"));
	assert_int_equal(gate_ask(g, STR("ipv4:127.0.0.1:1"), STR_NONE), GATE_GONE);
	assert_int_equal(gate_refused(g), 0);
	assert_int_equal(gate_refused(other), 1);
	/* Known while it has a call; looked up anew when it has none. */
	disconnect(&p);
	assert_int_equal(gate_ask(g, str_of(p.peer), STR_NONE), GATE_OPEN);
	gate_leave(g, str_of(p.peer));
	gate_leave(g, str_of(p.peer));
	assert_int_equal(gate_ask(g, str_of(p.peer), STR_NONE), GATE_GONE);
	gate_close(g);
	gate_close(other);
	arena_done(&a);
}

/* A key does not make a stranger welcome on loopback; elsewhere it is all that counts. */
static void check_key_and_user(void **state)
{
	struct listen near = {.loopback = true, .api_key = STR(KEY)};
	struct listen far = {.api_key = STR(KEY)};
	struct str right = STR("Bearer " KEY), peer = STR("ipv4:10.0.0.7:1234");
	struct gate *g;
	struct pair p;

	gate_open(&g, &near, 7233, geteuid());
	assert_int_equal(gate_ask(g, peer, right), GATE_GONE);
	gate_close(g);
	connect_pair(&p, AF_INET6);
	gate_open(&g, &near, p.port, geteuid() + 1);
	assert_int_equal(gate_ask(g, str_of(p.peer), right), GATE_STRANGER);
	gate_close(g);
	disconnect(&p);
	gate_open(&g, &far, 7233, geteuid());
	assert_int_equal(gate_ask(g, peer, right), GATE_OPEN);
	assert_int_equal(gate_ask(g, peer, STR("Bearer x")), GATE_WRONG_KEY);
	assert_int_equal(gate_ask(g, peer, STR_NONE), GATE_NO_KEY);
	assert_int_equal(gate_refused(g), 2);
	gate_leave(g, peer);
	gate_close(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_keys),	  cmocka_unit_test(check_user),
		cmocka_unit_test(check_no_user),  cmocka_unit_test(check_loopback),
		cmocka_unit_test(check_key_and_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
