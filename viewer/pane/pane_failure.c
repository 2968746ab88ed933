/* SPDX-License-Identifier: MIT */
/* pane_failure.c: the failure of the current event: its causes, retries, and what came of it. */
#include "viewer/model/failure.h"

#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/wire/field.h"
#include "replayer/judge/stack.h"
#include "viewer/model/checkout.h"
#include "viewer/model/notes.h"
#include "viewer/pane/attributes.h"
#include "viewer/pane/payload_lines.h"
#include "viewer/pane/sides.h"
#include "viewer/pane/words.h"

#include <inttypes.h>

enum { LABEL = 10, STEP = 2 };
/* Failures of other histories that are looked into, and what is shown of a stack's own text. */
#define LOOKED_INTO 300
#define STACK_LINES 200
#define STACK_LINE_BYTES ((size_t)1000)
#define CODE_AROUND 1
/* Failures on either side that are listed where the event has none. */
#define NEAREST 10

/* ---- the chain ---- */

static void add_frame(struct page *p, const struct stack_frame *f, size_t left)
{
	enum style style = f->user ? STYLE_PLAIN : STYLE_DIM;
	size_t column = left + 40;

	line_to(&p->now, left);
	line_add(&p->now, f->user ? STYLE_LINK : style, f->file);
	if (f->line)
		line_printf(&p->now, style, ":%" PRId64, f->line);
	line_puts(&p->now, style, "  ");
	line_to(&p->now, column);
	line_add(&p->now, style, f->function);
	p->about.file = f->file;
	p->about.line = f->line;
	page_end(p);
}

/* The code that a frame stands in, from the folder with the source code. */
static void add_code(const struct pane_context *c, struct page *p, const struct stack_frame *f,
		     size_t left)
{
	struct code_lines code;

	if (!c->session->options.source.n ||
	    !checkout_lines(c->session->options.source, f->file, f->line, CODE_AROUND, &p->arena, &code))
		return;
	for (size_t i = 0; i < code.n; i++) {
		p->about.file = f->file;
		p->about.line = code.first + (int64_t)i;
		line_to(&p->now, left);
		code_line(&p->now, &code, i, f->line);
		page_end(p);
	}
}

/* Frames of a coroutine; those of SDK and runtime that follow each other are one, closed. */
static void add_frames(const struct pane_context *c, struct page *p,
		       const struct stack_coroutine *k, uint64_t id, size_t left)
{
	bool code_shown = false;

	for (size_t i = 0, end; i < k->n_frames; i = end) {
		const struct stack_frame *f = &k->frames[i];
		bool open;

		for (end = i + 1; !f->user && end < k->n_frames && !k->frames[end].user;)
			end++;
		if (end - i < 3) {
			for (size_t n = i; n < end; n++)
				add_frame(p, &k->frames[n], left);
			if (f->user && !code_shown)
				add_code(c, p, f, left + STEP);
			code_shown |= f->user;
			continue;
		}
		line_to(&p->now, left);
		line_printf(&p->now, STYLE_DIM, "%zu frames of SDK and runtime", end - i);
		open = page_fold(p, page_id_number(id, i), PAGE_CLOSED);
		page_end(p);
		p->about.level++;
		for (size_t n = i; open && n < end; n++)
			add_frame(p, &k->frames[n], left + STEP);
		p->about.level--;
	}
}

/* Frame by frame where its form is known, else its own lines. */
static void add_stack(const struct pane_context *c, struct page *p, struct str text, size_t left,
		      uint64_t id)
{
	struct stack stack = {0};
	size_t n = 0;

	if (!text.n)
		return;
	line_to(&p->now, left);
	line_puts(&p->now, STYLE_STRONG, "stack");
	page_fold(p, id, PAGE_OPEN);
	page_end(p);
	p->about.level++;
	if (c->session->payload == PAYLOAD_MODE_DECODED)
		stack_parse(text, c->session->options.source, &p->arena, &stack);
	for (size_t i = 0; i < stack.n_coroutines; n += stack.coroutines[i++].n_frames)
		add_frames(c, p, &stack.coroutines[i], page_id_number(id, i), left + STEP);
	for (size_t k = 0; !n && text.n && k < STACK_LINES; k++)
		page_text(p, STYLE_PLAIN, str_take(str_split(&text, '\n'), STACK_LINE_BYTES), left + STEP,
			  c->width);
	if (!n && text.n)
		page_puts(p, STYLE_DIM, "    ... more of it in the JSON (7)");
	p->about.level--;
}

