/* SPDX-License-Identifier: MIT */
/* comparison.c: a diff's rows as lines, with what is equal folded. */
#include "viewer/model/comparison.h"

#include "formats/base/mem.h"
#include "formats/diff/diff_text.h"

/* Equal events that are shown around what differs. */
#define AROUND 2

/* A slice: what is compared in some two milliseconds. */
#define BYTES_A_STEP ((size_t)192 * 1024)

/* Changes of a row that have lines. */
static size_t shown(const struct comparison *c, const struct diff_row *row)
{
	return !c->all && row->n_changes > DIFF_SHOWN_CHANGES ? DIFF_SHOWN_CHANGES : row->n_changes;
}

static size_t hidden(const struct comparison *c, const struct diff_row *row)
{
	return row->n_changes - shown(c, row) + row->n_more;
}

static void add_fold(struct comparison *c, size_t row, size_t n)
{
	vec_push(&c->parts,
		 (struct comparison_part){(uint32_t)c->n_lines, (uint32_t)row, (uint32_t)n});
	c->n_lines++;
}

/* A line for the row, two for a change of it, one for those that are not shown. */
static void add_row(struct comparison *c, size_t i)
{
	const struct diff_row *row = &c->diff.rows[i];

	vec_push(&c->parts, (struct comparison_part){(uint32_t)c->n_lines, (uint32_t)i, 0});
	c->n_lines += 1 + 2 * shown(c, row) + (hidden(c, row) != 0);
}

/* Equal rows from I to behind the last: the ends that are near a difference, and a fold. */
static void add_equal(struct comparison *c, size_t i, size_t end)
{
	size_t before = i ? AROUND : 0, behind = end < c->diff.n_rows ? AROUND : 0;
	size_t from = i + before, to = end > behind ? end - behind : 0;
	bool fold = to > from + 1;

	for (; i < end; i++) {
		if (fold && i == from) {
			add_fold(c, from, to - from);
			if (!c->all && !c->opened[from])
				i = to;
		}
		if (i < end)
			add_row(c, i);
	}
}

static void make_lines(struct comparison *c)
{
	c->parts.n = 0;
	c->n_lines = 1;
	for (size_t i = 0, end; i < c->diff.n_rows; i = end) {
		for (end = i; end < c->diff.n_rows && c->diff.rows[end].kind == DIFF_EQUAL;)
			end++;
		add_equal(c, i, end);
		if (end < c->diff.n_rows)
			add_row(c, end++);
	}
}

struct comparison *comparison_new(struct document *left, struct document *right,
				  const struct schema *schema)
{
	struct comparison *c = mem_zalloc(sizeof(*c));

	c->left = left;
	c->right = right;
	c->schema = schema;
	make_lines(c);
	return c;
}

static bool is_whole(const struct document *d, struct err *err)
{
	return !d->info.damage.p ||
	       err_set(err, ERR_SYNTAX, "%.*s: %.*s", STR_ARG(d->path), STR_ARG(d->info.damage));
}

/* Events are decoded as they are looked at: all of them were, from the file as it was read. */
static bool was_decoded(struct comparison *c, const struct document *d, struct err *err)
{
	if (history_decoded(&d->history, err))
		return true;
	c->stale |= err->code == ERR_IO;
	return err->code == ERR_IO || err_wrap(err, "%.*s", STR_ARG(d->path));
}

static void begin(struct comparison *c)
{
	const struct diff_settings settings = {.rules = &c->rules};

	diff_rules_init(&c->rules, c->schema, false);
	c->maker = diff_begin(&c->diff, &c->left->history, &c->right->history, &settings);
}

static void end(struct comparison *c)
{
	if (!c->maker)
		return;
	diff_end(c->maker);
	diff_rules_done(&c->rules);
	c->maker = NULL;
}

