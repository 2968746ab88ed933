/* SPDX-License-Identifier: MIT */
/* clues.c: the table of finders; each says one sentence, or nothing. */
#include "replayer/judge/clues.h"

#include "formats/base/buf.h"
#include "formats/history/events.h"
#include "replayer/judge/clue_parts.h"
#include "replayer/judge/compare_fields.h"
#include "replayer/judge/sdk_words.h"

#include <inttypes.h>

/* So many patches are named. */
#define SHOWN_PATCHES ((size_t)5)
/* A shorter id is found in other text by chance. */
#define TELLING_ID_BYTES ((size_t)4)

enum { CAUSE_UNHANDLED_FAILURE = 23, CAUSE_NON_DETERMINISTIC_ERROR = 24 };

/* "StartTimer 30s" */
static struct str shown(const struct side *s, struct arena *a)
{
	struct str name = clue_name(s->name);

	return arena_printf(a, "%.*s%s%.*s", STR_ARG(clue_name(s->what)), name.n ? " " : "",
			    STR_ARG(name));
}

static int64_t id_of(const struct history *h, size_t index)
{
	return h->events[index].id;
}

/* ---- who recorded it, who answers now ---- */

static bool differ(struct str recorded, struct str now)
{
	return recorded.n && now.n && !str_eq(recorded, now);
}

/* Of those that tools make of the program's bytes, each build has another: that says nothing. */
static bool differ_by_hand(struct str recorded, struct str now)
{
	return differ(recorded, now) &&
	       !(compare_holds_generated(recorded) && compare_holds_generated(now));
}

static struct str recorded_by_another(const struct clue_case *c, struct arena *a)
{
	const struct history_task *task = clue_task(c);
	size_t n = task ? task->number : c->history->n_tasks;
	struct clue_recorded then = {0};
	struct clue_recorded now = {.version = c->version, .build = c->build_id};

	if (c->sdk)
		now.sdk = str_of(c->sdk->client_name);
	for (size_t i = 0; i < n; i++)
		clue_recorded_next(c->history, i, &then);
	if (!differ_by_hand(then.build, now.build))
		then.build = now.build = STR_NONE;
	if (!differ(then.sdk, now.sdk) && !differ(then.version, now.version))
		then.sdk = then.version = now.sdk = now.version = STR_NONE;
	if (!then.sdk.n && !then.version.n && !then.build.n)
		return STR_NONE;
	if (!task)
		return arena_printf(a, "the history was recorded with %.*s; the worker now has %.*s",
				    STR_ARG(clue_recorded_text(&then, a)),
				    STR_ARG(clue_recorded_text(&now, a)));
	return arena_printf(a, "workflow task %zu was recorded with %.*s; the worker now has %.*s",
			    task->number, STR_ARG(clue_recorded_text(&then, a)),
			    STR_ARG(clue_recorded_text(&now, a)));
}

/* The last change of the build before the divergence, or the first behind it. */
static struct str deployed_meanwhile(const struct clue_case *c, struct arena *a)
{
	const struct history_task *task = clue_task(c);
	struct clue_recorded before = {0}, after = {0}, from = {0}, to = {0};
	size_t changed = 0;

	if (!task)
		return STR_NONE;
	for (size_t i = 0; i < c->history->n_tasks; i++) {
		clue_recorded_next(c->history, i, &after);
		if (differ(before.build, after.build) || differ(before.version, after.version)) {
			if (changed && i + 1 > task->number)
				break;
			changed = i;
			from = before;
			to = after;
		}
		before = after;
	}
	if (!changed)
		return STR_NONE;
	if (!differ(from.build, to.build))
		from.build = to.build = STR_NONE;
	if (!differ(from.version, to.version))
		from.version = to.version = from.sdk = to.sdk = STR_NONE;
	return arena_printf(a,
			    "the worker changed between workflow tasks %zu and %zu, from %.*s to "
			    "%.*s: this run went on under newly deployed code",
			    changed, changed + 1, STR_ARG(clue_recorded_text(&from, a)),
			    STR_ARG(clue_recorded_text(&to, a)));
}

/* ---- patches ---- */

