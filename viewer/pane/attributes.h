/* SPDX-License-Identifier: MIT */
/* attributes.h: the fields of a message in lines, by its descriptor: what is there, in order of use. */
#pragma once

#include "viewer/session.h"

/*
 * Fields go by their JSON names, enums by their CamelCase, times as all panes write them,
 * durations short; what is at its default is left out. Short values share lines:
 *
 *     activityType ReserveStock   activityId 12   taskQueue orders          PLAIN
 *     input[0]     {"cart":"C-9"}                      json/plain  412 B    PAYLOADS
 *     timeouts     start-close 30s   heartbeat 5s                           LIMITS
 *     retry        1s x2   at most 5 attempts
 *     identity 7@w3   requestId 4f..                                        MINOR
 *
 * Ids of events and failures are not among them: who shows an event has words of its own
 * for what it leads to.
 */
enum attribute_part {
	ATTRIBUTES_PLAIN,
	ATTRIBUTES_PAYLOADS,
	ATTRIBUTES_LIMITS,
	ATTRIBUTES_NESTED, /* messages in messages, each under its name */
	ATTRIBUTES_MINOR,  /* who and which request: seldom asked for */
	ATTRIBUTES_PARTS,
};

void attributes_add(const struct pane_context *c, struct page *p, enum attribute_part part,
		    const struct schema_message *m, struct str bytes, size_t left);
/* All parts, one behind the other. */
void attributes_add_all(const struct pane_context *c, struct page *p, const struct schema_message *m,
			struct str bytes, size_t left);
