/* SPDX-License-Identifier: MIT */
/* proto_cursor.c: one field after the other of a message that is still arriving. */
#include "formats/read/proto_cursor.h"

#include "formats/base/limits.h"
#include "formats/wire/wire_step.h"

#include <inttypes.h>

struct proto_cursor proto_cursor_of(struct format_reader *r)
{
	return (struct proto_cursor){.r = r, .in = r->in};
}

uint64_t proto_position(const struct proto_cursor *c)
{
	return c->in->offset + c->at;
}

bool proto_want(struct proto_cursor *c, size_t n, struct err *err)
{
	if (c->in->window.n - c->at >= n || c->in->at_end)
		return true;
	input_take(c->in, c->at);
	c->at = 0;
	return input_want(c->in, n, err);
}

bool proto_broken(const struct proto_cursor *c, struct err *err)
{
	size_t n = join_count(c->r->join);

	err_set(err, ERR_SYNTAX, "truncated or damaged after %zu whole event%s, at byte %" PRIu64, n,
		n == 1 ? "" : "s", proto_position(c));
	if (err)
		err->byte = (int64_t)proto_position(c);
	return false;
}

static enum proto_peeked failed(bool ignored)
{
	(void)ignored;
	return PROTO_FAILED;
}

/* Where a group ends is known when its end is there; an event holds no such field of a History. */
static enum proto_peeked peek_group(struct proto_cursor *c, struct proto_header *h, struct err *err)
{
	struct wire_step s = {.number = h->number, .type = WIRE_GROUP};

	for (size_t n = PROTO_HEADER_MAX;; n *= 2) {
		struct str rest;
		const char *stop, *from;

		if (!proto_want(c, n, err))
			return PROTO_FAILED;
		rest = str_skip(c->in->window, c->at);
		from = rest.p + h->bytes;
		stop = wire_step_group(from, rest.p + rest.n, &s);
		if (stop) {
			h->n = (uint64_t)(stop - from);
			return PROTO_FIELD;
		}
		if (c->in->at_end)
			return failed(proto_broken(c, err));
		if (n > LIMIT_HISTORY_FIELDS_BYTES)
			return failed(err_set(err, ERR_LIMIT, "a group of more than %zu bytes",
					      LIMIT_HISTORY_FIELDS_BYTES));
	}
}

enum proto_peeked proto_peek(struct proto_cursor *c, uint64_t end, struct proto_header *h, struct err *err)
{
	struct str s;
	size_t at = 0;
	uint64_t tag;

	if (!proto_want(c, PROTO_HEADER_MAX, err))
		return PROTO_FAILED;
	s = str_skip(c->in->window, c->at);
	if (proto_position(c) == end || (!s.n && end == UINT64_MAX))
		return PROTO_END;
	if (!wire_varint(s, &at, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
		return failed(proto_broken(c, err));
	h->number = (uint32_t)(tag >> 3);
	h->type = (enum wire_type)(tag & 7);
	h->bytes = at;
	switch (h->type) {
	case WIRE_BYTES:
		if (!wire_varint(s, &at, &h->n))
			return failed(proto_broken(c, err));
		h->bytes = at;
		break;
	case WIRE_VARINT:
		if (!wire_varint(s, &at, &tag))
			return failed(proto_broken(c, err));
		h->n = at - h->bytes;
		break;
	case WIRE_FIXED32:
	case WIRE_FIXED64:
		h->n = h->type == WIRE_FIXED32 ? 4 : 8;
		break;
	case WIRE_GROUP:
		if (peek_group(c, h, err) != PROTO_FIELD)
			return PROTO_FAILED;
		break;
	default:
		return failed(proto_broken(c, err));
	}
	if (end != UINT64_MAX && h->n > end - proto_position(c) - h->bytes)
		return failed(proto_broken(c, err));
	return PROTO_FIELD;
}

bool proto_take(struct proto_cursor *c, const struct proto_header *h, struct str *ret, struct err *err)
{
	size_t n;

	if (h->n > LIMIT_JSON_VALUE_BYTES && !c->in->at_end)
		return err_set(err, ERR_LIMIT, "a field of %" PRIu64 " bytes: more than %zu", h->n,
			       LIMIT_JSON_VALUE_BYTES);
	if (h->n > SIZE_MAX / 2)
		return proto_broken(c, err);
	n = h->bytes + (size_t)h->n;
	if (!proto_want(c, n, err))
		return false;
	if (c->in->window.n - c->at < n)
		return proto_broken(c, err);
	*ret = str_slice(c->in->window.p + c->at, n);
	c->at += n;
	return true;
}
