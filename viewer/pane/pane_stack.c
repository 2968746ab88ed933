/* SPDX-License-Identifier: MIT */
/* pane_stack.c: where the code stood after the current workflow task. */
#include "viewer/pane/diff_cause.h"
#include "viewer/pane/frames.h"
#include "viewer/pane/named_rows.h"
#include "viewer/pane/words.h"

#include <inttypes.h>

/* Coroutines that are shown with the code around; columns of a label. */
enum { WITH_CODE = 8, LABEL = 8 };

static const struct evidence *evidence_of(const struct document *d)
{
	static const struct evidence NONE = {0};

	return d->run_row && d->run_row->entry.evidence ? d->run_row->entry.evidence : &NONE;
}

/* The stack after that task, else the last one before it; NULL: none. */
static const struct stack *stack_for(const struct document *d, size_t task)
{
	const struct evidence *e = evidence_of(d);
	const struct stack *best = NULL;

	for (size_t i = 0; i < e->stacks.n; i++) {
		const struct stack *s = &e->stacks.at[i];

		if (s->task <= (int64_t)task && (!best || s->task > best->task))
			best = s;
	}
	return best;
}

static size_t event_of_task(const struct document *d, int64_t task)
{
	return task >= 1 && (uint64_t)task <= d->history.n_tasks ? d->history.tasks[task - 1].completed
								 : PAGE_NO_EVENT;
}

/* "1-5, 8": runs of tasks that have a stack. */
static struct str tasks_with(const struct evidence *e, struct arena *a)
{
	struct buf list;
	struct str text;

	buf_init(&list, 0);
	for (size_t i = 0, end; i < e->stacks.n; i = end + 1) {
		for (end = i; end + 1 < e->stacks.n &&
			      e->stacks.at[end + 1].task == e->stacks.at[end].task + 1;)
			end++;
		buf_printf(&list, "%s%" PRId64, list.n ? ", " : "", e->stacks.at[i].task);
		if (end > i)
			buf_printf(&list, "-%" PRId64, e->stacks.at[end].task);
	}
	text = arena_str(a, buf_str(&list));
	buf_done(&list);
	return text;
}

/* ---- without ---- */

static void add_how(const struct pane_context *c, struct page *p)
{
	page_text(p, STYLE_PLAIN,
		  STR("hindcast replay --stacks all asks the worker for its stack after every workflow "
		      "task; without it, only before a divergence."),
		  1, c->width);
	if (c->session->options.can_rerun)
		page_text(p, STYLE_PLAIN, STR("S asks the worker of --worker now."), 1, c->width);
}

static void add_missing(const struct pane_context *c, struct page *p, size_t task,
			const struct stack *before)
{
	const struct document *d = c->document;
	const struct evidence *e = evidence_of(d);
	int64_t diverges = d->run_row->verdict.divergence.workflow_task;
	struct str text = arena_printf(&p->arena, "no stack after task %zu", task);

	if (d->run_row->verdict.kind == VERDICT_DIVERGED && (int64_t)task >= diverges)
		text = arena_printf(&p->arena, "%.*s: the code diverges in task %" PRId64,
				    STR_ARG(text), diverges);
	page_text(p, STYLE_STRONG, text, 1, c->width);
	if (e->stacks.n) {
		p->about.event = event_of_task(d, before ? before->task : e->stacks.at[0].task);
		page_text(p, STYLE_PLAIN,
			  arena_printf(&p->arena, "there %s after: task%s %.*s",
				       e->stacks.n == 1 ? "is one" : "are stacks",
				       e->stacks.n == 1 ? "" : "s",
				       STR_ARG(tasks_with(e, &p->arena))),
			  1, c->width);
	}
	if (e->stacks.n <= 1)
		add_how(c, p);
}

/* ---- with ---- */

