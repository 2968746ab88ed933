/* SPDX-License-Identifier: MIT */
/* state.h: a run as it stood after its first N events. */
#pragma once

#include "formats/base/vec.h"
#include "formats/history/groups.h"
#include "formats/history/server_limits.h"

/*
 *     timeline_init(&t, &history, &groups);
 *     state_init(&s);
 *     state_run(&s, &t, n);              the state after events 1 to n
 *     state_copy(&checkpoint, &s);       goes on from there later, as often as wanted
 *
 * "After event N" is after N was recorded. Running forward costs time linear in the events
 * gone through; there is no way back but from a copy. A state is plain data without pointers
 * into anything but its own arrays: events and groups are indexes, texts are numbers of the
 * timeline's names. So a copy is a checkpoint, valid as long as the timeline is.
 */
enum state_names {
	STATE_SEARCH_ATTRIBUTES,
	STATE_MEMO,
	STATE_PATCHES, /* change ids of patches and versions */
};
#define STATE_TABLES (STATE_PATCHES + 1)

/* What all states of one history share: it grows with the furthest of them, and never shrinks. */
struct timeline {
	const struct history *history;
	const struct groups *groups;
	struct arena arena;
	struct timeline_names *names; /* one for each of enum state_names */
};

/* H and G must outlive it. */
void timeline_init(struct timeline *t, const struct history *h, const struct groups *g);
void timeline_done(struct timeline *t);
/* The text of a name; valid as long as the timeline. */
struct str timeline_name(const struct timeline *t, enum state_names table, size_t name);

/* An entity that is open, or was and awaits sweeping (then entity_open(state) is false). */
struct state_open {
	uint32_t group;
	uint32_t last; /* its last event so far */
	uint16_t state; /* enum entity_state */
	bool started;  /* it ran, before it was to be canceled, too */
	int32_t attempt;
};

struct state {
	size_t n; /* events gone through */

	/* The run. */
	enum entity_state run;	 /* ENTITY_NONE before event 1 */
	uint32_t cancel_request; /* the event that asked for it, or GROUP_NONE */
	bool paused;
	bool continue_suggested; /* by the last workflow task started */

	/* What its code was shown: all events up to and with the start of the last task done. */
	uint32_t shown;		 /* events from the first on */
	uint32_t task_started;	 /* index of the last WorkflowTaskStarted, or GROUP_NONE */
	uint32_t task_completed; /* of the last WorkflowTaskCompleted, or GROUP_NONE */
	size_t signals_unseen;	 /* signals after what was shown */
	size_t signals_at_start; /* signals when the last task started */

	/* Sizes and counts; bytes are of protobuf. */
	uint64_t bytes;
	uint64_t largest; /* event */
	size_t opened[ENTITY_KINDS]; /* so far */
	size_t pending[ENTITY_KINDS];
	size_t closed[ENTITY_KINDS][ENTITY_STATES];

	/* In the order of opening. */
	VEC_OF(struct state_open) open;
	size_t swept; /* how many of them are closed and still there */
	/* By name: the event that set it last, or GROUP_NONE where none did or it was removed. */
	VEC_OF(uint32_t) tables[STATE_TABLES];
};

void state_init(struct state *s);
void state_done(struct state *s);
/* RET was state_init()ed; what it held is overwritten. */
void state_copy(struct state *ret, const struct state *s);
/* What it takes of memory. */
size_t state_bytes(const struct state *s);
/* Goes on to the state after the first N events (N >= s->n, at most all). */
void state_run(struct state *s, struct timeline *t, size_t n);

/* When an open entity is due: at most STATE_DUES_MOST of them, soonest first. */
struct state_due {
	const char *what; /* "fires", "start-to-close" */
	int64_t time;	  /* nanoseconds since 1970 */
};
#define STATE_DUES_MOST 4
size_t state_dues(const struct timeline *t, const struct state_open *open,
		  struct state_due *ret);
/*
 * The bytes of the value of a name that is set: a Payload; for a patch the attributes of its
 * marker. Valid until other events are asked for (history.h).
 */
struct str state_value(const struct timeline *t, const struct state *s, enum state_names table,
		       size_t name);
/* What the server's limits look at. */
uint64_t state_measure(const struct state *s, enum server_limit limit);
