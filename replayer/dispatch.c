/* SPDX-License-Identifier: MIT */
/* dispatch.c: one worker process after the other, and what becomes of lost histories. */
#include "replayer/dispatch_state.h"

#include "formats/base/mem.h"
#include "replayer/remote/process.h"

#include <stdio.h>

/* A fresh process's first task may take this much longer: JVMs and bundles warm up. */
#define FIRST_TASK_EXTRA_MS ((int64_t)30000)
/* A connection may be seen to die this long before the process that had it. */
#define LOST_SETTLE_MS ((int64_t)1000)
/* Processes in a row that end without one verdict before the rest is given up. */
#define FRUITLESS_PROCESSES 3

/* ---- verdicts ---- */

static void report(struct dispatch *d, size_t index, const struct job *job,
		   const struct verdict *v)
{
	const struct corpus_item *item = &d->corpus->items.at[index];
	struct str clues[1];
	struct ledger_entry entry = corpus_entry(item, v);

	entry.id_guessed = item->workflow_id_guessed || item->run_id_guessed;
	entry.clues = clues;
	if (d->process)
		entry.output = process_log(d->process);
	if (job) {
		entry.worker_identity = job->identity;
		entry.worker_sdk = job->sdk ? str_of(job->sdk->client_name) : STR_NONE;
		entry.worker_version = job->version;
		entry.worker_build_id = job->build_id;
		entry.ms = (double)(dispatch_now(d) - job->started_ms);
		if (job->inquiry.note.n)
			clues[entry.n_clues++] = job->inquiry.note;
	}
	if (!d->host->verdict(d->host->context, &entry, d->err))
		d->failed = true;
	d->n_done++;
	d->host->progress(d->host->context, d->n_done, d->corpus->n_undecided);
}

static void clear_suspect(struct dispatch *d, size_t index)
{
	d->n_suspects -= d->items[index].suspect;
	d->items[index].suspect = false;
}

static void decide(struct dispatch *d, size_t index, const struct job *job,
		   const struct verdict *v)
{
	clear_suspect(d, index);
	d->items[index].state = ITEM_DONE;
	d->n_verdicts++;
	d->fruitless = 0;
	report(d, index, job, v);
}

void dispatch_decide(struct dispatch *d, size_t index, const struct job *job,
		     enum verdict_kind kind, const char *reason, struct str message)
{
	struct verdict v = {.kind = kind, .reason = str_of(reason), .message = message};

	decide(d, index, job, &v);
}

static void drop_job(struct dispatch *d, struct job *job)
{
	if (job->out)
		frontend_abandon(d->frontend, job);
	d->n_lost -= job->lost;
	d->out_bytes -= (int64_t)job->history.wire.n;
	for (size_t i = 0; i < d->jobs.n; i++)
		if (d->jobs.at[i] == job)
			d->jobs.at[i] = d->jobs.at[--d->jobs.n];
	history_done(&job->history);
	arena_done(&job->arena);
	mem_free(job);
}

/* The item waits for another try. */
static void put_back(struct dispatch *d, struct job *job, bool suspect)
{
	struct item_run *item = &d->items[job->item];

	item->state = ITEM_PENDING;
	if (suspect && !item->suspect) {
		item->suspect = true;
		d->n_suspects++;
	}
	if (job->item < d->first_pending)
		d->first_pending = job->item;
	d->out_bytes -= (int64_t)job->history.wire.n;
	corpus_put_back(d->corpus, job->item, &job->history);
	drop_job(d, job);
}

/*
 * Something happened while JOB was out. The first time it may have been another history's
 * doing; alone, it was its own.
 */
static void blame(struct dispatch *d, struct job *job, enum verdict_kind kind,
		  struct str message)
{
	struct verdict known;

	/* Only the probe, which makes a divergence clearer, came to nothing. */
	if (job->real_id && inquiry_known(&job->inquiry, &known)) {
		decide(d, job->item, job, &known);
		drop_job(d, job);
		return;
	}
	if (!d->items[job->item].suspect) {
		put_back(d, job, true);
		return;
	}
	dispatch_decide(d, job->item, job, kind, NULL, message);
	drop_job(d, job);
}

/* ---- replies ---- */

