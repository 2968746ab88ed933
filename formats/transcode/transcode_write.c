/* SPDX-License-Identifier: MIT */
/* transcode_write.c: wire bytes to canonical JSON. */
#include "formats/transcode/transcode_normal.h"
#include "formats/transcode/transcode_put.h"

#include <stdlib.h>

/*
 * A message is looked over before it is written (transcode_normal.h): nearly all are in
 * canonical order already and are written as they stand; the rest are put in order first.
 * So nothing written is ever taken back, however a hostile file nests its disorder.
 */

/* What may be copied to put a hostile file in order; real histories need nothing. */
#define NORMALISED_MAX ((size_t)256 * 1024 * 1024)

static bool write_message(struct writer *w, const struct schema_message *m, struct str bytes,
			  unsigned level, unsigned depth);

static inline bool write_value(struct writer *w, const struct schema_field *f,
			       const struct wire_step *s, unsigned level, unsigned depth)
{
	switch (f->kind) {
	case SCHEMA_STRING:
		return write_string(w, s->bytes);
	case SCHEMA_BYTES:
		return write_bytes(w, s->bytes);
	case SCHEMA_MESSAGE:
		if (f->message->wellknown != SCHEMA_ORDINARY)
			return write_time(w, f->message, s->bytes);
		return write_message(w, f->message, s->bytes, level, depth + 1);
	default:
		return write_number(w, f, s->value);
	}
}

/* Item separators of lists: LEVEL is the items' own. */
static inline bool begin_item(struct writer *w, bool *first, unsigned level)
{
	if (!writer_room(w, LINE_MAX_BYTES(level)))
		return false;
	if (!*first)
		*w->o++ = ',';
	*first = false;
	put_line(w, level);
	return true;
}

static bool end_items(struct writer *w, char close, unsigned level)
{
	if (!writer_room(w, LINE_MAX_BYTES(level)))
		return false;
	put_line(w, level);
	*w->o++ = close;
	return true;
}

static bool write_packed(struct writer *w, const struct schema_field *f, struct str bytes,
			 bool *first, unsigned level)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;

	while (p < end) {
		uint64_t value;

		p = wire_step_value(p, end, f->wire_type, &value);
		if (!p)
			return writer_fail(w, ERR_SYNTAX, "cut off or no protobuf");
		if (!begin_item(w, first, level) || !write_number(w, f, value))
			return false;
		w->path->index++;
	}
	return true;
}

/* All that follow P with the same number. Returns what is behind them. */
static const char *write_list(struct writer *w, const char *p, const char *end,
			      const struct schema_field *f, bool *first_member, unsigned level,
			      unsigned depth)
{
	bool first = true;
	struct wire_step s;
	const char *next;

	w->path->index = 0;
	for (; p < end; p = next) {
		next = wire_step(p, end, &s);
		if (s.number != f->number)
			break;
		if (s.type != f->wire_type && !(s.type == WIRE_BYTES && f->wire_type != WIRE_BYTES)) {
			w->unknown = true;
			continue;
		}
		if (s.type != f->wire_type && !s.bytes.n)
			continue;
		if (first) {
			if (!put_name(w, f, first_member, level + 1))
				return NULL;
			*w->o++ = '[';
		}
		if (s.type != f->wire_type) {
			if (!write_packed(w, f, s.bytes, &first, level + 2))
				return NULL;
			continue;
		}
		if (!begin_item(w, &first, level + 2) ||
		    !write_value(w, f, &s, level + 2, depth))
			return NULL;
		w->path->index++;
	}
	if (!first && !end_items(w, ']', level + 1))
		return NULL;
	w->path->index = -1;
	return p;
}

struct entry {
	struct str key;
	struct wire_step value; /* number 0: absent, so the default */
};

static bool read_entry(struct writer *w, const struct schema_field *f, struct str bytes,
		       struct entry *ret)
{
	const struct schema_field *value = &f->message->fields[1];
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	struct wire_step s;

	*ret = (struct entry){.key = STR(""), .value.bytes = STR("")};
	while (p < end) {
		p = wire_step(p, end, &s);
		if (!p)
			return writer_fail(w, ERR_SYNTAX, "cut off or no protobuf");
		if (s.number == 1 && s.type == WIRE_BYTES)
			ret->key = s.bytes;
		else if (s.number == 2 && s.type == value->wire_type)
			ret->value = s;
		else
			writer_lost(w, s.number);
	}
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = str_cmp(x->key, y->key);

	/* Equal keys: the last one counts, so the later one stands first. */
	return order ? order : x->value.bytes.p > y->value.bytes.p ? -1 : 1;
}

static bool write_entries(struct writer *w, const struct schema_field *f, struct entry *entries,
			  size_t n, unsigned level, unsigned depth)
{
	bool first = true;

	if (n > 1)
		qsort(entries, n, sizeof(*entries), by_key);
	*w->o++ = '{';
	for (size_t i = 0; i < n; i++) {
		if (i && str_eq(entries[i].key, entries[i - 1].key))
			continue;
		if (!begin_item(w, &first, level + 2) || !write_string(w, entries[i].key))
			return false;
		*w->o++ = ':';
		if (w->indent)
			*w->o++ = ' ';
		w->path->key = entries[i].key;
		if (!write_value(w, &f->message->fields[1], &entries[i].value, level + 2, depth))
			return false;
	}
	w->path->key = STR_NONE;
	return end_items(w, '}', level + 1);
}

