/* SPDX-License-Identifier: MIT */
/* test_view_run.c: the rows of a run: groups, folds, order, filters, another run in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/schema/schema.h"
#include "viewer/act/act.h"
#include "viewer/address.h"

#include <stdio.h>
#include <string.h>

/* ---- runs in a line or two ---- */

static void add_header(struct buf *b)
{
	buf_puts(b, "{\"hindcast\":\"run\",\"version\":1,\"tool\":\"0.1.0\",\"histories\":9}\n");
}

static void add_row(struct buf *b, const char *id, int events, const char *verdict, const char *more)
{
	buf_printf(b,
		   "{\"history\":\"h/%s.json\",\"workflowId\":\"%s\",\"workflowType\":\"Order\","
		   "\"events\":%d,\"bytes\":%d,\"verdict\":\"%s\"%s}\n",
		   id, id, events, events * 100, verdict, more);
}

/* A divergence at event 5, of the cause that a letter names. */
static const char *diverged(char cause)
{
	static char text[400];

	snprintf(text, sizeof(text),
		 ",\"divergence\":{\"kind\":\"replaced\",\"eventId\":5,\"workflowTask\":1,"
		 "\"history\":{\"event\":\"TimerStarted\",\"name\":\"%c\"},"
		 "\"worker\":{\"command\":\"StartTimer\",\"name\":\"z\"},\"field\":null,"
		 "\"fingerprint\":\"%c000000000000000\"}",
		 cause, cause);
	return text;
}

static struct run_file *parse(const struct buf *b)
{
	struct run_file *run;
	struct err err = ERR_INIT;

	assert_true(run_file_parse(&run, buf_str(b), &err));
	return run;
}

/* Cause b twice, cause a five times, one crash, two passed, two skipped for two reasons. */
static struct run_file *some_run(void)
{
	struct run_file *run;
	struct buf b;

	buf_init(&b, 0);
	add_header(&b);
	add_row(&b, "p1", 7, "passed", "");
	add_row(&b, "b1", 30, "diverged", diverged('b'));
	add_row(&b, "b2", 20, "diverged", diverged('b'));
	for (int i = 1; i <= 5; i++) {
		char id[3] = {'a', (char)('0' + i), 0};

		add_row(&b, id, 60 - i, "diverged", diverged('a'));
	}
	add_row(&b, "c1", 9, "crashed", ",\"message\":\"signal 11\"");
	add_row(&b, "s1", 1, "skipped", ",\"reason\":\"duplicate\",\"message\":\"of h/p1.json\"");
	add_row(&b, "s2", 1, "skipped", ",\"reason\":\"duplicate\",\"message\":\"of h/p2.json\"");
	add_row(&b, "p2", 3, "passed", "");
	run = parse(&b);
	buf_done(&b);
	return run;
}

/* "[1]diverged5 a5 a4 a3 +2 ..." */
static void assert_lines(const struct run_list *l, const char *expected)
{
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < l->lines.n; i++) {
		const struct run_line *line = &l->lines.at[i];
		const struct run_group *g = &l->groups.at[line->group];

		if (line->kind == RUN_LINE_GROUP)
			buf_printf(&b, "%s[%zu]%s:%zu", i ? " " : "", g->number,
				   verdict_name(g->kind), g->all);
		else if (line->kind == RUN_LINE_MORE)
			buf_printf(&b, " +%zu", g->n - RUN_BRIEF_ROWS);
		else
			buf_printf(&b, " %.*s", STR_ARG(l->run->rows[line->row].entry.workflow_id));
	}
	assert_string_equal(b.p ? b.p : "", expected);
	buf_done(&b);
}

struct rows {
	struct run_file *run;
	struct run_list list;
	const struct schema *schema;
	struct arena arena;
};

static void open_rows(struct rows *r)
{
	r->run = some_run();
	arena_init(&r->arena);
	r->schema = schema_new(&r->arena);
	run_list_init(&r->list);
	run_list_take(&r->list, r->run);
}

static void close_rows(struct rows *r)
{
	run_list_done(&r->list);
	run_file_free(r->run);
	arena_done(&r->arena);
}

/* ---- groups ---- */

#define BRIEF                                                                            \
	"[1]diverged:5 a5 a4 a3 +2 [2]diverged:2 b2 b1 [3]crashed:1 c1 [0]passed:2 " \
	"[0]skipped:2"

static void largest_cause_first_and_its_smallest(void **state)
{
	struct rows r;

	open_rows(&r);
	assert_lines(&r.list, BRIEF);
	assert_int_equal(run_list_begin(&r.list), 1);
	assert_string_equal(run_list_row(&r.list, 0)->entry.workflow_id.p, "a5");
	close_rows(&r);
}

