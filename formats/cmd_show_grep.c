/* SPDX-License-Identifier: MIT */
/* cmd_show_grep.c: where a regular expression matches in the texts of events. */
#include "formats/cmd_show.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/text_find.h"
#include "formats/payload/payload.h"
#include "formats/transcode/json.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

/* Text shown on either side of a match. */
#define AROUND ((size_t)48)

struct match {
	size_t index; /* of the event */
	struct str where;
	struct str text; /* of the field; [from, to) of it matched */
	size_t from, to;
};

struct grep {
	struct showing *s;
	size_t rows; /* of this history, so far */
	struct match *kept; /* with --tail: the last ones, in a ring */
	size_t most;
};

/* The first character at or after AT, and at or before it: matches may begin within one. */
static size_t rune_back(struct str s, size_t at)
{
	while (at > 0 && at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static void add_context(struct showing *s, const struct match *m)
{
	size_t from = m->from > AROUND ? rune_back(m->text, m->from - AROUND) : 0;
	size_t to = m->text.n - m->to > AROUND ? rune_back(m->text, m->to + AROUND) : m->text.n;

	to = to < m->to ? m->to : to;
	if (from)
		buf_puts(&s->out, "...");
	visible_add(&s->out, str_slice(m->text.p + from, m->from - from), 0);
	show_paint(s, SHOW_BAD);
	visible_add(&s->out, str_slice(m->text.p + m->from, m->to - m->from),
		    LIMIT_SHOWN_NAME_BYTES);
	show_plain(s);
	visible_add(&s->out, str_slice(m->text.p + m->to, to - m->to), 0);
	if (to < m->text.n)
		buf_puts(&s->out, "...");
}

/* The event's type is said already: its attributes need not be named by it again. */
static struct str short_path(struct str path)
{
	struct str rest = path, first = str_split(&rest, '.');

	return str_ends(first, STR("EventAttributes")) ? rest : path;
}

static void add_line(struct showing *s, const struct match *m)
{
	const struct event *e = &s->h->events[m->index];

	visible_add(&s->out, s->path, 0);
	buf_printf(&s->out, ": event %" PRId64 " ", e->id);
	buf_add(&s->out, event_type_name(s->h, m->index, &s->step));
	buf_add_char(&s->out, ' ');
	show_paint(s, SHOW_DIM);
	visible_add(&s->out, short_path(m->where), LIMIT_SHOWN_PATH_BYTES);
	show_plain(s);
	buf_puts(&s->out, ": ");
	add_context(s, m);
	buf_add_char(&s->out, '\n');
}

static void add_json(struct showing *s, const struct match *m)
{
	const struct event *e = &s->h->events[m->index];

	buf_puts(&s->out, "{\"history\":");
	json_put_string(&s->out, s->path);
	buf_printf(&s->out, ",\"eventId\":%" PRId64, e->id);
	show_member(&s->out, "type", event_type_name(s->h, m->index, &s->step));
	show_member(&s->out, "name", event_name(s->h, m->index, &s->step));
	show_member(&s->out, "path", m->where);
	buf_puts(&s->out, ",\"match\":");
	json_put_string(&s->out, str_slice(m->text.p + m->from, m->to - m->from));
	show_member(&s->out, "text", m->text);
	buf_puts(&s->out, "}\n");
}

static void print(struct showing *s, const struct match *m)
{
	struct arena_mark mark = arena_mark(&s->step);

	if (s->settings->json)
		add_json(s, m);
	else
		add_line(s, m);
	arena_rewind(&s->step, mark);
	show_flush_much(s);
}

/* Of each text its first match; false: enough was seen. */
static bool see_text(void *data, const struct text_at *at)
{
	struct grep *g = data;
	struct showing *s = g->s;
	regmatch_t found = {.rm_so = 0, .rm_eo = (regoff_t)at->text.n};
	struct match m = {at->event, at->where, at->text, 0, 0};

	if (regexec(&s->regex, at->text.p, 1, &found, REG_STARTEND))
		return true;
	m.from = (size_t)found.rm_so;
	m.to = (size_t)found.rm_eo;
	s->found = true;
	if (g->kept) {
		struct match *slot = &g->kept[g->rows % g->most];

		m.where = arena_str(&s->arena, m.where);
		m.text = arena_str(&s->arena, m.text);
		*slot = m;
	} else {
		print(s, &m);
	}
	g->rows++;
	return g->kept || g->rows < g->most;
}

bool show_matches(struct showing *s, struct err *err)
{
	const struct show *w = s->settings;
	struct grep g = {.s = s, .most = SIZE_MAX};

	(void)err;
	if (w->tail > 0) {
		g.most = (size_t)w->tail < LIMIT_TAIL ? (size_t)w->tail : LIMIT_TAIL;
		g.kept = arena_array(&s->arena, struct match, g.most);
	} else if (w->limit > 0) {
		g.most = (size_t)w->limit;
	}
	for (size_t i = 0; i < s->h->n_events; i++)
		if (show_wants(s, i) && !text_find_each(s->h, i, &s->tools, see_text, &g))
			break;
	for (size_t i = g.rows > g.most ? g.rows - g.most : 0; g.kept && i < g.rows; i++)
		print(s, &g.kept[i % g.most]);
	return true;
}