static const char *write_map(struct writer *w, const char *p, const char *end,
			     const struct schema_field *f, bool *first_member, unsigned level,
			     unsigned depth)
{
	struct arena_mark mark = arena_mark(w->arena);
	struct entry few[8], *entries = few;
	const char *at = p;
	struct wire_step s = {0};
	size_t n = 0, k = 0;
	bool ok = true;

	for (; at < end; n++) {
		const char *next = wire_step(at, end, &s);

		if (s.number != f->number)
			break;
		at = next;
	}
	if (n > sizeof(few) / sizeof(few[0]))
		entries = arena_array(w->arena, struct entry, n);
	for (; p < at && ok;) {
		p = wire_step(p, end, &s);
		if (s.type == WIRE_BYTES)
			ok = read_entry(w, f, s.bytes, &entries[k++]);
		else
			w->unknown = true;
	}
	ok = ok && (!k || (put_name(w, f, first_member, level + 1) &&
			   write_entries(w, f, entries, k, level, depth)));
	if (entries != few)
		arena_rewind(w->arena, mark);
	return ok ? at : NULL;
}

static inline bool is_default(const struct wire_step *s)
{
	return s->type == WIRE_BYTES ? s->bytes.n == 0 : s->value == 0;
}

/* The members of a message that is in order. Its bytes were walked once already. */
static bool write_members(struct writer *w, const struct schema_message *m, struct str bytes,
			  bool *first, unsigned level, unsigned depth)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n, *next;
	struct wire_step s;

	for (; p < end; p = next) {
		const struct schema_field *f;

		next = wire_step(p, end, &s);
		f = schema_field_by_number(m, s.number);
		w->path->field = f;
		if (f && f->repeated) {
			next = f->map ? write_map(w, p, end, f, first, level, depth)
				      : write_list(w, p, end, f, first, level, depth);
			if (!next)
				return false;
			continue;
		}
		if (!f || f->wire_type != s.type) {
			w->unknown = true;
			continue;
		}
		if (f->kind != SCHEMA_MESSAGE && f->oneof < 0 && is_default(&s))
			continue;
		if (!put_name(w, f, first, level + 1) ||
		    !write_value(w, f, &s, level + 1, depth))
			return false;
	}
	return true;
}

static bool write_message(struct writer *w, const struct schema_message *m, struct str bytes,
			  unsigned level, unsigned depth)
{
	struct transcode_path here = {.up = w->path, .index = -1, .at = bytes};
	struct arena_mark mark = arena_mark(w->arena);
	bool first = true, copied = false, outer = w->unknown, ok;
	const struct str as_it_stood = bytes;
	uint32_t outer_last = w->last;

	if (depth > LIMIT_DEPTH)
		return writer_fail(w, ERR_LIMIT, "nested deeper than %d", LIMIT_DEPTH);
	switch (transcode_order(m, bytes)) {
	case TRANSCODE_BROKEN:
		return writer_fail(w, ERR_SYNTAX, "cut off or no protobuf");
	case TRANSCODE_MIXED:
		w->normalised += bytes.n;
		if (w->normalised > NORMALISED_MAX)
			return writer_fail(w, ERR_LIMIT, "too much of it is out of order");
		bytes = transcode_normal(m, bytes, w->arena);
		copied = true;
		break;
	case TRANSCODE_ORDERED:
		break;
	}
	if (!writer_room(w, 0))
		return false;
	*w->o++ = '{';
	w->path = &here;
	w->unknown = false;
	w->last = 0;
	ok = write_members(w, m, bytes, &first, level, depth);
	if (ok && w->unknown)
		ok = transcode_write_unknown(w, m, as_it_stood, &first, level + 1, depth);
	w->unknown = outer;
	w->last = outer_last;
	w->path = here.up;
	if (!ok)
		return false;
	if (copied)
		arena_rewind(w->arena, mark);
	if (!first)
		return end_items(w, '}', level);
	*w->o++ = '}';
	return true;
}

bool transcode_wire_to_json(const struct schema_message *m, struct str bytes,
			    const struct transcode_options *options, struct arena *a,
			    struct buf *out, struct err *err)
{
	static const struct transcode_options NONE = {0};
	struct writer w = {
		.out = out,
		.arena = a,
		.root = m,
		.options = options ? options : &NONE,
		.err = err,
	};
	size_t start = out->n;
	bool ok = false;

	w.indent = w.options->style == TRANSCODE_INDENT;
	if (buf_room(out, WRITER_SLACK)) {
		writer_take_room(&w);
		if (m->wellknown != SCHEMA_ORDINARY)
			ok = write_time(&w, m, bytes);
		else
			ok = write_message(&w, m, bytes, w.options->depth, 1);
	} else {
		buf_ok(out, err);
	}
	out->n = ok ? (size_t)(w.o - out->p) : start;
	if (out->p)
		out->p[out->n] = '\0';
	return ok;
}
