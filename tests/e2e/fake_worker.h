/* SPDX-License-Identifier: MIT */
/* fake_worker.h: what the fake worker's polls and its actions share. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/vec.h"
#include "tests/unit/grpc_client.h"

#include <stdint.h>

#define SERVICE "/temporal.api.workflowservice.v1.WorkflowService/"

struct task {
	struct arena arena; /* of the strings */
	struct str token, workflow_id, run_id;
	bool legacy_query;
	int64_t last_event;
	unsigned connection; /* by which it came */
	bool answered;
};

/* A task that is acted on when its time has come. */
struct later {
	struct task *task;
	char *action;
	int64_t due_ms;
};

struct fake {
	struct client *c;
	int port;
	unsigned connection; /* a number; tasks of an earlier one are waited for no more */
	size_t n_held;	     /* tasks of this one without an answer, those that hang included */
	bool is_zombie;	     /* it polls no more */
	bool asks_for_next;  /* wants the next task with the answer to the last, as Go does */
	/* A task that came so; TASK is as in a poll's answer. */
	void (*take)(struct fake *w, struct str task);
	void *taker; /* TAKE's own */
	VEC_OF(struct later) later;
};

int64_t fake_now_ms(void);
/* A call whose answer does not matter: waited for, so that it is out. Frees REQUEST. */
void fake_tell(struct fake *w, const char *method, struct buf *request);
/* Does ACTION, which is taken apart in place. T is W's from now on. */
void fake_act(struct fake *w, struct task *t, char *action);
/* What is due by now; returns how long it is, at most 1,000 ms, until there is more. */
int fake_act_later(struct fake *w);
