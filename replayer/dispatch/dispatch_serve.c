/* SPDX-License-Identifier: MIT */
/* dispatch_serve.c: a history becomes a job of a lane, and its tasks go out. */
#include "replayer/dispatch/dispatch_state.h"

#include "formats/base/mem.h"
#include "replayer/judge/clues.h"
#include "replayer/remote/unfit.h"

/* Histories whose guards have gone before the rest of them goes. */
#define GATHERED 4

/* False, with the verdict given, where this worker can't judge it. */
static bool worker_fits(struct lane *lane, size_t index, const struct poller *p)
{
	const char *reason;
	struct str why;
	struct arena a;
	bool fits;

	arena_init(&a);
	fits = !unfit_worker(p, &reason, &why, &a);
	if (!fits)
		dispatch_decide(lane->d, lane, index, NULL, VERDICT_FAILED, reason, why);
	arena_done(&a);
	return fits;
}

/* The next task of JOB, as SPEC; what it borrows lives as long as the job. */
static struct serve next_task(struct lane *lane, struct job *job, struct task_spec *spec)
{
	struct serve s = {
		.queue = job->queue,
		.family = job->sdk->family,
		.workflow_id = lane->d->corpus->items.at[job->item].workflow_id,
		.run_id = job->run_id,
		.spec = spec,
		.delivery = job,
	};

	inquiry_ask(&job->inquiry, spec);
	/* core and Java take a second task of a run they have seen for a later task of it. */
	if (job->sdk->family != SDK_GO && job->main_served)
		s.run_id = frontend_fresh_run_id(lane->frontend, &job->arena);
	job->inquiry.run_ids.served = s.run_id;
	return s;
}

/* What JOB has to ask next needs the process for itself (recipe_asks_alone()). */
static bool asks_alone(const struct job *job)
{
	const struct recipe *recipe = job->inquiry.recipe;
	struct task_spec spec;

	/* All jobs are asked at every turn: what no task of theirs can change is not worked out. */
	if (!recipe->one_stack_at_a_time)
		return false;
	inquiry_ask(&job->inquiry, &spec);
	return recipe_asks_alone(recipe, &spec);
}

static bool anything_out(const struct lane *lane)
{
	for (size_t i = 0; i < lane->jobs.n; i++)
		if (lane->jobs.at[i]->out)
			return true;
	return false;
}

/* A task that needs the process for itself is out, or waits until nothing is. */
static bool is_closed(const struct lane *lane)
{
	for (size_t i = 0; i < lane->jobs.n; i++)
		if (asks_alone(lane->jobs.at[i]))
			return true;
	return false;
}

static bool may_go(const struct lane *lane, const struct job *job)
{
	for (size_t i = 0; i < lane->jobs.n; i++)
		if (lane->jobs.at[i]->out && asks_alone(lane->jobs.at[i]))
			return false;
	return !asks_alone(job) || !anything_out(lane);
}

static void is_out(struct dispatch *d, struct job *job)
{
	job->main_served = true;
	job->out = true;
	job->out_since_ms = dispatch_now(d);
	d->n_tasks++;
}

static void serve(struct lane *lane, struct job *job)
{
	struct task_spec spec;
	struct serve s = next_task(lane, job, &spec);

	is_out(lane->d, job);
	frontend_serve(lane->frontend, &s);
}

/*
 * Go's pollers fetch no more than 1,000 tasks a second in a process; a task that comes with
 * the answer to the last one needs none. Queries don't come so, and in the other SDKs the next
 * task is another run's.
 */
void lane_follow(struct lane *lane, struct job *job)
{
	struct task_spec spec;
	struct serve s;

	if (job->sdk->family != SDK_GO || lane->n_lost)
		return;
	s = next_task(lane, job, &spec);
	if (spec.query == TASK_NO_QUERY && frontend_follow(lane->frontend, &s))
		is_out(lane->d, job);
}

static void choose_run_id(struct lane *lane, struct job *job)
{
	struct str real = lane->d->corpus->items.at[job->item].run_id;
	bool is_new = false;

	if (real.n)
		map_put(&lane->used_run_ids, real, 1, &is_new);
	job->real_id = real.n && (is_new || job->sdk->family == SDK_GO);
	job->run_id = job->real_id ? real
				   : frontend_fresh_run_id(lane->frontend, &job->arena);
	job->inquiry.run_ids.own = real.n ? real : job->run_id;
}

/*
 * One command may start several programs, and a task goes to whichever of them polls: with
 * each new poller it is looked again. What was begun without a guard begins anew, then.
 */
static void look_for_local_activities(struct lane *lane)
{
	bool none = lane->local_activities == GO_LOCAL_ACTIVITIES_NONE;
	size_t n = frontend_pollers(lane->frontend);

	if (!lane->process || n == lane->n_looked_at)
		return;
	lane->n_looked_at = n;
	lane->local_activities = process_local_activities(lane->process);
	while (none && lane->local_activities != GO_LOCAL_ACTIVITIES_NONE && lane->jobs.n)
		lane_put_back(lane, *vec_last(&lane->jobs), AGAIN_ANYWHERE);
}

/* Go's needs no guard where the program has no local activities. */
static const struct recipe *recipe_for(struct lane *lane, const struct poller *p)
{
	const struct recipe *recipe = sdk_recipe(p->sdk, p->name_space);

	if (!recipe->unguarded)
		return recipe;
	look_for_local_activities(lane);
	return lane->local_activities == GO_LOCAL_ACTIVITIES_NONE ? recipe->unguarded : recipe;
}

