/* SPDX-License-Identifier: MIT */
/* descriptor_set.c: descriptors read field by field, counted first and linked last. */
#include "formats/payload/descriptor_set.h"

#include "formats/base/limits.h"
#include "formats/base/vec.h"
#include "formats/read/load.h"
#include "formats/wire/wire.h"

#include <stdlib.h>

/* Field numbers of descriptor.proto. */
enum { SET_FILE = 1 };
enum { FILE_PACKAGE = 2, FILE_MESSAGE = 4, FILE_ENUM = 5 };
enum { MESSAGE_NAME = 1, MESSAGE_FIELD = 2, MESSAGE_NESTED = 3, MESSAGE_ENUM = 4,
       MESSAGE_OPTIONS = 7, OPTIONS_MAP_ENTRY = 7 };
enum { FIELD_NAME = 1, FIELD_NUMBER = 3, FIELD_LABEL = 4, FIELD_TYPE = 5, FIELD_TYPE_NAME = 6,
       FIELD_JSON_NAME = 10, LABEL_REPEATED = 3 };
enum { ENUM_NAME = 1, ENUM_VALUE = 2, VALUE_NAME = 1, VALUE_NUMBER = 2 };

enum { TYPE_MESSAGE = 11, TYPE_ENUM = 14 };

struct reading {
	struct descriptor_set *d;
	VEC_OF(struct descriptor_message) messages;
	VEC_OF(struct descriptor_enum) enums;
	size_t rows; /* fields and values so far */
	struct err *err;
};

static struct str copy_at(struct reading *r, struct str bytes, uint32_t number)
{
	struct str s = wire_bytes_at(bytes, number);

	return s.p ? arena_str(&r->d->arena, s) : STR("");
}

static struct str full_name(struct reading *r, struct str scope, struct str name)
{
	return scope.n ? arena_printf(&r->d->arena, "%.*s.%.*s", STR_ARG(scope), STR_ARG(name))
		       : arena_str(&r->d->arena, name);
}

static size_t count_of(struct str bytes, uint32_t number)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;
	size_t n = 0;

	while (wire_next(&w, &f))
		n += f.number == number && f.type == WIRE_BYTES;
	return n;
}

/* Whether N rows more may be kept. */
static bool has_room(struct reading *r, size_t n)
{
	r->rows += n + 1;
	return r->rows <= LIMIT_DESCRIPTOR_FIELDS ||
	       err_set(r->err, ERR_LIMIT, "more than %zu fields and enum values",
		       LIMIT_DESCRIPTOR_FIELDS);
}

static bool is_whole(struct str bytes)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;

	while (wire_next(&w, &f))
		continue;
	return !w.broken;
}

static bool broken(struct reading *r, const char *what)
{
	return err_set(r->err, ERR_SYNTAX, "not a descriptor set: a broken %s", what);
}

