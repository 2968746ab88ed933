/* SPDX-License-Identifier: MIT */
/* dispatch.c: which history goes to the worker when, and what becomes of lost ones. */
#include "replayer/dispatch.h"

#include "formats/base/map.h"
#include "formats/base/mem.h"
#include "replayer/inquiry.h"
#include "replayer/remote/frontend.h"
#include "replayer/remote/process.h"
#include "replayer/remote/unfit.h"

#include <stdio.h>

/* How long the set of polled queues has to stand still before it is taken as complete. */
#define QUEUES_SETTLE_MS ((int64_t)1500)
/* A fresh process's first task may take this much longer: JVMs and bundles warm up. */
#define FIRST_TASK_EXTRA_MS ((int64_t)30000)
/* Wire bytes of histories out at the same time; one alone may be larger. */
#define OUT_BYTES ((int64_t)64 * 1024 * 1024)
/* A dying process's connections break before it can be seen to be dead, which says more. */
#define LOST_GRACE_MS ((int64_t)1000)
/* Processes in a row that end without one verdict before the rest is given up. */
#define FRUITLESS_PROCESSES 3

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
	int64_t out_since_ms;
	bool lost; /* its connection broke, at: */
	int64_t lost_since_ms;
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
	bool failed; /* err says why */
	/* Of this process: */
	struct map used_run_ids; /* keys live in the corpus */
	size_t n_replies, n_verdicts;
	size_t n_queues;
	int64_t queues_since_ms;
	bool noted_go_limit;
	int fruitless;
};

static int64_t now(const struct dispatch *d)
{
	return d->host->now_ms(d->host->context);
}

/* ---- verdicts ---- */

