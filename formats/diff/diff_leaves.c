/* SPDX-License-Identifier: MIT */
/* diff_leaves.c: a walk by the schema, in the order of numbers and keys. */
#include "formats/diff/diff_leaves.h"

#include "formats/base/limits.h"
#include "formats/history/events.h"
#include "formats/payload/codec.h"
#include "formats/payload/payload.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode_keep.h"
#include "formats/transcode/transcode_parts.h"
#include "formats/wire/wire_step.h"

#include <inttypes.h>
#include <stdlib.h>

struct walking {
	struct leaves *to;
	struct diff_rules *rules;
	const struct history *history;
	struct arena *a;
	bool members; /* those that the schema lacks count */
};

/* Where a field stands: its message's path and the path that it gives its values. */
struct place {
	const struct schema_message *message;
	const struct schema_field *field;
	struct str path;
};

static void walk(struct walking *w, const struct schema_message *m, struct str bytes,
		 struct str path, unsigned depth);

void leaves_add(struct leaves *to, struct diff_rules *rules, struct leaf leaf)
{
	if (diff_rules_any_path(rules) && !diff_rules_keep(rules, leaf.path, leaf.json))
		return;
	if (to->list.n >= LIMIT_DIFF_LEAVES) {
		to->full = true;
		return;
	}
	vec_push(&to->list, leaf);
}

static void add(struct walking *w, struct str path, enum leaf_kind kind, struct str value)
{
	leaves_add(w->to, w->rules, (struct leaf){path, STR_NONE, value, kind});
}

/* Of paths there are more than of anything else. */
static struct str joined(struct walking *w, struct str a, const char *between, struct str b,
			 const char *end)
{
	size_t n_between = strlen(between), n_end = strlen(end);
	size_t n = a.n + n_between + b.n + n_end;
	char *to = arena_alloc(w->a, n + 1);

	if (a.n)
		memcpy(to, a.p, a.n);
	memcpy(to + a.n, between, n_between);
	if (b.n)
		memcpy(to + a.n + n_between, b.p, b.n);
	memcpy(to + n - n_end, end, n_end + 1);
	return str_slice(to, n);
}

static struct str below(struct walking *w, struct str path, struct str name)
{
	return path.n ? joined(w, path, ".", name, "") : name;
}

/* An item of a list, a value of a map. */
static struct str item_path(struct walking *w, struct str path, struct str key)
{
	return joined(w, path, "[", key, "]");
}

static struct str index_path(struct walking *w, struct str path, size_t index)
{
	char digits[STR_DECIMAL_MAX];

	return item_path(w, path, str_decimal(digits, index));
}

/* ---- single values ---- */

static struct str time_text(struct walking *w, const struct schema_message *m, struct str bytes)
{
	int64_t seconds = (int64_t)wire_value_at(bytes, 1, 0);
	int32_t nanos = (int32_t)wire_value_at(bytes, 2, 0);
	char text[TRANSCODE_TEXT_MAX];
	bool stamp = m->wellknown == SCHEMA_TIMESTAMP;

	if (stamp ? !transcode_timestamp_ok(seconds, nanos) : !transcode_duration_ok(seconds, nanos))
		return arena_printf(w->a, "%" PRId64 "s and %" PRId32 "ns", seconds, nanos);
	return arena_str(w->a, str_slice(text, stamp ? transcode_print_timestamp(text, seconds, nanos)
						     : transcode_print_duration(text, seconds, nanos)));
}

static struct str enum_text(struct walking *w, const struct schema_enum *e, uint64_t number)
{
	const struct schema_enum_value *v = schema_enum_by_number(e, (int32_t)number);

	return v ? v->camel : arena_printf(w->a, "%" PRId32, (int32_t)number);
}

static struct str number_text(struct walking *w, const struct schema_field *f, uint64_t number)
{
	char text[TRANSCODE_TEXT_MAX];
	uint32_t low = (uint32_t)number;
	float single;
	double both;

