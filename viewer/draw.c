/* SPDX-License-Identifier: MIT */
/* draw.c: bars, tabs and panes put on a screen. */
#include "viewer/draw.h"

#include "formats/base/visible.h"
#include "formats/base/width.h"
#include "viewer/layout.h"
#include "viewer/model/reading.h"
#include "viewer/pane/words.h"

#include <inttypes.h>

static void bar(struct screen *screen, int y, const struct line *l, uint8_t style)
{
	struct area whole = screen_area(screen);

	if (y < 0)
		return;
	screen_line(screen, whole, y, l, 0, 0);
	for (int x = 0; x < screen->width; x++)
		if ((screen_cell(screen, x, y)->style & 0x1f) == STYLE_PLAIN)
			screen_cell(screen, x, y)->style |= style;
}

/* ---- the first two rows ---- */

/*
 * "RUN last.jsonl > order-88121": the levels from FIRST on, the last with its view where it is
 * no tab.
 */
static void add_levels(const struct session *s, size_t first, struct line *l)
{
	const struct document *before = NULL;

	line_puts(l, STYLE_BAR, first ? " ... " : " ");
	for (size_t i = first; i < s->places.n; i++) {
		const struct place *p = &s->places.at[i];

		if (i)
			line_puts(l, STYLE_BAR, i == first ? "> " : " > ");
		if (p->document && p->document != before)
			line_add(l, STYLE_BAR, p->document->label);
		else if (p->pane == PANE_RUN)
			line_printf(l, STYLE_BAR, "RUN %.*s", STR_ARG(s->run_path));
		else
			line_puts(l, STYLE_BAR, PANE_TABLE[p->pane]->name);
		before = p->document;
	}
}

/* Of a screen without a history. */
static void add_first_facts(struct session *s, struct line *l)
{
	const struct pane *p = PANE_TABLE[session_place(s)->pane];
	struct pane_context c = {s, NULL, (size_t)s->width, (size_t)s->height};

	if (p->facts)
		p->facts(&c, l);
}

static void add_position(struct session *s, struct line *l)
{
	const struct document *d = session_document(s);
	const struct history *h;
	size_t task;

	if (!d) {
		add_first_facts(s, l);
		return;
	}
	h = &d->history;
	line_printf(l, STYLE_BAR, "ev %" PRId64 "/", h->events[d->at].id);
	if (d->reading) { /* how many there are is not known yet */
		line_printf(l, STYLE_BAR, "(reading %u%%) ", reading_thousandths(d->reading) / 10);
		return;
	}
	line_printf(l, STYLE_BAR, "%" PRId64 "  ", h->events[h->n_events - 1].id);
	task = document_task(d, d->at);
	if (task <= h->n_tasks)
		line_printf(l, STYLE_BAR, "task %zu/%zu ", task, h->n_tasks);
	else /* the task that it belongs to is still to come */
		line_printf(l, STYLE_BAR, "task -/%zu ", h->n_tasks);
}

static void add_moment(struct session *s, struct line *l)
{
	const struct document *d = session_document(s);
	struct arena_mark mark = arena_mark(&s->step);
	struct str moment = d ? words_moment(d, d->at, &s->step) : STR("");

	if (moment.n)
		line_printf(l, STYLE_BAR, " %.*s ", STR_ARG(moment));
	arena_rewind(&s->step, mark);
}

static void add_facts(struct session *s, struct line *l)
{
	const struct document *d = session_document(s);

	if (!d)
		return;
	if (d->history.workflow_type.n) {
		line_puts(l, STYLE_BAR, "  ");
		line_add(l, STYLE_BAR, d->history.workflow_type);
	}
	if (d->run_row) {
		line_puts(l, STYLE_BAR, "  ");
		words_verdict(d->run_row, l);
	}
}

/*
 * LEFT is cut where it would push out RIGHT, which says where one is; where hardly anything
 * would be left of it, it stands alone.
 */
static void put_beside(struct screen *screen, int y, const struct line *left,
		       const struct line *right, uint8_t style)
{
	enum { LEFT_LEAST = 12 };
	size_t width = (size_t)screen->width;
	bool both = left->columns + right->columns < width || right->columns + LEFT_LEAST < width;
	struct line whole;

	line_init(&whole);
	line_put_cell(&whole, left, both ? width - right->columns - 1 : width);
	line_puts(&whole, STYLE_PLAIN, " ");
	if (both)
		line_append(&whole, right);
	bar(screen, y, &whole, style);
	line_done(&whole);
}

