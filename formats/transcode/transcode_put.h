/* SPDX-License-Identifier: MIT */
/* transcode_put.h: strings, numbers and times as JSON, inlined into the writer's hot path. */
#pragma once

#include "formats/transcode/transcode_writer.h"

#include "formats/base/base64.h"
#include "formats/transcode/json.h"
#include "formats/transcode/json_text.h"
#include "formats/wire/wire_step.h"

/* Strings */

static char *put_escape(char *o, unsigned char c)
{
	static const char FROM[] = "\"\\\b\f\n\r\t", TO[] = "\"\\bfnrt";
	static const char HEX[] = "0123456789abcdef";
	const char *row = c ? strchr(FROM, c) : NULL;

	*o++ = '\\';
	if (row) {
		*o++ = TO[row - FROM];
		return o;
	}
	memcpy(o, "u00", 3);
	o[3] = HEX[c >> 4];
	o[4] = HEX[c & 15];
	return o + 5;
}

/* Copies up to a character that needs an escape, or the end. *HIGH: met other than ASCII. */
static inline const char *copy_plain(char **to, const char *p, const char *end, bool *high)
{
	char *o = *to;

#ifdef __SSE2__
	for (; end - p >= 16; p += 16, o += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		unsigned hit = json_specials(v);

		_mm_storeu_si128((__m128i *)o, v);
		*high |= _mm_movemask_epi8(v) != 0;
		if (hit) {
			*to = o + __builtin_ctz(hit);
			return p + __builtin_ctz(hit);
		}
	}
#endif
	for (; p < end && !json_is_special(*p); p++) {
		*high |= (unsigned char)*p >= 0x80;
		*o++ = *p;
	}
	*to = o;
	return p;
}

static inline bool write_string(struct writer *w, struct str s)
{
	const char *p = s.p, *end = s.p + s.n;
	bool high = false;

	if (!writer_room(w, s.n))
		return false;
	*w->o++ = '"';
	while (p < end) {
		p = copy_plain(&w->o, p, end, &high);
		if (p == end)
			break;
		w->o = put_escape(w->o, (unsigned char)*p++);
		if (!writer_room(w, (size_t)(end - p)))
			return false;
	}
	*w->o++ = '"';
	if (high && !json_utf8(s))
		return writer_fail(w, ERR_SYNTAX, "this string is not UTF-8");
	return true;
}

static inline bool write_bytes(struct writer *w, struct str s)
{
	if (!writer_room(w, BASE64_ENCODED(s.n)))
		return false;
	*w->o++ = '"';
	base64_encode(s, w->o);
	w->o += BASE64_ENCODED(s.n);
	*w->o++ = '"';
	return true;
}

/* Numbers and times; all within the slack */

static void write_signed(struct writer *w, int64_t value)
{
	uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	if (value < 0)
		*w->o++ = '-';
	w->o += transcode_print_uint(w->o, magnitude);
}

static bool write_enum(struct writer *w, const struct schema_enum *e, int32_t number)
{
	const struct schema_enum_value *value = schema_enum_by_number(e, number);
	struct str name;

	if (!value) {
		write_signed(w, number);
		return true;
	}
	name = w->options->short_enums ? value->camel : value->name;
	if (!writer_room(w, name.n))
		return false;
	*w->o++ = '"';
	put(w, name.p, name.n);
	*w->o++ = '"';
	return true;
}

static void write_double(struct writer *w, uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	w->o += transcode_print_double(w->o, value);
}

static void write_float(struct writer *w, uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float value;

	memcpy(&value, &low, sizeof(value));
	w->o += transcode_print_float(w->o, value);
}

static bool write_number(struct writer *w, const struct schema_field *f, uint64_t value)
{
	if (!writer_room(w, 0))
		return false;
	switch (f->kind) {
	case SCHEMA_ENUM:
		return write_enum(w, f->enumeration, (int32_t)value);
	case SCHEMA_BOOL:
		put(w, value ? "true" : "false", value ? 4 : 5);
		return true;
	case SCHEMA_INT32:
		write_signed(w, (int32_t)value);
		return true;
	case SCHEMA_UINT32:
		w->o += transcode_print_uint(w->o, (uint32_t)value);
		return true;
	case SCHEMA_FLOAT:
		write_float(w, value);
		return true;
	case SCHEMA_DOUBLE:
		write_double(w, value);
		return true;
	default: /* 64 bits are text: JSON readers with doubles would round them */
		*w->o++ = '"';
		if (f->kind == SCHEMA_INT64)
			write_signed(w, (int64_t)value);
		else
			w->o += transcode_print_uint(w->o, value);
		*w->o++ = '"';
		return true;
	}
}

static bool write_time(struct writer *w, const struct schema_message *m, struct str bytes)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	uint64_t part[3] = {0};
	int64_t seconds, nanos;
	struct wire_step s;

	while (p < end) {
		p = wire_step(p, end, &s);
		if (!p)
			return writer_fail(w, ERR_SYNTAX, "cut off or no protobuf");
		if (s.number <= 2 && s.type == WIRE_VARINT)
			part[s.number] = s.value;
		else
			writer_lost(w, s.number);
	}
	seconds = (int64_t)part[1];
	nanos = (int32_t)part[2];
	if (m->wellknown == SCHEMA_TIMESTAMP ? !transcode_timestamp_ok(seconds, nanos)
					     : !transcode_duration_ok(seconds, nanos))
		return writer_fail(w, ERR_SYNTAX, "a time out of range");
	if (!writer_room(w, 0))
		return false;
	*w->o++ = '"';
	w->o += m->wellknown == SCHEMA_TIMESTAMP
			? transcode_print_timestamp(w->o, seconds, (int32_t)nanos)
			: transcode_print_duration(w->o, seconds, (int32_t)nanos);
	*w->o++ = '"';
	return true;
}
