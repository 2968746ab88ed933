/* SPDX-License-Identifier: MIT */
/* report_junit.c: JUnit XML: a suite per workflow type, a case per history. */
#include "formats/base/limits.h"
#include "formats/base/map.h"
#include "replayer/report/report.h"
#include "replayer/report/report_sides.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* How a verdict that is not a pass is written. */
static const struct {
	const char *element;
} KINDS[VERDICT_KINDS] = {
	[VERDICT_PASSED] = {NULL},	    [VERDICT_DIVERGED] = {"failure"},
	[VERDICT_FAILED] = {"error"},	    [VERDICT_UNREGISTERED] = {"error"},
	[VERDICT_TIMED_OUT] = {"error"},    [VERDICT_CRASHED] = {"error"},
	[VERDICT_INVALID] = {"error"},	    [VERDICT_SKIPPED] = {"skipped"},
};

/* What the baseline lists must not make a build red. */
static const char *element_of(const struct run_row *row)
{
	return row->entry.known ? "skipped" : KINDS[row->verdict.kind].element;
}

struct suite {
	struct str type;
	VEC_OF(const struct run_row *) rows;
};

struct writer {
	struct buf *out;
	struct arena arena; /* of one case */
};

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

/* S is neutralised already, so it holds no character that XML 1.0 forbids. */
static void escape(struct buf *out, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *text = entity(s.p[i]);

		if (!text)
			continue;
		buf_add_bytes(out, s.p + from, i - from);
		buf_puts(out, text);
		from = i + 1;
	}
	buf_add(out, str_skip(s, from));
}

static void attribute(struct writer *w, const char *key, struct str value)
{
	buf_printf(w->out, " %s=\"", key);
	escape(w->out, report_visible(value, 0, &w->arena));
	buf_add_char(w->out, '"');
}

/* Never in an exponent, never with a locale's comma. */
static void seconds(struct writer *w, double ms)
{
	int64_t n = ms > 0 && ms < 1e15 ? (int64_t)llround(ms) : 0;

	buf_printf(w->out, " time=\"%" PRId64 ".%03" PRId64 "\"", n / 1000, n % 1000);
}

static void counts(struct writer *w, const struct run_row *const *rows, size_t n)
{
	static const char *const ELEMENTS[] = {"failure", "error", "skipped"};
	static const char *const KEYS[] = {"failures", "errors", "skipped"};
	double ms = 0;

	buf_printf(w->out, " tests=\"%zu\"", n);
	for (size_t k = 0; k < sizeof(KEYS) / sizeof(*KEYS); k++) {
		size_t count = 0;

		for (size_t i = 0; i < n; i++) {
			const char *element = element_of(rows[i]);

			count += element && str_is(str_of(element), ELEMENTS[k]);
		}
		buf_printf(w->out, " %s=\"%zu\"", KEYS[k], count);
	}
	for (size_t i = 0; i < n; i++)
		ms += rows[i]->entry.ms;
	seconds(w, ms);
}

/* Where the code stood: CI servers that know the attributes link to the line. */
static void where(struct writer *w, const struct run_row *row)
{
	const struct stack_frame *place = report_place(row);

	if (!place || row->verdict.kind == VERDICT_PASSED)
		return;
	attribute(w, "file", str_take(place->file, LIMIT_SHOWN_PATH_BYTES));
	buf_printf(w->out, " line=\"%" PRId64 "\"", place->line);
}

static void outcome(struct writer *w, const struct run_row *row)
{
	const char *element = element_of(row);
	struct report_lines lines = {0};
	struct str subject = report_subject(row, &w->arena);
	struct str words = report_headline(row, &w->arena);

	buf_printf(w->out, "      <%s", element);
	attribute(w, "message",
		  arena_printf(&w->arena, "%s%.*s", row->entry.known ? "known: " : "",
			       STR_ARG(words)));
	if (str_is(STR("skipped"), element)) {
		buf_puts(w->out, "/>\n");
		return;
	}
	attribute(w, "type",
		  row->verdict.kind == VERDICT_DIVERGED
			  ? str_of(divergence_name(row->verdict.divergence.kind))
			  : str_of(verdict_name(row->verdict.kind)));
	buf_add_char(w->out, '>');
	escape(w->out, subject);
	report_body(row, &w->arena, &lines);
	for (size_t i = 0; i < lines.items.n; i++) {
		buf_add_char(w->out, '\n');
		escape(w->out, report_margin(&lines.items.at[i], &w->arena));
		escape(w->out, lines.items.at[i].text);
	}
	buf_printf(w->out, "\n</%s>\n", element);
	report_lines_done(&lines);
}

static void test_case(struct writer *w, const struct suite *suite, const struct run_row *row)
{
	buf_puts(w->out, "    <testcase");
	attribute(w, "classname", suite->type);
	attribute(w, "name", str_take(row->entry.history, LIMIT_SHOWN_PATH_BYTES));
	where(w, row);
	seconds(w, row->entry.ms);
	if (row->verdict.kind == VERDICT_PASSED) {
		buf_puts(w->out, "/>\n");
		return;
	}
	buf_puts(w->out, ">\n");
	outcome(w, row);
	buf_puts(w->out, "    </testcase>\n");
}

static void write_suite(struct writer *w, const struct suite *suite)
{
	buf_puts(w->out, "  <testsuite");
	attribute(w, "name", suite->type);
	counts(w, suite->rows.at, suite->rows.n);
	buf_puts(w->out, ">\n");
	for (size_t i = 0; i < suite->rows.n; i++) {
		struct arena_mark mark = arena_mark(&w->arena);

		test_case(w, suite, suite->rows.at[i]);
		arena_rewind(&w->arena, mark);
	}
	buf_puts(w->out, "  </testsuite>\n");
}

static int by_type(const void *a, const void *b)
{
	return str_cmp(((const struct suite *)a)->type, ((const struct suite *)b)->type);
}

bool report_junit(const struct run_file *run, enum report_colour colour, struct buf *out,
		  struct err *err)
{
	struct writer w = {.out = out};
	VEC_OF(struct suite) suites = {0};
	VEC_OF(const struct run_row *) all = {0};
	struct map by_name = {0};

	arena_init(&w.arena);
	for (size_t i = 0; i < run->n_rows; i++) {
		const struct run_row *row = &run->rows[i];
		/* A history that could not be read has no type. */
		struct str type = row->entry.workflow_type.n ? row->entry.workflow_type
							     : STR("(no workflow type)");
		bool is_new;
		size_t at = *map_put(&by_name, type, suites.n, &is_new);

		if (is_new)
			vec_push(&suites, (struct suite){.type = type});
		vec_push(&suites.at[at].rows, row);
		vec_push(&all, row);
	}
	if (suites.n)
		qsort(suites.at, suites.n, sizeof(*suites.at), by_type);
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<testsuites name=\"hindcast\"");
	counts(&w, all.at, all.n);
	buf_puts(out, ">\n");
	for (size_t i = 0; i < suites.n; i++) {
		write_suite(&w, &suites.at[i]);
		vec_done(&suites.at[i].rows);
	}
	buf_puts(out, "</testsuites>\n");
	vec_done(&suites);
	vec_done(&all);
	map_done(&by_name);
	arena_done(&w.arena);
	return buf_ok(out, err);
}
