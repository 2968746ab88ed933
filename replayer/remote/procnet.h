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
