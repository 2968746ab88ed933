/* SPDX-License-Identifier: MIT */
/* dispatch_verdict.c: from a reply, or from none, to a history's verdict or its next try. */
#include "replayer/dispatch/dispatch_state.h"

#include "formats/base/mem.h"

#include <inttypes.h>

static void report(struct dispatch *d, const struct lane *lane, size_t index,
		   const struct job *job, const struct verdict *v)
{
	const struct corpus_item *item = &d->corpus->items.at[index];
	struct ledger_entry entry = corpus_entry(item, v);

	entry.id_guessed = item->workflow_id_guessed || item->run_id_guessed;
	entry.payloads_guessed = item->payloads_guessed;
	if (lane && lane->process)
		entry.output = process_log(lane->process);
	else if (str_is(v->reason, "no-worker"))
		entry.output = d->last_log;
	if (job) {
		entry.worker_identity = job->identity;
		entry.worker_sdk = job->sdk ? str_of(job->sdk->client_name) : STR_NONE;
		entry.worker_version = job->version;
		entry.worker_build_id = job->build_id;
		entry.ms = (double)(dispatch_now(d) - job->started_ms);
		entry.evidence = &job->inquiry.evidence;
	}
	if (!d->host->verdict(d->host->context, &entry, d->err))
		d->failed = true;
	d->n_done++;
	d->host->progress(d->host->context, d->n_done, d->corpus->n_undecided);
}

static void decide(struct dispatch *d, struct lane *lane, size_t index, const struct job *job,
		   const struct verdict *v)
{
	d->items[index].state = ITEM_DONE;
	if (lane) {
		lane->n_verdicts++;
		lane->fruitless = 0;
	}
	report(d, lane, index, job, v);
}

void dispatch_decide(struct dispatch *d, struct lane *lane, size_t index,
		     const struct job *job, enum verdict_kind kind, const char *reason,
		     struct str message)
{
	struct verdict v = {.kind = kind, .reason = str_of(reason), .message = message};

	decide(d, lane, index, job, &v);
}

static void drop_job(struct lane *lane, struct job *job)
{
	if (job->out)
		frontend_abandon(lane->frontend, job);
	lane->n_lost -= job->lost;
	lane->d->out_bytes -= (int64_t)job->history.wire.n;
	for (size_t i = 0; i < lane->jobs.n; i++)
		if (lane->jobs.at[i] == job)
			lane->jobs.at[i] = lane->jobs.at[--lane->jobs.n];
	inquiry_done(&job->inquiry);
	history_done(&job->history);
	arena_done(&job->arena);
	mem_free(job);
}

void lane_put_back(struct lane *lane, struct job *job, enum again again)
{
	struct dispatch *d = lane->d;
	size_t item = job->item;

	d->items[item].state = ITEM_AGAIN;
	if (again == AGAIN_ALONE || (again == AGAIN_ANYWHERE && job->alone))
		vec_push(&lane->suspects, item);
	else if (again == AGAIN_FRESH)
		vec_push(&lane->confirms, item);
	else
		pending_again(d, item);
	d->out_bytes -= (int64_t)job->history.wire.n;
	corpus_put_back(d->corpus, item, &job->history);
	drop_job(lane, job);
}

bool job_needs_fresh(const struct job *job)
{
	return job->alone && !job->first;
}

void lane_blame(struct lane *lane, struct job *job, enum verdict_kind kind, struct str message)
{
	struct verdict known;

	/* What its neighbours do must not make a divergence look like another one. */
	if (!job->alone || !job->first) {
		lane_put_back(lane, job, AGAIN_ALONE);
		return;
	}
	/* Only what makes a verdict clearer came to nothing. */
	if (job->real_id && inquiry_known(&job->inquiry, &known)) {
		job_find_clues(lane->d, job, &known);
		decide(lane->d, lane, job->item, job, &known);
		drop_job(lane, job);
		return;
	}
	dispatch_decide(lane->d, lane, job->item, job, kind, NULL, message);
	drop_job(lane, job);
}

/* A verdict that outlives its job. */
static const struct verdict *copy_of(struct dispatch *d, const struct verdict *v)
{
	struct verdict *copy = arena_new(&d->arena, struct verdict);
	struct divergence *x = &copy->divergence;
	struct str *words[] = {
		&copy->reason, &copy->message, &x->history.what, &x->history.name, &x->history.id,
		&x->worker.what, &x->worker.name, &x->worker.id, &x->field, &x->history_value,
		&x->worker_value,
	};

	*copy = *v;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i]->p)
			*words[i] = arena_str(&d->arena, *words[i]);
	return copy;
}

