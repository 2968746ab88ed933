/* SPDX-License-Identifier: MIT */
/* attributes.c: a walk over a message with its descriptor at hand. */
#include "viewer/pane/attributes.h"

#include "formats/base/limits.h"
#include "formats/base/width.h"
#include "formats/payload/payload.h"
#include "formats/transcode/transcode_parts.h"
#include "formats/wire/field.h"
#include "formats/wire/wire.h"
#include "viewer/pane/payload_lines.h"
#include "viewer/pane/words.h"

#include <inttypes.h>

#define NAME_TASK_QUEUE "temporal.api.taskqueue.v1.TaskQueue"
#define NAME_RETRY "temporal.api.common.v1.RetryPolicy"
#define NAME_FAILURE "temporal.api.failure.v1.Failure"
#define NAME_APPLICATION_FAILURE "temporal.api.failure.v1.ApplicationFailureInfo"
#define LABEL_WIDTH ((size_t)PAYLOAD_LABEL_WIDTH)
/* A text that is no payload: more of it is in the JSON. */
#define TEXT_BYTES ((size_t)2000)

struct walk {
	const struct pane_context *c;
	struct page *p;
	enum attribute_part part;
	size_t left;
	bool begun; /* the line has something of this part */
};

/* ---- values ---- */

/* Durations that servers write for "none". */
static bool is_zero(struct str bytes)
{
	return !wire_value_at(bytes, 1, 0) && !wire_value_at(bytes, 2, 0);
}

/* "30s", "1m30s", "2d", "250ms", "1.500s" of a serialized Duration. */
static struct str duration(struct str bytes, struct arena *a)
{
	int64_t seconds = (int64_t)wire_value_at(bytes, 1, 0);
	int32_t nanos = (int32_t)wire_value_at(bytes, 2, 0);
	static const struct {
		int64_t seconds;
		char unit;
	} UNITS[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
	char text[TRANSCODE_TEXT_MAX];
	struct str ret = STR("");

	if (!seconds && nanos > 0 && nanos % 1000000 == 0)
		return arena_printf(a, "%" PRId32 "ms", nanos / 1000000);
	if (nanos || seconds <= 0)
		return arena_str(a, str_slice(text, transcode_print_duration(text, seconds, nanos)));
	for (size_t i = 0; i < sizeof(UNITS) / sizeof(*UNITS); i++) {
		if (seconds / UNITS[i].seconds)
			ret = arena_printf(a, "%.*s%" PRId64 "%c", STR_ARG(ret),
					   seconds / UNITS[i].seconds, UNITS[i].unit);
		seconds %= UNITS[i].seconds;
	}
	return ret;
}

static struct str time_of(const struct walk *w, struct str bytes)
{
	return words_time_at(w->c->session, w->c->document, (int64_t)wire_value_at(bytes, 1, 0),
			     (int64_t)wire_value_at(bytes, 2, 0), &w->p->arena);
}

static struct str number_of(const struct schema_field *f, uint64_t value, struct arena *a)
{
	const struct schema_enum_value *e;
	char text[TRANSCODE_TEXT_MAX];
	double wide;
	float narrow;
	uint32_t bits = (uint32_t)value;

	switch (f->kind) {
	case SCHEMA_BOOL:
		return value ? STR("true") : STR("false");
	case SCHEMA_ENUM:
		e = schema_enum_by_number(f->enumeration, (int32_t)value);
		return e ? e->camel : arena_printf(a, "%" PRId32 " (unknown)", (int32_t)value);
	case SCHEMA_DOUBLE:
		memcpy(&wide, &value, sizeof(wide));
		return arena_str(a, str_slice(text, transcode_print_double(text, wide)));
	case SCHEMA_FLOAT:
		memcpy(&narrow, &bits, sizeof(narrow));
		return arena_str(a, str_slice(text, transcode_print_float(text, narrow)));
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
		return arena_printf(a, "%" PRIu64, value);
	default:
		return arena_printf(a, "%" PRId64, (int64_t)value);
	}
}

/* A list of numbers in one field, as protobuf packs them. */
static struct str packed(const struct schema_field *f, struct str bytes, struct arena *a)
{
	struct str ret = STR("");
	uint64_t value;

