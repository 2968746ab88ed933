/* SPDX-License-Identifier: MIT */
/* session_idle.c: what is worked out while nothing is typed, slice by slice. */
#include "viewer/act/act.h"
#include "viewer/model/named_words.h"

static bool reading_idle(struct session *s)
{
	struct document *d = session_document(s);

	return d && session_read_on(s, d);
}

/* Rows of a list that are not looked for yet; a slice is some two milliseconds. */
static bool outline_idle(struct session *s)
{
	struct document *d = session_document(s);

	if (!d || d->outline.looked_at == d->history.n_events)
		return false;
	if (!outline_step(&d->outline, 1000))
		s->scrolls[PANE_LIST].synced = SIZE_MAX;
	session_settle(s);
	return true;
}

/* Places in the source code that name what diverges here. */
static bool named_idle(struct session *s)
{
	struct document *d = session_document(s);
	struct named *n = d && !d->reading ? named_of(d, s->options.source) : NULL;
	size_t before = n ? n->found : 0;

	if (!n || !named_step(n))
		return false;
	if (n->done || n->found != before) {
		session_changed(s);
		session_settle(s);
	}
	return true;
}

/* Copies that states are reached from, so that a jump to the end does not wait for them. */
static bool states_idle(struct session *s)
{
	struct document *d = session_document(s);

	return d && !d->reading && checkpoints_step(&d->checkpoints, &d->timeline);
}

/* What is worked out meanwhile, the most wanted first; each as session_idle(). */
typedef bool idle_slice(struct session *s);
static idle_slice *const IDLE[] = {
	codec_idle,
	reading_idle,
	outline_idle,
	seek_idle,
	session_compare_on,
	named_idle,
	file_list_idle,
	search_idle,
	elsewhere_idle,
	states_idle,
};

bool session_idle(struct session *s)
{
	for (size_t i = 0; i < sizeof(IDLE) / sizeof(*IDLE); i++)
		if (IDLE[i](s))
			return true;
	return false;
}
