/* SPDX-License-Identifier: MIT */
/* transcode_read.c: JSON to wire bytes, in one pass over the text. */
#include "formats/transcode_reader.h"
#include "formats/transcode_sort.h"

static const char *read_message(struct reader *r, const char *p, const struct schema_message *m,
				unsigned depth);

/* The value of a Timestamp or Duration written as text. */
static const char *read_time(struct reader *r, const char *p, const struct schema_field *f)
{
	bool is_stamp = f->message->wellknown == SCHEMA_TIMESTAMP, ok;
	const char *from = p;
	int64_t seconds;
	int32_t nanos;
	char *length;
	struct str s;

	p = string_at(r, p, &s);
	if (!p)
		return NULL;
	ok = is_stamp ? transcode_parse_timestamp(s, &seconds, &nanos)
		      : transcode_parse_duration(s, &seconds, &nanos);
	if (!ok)
		return fail(r, from, is_stamp ? "a time like 2026-01-31T10:00:00.5Z is expected"
					      : "a duration like 1.5s is expected");
	if (!room(r, 32))
		return NULL;
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
	return p;
}

/* {"seconds": "1", "nanos": 5} went through as a message: is it a time at all? */
static bool time_ok(struct reader *r, const struct schema_message *m, size_t start)
{
	struct str bytes = str_slice(r->out->p + start, offset(r) - start);
	int64_t seconds = (int64_t)wire_value_at(bytes, 1, 0);
	int64_t nanos = (int64_t)wire_value_at(bytes, 2, 0);

	return m->wellknown == SCHEMA_TIMESTAMP ? transcode_timestamp_ok(seconds, nanos)
						: transcode_duration_ok(seconds, nanos);
}

static const char *read_submessage(struct reader *r, const char *p, const struct schema_field *f,
				   unsigned depth)
{
	const char *from = p;
	unsigned had;
	size_t start;

	if (f->message->wellknown != SCHEMA_ORDINARY && is(r, p, '"'))
		return read_time(r, p, f);
	if (!room(r, 0))
		return NULL;
	put_tag(r, f);
	start = open_message(r, f, &had);
	p = read_message(r, p, f->message, depth + 1);
	if (!p || !close_message(r, f, start, had))
		return NULL;
	if (f->message->wellknown != SCHEMA_ORDINARY && !time_ok(r, f->message, start))
		return fail(r, from, "a time out of range");
	return p;
}

/* One value with its tag. KEEP: also where it is the default. */
static inline const char *read_value(struct reader *r, const char *p,
				     const struct schema_field *f, bool keep, unsigned depth)
{
	uint64_t value = 0;

	switch (f->kind) {
	case SCHEMA_STRING:
		return read_string(r, p, f, keep);
	case SCHEMA_BYTES:
		return read_bytes(r, p, f, keep);
	case SCHEMA_MESSAGE:
		return read_submessage(r, p, f, depth);
	default:
		p = read_number(r, p, f, &value);
		if (!p || (!value && !keep))
			return p;
		if (!room(r, 0))
			return NULL;
		put_tag(r, f);
		put_number(r, f, value);
		return p;
	}
}

/* Behind an item: over the comma to the next one, or to CLOSE. */
static const char *next_item(struct reader *r, const char *p, char close)
{
	p = json_blanks(p, r->end);
	if (is(r, p, close))
		return p;
	if (!is(r, p, ','))
		return fail(r, p, "',' or '%c' is expected", close);
	p = json_blanks(p + 1, r->end);
	if (is(r, p, close))
		return fail(r, p, "a value is expected");
	return p;
}

static const char *read_list(struct reader *r, const char *p, const struct schema_field *f,
			     unsigned depth)
{
	bool packed = f->wire_type != WIRE_BYTES;
	size_t start = 0, before = offset(r);
	uint64_t value;

	if (!is(r, p, '['))
		return fail(r, p, "a list is expected");
	p = json_blanks(p + 1, r->end);
	if (is(r, p, ']'))
		return p + 1;
	if (packed) {
		if (!room(r, 0))
			return NULL;
		put_tag(r, f);
		start = open_length(r, f);
	}
	for (r->path->index = 0; p && !is(r, p, ']'); r->path->index++) {
		if (packed) {
			p = read_number(r, p, f, &value);
			if (!p || !room(r, 0))
				return NULL;
			put_number(r, f, value);
		} else {
			p = read_value(r, p, f, true, depth);
		}
		if (p)
			p = next_item(r, p, ']');
	}
	if (!p || (packed && !close_length(r, f, start)))
		return NULL;
	BUG_IF(offset(r) <= before);
	r->path->index = -1;
	return p + 1;
}

