/* SPDX-License-Identifier: MIT */
/* test_report.c: a fixed run file through every report, against what it must say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replayer/report/report.h"
#include "replayer/report/report_open.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Expected texts are tests/data/run.NAME; HINDCAST_REWRITE=1 writes them anew:
 *
 *     HINDCAST_REWRITE=1 meson test -C build report
 */
static struct str data_path(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", getenv("HINDCAST_DATA"), name);
}

static void read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char chunk[4096];
	size_t n;

	buf_init(out, 0);
	buf_puts(out, "");
	if (!f)
		return;
	while ((n = fread(chunk, 1, sizeof(chunk), f)))
		buf_add_bytes(out, chunk, n);
	fclose(f);
}

static void write_file(const char *path, struct str s)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

static void write_report(const struct run_file *run, const char *name,
			 enum report_colour colour, struct buf *out)
{
	struct err err = ERR_INIT;

	buf_init(out, 0);
	assert_true(report_find(str_of(name))->write(run, colour, out, &err));
}

static struct run_file *run_of(const char *name)
{
	struct err err = ERR_INIT;
	struct run_file *run;
	struct arena a;

	arena_init(&a);
	if (!run_file_read(&run, data_path(&a, name), &err))
		fail_msg("%s", err.message);
	arena_done(&a);
	return run;
}

static void reports_say_what_is_expected(void **state)
{
	static const struct {
		const char *run, *report, *expected;
		enum report_colour colour;
	} ROWS[] = {
		{"run.jsonl", "text", "run.text", REPORT_PLAIN},
		{"run.jsonl", "text", "run.colour.text", REPORT_COLOUR},
		{"run.jsonl", "json", "run.json", REPORT_PLAIN},
		{"run.jsonl", "junit", "run.junit.xml", REPORT_PLAIN},
		{"run.jsonl", "sarif", "run.sarif", REPORT_PLAIN},
		{"run.jsonl", "github", "run.github", REPORT_PLAIN},
		{"run.jsonl", "markdown", "run.markdown", REPORT_PLAIN},
		{"run.cut.jsonl", "text", "run.cut.text", REPORT_PLAIN},
		{"run.cut.jsonl", "json", "run.cut.json", REPORT_PLAIN},
		{"run.hostile.jsonl", "text", "run.hostile.text", REPORT_PLAIN},
		{"run.hostile.jsonl", "json", "run.hostile.json", REPORT_PLAIN},
		{"run.hostile.jsonl", "junit", "run.hostile.junit.xml", REPORT_PLAIN},
		{"run.hostile.jsonl", "sarif", "run.hostile.sarif", REPORT_PLAIN},
		{"run.hostile.jsonl", "github", "run.hostile.github", REPORT_PLAIN},
		{"run.hostile.jsonl", "markdown", "run.hostile.markdown", REPORT_PLAIN},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct run_file *run = run_of(ROWS[i].run);
		const char *path = data_path(&a, ROWS[i].expected).p;
		struct buf out, expected;

		write_report(run, ROWS[i].report, ROWS[i].colour, &out);
		if (getenv("HINDCAST_REWRITE"))
			write_file(path, buf_str(&out));
		read_file(path, &expected);
		assert_string_equal(out.p, expected.p);
		buf_done(&out);
		buf_done(&expected);
		run_file_free(run);
	}
	arena_done(&a);
}

/* What no report may hold, whatever the names are; COMMANDS: lines of ours begin with "::". */
static void assert_harmless(struct str text, bool commands)
{
	struct str rest = text;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		assert_true(c == '\n' || (c >= 0x20 && c != 0x7f));
	}
	assert_false(str_has(text, "\xe2\x80\xae")); /* right-to-left override */
	assert_false(str_has(text, "\xc2\x9b"));     /* C1 CSI */
	assert_false(str_has(text, "##["));
	while (rest.n && !commands)
		assert_false(str_starts(str_trim(str_split(&rest, '\n')), STR("::")));
}

