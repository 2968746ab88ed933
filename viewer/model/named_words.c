/* SPDX-License-Identifier: MIT */
/* named_words.c: names from both sides of a divergence, the code's first. */
#include "viewer/model/named_words.h"

#include "formats/base/mem.h"
#include "formats/history/events.h"
#include "formats/history/marker.h"
#include "formats/wire/field.h"
#include "replayer/judge/pairs.h"
#include "replayer/report/report_sides.h"

/* Events before the divergence that are looked at, for as many names. */
enum { BEFORE_EVENTS = 500, BEFORE_NAMES = 2 };

/* What asks for a command that has no name, in the words of all SDKs. */
static const struct {
	const char *command;
	const char *calls[8];
} CALLS[] = {
	{"StartTimer",
	 {"sleep", "newTimer", "startTimer", "awaitWithTimeout", "waitCondition", "condition",
	  "Workflow.await"}},
	{"RecordMarker",
	 {"patched", "deprecatePatch", "getVersion", "sideEffect", "mutableSideEffect"}},
	{"UpsertWorkflowSearchAttributes", {"upsertSearchAttributes", "upsertTypedSearchAttributes"}},
	{"ModifyWorkflowProperties", {"upsertMemo"}},
	{"ContinueAsNewWorkflowExecution", {"continueAsNew", "newContinueAsNewError"}},
	{"CompleteWorkflowExecution", {"return"}},
	{"FailWorkflowExecution", {"raise", "throw", "panic", "return"}},
};

struct list {
	struct named_word *at;
	size_t n;
};

static void add(struct list *l, enum named_role role, struct str text)
{
	if (text.n && l->n < NAMED_WORDS)
		l->at[l->n++] = (struct named_word){text, role, false};
}

/* Go and Java may register a type with its package in front. */
static void add_type(struct list *l, enum named_role role, struct str type)
{
	add(l, role, type);
	if (pair_last_part(type).n < type.n)
		add(l, role, pair_last_part(type));
}

static void add_calls(struct list *l, enum named_role role, struct str what)
{
	for (size_t i = 0; i < sizeof(CALLS) / sizeof(*CALLS); i++) {
		bool fits = str_is(what, CALLS[i].command) || pair_fits(what, str_of(CALLS[i].command));

		for (size_t k = 0; fits && CALLS[i].calls[k] && l->n < NAMED_WORDS; k++)
			l->at[l->n++] = (struct named_word){str_of(CALLS[i].calls[k]), role, true};
	}
}

/* The name of a timer is how long it runs. */
static bool is_timer(struct str what)
{
	return str_has(what, "Timer");
}

/* An id without a digit is no number that counts up, nor made of anything that does. */
static bool chosen(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] >= '0' && id.p[i] <= '9')
			return false;
	return true;
}

static void add_side(struct list *l, enum named_role role, const struct side *side)
{
	struct str name = side->name;

	if (str_has(side->what, "Marker")) /* its own name is its SDK's: "Version fraud-check" */
		str_split(&name, ' ');
	if (!is_timer(side->what))
		add_type(l, role, name);
	if (chosen(side->id))
		add(l, role, side->id);
}

/* What the event itself says: a patch's id is in a marker, a timer's summary beside it. */
static void add_event(struct list *l, enum named_role role, const struct document *d, size_t event,
		      struct arena *a)
{
	const struct history *h = &d->history;
	const struct schema_message *m;
	struct str bytes, summary;

	if (event >= h->n_events)
		return;
	if (h->events[event].type == EVENT_MARKER_RECORDED && event_attributes(h, event, &m, &bytes)) {
		add(l, role, marker_part(bytes, MARKER_ABOUT, a));
		return;
	}
	if (h->events[event].type != EVENT_TIMER_STARTED && h->events[event].type != EVENT_TIMER_CANCELED)
		add_type(l, role, event_name(h, event, a));
	summary = field_str(history_event_message(h), history_event(h, event), "user_metadata.summary.data");
	if (summary.n > 2 && summary.p[0] == '"')
		add(l, role, arena_str(a, str_slice(summary.p + 1, summary.n - 2)));
}

