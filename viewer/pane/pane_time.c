/* SPDX-License-Identifier: MIT */
/* pane_time.c: a row for each group on one axis of time. */
#include "viewer/pane/time_strip.h"
#include "viewer/pane/words.h"

#include "formats/base/width.h"
#include "formats/history/events.h"

#include <inttypes.h>

/*
 *      GROUP                0s       2s       4s        //4d02h//   +2s
 *      A5  ValidateCart     ..==
 *      T11 timer 5s             -------------F
 *    > A12 ReserveStock x3      xxxxxx====
 *      tasks                | |         |        |                 |
 *                               ^ ev 12
 *      a column is 0.25s  // idle 4d02h hidden
 *      . waiting  = running ...
 *
 * A bar is two spans and an end: what waits until it starts, what runs, and a letter for what
 * became of it. Columns are exact: a character each, and names are cut by display width.
 */
enum { MARKS = 3 };

static size_t label_width(const struct pane_context *c)
{
	size_t w = c->width * 3 / 10;

	return w < 12 ? 12 : w > 30 ? 30 : w;
}

static size_t room_of(const struct pane_context *c)
{
	size_t taken = MARKS + label_width(c) + 1;

	return c->width > taken + 4 ? c->width - taken : 4;
}

static struct chart *chart_of(const struct pane_context *c)
{
	struct chart *chart = document_chart(c->document, c->session->generation);

	chart_idle(chart, c->session->idle_shown);
	if (c->height) /* printed as a whole it is all there */
		chart_begin(chart, c->document->at, room_of(c));
	return chart;
}

static enum strip_glyphs glyphs_of(const struct pane_context *c)
{
	return c->session->options.ascii ? STRIP_ASCII : STRIP_UTF8;
}

/* The text of a gap's length. */
static struct str gap_text(const struct axis_gap *gap, struct arena *a)
{
	return words_span((int64_t)((uint64_t)gap->to - (uint64_t)gap->from), a);
}

/* The chart laid on the columns that there are, the current event within them. */
static struct axis_scale scale_of(const struct pane_context *c)
{
	struct chart *chart = chart_of(c);
	struct axis_scale s = chart_scale(chart, room_of(c));
	int64_t now = c->document->history.events[c->document->at].time;

	chart_follow(chart, c->document->at, axis_column(&s, now), room_of(c), axis_columns(&s));
	return s;
}

static size_t count(const struct pane_context *c)
{
	return chart_of(c)->rows.n;
}

static size_t event_at(const struct pane_context *c, size_t i)
{
	return chart_event(chart_of(c), i);
}

static size_t row_of(const struct pane_context *c, size_t event)
{
	return chart_row(chart_of(c), event);
}

/* ---- rows ---- */

static void add_label(const struct pane_context *c, uint32_t what, struct line *l)
{
	const struct document *d = c->document;
	struct arena *a = &c->session->step;
	const struct group *g;
	struct line part;

	line_init(&part);
	if (what >= CHART_LOOSE) {
		line_puts(&part, STYLE_PLAIN, what == CHART_TASKS ? "tasks" : "other events");
	} else {
		g = &d->groups.at[what];
		line_cell(&part, STYLE_PLAIN, group_label(&d->history, g, a),
			  words_group_width(&d->history));
		line_puts(&part, STYLE_PLAIN, " ");
		line_add(&part, STYLE_PLAIN, words_label(d, g->first, a));
		if (g->attempt > 1)
			line_printf(&part, STYLE_ODD, " x%" PRId64, g->attempt);
	}
	line_put_cell(l, &part, label_width(c));
	line_done(&part);
	line_puts(l, STYLE_PLAIN, " ");
}

static const char *mark_of(const struct document *d, uint32_t what)
{
	if (what >= CHART_LOOSE)
		return " ";
	if (d->diverges < d->history.n_events && d->groups.of_event[d->diverges] == what)
		return "x";
	return words_state_style(d->groups.at[what].state) == STYLE_BAD ? "!" : " ";
}

static void row(const struct pane_context *c, size_t i, struct line *l)
{
	const struct document *d = c->document;
	struct arena_mark mark = arena_mark(&c->session->step);
	struct axis_scale scale = scale_of(c);
	const struct chart *chart = chart_of(c);
	uint32_t what = chart->rows.at[i];
	struct strip s = {&scale, &d->history, chart->left, room_of(c), NULL};

	strip_init(&s, &c->session->step);
	if (what == CHART_TASKS)
		strip_tasks(&s, &d->groups);
	else if (what == CHART_LOOSE)
		strip_loose(&s, &d->groups);
	else
		strip_group(&s, &d->groups.at[what]);
	line_puts(l, STYLE_STRONG, chart_row(chart, d->at) == i ? ">" : " ");
	line_puts(l, STYLE_BAD, mark_of(d, what));
	line_to(l, MARKS);
	add_label(c, what, l);
	strip_add(&s, axis_column(&scale, d->history.events[d->at].time), glyphs_of(c), l);
	arena_rewind(&c->session->step, mark);
}

