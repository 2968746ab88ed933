/* SPDX-License-Identifier: MIT */
/* groups.h: events put together by what they are about: an activity, a timer, a child, ... */
#pragma once

#include "formats/history/entity.h"

/*
 *     5 ActivityTaskScheduled   \
 *     8 ActivityTaskStarted      }  group 3, "A5": activity, completed, attempt 2
 *     9 ActivityTaskCompleted   /
 *
 * A group is the events of one entity. Every event is in exactly one group, or in none where
 * its type is unknown here, its attributes are missing or another type's, or what it refers
 * to is not there. Groups are in the order of their first events. Made in one pass over the
 * events, in time linear in them (logarithmic in damaged histories); everything lives in the
 * arena given. Events are named by index, as in struct history.
 */
#define GROUP_NONE UINT32_MAX

struct group {
	enum entity_kind kind;
	enum entity_state state; /* after the last event */
	uint32_t first, last;	 /* events */
	uint32_t started;	 /* the event by which it began to run, or GROUP_NONE */
	uint32_t closed;	 /* the event that ended it, or GROUP_NONE: it is open */
	uint32_t n;		 /* events in it */
	uint32_t members;	 /* index of the first of them in groups.members */
	int64_t attempt;	 /* the highest that its events name; 0: none does */
};

/* What is wrong with an event in its place; check's words for it are in check_entities.c. */
enum group_fault_kind {
	GROUP_NO_REFERENCE,  /* its attributes name no event, as they must */
	GROUP_DANGLING,	     /* no event has that id */
	GROUP_LATER,	     /* the event named comes later, or is itself */
	GROUP_OTHER_KIND,    /* the event named is of a type that this one cannot follow */
	GROUP_IMPOSSIBLE,    /* not in the state that its entity is in */
	GROUP_NOT_OPEN,	     /* of the run or its pause, which no event before it opened */
	GROUP_TASK_OPEN,     /* a workflow task is scheduled while another one is open */
	GROUP_SAME_ID,	     /* an activity or timer has the id of another that is open */
};

struct group_fault {
	enum group_fault_kind kind;
	enum entity_state state; /* before the event (GROUP_IMPOSSIBLE) */
	uint32_t event;
	uint32_t other;	   /* the event in question, or GROUP_NONE */
	int64_t reference; /* the id named (GROUP_DANGLING and those below it) */
};

struct groups {
	const struct group *at;
	size_t n;
	const uint32_t *of_event; /* by event: index of its group, or GROUP_NONE */
	const uint32_t *members;  /* events by group, in order */
	const struct group_fault *faults; /* in the order of events */
	size_t n_faults;
};

/* H must outlive RET, which lives in A. */
void groups_make(const struct history *h, struct arena *a, struct groups *ret);

/*
 * The same step by step, for who goes through the events anyway or shows what is there so far:
 *
 *     m = groups_begin(&history, a, &groups);
 *     groups_run(m, n);      the groups of the first N events, as if there were no others
 *     groups_end(m);         now or after any step, once
 *
 * Until its end .members are not there, and .at and .faults move as they grow.
 */
struct group_maker;
struct group_maker *groups_begin(const struct history *h, struct arena *a, struct groups *ret);
/* N is not less than last time, and at most all. */
void groups_run(struct group_maker *m, size_t n);
void groups_end(struct group_maker *m);

/* The group of an event, or NULL. */
static inline const struct group *groups_of(const struct groups *g, size_t event)
{
	return g->of_event[event] == GROUP_NONE ? NULL : &g->at[g->of_event[event]];
}

/* "A5": the kind's letter and the id of the first event. */
struct str group_label(const struct history *h, const struct group *g, struct arena *a);
/* Nanoseconds between two of its events (group.first, .started, .closed); -1: not known. */
int64_t group_between(const struct history *h, uint32_t from, uint32_t to);
