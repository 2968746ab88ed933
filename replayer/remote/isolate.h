/* SPDX-License-Identifier: MIT */
/* isolate.h: a worker in a network of its own that holds nothing but one port of ours. */
#pragma once

#include "formats/base/err.h"

/*
 * The program starts itself once more as a helper (libgrpc has threads, so it can't fork);
 * the helper makes the namespaces, opens the port in there, passes it out, closes what
 * leads around the network, and becomes the worker's shell:
 *
 *     hindcast --posix_spawn--> hindcast ISOLATE_WORD ... : unshare, map users, lo up,
 *        |                         |                        listen
 *        |<---- listening socket, or the step that failed --'
 *        |   (SCM_RIGHTS)          '--> sockets of other kinds closed --> /bin/sh -c COMMAND
 *
 * What it covers and what not: docs/replay.md. There is no way back and no half of it: the
 * helper runs the command behind the last step or not at all.
 */
#define ISOLATE_WORD "--isolated-worker"
/* The port in the worker's own network, where none is in use: Temporal's. */
#define ISOLATE_PORT 7233

/* The helper's whole life: ARGV is ISOLATE_WORD, PORT, COMMAND. Its channel is descriptor 3.
 * Returns, with an exit code, only where it did not work. */
int isolate_main(char *const *argv, int argc, char *const *environment);

/* ENDS[0] stays here and does not block, ENDS[1] becomes the helper's descriptor 3. */
bool isolate_channel(int ends[2], struct err *err);
/*
 * What the helper says. *RET: the listening socket, the caller's from now on; -1: nothing
 * yet. False: it could not be done; the step, the system's reason and what to do.
 */
bool isolate_receive(int channel, int *ret, struct err *err);