	switch (f->kind) {
	case SCHEMA_ENUM:
		return enum_text(w, f->enumeration, number);
	case SCHEMA_BOOL:
		return number ? STR("true") : STR("false");
	case SCHEMA_INT32:
		return arena_printf(w->a, "%" PRId32, (int32_t)number);
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
		return arena_printf(w->a, "%" PRIu64, number);
	case SCHEMA_FLOAT:
		memcpy(&single, &low, sizeof(single));
		return arena_str(w->a, str_slice(text, transcode_print_float(text, single)));
	case SCHEMA_DOUBLE:
		memcpy(&both, &number, sizeof(both));
		return arena_str(w->a, str_slice(text, transcode_print_double(text, both)));
	default:
		return arena_printf(w->a, "%" PRId64, (int64_t)number);
	}
}

static enum leaf_kind bytes_kind(struct str bytes)
{
	return json_utf8(bytes) ? LEAF_TEXT : LEAF_BYTES;
}

static void add_text(struct walking *w, const struct place *at, struct str path,
		     struct str value)
{
	if (diff_rules_is_id(w->rules, at->message, at->field)) {
		struct str id = diff_rules_id(w->rules, w->history, value, w->a);

		add(w, path, id.p == value.p ? bytes_kind(value) : LEAF_WORD, id);
		return;
	}
	add(w, path, bytes_kind(value), value);
}

/* ---- payloads ---- */

static void walk_data(struct walking *w, const struct schema_message *m, struct str bytes,
		      struct str path)
{
	const struct schema_field *f = schema_field_by_name(m, STR("data"));
	struct str data_path = below(w, path, f->json_name);
	struct payload p;

	if (!payload_read(bytes, &p) || !p.data.n || diff_rules_skip(w->rules, m, f))
		return;
	if (p.kind == PAYLOAD_JSON && w->rules->ignored[DIFF_FORM] &&
	    leaves_of_json(w->to, w->rules, data_path, p.data, w->a))
		return;
	add(w, data_path, bytes_kind(p.data), p.data);
}

/* The payload within the layers that come off without a key; BYTES where there are none. */
static struct str without_layers(const struct walking *w, struct str bytes)
{
	struct codec_tools tools = {0};
	struct str inner;
	struct payload p;

	if (!w->rules->ignored[DIFF_FORM] || !payload_read(bytes, &p) || !codec_layer_of(p.kind))
		return bytes;
	/* What does not come off is compared as it is. */
	codec_unwrap(&tools, bytes, w->a, &inner, NULL, NULL);
	return inner;
}

/* ---- messages ---- */

static void walk_value(struct walking *w, const struct place *at, const struct wire_field *v,
		       struct str path, unsigned depth)
{
	const struct schema_field *f = at->field;

	if (f->kind == SCHEMA_MESSAGE && f->message->wellknown != SCHEMA_ORDINARY)
		add(w, path, LEAF_WORD, time_text(w, f->message, v->bytes));
	else if (f->kind == SCHEMA_MESSAGE && depth >= LIMIT_DEPTH)
		add(w, path, LEAF_BYTES, v->bytes);
	else if (f->kind == SCHEMA_MESSAGE)
		walk(w, f->message, v->bytes, path, depth + 1);
	else if (f->kind == SCHEMA_STRING || f->kind == SCHEMA_BYTES)
		add_text(w, at, path, v->bytes);
	else
		add(w, path, LEAF_WORD, number_text(w, f, v->value));
}

static int by_entry_key(const void *left, const void *right)
{
	const struct wire_field *a = left, *b = right;
	struct str a_key = wire_bytes_at(a->bytes, 1), b_key = wire_bytes_at(b->bytes, 1);
	int order = str_cmp(a_key, b_key);

	/* Of equal keys in the order of the bytes. */
	return order ? order : a->whole.p < b->whole.p ? -1 : 1;
}

static void walk_map(struct walking *w, const struct place *at, struct wire_field *entries,
		     size_t n, unsigned depth)
{
	const struct schema_field *value = schema_field_by_number(at->field->message, 2);
	struct place inner = {at->field->message, value, at->path};

	qsort(entries, n, sizeof(*entries), by_entry_key);
	for (size_t i = 0; i < n; i++) {
		struct str key = wire_bytes_at(entries[i].bytes, 1);
		struct wire_field v = {.number = 2, .type = (enum wire_type)value->wire_type};
		struct str path = item_path(w, at->path, key);

		if (i + 1 < n && str_eq(key, wire_bytes_at(entries[i + 1].bytes, 1)))
			continue; /* the last one counts */
		v.bytes = wire_bytes_at(entries[i].bytes, 2);
		v.value = wire_value_at(entries[i].bytes, 2, 0);
		walk_value(w, &inner, &v, path, depth);
	}
}

