/* SPDX-License-Identifier: MIT */
/* transcode_keep.c: what is a carrier, and how its JSON is laid out. */
#include "formats/transcode/transcode_keep.h"

#include "formats/base/limits.h"
#include "formats/transcode/json.h"
#include "formats/transcode/json_text.h"
#include "formats/transcode/transcode_member.h"
#include "formats/wire/wire.h"

/* Layout: TEXT is valid, so brackets match and strings end. */

/* Behind the string that begins at P. */
static const char *string_end(const char *p, const char *end)
{
	bool high;

	for (p = json_scan(p + 1, end, &high); p < end && *p != '"';) {
		p += *p == '\\' ? 2 : 1;
		p = json_scan(p, end, &high);
	}
	return p + 1;
}

void transcode_put_compact(struct buf *out, struct str text)
{
	const char *p = text.p, *end = text.p + text.n;

	while (p < end) {
		const char *from = p;

		while (p < end && !json_is_blank(*p))
			p = *p == '"' ? string_end(p, end) : p + 1;
		buf_add_bytes(out, from, (size_t)(p - from));
		p = json_blanks(p, end);
	}
}

static void put_line(struct buf *out, unsigned level)
{
	buf_printf(out, "\n%*s", (int)(level * 2), "");
}

void transcode_put_indented(struct buf *out, struct str text, unsigned level)
{
	const char *p = json_blanks(text.p, text.p + text.n), *end = text.p + text.n, *next;

	for (; p < end; p = json_blanks(next, end)) {
		next = *p == '"' ? string_end(p, end) : p + 1;
		if (*p == '{' || *p == '[') {
			next = json_blanks(next, end);
			buf_add_char(out, *p);
			if (next < end && *next == (*p == '{' ? '}' : ']'))
				buf_add_char(out, *next++);
			else
				put_line(out, ++level);
		} else if (*p == '}' || *p == ']') {
			put_line(out, --level);
			buf_add_char(out, *p);
		} else if (*p == ',') {
			buf_add_char(out, ',');
			put_line(out, level);
		} else {
			buf_add_bytes(out, p, (size_t)(next - p));
			if (*p == ':')
				buf_add_char(out, ' ');
		}
	}
}

unsigned transcode_nesting(struct str text)
{
	const char *p = text.p, *end = text.p + text.n;
	unsigned level = 0, most = 0;

	while (p < end) {
		level += *p == '{' || *p == '[';
		level -= *p == '}' || *p == ']';
		most = level > most ? level : most;
		p = *p == '"' ? string_end(p, end) : p + 1;
	}
	return most;
}

/* Enums */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether A and B are the same words, however they are written together. */
static bool same_words(struct str a, struct str b)
{
	size_t i = 0, k = 0;

	for (;; i++, k++) {
		while (i < a.n && a.p[i] == '_')
			i++;
		while (k < b.n && b.p[k] == '_')
			k++;
		if (i == a.n || k == b.n)
			return i == a.n && k == b.n;
		if (lower(a.p[i]) != lower(b.p[k]))
			return false;
	}
}

bool transcode_enum_number(const struct schema_enum *e, struct str name, int32_t *ret)
{
	const struct schema_enum_value *found = schema_enum_by_name(e, name);
	long long number;

	for (size_t i = 0; !found && i < e->n_values; i++)
		if (same_words(e->values[i].name, name) || same_words(e->values[i].camel, name))
			found = &e->values[i];
	if (found) {
		*ret = found->number;
		return true;
	}
	if (!str_to_int(name, &number) || number < INT32_MIN || number > INT32_MAX)
		return false;
	*ret = (int32_t)number;
	return true;
}

/* What is a carrier */

static bool has_type(const struct schema_field *f, unsigned type)
{
	return f->wire_type == type || (f->repeated && type == WIRE_BYTES);
}

bool transcode_is_known(const struct schema_message *m, uint32_t number, unsigned type)
{
	const struct schema_field *f = schema_field_by_number(m, number);

	return f && has_type(f, type);
}

/* One enum value at J: *NEW is set where it is a name that E lacks. */
static bool is_enum_value(struct json *j, const struct schema_enum *e, struct buf *scratch,
			  bool *new)
{
	struct str text;
	long long number;
	int32_t known;

	if (json_peek(j) == '"') {
		if (!json_read_string(j, scratch, &text, NULL))
			return false;
		*new |= !transcode_enum_number(e, text, &known);
		return true;
	}
	return json_skip(j, &text, NULL) && str_to_int(text, &number) && number >= INT32_MIN &&
	       number <= INT32_MAX;
}

/* A field whose enum name has no number: the whole member is in the carrier. */
static bool is_new_enum(const struct schema_field *f, struct str bytes, struct str value,
			struct buf *scratch)
{
	struct json j = {value, 0};
	struct wire w = wire_of(bytes);
	struct wire_field field;
	bool new = false, ok = true;

	if (f->kind != SCHEMA_ENUM || f->oneof >= 0)
		return false;
	/* What is written nowhere, as it is the default, is not there. */
	while (wire_next(&w, &field))
		if (field.number == f->number && has_type(f, field.type) &&
		    (field.type == WIRE_BYTES ? field.bytes.n : f->repeated || field.value))
			return false;
	if (!f->repeated)
		return is_enum_value(&j, f->enumeration, scratch, &new) && new;
	if (!json_take(&j, '[') || json_take(&j, ']'))
		return false;
	do
		ok = is_enum_value(&j, f->enumeration, scratch, &new);
	while (ok && json_take(&j, ','));
	return ok && new && json_take(&j, ']');
}

/* Attributes of an event of which nobody knows which ones they are. */
static bool is_new_attributes(const struct schema_message *event, struct str bytes,
			      struct str value)
{
	const struct schema_field *type = schema_field_by_name(event, STR("event_type"));
	struct wire w = wire_of(bytes);
	struct wire_field field;
	uint64_t number = 0;

	while (wire_next(&w, &field)) {
		const struct schema_field *f = schema_field_by_number(event, field.number);

		if (f && f->oneof >= 0)
			return false;
		if (field.number == type->number && field.type == WIRE_VARINT)
			number = field.value;
	}
	return !member_attributes(event, value,
				  schema_enum_by_number(type->enumeration, (int32_t)number));
}

bool transcode_carrier(const struct schema_message *m, struct str bytes, struct str content,
		       unsigned depth, struct buf *scratch, struct carrier *ret)
{
	const struct schema_field *f = NULL;
	struct json j = {content, 0};
	struct buf look = {0};
	bool fine;

	if (!json_read_string(&j, scratch, &ret->key, NULL))
		return false;
	ret->quoted = str_trim(str_slice(content.p, j.at));
	if (!json_take(&j, ':') || !json_skip(&j, &ret->value, NULL) || json_peek(&j) ||
	    j.at != content.n || depth + transcode_nesting(ret->value) > LIMIT_DEPTH)
		return false;
	f = schema_field_by_name(m, ret->key);
	if (f) {
		fine = is_new_enum(f, bytes, ret->value, &look);
		buf_done(&look);
		return fine;
	}
	switch (member_kind(m, ret->key, ret->value, &f)) {
	case MEMBER_UNKNOWN:
	case MEMBER_GONE:
		return true;
	case MEMBER_ATTRIBUTES:
		return is_new_attributes(m, bytes, ret->value);
	default:
		return false;
	}
}
