/* SPDX-License-Identifier: MIT */
/* test_ledger.c: the run file, written and read back, whole, cut and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "replayer/run/run_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct ledger_header HEADER = {
	.tool = STR("0.1.0"), .started = STR("2026-11-22T10:00:00Z"), .histories = 3};

static struct verdict diverged(void)
{
	return (struct verdict){
		.kind = VERDICT_DIVERGED,
		.message = STR("[TMPRL1100] it differs"),
		.divergence = {.kind = DIVERGENCE_REPLACED,
			       .event_id = 12,
			       .workflow_task = 2,
			       .history = {STR("ActivityTaskScheduled"), STR("Reserve"), STR("5")},
			       .worker = {STR("StartTimer"), STR("30s"), STR_NONE},
			       .provenance = "message",
			       .own_words = true},
		.fingerprint = "00112233aabbccdd",
	};
}

struct place {
	char folder[64];
	char path[128];
};

static struct place place_new(void)
{
	struct place p;

	snprintf(p.folder, sizeof(p.folder), "/tmp/hindcast-ledger-XXXXXX");
	assert_non_null(mkdtemp(p.folder));
	snprintf(p.path, sizeof(p.path), "%s/.hindcast/last.jsonl", p.folder);
	return p;
}

static void place_done(struct place *p)
{
	char inner[128], ignored[160];

	snprintf(inner, sizeof(inner), "%s/.hindcast", p->folder);
	unlink(p->path);
	snprintf(ignored, sizeof(ignored), "%s/.gitignore", inner);
	unlink(ignored);
	rmdir(inner);
	assert_int_equal(rmdir(p->folder), 0);
}

static void what_is_written_is_read_back(void **state)
{
	static const struct str CLUES[] = {STR("the run id is guessed")};
	struct verdict v = diverged();
	struct verdict failed = {.kind = VERDICT_FAILED,
				 .reason = STR("deadlock"),
				 .message = STR("line\nnext \xff\0."),
				 .fingerprint = "ffff",
				 .unstable = true};
	struct verdict old = diverged();
	struct evidence evidence = {.clues = {(struct str *)CLUES, 1, 1}};
	struct ledger_entry e = {
		.history = STR("b.json"), .workflow_id = STR("w"), .run_id = STR("r"),
		.workflow_type = STR("Order"), .queue = STR("q"), .id_guessed = true,
		.events = 49, .bytes = 1000, .sdk = STR("temporal-go"),
		.sdk_version = STR("1.50.0"), .worker_identity = STR("1@h"),
		.worker_sdk = STR("temporal-go"), .worker_version = STR("1.50.0"),
		.worker_build_id = STR("b1"), .output = STR(".hindcast/worker.log"), .ms = 12.44,
		.verdict = &v, .old = &old, .evidence = &evidence,
	};
	struct ledger_entry f = {.history = STR("a-\xff.json"), .verdict = &failed};
	struct place p = place_new();
	struct err err = ERR_INIT;
	struct run_file *run;
	struct ledger *l;
	struct stat st;
	char inner[128];

	umask(0);
	assert_true(ledger_open(&l, str_of(p.path), &HEADER, &err));
	assert_true(ledger_add(l, &e, &err));
	assert_true(ledger_add(l, &f, &err));
	assert_true(ledger_close(l, STR("2026-11-22T10:00:09Z"), &err));
	assert_int_equal(stat(p.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(inner, sizeof(inner), "%s/.hindcast", p.folder);
	assert_int_equal(stat(inner, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);

	assert_true(run_file_read(&run, str_of(p.path), &err));
	assert_int_equal(run->n_rows, 2);
	assert_true(str_is(run->header.tool, "0.1.0"));
	assert_int_equal(run->header.histories, 3);
	assert_true(str_is(run->ended, "2026-11-22T10:00:09Z"));
	assert_non_null(run->rows[1].entry.old);
	assert_int_equal(run->rows[1].entry.old->kind, VERDICT_DIVERGED);
	assert_int_equal(run->rows[1].entry.old->divergence.kind, DIVERGENCE_REPLACED);
	assert_int_equal(run->rows[1].entry.old->divergence.event_id, 12);
	assert_string_equal(run->rows[1].entry.old->fingerprint, "00112233aabbccdd");
	assert_null(run->rows[0].entry.old);
	/* by path: the failed one first */
	assert_true(str_is(run->rows[0].entry.history, "a-\xff.json"));
	assert_int_equal(run->rows[0].verdict.kind, VERDICT_FAILED);
	assert_true(run->rows[0].verdict.unstable);
	assert_true(str_is(run->rows[0].verdict.reason, "deadlock"));
	assert_true(str_eq(run->rows[0].verdict.message, STR("line\nnext \xef\xbf\xbd\0.")));
	assert_string_equal(run->rows[0].verdict.fingerprint, "ffff");

	const struct ledger_entry *got = &run->rows[1].entry;
	const struct divergence *d = &got->verdict->divergence;

	assert_true(str_is(got->workflow_id, "w") && str_is(got->run_id, "r"));
	assert_true(str_is(got->workflow_type, "Order") && str_is(got->queue, "q"));
	assert_true(got->id_guessed && got->events == 49 && got->bytes == 1000);
	assert_true(str_is(got->sdk, "temporal-go") && str_is(got->sdk_version, "1.50.0"));
	assert_true(str_is(got->worker_identity, "1@h"));
	assert_true(str_is(got->worker_sdk, "temporal-go"));
	assert_true(str_is(got->worker_version, "1.50.0"));
	assert_true(str_is(got->worker_build_id, "b1"));
	assert_true(str_is(got->output, ".hindcast/worker.log"));
	assert_true(got->ms > 12.39 && got->ms < 12.41);
	assert_true(got->evidence->clues.n == 1 && str_eq(got->evidence->clues.at[0], CLUES[0]));
	assert_int_equal(d->kind, DIVERGENCE_REPLACED);
	assert_true(d->event_id == 12 && d->workflow_task == 2);
	assert_true(str_is(d->history.what, "ActivityTaskScheduled"));
	assert_true(str_is(d->history.name, "Reserve") && str_is(d->history.id, "5"));
	assert_true(str_is(d->worker.what, "StartTimer") && str_is(d->worker.name, "30s"));
	assert_string_equal(d->provenance, "message");
	assert_true(d->own_words);
	assert_string_equal(got->verdict->fingerprint, "00112233aabbccdd");
	assert_int_equal(run->causes.items.n, 2);
	run_file_free(run);
	place_done(&p);
}

