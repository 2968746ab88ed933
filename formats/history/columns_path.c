/* SPDX-License-Identifier: MIT */
/* columns_path.c: down a path through wire bytes, and the text of what is found there. */
#include "formats/history/columns_path.h"

#include "formats/base/limits.h"
#include "formats/payload/payload.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode.h"
#include "formats/transcode/transcode_parts.h"
#include "formats/wire/wire.h"

#include <inttypes.h>
#include <stdio.h>

struct walk {
	const struct query_path *path;
	const struct codec_tools *tools;
	struct arena *a; /* of the cell */
	struct buf *out;
	size_t begin; /* of what was added */
};

static void add_text(struct walk *w, struct str text)
{
	if (w->out->n > w->begin)
		buf_puts(w->out, ", ");
	buf_add(w->out, text);
}

static void add_number(struct walk *w, const struct schema_field *f, uint64_t value)
{
	const struct schema_enum_value *name;
	char text[64];
	double d;
	float s;
	uint32_t low = (uint32_t)value;

	switch (f->kind) {
	case SCHEMA_ENUM:
		name = schema_enum_by_number(f->enumeration, (int32_t)value);
		if (name) {
			add_text(w, name->camel);
			return;
		}
		snprintf(text, sizeof(text), "%" PRId32, (int32_t)value);
		break;
	case SCHEMA_BOOL:
		add_text(w, value ? STR("true") : STR("false"));
		return;
	case SCHEMA_DOUBLE:
		memcpy(&d, &value, sizeof(d));
		add_text(w, str_slice(text, transcode_print_double(text, d)));
		return;
	case SCHEMA_FLOAT:
		memcpy(&s, &low, sizeof(s));
		add_text(w, str_slice(text, transcode_print_float(text, s)));
		return;
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
		snprintf(text, sizeof(text), "%" PRIu64, value);
		break;
	default:
		snprintf(text, sizeof(text), "%" PRId64, (int64_t)value);
		break;
	}
	add_text(w, str_of(text));
}

/* False: no Payload. What a layer hides without its key stays as it is. */
static bool open_payload(struct walk *w, struct str bytes, struct payload *ret)
{
	static const struct codec_tools NONE;
	struct str inner = bytes;

	(void)!codec_unwrap(w->tools ? w->tools : &NONE, bytes, w->a, &inner, NULL, NULL);
	return payload_read(inner, ret);
}

static void add_payload(struct walk *w, struct str bytes)
{
	struct payload payload;

	if (open_payload(w, bytes, &payload))
		add_text(w, payload_text(&payload, w->a));
}

/* Payload: the value as it is written. Payloads: all of them. */
static bool add_payloads(struct walk *w, const struct schema_message *m, struct str bytes)
{
	struct wire all = wire_of(bytes);
	struct wire_field f;

	if (payload_is_message(m)) {
		add_payload(w, bytes);
		return true;
	}
	if (!str_is(m->name, "temporal.api.common.v1.Payloads"))
		return false;
	while (wire_next(&all, &f))
		if (f.number == 1 && f.type == WIRE_BYTES)
			add_payload(w, f.bytes);
	return true;
}

/* Times and durations without the quotes that they have as JSON. */
static void add_message(struct walk *w, const struct schema_message *m, struct str bytes)
{
	struct str text;
	struct buf json;

	buf_init(&json, 0);
	if (!add_payloads(w, m, bytes) &&
	    transcode_wire_to_json(m, bytes, NULL, w->a, &json, NULL)) {
		text = buf_str(&json);
		if (m->wellknown != SCHEMA_ORDINARY && text.n > 1)
			text = str_slice(text.p + 1, text.n - 2);
		add_text(w, text);
	}
	buf_done(&json);
}

static void add_leaf(struct walk *w, const struct schema_field *f, const struct wire_field *found)
{
	if (f->message) {
		if (found->type == WIRE_BYTES)
			add_message(w, f->message, found->bytes);
	} else if (f->kind == SCHEMA_STRING || f->kind == SCHEMA_BYTES) {
		if (found->type == WIRE_BYTES)
			add_text(w, found->bytes);
	} else if (found->type == WIRE_BYTES && f->repeated) { /* packed */
		for (size_t at = 0; at < found->bytes.n;) {
			uint64_t value;

			if (!wire_varint(found->bytes, &at, &value))
				return;
			add_number(w, f, value);
		}
	} else if (found->type == (enum wire_type)f->wire_type) {
		add_number(w, f, found->value);
	}
}

/* The value of an entry of a map, where its key is the one wanted. */
static bool enter_map(const struct schema_field *f, struct str key, struct wire_field *found)
{
	struct wire entry = wire_of(found->bytes);

	if (found->type != WIRE_BYTES || !str_eq(wire_bytes_at(found->bytes, 1), key))
		return false;
	while (wire_next(&entry, found))
		if (found->number == f->message->fields[1].number)
			return true;
	return false;
}

/* A value as it is written; strings without quotes and escapes. */
static void add_json(struct walk *w, struct str json)
{
	struct json j = {json, 0};
	struct buf scratch;
	struct str text;

	buf_init(&scratch, 0);
	if (json_peek(&j) == '"' && json_read_string(&j, &scratch, &text, NULL))
		add_text(w, text);
	else
		add_text(w, str_trim(json));
	buf_done(&scratch);
}