	for (size_t at = 0; at < bytes.n && wire_varint(bytes, &at, &value);)
		ret = arena_printf(a, "%.*s%s%.*s", STR_ARG(ret), ret.n ? " " : "",
				   STR_ARG(number_of(f, value, a)));
	return ret;
}

/* The only text of a message such as ActivityType {name}; false: there is more to it. */
static bool one_text(const struct schema_message *m, struct str bytes, struct str *ret)
{
	struct wire w = wire_of(bytes);
	struct wire_field field;
	bool found = false;

	while (wire_next(&w, &field)) {
		const struct schema_field *f = schema_field_by_number(m, field.number);

		if (f && f->kind == SCHEMA_ENUM && field.value == 1 && str_is(m->name, NAME_TASK_QUEUE))
			continue; /* an ordinary queue goes without saying */
		if (!f || f->kind != SCHEMA_STRING || f->repeated || found)
			return false;
		*ret = field.bytes;
		found = true;
	}
	return found && !w.broken;
}

/* ---- which part a field is of ---- */

static bool named(const struct schema_field *f, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(f->name, names[i]))
			return true;
	return false;
}

static bool is_minor(const struct schema_field *f)
{
	static const char *const NAMES[] = {
		"identity",	  "request_id",	   "namespace",	   "namespace_id", "control",
		"worker_version", "endpoint_id",   "binary_checksum", "version",   "task_id",
		"principal",	  "links",	   "worker_may_ignore", "history_size_bytes",
		"first_execution_run_id", "original_execution_run_id", "metering_metadata",
		"build_id_redirect_counter", "inherited_build_id", "prev_auto_reset_points",
		"protocol_instance_id", "accepted_request_message_id",
		"rejected_request_message_id", "meta",
	};

	return named(f, NAMES, sizeof(NAMES) / sizeof(*NAMES));
}

/* What whoever shows an event says in its own words. */
static bool is_told(const struct schema_message *m, const struct schema_field *f)
{
	static const char *const NAMES[] = {"event_id", "event_time", "event_type", "user_metadata"};
	static const char *const OF_FAILURE[] = {"type", "non_retryable"};

	return (str_is(m->name, NAME_APPLICATION_FAILURE) && named(f, OF_FAILURE, 2)) ||
	       named(f, NAMES, sizeof(NAMES) / sizeof(*NAMES)) ||
	       (f->message && str_is(f->message->name, NAME_FAILURE)) ||
	       (f->kind == SCHEMA_INT64 && str_ends(f->name, STR("_event_id")) &&
		!str_starts(f->name, STR("parent_")));
}

/* Payload, Payloads, and what holds nothing but a map of those: Memo, Header. */
static bool holds_payloads(const struct schema_message *m)
{
	const struct schema_message *inner;

	if (m->role == SCHEMA_PAYLOAD || m->role == SCHEMA_PAYLOADS)
		return true;
	if (m->n_fields != 1 || !m->fields[0].map)
		return false;
	inner = m->fields[0].message->fields[1].message;
	return inner && (inner->role == SCHEMA_PAYLOAD || inner->role == SCHEMA_PAYLOADS);
}

static bool is_payload_map(const struct schema_field *f)
{
	const struct schema_message *value = f->map ? f->message->fields[1].message : NULL;

	return value && (value->role == SCHEMA_PAYLOAD || value->role == SCHEMA_PAYLOADS);
}

static bool part_of(const struct schema_message *m, const struct schema_field *f, struct str bytes,
		    enum attribute_part *ret)
{
	struct str text;

	if (is_told(m, f))
		return false;
	*ret = ATTRIBUTES_PLAIN;
	if (is_minor(f))
		*ret = ATTRIBUTES_MINOR;
	else if (f->kind != SCHEMA_MESSAGE)
		return true;
	else if (is_payload_map(f) || (!f->map && holds_payloads(f->message)))
		*ret = ATTRIBUTES_PAYLOADS;
	else if (str_is(f->message->name, NAME_RETRY) ||
		 (f->message->wellknown == SCHEMA_DURATION && str_ends(f->name, STR("_timeout"))))
		*ret = ATTRIBUTES_LIMITS;
	else if (f->message->wellknown == SCHEMA_ORDINARY && !one_text(f->message, bytes, &text))
		*ret = ATTRIBUTES_NESTED;
	return true;
}

/* ---- lines ---- */

static void end(struct walk *w)
{
	if (w->begun)
		page_end(w->p);
	w->begun = false;
}

static void item(struct walk *w, struct str label, enum style style, struct str value)
{
	struct line *l = &w->p->now;
	size_t columns = width_of(str_take(label, 200)) + 1 + width_of(str_take(value, 200));

	if (w->begun && l->columns + 3 + columns > w->c->width)
		end(w);
	if (!w->begun)
		line_to(l, w->left);
	else
		line_puts(l, STYLE_PLAIN, "   ");
	w->begun = true;
	line_add(l, STYLE_DIM, label);
	line_puts(l, STYLE_PLAIN, label.n ? " " : "");
	if (w->left + columns <= w->c->width && !memchr(value.n ? value.p : "", '\n', value.n)) {
		line_add(l, style, value);
		return;
	}
	if (l->columns + 20 > w->c->width)
		end(w);
	page_text(w->p, style, str_take(value, TEXT_BYTES), l->columns ? l->columns : w->left + 2,
		  w->c->width);
	if (value.n > TEXT_BYTES)
		page_puts(w->p, STYLE_DIM, "   ... more of it in the JSON (7)");
	w->begun = false;
}

