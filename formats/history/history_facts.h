/* SPDX-License-Identifier: MIT */
/* history_facts.h: what is worked out once when a history is loaded. */
#pragma once

#include "formats/history/history.h"

/* Fills what is behind the index of H, but for the SDK: identity, tasks, how it ended. */
void history_facts(struct history *h);
/*
 * The SDK's name and version where COMPLETED, a WorkflowTaskCompleted event, tells them; most
 * SDKs do in their first one only. Whoever indexes asks each while its bytes are at hand; the
 * last one that tells counts.
 */
void history_facts_sdk(struct str completed, struct str *name, struct str *version);
/* How a run ends with an event of TYPE; HISTORY_OPEN: it does not. */
enum history_end history_end_by(int32_t type);

/*
 * What is wrong between two neighbours: event INDEX and the one before it. NULL where
 * nothing is. For check, which reports all of them; history_sound() stops at the first.
 * COMPLETED is the id of the last WorkflowTaskCompleted before INDEX (0: none).
 */
enum history_fault {
	HISTORY_FINE,
	HISTORY_FAULT_START,	  /* the first event is not WorkflowExecutionStarted with id 1 */
	HISTORY_FAULT_DUPLICATE,  /* the id before comes again */
	HISTORY_FAULT_ORDER,	  /* a lower id than the one before */
	HISTORY_FAULT_GAP,	  /* ids are missing */
	HISTORY_FAULT_TYPE,	  /* an event of no type, or of a type's name unknown here */
	HISTORY_FAULT_BATCH,	  /* a command event apart from its workflow task */
	HISTORY_FAULT_TASK,	  /* a workflow task that started neither ends nor is last */
	HISTORY_FAULT_AFTER_END,  /* an event behind the one that closed the run */
};

enum history_fault history_fault_at(const struct history *h, size_t index, int64_t completed);
/* One sentence about the fault at INDEX; never for HISTORY_FINE. */
struct str history_fault_text(const struct history *h, size_t index, enum history_fault fault,
			      struct arena *a);
