/* SPDX-License-Identifier: MIT */
/* act_move.c: the cursor of the pane that has the focus. */
#include "viewer/act/act.h"

#define SIDEWAYS 8 /* columns a step */

static void to_row(struct session *s, size_t row, enum session_move how)
{
	struct pane_context c = act_context(s);
	const struct pane *pane = PANE_TABLE[s->focus];
	struct scroll *scroll = &s->scrolls[s->focus];
	size_t count = pane_count(&c, s->focus), event;

	if (!count)
		return;
	scroll->row = row < count ? row : count - 1;
	if (!pane->event || !pane->row_of)
		return;
	event = pane->event(&c, scroll->row);
	if (event >= c.document->history.n_events)
		return;
	session_go(s, event, how);
	scroll->synced = event;
}

void act_to_row(struct session *s, size_t row)
{
	to_row(s, row, SESSION_STEP);
}

static size_t rows_of_page(struct session *s)
{
	struct pane_context c = act_context(s);

	return pane_rows(&c, s->focus);
}

static void move_down(struct session *s, size_t n)
{
	size_t row = s->scrolls[s->focus].row;

	act_to_row(s, row + n < row ? SIZE_MAX : row + n);
}

static void move_up(struct session *s, size_t n)
{
	size_t row = s->scrolls[s->focus].row;

	act_to_row(s, row > n ? row - n : 0);
}

void act_down(struct session *s, struct str argument)
{
	move_down(s, act_times(argument));
}

void act_up(struct session *s, struct str argument)
{
	move_up(s, act_times(argument));
}

void act_half_down(struct session *s, struct str argument)
{
	move_down(s, (rows_of_page(s) + 1) / 2);
}

void act_half_up(struct session *s, struct str argument)
{
	move_up(s, (rows_of_page(s) + 1) / 2);
}

void act_page_down(struct session *s, struct str argument)
{
	move_down(s, rows_of_page(s));
}

void act_page_up(struct session *s, struct str argument)
{
	move_up(s, rows_of_page(s));
}

void act_top(struct session *s, struct str argument)
{
	to_row(s, 0, SESSION_JUMP);
}

void act_bottom(struct session *s, struct str argument)
{
	struct document *d = session_document(s);

	if (argument.p && d) {
		act_go(s, argument);
		return;
	}
	to_row(s, SIZE_MAX, SESSION_JUMP);
	if (d && d->reading && PANE_TABLE[s->focus]->row_of)
		document_want(d, INT64_MAX, 0);
}

void act_left(struct session *s, struct str argument)
{
	struct pane_context c = act_context(s);
	struct scroll *scroll = &s->scrolls[s->focus];
	size_t around;

	if (scroll->left) {
		scroll->left = scroll->left > SIDEWAYS ? scroll->left - SIDEWAYS : 0;
		return;
	}
	if (pane_fold(&c, s->focus, scroll->row, PANE_CLOSE))
		return;
	around = pane_fold_around(&c, s->focus, scroll->row);
	if (around != PANE_NO_ROW)
		scroll->row = around;
}

void act_right(struct session *s, struct str argument)
{
	struct pane_context c = act_context(s);
	struct scroll *scroll = &s->scrolls[s->focus];
	struct line l;
	size_t widest = 0, count = pane_count(&c, s->focus), rows = rows_of_page(s);

	if (pane_fold(&c, s->focus, scroll->row, PANE_OPEN))
		return;
	line_init(&l);
	for (size_t i = scroll->top; i < count && i < scroll->top + rows; i++) {
		line_clear(&l);
		pane_row(&c, s->focus, i, &l);
		widest = l.columns > widest ? l.columns : widest;
	}
	line_done(&l);
	if (scroll->left + c.width < widest)
		scroll->left += SIDEWAYS;
}