static void add_answers(const struct pane_context *c, struct page *p, int64_t task)
{
	const struct evidence *e = evidence_of(c->document);
	bool any = false;

	for (size_t i = 0; i < e->queries.n; i++) {
		const struct query_answer *q = &e->queries.at[i];

		if (q->task != task)
			continue;
		if (!any)
			page_heading(p, STR("answers to its queries"), c->width);
		any = true;
		line_puts(&p->now, STYLE_PLAIN, " ");
		line_add(&p->now, STYLE_STRONG, q->name);
		line_puts(&p->now, STYLE_BAD, q->failed ? "  failed" : "");
		line_puts(&p->now, STYLE_PLAIN, "  ");
		p->about.copy = q->answer;
		if (q->answer.n < 60 && !str_has(q->answer, "\n")) {
			line_add(&p->now, STYLE_PLAIN, q->answer);
			page_end(p);
		} else {
			page_end(p);
			page_text(p, STYLE_PLAIN, q->answer, 3, c->width);
		}
	}
}

static void add_stack(const struct pane_context *c, struct page *p, const struct stack *s)
{
	for (size_t i = 0; i < s->n_coroutines; i++)
		frames_add(c, p, &s->coroutines[i], page_id_number(page_id(0, STR("coroutine")), i),
			   i < WITH_CODE ? FRAME_WITH_CODE : FRAME_ALONE);
	if (s->note.n)
		page_text(p, STYLE_DIM, s->note, 1, c->width);
	if (!s->n_coroutines && !s->note.n)
		page_puts(p, STYLE_DIM, " no coroutine waits: the code had ended");
}

/* From the last stack before the divergence on: what comes next in the code, by its names. */
static void add_named(const struct pane_context *c, struct page *p, size_t task)
{
	const struct verdict *v = &c->document->run_row->verdict;

	if (v->kind != VERDICT_DIVERGED || (int64_t)task + 1 < v->divergence.workflow_task)
		return;
	if (c->session->options.source.n)
		named_add(c, p);
	else
		named_add_best(c, p, LABEL);
}

static void add_heading(const struct pane_context *c, struct page *p, const struct stack *s,
			size_t task)
{
	size_t event = event_of_task(c->document, s->task);

	p->about.event = event;
	line_printf(&p->now, STYLE_STRONG, " after task %" PRId64, s->task);
	if (event != PAGE_NO_EVENT)
		line_printf(&p->now, STYLE_PLAIN, "  ev %" PRId64,
			    c->document->history.events[event].id);
	if (s->task != (int64_t)task)
		line_puts(&p->now, STYLE_ODD, "  the last one before");
	line_puts(&p->now, STYLE_DIM, "  source: query in replay");
	page_end(p);
}

/*
 * Where the current event comes of the code's turn K, the stack after K. Moving the cursor
 * asks nobody: what is shown is what the run captured.
 */
static void build(const struct pane_context *c, struct page *p)
{
	const struct document *d = c->document;
	size_t task = document_task(d, d->at);
	const struct stack *s;

	if (!d->run_row) {
		diff_add_no_run(c, p);
		return;
	}
	s = stack_for(d, task);
	if (!s || s->task != (int64_t)task)
		add_missing(c, p, task, s);
	if (s) {
		add_heading(c, p, s, task);
		add_stack(c, p, s);
	}
	add_named(c, p, task);
	if (s)
		add_answers(c, p, s->task);
}

static void title(const struct pane_context *c, struct line *l)
{
	const struct document *d = c->document;
	size_t task = document_task(d, d->at);
	const struct stack *s = stack_for(d, task);

	if (s)
		line_printf(l, STYLE_PLAIN, "  after task %" PRId64 "%s", s->task,
			    s->task == (int64_t)task ? "" : ", the last one before");
}

const struct pane PANE_ROW_STACK = {
	.name = "stack",
	.tab = '6',
	.scope = SCOPE_HISTORY,
	.help = "where the code stood after the current workflow task, and what its queries answered",
	.build = build,
	.title = title,
	.hints = {{ACTION_NEXT_TASK, "task"}, {ACTION_PREVIOUS_TASK, "back a task"},
		  {ACTION_EDIT, "editor"}, {ACTION_EXPAND, "SDK frames"}, {ACTION_ASK_STACK, "ask"},
		  {ACTION_COPY_STACK, "copy"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