static void an_interrupted_run_is_readable(void **state)
{
	struct verdict v = diverged();
	struct ledger_entry e = {.history = STR("b.json"), .verdict = &v};
	struct place p = place_new();
	struct err err = ERR_INIT;
	struct run_file *run;
	struct ledger *l, *second;
	FILE *f;

	assert_true(ledger_open(&l, str_of(p.path), &HEADER, &err));
	assert_true(ledger_add(l, &e, &err));
	/* killed here, in the middle of a line */
	f = fopen(p.path, "a");
	fputs("{\"history\":\"c.json\",\"verd", f);
	fclose(f);
	assert_true(run_file_read(&run, str_of(p.path), &err));
	assert_int_equal(run->n_rows, 1);
	assert_null(run->ended.p);
	assert_true(run->half_line);
	run_file_free(run);

	assert_false(ledger_open(&second, str_of(p.path), &HEADER, &err));
	assert_non_null(strstr(err.message, "another replay is writing it"));
	assert_true(ledger_close(l, STR("x"), &err));
	place_done(&p);
}

static void a_full_disk_is_an_error_and_leaves_whole_lines(void **state)
{
	struct verdict v = diverged();
	struct ledger_entry e = {.history = STR("b.json"), .verdict = &v};
	struct rlimit old, small;
	struct place p = place_new();
	struct err err = ERR_INIT;
	struct run_file *run;
	struct ledger *l;

	assert_true(ledger_open(&l, str_of(p.path), &HEADER, &err));
	assert_true(ledger_add(l, &e, &err));
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 700; /* in the middle of the next line */
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	assert_false(ledger_add(l, &e, &err));
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.message, p.path));
	assert_true(run_file_read(&run, str_of(p.path), &err));
	assert_int_equal(run->n_rows, 1);
	assert_false(run->half_line);
	run_file_free(run);
	assert_true(ledger_close(l, STR("x"), &err));

	assert_false(ledger_open(&l, STR("/dev/full"), &HEADER, &err));
	assert_non_null(strstr(err.message, "No space left on device"));
	assert_false(ledger_open(&l, STR("/nowhere/at/all/run.jsonl"), &HEADER, &err));
	assert_false(ledger_open(&l, STR(""), &HEADER, &err));
	place_done(&p);
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void only_a_run_is_written_over(void **state)
{
	static const struct {
		const char *text;
		bool fine;
	} ROWS[] = {
		{"", true},
		{"{\"hindcast\":\"run\",\"version\":1}\nhalf a li", true},
		{"{\"hindc", true}, /* killed as it began */
		{" { \"hindcast\" : \"run\" , \"version\": 1}\n", true},
		{"{\"events\":[]}\n", false},
		{"x", false},
		{"{\"hindcast\":\"baseline\",\"version\":1}\n", false},
	};
	struct place p = place_new();
	struct err err = ERR_INIT;
	struct ledger *l;
	struct stat st;

	assert_true(ledger_open(&l, str_of(p.path), &HEADER, &err));
	assert_true(ledger_close(l, STR("x"), &err));
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		write_text(p.path, ROWS[i].text);
		if (ledger_open(&l, str_of(p.path), &HEADER, &err) != ROWS[i].fine)
			fail_msg("%s", ROWS[i].text);
		if (ROWS[i].fine) {
			assert_true(ledger_close(l, STR("x"), &err));
			continue;
		}
		assert_non_null(strstr(err.message, "it holds something else"));
		assert_int_equal(stat(p.path, &st), 0);
		assert_int_equal(st.st_size, strlen(ROWS[i].text));
	}
	place_done(&p);
}

