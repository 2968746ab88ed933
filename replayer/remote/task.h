/* SPDX-License-Identifier: MIT */
/* task.h: one workflow task as it is served, and what comes back; plain values. */
#pragma once

#include "formats/history/history.h"
#include "replayer/explain/explain.h"
#include "replayer/judge/pairs.h"

#include <stdint.h>

enum task_query {
	TASK_NO_QUERY,
	TASK_QUERY_LEGACY, /* the field `query`: the worker answers the query, runs nothing */
	TASK_QUERY_MAP,	   /* the field `queries`: answered beside the commands */
};

/* What a worker is served: the first n_events of a history, and how. */
struct task_spec {
	const struct history *history;
	size_t n_events;
	int64_t previous_started; /* previous_started_event_id */
	int64_t started;	  /* started_event_id */
	enum task_query query;
	const char *query_type;
	/* Updates accepted behind n_events, up to this event, are asked for as messages. */
	size_t updates_end;
	/* The history as a whole is what is asked about: its real run id matters. */
	bool whole;
};

enum reply_kind {
	REPLY_COMPLETED,      /* RespondWorkflowTaskCompleted */
	REPLY_FAILED,	      /* RespondWorkflowTaskFailed */
	REPLY_QUERY_ANSWERED, /* RespondQueryTaskCompleted */
	REPLY_QUERY_FAILED,
};

/* What an update amounts to, sent beside a command that names it by ID. */
struct message_view {
	struct str id;
	struct str type; /* "temporal.api.update.v1.Response" */
	struct str body;
};

/* What it answered. Everything borrows from the request's bytes. */
struct task_reply {
	enum reply_kind kind;
	const struct command_view *commands;
	size_t n_commands;
	const struct message_view *messages;
	size_t n_messages;
	bool wants_another_task; /* force_create_new_workflow_task: a local activity runs */
	bool takes_next; /* return_new_workflow_task: the answer may carry the run's next task */
	struct str query_answer; /* data of the first payload */
	struct str query_encoding;
	struct sdk_failure failure;
};
