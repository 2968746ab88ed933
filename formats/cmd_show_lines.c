/* SPDX-License-Identifier: MIT */
/* cmd_show_lines.c: a line per event, or a row of the columns that were asked for. */
#include "formats/cmd_show.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/transcode/json.h"

#include <inttypes.h>

/* Columns are as wide as their widest cell, so the table is measured first. */
struct widths {
	size_t id, time, delta, type;
};

/* The time since the event before, where there is any to speak of. */
static struct str delta_text(const struct showing *s, size_t index, struct arena *a)
{
	const struct event *e = &s->h->events[index];
	int64_t ns;

	if (!index || !e->time || !e[-1].time || __builtin_sub_overflow(e->time, e[-1].time, &ns) ||
	    (ns < 500000 && ns > -500000))
		return STR("");
	return arena_printf(a, "%s%.*s", ns < 0 ? "" : "+", STR_ARG(detail_span(ns, a)));
}

static void widen(size_t *width, struct str cell)
{
	size_t n = show_width(cell);

	*width = n > *width ? n : *width;
}

static struct str id_text(struct showing *s, size_t index)
{
	return arena_printf(&s->step, "%" PRId64, s->h->events[index].id);
}

static struct widths measure(struct showing *s, const bool *wanted)
{
	struct widths w = {0};

	for (size_t i = 0; i < s->h->n_events; i++) {
		struct arena_mark mark = arena_mark(&s->step);

		if (!wanted[i])
			continue;
		widen(&w.id, id_text(s, i));
		widen(&w.time, show_time(s, s->h->events[i].time, &s->step));
		widen(&w.delta, delta_text(s, i, &s->step));
		widen(&w.type, event_type_name(s->h, i, &s->step));
		arena_rewind(&s->step, mark);
	}
	return w;
}

/* Two blanks between the words of a line, none before the first. */
static void add_gap(struct buf *out, size_t begin)
{
	if (out->n > begin)
		buf_puts(out, "  ");
}

static void add_words(struct showing *s, size_t index)
{
	struct str name = event_name(s->h, index, &s->step);
	struct str id = event_code_id(s->h, index, &s->step);
	size_t answered = event_answers(s->h, index), begin = s->out.n;
	struct buf detail;

	visible_add(&s->out, name, LIMIT_SHOWN_NAME_BYTES);
	if (id.n && !str_eq(id, name)) {
		add_gap(&s->out, begin);
		buf_puts(&s->out, "id ");
		visible_add(&s->out, id, LIMIT_SHOWN_NAME_BYTES);
	}
	if (answered < s->h->n_events) {
		add_gap(&s->out, begin);
		buf_printf(&s->out, "of %" PRId64, s->h->events[answered].id);
	}
	buf_init(&detail, 0);
	detail_add(s->h, index, &detail);
	if (detail.n) {
		add_gap(&s->out, begin);
		buf_add(&s->out, buf_str(&detail));
	}
	buf_done(&detail);
	show_payloads(s, s->out.n > begin ? "  " : "", index);
}

static void pad(struct buf *out, size_t from, size_t to)
{
	for (; from < to; from++)
		buf_add_char(out, ' ');
}

static void add_right(struct buf *out, struct str cell, size_t width)
{
	pad(out, show_width(cell), width);
	buf_add(out, cell);
	buf_puts(out, "  ");
}

/* Where an event leaves its entity: what colours its line. Tasks that went well recede. */
static bool colour_of(const struct showing *s, size_t index, enum show_colour *ret)
{
	int32_t type = s->h->events[index].type;
	enum entity_kind kind;

	if (!entity_kind_of(type, &kind))
		return false;
	for (size_t i = 0; i < ENTITY_RULES_N; i++) {
		const struct entity_rule *r = &ENTITY_RULES[i];

		if (r->event == type && r->to >= ENTITY_DONE)
			return show_colour_of(kind, r->to, ret) ||
			       (*ret = SHOW_DIM, kind == ENTITY_TASK);
	}
	*ret = SHOW_DIM;
	return kind == ENTITY_TASK;
}