static void add_patch(struct buf *list, const struct clue_patch *patch, int64_t event_id)
{
	struct str id = clue_name(patch->id), version = clue_name(patch->version);

	buf_printf(list, "%s%.*s%s%.*s (event %" PRId64 "%s)", list->n ? ", " : "", STR_ARG(id),
		   version.n ? " version " : "", STR_ARG(version), event_id,
		   patch->deprecated ? ", deprecated" : "");
}

static struct str patches_before(const struct clue_case *c, struct arena *a)
{
	size_t at = clue_at(c), n = 0;
	struct clue_patch patch;
	struct str clue = STR_NONE;
	struct buf list;

	if (at == c->history->n_events)
		return STR_NONE;
	buf_init(&list, 0);
	/* The nearest ones decide which way the code goes there. */
	for (size_t i = at; i > 0; i--)
		if (clue_patch(c->history, i - 1, a, &patch) && n++ < SHOWN_PATCHES)
			add_patch(&list, &patch, id_of(c->history, i - 1));
	if (n > SHOWN_PATCHES)
		buf_printf(&list, " and %zu more", n - SHOWN_PATCHES);
	if (n)
		clue = arena_printf(a, "patches that history has before event %" PRId64 ": %.*s",
				    id_of(c->history, at), STR_ARG(buf_str(&list)));
	buf_done(&list);
	return clue;
}

static const struct sdk_words *words_of(const struct clue_case *c)
{
	return sdk_words(c->sdk ? str_of(c->sdk->client_name) : STR_NONE);
}

static struct str patch_removed(const struct clue_case *c, struct arena *a)
{
	const struct divergence *d = &c->verdict->divergence;
	size_t at = clue_at(c);
	struct clue_patch patch;

	/* A field that differs: the code asks for it, but for another version. */
	if (at == c->history->n_events || d->kind != DIVERGENCE_MARKER || d->field.n ||
	    str_is(d->worker.what, "RecordMarker") ||
	    !clue_patch(c->history, at, a, &patch) || patch.deprecated)
		return STR_NONE;
	return arena_printf(a,
			    "the code no longer asks for patch %.*s, which history has at event "
			    "%" PRId64 ": its call, or %s, has to stay as long as such "
			    "histories are replayed",
			    STR_ARG(clue_name(patch.id)), d->event_id,
			    words_of(c)->keep);
}

/* ---- inserted, or removed ---- */

/* COMMAND, with a name, is what would leave that event: closes and markers have none. */
static bool is_event_of(const struct clue_case *c, size_t index, const struct side *command,
			struct arena *a)
{
	const struct pair_row *row = pair_of_event(c->history->events[index].type);

	return row && row->command_type != COMMAND_RECORD_MARKER && command->name.n &&
	       str_is(command->what, row->command_name) &&
	       str_eq(pair_last_part(event_name(c->history, index, a)),
		      pair_last_part(command->name));
}

/* The event that the code's command comes to, if history has it later; or n_events. */
static size_t comes_to(const struct clue_case *c, size_t from, struct arena *a)
{
	size_t n = c->history->n_events;

	while (from < n) {
		struct arena_mark mark = arena_mark(a);
		bool found = is_event_of(c, from, &c->verdict->divergence.worker, a);

		arena_rewind(a, mark);
		if (found)
			break;
		from++;
	}
	return from;
}

static bool same_side(const struct side *x, const struct side *y)
{
	return str_eq(x->what, y->what) && str_eq(x->name, y->name) && str_eq(x->id, y->id);
}

/* The event at AT is known to come among the code's commands, behind the one in its place. */
static bool still_comes(const struct clue_case *c, size_t at, struct arena *a)
{
	const struct divergence *d = &c->verdict->divergence;

	for (size_t t = 0; t < c->evidence->tasks.n; t++) {
		const struct task_commands *task = &c->evidence->tasks.at[t];
		bool behind = false;

		if (task->task != d->workflow_task)
			continue;
		for (size_t i = 0; i < task->n_pairs; i++) {
			if (behind && is_event_of(c, at, &task->pairs[i].worker, a))
				return true;
			behind |= same_side(&task->pairs[i].worker, &d->worker);
		}
	}
	return false;
}

