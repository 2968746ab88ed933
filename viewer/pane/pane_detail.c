/* SPDX-License-Identifier: MIT */
/* pane_detail.c: the current event in words, what is asked for most first. */
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/marker.h"
#include "formats/wire/field.h"
#include "viewer/model/failure.h"
#include "viewer/model/notes.h"
#include "viewer/pane/attributes.h"
#include "viewer/pane/payload_lines.h"
#include "viewer/pane/words.h"

#include <inttypes.h>

enum { LABEL = PAYLOAD_LABEL_WIDTH };
/* Events of its group that are listed on either side of the current one. */
#define NEIGHBOURS 4

/* ---- what made it ---- */

/* The workflow task whose commands made the event; NULL: it is no command's. */
static const struct history_task *task_of_command(const struct document *d, size_t event)
{
	const struct history *h = &d->history;
	size_t number = history_task_of(h, event);
	const struct event_row *row = event_row(h->events[event].type);
	const struct history_task *t;

	/* Updates are accepted and completed by code, too, but name no workflow task. */
	if ((!h->events[event].task && !(row && row->command)) || !number || number > h->n_tasks)
		return NULL;
	t = &h->tasks[number - 1];
	return event > t->completed && event < t->batch_end ? t : NULL;
}

/* "issued by task 2 (ev 10), command 2 of 2" or "seen by task 3 (ev 15)" */
static bool add_issued(const struct document *d, struct line *l, size_t *ret_event)
{
	const struct history *h = &d->history;
	const struct history_task *t = task_of_command(d, d->at);
	size_t number = history_task_of(h, d->at);

	if (t) {
		line_printf(l, STYLE_PLAIN, "issued by task %zu (ev %" PRId64 "), command %zu of %zu",
			    t->number, h->events[t->completed].id, d->at - t->completed,
			    t->batch_end - t->completed - 1);
		*ret_event = t->completed;
		return true;
	}
	if (!number || number > h->n_tasks || h->tasks[number - 1].started <= d->at)
		return false;
	line_printf(l, STYLE_PLAIN, "the code sees it in task %zu (ev %" PRId64 ")", number,
		    h->events[h->tasks[number - 1].started].id);
	*ret_event = h->tasks[number - 1].completed;
	return true;
}

/* What made it, or where that is not known or has no room: what it is. */
static void title(const struct pane_context *c, struct line *l)
{
	const struct document *d = c->document;
	struct arena_mark mark = arena_mark(&c->session->step);
	struct line issued;
	size_t event;

	line_printf(l, STYLE_PLAIN, "  ev %" PRId64 "  ", d->history.events[d->at].id);
	line_init(&issued);
	if (c->width >= 70 && add_issued(d, &issued, &event))
		line_append(l, &issued);
	else
		line_add(l, STYLE_PLAIN, words_type(d, d->at, 60, &c->session->step));
	line_done(&issued);
	arena_rewind(&c->session->step, mark);
}

static void add_head(const struct pane_context *c, struct page *p)
{
	const struct document *d = c->document;
	const struct event *e = &d->history.events[d->at];
	struct str date = words_date(d, d->at, &p->arena);

	line_printf(&p->now, STYLE_STRONG, " ev %" PRId64 "  ", e->id);
	line_add(&p->now, words_style(d, d->at), words_type(d, d->at, SIZE_MAX, &p->arena));
	line_puts(&p->now, STYLE_DIM, "  ");
	line_add(&p->now, STYLE_DIM, str_is(date, "-") ? STR("no time") : date);
	page_end(p);
	line_puts(&p->now, STYLE_PLAIN, " ");
	if (add_issued(d, &p->now, &p->about.event))
		page_end(p);
	else
		line_clear(&p->now);
}

/* ---- what it is ---- */

static void add_failure(const struct pane_context *c, struct page *p)
{
	struct session *s = c->session;
	struct failure f;
	struct str bytes;

	if (!failure_of_event(c->document, c->document->at, &bytes))
		return;
	for (int i = 0; bytes.p && i < 3; i++, bytes = f.cause) {
		failure_read(s->schema, s->options.reader, bytes, &p->arena, &f);
		page_label(p, i ? "caused by" : "failure", LABEL);
		page_text(p, STYLE_BAD, str_take(failure_text(&f, &p->arena), 600), LABEL, c->width);
	}
	if (c->height && c->height < PAYLOAD_ROOMY)
		return;
	line_to(&p->now, LABEL);
	line_puts(&p->now, STYLE_DIM, "f: with all causes and stacks");
	page_end(p);
}

