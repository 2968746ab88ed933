/* SPDX-License-Identifier: MIT */
/* layout.c: areas by size, and panes scrolled within them. */
#include "viewer/layout.h"

#include "viewer/session.h"

enum { SMALL_WIDTH = 40, SMALL_HEIGHT = 8, BARS = 4 };

static bool has_company(enum pane_kind main)
{
	return main == PANE_LIST || main == PANE_TREE || main == PANE_TIME || main == PANE_RUN;
}

static void add(struct layout *l, enum pane_kind pane, struct area area, int title_y, int rule_x)
{
	l->parts[l->n++] = (struct layout_part){pane, area, title_y, rule_x};
}

/* A pane under a rule that is the first row of AREA. */
static void add_titled(struct layout *l, enum pane_kind pane, struct area area, int rule_x)
{
	struct area rows = {area.x, area.y + 1, area.width, area.height - 1};

	if (area.height > 1)
		add(l, pane, rows, area.y, rule_x);
}

/* AREA loses its last N rows to RET. */
static struct area cut_below(struct area *area, int n)
{
	n = n < area->height - 1 ? n : area->height - 1;
	area->height -= n;
	return (struct area){area->x, area->y + area->height, area->width, n};
}

static bool has_run(const struct session *s)
{
	const struct document *d = s->places.n ? vec_last(&s->places)->document : NULL;

	return d && d->run_row;
}

static void large(struct layout *l, const struct session *s, enum pane_kind main, struct area a)
{
	struct area now = {0}, strip, right;
	int each;

	if (has_run(s))
		now = cut_below(&a, 6);
	strip = cut_below(&a, a.height / 3);
	right = (struct area){a.x + a.width * 9 / 16, a.y, a.width - a.width * 9 / 16, a.height};
	a.width = right.x - a.x - 1;
	add(l, main, a, -1, -1);
	each = right.height / 3;
	add_titled(l, PANE_DETAIL, (struct area){right.x, right.y, right.width, each}, right.x - 1);
	add_titled(l, PANE_STATE, (struct area){right.x, right.y + each, right.width, each},
		   right.x - 1);
	add_titled(l, PANE_STACK,
		   (struct area){right.x, right.y + 2 * each, right.width, right.height - 2 * each},
		   right.x - 1);
	add_titled(l, main == PANE_TIME ? PANE_LIST : PANE_TIME, strip, -1);
	if (has_run(s))
		add_titled(l, PANE_NOW, now, -1);
}

/* The one that stands beside the main pane: what has the focus, else the detail. */
static enum pane_kind beside(const struct session *s)
{
	return s->focus == PANE_STATE || s->focus == PANE_STACK ? s->focus : PANE_DETAIL;
}

static void two(struct layout *l, const struct session *s, enum pane_kind main, struct area a)
{
	int x = a.x + a.width * 3 / 5;

	add(l, main, (struct area){a.x, a.y, x - 1 - a.x, a.height}, -1, -1);
	add_titled(l, beside(s), (struct area){x, a.y, a.x + a.width - x, a.height}, x - 1);
}

static void stacked(struct layout *l, enum pane_kind main, struct area a)
{
	struct area state = cut_below(&a, 4), detail = cut_below(&a, 5);

	add(l, main, a, -1, -1);
	add_titled(l, PANE_DETAIL, detail, -1);
	add_titled(l, PANE_STATE, state, -1);
}

/* The run above what it says of the history under the cursor. */
static void first(struct layout *l, struct area a)
{
	struct area verdict = cut_below(&a, a.height >= 36 ? a.height * 2 / 5 : 7);

	add(l, PANE_RUN, a, -1, -1);
	add_titled(l, PANE_VERDICT, verdict, -1);
}

void layout_make(const struct session *s, struct layout *ret)
{
	enum pane_kind main = vec_last(&s->places)->pane;
	struct area a = {0, 2, s->width, s->height - BARS};

	*ret = (struct layout){.tabs_y = 1, .hint_y = s->height - 2, .prompt_y = s->height - 1};
	ret->room = s->width >= SMALL_WIDTH && s->height >= SMALL_HEIGHT;
	if (!ret->room) {
		ret->tabs_y = ret->hint_y = ret->prompt_y = -1;
		return;
	}
	if (s->zoomed || !has_company(main)) {
		enum pane_kind alone = s->zoomed && has_company(main) ? s->focus : main;

		add(ret, alone, a, -1, -1);
	} else if (main == PANE_RUN && s->width >= 60 && s->height >= 20)
		first(ret, a);
	else if (s->width >= 140 && s->height >= 40)
		large(ret, s, main, a);
	else if (s->width >= 100 && s->height >= 20)
		two(ret, s, main, a);
	else if (s->width >= 80 && s->height >= 20)
		stacked(ret, main, a);
	else
		add(ret, s->focus, a, -1, -1);
}

const struct layout_part *layout_focus(const struct layout *l, const struct session *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->parts[i].pane == s->focus)
			return &l->parts[i];
	return l->n ? &l->parts[0] : NULL;
}

/* ---- scrolling ---- */

void session_resize(struct session *s, int width, int height)
{
	s->width = width < 1 ? 1 : width > SCREEN_MOST ? SCREEN_MOST : width;
	s->height = height < 1 ? 1 : height > SCREEN_MOST ? SCREEN_MOST : height;
	session_settle(s);
}

static void settle_part(struct session *s, const struct layout_part *part)
{
	const struct pane *pane = PANE_TABLE[part->pane];
	struct pane_context c = {s, session_document(s), (size_t)part->area.width,
				 (size_t)part->area.height};
	struct scroll *scroll = &s->scrolls[part->pane];
	size_t count = pane_count(&c, part->pane), rows = pane_rows(&c, part->pane);

	if (pane->row_of && scroll->synced != c.document->at) {
		scroll->row = pane->row_of(&c, c.document->at);
		scroll->synced = c.document->at;
	}
	if (scroll->row >= count)
		scroll->row = count ? count - 1 : 0;
	if (scroll->row < scroll->top)
		scroll->top = scroll->row;
	if (scroll->row >= scroll->top + rows)
		scroll->top = scroll->row - rows + 1;
	if (scroll->top && scroll->top + rows > count)
		scroll->top = count > rows ? count - rows : 0;
}

void session_settle(struct session *s)
{
	struct layout l;

	if (!s->places.n)
		return;
	layout_make(s, &l);
	for (size_t i = 0; i < l.n; i++)
		settle_part(s, &l.parts[i]);
}