static void labelled(struct walk *w, const char *label)
{
	if (w->begun)
		return;
	line_to(&w->p->now, w->left);
	line_puts(&w->p->now, STYLE_STRONG, label);
	line_to(&w->p->now, w->left + LABEL_WIDTH - 1);
	w->begun = true;
}

/* "start-close 30s" */
static void add_timeout(struct walk *w, const struct schema_field *f, struct str bytes)
{
	struct str name = str_take(f->name, f->name.n - strlen("_timeout"));
	struct line *l = &w->p->now;
	struct str text = duration(bytes, &w->p->arena);
	bool wraps = w->begun && l->columns + name.n + text.n + 4 > w->c->width;

	if (is_zero(bytes)) /* none */
		return;
	if (wraps)
		end(w);
	else if (w->begun)
		line_puts(l, STYLE_PLAIN, "   ");
	labelled(w, wraps ? "" : "timeouts");
	for (struct str rest = name, word; rest.n;) {
		word = str_split(&rest, '_');
		if (str_is(word, "to") || str_is(word, "workflow"))
			continue;
		line_add(l, STYLE_PLAIN, word);
		line_puts(l, STYLE_PLAIN, rest.n ? "-" : " ");
	}
	line_add(l, STYLE_PLAIN, text);
}

/* "1s x2, at most 100s apart   at most 5 attempts   not of CardDeclined" */
static void add_retry(struct walk *w, struct str bytes)
{
	struct arena *a = &w->p->arena;
	struct line *l = &w->p->now;
	struct str initial = wire_bytes_at(bytes, 1), most = wire_bytes_at(bytes, 3);
	uint64_t bits = wire_value_at(bytes, 2, 0), attempts = wire_value_at(bytes, 4, 0);
	struct wire at = wire_of(bytes);
	struct wire_field field;
	char text[TRANSCODE_TEXT_MAX];
	double factor;

	end(w);
	labelled(w, "retry");
	if (initial.p)
		line_add(l, STYLE_PLAIN, duration(initial, a));
	memcpy(&factor, &bits, sizeof(factor));
	if (bits) {
		line_puts(l, STYLE_PLAIN, " x");
		line_add(l, STYLE_PLAIN, str_slice(text, transcode_print_double(text, factor)));
	}
	if (most.p)
		line_printf(l, STYLE_PLAIN, " up to %.*s", STR_ARG(duration(most, a)));
	if (attempts == 1)
		line_puts(l, STYLE_PLAIN, "   no second attempt");
	else if (attempts)
		line_printf(l, STYLE_PLAIN, "   max %" PRIu64 " attempts", attempts);
	for (const char *word = "   not of "; wire_next(&at, &field);)
		if (field.number == 5 && field.type == WIRE_BYTES) {
			line_puts(l, STYLE_PLAIN, word);
			line_add(l, STYLE_PLAIN, field.bytes);
			word = ", ";
		}
	end(w);
}

static void add_payloads(struct walk *w, struct str label, const struct schema_message *m,
			 struct str bytes)
{
	struct arena *a = &w->p->arena;
	struct wire at = wire_of(bytes);
	struct wire_field field;

	if (m->role == SCHEMA_PAYLOAD) {
		payload_lines_add(w->c, w->p, page_id(w->c->document->at, label), PAGE_OPEN, w->left,
				  label, bytes);
		return;
	}
	for (size_t i = 0; wire_next(&at, &field);) {
		struct str key;

		if (field.type != WIRE_BYTES || field.number != 1)
			continue;
		if (m->role == SCHEMA_PAYLOADS) {
			add_payloads(w, arena_printf(a, "%.*s[%zu]", STR_ARG(label), i++),
				     m->fields[0].message, field.bytes);
			continue;
		}
		key = wire_bytes_at(field.bytes, 1);
		add_payloads(w, arena_printf(a, "%.*s.%.*s", STR_ARG(label), STR_ARG(key)),
			     m->fields[0].message->fields[1].message, wire_bytes_at(field.bytes, 2));
	}
}