/* One entry, "key": value; a null value leaves nothing. */
static const char *read_entry(struct reader *r, const char *p, const struct schema_field *f,
			      unsigned depth)
{
	const struct schema_field *value = &f->message->fields[1];
	size_t before = offset(r), start;
	struct str key;
	unsigned had;

	p = string_at(r, p, &key);
	if (!p || !room(r, key.n + 16))
		return NULL;
	put_tag(r, f);
	start = open_message(r, f, &had);
	put_tag(r, &f->message->fields[0]);
	r->o = put_varint(r->o, key.n);
	memcpy(r->o, key.p, key.n);
	r->o += key.n;
	r->path->key = key.p == r->scratch.p ? STR("?") : key;
	p = json_blanks(p, r->end);
	if (!is(r, p, ':'))
		return fail(r, p, "':' is expected");
	p = json_blanks(p + 1, r->end);
	if (is(r, p, 'n') && str_starts(str_slice(p, (size_t)(r->end - p)), STR("null"))) {
		r->o = r->out->p + before;
		return p + 4;
	}
	p = read_value(r, p, value, true, depth);
	return p && close_message(r, f, start, had) ? p : NULL;
}

/* The key of the entry that starts at AT in the output and goes up to TO. */
static struct str entry_key(const struct reader *r, const struct schema_field *f, size_t at,
			    size_t to)
{
	struct str entry = str_slice(r->out->p + at, to - at);

	return wire_bytes_at(wire_bytes_at(entry, f->number), 1);
}

/* Entries come out sorted by key, so that equal maps are equal bytes. */
static const char *read_map(struct reader *r, const char *p, const struct schema_field *f,
			    unsigned depth)
{
	size_t begin = offset(r), before = begin;
	bool sorted = true;

	if (!is(r, p, '{'))
		return fail(r, p, "an object is expected");
	p = json_blanks(p + 1, r->end);
	while (p && !is(r, p, '}')) {
		size_t at = offset(r);

		p = read_entry(r, p, f, depth);
		if (!p)
			return NULL;
		if (at != begin && offset(r) != at) {
			sorted &= str_cmp(entry_key(r, f, before, at),
					  entry_key(r, f, at, offset(r))) < 0;
		}
		if (offset(r) != at)
			before = at;
		p = next_item(r, p, '}');
	}
	r->path->key = STR_NONE;
	if (!p)
		return NULL;
	if (!sorted && !transcode_sort_entries(r->out->p + begin, offset(r) - begin, r->arena))
		return fail(r, p, "a key is given twice");
	return p + 1;
}

static const char *skip_unknown(struct reader *r, const char *p, struct str name)
{
	struct json j = {r->text, (size_t)(p - r->text.p)};
	struct str value;

	transcode_note(r->options->loss, TRANSCODE_LOST_MEMBER, 0, r->path, name);
	if (!json_skip(&j, &value, r->err)) {
		transcode_wrap_path(r->err, r->path);
		return NULL;
	}
	return r->text.p + j.at;
}

/* What happened so far in one message. */
struct members {
	const struct schema_message *m;
	const struct schema_field *before; /* the last known member read */
	uint32_t last;			   /* its number */
	bool sorted;
	uint64_t given[SCHEMA_FIELDS_MAX / 64]; /* a bit for each field, by index */
	uint64_t oneofs; /* a bit for each that has its member */
};

/* NULL where the guess is wrong; else behind the colon. */
static inline const char *guess(struct reader *r, const char *p, const struct members *seen,
				const struct schema_field **ret)
{
	uint16_t id = seen->before ? seen->before->id : seen->m->id;
	size_t index = r->learned.next[id];
	const struct schema_field *f;

	index = index ? index - 1 : (size_t)(id - seen->m->id);
	if (index >= seen->m->n_fields)
		return NULL;
	f = &seen->m->fields[index];
	if ((size_t)(r->end - p) < f->quoted.n || !json_same(p, f->quoted.p, f->quoted.n))
		return NULL;
	*ret = f;
	return p + f->quoted.n;
}

