/* SPDX-License-Identifier: MIT */
/* wire.c: varints, tags and lengths; every read is bounded. */
#include "formats/wire/wire_step.h"

#include "formats/base/limits.h"

bool wire_varint(struct str s, size_t *at, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i = *at;

	for (unsigned shift = 0; shift < 64 && i < s.n; shift += 7) {
		uint8_t byte = (uint8_t)s.p[i++];

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*at = i;
			*ret = value;
			return true;
		}
	}
	return false;
}

static const char NO_END[] = "a group without its end";
static const char NOT_OPEN[] = "the end of a group that is not open";
static const char TOO_DEEP[] = "groups nested too deep";

/* A field that is no group: only its extent matters. */
static const char *skip_value(const char *p, const char *end, unsigned type)
{
	struct wire_step ignored = {.type = (uint8_t)type};

	return type == WIRE_GROUP ? NULL : wire_step_content(p, end, &ignored);
}

/* The groups that are open are a list of their numbers: nothing recurses. */
static const char *group_end(const char *p, const char *end, uint32_t number, struct str *ret,
			     const char **why)
{
	uint32_t open[LIMIT_DEPTH] = {number};
	const char *from = p;
	unsigned depth = 1;
	uint64_t tag;

	for (const char *at = p; at < end; at = p) {
		p = wire_step_tag(at, end, &tag);
		if (!p)
			break;
		if ((tag & 7) == WIRE_GROUP_END) {
			*why = NOT_OPEN;
			if (open[--depth] != tag >> 3)
				return NULL;
			*why = NO_END;
			*ret = str_slice(from, (size_t)(at - from));
			if (!depth)
				return p;
		} else if ((tag & 7) == WIRE_GROUP) {
			*why = TOO_DEEP;
			if (depth == LIMIT_DEPTH)
				return NULL;
			*why = NO_END;
			open[depth++] = (uint32_t)(tag >> 3);
		} else {
			p = skip_value(p, end, tag & 7);
			if (!p)
				break;
		}
	}
	*why = NO_END;
	return NULL;
}

const char *wire_step_group(const char *p, const char *end, struct wire_step *ret)
{
	const char *ignored;

	ret->value = 0;
	return group_end(p, end, ret->number, &ret->bytes, &ignored);
}

const char *wire_wrong_group(struct str message)
{
	const char *p = message.p, *end = p + message.n, *next = p, *why = NULL;
	struct wire_step s;
	struct str ignored;
	uint64_t tag;

	while (next && next < end) {
		p = next;
		next = wire_step(p, end, &s);
	}
	p = next ? NULL : wire_step_tag(p, end, &tag);
	if (!p)
		return NULL;
	if ((tag & 7) == WIRE_GROUP_END)
		return NOT_OPEN;
	if ((tag & 7) == WIRE_GROUP)
		group_end(p, end, (uint32_t)(tag >> 3), &ignored, &why);
	return why;
}

bool wire_next(struct wire *w, struct wire_field *ret)
{
	const char *from, *p;
	struct wire_step s = {0};

	if (w->broken || w->at >= w->message.n)
		return false; /* of nothing, whose p may be NULL, too */
	from = w->message.p + w->at;
	p = wire_step(from, w->message.p + w->message.n, &s);
	*ret = (struct wire_field){0};
	w->broken = !p;
	if (!p)
		return false;
	*ret = (struct wire_field){
		.number = s.number,
		.type = (enum wire_type)s.type,
		.value = s.value,
		.bytes = s.bytes,
		.whole = str_slice(from, (size_t)(p - from)),
	};
	w->at += ret->whole.n;
	return true;
}

struct str wire_bytes_at(struct str message, uint32_t number)
{
	struct wire w = wire_of(message);
	struct wire_field f;

	while (wire_next(&w, &f))
		if (f.number == number && f.type == WIRE_BYTES)
			return f.bytes;
	return STR_NONE;
}

uint64_t wire_value_at(struct str message, uint32_t number, uint64_t absent)
{
	struct wire w = wire_of(message);
	struct wire_field f;

	while (wire_next(&w, &f))
		if (f.number == number && f.type != WIRE_BYTES && f.type != WIRE_GROUP)
			return f.value;
	return absent;
}

size_t wire_varint_size(uint64_t value)
{
	size_t n = 1;

	for (; value >= 0x80; value >>= 7)
		n++;
	return n;
}

void wire_put_varint(struct buf *b, uint64_t value)
{
	char bytes[10];
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		bytes[n++] = (char)(value | 0x80);
	bytes[n++] = (char)value;
	buf_add_bytes(b, bytes, n);
}

void wire_put_tag(struct buf *b, uint32_t number, enum wire_type type)
{
	wire_put_varint(b, (uint64_t)number << 3 | (uint64_t)type);
}

void wire_put_value(struct buf *b, uint32_t number, uint64_t value)
{
	wire_put_tag(b, number, WIRE_VARINT);
	wire_put_varint(b, value);
}

void wire_put_bytes(struct buf *b, uint32_t number, struct str bytes)
{
	wire_put_tag(b, number, WIRE_BYTES);
	wire_put_varint(b, bytes.n);
	buf_add(b, bytes);
}