static void put_first_row(struct session *s, struct screen *screen)
{
	enum { FACTS_WIDTH = 30, MOMENT_WIDTH = 40 };
	struct line left, right;

	line_init(&left);
	line_init(&right);
	add_position(s, &right);
	/* Where one is goes before how one came there. */
	for (size_t first = 0; first < s->places.n; first++) {
		line_clear(&left);
		add_levels(s, first, &left);
		if (left.columns + right.columns < (size_t)s->width)
			break;
	}
	if (left.columns + right.columns + FACTS_WIDTH < (size_t)s->width)
		add_facts(s, &left);
	if (left.columns + right.columns + MOMENT_WIDTH < (size_t)s->width)
		add_moment(s, &right);
	put_beside(screen, 0, &left, &right, STYLE_BAR);
	line_done(&left);
	line_done(&right);
}

/* As wide as there is room for: apart, closer, digits alone but for the one that is open. */
enum tabs { TABS_APART, TABS_CLOSE, TABS_DIGITS };

static void add_tabs(const struct session *s, enum tabs form, struct line *l)
{
	enum pane_kind main = vec_last(&s->places)->pane;

	for (int i = 0; i < PANES; i++) {
		const struct pane *p = PANE_TABLE[i];
		bool now = (enum pane_kind)i == main;

		if (!p->tab || p->tab > '7')
			continue;
		line_puts(l, STYLE_PLAIN, now ? " [" : form == TABS_APART ? "  " : " ");
		line_printf(l, now ? STYLE_STRONG : STYLE_PLAIN, "%c", p->tab);
		if (form != TABS_DIGITS || now)
			line_printf(l, now ? STYLE_STRONG : STYLE_PLAIN, " %s", p->name);
		line_puts(l, STYLE_PLAIN, now ? "]" : "");
	}
}

/* What is wrong with the file stays in sight, whichever part of it is looked at. */
static void add_damage(const struct document *d, struct line *l)
{
	const struct history *h = &d->history;
	int64_t last = h->events[h->n_events - 1].id, n = (int64_t)h->n_events;

	if (d->info.damage.p)
		line_puts(l, STYLE_BAD, "damaged  ");
	if (last > n)
		line_printf(l, STYLE_BAD, "%" PRId64 " event%s missing  ", last - n,
			    last - n == 1 ? "" : "s");
}

static void add_search(const struct session *s, struct line *l)
{
	if (s->search.matcher.text.n)
		line_printf(l, STYLE_PLAIN, "/%.*s %zu hit%s%s  ", STR_ARG(s->search.matcher.text),
			    s->search.n_hits, s->search.n_hits == 1 ? "" : "s",
			    s->searching ? " so far" : "");
}

/* "marks a=12 b=45": the events of this history that a key goes to. */
static void add_marks(const struct session *s, const struct document *d, struct line *l)
{
	struct buf name;
	bool any = false;

	buf_init(&name, 0);
	for (size_t i = 0; i < s->marks.n; i++) {
		const struct mark *m = &s->marks.at[i];

		if (m->to.document != d || m->to.event >= d->history.n_events)
			continue;
		buf_clear(&name);
		key_add(&name, m->key);
		line_printf(l, STYLE_PLAIN, "%s%.*s=%" PRId64, any ? " " : "marks ",
			    STR_ARG(buf_str(&name)), d->history.events[m->to.event].id);
		any = true;
	}
	line_puts(l, STYLE_PLAIN, any ? "  " : "");
	buf_done(&name);
}

enum marks_named { MARKS_UNNAMED, MARKS_NAMED };

/* Of the screen of a run or of files nothing is redacted: they are no histories. */
static void add_mask(const struct session *s, const struct document *d, struct line *l)
{
	struct str rule = d && d->mask ? mask_rule(d->mask) : STR_NONE;

	if (!d && s->mask)
		line_puts(l, STYLE_ODD, "redact: histories alone  ");
	else if (d && d->mask)
		line_printf(l, STYLE_ODD, "redact%s%.*s  ", rule.n ? " + " : "", STR_ARG(rule));
}

