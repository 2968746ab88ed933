/* SPDX-License-Identifier: MIT */
/* act_view.c: which view is looked at, and how. */
#include "viewer/act/act.h"

#include "viewer/address.h"
#include "viewer/layout.h"

#include <stdio.h>

/* What a replay knows of a history by that name comes with it. */
static void follow_history(struct session *s, struct str history, int64_t id)
{
	const struct run_row *row = session_row_named(s, history);
	struct err err = ERR_INIT;
	struct document *d = row ? session_show_history(s, row) : session_open(s, history, &err);
	size_t event;

	if (!d && !row)
		session_message(s, STYLE_BAD, "%s", err.message);
	if (!d)
		return;
	session_show(s, PANE_LIST, d);
	event = id ? history_find(&d->history, id) : d->at;
	if (event < d->history.n_events)
		session_go(s, event, SESSION_JUMP);
	else if (d->reading)
		document_want(d, id, 0);
}

/*
 * A line that leads to a history or an event: there, in the list; else whatever is worth a
 * closer look.
 */
void act_enter(struct session *s, struct str argument)
{
	struct pane_context c = act_context(s);
	const struct page_line *line = pane_page_line(&c, s->focus, s->scrolls[s->focus].row);

	if (line && line->history.p) {
		follow_history(s, arena_str(&s->step, line->history), line->id);
	} else if (line && line->event != PAGE_NO_EVENT) {
		session_go(s, line->event, SESSION_JUMP);
		session_show(s, PANE_LIST, c.document);
	} else if (pane_fold(&c, s->focus, s->scrolls[s->focus].row, PANE_TURN)) {
		return;
	} else if (c.document && PANE_TABLE[s->focus]->row_of) {
		session_show(s, PANE_DETAIL, c.document);
	}
}

void act_back(struct session *s, struct str argument)
{
	if (s->zoomed) {
		s->zoomed = false;
		return;
	}
	if (s->places.n > 1) {
		s->places.n--;
		s->focus = session_place(s)->pane;
		session_changed(s);
		return;
	}
	act_quit(s, argument);
}

void act_cancel(struct session *s, struct str argument)
{
	const struct document *d = session_document(s);

	if (s->had_message)
		return;
	if (s->search.matcher.text.n)
		search_forget(s);
	else if (d && d->filter.n)
		act_filter(s, STR(""));
	else if (s->zoomed || s->places.n > 1)
		act_back(s, argument);
}

void act_quit(struct session *s, struct str argument)
{
	s->request.kind = REQUEST_QUIT;
}

/* Panes that Tab goes through: those on the screen, or in their place where there is no room. */
static size_t cycle(struct session *s, enum pane_kind *ret)
{
	static const enum pane_kind BESIDE[] = {PANE_DETAIL, PANE_STATE, PANE_STACK};
	enum pane_kind main = session_place(s)->pane;
	struct layout l;
	size_t n = 0;

	layout_make(s, &l);
	if (l.n > 3)
		for (size_t i = 0; i < l.n; i++)
			ret[n++] = l.parts[i].pane;
	if (n)
		return n;
	ret[n++] = main;
	if (main == PANE_RUN)
		ret[n++] = PANE_VERDICT;
	for (size_t i = 0; i < 3 && (main == PANE_LIST || main == PANE_TREE || main == PANE_TIME); i++)
		ret[n++] = BESIDE[i];
	return n;
}

static void turn(struct session *s, size_t step)
{
	enum pane_kind panes[LAYOUT_PARTS];
	size_t n = cycle(s, panes), at = 0;

	for (size_t i = 0; i < n; i++)
		if (panes[i] == s->focus)
			at = i;
	s->focus = panes[(at + step + n) % n];
}

void act_next_pane(struct session *s, struct str argument)
{
	turn(s, 1);
}

void act_previous_pane(struct session *s, struct str argument)
{
	turn(s, SIZE_MAX);
}

void act_zoom(struct session *s, struct str argument)
{
	s->zoomed = !s->zoomed;
}

void act_help(struct session *s, struct str argument)
{
	session_show(s, PANE_HELP, session_document(s));
}

