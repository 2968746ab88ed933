/* SPDX-License-Identifier: MIT */
/* procnet.c: /proc/net/tcp and tcp6 matched with the sockets of processes. */
#include "replayer/remote/procnet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>

/* States of the fourth column, as the kernel numbers them. */
#define TCP_STATE_ESTABLISHED 1
#define TCP_STATE_SYN_SENT 2
#define TCP_STATE_LISTEN 10

#define PORT_TEMPORAL 7233

struct endpoint {
	uint8_t ip[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint32_t port;
};

struct tcp {
	struct endpoint local, peer;
	uint32_t state;
	uid_t user;
	uint64_t inode;
};

struct tcps {
	struct tcp *at;
	size_t n, cap;
};

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static void ip_from_v4(const void *v4, uint8_t ip[16])
{
	memcpy(ip, mapped, sizeof(mapped));
	memcpy(ip + 12, v4, 4);
}

static bool ip_is_v4(const uint8_t ip[16])
{
	return memcmp(ip, mapped, sizeof(mapped)) == 0;
}

static bool ip_any(const uint8_t ip[16])
{
	static const uint8_t zero[16];

	return memcmp(ip, zero, 16) == 0 || (ip_is_v4(ip) && memcmp(ip + 12, zero, 4) == 0);
}

static bool ip_loopback(const uint8_t ip[16])
{
	static const uint8_t one[16] = {[15] = 1};

	return memcmp(ip, one, 16) == 0 || (ip_is_v4(ip) && ip[12] == 127);
}

static bool endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && memcmp(a->ip, b->ip, 16) == 0;
}

/* "127.0.0.1" or "::1". */
static bool endpoint_host(struct str s, struct endpoint *ret)
{
	char host[64];
	uint8_t v4[4];

	if (!s.n || s.n >= sizeof(host))
		return false;
	memcpy(host, s.p, s.n);
	host[s.n] = '\0';
	if (inet_pton(AF_INET, host, v4) == 1) {
		ip_from_v4(v4, ret->ip);
		return true;
	}
	return inet_pton(AF_INET6, host, ret->ip) == 1;
}

/* "127.0.0.1:7233" or "[::1]:7233". */
static bool endpoint_parse(struct str s, struct endpoint *ret)
{
	long long port;
	size_t colon = s.n;

	while (colon > 0 && s.p[colon - 1] != ':')
		colon--;
	if (colon == 0 || !str_to_int(str_skip(s, colon), &port))
		return false;
	s = str_take(s, colon - 1);
	if (s.n > 2 && s.p[0] == '[')
		s = str_slice(s.p + 1, s.n - 2);
	ret->port = (uint32_t)port;
	return endpoint_host(s, ret);
}

static struct str endpoint_text(const struct endpoint *e, struct arena *a)
{
	char host[INET6_ADDRSTRLEN];

	if (ip_is_v4(e->ip)) {
		inet_ntop(AF_INET, e->ip + 12, host, sizeof(host));
		return arena_printf(a, "%s:%u", host, e->port);
	}
	inet_ntop(AF_INET6, e->ip, host, sizeof(host));
	return arena_printf(a, "[%s]:%u", host, e->port);
}

/* The hexadecimal number of S, of at most 8 digits. */
static bool hex(struct str s, uint32_t *ret)
{
	static const char digits[] = "0123456789ABCDEF";
	uint32_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *d = s.p[i] ? strchr(digits, s.p[i]) : NULL;

		if (!d)
			return false;
		v = v << 4 | (uint32_t)(d - digits);
	}
	*ret = v;
	return s.n > 0 && s.n <= 8;
}

/* "0100007F:1C41": words of the machine's own byte order, then the port: 127.0.0.1:7233. */
static bool endpoint_from_hex(struct str s, struct endpoint *ret)
{
	struct str host = str_split(&s, ':');
	size_t words = host.n / 8;
	uint32_t ip[4], port;

	if (host.n % 8 != 0 || (words != 1 && words != 4) || !hex(s, &port))
		return false;
	for (size_t i = 0; i < words; i++)
		if (!hex(str_slice(host.p + i * 8, 8), &ip[i]))
			return false;
	if (words == 1)
		ip_from_v4(ip, ret->ip);
	else
		memcpy(ret->ip, ip, 16);
	ret->port = port;
	return true;
}

/* Columns: number, local, peer, state; three more; user, one more; inode. */
static bool tcp_parse(struct str line, struct tcp *ret)
{
	long long inode, user;

	(void)procs_word(&line);
	if (!endpoint_from_hex(procs_word(&line), &ret->local) ||
	    !endpoint_from_hex(procs_word(&line), &ret->peer) ||
	    !hex(procs_word(&line), &ret->state))
		return false;
	for (int i = 0; i < 3; i++)
		(void)procs_word(&line);
	if (!str_to_int(procs_word(&line), &user))
		return false;
	(void)procs_word(&line);
	if (!str_to_int(procs_word(&line), &inode))
		return false;
	ret->user = (uid_t)user;
	ret->inode = (uint64_t)inode;
	return true;
}