/* All that changes what is shown is said, so that nothing is hidden unseen. */
static void add_modifiers(struct session *s, enum marks_named marks, struct line *l)
{
	const struct pane *p = PANE_TABLE[session_place(s)->pane];
	struct pane_context c = {s, session_document(s), (size_t)s->width, (size_t)s->height};

	add_mask(s, c.document, l);
	if (s->codec.n && !s->mask)
		line_printf(l, STYLE_ODD, "codec %.*s  ", STR_ARG(s->codec));
	if (p->modifiers) {
		add_search(s, l);
		p->modifiers(&c, l);
		return;
	}
	if (c.document)
		add_damage(c.document, l);
	if (c.document && c.document->filter.n)
		line_printf(l, STYLE_ODD, "filter: %.*s  ", STR_ARG(c.document->filter));
	add_search(s, l);
	if (c.document && marks == MARKS_NAMED)
		add_marks(s, c.document, l);
	if (s->breakpoints.n)
		line_printf(l, STYLE_PLAIN, "breakpoints %zu  ", s->breakpoints.n);
	if (s->payload != PAYLOAD_MODE_DECODED)
		line_printf(l, STYLE_ODD, "payloads %s  ",
			    s->payload == PAYLOAD_MODE_RAW ? "raw" : "hex");
	if (s->mouse)
		line_puts(l, STYLE_PLAIN, "mouse  ");
	line_printf(l, STYLE_PLAIN, "%s ", words_time_mode(s->time));
}

static void add_first_title(struct session *s, struct line *l)
{
	const struct pane *p = PANE_TABLE[session_place(s)->pane];
	struct pane_context c = {s, NULL, (size_t)s->width, (size_t)s->height};

	if (p->title)
		p->title(&c, l);
}

static void put_second_row(struct session *s, struct screen *screen, int y)
{
	/* The less room there is the less of it: names of views are worth more than those of marks. */
	static const struct {
		enum tabs tabs;
		enum marks_named marks;
	} FORMS[] = {
		{TABS_APART, MARKS_NAMED},   {TABS_CLOSE, MARKS_NAMED},	  {TABS_APART, MARKS_UNNAMED},
		{TABS_CLOSE, MARKS_UNNAMED}, {TABS_DIGITS, MARKS_UNNAMED},
	};
	struct line left, right;

	line_init(&left);
	line_init(&right);
	for (size_t i = 0; i < sizeof(FORMS) / sizeof(*FORMS); i++) {
		line_clear(&left);
		line_clear(&right);
		add_modifiers(s, FORMS[i].marks, &right);
		if (session_document(s))
			add_tabs(s, FORMS[i].tabs, &left);
		else
			add_first_title(s, &left);
		if (left.columns + right.columns + 1 < (size_t)s->width)
			break;
	}
	if (left.columns + right.columns < (size_t)s->width)
		line_to(&left, (size_t)s->width - right.columns);
	line_append(&left, &right);
	bar(screen, y, &left, STYLE_PLAIN);
	line_done(&left);
	line_done(&right);
}

/* ---- panes ---- */

static struct pane_context context_of(struct session *s, const struct layout_part *part)
{
	return (struct pane_context){s, session_document(s), (size_t)part->area.width,
				     (size_t)part->area.height};
}

static void put_rules(struct session *s, struct screen *screen, const struct layout_part *part)
{
	const char *across = s->options.ascii ? "-" : "\u2500", *down = s->options.ascii ? "|" : "\u2502";
	const struct pane *pane = PANE_TABLE[part->pane];
	struct pane_context c = context_of(s, part);
	bool focus = s->focus == part->pane;
	struct line l;

	line_init(&l);
	for (int y = -1; part->rule_x >= 0 && y < part->area.height; y++) {
		struct area at = {part->rule_x, part->area.y + y, 1, 1};

		line_clear(&l);
		line_puts(&l, STYLE_DIM, down);
		screen_line(screen, at, 0, &l, 0, 0);
	}
	if (part->title_y >= 0) {
		struct area at = {part->area.x, part->title_y, part->area.width, 1};

		line_clear(&l);
		line_puts(&l, STYLE_DIM, across);
		line_printf(&l, focus ? STYLE_STRONG : STYLE_PLAIN, " %s", pane->name);
		if (pane->title)
			pane->title(&c, &l);
		line_puts(&l, STYLE_PLAIN, " ");
		if (l.columns < c.width)
			line_rule(&l, STYLE_DIM, across, c.width - l.columns);
		screen_line(screen, at, 0, &l, 0, 0);
	}
	line_done(&l);
}

