/* SPDX-License-Identifier: MIT */
/* report_evidence.c: stacks, pairs and events as lines; all of it bounded. */
#include "replayer/report/report_evidence.h"

#include "formats/base/limits.h"
#include "replayer/judge/pairs.h"

#include <inttypes.h>

/* What is shown of each; the rest is in the run file. */
#define STOOD_PLACES 4
#define SHOWN_EVENTS 12
#define COROUTINE_NAMES 4
#define TASK_PAIRS 12
#define PAIR_DIFFERENCES 8
#define ANSWERS 3
#define ANSWER_LINES 4
/* Both values of a difference stand in one line up to here. */
#define SHORT_VALUES ((size_t)60)

static const struct evidence *evidence_of(const struct run_row *row)
{
	static const struct evidence NONE = {0};

	return row->entry.evidence ? row->entry.evidence : &NONE;
}

static void below(struct report_lines *ret, const char **label, char sign, struct str text,
		  enum report_tone tone)
{
	report_add(ret, (struct report_line){*label, text, tone, sign});
	*label = NULL;
}

/* ---- where it stood ---- */

const struct stack_frame *report_place(const struct run_row *row)
{
	const struct evidence *e = evidence_of(row);

	for (size_t i = 0; i < e->stood.n; i++)
		if (e->stood.at[i].file.n && e->stood.at[i].line)
			return &e->stood.at[i];
	return NULL;
}

/* "workflow.ts:57, in orderWorkflow" */
static struct str place(const struct stack_frame *f, struct arena *a)
{
	struct str file = report_visible(f->file, LIMIT_SHOWN_PATH_BYTES, a);
	struct str text = f->file.n ? file : STR("an unknown file");

	if (f->line)
		text = arena_printf(a, "%.*s:%" PRId64, STR_ARG(text), f->line);
	if (f->function.n)
		text = arena_printf(a, "%.*s, in %.*s", STR_ARG(text),
				    STR_ARG(report_name(f->function, a)));
	return text;
}

/* Coroutines often wait at one line: it is said once. */
static bool seen_before(const struct evidence *e, size_t i)
{
	const struct stack_frame *f = &e->stood.at[i];

	for (size_t k = i > LIMIT_STACK_FRAMES ? i - LIMIT_STACK_FRAMES : 0; k < i; k++)
		if (e->stood.at[k].line == f->line && str_eq(e->stood.at[k].file, f->file) &&
		    str_eq(e->stood.at[k].function, f->function))
			return true;
	return false;
}

static struct str stood_text(const struct run_row *row, const struct evidence *e, size_t shown,
			     const struct stack_frame *f, struct arena *a)
{
	struct str at = place(f, a);

	if (shown)
		return arena_printf(a, "%s %.*s", e->stood_task ? "and at" : "called at",
				    STR_ARG(at));
	if (e->stood_task)
		return arena_printf(a, "at workflow task %" PRId64 " the code waited at %.*s",
				    e->stood_task, STR_ARG(at));
	return arena_printf(a, "%s at %.*s",
			    row->verdict.kind == VERDICT_DIVERGED ? "it broke" : "it failed",
			    STR_ARG(at));
}

static void add_frames(const struct run_row *row, const struct evidence *e, struct arena *a,
		       struct report_lines *ret)
{
	const char *label = "stood";
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < e->stood.n; i++) {
		const struct stack_frame *f = &e->stood.at[i];

		if (shown == STOOD_PLACES) {
			more = e->stood.n - i;
			break;
		}
		if (seen_before(e, i))
			continue;
		below(ret, &label, 0, stood_text(row, e, shown++, f, a), TONE_PLAIN);
		if (str_trim(f->source).n)
			below(ret, &label, REPORT_QUOTED, report_name(str_trim(f->source), a),
			      TONE_PLAIN);
	}
	if (more)
		below(ret, &label, 0, arena_printf(a, "and %zu more in the run file", more),
		      TONE_PLAIN);
}

/* The stack taken last before the diverging task. */
static const struct stack *last_stack(const struct run_row *row, const struct evidence *e)
{
	const struct stack *best = NULL;

	for (size_t i = 0; i < e->stacks.n; i++) {
		const struct stack *s = &e->stacks.at[i];

		if (s->task < row->verdict.divergence.workflow_task &&
		    (!best || s->task >= best->task))
			best = s;
	}
	return best;
}

/* "run, in sleep" where the SDK names what waits but no line of the user's. */
static struct str names(const struct stack *s, struct arena *a)
{
	struct str list = STR("");
	size_t shown = 0;

	for (size_t i = 0; i < s->n_coroutines && shown < COROUTINE_NAMES; i++) {
		struct str name = s->coroutines[i].name;

		if (!name.n)
			continue;
		list = arena_printf(a, "%.*s%s'%.*s'", STR_ARG(list), shown++ ? ", " : "",
				    STR_ARG(report_name(name, a)));
	}
	return list;
}

