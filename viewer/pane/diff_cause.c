/* SPDX-License-Identifier: MIT */
/* diff_cause.c: why two sides part, in words, and what there is to try. */
#include "viewer/pane/diff_cause.h"

#include "formats/history/events.h"
#include "replayer/report/report_advice.h"
#include "replayer/report/report_evidence.h"
#include "replayer/report/report_sides.h"
#include "viewer/model/findings.h"
#include "viewer/pane/frames.h"
#include "viewer/pane/named_rows.h"
#include "viewer/pane/sides.h"
#include "viewer/pane/words_run.h"

#include <inttypes.h>

/* From BESIDE columns on there are two columns here too. */
enum { LABEL = 11, SAME_CAUSE = 12, BESIDE = 140 };

static const char *const KIND_WORDS[DIVERGENCE_KINDS] = {
	[DIVERGENCE_MARKER] = "a marker of a patch, version, side effect or local activity differs",
	[DIVERGENCE_UPDATE] = "the messages of an update differ",
	[DIVERGENCE_EARLY_CLOSE] = "the code ends where history goes on",
	[DIVERGENCE_LATE_CLOSE] = "history ends where the code goes on",
	[DIVERGENCE_WRONG_CLOSE] = "both end, each in another way",
	[DIVERGENCE_ATTRIBUTE] = "the same command, but a compared field differs",
	[DIVERGENCE_REORDERED] = "the same commands in another order",
	[DIVERGENCE_REPLACED] = "another command in its place",
	[DIVERGENCE_MISSING] = "history has a command, the code asks for nothing there",
	[DIVERGENCE_EXTRA] = "the code asks for something that history does not have",
};

static void say(struct page *p, const char *label, enum style style, struct str text,
		const struct pane_context *c)
{
	page_label(p, label, LABEL);
	page_text(p, style, text, LABEL, c->width);
}

/* ---- cause ---- */

static void add_where(const struct pane_context *c, struct page *p, const struct findings *f)
{
	const struct document *d = c->document;
	const struct divergence *v = &d->run_row->verdict.divergence;
	struct str text = arena_printf(&p->arena, "workflow task %" PRId64, v->workflow_task);

	if (f->command)
		text = arena_printf(&p->arena, "%.*s, command %zu of %zu", STR_ARG(text), f->command,
				    f->n_commands);
	if (f->task)
		text = arena_printf(&p->arena, "%.*s  (ev %" PRId64 " -> ev %" PRId64 ")",
				    STR_ARG(text), d->history.events[f->task->completed].id,
				    v->event_id);
	p->about.event = d->diverges < d->history.n_events ? d->diverges : PAGE_NO_EVENT;
	say(p, "where", STYLE_PLAIN, text, c);
}

/* SDKs check when they apply an event, which may be long after the code went astray. */
static void add_reported(const struct pane_context *c, struct page *p, const struct findings *f)
{
	const struct document *d = c->document;
	int64_t here = d->run_row->verdict.divergence.event_id;
	size_t event = history_find(&d->history, f->reported);
	struct str text;

	if (!f->reported || event >= d->history.n_events)
		return;
	text = arena_printf(&p->arena, "by the SDK at ev %" PRId64, f->reported);
	if (f->reported == here)
		text = arena_printf(&p->arena, "%.*s, where it begins", STR_ARG(text));
	else
		text = arena_printf(&p->arena, "%.*s (task %zu), but it begins at ev %" PRId64,
				    STR_ARG(text), document_task(d, event), here);
	p->about.event = event;
	say(p, "reported", STYLE_PLAIN, text, c);
}

static struct str event_words(const struct document *d, size_t event, struct arena *a)
{
	return arena_printf(a, "ev %" PRId64 " (task %zu)", d->history.events[event].id,
			    document_task(d, event));
}

static struct str likely_words(const struct document *d, const struct findings *f, struct arena *a)
{
	const struct divergence *v = &d->run_row->verdict.divergence;
	struct str history = report_name(side_text(&v->history, a), a);
	struct str worker = report_name(side_text(&v->worker, a), a);