/* False: no codec server is asked for it. */
static bool add_asked(const struct pane_context *c, struct page *p, const struct failure *f,
		      size_t left)
{
	enum codec_standing standing;
	struct payload sealed;
	struct str why;

	if (!payload_read(f->payload, &sealed) ||
	    !session_codec_want(c->session, &sealed, f->payload, &standing, &why))
		return false;
	if (standing == CODEC_REFUSED)
		payload_lines_add_refusal(c, p, why, left);
	else if (standing == CODEC_KNOWN)
		page_text(p, STYLE_ODD, STR("the codec server left it as it is"), left, c->width);
	else
		page_text(p, STYLE_PLAIN, STR("asking the codec server ..."), left, c->width);
	return true;
}

static void add_sealed(const struct pane_context *c, struct page *p, const struct failure *f,
		       size_t left)
{
	line_to(&p->now, left);
	line_puts(&p->now, STYLE_ODD, "<encoded failure>");
	page_end(p);
	if (add_asked(c, p, f, left))
		return;
	if (f->why.n)
		page_text(p, STYLE_ODD, f->why, left, c->width);
	page_text(p, STYLE_DIM, STR("start the viewer with --keys FILE, or say :codec URL, to read it"), left,
		  c->width);
}

static void add_link(const struct pane_context *c, struct page *p, const struct failure *f, int i)
{
	size_t left = 4 + STEP * (size_t)(i < 10 ? i : 10);
	uint64_t id = page_id_number(c->document->at + 1, (uint64_t)i);

	line_printf(&p->now, STYLE_STRONG, " %d", i + 1);
	line_to(&p->now, left);
	line_puts(&p->now, STYLE_PLAIN, i ? "caused by " : "");
	line_puts(&p->now, STYLE_BAD, f->kind);
	if (f->type.n) {
		line_puts(&p->now, STYLE_DIM, "  type ");
		line_add(&p->now, STYLE_BAD, f->type);
	}
	if (f->non_retryable)
		line_puts(&p->now, STYLE_ODD, "  non-retryable");
	if (f->source.n) {
		line_puts(&p->now, STYLE_DIM, "  ");
		line_add(&p->now, STYLE_DIM, f->source);
	}
	page_fold(p, id, PAGE_OPEN);
	page_end(p);
	p->about.level++;
	left += STEP;
	if (f->sealed)
		add_sealed(c, p, f, left);
	else if (f->message.n)
		page_text(p, STYLE_PLAIN, str_take(f->message, 8000), left, c->width);
	for (int part = 0; f->info_message && part < ATTRIBUTES_PARTS; part++)
		attributes_add(c, p, (enum attribute_part)part, f->info_message, f->info, left);
	add_stack(c, p, f->stack, left, page_id(id, STR("stack")));
	p->about.level--;
}

static void add_chain(const struct pane_context *c, struct page *p, struct str bytes)
{
	struct session *s = c->session;
	struct failure f;
	int i = 0;

	page_heading(p, STR("failure chain"), c->width);
	for (; bytes.p && i < FAILURE_CHAIN_MOST; i++, bytes = f.cause) {
		failure_read(s->schema, s->options.reader, bytes, &p->arena, &f);
		add_link(c, p, &f, i);
	}
	if (bytes.p)
		page_puts(p, STYLE_ODD, " ... more causes in the JSON (7)");
}

/* ---- retries ---- */

static int64_t number_at(const struct document *d, uint32_t event, const char *path)
{
	const struct schema_message *m;
	struct str bytes;

	return event != GROUP_NONE && event_attributes(&d->history, event, &m, &bytes)
		       ? field_int(m, bytes, path, 0)
		       : 0;
}