static int by_value(const void *a, const void *b)
{
	const struct descriptor_value *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static bool read_enum(struct reading *r, struct str scope, struct str bytes)
{
	struct descriptor_enum e = {.name = STR_NONE};
	struct wire w = wire_of(bytes);
	struct wire_field f;

	if (!is_whole(bytes))
		return broken(r, "enum");
	if (!has_room(r, count_of(bytes, ENUM_VALUE)))
		return false;
	e.name = full_name(r, scope, wire_bytes_at(bytes, ENUM_NAME));
	e.values = arena_array(&r->d->arena, struct descriptor_value, count_of(bytes, ENUM_VALUE));
	while (wire_next(&w, &f))
		if (f.number == ENUM_VALUE && f.type == WIRE_BYTES) {
			e.values[e.n_values] = (struct descriptor_value){
				copy_at(r, f.bytes, VALUE_NAME),
				(int32_t)wire_value_at(f.bytes, VALUE_NUMBER, 0),
				(uint32_t)e.n_values,
			};
			e.n_values++;
		}
	if (e.n_values > 1)
		qsort(e.values, e.n_values, sizeof(*e.values), by_value);
	vec_push(&r->enums, e);
	return true;
}

/* protoc always writes json_name; sets made by other tools may lack it. */
static struct str camel(struct reading *r, struct str name)
{
	char *p = arena_alloc(&r->d->arena, name.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		bool up = name.p[i] == '_' && i + 1 < name.n && name.p[i + 1] >= 'a' &&
			  name.p[i + 1] <= 'z';

		if (up)
			i++;
		if (up || name.p[i] != '_')
			p[n++] = up ? (char)(name.p[i] - 'a' + 'A') : name.p[i];
	}
	return str_slice(p, n);
}

static struct descriptor_field read_field(struct reading *r, struct str bytes)
{
	struct descriptor_field f = {.place = -1};

	f.name = copy_at(r, bytes, FIELD_NAME);
	f.json_name = copy_at(r, bytes, FIELD_JSON_NAME);
	if (!f.json_name.n)
		f.json_name = camel(r, f.name);
	f.type_name = copy_at(r, bytes, FIELD_TYPE_NAME);
	if (f.type_name.n && f.type_name.p[0] == '.')
		f.type_name = str_skip(f.type_name, 1);
	f.number = (uint32_t)wire_value_at(bytes, FIELD_NUMBER, 0);
	f.type = (uint8_t)wire_value_at(bytes, FIELD_TYPE, 0);
	f.repeated = wire_value_at(bytes, FIELD_LABEL, 0) == LABEL_REPEATED;
	return f;
}

static int by_number(const void *a, const void *b)
{
	const struct descriptor_field *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static bool read_message(struct reading *r, struct str scope, struct str bytes, unsigned depth)
{
	struct descriptor_message m = {.name = STR_NONE};
	struct wire w = wire_of(bytes);
	struct wire_field f;

	if (depth > LIMIT_DEPTH)
		return err_set(r->err, ERR_LIMIT, "more than %d nested types", LIMIT_DEPTH);
	if (!is_whole(bytes))
		return broken(r, "message");
	if (!has_room(r, count_of(bytes, MESSAGE_FIELD)))
		return false;
	m.name = full_name(r, scope, wire_bytes_at(bytes, MESSAGE_NAME));
	m.fields = arena_array(&r->d->arena, struct descriptor_field,
			       count_of(bytes, MESSAGE_FIELD));
	m.is_map_entry =
		wire_value_at(wire_bytes_at(bytes, MESSAGE_OPTIONS), OPTIONS_MAP_ENTRY, 0) != 0;
	while (wire_next(&w, &f)) {
		if (f.type != WIRE_BYTES)
			continue;
		if (f.number == MESSAGE_FIELD)
			m.fields[m.n_fields++] = read_field(r, f.bytes);
		else if (f.number == MESSAGE_NESTED &&
			 !read_message(r, m.name, f.bytes, depth + 1))
			return false;
		else if (f.number == MESSAGE_ENUM && !read_enum(r, m.name, f.bytes))
			return false;
	}
	if (m.n_fields > 1)
		qsort(m.fields, m.n_fields, sizeof(*m.fields), by_number);
	vec_push(&r->messages, m);
	return true;
}

static bool read_file(struct reading *r, struct str bytes)
{
	struct str package = wire_bytes_at(bytes, FILE_PACKAGE);
	struct wire w = wire_of(bytes);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		if (f.type != WIRE_BYTES)
			continue;
		if (f.number == FILE_MESSAGE && !read_message(r, package, f.bytes, 1))
			return false;
		if (f.number == FILE_ENUM && !read_enum(r, package, f.bytes))
			return false;
	}
	return !w.broken || broken(r, "file");
}

static bool read_files(struct reading *r, struct str bytes)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;

	while (wire_next(&w, &f))
		if (f.number == SET_FILE && f.type == WIRE_BYTES && !read_file(r, f.bytes))
			return false;
	if (w.broken)
		return broken(r, "list of files");
	return r->messages.n || err_set(r->err, ERR_SYNTAX, "a descriptor set without a message");
}

static void link_names(struct descriptor_set *d)
{
	for (size_t i = 0; i < d->n_messages; i++)
		map_put(&d->message_places, d->messages[i].name, i, NULL);
	for (size_t i = 0; i < d->n_enums; i++)
		map_put(&d->enum_places, d->enums[i].name, i, NULL);
	for (size_t i = 0; i < d->n_messages; i++)
		for (size_t k = 0; k < d->messages[i].n_fields; k++) {
			struct descriptor_field *f = &d->messages[i].fields[k];
			const struct map *in = f->type == TYPE_MESSAGE ? &d->message_places
					       : f->type == TYPE_ENUM ? &d->enum_places : NULL;
			const uint64_t *place = in ? map_get(in, f->type_name) : NULL;

			f->place = place ? (int64_t)*place : -1;
		}
}

bool descriptor_set_read(struct descriptor_set *d, struct str bytes, struct err *err)
{
	struct reading r = {.d = d, .err = err};
	bool ok;

	*d = (struct descriptor_set){0};
	arena_init(&d->arena);
	ok = read_files(&r, bytes);
	if (ok) {
		d->n_messages = r.messages.n;
		d->n_enums = r.enums.n;
		d->messages = r.messages.at;
		d->enums = r.enums.at;
		/* The arrays go on living with the strings in them. */
		arena_adopt(&d->arena, d->messages);
		if (d->enums)
			arena_adopt(&d->arena, d->enums);
		link_names(d);
	} else {
		vec_done(&r.messages);
		vec_done(&r.enums);
		descriptor_set_done(d);
	}
	return ok;
}

bool descriptor_set_open(struct descriptor_set *d, struct str path, struct err *err)
{
	struct buf bytes;
	bool ok;

	buf_init(&bytes, LIMIT_DESCRIPTOR_BYTES);
	ok = source_read(path, &bytes, err);
	if (ok)
		ok = descriptor_set_read(d, buf_str(&bytes), err) ||
		     err_wrap(err, "%.*s", STR_ARG(path));
	buf_done(&bytes);
	return ok;
}

void descriptor_set_done(struct descriptor_set *d)
{
	map_done(&d->message_places);
	map_done(&d->enum_places);
	arena_done(&d->arena);
	*d = (struct descriptor_set){0};
}

const struct descriptor_message *descriptor_message(const struct descriptor_set *d,
						    struct str name)
{
	const uint64_t *place = map_get(&d->message_places, name);

	return place ? &d->messages[*place] : NULL;
}
