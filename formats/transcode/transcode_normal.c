/* SPDX-License-Identifier: MIT */
/* transcode_normal.c: protobuf's rules for fields in any order, applied once. */
#include "formats/transcode/transcode_normal.h"

#include "formats/base/vec.h"
#include "formats/wire/wire_step.h"

#include <stdlib.h>

/* Whether a second value of NUMBER right behind the first is fine. */
static bool may_repeat(const struct schema_message *m, uint32_t number)
{
	const struct schema_field *f = schema_field_by_number(m, number);

	return !f || f->repeated;
}

/*
 * From here on a message is too large to be in the cache, and its fields are hops that the
 * processor can't foresee: what is AHEAD is fetched line by line.
 */
#define LARGE ((size_t)64 * 1024)
#define AHEAD 2048
#define LINE 64

enum transcode_order transcode_order(const struct schema_message *m, struct str bytes)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	const char *fetched = bytes.n < LARGE ? end : p;
	bool mixed = false;
	uint32_t last = 0;
	uint64_t oneofs = 0;
	struct wire_step s;

	while (p < end) {
		for (; fetched < end && fetched < p + AHEAD; fetched += LINE)
			__builtin_prefetch(fetched);
		p = wire_step(p, end, &s);
		if (!p)
			return TRANSCODE_BROKEN;
		if (fetched < p)
			fetched = p;
		if (s.number <= last && (s.number < last || !may_repeat(m, last)))
			mixed = true;
		last = s.number;
		if (m->has_oneofs) {
			const struct schema_field *f = schema_field_by_number(m, s.number);

			if (f && f->oneof >= 0) {
				mixed |= oneofs >> f->oneof & 1;
				oneofs |= (uint64_t)1 << f->oneof;
			}
		}
	}
	return mixed ? TRANSCODE_MIXED : TRANSCODE_ORDERED;
}

struct piece {
	const struct schema_field *field; /* NULL: unknown, or of another wire type */
	uint32_t number;
	struct str whole;
	struct str bytes;
	bool dropped;
};

struct pieces {
	VEC_OF(struct piece) all;
};

/* Stable: the addresses tell what came first. What is unknown stands behind what is known. */
static int by_number(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (!x->field != !y->field)
		return x->field ? -1 : 1;
	return x->whole.p < y->whole.p ? -1 : 1;
}

static void take_apart(const struct schema_message *m, struct str bytes, struct pieces *pieces)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n, *from;
	struct wire_step s = {0};

	for (from = p; p < end; from = p) {
		const struct schema_field *f;

		p = wire_step(p, end, &s);
		BUG_IF(!p);
		f = schema_field_by_number(m, s.number);
		if (f && !f->repeated && f->wire_type != s.type)
			f = NULL;
		vec_push(&pieces->all, (struct piece){.field = f,
						      .number = s.number,
						      .whole = str_slice(from, (size_t)(p - from)),
						      .bytes = s.bytes});
	}
}

/* Of each oneof only the member that came last stays (all its parts, if a message). */
static void settle_oneofs(struct pieces *pieces)
{
	uint32_t winner[64] = {0};

	for (size_t i = pieces->all.n; i-- > 0;) {
		struct piece *piece = &pieces->all.at[i];

		if (!piece->field || piece->field->oneof < 0)
			continue;
		if (!winner[piece->field->oneof])
			winner[piece->field->oneof] = piece->number;
		piece->dropped = winner[piece->field->oneof] != piece->number;
	}
}

/* Writes the parts of one field from FIRST to LAST, as one where it is singular. */
static void put_parts(struct buf *out, const struct piece *first, const struct piece *last)
{
	const struct schema_field *f = first->field;
	struct buf joined = {0};

	if (!f || f->repeated) {
		for (; first <= last; first++)
			buf_add(out, first->whole);
		return;
	}
	if (f->kind != SCHEMA_MESSAGE) {
		buf_add(out, last->whole);
		return;
	}
	for (; first <= last; first++)
		buf_add(&joined, first->bytes);
	wire_put_bytes(out, f->number, buf_str(&joined));
	buf_done(&joined);
}

struct str transcode_normal(const struct schema_message *m, struct str bytes, struct arena *a)
{
	struct pieces pieces = {0};
	struct buf out = {0};
	struct str copy;

	take_apart(m, bytes, &pieces);
	settle_oneofs(&pieces);
	qsort(pieces.all.at, pieces.all.n, sizeof(*pieces.all.at), by_number);
	for (size_t i = 0, k; i < pieces.all.n; i = k) {
		const struct piece *piece = &pieces.all.at[i];

		k = i + 1;
		if (piece->dropped)
			continue;
		while (k < pieces.all.n && pieces.all.at[k].number == piece->number &&
		       pieces.all.at[k].field == piece->field && !pieces.all.at[k].dropped)
			k++;
		put_parts(&out, piece, &pieces.all.at[k - 1]);
	}
	copy = arena_str(a, buf_str(&out));
	buf_done(&out);
	vec_done(&pieces.all);
	return copy;
}
