/* SPDX-License-Identifier: MIT */
/* dispatch_lane.c: one worker process after the other, and what becomes of lost histories. */
#include "replayer/dispatch/dispatch_state.h"

#include "formats/base/mem.h"
#include "replayer/remote/isolate.h"

/* A fresh process's first task may take this much longer: JVMs and bundles warm up. */
#define FIRST_TASK_EXTRA_MS ((int64_t)30000)
/* A connection may be seen to die this long before the process that had it. */
#define LOST_SETTLE_MS ((int64_t)500)
/* Processes in a row that end without one verdict before the lane is given up. */
#define FRUITLESS_PROCESSES 3
/* The pause before the next process where the last one was of no use, doubled each time. */
#define BACKOFF_MS ((int64_t)100)
#define BACKOFF_MOST_MS ((int64_t)5000)
/* Memory and output are looked at this often: it takes a walk through /proc, and files. */
#define SAMPLE_EVERY_MS ((int64_t)250)
/* And so are connections from elsewhere: it takes the kernel's table of all of them. */
#define PEERS_EVERY_MS ((int64_t)500)

static int64_t now(const struct lane *lane)
{
	return dispatch_now(lane->d);
}

void lane_init(struct lane *lane, struct dispatch *d, size_t number, bool elsewhere)
{
	const struct dispatch_settings *s = d->settings;

	*lane = (struct lane){
		.d = d,
		.number = number,
		.elsewhere = elsewhere,
		.process_settings = {
			.command = elsewhere ? STR_NONE : s->workers[number % s->n_workers],
			.isolate = s->isolate,
			.env = s->env,
			.n_env = s->n_env,
			.environ = s->environ,
			.name_space = s->name_space,
			.queue = s->queue,
			.log_prefix = s->log_prefix,
			.ready_ms = s->ready_ms,
			.host = d->host,
		},
	};
}

/* Each call once a run, whoever made it. */
static void tell_unimplemented(struct lane *lane)
{
	struct dispatch *d = lane->d;

	for (size_t i = 0; i < frontend_unimplemented(lane->frontend); i++) {
		struct str name = frontend_unimplemented_name(lane->frontend, i);
		bool is_new;

		if (map_get(&d->told, name))
			continue;
		(void)map_put(&d->told, arena_str(&d->arena, name), 1, &is_new);
		d->host->detail(d->host->context,
				arena_printf(&d->arena,
					     "the worker also called %.*s (Unimplemented)",
					     STR_ARG(name)));
	}
}

static void close_frontend(struct lane *lane)
{
	if (!lane->frontend)
		return;
	tell_unimplemented(lane);
	frontend_close(lane->frontend);
	lane->frontend = NULL;
}

void lane_done(struct lane *lane)
{
	listen_done(lane);
	close_frontend(lane);
	map_done(&lane->used_run_ids);
	map_done(&lane->identities);
	vec_done(&lane->jobs);
	vec_done(&lane->suspects);
	vec_done(&lane->confirms);
}

/* ---- the end of a process ---- */

/* What is still out is not judged by how its worker ends: this is our doing. */
static void call_back(struct lane *lane)
{
	while (lane->jobs.n)
		lane_put_back(lane, *vec_last(&lane->jobs), AGAIN_ANYWHERE);
}

static void stop(struct lane *lane)
{
	call_back(lane);
	if (lane->process)
		process_stop(lane->process);
	lane->state = LANE_STOPPING;
	pending_queues_changed(lane->d);
}

/* It is of no use any more, and there is nothing that it could want to finish. */
static void end_now(struct lane *lane)
{
	if (lane->process)
		process_kill(lane->process);
	stop(lane);
}

void lane_end(struct lane *lane)
{
	lane->ending = true;
	if (lane->state == LANE_RESTING)
		lane->state = LANE_OVER;
	else if (lane->state != LANE_OVER && lane->state != LANE_STOPPING)
		stop(lane);
}

/* Others go on with what this lane still had. */
static void bequeath(struct lane *lane)
{
	struct dispatch *d = lane->d;

	for (size_t i = 0; i < d->lanes.n && lane->suspects.n; i++) {
		struct lane *heir = &d->lanes.at[i];

		if (heir == lane || heir->state == LANE_OVER || heir->ending)
			continue;
		while (lane->suspects.n)
			vec_push(&heir->suspects, lane->suspects.at[--lane->suspects.n]);
	}
}

