/* SPDX-License-Identifier: MIT */
/* pane_diff.c: history beside worker: the workflow tasks around where they part. */
#include "viewer/pane/diff_cause.h"
#include "viewer/pane/sides.h"
#include "viewer/model/named_words.h"
#include "viewer/pane/words.h"

#include "formats/history/events.h"
#include "formats/wire/field.h"
#include "replayer/judge/pairs.h"
#include "replayer/report/report_sides.h"
#include "viewer/act/act.h"

#include <inttypes.h>

/*
 *     HISTORY  temporal-python 1.35.0     | WORKER NOW  temporal-python 1.35.0
 *      tasks 1-3  ev 2-19  6 commands     |  tasks 1-3  accepted
 *      task 4     ev 22-24 DIVERGES       |  task 4     DIVERGES
 *        = 25 TimerCanceled               |    = CancelTimer
 *        - 26 TimerStarted 2s             |    + ScheduleActivityTask charge_card
 *      tasks 5-8  ev 28-41 not compared   |  tasks 5-8  not reached
 *     - cause ------------------------------------------------------------------
 *
 * Marks: = on both sides, - history alone, + the code alone, ~ an attribute, ? not compared.
 */
enum { TEXT_INDENT = 8, TASKS_AROUND = 20, VALUE_ROWS = 3, CODE_AROUND = 6 };

/* ---- one command ---- */

/* "2s (id 4)": what tells a side from others of its type. */
static struct str rest_of(const struct side *side, const struct side *other, int64_t event_id,
			  struct arena *a)
{
	struct side plain = *side;
	struct str whole = report_side(side, other, event_id, a);

	plain.name = plain.id = STR_NONE;
	return str_trim(str_skip(whole, report_side(&plain, other, event_id, a).n));
}

/* The type in one row, and what it is called in the next where both don't fit. */
static void put_command(struct sides *s, struct line *l, enum style style, char mark,
			struct str head, struct str *rest)
{
	size_t room = sides_room(s), begin;

	line_printf(l, style, "   %c ", mark);
	begin = l->columns;
	line_add(l, style == STYLE_PLAIN ? STYLE_PLAIN : style, head);
	if (!rest->n || begin + head.n + 1 + rest->n > room)
		return;
	line_puts(l, style, " ");
	line_add(l, style == STYLE_PLAIN ? STYLE_STRONG : style, *rest);
	*rest = STR("");
}

static struct str history_head(const struct document *d, const struct command_pair *p,
			       struct str *ret_type, size_t room, struct arena *a)
{
	size_t event = history_find(&d->history, p->event_id);
	struct str type = p->history.what;

	if (event < d->history.n_events)
		type = words_type(d, event, room > 12 ? room - 12 : 1, a);
	*ret_type = type;
	return arena_printf(a, "%" PRId64 " %.*s", p->event_id, STR_ARG(type));
}

/* The path and both values in one row, or below it where they are too long for that. */
static void put_difference(struct sides *s, const struct difference *d, size_t most)
{
	struct arena *a = &s->p->arena;
	bool made_up = d->class == DIFFERENCE_GENERATED;
	struct str history = d->history.p ? d->history : STR("(none)");
	struct str worker = d->worker.p ? d->worker : STR("(none)");
	struct str path = arena_printf(a, "~ %.*s%s", STR_ARG(d->path),
				       made_up ? " (made up anew each time?)" : "");
	size_t wide = path.n + 2 + history.n;

	line_to(&s->l, TEXT_INDENT - 2);
	line_add(&s->l, made_up ? STYLE_ODD : STYLE_STRONG, path);
	if (s->right && (wide > worker.n + 2 ? wide : worker.n + 2) + TEXT_INDENT <= sides_room(s)) {
		line_puts(&s->l, STYLE_PLAIN, "  ");
		line_add(&s->l, STYLE_BAD, history);
		line_to(&s->r, TEXT_INDENT - 2);
		line_puts(&s->r, STYLE_PLAIN, "~ ");
		line_add(&s->r, STYLE_GOOD, worker);
		sides_row(s);
		return;
	}
	sides_row(s);
	if (!s->right) {
		history = arena_printf(a, "- %.*s", STR_ARG(history));
		worker = arena_printf(a, "+ %.*s", STR_ARG(worker));
	}
	sides_text(s, TEXT_INDENT, STYLE_BAD, history, STYLE_GOOD, worker, most);
}

