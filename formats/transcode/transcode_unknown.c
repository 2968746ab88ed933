/* SPDX-License-Identifier: MIT */
/* transcode_unknown.c: wire fields without a name, as JSON. */
#include "formats/transcode/transcode_keep.h"
#include "formats/transcode/transcode_member.h"
#include "formats/transcode/transcode_writer.h"

#include "formats/base/base64.h"
#include "formats/base/vec.h"
#include "formats/wire/wire.h"

#include <inttypes.h>
#include <stdlib.h>

/* One field without a name. */
struct unknown {
	struct wire_field field;
	struct str key; /* of a carrier; p NULL: it is none */
	struct str quoted, value;
	bool taken; /* its key stands before it already */
};

struct unknowns {
	VEC_OF(struct unknown) all;
	size_t carriers;
};

static void find_all(struct writer *w, const struct schema_message *m, struct str bytes,
		     unsigned depth, struct unknowns *ret)
{
	struct wire walk = wire_of(bytes);
	struct buf scratch = {0};
	struct wire_field f;

	while (wire_next(&walk, &f)) {
		struct unknown u = {.field = f};
		struct carrier carrier;

		if (transcode_is_known(m, f.number, f.type))
			continue;
		if (f.number == TRANSCODE_CARRIER && f.type == WIRE_BYTES &&
		    transcode_carrier(m, bytes, f.bytes, depth, &scratch, &carrier)) {
			/* Both names of an event's attributes mean the same. */
			bool details = m->role == SCHEMA_EVENT && str_is(carrier.key, "details");

			u.key = details ? STR("attributes") : arena_str(w->arena, carrier.key);
			u.quoted = carrier.quoted;
			u.value = carrier.value;
			ret->carriers++;
		}
		vec_push(&ret->all, u);
	}
	buf_done(&scratch);
}

static int by_key(const void *a, const void *b)
{
	const struct unknown *x = *(struct unknown *const *)a, *y = *(struct unknown *const *)b;
	int order = str_cmp(x->key, y->key);

	return order ? order : x < y ? -1 : 1;
}

/* Of carriers with one key only the first is a member. */
static void settle_keys(struct unknowns *unknowns)
{
	VEC_OF(struct unknown *) carriers = {0};

	for (size_t i = 0; i < unknowns->all.n; i++)
		if (unknowns->all.at[i].key.p)
			vec_push(&carriers, &unknowns->all.at[i]);
	qsort(carriers.at, carriers.n, sizeof(*carriers.at), by_key);
	for (size_t i = 1; i < carriers.n; i++)
		carriers.at[i]->taken = str_eq(carriers.at[i]->key, carriers.at[i - 1]->key);
	vec_done(&carriers);
}

static bool put_text(struct writer *w, struct str text)
{
	if (!writer_room(w, text.n))
		return false;
	put(w, text.p, text.n);
	return true;
}

static bool begin_member(struct writer *w, struct str quoted, bool *first, unsigned level)
{
	if (!writer_room(w, LINE_MAX_BYTES(level) + quoted.n))
		return false;
	if (!*first)
		*w->o++ = ',';
	*first = false;
	put_line(w, level);
	put(w, quoted.p, quoted.n);
	*w->o++ = ':';
	if (w->indent)
		*w->o++ = ' ';
	return true;
}

static bool write_carrier(struct writer *w, const struct unknown *u, bool *first, unsigned level)
{
	struct buf text = {0};
	bool ok;

	if (w->indent)
		transcode_put_indented(&text, u->value, level);
	else
		transcode_put_compact(&text, u->value);
	ok = buf_ok(&text, w->err) && begin_member(w, u->quoted, first, level) &&
	     put_text(w, buf_str(&text));
	buf_done(&text);
	return ok;
}

/* The value as it stands on the wire, without tags and length. */
static struct str raw_of(const struct wire_field *f)
{
	uint64_t tag;
	size_t at = 0;

	if (f->type == WIRE_BYTES || f->type == WIRE_GROUP)
		return f->bytes;
	BUG_IF(!wire_varint(f->whole, &at, &tag));
	return str_skip(f->whole, at);
}

static int by_field(const struct unknown *a, const struct unknown *b)
{
	const struct wire_field *x = &a->field, *y = &b->field;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->type < y->type ? -1 : x->type > y->type;
}

