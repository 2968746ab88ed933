/* SPDX-License-Identifier: MIT */
/* query_path.c: what a path like activityType.name leads to in the bytes of an event. */
#include "formats/query/query_parts.h"

#include "formats/history/history_row.h"
#include "formats/wire/deep.h"
#include "formats/wire/wire.h"

struct query_path query_path_read(struct str text, struct arena *a)
{
	struct str *parts = arena_array(a, struct str, text.n + 1);
	size_t n = 0;

	while (text.n) {
		ptrdiff_t close = text.p[0] == '[' ? str_find(text, STR("]")) : -1;
		size_t end = 0;

		if (close >= 0) {
			struct str key = str_take(str_skip(text, 1), (size_t)close - 1);

			end = (size_t)close + 1;
			if (key.n > 1 && (key.p[0] == '\'' || key.p[0] == '"') &&
			    key.p[key.n - 1] == key.p[0])
				key = str_slice(key.p + 1, key.n - 2);
			parts[n++] = key;
		} else {
			while (end < text.n && text.p[end] != '.' && (!end || text.p[end] != '['))
				end++;
			parts[n++] = str_take(text, end);
		}
		text = str_skip(text, end);
		if (text.n && text.p[0] == '.')
			text = str_skip(text, 1);
	}
	return (struct query_path){parts, n};
}

/* ---- does it lead anywhere ---- */

static bool is_payload(const struct schema_message *m)
{
	return m && (str_is(m->name, "temporal.api.common.v1.Payload") ||
		     str_is(m->name, "temporal.api.common.v1.Payloads"));
}

/* Parts may alternate between names and, behind a map, keys; in a payload is anything. */
static bool known_in(const struct schema_message *m, const struct query_path *path, size_t at,
		     size_t *furthest)
{
	const struct schema_field *f;

	if (at > *furthest)
		*furthest = at;
	if (at == path->n)
		return true;
	f = m ? schema_field_by_name(m, path->parts[at]) : NULL;
	if (!f)
		return is_payload(m);
	m = f->message;
	if (f->map && ++at < path->n)
		m = f->message->fields[1].message;
	return known_in(m, path, at + 1 > path->n ? path->n : at + 1, furthest);
}

static bool is_attributes(const struct schema_field *f)
{
	return f->message && str_ends(f->message->name, STR("EventAttributes"));
}

bool query_path_known(const struct schema *s, const struct query_path *path,
		      struct str *ret_unknown)
{
	const struct schema_message *event =
		schema_message(s, "temporal.api.history.v1.HistoryEvent");
	size_t furthest = 0;

	if (known_in(event, path, 0, &furthest))
		return true;
	for (size_t i = 0; i < event->n_fields; i++)
		if (is_attributes(&event->fields[i]) &&
		    known_in(event->fields[i].message, path, 0, &furthest))
			return true;
	*ret_unknown = path->parts[furthest < path->n ? furthest : path->n - 1];
	return false;
}

/* ---- what it leads to ---- */

/* Text as it stands; for a payload, where it is a JSON string, also without its quotes. */
static bool text_fits(const struct query_test *test, struct str text)
{
	struct query_value v = {.kind = QUERY_TEXT, .there = true, .text = text};

	if (query_value_fits(test, &v))
		return true;
	if (text.n < 2 || text.p[0] != '"' || text.p[text.n - 1] != '"')
		return false;
	v.text = str_slice(text.p + 1, text.n - 2);
	return query_value_fits(test, &v);
}

struct search {
	const struct query_test *test;
	bool found;
};

static bool search_message(const struct schema_message *m, struct str bytes, void *data)
{
	struct search *s = data;
	struct wire w = wire_of(bytes);
	struct wire_field f;

	while (!s->found && wire_next(&w, &f)) {
		const struct schema_field *field =
			f.type == WIRE_BYTES ? schema_field_by_number(m, f.number) : NULL;

		if (field && (field->kind == SCHEMA_STRING || field->kind == SCHEMA_BYTES))
			s->found = text_fits(s->test, f.bytes);
	}
	return !s->found;
}

/* Whether any text in a message, however deep, fits. */
static bool any_text_fits(const struct query_test *test, const struct schema_message *m,
			  struct str bytes)
{
	struct search s = {.test = test};
	struct deep_visit visit = {search_message, &s};

	(void)!deep_walk(m, bytes, &visit, NULL);
	return s.found;
}

/* Timestamp and Duration: seconds = 1, nanos = 2. */
static int64_t nanoseconds(struct str bytes)
{
	return history_time((int64_t)wire_value_at(bytes, 1, 0),
			    (int32_t)wire_value_at(bytes, 2, 0));
}

static bool message_fits(const struct query_test *test, const struct schema_message *m,
			 struct str bytes)
{
	struct query_value v = {.there = true};

	if (m->wellknown == SCHEMA_ORDINARY)
		return test->op == QUERY_IS || any_text_fits(test, m, bytes);
	v.kind = m->wellknown == SCHEMA_DURATION ? QUERY_DURATION : QUERY_TIME;
	v.ns = nanoseconds(bytes);
	return query_value_fits(test, &v);
}

