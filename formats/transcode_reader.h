/* SPDX-License-Identifier: MIT */
/* transcode_reader.h: the reader's output, strings and numbers, inlined into its one user. */
#pragma once

#include "formats/transcode_parts.h"

#include "formats/base/base64.h"
#include "formats/base/limits.h"
#include "formats/json.h"
#include "formats/json_text.h"
#include "formats/wire.h"

#include <stdio.h>

/*
 * Histories repeat themselves: the member that followed this one last time follows it
 * again, and a message's length takes as many bytes as last time. Both guesses are kept
 * per field; a wrong one costs a look-up or a memmove(), never a wrong answer.
 */
struct learned {
	uint16_t next[SCHEMA_IDS]; /* by id of the member before: index + 1; 0: in order */
	uint8_t width[SCHEMA_IDS]; /* bytes of a length - 1 */
};

struct reader {
	struct str text;
	const char *end;
	char *o;     /* where the next byte goes */
	char *o_end; /* room ends here, the slack before the buffer's own end */
	struct buf *out;
	struct buf scratch; /* strings that held escapes */
	struct arena *arena;
	const struct transcode_options *options;
	struct err *err;
	struct transcode_path *path;
	struct learned learned;
};

/* Bytes behind o that may always be written: a tag, a varint, sixteen copied in one go. */
#define SLACK 32

/* Output */

static void take_room(struct reader *r)
{
	size_t limit = r->out->limit ? r->out->limit : LIMIT_BUF_BYTES;
	size_t room = r->out->cap - 1 < limit ? r->out->cap - 1 : limit;

	r->o = r->out->p + r->out->n;
	r->o_end = r->out->p + room;
}

static __attribute__((noinline)) bool grow(struct reader *r, size_t n)
{
	r->out->n = (size_t)(r->o - r->out->p);
	if (!buf_room(r->out, n)) {
		buf_ok(r->out, r->err);
		transcode_wrap_path(r->err, r->path);
		return false;
	}
	take_room(r);
	return true;
}

/* Room for N bytes and the slack. */
static inline bool room(struct reader *r, size_t n)
{
	return (size_t)(r->o_end - r->o) >= n + SLACK || grow(r, n + SLACK);
}

static inline char *put_varint(char *o, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*o++ = (char)(value | 0x80);
	*o++ = (char)value;
	return o;
}

static inline void put_tag(struct reader *r, const struct schema_field *f)
{
	memcpy(r->o, f->tag, sizeof(f->tag));
	r->o += f->tag_n;
}

static inline size_t offset(const struct reader *r)
{
	return (size_t)(r->o - r->out->p);
}

/* Leaves as many bytes for a length as it took last time; returns where the content starts. */
static inline size_t open_length(struct reader *r, const struct schema_field *f)
{
	r->o += r->learned.width[f->id] + 1;
	return offset(r);
}

static bool close_length(struct reader *r, const struct schema_field *f, size_t start)
{
	unsigned had = r->learned.width[f->id] + 1u;
	size_t n = offset(r) - start, need = n < 0x80 ? 1 : wire_varint_size(n);

	if (need != had) {
		char *content;

		if (!room(r, need))
			return false;
		content = r->out->p + start;
		memmove(content - had + need, content, n);
		r->o = content - had + need + n;
		r->learned.width[f->id] = (uint8_t)(need - 1);
	}
	put_varint(r->out->p + start - had, n);
	return true;
}

/* Inside a message the same field may be open twice (Failure.cause): its own guess. */
static inline size_t open_message(struct reader *r, const struct schema_field *f, unsigned *had)
{
	*had = r->learned.width[f->id] + 1u;
	r->o += *had;
	return offset(r);
}

static bool close_message(struct reader *r, const struct schema_field *f, size_t start,
			  unsigned had)
{
	r->learned.width[f->id] = (uint8_t)(had - 1);
	return close_length(r, f, start);
}

/* Errors */

static __attribute__((noinline, format(printf, 3, 4))) const char *
fail(struct reader *r, const char *p, const char *format, ...)
{
	struct json j = {r->text, (size_t)(p - r->text.p)};
	char message[200];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	json_error(&j, r->err, "%s", message);
	transcode_wrap_path(r->err, r->path);
	return NULL;
}

static inline bool is(const struct reader *r, const char *p, char c)
{
	return p < r->end && *p == c;
}

/* Strings */

static __attribute__((noinline)) const char *slow_string(struct reader *r, const char *p,
							 struct str *ret)
{
	struct json j = {r->text, (size_t)(p - r->text.p)};

	if (!json_read_string(&j, &r->scratch, ret, r->err)) {
		transcode_wrap_path(r->err, r->path);
		return NULL;
	}
	return r->text.p + j.at;
}

