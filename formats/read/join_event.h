/* SPDX-License-Identifier: MIT */
/* join_event.h: one event on its way through the join, and whether it was there before. */
#pragma once

#include "formats/read/join.h"

struct join_event {
	struct str whole; /* with tag and length */
	struct str bytes;
	int64_t id;
	int32_t type;
	bool stays;  /* longer than the load */
	bool in_out; /* it is the last of out already */
};

struct join_event join_event_of(struct str whole);

/* The events of the history under way that the sink has not got yet. */
struct str join_so_far(const struct join *j);

enum join_seen_as {
	JOIN_NEW,
	JOIN_SAME,  /* it was there, byte for byte */
	JOIN_OTHER, /* one of that id was there */
};

enum join_seen_as join_known(struct join *j, const struct join_event *e);
/* E was added to the history under way. */
void join_remember(struct join *j, const struct join_event *e);