static int64_t backoff(const struct lane *lane)
{
	int64_t pause = BACKOFF_MS;

	for (int i = 1; i < lane->fruitless && pause < BACKOFF_MOST_MS; i++)
		pause *= 2;
	if (!lane->fruitless)
		return 0;
	return pause < BACKOFF_MOST_MS ? pause : BACKOFF_MOST_MS;
}

void lane_keep_why(struct lane *lane, struct str why)
{
	size_t n = why.n < sizeof(lane->why) ? why.n : sizeof(lane->why) - 1;

	memcpy(lane->why, why.p, n);
	lane->why[n] = '\0';
}

static void forget_process(struct lane *lane)
{
	const struct dispatch_settings *s = lane->d->settings;

	process_free(lane->process);
	lane->process = NULL;
	lane->adopted = false;
	/* An orphan of that process finds nobody behind its port. */
	if (!s->port || s->isolate)
		close_frontend(lane);
	map_done(&lane->used_run_ids);
	while (lane->confirms.n)
		pending_again(lane->d, lane->confirms.at[--lane->confirms.n]);
}

/* The process and all it left are gone: what next? */
static void ended(struct lane *lane)
{
	bool never_polled = !lane->polled;

	frontend_forget_pollers(lane->frontend);
	if (!lane->elsewhere)
		forget_process(lane);
	lane->fruitless = lane->n_verdicts ? 0 : lane->fruitless + 1;
	lane->n_replies = lane->n_verdicts = lane->n_begun = 0;
	lane->n_queues = lane->n_pollers = 0;
	lane->local_activities = GO_LOCAL_ACTIVITIES_UNKNOWN;
	lane->n_looked_at = 0;
	if (lane->fruitless >= FRUITLESS_PROCESSES && !never_polled && !lane->why[0])
		lane_keep_why(lane, STR("the worker keeps ending before it gives a verdict"));
	if (!lane->ending && !never_polled && lane->fruitless < FRUITLESS_PROCESSES) {
		lane->state = LANE_RESTING;
		lane->at_ms = now(lane) + backoff(lane);
		return;
	}
	lane->state = LANE_OVER;
	bequeath(lane);
	/* The others may now poll all there is. */
	pending_queues_changed(lane->d);
}

/* ---- what can happen to a process at work ---- */

/* All that is out is suspect, or guilty where it was alone. */
static void blame_all(struct lane *lane, enum verdict_kind kind, struct str message)
{
	while (lane->jobs.n)
		lane_blame(lane, *vec_last(&lane->jobs), kind, message);
}

static bool died(struct lane *lane, int64_t t)
{
	struct arena a;

	if (!process_died(lane->process))
		return false;
	arena_init(&a);
	blame_all(lane, VERDICT_CRASHED, process_ending(lane->process, &a));
	arena_done(&a);
	return true;
}

/* Elsewhere: a worker may die with all of its polls answered, and so unheard. */
static bool check_peers(struct lane *lane, int64_t t)
{
	if (lane->jobs.n && t >= lane->peers_at_ms) {
		lane->peers_at_ms = t + PEERS_EVERY_MS;
		frontend_check_peers(lane->frontend);
	}
	return false;
}

/* The process lives, and yet tasks were lost: its connection broke, or the poll was stale. */
static bool lost(struct lane *lane, int64_t t)
{
	bool replace = false;

	if (!lane->n_lost || t - lane->lost_since_ms <= LOST_SETTLE_MS)
		return false;
	for (size_t i = lane->jobs.n; i > 0; i--) {
		struct job *job = lane->jobs.at[i - 1];

		if (!job->lost)
			continue;
		replace |= job_needs_fresh(job);
		lane_blame(lane, job, VERDICT_CRASHED,
			   STR("the worker's connection died while it replayed this history, "
			       "twice"));
	}
	return replace;
}

/* On top of the time limit: for the first task of a process. */
static int64_t warm_up_ms(const struct lane *lane)
{
	int64_t ready = lane->d->settings->ready_ms;

	if (lane->n_replies)
		return 0;
	return ready < FIRST_TASK_EXTRA_MS ? ready : FIRST_TASK_EXTRA_MS;
}