static void trim_blanks(struct buf *out)
{
	while (out->n && out->p[out->n - 1] == ' ')
		out->n--;
}

static void add_line(struct showing *s, size_t index, const struct widths *w)
{
	const struct event *e = &s->h->events[index];
	struct str type = event_type_name(s->h, index, &s->step);
	enum show_colour colour;
	bool painted = s->paint && colour_of(s, index, &colour);

	add_right(&s->out, id_text(s, index), w->id);
	add_right(&s->out, show_time(s, e->time, &s->step), w->time);
	if (w->delta)
		add_right(&s->out, delta_text(s, index, &s->step), w->delta);
	if (painted)
		show_paint(s, colour);
	buf_add(&s->out, type);
	if (painted)
		show_plain(s);
	pad(&s->out, show_width(type), w->type + 2);
	add_words(s, index);
	trim_blanks(&s->out);
	buf_add_char(&s->out, '\n');
}

/* ---- as JSON ---- */

static void add_seconds(struct buf *out, const char *key, int64_t from, int64_t to)
{
	if (from && to)
		buf_printf(out, ",\"%s\":", key);
	if (from && to && !detail_seconds(from, to, out))
		buf_puts(out, "null"); /* further apart than can be counted */
}

static void add_json_line(struct showing *s, size_t index)
{
	const struct history *h = s->h;
	const struct event *e = &h->events[index];
	size_t answered = event_answers(h, index);
	struct buf detail;

	buf_puts(&s->out, "{\"history\":");
	json_put_string(&s->out, s->path);
	buf_printf(&s->out, ",\"eventId\":%" PRId64, e->id);
	if (e->time)
		show_member(&s->out, "time", detail_time(e->time, &s->step));
	add_seconds(&s->out, "elapsed", h->events[0].time, e->time);
	if (index)
		add_seconds(&s->out, "delta", e[-1].time, e->time);
	show_member(&s->out, "type", event_type_name(h, index, &s->step));
	show_member(&s->out, "name", event_name(h, index, &s->step));
	show_member(&s->out, "id", event_code_id(h, index, &s->step));
	if (answered < h->n_events)
		buf_printf(&s->out, ",\"answers\":%" PRId64, h->events[answered].id);
	if (e->task)
		buf_printf(&s->out, ",\"workflowTaskCompleted\":%" PRId64, e->task);
	buf_init(&detail, 0);
	detail_add(h, index, &detail);
	show_member(&s->out, "detail", buf_str(&detail));
	buf_done(&detail);
	show_payloads_member(s, "payload", index);
	buf_puts(&s->out, "}\n");
}

/* ---- columns ---- */

static void cell_of(struct showing *s, size_t index, const struct column *column,
		    struct buf *ret)
{
	struct column_about about = {.history = s->h,
				     .groups = &s->groups, /* where a column asks for them */
				     .path = s->path,
				     .tools = &s->tools,
				     .index = index,
				     .time_text = s->settings->local ? show_local_time : NULL};

	buf_clear(ret);
	column_add(column, &about, &s->step, ret);
}

static void add_json_row(struct showing *s, size_t index)
{
	struct buf cell;

	buf_init(&cell, 0);
	buf_add_char(&s->out, '{');
	for (size_t i = 0; i < s->columns.n; i++) {
		const struct column *c = &s->columns.at[i];

		cell_of(s, index, c, &cell);
		if (i)
			buf_add_char(&s->out, ',');
		json_put_string(&s->out, str_of(c->name));
		buf_add_char(&s->out, ':');
		if (!cell.n)
			buf_puts(&s->out, "null");
		else if (c->kind == COLUMN_TEXT)
			json_put_string(&s->out, buf_str(&cell));
		else
			buf_add(&s->out, buf_str(&cell));
	}
	buf_puts(&s->out, "}\n");
	buf_done(&cell);
}