static void add_stack(const struct stack *s, struct arena *a, struct report_lines *ret)
{
	const char *label = "stood";
	struct str list = names(s, a);

	if (!s->n_coroutines || (s->note.n && !list.n))
		below(ret, &label, 0,
		      arena_printf(a, "at workflow task %" PRId64 ": not known%s%.*s", s->task,
				   s->note.n ? ", " : "", STR_ARG(report_name(s->note, a))),
		      TONE_PLAIN);
	else
		below(ret, &label, 0,
		      arena_printf(a,
				   "at workflow task %" PRId64 " the code waited%s%.*s; the SDK "
				   "showed no line of yours",
				   s->task, list.n ? " in " : "", STR_ARG(list)),
		      TONE_PLAIN);
}

void report_add_stood(const struct run_row *row, struct arena *a, struct report_lines *ret)
{
	const struct evidence *e = evidence_of(row);
	const struct stack *stack;

	if (e->stood.n) {
		add_frames(row, e, a, ret);
		return;
	}
	stack = last_stack(row, e);
	if (stack && row->verdict.kind == VERDICT_DIVERGED)
		add_stack(stack, a, ret);
}

/* ---- the task, from both sides ---- */

static const struct task_commands *task_of(const struct run_row *row)
{
	const struct evidence *e = evidence_of(row);

	if (row->verdict.kind != VERDICT_DIVERGED)
		return NULL;
	for (size_t i = 0; i < e->tasks.n; i++)
		if (e->tasks.at[i].task == row->verdict.divergence.workflow_task)
			return &e->tasks.at[i];
	return NULL;
}

/* A pair of two kinds stands beside each other by place only: nothing was compared. */
static bool is_equal(const struct command_pair *p)
{
	return !p->n_differences && pair_fits(p->history.what, p->worker.what);
}

bool report_task_tells(const struct run_row *row)
{
	const struct divergence *d = &row->verdict.divergence;
	const struct task_commands *t = task_of(row);

	for (size_t i = 0; t && i < t->n_pairs; i++)
		if (t->pairs[i].event_id == d->event_id && t->pairs[i].n_differences)
			return true;
	return false;
}

/* "~ workflowId: a -> b", or three lines where that is long. */
static void add_difference(const struct difference *d, struct arena *a,
			   struct report_lines *ret)
{
	static const char *const ABSENT = "(none)";
	const char *label = NULL;
	struct str path = report_name(d->path, a);
	struct str history = d->history.p ? report_name(d->history, a) : str_of(ABSENT);
	struct str worker = d->worker.p ? report_name(d->worker, a) : str_of(ABSENT);
	const char *class = d->class == DIFFERENCE_GENERATED ? " (made up anew each time?)" : "";

	if (history.n + worker.n <= SHORT_VALUES) {
		below(ret, &label, '~',
		      arena_printf(a, "%.*s: %.*s -> %.*s%s", STR_ARG(path), STR_ARG(history),
				   STR_ARG(worker), class),
		      TONE_PLAIN);
		return;
	}
	below(ret, &label, '~', arena_printf(a, "%.*s:%s", STR_ARG(path), class), TONE_PLAIN);
	below(ret, &label, '-', arena_printf(a, "  %.*s", STR_ARG(history)), TONE_HISTORY);
	below(ret, &label, '+', arena_printf(a, "  %.*s", STR_ARG(worker)), TONE_CODE);
}

static void add_pair(const struct command_pair *p, const char **label, struct arena *a,
		     struct report_lines *ret)
{
	struct str history = report_side(&p->history, &p->worker, p->event_id, a);
	struct str worker = report_side(&p->worker, &p->history, p->event_id, a);

	if (history.n)
		below(ret, label, '-',
		      arena_printf(a, "%" PRId64 " %.*s", p->event_id, STR_ARG(history)),
		      TONE_HISTORY);
	if (worker.n)
		below(ret, label, '+', worker, TONE_CODE);
	for (size_t i = 0; i < p->n_differences; i++) {
		if (i == PAIR_DIFFERENCES) {
			below(ret, label, ' ',
			      arena_printf(a, "  and %zu more in the run file",
					   p->n_differences - i),
			      TONE_PLAIN);
			return;
		}
		add_difference(&p->differences[i], a, ret);
	}
}

static void add_equal(size_t n, const char **label, struct arena *a, struct report_lines *ret)
{
	if (n)
		below(ret, label, '=',
		      arena_printf(a, "%zu %s the same on both sides", n,
				   n == 1 ? "command is" : "commands are"),
		      TONE_PLAIN);
}

static void add_pairs(const struct task_commands *t, const char **label, struct arena *a,
		      struct report_lines *ret)
{
	size_t equal = 0, shown = 0, more = 0;

	for (size_t i = 0; i < t->n_pairs; i++) {
		if (is_equal(&t->pairs[i])) {
			equal++;
			continue;
		}
		if (shown == TASK_PAIRS) {
			more++;
			continue;
		}
		add_equal(equal, label, a, ret);
		equal = 0;
		add_pair(&t->pairs[i], label, a, ret);
		shown++;
	}
	if (more)
		below(ret, label, ' ',
		      arena_printf(a, "and %zu more that differ, in the run file", more),
		      TONE_PLAIN);
	add_equal(equal, label, a, ret);
}