/* ---- the axis above, and what is below ---- */

/* TEXT at COLUMN of what is seen, if it is free there up to behind the text. */
static void put_text(const struct pane_context *c, size_t column, struct str text, char *cells)
{
	size_t left = chart_of(c)->left, room = room_of(c), at = column - left;

	if (column < left || at + text.n > room)
		return;
	for (size_t i = at ? at - 1 : 0; i < at + text.n && i < room; i++)
		if (cells[i] != ' ')
			return;
	memcpy(cells + at, text.p, text.n);
}

/* A time on the axis: "6h23m", or "6:23:04.500" where one that is a STEP away would read the same. */
static struct str tick_text(uint64_t ns, uint64_t step, struct arena *a)
{
	struct str text = words_span((int64_t)ns, a);
	uint64_t ms = ns / 1000000, s = ms / 1000;

	if (ns < step || (!str_eq(text, words_span((int64_t)(ns - step), a)) &&
			  !str_eq(text, words_span((int64_t)(ns + step), a))))
		return text;
	text = s < 86400 ? STR("") : arena_printf(a, "%" PRIu64 "d", s / 86400);
	text = arena_printf(a, "%.*s%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, STR_ARG(text),
			    s / 3600 % 24, s / 60 % 60, s % 60);
	return ms % 1000 ? arena_printf(a, "%.*s.%03" PRIu64, STR_ARG(text), ms % 1000) : text;
}

/* Round times from a gap (or the begin) on, up to column END. */
static void put_ticks(const struct pane_context *c, const struct axis_scale *s, int64_t from,
		      int64_t to, bool first, char *cells)
{
	const struct chart *chart = chart_of(c);
	uint64_t step = axis_step(s, 10), span = (uint64_t)to - (uint64_t)from, k = !first;
	size_t start = axis_column(s, from);

	if (start > chart->left + room_of(c))
		return;
	if (start < chart->left) /* those that are not seen are not gone through */
		k = (uint64_t)((double)(chart->left - start) * s->per_column / (double)step) + 1;
	for (; k <= span / step; k++) {
		size_t column = axis_column(s, (int64_t)((uint64_t)from + k * step));
		struct str text = tick_text(k * step, step, &c->session->step);

		if (column >= chart->left + room_of(c))
			break;
		put_text(c, column,
			 first && !k ? STR("0s")
			 : first     ? text
				     : arena_printf(&c->session->step, "+%.*s", STR_ARG(text)),
			 cells);
	}
}

static void put_axis(const struct pane_context *c, const struct axis_scale *s, char *cells)
{
	const struct axis *a = s->axis;
	int64_t from = a->begin;

	for (size_t i = 0; i < a->gaps.n && s->gap; i++) {
		const struct axis_gap *gap = &a->gaps.at[i];
		struct str text = gap_text(gap, &c->session->step);

		if (s->gap >= text.n + 5)
			text = arena_printf(&c->session->step, "//%.*s//", STR_ARG(text));
		else
			text = STR("//");
		put_text(c, axis_column(s, gap->from) + 1, text, cells);
	}
	for (size_t i = 0; i < a->gaps.n && s->gap; i++) {
		put_ticks(c, s, from, a->gaps.at[i].from, i == 0, cells);
		from = a->gaps.at[i].to;
	}
	if (s->gap || !a->gaps.n)
		put_ticks(c, s, from, a->end, from == a->begin, cells);
}

static void head(const struct pane_context *c, struct line *l)
{
	struct arena_mark mark = arena_mark(&c->session->step);
	struct axis_scale s = scale_of(c);
	char *cells = arena_array(&c->session->step, char, room_of(c));

	memset(cells, ' ', room_of(c));
	put_axis(c, &s, cells);
	line_to(l, MARKS);
	line_cell(l, STYLE_DIM, STR("GROUP"), label_width(c));
	line_puts(l, STYLE_DIM, " ");
	line_add(l, STYLE_DIM, str_slice(cells, room_of(c)));
	arena_rewind(&c->session->step, mark);
}