	switch (f->likely) {
	case LIKELY_INSERTED:
		if (!f->still)
			return arena_printf(a, "INSERTED: %.*s is new here", STR_ARG(worker));
		return arena_printf(a, "INSERTED: %.*s is new; %.*s is still asked for, as command "
				    "%zu of the task", STR_ARG(worker), STR_ARG(history), f->still);
	case LIKELY_REMOVED:
		if (f->later >= d->history.n_events)
			return arena_printf(a, "REMOVED, or held up: %.*s is not asked for in this "
					    "task", STR_ARG(history));
		return arena_printf(a, "REMOVED: %.*s; the code goes on with %.*s, which history has "
				    "at %.*s", STR_ARG(history), STR_ARG(worker),
				    STR_ARG(event_words(d, f->later, a)));
	case LIKELY_MOVED:
		return arena_printf(a, "MOVED: %.*s comes first now, in history it is at %.*s",
				    STR_ARG(worker), STR_ARG(event_words(d, f->later, a)));
	case LIKELY_CHANGED:
		return arena_printf(a, "CHANGED: %.*s has another %.*s", STR_ARG(history),
				    STR_ARG(v->field.n ? report_name(v->field, a)
						       : STR("attribute")));
	case LIKELY_MADE_UP:
		return STR("MADE UP ANEW: the values look like ids, times or random numbers that "
			   "differ in each run");
	default:
		return arena_printf(a, "INSERTED or REPLACED: %.*s is nowhere later in this history; "
				    "the code may still ask for %.*s behind it", STR_ARG(worker),
				    STR_ARG(history));
	}
}

/* Where the pairs of the task do not say it already. */
static void add_field(const struct pane_context *c, struct page *p)
{
	const struct run_row *row = c->document->run_row;
	const struct divergence *v = &row->verdict.divergence;
	struct str text;

	if (!v->field.n || report_task_tells(row))
		return;
	text = arena_printf(&p->arena, "%.*s: history %.*s, code %.*s", STR_ARG(v->field),
			    STR_ARG(v->history_value.p ? v->history_value : STR("(none)")),
			    STR_ARG(v->worker_value.p ? v->worker_value : STR("(none)")));
	say(p, "field", STYLE_PLAIN, text, c);
}

static bool same(struct str a, struct str b)
{
	return !a.n || !b.n || str_eq(a, b);
}

static void add_clues(const struct pane_context *c, struct page *p)
{
	const struct ledger_entry *e = &c->document->run_row->entry;
	const char *label = "clues";

	if (!same(e->sdk, e->worker_sdk) || !same(e->sdk_version, e->worker_version)) {
		say(p, label, STYLE_PLAIN,
		    arena_printf(&p->arena, "SDK %.*s %.*s -> %.*s %.*s", STR_ARG(e->sdk),
				 STR_ARG(e->sdk_version), STR_ARG(e->worker_sdk),
				 STR_ARG(e->worker_version)),
		    c);
		label = "";
	}
	for (size_t i = 0; e->evidence && i < e->evidence->clues.n; i++) {
		say(p, label, STYLE_PLAIN, e->evidence->clues.at[i], c);
		label = "";
	}
}

/* The line of code, before what takes room: in 24 rows the stack below is out of sight. */
static void add_code(const struct pane_context *c, struct page *p)
{
	const struct run_row *row = c->document->run_row;
	const struct stack_frame *f = report_place(row);
	struct str text;

	if (!f || !f->user)
		return;
	text = arena_printf(&p->arena, "waited at %.*s:%" PRId64, STR_ARG(f->file), f->line);
	if (row->entry.evidence->stood_task)
		text = arena_printf(&p->arena, "%.*s after task %" PRId64, STR_ARG(text),
				    row->entry.evidence->stood_task);
	p->about.file = f->file;
	p->about.line = f->line;
	say(p, "code", STYLE_STRONG, text, c);
}

static void add_kind(const struct pane_context *c, struct page *p, const struct findings *f)
{
	const struct verdict *v = &c->document->run_row->verdict;
	enum divergence_kind kind = v->divergence.kind;

	say(p, "kind", STYLE_BAD,
	    arena_printf(&p->arena, "%s: %s%s", divergence_name(kind), KIND_WORDS[kind],
			 v->unstable ? "; unstable: the worker differs from itself" : ""),
	    c);
	add_where(c, p, f);
	add_code(c, p);
	named_add_best(c, p, LABEL);
	add_reported(c, p, f);
	if (f->later < c->document->history.n_events)
		p->about.event = f->later;
	say(p, "likely", STYLE_PLAIN, likely_words(c->document, f, &p->arena), c);
	add_field(c, p);
}

/* ---- what to try ---- */

