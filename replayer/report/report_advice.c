/* SPDX-License-Identifier: MIT */
/* report_advice.c: what to try: a row for each kind of divergence. */
#include "replayer/report/report_advice.h"

#include "formats/base/limits.h"
#include "replayer/judge/compare.h"
#include "replayer/judge/sdk_words.h"

#include <inttypes.h>

/* How the message begins where --worker-memory ended a worker (dispatch_lane.c). */
#define OVER_MEMORY "the worker was ended: it held "

/* Events shown on each side of the one where code and history part. */
#define EVENTS_AROUND 10

/* In front of the call that keeps old runs on their way. */
static const char *const BY_KIND[DIVERGENCE_KINDS] = {
	[DIVERGENCE_MARKER] =
		"keep side effects and local activities that open runs recorded, and "
		"put new ones behind ",
	[DIVERGENCE_UPDATE] =
		"keep the update's handler as it was for runs that took it: put the"
		" change behind ",
	[DIVERGENCE_EARLY_CLOSE] =
		"let runs from before the change go on to their old end: put it "
		"behind ",
	[DIVERGENCE_LATE_CLOSE] =
		"let runs from before the change end where they ended: put what is "
		"new behind ",
	[DIVERGENCE_WRONG_CLOSE] =
		"let runs from before the change end the way they did: put it "
		"behind ",
	[DIVERGENCE_ATTRIBUTE] =
		"give runs from before the change the old value: put the new one "
		"behind ",
	[DIVERGENCE_REORDERED] =
		"keep the old order for runs from before the change: put the new "
		"one behind ",
	[DIVERGENCE_REPLACED] =
		"let runs from before the change do the old thing: put the new one "
		"behind ",
	[DIVERGENCE_MISSING] =
		"either it was removed, or something new before it (a local activity, "
		"another wait) holds the code up: runs from before the change need it as "
		"it was, so put the change behind ",
	[DIVERGENCE_EXTRA] =
		"let runs from before the change go without it: put what is new "
		"behind ",
};

static const struct sdk_words *words_of(const struct run_row *row)
{
	return sdk_words(row->entry.worker_sdk.n ? row->entry.worker_sdk : row->entry.sdk);
}

static void say(const char **label, struct str text, struct report_lines *ret)
{
	report_add(ret, (struct report_line){.label = *label, .text = text});
	*label = NULL;
}

/* Whether all that differs in the task looks made up anew each time. */
static bool only_generated(const struct run_row *row)
{
	const struct evidence *e = row->entry.evidence;
	struct divergence plain;
	struct difference made_up;
	bool any = false;

	for (size_t i = 0; e && i < e->tasks.n; i++) {
		const struct task_commands *t = &e->tasks.at[i];

		if (t->task != row->verdict.divergence.workflow_task)
			continue;
		if (compare_divergence(t, &plain))
			return false;
		any |= compare_generated(t, &made_up);
	}
	return any;
}

/* "object, 210 bytes, #405a878a": what stands for a payload without --payloads. */
static bool is_hash(struct str value)
{
	return str_has(value, " bytes, #");
}

static bool hides_payloads(const struct run_row *row)
{
	const struct divergence *d = &row->verdict.divergence;
	const struct evidence *e = row->entry.evidence;
	bool hides = is_hash(d->history_value) || is_hash(d->worker_value);

	for (size_t i = 0; e && i < e->tasks.n; i++) {
		const struct task_commands *t = &e->tasks.at[i];

		if (t->task != d->workflow_task)
			continue;
		for (size_t k = 0; k < t->n_pairs; k++)
			for (size_t n = 0; n < t->pairs[k].n_differences; n++)
				hides |= is_hash(t->pairs[k].differences[n].history) ||
					 is_hash(t->pairs[k].differences[n].worker);
	}
	return hides;
}

/* The id of a patch or version whose marker S is; or STR_NONE. */
static struct str patch_of(const struct side *s)
{
	static const char *const MARKERS[] = {"core_patch ", "Version "};

	for (size_t i = 0; i < sizeof(MARKERS) / sizeof(*MARKERS); i++)
		if (str_starts(s->name, str_of(MARKERS[i])))
			return str_skip(s->name, strlen(MARKERS[i]));
	return STR_NONE;
}

/* History has the marker of patch ID, and the code does not ask for it as it was. */
static void advise_patch(const struct divergence *d, struct str id, const struct sdk_words *w,
			 const char **label, struct arena *a, struct report_lines *ret)
{
	struct str patch = sdk_call_of(&w->patch, id, a);
	struct str deprecate = sdk_call_of(&w->deprecate, id, a);

	if (str_is(d->field, "version"))
		say(label,
		    STR("keep the version that history has within the minimum and the maximum "
			"of the call"),
		    ret);
	else
		say(label,
		    arena_printf(a, "keep it: %.*s, or %.*s once no run without its marker is open",
				 STR_ARG(patch), STR_ARG(deprecate)),
		    ret);
	say(label, STR("take the call out only when no run with its marker is open or replayed"),
	    ret);
}