/* Enums by any of their spellings, or by number. */
static bool enum_fits(const struct query_test *test, const struct schema_enum *e, uint64_t number)
{
	const struct schema_enum_value *have = schema_enum_by_number(e, (int32_t)number);
	struct query_value v = {
		.kind = QUERY_NUMBER, .there = true, .number = (double)(int32_t)number};

	if (query_value_fits(test, &v))
		return true;
	if (test->op == QUERY_EQ)
		for (size_t i = 0; i < test->n_literals; i++) {
			const struct schema_enum_value *wanted =
				schema_enum_by_name(e, test->literals[i].text);

			if (wanted && wanted->number == (int32_t)number)
				return true;
		}
	v = (struct query_value){.kind = QUERY_TEXT, .there = have, .text = have ? have->camel : STR_NONE};
	return query_value_fits(test, &v);
}

static double as_number(const struct schema_field *f, uint64_t bits)
{
	double d;
	float s;
	uint32_t low = (uint32_t)bits;

	switch (f->kind) {
	case SCHEMA_DOUBLE:
		memcpy(&d, &bits, sizeof(d));
		return d;
	case SCHEMA_FLOAT:
		memcpy(&s, &low, sizeof(s));
		return (double)s;
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
		return (double)bits;
	default:
		return (double)(int64_t)bits;
	}
}

static bool number_fits(const struct query_test *test, const struct schema_field *f,
			uint64_t bits)
{
	struct query_value v = {.kind = f->kind == SCHEMA_BOOL ? QUERY_FLAG : QUERY_NUMBER,
				.there = true,
				.number = as_number(f, bits)};

	if (f->kind == SCHEMA_ENUM)
		return enum_fits(test, f->enumeration, bits);
	return query_value_fits(test, &v);
}

static bool leaf_fits(const struct query_test *test, const struct schema_field *f,
		      const struct wire_field *w)
{
	if (f->message)
		return w->type == WIRE_BYTES && message_fits(test, f->message, w->bytes);
	if (f->kind == SCHEMA_STRING || f->kind == SCHEMA_BYTES)
		return w->type == WIRE_BYTES && text_fits(test, w->bytes);
	if (w->type == WIRE_BYTES && f->repeated) { /* packed */
		for (size_t at = 0; at < w->bytes.n;) {
			uint64_t value;

			if (!wire_varint(w->bytes, &at, &value))
				return false;
			if (number_fits(test, f, value))
				return true;
		}
		return false;
	}
	return w->type == (enum wire_type)f->wire_type && number_fits(test, f, w->value);
}

/* Payloads: payloads = 1; Payload: data = 2. */
static bool payload_fits(const struct query_test *test, const struct schema_message *m,
			 struct str bytes, size_t at)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;

	if (str_is(m->name, "temporal.api.common.v1.Payload"))
		return query_json_fits(test, wire_bytes_at(bytes, 2), at);
	while (wire_next(&w, &f))
		if (f.number == 1 && f.type == WIRE_BYTES &&
		    query_json_fits(test, wire_bytes_at(f.bytes, 2), at))
			return true;
	return false;
}

static bool path_fits(const struct query_test *test, const struct schema_message *m,
		      struct str bytes, size_t at)
{
	const struct schema_field *f = m ? schema_field_by_name(m, test->path.parts[at]) : NULL;
	bool has_key = f && f->map && at + 1 < test->path.n;
	size_t next = at + 1 + has_key;
	struct wire w = wire_of(bytes);
	struct wire_field found;

	if (!f && is_payload(m))
		return payload_fits(test, m, bytes, at);
	while (f && wire_next(&w, &found)) {
		const struct schema_field *leaf = f;

		if (found.number != f->number)
			continue;
		if (has_key) {
			struct str entry = found.bytes;
			struct wire inner = wire_of(entry);

			if (found.type != WIRE_BYTES ||
			    !str_eq(wire_bytes_at(entry, 1), test->path.parts[at + 1]))
				continue;
			leaf = &f->message->fields[1];
			while (wire_next(&inner, &found) && found.number != leaf->number)
				;
			if (found.number != leaf->number)
				continue;
		}
		if (next == test->path.n ? leaf_fits(test, leaf, &found)
					 : leaf->message && found.type == WIRE_BYTES &&
						   path_fits(test, leaf->message, found.bytes, next))
			return true;
	}
	return false;
}

bool query_path_fits(const struct query_test *test, const struct query_event *about)
{
	const struct schema_message *event = history_event_message(about->history), *m;
	struct str whole = history_event(about->history, about->index), bytes;

	if (!test->path.n)
		return any_text_fits(test, event, whole);
	if (history_attributes(about->history, about->index, &m, &bytes) &&
	    path_fits(test, m, bytes, 0))
		return true;
	return path_fits(test, event, whole, 0);
}