static void report(struct dispatch *d, size_t index, const struct job *job,
		   const struct verdict *v)
{
	const struct corpus_item *item = &d->corpus->items.at[index];
	struct str clues[1];
	struct ledger_entry entry = {
		.history = item->path,
		.workflow_id = item->workflow_id,
		.run_id = item->run_id,
		.workflow_type = item->workflow_type,
		.queue = item->queue,
		.id_guessed = item->workflow_id_guessed || item->run_id_guessed,
		.events = item->events,
		.bytes = item->bytes,
		.sdk = item->sdk,
		.sdk_version = item->sdk_version,
		.verdict = v,
		.clues = clues,
	};

	if (d->process)
		entry.output = process_log(d->process);
	if (job) {
		entry.worker_identity = job->identity;
		entry.worker_sdk = job->sdk ? str_of(job->sdk->client_name) : STR_NONE;
		entry.worker_version = job->version;
		entry.worker_build_id = job->build_id;
		entry.ms = (double)(now(d) - job->started_ms);
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

static void decide_plain(struct dispatch *d, size_t index, const struct job *job,
			 enum verdict_kind kind, const char *reason, struct str message)
{
	struct verdict v = {.kind = kind, .reason = str_of(reason), .message = message};

	decide(d, index, job, &v);
}

static void drop_job(struct dispatch *d, struct job *job)
{
	if (job->out)
		frontend_abandon(d->frontend, job);
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
	decide_plain(d, job->item, job, kind, NULL, message);
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

	job->out = false;
	job->lost = true;
	job->lost_since_ms = now(d);
}

/* Those whose worker lives on although their connection broke. */
static void blame_lost(struct dispatch *d)
{
	for (size_t i = d->jobs.n; i > 0; i--) {
		struct job *job = d->jobs.at[i - 1];

		if (job->lost && now(d) - job->lost_since_ms > LOST_GRACE_MS)
			blame(d, job, VERDICT_CRASHED,
			      STR("the worker's connection died while it replayed this "
				  "history, twice"));
	}
}

/* ---- serving ---- */

/* The queue whose polls an item goes to; false: none (RET_WAIT: perhaps later). */
static bool queue_for(const struct dispatch *d, const struct corpus_item *item,
		      struct str *ret, bool *ret_wait)
{
	size_t n = frontend_queues(d->frontend);

	for (size_t i = 0; i < n; i++)
		if (str_eq(frontend_queue(d->frontend, i), item->queue)) {
			*ret = frontend_queue(d->frontend, i);
			return true;
		}
	*ret_wait = n == 0 || now(d) - d->queues_since_ms < QUEUES_SETTLE_MS;
	if (*ret_wait || n != 1)
		return false;
	*ret = frontend_queue(d->frontend, 0);
	return true;
}

static void no_poller(struct dispatch *d, size_t index)
{
	struct arena a;

	arena_init(&a);
	decide_plain(d, index, NULL, VERDICT_FAILED, "no-poller",
		     unfit_queue(d->frontend, d->corpus->items.at[index].queue, &a));
	arena_done(&a);
}

/* False, with the verdict given, where this worker can't judge it. */
static bool worker_fits(struct dispatch *d, size_t index, const struct poller *p)
{
	const char *reason;
	struct str why;
	struct arena a;
	bool fits;

	arena_init(&a);
	fits = !unfit_worker(p, &reason, &why, &a);
	if (!fits)
		decide_plain(d, index, NULL, VERDICT_FAILED, reason, why);
	arena_done(&a);
	return fits;
}

static void serve(struct dispatch *d, struct job *job)
{
	struct task_spec spec;
	struct serve s = {
		.queue = job->queue,
		.family = job->sdk->family,
		.workflow_id = d->corpus->items.at[job->item].workflow_id,
		.spec = &spec,
		.delivery = job,
	};

	inquiry_ask(&job->inquiry, &spec);
	/* core and Java take a second task of a run they have seen for a later task of it. */
	if (job->sdk->family == SDK_GO || !job->main_served)
		s.run_id = job->run_id;
	else
		s.run_id = frontend_fresh_run_id(d->frontend, &job->arena);
	job->main_served = true;
	job->out = true;
	job->out_since_ms = now(d);
	d->n_tasks++;
	frontend_serve(d->frontend, &s);
}

static void choose_run_id(struct dispatch *d, struct job *job)
{
	struct str real = d->corpus->items.at[job->item].run_id;
	bool is_new = false;

	if (real.n)
		map_put(&d->used_run_ids, real, 1, &is_new);
	job->real_id = real.n && (is_new || job->sdk->family == SDK_GO);
	job->run_id = job->real_id ? real : frontend_fresh_run_id(d->frontend, &job->arena);
}

static void describe(struct dispatch *d, struct job *job, const struct poller *p)
{
	struct str text = arena_printf(
		&job->arena, "%.*s: %s %.*s (%.*s), recipe %s, queue %.*s",
		STR_ARG(d->corpus->items.at[job->item].path), p->sdk->label, STR_ARG(p->version),
		STR_ARG(p->identity), job->inquiry.recipe->name, STR_ARG(job->queue));

	d->host->detail(d->host->context, text);
	if (job->sdk->family == SDK_GO && !d->noted_go_limit) {
		d->noted_go_limit = true;
		d->host->note(d->host->context,
			      STR("Go: a local activity that only the new code has, and that "
				  "nobody waits on, cannot be seen before it runs"));
	}
}

static void begin(struct dispatch *d, size_t index, const struct poller *p, struct str queue)
{
	struct job *job = mem_zalloc(sizeof(*job));
	struct err err = ERR_INIT;

	if (!corpus_take(d->corpus, d->settings->schema, index, &job->history, &err)) {
		/* It was fine a moment ago: somebody changed the file. */
		decide_plain(d, index, NULL, VERDICT_INVALID, NULL, str_of(err.message));
		mem_free(job);
		return;
	}
	job->item = index;
	job->sdk = p->sdk;
	job->started_ms = now(d);
	arena_init(&job->arena);
	job->queue = arena_str(&job->arena, queue);
	job->identity = arena_str(&job->arena, p->identity);
	job->version = arena_str(&job->arena, p->version);
	job->build_id = arena_str(&job->arena, p->build_id);
	inquiry_begin(&job->inquiry, sdk_recipe(p->sdk, p->name_space), &job->history,
		      &job->arena);
	choose_run_id(d, job);
	d->items[index].state = ITEM_ACTIVE;
	d->out_bytes += (int64_t)job->history.wire.n;
	vec_push(&d->jobs, job);
	describe(d, job, p);
	serve(d, job);
}

/* May this item go out now, as far as other items are concerned? */
static bool its_turn(const struct dispatch *d, size_t index)
{
	const struct item_run *item = &d->items[index];
	const struct corpus_item *facts = &d->corpus->items.at[index];

	if (item->state != ITEM_PENDING)
		return false;
	if (d->n_suspects && (!item->suspect || d->jobs.n))
		return false;
	if (item->confirm && map_get(&d->used_run_ids, facts->run_id))
		return false;
	return !d->jobs.n || d->out_bytes + facts->bytes <= OUT_BYTES;
}

/* Hands out what can go. Returns how many items wait for a poll or for their queue. */
static size_t pump(struct dispatch *d)
{
	size_t waiting = 0;

	for (size_t i = 0; i < d->jobs.n; i++)
		if (!d->jobs.at[i]->out && !d->jobs.at[i]->lost &&
		    frontend_waiting(d->frontend, d->jobs.at[i]->queue, d->jobs.at[i]->sdk->family))
			serve(d, d->jobs.at[i]);
	while (d->first_pending < d->corpus->items.n &&
	       d->items[d->first_pending].state == ITEM_DONE)
		d->first_pending++;
	for (size_t i = d->first_pending; i < d->corpus->items.n && !d->failed; i++) {
		const struct poller *p;
		struct str queue;
		bool wait = false;

		if (!its_turn(d, i))
			continue;
		if (!queue_for(d, &d->corpus->items.at[i], &queue, &wait)) {
			waiting += wait;
			if (!wait)
				no_poller(d, i);
			continue;
		}
		waiting++;
		p = frontend_waiting(d->frontend, queue, SDK_UNKNOWN);
		if (!p && frontend_queues(d->frontend) == 1)
			break;
		if (p && worker_fits(d, i, p))
			begin(d, i, p, queue);
	}
	return waiting;
}

/* ---- one process ---- */

static void watch_queues(struct dispatch *d)
{
	size_t n = frontend_queues(d->frontend);

	if (n != d->n_queues) {
		d->n_queues = n;
		d->queues_since_ms = now(d);
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

/* True where a task got no reply in time: the process has to be replaced. */
static bool hangs(struct dispatch *d)
{
	int64_t limit = d->settings->timeout_ms + (d->n_replies ? 0 : FIRST_TASK_EXTRA_MS);
	bool late = false;

	for (size_t i = 0; i < d->jobs.n; i++)
		late |= d->jobs.at[i]->out && now(d) - d->jobs.at[i]->out_since_ms > limit;
	if (!late)
		return false;
	while (d->jobs.n) {
		struct job *job = *vec_last(&d->jobs);

		if (job->out && now(d) - job->out_since_ms > limit)
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

/* Until it has nothing more to do, or is no longer of use. */
static void use_process(struct dispatch *d)
{
	int64_t looked = 0;

	while (!d->failed) {
		int64_t t = now(d);

		frontend_step(d->frontend, t, (int)LOOK_EVERY_MS);
		watch_queues(d);
		if (t - looked >= LOOK_EVERY_MS) {
			looked = t;
			if (d->host->interrupted(d->host->context))
				return;
			if (process_died(d->process)) {
				worker_died(d);
				return;
			}
			blame_lost(d);
			if (hangs(d))
				return;
		}
		if (pump(d) == 0 && !d->jobs.n)
			return;
	}
}

/* What is left when no process can be had any more. */
static void give_up(struct dispatch *d, struct str why)
{
	for (size_t i = 0; i < d->corpus->items.n && !d->failed; i++)
		if (d->items[i].state == ITEM_PENDING)
			decide_plain(d, i, NULL, VERDICT_CRASHED, NULL, why);
}

static void reset_process(struct dispatch *d)
{
	while (d->jobs.n)
		put_back(d, *vec_last(&d->jobs), false);
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
			*d->err = err;
			return DISPATCH_NO_WORKER;
		}
		if (!ready)
			give_up(d, str_of(err.message));
		if (d->fruitless >= FRUITLESS_PROCESSES)
			give_up(d, STR("the worker keeps ending before it gives a verdict"));
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
	struct frontend_settings frontend = {settings->port, settings->page_bytes, settings->sdk,
					     settings->seed};
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
