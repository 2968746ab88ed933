/* SPDX-License-Identifier: MIT */
/* fmt_json.c: JSON documents, one or more, with or without other text around them. */
#include "formats/read/fmt_json_parts.h"

#include "formats/base/limits.h"

#include <inttypes.h>

/* What a program printed before the JSON: warnings that 2>&1 brought in, a progress line. */
static bool skip_text(struct json_reading *j)
{
	struct str s = j->w.in->window;
	size_t lines = 0, at = j->w.at;

	for (;;) {
		const char *next = memchr(s.p + at, '\n', s.n - at);
		const struct json_key *row;

		if (!next || at > FORMAT_HEAD)
			return false;
		lines++;
		at = (size_t)(next - s.p) + 1;
		if (at >= s.n)
			return false;
		if (s.p[at] != '{' && s.p[at] != '[')
			continue;
		input_take(j->w.in, at);
		j->w.at = 0;
		row = json_glance(j);
		if (row)
			break;
		s = j->w.in->window;
		at = 0;
	}
	load_report_note(j->r->report, "text-skipped",
			 "%zu line%s of other text before the JSON %s skipped", lines,
			 lines == 1 ? "" : "s", lines == 1 ? "is" : "are");
	return true;
}

static void skip_line(struct json_reading *j)
{
	for (;;) {
		struct str s = j->w.in->window;
		const char *next = memchr(s.p + j->w.at, '\n', s.n - j->w.at);

		j->w.at = next ? (size_t)(next - s.p) + 1 : s.n;
		if (next || j->w.in->at_end)
			return;
		if (!json_window_more(&j->w, NULL))
			return;
	}
}

/*
 * Behind the JSON, on lines of their own: a warning, the end of a fence. What goes on in the
 * JSON's last line, or with a bracket, is damage and stays one.
 */
static bool skip_text_behind(struct json_reading *j)
{
	struct str rest;
	size_t n;

	if (j->r->depth || j->log || !j->w.at || j->w.in->window.p[j->w.at - 1] != '\n')
		return false;
	json_window_keep(&j->w, FORMAT_HEAD);
	rest = str_skip(j->w.in->window, j->w.at);
	if (!j->w.in->at_end || rest.n > FORMAT_HEAD || memchr(rest.p, '\0', rest.n))
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if ((i == 0 || rest.p[i - 1] == '\n') && strchr("{[}],:\"", rest.p[i]))
			return false;
	n = input_count_lines(str_trim(rest)) + 1;
	load_report_note(j->r->report, "text-skipped",
			 "%zu line%s of other text behind the JSON %s skipped", n,
			 n == 1 ? "" : "s", n == 1 ? "is" : "are");
	j->w.at = j->w.in->window.n;
	return true;
}

static bool something_follows(struct json_reading *j)
{
	int64_t line, column;

	input_where(j->w.in, j->w.at, &line, &column);
	return json_window_error(&j->w, j->err, "something follows the history at line %" PRId64,
				 line);
}

static bool read_documents(struct json_reading *j)
{
	struct json_place place = {j->r->kind, j->r->kind != JOIN_PLAIN};
	struct load_report *report = j->r->report;
	size_t n = 0;

	for (char c; (c = json_window_peek(&j->w)) || !json_window_end(&j->w);) {
		if ((c == '=' && j->log) || c == '\x1e') { /* RFC 7464 */
			if (c == '=')
				skip_line(j);
			else
				j->w.at++;
			continue;
		}
		if (c != '{' && c != '[' && c != '"') {
			if (!n && !j->r->depth && skip_text(j))
				continue;
			if (n && skip_text_behind(j))
				continue;
			return n ? something_follows(j)
				 : json_window_error(&j->w, j->err, "JSON is expected");
		}
		if (!json_read_value(j, place))
			return false;
		n++;
	}
	if (n > 1 && !j->r->depth && !j->log) {
		report->info.axes[LOAD_CONTAINER] = (struct load_finding){
			arena_printf(&report->arena, "%zu JSON documents, each %s", n,
				     report->info.axes[LOAD_CONTAINER].what
					     ? report->info.axes[LOAD_CONTAINER].what
					     : "an event")
				.p,
			"one stands behind the other", "certain"};
	}
	return true;
}