static bool is_equal(const struct command_pair *p)
{
	return !p->n_differences && pair_fits(p->history.what, p->worker.what);
}

static bool is_side(const struct side *a, const struct side *b)
{
	return a->what.n && str_eq(a->what, b->what) && str_eq(a->name, b->name);
}

/* What one side lacks stands beside another event, or beside none. */
static bool diverges(const struct command_pair *p, const struct divergence *v)
{
	return p->event_id == v->event_id || is_side(&p->worker, &v->worker);
}

/* The row is of what diverges: an editor opens where code names it, or what came before it. */
static void point_at_code(struct sides *s)
{
	const struct named_place *named =
		named_best(s->c->document, s->c->session->options.source, NAMED_TASK);

	if (!named)
		return;
	s->p->about.file = arena_str(&s->p->arena, named->file);
	s->p->about.line = named->line;
}

static void put_pair(struct sides *s, const struct document *d, const struct command_pair *p,
		     bool equal)
{
	struct arena *a = &s->p->arena;
	bool both = s->right && pair_fits(p->history.what, p->worker.what);
	bool has_history = p->history.what.n, has_worker = p->worker.what.n;
	struct str history_rest = STR(""), worker_rest = STR(""), type;
	size_t event = history_find(&d->history, p->event_id);

	if (has_history) {
		struct str head = history_head(d, p, &type, sides_room(s), a);

		history_rest = rest_of(&p->history, &p->worker, p->event_id, a);
		put_command(s, &s->l, equal ? STYLE_PLAIN : STYLE_BAD, equal ? '=' : both ? '~' : '-',
			    head, &history_rest);
	}
	if (has_worker && !(equal && !s->right)) {
		worker_rest = rest_of(&p->worker, &p->history, p->event_id, a);
		put_command(s, &s->r, equal ? STYLE_PLAIN : STYLE_GOOD, equal ? '=' : both ? '~' : '+',
			    report_name(p->worker.what, a), &worker_rest);
	}
	s->p->about.event = event < d->history.n_events ? event : PAGE_NO_EVENT;
	s->p->about.differs = !equal;
	if (diverges(p, &d->run_row->verdict.divergence))
		point_at_code(s);
	sides_row(s);
	sides_text(s, TEXT_INDENT, equal ? STYLE_PLAIN : STYLE_BAD, history_rest,
		   equal ? STYLE_PLAIN : STYLE_GOOD, worker_rest, VALUE_ROWS);
	for (size_t i = 0; i < p->n_differences; i++)
		put_difference(s, &p->differences[i],
			       s->c->session->expanded ? SIZE_MAX : VALUE_ROWS);
}

/* ---- one task ---- */

static void put_heading(struct sides *s, enum style style, struct str task, struct str left,
			struct str right)
{
	line_puts(&s->l, style, " ");
	line_add(&s->l, style, task);
	line_puts(&s->l, style, "  ");
	line_add(&s->l, style, left);
	if (s->right) {
		line_puts(&s->r, style, " ");
		line_add(&s->r, style, task);
		line_puts(&s->r, style, "  ");
		line_add(&s->r, style, right);
	}
	sides_row(s);
}

static struct str events_of(const struct document *d, size_t from, size_t to, struct arena *a)
{
	const struct history *h = &d->history;

	return arena_printf(a, "ev %" PRId64 "-%" PRId64, h->events[h->tasks[from].started].id,
			    h->events[h->tasks[to].batch_end - 1].id);
}

static void put_fold(struct sides *s, size_t n)
{
	if (!n)
		return;
	line_printf(&s->l, STYLE_DIM, "   = %zu equal%s", n, s->c->session->expanded ? "" : "  (x)");
	if (s->right)
		line_printf(&s->r, STYLE_DIM, "   = %zu equal", n);
	sides_row(s);
}

