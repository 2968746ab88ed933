/* SPDX-License-Identifier: MIT */
/* out_batch.h: where a history may be cut into batches, as a server wrote it. */
#pragma once

#include "formats/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A batch is what a server wrote in one transaction. The borders are lost in most formats,
 * but any split of whole transactions will do: WorkflowTaskCompleted with the events of its
 * commands belongs together, every other event may stand alone (FORMATS.md, tdbg).
 */
struct out_batch {
	bool commands; /* the batch began with WorkflowTaskCompleted */
};

/* True where EVENT (its own bytes) begins a batch; the first of a history always does. */
bool out_batch_begins(struct out_batch *b, struct str event);
