/* SPDX-License-Identifier: MIT */
/* transcode_odd.c: numbers, bytes, times and enums in spellings that are seldom met. */
#include "formats/transcode/transcode_keep.h"
#include "formats/transcode/transcode_odd.h"

#include <math.h>

/* Numbers */

static const char *number_end(const struct reader *r, const char *p)
{
	static const char SIGNS[] = "+-.eE";

	while (p < r->end && ((*p >= '0' && *p <= '9') || (*p && strchr(SIGNS, *p))))
		p++;
	return p;
}

/* One half of a 64-bit number as JavaScript's Long has it: a signed or unsigned 32-bit one. */
static const char *half(struct reader *r, const char *p, uint32_t *ret)
{
	const char *stop = number_end(r, p);
	long long value;

	if (!str_to_int(str_slice(p, (size_t)(stop - p)), &value) || value < INT32_MIN ||
	    value > UINT32_MAX)
		return reader_fail(r, p, "half of a 64-bit number is expected");
	*ret = (uint32_t)value;
	return stop;
}

/* {"low": 1, "high": 0, "unsigned": false}: JSON of a Long of protobufjs. */
static const char *read_long(struct reader *r, const char *p, uint64_t *ret, bool *ret_negative)
{
	struct json j = {r->text, (size_t)(p - r->text.p) + 1};
	uint32_t low = 0, high = 0;
	bool is_unsigned = false;
	struct str key, value;
	unsigned given = 0;
	uint64_t bits;

	while (json_peek(&j) == '"') {
		const char *at, *stop;
		unsigned which;

		if (!json_read_string(&j, &r->scratch, &key, NULL) || !json_take(&j, ':'))
			break;
		json_peek(&j);
		at = r->text.p + j.at;
		which = str_is(key, "low") ? 1 : str_is(key, "high") ? 2 : str_is(key, "unsigned") ? 4 : 0;
		if (!which || (given & which))
			break;
		given |= which;
		stop = which == 4 ? reader_skip(r, at, &value) : half(r, at, which == 1 ? &low : &high);
		if (!stop)
			return NULL;
		if (which == 4)
			is_unsigned = str_is(value, "true");
		j.at = (size_t)(stop - r->text.p);
		if (!json_take(&j, ','))
			break;
	}
	if ((given & 3) != 3 || !json_take(&j, '}'))
		return reader_fail(r, p, "a whole number is expected");
	bits = (uint64_t)high << 32 | low;
	*ret_negative = !is_unsigned && bits >> 63;
	*ret = *ret_negative ? 0 - bits : bits;
	return r->text.p + j.at;
}

/* 1.0 and 1e3 are whole numbers too, and "\u0035" is one. */
const char *transcode_odd_whole(struct reader *r, const char *p, uint64_t *ret,
				bool *ret_negative)
{
	const char *from = p, *wrong;
	struct str text;

	if (reader_is(r, p, '{'))
		return read_long(r, p, ret, ret_negative);
	if (reader_is(r, p, '"')) {
		p = reader_slow_string(r, p, &text);
		if (!p)
			return NULL;
	} else {
		p = number_end(r, p);
		text = str_slice(from, (size_t)(p - from));
	}
	wrong = transcode_parse_whole(text, ret, ret_negative);
	return wrong ? reader_fail(r, from, "%s", wrong) : p;
}

/* Words that are there instead of a value: with their length, or 0. */
static size_t word_at(const struct reader *r, const char *p, const char *word)
{
	struct str rest = str_slice(p, (size_t)(r->end - p));

	return str_starts(rest, str_of(word)) ? strlen(word) : 0;
}

const char *transcode_odd_bool(struct reader *r, const char *p, uint64_t *ret)
{
	static const struct {
		const char *text;
		bool value;
	} WORDS[] = {{"true", true}, {"false", false}, {"1", true}, {"0", false}};
	const char *from = p, *end = number_end(r, p);
	struct str text = str_slice(p, (size_t)(end - p));

	if (reader_is(r, p, '"'))
		end = reader_slow_string(r, p, &text);
	if (!end)
		return NULL;
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
		/* "1" in quotes is text. */
		if (str_is(text, WORDS[i].text) && (text.n > 1 || end == from + 1)) {
			*ret = WORDS[i].value;
			return end;
		}
	}
	return reader_fail(r, from, "true or false is expected");
}

/* Python's json writes these without quotes, which is no JSON. */
const char *transcode_odd_fraction(struct reader *r, const char *p, double *ret)
{
	static const struct {
		const char *text;
		double value;
	} WORDS[] = {{"NaN", (double)NAN},
		     {"Infinity", (double)INFINITY},
		     {"-Infinity", -(double)INFINITY}};

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
		size_t n = word_at(r, p, WORDS[i].text);

		if (n) {
			*ret = WORDS[i].value;
			return p + n;
		}
	}
	return reader_fail(r, p, "a number is expected");
}

/* Enums */

/* The member goes into a carrier, with all of its list if it is one. */
static const char *keep_enum(struct reader *r, const char *p, const char *value)
{
	struct str text = str_slice(value, (size_t)(p - value));

	if (r->path->index >= 0) {
		if (r->kept_list == r->list)
			return p;
		r->kept_list = r->list;
		if (!reader_skip(r, r->list, &text))
			return NULL;
	}
	return transcode_keep(r, value, r->path->field->json_name, text, 1) ? p : NULL;
}

