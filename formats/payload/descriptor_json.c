/* SPDX-License-Identifier: MIT */
/* descriptor_json.c: a message's fields gathered, sorted by number, and written as JSON. */
#include "formats/payload/descriptor_parts.h"

#include "formats/base/base64.h"
#include "formats/base/limits.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode_parts.h"

#include <inttypes.h>
#include <stdlib.h>

static const uint8_t WIRE_TYPES[] = {
	[TYPE_DOUBLE] = WIRE_FIXED64, [TYPE_FLOAT] = WIRE_FIXED32, [TYPE_FIXED64] = WIRE_FIXED64,
	[TYPE_FIXED32] = WIRE_FIXED32, [TYPE_STRING] = WIRE_BYTES, [TYPE_MESSAGE] = WIRE_BYTES,
	[TYPE_BYTES] = WIRE_BYTES, [TYPE_SFIXED32] = WIRE_FIXED32, [TYPE_SFIXED64] = WIRE_FIXED64,
	[TYPE_SINT64] = WIRE_VARINT, [TYPE_GROUP] = WIRE_GROUP,
};

/* Scalars */

void descriptor_put_base64(struct buf *out, struct str bytes)
{
	char *room;

	buf_add_char(out, '"');
	room = buf_room(out, BASE64_ENCODED(bytes.n));
	if (room) {
		base64_encode(bytes, room);
		out->n += BASE64_ENCODED(bytes.n);
	}
	buf_add_char(out, '"');
}

/* Strings that are not UTF-8 are none: their bytes are shown as bytes are. */
void descriptor_put_string(struct buf *out, struct str s)
{
	if (json_utf8(s))
		json_put_string(out, s);
	else
		descriptor_put_base64(out, s);
}

static int64_t unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static void put_double(struct buf *out, uint64_t bits)
{
	char text[TRANSCODE_TEXT_MAX];
	double v;

	memcpy(&v, &bits, sizeof(v));
	buf_add_bytes(out, text, transcode_print_double(text, v));
}

static void put_float(struct buf *out, uint64_t bits)
{
	char text[TRANSCODE_TEXT_MAX];
	uint32_t low = (uint32_t)bits;
	float v;

	memcpy(&v, &low, sizeof(v));
	buf_add_bytes(out, text, transcode_print_float(text, v));
}

