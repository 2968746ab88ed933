/* SPDX-License-Identifier: MIT */
/* cmd_show_groups.c: a line per activity, timer, child, signal, update and the like. */
#include "formats/cmd_show.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/transcode/json.h"

#include <inttypes.h>

/* "5, 8, 9": the events of a group, the first ones of many. */
#define LISTED_MOST 8

static void add_ids(struct showing *s, const struct group *g)
{
	const uint32_t *members = s->groups.members + g->members;

	for (uint32_t i = 0; i < g->n && i < LISTED_MOST; i++)
		buf_printf(&s->out, "%s%" PRId64, i ? "," : "  ev ", s->h->events[members[i]].id);
	if (g->n > LISTED_MOST)
		buf_printf(&s->out, ",... (%" PRIu32 ")", g->n);
}

static void add_line(struct showing *s, const struct group *g)
{
	const struct history *h = s->h;
	int64_t waited = group_between(h, g->first, g->started);
	int64_t ran = group_between(h, g->started, g->closed);
	int64_t whole = group_between(h, g->first, g->closed);
	struct str id = event_code_id(h, g->first, &s->step);
	struct str name = event_name(h, g->first, &s->step);
	enum show_colour colour;
	bool painted = show_colour_of(g->kind, g->state, &colour);
	struct buf *out = &s->out, detail;

	if (!name.n)
		name = event_type_name(h, g->first, &s->step);
	show_cell(out, group_label(h, g, &s->step), 5);
	show_cell(out, show_time(s, h->events[g->first].time, &s->step), 6);
	show_cell(out, str_of(entity_kind_text(g->kind)), 15);
	if (painted)
		show_paint(s, colour);
	show_cell(out, str_of(entity_state_text(g->kind, g->state)), 9);
	if (painted)
		show_plain(s);
	visible_add(out, name, LIMIT_SHOWN_NAME_BYTES);
	if (id.n && !str_eq(id, name)) {
		buf_puts(out, "  id ");
		visible_add(out, id, LIMIT_SHOWN_NAME_BYTES);
	}
	if (g->attempt > 1)
		buf_printf(out, "  attempt %" PRId64, g->attempt);
	if (waited > 0 && g->started != g->first)
		buf_printf(out, "  waited %.*s", STR_ARG(detail_span(waited, &s->step)));
	if (ran >= 0 && g->started != g->first)
		buf_printf(out, "  ran %.*s", STR_ARG(detail_span(ran, &s->step)));
	else if (whole >= 0 && g->closed != g->first)
		buf_printf(out, "  took %.*s", STR_ARG(detail_span(whole, &s->step)));
	buf_init(&detail, 0);
	detail_add(h, g->last, &detail);
	if (detail.n) {
		buf_puts(out, "  ");
		buf_add(out, buf_str(&detail));
	}
	buf_done(&detail);
	show_payloads(s, "  in ", g->first);
	if (g->closed != g->first && g->closed != GROUP_NONE)
		show_payloads(s, "  out ", g->closed);
	add_ids(s, g);
	buf_add_char(out, '\n');
}

static void add_json(struct showing *s, const struct group *g)
{
	const uint32_t *members = s->groups.members + g->members;
	const struct history *h = s->h;
	struct buf *out = &s->out, detail;

	buf_puts(out, "{\"history\":");
	json_put_string(out, s->path);
	show_member(out, "group", group_label(h, g, &s->step));
	show_member(out, "kind", str_of(entity_kind_text(g->kind)));
	show_member(out, "name", event_name(h, g->first, &s->step));
	show_member(out, "id", event_code_id(h, g->first, &s->step));
	show_member(out, "state", str_of(entity_state_word(g->state)));
	buf_printf(out, ",\"open\":%s", entity_open(g->state) ? "true" : "false");
	if (g->attempt)
		buf_printf(out, ",\"attempt\":%" PRId64, g->attempt);
	if (h->events[g->first].time)
		show_member(out, "opened", detail_time(h->events[g->first].time, &s->step));
	if (g->closed != GROUP_NONE && h->events[g->closed].time)
		show_member(out, "closed", detail_time(h->events[g->closed].time, &s->step));
	if (g->started != g->first)
		show_json_seconds(out, "waited", group_between(h, g->first, g->started));
	if (g->started != g->first)
		show_json_seconds(out, "ran", group_between(h, g->started, g->closed));
	if (g->closed != g->first)
		show_json_seconds(out, "took", group_between(h, g->first, g->closed));
	buf_init(&detail, 0);
	detail_add(h, g->last, &detail);
	show_member(out, "detail", buf_str(&detail));
	buf_done(&detail);
	show_payloads_member(s, "input", g->first);
	if (g->closed != g->first && g->closed != GROUP_NONE)
		show_payloads_member(s, "output", g->closed);
	buf_puts(out, ",\"events\":[");
	for (uint32_t i = 0; i < g->n; i++)
		buf_printf(out, "%s%" PRId64, i ? "," : "", h->events[members[i]].id);
	buf_puts(out, "]}\n");
}

/* Workflow tasks have a view of their own. */
static bool wanted(const struct showing *s, const void *rows, size_t index)
{
	const struct group *g = &((const struct group *)rows)[index];
	const uint32_t *members = s->groups.members + g->members;

	if (g->kind == ENTITY_TASK)
		return false;
	for (uint32_t i = 0; i < g->n; i++)
		if (show_wants(s, members[i]))
			return true;
	return false;
}

bool show_groups(struct showing *s, struct err *err)
{
	bool *chosen;

	(void)err;
	groups_make(s->h, &s->arena, &s->groups);
	chosen = arena_array(&s->arena, bool, s->groups.n);
	if (!show_choose(s, s->groups.at, s->groups.n, wanted, chosen))
		return true;
	if (!s->settings->json)
		show_header(s);
	for (size_t i = 0; i < s->groups.n; i++) {
		struct arena_mark mark = arena_mark(&s->step);

		if (!chosen[i])
			continue;
		if (s->settings->json)
			add_json(s, &s->groups.at[i]);
		else
			add_line(s, &s->groups.at[i]);
		arena_rewind(&s->step, mark);
		show_flush_much(s);
	}
	return true;
}
