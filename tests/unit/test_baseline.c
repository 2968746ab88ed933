/* SPDX-License-Identifier: MIT */
/* test_baseline.c: what is known, what is fixed, and what the file then says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "replayer/run/baseline.h"

#define HEADER "{\"hindcast\":\"baseline\",\"version\":1}\n"
#define KNOWN(fingerprint, type, more) \
	"{\"fingerprint\":\"" fingerprint "\",\"workflowType\":\"" type "\"" more "}\n"
#define ONE "1111111111111111"
#define TWO "2222222222222222"

static struct baseline *baseline_of(const char *text)
{
	struct baseline *b;
	struct err err = ERR_INIT;

	if (!baseline_parse(&b, str_of(text), &err))
		fail_msg("%s", err.message);
	return b;
}

static bool knows(const char *text, const char *history, const char *workflow_id,
		  enum verdict_kind kind, const char *fingerprint)
{
	struct baseline *b = baseline_of(text);
	struct verdict v = {.kind = kind};
	const struct ledger_entry e = {
		.history = str_of(history), .workflow_id = str_of(workflow_id), .verdict = &v};
	bool known;

	snprintf(v.fingerprint, sizeof(v.fingerprint), "%s", fingerprint);
	known = baseline_knows(b, &e);
	baseline_free(b);
	return known;
}

static void a_line_knows_by_fingerprint_and_what_it_names(void **state)
{
	const char *any = HEADER KNOWN(ONE, "Order", ",\"history\":\"*\"");
	const char *path = HEADER KNOWN(ONE, "Order", ",\"history\":\"a.json\"")
		KNOWN(ONE, "Order", ",\"history\":\"c.json\"");
	const char *id = HEADER "\r\n\n" KNOWN(TWO, "Order", "")
		KNOWN(ONE, "Order", ",\"workflowId\":\"w-1\"");

	assert_true(knows(any, "a.json", "w-1", VERDICT_DIVERGED, ONE));
	assert_true(knows(any, "a.json", "w-1", VERDICT_FAILED, ONE));
	assert_false(knows(any, "a.json", "w-1", VERDICT_DIVERGED, TWO));
	assert_false(knows(any, "a.json", "w-1", VERDICT_CRASHED, ONE));
	assert_false(knows(any, "a.json", "w-1", VERDICT_FAILED, ""));
	assert_true(knows(path, "a.json", "w-1", VERDICT_DIVERGED, ONE));
	assert_true(knows(path, "c.json", "w-1", VERDICT_DIVERGED, ONE));
	assert_false(knows(path, "b.json", "w-1", VERDICT_DIVERGED, ONE));
	assert_true(knows(id, "b.json", "w-1", VERDICT_DIVERGED, ONE));
	assert_false(knows(id, "b.json", "w-2", VERDICT_DIVERGED, ONE));
	assert_false(knows("", "b.json", "w-2", VERDICT_DIVERGED, ONE));
}

/* ---- runs ---- */

#define ROW(history, type, rest) \
	"{\"history\":\"" history "\",\"workflowType\":\"" type "\"," rest "}\n"
#define PASSED "\"verdict\":\"passed\""
#define FAILED(fingerprint) \
	"\"verdict\":\"failed\",\"message\":\"no\",\"fingerprint\":\"" fingerprint "\""
#define CRASHED "\"verdict\":\"crashed\""
#define SKIPPED(reason) "\"verdict\":\"skipped\",\"reason\":\"" reason "\""
#define RUN "{\"hindcast\":\"run\",\"version\":1,\"histories\":1}\n"
#define PART "{\"hindcast\":\"run\",\"version\":1,\"histories\":1,\"leftOut\":3}\n"
#define END "{\"totals\":{},\"ended\":\"2026-11-22T10:00:00Z\"}\n"

static struct run_file *run_of(const char *text)
{
	struct run_file *run;
	struct err err = ERR_INIT;

	if (!run_file_parse(&run, str_of(text), &err))
		fail_msg("%s", err.message);
	return run;
}

static const char TWO_LINES[] = HEADER
	"{\"fingerprint\":\"" ONE "\",\"workflowType\":\"Order\",\"title\":\"Order: x\","
	"\"history\":\"*\"}\n"
	"{\"fingerprint\":\"" TWO "\",\"workflowType\":\"Order\",\"title\":\"Order: y\\nz\","
	"\"history\":\"b.json\"}\n";