static void add_marker(const struct pane_context *c, struct page *p)
{
	const struct schema_message *m;
	struct marker marker;
	struct str bytes;

	if (c->document->history.events[c->document->at].type != EVENT_MARKER_RECORDED ||
	    !event_attributes(&c->document->history, c->document->at, &m, &bytes))
		return;
	marker_read(c->session->schema, bytes, &p->arena, &marker);
	if (marker.kind == MARKER_OTHER)
		return;
	page_label(p, "stands for", LABEL);
	line_add(&p->now, STYLE_PLAIN, marker_text(&marker, &p->arena));
	page_end(p);
}

/* What the code gave it to be read by people. */
static void add_summary(const struct pane_context *c, struct page *p, struct str event)
{
	const struct schema_message *m = history_event_message(&c->document->history);
	static const char *const NAMES[] = {"summary", "details"};
	struct field_value v;

	if (!field_at(m, event, "user_metadata", &v))
		return;
	for (size_t i = 0; i < 2; i++) {
		struct str payload = field_str(v.field->message, v.bytes, NAMES[i]);

		if (payload.n)
			payload_lines_add(c, p, page_id_number(c->document->at, i + 1), PAGE_OPEN,
					  1, str_of(NAMES[i]), payload);
	}
}

/* ---- what is around it ---- */

static void add_related(const struct pane_context *c, struct page *p, size_t event)
{
	struct document *d = c->document;
	struct line what;

	page_label(p, "", 3);
	line_printf(&p->now, STYLE_LINK, "ev %" PRId64, d->history.events[event].id);
	line_to(&p->now, 12);
	line_add(&p->now, words_style(d, event), words_type(d, event, 40, &p->arena));
	line_puts(&p->now, STYLE_DIM, "  ");
	line_add(&p->now, STYLE_DIM, words_time(c->session, d, event, &p->arena));
	line_init(&what);
	words_what(c->session, d, event, &what);
	line_puts(&p->now, STYLE_PLAIN, "  ");
	if (c->width > p->now.columns + 8)
		line_put_cell(&p->now, &what,
			      what.columns < c->width - p->now.columns ? what.columns
								       : c->width - p->now.columns);
	line_done(&what);
	p->about.event = event;
	page_end(p);
}

/* Other runs that events name. */
static const struct {
	int32_t type;
	const char *path, *what;
} KIN[] = {
	{EVENT_WORKFLOW_EXECUTION_STARTED, "continued_execution_run_id", "goes on from"},
	{EVENT_WORKFLOW_EXECUTION_STARTED, "parent_workflow_execution.run_id", "child of"},
	{EVENT_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, "new_execution_run_id", "goes on in"},
	{EVENT_WORKFLOW_EXECUTION_COMPLETED, "new_execution_run_id", "goes on in"},
	{EVENT_WORKFLOW_EXECUTION_FAILED, "new_execution_run_id", "goes on in"},
	{EVENT_WORKFLOW_EXECUTION_TIMED_OUT, "new_execution_run_id", "goes on in"},
	{EVENT_CHILD_WORKFLOW_EXECUTION_STARTED, "workflow_execution.run_id", "child is"},
	{EVENT_CHILD_WORKFLOW_EXECUTION_COMPLETED, "workflow_execution.run_id", "child is"},
	{EVENT_CHILD_WORKFLOW_EXECUTION_FAILED, "workflow_execution.run_id", "child is"},
	{EVENT_CHILD_WORKFLOW_EXECUTION_CANCELED, "workflow_execution.run_id", "child is"},
	{EVENT_CHILD_WORKFLOW_EXECUTION_TIMED_OUT, "workflow_execution.run_id", "child is"},
	{EVENT_CHILD_WORKFLOW_EXECUTION_TERMINATED, "workflow_execution.run_id", "child is"},
};

/* Where the history of a run lies, among all that are listed or open; STR_NONE: nowhere. */
static struct str path_of_run(const struct session *s, struct str run_id)
{
	for (size_t i = 0; i < s->documents.n; i++)
		if (str_eq(s->documents.at[i]->history.run_id, run_id))
			return s->documents.at[i]->path;
	for (size_t i = 0; i < s->files.n; i++)
		if (str_eq(s->files.at[i].about.run_id, run_id))
			return s->files.at[i].path;
	for (size_t i = 0; s->run && i < s->run->n_rows; i++)
		if (str_eq(s->run->rows[i].entry.run_id, run_id))
			return s->run->rows[i].entry.history;
	return STR_NONE;
}