/* A string at P, its content borrowed from the text or from the scratch. */
static inline const char *string_at(struct reader *r, const char *p, struct str *ret)
{
	const char *stop;
	bool high;

	if (!is(r, p, '"'))
		return fail(r, p, "a string is expected");
	stop = json_scan(p + 1, r->end, &high);
	if (high || !is(r, stop, '"'))
		return slow_string(r, p, ret);
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
	if (!room(r, s.n))
		return NULL;
	put_tag(r, f);
	r->o = put_varint(r->o, s.n);
	memcpy(r->o, s.p, s.n);
	r->o += s.n;
	return p;
}

/* What S decodes to, if it is base64 at all. */
static size_t decoded_size(struct str s)
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

	p = string_at(r, p, &s);
	if (!p || (!s.n && !keep))
		return p;
	n = decoded_size(s);
	if (!room(r, n + 3))
		return NULL;
	put_tag(r, f);
	r->o = put_varint(r->o, n);
	if (!base64_decode(s, r->o, &decoded))
		return fail(r, from, "this is not base64");
	BUG_IF(decoded != n);
	r->o += n;
	return p;
}

/* Numbers */

static const char *number_end(const struct reader *r, const char *p)
{
	while (p < r->end && ((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == '.' ||
			      *p == 'e' || *p == 'E'))
		p++;
	return p;
}

/* 1.0 and 1e3 are whole numbers too; past 2^53 nobody knows which. */
static const char *odd_whole(struct reader *r, const char *p, uint64_t *ret, bool *ret_negative)
{
	const char *stop = number_end(r, p);
	double value;

	if (!transcode_parse_double(str_slice(p, (size_t)(stop - p)), &value))
		return fail(r, p, "a whole number is expected");
	*ret_negative = value < 0;
	value = value < 0 ? -value : value;
	if (value > 0x1p53 || value != (double)(uint64_t)value)
		return fail(r, p, "a whole number is expected");
	*ret = (uint64_t)value;
	return stop;
}

static inline const char *whole(struct reader *r, const char *p, uint64_t *ret, bool *ret_negative)
{
	const char *from = p, *first;
	uint64_t value = 0;

	*ret_negative = is(r, p, '-');
	p += *ret_negative;
	first = p;
	for (; p < r->end && *p >= '0' && *p <= '9'; p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (p - first >= 19 && value > (UINT64_MAX - digit) / 10)
			return fail(r, from, "a number out of range");
		value = value * 10 + digit;
	}
	if (p == first || (*first == '0' && p - first > 1))
		return fail(r, from, "a whole number is expected");
	if (p < r->end && (*p == '.' || *p == 'e' || *p == 'E'))
		return odd_whole(r, from, ret, ret_negative);
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
	bool quoted = is(r, p, '"'), negative;
	const char *from = p;
	uint64_t magnitude = 0;

	p = whole(r, p + quoted, &magnitude, &negative);
	if (!p)
		return NULL;
	if (quoted && !is(r, p, '"'))
		return fail(r, from, "a whole number is expected");
	if (magnitude > MOST[kind][negative])
		return fail(r, from, "a number out of range");
	*ret = negative ? 0 - magnitude : magnitude;
	return p + quoted;
}

static const char *read_bool(struct reader *r, const char *p, uint64_t *ret)
{
	struct str rest = str_slice(p, (size_t)(r->end - p));

	*ret = str_starts(rest, STR("true"));
	if (*ret)
		return p + 4;
	if (str_starts(rest, STR("false")))
		return p + 5;
	return fail(r, p, "true or false is expected");
}

static inline const char *read_enum(struct reader *r, const char *p, const struct schema_enum *e,
				    uint64_t *ret)
{
	const struct schema_enum_value *value;
	struct str name;

	if (!is(r, p, '"'))
		return read_int(r, p, SCHEMA_ENUM, ret);
	p = string_at(r, p, &name);
	if (!p)
		return NULL;
	value = schema_enum_by_name(e, name);
	if (!value)
		transcode_note(r->options->loss, TRANSCODE_LOST_VALUE, 0, r->path, STR(""));
	*ret = value ? (uint64_t)(int64_t)value->number : 0;
	return p;
}

static const char *read_fraction(struct reader *r, const char *p, enum schema_kind kind,
				 uint64_t *ret)
{
	const char *from = p;
	struct str s;
	double value = 0;
	float single = 0;
	uint32_t bits;
	bool ok;

	if (is(r, p, '"')) {
		p = string_at(r, p, &s);
		if (!p)
			return NULL;
	} else {
		p = number_end(r, p);
		s = str_slice(from, (size_t)(p - from));
	}
	ok = kind == SCHEMA_FLOAT ? transcode_parse_float(s, &single)
				  : transcode_parse_double(s, &value);
	if (!ok)
		return fail(r, from, "a number is expected");
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
