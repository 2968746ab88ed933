/* SPDX-License-Identifier: MIT */
/* pane_time.c: a row for each group on one axis of time. */
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

/* ---- columns of a row ---- */

/* In the order of the legend, which has those for which there is room. */
enum glyph {
	WAITS, RUNS, TIMER, FIRED, FAILED, TRIED, SIGNAL, UPDATE, CANCELED, MORE, TASK, MARKER,
	CHANGE, UNKNOWN, DONE, GAP, BLANK, GLYPHS,
};

static const struct glyph_row {
	const char *utf8, *ascii, *what; /* NULL: goes without saying */
	enum style style;
} ROWS[GLYPHS] = {
	[BLANK] = {" ", " ", NULL, STYLE_PLAIN},
	[WAITS] = {"\u00b7", ".", "waiting", STYLE_PLAIN},
	[RUNS] = {"\u2501", "=", "running", STYLE_GOOD},
	[TIMER] = {"\u2500", "-", "timer", STYLE_PLAIN},
	[FIRED] = {"F", "F", "fired", STYLE_GOOD},
	[FAILED] = {"!", "!", "failed", STYLE_BAD},
	[TRIED] = {"x", "x", "tried before", STYLE_ODD},
	[SIGNAL] = {"S", "S", "signal", STYLE_STRONG},
	[UPDATE] = {"u", "u", "update", STYLE_STRONG},
	[CANCELED] = {"c", "c", "canceled", STYLE_ODD},
	[MARKER] = {"m", "m", "marker", STYLE_PLAIN},
	[CHANGE] = {"p", "p", "changed", STYLE_PLAIN},
	[TASK] = {"\u2502", "|", "task done", STYLE_PLAIN},
	[GAP] = {"/", "/", NULL, STYLE_DIM},
	[MORE] = {">", ">", "open", STYLE_PLAIN},
	[UNKNOWN] = {"?", "?", "unknown", STYLE_ODD},
	[DONE] = {"\u2501", "=", NULL, STYLE_GOOD},
};

/* How groups of a kind are drawn. */
static const struct kind_row {
	uint8_t waits, runs, done; /* enum glyph; done: at the end of what went well */
	uint8_t begins;		   /* at the first event, or BLANK: as what follows */
} KINDS[ENTITY_KINDS] = {
	[ENTITY_WORKFLOW] = {WAITS, RUNS, DONE, BLANK},
	[ENTITY_TASK] = {WAITS, RUNS, TASK, BLANK},
	[ENTITY_ACTIVITY] = {WAITS, RUNS, DONE, BLANK},
	[ENTITY_TIMER] = {TIMER, TIMER, FIRED, BLANK},
	[ENTITY_CHILD] = {WAITS, RUNS, DONE, BLANK},
	[ENTITY_SIGNAL] = {WAITS, RUNS, SIGNAL, BLANK},
	[ENTITY_SIGNAL_EXTERNAL] = {WAITS, RUNS, SIGNAL, BLANK},
	[ENTITY_CANCEL_EXTERNAL] = {WAITS, RUNS, CANCELED, BLANK},
	[ENTITY_UPDATE] = {WAITS, RUNS, UPDATE, UPDATE},
	[ENTITY_NEXUS] = {WAITS, RUNS, DONE, BLANK},
	[ENTITY_MARKER] = {WAITS, RUNS, MARKER, BLANK},
	[ENTITY_PAUSE] = {WAITS, RUNS, DONE, BLANK},
	[ENTITY_PROPERTIES] = {WAITS, RUNS, CHANGE, BLANK},
};

/* The columns that are seen, being filled. */
struct strip {
	const struct axis_scale *scale;
	const struct history *history;
	size_t left, room;
	uint8_t *at; /* enum glyph */
};

static void put(struct strip *s, size_t column, uint8_t glyph)
{
	if (column >= s->left && column < s->left + s->room)
		s->at[column - s->left] = glyph;
}

/* From column FROM up to and without TO. */
static void fill(struct strip *s, size_t from, size_t to, uint8_t glyph)
{
	from = from > s->left ? from : s->left;
	to = to < s->left + s->room ? to : s->left + s->room;
	for (size_t i = from; i < to; i++)
		s->at[i - s->left] = glyph;
}

static size_t column_of(const struct strip *s, uint32_t event)
{
	return axis_column(s->scale, s->history->events[event].time);
}

