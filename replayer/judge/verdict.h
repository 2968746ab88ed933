/* SPDX-License-Identifier: MIT */
/* verdict.h: what replaying one history showed; a value. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum verdict_kind {
	VERDICT_PASSED,
	VERDICT_DIVERGED,
	VERDICT_FAILED, /* the code raised something else, deadlocked, or is too old */
	VERDICT_UNREGISTERED,
	VERDICT_TIMED_OUT,
	VERDICT_CRASHED,
	VERDICT_INVALID, /* a bad history */
	VERDICT_SKIPPED,
	VERDICT_KINDS
};

/* First match wins (DESIGN.md 9). */
enum divergence_kind {
	DIVERGENCE_MARKER,
	DIVERGENCE_UPDATE,
	DIVERGENCE_EARLY_CLOSE, /* the code ends where history goes on */
	DIVERGENCE_LATE_CLOSE,	/* history ends where the code goes on */
	DIVERGENCE_WRONG_CLOSE, /* both end, differently */
	DIVERGENCE_ATTRIBUTE,	/* same command, a compared field differs */
	DIVERGENCE_REORDERED,
	DIVERGENCE_REPLACED,
	DIVERGENCE_MISSING, /* history has a command event, the code no command */
	DIVERGENCE_EXTRA,   /* the code has a command, history no event */
	DIVERGENCE_KINDS
};

/* One side of a divergence. All of it may be STR_NONE: that side has nothing. */
struct side {
	struct str what; /* history: "ActivityTaskScheduled"; worker: "StartTimer" */
	struct str name; /* activity type, signal name, marker name, duration ... */
	struct str id;	 /* activity id, timer id, child workflow id ... */
};

struct divergence {
	enum divergence_kind kind;
	int64_t event_id;      /* always: see DESIGN.md 9 for extra */
	int64_t workflow_task; /* number of the workflow task, from 1 */
	struct side history;
	struct side worker;
	struct str field; /* "activityType", "timerId", ...; else STR_NONE */
	struct str history_value;
	struct str worker_value;
	const char *provenance; /* "message", "reply": where the worker's side comes from */
	bool own_words; /* the verdict's message is ours, not the SDK's */
};

struct verdict {
	enum verdict_kind kind;
	struct str reason;  /* "deadlock", "sdk-older-than-history", ...; or STR_NONE */
	struct str message; /* the SDK's own words, or ours: what happened and what to do */
	struct divergence divergence; /* for VERDICT_DIVERGED */
	char fingerprint[17];	      /* 16 hex digits; empty unless diverged or failed */
	bool unstable;
};

const char *verdict_name(enum verdict_kind kind); /* "timed-out" */
const char *divergence_name(enum divergence_kind kind);
bool verdict_from_name(struct str name, enum verdict_kind *ret);

/*
 * Sets the fingerprint: kind, event type, command type, names and field, no ids, durations or
 * values: verdicts with one cause share it. WORKFLOW_TYPE is part of it.
 */
void verdict_fingerprint(struct verdict *v, struct str workflow_type);

/* "ActivityTaskScheduled Charge", or STR_NONE where this side has nothing. */
struct str side_text(const struct side *side, struct arena *a);

/*
 * One sentence from both sides, as reports print it:
 * "event 16: history has ActivityTaskScheduled Charge, the code asked for StartTimer 30s".
 */
struct str divergence_sentence(const struct divergence *d, struct arena *a);
