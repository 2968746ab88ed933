/* SPDX-License-Identifier: MIT */
/* words.c: how times, names and verdicts are written. */
#include "viewer/pane/words.h"

#include "formats/history/columns.h"
#include "formats/history/columns_path.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"

#include <inttypes.h>

/* ---- times ---- */

const char *words_time_mode(enum time_mode mode)
{
	static const char *const WORDS[TIME_MODES] = {
		[TIME_SINCE_START] = "since start",
		[TIME_BETWEEN] = "between",
		[TIME_UTC] = "utc",
		[TIME_LOCAL] = "local",
	};

	return WORDS[mode];
}

size_t words_time_width(enum time_mode mode)
{
	return mode == TIME_UTC || mode == TIME_LOCAL ? 24 : 9;
}

static struct str since(const struct document *d, int64_t from, int64_t to, struct arena *a)
{
	int64_t ns;

	(void)d;
	if (!from || !to || __builtin_sub_overflow(to, from, &ns))
		return STR("-");
	return arena_printf(a, "%s%.*s", ns < 0 ? "" : "+", STR_ARG(detail_span(ns, a)));
}

struct str words_time_of(const struct session *s, const struct document *d, int64_t time,
			 struct arena *a)
{
	if (!time)
		return STR("-");
	if (s->time == TIME_LOCAL && s->options.local_time)
		return s->options.local_time(time, a);
	if (s->time == TIME_UTC || s->time == TIME_LOCAL)
		return detail_time(time, a);
	return since(d, d->history.events[0].time, time, a);
}

struct str words_time(const struct session *s, const struct document *d, size_t event,
		      struct arena *a)
{
	const struct event *e = &d->history.events[event];

	if (s->time == TIME_BETWEEN)
		return event ? since(d, e[-1].time, e->time, a) : STR("+0");
	return words_time_of(s, d, e->time, a);
}

/* ---- events ---- */

/* Long names shortened by words that everybody knows, the most first. */
static const struct {
	const char *whole, *brief;
} SHORTER[] = {
	{"WorkflowExecution", "Wf"}, {"Workflow", "Wf"},  {"Initiated", "Init"},
	{"Requested", "Req"},	     {"External", "Ext"}, {"Operation", "Op"},
	{"Activity", "Act"},	     {"Completed", "Done"},
};

static struct str shorten(struct str type, const char *whole, const char *brief, struct arena *a)
{
	ptrdiff_t at = str_find(type, str_of(whole));

	if (at < 0)
		return type;
	return arena_printf(a, "%.*s%s%.*s", (int)at, type.p, brief,
			    STR_ARG(str_skip(type, (size_t)at + strlen(whole))));
}

struct str words_type(const struct document *d, size_t event, size_t room, struct arena *a)
{
	struct str type = event_type_name(&d->history, event, a);

	for (size_t i = 0; type.n > room && i < sizeof(SHORTER) / sizeof(*SHORTER); i++)
		type = shorten(type, SHORTER[i].whole, SHORTER[i].brief, a);
	return type;
}

enum style words_state_style(enum entity_state to)
{
	switch (to) {
	case ENTITY_FAILED:
	case ENTITY_TIMED_OUT:
	case ENTITY_TERMINATED:
	case ENTITY_REJECTED:
		return STYLE_BAD;
	case ENTITY_CANCELED:
	case ENTITY_SCHEDULED_CANCELING:
	case ENTITY_STARTED_CANCELING:
		return STYLE_ODD;
	case ENTITY_DONE:
		return STYLE_GOOD;
	default:
		return STYLE_PLAIN;
	}
}

enum style words_style(const struct document *d, size_t event)
{
	int32_t type = d->history.events[event].type;

	if (!document_replayed(d, event))
		return STYLE_DIM;
	if (!event_row(type))
		return STYLE_ODD;
	for (size_t i = 0; i < ENTITY_RULES_N; i++)
		if (ENTITY_RULES[i].event == type && ENTITY_RULES[i].to >= ENTITY_DONE)
			return words_state_style(ENTITY_RULES[i].to);
	return STYLE_PLAIN;
}

