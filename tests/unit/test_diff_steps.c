/* SPDX-License-Identifier: MIT */
/* test_diff_steps.c: a diff that is made step by step, or given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/diff/diff.h"
#include "tests/unit/build.h"

struct pair {
	struct build a, b;
	struct diff_rules rules;
	struct history left, right;
	struct diff diff; /* made at once */
};

/* Activities in another order, one changed, one more: a row of every kind. */
static struct pair pair_of_all_kinds(void **state)
{
	static const char *const LEFT[] = {"Reserve", "Charge", "Pack", "Ship", "Tell"};
	static const char *const RIGHT[] = {"Charge", "Reserve", "Weigh", "Pack", "Ship", "Bill"};
	struct pair p = {0};
	struct diff_settings settings = {.rules = &p.rules};

	build_init(&p.a);
	build_init(&p.b);
	diff_rules_init(&p.rules, *state, false);
	build_started(&p.a, "Order");
	build_started(&p.b, "Order");
	build_task(&p.a);
	build_task(&p.b);
	for (size_t i = 0; i < 5; i++)
		build_activity(&p.a, LEFT[i]);
	for (size_t i = 0; i < 6; i++)
		build_activity(&p.b, RIGHT[i]);
	p.left = build_history(&p.a, *state);
	p.right = build_history(&p.b, *state);
	diff_histories(&p.diff, &p.left, &p.right, &settings);
	return p;
}

static void end(struct pair *p)
{
	diff_done(&p->diff);
	history_done(&p->left);
	history_done(&p->right);
	diff_rules_done(&p->rules);
	build_done(&p->a);
	build_done(&p->b);
}

static void a_diff_made_in_steps_is_the_same(void **state)
{
	struct pair p = pair_of_all_kinds(state);
	const struct diff_settings settings = {.rules = &p.rules};
	unsigned before = 0, steps = 0;
	struct diff d;
	struct diff_maker *m = diff_begin(&d, &p.left, &p.right, &settings);

	assert_int_equal(diff_thousandths(m), 0);
	for (; diff_run(m, 1); steps++) {
		assert_int_equal(d.n_rows, 0);
		assert_in_range(diff_thousandths(m), before, 1000);
		before = diff_thousandths(m);
	}
	assert_int_equal(before, 1000);
	assert_true(steps > p.left.n_events + p.right.n_events);
	diff_end(m);
	assert_int_equal(d.n_rows, p.diff.n_rows);
	for (size_t i = 0; i < d.n_rows; i++) {
		assert_int_equal(d.rows[i].kind, p.diff.rows[i].kind);
		assert_int_equal(d.rows[i].left, p.diff.rows[i].left);
		assert_int_equal(d.rows[i].right, p.diff.rows[i].right);
		assert_int_equal(d.rows[i].moved, p.diff.rows[i].moved);
		assert_int_equal(d.rows[i].n_changes, p.diff.rows[i].n_changes);
	}
	assert_int_equal(d.n_equal, p.diff.n_equal);
	assert_int_equal(d.n_moved, p.diff.n_moved);
	diff_done(&d);
	end(&p);
}

static void a_diff_can_be_given_up_after_any_step(void **state)
{
	struct pair p = pair_of_all_kinds(state);
	const struct diff_settings settings = {.rules = &p.rules};
	bool more = true;

	for (unsigned steps = 0; more; steps++) {
		struct diff d;
		struct diff_maker *m = diff_begin(&d, &p.left, &p.right, &settings);

		for (unsigned i = 0; more && i < steps; i++)
			more = diff_run(m, 1);
		diff_end(m);
		diff_done(&d);
	}
	end(&p);
}

static int make_schema(void **state)
{
	static struct arena a;

	arena_init(&a);
	*state = (void *)(uintptr_t)schema_new(&a);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(a_diff_made_in_steps_is_the_same),
		cmocka_unit_test(a_diff_can_be_given_up_after_any_step),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
