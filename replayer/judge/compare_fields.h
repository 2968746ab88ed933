/* SPDX-License-Identifier: MIT */
/* compare_fields.h: two attribute trees, and which of their differences mean something. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/vec.h"
#include "replayer/judge/evidence.h"

#include <jansson.h>

struct differences {
	struct difference *at;
	size_t n, cap;
};

struct compare_fields {
	const struct evidence_wanted *wanted;
	struct str command;	/* "ScheduleActivityTask" */
	struct str run_timeout; /* of the run, "3s"; no activity's timeout is recorded longer */
	struct arena *a;
	struct differences *found;
};

/* HISTORY and WORKER: JSON objects of attributes, of the same command; WORKER is changed. */
void compare_fields(const struct compare_fields *c, json_t *history, json_t *worker);
/* Both are the same but for parts that are made up anew each time: uuids, times, randoms. */
bool compare_is_generated(struct str a, struct str b);
/* Some part of S looks so. */
bool compare_holds_generated(struct str s);
