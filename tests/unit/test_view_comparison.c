/* SPDX-License-Identifier: MIT */
/* test_view_comparison.c: lines of two histories: folds, and the way from difference to difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/diff/diff_text.h"
#include "viewer/model/comparison.h"

#define FOLDER "samples/order/histories/python/"

struct story {
	struct arena arena;
	const struct schema *schema;
	struct document *left, *right;
	struct comparison *c;
};

static void compare(struct story *s, const char *left, const char *right)
{
	struct err err = ERR_INIT;

	assert_true(document_open(&s->left, str_of(left), s->schema, NULL,
				  DOCUMENT_WHOLE, &err));
	assert_true(document_open(&s->right, str_of(right), s->schema, NULL,
				  DOCUMENT_WHOLE, &err));
	s->c = comparison_new(s->left, s->right, s->schema);
	while (comparison_step(s->c, &err) == COMPARISON_GOES_ON)
		continue;
	assert_true(s->c->made);
}

static int set_up(void **state)
{
	static struct story s;

	s = (struct story){0};
	arena_init(&s.arena);
	s.schema = schema_new(&s.arena);
	*state = &s;
	return 0;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	comparison_free(s->c);
	document_free(s->left);
	document_free(s->right);
	arena_done(&s->arena);
	return 0;
}

/* All rows of the diff stand in a line of their own or in a fold, in order. */
static void assert_all_rows(const struct comparison *c)
{
	size_t next = 0;

	assert_int_equal(comparison_line_at(c, 0).kind, COMPARISON_SUMMARY);
	for (size_t i = 1; i < c->n_lines; i++) {
		const struct comparison_line at = comparison_line_at(c, i), *line = &at;
		bool open = c->all || c->opened[line->row];

		if (line->kind != COMPARISON_ROW && line->kind != COMPARISON_FOLD)
			continue;
		assert_int_equal(line->row, next);
		if (line->kind == COMPARISON_ROW)
			next++;
		else if (!open)
			next += line->number;
	}
	assert_int_equal(next, c->diff.n_rows);
}

static void one_history_is_one_fold(void **state)
{
	struct story *s = *state;

	compare(s, FOLDER "approved.json", FOLDER "approved.json");
	assert_int_equal(s->c->n_lines, 2);
	assert_int_equal(comparison_line_at(s->c, 1).kind, COMPARISON_FOLD);
	assert_int_equal(comparison_line_at(s->c, 1).number, 64);
	assert_int_equal(comparison_next(s->c, 0, true), SIZE_MAX);
	assert_all_rows(s->c);
}

static void folds_open_and_close(void **state)
{
	struct story *s = *state;
	size_t lines, fold = 1;

	compare(s, FOLDER "approved.json", FOLDER "before-fraud-check.json");
	assert_all_rows(s->c);
	lines = s->c->n_lines;
	while (comparison_line_at(s->c, fold).kind != COMPARISON_FOLD)
		fold++;
	comparison_turn(s->c, fold);
	assert_int_equal(s->c->n_lines, lines + comparison_line_at(s->c, fold).number);
	assert_all_rows(s->c);
	comparison_turn(s->c, fold);
	assert_int_equal(s->c->n_lines, lines);
	comparison_turn(s->c, 0); /* no fold */
	assert_int_equal(s->c->n_lines, lines);
	comparison_turn_all(s->c, true);
	assert_all_rows(s->c);
	assert_true(s->c->n_lines > lines);
}

static void differences_are_found_both_ways(void **state)
{
	struct story *s = *state;
	size_t forward[20], n = 0;

	compare(s, FOLDER "approved.json", FOLDER "before-fraud-check.json");
	for (size_t i = comparison_next(s->c, 0, true); i != SIZE_MAX;
	     i = comparison_next(s->c, i, true)) {
		assert_true(n < 20);
		forward[n++] = i;
	}
	assert_int_equal(n, 2); /* one changed event, and one stretch that only the left has */
	for (size_t i = s->c->n_lines; n && (i = comparison_next(s->c, i, false)) != SIZE_MAX;)
		assert_int_equal(i, forward[--n]);
	assert_int_equal(n, 0);
}

static void every_row_has_its_line(void **state)
{
	struct story *s = *state;

	compare(s, FOLDER "approved.json", FOLDER "declined.json");
	for (int open = 0; open < 2; open++) {
		comparison_turn_all(s->c, open);
		for (uint32_t row = 0; row < s->c->diff.n_rows; row++) {
			const struct comparison_line at =
				comparison_line_at(s->c, comparison_line(s->c, row));
			const struct comparison_line *line = &at;

			if (line->kind == COMPARISON_FOLD)
				assert_in_range(row, line->row, line->row + line->number);
			else
				assert_int_equal(line->row, row);
		}
	}
}

/* A row, two lines for each change that is shown, and one for those that are not. */
static void changes_have_their_lines(void **state)
{
	struct story *s = *state;
	size_t line = 0, row, n;

	compare(s, FOLDER "approved.json", FOLDER "declined.json");
	for (int open = 0; open < 2; open++) {
		comparison_turn_all(s->c, open);
		for (line = 0; line < s->c->n_lines; line++) {
			struct comparison_line at = comparison_line_at(s->c, line);

			if (at.kind != COMPARISON_ROW)
				continue;
			row = at.row;
			n = s->c->diff.rows[row].n_changes;
			n = open || n < DIFF_SHOWN_CHANGES ? n : DIFF_SHOWN_CHANGES;
			for (size_t k = 0; k < n; k++) {
				at = comparison_line_at(s->c, ++line);
				assert_true(at.kind == COMPARISON_PLACE && at.row == row && at.number == k);
				at = comparison_line_at(s->c, ++line);
				assert_true(at.kind == COMPARISON_VALUES && at.row == row && at.number == k);
			}
			if (n < s->c->diff.rows[row].n_changes) {
				at = comparison_line_at(s->c, ++line);
				assert_true(at.kind == COMPARISON_MORE && at.row == row);
				assert_int_equal(at.number, s->c->diff.rows[row].n_changes - n);
			}
		}
		assert_int_equal(line, s->c->n_lines);
	}
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(one_history_is_one_fold),
		CASE(folds_open_and_close),
		CASE(differences_are_found_both_ways),
		CASE(every_row_has_its_line),
		CASE(changes_have_their_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