static bool read_all(struct format_reader *r, bool log, struct err *err)
{
	struct err ignored = ERR_INIT;
	struct json_reading j = {.r = r, .w = {.in = r->in}, .log = log};
	size_t before = r->n_events;
	bool ok;

	r->stays = false; /* blobs are decoded into memory that goes */
	j.err = err ? err : &ignored;
	buf_init(&j.w.scratch, LIMIT_HISTORY_BYTES);
	ok = read_documents(&j);
	json_ahead_free(j.w.ahead);
	buf_done(&j.w.scratch);
	if (!ok && str_starts(str_of(j.err->message), STR("truncated:"))) {
		char where[ERR_MESSAGE_BYTES];
		size_t n = join_count(r->join);

		memcpy(where, j.err->message, sizeof(where));
		err_set(j.err, ERR_SYNTAX, "%s, after %zu whole event%s", where, n,
			n == 1 ? "" : "s");
	}
	if (!ok || r->n_events > before || r->depth)
		return ok;
	if (j.refusal && j.message.p)
		return err_set(err, ERR_FORMAT, "%s: %.*s", j.refusal->text,
			        STR_ARG(j.message));
	if (j.refusal)
		return err_set(err, ERR_FORMAT, "%s", j.refusal->text);
	if (r->report->info.axes[LOAD_CONTAINER].what)
		return err_set(err, ERR_FORMAT, "it holds no events");
	if (j.other_list)
		return err_set(err, ERR_FORMAT, "not a history: a JSON list, but not of events");
	return err_set(err, ERR_FORMAT, "not a history: JSON without \"events\"");
}

static bool sniff(struct format_reader *r, struct str head, bool all)
{
	struct str text = str_trim(head);
	bool json = text.n && (text.p[0] == '{' || text.p[0] == '[' || text.p[0] == '"');

	if (json)
		load_report_axis(r->report, LOAD_CARRIER, "JSON",
				 text.p[0] == '"' ? "it begins with a quote"
						  : "it begins with a bracket",
				 "certain");
	(void)all;
	return json;
}

static bool read(struct format_reader *r, struct err *err)
{
	return read_all(r, false, err);
}

const struct format FORMAT_JSON = {
	.name = "json",
	.what = "JSON with events in it, in any shape",
	.sniff = sniff,
	.read = read,
};

/* ---- JSON behind other text, and what `tdbg workflow show` prints ---- */

static bool sniff_behind_text(struct format_reader *r, struct str head, bool all)
{
	struct json_reading j = {.r = r, .w = {.in = r->in}};
	size_t at = 0;

	(void)all;
	if (r->depth || memchr(head.p, '\0', head.n))
		return false;
	for (const char *next; (next = memchr(head.p + at, '\n', head.n - at));) {
		at = (size_t)(next - head.p) + 1;
		if (at >= head.n || (head.p[at] != '{' && head.p[at] != '['))
			continue;
		j.w.at = at;
		if (json_glance(&j)) {
			load_report_axis(r->report, LOAD_CARRIER, "JSON",
					 "a line of it begins with a bracket", "likely");
			return true;
		}
		if (j.w.at != at) /* the window has moved: it is no short text before JSON */
			return false;
	}
	return false;
}

const struct format FORMAT_JSON_BEHIND_TEXT = {
	.name = "json-behind-text",
	.what = "JSON behind lines of other text",
	.sniff = sniff_behind_text,
	.read = read,
};

static bool sniff_tdbg(struct format_reader *r, struct str head, bool all)
{
	bool is = str_starts(str_trim(head), STR("======== batch ")) ||
		  str_starts(str_trim(head), STR("======="));

	(void)all;
	if (!is)
		return false;
	load_report_axis(r->report, LOAD_CARRIER, "JSON", "lists between lines of =======",
			 "certain");
	load_report_axis(r->report, LOAD_CONTAINER, "batches, as `tdbg workflow show` prints them",
			 "lines of =======", "certain");
	r->report->info.format = "tdbg";
	return true;
}

static bool read_tdbg(struct format_reader *r, struct err *err)
{
	r->kind = r->kind == JOIN_PLAIN ? JOIN_BATCH : r->kind;
	return read_all(r, true, err);
}

const struct format FORMAT_TDBG = {
	.name = "tdbg",
	.what = "the log of `tdbg workflow show`",
	.sniff = sniff_tdbg,
	.read = read_tdbg,
};
