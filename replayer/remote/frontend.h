/* SPDX-License-Identifier: MIT */
/* frontend.h: what a worker takes for a Temporal server: polls held, tasks handed out. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "replayer/remote/listen.h"
#include "replayer/remote/sdks.h"
#include "replayer/remote/task.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * One row per RPC in a table (frontend.c); the rest is Unimplemented and remembered.
 * Polls of normal workflow queues wait here until the owner serves one; activity, Nexus and
 * sticky polls are held and never get work.
 *
 *     poll -> held --frontend_serve--> delivery (token) --first reply--> on_reply
 *                                          \--poller gone, call lost---> on_lost
 *
 * A delivery ends exactly once. Replies with a token that is unknown or already answered
 * are accepted and forgotten: some SDKs answer twice, and the first answer is the true one.
 */
struct frontend;
struct rpc_loop;

/* One process that polls. Lives until frontend_forget_pollers(). */
struct poller {
	struct str identity;
	struct str instance;
	struct str name_space;
	struct str client_name; /* as the worker sends it; p NULL: it sends none */
	struct str version;
	struct str build_id;
	const struct sdk_row *sdk; /* NULL: unknown client_name */
	struct str peer;	   /* of its last poll */
	bool gone;		   /* its connection died after its last poll */
	size_t held;		   /* polls of any kind that wait now */
};

struct frontend_owner {
	void *context;
	/* REPLY and what it borrows live until the function returns. */
	void (*on_reply)(void *context, void *delivery, const struct poller *poller,
			 const struct task_reply *reply);
	/* The worker will never answer: it died, or did not get the task. */
	void (*on_lost)(void *context, void *delivery);
	/* A caller was refused; once for each reason, in words for people. May be NULL. */
	void (*on_refused)(void *context, struct str sentence);
};

struct frontend_settings {
	struct rpc_loop *loop; /* shared with other frontends; NULL: one of its own */
	/* Where others find it, and whom it serves; NULL: on 127.0.0.1, whoever comes. */
	const struct listen *listen;
	uid_t user;	  /* ours, with LISTEN */
	bool adopts;	  /* it opens no port: frontend_adopt() brings a socket that listens */
	int port;	  /* without LISTEN; 0: any free one */
	size_t page_bytes; /* a longer history is served in pages of this size */
	const struct sdk_row *sdk; /* what every worker is taken for; NULL: what it says */
	/* Every token and substitute run id comes from it. */
	uint64_t seed;
};

bool frontend_open(struct frontend **ret, const struct schema *schema,
		   const struct frontend_settings *settings,
		   const struct frontend_owner *owner, struct err *err);
void frontend_close(struct frontend *f);
/* With `adopts`: the one of the settings. */
int frontend_port(const struct frontend *f);
/* LISTENER, from another network namespace, is the frontend's from now on; it must not block. */
void frontend_adopt(struct frontend *f, int listener);
/* Calls that were refused until now. */
size_t frontend_refused(const struct frontend *f);

/* What is due by the clock alone; NOW_MS: monotonic. Calls come by rpc_loop_step(). */
void frontend_tick(struct frontend *f, int64_t now_ms);
/* The same, and then a step of its loop, waiting up to WAIT_MS. Returns what it handled. */
int frontend_step(struct frontend *f, int64_t now_ms, int wait_ms);

/* Everybody who polled since the last forget, in order of appearance. */
size_t frontend_pollers(const struct frontend *f);
const struct poller *frontend_poller(const struct frontend *f, size_t index);
/* Workflow queues polled (not sticky ones), in order of appearance. */
size_t frontend_queues(const struct frontend *f);
struct str frontend_queue(const struct frontend *f, size_t index);
/* A worker is about to be replaced: drops polls, pollers, queues; open deliveries are lost. */
void frontend_forget_pollers(struct frontend *f);

/*
 * A worker none of whose polls wait can die unheard: looks up in the kernel's table whether
 * the connections of such pollers still stand; otherwise they are gone, and what they hold
 * is lost. Only with `listen`.
 */
void frontend_check_peers(struct frontend *f);

/*
 * The poller of the longest-held workflow poll of QUEUE (STR_NONE: of any), or NULL;
 * FAMILY other than SDK_UNKNOWN: only of that family.
 */
const struct poller *frontend_waiting(const struct frontend *f, struct str queue,
				      enum sdk_family family);

struct serve {
	struct str queue; /* of the poll; as for frontend_waiting() */
	enum sdk_family family;
	struct str workflow_id;
	struct str run_id;
	const struct task_spec *spec; /* the history must live until the delivery ends */
	void *delivery;		      /* the owner's, handed back */
};
/* Answers that poll with the task. There must be one (frontend_waiting()). */
void frontend_serve(struct frontend *f, const struct serve *serve);
/*
 * Within on_reply() of a completed task: hands out the next task of the same run in the
 * answer, so that it costs no poll. The worker goes on with the state that it has of the run.
 * False: this reply can't carry one.
 */
bool frontend_follow(struct frontend *f, const struct serve *serve);
/* The owner no longer waits for that delivery: its reply, if any, is ignored. */
void frontend_abandon(struct frontend *f, void *delivery);

/* Fresh ids: 36 characters, as a run id looks. */
struct str frontend_fresh_run_id(struct frontend *f, struct arena *a);

/* Calls that are not implemented, "Name" each, in order of appearance; for -v. */
size_t frontend_unimplemented(const struct frontend *f);
struct str frontend_unimplemented_name(const struct frontend *f, size_t index);
