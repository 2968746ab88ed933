/* SPDX-License-Identifier: MIT */
/* gate.c: the user behind a connection, and the key in a call. */
#include "replayer/remote/gate.h"

#include "formats/base/vec.h"
#include "replayer/remote/procnet.h"

/* A connection that has calls with us. */
struct guest {
	char peer[80]; /* "ipv6:%5B...%5D:41234" takes 60 */
	bool known;    /* whose it is */
	bool gone;     /* it is nobody's any more */
	uid_t user;
	size_t calls;
};

struct gate {
	const struct listen *listen;
	int port;
	uid_t user;
	VEC_OF(struct guest) guests;
	size_t refused;
};

void gate_open(struct gate **ret, const struct listen *l, int port, uid_t user)
{
	struct gate *g = mem_zalloc(sizeof(*g));

	g->listen = l;
	g->port = port;
	g->user = user;
	*ret = g;
}

void gate_close(struct gate *g)
{
	if (!g)
		return;
	vec_done(&g->guests);
	mem_free(g);
}

static struct guest *guest_of(const struct gate *g, struct str peer)
{
	for (size_t i = 0; i < g->guests.n; i++)
		if (str_is(peer, g->guests.at[i].peer))
			return &g->guests.at[i];
	return NULL;
}

/* NULL: its name is longer than any that is an address. */
static struct guest *guest_comes(struct gate *g, struct str peer)
{
	struct guest *guest = guest_of(g, peer), new = {.calls = 0};

	if (!guest) {
		if (peer.n >= sizeof(new.peer))
			return NULL;
		memcpy(new.peer, peer.p ? peer.p : "", peer.n);
		new.known = procnet_user(peer, g->listen->host, g->port, &new.user);
		new.gone = !new.known && !procnet_connected(peer, g->port);
		vec_push(&g->guests, new);
		guest = vec_last(&g->guests);
	}
	guest->calls++;
	return guest;
}

void gate_leave(struct gate *g, struct str peer)
{
	struct guest *guest = guest_of(g, peer);

	if (guest && --guest->calls == 0)
		*guest = g->guests.at[--g->guests.n];
}

bool gate_key_fits(struct str authorization, struct str key)
{
	struct str scheme = str_take(authorization, 7);
	unsigned differs = 0;

	if (scheme.n < 7 || strncasecmp(scheme.p, "Bearer ", 7) != 0)
		return false;
	authorization = str_skip(authorization, scheme.n);
	if (authorization.n != key.n || key.n == 0)
		return false;
	for (size_t i = 0; i < key.n; i++)
		differs |= (unsigned char)(authorization.p[i] ^ key.p[i]);
	return differs == 0;
}

static enum gate_answer answer_to(const struct gate *g, const struct guest *guest,
				  struct str authorization)
{
	const struct listen *l = g->listen;

	if (l->loopback && guest && guest->gone)
		return GATE_GONE;
	if (l->loopback && (!guest || !guest->known || guest->user != g->user))
		return GATE_STRANGER;
	if (!l->api_key.p)
		return GATE_OPEN;
	if (!authorization.p)
		return GATE_NO_KEY;
	return gate_key_fits(authorization, l->api_key) ? GATE_OPEN : GATE_WRONG_KEY;
}

enum gate_answer gate_ask(struct gate *g, struct str peer, struct str authorization)
{
	const struct guest *guest = g->listen->loopback ? guest_comes(g, peer) : NULL;
	enum gate_answer answer = answer_to(g, guest, authorization);

	g->refused += answer != GATE_OPEN && answer != GATE_GONE;
	return answer;
}

struct str gate_sentence(const struct gate *g, enum gate_answer answer, struct str peer,
			 struct arena *a)
{
	const struct guest *guest = guest_of(g, peer);

	if (answer == GATE_NO_KEY)
		return arena_printf(a, "a caller without an API key was refused (%.*s): has the "
				       "worker TEMPORAL_API_KEY?", STR_ARG(peer));
	if (answer == GATE_WRONG_KEY)
		return arena_printf(a, "a caller with another API key was refused (%.*s)",
				    STR_ARG(peer));
	if (!guest || !guest->known)
		return arena_printf(a, "a caller was refused (%.*s): on loopback only processes of "
				       "one's own user are served, and nobody knows whose this is",
				    STR_ARG(peer));
	return arena_printf(a, "a process of user id %u was refused (%.*s): on loopback only "
			       "those of one's own user (%u) are served",
			    (unsigned)guest->user, STR_ARG(peer), (unsigned)g->user);
}

size_t gate_refused(const struct gate *g)
{
	return g->refused;
}