static size_t task_of_event(const struct history *h, size_t index)
{
	size_t n = 0;

	while (n < h->n_tasks && h->tasks[n].batch_end <= index)
		n++;
	return n + 1;
}

static struct str inserted_or_removed(const struct clue_case *c, struct arena *a)
{
	const struct divergence *d = &c->verdict->divergence;
	const struct history *h = c->history;
	size_t at = clue_at(c), to;
	bool still;
	struct str code;

	/* What changed its place within one task is said by the kind. */
	if (at == h->n_events || !d->worker.name.n || d->kind == DIVERGENCE_REORDERED ||
	    is_event_of(c, at, &d->worker, a))
		return STR_NONE;
	code = shown(&d->worker, a);
	to = comes_to(c, at + 1, a);
	if (!d->history.what.n && to < h->n_events)
		return arena_printf(a,
				    "%.*s is event %" PRId64 " of history, in workflow task %zu: the "
				    "code asks for it sooner now, without waiting",
				    STR_ARG(code), id_of(h, to), task_of_event(h, to));
	if (!d->history.what.n)
		return STR_NONE;
	still = still_comes(c, at, a);
	if (still && to == h->n_events)
		return arena_printf(a,
				    "inserted, not removed: the code still asks for %.*s, behind "
				    "%.*s, which history does not have",
				    STR_ARG(shown(&d->history, a)), STR_ARG(code));
	if (still)
		return arena_printf(a,
				    "moved: the code asks for %.*s first, which is event %" PRId64
				    " of history, and for %.*s behind it",
				    STR_ARG(code), id_of(h, to), STR_ARG(shown(&d->history, a)));
	if (to == h->n_events)
		return STR_NONE;
	return arena_printf(a,
			    "%.*s looks like event %" PRId64 " of history: what is at event %" PRId64
			    " was removed then, or comes behind it now",
			    STR_ARG(code), id_of(h, to), d->event_id);
}

/* ---- ids ---- */

static struct str only_generated(const struct clue_case *c, struct arena *a)
{
	if (!clue_only_generated(c))
		return STR_NONE;
	return arena_printf(a,
			    "the two values of %.*s differ only in a generated part (uuid, time or "
			    "random number): code must take such values from %s",
			    STR_ARG(clue_name(c->verdict->divergence.field)),
			    words_of(c)->fresh);
}

/* The code's value is built from ID, the history's is not. */
static bool built_from(const struct clue_case *c, struct str id)
{
	const struct divergence *d = &c->verdict->divergence;

	return c->verdict->kind == VERDICT_DIVERGED && d->field.n && id.n >= TELLING_ID_BYTES &&
	       str_find(d->worker_value, id) >= 0 && str_find(d->history_value, id) < 0;
}

/* Only the code's value: what history has was made in another way. */
static struct str holds_generated(const struct clue_case *c, struct arena *a)
{
	const struct divergence *d = &c->verdict->divergence;

	if (c->verdict->kind != VERDICT_DIVERGED || !d->field.n || built_from(c, c->run_id) ||
	    !compare_holds_generated(d->worker_value) ||
	    compare_holds_generated(d->history_value))
		return STR_NONE;
	return arena_printf(a,
			    "the code's %.*s holds what looks like a uuid, time or random number: if it "
			    "is another in each replay (--confirm tells), code must take it from %s",
			    STR_ARG(clue_name(d->field)), words_of(c)->fresh);
}

static struct str holds_run_id(const struct clue_case *c, struct arena *a)
{
	struct str field = clue_name(c->verdict->divergence.field);

	if (!built_from(c, c->run_id))
		return STR_NONE;
	if (c->run_id_made_up)
		return arena_printf(a,
				    "the code's %.*s holds the run id, which this history does not "
				    "say: it was replayed under a made-up one; name the file "
				    "WORKFLOWID__RUNID.json after the true one",
				    STR_ARG(field));
	if (c->run_id_guessed)
		return arena_printf(a,
				    "the code's %.*s holds the run id %.*s, which is guessed from the "
				    "file's name and may be wrong",
				    STR_ARG(field), STR_ARG(clue_name(c->run_id)));
	return arena_printf(a,
			    "the code's %.*s holds the run id %.*s, history's holds none such: a "
			    "reset changes run ids, so code should not build on them",
			    STR_ARG(field), STR_ARG(clue_name(c->run_id)));
}

