/* SPDX-License-Identifier: MIT */
/* pane_list.c: events in order, a band for each workflow task. */
#include "viewer/pane/words.h"

#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/wire/field.h"
#include "viewer/act/act.h"

#include <inttypes.h>

/*
 *      ID  +TIME     EVENT                  WHAT                          GROUP
 *  -- task 1  ev 2-4  sched 2ms  run 9ms  temporal-go 1.31.0 ------------ ok -
 * B> 12x +0.333    ActivityTaskScheduled  ReserveStock                  A12 +-
 *
 * Marks in front: B a breakpoint, > the current event, and behind the id x where the replay
 * diverges, ! where something failed.
 */
enum { ID_LEAST = 3, GROUP_DRAWN = 4, ARROW_WIDTH = 3, WHAT_LEAST = 12 };

/* What is left for the type, the words and the group, the narrower the fewer of them. */
struct widths {
	size_t id, time, arrow, type, what, group;
};

static size_t id_width(const struct history *h)
{
	size_t digits = 0;

	for (int64_t id = h->events[h->n_events - 1].id; id > 0; id /= 10)
		digits++;
	return digits > ID_LEAST ? digits : ID_LEAST;
}

static struct widths widths_of(const struct pane_context *c)
{
	struct widths w = {
		.id = id_width(&c->document->history),
		.time = words_time_width(c->session, c->document),
		.group = words_group_width(&c->document->history) + GROUP_DRAWN,
	};
	size_t fixed = 3 + w.id + 2;
	size_t room = c->width > fixed ? c->width - fixed : 0;

	if (room < 52)
		w.group = 0;
	if (room < w.time + 30)
		w.time = room < 40 ? 0 : 9;
	room -= w.time + (w.time != 0) + w.group;
	w.arrow = room > 50 ? ARROW_WIDTH : 0;
	room -= w.arrow;
	w.type = room > 66 ? 37 : room > 48 ? 25 : room > 24 ? 24 : room;
	w.what = room > w.type + 1 ? room - w.type - 1 : 0;
	return w;
}

static size_t count(const struct pane_context *c)
{
	return c->document->outline.rows.n;
}

static size_t event_at(const struct pane_context *c, size_t i)
{
	return c->document->outline.rows.at[i];
}

static size_t row_of(const struct pane_context *c, size_t event)
{
	return outline_row(&c->document->outline, event);
}

static void head(const struct pane_context *c, struct line *l)
{
	struct widths w = widths_of(c);

	line_puts(l, STYLE_DIM, "   ");
	line_right(l, STYLE_DIM, STR("ID"), w.id);
	line_puts(l, STYLE_DIM, "  ");
	if (w.time) {
		line_cell(l, STYLE_DIM,
			  c->session->time == TIMES_BETWEEN ? STR("+DELTA") : STR("TIME"), w.time);
		line_puts(l, STYLE_DIM, " ");
	}
	line_to(l, l->columns + w.arrow);
	line_cell(l, STYLE_DIM, STR("EVENT"), w.type);
	line_puts(l, STYLE_DIM, " ");
	line_cell(l, STYLE_DIM, STR("WHAT"), w.what);
	if (w.group)
		line_cell(l, STYLE_DIM, STR("   GROUP"), w.group);
}

/* B: a breakpoint; else the letter of a mark. */
static void add_marks(const struct pane_context *c, size_t event, bool now, struct line *l)
{
	const struct session *s = c->session;
	struct buf mark;

	buf_init(&mark, 0);
	for (size_t i = 0; i < s->marks.n; i++)
		if (s->marks.at[i].to.document == c->document && s->marks.at[i].to.event == event &&
		    !mark.n)
			key_add(&mark, s->marks.at[i].key);
	if (breakpoint_at(c->session, c->document, event))
		line_puts(l, STYLE_BAD, "B");
	else
		line_cell(l, STYLE_ODD, buf_str(&mark), 1);
	line_puts(l, STYLE_STRONG, now ? ">" : " ");
	buf_done(&mark);
}

/* ---- bands ---- */

/* A fact of a band: what a workflow task tells of itself. */
typedef void band_fact(const struct document *d, size_t first, const struct history_task *task,
		       struct arena *a, struct line *l);

static void add_sdk(const struct document *d, size_t first, const struct history_task *task,
		    struct arena *a, struct line *l)
{
	const struct schema_message *m;
	struct str bytes, name, version;