static void folds_turn(void **state)
{
	struct rows r;

	open_rows(&r);
	run_list_fold(&r.list, 0, RUN_CLOSED);
	run_list_fold(&r.list, 1, RUN_CLOSED);
	assert_lines(&r.list, "[1]diverged:5 [2]diverged:2 [3]crashed:1 c1 [0]passed:2 [0]skipped:2");
	run_list_fold(&r.list, 0, RUN_WHOLE);
	assert_lines(&r.list, "[1]diverged:5 a5 a4 a3 a2 a1 [2]diverged:2 [3]crashed:1 c1 "
			      "[0]passed:2 [0]skipped:2");
	run_list_fold_all(&r.list, true);
	assert_lines(&r.list, "[1]diverged:5 a5 a4 a3 a2 a1 [2]diverged:2 b2 b1 [3]crashed:1 c1 "
			      "[0]passed:2 p2 p1 [0]skipped:2 s1 s2");
	run_list_fold_all(&r.list, false);
	assert_lines(&r.list, BRIEF);
	close_rows(&r);
}

static void what_all_passed_is_open(void **state)
{
	struct run_list l;
	struct run_file *run;
	struct buf b;

	buf_init(&b, 0);
	add_header(&b);
	add_row(&b, "p1", 7, "passed", "");
	add_row(&b, "p2", 5, "passed", "");
	run = parse(&b);
	run_list_init(&l);
	run_list_take(&l, run);
	assert_lines(&l, "[0]passed:2 p2 p1");
	run_list_done(&l);
	run_file_free(run);
	buf_done(&b);
}

/* ---- order and filters ---- */

static void sort(struct rows *r, const char *by)
{
	struct err err = ERR_INIT;

	assert_true(roster_sort(&r->list.roster, str_of(by), &err));
	run_list_sort(&r->list);
}

static void rows_are_sorted_within_their_cause(void **state)
{
	struct rows r;
	struct err err = ERR_INIT;

	open_rows(&r);
	sort(&r, "name");
	assert_lines(&r.list, "[1]diverged:5 a1 a2 a3 +2 [2]diverged:2 b1 b2 [3]crashed:1 c1 "
			      "[0]passed:2 [0]skipped:2");
	sort(&r, "-size");
	assert_lines(&r.list, "[1]diverged:5 a1 a2 a3 +2 [2]diverged:2 b1 b2 [3]crashed:1 c1 "
			      "[0]passed:2 [0]skipped:2");
	sort(&r, "size");
	assert_lines(&r.list, BRIEF);
	assert_false(roster_sort(&r.list.roster, STR("colour"), &err));
	assert_non_null(strstr(err.message, "events"));
	close_rows(&r);
}

static bool filter(struct rows *r, const char *text)
{
	struct err err = ERR_INIT;

	if (!roster_filter(&r->list.roster, str_of(text), r->schema, &err))
		return false;
	run_list_filter(&r->list);
	return true;
}

static void filters_are_queries_or_words(void **state)
{
	struct rows r;

	open_rows(&r);
	assert_true(filter(&r, "events < 21"));
	assert_lines(&r.list, "[2]diverged:2 b2 [3]crashed:1 c1 [0]passed:2 p2 p1 [0]skipped:2 s1 s2");
	assert_true(filter(&r, "crashed"));
	assert_lines(&r.list, "[3]crashed:1 c1");
	assert_true(filter(&r, "!id like 'a*'"));
	assert_lines(&r.list, "[2]diverged:2 b2 b1 [3]crashed:1 c1 [0]passed:2 p2 p1 "
			      "[0]skipped:2 s1 s2");
	assert_true(filter(&r, "nothing"));
	assert_lines(&r.list, "");
	assert_false(filter(&r, "events <"));
	assert_true(filter(&r, " "));
	assert_lines(&r.list, BRIEF);
	close_rows(&r);
}

static void next_goes_through_what_diverged(void **state)
{
	static const char *const ORDER[] = {"a5", "a4", "a3", "a2", "a1", "b2", "b1"};
	struct rows r;
	size_t line = 0;

	open_rows(&r);
	run_list_fold(&r.list, 5, RUN_CLOSED);
	for (size_t i = 0; i < 7; i++) {
		size_t row = run_list_next(&r.list, line, VERDICT_DIVERGED, true);

		assert_int_not_equal(row, SIZE_MAX);
		assert_string_equal(r.run->rows[row].entry.workflow_id.p, ORDER[i]);
		line = run_list_show(&r.list, row);
		assert_ptr_equal(run_list_row(&r.list, line), &r.run->rows[row]);
	}
	assert_true(run_list_next(&r.list, line, VERDICT_DIVERGED, true) == SIZE_MAX);
	assert_string_equal(
		r.run->rows[run_list_next(&r.list, line, VERDICT_DIVERGED, false)].entry.workflow_id.p,
		"b2");
	assert_true(run_list_next(&r.list, 1, VERDICT_DIVERGED, false) == SIZE_MAX);
	close_rows(&r);
}