/* Behind a payload the path goes on through the members of its JSON, and through lists. */
static void walk_json(struct walk *w, struct str json, size_t at)
{
	struct json j = {json, 0};
	bool object = json_take(&j, '{'), list = !object && json_take(&j, '[');
	struct buf scratch;
	struct str key, value;

	if (at == w->path->n) {
		add_json(w, json);
		return;
	}
	buf_init(&scratch, 0);
	while (object || list) {
		bool wanted = list;

		if (object) {
			if (!json_read_string(&j, &scratch, &key, NULL) || !json_take(&j, ':'))
				break;
			wanted = str_eq(key, w->path->parts[at]);
		}
		(void)json_peek(&j);
		if (!json_skip(&j, &value, NULL))
			break;
		if (wanted)
			walk_json(w, value, object ? at + 1 : at);
		if (!json_take(&j, ','))
			break;
	}
	buf_done(&scratch);
}

/* Payloads: payloads = 1. */
static bool walk_payloads(struct walk *w, const struct schema_message *m, struct str bytes,
			  size_t at)
{
	struct wire all = wire_of(bytes);
	struct payload payload;
	struct wire_field f;

	if (payload_is_message(m)) {
		if (open_payload(w, bytes, &payload) && payload.kind == PAYLOAD_JSON)
			walk_json(w, payload.data, at);
		return true;
	}
	if (!str_is(m->name, "temporal.api.common.v1.Payloads"))
		return false;
	while (wire_next(&all, &f))
		if (f.number == 1 && f.type == WIRE_BYTES && open_payload(w, f.bytes, &payload) &&
		    payload.kind == PAYLOAD_JSON)
			walk_json(w, payload.data, at);
	return true;
}

/* False: no field of that name. Bounded by the path's length, which has a ceiling. */
static bool walk_path(struct walk *w, const struct schema_message *m, struct str bytes, size_t at)
{
	const struct schema_field *f = schema_field_by_name(m, w->path->parts[at]);
	bool has_key = f && f->map && at + 1 < w->path->n;
	size_t next = at + 1 + has_key;
	struct wire wire = wire_of(bytes);
	struct wire_field found;

	if (!f)
		return walk_payloads(w, m, bytes, at);
	while (wire_next(&wire, &found)) {
		const struct schema_field *leaf = f;

		if (found.number != f->number)
			continue;
		if (has_key) {
			if (!enter_map(f, w->path->parts[at + 1], &found))
				continue;
			leaf = &f->message->fields[1];
		}
		if (next == w->path->n)
			add_leaf(w, leaf, &found);
		else if (leaf->message && found.type == WIRE_BYTES)
			walk_path(w, leaf->message, found.bytes, next);
	}
	return true;
}

void columns_path_add(const struct history *h, size_t index, const struct query_path *path,
		      const struct codec_tools *tools, struct buf *out)
{
	struct arena a;
	struct walk w = {path, tools, &a, out, out->n};
	const struct schema_message *m;
	struct str bytes;

	arena_init(&a);
	if (!history_attributes(h, index, &m, &bytes) || !walk_path(&w, m, bytes, 0))
		walk_path(&w, history_event_message(h), history_event(h, index), 0);
	arena_done(&a);
}

static bool see_value(void *data, const struct payload_at *at, struct err *err)
{
	(void)err;
	if (at->place == PAYLOAD_VALUE)
		add_payload(data, at->payload.bytes);
	return true;
}

void columns_payload_add(const struct history *h, size_t index, const struct codec_tools *tools,
			 struct buf *out)
{
	struct arena a;
	struct walk w = {NULL, tools, &a, out, out->n};
	const struct schema_message *m;
	struct str bytes;

	arena_init(&a);
	if (history_attributes(h, index, &m, &bytes))
		(void)!payload_each(h->schema, m, bytes, see_value, &w, NULL);
	arena_done(&a);
}

/* Failure: message = 1, cause = 4. */
static struct str failure_of(const struct schema_message *m, struct str bytes, unsigned levels)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;

	if (str_is(m->name, "temporal.api.failure.v1.Failure"))
		return bytes;
	while (wire_next(&w, &f)) {
		const struct schema_field *field = schema_field_by_number(m, f.number);
		struct str found;

		if (f.type != WIRE_BYTES || !field || !field->message || !levels)
			continue;
		found = failure_of(field->message, f.bytes, levels - 1);
		if (found.p)
			return found;
	}
	return STR_NONE;
}

void columns_failure_add(const struct history *h, size_t index, struct buf *out)
{
	const struct schema_message *m;
	size_t begin = out->n;
	struct str bytes;

	if (!history_attributes(h, index, &m, &bytes))
		return;
	/* In the attributes themselves, or in an update's outcome. */
	bytes = failure_of(m, bytes, 2);
	for (unsigned i = 0; i < LIMIT_DEPTH && bytes.p; i++) {
		struct str message = wire_bytes_at(bytes, 1);

		if (message.n) {
			if (out->n > begin)
				buf_puts(out, ": ");
			buf_add(out, message);
		}
		bytes = wire_bytes_at(bytes, 4);
	}
}
