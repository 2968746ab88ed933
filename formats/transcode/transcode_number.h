/* SPDX-License-Identifier: MIT */
/* transcode_number.h: numbers, booleans and enums of JSON, inlined into the reader's hot path. */
#pragma once

#include "formats/transcode/transcode_scalar.h"

/* Digits, perhaps with a sign. NULL: it is something else, or more than 64 bits. */
static inline const char *whole(const struct reader *r, const char *p, uint64_t *ret,
				bool *ret_negative)
{
	const char *first;
	uint64_t value = 0;

	*ret_negative = reader_is(r, p, '-');
	p += *ret_negative;
	first = p;
	for (; p < r->end && *p >= '0' && *p <= '9'; p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (p - first >= 19 && value > (UINT64_MAX - digit) / 10)
			return NULL;
		value = value * 10 + digit;
	}
	if (p == first || (*first == '0' && p - first > 1) ||
	    (p < r->end && (*p == '.' || *p == 'e' || *p == 'E')))
		return NULL;
	*ret = value;
	return p;
}

/* The largest magnitudes, by kind and sign. */
static const uint64_t MOST[][2] = {
	[SCHEMA_INT32] = {INT32_MAX, (uint64_t)INT32_MAX + 1},
	[SCHEMA_INT64] = {INT64_MAX, (uint64_t)INT64_MAX + 1},
	[SCHEMA_UINT32] = {UINT32_MAX, 0},
	[SCHEMA_UINT64] = {UINT64_MAX, 0},
	[SCHEMA_BOOL] = {0, 0},
	[SCHEMA_ENUM] = {INT32_MAX, (uint64_t)INT32_MAX + 1},
};

/* As a number, or as text: int64 is text in protojson, numbers come from hand and Go. */
static inline const char *read_int(struct reader *r, const char *p, enum schema_kind kind,
				   uint64_t *ret)
{
	bool quoted = reader_is(r, p, '"'), negative;
	const char *from = p;
	uint64_t magnitude = 0;

	p = whole(r, p + quoted, &magnitude, &negative);
	if (p && quoted)
		p = reader_is(r, p, '"') ? p + 1 : NULL;
	if (!p) {
		p = transcode_odd_whole(r, from, &magnitude, &negative);
		if (!p)
			return NULL;
	}
	if (magnitude > MOST[kind][negative])
		return reader_fail(r, from, "a number out of range");
	*ret = negative ? 0 - magnitude : magnitude;
	return p;
}

static inline const char *read_bool(struct reader *r, const char *p, uint64_t *ret)
{
	struct str rest = str_slice(p, (size_t)(r->end - p));

	*ret = str_starts(rest, STR("true"));
	if (*ret)
		return p + 4;
	if (str_starts(rest, STR("false")))
		return p + 5;
	return transcode_odd_bool(r, p, ret);
}

/* NULL: E has no value of that name. */
static inline const struct schema_enum_value *enum_value(struct reader *r,
							 const struct schema_enum *e, struct str name)
{
	struct memo_name *known = r->memory ? memo_name(r->memory, name) : NULL;
	const struct schema_enum_value *value;

	if (known && known->name.n == name.n && json_same(known->name.p, name.p, name.n) &&
	    known->value >= e->values && known->value < e->values + e->n_values)
		return known->value;
	value = schema_enum_by_name(e, name);
	if (value && known)
		*known = (struct memo_name){str_eq(value->name, name)	 ? value->name
					    : str_eq(value->camel, name) ? value->camel
									 : STR_NONE,
					    value};
	return value;
}

static inline const char *read_enum(struct reader *r, const char *p, const struct schema_enum *e,
				    uint64_t *ret)
{
	const struct schema_enum_value *value;
	const char *from = p;
	struct str name;

	if (!reader_is(r, p, '"'))
		return read_int(r, p, SCHEMA_ENUM, ret);
	p = string_at(r, p, &name);
	if (!p)
		return NULL;
	value = enum_value(r, e, name);
	if (!value)
		return transcode_odd_enum(r, p, e, name, from, ret);
	*ret = (uint64_t)(int64_t)value->number;
	return p;
}

static inline const char *number_end(const struct reader *r, const char *p)
{
	while (p < r->end && ((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == '.' ||
			      *p == 'e' || *p == 'E'))
		p++;
	return p;
}

static inline const char *read_fraction(struct reader *r, const char *p, enum schema_kind kind,
					uint64_t *ret)
{
	const char *from = p;
	struct str s;
	double value = 0;
	float single = 0;
	uint32_t bits;
	bool ok;

	if (reader_is(r, p, '"')) {
		p = string_at(r, p, &s);
		if (!p)
			return NULL;
	} else {
		p = number_end(r, p);
		s = str_slice(from, (size_t)(p - from));
	}
	ok = kind == SCHEMA_FLOAT ? transcode_parse_float(s, &single)
				  : transcode_parse_double(s, &value);
	if (!ok) {
		p = transcode_odd_fraction(r, from, &value);
		single = (float)value;
	}
	if (kind == SCHEMA_FLOAT) {
		memcpy(&bits, &single, sizeof(bits));
		*ret = bits;
	} else {
		memcpy(ret, &value, sizeof(*ret));
	}
	return p;
}

static inline const char *read_number(struct reader *r, const char *p,
				      const struct schema_field *f, uint64_t *ret)
{
	switch (f->kind) {
	case SCHEMA_BOOL:
		return read_bool(r, p, ret);
	case SCHEMA_ENUM:
		return read_enum(r, p, f->enumeration, ret);
	case SCHEMA_FLOAT:
	case SCHEMA_DOUBLE:
		return read_fraction(r, p, f->kind, ret);
	default:
		return read_int(r, p, f->kind, ret);
	}
}

static inline void put_number(struct reader *r, const struct schema_field *f, uint64_t value)
{
	unsigned n = f->wire_type == WIRE_FIXED64 ? 8 : 4;

	if (f->wire_type == WIRE_VARINT) {
		r->o = put_varint(r->o, value);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		*r->o++ = (char)(value >> (8 * i));
}