/* ---- a run that grows ---- */

static struct run_file *grown_run(void)
{
	struct run_file *run;
	struct buf b;

	buf_init(&b, 0);
	add_header(&b);
	for (int i = 1; i <= 4; i++) {
		char id[3] = {'b', (char)('0' + i), 0};

		add_row(&b, id, 60 - 10 * i, "diverged", diverged('b'));
	}
	add_row(&b, "a5", 55, "diverged", diverged('a'));
	run = parse(&b);
	buf_done(&b);
	return run;
}

/* "[] a5 a4 ..." from PLACE on, round the end. */
static void assert_places(const struct run_list *l, bool forward, const char *expected)
{
	struct run_place first = run_list_place(l, 0), p = first;
	struct buf b;

	buf_init(&b, 0);
	do {
		const struct run_group *g = &l->groups.at[p.group];

		if (p.at == RUN_PLACE_HEADING)
			buf_puts(&b, "[] ");
		else
			buf_printf(&b, "%.*s ",
				   STR_ARG(l->run->rows[l->order.at[g->first + p.at]].entry.workflow_id));
		p = run_list_step(l, p, forward);
	} while (p.group != first.group || p.at != first.at);
	assert_string_equal(b.p, expected);
	buf_done(&b);
}

static void every_history_has_a_place_however_it_is_folded(void **state)
{
	struct rows r;
	struct err err = ERR_INIT;
	struct run_place p;
	struct buf folds;

	open_rows(&r);
	buf_init(&folds, 0);
	run_list_folds(&r.list, &folds);
	assert_places(&r.list, true, "[] a5 a4 a3 a2 a1 [] b2 b1 [] c1 [] p2 p1 [] s1 s2 ");
	assert_places(&r.list, false, "[] s2 s1 [] p1 p2 [] c1 [] b1 b2 [] a1 a2 a3 a4 a5 ");
	p = run_list_place(&r.list, 4); /* "2 more" */
	assert_int_equal(run_list_unfold_to(&r.list, p), 4);
	assert_lines(&r.list, "[1]diverged:5 a5 a4 a3 a2 a1 [2]diverged:2 b2 b1 [3]crashed:1 c1 "
			      "[0]passed:2 [0]skipped:2");
	p = run_list_step(&r.list, run_list_place(&r.list, r.list.lines.n - 1), false);
	assert_string_equal(run_list_row(&r.list, run_list_unfold_to(&r.list, p))->entry.workflow_id.p,
			    "p1");
	assert_true(run_list_fold_as(&r.list, buf_str(&folds)));
	assert_false(run_list_fold_as(&r.list, buf_str(&folds)));
	assert_lines(&r.list, BRIEF);
	assert_true(roster_filter(&r.list.roster, STR("b"), r.schema, &err));
	run_list_filter(&r.list);
	assert_places(&r.list, true, "[] b2 b1 ");
	buf_done(&folds);
	close_rows(&r);
}

static void cursor_and_folds_stay_in_a_new_run(void **state)
{
	const struct session_options options = {0};
	struct session s;

	session_init(&s, NULL, &options);
	session_take_run(&s, some_run(), STR("last.jsonl"));
	session_show(&s, PANE_RUN, NULL);
	run_list_fold(&s.runs, 0, RUN_CLOSED);
	s.scrolls[PANE_RUN].row = 2;
	assert_string_equal(session_run_row(&s)->entry.workflow_id.p, "b2");
	session_take_run(&s, grown_run(), STR("last.jsonl"));
	assert_string_equal(session_run_row(&s)->entry.workflow_id.p, "b2");
	assert_lines(&s.runs, "[1]diverged:4 b4 b3 b2 b1 [2]diverged:1");
	session_done(&s);
}