static void put_enum(struct printing *p, int64_t place, int32_t number)
{
	const struct descriptor_enum *e = place < 0 ? NULL : &p->d->enums[place];
	size_t low = 0, high = e ? e->n_values : 0;

	/* The first of those with the number: later ones are aliases. */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (e->values[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (e && low < e->n_values && e->values[low].number == number)
		json_put_string(p->out, e->values[low].name);
	else
		buf_printf(p->out, "%" PRId32, number);
}

void descriptor_put_number(struct printing *p, unsigned type, int64_t place, uint64_t v)
{
	switch (type) {
	case TYPE_DOUBLE:
		put_double(p->out, v);
		break;
	case TYPE_FLOAT:
		put_float(p->out, v);
		break;
	case TYPE_INT64:
	case TYPE_SFIXED64:
		buf_printf(p->out, "\"%" PRId64 "\"", (int64_t)v);
		break;
	case TYPE_SINT64:
		buf_printf(p->out, "\"%" PRId64 "\"", unzigzag(v));
		break;
	case TYPE_INT32:
	case TYPE_SFIXED32:
		buf_printf(p->out, "%" PRId32, (int32_t)v);
		break;
	case TYPE_SINT32:
		buf_printf(p->out, "%" PRId32, (int32_t)unzigzag(v));
		break;
	case TYPE_UINT32:
	case TYPE_FIXED32:
		buf_printf(p->out, "%" PRIu32, (uint32_t)v);
		break;
	case TYPE_BOOL:
		buf_puts(p->out, v ? "true" : "false");
		break;
	case TYPE_ENUM:
		put_enum(p, place, (int32_t)v);
		break;
	default: /* uint64, fixed64 */
		buf_printf(p->out, "\"%" PRIu64 "\"", v);
	}
}

/* Gathering */

static int by_number(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->step.number != y->step.number)
		return x->step.number < y->step.number ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

bool descriptor_gather(struct printing *p, struct str bytes, struct items *ret)
{
	const char *at = bytes.p, *end = bytes.p + bytes.n;
	const struct wire_step none = {.bytes = STR("")};
	struct items items = {0};
	struct wire_step s = none;
	size_t n = 0;

	for (; at < end; n++) {
		at = wire_step(at, end, &s);
		if (!at)
			return err_set(p->err, ERR_SYNTAX, "a message that is not whole");
	}
	p->fields += n;
	if (p->fields > LIMIT_MESSAGE_FIELDS)
		return err_set(p->err, ERR_LIMIT, "more than %zu fields", LIMIT_MESSAGE_FIELDS);
	items.at = arena_alloc(p->a, sizeof(*items.at) * (n ? n : 1));
	for (at = bytes.p; at < end; items.n++) {
		/* What a value is not, it has empty. */
		s = none;
		at = wire_step(at, end, &s);
		items.at[items.n] = (struct item){s, items.n};
	}
	if (items.n > 1)
		qsort(items.at, items.n, sizeof(*items.at), by_number);
	*ret = items;
	return true;
}

/* The last value of a number, as protobuf says; NULL: there is none. */
const struct wire_step *descriptor_last(const struct items *items, uint32_t number)
{
	const struct wire_step *found = NULL;

	for (size_t i = 0; i < items->n && items->at[i].step.number <= number; i++)
		if (items->at[i].step.number == number)
			found = &items->at[i].step;
	return found;
}

/* Messages */

/* A message of that type name, whose descriptor is at PLACE (-1: not in the set). */
bool descriptor_print_named(struct printing *p, struct str type, int64_t place, struct str bytes,
			unsigned depth)
{
	bool known;

	if (depth > LIMIT_DEPTH)
		return err_set(p->err, ERR_LIMIT, "nested deeper than %d", LIMIT_DEPTH);
	if (!descriptor_print_wellknown(p, type, bytes, depth, &known))
		return false;
	if (known)
		return true;
	if (place >= 0)
		return descriptor_print_message(p, &p->d->messages[place], bytes, depth);
	descriptor_put_base64(p->out, bytes);
	return true;
}

static bool print_value_of(struct printing *p, const struct descriptor_field *f,
			   const struct wire_step *s, unsigned depth)
{
	switch (f->type) {
	case TYPE_STRING:
		descriptor_put_string(p->out, s->bytes);
		return true;
	case TYPE_BYTES:
		descriptor_put_base64(p->out, s->bytes);
		return true;
	case TYPE_GROUP:
	case TYPE_MESSAGE:
		return descriptor_print_named(p, f->type_name, f->place, s->bytes, depth + 1);
	default:
		descriptor_put_number(p, f->type, f->place, s->value);
		return true;
	}
}

static unsigned wire_type_of(const struct descriptor_field *f)
{
	return f->type < sizeof(WIRE_TYPES) ? WIRE_TYPES[f->type] : WIRE_VARINT;
}

static bool print_packed(struct printing *p, const struct descriptor_field *f, struct str bytes,
			 bool *first)
{
	const char *at = bytes.p, *end = bytes.p + bytes.n;
	uint64_t value;

	while (at < end) {
		at = wire_step_value(at, end, wire_type_of(f), &value);
		if (!at)
			return err_set(p->err, ERR_SYNTAX, "a list of numbers that is not whole");
		buf_puts(p->out, *first ? "" : ",");
		*first = false;
		descriptor_put_number(p, f->type, f->place, value);
	}
	return true;
}

static bool print_list(struct printing *p, const struct descriptor_field *f,
		       const struct item *items, size_t n, unsigned depth)
{
	bool first = true;

	buf_add_char(p->out, '[');
	for (size_t i = 0; i < n; i++) {
		const struct wire_step *s = &items[i].step;

		if (s->type != wire_type_of(f)) {
			if (!print_packed(p, f, s->bytes, &first))
				return false;
			continue;
		}
		buf_puts(p->out, first ? "" : ",");
		first = false;
		if (!print_value_of(p, f, s, depth))
			return false;
	}
	buf_add_char(p->out, ']');
	return true;
}

/* A key is written as text, whatever it is: quotes go around what has none. */
static bool print_key(struct printing *p, const struct descriptor_field *f,
		      const struct wire_step *s)
{
	static const struct wire_step ZERO = {.bytes = {"", 0}};
	size_t start = p->out->n;
	struct buf text;

	s = s ? s : &ZERO;
	if (!print_value_of(p, f, s, 0))
		return false;
	if (start < p->out->n && p->out->p[start] != '"') {
		buf_init(&text, 0);
		buf_add_bytes(&text, p->out->p + start, p->out->n - start);
		p->out->n = start;
		buf_printf(p->out, "\"%.*s\"", STR_ARG(buf_str(&text)));
		buf_done(&text);
	}
	return true;
}

static bool print_entry(struct printing *p, const struct descriptor_message *entry,
			struct str bytes, unsigned depth)
{
	static const struct wire_step ZERO = {.bytes = {"", 0}};
	const struct wire_step *key, *value;
	struct items items;

	if (!descriptor_gather(p, bytes, &items))
		return false;
	key = descriptor_last(&items, 1);
	value = descriptor_last(&items, 2);
	if ((key && key->type != wire_type_of(&entry->fields[0])) ||
	    (value && value->type != wire_type_of(&entry->fields[1])))
		return err_set(p->err, ERR_SYNTAX, "a map's entry of other types");
	if (!print_key(p, &entry->fields[0], key))
		return false;
	buf_add_char(p->out, ':');
	return print_value_of(p, &entry->fields[1], value ? value : &ZERO, depth);
}

static const struct descriptor_message *map_entry(const struct printing *p,
						  const struct descriptor_field *f)
{
	const struct descriptor_message *m =
		f->type == TYPE_MESSAGE && f->place >= 0 ? &p->d->messages[f->place] : NULL;

	return m && m->is_map_entry && f->repeated && m->n_fields == 2 &&
			       m->fields[0].number == 1 && m->fields[1].number == 2 &&
			       m->fields[0].type != TYPE_MESSAGE
		       ? m : NULL;
}

static bool print_map(struct printing *p, const struct descriptor_message *entry,
		      const struct item *items, size_t n, unsigned depth)
{
	buf_add_char(p->out, '{');
	for (size_t i = 0; i < n; i++) {
		buf_puts(p->out, i ? "," : "");
		if (!print_entry(p, entry, items[i].step.bytes, depth + 1))
			return false;
	}
	buf_add_char(p->out, '}');
	return true;
}

/* Parts of one message, set in several pieces, are one message. */
static bool join(struct printing *p, const struct item *items, size_t n, struct str *ret)
{
	size_t bytes = 0;
	char *all;

	*ret = items[0].step.bytes;
	if (n == 1)
		return true;
	for (size_t i = 0; i < n; i++)
		bytes += items[i].step.bytes.n;
	/* Pieces of pieces are put together again on each level. */
	p->joined += bytes;
	if (p->joined > LIMIT_PAYLOAD_BYTES)
		return err_set(p->err, ERR_LIMIT, "too many messages in pieces");
	all = arena_alloc(p->a, bytes ? bytes : 1);
	bytes = 0;
	for (size_t i = 0; i < n; i++) {
		memcpy(all + bytes, items[i].step.bytes.p, items[i].step.bytes.n);
		bytes += items[i].step.bytes.n;
	}
	*ret = str_slice(all, bytes);
	return true;
}

/* What has no field, or another type than the field: its number, and what it holds. */
static void print_unknown(struct printing *p, const struct item *items, size_t n, bool *first)
{
	for (size_t i = 0; i < n; i++) {
		const struct wire_step *s = &items[i].step;

		buf_printf(p->out, "%s\"#%" PRIu32 "\":", *first ? "" : ",", s->number);
		*first = false;
		if (s->type == WIRE_BYTES || s->type == WIRE_GROUP)
			descriptor_put_base64(p->out, s->bytes);
		else
			buf_printf(p->out, "\"%" PRIu64 "\"", s->value);
	}
}

static const struct descriptor_field *field_of(const struct descriptor_message *m,
					       uint32_t number)
{
	size_t low = 0, high = m->n_fields;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (m->fields[middle].number == number)
			return &m->fields[middle];
		if (m->fields[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* All types right for F; packed lists come as bytes. */
static bool all_fit(const struct descriptor_field *f, const struct item *items, size_t n)
{
	unsigned type = wire_type_of(f);

	for (size_t i = 0; i < n; i++)
		if (items[i].step.type != type &&
		    !(f->repeated && items[i].step.type == WIRE_BYTES && type != WIRE_BYTES &&
		      type != WIRE_GROUP))
			return false;
	return f->type != 0;
}

static bool print_field(struct printing *p, const struct descriptor_message *m,
			const struct item *items, size_t n, unsigned depth, bool *first)
{
	const struct descriptor_field *f = field_of(m, items[0].step.number);
	const struct descriptor_message *entry;
	struct str whole;

	if (!f || !all_fit(f, items, n)) {
		print_unknown(p, items, n, first);
		return true;
	}
	buf_puts(p->out, *first ? "" : ",");
	*first = false;
	json_put_string(p->out, f->json_name);
	buf_add_char(p->out, ':');
	entry = map_entry(p, f);
	if (entry)
		return print_map(p, entry, items, n, depth);
	if (f->repeated)
		return print_list(p, f, items, n, depth);
	if (f->type == TYPE_MESSAGE || f->type == TYPE_GROUP)
		return join(p, items, n, &whole) &&
		       descriptor_print_named(p, f->type_name, f->place, whole, depth + 1);
	return print_value_of(p, f, &items[n - 1].step, depth);
}

bool descriptor_print_message(struct printing *p, const struct descriptor_message *m,
			  struct str bytes, unsigned depth)
{
	struct arena_mark mark = arena_mark(p->a);
	struct items items;
	bool first = true, ok = true;

	if (depth > LIMIT_DEPTH)
		return err_set(p->err, ERR_LIMIT, "nested deeper than %d", LIMIT_DEPTH);
	if (!descriptor_gather(p, bytes, &items))
		return false;
	buf_add_char(p->out, '{');
	for (size_t i = 0, n; ok && i < items.n; i += n) {
		for (n = 1; i + n < items.n && items.at[i + n].step.number == items.at[i].step.number;)
			n++;
		ok = print_field(p, m, &items.at[i], n, depth, &first);
		ok = ok && buf_ok(p->out, p->err);
	}
	buf_add_char(p->out, '}');
	arena_rewind(p->a, mark);
	return ok;
}

bool descriptor_json(const struct descriptor_set *d, const struct descriptor_message *m,
		     struct str bytes, struct arena *a, struct buf *out, struct err *err)
{
	struct printing p = {.d = d, .a = a, .out = out, .err = err};
	size_t start = out->n;
	bool known, ok;

	ok = descriptor_print_wellknown(&p, m->name, bytes, 1, &known) &&
	     (known || descriptor_print_message(&p, m, bytes, 1)) && buf_ok(out, err);
	if (!ok)
		out->n = start;
	return ok;
}