static void add_names(struct buf *out, const char *what, const struct again *again)
{
	for (size_t i = 0; i < again->names.n; i++) {
		const struct again_name *one = &again->names.at[i];

		buf_puts(out, i ? ", " : what);
		buf_add(out, one->name);
		if (one->n > 1)
			buf_printf(out, " x%zu", one->n);
	}
	if (again->others)
		buf_printf(out, ", %zu more", again->others);
	if (again->names.n)
		buf_puts(out, ". ");
}

static void count(struct buf *out, size_t n, const char *one, const char *more)
{
	if (n)
		buf_printf(out, "%s%zu %s", out->n ? " and " : "", n, n == 1 ? one : more);
}

static struct str again_words(const struct findings *f, struct arena *a)
{
	struct buf out, back;
	struct str text;

	buf_init(&out, 0);
	buf_init(&back, 0);
	if (!f->activities.names.n && !f->children.names.n)
		buf_puts(&out, "nothing: no activity or child workflow was started behind it. ");
	add_names(&out, "activities ", &f->activities);
	add_names(&out, "child workflows ", &f->children);
	count(&back, f->signals, "signal", "signals");
	count(&back, f->updates, "update", "updates");
	if (back.n)
		buf_printf(&out, "%s behind it would be applied again (--reapply-exclude).", back.p);
	text = arena_str(a, str_trim(buf_str(&out)));
	buf_done(&back);
	buf_done(&out);
	return text;
}

static void add_reset(const struct pane_context *c, struct page *p, const struct findings *f)
{
	const struct document *d = c->document;
	const struct ledger_entry *e = &d->run_row->entry;
	struct arena *a = &p->arena;
	struct str id = d->history.workflow_id.n ? d->history.workflow_id : e->workflow_id;
	struct str run = d->history.run_id.n ? d->history.run_id : e->run_id, command;
	int64_t event;

	if (!f->task)
		return;
	event = d->history.events[f->task->completed].id;
	id = id.n ? report_shell_word(id, a) : STR("WORKFLOW-ID");
	run = run.n ? report_shell_word(run, a) : STR_NONE;
	p->about.event = f->task->completed;
	say(p, "reset", STYLE_PLAIN,
	    arena_printf(a, "ev %" PRId64 " is the last WorkflowTaskCompleted that this worker "
			 "reaches: a run that is reset there goes on with the new code", event), c);
	command = arena_printf(a, "temporal workflow reset --workflow-id %.*s%s%.*s --event-id %" PRId64
			       " --reason REASON", STR_ARG(id.p ? id : STR("WORKFLOW-ID")),
			       run.n ? " --run-id " : "", STR_ARG(run.p ? run : STR("")), event);
	p->about.copy = command;
	say(p, "", STYLE_STRONG, command, c);
	say(p, "again", STYLE_PLAIN, again_words(f, a), c);
}

static void add_advice(const struct pane_context *c, struct page *p)
{
	struct report_lines lines = {0};

	report_add_advice(c->document->run_row, &p->arena, &lines);
	for (size_t i = 0; i < lines.items.n; i++)
		say(p, i ? "" : "try", STYLE_PLAIN, lines.items.at[i].text, c);
	report_lines_done(&lines);
}

/* ---- where it stood ---- */

static void add_stood(const struct pane_context *c, struct page *p)
{
	const struct run_row *row = c->document->run_row;
	const struct evidence *e = row->entry.evidence;
	struct report_lines lines = {0};

	if (e && e->stood.n) {
		page_heading(p,
			     e->stood_task ? arena_printf(&p->arena, "the code waited after task %" PRId64,
							  e->stood_task)
					   : STR("the code failed at"),
			     c->width);
		for (size_t i = 0; i < e->stood.n && (i < 4 || c->session->expanded); i++)
			frame_add(c, p, &e->stood.at[i], FRAME_WITH_CODE);
		return;
	}
	report_add_stood(row, &p->arena, &lines);
	if (lines.items.n)
		page_heading(p, STR("where the code stood"), c->width);
	for (size_t i = 0; i < lines.items.n; i++)
		say(p, i ? "" : "stood", STYLE_PLAIN, lines.items.at[i].text, c);
	report_lines_done(&lines);
}

