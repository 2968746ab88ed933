/* SPDX-License-Identifier: MIT */
/* words.c: how times, names and verdicts are written. */
#include "viewer/pane/words.h"

#include "formats/history/columns.h"
#include "formats/history/columns_path.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/marker.h"
#include "formats/payload/codec.h"
#include "formats/payload/payload.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

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

	enum style style = STYLE_PLAIN;

	if (!event_row(type))
		return STYLE_ODD;
	for (size_t i = 0; i < ENTITY_RULES_N && style == STYLE_PLAIN; i++)
		if (ENTITY_RULES[i].event == type && ENTITY_RULES[i].to >= ENTITY_DONE)
			style = words_state_style(ENTITY_RULES[i].to);
	if (style != STYLE_BAD && document_dims(d, event))
		return STYLE_DIM;
	return style;
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

/* "5400s" as "1h30m", exactly; what is no whole number of seconds stays as it is. */
static struct str duration(struct str text, struct arena *a)
{
	static const struct {
		long long seconds;
		char unit;
	} UNITS[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	struct str ret = STR("");
	long long n;

	if (!text.n || text.p[text.n - 1] != 's' || !str_to_int(str_take(text, text.n - 1), &n) || n < 60)
		return text;
	for (size_t i = 0; i < 4; i++) {
		if (n / UNITS[i].seconds)
			ret = arena_printf(a, "%.*s%lld%c", STR_ARG(ret), n / UNITS[i].seconds,
					   UNITS[i].unit);
		n %= UNITS[i].seconds;
	}
	return ret;
}

/* Of seconds from a minute on: the two largest units, rounded. */
static struct str long_span(uint64_t s, struct arena *a)
{
	static const struct {
		uint64_t from, large, small;
		const char *units;
	} ROWS[] = {{86400, 86400, 3600, "dh"}, {3600, 3600, 60, "hm"}, {60, 60, 1, "ms"}};
	size_t i = 0;
	uint64_t rest;

	while (s < ROWS[i].from)
		i++;
	s += ROWS[i].small / 2;
	rest = s % ROWS[i].large / ROWS[i].small;
	return rest ? arena_printf(a, "%" PRIu64 "%c%02" PRIu64 "%c", s / ROWS[i].large,
				   ROWS[i].units[0], rest, ROWS[i].units[1])
		    : arena_printf(a, "%" PRIu64 "%c", s / ROWS[i].large, ROWS[i].units[0]);
}

struct str words_span(int64_t ns, struct arena *a)
{
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t ms = size / 1000000 + (size % 1000000 >= 500000), s = (ms + 500) / 1000;

	if (size < 1000000)
		return size ? STR("<1ms") : STR("0ms");
	if (ms < 1000)
		return arena_printf(a, "%" PRIu64 "ms", ms);
	if (ms < 9950 && (ms + 50) % 1000 / 100)
		return arena_printf(a, "%" PRIu64 ".%" PRIu64 "s", (ms + 50) / 1000,
				    (ms + 50) % 1000 / 100);
	return s < 60 ? arena_printf(a, "%" PRIu64 "s", s) : long_span(s, a);
}

/* False: the event is no marker, or one that the table of SDKs' markers does not have. */
static bool marker_of(const struct document *d, size_t event, struct arena *a, struct marker *ret)
{
	const struct schema_message *m;
	struct str bytes;

	if (d->history.events[event].type != EVENT_MARKER_RECORDED ||
	    !event_attributes(&d->history, event, &m, &bytes))
		return false;
	marker_read(d->history.schema, bytes, a, ret);
	return ret->kind != MARKER_OTHER;
}

static struct str marker_subject(const struct marker *m, struct arena *a)
{
	switch (m->kind) {
	case MARKER_VERSION:
		return arena_printf(a, "Version %.*s = %.*s", STR_ARG(m->id), STR_ARG(m->version));
	case MARKER_PATCH:
		return arena_printf(a, "patch %.*s%s", STR_ARG(m->id),
				    m->deprecated ? ", deprecated" : "");
	default:
		return marker_text(m, a);
	}
}

/* Ids that SDKs count up say nothing beside the event's own. */
static bool tells_something(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] < '0' || id.p[i] > '9')
			return true;
	return false;
}

struct str words_name(const struct document *d, size_t event, struct arena *a)
{
	const struct event_row *row = event_row(d->history.events[event].type);
	struct str name = event_name(&d->history, event, a);
	struct marker marker;

	if (marker_of(d, event, a, &marker))
		return marker_subject(&marker, a);
	return row && row->category == CATEGORY_TIMER ? duration(name, a) : name;
}

void words_subject(struct session *s, const struct document *d, size_t event, enum style style,
		   struct line *l)
{
	const struct history *h = &d->history;
	struct str name = words_name(d, event, &s->step), id = event_code_id(h, event, &s->step);
	size_t begin = l->columns;
	int32_t type = h->events[event].type;

	line_add(l, style, name);
	/* The run's own id stands in the first line of the screen. */
	if (!tells_something(id) || str_eq(id, name) || event_answers(h, event) < h->n_events ||
	    type == EVENT_WORKFLOW_EXECUTION_STARTED || type == EVENT_MARKER_RECORDED)
		return;
	add_gap(l, begin);
	line_puts(l, STYLE_DIM, "id ");
	line_add(l, style == STYLE_STRONG ? STYLE_PLAIN : style, id);
}