	if (!event_attributes(&d->history, task->completed, &m, &bytes))
		return;
	name = field_str(m, bytes, "sdk_metadata.sdk_name");
	version = field_str(m, bytes, "sdk_metadata.sdk_version");
	if (name.n || version.n)
		line_printf(l, STYLE_DIM, "  %.*s%s%.*s", STR_ARG(name), name.n ? " " : "",
			    STR_ARG(version));
}

static const struct history_task *task_completed_in(const struct document *d, size_t first,
						    size_t end)
{
	size_t at = history_tasks_before(&d->history, first);
	const struct history_task *task = d->history.tasks + at;

	return at < d->history.n_tasks && task->completed < end ? task : NULL;
}

static void add_waited(const struct document *d, size_t first, const struct history_task *task,
		       struct arena *a, struct line *l)
{
	int64_t ns = group_between(&d->history, (uint32_t)first, (uint32_t)task->started);

	if (ns >= 0 && first < task->started)
		line_printf(l, STYLE_DIM, "  waited %.*s", STR_ARG(words_span(ns, a)));
}

static void add_ran(const struct document *d, size_t first, const struct history_task *task,
		    struct arena *a, struct line *l)
{
	int64_t ns = group_between(&d->history, (uint32_t)task->started, (uint32_t)task->completed);

	if (ns >= 0)
		line_printf(l, STYLE_DIM, "  ran %.*s", STR_ARG(words_span(ns, a)));
}

/* How many events this turn of the code got to see first, and how many it made. */
static void add_traffic(const struct document *d, size_t first, const struct history_task *task,
			struct arena *a, struct line *l)
{
	size_t seen = task->number > 1 ? d->history.tasks[task->number - 2].started + 1 : 0, n = 0;
	size_t commands = task->batch_end - task->completed - 1;

	for (size_t i = seen; i < task->started; i++) {
		const struct event_row *row = event_row(d->history.events[i].type);

		n += !row || (!row->command && row->category != CATEGORY_TASK);
	}
	line_printf(l, STYLE_DIM, "  in %zu", n);
	if (commands)
		line_printf(l, STYLE_DIM, "  commands %zu", commands);
	else
		line_puts(l, STYLE_DIM, "  no commands");
}

/* The words at the end of a band. */
static const char *outcome(const struct document *d, const struct history_task *task, size_t end,
			   enum style *ret)
{
	size_t last = end - 1;
	int32_t type = d->history.events[last].type;

	*ret = STYLE_BAD;
	if (d->diverges < d->history.n_events && task &&
	    document_task(d, d->diverges) == task->number)
		return "DIVERGES";
	if (type == EVENT_WORKFLOW_TASK_FAILED)
		return "FAILED";
	if (type == EVENT_WORKFLOW_TASK_TIMED_OUT)
		return "TIMED OUT";
	*ret = STYLE_DIM;
	if (!document_replayed(d, last))
		return "not replayed";
	*ret = STYLE_PLAIN;
	return type == EVENT_WORKFLOW_TASK_COMPLETED ? "ok" : "";
}

/* What fits into ROOM columns, in the order of what people want most. */
static void add_facts(const struct document *d, size_t first, const struct history_task *task,
		      struct arena *a, size_t room, struct line *l)
{
	static band_fact *const FACTS[] = {add_waited, add_ran, add_traffic, add_sdk};
	struct line one;

	line_init(&one);
	for (size_t i = 0; i < sizeof(FACTS) / sizeof(*FACTS); i++) {
		line_clear(&one);
		FACTS[i](d, first, task, a, &one);
		if (l->columns + one.columns <= room)
			line_append(l, &one);
	}
	line_done(&one);
}

/* Why a workflow task came to nothing, in what is left up to column END. */
static void add_reason(const struct pane_context *c, size_t event, size_t end, struct line *l)
{
	struct line what;

	line_init(&what);
	words_what(c->session, c->document, event, &what);
	if (what.columns && l->columns + 2 < end) {
		line_puts(l, STYLE_PLAIN, "  ");
		line_put_cell(l, &what, what.columns < end - l->columns ? what.columns : end - l->columns);
	}
	line_done(&what);
}

