/* SPDX-License-Identifier: MIT */
/* findings.h: what history and evidence together say about a divergence. */
#pragma once

#include "replayer/judge/pairs.h"
#include "viewer/model/document.h"

/*
 * The run file says where two sides part. History says more: whether what the code asks for
 * comes later in it (so something was removed), whether what history has is still asked for
 * (so something was inserted), and what a reset to the last good place would do again.
 */
enum likely {
	LIKELY_UNKNOWN,
	LIKELY_INSERTED, /* the code asks for something new, and for the old behind it */
	LIKELY_REMOVED,	 /* the code goes on with what history has later */
	LIKELY_MOVED,	 /* both: another order */
	LIKELY_CHANGED,	 /* the same command, other attributes */
	LIKELY_MADE_UP,	 /* attributes that are new each time: no change of code */
};

/*
 * What a reset would do once more, by name. Of the first AGAIN_EVENTS events names are read,
 * at most AGAIN_NAMES; the rest is counted.
 */
#define AGAIN_NAMES 32
#define AGAIN_EVENTS 1000

struct again {
	VEC_OF(struct again_name {
		struct str name;
		size_t n;
	}) names;
	size_t others, looked_at;
};

struct findings {
	struct arena arena;
	const struct history_task *task; /* that diverges; NULL: history has none of that number */
	size_t command, n_commands;	 /* from 1; 0: the event is none of its commands */
	int64_t reported;		 /* event that the SDK's message names; 0: none */

	enum likely likely;
	size_t later; /* LIKELY_REMOVED, _MOVED: event that the code's command looks like */
	size_t still; /* LIKELY_INSERTED, _MOVED: the code's command (from 1) with history's */

	/* A run that is reset to the task's WorkflowTaskCompleted goes on with this code. */
	struct again activities, children;
	size_t signals, updates; /* behind that point: applied again */
};

/*
 * What D's run_row, a divergence, is found to mean. Worked out when it is first asked for, and
 * D's from then on.
 */
const struct findings *findings_of(struct document *d);
void findings_free(struct findings *f);

/* The event that an SDK's message names ("HistoryEvent(id: 26, ...", "scheduleEventID: 12"). */
int64_t findings_event_named(struct str message);
