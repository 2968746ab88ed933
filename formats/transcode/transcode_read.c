/* SPDX-License-Identifier: MIT */
/* transcode_read.c: JSON to wire bytes, in one pass over the text. */
#include "formats/transcode/transcode_number.h"
#include "formats/transcode/transcode_recall.h"
#include "formats/transcode/transcode_sort.h"

static const char *read_message(struct reader *r, const char *p, const struct schema_message *m,
				unsigned depth);
/* The value of a Timestamp or Duration written as text. */
static const char *read_time(struct reader *r, const char *p, const struct schema_field *f)
{
	bool is_stamp = f->message->wellknown == SCHEMA_TIMESTAMP, ok;
	const char *from = p;
	int64_t seconds;
	int32_t nanos;
	struct str s;

	p = string_at(r, p, &s);
	if (!p)
		return NULL;
	ok = is_stamp ? transcode_parse_timestamp(s, &seconds, &nanos)
		      : transcode_parse_duration(s, &seconds, &nanos);
	if (!ok)
		return reader_fail(r, from, is_stamp ? "a time like 2026-01-31T10:00:00.5Z is expected"
					      : "a duration like 1.5s is expected");
	return transcode_put_time(r, f, seconds, nanos) ? p : NULL;
}

/* {"seconds": "1", "nanos": 5} went through as a message: is it a time at all? */
static bool time_ok(struct reader *r, const struct schema_field *f, size_t start)
{
	struct str field = str_slice(r->out->p + start, reader_offset(r) - start);
	struct str bytes = wire_bytes_at(field, f->number);
	int64_t seconds = (int64_t)wire_value_at(bytes, 1, 0);
	int64_t nanos = (int64_t)wire_value_at(bytes, 2, 0);

	return f->message->wellknown == SCHEMA_TIMESTAMP ? transcode_timestamp_ok(seconds, nanos)
							 : transcode_duration_ok(seconds, nanos);
}

static const char *read_new_object(struct reader *r, const char *p, const struct schema_field *f,
				   unsigned depth)
{
	unsigned had;
	size_t start;

	if (!reader_room(r, 0))
		return NULL;
	put_tag(r, f);
	start = open_message(r, f, &had);
	p = read_message(r, p, f->message, depth + 1);
	return p && close_message(r, f, start, had) ? p : NULL;
}

/* An object at P as a message in field F. */
static const char *read_object(struct reader *r, const char *p, const struct schema_field *f,
			       unsigned depth)
{
	/* A payload's memo is of another kind: of its beginning. */
	bool plain = r->memory && !r->trying && !r->ui.event &&
		     f->message->role != SCHEMA_PAYLOAD;
	struct memo *memo = plain ? memo_of(r->memory, f) : NULL;
	size_t start = reader_offset(r), notes = r->notes, exact = r->exact;
	const char *stop;

	if (!memo)
		return read_new_object(r, p, f, depth);
	stop = recall(r, p, memo, depth);
	if (stop)
		return stop;
	stop = read_new_object(r, p, f, depth);
	if (stop && r->notes == notes && r->exact == exact && !r->ui.event)
		remember(r, memo, str_slice(p, (size_t)(stop - p)), start, depth);
	return stop;
}

static const char *read_time_field(struct reader *r, const char *p, const struct schema_field *f,
				   unsigned depth)
{
	const char *from = p;
	size_t before = reader_offset(r);

	if (reader_is(r, p, '"'))
		return read_time(r, p, f);
	if (!reader_is(r, p, '{'))
		return transcode_odd_time(r, p, f);
	p = read_object(r, p, f, depth);
	if (p && !time_ok(r, f, before))
		return reader_fail(r, from, "a time out of range");
	return p;
}

/*
 * Whether a payload's bytes are what base64 was meant to say. Its encoding stands first and
 * nearly always alone: binary ones are taken as they are, and of JSON the first and the last
 * byte of the data tell; the rest is looked at closely.
 */
static inline bool payload_fine(const struct reader *r, size_t start)
{
	static const char HEAD[] = "\x0a\x08" "encoding" "\x12";
	const char *p = r->out->p + start;
	size_t n = reader_offset(r) - start, at = 2 + sizeof(HEAD) - 1;
	size_t data = n < 32 ? 0 : 2 + (size_t)(unsigned char)p[1];

	/* Behind the entry the tag of the data, and no other entry. */
	if (data < 20 || data + 4 > n || memcmp(p + 2, HEAD, sizeof(HEAD) - 1) != 0 ||
	    p[data] != (2 << 3 | WIRE_BYTES))
		return transcode_payload_fine(str_slice(p, n));
	if (memcmp(p + at + 1, "binary/", 7) == 0)
		return true;
	if (memcmp(p + at + 1, "json/", 5) != 0)
		return transcode_payload_fine(str_slice(p, n));
	for (data++; data + 2 < n && p[data] & 0x80;)
		data++;
	if (json_ends(p + data + 1, n - data - 1))
		return true;
	return transcode_payload_fine(str_slice(p, n));
}

