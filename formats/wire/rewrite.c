/* SPDX-License-Identifier: MIT */
/* rewrite.c: one recursion that copies, and makes the lengths around a change anew. */
#include "formats/wire/rewrite.h"

#include "formats/base/limits.h"

struct rewriting {
	const struct rewrite *r;
	struct rewrite_value new;
	struct err *err;
};

static bool write_message(struct rewriting *w, const struct schema_message *m, struct str bytes,
			  const struct rewrite_field *up, unsigned depth, struct buf *out);

static bool broken(struct rewriting *w, const struct schema_message *m)
{
	return err_set(w->err, ERR_SYNTAX, "a %.*s that is not whole", STR_ARG(m->name));
}

/* The schema's field, where the wire type is one that it can have. */
static const struct schema_field *known_field(const struct schema_message *m,
					      const struct wire_step *s)
{
	const struct schema_field *f = schema_field_by_number(m, s->number);

	if (!f || f->wire_type == s->type || (f->repeated && s->type == WIRE_BYTES))
		return f;
	return NULL;
}

static struct str entry_key(struct str entry)
{
	struct str key = wire_bytes_at(entry, 1);

	return key.p ? key : STR("");
}

static void put_value(const struct rewriting *w, const struct wire_step *s, struct buf *out)
{
	unsigned n = s->type == WIRE_FIXED64 ? 8 : 4;

	if (s->type == WIRE_BYTES) {
		wire_put_bytes(out, s->number, buf_str(&w->new.bytes));
		return;
	}
	wire_put_tag(out, s->number, (enum wire_type)s->type);
	if (s->type == WIRE_VARINT) {
		wire_put_varint(out, w->new.number);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		buf_add_char(out, (char)(w->new.number >> (8 * i)));
}

static bool enter(struct rewriting *w, const struct rewrite_field *at, struct str whole,
		  unsigned depth, struct buf *out)
{
	struct buf content;
	bool ok;

	if (!at->field || at->field->kind != SCHEMA_MESSAGE) {
		buf_add(out, whole);
		return true;
	}
	buf_init(&content, 0);
	ok = write_message(w, at->field->message, at->value.bytes, at, depth + 1, &content);
	if (ok && str_eq(buf_str(&content), at->value.bytes))
		buf_add(out, whole);
	else if (ok)
		wire_put_bytes(out, at->value.number, buf_str(&content));
	ok = ok && buf_ok(&content, w->err);
	buf_done(&content);
	return ok;
}

/* WHOLE is the field with its tag. */
static bool write_field(struct rewriting *w, const struct rewrite_field *at, struct str whole,
			unsigned depth, struct buf *out)
{
	buf_clear(&w->new.bytes);
	w->new.number = 0;
	switch (w->r->visit(w->r->data, at, &w->new, w->err)) {
	case REWRITE_KEEP:
		buf_add(out, whole);
		return true;
	case REWRITE_ENTER:
		return enter(w, at, whole, depth, out);
	case REWRITE_REPLACE:
		put_value(w, &at->value, out);
		return buf_ok(&w->new.bytes, w->err);
	case REWRITE_DROP:
		return true;
	case REWRITE_FAIL:
		break;
	}
	return false;
}

static bool write_message(struct rewriting *w, const struct schema_message *m, struct str bytes,
			  const struct rewrite_field *up, unsigned depth, struct buf *out)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n, *from;
	struct rewrite_field at = {.up = up, .message = m};
	uint32_t before = 0;

	if (depth > LIMIT_DEPTH)
		return err_set(w->err, ERR_LIMIT, "more than %d nested messages", LIMIT_DEPTH);
	for (from = p; p < end; from = p) {
		p = wire_step(p, end, &at.value);
		if (!p)
			return broken(w, m);
		at.field = known_field(m, &at.value);
		at.index = at.value.number == before ? at.index + 1 : 0;
		at.key = at.field && at.field->map ? entry_key(at.value.bytes) : STR_NONE;
		before = at.value.number;
		if (!write_field(w, &at, str_slice(from, (size_t)(p - from)), depth, out))
			return false;
	}
	return true;
}

bool rewrite_message(const struct rewrite *r, const struct schema_message *m, struct str bytes,
		     struct buf *out, struct err *err)
{
	struct rewriting w = {.r = r, .err = err};
	size_t start = out->n;
	bool ok;

	buf_init(&w.new.bytes, 0);
	ok = write_message(&w, m, bytes, NULL, 1, out) && buf_ok(out, err);
	buf_done(&w.new.bytes);
	if (!ok)
		out->n = start;
	return ok;
}

bool rewrite_events(const struct rewrite *r, const struct schema_message *event,
		    struct str bytes, struct buf *out, struct err *err)
{
	struct wire walk = wire_of(bytes);
	size_t start = out->n;
	struct wire_field f;
	struct buf one;
	bool ok = true;

	buf_init(&one, 0);
	while (ok && wire_next(&walk, &f)) {
		if (f.number != 1 || f.type != WIRE_BYTES) {
			buf_add(out, f.whole);
			continue;
		}
		buf_clear(&one);
		ok = rewrite_message(r, event, f.bytes, &one, err);
		if (ok && str_eq(buf_str(&one), f.bytes))
			buf_add(out, f.whole);
		else if (ok)
			wire_put_bytes(out, 1, buf_str(&one));
		else if (err)
			err->event_id = (int64_t)wire_value_at(f.bytes, 1, 0);
	}
	if (ok && walk.broken)
		ok = err_set(err, ERR_SYNTAX, "not whole: the bytes stop making sense at %zu",
			     walk.at);
	ok = ok && buf_ok(out, err);
	buf_done(&one);
	if (!ok)
		out->n = start;
	return ok;
}

void rewrite_path(const struct rewrite_field *at, struct buf *out)
{
	bool in_map = at->up && at->up->field->map;

	if (at->up)
		rewrite_path(at->up, out);
	/* A map's value is what stands under the key; the entry around it has no name. */
	if (in_map)
		return;
	if (at->up)
		buf_add_char(out, '.');
	if (at->field)
		buf_add(out, at->field->json_name);
	else
		buf_printf(out, "#%u", (unsigned)at->value.number);
	if (at->key.p)
		buf_printf(out, "[%.*s]", STR_ARG(str_take(at->key, LIMIT_SHOWN_NAME_BYTES)));
	else if (at->field && at->field->repeated)
		buf_printf(out, "[%zu]", at->index);
}