/* The cursor is a reversed row in the pane with the focus, and a mark in front in any. */
static uint8_t flags_of(const struct session *s, const struct layout_part *part, size_t row)
{
	bool shown = s->focus == part->pane || PANE_TABLE[part->pane]->row_of;

	return shown && row == s->scrolls[part->pane].row ? STYLE_CURSOR : 0;
}

static void mark_matches(struct session *s, struct line *l)
{
	size_t at = 0, start, end;

	while (matcher_find(&s->search.matcher, buf_str(&l->text), at, &start, &end)) {
		line_flag(l, start, end, STYLE_MATCH);
		at = end;
	}
}

/* What a filter leaves empty says so. */
static void add_nothing(const struct session *s, const struct document *d, struct line *l)
{
	struct buf key;

	if (d && (!d->filter.n || d->outline.looked_at < d->history.n_events))
		return;
	buf_init(&key, 0);
	keymap_keys(&s->keymap, ACTION_FILTER, &key);
	line_puts(l, STYLE_DIM, " nothing fits the filter");
	if (key.n)
		line_printf(l, STYLE_DIM, "; %.*s and Enter end it", STR_ARG(buf_str(&key)));
	buf_done(&key);
}

/* The page that is searched knows, where a text was broken into lines too. */
static void mark_row(struct session *s, const struct pane_context *c, enum pane_kind kind, size_t i,
		     struct line *l)
{
	const struct page *page = pane_page(c, kind);
	const struct page_match *m;
	size_t n;

	if (!page || !page->seeks) {
		mark_matches(s, l);
		return;
	}
	m = page_matches_of(page, page->shown.at[i], &n);
	for (size_t k = 0; k < n; k++)
		line_flag(l, m[k].start, m[k].end, STYLE_MATCH);
}

static void put_pane(struct session *s, struct screen *screen, const struct layout_part *part)
{
	const struct pane *pane = PANE_TABLE[part->pane];
	const struct scroll *scroll = &s->scrolls[part->pane];
	struct pane_context c = context_of(s, part);
	size_t count = pane_count(&c, part->pane), end = scroll->top + pane_rows(&c, part->pane);
	int y = 0;
	struct line l;

	put_rules(s, screen, part);
	line_init(&l);
	if (pane->head) {
		pane->head(&c, &l);
		screen_line(screen, part->area, y++, &l, scroll->left, 0);
	}
	for (size_t i = scroll->top; i < count && i < end && y < part->area.height; i++, y++) {
		line_clear(&l);
		pane_row(&c, part->pane, i, &l);
		if (s->search.matcher.text.n)
			mark_row(s, &c, part->pane, i, &l);
		screen_line(screen, part->area, y, &l, scroll->left, flags_of(s, part, i));
	}
	if (!count && part->pane == session_place(s)->pane && y < part->area.height) {
		line_clear(&l);
		add_nothing(s, c.document, &l);
		screen_line(screen, part->area, y++, &l, 0, 0);
	}
	for (size_t i = 0; i < pane_feet(&c, part->pane) && y < part->area.height; i++, y++) {
		line_clear(&l);
		pane->foot(&c, i, &l);
		screen_line(screen, part->area, y, &l, scroll->left, 0);
	}
	line_done(&l);
}

/* ---- the last two rows ---- */

static void put_hint(struct session *s, struct screen *screen, const struct layout *layout)
{
	const struct layout_part *focus = layout_focus(layout, s);
	struct pane_context c = context_of(s, focus);
	size_t count = pane_count(&c, focus->pane);
	struct line l, right;

	line_init(&l);
	line_init(&right);
	line_printf(&right, STYLE_BAR, " %zu/%zu ",
		    count ? s->scrolls[focus->pane].row + 1 : 0, count);
	if ((size_t)s->width > right.columns)
		words_hint(s, focus->pane, (size_t)s->width - right.columns, &l);
	line_to(&l, (size_t)s->width > right.columns ? (size_t)s->width - right.columns : 0);
	line_append(&l, &right);
	bar(screen, layout->hint_y, &l, STYLE_BAR);
	line_done(&l);
	line_done(&right);
}