/* The last of cause b passes now: it moves to those, and the cursor goes with it. */
static void what_is_replayed_again_moves(void **state)
{
	const struct session_options options = {0};
	struct session s;
	struct buf b;

	buf_init(&b, 0);
	add_header(&b);
	add_row(&b, "b2", 20, "passed", "");
	session_init(&s, NULL, &options);
	session_take_run(&s, some_run(), STR("last.jsonl"));
	session_show(&s, PANE_RUN, NULL);
	run_list_fold_all(&s.runs, true);
	session_take_rerun(&s, STR("h/b2.json"), parse(&b));
	assert_lines(&s.runs, "[1]diverged:5 a5 a4 a3 a2 a1 [2]diverged:1 b1 [3]crashed:1 c1 "
			      "[0]passed:3 p2 p1 b2 [0]skipped:2 s1 s2");
	assert_string_equal(session_run_row(&s)->entry.workflow_id.p, "b2");
	assert_int_equal(session_run_row(&s)->was, VERDICT_DIVERGED);
	session_done(&s);
	buf_done(&b);
}

static struct run_file *one_row(const char *history, const char *verdict)
{
	struct run_file *run;
	struct buf b;

	buf_init(&b, 0);
	add_header(&b);
	add_row(&b, history, 20, verdict, "");
	run = parse(&b);
	buf_done(&b);
	return run;
}

static enum verdict_kind verdict_of(const struct session *s, const char *id)
{
	for (size_t i = 0; i < s->run->n_rows; i++)
		if (str_is(s->run->rows[i].entry.workflow_id, id))
			return s->run->rows[i].verdict.kind;
	return VERDICT_KINDS;
}

/* The worker was mended, and the run that is still going on is read again. */
static void what_was_replayed_again_outlasts_a_run_that_grows(void **state)
{
	const struct session_options options = {0};
	struct session s;

	session_init(&s, NULL, &options);
	session_take_run(&s, some_run(), STR("last.jsonl"));
	session_show(&s, PANE_RUN, NULL);
	session_take_rerun(&s, STR("h/b2.json"), one_row("b2", "crashed"));
	session_take_rerun(&s, STR("h/b2.json"), one_row("b2", "passed"));
	assert_int_equal(s.reruns.n, 1);
	session_take_run(&s, grown_run(), STR("last.jsonl"));
	assert_int_equal(verdict_of(&s, "b2"), VERDICT_PASSED);
	assert_int_equal(verdict_of(&s, "b1"), VERDICT_DIVERGED);
	/* What the run says anew is news. */
	session_take_run(&s, one_row("b2", "failed"), STR("last.jsonl"));
	assert_int_equal(verdict_of(&s, "b2"), VERDICT_FAILED);
	session_take_run(&s, grown_run(), STR("last.jsonl"));
	assert_int_equal(verdict_of(&s, "b2"), VERDICT_DIVERGED);
	session_done(&s);
}

static void a_rerun_of_a_history_that_lies_elsewhere_is_that_of_its_row(void **state)
{
	const struct session_options options = {0};
	struct session s;

	session_init(&s, NULL, &options);
	session_add_file(&s, STR("here/b2.json"), 1);
	session_take_run(&s, some_run(), STR("last.jsonl"));
	session_show(&s, PANE_RUN, NULL);
	run_list_fold_all(&s.runs, true);
	while (!str_is(session_run_row(&s)->entry.workflow_id, "b2"))
		s.scrolls[PANE_RUN].row++;
	session_take_rerun(&s, STR("here/b2.json"), one_row("b2", "passed"));
	assert_int_equal(verdict_of(&s, "b2"), VERDICT_PASSED);
	assert_true(str_is(session_run_row(&s)->entry.history, "h/b2.json"));
	session_done(&s);
}

/* ---- where histories lie, and addresses ---- */

static void histories_are_found_by_the_end_of_their_path(void **state)
{
	static const struct {
		const char *path, *found;
	} ROWS[] = {
		{"ci/go/a.json", "here/go/a.json"},
		{"ci/java/a.json", "here/java/a.json"},
		{"a.json", "here/go/a.json"}, /* of two as good, the first */
		{"b.json", "here/b.json"},
		{"ci/b.json#2", "here/b.json#2"},
		{"ci/bb.json", "ci/bb.json"},
		{"json", "json"},
	};
	const struct session_options options = {0};
	struct session s;

	session_init(&s, NULL, &options);
	session_add_file(&s, STR("here/go/a.json"), 1);
	session_add_file(&s, STR("here/java/a.json"), 1);
	session_add_file(&s, STR("here/b.json"), 1);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct str found = file_list_locate(&s, str_of(ROWS[i].path));

		assert_int_equal(found.n, strlen(ROWS[i].found));
		assert_memory_equal(found.p, ROWS[i].found, found.n);
	}
	session_done(&s);
}