/* Whether an object at P begins as a payload does. */
static inline bool payload_begins(const struct reader *r, const char *p)
{
	static const char *const NAMES[] = {"\"data\"", "}", "\"externalPayloads\"",
					    "\"external_payloads\""};

	if (!reader_is(r, p, '{'))
		return false;
	p = json_blanks(p + 1, r->end);
	if (r->end - p >= 10 && memcmp(p, "\"metadata\"", 10) == 0)
		return true;
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (str_starts(str_slice(p, (size_t)(r->end - p)), str_of(NAMES[i])))
			return true;
	return false;
}

/* As it is nearly always written. NULL: it is not, or can't be meant so. */
static const char *read_usual_payload(struct reader *r, const char *p,
				      const struct schema_field *f, unsigned depth)
{
	struct memo *memo = r->memory ? memo_of(r->memory, f) : NULL;
	size_t before = reader_offset(r), start;
	const char *stop;
	unsigned had;

	for (unsigned i = 0; memo && i < MEMO_PAIR; i++) {
		stop = recall_payload(r, p, f, &memo[i], depth);
		if (stop) {
			memo_hit(memo);
			return stop;
		}
	}
	put_tag(r, f);
	start = open_message(r, f, &had);
	r->trying = true;
	stop = read_message(r, p, f->message, depth + 1);
	r->trying = false;
	if (!stop || !payload_fine(r, start) || !close_message(r, f, start, had)) {
		r->o = r->out->p + before;
		return NULL;
	}
	if (memo) {
		memo_missed(memo);
		memo[1] = memo[0];
		remember_payload(r, memo, p, stop, f, before, depth);
	}
	return stop;
}

/* First as it is nearly always written; what comes of it is given up where it can't be meant. */
static const char *read_payload(struct reader *r, const char *p, const struct schema_field *f,
				unsigned depth)
{
	const char *stop;

	if (!reader_room(r, 0))
		return NULL;
	if (!r->learned->odd_payloads && payload_begins(r, p)) {
		stop = read_usual_payload(r, p, f, depth);
		if (stop) {
			r->exact++;
			return stop;
		}
	}
	return transcode_odd_payload(r, p, f, !f->repeated
						      ? TRANSCODE_GUESS_SHORTHAND
						      : TRANSCODE_GUESS_DATA_ONLY,
				     depth);
}

static const char *read_submessage(struct reader *r, const char *p, const struct schema_field *f,
				   unsigned depth)
{
	if (f->message->role == SCHEMA_PAYLOAD)
		return read_payload(r, p, f, depth);
	if (f->message->wellknown != SCHEMA_ORDINARY)
		return read_time_field(r, p, f, depth);
	if (f->message->role == SCHEMA_PAYLOADS && reader_is(r, p, '['))
		return transcode_payload_list(r, p, f, depth);
	return read_object(r, p, f, depth);
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
		if (!reader_room(r, 0))
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
	if (reader_is(r, p, close))
		return p;
	if (!reader_is(r, p, ','))
		return reader_fail(r, p, "',' or '%c' is expected", close);
	p = json_blanks(p + 1, r->end);
	if (reader_is(r, p, close))
		return reader_fail(r, p, "a value is expected");
	return p;
}

/*
 * From behind a value to the next member's name where both are on lines of their own, as
 * indented text has them. NULL: find out.
 */
static inline const char *hop(const struct reader *r, const char *p)
{
#ifdef __SSE2__
	const __m128i blank = _mm_set1_epi8(' ');

	if (r->end - p < 50 || p[0] != ',' || p[1] != '\n')
		return NULL;
	p += 2;
	for (unsigned i = 0; i < 3; i++, p += 16) {
		unsigned other = 0xffff ^ (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(
						  _mm_loadu_si128((const __m128i *)p), blank));

		if (other) {
			p += __builtin_ctz(other);
			return *p == '"' ? p : NULL;
		}
	}
#endif
	return NULL;
}