static void add_retries(const struct pane_context *c, struct page *p, size_t event)
{
	const struct document *d = c->document;
	const struct group *g = groups_of(&d->groups, event);
	struct note notes[NOTES_MOST];
	const struct schema_message *m;
	struct str bytes;
	size_t n;

	if (!g || g->kind != ENTITY_ACTIVITY)
		return;
	page_heading(p, STR("retries"), c->width);
	line_printf(&p->now, STYLE_PLAIN, " attempt %" PRId64, g->attempt ? g->attempt : 1);
	if (number_at(d, g->first, "retry_policy.maximum_attempts"))
		line_printf(&p->now, STYLE_PLAIN, " of %" PRId64,
			    number_at(d, g->first, "retry_policy.maximum_attempts"));
	line_puts(&p->now, STYLE_PLAIN, "   first scheduled ");
	line_add(&p->now, STYLE_PLAIN, words_time(c->session, d, g->first, &p->arena));
	if (group_between(&d->history, g->first, (uint32_t)event) >= 0) {
		line_puts(&p->now, STYLE_PLAIN, "   took ");
		line_add(&p->now, STYLE_PLAIN,
			 detail_span(group_between(&d->history, g->first, (uint32_t)event), &p->arena));
	}
	p->about.event = g->first;
	page_end(p);
	if (history_attributes(&d->history, g->first, &m, &bytes))
		attributes_add(c, p, ATTRIBUTES_LIMITS, m, bytes, 1);
	n = notes_of(d, event, &p->arena, notes);
	for (size_t i = 0; i < n; i++)
		page_text(p, STYLE_ODD, notes[i].text, 1, c->width);
}

/* ---- what came of it ---- */

static void add_event(const struct pane_context *c, struct page *p, struct document *d, size_t event,
		      const char *more)
{
	struct line what;
	size_t room;

	line_printf(&p->now, STYLE_LINK, " ev %" PRId64, d->history.events[event].id);
	line_to(&p->now, LABEL);
	line_add(&p->now, words_style(d, event), words_type(d, event, 40, &p->arena));
	line_init(&what);
	words_what(c->session, d, event, &what);
	line_puts(&p->now, STYLE_PLAIN, "  ");
	room = p->now.columns + strlen(more);
	room = c->width > room + 8 ? c->width - room : 8;
	line_put_cell(&p->now, &what, what.columns < room ? what.columns : room);
	line_done(&what);
	line_puts(&p->now, STYLE_ODD, more);
	p->about.event = event;
	page_end(p);
}

static bool same_root(const struct pane_context *c, struct page *p, struct str a, struct str b)
{
	const struct payload_reader *r = c->session->options.reader;
	struct failure_key x, y;

	failure_key_of(c->session->schema, r, a, &p->arena, &x);
	failure_key_of(c->session->schema, r, b, &p->arena, &y);
	return failure_key_same(&x, &y);
}

/* With a word where it is a failure with the same cause. */
static void add_result(const struct pane_context *c, struct page *p, size_t event, struct str failure)
{
	struct str bytes;
	bool same = failure_of_event(c->document, event, &bytes) && same_root(c, p, failure, bytes);

	add_event(c, p, c->document, event, same ? "  (cause: this)" : "");
}

/* The workflow task that was shown the failure, and what the code made of it: *RET_END is behind. */
static void add_answer(const struct pane_context *c, struct page *p, size_t event, struct str failure,
		       size_t *ret_end)
{
	struct document *d = c->document;
	const struct history *h = &d->history;
	size_t number = history_task_of(h, event);
	const struct history_task *t = number && number <= h->n_tasks ? &h->tasks[number - 1] : NULL;
	size_t shown = 0;

	if (!t || t->started <= event)
		return;
	line_printf(&p->now, STYLE_LINK, " ev %" PRId64, h->events[t->completed].id);
	line_to(&p->now, LABEL);
	if (t->batch_end == t->completed + 1)
		line_printf(&p->now, STYLE_PLAIN, "task %zu: the code saw it and asked for nothing",
			    number);
	else
		line_printf(&p->now, STYLE_PLAIN, "task %zu: the code saw it and answered with", number);
	p->about.event = t->completed;
	page_end(p);
	for (size_t i = t->completed + 1; i < t->batch_end && shown < 5; i++, shown++)
		add_result(c, p, i, failure);
	*ret_end = t->completed + 1 + shown;
	if (t->batch_end - t->completed - 1 > shown)
		line_printf(&p->now, STYLE_DIM, "   ... %zu more commands",
			    t->batch_end - t->completed - 1 - shown),
			page_end(p);
}

