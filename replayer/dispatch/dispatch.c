/* SPDX-License-Identifier: MIT */
/* dispatch.c: the lanes of a replay run, and how it ends. */
#include "replayer/dispatch/dispatch_state.h"

#include "formats/base/mem.h"
#include "replayer/remote/grpc_server.h"

/* What costs a system call to look at is looked at this often, however busy it is. */
#define LOOK_EVERY_MS ((int64_t)20)

static bool all_over(const struct dispatch *d)
{
	for (size_t i = 0; i < d->lanes.n; i++)
		if (d->lanes.at[i].state != LANE_OVER)
			return false;
	return true;
}

static void end_all(struct dispatch *d)
{
	for (size_t i = 0; i < d->lanes.n; i++)
		lane_end(&d->lanes.at[i]);
}

static bool anything_out(const struct dispatch *d)
{
	for (size_t i = 0; i < d->lanes.n; i++)
		if (d->lanes.at[i].jobs.n)
			return true;
	return false;
}

/* Whatever ends the run: every history has its verdict, somebody wants it, or we failed. */
static bool is_at_end(struct dispatch *d, const char **ret_reason)
{
	enum dispatch_stop stop = d->host->stop(d->host->context, ret_reason);

	d->finishing = stop != DISPATCH_GO_ON;
	return d->failed || d->n_done == d->corpus->n_undecided || stop == DISPATCH_STOP ||
	       (d->finishing && !anything_out(d));
}

static void turn(struct dispatch *d, bool look)
{
	for (size_t i = 0; i < d->lanes.n; i++)
		lane_step(&d->lanes.at[i], look);
	if (look && !d->finishing)
		pending_refuse(d);
}

/* Until every lane is over. */
static const char *use_lanes(struct dispatch *d)
{
	const char *reason = NULL;
	bool at_end = false;
	int64_t looked = 0;
	size_t n_done = d->n_done;

	while (!all_over(d)) {
		int64_t t = dispatch_now(d);
		bool look = t - looked >= LOOK_EVERY_MS;

		if (look)
			looked = t;
		turn(d, look);
		/* A lane that takes no part any more must not keep what is done waiting. */
		if (!at_end && (look || d->n_done != n_done) && is_at_end(d, &reason)) {
			at_end = true;
			end_all(d);
		}
		n_done = d->n_done;
		(void)rpc_loop_step(d->loop, (int)LOOK_EVERY_MS);
	}
	return reason;
}

/* The words of the first lane that has any. RET_HERE: a process of ours polled. */
static struct str why_over(const struct dispatch *d, bool *ret_polled, bool *ret_here)
{
	struct str why = STR("the worker keeps ending before it gives a verdict");

	*ret_polled = *ret_here = false;
	for (size_t i = d->lanes.n; i > 0; i--) {
		const struct lane *lane = &d->lanes.at[i - 1];

		*ret_polled |= lane->polled;
		*ret_here |= lane->polled && !lane->elsewhere;
		if (lane->why[0])
			why = str_of(lane->why);
	}
	return why;
}

/* What is left when no process can be had, or none any more. */
static enum dispatch_end give_up(struct dispatch *d)
{
	bool polled, here;
	struct str why = why_over(d, &polled, &here);

	pending_give_up(d, here ? VERDICT_CRASHED : VERDICT_FAILED, here ? NULL : "no-worker",
			why);
	if (d->failed)
		return DISPATCH_FAILED;
	if (polled)
		return DISPATCH_DONE;
	err_set(d->err, ERR_WORKER, "%.*s", STR_ARG(why));
	return DISPATCH_NO_WORKER;
}

static enum dispatch_end lanes(struct dispatch *d)
{
	const char *reason = use_lanes(d);

	if (d->failed)
		return DISPATCH_FAILED;
	if (d->n_done == d->corpus->n_undecided)
		return DISPATCH_DONE;
	if (!d->finishing)
		return give_up(d);
	if (!reason)
		return DISPATCH_INTERRUPTED;
	pending_give_up(d, VERDICT_SKIPPED, reason, STR("the run ended before its turn came"));
	return d->failed ? DISPATCH_FAILED : DISPATCH_DONE;
}

enum dispatch_end dispatch_run(struct corpus *corpus,
			       const struct dispatch_settings *settings,
			       const struct dispatch_host *host, size_t *ret_tasks,
			       struct err *err)
{
	struct dispatch d = {
		.corpus = corpus, .settings = settings, .host = host, .err = err};
	size_t n = settings->lanes ? settings->lanes : 1;
	enum dispatch_end end;

	/* Processes that could never have anything to do are not worth their start. */
	if (n > corpus->n_undecided)
		n = corpus->n_undecided;
	arena_init(&d.arena);
	rpc_loop_open(&d.loop);
	d.items = mem_zalloc(sizeof(*d.items) * (corpus->items.n + 1));
	pending_init(&d);
	for (size_t i = 0; i < n * settings->n_workers + (settings->listen != NULL); i++) {
		vec_push(&d.lanes, (struct lane){0});
		lane_init(vec_last(&d.lanes), &d, i, i == n * settings->n_workers);
	}
	end = lanes(&d);
	*ret_tasks = d.n_tasks;
	for (size_t i = 0; i < d.lanes.n; i++)
		lane_done(&d.lanes.at[i]);
	vec_done(&d.lanes);
	rpc_loop_close(d.loop);
	pending_done(&d);
	mem_free(d.items);
	map_done(&d.told);
	arena_done(&d.arena);
	return end;
}