/* Blanks of which there is one, as behind a colon. */
static inline const char *one_blank(const char *p, const char *end)
{
	return end - p > 1 && p[0] == ' ' && (unsigned char)p[1] > ' ' ? p + 1
								     : json_blanks(p, end);
}

static const char *read_list(struct reader *r, const char *p, const struct schema_field *f,
			     unsigned depth)
{
	bool packed = f->wire_type != WIRE_BYTES;
	size_t start = 0, before = reader_offset(r);
	const char *from = p;
	uint64_t value;

	if (!reader_is(r, p, '['))
		return reader_fail(r, p, "a list is expected");
	p = json_blanks(p + 1, r->end);
	if (reader_is(r, p, ']'))
		return p + 1;
	if (packed) {
		if (!reader_room(r, 0))
			return NULL;
		put_tag(r, f);
		start = open_length(r, f);
		r->list = from;
	}
	for (r->path->index = 0; p && !reader_is(r, p, ']'); r->path->index++) {
		if (packed) {
			p = read_number(r, p, f, &value);
			if (!p || !reader_room(r, 0))
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
	BUG_IF(reader_offset(r) <= before);
	r->path->index = -1;
	if (packed && r->kept_list == from) /* it is in a carrier, whole */
		r->o = r->out->p + before;
	return p + 1;
}

/* One entry, "key": value; a null value leaves nothing. */
static const char *read_entry(struct reader *r, const char *p, const struct schema_field *f,
			      unsigned depth)
{
	const struct schema_field *value = &f->message->fields[1];
	size_t before = reader_offset(r), start;
	struct str key;
	unsigned had;

	p = string_at(r, p, &key);
	if (!p || !reader_room(r, key.n + 16))
		return NULL;
	put_tag(r, f);
	start = open_message(r, f, &had);
	put_tag(r, &f->message->fields[0]);
	r->o = put_varint(r->o, key.n);
	memcpy(r->o, key.p, key.n);
	r->o += key.n;
	r->path->key = key.p == r->scratch.p ? STR("?") : key;
	p = json_blanks(p, r->end);
	if (!reader_is(r, p, ':'))
		return reader_fail(r, p, "':' is expected");
	p = json_blanks(p + 1, r->end);
	if (reader_is_null(r, p) && !(value->message && value->message->role == SCHEMA_PAYLOAD)) {
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
	size_t begin = reader_offset(r), before = begin;
	bool sorted = true;

	if (!reader_is(r, p, '{'))
		return reader_fail(r, p, "an object is expected");
	p = json_blanks(p + 1, r->end);
	while (p && !reader_is(r, p, '}')) {
		size_t at = reader_offset(r);

		p = read_entry(r, p, f, depth);
		if (!p)
			return NULL;
		if (at != begin && reader_offset(r) != at) {
			sorted &= str_cmp(entry_key(r, f, before, at),
					  entry_key(r, f, at, reader_offset(r))) < 0;
		}
		if (reader_offset(r) != at)
			before = at;
		p = next_item(r, p, '}');
	}
	r->path->key = STR_NONE;
	if (!p)
		return NULL;
	if (!sorted && !transcode_sort_entries(r->out->p + begin, reader_offset(r) - begin, r->arena))
		return reader_fail(r, p, "a key is given twice");
	return p + 1;
}

/* NULL where the guess is wrong; else behind the colon. */
static inline const char *guess(struct reader *r, const char *p, const struct members *seen,
				const struct schema_field **ret)
{
	uint16_t id = seen->before ? seen->before->id : seen->m->id;
	size_t index = r->learned->next[id];
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

	if (!reader_is(r, p, '"'))
		return reader_fail(r, p, "a member's name is expected");
	p = string_at(r, p, ret_name);
	if (!p)
		return NULL;
	*ret = schema_field_by_name(seen->m, *ret_name);
	if (*ret)
		r->learned->next[id] = (uint16_t)(*ret - seen->m->fields + 1);
	p = json_blanks(p, r->end);
	if (!reader_is(r, p, ':'))
		return reader_fail(r, p, "':' is expected");
	return p + 1;
}

/* Keeps account of order and of what may be there only once. */
static inline bool check_member(struct reader *r, const char *p, struct members *seen,
				const struct schema_field *f)
{
	size_t index = (size_t)(f - seen->m->fields);

	if (seen->given[index / 64] >> index % 64 & 1) {
		reader_fail(r, p, "given twice");
		return false;
	}
	seen->given[index / 64] |= (uint64_t)1 << index % 64;
	seen->sorted &= f->number > seen->last;
	seen->last = f->number;
	if (f->oneof >= 0) {
		if (seen->oneofs >> f->oneof & 1) {
			reader_fail(r, p, "only one of its kind can be given");
			return false;
		}
		seen->oneofs |= (uint64_t)1 << f->oneof;
	}
	return true;
}

const char *transcode_read_object(struct reader *r, const char *p, const struct schema_field *f,
				  unsigned depth)
{
	return read_object(r, p, f, depth);
}

/* A member's value, FROM where the member begins. */
static inline const char *read_field(struct reader *r, const char *from, const char *p,
				     struct members *seen, const struct schema_field *f,
				     unsigned depth)
{
	seen->before = f;
	if (reader_is_null(r, p))
		return p + 4;
	if (!check_member(r, from, seen, f))
		return NULL;
	if (f->map)
		return read_map(r, p, f, depth);
	if (f->repeated)
		return read_list(r, p, f, depth);
	return read_value(r, p, f, f->oneof >= 0, depth);
}

const char *transcode_read_field(struct reader *r, const char *p, struct members *seen,
				 const struct schema_field *f, unsigned depth)
{
	r->path->field = f;
	return read_field(r, p, p, seen, f, depth);
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
	p = one_blank(p, r->end);
	if (!f)
		return transcode_odd_member(r, p, seen, name, depth);
	return read_field(r, from, p, seen, f, depth);
}

static const char *read_members(struct reader *r, const char *p, struct members *seen,
				unsigned depth)
{
	while (p && !reader_is(r, p, '}')) {
		const char *next;

		do {
			p = read_member(r, p, seen, depth);
			if (!p)
				return NULL;
			next = hop(r, p);
			p = next ? next : p;
		} while (next);
		r->path->field = NULL;
		p = next_item(r, p, '}');
	}
	return p;
}

static const char *read_message(struct reader *r, const char *p, const struct schema_message *m,
				unsigned depth)
{
	struct transcode_path here = {
		.up = r->path,
		.index = -1,
		.at = str_slice(p, (size_t)(r->end - p)),
	};
	struct members seen = {.m = m, .sorted = true};
	size_t start = reader_offset(r), kept = r->kept.n;

	if (!reader_is(r, p, '{'))
		return reader_fail(r, p, "an object is expected");
	if (depth > LIMIT_DEPTH)
		return reader_fail(r, p, "nested deeper than %d", LIMIT_DEPTH);
	r->path = &here;
	p = read_members(r, json_blanks(p + 1, r->end), &seen, depth);
	if (p && r->ui.event == here.at.p)
		p = transcode_finish_event(r, p, &seen, start, depth);
	r->path = here.up;
	if (!p)
		return NULL;
	if (r->kept.n != kept)
		return transcode_put_kept(r, kept, start, seen.sorted) ? p + 1 : NULL;
	if (!seen.sorted)
		transcode_sort_fields(r->out->p + start, reader_offset(r) - start, r->arena);
	return p + 1;
}

struct transcode_memo *transcode_memo_new(struct arena *a)
{
	return arena_new(a, struct transcode_memo);
}

bool transcode_json_to_wire(const struct schema_message *m, struct str text, size_t *at,
			    const struct transcode_options *options, struct arena *a,
			    struct buf *out, struct err *err)
{
	static const struct transcode_options NONE = {0};
	struct transcode_memory nothing;
	struct reader r = {
		.text = text,
		.end = text.p + text.n,
		.out = out,
		.arena = a,
		.options = options ? options : &NONE,
		.root = m,
		.err = err,
	};
	size_t start = out->n;
	const char *p = NULL;

	r.learned = r.options->memory;
	if (!r.learned) {
		memset(&nothing, 0, sizeof(nothing));
		r.learned = &nothing;
	}
	if (!r.learned->memo && str_is(m->name, "temporal.api.history.v1.History"))
		r.memory = transcode_memo_new(a);
	else
		r.memory = r.learned->memo;
	if (buf_room(out, READER_SLACK)) {
		reader_take_room(&r);
		p = read_message(&r, json_blanks(text.p + *at, r.end), m, 1);
	} else {
		buf_ok(out, err);
	}
	buf_done(&r.scratch);
	buf_done(&r.kept);
	buf_done(&r.odd);
	out->n = p ? reader_offset(&r) : start;
	if (out->p)
		out->p[out->n] = '\0';
	if (!p)
		return false;
	if (r.options->loss)
		r.options->loss->exact_payloads += r.exact;
	*at = (size_t)(p - text.p);
	return true;
}
