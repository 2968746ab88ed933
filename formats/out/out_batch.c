/* SPDX-License-Identifier: MIT */
/* out_batch.c: batches by the types of events. */
#include "formats/out/out_batch.h"

#include "formats/history/events.h"
#include "formats/wire/wire.h"

enum { FIELD_TYPE = 3 }; /* HistoryEvent.event_type */

bool out_batch_begins(struct out_batch *b, struct str event)
{
	int32_t type = (int32_t)wire_value_at(event, FIELD_TYPE, 0);
	const struct event_row *row = event_row(type);

	if (b->commands && row && row->command)
		return false;
	b->commands = type == EVENT_WORKFLOW_TASK_COMPLETED;
	return true;
}