/* Runs of equal pairs longer than two are one row; the one beside a difference is shown. */
static void put_pairs(struct sides *s, const struct document *d, const struct task_commands *t)
{
	bool all = s->c->session->expanded;
	size_t folded = 0;

	for (size_t i = 0; i < t->n_pairs; i++) {
		bool near = (i && !is_equal(&t->pairs[i - 1])) ||
			    (i + 1 < t->n_pairs && !is_equal(&t->pairs[i + 1]));

		if (!all && !near && is_equal(&t->pairs[i])) {
			folded++;
			continue;
		}
		put_fold(s, folded);
		folded = 0;
		put_pair(s, d, &t->pairs[i], is_equal(&t->pairs[i]));
	}
	put_fold(s, folded);
}

/* A command of history that stands beside nothing. */
static void put_alone(struct sides *s, const struct document *d, size_t event, char mark)
{
	struct arena *a = &s->p->arena;
	enum style style = mark == '?' ? STYLE_DIM : STYLE_PLAIN;
	struct side side = event_side(&d->history, event, a), none = {0};
	struct command_pair pair = {.event_id = d->history.events[event].id, .history = side};
	struct str type, head = history_head(d, &pair, &type, sides_room(s), a);
	struct str rest = rest_of(&side, &none, pair.event_id, a);

	put_command(s, &s->l, style, mark, head, &rest);
	s->p->about.event = event;
	if (s->right && mark == '=')
		line_puts(&s->r, style, "   =");
	sides_row(s);
	sides_text(s, TEXT_INDENT, style, rest, style, STR(""), VALUE_ROWS);
}

/* All of a task, where nobody laid its commands side by side. */
static void put_batch(struct sides *s, const struct document *d, size_t task, char mark)
{
	const struct history_task *t = &d->history.tasks[task];

	for (size_t i = t->completed + 1; i < t->batch_end; i++)
		put_alone(s, d, i, mark);
}

/* What is known of the diverging task without evidence: the commands before it, and the two. */
static void put_known(struct sides *s, const struct document *d, size_t task)
{
	const struct divergence *v = &d->run_row->verdict.divergence;
	const struct history_task *t = &d->history.tasks[task];
	struct difference field = {v->field, v->history_value, v->worker_value, DIFFERENCE_PLAIN};
	struct command_pair pair = {v->event_id, v->history, v->worker, &field, v->field.n ? 1 : 0};
	bool put = false;

	for (size_t i = t->completed + 1; i < t->batch_end; i++) {
		bool here = d->history.events[i].id == v->event_id;

		if (here)
			put_pair(s, d, &pair, false);
		else
			put_alone(s, d, i, put ? '?' : '=');
		put |= here;
	}
	if (!put)
		put_pair(s, d, &pair, false);
}

/* ---- all tasks ---- */

/* From the first to behind the last: one row, or one for each and its commands. */
static void put_range(struct sides *s, const struct document *d, size_t from, size_t to,
		      const char *left, const char *right, char mark)
{
	struct arena *a = &s->p->arena;
	const struct history_task *tasks = d->history.tasks;
	size_t commands = 0;

	for (size_t i = from; i < to; i++)
		commands += tasks[i].batch_end - tasks[i].completed - 1;
	if (from >= to)
		return;
	s->p->about.event = tasks[from].completed;
	put_heading(s, STYLE_DIM,
		    to - from == 1 ? arena_printf(a, "task %zu", from + 1)
				   : arena_printf(a, "tasks %zu-%zu", from + 1, to),
		    arena_printf(a, "%.*s  %zu %s%s", STR_ARG(events_of(d, from, to - 1, a)),
				 commands, commands == 1 ? "command" : "commands", left),
		    str_of(right));
	for (size_t i = from; s->c->session->expanded && i < to; i++)
		put_batch(s, d, i, mark);
}

static bool differs(const struct task_commands *t)
{
	for (size_t i = 0; t && i < t->n_pairs; i++)
		if (!is_equal(&t->pairs[i]))
			return true;
	return false;
}

