/* SPDX-License-Identifier: MIT */
/* report_sides.c: a verdict told from both sides, in words that no name can break out of. */
#include "replayer/report/report_sides.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "replayer/report/report_advice.h"
#include "replayer/report/report_evidence.h"

#include <inttypes.h>

/* An SDK's message in a report: the rest is in the run file. */
#define MESSAGE_LINES 8
#define NOTE_LINES 8
#define MESSAGE_LINE_BYTES ((size_t)240)
/* Of a label with its colon and what follows it: all texts begin below each other. */
#define LABEL_COLUMNS 10

struct str report_visible(struct str s, size_t limit, struct arena *a)
{
	struct buf b;
	struct str copy;

	buf_init(&b, 0);
	visible_add(&b, s, limit);
	copy = arena_str(a, buf_str(&b));
	buf_done(&b);
	return copy;
}

struct str report_name(struct str s, struct arena *a)
{
	return report_visible(s, LIMIT_SHOWN_NAME_BYTES, a);
}

struct str report_count(int64_t n, const char *one, const char *many, struct arena *a)
{
	return arena_printf(a, "%" PRId64 " %s", n, n == 1 ? one : many);
}

void report_lines_done(struct report_lines *lines)
{
	vec_done(&lines->items);
}

struct str report_subject(const struct run_row *row, struct arena *a)
{
	const struct ledger_entry *e = &row->entry;
	const struct divergence *d = &row->verdict.divergence;
	struct str type = report_name(e->workflow_type, a), id = report_name(e->workflow_id, a);
	const char *gap = type.n && id.n ? " " : "";
	const char *guessed = id.n && e->id_guessed ? " (a guessed id)" : "";

	if (row->verdict.kind != VERDICT_DIVERGED)
		return arena_printf(a, "%.*s%s%.*s%s", STR_ARG(type), gap, STR_ARG(id),
				    guessed);
	return arena_printf(a, "%.*s%s%.*s%s%sevent %" PRId64 ", workflow task %" PRId64,
			    STR_ARG(type), gap, STR_ARG(id), guessed,
			    type.n || id.n ? ", " : "", d->event_id, d->workflow_task);
}

struct str report_reason(const struct run_row *row, struct arena *a)
{
	const struct verdict *v = &row->verdict;
	struct str reason = report_name(v->reason, a);

	if (v->kind == VERDICT_DIVERGED)
		reason = str_of(divergence_name(v->divergence.kind));
	if (!v->unstable)
		return reason;
	return arena_printf(a, "%.*s, unstable: the worker differs from itself",
			    STR_ARG(reason));
}

void report_add(struct report_lines *lines, struct report_line line)
{
	vec_push(&lines->items, line);
}

static void add(struct report_lines *lines, const char *label, struct str text,
		enum report_tone tone)
{
	report_add(lines, (struct report_line){.label = label, .text = text, .tone = tone});
}

struct str report_margin(const struct report_line *line, struct arena *a)
{
	/* The second line of a pair of labels is indented, and so is its text. */
	int width = LABEL_COLUMNS + (line->label && line->label[0] == ' ' ? 2 : 0);
	int gap = line->label ? width - (int)strlen(line->label) - 1 : 0;
	struct str sign = STR("");

	if (!line->label && line->sign == REPORT_QUOTED)
		return arena_printf(a, "%*s| ", LABEL_COLUMNS - 2, "");
	if (line->sign)
		sign = arena_printf(a, "%c ", line->sign);
	if (!line->label)
		return arena_printf(a, "%*s%.*s", width, "", STR_ARG(sign));
	return arena_printf(a, "%s:%*s%.*s", line->label, gap > 0 ? gap : 1, "", STR_ARG(sign));
}

/*
 * "ActivityTaskScheduled Charge", with "(id x)" where it says more: not where both sides
 * have one id, nor where it only repeats the name or, as Go's do, the event's own id.
 */
struct str report_side(const struct side *s, const struct side *other, int64_t event_id,
		       struct arena *a)
{
	struct str text = report_name(side_text(s, a), a);
	bool repeats = str_eq(s->id, s->name) || str_eq(s->id, other->id) ||
		       (!other->id.n &&
			str_eq(s->id, arena_printf(a, "%" PRId64, event_id)));

	if (!text.n || !s->id.n || repeats)
		return text;
	return arena_printf(a, "%.*s (id %.*s)", STR_ARG(text), STR_ARG(report_name(s->id, a)));
}

/* "There": it may well ask for it elsewhere, in another order or with another id. */
static struct str nothing_there(const struct divergence *d)
{
	switch (d->kind) {
	case DIVERGENCE_EARLY_CLOSE:
		return STR("had already ended");
	case DIVERGENCE_LATE_CLOSE:
		return STR("went on and did not end there");
	case DIVERGENCE_MARKER:
		return STR("makes no such marker there");
	default:
		return STR("does not ask for it there");
	}
}

static struct str code_side(const struct divergence *d, struct arena *a)
{
	struct str worker = report_side(&d->worker, &d->history, d->event_id, a);

	if (!worker.n)
		worker = nothing_there(d);
	if (str_is(str_of(d->provenance), "message"))
		worker = arena_printf(a, "%.*s (known from the SDK's message alone)",
				      STR_ARG(worker));
	return worker;
}

static struct str history_side(const struct divergence *d, struct arena *a)
{
	struct str history = report_side(&d->history, &d->worker, d->event_id, a);

