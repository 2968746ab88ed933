/* SPDX-License-Identifier: MIT */
/* state_words.c: a function a part, each fact a sentence. */
#include "formats/history/state_words.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/payload/codec.h"
#include "formats/payload/payload.h"

#include <inttypes.h>

/* One state being told. */
struct telling {
	const struct state_teller *t;
	const struct state *s;
	enum state_part part;
	size_t n; /* facts so far */
	struct buf text;
};

static const struct history *history_of(const struct telling *w)
{
	return w->t->timeline->history;
}

static int64_t id_of(const struct telling *w, uint32_t event)
{
	return history_of(w)->events[event].id;
}

static void add_time(struct telling *w, int64_t time)
{
	buf_add(&w->text, w->t->time_text(w->t->with, time, w->t->arena));
}

static void add_name(struct telling *w, struct str name)
{
	visible_add(&w->text, name, LIMIT_SHOWN_NAME_BYTES);
}

/* The text is a fact; the next begins. */
static void end_fact(struct telling *w, uint32_t event)
{
	struct state_fact f = {arena_str(w->t->arena, buf_str(&w->text)), event, w->n++};

	w->t->fact(w->t->with, &f);
	buf_clear(&w->text);
}

static void tell_run(struct telling *w)
{
	const struct state *s = w->s;

	buf_puts(&w->text,
		 entity_state_text(ENTITY_WORKFLOW, s->run == ENTITY_STARTED_CANCELING
							    ? ENTITY_STARTED
							    : s->run));
	if (s->cancel_request != GROUP_NONE)
		buf_printf(&w->text, ", cancellation requested at event %" PRId64,
			   id_of(w, s->cancel_request));
	if (s->paused)
		buf_puts(&w->text, ", paused");
	end_fact(w, s->cancel_request);
}

static void tell_shown(struct telling *w)
{
	const struct state *s = w->s;

	if (!s->shown) {
		buf_puts(&w->text, "nothing yet");
		end_fact(w, GROUP_NONE);
		return;
	}
	buf_printf(&w->text,
		   "events 1-%" PRId64 ", by workflow task %zu (completed at event %" PRId64 ")",
		   id_of(w, s->shown - 1), history_task_of(history_of(w), s->task_completed),
		   id_of(w, s->task_completed));
	if (history_of(w)->events[s->shown - 1].time) {
		buf_puts(&w->text, ", its time ");
		add_time(w, history_of(w)->events[s->shown - 1].time);
	}
	end_fact(w, s->task_completed);
}

static bool is_enough(const struct telling *w, size_t n)
{
	return w->t->most && n >= w->t->most;
}

static void tell_signals(struct telling *w)
{
	uint32_t first = GROUP_NONE;
	size_t n = 0, i = w->s->shown;

	if (!w->s->signals_unseen)
		return;
	for (; i < w->s->n && !is_enough(w, n); i++) {
		if (history_of(w)->events[i].type != EVENT_WORKFLOW_EXECUTION_SIGNALED)
			continue;
		if (n++)
			buf_puts(&w->text, ", ");
		else
			first = (uint32_t)i;
		add_name(w, event_name(history_of(w), i, w->t->arena));
		buf_printf(&w->text, " (event %" PRId64 ")", history_of(w)->events[i].id);
	}
	if (n < w->s->signals_unseen)
		buf_printf(&w->text, " and %zu more", w->s->signals_unseen - n);
	end_fact(w, first);
}

/* The last fact of a part of which MORE are left out. */
static void tell_more(struct telling *w, size_t more)
{
	if (!more)
		return;
	buf_printf(&w->text, "and %zu more", more);
	end_fact(w, GROUP_NONE);
}

static void tell_entity(struct telling *w, const struct state_open *o, const struct group *g)
{
	const struct history *h = history_of(w);
	struct state_due dues[STATE_DUES_MOST];
	struct str name = w->t->name ? w->t->name(w->t->with, g->first, w->t->arena)
				     : event_name(h, g->first, w->t->arena);
	struct str id = event_code_id(h, g->first, w->t->arena);
	struct str label = group_label(h, g, w->t->arena);
	size_t n = state_dues(w->t->timeline, o, dues);

	buf_printf(&w->text, "%-4.*s  %s", STR_ARG(label), entity_kind_text(g->kind));
	if (name.n) {
		buf_add_char(&w->text, ' ');
		add_name(w, name);
	}
	if (id.n && !str_eq(id, name)) {
		buf_puts(&w->text, ", id ");
		add_name(w, id);
	}
	buf_printf(&w->text, ": %s", entity_state_text(g->kind, (enum entity_state)o->state));
	if (o->attempt > 1)
		buf_printf(&w->text, ", attempt %" PRId32, o->attempt);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&w->text, ", %s ", dues[i].what);
		add_time(w, dues[i].time);
	}
	end_fact(w, g->first);
}