/* Elsewhere no fresh process is to be had, so the verdict stands as it is. */
static void tell_unconfirmed(const struct lane *lane, struct job *job)
{
	const struct dispatch *d = lane->d;

	if (!job->real_id && d->corpus->items.at[job->item].run_id.n)
		vec_push(&job->inquiry.evidence.clues,
			 STR("seen under a substitute run id only: this worker has seen the run "
			     "before, and hindcast can't start a fresh one elsewhere, to "
			     "confirm it under the real id"));
	else if (d->settings->confirm)
		vec_push(&job->inquiry.evidence.clues,
			 STR("not confirmed: hindcast can't start a fresh worker elsewhere"));
}

static bool retry_once(struct lane *lane, struct job *job, const struct verdict *v)
{
	struct dispatch *d = lane->d;
	struct item_run *item = &d->items[job->item];

	if (v->kind == VERDICT_FAILED && str_is(v->reason, "deadlock") && !item->deadlocked) {
		item->deadlocked = true;
		lane_put_back(lane, job, AGAIN_ALONE);
		return true;
	}
	if (v->kind == VERDICT_DIVERGED && lane->elsewhere) {
		tell_unconfirmed(lane, job);
		return false;
	}
	if (v->kind == VERDICT_DIVERGED && !job->real_id &&
	    d->corpus->items.at[job->item].run_id.n) {
		lane_put_back(lane, job, AGAIN_FRESH);
		return true;
	}
	if (v->kind == VERDICT_DIVERGED && d->settings->confirm && !item->first) {
		item->first = copy_of(d, v);
		lane_put_back(lane, job, AGAIN_FRESH);
		return true;
	}
	return false;
}

/* Not by fingerprint alone: ids and values are no part of it. */
static bool is_the_same(const struct verdict *x, const struct verdict *y)
{
	const struct divergence *a = &x->divergence, *b = &y->divergence;

	return x->kind == y->kind && a->event_id == b->event_id &&
	       strcmp(x->fingerprint, y->fingerprint) == 0 && str_eq(a->worker.id, b->worker.id) &&
	       str_eq(a->worker_value, b->worker_value);
}

/* "StartTimer 30s at event 12", with the id or value that tells the two apart. */
static struct str did(const struct divergence *d, struct arena *a)
{
	struct str what = side_text(&d->worker, a);
	struct str value = d->worker_value.n ? d->worker_value : d->worker.id;

	return arena_printf(a, "%.*s%s%.*s%s at event %" PRId64,
			    STR_ARG(what.n ? what : str_of(divergence_name(d->kind))),
			    value.n ? " (" : "", STR_ARG(value), value.n ? ")" : "", d->event_id);
}

/* With --confirm, what happened the second time is held against the first. */
static void confirm(struct lane *lane, struct job *job, struct verdict *v)
{
	const struct verdict *first = lane->d->items[job->item].first;
	struct arena *a = &job->arena;
	struct str clue;

	if (!first || is_the_same(first, v))
		return;
	if (v->kind == VERDICT_DIVERGED)
		clue = arena_printf(a, "unstable: the first time the code did %.*s, and in a fresh "
				       "worker %.*s",
				    STR_ARG(did(&first->divergence, a)),
				    STR_ARG(did(&v->divergence, a)));
	else
		clue = arena_printf(a, "unstable: replayed again in a fresh worker it %s",
				    v->kind == VERDICT_PASSED ? "passed" : "did not diverge");
	if (v->kind != VERDICT_DIVERGED)
		*v = *first;
	v->unstable = true;
	vec_push(&job->inquiry.evidence.clues, clue);
}

void lane_on_reply(void *context, void *delivery, const struct poller *poller,
		   const struct task_reply *reply)
{
	struct lane *lane = context;
	struct job *job = delivery;
	struct verdict v;

	job->out = false;
	lane->n_replies++;
	if (!inquiry_answer(&job->inquiry, reply, &v)) {
		if (reply->takes_next)
			lane_follow(lane, job);
		return;
	}
	if (retry_once(lane, job, &v))
		return;
	confirm(lane, job, &v);
	job_find_clues(lane->d, job, &v);
	decide(lane->d, lane, job->item, job, &v);
	drop_job(lane, job);
}

void lane_on_lost(void *context, void *delivery)
{
	struct lane *lane = context;
	struct job *job = delivery;

	/* A process that dies says more than its connection: see lane_look(). */
	job->out = false;
	job->lost = true;
	if (!lane->n_lost++)
		lane->lost_since_ms = dispatch_now(lane->d);
}