static void add_now(const struct pane_context *c, struct line *l)
{
	const struct document *d = c->document;
	const struct event *e = &d->history.events[d->at];
	struct axis_scale s = scale_of(c);
	const struct chart *chart = chart_of(c);
	size_t column = axis_column(&s, e->time), begin = MARKS + label_width(c) + 1, at;
	struct str text = arena_printf(&c->session->step, "ev %" PRId64, e->id);

	if (column < chart->left || column >= chart->left + room_of(c)) {
		line_to(l, begin);
		line_printf(l, STYLE_DIM, "%.*s is %s", STR_ARG(text),
			    column < chart->left ? "further left (h)" : "further right (l)");
		return;
	}
	at = column - chart->left;
	if (at + text.n + 2 > room_of(c) && at > text.n) {
		line_to(l, begin + at - text.n - 1);
		line_add(l, STYLE_PLAIN, text);
		line_puts(l, STYLE_STRONG, " ^");
		return;
	}
	line_to(l, begin + at);
	line_puts(l, STYLE_STRONG, "^ ");
	line_add(l, STYLE_PLAIN, text);
}

static void add_scale(const struct pane_context *c, struct line *l)
{
	struct axis_scale s = scale_of(c);
	struct arena *a = &c->session->step;
	const struct chart *chart = chart_of(c);

	line_to(l, MARKS);
	line_puts(l, STYLE_DIM, "a column is ");
	line_add(l, STYLE_DIM, words_span((int64_t)s.per_column, a));
	if (chart->axis.hidden) {
		line_puts(l, STYLE_PLAIN, "  // idle time hidden: ");
		line_add(l, STYLE_PLAIN, words_span((int64_t)chart->axis.hidden, a));
		if (chart->axis.gaps.n > 1)
			line_printf(l, STYLE_PLAIN, " in %zu gaps", chart->axis.gaps.n);
	} else if (chart->idle_shown) {
		line_puts(l, STYLE_DIM, "  idle time shown");
	}
	if (chart->zoom)
		line_printf(l, STYLE_PLAIN, "  zoom %u", chart->zoom);
}

static size_t feet(const struct pane_context *c)
{
	return c->width < 125 ? 4 : 3;
}

static void foot(const struct pane_context *c, size_t i, struct line *l)
{
	struct arena_mark mark = arena_mark(&c->session->step);

	if (i == 0)
		add_now(c, l);
	else if (i == 1)
		add_scale(c, l);
	else
		strip_legend(i - 2, MARKS, c->width, glyphs_of(c), l);
	arena_rewind(&c->session->step, mark);
}

/* ---- zoom and pan ---- */

static void zoom(const struct pane_context *c, bool closer)
{
	struct chart *chart = chart_of(c);

	if (closer ? !chart_closer(chart, room_of(c)) : !chart->zoom)
		return;
	chart->zoom -= !closer;
	chart->left = SIZE_MAX - room_of(c); /* wherever it was: the current event is sought */
	chart->seen = SIZE_MAX;
	(void)scale_of(c);
}

static void pan(const struct pane_context *c, bool right)
{
	struct chart *chart = chart_of(c);
	size_t step = room_of(c) / 4 + 1;

	if (right)
		chart->left += step; /* chart_follow() keeps it within the chart */
	else
		chart->left = chart->left > step ? chart->left - step : 0;
	(void)scale_of(c);
}

static bool act(const struct pane_context *c, enum action action, struct str argument)
{
	struct chart *chart = chart_of(c);

	switch (action) {
	case ACTION_LEFT:
	case ACTION_RIGHT:
		pan(c, action == ACTION_RIGHT);
		return true;
	case ACTION_ZOOM_IN:
	case ACTION_ZOOM_OUT:
		zoom(c, action == ACTION_ZOOM_IN);
		return true;
	case ACTION_FIT:
		chart->zoom = 0;
		chart->left = 0;
		return true;
	case ACTION_IDLE:
		c->session->idle_shown = !c->session->idle_shown;
		session_message(c->session, STYLE_PLAIN, "idle time %s",
				c->session->idle_shown ? "shown" : "hidden");
		return true;
	default:
		return false;
	}
}

const struct pane PANE_ROW_TIME = {
	.name = "time",
	.tab = '3',
	.scope = SCOPE_HISTORY,
	.help = "a bar for each group on one axis of time; idle time is cut out until i shows it",
	.count = count,
	.row = row,
	.event = event_at,
	.row_of = row_of,
	.head = head,
	.feet = feet,
	.foot = foot,
	.act = act,
	.hints = {{ACTION_RIGHT, "pan"}, {ACTION_ZOOM_IN, "zoom"}, {ACTION_FIT, "fit"},
		  {ACTION_IDLE, "idle"}, {ACTION_NEXT_IN_GROUP, "group"},
		  {ACTION_OTHER_END, "ends"}, {ACTION_ENTER, "event"}, {ACTION_HELP, "help"},
		  {ACTION_BACK, "back"}},
};
