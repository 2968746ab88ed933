/* SPDX-License-Identifier: MIT */
/* comparison.c: a diff's rows as lines, with what is equal folded. */
#include "viewer/model/comparison.h"

#include "formats/base/mem.h"
#include "formats/diff/diff_text.h"

/* Equal events that are shown around what differs. */
#define AROUND 2

/*
 * What is open decodes events as they are looked at; a diff wants all of them at once, so both
 * are read whole for it.
 */
static bool load_side(const struct document *d, const struct schema *schema, struct history *ret,
		      struct err *err)
{
	const struct load_settings settings = {.schema = schema};
	struct load_info info;

	if (!load_one(&settings, d->path, ret, &info, err))
		return false;
	if (ret->n_events == d->history.n_events)
		return true;
	history_done(ret);
	return err_set(err, ERR_IO, "%.*s: the file changed, or can't be read to its end",
		       STR_ARG(d->path));
}

static bool compare(struct comparison *c, const struct schema *schema, struct err *err)
{
	struct history left, right;
	struct diff_settings settings = {0};
	struct diff_rules rules;

	if (!load_side(c->left, schema, &left, err))
		return false;
	if (!load_side(c->right, schema, &right, err)) {
		history_done(&left);
		return false;
	}
	diff_rules_init(&rules, schema, false);
	settings.rules = &rules;
	diff_histories(&c->diff, &left, &right, &settings);
	diff_rules_done(&rules);
	history_done(&left);
	history_done(&right);
	return true;
}

static void add(struct comparison *c, enum comparison_line_kind kind, size_t row, size_t number)
{
	vec_push(&c->lines, (struct comparison_line){kind, (uint32_t)row, (uint32_t)number});
}

static void add_row(struct comparison *c, size_t i)
{
	const struct diff_row *row = &c->diff.rows[i];
	size_t shown = row->n_changes;

	if (!c->all && shown > DIFF_SHOWN_CHANGES)
		shown = DIFF_SHOWN_CHANGES;
	add(c, COMPARISON_ROW, i, 0);
	for (size_t k = 0; k < shown; k++) {
		add(c, COMPARISON_PLACE, i, k);
		add(c, COMPARISON_VALUES, i, k);
	}
	if (shown < row->n_changes || row->n_more)
		add(c, COMPARISON_MORE, i, row->n_changes - shown + row->n_more);
}

/* Equal rows from I to behind the last: the ends that are near a difference, and a fold. */
static void add_equal(struct comparison *c, size_t i, size_t end)
{
	size_t before = i ? AROUND : 0, behind = end < c->diff.n_rows ? AROUND : 0;
	size_t from = i + before, to = end > behind ? end - behind : 0;
	bool fold = to > from + 1;

	for (; i < end; i++) {
		if (fold && i == from) {
			add(c, COMPARISON_FOLD, from, to - from);
			if (!c->all && !c->opened[from])
				i = to;
		}
		if (i < end)
			add_row(c, i);
	}
}

static void make_lines(struct comparison *c)
{
	c->lines.n = 0;
	add(c, COMPARISON_SUMMARY, 0, 0);
	for (size_t i = 0, end; i < c->diff.n_rows; i = end) {
		for (end = i; end < c->diff.n_rows && c->diff.rows[end].kind == DIFF_EQUAL;)
			end++;
		add_equal(c, i, end);
		if (end < c->diff.n_rows)
			add_row(c, end++);
	}
}

static void open_nothing(struct comparison *c)
{
	c->opened = arena_array(&c->diff.arena, bool, c->diff.n_rows + 1);
	make_lines(c);
}

bool comparison_make(struct comparison **ret, struct document *left, struct document *right,
		     const struct schema *schema, struct err *err)
{
	struct comparison *c = mem_zalloc(sizeof(*c));

	c->left = left;
	c->right = right;
	if (!compare(c, schema, err)) {
		mem_free(c);
		return false;
	}
	open_nothing(c);
	*ret = c;
	return true;
}

bool comparison_make_again(struct comparison *c, const struct schema *schema, struct err *err)
{
	diff_done(&c->diff);
	c->diff = (struct diff){0};
	c->lines.n = 0;
	if (!compare(c, schema, err))
		return false;
	open_nothing(c);
	return true;
}

void comparison_free(struct comparison *c)
{
	diff_done(&c->diff);
	vec_done(&c->lines);
	mem_free(c);
}

void comparison_turn(struct comparison *c, size_t line)
{
	if (line >= c->lines.n || c->lines.at[line].kind != COMPARISON_FOLD)
		return;
	c->opened[c->lines.at[line].row] ^= true;
	make_lines(c);
}

void comparison_turn_all(struct comparison *c, bool open)
{
	c->all = open;
	memset(c->opened, 0, c->diff.n_rows);
	make_lines(c);
}

/* What is only on one side is one difference, however many events it is. */
static bool begins_difference(const struct comparison *c, const struct comparison_line *line)
{
	const struct diff_row *row = &c->diff.rows[line->row];

	if (line->kind != COMPARISON_ROW || row->kind == DIFF_EQUAL)
		return false;
	return row->kind == DIFF_CHANGED || !line->row || row[-1].kind != row->kind;
}

size_t comparison_next(const struct comparison *c, size_t line, bool forward)
{
	for (size_t i = forward ? line + 1 : line - 1; i < c->lines.n; i += forward ? 1 : SIZE_MAX)
		if (begins_difference(c, &c->lines.at[i]))
			return i;
	return SIZE_MAX;
}

size_t comparison_line(const struct comparison *c, uint32_t row)
{
	size_t low = 1, high = c->lines.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->lines.at[middle].row < row)
			low = middle + 1;
		else
			high = middle;
	}
	/* In a fold that is closed: that fold. */
	return low < c->lines.n && c->lines.at[low].row == row ? low : low - 1;
}
