/* SPDX-License-Identifier: MIT */
/* cmd_show_state.c: how the run stood after an event. */
#include "formats/cmd_show.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/state.h"
#include "formats/payload/payload.h"
#include "formats/transcode/json.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

struct view {
	struct showing *s;
	struct timeline *t;
	const struct state *state;
};

/* The value as text, to be made harmless; of a patch its version. Lives in the step's arena. */
static struct str value_text(const struct view *v, enum state_names table, size_t name)
{
	struct str bytes = state_value(v->t, v->state, table, name);
	struct arena *a = &v->s->step;
	struct payload p;

	if (table == STATE_PATCHES)
		return event_change_version(v->s->h, v->state->tables[table].at[name], a);
	(void)!codec_unwrap(&v->s->tools, bytes, a, &bytes, NULL, NULL);
	return payload_read(bytes, &p) ? arena_str(a, payload_text(&p, a)) : STR_NONE;
}

static int64_t id_of(const struct view *v, uint32_t event)
{
	return v->s->h->events[event].id;
}

static bool is_open(const struct state_open *o)
{
	return entity_open((enum entity_state)o->state);
}

/* ---- for people ---- */

static void label(struct buf *out, const char *text)
{
	buf_printf(out, "%-18s ", text);
}

static void add_run(const struct view *v)
{
	const struct state *st = v->state;
	struct buf *out = &v->s->out;

	label(out, "run");
	buf_puts(out, entity_state_text(ENTITY_WORKFLOW,
					st->run == ENTITY_STARTED_CANCELING ? ENTITY_STARTED
									    : st->run));
	if (st->cancel_request != GROUP_NONE)
		buf_printf(out, ", cancellation requested at event %" PRId64,
			   id_of(v, st->cancel_request));
	if (st->paused)
		buf_puts(out, ", paused");
	buf_add_char(out, '\n');
}

static void add_shown(const struct view *v)
{
	const struct state *st = v->state;
	struct buf *out = &v->s->out;

	label(out, "code was shown");
	if (!st->shown) {
		buf_puts(out, "nothing yet");
	} else {
		buf_printf(out, "events 1-%" PRId64 ", by workflow task %zu (completed at event %" PRId64 ")",
			   id_of(v, st->shown - 1),
			   history_task_of(v->s->h, st->task_completed),
			   id_of(v, st->task_completed));
		if (v->s->h->events[st->shown - 1].time) {
			buf_puts(out, ", its time ");
			buf_add(out, show_time(v->s, v->s->h->events[st->shown - 1].time,
					       &v->s->step));
		}
	}
	buf_add_char(out, '\n');
	if (!st->signals_unseen)
		return;
	label(out, "signals not shown");
	for (size_t i = st->shown, n = 0; i < st->n; i++) {
		if (v->s->h->events[i].type != EVENT_WORKFLOW_EXECUTION_SIGNALED)
			continue;
		if (n++)
			buf_puts(out, ", ");
		visible_add(out, event_name(v->s->h, i, &v->s->step), LIMIT_SHOWN_NAME_BYTES);
		buf_printf(out, " (event %" PRId64 ")", v->s->h->events[i].id);
	}
	buf_add_char(out, '\n');
}

static void add_open_row(const struct view *v, const struct state_open *o, const char *first)
{
	const struct history *h = v->s->h;
	const struct group *g = &v->s->groups.at[o->group];
	struct state_due dues[STATE_DUES_MOST];
	struct str name = event_name(h, g->first, &v->s->step);
	struct str id = event_code_id(h, g->first, &v->s->step);
	struct buf *out = &v->s->out;
	size_t n = state_dues(v->t, o, dues);

	label(out, first);
	show_cell(out, group_label(h, g, &v->s->step), 4);
	buf_puts(out, entity_kind_text(g->kind));
	if (name.n) {
		buf_add_char(out, ' ');
		visible_add(out, name, LIMIT_SHOWN_NAME_BYTES);
	}
	if (id.n && !str_eq(id, name)) {
		buf_puts(out, ", id ");
		visible_add(out, id, LIMIT_SHOWN_NAME_BYTES);
	}
	buf_printf(out, ": %s", entity_state_text(g->kind, (enum entity_state)o->state));
	if (o->attempt > 1)
		buf_printf(out, ", attempt %" PRId32, o->attempt);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, ", %s ", dues[i].what);
		buf_add(out, show_time(v->s, dues[i].time, &v->s->step));
	}
	buf_add_char(out, '\n');
}

static void add_open(const struct view *v)
{
	const char *first = "open";

	for (size_t i = 0; i < v->state->open.n; i++) {
		const struct state_open *o = &v->state->open.at[i];
		enum entity_kind kind = v->s->groups.at[o->group].kind;

		if (!is_open(o) || kind == ENTITY_WORKFLOW || kind == ENTITY_PAUSE)
			continue;
		add_open_row(v, o, first);
		first = "";
	}
}

