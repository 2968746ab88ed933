/* SPDX-License-Identifier: MIT */
/* act.c: from keys and names to actions. */
#include "viewer/act/act.h"

#include "viewer/layout.h"

#include <stdio.h>

static act_run *const RUNS[ACTIONS] = {
	[ACTION_DOWN] = act_down,
	[ACTION_UP] = act_up,
	[ACTION_HALF_DOWN] = act_half_down,
	[ACTION_HALF_UP] = act_half_up,
	[ACTION_PAGE_DOWN] = act_page_down,
	[ACTION_PAGE_UP] = act_page_up,
	[ACTION_TOP] = act_top,
	[ACTION_BOTTOM] = act_bottom,
	[ACTION_LEFT] = act_left,
	[ACTION_RIGHT] = act_right,
	[ACTION_ENTER] = act_enter,
	[ACTION_BACK] = act_back,
	[ACTION_CANCEL] = act_cancel,
	[ACTION_QUIT] = act_quit,
	[ACTION_NEXT_PANE] = act_next_pane,
	[ACTION_PREVIOUS_PANE] = act_previous_pane,
	[ACTION_ZOOM] = act_zoom,
	[ACTION_HELP] = act_help,
	[ACTION_GO] = act_go,
	[ACTION_NEXT_TASK] = act_next_task,
	[ACTION_PREVIOUS_TASK] = act_previous_task,
	[ACTION_NEXT_IN_GROUP] = act_next_in_group,
	[ACTION_PREVIOUS_IN_GROUP] = act_previous_in_group,
	[ACTION_OTHER_END] = act_other_end,
	[ACTION_NEXT_FAILURE] = act_next_failure,
	[ACTION_PREVIOUS_FAILURE] = act_previous_failure,
	[ACTION_NEXT_DIVERGENCE] = act_next_divergence,
	[ACTION_PREVIOUS_DIVERGENCE] = act_previous_divergence,
	[ACTION_MARK] = act_mark,
	[ACTION_JUMP_MARK] = act_jump_mark,
	[ACTION_JUMP_BACK] = act_jump_back,
	[ACTION_JUMP_FORWARD] = act_jump_forward,
	[ACTION_SEARCH] = act_search,
	[ACTION_SEARCH_NEXT] = act_search_next,
	[ACTION_SEARCH_PREVIOUS] = act_search_previous,
	[ACTION_FILTER] = act_filter,
	[ACTION_BREAKPOINT] = act_break,
	[ACTION_RESUME] = act_continue,
	[ACTION_RESUME_BACK] = act_continue_back,
	[ACTION_ELSEWHERE] = act_elsewhere,
	[ACTION_TIME_MODE] = act_time_mode,
	[ACTION_EXPAND] = act_expand,
	[ACTION_PAYLOAD_FORM] = act_payload_form,
	[ACTION_REDACT] = act_redact,
	[ACTION_IDLE] = act_pane_only,
	[ACTION_ZOOM_IN] = act_pane_only,
	[ACTION_ZOOM_OUT] = act_pane_only,
	[ACTION_FIT] = act_pane_only,
	[ACTION_SORT] = act_sort,
	[ACTION_MOUSE] = act_mouse,
	[ACTION_COPY_EVENT] = act_copy_event,
	[ACTION_COPY_PAYLOAD] = act_copy_payload,
	[ACTION_COPY_ID] = act_copy_id,
	[ACTION_COPY_STACK] = act_copy_stack,
	[ACTION_COPY_REPORT] = act_copy_report,
	[ACTION_COPY_LINK] = act_copy_link,
	[ACTION_WRITE] = act_write,
	[ACTION_WRITE_OVER] = act_write_over,
	[ACTION_EDIT] = act_edit,
	[ACTION_PAGE] = act_page,
	[ACTION_PIPE] = act_pipe,
	[ACTION_DIFF_WITH] = act_diff_with,
	[ACTION_OPEN] = act_open,
	[ACTION_RERUN] = act_rerun,
	[ACTION_CODEC] = act_codec,
	[ACTION_CODEC_AGAIN] = act_codec_again,
	[ACTION_ASK_STACK] = act_ask_stack,
	[ACTION_SOURCE] = act_source,
	[ACTION_SET] = act_set,
	[ACTION_COMMAND] = act_command,
	[ACTION_REDRAW] = act_redraw,
	[ACTION_SUSPEND] = act_suspend,
};

/* Actions that do no more than show a view of the history at hand. */
static const struct {
	enum action action;
	enum pane_kind pane;
} VIEWS[] = {
	{ACTION_VIEW_LIST, PANE_LIST},
	{ACTION_VIEW_TREE, PANE_TREE},
	{ACTION_VIEW_TIME, PANE_TIME},
	{ACTION_VIEW_DIFF, PANE_DIFF},
	{ACTION_VIEW_STATE, PANE_STATE},
	{ACTION_VIEW_STACK, PANE_STACK},
	{ACTION_VIEW_JSON, PANE_JSON},
	{ACTION_VIEW_DETAIL, PANE_DETAIL},
	{ACTION_VIEW_FAILURE, PANE_FAILURE},
	{ACTION_VIEW_MARKS, PANE_MARKS},
};

