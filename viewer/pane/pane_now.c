/* SPDX-License-Identifier: MIT */
/* pane_now.c: the verdict on the history at hand, in a line or two. */
#include "viewer/model/named_words.h"
#include "viewer/pane/words_run.h"

#include <inttypes.h>

/* "ActivityTaskScheduled(ReserveStock)", as calls are written. */
static void add_side(const struct side *side, enum style style, const char *nothing, struct line *l)
{
	if (!side->what.n) {
		line_puts(l, style, nothing);
		return;
	}
	line_add(l, style, side->what);
	if (side->name.n)
		line_printf(l, style, "(%.*s)", STR_ARG(side->name));
}

/* The place among the commands of its task, from 1; 0: not known. */
static size_t command_of(const struct document *d, const struct divergence *v)
{
	const struct task_commands *t = document_commands(d, (size_t)v->workflow_task);

	for (size_t i = 0; t && i < t->n_pairs; i++)
		if (t->pairs[i].event_id == v->event_id)
			return i + 1;
	return 0;
}

/* In two lines where one would be cut. */
static void add_divergence(const struct pane_context *c, const struct divergence *v,
			   struct page *p)
{
	size_t command = command_of(c->document, v);
	struct line *l = &p->now;

	line_printf(l, STYLE_PLAIN, "task %" PRId64, v->workflow_task);
	if (command)
		line_printf(l, STYLE_PLAIN, ", command %zu", command);
	line_puts(l, STYLE_PLAIN, ": history ");
	add_side(&v->history, STYLE_BAD, "has none", l);
	if (c->width < 110) {
		page_end(p);
		line_to(l, 6);
	} else {
		line_puts(l, STYLE_PLAIN, ", ");
	}
	line_puts(l, STYLE_PLAIN, "worker ");
	add_side(&v->worker, STYLE_GOOD, "asks for none", l);
	if (v->field.n)
		line_printf(l, STYLE_PLAIN, ", %.*s '%.*s' is '%.*s'", STR_ARG(v->field),
			    STR_ARG(v->history_value), STR_ARG(v->worker_value));
}

/* How many histories have the same cause, this one too. */
static void add_shared(const struct session *s, const struct run_row *row, struct line *l)
{
	int64_t n;

	if (!s->run || row->cause == CAUSES_NONE || row->cause >= s->run->causes.items.n)
		return;
	n = s->run->causes.items.at[row->cause].count;
	if (n > 1)
		line_printf(l, STYLE_PLAIN, "   %" PRId64 " histories share this cause", n);
}

static void add_words(const char *label, struct str text, size_t width, struct page *p)
{
	struct str rest = str_trim(text), first = str_split(&rest, '\n');

	if (!first.n)
		return;
	page_label(p, label, 6);
	page_text(p, STYLE_PLAIN, first, 6, width);
}

static void add_named(const struct pane_context *c, struct page *p)
{
	struct document *d = c->document;
	const struct named_place *place = d ? named_best(d, c->session->options.source, NAMED_WORKFLOW) : NULL;

	if (!place)
		return;
	page_label(p, "named", 6);
	line_printf(&p->now, STYLE_LINK, "%.*s:%" PRId64, STR_ARG(place->file), place->line);
	line_puts(&p->now, STYLE_PLAIN, "  ");
	line_add(&p->now, STYLE_DIM, place->text);
	p->about.file = arena_str(&p->arena, place->file);
	p->about.line = place->line;
	page_end(p);
}

static void add_stood(const struct pane_context *c, const struct run_row *row, struct page *p)
{
	const struct stack_frame *f = report_place(row);

	if (!f) {
		add_named(c, p);
		return;
	}
	page_label(p, "at", 6);
	line_printf(&p->now, STYLE_LINK, "%.*s:%" PRId64, STR_ARG(f->file), f->line);
	if (f->function.n)
		line_printf(&p->now, STYLE_PLAIN, "  %.*s", STR_ARG(f->function));
	if (f->source.n)
		line_printf(&p->now, STYLE_DIM, "  %.*s", STR_ARG(str_trim(f->source)));
	p->about.file = arena_str(&p->arena, f->file);
	p->about.line = f->line;
	page_end(p);
}

static void build(const struct pane_context *c, struct page *p)
{
	const struct document *d = c->document;
	const struct run_row *row = session_run_row(c->session);
	const struct verdict *v;
	struct arena a;

	if (!row) {
		page_puts(p, STYLE_DIM, " no replay run is open that knows of this history");
		return;
	}
	arena_init(&a);
	v = &row->verdict;
	line_printf(&p->now, words_verdict_style(v->kind), " %c    ",
		    words_verdict_letter(v->kind));
	if (v->kind == VERDICT_DIVERGED && d) {
		p->about.event = d->diverges < d->history.n_events ? d->diverges : PAGE_NO_EVENT;
		add_divergence(c, &v->divergence, p);
	} else {
		line_puts(&p->now, words_verdict_style(v->kind), verdict_name(v->kind));
		line_puts(&p->now, STYLE_PLAIN, "  ");
		line_add(&p->now, STYLE_PLAIN, words_cause(row, &a));
	}
	add_shared(c->session, row, &p->now);
	if (v->kind == VERDICT_DIVERGED)
		line_puts(&p->now, STYLE_DIM, "   4 = diff");
	page_end(p);
	if (v->kind == VERDICT_DIVERGED)
		add_words(v->divergence.own_words ? "why" : "sdk", v->message, c->width, p);
	add_stood(c, row, p);
	for (size_t i = 0; row->entry.evidence && i < row->entry.evidence->clues.n; i++)
		add_words("note", row->entry.evidence->clues.at[i], c->width, p);
	arena_done(&a);
}

const struct pane PANE_ROW_NOW = {
	.name = "now",
	.scope = SCOPE_HISTORY,
	.help = "the divergence of this history, in a line or two",
	.build = build,
	.hints = {{ACTION_ENTER, "there"}, {ACTION_VIEW_DIFF, "diff"}, {ACTION_DOWN, "scroll"},
		  {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
