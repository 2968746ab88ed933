/* SPDX-License-Identifier: MIT */
/* diff_text.c: one column with - and +, or both histories beside each other. */
#include "formats/diff/diff_text.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/base/width.h"

#include <inttypes.h>

#define FLUSH_AT ((size_t)64 * 1024)

struct printing {
	const struct diff *d;
	const struct diff_look *look;
	struct diff_shown shown;
	struct buf *out;
	struct buf line; /* scratch */
	struct arena arena;
};

static const struct mark {
	char letter[2]; /* in one column, in two */
	const char *colour;
} MARKS[] = {
	[DIFF_EQUAL] = {{' ', ' '}, ""},
	[DIFF_CHANGED] = {{'~', '~'}, "\x1b[33m"},
	[DIFF_LEFT] = {{'-', '<'}, "\x1b[31m"},
	[DIFF_RIGHT] = {{'+', '>'}, "\x1b[32m"},
};

static void colour(struct printing *p, enum diff_kind kind)
{
	if (p->look->colour)
		buf_puts(p->out, MARKS[kind].colour);
}

/* Ends a line: no blanks hang over. */
static void end_line(struct printing *p, enum diff_kind kind)
{
	while (p->out->n && p->out->p[p->out->n - 1] == ' ')
		p->out->n--;
	if (p->look->colour && *MARKS[kind].colour)
		buf_puts(p->out, "\x1b[0m");
	buf_add_char(p->out, '\n');
	if (p->out->n > FLUSH_AT && p->look->flush)
		p->look->flush(p->look->data, p->out);
}

static void add_file(const struct diff_look *look, int side, struct buf *out)
{
	const struct history *h = look->sides[side];

	visible_add(out, look->names[side], LIMIT_SHOWN_PATH_BYTES);
	buf_puts(out, ": ");
	visible_add(out, h->workflow_type.n ? h->workflow_type : STR("unnamed workflow"),
		    LIMIT_SHOWN_NAME_BYTES);
	if (h->workflow_id.n) {
		buf_puts(out, ", workflow ");
		visible_add(out, h->workflow_id, LIMIT_SHOWN_NAME_BYTES);
	}
	buf_printf(out, ", %zu event%s", h->n_events, h->n_events == 1 ? "" : "s");
}

/* Rows that are not shown, from I on; where there are some they are counted in a line. */
static size_t skip_equal(struct printing *p, size_t i)
{
	size_t n = 0;

	while (i < p->d->n_rows && !p->shown.rows[i]) {
		i++;
		n++;
	}
	if (n) {
		buf_printf(p->out, "  ... %zu equal event%s", n, n == 1 ? "" : "s");
		end_line(p, DIFF_EQUAL);
	}
	return i;
}

static void add_id(struct buf *out, const struct history *h, uint32_t index, size_t width)
{
	if (index == DIFF_NOBODY)
		buf_printf(out, "%*s", (int)width, "");
	else
		buf_printf(out, "%*" PRId64, (int)width, h->events[index].id);
}

static size_t shown_changes(const struct printing *p, const struct diff_row *row)
{
	if (p->look->all_changes || row->n_changes <= DIFF_SHOWN_CHANGES)
		return row->n_changes;
	return DIFF_SHOWN_CHANGES;
}

static void add_more(struct printing *p, const struct diff_row *row, size_t indent)
{
	size_t more = row->n_changes - shown_changes(p, row) + row->n_more;

	if (!more)
		return;
	colour(p, DIFF_CHANGED);
	buf_printf(p->out, "%*sand %zu more change%s", (int)indent, "", more,
		   more == 1 ? "" : "s");
	end_line(p, DIFF_CHANGED);
}

/* ---- one column ---- */

/* A value on its line: as much of it as the width shows. */
static void value_line(struct printing *p, enum diff_kind kind, size_t indent,
		       const struct diff_side_value *v)
{
	if (!v->value.p)
		return;
	buf_clear(&p->line);
	diff_value(v, &p->line);
	colour(p, kind);
	buf_printf(p->out, "%*s%c ", (int)indent, "", MARKS[kind].letter[0]);
	if (p->look->all_changes)
		buf_add(p->out, buf_str(&p->line));
	else
		width_add(p->out, buf_str(&p->line),
			  p->look->width > indent + 20 ? p->look->width - indent - 2 : 20);
	end_line(p, kind);
}