static void put_prompt(struct session *s, struct screen *screen, int y)
{
	struct line l;

	line_init(&l);
	if (s->prompt.open) {
		line_puts(&l, STYLE_PLAIN, s->prompt.lead);
		line_add(&l, STYLE_PLAIN, str_take(buf_str(&s->prompt.text), s->prompt.at));
		screen->cursor_x = (int)l.columns < s->width ? (int)l.columns : s->width - 1;
		screen->cursor_y = y;
		line_add(&l, STYLE_PLAIN, str_skip(buf_str(&s->prompt.text), s->prompt.at));
	} else if (s->message.n) {
		line_puts(&l, STYLE_PLAIN, " ");
		line_add(&l, s->message_style, buf_str(&s->message));
	} else if (s->count >= 10) { /* one digit is a view, until G follows */
		line_printf(&l, STYLE_PLAIN, " %zu", s->count);
	}
	bar(screen, y, &l, STYLE_PLAIN);
	line_done(&l);
}

static void put_too_small(struct session *s, struct screen *screen)
{
	struct line l;

	line_init(&l);
	line_printf(&l, STYLE_PLAIN, s->width < 30 ? "too small (%dx%d)" : "terminal too small (%dx%d)",
		    s->width, s->height);
	screen_line(screen, screen_area(screen), 0, &l, 0, 0);
	line_done(&l);
}

void draw(struct session *s, struct screen *screen)
{
	struct layout layout;

	screen_size(screen, s->width, s->height);
	layout_make(s, &layout);
	if (!layout.room) {
		put_too_small(s, screen);
		return;
	}
	put_first_row(s, screen);
	put_second_row(s, screen, layout.tabs_y);
	for (size_t i = 0; i < layout.n; i++)
		put_pane(s, screen, &layout.parts[i]);
	put_hint(s, screen, &layout);
	put_prompt(s, screen, layout.prompt_y);
	if (s->options.ascii)
		screen_ascii(screen);
}

/* ---- as text ---- */

static const char *const ESCAPES[STYLES] = {
	[STYLE_DIM] = "\x1b[2m",  [STYLE_STRONG] = "\x1b[1m", [STYLE_GOOD] = "\x1b[32m",
	[STYLE_BAD] = "\x1b[1;31m", [STYLE_ODD] = "\x1b[35m", [STYLE_LINK] = "\x1b[4m",
	[STYLE_BAR] = "\x1b[1m",
};

/* As screen_ascii(). */
static void add_ascii(struct str s, struct buf *out)
{
	while (s.n) {
		long rune;
		size_t n = visible_rune(s, &rune);

		if (rune >= 0 && rune < 0x80)
			buf_add_char(out, (char)rune);
		else
			for (size_t i = width_of(str_take(s, n)); i > 0; i--)
				buf_add_char(out, '?');
		s = str_skip(s, n);
	}
}

static void print_line(const struct session *s, const struct line *l, bool colour,
		       struct buf *out)
{
	size_t at = 0, begin = out->n;

	for (size_t i = 0; i < l->runs.n; i++) {
		const char *escape = colour ? ESCAPES[l->runs.at[i].style & 0x1f] : NULL;

		if (escape)
			buf_puts(out, escape);
		if (s->options.ascii)
			add_ascii(str_slice(l->text.p + at, l->runs.at[i].end - at), out);
		else
			buf_add_bytes(out, l->text.p + at, l->runs.at[i].end - at);
		if (escape)
			buf_puts(out, "\x1b[0m");
		at = l->runs.at[i].end;
	}
	while (out->n > begin && out->p[out->n - 1] == ' ')
		out->n--;
	buf_add_char(out, '\n');
}

void draw_print(struct session *s, enum pane_kind pane, size_t width, bool colour,
		struct buf *out)
{
	struct pane_context c = {s, session_document(s), width, 0};
	size_t count = pane_count(&c, pane);
	struct line l;

	line_init(&l);
	add_levels(s, 0, &l);
	add_facts(s, &l);
	line_puts(&l, STYLE_BAR, "  ");
	add_position(s, &l);
	print_line(s, &l, colour, out);
	line_clear(&l);
	if (!c.document) {
		add_first_title(s, &l);
		print_line(s, &l, colour, out);
		line_clear(&l);
	}
	if (PANE_TABLE[pane]->head) {
		PANE_TABLE[pane]->head(&c, &l);
		print_line(s, &l, colour, out);
	}
	for (size_t i = 0; i < count; i++) {
		line_clear(&l);
		pane_row(&c, pane, i, &l);
		print_line(s, &l, colour, out);
	}
	for (size_t i = 0; i < pane_feet(&c, pane); i++) {
		line_clear(&l);
		PANE_TABLE[pane]->foot(&c, i, &l);
		print_line(s, &l, colour, out);
	}
	line_done(&l);
}
