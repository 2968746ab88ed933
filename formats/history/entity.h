/* SPDX-License-Identifier: MIT */
/* entity.h: what lives in a history (activities, timers, ...), and how events move it. */
#pragma once

#include "formats/history/events.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * An entity is opened by one event and moved by later ones that name it:
 *
 *     activity   NONE --Scheduled--> SCHEDULED --Started--> STARTED --Completed--> COMPLETED
 *                                        |  CancelRequested     |
 *                                        v                      v
 *                               SCHEDULED_CANCELING --> STARTED_CANCELING --> CANCELED ...
 *
 * ENTITY_RULES is all that a server can write: an event without a rule for the state that
 * its entity is in makes a history impossible. groups.h puts events together by it, state.h
 * follows it to any event, check reports what breaks it.
 */
enum entity_kind {
	ENTITY_WORKFLOW,
	ENTITY_TASK, /* workflow task */
	ENTITY_ACTIVITY,
	ENTITY_TIMER,
	ENTITY_CHILD,
	ENTITY_SIGNAL,	       /* that came in */
	ENTITY_SIGNAL_EXTERNAL, /* sent to another workflow */
	ENTITY_CANCEL_EXTERNAL,
	ENTITY_UPDATE,
	ENTITY_NEXUS, /* operation */
	ENTITY_MARKER,
	ENTITY_PAUSE, /* of the whole workflow */
	ENTITY_PROPERTIES, /* search attributes, memo, options: one event each */
};
#define ENTITY_KINDS (ENTITY_PROPERTIES + 1)

enum entity_state {
	ENTITY_NONE, /* not there yet */
	ENTITY_ADMITTED,
	ENTITY_SCHEDULED, /* initiated, accepted: known, not running */
	ENTITY_STARTED,	  /* running */
	ENTITY_SCHEDULED_CANCELING,
	ENTITY_STARTED_CANCELING,
	/* From here on it is over. */
	ENTITY_DONE, /* completed, fired, delivered, recorded */
	ENTITY_FAILED,
	ENTITY_TIMED_OUT,
	ENTITY_CANCELED,
	ENTITY_TERMINATED,
	ENTITY_CONTINUED, /* as new */
	ENTITY_REJECTED,
};
#define ENTITY_STATES (ENTITY_REJECTED + 1)

static inline bool entity_open(enum entity_state state)
{
	return state > ENTITY_NONE && state < ENTITY_DONE;
}

/* Of states: 1 << ENTITY_X, or'ed together. */
typedef uint16_t entity_states;
#define ENTITY_IN(state) ((entity_states)(1u << (state)))

struct entity_rule {
	enum entity_kind kind;
	int32_t event;	    /* enum event_type */
	entity_states from; /* NONE in it: the event opens an entity */
	enum entity_state to; /* ENTITY_NONE: the state stays as it is */
};

extern const struct entity_rule ENTITY_RULES[];
extern const size_t ENTITY_RULES_N;

/* The kind of entity that events of TYPE move; false: none, the type is unknown. */
bool entity_kind_of(int32_t type, enum entity_kind *ret);
/* Whether an event of TYPE can be an entity's first. */
bool entity_opens(int32_t type);
/* The rule for an event of TYPE in that state, or NULL: it cannot happen then. */
const struct entity_rule *entity_rule_for(int32_t type, enum entity_state from);
/* Where the event leads: *RET; false: it cannot happen in that state. */
bool entity_move(int32_t type, enum entity_state from, enum entity_state *ret);

/* "activity", "workflow task", "signal to another workflow". */
const char *entity_kind_text(enum entity_kind kind);
/* The same behind their number: "activities", "set of properties". */
const char *entity_kind_counted(enum entity_kind kind, size_t n);
/* One letter or two before a group's number: "A" in "A5". */
const char *entity_kind_letter(enum entity_kind kind);
/* As people say it of that kind: "completed", "fired", "waiting to be started". */
const char *entity_state_text(enum entity_kind kind, enum entity_state state);
/* The same for programs: "scheduled", "started-canceling", "timed-out". */
const char *entity_state_word(enum entity_state state);
