/* SPDX-License-Identifier: MIT */
/* act_go.c: from event to event: by number, task, group, failure, divergence, mark. */
#include "viewer/act/act.h"

#include "formats/base/ascending.h"

#include <inttypes.h>

void act_go(struct session *s, struct str argument)
{
	struct document *d = act_document(s);
	long long id;
	size_t event;

	if (!d)
		return;
	if (!str_to_int(argument, &id)) {
		session_message(s, STYLE_BAD, "'%.*s' is no event's id", STR_ARG(argument));
		return;
	}
	event = history_find(&d->history, id);
	if (event >= d->history.n_events && d->reading) {
		document_want(d, id, 0);
		return;
	}
	session_go_next(s, id, SESSION_JUMP);
}

/* ---- workflow tasks ---- */

static void to_task(struct session *s, struct str argument, bool forward)
{
	struct document *d = act_document(s);
	size_t n = act_times(argument), at, left;

	if (!d)
		return;
	at = ascending_below(d->turns.at, d->turns.n, d->at + forward);
	left = forward ? d->turns.n - at : at;
	if (n <= left)
		session_go(s, d->turns.at[forward ? at + n - 1 : at - n], SESSION_STEP);
	else
		session_message(s, STYLE_ODD, "%zu workflow task%s %s this event", left,
				left == 1 ? "" : "s", forward ? "after" : "before");
}

void act_next_task(struct session *s, struct str argument)
{
	to_task(s, argument, true);
}

void act_previous_task(struct session *s, struct str argument)
{
	to_task(s, argument, false);
}

/* ---- groups ---- */

static const struct group *group_here(struct session *s, struct document *d)
{
	const struct group *g = d ? groups_of(&d->groups, d->at) : NULL;

	if (d && !g)
		session_message(s, STYLE_ODD, "this event belongs to no group");
	return g;
}

static void in_group(struct session *s, bool forward)
{
	struct document *d = act_document(s);
	const struct group *g = group_here(s, d);
	const uint32_t *members;
	size_t at;

	if (!g)
		return;
	members = d->groups.members + g->members;
	at = ascending_below(members, g->n, forward ? d->at + 1 : d->at);
	if (forward ? at < g->n : at > 0)
		session_go(s, members[forward ? at : at - 1], SESSION_STEP);
	else
		session_message(s, STYLE_ODD, "this is the group's %s event", forward ? "last" : "first");
}

void act_next_in_group(struct session *s, struct str argument)
{
	in_group(s, true);
}

void act_previous_in_group(struct session *s, struct str argument)
{
	in_group(s, false);
}

void act_other_end(struct session *s, struct str argument)
{
	struct document *d = act_document(s);
	const struct group *g = group_here(s, d);

	if (!g)
		return;
	if (g->n == 1)
		session_message(s, STYLE_ODD, "this group has no other event");
	else
		session_go(s, d->at == g->first ? g->last : g->first, SESSION_JUMP);
}

/* ---- failures and divergences ---- */

static void to_failure(struct session *s, bool forward)
{
	struct document *d = act_document(s);
	size_t at;

	if (!d)
		return;
	at = ascending_below(d->failures.at, d->failures.n, d->at + forward);
	if (forward ? at == d->failures.n : !at) {
		session_message(s, STYLE_ODD, "no failure %s this event (%zu in all)",
				forward ? "after" : "before", d->failures.n);
		return;
	}
	at -= !forward;
	session_go(s, d->failures.at[at], SESSION_JUMP);
	session_message(s, STYLE_PLAIN, "failure %zu of %zu", at + 1, d->failures.n);
}

void act_next_failure(struct session *s, struct str argument)
{
	to_failure(s, true);
}

void act_previous_failure(struct session *s, struct str argument)
{
	to_failure(s, false);
}

static void to_divergence(struct session *s, bool forward)
{
	struct document *d = act_document(s);

	if (!d)
		return;
	if (d->diverges >= d->history.n_events)
		session_message(s, STYLE_ODD, d->run_row ? "this history does not diverge"
					      : d->mask	 ? "redact is on: what a run says is left out"
							 : "no replay run is open: nothing is known of divergences");
	else if (forward ? d->diverges > d->at : d->diverges < d->at)
		session_go(s, d->diverges, SESSION_JUMP);
	else
		session_message(s, STYLE_ODD, "no divergence %s this event", forward ? "after" : "before");
}

void act_next_divergence(struct session *s, struct str argument)
{
	to_divergence(s, true);
}

void act_previous_divergence(struct session *s, struct str argument)
{
	to_divergence(s, false);
}

/* ---- marks and jumps ---- */

/* What is no tab needs more than a history: it is looked at in its list then. */
static void jump_to(struct session *s, struct jump to)
{
	if (to.document != session_document(s))
		session_show(s, PANE_TABLE[to.pane]->tab ? to.pane : PANE_LIST, to.document);
	session_go(s, to.event, SESSION_STEP);
}

void act_mark(struct session *s, struct str argument)
{
	struct document *d = act_document(s);
	uint32_t key;

	if (!d || !key_read(argument, &key))
		return;
	for (size_t i = 0; i < s->marks.n; i++)
		if (s->marks.at[i].key == key) {
			s->marks.at[i].to = (struct jump){d, session_place(s)->pane, d->at};
			return;
		}
	if (s->marks.n == MARKS_MOST) {
		session_message(s, STYLE_ODD, "%d marks are all there can be: set one of them anew", MARKS_MOST);
		return;
	}
	vec_push(&s->marks, (struct mark){key, {d, session_place(s)->pane, d->at}});
}

void act_jump_mark(struct session *s, struct str argument)
{
	struct document *d = act_document(s);
	uint32_t key;

	if (!d || !key_read(argument, &key))
		return;
	if (key == '\'') {
		act_jump_back(s, STR_NONE);
		return;
	}
	for (size_t i = 0; i < s->marks.n; i++)
		if (s->marks.at[i].key == key) {
			struct jump to = s->marks.at[i].to;

			if (to.document == d)
				session_go(s, to.event, SESSION_JUMP);
			else
				jump_to(s, to);
			return;
		}
	session_message(s, STYLE_ODD, "there is no mark %.*s", STR_ARG(argument));
}

void act_jump_back(struct session *s, struct str argument)
{
	struct document *d = act_document(s);
	struct jump here;

	if (!d)
		return;
	if (!s->jump_at) {
		session_message(s, STYLE_ODD, "no jump to go back from");
		return;
	}
	here = (struct jump){d, session_place(s)->pane, d->at};
	s->jump_at--;
	jump_to(s, s->jumps.at[s->jump_at]);
	s->jumps.at[s->jump_at] = here; /* what going forward comes back to */
}

void act_jump_forward(struct session *s, struct str argument)
{
	struct document *d = act_document(s);
	struct jump here;

	if (!d)
		return;
	if (s->jump_at >= s->jumps.n) {
		session_message(s, STYLE_ODD, "no jump to go forward to");
		return;
	}
	here = (struct jump){d, session_place(s)->pane, d->at};
	jump_to(s, s->jumps.at[s->jump_at]);
	s->jumps.at[s->jump_at++] = here;
}
