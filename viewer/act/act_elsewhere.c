/* SPDX-License-Identifier: MIT */
/* act_elsewhere.c: from a failure or a divergence to the same in other histories. */
#include "viewer/act/act.h"

#include "viewer/pane/words_run.h"

/* Panes that tell of the divergence, whatever the current event is. */
static bool tells_of_cause(enum pane_kind pane)
{
	return pane == PANE_RUN || pane == PANE_VERDICT || pane == PANE_DIFF || pane == PANE_NOW;
}

/* The failure of the event at hand, or of its group. */
static bool look_for_failure(struct session *s, struct document *d)
{
	size_t event = d ? failure_event(d, d->at) : 0;
	struct failure_key key;
	struct failure root;
	struct str bytes;

	if (!d || event >= d->history.n_events || !failure_of_event(d, event, &bytes))
		return false;
	bytes = arena_str(&s->step, bytes);
	failure_key_of(s->schema, s->options.reader, bytes, &s->step, &key);
	failure_root(s->schema, s->options.reader, bytes, &s->step, &root);
	elsewhere_failure(&s->elsewhere, d->path, &key, failure_text(&root, &s->step), s->schema);
	search_all(s, &s->elsewhere.search);
	return true;
}

static bool look_for_cause(struct session *s)
{
	const struct run_row *row = session_run_row(s);

	if (!words_cause_of(s->run, row))
		return false;
	elsewhere_cause(&s->elsewhere, row->entry.history);
	return true;
}

void act_elsewhere(struct session *s, struct str argument)
{
	struct document *d = session_document(s);
	bool cause = tells_of_cause(s->focus) || (d && d->at == d->diverges);

	if (s->mask) {
		session_message(s, STYLE_ODD, "redact is on: other histories are as their files have them "
					      "(:redact off)");
		return;
	}
	if ((cause && look_for_cause(s)) || look_for_failure(s, d) || look_for_cause(s)) {
		session_changed(s);
		session_show(s, PANE_ELSEWHERE, d);
		s->scrolls[PANE_ELSEWHERE] = (struct scroll){0};
	} else {
		session_message(s, STYLE_ODD,
				"neither a failure here nor a cause that other histories may share");
	}
}

/* Rows that are made anew at a time: a page of many histories is not made for each of them. */
#define LOOKED_A_TIME 64

bool elsewhere_idle(struct session *s)
{
	struct elsewhere *e = &s->elsewhere;
	size_t found = e->found.n;

	if (!s->places.n || session_place(s)->pane != PANE_ELSEWHERE || !elsewhere_step(e))
		return false;
	if (e->found.n != found || !e->searching || e->search.looked % LOOKED_A_TIME == 0) {
		session_changed(s);
		session_settle(s);
	}
	return true;
}

void elsewhere_again(struct session *s, const struct document *changed)
{
	struct search old = s->elsewhere.search;

	if (s->elsewhere.kind != ELSEWHERE_FAILURE)
		return;
	elsewhere_begin(&s->elsewhere, s->schema);
	search_all(s, &s->elsewhere.search);
	elsewhere_keep(&s->elsewhere, &old, changed);
	search_done(&old);
}