static void add_closed(const struct view *v)
{
	struct buf *out = &v->s->out;
	size_t n = 0;

	for (int kind = 0; kind < ENTITY_KINDS; kind++)
		for (int state = 0; state < ENTITY_STATES; state++) {
			size_t count = v->state->closed[kind][state];

			if (!count || kind == ENTITY_WORKFLOW)
				continue;
			if (!n)
				label(out, "so far");
			buf_printf(out, "%s%zu %s %s", n++ ? ", " : "", count,
				   count == 1 ? entity_kind_text((enum entity_kind)kind)
					      : entity_kind_plural((enum entity_kind)kind),
				   entity_state_text((enum entity_kind)kind,
						     (enum entity_state)state));
		}
	if (n)
		buf_add_char(out, '\n');
}

static const char *const TABLES[] = {
	[STATE_SEARCH_ATTRIBUTES] = "search attributes",
	[STATE_MEMO] = "memo",
	[STATE_PATCHES] = "patches",
};

static void add_table(const struct view *v, enum state_names table)
{
	const char *first = TABLES[table];
	struct buf *out = &v->s->out;

	for (size_t i = 0; i < v->state->tables[table].n; i++) {
		uint32_t event = v->state->tables[table].at[i];
		struct str value;

		if (event == GROUP_NONE)
			continue;
		label(out, first);
		visible_add(out, timeline_name(v->t, table, i), LIMIT_SHOWN_NAME_BYTES);
		value = value_text(v, table, i);
		if (value.n) {
			buf_puts(out, " = ");
			visible_add(out, value, LIMIT_SHOWN_NAME_BYTES);
		}
		buf_printf(out, "  (event %" PRId64 ")\n", id_of(v, event));
		first = "";
	}
}

/* A measure that came near a limit of the server's. */
static void add_limits(const struct view *v)
{
	struct buf *out = &v->s->out;

	label(out, "history");
	buf_printf(out, "%zu event%s, ", v->state->n, v->state->n == 1 ? "" : "s");
	buf_add(out, detail_bytes(v->state->bytes, &v->s->step));
	for (int i = 0; i < SERVER_LIMITS; i++) {
		const struct server_limit_row *row = &SERVER_LIMIT_ROWS[i];
		uint64_t n = state_measure(v->state, (enum server_limit)i);
		uint64_t level = row->suggest ? row->suggest : row->warn ? row->warn : row->error;

		if (n * 2 >= level && level)
			buf_printf(out, "; %s: %" PRIu64 "%% of what a server takes", row->what,
				   n * 100 / row->error);
	}
	if (v->state->continue_suggested)
		buf_puts(out, "; the server suggests to continue as new");
	buf_add_char(out, '\n');
}

static void add_text(const struct view *v)
{
	const struct event *e = &v->s->h->events[v->state->n - 1];
	struct buf *out = &v->s->out;

	show_paint(v->s, SHOW_STRONG);
	buf_printf(out, "after event %" PRId64 ", ", e->id);
	buf_add(out, event_type_name(v->s->h, v->state->n - 1, &v->s->step));
	show_plain(v->s);
	buf_puts(out, ", ");
	buf_add(out, show_time(v->s, e->time, &v->s->step));
	buf_add_char(out, '\n');
	add_run(v);
	add_shown(v);
	add_open(v);
	add_closed(v);
	add_table(v, STATE_PATCHES);
	add_table(v, STATE_SEARCH_ATTRIBUTES);
	add_table(v, STATE_MEMO);
	add_limits(v);
}

/* ---- for programs ---- */

static void add_json_open(const struct view *v)
{
	const struct history *h = v->s->h;
	struct buf *out = &v->s->out;
	size_t n = 0;

	buf_puts(out, ",\"open\":[");
	for (size_t i = 0; i < v->state->open.n; i++) {
		const struct state_open *o = &v->state->open.at[i];
		const struct group *g = &v->s->groups.at[o->group];
		struct state_due dues[STATE_DUES_MOST];
		size_t n_dues;

		if (!is_open(o))
			continue;
		buf_printf(out, "%s{\"group\":", n++ ? "," : "");
		json_put_string(out, group_label(h, g, &v->s->step));
		show_member(out, "kind", str_of(entity_kind_text(g->kind)));
		show_member(out, "state", str_of(entity_state_word((enum entity_state)o->state)));
		show_member(out, "name", event_name(h, g->first, &v->s->step));
		show_member(out, "id", event_code_id(h, g->first, &v->s->step));
		buf_printf(out, ",\"eventId\":%" PRId64, h->events[g->first].id);
		if (o->attempt)
			buf_printf(out, ",\"attempt\":%" PRId32, o->attempt);
		n_dues = state_dues(v->t, o, dues);
		if (n_dues)
			buf_puts(out, ",\"due\":{");
		for (size_t k = 0; k < n_dues; k++) {
			buf_printf(out, "%s\"%s\":", k ? "," : "", dues[k].what);
			json_put_string(out, detail_time(dues[k].time, &v->s->step));
		}
		buf_puts(out, n_dues ? "}}" : "}");
	}
	buf_add_char(out, ']');
}

