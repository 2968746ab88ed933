/* SPDX-License-Identifier: MIT */
/* time_strip.c: which character stands in which column of a timeline's row. */
#include "viewer/pane/time_strip.h"

#include "viewer/pane/words.h"

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

void strip_init(struct strip *s, struct arena *a)
{
	s->at = arena_array(a, uint8_t, s->room);
	memset(s->at, BLANK, s->room);
}

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

void strip_group(struct strip *s, const struct group *g)
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

void strip_tasks(struct strip *s, const struct groups *groups)
{
	for (size_t i = 0; i < groups->n; i++)
		if (groups->at[i].kind == ENTITY_TASK)
			strip_group(s, &groups->at[i]);
}

void strip_loose(struct strip *s, const struct groups *groups)
{
	for (size_t i = 0; i < s->history->n_events; i++)
		if (groups->of_event[i] == GROUP_NONE)
			put(s, column_of(s, (uint32_t)i), UNKNOWN);
}

void strip_add(const struct strip *s, size_t now, enum strip_glyphs glyphs, struct line *l)
{
	for (size_t i = 0; i < s->room; i++) {
		const struct glyph_row *row = &ROWS[s->at[i]];
		bool later = s->left + i > now && row->style != STYLE_BAD;

		line_puts(l, later ? STYLE_DIM : row->style,
			  glyphs == STRIP_ASCII ? row->ascii : row->utf8);
	}
}

void strip_legend(size_t nth, size_t indent, size_t width, enum strip_glyphs glyphs, struct line *l)
{
	line_to(l, indent);
	for (int i = 0; i < GLYPHS; i++) {
		const char *glyph = glyphs == STRIP_ASCII ? ROWS[i].ascii : ROWS[i].utf8;

		if (!ROWS[i].what)
			continue;
		if (l->columns + strlen(ROWS[i].what) + 3 > width) {
			if (!nth--)
				return;
			line_clear(l);
			line_to(l, indent);
		}
		line_puts(l, ROWS[i].style, glyph);
		line_printf(l, STYLE_DIM, " %s ", ROWS[i].what);
	}
	if (nth)
		line_clear(l); /* all of it stood in the lines before */
}