static void add_band(const struct pane_context *c, size_t row, struct line *l)
{
	const struct document *d = c->document;
	const char *rule = c->session->options.ascii ? "-" : "\u2500";
	struct arena *a = &c->session->step;
	struct arena_mark mark = arena_mark(a);
	size_t end, first = outline_events(&d->outline, row, &end);
	const struct history_task *task = task_completed_in(d, first, end);
	const struct event *e = d->history.events;
	bool now = d->at >= first && d->at < end;
	enum style style, name = document_dims(d, first) ? STYLE_DIM : STYLE_STRONG;
	const char *word = outcome(d, task, end, &style);
	size_t tail = strlen(word) ? strlen(word) + 3 : 1;

	line_puts(l, STYLE_STRONG, now ? ">" : "");
	line_rule(l, STYLE_DIM, rule, now ? 1 : 2);
	if (task)
		line_printf(l, name, " task %zu", task->number);
	else
		line_puts(l, name, " task");
	line_printf(l, name == STYLE_DIM ? name : STYLE_PLAIN, "  ev %" PRId64, e[first].id);
	if (end - first > 1)
		line_printf(l, name == STYLE_DIM ? name : STYLE_PLAIN, "-%" PRId64, e[end - 1].id);
	if (task) {
		add_facts(d, first, task, a, c->width > tail + 2 ? c->width - tail - 2 : 0, l);
	} else if (end - first == 1) {
		line_puts(l, STYLE_DIM, "  ");
		line_add(l, STYLE_DIM, event_type_name(&d->history, first, a));
	} else {
		add_reason(c, end - 1, c->width > tail + 2 ? c->width - tail - 2 : 0, l);
	}
	line_puts(l, STYLE_DIM, " ");
	if (l->columns + tail < c->width)
		line_rule(l, STYLE_DIM, rule, c->width - tail - l->columns);
	if (*word)
		line_printf(l, name == STYLE_DIM && style != STYLE_BAD ? name : style, " %s ", word);
	line_rule(l, STYLE_DIM, rule, 1);
	arena_rewind(a, mark);
}

/* ---- events ---- */

/* "A12 +-" where a group begins and ends, "|" between; of one event the label alone. */
static void add_group(const struct pane_context *c, size_t event, size_t width, struct line *l)
{
	static const char *const UTF8[] = {"\u2500\u2510", " \u2502", "\u2500\u2518"};
	static const char *const PLAIN[] = {"-+", " |", "-+"};
	const char *const *glyphs = c->session->options.ascii ? PLAIN : UTF8;
	const struct group *g = groups_of(&c->document->groups, event);
	struct arena *a = &c->session->step;
	struct str label;

	if (!width || !g) {
		line_to(l, l->columns + width);
		return;
	}
	label = group_label(&c->document->history, g, a);
	line_right(l, STYLE_DIM, label, width > 3 ? width - 3 : width);
	if (g->n > 1 && width > 3)
		line_printf(l, STYLE_DIM, " %s", glyphs[event == g->first ? 0 : event == g->last ? 2 : 1]);
	else
		line_to(l, l->columns + 3);
}

/* "->" came in, "<-" the code asked for it. */
static const char *arrow_of(const struct pane_context *c, size_t event)
{
	const struct event_row *row = event_row(c->document->history.events[event].type);
	bool ascii = c->session->options.ascii;

	if (!row || row->category == CATEGORY_TASK)
		return "   ";
	if (row->command)
		return ascii ? "<- " : "\u2190  ";
	return ascii ? "-> " : "\u2192  ";
}

/*
 * Type and words share the columns: a type stands whole wherever the words need no more than
 * what it leaves, and the words begin below each other wherever types are short.
 */
static void add_type(const struct pane_context *c, const struct widths *w, size_t event,
		     const struct line *what, struct line *l)
{
	size_t room = w->type + 1 + w->what, end = l->columns + room;
	size_t words = what->columns < WHAT_LEAST ? what->columns : WHAT_LEAST, type = w->type;
	struct str name = words_type(c->document, event, SIZE_MAX, &c->session->step);

	if (room > words + 1 && room - words - 1 > type)
		type = name.n > type ? room - words - 1 : type;
	name = words_type(c->document, event, type, &c->session->step);
	type = name.n > w->type ? name.n : w->type;
	line_cell(l, words_style(c->document, event), name, type < room ? type : room);
	line_puts(l, STYLE_PLAIN, " ");
	if (l->columns < end)
		line_put_cell(l, what, end - l->columns);
}