bool act_view_of(enum action action, enum pane_kind *ret)
{
	for (size_t i = 0; i < sizeof(VIEWS) / sizeof(*VIEWS); i++)
		if (VIEWS[i].action == action) {
			*ret = VIEWS[i].pane;
			return true;
		}
	return false;
}

struct document *act_document(struct session *s)
{
	struct document *d = session_document(s);

	if (!d)
		session_message(s, STYLE_ODD, "open a history first (Enter)");
	return d;
}

size_t act_times(struct str argument)
{
	long long n;

	return str_to_int(argument, &n) && n > 0 ? (size_t)n : 1;
}

struct pane_context act_context(struct session *s)
{
	const struct layout_part *part;
	struct layout l;

	layout_make(s, &l);
	part = layout_focus(&l, s);
	return (struct pane_context){s, session_document(s),
				     part ? (size_t)part->area.width : (size_t)s->width,
				     part ? (size_t)part->area.height : 0};
}

static void run(struct session *s, enum action action, struct str argument)
{
	const struct pane *pane = PANE_TABLE[s->focus];
	struct pane_context c = act_context(s);
	struct arena_mark mark = arena_mark(&s->step);
	bool done = pane->act && pane->act(&c, action, argument);
	enum pane_kind view;

	if (!done && !act_view_of(action, &view))
		RUNS[action](s, argument);
	else if (!done && act_document(s))
		session_show_tab(s, view, session_document(s));
	arena_rewind(&s->step, mark);
	session_settle(s);
}

/* The character that stands before what is typed. */
static const char *lead_of(enum action action)
{
	switch (action) {
	case ACTION_COMMAND:
		return ":";
	case ACTION_SEARCH:
		return "/";
	case ACTION_FILTER:
		return "&";
	case ACTION_PIPE:
		return "|";
	default:
		return "";
	}
}

/* What is mostly typed: of two files that are open, the other one. */
static struct str usual(struct session *s, enum action action)
{
	const struct document *d = session_document(s);
	bool first = d && s->files.n == 2 && str_eq(d->path, s->files.at[0].path);

	if (action != ACTION_DIFF_WITH || !d || s->files.n != 2)
		return STR("");
	return s->files.at[first ? 1 : 0].path;
}

void session_act(struct session *s, enum action action, struct str argument)
{
	char lead[64];

	s->had_message = s->message.n != 0;
	buf_clear(&s->message);
	if (action_row(action)->argument != ARGUMENT_TEXT || argument.p) {
		run(s, action, argument);
		return;
	}
	snprintf(lead, sizeof(lead), "%s", lead_of(action));
	if (!lead[0])
		snprintf(lead, sizeof(lead), ":");
	prompt_open(&s->prompt, action, lead, STR(""));
	if (action == ACTION_SEARCH)
		search_begin_typing(s);
	if (!lead_of(action)[0]) { /* asked for by its name */
		char name[64];

		snprintf(name, sizeof(name), "%s ", action_row(action)->name);
		prompt_open(&s->prompt, ACTION_COMMAND, ":",
			    arena_printf(&s->step, "%s%.*s", name, STR_ARG(usual(s, action))));
	}
}

/* "NAME ARGUMENT", or a number: what `:` takes. */
void act_command(struct session *s, struct str text)
{
	const struct action_row *row;
	struct str rest = str_trim(text), name;
	struct arena_mark mark;
	long long number;

	buf_clear(&s->message);
	if (!rest.n)
		return;
	if (str_to_int(rest, &number)) {
		run(s, ACTION_GO, rest);
		return;
	}
	name = str_split(&rest, ' ');
	row = action_find(name);
	if (!row) {
		const char *close = action_did_you_mean(name);

		session_message(s, STYLE_BAD, "there is no command '%.*s'%s%s%s", STR_ARG(name),
				close ? " (did you mean '" : "", close ? close : "",
				close ? "'?)" : "");
		return;
	}
	rest = str_trim(rest);
	mark = arena_mark(&s->step);
	session_act(s, row->action, rest.n ? arena_str(&s->step, rest) : STR_NONE);
	arena_rewind(&s->step, mark);
}

/* ---- keys ---- */

static void key_of_prompt(struct session *s, struct key key)
{
	bool searches = s->prompt.action == ACTION_SEARCH;
	enum prompt_end end = prompt_key(&s->prompt, key);
	struct arena_mark mark = arena_mark(&s->step);
	struct str text = arena_str(&s->step, buf_str(&s->prompt.text));

	if (end == PROMPT_ENTERED && s->prompt.action == ACTION_COMMAND)
		act_command(s, text);
	else if (end == PROMPT_ENTERED && !searches)
		session_act(s, s->prompt.action, text);
	else if (end == PROMPT_LEFT && searches)
		search_given_up(s);
	else if (searches && !str_eq(text, s->search.matcher.text))
		search_typed(s, text);
	arena_rewind(&s->step, mark);
}