/* A task got no reply in time. */
static bool hangs(struct lane *lane, int64_t t)
{
	int64_t limit = lane->d->settings->timeout_ms + warm_up_ms(lane);
	bool late = false;

	for (size_t i = 0; i < lane->jobs.n; i++)
		late |= lane->jobs.at[i]->out && t - lane->jobs.at[i]->out_since_ms > limit;
	if (!late)
		return false;
	while (lane->jobs.n) {
		struct job *job = *vec_last(&lane->jobs);

		if (job->out && t - job->out_since_ms > limit)
			lane_blame(lane, job, VERDICT_TIMED_OUT,
				   arena_printf(&job->arena,
						"the worker gave no reply in %lld s",
						(long long)(limit / 1000)));
		else
			lane_put_back(lane, job, AGAIN_ANYWHERE);
	}
	lane->unsure = true;
	return true;
}

static bool anybody_waits_or_works(const struct lane *lane)
{
	bool busy = frontend_waiting(lane->frontend, STR_NONE, SDK_UNKNOWN) != NULL;

	for (size_t i = 0; i < lane->jobs.n; i++)
		busy |= lane->jobs.at[i]->out;
	return busy;
}

/* Alive, but it neither polls nor works: some SDKs leave such processes behind. */
static bool is_zombie(struct lane *lane, int64_t t)
{
	int64_t limit = lane->d->settings->timeout_ms + warm_up_ms(lane);
	struct arena a;

	if (anybody_waits_or_works(lane))
		lane->busy_ms = t;
	if (t - lane->busy_ms <= limit)
		return false;
	arena_init(&a);
	blame_all(lane, VERDICT_TIMED_OUT,
		  arena_printf(&a, "the worker lives, but has not polled for %lld s",
			       (long long)(limit / 1000)));
	arena_done(&a);
	return true;
}

/* Too much output is cut, too much memory is not forgiven. */
static bool is_greedy(struct lane *lane, int64_t t)
{
	int64_t limit = lane->d->settings->memory_bytes, held;
	struct arena a;

	if (t < lane->sample_at_ms)
		return false;
	lane->sample_at_ms = t + SAMPLE_EVERY_MS;
	process_trim_log(lane->process);
	if (!limit)
		return false;
	held = process_memory(lane->process);
	if (held <= limit)
		return false;
	arena_init(&a);
	blame_all(lane, VERDICT_CRASHED,
		  arena_printf(&a, "the worker was ended: it held more than the %lld MB that "
				   "--worker-memory allows", (long long)(limit >> 20)));
	arena_done(&a);
	return true;
}

/* Elsewhere: whoever polled has gone, and nobody came in its place. */
static bool left(struct lane *lane, int64_t t)
{
	if (anybody_waits_or_works(lane))
		lane->busy_ms = t;
	return listen_left(lane, lane->busy_ms);
}

/* True: the process has to be replaced, and its histories know what that means to them. */
static const struct trouble {
	bool (*happened)(struct lane *lane, int64_t t);
	bool here, elsewhere; /* with a process of ours, and without */
} TROUBLES[] = {
	{died, true, false},	  {check_peers, false, true},  {lost, true, true},
	{hangs, true, true},	  {is_zombie, true, false},    {left, false, true},
	{is_greedy, true, false},
};

static bool in_trouble(struct lane *lane)
{
	int64_t t = now(lane);

	for (size_t i = 0; i < sizeof(TROUBLES) / sizeof(*TROUBLES); i++)
		if ((lane->elsewhere ? TROUBLES[i].elsewhere : TROUBLES[i].here) &&
		    TROUBLES[i].happened(lane, t))
			return true;
	return false;
}

/* ---- one turn ---- */

static void on_refused(void *context, struct str sentence)
{
	const struct lane *lane = context;

	lane->d->host->note(lane->d->host->context, sentence);
}

static bool open_frontend(struct lane *lane, struct err *err)
{
	const struct dispatch_settings *s = lane->d->settings;
	struct frontend_settings settings = {
		.loop = lane->d->loop,
		.listen = lane->elsewhere ? s->listen : NULL,
		.user = s->user,
		.adopts = s->isolate && !lane->elsewhere,
		.port = s->port ? s->port + (int)lane->number : 0,
		.page_bytes = s->page_bytes,
		.sdk = s->sdk,
		.seed = s->seed + lane->d->n_processes,
	};
	struct frontend_owner owner = {lane, lane_on_reply, lane_on_lost, on_refused};

	if (settings.adopts && !settings.port)
		settings.port = ISOLATE_PORT;
	return lane->frontend ||
	       frontend_open(&lane->frontend, s->schema, &settings, &owner, err);
}