static void add_kin(const struct pane_context *c, struct page *p, const struct schema_message *m,
		    struct str bytes)
{
	int32_t type = c->document->history.events[c->document->at].type;

	for (size_t i = 0; i < sizeof(KIN) / sizeof(*KIN); i++) {
		struct str run_id = KIN[i].type == type ? field_str(m, bytes, KIN[i].path) : STR_NONE;
		struct str path = run_id.n ? path_of_run(c->session, run_id) : STR_NONE;

		if (!path.n)
			continue;
		page_label(p, KIN[i].what, LABEL);
		line_add(&p->now, STYLE_LINK, path);
		p->about.history = arena_str(&p->arena, path);
		page_end(p);
	}
}

static void add_group(const struct pane_context *c, struct page *p)
{
	const struct document *d = c->document;
	const struct group *g = groups_of(&d->groups, d->at);
	const uint32_t *members = g ? d->groups.members + g->members : NULL;
	uint32_t here = 0, from, to;

	if (!g)
		return;
	while (here < g->n && members[here] != d->at)
		here++;
	page_label(p, "group", LABEL);
	line_add(&p->now, STYLE_STRONG, group_label(&d->history, g, &p->arena));
	line_printf(&p->now, STYLE_PLAIN, "  %s, %s", entity_kind_text(g->kind),
		    entity_state_text(g->kind, g->state));
	if (g->n > 1)
		line_printf(&p->now, STYLE_DIM, "  event %u of %u  ] [ %%", here + 1, g->n);
	page_end(p);
	from = here > NEIGHBOURS ? here - NEIGHBOURS : 0;
	to = here + NEIGHBOURS + 1 < g->n ? here + NEIGHBOURS + 1 : g->n;
	for (uint32_t i = from; i < to; i++)
		if (i != here)
			add_related(c, p, members[i]);
}

static void add_notes(const struct pane_context *c, struct page *p)
{
	const struct document *d = c->document;
	struct note notes[NOTES_MOST];
	size_t n = notes_of(d, d->at, &p->arena, notes);

	for (size_t i = 0; i < n; i++) {
		page_label(p, i ? "" : "not here", LABEL);
		if (notes[i].event < d->history.n_events) {
			notes[i].text = arena_printf(&p->arena, "%.*s (ev %" PRId64 ")",
						     STR_ARG(notes[i].text),
						     d->history.events[notes[i].event].id);
			p->about.event = notes[i].event;
		}
		page_text(p, STYLE_ODD, notes[i].text, LABEL, c->width);
	}
}

/* ---- all of it ---- */

static void add_unread(const struct pane_context *c, struct page *p)
{
	struct err err = ERR_INIT;

	if (!history_decoded(&c->document->history, &err)) {
		page_label(p, "unread", LABEL);
		page_text(p, STYLE_BAD, str_of(err.message), LABEL, c->width);
	}
}

static void build(const struct pane_context *c, struct page *p)
{
	const struct history *h = &c->document->history;
	struct str event = history_event(h, c->document->at), bytes = STR_NONE;
	const struct schema_message *m = NULL;
	bool has = history_attributes(h, c->document->at, &m, &bytes);

	if (!c->height || c->height >= PAYLOAD_ROOMY)
		add_head(c, p);
	add_failure(c, p);
	add_marker(c, p);
	add_summary(c, p, event);
	for (int part = 0; has && part < ATTRIBUTES_PARTS; part++) {
		if (part == ATTRIBUTES_MINOR)
			add_notes(c, p), add_kin(c, p, m, bytes), add_group(c, p);
		attributes_add(c, p, (enum attribute_part)part, m, bytes, 1);
	}
	if (!has)
		add_notes(c, p), add_unread(c, p);
	/* What the event says beside its attributes. */
	attributes_add(c, p, ATTRIBUTES_MINOR, history_event_message(h), event, 1);
}

const struct pane PANE_ROW_DETAIL = {
	.name = "detail",
	.tab = '8',
	.scope = SCOPE_HISTORY,
	.help = "the current event in words",
	.build = build,
	.title = title,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_ENTER, "unfold, follow"}, {ACTION_EXPAND, "unfold all"},
		  {ACTION_PAYLOAD_FORM, "decoded, raw, hex"}, {ACTION_VIEW_FAILURE, "failure"},
		  {ACTION_VIEW_JSON, "json"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
