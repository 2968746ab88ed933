/* SPDX-License-Identifier: MIT */
/* test_policy.c: which verdicts fail a run, when it stops, and the truth table of exits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replayer/run/policy.h"

static struct policy read_policy(const char *fail_on)
{
	struct policy p;
	struct err err = ERR_INIT;

	if (!policy_read(&p, str_of(fail_on), &err))
		fail_msg("%s: %s", fail_on, err.message);
	return p;
}

static bool fails(const struct policy *p, enum verdict_kind kind, enum divergence_kind divergence,
		  bool known)
{
	const struct verdict v = {.kind = kind, .divergence.kind = divergence};
	const struct ledger_entry e = {.verdict = &v, .known = known};

	return policy_fails(p, &e);
}

static void all_but_passed_and_skipped_fail_by_default(void **state)
{
	struct policy p = read_policy("");

	for (int kind = 0; kind < VERDICT_KINDS; kind++) {
		assert_int_equal(fails(&p, kind, DIVERGENCE_MARKER, false),
				 kind != VERDICT_PASSED && kind != VERDICT_SKIPPED);
		assert_false(fails(&p, kind, DIVERGENCE_MARKER, true));
	}
	for (int kind = 0; kind < DIVERGENCE_KINDS; kind++)
		assert_true(fails(&p, VERDICT_DIVERGED, kind, false));
}

static void what_is_named_fails_and_nothing_else(void **state)
{
	struct policy p = read_policy("crashed, skipped,reordered");

	assert_true(fails(&p, VERDICT_CRASHED, 0, false));
	assert_true(fails(&p, VERDICT_SKIPPED, 0, false));
	assert_true(fails(&p, VERDICT_DIVERGED, DIVERGENCE_REORDERED, false));
	assert_false(fails(&p, VERDICT_DIVERGED, DIVERGENCE_MISSING, false));
	assert_false(fails(&p, VERDICT_FAILED, DIVERGENCE_REORDERED, false));
	p = read_policy("missing,diverged");
	assert_true(fails(&p, VERDICT_DIVERGED, DIVERGENCE_MARKER, false));
	p = read_policy("none");
	for (int kind = 0; kind < VERDICT_KINDS; kind++)
		assert_false(fails(&p, kind, DIVERGENCE_MARKER, false));
}

static void an_unknown_name_gets_a_proposal(void **state)
{
	static const struct {
		const char *fail_on, *message;
	} ROWS[] = {
		{"divergd", "--fail-on: there is no verdict 'divergd' (did you mean 'diverged'?)"},
		{"crashed,reorderd",
		 "--fail-on: there is no verdict 'reorderd' (did you mean 'reordered'?)"},
		{"passed", "--fail-on: a history that passed fails no run"},
		{",", "--fail-on: there is no verdict ''"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct policy p = {.require = 7};
		struct err err = ERR_INIT;

		assert_false(policy_read(&p, str_of(ROWS[i].fail_on), &err));
		assert_string_equal(err.message, ROWS[i].message);
		assert_int_equal(err.code, ERR_USAGE);
		assert_int_equal(p.require, 7);
	}
}

/* One letter a history: p d(iverged) k(nown) f(ailed) s(kipped) m(ax-time) x(fail-fast). */
static struct policy_count counted(const struct policy *p, const char *histories)
{
	struct policy_count count = {0};

	for (const char *c = histories; *c; c++) {
		struct verdict v = {.kind = VERDICT_SKIPPED};
		struct ledger_entry e = {.verdict = &v, .known = *c == 'k'};

		v.kind = *c == 'p'		  ? VERDICT_PASSED
			 : *c == 'd' || *c == 'k' ? VERDICT_DIVERGED
			 : *c == 'f'		  ? VERDICT_FAILED
						  : VERDICT_SKIPPED;
		v.reason = str_of(*c == 'm'   ? POLICY_MAX_TIME
				  : *c == 'x' ? POLICY_FAIL_FAST
				  : *c == 's' ? "duplicate"
					      : NULL);
		policy_add(p, &count, &e);
	}
	return count;
}