const char *transcode_odd_enum(struct reader *r, const char *p, const struct schema_enum *e,
			       struct str name, const char *value, uint64_t *ret)
{
	bool kept = r->options->keep_unknown && r->path->field->oneof < 0;
	int32_t number;

	*ret = 0;
	if (transcode_enum_number(e, name, &number)) {
		*ret = (uint64_t)(int64_t)number;
		return p;
	}
	reader_note(r, kept ? TRANSCODE_KEPT_VALUE : TRANSCODE_LOST_VALUE, STR(""));
	return kept ? keep_enum(r, p, value) : p;
}

/* Bytes */

/* [104, 105]; Java writes bytes from -128. */
static const char *list_of_bytes(struct reader *r, const char *p)
{
	const char *from = p;

	p = json_blanks(p + 1, r->end);
	while (!reader_is(r, p, ']')) {
		const char *stop = number_end(r, p);
		long long value;

		if (!str_to_int(str_slice(p, (size_t)(stop - p)), &value) || value < -128 ||
		    value > 255)
			return reader_fail(r, p, "a byte is expected, from 0 to 255");
		buf_add_char(&r->odd, (char)value);
		p = json_blanks(stop, r->end);
		if (reader_is(r, p, ',') && !reader_is(r, json_blanks(p + 1, r->end), ']'))
			p = json_blanks(p + 1, r->end);
		else if (!reader_is(r, p, ']'))
			return reader_fail(r, from, "a list of bytes is expected");
	}
	return p + 1;
}

/* {"type": "Buffer", "data": [104, 105]}, or {"0": 104, "1": 105}; P is behind the bracket. */
static const char *object_of_bytes(struct reader *r, const char *p, const char *from)
{
	struct json j = {r->text, (size_t)(p - r->text.p)};
	struct str key, value;
	bool data = false;
	long long number;

	while (json_peek(&j) == '"') {
		if (!json_read_string(&j, &r->scratch, &key, NULL) || !json_take(&j, ':'))
			break;
		json_peek(&j);
		p = r->text.p + j.at;
		if (str_is(key, "data") && !data && !r->odd.n && reader_is(r, p, '[')) {
			data = true;
			p = list_of_bytes(r, p);
		} else if (str_is(key, "type") && word_at(r, p, "\"Buffer\"")) {
			p += strlen("\"Buffer\"");
		} else if (!data && str_to_int(key, &number) && number == (long long)r->odd.n) {
			p = reader_skip(r, p, &value);
			if (p && (!str_to_int(value, &number) || number < -128 || number > 255))
				break;
			buf_add_char(&r->odd, (char)number);
		} else {
			break;
		}
		if (!p)
			return NULL;
		j.at = (size_t)(p - r->text.p);
		if (!json_take(&j, ','))
			break;
	}
	if (!json_take(&j, '}'))
		return reader_fail(r, from, "bytes in base64 are expected");
	return r->text.p + j.at;
}

const char *transcode_odd_bytes(struct reader *r, const char *p)
{
	const char *from = p;

	if (r->trying)
		return NULL;
	buf_clear(&r->odd);
	if (reader_is(r, p, '['))
		p = list_of_bytes(r, p);
	else if (reader_is(r, p, '{'))
		p = object_of_bytes(r, json_blanks(p + 1, r->end), from);
	else
		return reader_fail(r, p, "a string is expected");
	if (!p)
		return NULL;
	if (!buf_ok(&r->odd, r->err))
		return reader_fail_wrap(r);
	reader_note(r, TRANSCODE_NOTE_BYTES, STR(""));
	return p;
}

/* Times */

bool transcode_put_time(struct reader *r, const struct schema_field *f, int64_t seconds,
			int32_t nanos)
{
	char *length;

	if (!reader_room(r, 32))
		return false;
	put_tag(r, f);
	length = r->o++;
	if (seconds) {
		*r->o++ = 1 << 3 | WIRE_VARINT;
		r->o = put_varint(r->o, (uint64_t)seconds);
	}
	if (nanos) {
		*r->o++ = 2 << 3 | WIRE_VARINT;
		r->o = put_varint(r->o, (uint64_t)(int64_t)nanos);
	}
	*length = (char)(r->o - length - 1);
	return true;
}

/* A number so large that it can only be nanoseconds since 1970: from 1973 on. */
#define NANOS_LEAST 100000000000000000ULL

const char *transcode_odd_time(struct reader *r, const char *p, const struct schema_field *f)
{
	const char *stop = number_end(r, p);
	uint64_t nanos;
	bool negative;

	if (f->message->wellknown == SCHEMA_TIMESTAMP &&
	    !transcode_parse_whole(str_slice(p, (size_t)(stop - p)), &nanos, &negative) &&
	    !negative && nanos >= NANOS_LEAST && nanos <= INT64_MAX)
		return transcode_put_time(r, f, (int64_t)(nanos / 1000000000),
					  (int32_t)(nanos % 1000000000))
			       ? stop
			       : NULL;
	return reader_fail(r, p, f->message->wellknown == SCHEMA_TIMESTAMP
					 ? "a time like 2026-01-31T10:00:00.5Z is expected"
					 : "a duration like 1.5s is expected");
}