/* JSON as it was laid out for people, on one line: blanks between its parts go. */
static void add_on_one_line(struct str text, struct buf *out)
{
	bool in_text = false, json = text.n && (text.p[0] == '{' || text.p[0] == '[');

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (json && !in_text && (c == ' ' || c == '\n' || c == '\t' || c == '\r'))
			continue;
		buf_add_char(out, c);
		if (c == '\\' && in_text && i + 1 < text.n)
			buf_add_char(out, text.p[++i]);
		else if (c == '"')
			in_text = !in_text;
	}
}

/* Payloads beyond that are not opened for one line: their size stands there. */
#define FAT_BYTES (128 << 10)

struct str words_label(const struct document *d, size_t event, struct arena *a)
{
	struct str name = words_name(d, event, a);

	return name.n ? name : words_type(d, event, 24, a);
}

/* A letter, and the largest id that there is. */
size_t words_group_width(const struct history *h)
{
	size_t width = 4;

	for (int64_t id = h->n_events ? h->events[h->n_events - 1].id / 1000 : 0; id > 0; id /= 10)
		width++;
	return width;
}

void words_payload(struct session *s, const struct document *d, size_t event, struct buf *out)
{
	struct buf text;
	struct str bytes;
	struct marker marker;
	struct payload p;

	if (d->history.events[event].length > FAT_BYTES) {
		buf_add(out, detail_bytes(d->history.events[event].length, &s->step));
		return;
	}
	if (!marker_of(d, event, &s->step, &marker)) {
		buf_init(&text, 0);
		columns_payload_add(&d->history, event, &s->options.tools, &text);
		add_on_one_line(buf_str(&text), out);
		buf_done(&text);
		return;
	}
	if (!marker.value.p)
		return;
	bytes = marker.value;
	(void)!codec_unwrap(&s->options.tools, bytes, &s->step, &bytes, NULL, NULL);
	if (payload_read(bytes, &p))
		add_on_one_line(payload_text(&p, &s->step), out);
}

/* Names and values that an event of search attributes or a memo sets: "Status = "paid"". */
static void add_set(struct session *s, const struct document *d, size_t event, struct buf *out)
{
	int32_t type = d->history.events[event].type;
	const struct schema_message *m;
	struct str bytes;
	struct wire w;
	struct wire_field f;

	if ((type != EVENT_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES &&
	     type != EVENT_WORKFLOW_PROPERTIES_MODIFIED) ||
	    !event_attributes(&d->history, event, &m, &bytes))
		return;
	w = wire_of(wire_bytes_at(bytes, 2)); /* of both: a map of payloads in field 1 */
	while (wire_next(&w, &f)) {
		struct str value = wire_bytes_at(f.bytes, 2);
		struct payload p;

		if (f.number != 1 || f.type != WIRE_BYTES)
			continue;
		buf_puts(out, out->n ? ", " : "");
		buf_add(out, wire_bytes_at(f.bytes, 1));
		(void)!codec_unwrap(&s->options.tools, value, &s->step, &value, NULL, NULL);
		if (payload_read(value, &p)) {
			buf_puts(out, " = ");
			buf_add(out, payload_text(&p, &s->step));
		}
	}
}

/* Attempt, failure, reason; nothing that the subject says already. */
static void add_detail(struct session *s, const struct document *d, size_t event, enum style style,
		       size_t begin, struct line *l)
{
	struct marker marker;
	struct buf text;

	buf_init(&text, 0);
	if (!marker_of(d, event, &s->step, &marker) || marker.failure.p)
		detail_add(&d->history, event, &text);
	if (text.n)
		add_gap(l, begin);
	line_add(l, style, buf_str(&text));
	buf_done(&text);
}

static void add_values(struct session *s, const struct document *d, size_t event, size_t begin,
		       struct line *l)
{
	struct buf text;

	buf_init(&text, 0);
	add_set(s, d, event, &text);
	words_payload(s, d, event, &text);
	if (text.n)
		add_gap(l, begin);
	line_add(l, STYLE_DIM, str_take(buf_str(&text), 400));
	buf_done(&text);
}

void words_what(struct session *s, const struct document *d, size_t event, struct line *l)
{
	struct arena_mark mark = arena_mark(&s->step);
	enum style plain = document_dims(d, event) ? STYLE_DIM : STYLE_PLAIN;
	size_t begin = l->columns;

	if (event_answers(&d->history, event) == d->history.n_events) {
		words_subject(s, d, event, plain == STYLE_PLAIN ? STYLE_STRONG : plain, l);
		add_detail(s, d, event, plain, begin, l);
	} else { /* what it answers has said what it is about: the news first */
		struct line subject;

		line_init(&subject);
		words_subject(s, d, event, STYLE_DIM, &subject);
		add_detail(s, d, event, plain, begin, l);
		if (subject.columns)
			add_gap(l, begin);
		line_append(l, &subject);
		line_done(&subject);
	}
	add_values(s, d, event, begin, l);
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
	if (row->was != VERDICT_KINDS && row->was != v->kind)
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