const char *words_kind(enum entity_kind kind)
{
	static const char *const WORDS[ENTITY_KINDS] = {
		[ENTITY_WORKFLOW] = "workflow",
		[ENTITY_TASK] = "task",
		[ENTITY_ACTIVITY] = "activity",
		[ENTITY_TIMER] = "timer",
		[ENTITY_CHILD] = "child",
		[ENTITY_SIGNAL] = "signal",
		[ENTITY_SIGNAL_EXTERNAL] = "signal out",
		[ENTITY_CANCEL_EXTERNAL] = "cancel out",
		[ENTITY_UPDATE] = "update",
		[ENTITY_NEXUS] = "Nexus",
		[ENTITY_MARKER] = "marker",
		[ENTITY_PAUSE] = "pause",
		[ENTITY_PROPERTIES] = "changed",
	};

	return WORDS[kind];
}

static void add_gap(struct line *l, size_t begin)
{
	if (l->columns > begin)
		line_puts(l, STYLE_PLAIN, "  ");
}

void words_what(struct session *s, const struct document *d, size_t event, struct line *l)
{
	const struct history *h = &d->history;
	struct arena_mark mark = arena_mark(&s->step);
	struct str name = event_name(h, event, &s->step);
	struct str id = event_code_id(h, event, &s->step);
	enum style plain = document_replayed(d, event) ? STYLE_PLAIN : STYLE_DIM;
	size_t begin = l->columns;
	struct buf text;

	line_add(l, plain == STYLE_PLAIN ? STYLE_STRONG : plain, name);
	if (id.n && !str_eq(id, name)) {
		add_gap(l, begin);
		line_puts(l, plain, "id ");
		line_add(l, plain, id);
	}
	buf_init(&text, 0);
	detail_add(h, event, &text);
	if (text.n) {
		add_gap(l, begin);
		line_add(l, plain, buf_str(&text));
	}
	buf_clear(&text);
	columns_payload_add(h, event, &s->options.tools, &text);
	if (text.n) {
		add_gap(l, begin);
		line_add(l, STYLE_DIM, str_take(buf_str(&text), 400));
	}
	buf_done(&text);
	arena_rewind(&s->step, mark);
}

/* ---- verdicts ---- */

enum style words_verdict_style(enum verdict_kind kind)
{
	return kind == VERDICT_PASSED ? STYLE_GOOD : kind == VERDICT_SKIPPED ? STYLE_DIM : STYLE_BAD;
}

void words_verdict(const struct run_row *row, struct line *l)
{
	const struct verdict *v = &row->verdict;
	enum style style = words_verdict_style(v->kind);

	line_puts(l, style, verdict_name(v->kind));
	if (v->kind == VERDICT_DIVERGED)
		line_printf(l, style, " at ev %" PRId64, v->divergence.event_id);
	if (row->was != VERDICT_KINDS)
		line_printf(l, STYLE_PLAIN, " (was %s)", verdict_name(row->was));
}

/* ---- hints ---- */

static void add_hint(const struct session *s, const struct pane_hint *hint, struct line *l)
{
	struct buf keys;
	struct str rest;

	buf_init(&keys, 0);
	keymap_keys(&s->keymap, hint->action, &keys);
	rest = buf_str(&keys);
	if (keys.n) {
		line_puts(l, STYLE_BAR, " ");
		line_add(l, STYLE_STRONG, str_split(&rest, ','));
		line_printf(l, STYLE_BAR, " %s ", hint->word);
	}
	buf_done(&keys);
}

void words_hint(const struct session *s, enum pane_kind pane, size_t room, struct line *l)
{
	struct line one;

	line_init(&one);
	for (const struct pane_hint *h = PANE_TABLE[pane]->hints; h->word; h++) {
		line_clear(&one);
		add_hint(s, h, &one);
		if (l->columns + one.columns > room)
			break;
		line_append(l, &one);
	}
	line_done(&one);
}
