/* SPDX-License-Identifier: MIT */
/* report_sarif.c: SARIF 2.1.0: a result for each cause, so that code hosts show one alert. */
#include "formats/base/limits.h"
#include "replayer/report/report.h"
#include "replayer/report/report_causes.h"
#include "replayer/report/report_sarif_rules.h"
#include "replayer/report/report_sides.h"
#include "replayer/run/run_json.h"

#include <inttypes.h>

/*
 * Code hosts make an alert of each result and follow it from run to run by its rule and
 * fingerprint. A cause is one thing to mend: as a result for each history it would be a
 * thousand alerts on one line. So a cause is a result, and its histories are related
 * locations of it.
 *
 * A result must have a place in a file. It is the line where the code stood, and where
 * that is not known the history itself, which lies in the repository as the code does.
 *
 * GitHub shows 5,000 results of a run and refuses a file with more than 25,000; of a
 * result it takes 100 locations. What is over is counted in a notification.
 */
#define MOST_RESULTS ((size_t)5000)
#define MOST_LOCATIONS ((size_t)100)
#define MOST_DETAILS ((size_t)60)
#define MESSAGE_BYTES ((size_t)1000)
#define URI_PATH_BYTES ((size_t)4096)

#define SCHEMA \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static json_t *text_of(struct str s)
{
	json_t *o = json_object();

	run_json_set(o, "text", run_json_str(s));
	return o;
}

/*
 * In a message "[words](target)" is a link and "{0}" an argument: neither is meant by what
 * stands in a name, so the one gets a blank and the other its braces twice.
 */
static struct str no_markup(struct str s, struct arena *a)
{
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < s.n; i++) {
		buf_add_char(&b, s.p[i]);
		if (s.p[i] == '{' || s.p[i] == '}')
			buf_add_char(&b, s.p[i]);
		if (s.p[i] == ']' && i + 1 < s.n && s.p[i + 1] == '(')
			buf_add_char(&b, ' ');
	}
	s = arena_str(a, buf_str(&b));
	buf_done(&b);
	return s;
}

static json_t *message(struct str s, struct arena *a)
{
	return text_of(no_markup(report_visible(s, MESSAGE_BYTES, a), a));
}

/* ---- places ---- */

/* What RFC 3986 lets stand in a path stays; every other byte is escaped. */
static struct str uri(struct str path, struct arena *a)
{
	static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~/";
	struct buf b;

	buf_init(&b, 0);
	if (path.n && path.p[0] == '/')
		buf_puts(&b, "file://");
	for (size_t i = 0; i < path.n && i < URI_PATH_BYTES; i++) {
		if (path.p[i] && strchr(PLAIN, path.p[i]))
			buf_add_char(&b, path.p[i]);
		else
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)path.p[i]);
	}
	path = arena_str(a, buf_str(&b));
	buf_done(&b);
	return path;
}

static json_t *artifact(struct str path, struct arena *a)
{
	json_t *o = json_object();

	while (str_starts(path, STR("./")))
		path = str_skip(path, 2);
	run_json_set(o, "uri", run_json_str(uri(path, a)));
	/* A path that was given from the root is left as it is. */
	if (!path.n || path.p[0] != '/')
		run_json_set(o, "uriBaseId", json_string("%SRCROOT%"));
	return o;
}

static json_t *region(const struct stack_frame *f, struct arena *a)
{
	json_t *o = json_object();

	run_json_set(o, "startLine", json_integer(f && f->line ? f->line : 1));
	if (f && f->column)
		run_json_set(o, "startColumn", json_integer(f->column));
	if (f && f->source.n)
		run_json_set(o, "snippet", text_of(report_name(f->source, a)));
	return o;
}

static json_t *physical(struct str path, const struct stack_frame *f, struct arena *a)
{
	json_t *o = json_object();

	run_json_set(o, "artifactLocation", artifact(path, a));
	run_json_set(o, "region", region(f, a));
	return o;
}

static json_t *logical(const char *kind, struct str name, struct arena *a)
{
	json_t *o = json_object();

	run_json_set(o, "name", run_json_str(report_name(name, a)));
	run_json_set(o, "kind", json_string(kind));
	return o;
}

static json_t *primary(const struct run_row *row, struct arena *a)
{
	const struct stack_frame *f = report_place(row);
	json_t *o = json_object(), *list = json_array();

	run_json_set(o, "physicalLocation", physical(f ? f->file : row->entry.history, f, a));
	if (f && f->function.n)
		json_array_append_new(list, logical("function", f->function, a));
	if (row->entry.workflow_type.n)
		json_array_append_new(list, logical("workflow", row->entry.workflow_type, a));
	if (json_array_size(list))
		run_json_set(o, "logicalLocations", list);
	else
		json_decref(list);
	return o;
}