static void add_json_table(const struct view *v, const char *key, enum state_names table)
{
	struct buf *out = &v->s->out;
	size_t n = 0;

	buf_printf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < v->state->tables[table].n; i++) {
		uint32_t event = v->state->tables[table].at[i];

		if (event == GROUP_NONE)
			continue;
		buf_printf(out, "%s{\"name\":", n++ ? "," : "");
		json_put_string(out, timeline_name(v->t, table, i));
		show_member(out, "value", value_text(v, table, i));
		buf_printf(out, ",\"eventId\":%" PRId64 "}", id_of(v, event));
	}
	buf_add_char(out, ']');
}

static void add_json_closed(const struct view *v)
{
	struct buf *out = &v->s->out;
	size_t n = 0;

	buf_puts(out, ",\"closed\":[");
	for (int kind = 0; kind < ENTITY_KINDS; kind++)
		for (int state = 0; state < ENTITY_STATES; state++)
			if (v->state->closed[kind][state])
				buf_printf(out, "%s{\"kind\":\"%s\",\"state\":\"%s\",\"count\":%zu}",
					   n++ ? "," : "",
					   entity_kind_text((enum entity_kind)kind),
					   entity_state_word((enum entity_state)state),
					   v->state->closed[kind][state]);
	buf_add_char(out, ']');
}

static void add_json(const struct view *v)
{
	const struct state *st = v->state;
	const struct event *e = &v->s->h->events[st->n - 1];
	struct buf *out = &v->s->out;

	buf_puts(out, "{\"history\":");
	json_put_string(out, v->s->path);
	buf_printf(out, ",\"eventId\":%" PRId64, e->id);
	if (e->time)
		show_member(out, "time", detail_time(e->time, &v->s->step));
	show_member(out, "run", str_of(entity_state_word(st->run)));
	if (st->cancel_request != GROUP_NONE)
		buf_printf(out, ",\"cancelRequested\":%" PRId64, id_of(v, st->cancel_request));
	buf_printf(out, ",\"paused\":%s", st->paused ? "true" : "false");
	buf_printf(out, ",\"shown\":%" PRId64, st->shown ? id_of(v, st->shown - 1) : 0);
	buf_printf(out, ",\"signals\":%zu,\"signalsNotShown\":%zu", st->opened[ENTITY_SIGNAL],
		   st->signals_unseen);
	buf_printf(out, ",\"events\":%zu,\"bytes\":%" PRIu64 ",\"continueAsNewSuggested\":%s",
		   st->n, st->bytes, st->continue_suggested ? "true" : "false");
	add_json_open(v);
	add_json_closed(v);
	add_json_table(v, "patches", STATE_PATCHES);
	add_json_table(v, "searchAttributes", STATE_SEARCH_ATTRIBUTES);
	add_json_table(v, "memo", STATE_MEMO);
	buf_puts(out, "}\n");
}

/* ---- all that were asked for, in the order of events ---- */

static bool in_ranges(const struct showing *s, const void *rows, size_t index)
{
	int64_t id = ((const struct event *)rows)[index].id;

	for (size_t i = 0; i < s->ranges.n; i++)
		if (id >= s->ranges.at[i].from && id <= s->ranges.at[i].to)
			return true;
	return false;
}

static bool all_there(const struct showing *s, struct err *err)
{
	const struct history *h = s->h;

	for (size_t i = 0; i < s->ranges.n; i++)
		if (history_find(h, s->ranges.at[i].from) == h->n_events)
			return err_set(err, ERR_MISSING,
				       "there is no event %" PRId64 " (ids go from %" PRId64
				       " to %" PRId64 ")",
				       s->ranges.at[i].from, h->events[0].id,
				       h->events[h->n_events - 1].id);
	return true;
}

bool show_states(struct showing *s, struct err *err)
{
	struct timeline t;
	struct state state;
	struct view v = {s, &t, &state};
	bool *chosen = arena_array(&s->arena, bool, s->h->n_events);
	size_t left;
	struct group_maker *maker;

	if (!all_there(s, err))
		return false;
	left = show_choose(s, s->h->events, s->h->n_events, in_ranges, chosen);
	maker = groups_begin(s->h, &s->arena, &s->groups);
	timeline_init(&t, s->h, &s->groups);
	state_init(&state);
	if (!s->settings->json)
		show_header(s);
	for (size_t i = 0, n = 0; n < left; i++) {
		struct arena_mark mark = arena_mark(&s->step);

		/* Side by side, so that an event is decoded once. */
		groups_run(maker, i + 1);
		state_run(&state, &t, i + 1);
		if (!chosen[i])
			continue;
		if (n++ && !s->settings->json)
			buf_add_char(&s->out, '\n');
		if (s->settings->json)
			add_json(&v);
		else
			add_text(&v);
		arena_rewind(&s->step, mark);
		show_flush_much(s);
	}
	groups_end(maker);
	state_done(&state);
	timeline_done(&t);
	return true;
}