static void add_next(const struct pane_context *c, struct page *p, size_t event, struct str failure)
{
	struct document *d = c->document;
	size_t last = d->history.n_events - 1, end = event + 1;

	page_heading(p, STR("what happened next"), c->width);
	add_answer(c, p, event, failure, &end);
	if (last >= end)
		add_result(c, p, last, failure);
	else if (last == event)
		page_puts(p, STYLE_PLAIN, " nothing: it is the last event");
}

/* ---- elsewhere ---- */

static size_t first_same(const struct pane_context *c, struct page *p, const struct document *d,
			 struct str failure, size_t *looked)
{
	struct str bytes;

	for (size_t i = 0; i < d->failures.n && *looked < LOOKED_INTO; i++, ++*looked)
		if (failure_of_event(d, d->failures.at[i], &bytes) && same_root(c, p, failure, bytes))
			return d->failures.at[i];
	return d->history.n_events;
}

static void add_elsewhere(const struct pane_context *c, struct page *p, struct str failure)
{
	const struct session *s = c->session;
	size_t looked = 0, found = 0, listed = s->run ? s->run->n_rows : s->files.n;

	if (listed < 2)
		return;
	page_heading(p, STR("the same failure elsewhere"), c->width);
	for (size_t i = 0; i < s->documents.n; i++) {
		const struct document *d = s->documents.at[i];
		size_t event = d == c->document ? d->history.n_events
						: first_same(c, p, d, failure, &looked);

		if (event >= d->history.n_events)
			continue;
		p->about.history = d->run_row ? d->run_row->entry.history : d->path;
		p->about.id = d->history.events[event].id;
		line_puts(&p->now, STYLE_PLAIN, " ");
		line_add(&p->now, STYLE_LINK, d->label);
		line_printf(&p->now, STYLE_PLAIN, "  ev %" PRId64, p->about.id);
		page_end(p);
		found++;
	}
	if (s->documents.n > 1)
		line_printf(&p->now, STYLE_DIM, " %zu of %zu other open histories%s", found,
			    s->documents.n - 1,
			    looked == LOOKED_INTO ? ", of which not all were read" : ""),
			page_end(p);
	line_printf(&p->now, STYLE_DIM, " * looks through all %zu", listed);
	page_end(p);
}

/* ---- the whole ---- */

static void add_none(const struct pane_context *c, struct page *p)
{
	const struct document *d = c->document;
	size_t from = 0, end;

	line_printf(&p->now, STYLE_PLAIN, " ev %" PRId64 " carries no failure, nor does its group",
		    d->history.events[d->at].id);
	page_end(p);
	while (from < d->failures.n && d->failures.at[from] < d->at)
		from++;
	from = from > NEAREST ? from - NEAREST : 0;
	end = from + 2 * NEAREST < d->failures.n ? from + 2 * NEAREST : d->failures.n;
	for (size_t i = from; i < end; i++)
		add_event(c, p, c->document, d->failures.at[i], "");
	if (end - from < d->failures.n) {
		line_printf(&p->now, STYLE_DIM, "   of %zu, the nearest", d->failures.n);
		page_end(p);
	}
	if (!d->failures.n)
		page_puts(p, STYLE_DIM, " nothing failed in this history");
}

static void build(const struct pane_context *c, struct page *p)
{
	struct document *d = c->document;
	size_t event = failure_event(d, d->at);
	struct str failure;

	if (event >= d->history.n_events || !failure_of_event(d, event, &failure)) {
		add_none(c, p);
		return;
	}
	/* Over JSON an event's bytes go when others are asked for. */
	failure = arena_str(&p->arena, failure);
	add_event(c, p, d, event, event != d->at ? "  (of the same group)" : "");
	add_chain(c, p, failure);
	add_retries(c, p, event);
	add_next(c, p, event, failure);
	add_elsewhere(c, p, failure);
}

const struct pane PANE_ROW_FAILURE = {
	.name = "failure",
	.scope = SCOPE_HISTORY,
	.help = "the failure of the current event, or of its group, with its causes",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_ENTER, "fold, follow"}, {ACTION_NEXT_FAILURE, "next"},
		  {ACTION_ELSEWHERE, "elsewhere"}, {ACTION_EDIT, "editor"}, {ACTION_COPY_STACK, "copy stack"},
		  {ACTION_PAGE, "pager"},
		  {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