static bool retry_once(struct dispatch *d, struct job *job, const struct verdict *v)
{
	struct item_run *item = &d->items[job->item];

	if (v->kind == VERDICT_FAILED && str_is(v->reason, "deadlock") && !item->deadlocked) {
		item->deadlocked = true;
		put_back(d, job, true);
		return true;
	}
	if (v->kind == VERDICT_DIVERGED && !job->real_id &&
	    d->corpus->items.at[job->item].run_id.n) {
		item->confirm = true;
		put_back(d, job, false);
		return true;
	}
	return false;
}

static void on_reply(void *context, void *delivery, const struct poller *poller,
		     const struct task_reply *reply)
{
	struct dispatch *d = context;
	struct job *job = delivery;
	struct verdict v;

	job->out = false;
	d->n_replies++;
	if (!inquiry_answer(&job->inquiry, reply, &v))
		return;
	if (retry_once(d, job, &v))
		return;
	decide(d, job->item, job, &v);
	drop_job(d, job);
}

static void on_lost(void *context, void *delivery)
{
	struct dispatch *d = context;
	struct job *job = delivery;

	/* A process that dies says more than its connection: see look_at_process(). */
	job->out = false;
	job->lost = true;
	if (!d->n_lost++)
		d->lost_since_ms = dispatch_now(d);
}

/* ---- one process ---- */

static void watch_queues(struct dispatch *d)
{
	size_t n = frontend_queues(d->frontend);

	if (n != d->n_queues) {
		d->n_queues = n;
		d->queues_since_ms = dispatch_now(d);
	}
}

static struct str last_words(const struct dispatch *d, struct job *job)
{
	return process_ending(d->process, &job->arena);
}

/* The worker is gone: everything that was out is suspect, or guilty where it was alone. */
static void worker_died(struct dispatch *d)
{
	while (d->jobs.n) {
		struct job *job = *vec_last(&d->jobs);

		blame(d, job, VERDICT_CRASHED, last_words(d, job));
	}
}

/* The process lives, and yet tasks were lost: its connection broke, or the poll was stale. */
static void blame_lost(struct dispatch *d)
{
	for (size_t i = d->jobs.n; i > 0; i--)
		if (d->jobs.at[i - 1]->lost)
			blame(d, d->jobs.at[i - 1], VERDICT_CRASHED,
			      STR("the worker's connection died while it replayed this "
				  "history, twice"));
}

/* On top of the time limit: for the first task of a process. */
static int64_t warm_up_ms(const struct dispatch *d)
{
	int64_t ready = d->settings->ready_ms;

	if (d->n_replies)
		return 0;
	return ready < FIRST_TASK_EXTRA_MS ? ready : FIRST_TASK_EXTRA_MS;
}

/* True where a task got no reply in time: the process has to be replaced. */
static bool hangs(struct dispatch *d)
{
	int64_t limit = d->settings->timeout_ms + warm_up_ms(d);
	bool late = false;

	for (size_t i = 0; i < d->jobs.n; i++)
		late |= d->jobs.at[i]->out && dispatch_now(d) - d->jobs.at[i]->out_since_ms > limit;
	if (!late)
		return false;
	while (d->jobs.n) {
		struct job *job = *vec_last(&d->jobs);

		if (job->out && dispatch_now(d) - job->out_since_ms > limit)
			blame(d, job, VERDICT_TIMED_OUT,
			      arena_printf(&job->arena, "the worker gave no reply in %lld s",
					   (long long)(limit / 1000)));
		else
			put_back(d, job, false);
	}
	return true;
}

/* What costs a system call to look at is looked at this often, however busy it is. */
#define LOOK_EVERY_MS ((int64_t)20)

/* False: it is no longer of use. */
static bool look_at_process(struct dispatch *d, int64_t t)
{
	if (d->host->interrupted(d->host->context))
		return false;
	if (process_died(d->process)) {
		worker_died(d);
		return false;
	}
	if (d->n_lost && t - d->lost_since_ms > LOST_SETTLE_MS)
		blame_lost(d);
	return !hangs(d);
}

/* Until it has nothing more to do, or is no longer of use. */
static void use_process(struct dispatch *d)
{
	int64_t looked = 0;

	while (!d->failed) {
		int64_t t = dispatch_now(d);

		frontend_step(d->frontend, t, (int)LOOK_EVERY_MS);
		watch_queues(d);
		if (t - looked >= LOOK_EVERY_MS) {
			looked = t;
			if (!look_at_process(d, t))
				return;
		}
		if (dispatch_pump(d) == 0 && !d->jobs.n)
			return;
	}
}

