/* SPDX-License-Identifier: MIT */
/* field.c: one step of a path at a time, down through wire bytes. */
#include "formats/wire/field.h"

#include "formats/base/err.h"
#include "formats/wire/wire.h"

/* One "name" or "name[key]" off the front of PATH. */
static struct str take_part(struct str *path, struct str *ret_key)
{
	struct str part = str_split(path, '.');
	ptrdiff_t open = str_find(part, STR("["));

	*ret_key = STR_NONE;
	if (open < 0)
		return part;
	/* A key may hold points of its own: the part ends behind its bracket. */
	if (part.p[part.n - 1] != ']') {
		struct str rest = str_slice(part.p, path->p ? (size_t)(path->p + path->n - part.p)
							    : part.n);
		ptrdiff_t close = str_find(rest, STR("]"));

		BUG_IF(close < 0);
		part.n = (size_t)close + 1;
		*path = str_skip(rest, part.n);
		if (path->n)
			*path = str_skip(*path, 1);
	}
	*ret_key = str_slice(part.p + open + 1, part.n - (size_t)open - 2);
	return str_take(part, (size_t)open);
}

/* The first field NUMBER of TYPE, for a packed list of numbers the first of them. */
static bool first_of(const struct schema_field *f, struct str message, struct wire_field *ret)
{
	struct wire w = wire_of(message);

	while (wire_next(&w, ret)) {
		if (ret->number != f->number)
			continue;
		if (ret->type == (enum wire_type)f->wire_type)
			return true;
		if (f->repeated && ret->type == WIRE_BYTES && f->wire_type == WIRE_VARINT) {
			size_t at = 0;

			if (wire_varint(ret->bytes, &at, &ret->value))
				return true;
		}
	}
	return false;
}

/* The entry of that key, for a map; its value's bytes become the message. */
static bool entry_of(const struct schema_field *f, struct str message, struct str key,
		     struct wire_field *ret)
{
	struct wire w = wire_of(message);

	while (wire_next(&w, ret)) {
		struct str have;

		if (ret->number != f->number || ret->type != WIRE_BYTES)
			continue;
		have = wire_bytes_at(ret->bytes, 1);
		if (str_eq(have, key))
			return first_of(&f->message->fields[1], ret->bytes, ret);
	}
	return false;
}

bool field_at(const struct schema_message *m, struct str bytes, const char *path,
	      struct field_value *ret)
{
	struct str rest = str_of(path);
	struct wire_field found = {0};
	const struct schema_field *f = NULL;

	while (rest.n) {
		struct str key, name = take_part(&rest, &key);
		bool there;

		BUG_IF(!m);
		f = schema_field_by_name(m, name);
		BUG_IF(!f || (key.p && !f->map));
		there = key.p ? entry_of(f, bytes, key, &found) : first_of(f, bytes, &found);
		if (key.p)
			f = &f->message->fields[1];
		if (!there)
			return false;
		m = f->message;
		bytes = found.bytes;
	}
	BUG_IF(!f);
	*ret = (struct field_value){f, found.value, found.bytes};
	return true;
}

struct str field_str(const struct schema_message *m, struct str bytes, const char *path)
{
	struct field_value value;

	return field_at(m, bytes, path, &value) ? value.bytes : STR_NONE;
}

int64_t field_int(const struct schema_message *m, struct str bytes, const char *path,
		  int64_t absent)
{
	struct field_value value;

	return field_at(m, bytes, path, &value) ? (int64_t)value.number : absent;
}