static void add_message(const struct pane_context *c, struct page *p)
{
	const struct verdict *v = &c->document->run_row->verdict;

	if (!v->message.n)
		return;
	page_heading(p, v->divergence.own_words ? STR("in words") : STR("sdk message, as sent"), c->width);
	page_text(p, STYLE_PLAIN, v->message, 1, c->width);
}

/* ---- how it is known ---- */

static const struct {
	const char *provenance, *words;
} PROVENANCES[] = {
	{"reply", "the worker's commands are those that it answered in the replay itself."},
	{"probe-replay",
	 "the worker was asked once more for the commands of this task, in replay: nothing ran, and "
	 "patched() answered as history has it. A patch that history lacks reads as not taken."},
	{"probe-live",
	 "the worker was asked once more for the commands of this task, live and guarded: GetVersion "
	 "took its newest branch there, so code that a version guards well may look changed."},
	{"message",
	 "the worker's side is known from the SDK's message alone: what else the task asked for is "
	 "not known."},
};

static void add_known(const struct pane_context *c, struct page *p)
{
	const struct document *d = c->document;
	const struct divergence *v = &d->run_row->verdict.divergence;
	const struct task_commands *t = document_commands(d, (size_t)v->workflow_task);
	const char *provenance = t ? t->provenance : v->provenance;

	page_heading(p, STR("how it is known"), c->width);
	for (size_t i = 0; provenance && i < sizeof(PROVENANCES) / sizeof(*PROVENANCES); i++)
		if (strcmp(PROVENANCES[i].provenance, provenance) == 0)
			say(p, "worker", STYLE_PLAIN,
			    arena_printf(&p->arena, "%s: %s", provenance, PROVENANCES[i].words), c);
	if (t && t->partial)
		say(p, "", STYLE_ODD, STR("Not all that its commands say was seen."), c);
	if (v->workflow_task > 1)
		say(p, "before", STYLE_PLAIN,
		    STR("earlier tasks were accepted by the SDK's own check: types, names and ids, not "
			"inputs or timeouts (hindcast replay --strict compares those)."),
		    c);
	say(p, "after", STYLE_PLAIN,
	    STR("nothing is known of later tasks: the code goes another way from here on."), c);
}

static struct str row_words(const struct ledger_entry *e, struct arena *a)
{
	return arena_printf(a, "%.*s  %" PRId64 " events", STR_ARG(e->history), e->events);
}

static void add_same_cause(const struct pane_context *c, struct page *p)
{
	const struct run_file *run = c->session->run;
	const struct run_row *row = c->document->run_row;
	const struct cause *cause = words_cause_of(run, row);
	const struct run_row *smallest = NULL;
	size_t shown = 0, limit = c->session->expanded ? 1000 : SAME_CAUSE;

	if (!cause)
		return;
	page_heading(p, arena_printf(&p->arena, "same cause: %" PRId64, cause->count), c->width);
	for (size_t i = 0; i < run->n_rows; i++)
		if (run->rows[i].cause == row->cause &&
		    str_eq(run->rows[i].entry.history, cause->smallest))
			smallest = &run->rows[i];
	if (smallest == row) {
		say(p, "smallest", STYLE_PLAIN, STR("this one"), c);
	} else if (smallest) {
		p->about.history = smallest->entry.history;
		say(p, "smallest", STYLE_LINK, row_words(&smallest->entry, &p->arena), c);
	}
	for (size_t i = 0; i < run->n_rows; i++) {
		const struct ledger_entry *e = &run->rows[i].entry;

		if (run->rows[i].cause != row->cause || &run->rows[i] == row ||
		    &run->rows[i] == smallest)
			continue;
		if (shown++ >= limit)
			continue;
		p->about.history = e->history;
		say(p, shown == 1 ? "others" : "", STYLE_LINK, row_words(e, &p->arena), c);
	}
	if (shown > limit)
		say(p, "", STYLE_DIM, arena_printf(&p->arena, "and %zu more", shown - limit), c);
}

/* ---- other verdicts ---- */