static void the_exit_code_is_the_worst_news(void **state)
{
	static const struct {
		const char *histories, *fail_on;
		int64_t require;
		enum policy_end end;
		int code;
	} ROWS[] = {
		{"p", "", 0, POLICY_END_DONE, 0},
		{"pps", "", 0, POLICY_END_DONE, 0},
		{"", "", 0, POLICY_END_DONE, 4},
		{"ss", "", 0, POLICY_END_DONE, 4},
		{"pd", "", 0, POLICY_END_DONE, 1},
		{"pf", "", 0, POLICY_END_DONE, 3},
		{"pdf", "", 0, POLICY_END_DONE, 1},
		{"f", "", 0, POLICY_END_DONE, 3},
		{"pdf", "", 0, POLICY_END_INTERRUPTED, 130},
		{"pdf", "", 0, POLICY_END_NO_WORKER, 5},
		{"f", "", 0, POLICY_END_NO_WORKER, 5},
		/* known ones pass, and are judged */
		{"k", "", 0, POLICY_END_DONE, 0},
		{"kd", "", 0, POLICY_END_DONE, 1},
		{"kk", "", 2, POLICY_END_DONE, 0},
		/* --require */
		{"pp", "", 2, POLICY_END_DONE, 0},
		{"pp", "", 3, POLICY_END_DONE, 4},
		{"pps", "", 3, POLICY_END_DONE, 4},
		{"pd", "", 3, POLICY_END_DONE, 1},
		{"pf", "", 3, POLICY_END_DONE, 3},
		{"pd", "", 3, POLICY_END_INTERRUPTED, 130},
		/* --fail-on */
		{"pdf", "none", 0, POLICY_END_DONE, 0},
		{"pdf", "failed", 0, POLICY_END_DONE, 3},
		{"pdf", "diverged", 0, POLICY_END_DONE, 1},
		{"f", "none", 0, POLICY_END_DONE, 4},
		{"ps", "skipped", 0, POLICY_END_DONE, 3},
		{"pf", "diverged", 2, POLICY_END_DONE, 4},
		/* a run that ended early was not green */
		{"pm", "", 0, POLICY_END_DONE, 3},
		{"pm", "diverged", 0, POLICY_END_DONE, 3},
		{"pm", "none", 0, POLICY_END_DONE, 3},
		{"dm", "", 0, POLICY_END_DONE, 1},
		{"dx", "", 0, POLICY_END_DONE, 1},
		{"fx", "", 0, POLICY_END_DONE, 3},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct policy p = read_policy(ROWS[i].fail_on);
		struct policy_count count = counted(&p, ROWS[i].histories);
		int code;

		p.require = ROWS[i].require;
		code = (int)policy_exit_code(&p, &count, ROWS[i].end);
		if (code != ROWS[i].code)
			fail_msg("%s, --fail-on '%s' --require %d: %d, not %d", ROWS[i].histories,
				 ROWS[i].fail_on, (int)ROWS[i].require, code, ROWS[i].code);
	}
}

static void only_what_fails_the_run_stops_it(void **state)
{
	struct policy p = read_policy("diverged");
	struct policy_count count = counted(&p, "pfsk");

	p.fail_fast = true;
	assert_null(policy_stops(&p, &count));
	count = counted(&p, "pfskd");
	assert_string_equal(policy_stops(&p, &count), POLICY_FAIL_FAST);
	p.fail_fast = false;
	assert_null(policy_stops(&p, &count));
	assert_int_equal(policy_judged(&count), 3);
	assert_int_equal(count.known, 1);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(all_but_passed_and_skipped_fail_by_default),
		cmocka_unit_test(what_is_named_fails_and_nothing_else),
		cmocka_unit_test(an_unknown_name_gets_a_proposal),
		cmocka_unit_test(the_exit_code_is_the_worst_news),
		cmocka_unit_test(only_what_fails_the_run_stops_it),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