/* What a parser makes of them is tested in tests/reports. */
static void no_name_breaks_out_of_a_report(void **state)
{
	static const struct {
		const char *report, *never[3];
	} ROWS[] = {
		{"junit", {"<script", "]]>", "<x/>"}},
		{"markdown", {"\n</details></summary>", "\n# x"}},
		{"text", {NULL}},
		{"github", {"\n::set-output", "\n#", "\n:: "}},
		{"json", {NULL}},
		{"sarif", {NULL}},
	};
	struct run_file *run = run_of("run.hostile.jsonl");

	assert_int_equal(sizeof(ROWS) / sizeof(*ROWS), N_REPORTS);
	for (size_t i = 0; i < N_REPORTS; i++) {
		struct buf out;

		write_report(run, ROWS[i].report, REPORT_PLAIN, &out);
		assert_harmless(buf_str(&out), !strcmp(ROWS[i].report, "github"));
		for (size_t k = 0; k < 3 && ROWS[i].never[k]; k++)
			assert_false(str_has(buf_str(&out), ROWS[i].never[k]));
		buf_done(&out);
	}
	run_file_free(run);
}

/* Whether WHOLE has all that PART has, at any depth; empty and absent are one. */
static bool holds(json_t *whole, json_t *part)
{
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_array(part)) {
		if (json_array_size(part) != json_array_size(whole))
			return false;
		json_array_foreach(part, i, value)
			if (!holds(json_array_get(whole, i), value))
				return false;
		return true;
	}
	if (!json_is_object(part))
		return json_equal(whole, part) || (json_is_null(part) && !whole);
	json_object_foreach(part, key, value) {
		json_t *other = json_object_get(whole, key);
		bool empty = json_is_null(value) || json_is_false(value) ||
			     (json_is_string(value) && !json_string_length(value)) ||
			     (json_is_integer(value) && !json_integer_value(value)) ||
			     (json_is_array(value) && !json_array_size(value));

		if (!holds(other, value) && !(empty && !other))
			return false;
	}
	return true;
}

/* All of the evidence is in the JSON report, as it is in the run file. */
static void json_holds_everything(void **state)
{
	static const char *const RUNS[] = {"run.jsonl", "run.hostile.jsonl"};

	for (size_t i = 0; i < sizeof(RUNS) / sizeof(*RUNS); i++) {
		struct run_file *run = run_of(RUNS[i]);
		struct buf text, out;
		struct str rest;
		struct arena a;
		json_t *report;

		arena_init(&a);
		read_file(data_path(&a, RUNS[i]).p, &text);
		write_report(run, "json", REPORT_PLAIN, &out);
		report = json_loadb(out.p, out.n, JSON_ALLOW_NUL, NULL);
		assert_non_null(report);
		for (rest = buf_str(&text); rest.n;) {
			struct str line = str_split(&rest, '\n');
			json_t *row = json_loadb(line.p, line.n, JSON_ALLOW_NUL, NULL), *other;
			bool found = !json_object_get(row, "verdict");
			size_t k;

			json_array_foreach(json_object_get(report, "histories"), k, other)
				found |= holds(other, row);
			if (!found)
				fail_msg("not in the report: %.*s", STR_ARG(line));
			json_decref(row);
		}
		json_decref(report);
		arena_done(&a);
		buf_done(&text);
		buf_done(&out);
		run_file_free(run);
	}
}