static void a_run_is_known_by_its_first_words_however_they_are_spaced(void **state)
{
	static const struct {
		const char *text;
		bool is_run;
	} ROWS[] = {
		{"{\"hindcast\":\"run\",\"version\":1}\n", true},
		{"{\"hindcast\" : \"run\", \"version\" : 1}\n", true},
		{"\t{ \"hindcast\":\n\"run\" ,", true},
		{"{\"hindc", true},
		{"", false},
		{" \n", false},
		{"{\"hind cast\":\"run\",", false},
		{"{\"hindcast\" : \"runs\"", false},
		{"{\"events\": []}\n", false},
	};
	struct place p = place_new();
	struct err err = ERR_INIT;
	struct ledger *l;

	assert_true(ledger_open(&l, str_of(p.path), &HEADER, &err));
	assert_true(ledger_close(l, STR("x"), &err));
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		write_text(p.path, ROWS[i].text);
		if (ledger_is_run(str_of(p.path)) != ROWS[i].is_run)
			fail_msg("%s", ROWS[i].text);
	}
	place_done(&p);
}

static void a_huge_message_is_cut_not_lost(void **state)
{
	size_t n = LIMIT_RUN_STRING_BYTES * 3;
	char *text = mem_alloc(n);
	struct verdict v = {.kind = VERDICT_FAILED, .message = {text, n}};
	struct ledger_entry e = {.history = STR("b.json"), .verdict = &v};
	struct place p = place_new();
	struct err err = ERR_INIT;
	struct run_file *run;
	struct ledger *l;

	for (size_t i = 0; i + 1 < n; i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	v.message = str_skip(v.message, 1); /* so that the ceiling falls inside a character */
	assert_true(ledger_open(&l, str_of(p.path), &HEADER, &err));
	assert_true(ledger_add(l, &e, &err));
	assert_true(ledger_close(l, STR("x"), &err));
	assert_true(run_file_read(&run, str_of(p.path), &err));
	assert_true(run->rows[0].verdict.message.n > LIMIT_RUN_STRING_BYTES - 8);
	assert_true(run->rows[0].verdict.message.n < LIMIT_RUN_STRING_BYTES + 8);
	run_file_free(run);
	mem_free(text);
	place_done(&p);
}

#define HEAD "{\"hindcast\":\"run\",\"version\":1,\"tool\":\"x\",\"started\":\"y\",\"histories\":1}\n"

static void a_foreign_or_broken_file_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *message;
	} ROWS[] = {
		{"", "line 1: this is not a hindcast run file: it is empty"},
		{"hello\n", "line 1: this is not a hindcast run file"},
		{"{\"events\":[]}\n", "line 1: this is not a hindcast run file"},
		{"{\"hindcast\":\"run\",\"version\":2}\n",
		 "line 1: a 'run' of version 2; this hindcast reads a 'run' of version 1"},
		{HEAD "[]\n", "line 2: not a JSON object"},
		{HEAD "{\"history\":\"a\"", ""},
		{HEAD "{\"history\":\"a\"\n", "line 2: not a JSON object"},
		{HEAD "{\"x\":1}\n", "line 2: neither a verdict nor the totals"},
		{HEAD "{\"history\":7,\"verdict\":\"passed\"}\n",
		 "line 2: 'history' is not a string"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"fine\"}\n",
		 "line 2: there is no verdict 'fine'"},
		{HEAD "{\"history\":\"a\"}\n", "line 2: there is no verdict ''"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"diverged\"}\n",
		 "line 2: diverged, but no 'divergence'"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"diverged\",\"divergence\":{\"kind\":\"?\"}}\n",
		 "line 2: there is no kind of divergence '?'"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"passed\",\"events\":-1}\n",
		 "line 2: 'events' is not a whole number"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"passed\",\"ms\":\"1\"}\n",
		 "line 2: 'ms' is not a number of milliseconds"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"passed\",\"clues\":[1]}\n",
		 "line 2: 'clues' is not an array of strings"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"failed\",\"fingerprint\":\"xyz\"}\n",
		 "line 2: 'fingerprint' is not hexadecimal"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"failed\","
		      "\"fingerprint\":\"00000000000000000\"}\n",
		 "line 2: 'fingerprint' is not of 16 digits"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"passed\",\"old\":\"passed\"}\n",
		 "line 2: 'old' is not an object"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"passed\",\"old\":{}}\n",
		 "line 2: there is no verdict ''"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"passed\",\"old\":{\"verdict\":\"diverged\","
		      "\"kind\":\"gone\"}}\n",
		 "line 2: there is no kind of divergence 'gone'"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"passed\",\"old\":{\"verdict\":\"passed\"}}\n",
		 ""},
		{HEAD "{\"totals\":{}}\n{\"history\":\"a\",\"verdict\":\"passed\"}\n",
		 "line 3: there is more after the totals"},
		{HEAD "{\"history\":\"a\",\"verdict\":\"passed\",\"new\":{\"x\":[1]}}\n", ""},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;
		struct run_file *run;

		if (run_file_parse(&run, str_of(ROWS[i].text), &err))
			run_file_free(run);
		assert_string_equal(err.message, ROWS[i].message);
	}
}