static void only_what_a_run_shows_is_fixed(void **state)
{
	static const struct {
		const char *run, *fixed;
	} ROWS[] = {
		{RUN ROW("a.json", "Order", PASSED) END, "Order: x\n"},
		{RUN ROW("a.json", "Order", PASSED) ROW("b.json", "Order", PASSED) END,
		 "Order: x\nOrder: y\\nz (b.json)\n"},
		/* still there, in another history */
		{RUN ROW("a.json", "Order", PASSED) ROW("b.json", "Order", FAILED(ONE)) END, ""},
		/* something new there, which may only have come before what is known */
		{RUN ROW("b.json", "Order", FAILED("3333333333333333")) END, ""},
		{RUN ROW("a.json", "Order", PASSED) ROW("c.json", "Refund",
							FAILED("3333333333333333")) END,
		 "Order: x\n"},
		/* a crash, or a part of the run, hides what might be */
		{RUN ROW("a.json", "Order", PASSED) ROW("c.json", "Order", CRASHED) END, ""},
		{RUN ROW("a.json", "Order", PASSED) ROW("c.json", "Refund", CRASHED) END,
		 "Order: x\n"},
		{RUN ROW("a.json", "Order", PASSED), ""},
		{PART ROW("a.json", "Order", PASSED) END, ""},
		{PART ROW("b.json", "Order", PASSED) END, "Order: y\\nz (b.json)\n"},
		{RUN ROW("a.json", "Order", PASSED) ROW("c.json", "Order", SKIPPED("max-time")) END,
		 ""},
		{RUN ROW("a.json", "Order", PASSED) ROW("c.json", "Order", SKIPPED("duplicate"))
			 END, "Order: x\n"},
		/* no history of that type at all: perhaps another shard's */
		{RUN ROW("a.json", "Refund", PASSED) END, ""},
		{RUN ROW("a.json", "Order", SKIPPED("duplicate")) END, ""},
	};
	struct baseline *b = baseline_of(TWO_LINES);

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct run_file *run = run_of(ROWS[i].run);
		struct buf out;

		buf_init(&out, 0);
		buf_puts(&out, "");
		baseline_fixed(b, run, &out);
		if (!str_is(buf_str(&out), ROWS[i].fixed))
			fail_msg("row %zu: '%.*s', not '%s'", i, STR_ARG(buf_str(&out)),
				 ROWS[i].fixed);
		buf_done(&out);
		run_file_free(run);
	}
	baseline_free(b);
}

static void assert_updated(const char *before, const char *text, const char *after)
{
	struct baseline *b = baseline_of(before);
	struct run_file *run = run_of(text);
	struct buf out;

	buf_init(&out, 0);
	baseline_update(b, run, &out);
	assert_string_equal(out.p, after);
	buf_done(&out);
	run_file_free(run);
	baseline_free(b);
}

static void an_update_adds_keeps_and_drops(void **state)
{
	static const char MINE[] =
		"{\"note\":  \"mine\", \"fingerprint\":\"" ONE "\",\"workflowType\":\"Order\"}\n";
	static const char NEW_TWO[] =
		"{\"fingerprint\":\"" TWO "\",\"verdict\":\"failed\",\"workflowType\":\"Audit\","
		"\"title\":\"Audit: no\",\"history\":\"*\"}\n";
	char text[1024], after[1024];

	/* from nothing: one line a cause, sorted */
	snprintf(after, sizeof(after), HEADER "%s", NEW_TWO);
	assert_updated("", RUN ROW("a", "Audit", FAILED(TWO)) ROW("b", "Audit", FAILED(TWO)) END,
		       after);
	/* a line of somebody's stays as it is; new ones find their place */
	snprintf(text, sizeof(text), HEADER "%s", MINE);
	snprintf(after, sizeof(after), HEADER "%s%s", NEW_TWO, MINE);
	assert_updated(text, RUN ROW("a", "Order", FAILED(ONE)) ROW("b", "Audit", FAILED(TWO)) END,
		       after);
	/* fixed ones go, where the run says so */
	assert_updated(text, RUN ROW("a", "Order", PASSED) END, HEADER);
	assert_updated(text, PART ROW("a", "Order", PASSED) END, text);
	assert_updated(TWO_LINES, RUN ROW("a", "Refund", PASSED) END, TWO_LINES);
}

static void the_file_is_written_whole_or_not_at_all(void **state)
{
	char folder[] = "/tmp/baseline-XXXXXX", path[64], temporary[64];
	struct baseline *b;
	struct err err = ERR_INIT;
	struct stat st;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/known", folder);
	snprintf(temporary, sizeof(temporary), "%s/known.new", folder);
	assert_false(baseline_read(&b, str_of(path), &err));
	assert_int_equal(err.code, ERR_MISSING);
	assert_true(baseline_write(str_of(path), STR(HEADER), &err));
	assert_int_equal(chmod(path, 0640), 0);
	assert_true(baseline_write(str_of(path), str_of(TWO_LINES), &err));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_true(baseline_read(&b, str_of(path), &err));
	baseline_free(b);
	/* in the way: the old one stays */
	assert_int_equal(mkdir(temporary, 0700), 0);
	assert_false(baseline_write(str_of(path), STR(HEADER), &err));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, sizeof(TWO_LINES) - 1);
	(void)rmdir(temporary);
	(void)unlink(path);
	(void)rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(a_line_knows_by_fingerprint_and_what_it_names),
		cmocka_unit_test(only_what_a_run_shows_is_fixed),
		cmocka_unit_test(an_update_adds_keeps_and_drops),
		cmocka_unit_test(the_file_is_written_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