static int xmllint(const char *schema, const char *file)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execlp("xmllint", "xmllint", "--noout", "--nonet", "--schema", schema, file,
		       (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* xmllint (package libxml2-utils) answers 3 for a document that is not of the schema. */
static void junit_is_valid_by_its_schema(void **state)
{
	static const char *const RUNS[] = {"run.jsonl", "run.cut.jsonl", "run.hostile.jsonl"};
	char file[] = "/tmp/hindcast-junit-XXXXXX";
	const char *schema;
	struct arena a;

	arena_init(&a);
	schema = data_path(&a, "junit.xsd").p;
	close(mkstemp(file));
	for (size_t i = 0; i < sizeof(RUNS) / sizeof(*RUNS); i++) {
		struct run_file *run = run_of(RUNS[i]);
		struct buf out;

		write_report(run, "junit", REPORT_PLAIN, &out);
		write_file(file, buf_str(&out));
		assert_int_equal(xmllint(schema, file), 0);
		buf_done(&out);
		run_file_free(run);
	}
	write_file(file, STR("<testsuites name=\"x\" tests=\"1\"/>"));
	assert_int_equal(xmllint(schema, file), 3);
	unlink(file);
	arena_done(&a);
}

static void a_run_without_failures_is_short(void **state)
{
	static const struct {
		const char *text, *report;
	} ROWS[] = {
		{"{\"hindcast\":\"run\",\"version\":1,\"histories\":1}\n"
		 "{\"history\":\"a\",\"verdict\":\"passed\"}\n{\"totals\":{},\"ended\":\"x\"}\n",
		 "1 history: 1 passed\n"},
		{"{\"hindcast\":\"run\",\"version\":1,\"histories\":2}\n",
		 "0 histories\nThe run was interrupted: 0 of 2 histories have a verdict.\n"},
		{"{\"hindcast\":\"run\",\"version\":1,\"histories\":2}\n"
		 "{\"history\":\"a\",\"verdict\":\"passed\"}\n{\"totals\":{},\"ended\":\"x\"}\n",
		 "1 history: 1 passed\n"
		 "The run was interrupted: 1 of 2 histories has a verdict.\n"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;
		struct run_file *run;
		struct buf out;

		assert_true(run_file_parse(&run, str_of(ROWS[i].text), &err));
		write_report(run, "text", REPORT_PLAIN, &out);
		assert_string_equal(out.p, ROWS[i].report);
		buf_done(&out);
		run_file_free(run);
	}
}

static void many_of_one_cause_are_cut(void **state)
{
	struct err err = ERR_INIT;
	struct run_file *run;
	struct buf text, out;

	buf_init(&text, 0);
	buf_puts(&text, "{\"hindcast\":\"run\",\"version\":1,\"histories\":40}\n");
	for (int i = 0; i < 40; i++)
		buf_printf(&text,
			   "{\"history\":\"h%02d\",\"events\":%d,\"verdict\":\"failed\","
			   "\"fingerprint\":\"aa\",\"message\":\"m\"}\n",
			   i, 40 - i);
	assert_true(run_file_parse(&run, buf_str(&text), &err));
	write_report(run, "text", REPORT_PLAIN, &out);
	assert_true(str_has(buf_str(&out), "FAILED h39\n"));
	assert_true(str_has(buf_str(&out), "  the same in 39 more:\n    - h00\n"));
	assert_true(str_has(buf_str(&out), "    - h09\n    and 29 more\n"));
	assert_false(str_has(buf_str(&out), "h10"));
	buf_done(&out);
	buf_done(&text);
	run_file_free(run);
}

/* Two histories with one id, so the path is taken; no worker is nobody's history's fault. */
#define TWINS                                                                                   \
	"{\"hindcast\":\"run\",\"version\":1}\n"                                                 \
	"{\"history\":\"a b.json\",\"workflowId\":\"o\",\"events\":3,\"verdict\":\"crashed\"}\n"    \
	"{\"history\":\"c.json\",\"workflowId\":\"o\",\"events\":4,\"verdict\":\"passed\"}\n"
#define NO_WORKER                                                                        \
	"{\"hindcast\":\"run\",\"version\":1}\n"                                          \
	"{\"history\":\"a.json\",\"verdict\":\"failed\",\"reason\":\"no-worker\"}\n"

static void the_first_to_see_is_addressed(void **state)
{
	static const struct {
		const char *text, *opens;
	} ROWS[] = {
		{TWINS, "hindcast view 'r.jsonl#a b.json'"},
		{NO_WORKER, ""},
	};
	struct run_file *run = run_of("run.jsonl");
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	assert_true(str_is(report_open(run, STR("r.jsonl"), &a),
			   "hindcast view 'r.jsonl#order-88121:16'"));
	run_file_free(run);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		assert_true(run_file_parse(&run, str_of(ROWS[i].text), &err));
		assert_true(str_is(report_open(run, STR("r.jsonl"), &a), ROWS[i].opens));
		run_file_free(run);
	}
	arena_done(&a);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(reports_say_what_is_expected),
		cmocka_unit_test(no_name_breaks_out_of_a_report),
		cmocka_unit_test(json_holds_everything),
		cmocka_unit_test(junit_is_valid_by_its_schema),
		cmocka_unit_test(a_run_without_failures_is_short),
		cmocka_unit_test(many_of_one_cause_are_cut),
		cmocka_unit_test(the_first_to_see_is_addressed),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