static void advise_diverged(const struct run_row *row, const char **label, struct arena *a,
			    struct report_lines *ret)
{
	const struct divergence *d = &row->verdict.divergence;
	const struct sdk_words *w = words_of(row);
	struct str id = d->kind == DIVERGENCE_MARKER ? patch_of(&d->history) : STR_NONE;

	if (row->verdict.unstable || only_generated(row))
		say(label,
		    arena_printf(a, "%s: take ids, times and random numbers from %s",
				 row->verdict.unstable
					 ? "the code does not do the same twice"
					 : "the value looks made up anew each time",
				 w->fresh),
		    ret);
	else if (id.n)
		advise_patch(d, id, w, label, a, ret);
	else
		say(label,
		    arena_printf(a, "%s%.*s", BY_KIND[d->kind],
				 STR_ARG(sdk_call_of(&w->patch, STR_NONE, a))),
		    ret);
	if (hides_payloads(row))
		say(label, STR("payloads are told by size and hash: --payloads keeps their values"),
		    ret);
}

static struct str advise_other(const struct run_row *row, struct arena *a)
{
	const struct ledger_entry *e = &row->entry;
	const struct verdict *v = &row->verdict;

	switch (v->kind) {
	case VERDICT_FAILED:
		if (str_is(v->reason, "deadlock"))
			return STR("workflow code must not block: no locks, sleeping, input or "
				   "output, and no loop without an await");
		if (str_is(v->reason, "sdk-older-than-history"))
			return arena_printf(a, "build the worker with %.*s %.*s or newer",
					    STR_ARG(e->sdk.n ? report_name(e->sdk, a)
							     : STR("the SDK that recorded it,")),
					    STR_ARG(report_name(e->sdk_version, a)));
		if (str_is(v->reason, "workflow-code") || str_is(v->reason, "tail"))
			return STR("mend the code: on this build, a run in flight that gets here "
				   "would fail this workflow task again and again");
		return STR_NONE;
	case VERDICT_UNREGISTERED:
		return arena_printf(a, "register %.*s in this worker, or add a --worker that has it",
				    STR_ARG(e->workflow_type.n ? report_name(e->workflow_type, a)
							       : STR("the workflow type")));
	case VERDICT_TIMED_OUT:
		return STR("see where it hangs in the worker's output; --timeout gives it longer");
	case VERDICT_CRASHED:
		if (str_starts(v->message, STR(OVER_MEMORY)))
			return STR("replay this history alone to see whether it is what needs so "
				   "much; --worker-memory allows more");
		return STR("see the end of the worker's output");
	default:
		return STR_NONE;
	}
}

/* The events around the divergence; elsewhere it is not known where to look. */
static struct str show_command(const struct run_row *row, struct str word, struct arena *a)
{
	int64_t id = row->verdict.divergence.event_id;

	if (row->verdict.kind != VERDICT_DIVERGED || id < 1 || id > INT64_MAX - EVENTS_AROUND)
		return arena_printf(a, "hindcast show %.*s", STR_ARG(word));
	return arena_printf(a,
			    "hindcast show --where 'id >= %" PRId64 " and id <= %" PRId64 "' %.*s",
			    id > EVENTS_AROUND ? id - EVENTS_AROUND : 1, id + EVENTS_AROUND,
			    STR_ARG(word));
}

static void commands(const struct run_row *row, const char **label, struct arena *a,
		     struct report_lines *ret)
{
	struct str word = report_shell_word(row->entry.history, a);
	enum verdict_kind kind = row->verdict.kind;

	bool no_poller = str_is(row->verdict.reason, "no-poller");

	/* No worker came: nothing of the history is in question. */
	if (!word.n || str_is(row->verdict.reason, "no-worker"))
		return;
	if (kind == VERDICT_INVALID) {
		say(label, arena_printf(a, "hindcast check %.*s", STR_ARG(word)), ret);
		return;
	}
	if (kind != VERDICT_UNREGISTERED && !no_poller)
		say(label, show_command(row, word, a), ret);
	say(label, arena_printf(a, "hindcast replay --worker 'CMD' %.*s", STR_ARG(word)), ret);
}

void report_add_advice(const struct run_row *row, struct arena *a, struct report_lines *ret)
{
	const char *label = "try";
	struct str other;

	if (row->verdict.kind == VERDICT_SKIPPED || row->verdict.kind == VERDICT_PASSED)
		return;
	if (row->verdict.kind == VERDICT_DIVERGED) {
		advise_diverged(row, &label, a, ret);
	} else {
		other = advise_other(row, a);
		if (other.n)
			say(&label, other, ret);
	}
	commands(row, &label, a, ret);
}