static void read_table(const char *path, struct tcps *ret)
{
	struct buf text CLEANUP(buf_done) = {0};
	struct str rest;
	struct tcp t;

	(void)procs_read(path, &text);
	rest = buf_str(&text);
	while (rest.n > 0)
		if (tcp_parse(str_split(&rest, '\n'), &t)) /* the head of the table is none */
			vec_push(ret, t);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The connections and listeners of PIDS; sockets first, so that none is newer than the table. */
static void read_group(const struct pids *pids, struct tcps *ret)
{
	struct inodes inodes = {0};
	struct tcps all = {0};
	char path[64];

	for (size_t i = 0; i < pids->n; i++)
		procs_sockets(pids->at[i], &inodes);
	if (inodes.n > 0) {
		qsort(inodes.at, inodes.n, sizeof(*inodes.at), by_number);
		/* Their own table: they may live in another network namespace. */
		(void)snprintf(path, sizeof(path), "/proc/%d/net/tcp", (int)pids->at[0]);
		read_table(path, &all);
		(void)snprintf(path, sizeof(path), "/proc/%d/net/tcp6", (int)pids->at[0]);
		read_table(path, &all);
	}
	for (size_t i = 0; i < all.n; i++)
		if (bsearch(&all.at[i].inode, inodes.at, inodes.n, sizeof(*inodes.at), by_number))
			vec_push(ret, all.at[i]);
	vec_done(&all);
	vec_done(&inodes);
}

/* A connection among themselves, or one that came in from outside. */
static bool is_domestic(const struct tcps *group, const struct tcp *t)
{
	for (size_t i = 0; i < group->n; i++) {
		const struct tcp *l = &group->at[i];

		if (l->state != TCP_STATE_LISTEN)
			continue;
		if (l->local.port == t->local.port || endpoint_eq(&l->local, &t->peer))
			return true;
		if (l->local.port == t->peer.port && ip_any(l->local.ip) &&
		    (ip_loopback(t->peer.ip) || memcmp(t->peer.ip, t->local.ip, 16) == 0))
			return true;
	}
	return false;
}

bool procnet_foreign(const struct pids *pids, struct str frontend, struct arena *a,
		     struct str *ret)
{
	struct tcps group = {0};
	const struct tcp *found = NULL;
	struct endpoint ours = {0};

	(void)endpoint_parse(frontend, &ours);
	read_group(pids, &group);
	for (size_t i = 0; i < group.n; i++) {
		const struct tcp *t = &group.at[i];

		if ((t->state != TCP_STATE_ESTABLISHED && t->state != TCP_STATE_SYN_SENT) ||
		    endpoint_eq(&t->peer, &ours) || is_domestic(&group, t))
			continue;
		if (!found || (t->peer.port == PORT_TEMPORAL &&
			       found->peer.port != PORT_TEMPORAL))
			found = t;
	}
	if (found)
		*ret = endpoint_text(&found->peer, a);
	vec_done(&group);
	return found != NULL;
}

/* "ipv6:%5B::1%5D:41234" becomes "[::1]:41234". */
static struct str without_escapes(struct str s, char *room, size_t n)
{
	struct buf out CLEANUP(buf_done) = {0};
	uint32_t c;

	(void)str_split(&s, ':');
	while (s.n > 0) {
		if (s.p[0] == '%' && s.n > 2 && hex(str_slice(s.p + 1, 2), &c)) {
			buf_add_char(&out, (char)c);
			s = str_skip(s, 3);
		} else {
			buf_add_char(&out, s.p[0]);
			s = str_skip(s, 1);
		}
	}
	if (out.n > n)
		return STR_NONE;
	memcpy(room, out.p ? out.p : "", out.n);
	return str_slice(room, out.n);
}

/*
 * One end of the connection between PEER and our port: theirs, or ours. HOST: ours, or NULL
 * for any.
 */
static bool find_end(struct str peer, const struct endpoint *host, int port, bool ours,
		     struct tcp *ret)
{
	struct endpoint theirs;
	struct tcps all = {0};
	bool found = false;
	char room[96];

	if (!str_starts(peer, STR("ipv4:")) && !str_starts(peer, STR("ipv6:")))
		return false;
	if (!endpoint_parse(without_escapes(peer, room, sizeof(room)), &theirs))
		return false;
	read_table("/proc/self/net/tcp", &all);
	read_table("/proc/self/net/tcp6", &all);
	for (size_t i = 0; i < all.n && !found; i++) {
		const struct tcp *t = &all.at[i];
		const struct endpoint *us = ours ? &t->local : &t->peer;
		const struct endpoint *them = ours ? &t->peer : &t->local;

		found = t->state == TCP_STATE_ESTABLISHED && endpoint_eq(them, &theirs) &&
			us->port == (uint32_t)port &&
			(!host || memcmp(us->ip, host->ip, sizeof(us->ip)) == 0);
		if (found)
			*ret = *t;
	}
	vec_done(&all);
	return found;
}

bool procnet_user(struct str peer, struct str host, int port, uid_t *ret)
{
	struct endpoint ours;
	struct tcp end;

	if (!endpoint_host(host, &ours) || !find_end(peer, &ours, port, false, &end))
		return false;
	*ret = end.user;
	return true;
}

bool procnet_connected(struct str peer, int port)
{
	struct tcp end;

	return find_end(peer, NULL, port, true, &end);
}