static void tell_open(struct telling *w)
{
	size_t more = 0;

	for (size_t i = 0; i < w->s->open.n; i++) {
		const struct state_open *o = &w->s->open.at[i];
		const struct group *g = &w->t->timeline->groups->at[o->group];

		if (!entity_open((enum entity_state)o->state) || g->kind == ENTITY_WORKFLOW ||
		    g->kind == ENTITY_PAUSE)
			continue;
		if (is_enough(w, w->n))
			more++;
		else
			tell_entity(w, o, g);
	}
	tell_more(w, more);
}

static void tell_closed(struct telling *w)
{
	for (int kind = 0; kind < ENTITY_KINDS; kind++)
		for (int state = 0; state < ENTITY_STATES; state++) {
			size_t count = w->s->closed[kind][state];

			if (!count || kind == ENTITY_WORKFLOW)
				continue;
			buf_printf(&w->text, "%s%zu %s %s", w->text.n ? ", " : "", count,
				   entity_kind_counted((enum entity_kind)kind, count),
				   entity_state_text((enum entity_kind)kind,
						     (enum entity_state)state));
		}
	if (w->text.n)
		end_fact(w, GROUP_NONE);
}

struct str state_value_text(const struct state_teller *t, const struct state *s,
			    enum state_names table, size_t name)
{
	static const struct codec_tools NO_TOOLS;
	struct str bytes;
	struct payload p;

	if (table == STATE_PATCHES)
		return event_change_version(t->timeline->history, s->tables[table].at[name],
					    t->arena);
	bytes = state_value(t->timeline, s, table, name);
	(void)!codec_unwrap(t->tools ? t->tools : &NO_TOOLS, bytes, t->arena, &bytes, NULL, NULL);
	return payload_read(bytes, &p) ? arena_str(t->arena, payload_text(&p, t->arena)) : STR_NONE;
}

static void tell_table(struct telling *w, enum state_names table)
{
	size_t more = 0;

	for (size_t i = 0; i < w->s->tables[table].n; i++) {
		uint32_t event = w->s->tables[table].at[i];
		struct str value;

		if (event == GROUP_NONE)
			continue;
		if (is_enough(w, w->n)) {
			more++;
			continue;
		}
		add_name(w, timeline_name(w->t->timeline, table, i));
		value = state_value_text(w->t, w->s, table, i);
		if (value.n) {
			buf_puts(&w->text, " = ");
			add_name(w, value);
		}
		buf_printf(&w->text, "  (event %" PRId64 ")", id_of(w, event));
		end_fact(w, event);
	}
	tell_more(w, more);
}

static void tell_changes(struct telling *w)
{
	tell_table(w, STATE_PATCHES);
}

static void tell_attributes(struct telling *w)
{
	tell_table(w, STATE_SEARCH_ATTRIBUTES);
}

static void tell_memos(struct telling *w)
{
	tell_table(w, STATE_MEMO);
}

/* With each measure that came near a limit of the server's. */
static void tell_size(struct telling *w)
{
	const struct state *s = w->s;

	buf_printf(&w->text, "%zu event%s, ", s->n, s->n == 1 ? "" : "s");
	buf_add(&w->text, detail_bytes(s->bytes, w->t->arena));
	for (int i = 0; i < SERVER_LIMITS; i++) {
		const struct server_limit_row *row = &SERVER_LIMIT_ROWS[i];
		uint64_t n = state_measure(s, (enum server_limit)i);
		uint64_t level = row->suggest ? row->suggest : row->warn ? row->warn : row->error;

		if (n * 2 >= level && level)
			buf_printf(&w->text, "; %s: %" PRIu64 "%% of what a server takes",
				   row->what, n * 100 / row->error);
	}
	if (s->continue_suggested)
		buf_puts(&w->text, "; the server suggests to continue as new");
	end_fact(w, GROUP_NONE);
}

static const struct part_row {
	const char *label;
	void (*tell)(struct telling *w);
} PARTS[STATE_PARTS] = {
	[STATE_RUN] = {"run", tell_run},
	[STATE_SHOWN] = {"code was shown", tell_shown},
	[STATE_SIGNALS] = {"signals not shown", tell_signals},
	[STATE_OPEN] = {"open", tell_open},
	[STATE_CLOSED] = {"so far", tell_closed},
	[STATE_CHANGES] = {"patches", tell_changes},
	[STATE_ATTRIBUTES] = {"search attributes", tell_attributes},
	[STATE_MEMOS] = {"memo", tell_memos},
	[STATE_SIZE] = {"history", tell_size},
};

const char *state_part_label(enum state_part part)
{
	return PARTS[part].label;
}

void state_tell(const struct state_teller *t, const struct state *s, enum state_part part)
{
	struct telling w = {.t = t, .s = s, .part = part};

	buf_init(&w.text, 0);
	PARTS[part].tell(&w);
	buf_done(&w.text);
}