static uint8_t end_of(const struct group *g)
{
	switch (words_state_style(g->state)) {
	case STYLE_BAD:
		return FAILED;
	case STYLE_ODD:
		return CANCELED;
	default:
		return KINDS[g->kind].done;
	}
}

/* Where the bar goes across time that is cut out. */
static void put_gaps(struct strip *s, size_t from, size_t to)
{
	const struct axis *a = s->scale->axis;

	for (size_t i = 0; i < a->gaps.n && s->scale->gap; i++) {
		size_t column = axis_column(s->scale, a->gaps.at[i].from);

		if (column > s->left + s->room)
			break;
		if (column >= from && column + s->scale->gap <= to)
			fill(s, column + 1, column + s->scale->gap, GAP);
	}
}

static void put_group(struct strip *s, const struct group *g)
{
	const struct kind_row *kind = &KINDS[g->kind];
	size_t first = column_of(s, g->first), started, end;

	end = g->closed == GROUP_NONE ? axis_columns(s->scale) - 1 : column_of(s, g->closed);
	if (end < first)
		end = first;
	started = g->started == GROUP_NONE ? end : column_of(s, g->started);
	fill(s, first, started, g->attempt > 1 ? TRIED : kind->waits);
	fill(s, started, end + 1, g->started == GROUP_NONE ? kind->waits : kind->runs);
	if (s->scale->axis->gaps.n && g->kind != ENTITY_TASK)
		put_gaps(s, first, end);
	if (kind->begins != BLANK)
		put(s, first, kind->begins);
	if (g->kind == ENTITY_TASK && g->state == ENTITY_FAILED)
		put(s, end, FAILED);
	else
		put(s, end, g->closed == GROUP_NONE ? MORE : end_of(g));
}

static void put_tasks(struct strip *s, const struct groups *groups)
{
	for (size_t i = 0; i < groups->n; i++)
		if (groups->at[i].kind == ENTITY_TASK)
			put_group(s, &groups->at[i]);
}

static void put_loose(struct strip *s, const struct groups *groups)
{
	for (size_t i = 0; i < s->history->n_events; i++)
		if (groups->of_event[i] == GROUP_NONE)
			put(s, column_of(s, (uint32_t)i), UNKNOWN);
}

/* What is to come, at the current event, is dim; what failed is not. */
static void add_strip(const struct pane_context *c, const struct strip *s, size_t now,
		      struct line *l)
{
	for (size_t i = 0; i < s->room; i++) {
		const struct glyph_row *row = &ROWS[s->at[i]];
		bool later = s->left + i > now && row->style != STYLE_BAD;

		line_puts(l, later ? STYLE_DIM : row->style,
			  c->session->options.ascii ? row->ascii : row->utf8);
	}
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

	s.at = arena_array(&c->session->step, uint8_t, s.room);
	memset(s.at, BLANK, s.room);
	if (what == CHART_TASKS)
		put_tasks(&s, &d->groups);
	else if (what == CHART_LOOSE)
		put_loose(&s, &d->groups);
	else
		put_group(&s, &d->groups.at[what]);
	line_puts(l, STYLE_STRONG, chart_row(chart, d->at) == i ? ">" : " ");
	line_puts(l, STYLE_BAD, mark_of(d, what));
	line_to(l, MARKS);
	add_label(c, what, l);
	add_strip(c, &s, column_of(&s, (uint32_t)d->at), l);
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

/* Line NTH of the legend: what the lines before it have room for is passed over. */
static void add_legend(const struct pane_context *c, size_t nth, struct line *l)
{
	bool ascii = c->session->options.ascii;

	line_to(l, MARKS);
	for (int i = 0; i < GLYPHS; i++) {
		const char *glyph = ascii ? ROWS[i].ascii : ROWS[i].utf8;

		if (!ROWS[i].what)
			continue;
		if (l->columns + strlen(ROWS[i].what) + 3 > c->width) {
			if (!nth--)
				return;
			line_clear(l);
			line_to(l, MARKS);
		}
		line_puts(l, ROWS[i].style, glyph);
		line_printf(l, STYLE_DIM, " %s ", ROWS[i].what);
	}
	if (nth)
		line_clear(l); /* all of it stood in the lines before */
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
		add_legend(c, i - 2, l);
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