static void add_related(json_t *list, struct str path, const struct stack_frame *f,
			struct str words, struct arena *a)
{
	json_t *o = json_object();

	run_json_set(o, "id", json_integer((json_int_t)json_array_size(list) + 1));
	run_json_set(o, "physicalLocation", physical(path, f, a));
	run_json_set(o, "message", message(words, a));
	json_array_append_new(list, o);
}

/* Where else the code stood, then the histories. */
static json_t *related(const struct report_cause *c, struct arena *a)
{
	const struct evidence *e = c->shown->entry.evidence;
	const struct stack_frame *first = report_place(c->shown);
	json_t *list = json_array();

	for (size_t i = 0; e && i < e->stood.n && i < MOST_LOCATIONS / 4; i++) {
		const struct stack_frame *f = &e->stood.at[i];

		if (f == first || !f->file.n || !f->line ||
		    (f->line == first->line && str_eq(f->file, first->file)))
			continue;
		add_related(list, f->file, f,
			    e->stood_task ? STR("the code waited here too") : STR("called here"),
			    a);
	}
	for (size_t i = 0; i < c->n_rows && json_array_size(list) < MOST_LOCATIONS; i++)
		add_related(list, c->rows[i]->entry.history, NULL,
			    report_subject(c->rows[i], a), a);
	return list;
}

/* ---- results ---- */

static struct str fingerprint(const struct report_cause *c, struct arena *a)
{
	if (c->cause->fingerprint.n)
		return report_name(c->cause->fingerprint, a);
	return arena_printf(a, "%016" PRIx64, map_hash(c->cause->title));
}

/* "A; at workflow task 1 the code waited at workflow.ts:57, in f; in 3 histories." */
static struct str sentence(const struct report_cause *c, struct arena *a)
{
	struct report_lines lines = {0};
	struct str text = report_visible(c->cause->title, 3 * LIMIT_SHOWN_NAME_BYTES, a);

	report_brief(c->shown, a, &lines);
	for (size_t i = 0; i < lines.items.n; i++)
		if (lines.items.at[i].label && !strcmp(lines.items.at[i].label, "stood"))
			text = arena_printf(a, "%.*s; %.*s", STR_ARG(text),
					    STR_ARG(lines.items.at[i].text));
	report_lines_done(&lines);
	return arena_printf(a, "%.*s; in %.*s.", STR_ARG(text),
			    STR_ARG(report_count((int64_t)c->n_rows, "history", "histories", a)));
}

static json_t *details(const struct run_row *row, struct arena *a)
{
	struct report_lines lines = {0};
	json_t *list = json_array();

	report_body(row, a, &lines);
	for (size_t i = 0; i < lines.items.n && i < MOST_DETAILS; i++) {
		const struct report_line *line = &lines.items.at[i];

		json_array_append_new(
			list, run_json_str(arena_printf(a, "%.*s%.*s",
							STR_ARG(report_margin(line, a)),
							STR_ARG(line->text))));
	}
	report_lines_done(&lines);
	return list;
}

static json_t *properties(const struct report_cause *c, struct arena *a)
{
	const struct run_row *row = c->shown;
	const struct divergence *d = &row->verdict.divergence;
	json_t *o = json_object();

	run_json_set(o, "verdict", json_string(verdict_name(row->verdict.kind)));
	run_json_set(o, "history",
		     run_json_str(report_visible(row->entry.history, LIMIT_SHOWN_PATH_BYTES, a)));
	run_json_set(o, "histories", json_integer((json_int_t)c->n_rows));
	run_json_set(o, "known", json_integer((json_int_t)c->n_known));
	if (row->verdict.kind == VERDICT_DIVERGED) {
		run_json_set(o, "eventId", json_integer(d->event_id));
		run_json_set(o, "workflowTask", json_integer(d->workflow_task));
	}
	run_json_set(o, "details", details(row, a));
	return o;
}

static json_t *suppressions(void)
{
	json_t *list = json_array(), *o = json_object();

	run_json_set(o, "kind", json_string("external"));
	run_json_set(o, "status", json_string("accepted"));
	run_json_set(o, "justification",
		     json_string("the baseline lists it, or the old worker does so too"));
	json_array_append_new(list, o);
	return list;
}

/* A list with one item. */
static json_t *list_of(json_t *item)
{
	json_t *list = json_array();

	json_array_append_new(list, item);
	return list;
}

