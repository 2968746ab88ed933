/* SPDX-License-Identifier: MIT */
/* findings.c: looking for the commands of one side on the other. */
#include "viewer/model/findings.h"

#include "formats/base/mem.h"
#include "formats/history/events.h"

/* Events of one type looked at behind a divergence: what comes later still is no neighbour. */
#define LATER_MOST 1000

int64_t findings_event_named(struct str message)
{
	static const char *const BEFORE[] = {"HistoryEvent(id: ", "event_id: ", "EventId:",
					     "eventId=", "EventID: ", "history event position "};

	for (size_t i = 0; i < sizeof(BEFORE) / sizeof(*BEFORE); i++) {
		ptrdiff_t at = str_find(message, str_of(BEFORE[i]));
		struct str digits;
		long long id;
		size_t n = 0;

		if (at < 0)
			continue;
		digits = str_trim(str_skip(message, (size_t)at + strlen(BEFORE[i])));
		while (n < digits.n && digits.p[n] >= '0' && digits.p[n] <= '9')
			n++;
		if (str_to_int(str_take(digits, n), &id) && id > 0)
			return id;
	}
	return 0;
}

/* ---- what each side asks for elsewhere ---- */

/* One thing on both sides; what a command leaves out (a timer's duration when it is canceled) counts not. */
static bool same_thing(const struct side *history, const struct side *worker)
{
	if (!pair_fits(history->what, worker->what))
		return false;
	if (!worker->name.n)
		return str_eq(history->id, worker->id);
	return str_eq(pair_last_part(history->name), pair_last_part(worker->name));
}

static size_t later_event(const struct document *d, size_t from, const struct side *worker,
			  struct arena *a)
{
	const struct pair_row *want = pair_of_command_name(worker->what);
	const struct history *h = &d->history;

	for (size_t i = from, n = 0; want && i < h->n_events && n < LATER_MOST; i++) {
		const struct pair_row *row = pair_of_event(h->events[i].type);
		struct side side;

		if (!row || !str_is(str_of(row->command_name), want->command_name))
			continue;
		n++;
		side = event_side(h, i, a);
		if (same_thing(&side, worker))
			return i;
	}
	return h->n_events;
}

static size_t still_asked(const struct task_commands *t, size_t from, const struct side *history)
{
	for (size_t i = from; t && i < t->n_pairs; i++)
		if (same_thing(history, &t->pairs[i].worker))
			return i + 1;
	return 0;
}

/* Of the pair at the divergence; n_pairs: the evidence has none. */
static size_t diverging_pair(const struct task_commands *t, const struct divergence *v)
{
	for (size_t i = 0; t && i < t->n_pairs; i++)
		if (t->pairs[i].event_id == v->event_id ||
		    (!v->history.what.n && !t->pairs[i].event_id))
			return i;
	return t ? t->n_pairs : 0;
}

static bool only_made_up(const struct task_commands *t, size_t pair)
{
	const struct command_pair *p;

	if (!t || pair >= t->n_pairs || !t->pairs[pair].n_differences)
		return false;
	p = &t->pairs[pair];
	for (size_t i = 0; i < p->n_differences; i++)
		if (p->differences[i].class != DIFFERENCE_GENERATED)
			return false;
	return true;
}

static void find_likely(const struct document *d, struct arena *a, struct findings *ret)
{
	const struct divergence *v = &d->run_row->verdict.divergence;
	const struct task_commands *t = document_commands(d, (size_t)v->workflow_task);
	size_t pair = diverging_pair(t, v), here = history_find(&d->history, v->event_id);

	ret->later = d->history.n_events;
	if (only_made_up(t, pair))
		ret->likely = LIKELY_MADE_UP;
	else if (v->kind == DIVERGENCE_ATTRIBUTE)
		ret->likely = LIKELY_CHANGED;
	if (ret->likely && str_eq(v->history.name, v->worker.name))
		return;
	if (v->worker.what.n && here < d->history.n_events)
		ret->later = later_event(d, here + 1, &v->worker, a);
	if (v->history.what.n)
		ret->still = still_asked(t, pair + 1, &v->history);
	if (ret->still && ret->later < d->history.n_events)
		ret->likely = LIKELY_MOVED;
	else if (ret->still || (!v->history.what.n && v->worker.what.n))
		ret->likely = LIKELY_INSERTED;
	else if (ret->later < d->history.n_events || v->kind == DIVERGENCE_MISSING)
		ret->likely = LIKELY_REMOVED;
}

/* ---- what a reset would do again ---- */

static void count_name(const struct document *d, size_t event, struct findings *ret,
		       struct again *again)
{
	struct str name;

	if (++again->looked_at > AGAIN_EVENTS) {
		again->others++;
		return;
	}
	name = event_name(&d->history, event, &ret->arena);
	for (size_t i = 0; i < again->names.n; i++)
		if (str_eq(again->names.at[i].name, name)) {
			again->names.at[i].n++;
			return;
		}
	if (again->names.n < AGAIN_NAMES)
		vec_push(&again->names, (struct again_name){name, 1});
	else
		again->others++;
}

static void find_again(const struct document *d, struct findings *ret)
{
	for (size_t i = ret->task->completed + 1; i < d->history.n_events; i++)
		switch (d->history.events[i].type) {
		case EVENT_ACTIVITY_TASK_SCHEDULED:
			count_name(d, i, ret, &ret->activities);
			break;
		case EVENT_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
			count_name(d, i, ret, &ret->children);
			break;
		case EVENT_WORKFLOW_EXECUTION_SIGNALED:
			ret->signals++;
			break;
		case EVENT_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
			ret->updates++;
			break;
		default:
			break;
		}
}

static void make(const struct document *d, struct findings *ret)
{
	const struct verdict *v = &d->run_row->verdict;
	const struct divergence *at = &v->divergence;
	const struct history *h = &d->history;

	if (at->workflow_task >= 1 && (uint64_t)at->workflow_task <= h->n_tasks)
		ret->task = &h->tasks[at->workflow_task - 1];
	if (!at->own_words)
		ret->reported = findings_event_named(v->message);
	find_likely(d, &ret->arena, ret);
	if (!ret->task)
		return;
	for (size_t i = ret->task->completed + 1; i < ret->task->batch_end; i++) {
		ret->n_commands++;
		if (h->events[i].id == at->event_id)
			ret->command = ret->n_commands;
	}
	find_again(d, ret);
}

const struct findings *findings_of(struct document *d)
{
	if (!d->findings) {
		d->findings = mem_zalloc(sizeof(*d->findings));
		arena_init(&d->findings->arena);
		make(d, d->findings);
	}
	return d->findings;
}

void findings_free(struct findings *f)
{
	if (!f)
		return;
	vec_done(&f->activities.names);
	vec_done(&f->children.names);
	arena_done(&f->arena);
	mem_free(f);
}
