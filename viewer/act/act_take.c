/* SPDX-License-Identifier: MIT */
/* act_take.c: what is taken along: copies, files, pagers, pipes, the editor. */
#include "viewer/act/act.h"

#include "formats/history/events.h"
#include "formats/transcode/transcode.h"
#include "replayer/report/report_sides.h"
#include "viewer/draw.h"
#include "viewer/model/checkout.h"
#include "viewer/model/failure.h"
#include "viewer/model/named_words.h"
#include "viewer/pane/payload_lines.h"

#include <inttypes.h>

static void ask(struct session *s, enum request_kind kind, struct str argument)
{
	s->request.kind = kind;
	buf_clear(&s->request.text);
	buf_clear(&s->request.argument);
	buf_add(&s->request.argument, argument);
}

/* What is on the screen may say more than the histories that are masked. */
static bool may_take(struct session *s)
{
	if (!session_may_take(s))
		session_message(s, STYLE_ODD, "redact is on: what a run and files say can't be redacted "
					      "(:redact off)");
	return session_may_take(s);
}

static void ask_with_view(struct session *s, enum request_kind kind, struct str argument)
{
	if (!may_take(s))
		return;
	ask(s, kind, argument);
	draw_print(s, s->focus, (size_t)s->width, false, &s->request.text);
}

void act_write(struct session *s, struct str argument)
{
	ask_with_view(s, REQUEST_WRITE, argument);
}

void act_write_over(struct session *s, struct str argument)
{
	ask_with_view(s, REQUEST_WRITE_OVER, argument);
}

void act_page(struct session *s, struct str argument)
{
	ask_with_view(s, REQUEST_PAGER, STR(""));
}

void act_pipe(struct session *s, struct str argument)
{
	ask_with_view(s, REQUEST_PIPE, argument);
}

/* ---- copies ---- */

/* TEXT, called WHAT in the message that says how it was copied. */
static void copy(struct session *s, const char *what, struct str text)
{
	ask(s, REQUEST_COPY, str_of(what));
	buf_add(&s->request.text, text);
}

void act_copy_event(struct session *s, struct str argument)
{
	const struct transcode_options options = {.style = TRANSCODE_INDENT, .keep_unknown = true};
	struct document *d = act_document(s);
	struct err err = ERR_INIT;
	struct str event;

	if (!d)
		return;
	ask(s, REQUEST_COPY, STR("the event"));
	if (history_event_try(&d->history, d->at, &event, &err) &&
	    transcode_wire_to_json(history_event_message(&d->history), event, &options, &s->step,
				   &s->request.text, &err)) {
		buf_add_char(&s->request.text, '\n');
		return;
	}
	s->request.kind = REQUEST_NONE;
	session_message(s, STYLE_BAD, "%s", err.message);
}

struct first_payload {
	struct str value, any;
};

static bool visit_payload(void *data, const struct payload_at *at, struct err *err)
{
	struct first_payload *f = data;

	if (!f->any.p)
		f->any = at->payload.bytes;
	if (at->place == PAYLOAD_VALUE)
		f->value = at->payload.bytes;
	return !f->value.p;
}

void act_copy_payload(struct session *s, struct str argument)
{
	struct document *d = act_document(s);
	struct first_payload first = {0};

	if (!d)
		return;
	payload_each(s->schema, history_event_message(&d->history), history_event(&d->history, d->at),
		     visit_payload, &first, NULL);
	if (!first.any.p) {
		session_message(s, STYLE_ODD, "this event carries no payload");
		return;
	}
	ask(s, REQUEST_COPY, STR("the payload"));
	payload_lines_whole(s, first.value.p ? first.value : first.any, &s->request.text);
}

void act_copy_id(struct session *s, struct str argument)
{
	const struct document *d = session_document(s);
	const struct run_row *row = session_run_row(s);
	const struct group *g = d ? groups_of(&d->groups, d->at) : NULL;
	struct str id = d ? event_code_id(&d->history, g ? g->first : d->at, &s->step)
			  : row ? row->entry.workflow_id : STR_NONE;

	if (d && !id.n)
		id = d->history.workflow_id;
	if (!may_take(s))
		return;
	if (id.n)
		copy(s, "the id", id);
	else
		session_message(s, STYLE_ODD, "there is no id here");
}

static bool add_failure_stack(struct session *s, const struct document *d)
{
	size_t event = failure_event(d, d->at);
	struct failure f = {0};
	struct str bytes;

	if (event >= d->history.n_events || !failure_of_event(d, event, &bytes))
		return false;
	do {
		failure_read(s->schema, s->options.reader, bytes, &s->step, &f);
		bytes = f.cause;
	} while (!f.stack.n && bytes.p);
	buf_add(&s->request.text, f.stack);
	return f.stack.n != 0;
}

