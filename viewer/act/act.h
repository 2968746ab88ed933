/* SPDX-License-Identifier: MIT */
/* act.h: what each action does; a row of the table in act.c is one of these. */
#pragma once

#include "viewer/session.h"

/*
 * ARGUMENT is what was typed for the action, or p NULL. A number typed before the key is in
 * session.count. What can't be done says so in the message line and changes nothing.
 */
typedef void act_run(struct session *s, struct str argument);

/* act_move.c */
extern act_run act_down, act_up, act_half_down, act_half_up, act_page_down, act_page_up, act_top,
	act_bottom, act_left, act_right;
/* act_view.c */
extern act_run act_enter, act_back, act_cancel, act_quit, act_next_pane, act_previous_pane,
	act_zoom, act_help, act_time_mode, act_expand, act_payload_form, act_mouse, act_sort,
	act_open, act_redact, act_diff_with, act_source, act_redraw, act_suspend, act_pane_only;
/* act_go.c */
extern act_run act_go, act_next_task, act_previous_task, act_next_in_group, act_previous_in_group,
	act_other_end, act_next_failure, act_previous_failure, act_next_divergence,
	act_previous_divergence, act_mark, act_jump_mark, act_jump_back, act_jump_forward;
/* act_search.c */
extern act_run act_search, act_search_next, act_search_previous;
/* act_elsewhere.c */
extern act_run act_elsewhere;
/* act_stop.c */
extern act_run act_filter, act_break, act_continue, act_continue_back;
/* act_take.c */
extern act_run act_copy_event, act_copy_payload, act_copy_id, act_copy_stack, act_copy_report,
	act_copy_link, act_write, act_write_over, act_edit, act_page, act_pipe, act_rerun, act_ask_stack;
/* act_set.c */
extern act_run act_set;
/* session_codec.c */
extern act_run act_codec, act_codec_again;
/* A slice of what a codec server is asked; false: nothing is new. */
bool codec_idle(struct session *s);
/* act.c */
extern act_run act_command;

/* The breakpoint that an event of D stops at, or NULL. */
struct breakpoint *breakpoint_at(struct session *s, const struct document *d, size_t event);
void breakpoint_remove(struct session *s, size_t at);
/* A slice of the way to the next breakpoint; false: there was nothing to do. A key ends it. */
bool seek_idle(struct session *s);
void seek_give_up(struct session *s);

/* While a search is typed: each text is searched from where the user was; Esc goes back. */
void search_begin_typing(struct session *s);
void search_typed(struct session *s, struct str text);
void search_given_up(struct session *s);
/* A slice of the search; false: there was nothing to do. */
bool search_idle(struct session *s);
void search_forget(struct session *s);
/* What is listed has changed, or CHANGED (or NULL) is another: what holds still stays. */
void search_again(struct session *s, const struct document *changed);
/* D was opened. */
void search_takes(struct session *s, struct document *d);
/* All histories that are listed, and those that are open. */
void search_all(struct session *s, struct search *ret);

/* A slice of the way through other histories, while they are looked at; false: nothing to do. */
bool elsewhere_idle(struct session *s);
/* As search_again(). */
void elsewhere_again(struct session *s, const struct document *changed);

/* The history at hand; NULL, and a message that says so, where none is. */
struct document *act_document(struct session *s);
/* Whether the action does no more than show a view of the history at hand; and which. */
bool act_view_of(enum action action, enum pane_kind *ret);
/* A number that was typed for an action: how often; 1 without. */
size_t act_times(struct str argument);
/* The pane that keys go to, and what it is asked with. */
struct pane_context act_context(struct session *s);
/* Moves the cursor of the focused pane to ROW; where rows are events, the event too. */
void act_to_row(struct session *s, size_t row);
