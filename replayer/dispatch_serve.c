/* SPDX-License-Identifier: MIT */
/* dispatch_serve.c: which history goes to which poll, and under which run id. */
#include "replayer/dispatch_state.h"

#include "formats/base/mem.h"
#include "replayer/remote/unfit.h"

/* How long the set of polled queues has to stand still before it is taken as complete. */
#define QUEUES_SETTLE_MS ((int64_t)1500)
/* Wire bytes of histories out at the same time; one alone may be larger. */
#define OUT_BYTES ((int64_t)64 * 1024 * 1024)

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
	*ret_wait = n == 0 || dispatch_now(d) - d->queues_since_ms < QUEUES_SETTLE_MS;
	if (*ret_wait || n != 1)
		return false;
	*ret = frontend_queue(d->frontend, 0);
	return true;
}

static void no_poller(struct dispatch *d, size_t index)
{
	struct arena a;

	arena_init(&a);
	dispatch_decide(d, index, NULL, VERDICT_FAILED, "no-poller",
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
		dispatch_decide(d, index, NULL, VERDICT_FAILED, reason, why);
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
	job->out_since_ms = dispatch_now(d);
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
		dispatch_decide(d, index, NULL, VERDICT_INVALID, NULL, str_of(err.message));
		mem_free(job);
		return;
	}
	job->item = index;
	job->sdk = p->sdk;
	job->started_ms = dispatch_now(d);
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

size_t dispatch_pump(struct dispatch *d)
{
	size_t waiting = 0;

	if (d->n_lost)
		return 0;
	for (size_t i = 0; i < d->jobs.n; i++)
		if (!d->jobs.at[i]->out &&
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
