/* SPDX-License-Identifier: MIT */
/* transcode_scalar.h: strings, bytes and numbers of JSON, inlined into the reader's hot path. */
#pragma once

#include "formats/transcode_reader.h"

#include "formats/base/base64.h"

/* Strings */

/* A string at P, its content borrowed from the text or from the scratch. */
static inline const char *string_at(struct reader *r, const char *p, struct str *ret)
{
	const char *stop;
	bool high;

	if (!reader_is(r, p, '"'))
		return reader_fail(r, p, "a string is expected");
	stop = json_scan(p + 1, r->end, &high);
	if (high || !reader_is(r, stop, '"'))
		return reader_slow_string(r, p, ret);
	*ret = str_slice(p + 1, (size_t)(stop - p - 1));
	return stop + 1;
}

static inline const char *read_string(struct reader *r, const char *p,
				      const struct schema_field *f, bool keep)
{
	struct str s;

	p = string_at(r, p, &s);
	if (!p || (!s.n && !keep))
		return p;
	return put_bytes(r, f, s) ? p : NULL;
}

/* What S decodes to, if it is base64 at all. */
static inline size_t decoded_size(struct str s)
{
	size_t n = s.n;

	while (n && s.n - n < 2 && s.p[n - 1] == '=')
		n--;
	return n / 4 * 3 + (n % 4 ? n % 4 - 1 : 0);
}

static inline const char *read_bytes(struct reader *r, const char *p,
				     const struct schema_field *f, bool keep)
{
	const char *from = p;
	size_t n, decoded;
	struct str s;

	if (!reader_is(r, p, '"')) {
		p = transcode_odd_bytes(r, p);
		if (!p || (!r->odd.n && !keep))
			return p;
		return put_bytes(r, f, r->odd.n ? buf_str(&r->odd) : STR("")) ? p : NULL;
	}
	p = string_at(r, p, &s);
	if (!p || (!s.n && !keep))
		return p;
	n = decoded_size(s);
	if (!reader_room(r, n + 3))
		return NULL;
	put_tag(r, f);
	r->o = put_varint(r->o, n);
	if (!base64_decode(s, r->o, &decoded))
		return reader_fail(r, from, "this is not base64");
	BUG_IF(decoded != n);
	r->o += n;
	return p;
}

/* Numbers */

static inline const char *whole(struct reader *r, const char *p, uint64_t *ret, bool *ret_negative)
{
	const char *from = p, *first;
	uint64_t value = 0;

	*ret_negative = reader_is(r, p, '-');
	p += *ret_negative;
	first = p;
	for (; p < r->end && *p >= '0' && *p <= '9'; p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (p - first >= 19 && value > (UINT64_MAX - digit) / 10)
			return reader_fail(r, from, "a number out of range");
		value = value * 10 + digit;
	}
	if (p == first || (*first == '0' && p - first > 1) ||
	    (p < r->end && (*p == '.' || *p == 'e' || *p == 'E')))
		return transcode_odd_whole(r, from, ret, ret_negative);
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
	if (!p)
		return NULL;
	if (quoted && !reader_is(r, p, '"'))
		return reader_fail(r, from, "a whole number is expected");
	if (magnitude > MOST[kind][negative])
		return reader_fail(r, from, "a number out of range");
	*ret = negative ? 0 - magnitude : magnitude;
	return p + quoted;
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
	value = schema_enum_by_name(e, name);
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