static void act(struct session *s, enum action action)
{
	session_act(s, action, STR_NONE);
}

/* The run's paths lead nowhere from here; the histories were named beside it. */
static void enter_opens_where_it_diverges_and_back_is_the_row(void **state)
{
	const struct session_options options = {0};
	struct session s;
	struct run_file *run;
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	session_init(&s, schema_new(&a), &options);
	assert_true(run_file_read(&run, STR("tests/data/view/order.jsonl"), &err));
	session_take_run(&s, run, STR("tests/data/view/order.jsonl"));
	session_add_file(&s, STR("samples/order/histories/go/before-fraud-check.json"), 1);
	session_add_file(&s, STR("samples/order/histories/python/before-fraud-check.json"), 1);
	assert_true(session_begin(&s, &err));
	act(&s, ACTION_NEXT_DIVERGENCE);
	assert_string_equal(session_run_row(&s)->entry.workflow_id.p, "order-1000");
	act(&s, ACTION_ENTER);
	assert_int_equal(session_place(&s)->pane, PANE_LIST);
	assert_int_equal(session_document(&s)->at, 29);
	act(&s, ACTION_BACK);
	assert_string_equal(session_run_row(&s)->entry.workflow_id.p, "order-1000");
	act(&s, ACTION_VIEW_STATE);
	assert_int_equal(session_place(&s)->pane, PANE_STATE);
	act(&s, ACTION_BACK);
	act(&s, ACTION_PREVIOUS_DIVERGENCE);
	act(&s, ACTION_ENTER); /* this one is not there */
	assert_null(session_document(&s));
	assert_int_equal(session_place(&s)->pane, PANE_VERDICT);
	session_done(&s);
	arena_done(&a);
}

static void addresses_are_taken_apart(void **state)
{
	enum { NO_EVENT = 999999 };
	static const struct {
		const char *text, *file, *history;
		long long event; /* NO_EVENT: not said */
		const char *view;
	} ROWS[] = {
		{"/dev/null:12:diff", "/dev/null", NULL, 12, "diff"},
		{"/dev/null:-3", "/dev/null", NULL, -3, NULL},
		{"/dev/null:0:json", "/dev/null", NULL, 0, "json"},
		{"-:5", "-", NULL, 5, NULL},
		{"-:state", "-", NULL, NO_EVENT, "state"},
		{"/dev/null#order-1", "/dev/null", "order-1", NO_EVENT, NULL},
		{"/dev/null#order-1:12", "/dev/null", "order-1", 12, NULL},
		{"/dev/null#order:1:x:12:state", "/dev/null", "order:1:x", 12, "state"},
		{"/dev/null#a#b:3", "/dev/null", "a#b", 3, NULL},
		{"/dev/null#7", "/dev/null#7", NULL, NO_EVENT, NULL},
		{"none/such:x", "none/such:x", NULL, NO_EVENT, NULL},
		{"none/such:5", "none/such", NULL, 5, NULL},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct address a;

		address_read(str_of(ROWS[i].text), &a);
		assert_true(str_is(a.file, ROWS[i].file));
		assert_true(ROWS[i].history ? str_is(a.history, ROWS[i].history) : !a.history.p);
		assert_int_equal(a.has_event, ROWS[i].event != NO_EVENT);
		if (a.has_event)
			assert_int_equal(a.event, ROWS[i].event);
		assert_int_equal(a.has_view, ROWS[i].view != NULL);
		if (ROWS[i].view)
			assert_string_equal(PANE_TABLE[a.view]->name, ROWS[i].view);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(largest_cause_first_and_its_smallest),
		cmocka_unit_test(folds_turn),
		cmocka_unit_test(what_all_passed_is_open),
		cmocka_unit_test(rows_are_sorted_within_their_cause),
		cmocka_unit_test(filters_are_queries_or_words),
		cmocka_unit_test(next_goes_through_what_diverged),
		cmocka_unit_test(every_history_has_a_place_however_it_is_folded),
		cmocka_unit_test(cursor_and_folds_stay_in_a_new_run),
		cmocka_unit_test(what_is_replayed_again_moves),
		cmocka_unit_test(what_was_replayed_again_outlasts_a_run_that_grows),
		cmocka_unit_test(a_rerun_of_a_history_that_lies_elsewhere_is_that_of_its_row),
		cmocka_unit_test(histories_are_found_by_the_end_of_their_path),
		cmocka_unit_test(enter_opens_where_it_diverges_and_back_is_the_row),
		cmocka_unit_test(addresses_are_taken_apart),
	};

	return cmocka_run_group_tests_name("view_run", tests, NULL, NULL);
}
