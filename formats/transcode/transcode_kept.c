/* SPDX-License-Identifier: MIT */
/* transcode_kept.c: the reader's side of carriers and of "__unknown". */
#include "formats/transcode/transcode_keep.h"
#include "formats/transcode/transcode_member.h"
#include "formats/transcode/transcode_odd.h"

#include "formats/base/base64.h"
#include "formats/base/vec.h"
#include "formats/wire/wire_step.h"

#include <inttypes.h>
#include <stdlib.h>

bool transcode_keep(struct reader *r, const char *p, struct str key, struct str value,
		    unsigned depth)
{
	struct buf text = {0};

	if (depth + transcode_nesting(value) > LIMIT_DEPTH) {
		reader_fail(r, p, "nested deeper than %d", LIMIT_DEPTH);
		return false;
	}
	json_put_string(&text, key);
	buf_add_char(&text, ':');
	transcode_put_compact(&text, value);
	wire_put_bytes(&r->kept, TRANSCODE_CARRIER, buf_str(&text));
	buf_done(&text);
	if (buf_ok(&r->kept, r->err))
		return true;
	reader_fail_wrap(r);
	return false;
}

/*
 * In r->kept: a carrier that came in "__unknown", and so is no member. It goes behind those
 * that are, or it would be one when it is written again.
 */
#define RAW_CARRIER (TRANSCODE_CARRIER + 1)

struct keys {
	VEC_OF(struct str) all;
};

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The key with its quotes: json_put_string() spells equal keys alike. */
static struct str key_of(struct str content)
{
	struct json j = {content, 0};
	struct buf scratch = {0};
	struct str key;

	BUG_IF(!json_read_string(&j, &scratch, &key, NULL));
	buf_done(&scratch);
	return str_slice(content.p, j.at);
}

/* A member of each name once. */
static bool are_unique(struct reader *r, struct str kept)
{
	struct wire w = wire_of(kept);
	struct keys keys = {0};
	struct wire_field f;
	bool unique = true;

	while (wire_next(&w, &f))
		if (f.number == TRANSCODE_CARRIER)
			vec_push(&keys.all, key_of(f.bytes));
	if (keys.all.n)
		qsort(keys.all.at, keys.all.n, sizeof(*keys.all.at), by_bytes);
	for (size_t i = 1; unique && i < keys.all.n; i++) {
		unique = !str_eq(keys.all.at[i - 1], keys.all.at[i]);
		if (!unique)
			reader_fail(r, r->path ? r->path->at.p : r->text.p, "%.*s is given twice",
				    STR_ARG(str_take(keys.all.at[i], 100)));
	}
	vec_done(&keys.all);
	return unique;
}

static void put_numbered(struct reader *r, struct str kept, uint32_t number)
{
	struct wire w = wire_of(kept);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		if (f.number != number)
			continue;
		r->o = put_varint(r->o, (uint64_t)TRANSCODE_CARRIER << 3 | WIRE_BYTES);
		r->o = put_varint(r->o, f.bytes.n);
		memcpy(r->o, f.bytes.p, f.bytes.n);
		r->o += f.bytes.n;
	}
}

bool transcode_put_kept(struct reader *r, size_t from)
{
	struct str kept = str_skip(buf_str(&r->kept), from);

	if (!are_unique(r, kept) || !reader_room(r, kept.n))
		return false;
	put_numbered(r, kept, TRANSCODE_CARRIER);
	put_numbered(r, kept, RAW_CARRIER);
	r->kept.n = from;
	return true;
}

/* "__unknown": {"99:2": "aGk=", "98:0": ["AQ==", "Ag=="]} */

/* "99:2" */
static bool parse_key(struct str key, uint32_t *ret_number, unsigned *ret_type)
{
	struct str number = str_split(&key, ':');
	long long value, type;

	if (!str_to_int(number, &value) || value < 1 || value > 0x1fffffff ||
	    !str_to_int(key, &type))
		return false;
	*ret_number = (uint32_t)value;
	*ret_type = (unsigned)type;
	return type == WIRE_VARINT || type == WIRE_FIXED64 || type == WIRE_BYTES ||
	       type == WIRE_FIXED32;
}

/* Whether S is one value of TYPE, without its tag (and without a length). */
static bool is_value(struct str s, unsigned type)
{
	uint64_t value;

	return type == WIRE_BYTES ||
	       (s.n && wire_step_value(s.p, s.p + s.n, type, &value) == s.p + s.n);
}

static const char *read_raw(struct reader *r, const char *p, uint32_t number, unsigned type)
{
	const char *from = p;
	struct str text, bytes;
	struct buf field = {0};
	char *to;

	p = reader_slow_string(r, p, &text);
	if (!p)
		return NULL;
	buf_clear(&r->odd);
	to = buf_room(&r->odd, BASE64_DECODED_MAX(text.n));
	if (!to || !base64_decode(text, to, &r->odd.n))
		return reader_fail(r, from, "this is not base64");
	bytes = r->odd.n ? buf_str(&r->odd) : STR("");
	if (!is_value(bytes, type))
		return reader_fail(r, from, "this is no value of wire type %u", type);
	if (number == TRANSCODE_CARRIER && type == WIRE_BYTES) {
		wire_put_bytes(&r->kept, RAW_CARRIER, bytes);
		if (buf_ok(&r->kept, r->err))
			return p;
		return reader_fail_wrap(r);
	}
	wire_put_tag(&field, number, type);
	if (type == WIRE_BYTES)
		wire_put_varint(&field, bytes.n);
	buf_add(&field, bytes);
	if (!reader_room(r, field.n)) {
		buf_done(&field);
		return NULL;
	}
	memcpy(r->o, field.p, field.n);
	r->o += field.n;
	buf_done(&field);
	return p;
}

static const char *read_raws(struct reader *r, const char *p, uint32_t number, unsigned type)
{
	if (!reader_is(r, p, '['))
		return read_raw(r, p, number, type);
	do {
		p = read_raw(r, json_blanks(p + 1, r->end), number, type);
		p = p ? json_blanks(p, r->end) : NULL;
	} while (p && reader_is(r, p, ','));
	if (p && !reader_is(r, p, ']'))
		return reader_fail(r, p, "',' or ']' is expected");
	return p ? p + 1 : NULL;
}

const char *transcode_read_unknown(struct reader *r, const char *p, struct members *seen)
{
	struct json j = {r->text, (size_t)(p - r->text.p)};
	uint32_t number;
	unsigned type;
	struct str key;

	if (!json_take(&j, '{'))
		return reader_fail(r, p, "an object is expected");
	if (json_take(&j, '}'))
		return r->text.p + j.at;
	do {
		json_peek(&j);
		p = r->text.p + j.at;
		if (!json_read_string(&j, &r->scratch, &key, NULL) ||
		    !parse_key(key, &number, &type))
			return reader_fail(r, p, "a field like \"99:2\" is expected");
		if (transcode_is_known(seen->m, number, type))
			return reader_fail(r, p, "field %" PRIu32 " has a name", number);
		if (!json_take(&j, ':'))
			return reader_fail(r, p, "':' is expected");
		json_peek(&j);
		p = read_raws(r, r->text.p + j.at, number, type);
		if (!p)
			return NULL;
		j.at = (size_t)(p - r->text.p);
	} while (json_take(&j, ','));
	seen->sorted = false;
	if (!json_take(&j, '}'))
		return reader_fail(r, r->text.p + j.at, "',' or '}' is expected");
	return r->text.p + j.at;
}