static void add_entry(struct walk *w, const struct schema_field *f, struct str entry)
{
	const struct schema_message *value = f->message->fields[1].message;
	struct str key = wire_bytes_at(entry, 1), bytes = wire_bytes_at(entry, 2);
	struct str label = arena_printf(&w->p->arena, "%.*s.%.*s", STR_ARG(f->json_name), STR_ARG(key));

	if (value && (value->role == SCHEMA_PAYLOAD || value->role == SCHEMA_PAYLOADS))
		add_payloads(w, label, value, bytes);
	else if (!value)
		item(w, label, STYLE_PLAIN, bytes);
}

static void add_nested(struct walk *w, const struct schema_field *f, struct str bytes)
{
	if (f->map) {
		add_entry(w, f, bytes);
		return;
	}
	if (!bytes.n)
		return;
	end(w);
	line_to(&w->p->now, w->left);
	line_add(&w->p->now, STYLE_STRONG, f->json_name);
	page_fold(w->p, page_id(page_id_number(w->c->document->at, w->left), f->json_name), PAGE_OPEN);
	page_end(w->p);
	w->p->about.level++;
	if (w->p->about.level < 20)
		attributes_add_all(w->c, w->p, f->message, bytes, w->left + 2);
	w->p->about.level--;
}

static void add_field(struct walk *w, const struct schema_field *f, const struct wire_field *field)
{
	struct arena *a = &w->p->arena;
	struct str text;

	if (f->kind == SCHEMA_STRING || f->kind == SCHEMA_BYTES)
		text = field->bytes;
	else if (f->kind != SCHEMA_MESSAGE)
		text = field->type == WIRE_BYTES ? packed(f, field->bytes, a)
						 : number_of(f, field->value, a);
	else if (f->message->wellknown == SCHEMA_TIMESTAMP)
		text = time_of(w, field->bytes);
	else if (f->message->wellknown == SCHEMA_DURATION)
		text = is_zero(field->bytes) ? STR_NONE : duration(field->bytes, a);
	else if (!one_text(f->message, field->bytes, &text)) {
		add_nested(w, f, field->bytes);
		return;
	}
	if (text.n && (f->kind == SCHEMA_MESSAGE || field->type == WIRE_BYTES || field->value))
		item(w, f->json_name, STYLE_PLAIN, text);
}

static void add_unknown(struct walk *w, const struct wire_field *field)
{
	struct arena *a = &w->p->arena;

	if (field->number == TRANSCODE_CARRIER)
		item(w, STR("unknown"), STYLE_ODD, field->bytes);
	else if (field->type == WIRE_BYTES)
		item(w, arena_printf(a, "unknown field %u", field->number), STYLE_ODD,
		     arena_printf(a, "%zu bytes", field->bytes.n));
	else
		item(w, arena_printf(a, "unknown field %u", field->number), STYLE_ODD,
		     arena_printf(a, "%" PRIu64, field->value));
}

static void add_one(struct walk *w, const struct schema_field *f, const struct wire_field *field)
{
	switch (w->part) {
	case ATTRIBUTES_PAYLOADS:
		if (f->map)
			add_entry(w, f, field->bytes);
		else
			add_payloads(w, f->json_name, f->message, field->bytes);
		break;
	case ATTRIBUTES_LIMITS:
		if (f->message->wellknown == SCHEMA_DURATION)
			add_timeout(w, f, field->bytes);
		else
			add_retry(w, field->bytes);
		break;
	case ATTRIBUTES_NESTED:
		add_nested(w, f, field->bytes);
		break;
	default:
		add_field(w, f, field);
	}
}

void attributes_add(const struct pane_context *c, struct page *p, enum attribute_part part,
		    const struct schema_message *m, struct str bytes, size_t left)
{
	struct walk w = {.c = c, .p = p, .part = part, .left = left};
	struct wire at = wire_of(bytes);
	struct wire_field field;

	while (wire_next(&at, &field)) {
		const struct schema_field *f = schema_field_by_number(m, field.number);
		enum attribute_part own;

		if (!f && part == ATTRIBUTES_MINOR)
			add_unknown(&w, &field);
		else if (f && part_of(m, f, field.bytes, &own) && own == part)
			add_one(&w, f, &field);
	}
	end(&w);
	if (at.broken && part == ATTRIBUTES_MINOR)
		page_puts(p, STYLE_BAD, "   the rest of it can't be read");
}

void attributes_add_all(const struct pane_context *c, struct page *p, const struct schema_message *m,
			struct str bytes, size_t left)
{
	for (int part = 0; part < ATTRIBUTES_PARTS; part++)
		attributes_add(c, p, (enum attribute_part)part, m, bytes, left);
}
