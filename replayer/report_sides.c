/* SPDX-License-Identifier: MIT */
/* report_sides.c: a verdict told from both sides, in words that no name can break out of. */
#include "replayer/report_sides.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"

#include <inttypes.h>

/* An SDK's message in a report: the rest is in the run file. */
#define MESSAGE_LINES 8
#define MESSAGE_LINE_BYTES ((size_t)240)

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

static struct str name(struct str s, struct arena *a)
{
	return report_visible(s, LIMIT_SHOWN_NAME_BYTES, a);
}

struct str report_subject(const struct run_row *row, struct arena *a)
{
	const struct ledger_entry *e = &row->entry;
	const struct divergence *d = &row->verdict.divergence;
	struct str type = name(e->workflow_type, a), id = name(e->workflow_id, a);
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
	struct str reason = name(v->reason, a);

	if (v->kind == VERDICT_DIVERGED)
		reason = str_of(divergence_name(v->divergence.kind));
	if (!v->unstable)
		return reason;
	return arena_printf(a, "%.*s, unstable: the worker differs from itself",
			    STR_ARG(reason));
}

static void add(struct report_lines *lines, const char *label, struct str text,
		enum report_tone tone)
{
	vec_push(&lines->items, (struct report_line){label, text, tone});
}

/*
 * "ActivityTaskScheduled Charge", with "(id x)" where it says more: not where both sides
 * have one id, nor where it only repeats the name or, as Go's do, the event's own id.
 */
static struct str side(const struct side *s, const struct side *other, int64_t event_id,
		       struct arena *a)
{
	struct str text = name(side_text(s, a), a);
	bool repeats = str_eq(s->id, s->name) || str_eq(s->id, other->id) ||
		       (!other->id.n &&
			str_eq(s->id, arena_printf(a, "%" PRId64, event_id)));

	if (!text.n || !s->id.n || repeats)
		return text;
	return arena_printf(a, "%.*s (id %.*s)", STR_ARG(text), STR_ARG(name(s->id, a)));
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

static void add_sides(const struct divergence *d, struct arena *a, struct report_lines *ret)
{
	struct str history = side(&d->history, &d->worker, d->event_id, a);
	struct str worker = side(&d->worker, &d->history, d->event_id, a);

	if (history.n)
		history = arena_printf(a, "event %" PRId64 " %.*s", d->event_id,
				       STR_ARG(history));
	else
		history = arena_printf(a, "nothing after event %" PRId64, d->event_id);
	if (!worker.n)
		worker = nothing_there(d);
	add(ret, "history", history, TONE_HISTORY);
	add(ret, "code", worker, TONE_CODE);
	if (!d->field.n)
		return;
	add(ret, "field", name(d->field, a), TONE_PLAIN);
	add(ret, "  history", name(d->history_value, a), TONE_HISTORY);
	add(ret, "  code", name(d->worker_value, a), TONE_CODE);
}

/* Empty lines are left out: what an SDK means by them is of no use here. */
static void add_message(struct str message, const char *label, struct arena *a,
			struct report_lines *ret)
{
	size_t shown = 0, more = 0;

	while (message.n) {
		struct str line = str_split(&message, '\n');

		if (!str_trim(line).n)
			continue;
		if (shown == MESSAGE_LINES) {
			more++;
			continue;
		}
		while (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		add(ret, shown ? NULL : label, report_visible(line, MESSAGE_LINE_BYTES, a),
		    TONE_PLAIN);
		shown++;
	}
	if (more)
		add(ret, NULL,
		    arena_printf(a, "(%zu more line%s in the run file)", more,
				 more == 1 ? "" : "s"),
		    TONE_PLAIN);
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
static struct str shell_word(struct str path, struct arena *a)
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

void report_body(const struct run_row *row, struct arena *a, struct report_lines *ret)
{
	const struct ledger_entry *e = &row->entry;
	const struct verdict *v = &row->verdict;
	struct str word = shell_word(e->history, a);

	if (v->kind == VERDICT_DIVERGED) {
		add_sides(&v->divergence, a, ret);
		add_message(v->message, "the SDK", a, ret);
	} else {
		add_message(v->message, "because", a, ret);
	}
	for (size_t i = 0; e->evidence && i < e->evidence->clues.n; i++)
		add_message(e->evidence->clues.at[i], "note", a, ret);
	if (e->output.n && v->kind != VERDICT_DIVERGED)
		add(ret, "output", name(e->output, a), TONE_PLAIN);
	if (word.n && v->kind != VERDICT_SKIPPED && v->kind != VERDICT_UNREGISTERED)
		add(ret, "try",
		    arena_printf(a, "hindcast %s %.*s",
				 v->kind == VERDICT_INVALID ? "check" : "show",
				 STR_ARG(word)),
		    TONE_PLAIN);
}