/* "place: 10 -> 12" where that fits on a line, else a line for each side. */
static void unified_change(struct printing *p, const struct diff_change *c, size_t indent)
{
	struct str text;

	buf_clear(&p->line);
	diff_place(c, &p->line);
	buf_puts(&p->line, ": ");
	diff_value(&c->left, &p->line);
	buf_puts(&p->line, " -> ");
	diff_value(&c->right, &p->line);
	text = buf_str(&p->line);
	if (indent + width_of(text) <= p->look->width) {
		colour(p, DIFF_CHANGED);
		buf_printf(p->out, "%*s", (int)indent, "");
		buf_add(p->out, text);
		end_line(p, DIFF_CHANGED);
		return;
	}
	buf_clear(&p->line);
	diff_place(c, &p->line);
	colour(p, DIFF_CHANGED);
	buf_printf(p->out, "%*s", (int)indent, "");
	buf_add(p->out, buf_str(&p->line));
	end_line(p, DIFF_CHANGED);
	value_line(p, DIFF_LEFT, indent, &c->left);
	value_line(p, DIFF_RIGHT, indent, &c->right);
}

static void add_moved(struct printing *p, const struct diff_row *row)
{
	int side = row->kind == DIFF_LEFT;
	uint32_t there = side ? row->right : row->left;

	if (row->moved)
		buf_printf(p->out, "  (moved: event %" PRId64 " %s)",
			   p->look->sides[side]->events[there].id,
			   side ? "on the right" : "on the left");
}

static void unified_row(struct printing *p, const struct diff_row *row)
{
	int side = row->kind == DIFF_RIGHT;
	const struct history *h = p->look->sides[side];
	uint32_t index = side ? row->right : row->left;
	size_t indent = 2 + p->shown.id[0] + 1 + p->shown.id[1] + 2;
	struct arena_mark mark = arena_mark(&p->arena);
	struct str type = diff_type(h, index, &p->arena);

	colour(p, row->kind);
	buf_printf(p->out, "%c ", MARKS[row->kind].letter[0]);
	add_id(p->out, p->look->sides[0], side ? DIFF_NOBODY : row->left, p->shown.id[0]);
	buf_add_char(p->out, ' ');
	add_id(p->out, p->look->sides[1], row->kind == DIFF_LEFT ? DIFF_NOBODY : row->right,
	       p->shown.id[1]);
	buf_printf(p->out, "  %.*s%*s  ", STR_ARG(type), (int)(p->shown.type - type.n), "");
	diff_words(h, index, p->out);
	add_moved(p, row);
	end_line(p, row->kind);
	for (size_t i = 0; i < shown_changes(p, row); i++)
		unified_change(p, &row->changes[i], indent);
	add_more(p, row, indent);
	arena_rewind(&p->arena, mark);
}

/* The row without an event. */
#define BESIDE "beside the events"

static void unified_beside(struct printing *p)
{
	const struct diff_row *row = &p->d->beside;

	if (row->kind == DIFF_EQUAL)
		return;
	colour(p, row->kind);
	buf_printf(p->out, "%c " BESIDE, MARKS[row->kind].letter[0]);
	end_line(p, row->kind);
	for (size_t i = 0; i < shown_changes(p, row); i++)
		unified_change(p, &row->changes[i], 4);
	add_more(p, row, 4);
}

static void start(struct printing *p, const struct diff *d, const struct diff_look *look,
		  struct buf *out)
{
	*p = (struct printing){.d = d, .look = look, .out = out};
	diff_shown_init(&p->shown, d, look);
	buf_init(&p->line, 0);
	arena_init(&p->arena);
}

static void finish(struct printing *p)
{
	arena_done(&p->arena);
	buf_done(&p->line);
	diff_shown_done(&p->shown);
}

void diff_unified(const struct diff *d, const struct diff_look *look, struct buf *out)
{
	struct printing p;

	start(&p, d, look, out);
	for (int side = 0; side < 2; side++) {
		buf_puts(out, side ? "+++ " : "--- ");
		add_file(look, side, out);
		end_line(&p, DIFF_EQUAL);
	}
	for (size_t i = 0; i < d->n_rows; i++) {
		i = skip_equal(&p, i);
		if (i < d->n_rows)
			unified_row(&p, &d->rows[i]);
	}
	unified_beside(&p);
	finish(&p);
}

/* ---- two columns ---- */

/* Columns of one half: what is left of the width beside " ~ ", but never none. */
static size_t half(const struct printing *p)
{
	return p->look->width > 23 ? (p->look->width - 3) / 2 : 10;
}

static void put_halves(struct printing *p, enum diff_kind kind, struct str left,
		       struct str right, char between)
{
	colour(p, kind);
	width_add(p->out, left, half(p));
	buf_printf(p->out, " %c ", between);
	width_add(p->out, right, half(p));
	end_line(p, kind);
}

