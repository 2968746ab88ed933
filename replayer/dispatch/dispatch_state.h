/* SPDX-License-Identifier: MIT */
/* dispatch_state.h: what the files of dispatch share; nobody else includes it. */
#pragma once

#include "formats/base/map.h"
#include "replayer/dispatch/dispatch.h"
#include "replayer/judge/inquiry.h"
#include "replayer/remote/frontend.h"
#include "replayer/remote/process.h"

enum item_state {
	ITEM_PENDING, /* never handed out */
	ITEM_AGAIN,   /* handed out, and put back */
	ITEM_ACTIVE,
	ITEM_DONE,
};

struct item_run {
	enum item_state state;
	bool deadlocked; /* a deadlock detector spoke once */
	/* --confirm: what it was the first time; strings in the dispatch's arena. */
	const struct verdict *first;
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
	bool alone; /* it is a suspect */
	bool first; /* of its process: with `alone`, what happens now is its own doing */
	bool out;
	bool lost; /* its task will not be answered; why is not known yet */
	int64_t out_since_ms;
	int64_t started_ms;
	/* The worker that has it; copies in the arena. */
	const struct sdk_row *sdk;
	struct str identity, version, build_id;
};

enum lane_state {
	LANE_RESTING, /* until `at_ms`, then it starts */
	LANE_STARTING,
	LANE_READY,
	LANE_STOPPING,
	LANE_OVER, /* no process of it is of any use, or needed */
};

/* One worker process after the other; or whoever polls, where others start the worker. */
struct lane {
	struct dispatch *d;
	size_t number; /* from 0 */
	bool elsewhere; /* it has no process */
	bool adopted; /* the socket of this isolated process is here */
	struct process_settings process_settings;
	struct frontend *frontend;
	struct process *process;
	enum lane_state state;
	int64_t at_ms; /* when it starts; or since when it waits for somebody elsewhere */
	VEC_OF(struct job *) jobs;
	VEC_OF(size_t) suspects; /* items that go alone, here */
	VEC_OF(size_t) confirms; /* items that this process may not have again */
	size_t n_lost; /* jobs; nothing is served until it is known why */
	int64_t lost_since_ms;
	int fruitless; /* processes in a row that ended without one verdict */
	bool polled;   /* once at least */
	bool ending;   /* no further process */
	char why[ERR_MESSAGE_BYTES]; /* it is over */
	/* Of this process: */
	enum go_local_activities local_activities; /* of its pollers until now */
	size_t n_looked_at; /* pollers there were when that was looked for */
	struct map used_run_ids; /* keys live in the corpus */
	struct map identities; /* of pollers from elsewhere; keys live in the dispatch's arena */
	size_t n_pollers; /* looked at */
	int64_t peers_at_ms; /* the next look at their connections */
	bool unsure; /* one that hung may come back: nobody counts as fresh any more */
	size_t n_replies, n_verdicts;
	size_t n_begun; /* histories that went out to it */
	size_t n_queues;
	int64_t queues_since_ms;
	int64_t sample_at_ms;  /* the next look at memory and output */
	int64_t busy_ms; /* when it last polled or had a task */
};

/* Pending items of one task queue. */
struct pending {
	struct str queue;
	VEC_OF(size_t) order;	/* as given */
	VEC_OF(size_t) by_size; /* the largest last */
	VEC_OF(size_t) again;	/* put back */
	size_t next;		/* in order */
	int64_t bytes;		/* of those never handed out yet */
};

struct dispatch {
	struct corpus *corpus;
	const struct dispatch_settings *settings;
	const struct dispatch_host *host;
	struct err *err;
	struct rpc_loop *loop;
	VEC_OF(struct lane) lanes;
	struct item_run *items;
	struct map queues; /* name -> index into pending */
	VEC_OF(struct pending) pending;
	size_t first_pending; /* the first that may hold an item */
	bool one_queue; /* all workers poll one and the same queue: everything goes there */
	struct str queue_seen; /* the first that was polled */
	bool many_queues;      /* another one was, too */
	size_t n_done, n_tasks;
	int64_t out_bytes;
	bool failed; /* err says why */
	bool finishing; /* nothing new goes out */
	bool noted_go_limit, noted_tail, noted_queue;
	struct str last_log; /* of the process that was started last */
	unsigned n_processes;
	struct arena arena;
	struct map told; /* calls that are not implemented */
};