static bool add_worker_stack(struct session *s, const struct document *d)
{
	const struct stack *stack = document_stack(d, document_task(d, d->at));

	for (size_t i = 0; stack && i < stack->n_coroutines; i++) {
		const struct stack_coroutine *k = &stack->coroutines[i];

		if (k->name.n)
			buf_printf(&s->request.text, "%.*s\n", STR_ARG(k->name));
		for (size_t n = 0; n < k->n_frames; n++)
			buf_printf(&s->request.text, "  %.*s:%" PRId64 "  %.*s\n",
				   STR_ARG(k->frames[n].file), k->frames[n].line,
				   STR_ARG(k->frames[n].function));
	}
	return s->request.text.n != 0;
}

void act_copy_stack(struct session *s, struct str argument)
{
	struct document *d = act_document(s);
	bool worker_first = s->focus == PANE_STACK || s->focus == PANE_DIFF;

	if (!d)
		return;
	ask(s, REQUEST_COPY, STR("the stack"));
	if ((worker_first && add_worker_stack(s, d)) || add_failure_stack(s, d) ||
	    add_worker_stack(s, d))
		return;
	s->request.kind = REQUEST_NONE;
	session_message(s, STYLE_ODD, "no stack is known here");
}

/* ---- a report for an issue ---- */