static void nested_json_does_not_break_the_stack(void **state)
{
	struct err err = ERR_INIT;
	struct run_file *run;
	struct buf b;

	buf_init(&b, 0);
	buf_puts(&b, HEAD "{\"history\":");
	for (int i = 0; i < 1000000; i++)
		buf_add_char(&b, '[');
	buf_add_char(&b, '\n');
	assert_false(run_file_parse(&run, buf_str(&b), &err));
	buf_done(&b);
}

static void causes_are_counted_and_ordered_by_weight(void **state)
{
	static const char *const ROWS[] = {
		"{\"history\":\"z\",\"events\":9,\"verdict\":\"failed\",\"message\":\"B\","
		"\"fingerprint\":\"bb\"}\n",
		"{\"history\":\"y\",\"events\":3,\"verdict\":\"failed\",\"message\":\"A\","
		"\"fingerprint\":\"aa\"}\n",
		"{\"history\":\"x\",\"events\":4,\"verdict\":\"failed\",\"message\":\"A2\","
		"\"fingerprint\":\"aa\"}\n",
		"{\"history\":\"w\",\"events\":3,\"verdict\":\"failed\",\"message\":\"A3\","
		"\"fingerprint\":\"aa\"}\n",
		"{\"history\":\"v\",\"verdict\":\"passed\"}\n",
		"{\"history\":\"u\",\"verdict\":\"skipped\",\"message\":\"S\"}\n",
		"{\"history\":\"t\",\"verdict\":\"skipped\",\"message\":\"S\"}\n",
	};

	/* whatever the order of the lines */
	for (size_t first = 0; first < 7; first++) {
		struct err err = ERR_INIT;
		struct run_file *run;
		struct buf b;

		buf_init(&b, 0);
		buf_puts(&b, HEAD);
		for (size_t i = 0; i < 7; i++)
			buf_puts(&b, ROWS[(first + i) % 7]);
		assert_true(run_file_parse(&run, buf_str(&b), &err));
		assert_int_equal(run->causes.items.n, 3);
		assert_true(str_is(run->causes.items.at[0].fingerprint, "aa"));
		assert_int_equal(run->causes.items.at[0].count, 3);
		assert_true(str_is(run->causes.items.at[0].smallest, "w"));
		assert_true(str_is(run->causes.items.at[0].title, "A3"));
		assert_null(run->causes.items.at[1].fingerprint.p);
		assert_int_equal(run->causes.items.at[1].count, 2);
		assert_true(str_is(run->causes.items.at[2].fingerprint, "bb"));
		for (size_t i = 0; i < run->n_rows; i++)
			if (run->rows[i].verdict.kind == VERDICT_PASSED)
				assert_true(run->rows[i].cause == CAUSES_NONE);
		assert_int_equal(run->rows[0].cause, 1);
		assert_int_equal(run->rows[6].cause, 2);
		assert_int_equal(run->totals[VERDICT_SKIPPED], 2);
		run_file_free(run);
		buf_done(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(an_interrupted_run_is_readable),
		cmocka_unit_test(a_full_disk_is_an_error_and_leaves_whole_lines),
		cmocka_unit_test(only_a_run_is_written_over),
		cmocka_unit_test(a_run_is_known_by_its_first_words_however_they_are_spaced),
		cmocka_unit_test(a_huge_message_is_cut_not_lost),
		cmocka_unit_test(a_foreign_or_broken_file_is_refused_with_its_line),
		cmocka_unit_test(nested_json_does_not_break_the_stack),
		cmocka_unit_test(causes_are_counted_and_ordered_by_weight),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