/* A worker that polls another queue than its histories name is served, and told of. */
static void note_queue(struct dispatch *d, const struct job *job)
{
	const struct corpus_item *item = &d->corpus->items.at[job->item];
	struct str named = dispatch_queue(d->settings, item->queue);

	if (d->noted_queue || !named.n || str_eq(named, job->queue))
		return;
	d->noted_queue = true;
	d->host->note(d->host->context,
		      arena_printf(&d->arena,
				   "the worker polls task queue '%.*s', histories name '%.*s': they "
				   "are served all the same, but tasks of that queue would not "
				   "reach it (--map-queue '%.*s=%.*s' says that this is meant)",
				   STR_ARG(job->queue), STR_ARG(named), STR_ARG(item->queue),
				   STR_ARG(job->queue)));
}

static void describe(struct dispatch *d, struct job *job, const struct poller *p)
{
	struct str text = arena_printf(
		&job->arena, "%.*s: %s %.*s (%.*s), recipe %s, queue %.*s",
		STR_ARG(d->corpus->items.at[job->item].path), p->sdk->label, STR_ARG(p->version),
		STR_ARG(p->identity), job->inquiry.recipe->name, STR_ARG(job->queue));

	d->host->detail(d->host->context, text);
	if (job->inquiry.recipe->unguarded && !d->noted_go_limit) {
		d->noted_go_limit = true;
		d->host->note(d->host->context,
			      STR("Go: a local activity that only the new code has, and that "
				  "nobody waits on, cannot be seen before it runs"));
	}
	note_queue(d, job);
	if (d->settings->wanted.tail && !d->noted_tail) {
		d->noted_tail = true;
		d->host->note(d->host->context,
			      STR("--tail: the open task behind the last completed one runs live, "
				  "with its local activities and side effects"));
	}
}

static void begin(struct lane *lane, size_t index, const struct poller *p, struct str queue,
		  bool alone)
{
	struct dispatch *d = lane->d;
	struct job *job = mem_zalloc(sizeof(*job));
	struct err err = ERR_INIT;

	if (!corpus_take(d->corpus, d->settings->schema, index, &job->history, &err)) {
		/* It was fine a moment ago: somebody changed the file. */
		dispatch_decide(d, lane, index, NULL, VERDICT_INVALID, NULL, str_of(err.message));
		mem_free(job);
		return;
	}
	job->item = index;
	job->alone = alone;
	job->first = lane->n_begun++ == 0;
	job->sdk = p->sdk;
	job->started_ms = dispatch_now(d);
	arena_init(&job->arena);
	job->queue = arena_str(&job->arena, queue);
	job->identity = arena_str(&job->arena, p->identity);
	job->version = arena_str(&job->arena, p->version);
	job->build_id = arena_str(&job->arena, p->build_id);
	inquiry_begin(&job->inquiry, recipe_for(lane, p), &job->history,
		      &d->settings->wanted, &job->arena);
	choose_run_id(lane, job);
	d->out_bytes += (int64_t)job->history.wire.n;
	vec_push(&lane->jobs, job);
	describe(d, job, p);
	if (may_go(lane, job))
		serve(lane, job);
}

static bool goes_alone(const struct lane *lane)
{
	return lane->jobs.n && lane->jobs.at[0]->alone;
}

/* False: there is no other history for this lane now. */
static bool begin_next(struct lane *lane)
{
	struct dispatch *d = lane->d;
	bool alone = lane->suspects.n > 0;
	const struct poller *p;
	struct str queue;
	size_t item;

	if (d->failed || d->finishing || goes_alone(lane) ||
	    !pending_take(d, lane, &item, &queue))
		return false;
	p = frontend_waiting(lane->frontend, queue, SDK_UNKNOWN);
	if (worker_fits(lane, item, p))
		begin(lane, item, p, queue, alone);
	return true;
}

/*
 * Where each history begins with a task that goes alone, some of those go one after the other,
 * so that what follows them can go together.
 */
static bool gathers(const struct lane *lane)
{
	return lane->jobs.n && lane->jobs.n < GATHERED && !anything_out(lane) &&
	       (*vec_last(&lane->jobs))->inquiry.recipe->unguarded;
}

void lane_pump(struct lane *lane)
{
	if (lane->n_lost)
		return;
	if (lane->local_activities == GO_LOCAL_ACTIVITIES_NONE)
		look_for_local_activities(lane);
	while (gathers(lane) && !is_closed(lane) && begin_next(lane))
		;
	for (size_t i = 0; i < lane->jobs.n; i++) {
		struct job *job = lane->jobs.at[i];

		if (!job->out && may_go(lane, job) &&
		    frontend_waiting(lane->frontend, job->queue, job->sdk->family))
			serve(lane, job);
	}
	while (!is_closed(lane) && begin_next(lane))
		;
}

void job_find_clues(const struct dispatch *d, struct job *job, const struct verdict *v)
{
	const struct corpus_item *item = &d->corpus->items.at[job->item];
	struct clue_case about = {
		.history = &job->history,
		.verdict = v,
		.evidence = &job->inquiry.evidence,
		.sdk = job->sdk,
		.version = job->version,
		.build_id = job->build_id,
		.workflow_id = item->workflow_id,
		.run_id = job->inquiry.run_ids.own,
		.workflow_id_guessed = item->workflow_id_guessed,
		.run_id_guessed = item->run_id_guessed,
		.run_id_made_up = !item->run_id.n,
	};

	clues_find(&about, &job->arena, &job->inquiry.evidence);
}