/* Any member's name and colon. *RET is NULL where the schema has none of that name. */
static const char *member_name(struct reader *r, const char *p, const struct members *seen,
			       const struct schema_field **ret, struct str *ret_name)
{
	uint16_t id = seen->before ? seen->before->id : seen->m->id;

	if (!is(r, p, '"'))
		return fail(r, p, "a member's name is expected");
	p = string_at(r, p, ret_name);
	if (!p)
		return NULL;
	*ret = schema_field_by_name(seen->m, *ret_name);
	if (*ret)
		r->learned.next[id] = (uint16_t)(*ret - seen->m->fields + 1);
	p = json_blanks(p, r->end);
	if (!is(r, p, ':'))
		return fail(r, p, "':' is expected");
	return p + 1;
}

/* Keeps account of order and of what may be there only once. */
static inline bool check_member(struct reader *r, const char *p, struct members *seen,
				const struct schema_field *f)
{
	size_t index = (size_t)(f - seen->m->fields);

	if (seen->given[index / 64] >> index % 64 & 1) {
		fail(r, p, "given twice");
		return false;
	}
	seen->given[index / 64] |= (uint64_t)1 << index % 64;
	seen->sorted &= f->number > seen->last;
	seen->last = f->number;
	if (f->oneof >= 0) {
		if (seen->oneofs >> f->oneof & 1) {
			fail(r, p, "only one of its kind can be given");
			return false;
		}
		seen->oneofs |= (uint64_t)1 << f->oneof;
	}
	return true;
}

static inline const char *read_member(struct reader *r, const char *p, struct members *seen,
				      unsigned depth)
{
	const struct schema_field *f = NULL;
	const char *from = p;
	struct str name = {0};

	p = guess(r, p, seen, &f);
	if (!p) {
		p = member_name(r, from, seen, &f, &name);
		if (!p)
			return NULL;
	}
	r->path->field = f;
	p = json_blanks(p, r->end);
	if (!f)
		return skip_unknown(r, p, name);
	seen->before = f;
	if (is(r, p, 'n') && str_starts(str_slice(p, (size_t)(r->end - p)), STR("null")))
		return p + 4;
	if (!check_member(r, from, seen, f))
		return NULL;
	if (f->map)
		return read_map(r, p, f, depth);
	if (f->repeated)
		return read_list(r, p, f, depth);
	return read_value(r, p, f, f->oneof >= 0, depth);
}

static const char *read_members(struct reader *r, const char *p, struct members *seen,
				unsigned depth)
{
	while (p && !is(r, p, '}')) {
		p = read_member(r, p, seen, depth);
		if (!p)
			return NULL;
		r->path->field = NULL;
		p = next_item(r, p, '}');
	}
	return p;
}

static const char *read_message(struct reader *r, const char *p, const struct schema_message *m,
				unsigned depth)
{
	struct transcode_path here = {.up = r->path, .index = -1};
	struct members seen = {.m = m, .sorted = true};
	size_t start = offset(r);

	if (!is(r, p, '{'))
		return fail(r, p, "an object is expected");
	if (depth > LIMIT_DEPTH)
		return fail(r, p, "nested deeper than %d", LIMIT_DEPTH);
	r->path = &here;
	p = read_members(r, json_blanks(p + 1, r->end), &seen, depth);
	r->path = here.up;
	if (!p)
		return NULL;
	if (!seen.sorted)
		transcode_sort_fields(r->out->p + start, offset(r) - start, r->arena);
	return p + 1;
}

bool transcode_json_to_wire(const struct schema_message *m, struct str text, size_t *at,
			    const struct transcode_options *options, struct arena *a,
			    struct buf *out, struct err *err)
{
	static const struct transcode_options NONE = {0};
	struct reader r = {
		.text = text,
		.end = text.p + text.n,
		.out = out,
		.arena = a,
		.options = options ? options : &NONE,
		.err = err,
	};
	size_t start = out->n;
	const char *p = NULL;

	if (buf_room(out, SLACK)) {
		take_room(&r);
		p = read_message(&r, json_blanks(text.p + *at, r.end), m, 1);
	} else {
		buf_ok(out, err);
	}
	buf_done(&r.scratch);
	out->n = p ? offset(&r) : start;
	if (out->p)
		out->p[out->n] = '\0';
	if (!p)
		return false;
	*at = (size_t)(p - text.p);
	return true;
}
