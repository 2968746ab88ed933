/* SPDX-License-Identifier: MIT */
/* explain_pattern.h: a message against a pattern with named gaps. */
#pragma once

#include "formats/base/str.h"

#include <stdbool.h>

/*
 * A pattern is literal text with gaps in angle brackets:
 *
 *     "Event <event_id> of type <event> does not match command type <command>"
 *
 * A gap's name says where its text goes and what it may hold: a number, a word, or text,
 * which ends where the literal behind it first occurs (at the end of the message if none
 * follows). "<*>" is text that nobody wants. "<~>" says that the message may be cut
 * anywhere behind it. There is no going back: a match costs one walk over the message.
 */
enum slot {
	SLOT_SKIP,
	SLOT_REST, /* what a wrapper wraps */
	SLOT_EVENT_ID,
	SLOT_EVENT,
	SLOT_COMMAND,
	SLOT_MACHINE, /* what the SDK calls the part that complains */
	SLOT_TRANSITION,
	SLOT_FIELD,
	SLOT_HISTORY_VALUE,
	SLOT_WORKER_VALUE,
	SLOT_HISTORY_NAME,
	SLOT_WORKER_NAME,
	SLOT_HISTORY_ID,
	SLOT_WORKER_ID,
	SLOT_EVENT_DUMP,
	SLOT_COMMAND_DUMP,
	SLOTS
};

struct captures {
	struct str at[SLOTS];
};

/* Whether TEXT begins as PATTERN says. RET is untouched where it does not. */
bool pattern_match(const char *pattern, struct str text, struct captures *ret);
