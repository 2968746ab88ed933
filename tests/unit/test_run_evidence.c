/* SPDX-License-Identifier: MIT */
/* test_run_evidence.c: what a replay showed, written to a run file and read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "replayer/run/run_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct story {
	char path[64];
	struct run_file *run;
};

static int set_up(void **state)
{
	static struct story s;
	int fd;

	s = (struct story){.path = "/tmp/hindcast-evidence-XXXXXX"};
	fd = mkstemp(s.path);
	assert_true(fd >= 0);
	close(fd);
	*state = &s;
	return 0;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	if (s->run)
		run_file_free(s->run);
	return unlink(s->path);
}

/* The evidence of a history's row, through the file. */
static const struct evidence *through_the_file(struct story *s, const struct evidence *e)
{
	static const struct ledger_header HEADER = {
		.tool = STR("0.1.0"), .started = STR("2026-11-22T10:00:00Z"), .histories = 1};
	struct verdict passed = {.kind = VERDICT_PASSED};
	struct ledger_entry entry = {.history = STR("a.json"), .verdict = &passed, .evidence = e};
	struct err err = ERR_INIT;
	struct ledger *l;

	assert_true(ledger_open(&l, str_of(s->path), &HEADER, &err));
	if (!ledger_add(l, &entry, &err))
		fail_msg("%s", err.message);
	assert_true(ledger_close(l, STR("2026-11-22T10:00:09Z"), &err));
	if (s->run)
		run_file_free(s->run);
	if (!run_file_read(&s->run, str_of(s->path), &err))
		fail_msg("%s", err.message);
	assert_int_equal(s->run->n_rows, 1);
	return s->run->rows[0].entry.evidence;
}

#define LIST(items) {(items), sizeof(items) / sizeof(*(items)), 0}

static void assert_str(struct str got, struct str want)
{
	assert_true(str_eq(got, want));
	/* What has no value is left out, and reads back as none. */
	assert_int_equal(!got.p, !want.n);
}

static void assert_frames(const struct stack_frame *got, const struct stack_frame *want, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_str(got[i].file, want[i].file);
		assert_int_equal(got[i].line, want[i].line);
		assert_int_equal(got[i].column, want[i].column);
		assert_str(got[i].function, want[i].function);
		assert_str(got[i].source, want[i].source);
		assert_int_equal(got[i].user, want[i].user);
	}
}

static struct stack_frame FRAMES[] = {
	{STR("src/workflow.ts"), 57, 11, STR("order"), STR("await charge()"), true},
	{STR("sdk/x.go"), 0, 0, STR_NONE, STR_NONE, false},
};

static void stacks_are_read_back(void **state)
{
	struct stack_coroutine coroutines[] = {
		{STR("root \x1b[31m"), FRAMES, 2},
		{STR_NONE, NULL, 0},
	};
	struct stack stacks[] = {
		{1, coroutines, 2, STR_NONE},
		{2, NULL, 0, STR("the worker does not say: no")},
	};
	struct query_answer queries[] = {
		{1, STR("status"), STR("{\"a\":\"\0\"}"), false},
		{2, STR("status"), STR("no such handler"), true},
	};
	struct evidence e = {.stacks = LIST(stacks), .queries = LIST(queries),
			     .stood = LIST(FRAMES), .stood_task = 7,
			     .strict_tasks = 9, .strict_compared = 4};
	const struct evidence *got = through_the_file(*state, &e);

	assert_int_equal(got->stacks.n, 2);
	assert_int_equal(got->stacks.at[0].task, 1);
	assert_int_equal(got->stacks.at[0].n_coroutines, 2);
	assert_str(got->stacks.at[0].coroutines[0].name, coroutines[0].name);
	assert_int_equal(got->stacks.at[0].coroutines[0].n_frames, 2);
	assert_frames(got->stacks.at[0].coroutines[0].frames, FRAMES, 2);
	assert_str(got->stacks.at[0].coroutines[1].name, STR_NONE);
	assert_int_equal(got->stacks.at[0].coroutines[1].n_frames, 0);
	assert_int_equal(got->stacks.at[1].n_coroutines, 0);
	assert_str(got->stacks.at[1].note, stacks[1].note);
	assert_int_equal(got->queries.n, 2);
	assert_str(got->queries.at[0].answer, queries[0].answer);
	assert_false(got->queries.at[0].failed);
	assert_int_equal(got->queries.at[1].task, 2);
	assert_str(got->queries.at[1].name, queries[1].name);
	assert_true(got->queries.at[1].failed);
	assert_int_equal(got->stood.n, 2);
	assert_frames(got->stood.at, FRAMES, 2);
	assert_int_equal(got->stood_task, 7);
	assert_int_equal(got->strict_tasks, 9);
	assert_int_equal(got->strict_compared, 4);
}