void act_time_mode(struct session *s, struct str argument)
{
	s->time = (s->time + 1) % TIMES_MODES;
	if (s->time == TIMES_LOCAL && !s->options.local_time)
		s->time = TIMES_SINCE_START;
	session_changed(s);
}

void act_expand(struct session *s, struct str argument)
{
	s->expanded = !s->expanded;
	page_untouch(&s->pages[s->focus]);
	session_changed(s);
}

void act_payload_form(struct session *s, struct str argument)
{
	s->payload = (s->payload + 1) % PAYLOAD_MODES;
	session_changed(s);
}

void act_mouse(struct session *s, struct str argument)
{
	s->mouse = !s->mouse;
	s->request.kind = REQUEST_MOUSE;
	session_message(s, STYLE_PLAIN, "mouse %s", s->mouse ? "on (hold Shift, on macOS Option, to select text)" : "off");
}

void act_sort(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "only a run and a list of files are sorted");
}

/* The history that an address names, at its event; a message and NULL where it can't be opened. */
static struct document *open_address(struct session *s, struct str text, struct address *ret)
{
	struct err err = ERR_INIT;
	struct document *d = NULL;

	address_read(text, ret);
	if (ledger_is_run(ret->file))
		session_message(s, STYLE_ODD, "a run file is opened from the shell: hindcast view %.*s",
				STR_ARG(ret->file));
	else if (!address_check(text, &err) || !(d = session_open(s, ret->file, &err)))
		session_message(s, STYLE_BAD, "%s", err.message);
	return d;
}

void act_open(struct session *s, struct str argument)
{
	struct address a;
	struct document *d = open_address(s, argument, &a);
	char number[24];

	if (!d)
		return;
	session_show(s, a.has_view && PANE_TABLE[a.view]->scope != SCOPE_TOP ? a.view : PANE_LIST, d);
	if (a.has_event) {
		snprintf(number, sizeof(number), "%lld", a.event);
		act_go(s, str_of(number));
	}
}

void act_diff_with(struct session *s, struct str argument)
{
	struct document *left = act_document(s), *right;
	struct err err = ERR_INIT;
	struct address a;

	if (!left)
		return;
	right = open_address(s, argument, &a);
	if (right && !session_compare(s, left, right, &err))
		session_message(s, STYLE_BAD, "%s", err.message);
}

/* A rule with a typing error leaves a secret where it is. */
static void say_masked(struct session *s)
{
	if (!mask_rule_used(s->mask) && s->documents.n)
		session_message(s, STYLE_ODD, "the rule '%.*s' decided about nothing; all else is redacted",
				STR_ARG(mask_rule(s->mask)));
	else if (mask_stays(s->mask))
		session_message(s, STYLE_ODD, "%zu values redacted; such stand in %zu word%s that stay "
				"(hindcast redact names them)", mask_replaced(s->mask),
				mask_stays(s->mask), mask_stays(s->mask) == 1 ? "" : "s");
	else
		session_message(s, STYLE_PLAIN, "%zu values redacted; what a run says is left out (:redact "
				"off)", mask_replaced(s->mask));
}

void act_redact(struct session *s, struct str argument)
{
	struct str rule = argument.p ? argument : STR("");
	struct err err = ERR_INIT;
	bool off = str_is(rule, "off");

	if (off && !s->mask)
		session_message(s, STYLE_ODD, "nothing is redacted");
	else if (!session_set_mask(s, off ? STR_NONE : rule, &err))
		session_message(s, STYLE_BAD, "not redacted: %s", err.message);
	else if (off)
		session_message(s, STYLE_PLAIN, "histories as they are");
	else
		say_masked(s);
}

void act_source(struct session *s, struct str argument)
{
	s->options.source = arena_str(&s->arena, argument);
	session_changed(s);
}

void act_redraw(struct session *s, struct str argument)
{
	s->request.kind = REQUEST_REDRAW;
}

void act_suspend(struct session *s, struct str argument)
{
	s->request.kind = REQUEST_SUSPEND;
}

void act_pane_only(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "that is for the timeline (3)");
}