static struct str holds_workflow_id(const struct clue_case *c, struct arena *a)
{
	struct str field = clue_name(c->verdict->divergence.field);

	if (!built_from(c, c->workflow_id))
		return STR_NONE;
	return arena_printf(a, "the code's %.*s holds the workflow id %.*s, history's does not%s",
			    STR_ARG(field), STR_ARG(clue_name(c->workflow_id)),
			    c->workflow_id_guessed
				    ? ": that id is guessed from the file's name, so the true one "
				      "(--workflow-id) may mend it"
				    : "");
}

/* ---- what the run went through ---- */

static struct str was_reset(const struct clue_case *c, struct arena *a)
{
	size_t at = clue_reset(c->history);

	if (c->verdict->kind != VERDICT_DIVERGED || at == c->history->n_events)
		return STR_NONE;
	return arena_printf(a,
			    "the run was reset at event %" PRId64 ": what is before it was recorded "
			    "by run %.*s",
			    id_of(c->history, at),
			    STR_ARG(clue_name(clue_field(c->history, at, "base_run_id"))));
}

static struct str was_continued(const struct clue_case *c, struct arena *a)
{
	const struct history_task *task = clue_task(c);
	struct str from;

	if (!task || task->number != 1 ||
	    c->history->events[0].type != EVENT_WORKFLOW_EXECUTION_STARTED)
		return STR_NONE;
	from = clue_field(c->history, 0, "continued_execution_run_id");
	if (!from.n)
		return STR_NONE;
	return arena_printf(a,
			    "the run continues run %.*s as new, and diverges in its first workflow "
			    "task: its input was made by that run's code",
			    STR_ARG(clue_name(from)));
}

/* The recorded run met the same kind of failure. */
static struct str failed_then_too(const struct clue_case *c, struct arena *a)
{
	const struct history *h = c->history;
	bool diverged = c->verdict->kind == VERDICT_DIVERGED;
	int64_t wanted = diverged ? CAUSE_NON_DETERMINISTIC_ERROR : CAUSE_UNHANDLED_FAILURE;
	struct str message;
	size_t i = h->n_events;

	if (!diverged &&
	    (c->verdict->kind != VERDICT_FAILED || !str_is(c->verdict->reason, "workflow-code")))
		return STR_NONE;
	while (i > 0 && !(h->events[i - 1].type == EVENT_WORKFLOW_TASK_FAILED &&
			  clue_number(h, i - 1, "cause") == wanted))
		i--;
	if (!i)
		return STR_NONE;
	message = clue_field(h, i - 1, "failure.message");
	message = clue_name(str_split(&message, '\n'));
	return arena_printf(a, "the recorded run failed so too: event %" PRId64
			    " is a workflow task that failed of %s%s%.*s",
			    id_of(h, i - 1), diverged ? "nondeterminism" : "workflow code",
			    message.n ? ": " : "", STR_ARG(message));
}

/* ---- the table ---- */

/* In the order in which they are of use. */
static clue_finder *const FINDERS[] = {
	inserted_or_removed, patch_removed,	  only_generated, holds_run_id,
	holds_generated,     holds_workflow_id,	  recorded_by_another, deployed_meanwhile, patches_before,
	was_reset,	     was_continued,	  failed_then_too,
};

static void say(struct evidence *e, struct str clue)
{
	for (size_t i = 0; i < e->clues.n; i++)
		if (str_eq(e->clues.at[i], clue))
			return;
	if (clue.n)
		vec_push(&e->clues, clue);
}

void clues_find(const struct clue_case *c, struct arena *a, struct evidence *e)
{
	enum verdict_kind kind = c->verdict->kind;

	/* Of bugs before all else: they may be all that there is to it. */
	for (size_t i = 0; i < clue_bugs(); i++)
		say(e, clue_bug(c, i, a));
	if (kind != VERDICT_DIVERGED && kind != VERDICT_FAILED)
		return;
	for (size_t i = 0; i < sizeof(FINDERS) / sizeof(*FINDERS); i++)
		say(e, FINDERS[i](c, a));
}