/* A list of numbers comes packed or one by one. */
static void walk_packed(struct walking *w, const struct place *at, struct str bytes,
			size_t *index)
{
	struct wire_field v = {.number = at->field->number};
	const char *p = bytes.p, *end = bytes.p + bytes.n;

	while (p < end) {
		p = wire_step_value(p, end, at->field->wire_type, &v.value);
		if (!p)
			return;
		walk_value(w, at, &v, index_path(w, at->path, (*index)++), 0);
	}
}

static void walk_list(struct walking *w, const struct place *at, const struct wire_field *items,
		      size_t n, unsigned depth)
{
	size_t index = 0;

	for (size_t i = 0; i < n; i++) {
		if (items[i].type != (enum wire_type)at->field->wire_type)
			walk_packed(w, at, items[i].type == WIRE_BYTES ? items[i].bytes : STR(""),
				    &index);
		else
			walk_value(w, at, &items[i], index_path(w, at->path, index++), depth);
	}
}

/* What says no more than absence does; in a oneof it says which member it is. */
static bool is_empty(const struct schema_field *f, const struct wire_field *v)
{
	if (f->oneof >= 0 || f->repeated)
		return false;
	if (f->kind == SCHEMA_MESSAGE && f->message->wellknown != SCHEMA_ORDINARY)
		return !wire_value_at(v->bytes, 1, 0) && !wire_value_at(v->bytes, 2, 0);
	return v->type == WIRE_BYTES ? !v->bytes.n : !v->value;
}

static int by_bytes(const void *left, const void *right)
{
	const struct wire_field *a = left, *b = right;

	return str_cmp(a->whole, b->whole);
}

static bool is_unknown(const struct schema_message *m, const struct wire_field *values, size_t n)
{
	return !transcode_is_known(m, values[0].number, values[n - 1].type);
}

/*
 * What the schema lacks, byte by byte: a member of JSON under its name (transcode_keep.h), in
 * the order of the names since JSON has none, else the number of the field.
 */
static void walk_unknown(struct walking *w, const struct place *at, struct str bytes,
			 struct wire_field *values, size_t n, unsigned depth)
{
	struct buf scratch;

	buf_init(&scratch, 0);
	if (values[0].number == TRANSCODE_CARRIER)
		qsort(values, n, sizeof(*values), by_bytes);
	for (size_t i = 0; i < n; i++) {
		unsigned number = (unsigned)values[i].number;
		struct carrier carrier;

		if (number == TRANSCODE_CARRIER && values[i].type == WIRE_BYTES &&
		    transcode_carrier(at->message, bytes, values[i].bytes, depth, &scratch, &carrier)) {
			if (w->members)
				add(w, below(w, at->path, arena_str(w->a, carrier.key)), LEAF_TEXT,
				    carrier.value);
		} else
			add(w, below(w, at->path, arena_printf(w->a, "#%u", number)), LEAF_BYTES,
			    values[i].whole);
	}
	buf_done(&scratch);
}

/* All that a message says of one field. */
static void walk_field(struct walking *w, const struct schema_message *m,
		       struct wire_field *values, size_t n, struct str path, unsigned depth)
{
	const struct schema_field *f = schema_field_by_number(m, values[0].number);
	struct place at = {m, f, STR_NONE};

	if (diff_rules_skip(w->rules, m, f))
		return;
	if (payload_is_message(m) && f->kind == SCHEMA_BYTES)
		return; /* walk_data() has it */
	at.path = below(w, path, f->json_name);
	if (f->map)
		walk_map(w, &at, values, n, depth);
	else if (f->repeated)
		walk_list(w, &at, values, n, depth);
	else if (!w->rules->ignored[DIFF_EMPTY] || !is_empty(f, &values[n - 1]))
		walk_value(w, &at, &values[n - 1], at.path, depth);
}

/* A sticky queue's name is a worker's. */
static bool is_workers_name(const struct walking *w, const struct schema_message *m,
			    struct str bytes, uint32_t number)
{
	const struct schema_field *name, *kind;

	if (!w->rules->ignored[DIFF_IDENTITIES] || !str_ends(m->name, STR(".TaskQueue")))
		return false;
	name = schema_field_by_name(m, STR("name"));
	kind = schema_field_by_name(m, STR("kind"));
	return number == name->number &&
	       wire_value_at(bytes, kind->number, 0) ==
		       (uint64_t)schema_enum_by_name(kind->enumeration, STR("STICKY"))->number;
}

