/* SPDX-License-Identifier: MIT */
/* procnet.h: whom a group of processes talks to over TCP, read from /proc. */
#pragma once

#include "formats/base/arena.h"
#include "replayer/remote/procs.h"

/*
 * The first peer, connected or being connected to, of a connection that one of PIDS made
 * and that is neither FRONTEND ("127.0.0.1:7233") nor a listener of theirs; one on the
 * port of Temporal servers comes before others. "10.0.0.7:7233", "[2001:db8::1]:443".
 */
bool procnet_foreign(const struct pids *pids, struct str frontend, struct arena *a,
		     struct str *ret);

/*
 * The user whose process holds the other end of a connection to HOST, an address of ours,
 * and our port PORT, from the tables of our own network namespace. Without HOST it could be
 * one to somebody else's port of that number, from the same port at the other end. PEER: as libgrpc writes it, "ipv4:127.0.0.1:41234" or
 * "ipv6:%5B::1%5D:41234". False: there is no such connection, or it is no TCP.
 */
bool procnet_user(struct str peer, struct str host, int port, uid_t *ret);
/* Whether that connection still stands, seen from our end; the other may be anywhere. */
bool procnet_connected(struct str peer, int port);