/* Events that are not in the file, where they would stand; and one whose id another has. */
static void add_odd_id(const struct document *d, size_t event, struct line *l)
{
	const struct event *e = &d->history.events[event];
	int64_t before = event ? e[-1].id : 0;

	if (history_find(&d->history, e->id) != event)
		line_printf(l, STYLE_BAD, "(%" PRId64 " again)  ", e->id);
	else if (e->id > before + 2)
		line_printf(l, STYLE_BAD, "(%" PRId64 "-%" PRId64 " missing)  ", before + 1, e->id - 1);
	else if (e->id == before + 2)
		line_printf(l, STYLE_BAD, "(%" PRId64 " missing)  ", before + 1);
}

static void add_event(const struct pane_context *c, size_t event, struct line *l)
{
	struct session *s = c->session;
	const struct document *d = c->document;
	struct arena_mark mark = arena_mark(&s->step);
	struct widths w = widths_of(c);
	struct line what;
	bool now = event == d->at, diverges = event == d->diverges;

	add_marks(c, event, now, l);
	line_puts(l, STYLE_BAD, diverges ? "x" : document_fails(d, event) ? "!" : " ");
	line_right(l, document_dims(d, event) ? STYLE_DIM : STYLE_PLAIN,
		   arena_printf(&s->step, "%" PRId64, d->history.events[event].id), w.id);
	line_puts(l, STYLE_PLAIN, "  ");
	if (w.time) {
		line_cell(l, STYLE_DIM, words_time_in(s, d, event, w.time, &s->step), w.time);
		line_puts(l, STYLE_PLAIN, " ");
	}
	if (w.arrow)
		line_puts(l, STYLE_DIM, arrow_of(c, event));
	line_init(&what);
	add_odd_id(d, event, &what);
	words_what(s, d, event, &what);
	add_type(c, &w, event, &what, l);
	line_done(&what);
	add_group(c, event, w.group, l);
	arena_rewind(&s->step, mark);
}

static void row(const struct pane_context *c, size_t i, struct line *l)
{
	if (outline_is_band(&c->document->outline, i))
		add_band(c, i, l);
	else
		add_event(c, c->document->outline.rows.at[i], l);
}

/* ---- bands fold ---- */

static bool turn(const struct pane_context *c, bool unfolded)
{
	struct scroll *scroll = &c->session->scrolls[PANE_LIST];
	struct outline *o = &c->document->outline;

	if (scroll->row >= o->rows.n || !outline_unfold(o, o->rows.at[scroll->row], unfolded))
		return false;
	scroll->row = outline_row(o, c->document->at);
	return true;
}

static bool act(const struct pane_context *c, enum action action, struct str argument)
{
	struct outline *o = &c->document->outline;
	size_t row = c->session->scrolls[PANE_LIST].row;

	if (action == ACTION_ENTER)
		return row < o->rows.n && outline_is_band(o, row) && turn(c, true);
	if (action == ACTION_RIGHT || action == ACTION_LEFT)
		return turn(c, action == ACTION_RIGHT);
	if (action != ACTION_EXPAND || outline_is_filtered(o))
		return false;
	o->unfolded.n = 0;
	outline_begin(o, &c->document->history, NULL, !o->bands);
	outline_step(o, c->document->history.n_events);
	c->session->scrolls[PANE_LIST].row = outline_row(o, c->document->at);
	return true;
}

const struct pane PANE_ROW_LIST = {
	.name = "list",
	.tab = '1',
	.scope = SCOPE_HISTORY,
	.help = "events, with a band for each workflow task",
	.count = count,
	.row = row,
	.event = event_at,
	.row_of = row_of,
	.head = head,
	.act = act,
	.hints = {{ACTION_DOWN, "event"}, {ACTION_NEXT_TASK, "task"}, {ACTION_NEXT_IN_GROUP, "group"},
		  {ACTION_NEXT_FAILURE, "failure"}, {ACTION_NEXT_DIVERGENCE, "diverge"},
		  {ACTION_SEARCH, "search"}, {ACTION_FILTER, "filter"}, {ACTION_HELP, "help"},
		  {ACTION_VIEW_DIFF, "diff"}, {ACTION_BACK, "back"}},
};
