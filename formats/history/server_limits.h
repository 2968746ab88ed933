/* SPDX-License-Identifier: MIT */
/* server_limits.h: how far a Temporal server lets a run grow, and from when it warns. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Defaults of a self-hosted server (1.29); all are dynamic configuration, so a run may be
 * past them and legal where it was recorded. 0: no such level.
 */
enum server_limit {
	SERVER_EVENTS,
	SERVER_BYTES,	 /* of all events, as protobuf */
	SERVER_BLOB,	 /* of one payload list or event */
	SERVER_MEMO,
	SERVER_SEARCH_ATTRIBUTES,
	SERVER_ID,	 /* ids, types and names */
	SERVER_ACTIVITIES, /* pending at one time, and so on */
	SERVER_CHILDREN,
	SERVER_SIGNALS_EXTERNAL,
	SERVER_CANCELS_EXTERNAL,
	SERVER_SIGNALS,
	SERVER_UPDATES,	 /* in all */
	SERVER_UPDATES_OPEN,
};
#define SERVER_LIMITS (SERVER_UPDATES_OPEN + 1)

struct server_limit_row {
	const char *what;    /* "events" */
	const char *unit;    /* "bytes", or "" */
	uint64_t suggest;    /* the server suggests to continue as new */
	uint64_t warn;
	uint64_t error;	     /* refuses, or ends the run */
	const char *setting; /* of the server's dynamic configuration */
};

/* By enum server_limit. */
extern const struct server_limit_row SERVER_LIMIT_ROWS[SERVER_LIMITS];
