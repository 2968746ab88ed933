/* SPDX-License-Identifier: MIT */
/* dispatch_state.h: what dispatch.c and dispatch_serve.c share; nobody else includes it. */
#pragma once

#include "formats/base/map.h"
#include "replayer/dispatch.h"
#include "replayer/inquiry.h"
#include "replayer/remote/frontend.h"

enum item_state { ITEM_PENDING, ITEM_ACTIVE, ITEM_DONE };

struct item_run {
	enum item_state state;
	bool suspect;	/* it was out when something went wrong: goes alone */
	bool deadlocked; /* a deadlock detector spoke once */
	bool confirm;	/* diverged under a substitute run id: again under the real one */
};

/* A history that is loaded and being asked about. */
struct job {
	size_t item;
	struct history history;
	struct arena arena; /* the inquiry's and what the verdict borrows */
	struct inquiry inquiry;
	struct str queue; /* whose polls it goes to */
	struct str run_id;
	bool real_id;
	bool main_served; /* the real id was used up by the main check's first task */
	bool out;
	bool lost; /* its task will not be answered; why is not known yet */
	int64_t out_since_ms;
	int64_t started_ms;
	/* The worker that has it; copies in the arena. */
	const struct sdk_row *sdk;
	struct str identity, version, build_id;
};

struct dispatch {
	struct corpus *corpus;
	const struct dispatch_settings *settings;
	const struct dispatch_host *host;
	struct err *err;
	struct frontend *frontend;
	struct process *process;
	struct item_run *items;
	size_t first_pending;
	size_t n_done, n_suspects, n_tasks;
	VEC_OF(struct job *) jobs;
	int64_t out_bytes;
	size_t n_lost; /* jobs; nothing is served until it is known why */
	int64_t lost_since_ms;
	bool failed; /* err says why */
	/* Of this process: */
	struct map used_run_ids; /* keys live in the corpus */
	size_t n_replies, n_verdicts;
	size_t n_queues;
	int64_t queues_since_ms;
	bool noted_go_limit;
	int fruitless;
};

static inline int64_t dispatch_now(const struct dispatch *d)
{
	return d->host->now_ms(d->host->context);
}

/* The verdict of an item that no reply gives. JOB may be NULL. */
void dispatch_decide(struct dispatch *d, size_t index, const struct job *job,
		     enum verdict_kind kind, const char *reason, struct str message);
/* Hands out what can go. Returns how many items wait for a poll or for their queue. */
size_t dispatch_pump(struct dispatch *d);