	if (!history.n && d->kind == DIVERGENCE_MARKER)
		return arena_printf(a, "no such marker in workflow task %" PRId64
				    " (event %" PRId64 ")",
				    d->workflow_task, d->event_id);
	/* Events may well follow: they are not of the task's commands. */
	if (!history.n)
		return arena_printf(a, "no further command in workflow task %" PRId64
				    " (event %" PRId64 ")",
				    d->workflow_task, d->event_id);
	return arena_printf(a, "event %" PRId64 " %.*s", d->event_id, STR_ARG(history));
}

static void add_sides(const struct divergence *d, struct arena *a, struct report_lines *ret)
{
	add(ret, "history", history_side(d, a), TONE_HISTORY);
	add(ret, "code", code_side(d, a), TONE_CODE);
}

static void add_field(const struct divergence *d, struct arena *a, struct report_lines *ret)
{
	if (!d->field.n)
		return;
	add(ret, "field", report_name(d->field, a), TONE_PLAIN);
	add(ret, "  history", report_name(d->history_value, a), TONE_HISTORY);
	add(ret, "  code", report_name(d->worker_value, a), TONE_CODE);
}

/* Empty lines are left out: what an SDK means by them is of no use here. */
void report_quote(struct str message, const char *label, size_t most, struct arena *a,
		  struct report_lines *ret)
{
	size_t shown = 0, more = 0;

	while (message.n) {
		struct str line = str_split(&message, '\n');

		if (!str_trim(line).n)
			continue;
		if (shown == most) {
			more++;
			continue;
		}
		while (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		report_add(ret, (struct report_line){
					.label = shown ? NULL : label,
					.text = report_visible(line, MESSAGE_LINE_BYTES, a),
					.sign = shown ? REPORT_QUOTED : 0});
		shown++;
	}
	if (more)
		report_add(ret, (struct report_line){
					.text = arena_printf(a, "(%zu more line%s in the run file)",
							     more, more == 1 ? "" : "s"),
					.sign = REPORT_QUOTED});
}

static bool is_plain(struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && (!c || !strchr("_./:@%+=,-", c)))
			return false;
	}
	return path.n && path.p[0] != '-';
}

/* PATH as a shell takes it for one word. STR_NONE where no line of text could hold it. */
struct str report_shell_word(struct str path, struct arena *a)
{
	struct buf b;
	struct str word = STR_NONE;

	if (is_plain(path))
		return path;
	buf_init(&b, 0);
	buf_puts(&b, path.n && path.p[0] == '-' ? "-- '" : "'");
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '\'')
			buf_puts(&b, "'\\''");
		else
			buf_add_char(&b, path.p[i]);
	}
	buf_puts(&b, "'");
	word = report_visible(buf_str(&b), 0, a);
	if (!str_eq(word, buf_str(&b)))
		word = STR_NONE;
	buf_done(&b);
	return word;
}

struct str report_headline(const struct run_row *row, struct arena *a)
{
	const struct verdict *v = &row->verdict;
	struct str rest = str_trim(v->message), line;

	if (v->kind == VERDICT_DIVERGED)
		return arena_printf(a, "history: %.*s; code: %.*s",
				    STR_ARG(history_side(&v->divergence, a)),
				    STR_ARG(code_side(&v->divergence, a)));
	line = str_split(&rest, '\n');
	if (line.n)
		return report_visible(str_trim(line), MESSAGE_LINE_BYTES, a);
	return v->reason.n ? report_name(v->reason, a) : str_of(verdict_name(v->kind));
}

void report_brief(const struct run_row *row, struct arena *a, struct report_lines *ret)
{
	const struct verdict *v = &row->verdict;

	if (v->kind == VERDICT_DIVERGED) {
		add_sides(&v->divergence, a, ret);
		add_field(&v->divergence, a, ret);
	} else {
		report_quote(v->message, "because", MESSAGE_LINES, a, ret);
	}
	report_add_stood(row, a, ret);
}

void report_known(const struct run_row *row, struct arena *a, struct report_lines *ret)
{
	const struct verdict *v = &row->verdict;

	if (v->kind == VERDICT_DIVERGED) {
		add_sides(&v->divergence, a, ret);
		if (!report_task_tells(row))
			add_field(&v->divergence, a, ret);
	} else {
		report_quote(v->message, "because", MESSAGE_LINES, a, ret);
	}
	report_add_stood(row, a, ret);
	report_add_task(row, a, ret);
}

void report_body(const struct run_row *row, struct arena *a, struct report_lines *ret)
{
	const struct ledger_entry *e = &row->entry;
	const struct verdict *v = &row->verdict;

	report_known(row, a, ret);
	report_add_context(row, a, ret);
	report_add_answers(row, a, ret);
	if (v->kind == VERDICT_DIVERGED)
		report_quote(v->message, v->divergence.own_words ? "because" : "the SDK",
			     MESSAGE_LINES, a, ret);
	for (size_t i = 0; e->evidence && i < e->evidence->clues.n; i++)
		report_quote(e->evidence->clues.at[i], "note", NOTE_LINES, a, ret);
	if (e->output.n && v->kind != VERDICT_DIVERGED)
		add(ret, "output", report_visible(e->output, LIMIT_SHOWN_PATH_BYTES, a),
		    TONE_PLAIN);
	report_add_advice(row, a, ret);
}