enum comparison_step comparison_step(struct comparison *c, struct err *err)
{
	if (c->made)
		return COMPARISON_MADE;
	if (!is_whole(c->left, err) || !is_whole(c->right, err))
		return COMPARISON_FAILED;
	if (c->left->reading || c->right->reading)
		return COMPARISON_WAITS;
	if (!c->maker)
		begin(c);
	if (diff_run(c->maker, BYTES_A_STEP))
		return COMPARISON_GOES_ON;
	if (!was_decoded(c, c->left, err) || !was_decoded(c, c->right, err))
		return COMPARISON_FAILED;
	end(c);
	c->made = true;
	c->opened = arena_array(&c->diff.arena, bool, c->diff.n_rows + 1);
	make_lines(c);
	return COMPARISON_MADE;
}

unsigned comparison_thousandths(const struct comparison *c)
{
	return c->made ? 1000 : c->maker ? diff_thousandths(c->maker) : 0;
}

void comparison_again(struct comparison *c)
{
	end(c);
	diff_done(&c->diff);
	c->made = c->stale = false;
	make_lines(c);
}

void comparison_free(struct comparison *c)
{
	end(c);
	diff_done(&c->diff);
	vec_done(&c->parts);
	mem_free(c);
}

/* The last part that begins at LINE or before it; n: the summary. */
static size_t part_at(const struct comparison *c, size_t line)
{
	size_t low = 0, high = c->parts.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->parts.at[middle].first <= line)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : c->parts.n;
}

struct comparison_line comparison_line_at(const struct comparison *c, size_t line)
{
	static const enum comparison_line_kind OF_CHANGE[] = {COMPARISON_PLACE, COMPARISON_VALUES};
	size_t at = part_at(c, line), change;
	const struct comparison_part *p;
	const struct diff_row *row;

	if (at == c->parts.n)
		return (struct comparison_line){.kind = COMPARISON_SUMMARY};
	p = &c->parts.at[at];
	if (p->folded || line == p->first)
		return (struct comparison_line){p->folded ? COMPARISON_FOLD : COMPARISON_ROW, p->row,
						p->folded};
	row = &c->diff.rows[p->row];
	change = (line - p->first - 1) / 2;
	if (change == shown(c, row))
		return (struct comparison_line){COMPARISON_MORE, p->row, (uint32_t)hidden(c, row)};
	return (struct comparison_line){OF_CHANGE[(line - p->first - 1) % 2], p->row,
					(uint32_t)change};
}

void comparison_turn(struct comparison *c, size_t line)
{
	struct comparison_line at = {0};

	if (line < c->n_lines)
		at = comparison_line_at(c, line);
	if (at.kind != COMPARISON_FOLD)
		return;
	c->opened[at.row] ^= true;
	make_lines(c);
}

void comparison_turn_all(struct comparison *c, bool open)
{
	if (!c->made)
		return;
	c->all = open;
	memset(c->opened, 0, c->diff.n_rows);
	make_lines(c);
}

/* What is only on one side is one difference, however many events it is. */
static bool begins_difference(const struct comparison *c, const struct comparison_part *part)
{
	const struct diff_row *row = &c->diff.rows[part->row];

	if (part->folded || row->kind == DIFF_EQUAL)
		return false;
	return row->kind == DIFF_CHANGED || !part->row || row[-1].kind != row->kind;
}

size_t comparison_next(const struct comparison *c, size_t line, bool forward)
{
	size_t at = part_at(c, line), n = c->parts.n;

	if (forward)
		at = at == n ? 0 : at + 1;
	else if (at < n && c->parts.at[at].first == line)
		at--; /* SIZE_MAX, where it was the first */
	for (; at < n; at += forward ? 1 : SIZE_MAX)
		if (begins_difference(c, &c->parts.at[at]))
			return c->parts.at[at].first;
	return SIZE_MAX;
}

size_t comparison_line(const struct comparison *c, uint32_t row)
{
	size_t low = 0, high = c->parts.n;

	/* The first part of a row beyond it: the one before is the row, or the fold it is in. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->parts.at[middle].row <= row)
			low = middle + 1;
		else
			high = middle;
	}
	/* An open fold begins at the same row as its first: the fold it is. */
	while (low > 1 && c->parts.at[low - 2].row == row)
		low--;
	return low ? c->parts.at[low - 1].first : 0;
}