/*
 * Digits are views, and the number of an event in front of G: each shows its view at once,
 * and when G follows, the view is what it was before the first. In front of all other keys
 * they are views alone: j goes down one row behind 4, not four.
 */
static void digit(struct session *s, unsigned value)
{
	if (!s->count) {
		s->count_pane = session_place(s)->pane;
		s->count_document = session_document(s);
	}
	if (s->count < 100000000)
		s->count = s->count * 10 + value;
}

/* Of tabs alone: a digit leaves any other level, which then lies below or is no more. */
static void undo_digits(struct session *s)
{
	struct document *d = session_document(s);

	if (d && d == s->count_document && session_place(s)->pane != s->count_pane &&
	    PANE_TABLE[s->count_pane]->tab)
		session_show(s, s->count_pane, d);
}

static void end_count(struct session *s, const struct action_row *row)
{
	char text[24];

	if (s->count && row->argument == ARGUMENT_EVENT) {
		undo_digits(s);
		snprintf(text, sizeof(text), "%zu", s->count);
		s->count = 0;
		session_act(s, row->action, str_of(text));
		return;
	}
	s->count = 0;
	session_act(s, row->action, STR_NONE);
}

static void bound(struct session *s, const struct binding *b, uint32_t key)
{
	const struct action_row *row = action_row(b->action);
	bool is_digit = b->n == 1 && key >= '0' && key <= '9';

	s->n_pending = 0;
	if (row->argument == ARGUMENT_KEY && !b->argument.p) {
		s->waiting = b->action;
		s->waits = true;
		return;
	}
	if (is_digit && (key != '0' || s->count)) {
		digit(s, key - '0');
		if (key != '0')
			session_act(s, b->action, STR_NONE);
		return;
	}
	if (b->argument.p) {
		s->count = 0;
		session_act(s, b->action, b->argument);
		return;
	}
	end_count(s, row);
}

static void wanted_key(struct session *s, struct key key)
{
	struct buf text;

	s->waits = false;
	if (key.code == KEYCODE_ESC)
		return;
	buf_init(&text, 0);
	key_add(&text, key.code);
	session_act(s, s->waiting, buf_str(&text));
	buf_done(&text);
}

static void mouse_key(struct session *s, struct key key)
{
	struct layout l;

	layout_make(s, &l);
	for (size_t i = 0; i < l.n; i++) {
		const struct layout_part *p = &l.parts[i];
		int y = key.y - p->area.y - (PANE_TABLE[p->pane]->head != NULL);

		if (key.x < p->area.x || key.x >= p->area.x + p->area.width || key.y < p->area.y ||
		    key.y >= p->area.y + p->area.height || y < 0)
			continue;
		s->focus = p->pane;
		if (key.button == MOUSE_WHEEL_UP || key.button == MOUSE_WHEEL_DOWN) {
			session_act(s, key.button == MOUSE_WHEEL_UP ? ACTION_UP : ACTION_DOWN, STR("3"));
			return;
		}
		act_to_row(s, s->scrolls[p->pane].top + (size_t)y);
		session_settle(s);
		if (key.button == MOUSE_DOUBLE)
			session_act(s, ACTION_ENTER, STR_NONE);
		return;
	}
}

static void say_unbound(struct session *s)
{
	struct buf keys;

	buf_init(&keys, 0);
	for (size_t i = 0; i < s->n_pending; i++) {
		buf_puts(&keys, i ? " " : "");
		key_add(&keys, s->pending[i]);
	}
	session_message(s, STYLE_ODD, "%.*s does nothing here; :help lists the keys",
			STR_ARG(buf_str(&keys)));
	buf_done(&keys);
}

void session_key(struct session *s, struct key key)
{
	const struct binding *b = NULL;

	if (key.code == KEYCODE_RESIZE) {
		session_resize(s, key.x, key.y);
		return;
	}
	seek_give_up(s);
	if (s->prompt.open) {
		key_of_prompt(s, key);
		return;
	}
	if (s->waits) {
		wanted_key(s, key);
		return;
	}
	if (key.code == KEYCODE_MOUSE) {
		mouse_key(s, key);
		return;
	}
	s->pending[s->n_pending++] = key.code;
	switch (keymap_find(&s->keymap, s->pending, s->n_pending, &b)) {
	case KEYMAP_ACTION:
		bound(s, b, key.code);
		return;
	case KEYMAP_MORE:
		if (s->n_pending < KEYS_MOST)
			return;
		break;
	case KEYMAP_NOTHING:
		if (s->n_pending == 1 && key.code >= '0' && key.code <= '9') {
			s->n_pending = 0;
			digit(s, key.code - '0');
			return;
		}
	}
	if (key.code == KEYCODE_ESC) /* what was begun is not gone on with */
		buf_clear(&s->message);
	else
		say_unbound(s);
	s->n_pending = 0;
	s->count = 0;
}
