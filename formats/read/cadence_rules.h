/* SPDX-License-Identifier: MIT */
/* cadence_rules.h: what becomes of each member of Cadence's events. */
#pragma once

#include <stddef.h>

/*
 * A member without a rule is copied where Temporal's message has one of that name, and is
 * lost where it has none.
 */
enum cadence_how {
	CADENCE_COPY,	  /* another name, the same value */
	CADENCE_LOST,	  /* a name that means another thing in Temporal, or none */
	CADENCE_SECONDS,  /* a whole number of seconds -> a duration */
	CADENCE_NANOS,	  /* nanoseconds since 1970 -> a time */
	CADENCE_ENUM,	  /* a name, with or without its prefix -> `prefix`NAME */
	CADENCE_PLUS_ONE, /* attempts count from 0 in Cadence */
	CADENCE_TEXT,	  /* bytes -> a string */
	CADENCE_PAYLOADS, /* a blob -> payloads */
	CADENCE_FIELDS,	  /* {"fields": {NAME: blob}} -> the same with payloads */
	CADENCE_OBJECT,	  /* an object, or a list of them, with rules of its own */
	CADENCE_FLATTEN,  /* an object whose members belong into the one around it */
};

struct cadence_rule {
	const char *in; /* event type of Cadence; NULL: all of them */
	const char *from;
	const char *to; /* NULL: as before */
	enum cadence_how how;
	const char *prefix;		   /* of Temporal's enum */
	const struct cadence_rule *inside; /* of OBJECT and FLATTEN; ends with an empty row */
};

/* How an event tells what went wrong. */
enum cadence_failure {
	CADENCE_NO_FAILURE,
	CADENCE_FAILED,	   /* reason and details -> failure */
	CADENCE_TIMED_OUT, /* timeoutType, details and the last failure -> failure */
	CADENCE_CONTINUED, /* failureReason and failureDetails -> failure */
};

struct cadence_event {
	const char *cadence;  /* DecisionTaskScheduled */
	const char *temporal; /* WorkflowTaskScheduled; NULL: it has no counterpart */
	enum cadence_failure failure;
};

extern const struct cadence_rule CADENCE_RULES[]; /* ends with an empty row */
extern const struct cadence_event CADENCE_EVENTS[];
extern const size_t N_CADENCE_EVENTS;

/* Names of enum values that are not just spelled otherwise: "DECIDER" -> "WORKFLOW". */
struct cadence_value {
	const char *prefix; /* NULL: any */
	const char *from, *to;
};
extern const struct cadence_value CADENCE_VALUES[];
extern const size_t N_CADENCE_VALUES;

/*
 * Markers keep several values in one blob, a JSON value a line; Temporal keeps each under a
 * key of its own.
 */
#define CADENCE_MARKER_KEYS 4
struct cadence_marker {
	const char *name;
	const char *keys[CADENCE_MARKER_KEYS];
};
extern const struct cadence_marker CADENCE_MARKERS[];
extern const size_t N_CADENCE_MARKERS;