static bool same_kind(const struct wire_field *a, const struct wire_field *b)
{
	return a->number == b->number && a->type == b->type;
}

/*
 * Whether fields come in the order that a reader of JSON brings them in: by number, those
 * that have a name first, the others by their type.
 */
static bool is_sorted(const struct schema_message *m, struct str bytes)
{
	struct wire walk = wire_of(bytes);
	struct wire_field f, last = {0};
	bool known = true, was_known = true;

	for (; wire_next(&walk, &f); last = f, was_known = known) {
		known = transcode_is_known(m, f.number, f.type);
		if (f.number < last.number)
			return false;
		if (f.number == last.number && !was_known && (known || f.type < last.type))
			return false;
	}
	return true;
}

static void put_base64(struct buf *out, struct str bytes)
{
	char *to;

	buf_add_char(out, '"');
	to = buf_room(out, BASE64_ENCODED(bytes.n));
	if (to) {
		base64_encode(bytes, to);
		out->n += BASE64_ENCODED(bytes.n);
	}
	buf_add_char(out, '"');
}

/* The same of those behind all that was written of the message. */
static bool is_sorted_behind(const struct unknowns *rest, uint32_t last)
{
	const struct unknown *at = rest->all.at;

	for (size_t i = 1; i < rest->all.n; i++)
		if (by_field(&at[i - 1], &at[i]) > 0)
			return false;
	return !rest->all.n || at[0].field.number >= last;
}

/* "98:0":["AQ==","Ag=="] for N fields of one kind. */
static void put_kind(struct buf *text, const struct unknown *at, size_t n)
{
	buf_printf(text, "\"%" PRIu32 ":%d\":%s", at->field.number, (int)at->field.type,
		   n > 1 ? "[" : "");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(text, ',');
		put_base64(text, raw_of(&at[i].field));
	}
	if (n > 1)
		buf_add_char(text, ']');
}

/*
 * {"98:0":["AQ==","Ag=="],"99:2":"aGk="}, or where that would bring them into another order,
 * [{"99:2":"aGk="},{"98:0":["AQ==","Ag=="]}].
 */
static bool write_raw(struct writer *w, const struct unknowns *rest, bool sorted, bool *first,
		      unsigned level)
{
	const char *between = sorted ? "," : "},{";
	const struct unknown *at = rest->all.at;
	struct unknown member = {.quoted = STR("\"" MEMBER_RAW_NAME "\"")};
	struct buf text = {0};
	bool ok;

	buf_puts(&text, sorted ? "{" : "[{");
	for (size_t i = 0, k; i < rest->all.n; i = k) {
		for (k = i + 1; k < rest->all.n && same_kind(&at[k].field, &at[i].field);)
			k++;
		buf_puts(&text, i ? between : "");
		put_kind(&text, &at[i], k - i);
	}
	buf_puts(&text, sorted ? "}" : "}]");
	member.value = buf_str(&text);
	ok = buf_ok(&text, w->err) && write_carrier(w, &member, first, level);
	buf_done(&text);
	return ok;
}

bool transcode_write_unknown(struct writer *w, const struct schema_message *m, struct str bytes,
			     bool *first, unsigned level, unsigned depth)
{
	struct arena_mark mark = arena_mark(w->arena);
	struct unknowns unknowns = {0}, rest = {0};
	uint32_t last;
	bool ok = true;

	w->path->field = NULL;
	find_all(w, m, bytes, depth, &unknowns);
	last = unknowns.carriers ? TRANSCODE_CARRIER : w->last;
	if (unknowns.carriers > 1)
		settle_keys(&unknowns);
	for (size_t i = 0; ok && i < unknowns.all.n; i++) {
		const struct unknown *u = &unknowns.all.at[i];

		if (u->key.p && !u->taken)
			ok = write_carrier(w, u, first, level);
		else if (w->options->keep_unknown)
			vec_push(&rest.all, *u);
		else
			writer_lost(w, u->field.number);
	}
	if (ok && rest.all.n)
		ok = write_raw(w, &rest, is_sorted(m, bytes) || is_sorted_behind(&rest, last), first,
			       level);
	vec_done(&unknowns.all);
	vec_done(&rest.all);
	arena_rewind(w->arena, mark);
	return ok;
}