/* With --strict other tasks may differ as well. */
static void add_other_tasks(const struct evidence *e, const struct task_commands *shown,
			    struct arena *a, struct report_lines *ret)
{
	const char *label = NULL;
	size_t n = 0;
	int64_t first = 0;

	for (size_t i = 0; i < e->tasks.n; i++) {
		const struct task_commands *t = &e->tasks.at[i];
		bool differs = false;

		for (size_t k = 0; k < t->n_pairs && t != shown; k++)
			differs |= !is_equal(&t->pairs[k]);
		first = differs && !n ? t->task : first;
		n += differs;
	}
	if (n)
		below(ret, &label, ' ',
		      arena_printf(a, "workflow task %" PRId64 "%s differs too, in the run file",
				   first, n > 1 ? " and others" : ""),
		      TONE_PLAIN);
}

static bool same_side(const struct side *a, const struct side *b)
{
	return str_eq(a->what, b->what) && str_eq(a->name, b->name) && str_eq(a->id, b->id);
}

/* Whether the one thing that differs is what the two sides above have said already. */
static bool is_told(const struct task_commands *t, const struct divergence *d)
{
	const struct command_pair *odd = NULL;

	for (size_t i = 0; i < t->n_pairs; i++) {
		if (is_equal(&t->pairs[i]))
			continue;
		if (odd)
			return false;
		odd = &t->pairs[i];
	}
	return odd && !odd->n_differences && same_side(&odd->history, &d->history) &&
	       same_side(&odd->worker, &d->worker);
}

void report_add_task(const struct run_row *row, struct arena *a, struct report_lines *ret)
{
	const struct task_commands *t = task_of(row);
	const char *label;

	if (!t)
		return;
	label = arena_printf(a, "task %" PRId64, t->task).p;
	if (!is_told(t, &row->verdict.divergence))
		add_pairs(t, &label, a, ret);
	else if (t->n_pairs > 1)
		below(ret, &label, 0,
		      arena_printf(a, "%zu other %s the same on both sides", t->n_pairs - 1,
				   t->n_pairs == 2 ? "command is" : "commands are"),
		      TONE_PLAIN);
	add_other_tasks(evidence_of(row), t, a, ret);
}

/* ---- around it ---- */

static bool is_plumbing(const struct context_event *c)
{
	return str_starts(c->type, STR("WorkflowTask")) && !c->summary.n;
}

/* The three events of a workflow task say little: they stand in one line. */
static size_t add_plumbing(const struct evidence *e, size_t i, int64_t here, const char **label,
			   struct arena *a, struct report_lines *ret)
{
	struct str text = report_name(e->context.at[i].type, a);
	size_t n = 1;

	while (i + n < e->context.n && is_plumbing(&e->context.at[i + n]) &&
	       e->context.at[i + n].id != here) {
		struct str type = str_skip(e->context.at[i + n].type, strlen("WorkflowTask"));

		text = arena_printf(a, "%.*s, %.*s", STR_ARG(text),
				    STR_ARG(report_name(type, a)));
		n++;
	}
	if (n == 1)
		text = arena_printf(a, "%" PRId64 " %.*s", e->context.at[i].id, STR_ARG(text));
	else
		text = arena_printf(a, "%" PRId64 "-%" PRId64 " %.*s", e->context.at[i].id,
				    e->context.at[i + n - 1].id, STR_ARG(text));
	below(ret, label, ' ', text, TONE_PLAIN);
	return n;
}

void report_add_context(const struct run_row *row, struct arena *a, struct report_lines *ret)
{
	const struct evidence *e = evidence_of(row);
	int64_t here = row->verdict.divergence.event_id;
	const char *label = "events";

	for (size_t i = 0; i < e->context.n && i < SHOWN_EVENTS;) {
		const struct context_event *c = &e->context.at[i];

		if (is_plumbing(c) && c->id != here) {
			i += add_plumbing(e, i, here, &label, a, ret);
			continue;
		}
		below(ret, &label, c->id == here ? '>' : ' ',
		      arena_printf(a, "%" PRId64 " %.*s%s%.*s", c->id,
				   STR_ARG(report_name(c->type, a)), c->summary.n ? " " : "",
				   STR_ARG(report_name(c->summary, a))),
		      TONE_PLAIN);
		i++;
	}
}

void report_add_answers(const struct run_row *row, struct arena *a, struct report_lines *ret)
{
	const struct evidence *e = evidence_of(row);
	size_t from = e->queries.n > ANSWERS ? e->queries.n - ANSWERS : 0;

	for (size_t i = from; i < e->queries.n; i++) {
		const struct query_answer *q = &e->queries.at[i];
		struct str head = arena_printf(a, "%.*s at workflow task %" PRId64 "%s: %.*s",
					       STR_ARG(report_name(q->name, a)), q->task,
					       q->failed ? " failed" : "", STR_ARG(q->answer));

		report_quote(head, "query", ANSWER_LINES, a, ret);
	}
}