/* Tasks before the one at hand; those that --strict found differing stand out. */
static void put_before(struct sides *s, const struct document *d, size_t here)
{
	const struct evidence *e = d->run_row->entry.evidence;
	size_t from = 0;

	if (s->c->session->expanded && here > TASKS_AROUND) {
		from = here - TASKS_AROUND;
		line_printf(&s->l, STYLE_DIM, " tasks 1-%zu  not shown: all equal", from);
		sides_row(s);
	}
	for (size_t i = 0; e && i < e->tasks.n; i++) {
		const struct task_commands *t = &e->tasks.at[i];
		size_t task = t->task > 0 ? (size_t)t->task - 1 : SIZE_MAX;

		if (task < from || task >= here || !differs(t))
			continue;
		put_range(s, d, from, task, "", "accepted by the SDK", '=');
		put_heading(s, STYLE_STRONG, arena_printf(&s->p->arena, "task %zu", task + 1),
			    events_of(d, task, task, &s->p->arena), STR(""));
		put_pairs(s, d, t);
		from = task + 1;
	}
	put_range(s, d, from, here, "", "accepted by the SDK", '=');
}

static void put_diverging(struct sides *s, const struct document *d, size_t here)
{
	struct arena *a = &s->p->arena;
	const struct task_commands *t = document_commands(d, here + 1);

	put_heading(s, STYLE_BAD, arena_printf(a, "task %zu", here + 1),
		    arena_printf(a, "%.*s  DIVERGES", STR_ARG(events_of(d, here, here, a))),
		    STR("DIVERGES"));
	if (t && t->n_pairs)
		put_pairs(s, d, t);
	else
		put_known(s, d, here);
}

static void put_after(struct sides *s, const struct document *d, size_t here)
{
	size_t n = d->history.n_tasks, to = n;

	if (s->c->session->expanded && n - here > TASKS_AROUND)
		to = here + TASKS_AROUND;
	put_range(s, d, here, to, ", not compared", "not reached", '?');
	if (to < n) {
		line_printf(&s->l, STYLE_DIM, " tasks %zu-%zu  not shown: not compared", to + 1, n);
		sides_row(s);
	}
}

static void put_sdk(struct line *l, const char *title, struct str sdk, struct str version,
		    struct str build)
{
	line_printf(l, STYLE_STRONG, " %s", title);
	if (sdk.n) {
		line_puts(l, STYLE_PLAIN, "  ");
		line_add(l, STYLE_PLAIN, sdk);
		line_puts(l, STYLE_PLAIN, " ");
		line_add(l, STYLE_PLAIN, version);
	}
	if (build.n) {
		line_puts(l, STYLE_DIM, "  build ");
		line_add(l, STYLE_DIM, str_take(build, 8));
	}
}

/* Of the worker that answered the task as it was recorded. */
static struct str build_of(const struct document *d, int64_t task)
{
	static const char *const PATHS[] = {"deployment_version.build_id", "deployment.build_id",
					    "worker_version.build_id", "binary_checksum"};
	const struct schema_message *m;
	struct str bytes, build = STR_NONE;

	if (task < 1 || (uint64_t)task > d->history.n_tasks ||
	    !event_attributes(&d->history, d->history.tasks[task - 1].completed, &m, &bytes))
		return STR_NONE;
	for (size_t i = 0; !build.n && i < sizeof(PATHS) / sizeof(*PATHS); i++)
		build = field_str(m, bytes, PATHS[i]);
	return build;
}