/* A fence of backticks longer than any in TEXT, so that none of it ends the block. */
static void add_fence(struct buf *out, struct str text)
{
	size_t longest = 2, run = 0;

	for (size_t i = 0; i < text.n; i++) {
		run = text.p[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (size_t i = 0; i <= longest; i++)
		buf_add_char(out, '`');
	buf_add_char(out, '\n');
}

static void add_pair(struct buf *out, const char *label, struct str sdk, struct str version,
		     struct str build, struct arena *a)
{
	if (!sdk.n)
		return;
	buf_printf(out, "%s: %.*s %.*s", label, STR_ARG(report_name(sdk, a)),
		   STR_ARG(report_name(version, a)));
	if (build.n)
		buf_printf(out, ", build %.*s", STR_ARG(report_name(build, a)));
	buf_add_char(out, '\n');
}

static void add_report(struct session *s, const struct run_row *row, struct buf *out)
{
	const struct ledger_entry *e = &row->entry;
	struct report_lines lines = {0};
	struct arena *a = &s->step;
	struct buf body;

	buf_init(&body, 0);
	buf_printf(&body, "%.*s: %s", STR_ARG(report_subject(row, a)), verdict_name(row->verdict.kind));
	if (report_reason(row, a).n)
		buf_printf(&body, ", %.*s", STR_ARG(report_reason(row, a)));
	buf_puts(&body, "\n\n");
	report_body(row, a, &lines);
	for (size_t i = 0; i < lines.items.n; i++)
		buf_printf(&body, "%.*s%.*s\n", STR_ARG(report_margin(&lines.items.at[i], a)),
			   STR_ARG(lines.items.at[i].text));
	report_lines_done(&lines);
	buf_add_char(&body, '\n');
	add_pair(&body, "recorded by", e->sdk, e->sdk_version, STR_NONE, a);
	add_pair(&body, "replayed by", e->worker_sdk, e->worker_version, e->worker_build_id, a);
	if (s->run)
		buf_printf(&body, "hindcast %.*s\n", STR_ARG(report_name(s->run->header.tool, a)));
	add_fence(out, buf_str(&body));
	buf_add(out, buf_str(&body));
	add_fence(out, buf_str(&body));
	buf_done(&body);
}

void act_copy_report(struct session *s, struct str argument)
{
	const struct run_row *row = session_run_row(s);

	if (s->mask) {
		session_message(s, STYLE_ODD, "redact is on: what a run says can't be redacted (:redact "
					      "off)");
		return;
	}
	if (!row) {
		session_message(s, STYLE_ODD, "no replay run is open: there is nothing to report");
		return;
	}
	ask(s, REQUEST_COPY, STR("the report"));
	add_report(s, row, &s->request.text);
}

/* ---- the way here ---- */

/* What names the row's history within its run: the workflow's id where no other row has it. */
static struct str name_in_run(const struct run_file *run, const struct run_row *row)
{
	size_t same = 0;

	for (size_t i = 0; i < run->n_rows; i++)
		same += str_eq(run->rows[i].entry.workflow_id, row->entry.workflow_id);
	return row->entry.workflow_id.n && same == 1 ? row->entry.workflow_id : row->entry.history;
}

/* "FILE:12:list", or "RUN#ID:12:list FILE" where the run has its histories elsewhere. */
static void add_address(struct session *s, const struct document *d, struct buf *out)
{
	bool of_run = s->run && !(d && d->mask);
	struct str address = of_run ? s->run_path : d ? d->path : STR("");

	for (size_t i = 0; !address.n && i < s->files.n; i++)
		address = s->files.at[i].path;
	if (s->run && d && d->run_row)
		address = arena_printf(&s->step, "%.*s#%.*s", STR_ARG(s->run_path),
				       STR_ARG(name_in_run(s->run, d->run_row)));
	if (d)
		address = arena_printf(&s->step, "%.*s:%" PRId64 ":%s", STR_ARG(address),
				       d->history.events[d->at].id, PANE_TABLE[session_place(s)->pane]->name);
	buf_add(out, report_shell_word(address, &s->step));
	if (s->run && d && d->run_row && !str_eq(d->path, d->run_row->entry.history)) {
		buf_add_char(out, ' ');
		buf_add(out, report_shell_word(d->path, &s->step));
	}
}

void act_copy_link(struct session *s, struct str argument)
{
	const struct place *place = session_place(s);
	const struct document *d = place->document;
	struct buf words;

	buf_init(&words, 0);
	if (place->comparison) {
		buf_puts(&words, "--diff ");
		buf_add(&words, report_shell_word(place->comparison->left->path, &s->step));
		buf_add_char(&words, ' ');
		buf_add(&words, report_shell_word(place->comparison->right->path, &s->step));
	} else {
		add_address(s, d, &words);
	}
	if (words.n && !str_has(buf_str(&words), "/dev/stdin"))
		copy(s, "the command", arena_printf(&s->step, "hindcast view %.*s", STR_ARG(buf_str(&words))));
	else
		session_message(s, STYLE_ODD, "this place has no address that a shell would take");
	buf_done(&words);
}

/* ---- the editor ---- */

/* The code that the line under the cursor is about, or the first line of the pane that has any. */
static bool code_here(struct session *s, struct str *ret_file, int64_t *ret_line)
{
	struct pane_context c = act_context(s);
	size_t row = s->scrolls[s->focus].row, n = pane_count(&c, s->focus);
	const struct page_line *l = pane_page_line(&c, s->focus, row);
	const struct named_place *named;

	for (size_t i = 0; (!l || !l->file.n) && i < n; i++)
		l = pane_page_line(&c, s->focus, i);
	if (l && l->file.n) {
		*ret_file = l->file;
		*ret_line = l->line;
		return true;
	}
	if (session_run_row(s) && report_place(session_run_row(s))) {
		*ret_file = report_place(session_run_row(s))->file;
		*ret_line = report_place(session_run_row(s))->line;
		return true;
	}
	named = session_document(s) ? named_best(session_document(s), s->options.source, NAMED_WORKFLOW) : NULL;
	if (named) {
		*ret_file = named->file;
		*ret_line = named->line;
	}
	return named != NULL;
}

void act_edit(struct session *s, struct str argument)
{
	struct str file, path, source = s->options.source;
	int64_t line;

	if (!code_here(s, &file, &line)) {
		session_message(s, STYLE_ODD, "no line of code is known here (6: stack, f: failure)");
	} else if (!source.n) {
		session_message(s, STYLE_ODD, "where is the source code? start with --source DIR, or "
					      "type :source DIR");
	} else if (!checkout_find(source, file, &s->step, &path)) {
		session_message(s, STYLE_ODD, "there is no file %.*s below %.*s", STR_ARG(file),
				STR_ARG(source));
	} else {
		ask(s, REQUEST_EDIT, arena_printf(&s->step, "%s%.*s/%.*s",
						  source.p[0] == '/' ? "" : "./", STR_ARG(source),
						  STR_ARG(path)));
		s->request.line = line;
	}
}

/* ---- the worker ---- */

/* Of the history that is looked at, or of the one under the cursor of a run. */
static void ask_worker(struct session *s, enum request_kind kind)
{
	const struct document *d = session_document(s);
	const struct run_row *row = session_run_row(s);
	struct str path = d	? d->path
			  : row ? file_list_locate(s, row->entry.history)
				: STR_NONE;

	if (!path.n) {
		session_message(s, STYLE_ODD, "open a history first (Enter)");
	} else if (str_starts(path, STR("/dev/stdin")) || str_starts(path, STR("/dev/fd/"))) {
		session_message(s, STYLE_ODD, "standard input can't be given to a worker: write the "
					      "history to a file, and open that");
	} else if (s->mask) {
		session_message(s, STYLE_ODD, "redact is on: what a worker says can't be redacted "
					      "(:redact off)");
	} else if (!s->options.can_rerun) {
		session_message(s, STYLE_ODD, "no worker: hindcast view --worker 'CMD' (none is ever "
					      "taken from a run file)");
	} else {
		ask(s, kind, path);
		s->request.line = d ? (int64_t)document_task(d, d->at) : 0;
	}
}

void act_rerun(struct session *s, struct str argument)
{
	ask_worker(s, REQUEST_RERUN);
}

void act_ask_stack(struct session *s, struct str argument)
{
	ask_worker(s, REQUEST_ASK_STACK);
}
