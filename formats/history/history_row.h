/* SPDX-License-Identifier: MIT */
/* history_row.h: what an index says of one event. */
#pragma once

#include "formats/history/history.h"

/* Numbers of HistoryEvent's own fields; the attributes are a oneof behind them. */
enum { HISTORY_FIELD_ID = 1, HISTORY_FIELD_TIME = 2, HISTORY_FIELD_TYPE = 3 };

/* Numbers of attributes are below: HistoryEvent's fields of a new kind start here. */
#define HISTORY_ATTRIBUTES_MAX 300

/* What a row asks of attributes, by their number; looked up once for many events. */
struct history_layout {
	const struct schema_message *attributes[HISTORY_ATTRIBUTES_MAX];
	uint32_t completed[HISTORY_ATTRIBUTES_MAX]; /* workflow_task_completed_event_id, or 0 */
	bool failure[HISTORY_ATTRIBUTES_MAX]; /* may hold a Failure: the one message that nests */
};

/* EVENT is HistoryEvent's message. */
void history_layout(struct history_layout *l, const struct schema_message *event);
/*
 * Fills E, but for where the event stands, from its wire bytes, which are checked to
 * LIMIT_DEPTH.
 */
bool history_row(const struct history_layout *l, struct str bytes, struct event *e,
		 struct err *err);
/* Nanoseconds since 1970; 0 where they go beyond 64 bits. */
int64_t history_time(int64_t seconds, int64_t nanos);
