/* SPDX-License-Identifier: MIT */
/* gate.h: who may call a frontend that not only our own child can reach. */
#pragma once

#include "formats/base/arena.h"
#include "replayer/remote/listen.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * On loopback anybody on this machine can connect, so the owner of the caller's end of the
 * connection is looked up in the kernel's table, and must be USER. It is looked up once for
 * all calls of a connection, which lives while one of its calls does:
 *
 *     gate_ask() -> GATE_OPEN or not -> ... the call ends -> gate_leave()
 *
 * Who stays in between keeps its port from everybody else, so no other process can come in
 * under its address.
 */
struct gate;

enum gate_answer {
	GATE_OPEN,
	GATE_STRANGER, /* another user's process, or nobody knows whose */
	GATE_GONE,     /* its connection is broken, so nobody hears the answer */
	GATE_NO_KEY,
	GATE_WRONG_KEY,
	GATE_ANSWERS,
};

/* PORT: ours. The strings of L must outlive it. */
void gate_open(struct gate **ret, const struct listen *l, int port, uid_t user);
void gate_close(struct gate *g);

/* PEER: of rpc_call_peer(). AUTHORIZATION: the header of that name, or STR_NONE. */
enum gate_answer gate_ask(struct gate *g, struct str peer, struct str authorization);
/* A call was asked for, whatever the answer, and is over now. */
void gate_leave(struct gate *g, struct str peer);

/* For people: who was refused, and why. */
struct str gate_sentence(const struct gate *g, enum gate_answer answer, struct str peer,
			 struct arena *a);
/* Calls that were refused until now. */
size_t gate_refused(const struct gate *g);

/* Is it "Bearer KEY"? Takes as long for any other key of that length. */
bool gate_key_fits(struct str authorization, struct str key);