static void both_sides_are_read_back(void **state)
{
	struct difference differences[] = {
		{STR("input[0].amount"), STR("1"), STR("2"), DIFFERENCE_PLAIN},
		{STR("input[0].id"), STR("a"), STR_NONE, DIFFERENCE_GENERATED},
	};
	struct command_pair pairs[] = {
		{5, {STR("ActivityTaskScheduled"), STR("Charge"), STR("1")},
		 {STR("ScheduleActivityTask"), STR("Charge"), STR("1")}, differences, 2},
		{0, {STR_NONE, STR_NONE, STR_NONE}, {STR("StartTimer"), STR("30s"), STR_NONE}, NULL, 0},
	};
	struct task_commands tasks[] = {{.task = 3, .started_event_id = 12, .provenance = "probe-replay",
					 .pairs = pairs, .n_pairs = 2},
					{.task = 4, .started_event_id = 20}};
	struct context_event context[] = {{4, STR("WorkflowTaskCompleted"), STR_NONE},
					  {5, STR("ActivityTaskScheduled"), STR("Charge  x | y")}};
	struct str clues[] = {STR("one"), STR("two ::error")};
	struct evidence e = {.tasks = LIST(tasks), .context = LIST(context), .clues = LIST(clues)};
	const struct evidence *got = through_the_file(*state, &e);
	const struct command_pair *pair;

	assert_int_equal(got->tasks.n, 2);
	assert_int_equal(got->tasks.at[0].task, 3);
	assert_int_equal(got->tasks.at[0].started_event_id, 12);
	assert_string_equal(got->tasks.at[0].provenance, "probe-replay");
	assert_null(got->tasks.at[1].provenance);
	assert_int_equal(got->tasks.at[0].n_pairs, 2);
	pair = &got->tasks.at[0].pairs[0];
	assert_int_equal(pair->event_id, 5);
	assert_str(pair->history.what, pairs[0].history.what);
	assert_str(pair->history.name, pairs[0].history.name);
	assert_str(pair->history.id, pairs[0].history.id);
	assert_str(pair->worker.what, pairs[0].worker.what);
	assert_int_equal(pair->n_differences, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_str(pair->differences[i].path, differences[i].path);
		assert_str(pair->differences[i].history, differences[i].history);
		assert_str(pair->differences[i].worker, differences[i].worker);
		assert_int_equal(pair->differences[i].class, differences[i].class);
	}
	pair = &got->tasks.at[0].pairs[1];
	assert_int_equal(pair->event_id, 0);
	assert_str(pair->history.what, STR_NONE);
	assert_str(pair->worker.name, STR("30s"));
	assert_int_equal(got->context.n, 2);
	assert_int_equal(got->context.at[1].id, 5);
	assert_str(got->context.at[1].type, context[1].type);
	assert_str(got->context.at[1].summary, context[1].summary);
	assert_int_equal(got->clues.n, 2);
	assert_str(got->clues.at[1], clues[1]);
}

static void nothing_is_nothing(void **state)
{
	struct evidence e = {0};
	const struct evidence *got = through_the_file(*state, &e);

	assert_int_equal(got->tasks.n + got->stacks.n + got->queries.n + got->context.n +
				 got->clues.n + got->stood.n, 0);
	got = through_the_file(*state, NULL);
	assert_non_null(got);
	assert_int_equal(got->clues.n, 0);
}