static inline int64_t dispatch_now(const struct dispatch *d)
{
	return d->host->now_ms(d->host->context);
}

/* ---- dispatch_verdict.c ---- */

/* The verdict of an item that no reply gives. LANE and JOB may be NULL. */
void dispatch_decide(struct dispatch *d, struct lane *lane, size_t index,
		     const struct job *job, enum verdict_kind kind, const char *reason,
		     struct str message);
/* The frontend's owner: a lane. */
void lane_on_reply(void *context, void *delivery, const struct poller *poller,
		   const struct task_reply *reply);
void lane_on_lost(void *context, void *delivery);
/* How a history waits for another try. */
enum again {
	AGAIN_ANYWHERE,
	AGAIN_ALONE, /* it is a suspect: by itself, in this lane */
	AGAIN_FRESH, /* in a process that has not seen its run */
};
void lane_put_back(struct lane *lane, struct job *job, enum again again);
/*
 * Something happened while JOB was out. The first time it may have been another history's
 * doing; alone in a process that has seen no other, it was its own. Where it was alone, but
 * not the first, an earlier one may have left a process that dies a moment later: it goes
 * once more, and the caller replaces the process (job_needs_fresh()).
 */
void lane_blame(struct lane *lane, struct job *job, enum verdict_kind kind, struct str message);
/* Nothing that happens to JOB in this process can be held against it. */
bool job_needs_fresh(const struct job *job);

/* ---- dispatch_pending.c ---- */

void pending_init(struct dispatch *d);
void pending_done(struct dispatch *d);
void pending_again(struct dispatch *d, size_t item);
/* A lane polls a queue that it did not poll before. */
void pending_queues_changed(struct dispatch *d);
/*
 * Takes the item that LANE, which has a poll waiting for it, serves next; RET_QUEUE: whose
 * poll. False: there is none for it now.
 */
bool pending_take(struct dispatch *d, struct lane *lane, size_t *ret, struct str *ret_queue);
/* Decides what nobody polls for, once that is sure. */
void pending_refuse(struct dispatch *d);
/* Gives all that is left, suspects included, this verdict; or nothing is left. */
void pending_give_up(struct dispatch *d, enum verdict_kind kind, const char *reason,
		     struct str why);
/* ---- dispatch_serve.c ---- */

/* Hands out what can go. */
void lane_pump(struct lane *lane);
/* JOB's last task was just answered: its next one goes with the answer to that, if it can. */
void lane_follow(struct lane *lane, struct job *job);
/* V is final: what else is known of it goes to the job's evidence. */
void job_find_clues(const struct dispatch *d, struct job *job, const struct verdict *v);

/* ---- dispatch_lane.c ---- */

void lane_init(struct lane *lane, struct dispatch *d, size_t number, bool elsewhere);
void lane_done(struct lane *lane);
/* One turn: starts, watches, serves, replaces its process. LOOK: at what costs a system call. */
void lane_step(struct lane *lane, bool look);
/* Ends its process for good; in later turns it gets to LANE_OVER. */
void lane_end(struct lane *lane);
/* What to say of the histories that it leaves when it is over. */
void lane_keep_why(struct lane *lane, struct str why);

/* ---- dispatch_listen.c: what is different where the worker was started elsewhere ---- */

/* Says where it listens, and what a worker needs to get there. */
void listen_announce(struct lane *lane);
/* Nobody has polled for too long. True: the lane is to end, and knows why. */
bool listen_left(struct lane *lane, int64_t since_ms);
/* Somebody new may have come: a fresh one may be given everything again. */
void listen_watch(struct lane *lane);
/* What was refused, if anything. */
void listen_done(struct lane *lane);