static int by_number(const void *left, const void *right)
{
	const struct wire_field *a = left, *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->whole.p < b->whole.p ? -1 : a->whole.p > b->whole.p;
}

/* The fields of a message, by number; false: it is none. */
static bool fields_of(struct walking *w, struct str bytes, struct wire_field **ret, size_t *ret_n)
{
	struct wire walk_of = wire_of(bytes);
	struct wire_field f, *fields;
	bool sorted = true;
	size_t n = 0;

	while (wire_next(&walk_of, &f))
		n++;
	if (walk_of.broken)
		return false;
	fields = arena_alloc(w->a, (n + 1) * sizeof(*fields));
	*ret = fields;
	*ret_n = n;
	walk_of = wire_of(bytes);
	for (size_t i = 0; i < n; i++) {
		wire_next(&walk_of, &fields[i]);
		sorted &= !i || fields[i - 1].number <= fields[i].number;
	}
	if (!sorted)
		qsort(fields, n, sizeof(*fields), by_number);
	return true;
}

static void walk(struct walking *w, const struct schema_message *m, struct str bytes,
		 struct str path, unsigned depth)
{
	size_t before = w->to->list.n, n;
	bool is_payload = payload_is_message(m);
	struct wire_field *fields;

	if (is_payload)
		bytes = without_layers(w, bytes);
	if (!fields_of(w, bytes, &fields, &n)) {
		add(w, path, LEAF_BYTES, bytes);
		return;
	}
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && fields[end].number == fields[i].number;)
			end++;
		if (is_unknown(m, fields + i, end - i))
			walk_unknown(w, &(struct place){m, NULL, path}, bytes, fields + i, end - i,
				     depth);
		else if (!is_workers_name(w, m, bytes, fields[i].number))
			walk_field(w, m, fields + i, end - i, path, depth);
	}
	if (is_payload)
		walk_data(w, m, bytes, path);
	/* That a message is there says something even where nothing is in it. */
	if (!n && path.n && w->to->list.n == before)
		add(w, path, LEAF_WORD, STR("{}"));
}

static void walk_all(struct walking *w, const struct schema_message *m, struct str bytes)
{
	walk(w, m, bytes, STR_NONE, 1);
	if (w->to->full)
		*vec_last(&w->to->list) = (struct leaf){STR("(all)"), STR_NONE, bytes, LEAF_BYTES};
}

void leaves_of(struct leaves *to, struct diff_rules *rules, const struct history *h,
	       size_t index, struct arena *a)
{
	struct walking w = {to, rules, h, a, rules->exact};

	/* Of an event that nobody knows they are all that it says. */
	w.members |= !event_row(h->events[index].type);
	walk_all(&w, history_event_message(h), history_event(h, index));
}

void leaves_of_beside(struct leaves *to, struct diff_rules *rules, const struct history *h,
		      struct arena *a)
{
	struct walking w = {to, rules, h, a, rules->exact};

	walk_all(&w, schema_message(h->schema, "temporal.api.history.v1.History"), h->beside);
}

void leaves_done(struct leaves *l)
{
	vec_done(&l->list);
	l->full = false;
}

bool leaf_same(const struct leaf *a, const struct leaf *b)
{
	struct arena scratch;
	bool same;

	if (str_eq(a->value, b->value))
		return a->kind == b->kind;
	if (a->kind != LEAF_JSON_NUMBER || b->kind != LEAF_JSON_NUMBER)
		return false;
	arena_init(&scratch);
	same = str_eq(json_number_normal(a->value, &scratch), json_number_normal(b->value, &scratch));
	arena_done(&scratch);
	return same;
}

static void put(struct buf *out, struct str s)
{
	buf_add_decimal(out, s.n);
	buf_add_char(out, ':');
	buf_add(out, s);
}

void leaf_put(const struct leaf *l, struct buf *out)
{
	struct arena scratch;

	arena_init(&scratch);
	put(out, l->path);
	put(out, l->json);
	buf_add_decimal(out, l->kind);
	put(out, l->kind == LEAF_JSON_NUMBER ? json_number_normal(l->value, &scratch) : l->value);
	arena_done(&scratch);
}
