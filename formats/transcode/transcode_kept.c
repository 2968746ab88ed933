/* SPDX-License-Identifier: MIT */
/* transcode_kept.c: the reader's side of carriers and of "__unknown". */
#include "formats/transcode/transcode_keep.h"
#include "formats/transcode/transcode_member.h"
#include "formats/transcode/transcode_odd.h"
#include "formats/transcode/transcode_sort.h"

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

/* What else is in r->kept until the message ends. */
enum {
	/*
	 * A carrier that came in "__unknown", and so is no member. It goes behind those that
	 * are, or it would be one when it is written again.
	 */
	RAW_CARRIER = TRANSCODE_CARRIER + 1,
	/* A whole field of a list in "__unknown": those stand behind all others, in their order. */
	RAW_LAST,
};

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

static void put_fields(struct reader *r, struct str kept, uint32_t number)
{
	struct wire w = wire_of(kept);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		if (f.number != number)
			continue;
		if (number != RAW_LAST) {
			r->o = put_varint(r->o, (uint64_t)TRANSCODE_CARRIER << 3 | WIRE_BYTES);
			r->o = put_varint(r->o, f.bytes.n);
		}
		memcpy(r->o, f.bytes.p, f.bytes.n);
		r->o += f.bytes.n;
	}
}

bool transcode_put_kept(struct reader *r, size_t from, size_t start, bool sorted)
{
	struct str kept = str_skip(buf_str(&r->kept), from);

	if (!are_unique(r, kept) || !reader_room(r, kept.n))
		return false;
	put_fields(r, kept, TRANSCODE_CARRIER);
	put_fields(r, kept, RAW_CARRIER);
	if (!sorted)
		transcode_sort_fields(r->out->p + start, reader_offset(r) - start, r->arena);
	put_fields(r, kept, RAW_LAST);
	r->kept.n = from;
	return true;
}

/* "__unknown": {"99:2": "aGk=", "98:0": ["AQ==", "Ag=="]}, or a list of such objects */

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
	       type == WIRE_GROUP || type == WIRE_FIXED32;
}

/* One kind of fields in "__unknown". */
struct raw {
	uint32_t number;
	unsigned type;
	bool last; /* of a list: its place is kept */
};

/* VALUE with what belongs around it; false: that is not one field. */
static bool make_field(const struct raw *kind, struct str value, struct buf *out)
{
	struct wire w;
	struct wire_field f;

	wire_put_tag(out, kind->number, (enum wire_type)kind->type);
	if (kind->type == WIRE_BYTES)
		wire_put_varint(out, value.n);
	buf_add(out, value);
	if (kind->type == WIRE_GROUP)
		wire_put_tag(out, kind->number, WIRE_GROUP_END);
	w = wire_of(buf_str(out));
	return wire_next(&w, &f) && w.at == out->n;
}

/* To its place: at once, or at the end of the message. */
static bool put_raw(struct reader *r, const struct raw *kind, struct str value, struct str field)
{
	if (!kind->last && (kind->number != TRANSCODE_CARRIER || kind->type != WIRE_BYTES)) {
		if (!reader_room(r, field.n))
			return false;
		memcpy(r->o, field.p, field.n);
		r->o += field.n;
		return true;
	}
	wire_put_bytes(&r->kept, kind->last ? RAW_LAST : RAW_CARRIER, kind->last ? field : value);
	if (!buf_ok(&r->kept, r->err)) {
		reader_fail_wrap(r);
		return false;
	}
	return true;
}

static const char *read_raw(struct reader *r, const char *p, const struct raw *kind)
{
	const char *from = p;
	struct buf field = {0};
	struct str text, bytes;
	char *to;

	p = reader_slow_string(r, p, &text);
	if (!p)
		return NULL;
	buf_clear(&r->odd);
	to = buf_room(&r->odd, BASE64_DECODED_MAX(text.n));
	if (!to || !base64_decode(text, to, &r->odd.n))
		return reader_fail(r, from, "this is not base64");
	bytes = r->odd.n ? buf_str(&r->odd) : STR("");
	if (!make_field(kind, bytes, &field))
		p = reader_fail(r, from, "this is no value of wire type %u", kind->type);
	else if (!put_raw(r, kind, bytes, buf_str(&field)))
		p = NULL;
	buf_done(&field);
	return p;
}

static const char *read_raws(struct reader *r, const char *p, const struct raw *kind)
{
	if (!reader_is(r, p, '['))
		return read_raw(r, p, kind);
	do {
		p = read_raw(r, json_blanks(p + 1, r->end), kind);
		p = p ? json_blanks(p, r->end) : NULL;
	} while (p && reader_is(r, p, ','));
	if (p && !reader_is(r, p, ']'))
		return reader_fail(r, p, "',' or ']' is expected");
	return p ? p + 1 : NULL;
}

static const char *read_kinds(struct reader *r, const char *p, const struct members *seen,
			      bool last)
{
	struct json j = {r->text, (size_t)(p - r->text.p)};
	struct raw kind = {.last = last};
	struct str key;

	if (!json_take(&j, '{'))
		return reader_fail(r, p, "an object is expected");
	if (json_take(&j, '}'))
		return r->text.p + j.at;
	do {
		json_peek(&j);
		p = r->text.p + j.at;
		if (!json_read_string(&j, &r->scratch, &key, NULL) ||
		    !parse_key(key, &kind.number, &kind.type))
			return reader_fail(r, p, "a field like \"99:2\" is expected");
		if (transcode_is_known(seen->m, kind.number, kind.type))
			return reader_fail(r, p, "field %" PRIu32 " has a name", kind.number);
		if (!json_take(&j, ':'))
			return reader_fail(r, p, "':' is expected");
		json_peek(&j);
		p = read_raws(r, r->text.p + j.at, &kind);
		if (!p)
			return NULL;
		j.at = (size_t)(p - r->text.p);
	} while (json_take(&j, ','));
	if (!json_take(&j, '}'))
		return reader_fail(r, r->text.p + j.at, "',' or '}' is expected");
	return r->text.p + j.at;
}

const char *transcode_read_unknown(struct reader *r, const char *p, struct members *seen)
{
	if (!reader_is(r, p, '[')) {
		seen->sorted = false;
		return read_kinds(r, p, seen, false);
	}
	if (reader_is(r, json_blanks(p + 1, r->end), ']'))
		return json_blanks(p + 1, r->end) + 1;
	do {
		p = read_kinds(r, json_blanks(p + 1, r->end), seen, true);
		p = p ? json_blanks(p, r->end) : NULL;
	} while (p && reader_is(r, p, ','));
	if (p && !reader_is(r, p, ']'))
		return reader_fail(r, p, "',' or ']' is expected");
	return p ? p + 1 : NULL;
}
