/* SPDX-License-Identifier: MIT */
/* cmd_show_state.c: how the run stood after an event. */
#include "formats/cmd_show.h"

#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/state_words.h"
#include "formats/transcode/json.h"

#include <inttypes.h>

struct view {
	struct showing *s;
	struct timeline *t;
	const struct state *state;
	enum state_part part; /* that is told */
};

static int64_t id_of(const struct view *v, uint32_t event)
{
	return v->s->h->events[event].id;
}

static bool is_open(const struct state_open *o)
{
	return entity_open((enum entity_state)o->state);
}

/* ---- for people ---- */

/* Facts of a part stand below each other, its label in front of the first. */
static void add_fact(void *with, const struct state_fact *fact)
{
	struct view *v = with;

	buf_printf(&v->s->out, "%-18s ", fact->nth ? "" : state_part_label(v->part));
	buf_add(&v->s->out, fact->text);
	buf_add_char(&v->s->out, '\n');
}

static struct str time_text(void *with, int64_t time, struct arena *a)
{
	const struct view *v = with;

	return show_time(v->s, time, a);
}

static struct state_teller teller_of(struct view *v)
{
	return (struct state_teller){
		.timeline = v->t,
		.tools = &v->s->tools,
		.arena = &v->s->step,
		.time_text = time_text,
		.fact = add_fact,
		.with = v,
	};
}

static void add_text(struct view *v)
{
	const struct event *e = &v->s->h->events[v->state->n - 1];
	struct state_teller teller = teller_of(v);
	struct buf *out = &v->s->out;

	show_paint(v->s, SHOW_STRONG);
	buf_printf(out, "after event %" PRId64 ", ", e->id);
	buf_add(out, event_type_name(v->s->h, v->state->n - 1, &v->s->step));
	show_plain(v->s);
	buf_puts(out, ", ");
	buf_add(out, show_time(v->s, e->time, &v->s->step));
	buf_add_char(out, '\n');
	for (int part = 0; part < STATE_PARTS; part++) {
		v->part = (enum state_part)part;
		state_tell(&teller, v->state, v->part);
	}
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

static void add_json_table(struct view *v, const char *key, enum state_names table)
{
	struct state_teller teller = teller_of(v);
	struct buf *out = &v->s->out;
	size_t n = 0;

	buf_printf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < v->state->tables[table].n; i++) {
		uint32_t event = v->state->tables[table].at[i];

		if (event == GROUP_NONE)
			continue;
		buf_printf(out, "%s{\"name\":", n++ ? "," : "");
		json_put_string(out, timeline_name(v->t, table, i));
		show_member(out, "value", state_value_text(&teller, v->state, table, i));
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

static void add_json(struct view *v)
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
	struct view v = {.s = s, .t = &t, .state = &state};
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