/* Widths are of cells as they are shown, and at least of the column's name. */
static size_t *measure_columns(struct showing *s, const bool *wanted)
{
	size_t *widths = arena_array(&s->arena, size_t, s->columns.n);
	struct buf cell, shown;

	buf_init(&cell, 0);
	buf_init(&shown, 0);
	for (size_t c = 0; c < s->columns.n; c++) {
		widen(&widths[c], str_of(s->columns.at[c].name));
		if (c + 1 == s->columns.n) /* the last is as wide as it is */
			break;
		for (size_t i = 0; i < s->h->n_events; i++) {
			struct arena_mark mark = arena_mark(&s->step);

			if (!wanted[i])
				continue;
			cell_of(s, i, &s->columns.at[c], &cell);
			buf_clear(&shown);
			visible_add(&shown, buf_str(&cell), LIMIT_SHOWN_NAME_BYTES);
			widen(&widths[c], buf_str(&shown));
			arena_rewind(&s->step, mark);
		}
	}
	buf_done(&shown);
	buf_done(&cell);
	return widths;
}

static void add_row(struct showing *s, size_t index, const size_t *widths)
{
	struct buf cell;

	buf_init(&cell, 0);
	for (size_t c = 0; c < s->columns.n; c++) {
		size_t begin = s->out.n, width = widths[c];

		cell_of(s, index, &s->columns.at[c], &cell);
		if (s->columns.at[c].kind == COLUMN_NUMBER)
			pad(&s->out, show_width(buf_str(&cell)), width);
		visible_add(&s->out, buf_str(&cell),
			    c + 1 < s->columns.n ? LIMIT_SHOWN_NAME_BYTES : 0);
		if (c + 1 == s->columns.n)
			break;
		pad(&s->out, show_width(str_slice(s->out.p + begin, s->out.n - begin)),
		    width + 2);
	}
	trim_blanks(&s->out);
	buf_add_char(&s->out, '\n');
	buf_done(&cell);
}

static void add_heading(struct showing *s, const size_t *widths)
{
	show_paint(s, SHOW_STRONG);
	for (size_t c = 0; c < s->columns.n; c++) {
		struct str name = str_of(s->columns.at[c].name);

		if (s->columns.at[c].kind == COLUMN_NUMBER)
			pad(&s->out, show_width(name), widths[c]);
		visible_add(&s->out, name, LIMIT_SHOWN_NAME_BYTES);
		if (c + 1 == s->columns.n)
			break;
		if (s->columns.at[c].kind != COLUMN_NUMBER)
			pad(&s->out, show_width(name), widths[c]);
		buf_puts(&s->out, "  ");
	}
	trim_blanks(&s->out);
	show_plain(s);
	buf_add_char(&s->out, '\n');
}

static bool wanted_line(const struct showing *s, const void *rows, size_t index)
{
	(void)rows;
	return show_wants(s, index);
}

bool show_lines(struct showing *s, struct err *err)
{
	bool *wanted = arena_array(&s->arena, bool, s->h->n_events);
	bool columns = s->columns.n, json = s->settings->json;
	struct widths w = {0};
	size_t *widths = NULL;

	(void)err;
	if (!show_choose(s, NULL, s->h->n_events, wanted_line, wanted))
		return true;
	if (columns_ask_groups(&s->columns))
		groups_make(s->h, &s->arena, &s->groups);
	if (!json) {
		show_header(s);
		if (columns)
			widths = measure_columns(s, wanted);
		else
			w = measure(s, wanted);
		if (columns)
			add_heading(s, widths);
	}
	for (size_t i = 0; i < s->h->n_events; i++) {
		struct arena_mark mark = arena_mark(&s->step);

		if (!wanted[i])
			continue;
		if (json && columns)
			add_json_row(s, i);
		else if (json)
			add_json_line(s, i);
		else if (columns)
			add_row(s, i, widths);
		else
			add_line(s, i, &w);
		arena_rewind(&s->step, mark);
		show_flush_much(s);
	}
	return true;
}