/* What is left when no process can be had, or none any more. */
static void give_up(struct dispatch *d, enum verdict_kind kind, const char *reason,
		    struct str why)
{
	for (size_t i = 0; i < d->corpus->items.n && !d->failed; i++)
		if (d->items[i].state == ITEM_PENDING)
			dispatch_decide(d, i, NULL, kind, reason, why);
}

/* What is still out is not judged by how its worker ends: this is our doing. */
static void call_back(struct dispatch *d)
{
	while (d->jobs.n)
		put_back(d, *vec_last(&d->jobs), false);
}

static void reset_process(struct dispatch *d)
{
	frontend_forget_pollers(d->frontend);
	map_done(&d->used_run_ids);
	d->fruitless = d->n_verdicts ? 0 : d->fruitless + 1;
	d->n_replies = d->n_verdicts = d->n_queues = 0;
}

static void start_settings(const struct dispatch *d, struct process_settings *ret)
{
	*ret = (struct process_settings){
		.command = d->settings->worker,
		.env = d->settings->env,
		.n_env = d->settings->n_env,
		.environ = d->settings->environ,
		.name_space = d->settings->name_space,
		.queue = d->settings->queue,
		.log_prefix = d->settings->log_prefix,
		.ready_ms = d->settings->ready_ms,
		.host = d->host,
	};
}

static enum dispatch_end processes(struct dispatch *d)
{
	struct process_settings settings;
	bool first = true;

	start_settings(d, &settings);
	for (;;) {
		struct err err = ERR_INIT;
		bool ready = process_start(&d->process, &settings, d->frontend, &err);

		if (ready)
			use_process(d);
		call_back(d);
		process_stop(d->process, d->frontend);
		reset_process(d);
		process_free(d->process);
		d->process = NULL;
		settings.number++;
		if (d->failed)
			return DISPATCH_FAILED;
		if (d->host->interrupted(d->host->context))
			return DISPATCH_INTERRUPTED;
		if (!ready && first) {
			give_up(d, VERDICT_FAILED, "no-worker", str_of(err.message));
			if (d->failed)
				return DISPATCH_FAILED;
			*d->err = err;
			return DISPATCH_NO_WORKER;
		}
		if (!ready)
			give_up(d, VERDICT_CRASHED, NULL, str_of(err.message));
		if (d->fruitless >= FRUITLESS_PROCESSES)
			give_up(d, VERDICT_CRASHED, NULL,
				STR("the worker keeps ending before it gives a verdict"));
		if (d->n_done == d->corpus->n_undecided || d->failed)
			return d->failed ? DISPATCH_FAILED : DISPATCH_DONE;
		first = false;
	}
}

static void tell_unimplemented(const struct dispatch *d)
{
	for (size_t i = 0; i < frontend_unimplemented(d->frontend); i++) {
		char text[256];
		int n = snprintf(text, sizeof(text), "the worker also called %.*s (Unimplemented)",
				 STR_ARG(frontend_unimplemented_name(d->frontend, i)));

		d->host->detail(d->host->context,
				str_slice(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1));
	}
}

enum dispatch_end dispatch_run(struct corpus *corpus,
			       const struct dispatch_settings *settings,
			       const struct dispatch_host *host, size_t *ret_tasks,
			       struct err *err)
{
	struct dispatch d = {
		.corpus = corpus, .settings = settings, .host = host, .err = err};
	struct frontend_settings frontend = {
		.port = settings->port,
		.page_bytes = settings->page_bytes,
		.sdk = settings->sdk,
		.seed = settings->seed,
	};
	struct frontend_owner owner = {&d, on_reply, on_lost};
	enum dispatch_end end;

	if (!frontend_open(&d.frontend, settings->schema, &frontend, &owner, err))
		return DISPATCH_FAILED;
	d.items = mem_zalloc(sizeof(*d.items) * (corpus->items.n + 1));
	for (size_t i = 0; i < corpus->items.n; i++)
		if (corpus->items.at[i].decided)
			d.items[i].state = ITEM_DONE;
	end = processes(&d);
	tell_unimplemented(&d);
	*ret_tasks = d.n_tasks;
	frontend_close(d.frontend);
	mem_free(d.items);
	vec_done(&d.jobs);
	return end;
}
