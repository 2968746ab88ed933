/* SPDX-License-Identifier: MIT */
/* sink.h: where the events of an input go, one history behind the other. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"

struct load_info;

/* Who a history is, as far as its first event says. p is NULL where that says nothing. */
struct sink_identity {
	struct str workflow_id;
	struct str run_id;	 /* original_execution_run_id */
	struct str first_run_id; /* first_execution_run_id */
	struct str workflow_type;
	struct str task_queue;
};

/*
 * Embedded in whoever takes events. For each history of an input, in this order:
 *
 *     begin    once its first event is there: who it is, and what was recognised so far
 *     events   so many times: whole events in order, each as field 1 of a History
 *              (`0A len event`), about SINK_CHUNK bytes together, an event never split
 *     end      INFO is complete now: notes, losses, counts
 *
 * All arguments are gone after the call. False, with ERR set, stops the load and becomes its
 * error; no end follows then, nor where the input turns out to be damaged.
 */
struct event_sink {
	bool (*begin)(struct event_sink *s, const struct sink_identity *who,
		      const struct load_info *info, struct err *err);
	bool (*events)(struct event_sink *s, struct str events, struct err *err);
	bool (*end)(struct event_sink *s, const struct load_info *info, struct err *err);
};

#define SINK_CHUNK ((size_t)1024 * 1024)