static json_t *result(const struct report_cause *c, bool has_baseline, struct arena *a)
{
	json_t *o = json_object(), *prints = json_object();
	bool known = report_cause_known(c);
	size_t rule = sarif_rule_of(&c->shown->verdict);
	struct str print = fingerprint(c, a);

	run_json_set(o, "ruleId", run_json_str(sarif_rule_id(rule, a)));
	run_json_set(o, "ruleIndex", json_integer((json_int_t)rule));
	run_json_set(o, "level", json_string(known ? "note" : "error"));
	run_json_set(o, "message", message(sentence(c, a), a));
	run_json_set(o, "locations", list_of(primary(c->shown, a)));
	run_json_set(o, "relatedLocations", related(c, a));
	run_json_set(prints, "hindcastCause/v1", run_json_str(print));
	/* The one that GitHub follows an alert by. */
	run_json_set(prints, "primaryLocationLineHash",
		     run_json_str(arena_printf(a, "%.*s:1", STR_ARG(print))));
	run_json_set(o, "partialFingerprints", prints);
	run_json_set(o, "occurrenceCount", json_integer((json_int_t)c->n_rows));
	if (has_baseline)
		run_json_set(o, "baselineState", json_string(known ? "unchanged" : "new"));
	run_json_set(o, "suppressions", known ? suppressions() : json_array());
	run_json_set(o, "properties", properties(c, a));
	return o;
}

static void print(json_t *value, struct buf *out)
{
	run_json_print(value, JSON_ENSURE_ASCII, out);
}

/* New causes first: they are what must be seen. How many were left out. */
static size_t results(const struct report_causes *causes, struct arena *a, struct buf *out)
{
	size_t n = 0, left = 0;
	bool has_baseline = false;

	for (size_t i = 0; i < causes->n; i++)
		has_baseline |= causes->at[i].n_known > 0;
	for (size_t i = 0; i < 2 * causes->n; i++) {
		const struct report_cause *c = &causes->at[i % causes->n];
		struct arena_mark mark = arena_mark(a);

		if (!report_cause_found(c) || report_cause_known(c) != (i >= causes->n))
			continue;
		if (n == MOST_RESULTS) {
			left++;
			continue;
		}
		buf_puts(out, n++ ? ",\n        " : "\n        ");
		print(result(c, has_baseline, a), out);
		arena_rewind(a, mark);
	}
	return left;
}

/* ---- the run ---- */

/* "2026-11-22T10:00:00Z", as we write it; anything else is not passed on as a time. */
static bool is_time(struct str s)
{
	static const char FORM[] = "0000-00-00T00:00:00Z";

	for (size_t i = 0; i < s.n && i < sizeof(FORM) - 1; i++)
		if (FORM[i] == '0' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != FORM[i])
			return false;
	return s.n == sizeof(FORM) - 1;
}

static json_t *invocation(const struct run_file *run, size_t left, struct arena *a)
{
	json_t *o = json_object(), *note;

	run_json_set(o, "executionSuccessful",
		     json_boolean(run->ended.p && (int64_t)run->n_rows >= run->header.histories));
	if (is_time(run->header.started))
		run_json_set(o, "startTimeUtc", run_json_str(run->header.started));
	if (is_time(run->ended))
		run_json_set(o, "endTimeUtc", run_json_str(run->ended));
	if (left) {
		note = json_object();
		run_json_set(note, "level", json_string("warning"));
		run_json_set(note, "message",
			     text_of(arena_printf(a, "%zu more causes are left out here: the "
						     "run file has them", left)));
		run_json_set(o, "toolExecutionNotifications", list_of(note));
	}
	return o;
}

static json_t *driver(const struct run_file *run, struct arena *a)
{
	json_t *o = json_object();

	run_json_set(o, "name", json_string("hindcast"));
	if (run->header.tool.n)
		run_json_set(o, "version", run_json_str(report_name(run->header.tool, a)));
	run_json_set(o, "rules", sarif_rules(a));
	return o;
}

bool report_sarif(const struct run_file *run, enum report_colour colour, struct buf *out,
		  struct err *err)
{
	struct report_causes causes;
	struct arena a;
	size_t left;

	arena_init(&a);
	causes = report_causes(run, &a);
	buf_puts(out, "{\n  \"$schema\": \"" SCHEMA "\",\n  \"version\": \"2.1.0\",\n"
		      "  \"runs\": [\n    {\n      \"tool\": {\"driver\": ");
	print(driver(run, &a), out);
	buf_puts(out, "},\n      \"results\": [");
	left = results(&causes, &a, out);
	buf_puts(out, "\n      ],\n      \"invocations\": [");
	print(invocation(run, left, &a), out);
	buf_puts(out, "],\n      \"properties\": {\"totals\": ");
	print(run_json_totals(run->totals), out);
	buf_puts(out, "}\n    }\n  ]\n}\n");
	arena_done(&a);
	return buf_ok(out, err);
}