/* Ours: no lane can go on. */
static void fail_run(struct lane *lane, const struct err *err)
{
	if (!lane->d->failed)
		*lane->d->err = *err;
	lane->d->failed = true;
}

static void wait_elsewhere(struct lane *lane)
{
	lane->state = LANE_STARTING;
	lane->at_ms = now(lane);
}

static void start(struct lane *lane)
{
	struct dispatch *d = lane->d;
	struct err err = ERR_INIT;
	bool is_open = lane->frontend != NULL;

	if (!open_frontend(lane, &err)) {
		fail_run(lane, &err);
		return;
	}
	if (lane->elsewhere) {
		if (!is_open)
			listen_announce(lane);
		wait_elsewhere(lane);
		return;
	}
	lane->process_settings.number = d->n_processes++;
	lane->state = LANE_STARTING;
	if (process_start(&lane->process, &lane->process_settings, frontend_port(lane->frontend),
			  &err)) {
		d->last_log = arena_str(&d->arena, process_log(lane->process));
		return;
	}
	lane_keep_why(lane, str_of(err.message));
	end_now(lane);
}

static void watch_queues(struct lane *lane)
{
	size_t n = frontend_queues(lane->frontend);

	if (n == lane->n_queues)
		return;
	lane->n_queues = n;
	lane->queues_since_ms = now(lane);
	pending_queues_changed(lane->d);
}

/* The port that an isolated process is to poll comes from its own network. */
static void adopt_listener(struct lane *lane)
{
	struct err err = ERR_INIT;
	int fd;

	if (!process_listener(lane->process, &fd, &err)) {
		fail_run(lane, &err);
		lane->ending = true;
		end_now(lane);
		return;
	}
	if (fd < 0)
		return;
	frontend_adopt(lane->frontend, fd);
	lane->adopted = true;
}

static bool may_poll(struct lane *lane, struct err *err)
{
	if (lane->elsewhere)
		return !listen_left(lane, lane->at_ms);
	return process_may_poll(lane->process, err);
}

static void wait_for_poll(struct lane *lane, bool look)
{
	struct err err = ERR_INIT;

	if (lane->process_settings.isolate && !lane->elsewhere && !lane->adopted) {
		adopt_listener(lane);
		return;
	}
	if (frontend_queues(lane->frontend)) {
		lane->state = LANE_READY;
		lane->polled = true;
		lane->busy_ms = now(lane);
		if (lane->elsewhere)
			listen_watch(lane);
		/* At once: nobody may take its queues for settled before it is known since when. */
		watch_queues(lane);
		return;
	}
	if (!look || may_poll(lane, &err))
		return;
	if (!lane->elsewhere)
		lane_keep_why(lane, str_of(err.message));
	end_now(lane);
}

static void work(struct lane *lane, bool look)
{
	watch_queues(lane);
	if (lane->elsewhere)
		listen_watch(lane);
	if (look && in_trouble(lane)) {
		end_now(lane);
		return;
	}
	lane_pump(lane);
	/* Nothing is left but what needs a process that has not seen it. */
	if (!lane->elsewhere && !lane->jobs.n && !lane->suspects.n && lane->confirms.n &&
	    frontend_waiting(lane->frontend, STR_NONE, SDK_UNKNOWN))
		stop(lane);
}

void lane_step(struct lane *lane, bool look)
{
	if (lane->frontend)
		frontend_tick(lane->frontend, now(lane));
	switch (lane->state) {
	case LANE_RESTING:
		if (now(lane) >= lane->at_ms)
			start(lane);
		break;
	case LANE_STARTING:
		wait_for_poll(lane, look);
		break;
	case LANE_READY:
		work(lane, look);
		break;
	case LANE_STOPPING:
		if (!lane->process || (look && process_stopped(lane->process)))
			ended(lane);
		break;
	case LANE_OVER:
		break;
	}
}
