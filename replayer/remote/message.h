/* SPDX-License-Identifier: MIT */
/* message.h: workflow-service messages: building what is served, reading what comes back. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "replayer/remote/task.h"

/* Who polls, as its request says. Strings borrow from the request. */
struct poll_request {
	struct str name_space;
	struct str queue;
	bool sticky;	     /* a queue of one worker's own cache */
	struct str identity; /* "pid@host" */
	struct str instance; /* worker_instance_key; older SDKs have none */
	struct str build_id;
};

void message_read_poll(const struct schema *s, struct str request, struct poll_request *ret);

/* How the task that is served names itself. */
struct task_identity {
	struct str token;
	struct str workflow_id;
	struct str run_id;
	struct str queue;
	struct str next_page_token; /* n = 0: the history is whole */
};

/*
 * The reply to a poll is HEAD followed by the wire form of `history` for the first N_BYTES
 * of the spec's events, joined: messages may be concatenated, so the events themselves are
 * never copied or encoded again. HEAD gets all of it but the events.
 */
void message_put_task(const struct task_spec *spec, const struct task_identity *id,
		      size_t n_bytes, struct buf *head);
/* What stands before a task of N_BYTES (head and events) in the reply to a completed one. */
void message_put_following(size_t n_bytes, struct buf *prefix);
/* The same for GetWorkflowExecutionHistory. */
void message_put_history_page(struct str next_page_token, size_t n_bytes, struct buf *head);

void message_put_system_info(struct buf *out);
void message_put_namespace(struct str name, struct buf *out);

/* Replies of a worker. REPLY's parts borrow from REQUEST or live in A. */
struct str message_token(struct str request);
void message_read_completed(const struct schema *s, struct str request, struct arena *a,
			    struct task_reply *reply);
void message_read_failed(const struct schema *s, struct str request, struct arena *a,
			 struct task_reply *reply);
void message_read_query(const struct schema *s, struct str request, struct arena *a,
			struct task_reply *reply);