/* "activity: charge_card" is what a coroutine waits for. */
static void add_waits(struct list *l, const struct document *d, int64_t task)
{
	const struct stack *s = task > 0 ? document_stack(d, (size_t)task) : NULL;

	for (size_t i = 0; s && i < s->n_coroutines; i++) {
		ptrdiff_t at = str_find(s->coroutines[i].name, STR(": "));

		if (at >= 0)
			add_type(l, NAMED_BEFORE, str_skip(s->coroutines[i].name, (size_t)at + 2));
	}
}

/* What the events from FROM to before END asked for, the last first. */
static void add_before(struct list *l, enum named_role role, const struct document *d, size_t from,
		       size_t end, struct arena *a)
{
	size_t most = l->n + BEFORE_NAMES;

	for (size_t i = end; i > from && end - i < BEFORE_EVENTS && l->n < most; i--)
		if (pair_of_event(d->history.events[i - 1].type))
			add_event(l, role, d, i - 1, a);
}

/* In the diverging task itself; what it came from; and in the tasks before. */
static void add_all_before(struct list *l, const struct document *d, struct arena *a)
{
	const struct history *h = &d->history;
	int64_t task = d->run_row->verdict.divergence.workflow_task;
	size_t end = d->diverges < h->n_events ? d->diverges : h->n_events;
	bool known = task >= 1 && (uint64_t)task <= h->n_tasks && h->tasks[task - 1].completed < end;
	size_t begin = known ? h->tasks[task - 1].completed : end;

	add_before(l, NAMED_TASK, d, begin, end, a);
	add_waits(l, d, task - 1);
	add_before(l, NAMED_BEFORE, d, 0, begin, a);
}

size_t named_words(const struct document *d, struct arena *a, struct named_word *words)
{
	const struct divergence *v = &d->run_row->verdict.divergence;
	struct list l = {words, 0};

	add_side(&l, NAMED_CODE, &v->worker);
	add_calls(&l, NAMED_CODE, v->worker.what);
	add_side(&l, NAMED_HISTORY, &v->history);
	add_event(&l, NAMED_HISTORY, d, d->diverges, a);
	if (!v->worker.what.n)
		add_calls(&l, NAMED_HISTORY, v->history.what);
	add_all_before(&l, d, a);
	add_type(&l, NAMED_WORKFLOW, d->run_row->entry.workflow_type);
	return l.n;
}

struct named *named_of(struct document *d, struct str source)
{
	const struct stack_frame *frame = d->run_row ? report_place(d->run_row) : NULL;
	struct named_reached reached = {STR_NONE, 0};
	struct named_word words[NAMED_WORDS];
	struct arena a;

	if (!source.n || !d->run_row || d->run_row->verdict.kind != VERDICT_DIVERGED)
		return NULL;
	if (d->named && str_eq(d->named->source, source))
		return d->named;
	named_forget(d);
	arena_init(&a);
	d->named = mem_zalloc(sizeof(*d->named));
	if (frame && frame->user)
		reached = (struct named_reached){frame->file, frame->line};
	named_begin(d->named, source, reached, words, named_words(d, &a, words));
	arena_done(&a);
	return d->named;
}

void named_forget(struct document *d)
{
	if (d->named) {
		named_done(d->named);
		mem_free(d->named);
	}
	d->named = NULL;
}

/* History's names elsewhere than at the workflow are what the code has lost. */
static bool leads_there(const struct named *n, const struct named_place *p)
{
	enum named_role role = n->words.at[p->word].role;

	return p->where <= NAMED_BESIDE || (p->where == NAMED_AWAY && role == NAMED_CODE) ||
	       (p->where <= NAMED_DECLARED && role == NAMED_WORKFLOW);
}

const struct named_place *named_best(struct document *d, struct str source, enum named_role last)
{
	const struct named *n = named_of(d, source);

	for (size_t i = 0; n && i < n->places.n; i++)
		if (leads_there(n, &n->places.at[i]))
			return n->words.at[n->places.at[i].word].role <= last ? &n->places.at[i] : NULL;
	return NULL;
}
