/* SPDX-License-Identifier: MIT */
/* wire.c: varints, tags and lengths; every read is bounded. */
#include "formats/wire/wire.h"

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

static bool fixed(struct str s, size_t *at, unsigned n, uint64_t *ret)
{
	uint64_t value = 0;

	if (s.n - *at < n)
		return false;
	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)(uint8_t)s.p[*at + i] << (8 * i);
	*at += n;
	*ret = value;
	return true;
}

static bool read_value(struct str m, size_t *at, struct wire_field *f)
{
	uint64_t n;

	switch (f->type) {
	case WIRE_VARINT:
		return wire_varint(m, at, &f->value);
	case WIRE_FIXED64:
		return fixed(m, at, 8, &f->value);
	case WIRE_FIXED32:
		return fixed(m, at, 4, &f->value);
	case WIRE_BYTES:
		if (!wire_varint(m, at, &n) || n > m.n - *at)
			return false;
		f->bytes = str_slice(m.p + *at, (size_t)n);
		*at += (size_t)n;
		return true;
	}
	return false;
}

bool wire_next(struct wire *w, struct wire_field *ret)
{
	size_t at = w->at;
	uint64_t tag;

	if (w->broken || at >= w->message.n)
		return false;
	*ret = (struct wire_field){0};
	w->broken = !wire_varint(w->message, &at, &tag) || tag >> 3 == 0 ||
		    tag >> 3 > 0x1fffffff;
	if (w->broken)
		return false;
	ret->number = (uint32_t)(tag >> 3);
	ret->type = (enum wire_type)(tag & 7);
	w->broken = !read_value(w->message, &at, ret);
	if (w->broken)
		return false;
	ret->whole = str_slice(w->message.p + w->at, at - w->at);
	w->at = at;
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
		if (f.number == number && f.type != WIRE_BYTES)
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