static struct str cell(struct printing *p, int side, uint32_t index)
{
	const struct history *h = p->look->sides[side];
	struct str type;

	if (index == DIFF_NOBODY)
		return STR("");
	buf_clear(&p->line);
	add_id(&p->line, h, index, p->shown.id[side]);
	type = diff_type(h, index, &p->arena);
	buf_printf(&p->line, " %.*s ", STR_ARG(type));
	diff_words(h, index, &p->line);
	return arena_str(&p->arena, buf_str(&p->line));
}

static struct str value_cell(struct printing *p, const struct diff_side_value *v, size_t indent)
{
	buf_clear(&p->line);
	buf_printf(&p->line, "%*s", (int)indent, "");
	diff_value(v, &p->line);
	return arena_str(&p->arena, buf_str(&p->line));
}

static void halves_of_change(struct printing *p, const struct diff_change *c)
{
	size_t indent = p->shown.id[0] + 3, room = p->look->width;

	buf_clear(&p->line);
	buf_printf(&p->line, "%*s", (int)indent, "");
	diff_place(c, &p->line);
	colour(p, DIFF_CHANGED);
	width_add(p->out, buf_str(&p->line), room < 20 ? 20 : room);
	end_line(p, DIFF_CHANGED);
	put_halves(p, DIFF_CHANGED, value_cell(p, &c->left, indent + 2),
		   value_cell(p, &c->right, p->shown.id[1] + 5), MARKS[DIFF_CHANGED].letter[1]);
}

static struct str moved_cell(struct printing *p, int side, uint32_t index)
{
	return arena_printf(&p->arena, "%*s (moved: event %" PRId64 ")", (int)p->shown.id[side], "",
			    p->look->sides[side]->events[index].id);
}

static void halves_of_row(struct printing *p, const struct diff_row *row)
{
	struct arena_mark mark = arena_mark(&p->arena);
	struct str left, right;

	left = row->kind != DIFF_RIGHT ? cell(p, 0, row->left)
	       : row->moved	       ? moved_cell(p, 0, row->left)
				       : STR("");
	right = row->kind != DIFF_LEFT ? cell(p, 1, row->right)
		: row->moved	       ? moved_cell(p, 1, row->right)
				       : STR("");
	put_halves(p, row->kind, left, right, MARKS[row->kind].letter[1]);
	for (size_t i = 0; i < shown_changes(p, row); i++)
		halves_of_change(p, &row->changes[i]);
	add_more(p, row, p->shown.id[0] + 3);
	arena_rewind(&p->arena, mark);
}

static void halves_of_beside(struct printing *p)
{
	const struct diff_row *row = &p->d->beside;

	if (row->kind == DIFF_EQUAL)
		return;
	put_halves(p, row->kind, STR(BESIDE), STR(BESIDE), MARKS[row->kind].letter[1]);
	for (size_t i = 0; i < shown_changes(p, row); i++)
		halves_of_change(p, &row->changes[i]);
	add_more(p, row, p->shown.id[0] + 3);
}

void diff_side_by_side(const struct diff *d, const struct diff_look *look, struct buf *out)
{
	struct str names[2];
	struct printing p;

	start(&p, d, look, out);
	for (int side = 0; side < 2; side++) {
		buf_clear(&p.line);
		add_file(look, side, &p.line);
		names[side] = arena_str(&p.arena, buf_str(&p.line));
	}
	put_halves(&p, DIFF_EQUAL, names[0], names[1], '|');
	for (size_t i = 0; i < d->n_rows; i++) {
		i = skip_equal(&p, i);
		if (i < d->n_rows)
			halves_of_row(&p, &d->rows[i]);
	}
	halves_of_beside(&p);
	finish(&p);
}

/* ---- the last line ---- */

void diff_summary(const struct diff *d, const struct diff_look *look, struct buf *out)
{
	if (diff_same(d)) {
		buf_printf(out, "no differences in %zu event%s\n", d->n_equal,
			   d->n_equal == 1 ? "" : "s");
		return;
	}
	buf_printf(out, "%zu equal, %zu changed", d->n_equal, d->n_changed);
	if (d->n_moved)
		buf_printf(out, ", %zu moved", d->n_moved);
	for (int side = 0; side < 2; side++) {
		size_t n = side ? d->n_right : d->n_left;

		if (!n)
			continue;
		buf_printf(out, ", %zu only in ", n);
		visible_add(out, look->names[side], LIMIT_SHOWN_PATH_BYTES);
	}
	if (d->beside.kind != DIFF_EQUAL)
		buf_puts(out, ", differences " BESIDE);
	buf_add_char(out, '\n');
}