static void add_passed(const struct pane_context *c, struct page *p)
{
	const struct document *d = c->document;
	const struct evidence *e = d->run_row->entry.evidence;
	size_t end = history_trim(&d->history);
	struct str text;

	say(p, "passed", STYLE_GOOD, STR("the code did what the history says"), c);
	if (end)
		say(p, "replayed", STYLE_PLAIN,
		    arena_printf(&p->arena, "events 1-%" PRId64 " of %zu, %zu workflow tasks",
				 d->history.events[end - 1].id, d->history.n_events,
				 d->history.n_tasks),
		    c);
	if (e && e->strict_tasks)
		text = arena_printf(&p->arena, "%" PRId64 " of %" PRId64 " tasks whole, with inputs, "
				    "timeouts and all other attributes (--strict)",
				    e->strict_compared, e->strict_tasks);
	else
		text = STR("types, names and ids of commands, in their order, as the SDK does it; not "
			   "inputs, results or timeouts (hindcast replay --strict compares those)");
	say(p, "compared", STYLE_PLAIN, text, c);
}

static void add_other(const struct pane_context *c, struct page *p)
{
	const struct verdict *v = &c->document->run_row->verdict;

	say(p, "verdict", v->kind == VERDICT_SKIPPED ? STYLE_DIM : STYLE_BAD,
	    arena_printf(&p->arena, "%s%s%.*s", verdict_name(v->kind), v->reason.n ? ": " : "",
			 STR_ARG(v->reason)),
	    c);
}

/* Nothing is ever run by what was opened: only by who says --worker. */
void diff_add_no_run(const struct pane_context *c, struct page *p)
{
	struct str word = report_shell_word(c->document->path, &p->arena);

	if (c->document->mask) {
		page_puts(p, STYLE_STRONG, " what a run says is left out: it can't be redacted");
		page_end(p);
		say(p, "then", STYLE_PLAIN, STR(":redact off shows it, and histories as they are"), c);
		return;
	}
	page_puts(p, STYLE_STRONG, " no replay data for this history");
	page_end(p);
	if (c->session->options.can_rerun)
		say(p, "R", STYLE_PLAIN, STR("replays it against the worker of --worker, now"), c);
	say(p, "replay", STYLE_PLAIN,
	    arena_printf(&p->arena, "hindcast replay --worker 'CMD' --stacks all %.*s",
			 STR_ARG(word.p ? word : STR("FILE"))),
	    c);
	say(p, "then", STYLE_PLAIN, STR("hindcast view"), c);
	if (!c->session->options.can_rerun)
		say(p, "or", STYLE_PLAIN,
		    arena_printf(&p->arena, "hindcast view --worker 'CMD' %.*s    and R in it",
				 STR_ARG(word.p ? word : STR("FILE"))),
		    c);
}

static void add_verdict(const struct pane_context *c, struct page *p)
{
	bool passed = c->document->run_row->verdict.kind == VERDICT_PASSED;

	(passed ? add_passed : add_other)(c, p);
	add_clues(c, p);
	add_stood(c, p);
	add_message(c, p);
	if (passed)
		return;
	page_heading(p, STR("what to do"), c->width);
	add_advice(c, p);
	add_same_cause(c, p);
}

static void add_why(const struct pane_context *c, struct page *p)
{
	page_heading(p, STR("cause"), c->width);
	add_kind(c, p, findings_of(c->document));
	add_clues(c, p);
}

static void add_where_it_stood(const struct pane_context *c, struct page *p)
{
	add_stood(c, p);
	named_add(c, p);
	add_message(c, p);
}

static void add_what_to_do(const struct pane_context *c, struct page *p)
{
	page_heading(p, STR("what to do"), c->width);
	add_advice(c, p);
	add_reset(c, p, findings_of(c->document));
}

static void add_beside(const struct pane_context *c, struct page *p)
{
	struct pane_context left_c = *c, right_c = *c;
	struct page left, right;

	left_c.width = c->width / 2;
	right_c.width = c->width - left_c.width - 1;
	page_init(&left);
	page_init(&right);
	add_why(&left_c, &left);
	add_what_to_do(&left_c, &left);
	add_where_it_stood(&right_c, &right);
	add_same_cause(&right_c, &right);
	sides_pages(c, p, &left, &right, left_c.width);
	page_done(&left);
	page_done(&right);
	add_known(c, p);
}

void diff_add_cause(const struct pane_context *c, struct page *p)
{
	if (!c->document->run_row) {
		diff_add_no_run(c, p);
	} else if (c->document->run_row->verdict.kind != VERDICT_DIVERGED) {
		add_verdict(c, p);
	} else if (c->width >= BESIDE) {
		add_beside(c, p);
	} else {
		add_why(c, p);
		add_where_it_stood(c, p);
		add_what_to_do(c, p);
		add_known(c, p);
		add_same_cause(c, p);
	}
}