/* A verdict is never lost to what was seen beside it. */
static void too_much_for_a_line_is_left_out_and_said(void **state)
{
	size_t n = LIMIT_RUN_STRING_BYTES - 10;
	char *text = mem_alloc(n);
	struct str clues[] = {STR("first")};
	struct stack *stacks;
	struct difference *differences;
	struct command_pair pair = {.event_id = 5};
	struct task_commands task = {.task = 1, .started_event_id = 3, .provenance = "reply",
				     .pairs = &pair, .n_pairs = 1};
	struct evidence e = {.clues = LIST(clues)};
	const struct evidence *got;
	size_t many = LIMIT_RUN_LINE_BYTES / n + 2;

	memset(text, 'x', n);
	stacks = mem_zalloc(many * sizeof(*stacks));
	differences = mem_zalloc(many * sizeof(*differences));
	for (size_t i = 0; i < many; i++) {
		stacks[i].note = str_slice(text, n);
		differences[i].history = str_slice(text, n);
	}
	e.stacks.at = stacks;
	e.stacks.n = many;
	e.tasks.at = &task;
	e.tasks.n = 1;
	got = through_the_file(*state, &e);
	assert_int_equal(got->stacks.n, 0);
	assert_int_equal(got->tasks.n, 1);
	assert_int_equal(got->clues.n, 2);
	assert_str(got->clues.at[0], clues[0]);
	assert_true(str_has(got->clues.at[1], "left out"));
	assert_int_equal(e.clues.n, 1); /* the caller's is as it was */
	pair.differences = differences;
	pair.n_differences = many;
	got = through_the_file(*state, &e);
	assert_int_equal(got->tasks.n, 0);
	assert_int_equal(got->clues.n, 2);
	mem_free(text);
	mem_free(stacks);
	mem_free(differences);
}

#define HEAD "{\"hindcast\":\"run\",\"version\":1,\"tool\":\"x\",\"started\":\"y\",\"histories\":1}\n"
#define ROW "{\"history\":\"a\",\"verdict\":\"passed\","

static void values_of_another_kind_are_refused(void **state)
{
	static const struct {
		const char *member, *message; /* "": fine */
	} ROWS[] = {
		{"\"stacks\":{}", "'stacks' is not an array"},
		{"\"stacks\":[1]", "'stacks' is not an array of objects"},
		{"\"stacks\":[[]]", "'stacks' is not an array of objects"},
		{"\"stacks\":[{\"task\":\"1\"}]", "'task' is not a whole number"},
		{"\"stacks\":[{\"task\":-1}]", "'task' is not a whole number"},
		{"\"stacks\":[{\"task\":1.5}]", "'task' is not a whole number"},
		{"\"stacks\":[{\"note\":7}]", "'note' is not a string"},
		{"\"stacks\":[{\"coroutines\":[{\"frames\":[{\"line\":\"x\"}]}]}]",
		 "'line' is not a whole number"},
		{"\"stacks\":[{\"coroutines\":[{\"frames\":[{\"user\":1}]}]}]",
		 "'user' is not true or false"},
		{"\"stood\":[null]", "'stood' is not an array of objects"},
		{"\"stoodTask\":[]", "'stoodTask' is not a whole number"},
		{"\"queries\":[{\"failed\":\"no\"}]", "'failed' is not true or false"},
		{"\"context\":\"x\"", "'context' is not an array"},
		{"\"clues\":\"x\"", "'clues' is not an array"},
		{"\"clues\":[null]", "'clues' is not an array of strings"},
		{"\"tasks\":[{\"provenance\":1}]", "'provenance' is not a string"},
		{"\"tasks\":[{\"commands\":[{\"history\":\"x\"}]}]", "'history' is not an object"},
		{"\"tasks\":[{\"commands\":[{\"worker\":{\"command\":1}}]}]",
		 "'command' is not a string"},
		{"\"tasks\":[{\"commands\":[{\"differences\":[{\"class\":\"odd\"}]}]}]",
		 "'class' is not a word that is known here"},
		{"\"tasks\":[{\"commands\":[{\"differences\":[{\"class\":1}]}]}]",
		 "'class' is not a string"},
		{"\"tasks\":null,\"stacks\":null,\"clues\":null,\"stoodTask\":null", ""},
		{"\"tasks\":[{\"commands\":[{\"history\":null,\"worker\":null}]}]", ""},
		{"\"stacks\":[{\"later\":{\"x\":[1]}}],\"more\":[[]]", ""},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;
		struct run_file *run;
		struct buf b;
		bool fine;

		buf_init(&b, 0);
		buf_printf(&b, "%s%s%s}\n", HEAD, ROW, ROWS[i].member);
		fine = run_file_parse(&run, buf_str(&b), &err);
		if (fine)
			run_file_free(run);
		if (fine == (*ROWS[i].message != '\0') || !strstr(err.message, ROWS[i].message))
			fail_msg("%s: %s", ROWS[i].member, err.message);
		if (!fine)
			assert_non_null(strstr(err.message, "line 2: "));
		buf_done(&b);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stacks_are_read_back),
		TEST(both_sides_are_read_back),
		TEST(nothing_is_nothing),
		TEST(too_much_for_a_line_is_left_out_and_said),
		TEST(values_of_another_kind_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