static void put_names(struct sides *s, const struct document *d)
{
	const struct ledger_entry *e = &d->run_row->entry;
	struct line code;

	put_sdk(&s->l, "HISTORY", d->history.sdk_name, d->history.sdk_version,
		build_of(d, d->run_row->verdict.divergence.workflow_task));
	put_sdk(&s->r, "WORKER NOW", e->worker_sdk, e->worker_version, e->worker_build_id);
	if (!s->lines) {
		sides_row(s);
		sides_rule(s);
		return;
	}
	line_put_cell(&s->p->now, &s->l, s->left);
	line_puts(&s->p->now, STYLE_DIM, s->bar);
	line_put_cell(&s->p->now, &s->r, s->right);
	line_puts(&s->p->now, STYLE_DIM, s->bar);
	line_init(&code);
	line_puts(&code, STYLE_STRONG, " CODE  ");
	line_add(&code, STYLE_PLAIN, s->lines->path);
	if (!report_place(d->run_row))
		line_puts(&code, STYLE_DIM, "  by name");
	line_put_cell(&s->p->now, &code, s->code);
	line_done(&code);
	page_end(s->p);
	line_clear(&s->l);
	line_clear(&s->r);
	sides_rule(s);
}

/* Where the code stood or, where no stack says that, the place that names what it asks for. */
static bool code_of(const struct pane_context *c, struct page *p, struct code_lines *ret,
		    int64_t *ret_line)
{
	struct str source = c->session->options.source;
	const struct stack_frame *frame = report_place(c->document->run_row);
	const struct named_place *named =
		frame ? NULL : named_best(c->document, source, NAMED_WORKFLOW);

	*ret_line = frame ? frame->line : named ? named->line : 0;
	return (frame || named) && checkout_lines(source, frame ? frame->file : named->file, *ret_line,
						  CODE_AROUND, &p->arena, ret);
}

static void put_tasks(const struct pane_context *c, struct page *p)
{
	const struct document *d = c->document;
	int64_t task = d->run_row->verdict.divergence.workflow_task, line;
	struct code_lines lines;
	bool code = code_of(c, p, &lines, &line);
	struct sides s;

	sides_begin(&s, c, p, code ? &lines : NULL, line);
	put_names(&s, d);
	if (task >= 1 && (uint64_t)task <= d->history.n_tasks) {
		put_before(&s, d, (size_t)task - 1);
		put_diverging(&s, d, (size_t)task - 1);
		put_after(&s, d, (size_t)task);
	} else { /* beyond the last task that completed */
		put_before(&s, d, d->history.n_tasks);
	}
	sides_end(&s);
}

static void build(const struct pane_context *c, struct page *p)
{
	const struct run_row *row = c->document->run_row;

	if (row && row->verdict.kind == VERDICT_DIVERGED)
		put_tasks(c, p);
	diff_add_cause(c, p);
}

/* ---- moving ---- */

/* To the next line from ROW on that differs, or the one before. */
static bool to_difference(const struct pane_context *c, bool forward)
{
	size_t row = c->session->scrolls[PANE_DIFF].row;
	size_t n = pane_count(c, PANE_DIFF);

	for (size_t i = forward ? row + 1 : row - 1; i < n; i += forward ? 1 : SIZE_MAX)
		if (pane_page_line(c, PANE_DIFF, i)->differs) {
			act_to_row(c->session, i);
			return true;
		}
	return false;
}

static size_t begin(const struct pane_context *c)
{
	size_t n = pane_count(c, PANE_DIFF);

	for (size_t i = 0; i < n; i++)
		if (pane_page_line(c, PANE_DIFF, i)->differs)
			return i;
	return 0;
}

static bool act(const struct pane_context *c, enum action action, struct str argument)
{
	if (action == ACTION_NEXT_DIVERGENCE || action == ACTION_PREVIOUS_DIVERGENCE)
		return to_difference(c, action == ACTION_NEXT_DIVERGENCE);
	return false;
}

const struct pane PANE_ROW_DIFF = {
	.name = "diff",
	.tab = '4',
	.scope = SCOPE_WHOLE,
	.help = "history beside worker, where they part: = equal, - history alone, + the code "
		"alone, ~ an attribute differs, ? not compared",
	.build = build,
	.begin = begin,
	.act = act,
	.hints = {{ACTION_NEXT_DIVERGENCE, "difference"}, {ACTION_ENTER, "event"},
		  {ACTION_EXPAND, "expand"}, {ACTION_EDIT, "editor"}, {ACTION_RERUN, "rerun"},
		  {ACTION_COPY_REPORT, "report"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
