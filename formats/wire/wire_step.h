/* SPDX-License-Identifier: MIT */
/* wire_step.h: wire.h's walk, inlined for the transcoder's inner loop. */
#pragma once

#include "formats/wire/wire.h"

struct wire_step {
	uint32_t number;
	uint8_t type;	  /* enum wire_type */
	uint64_t value;	  /* VARINT, FIXED64, FIXED32 */
	struct str bytes; /* BYTES; GROUP: between its tags */
};

#define WIRE_GROUP_END 4

static inline const char *wire_step_varint(const char *p, const char *end, uint64_t *ret)
{
	uint64_t value = 0;

	if (p < end && !(*p & 0x80)) {
		*ret = (uint8_t)*p;
		return p + 1;
	}
	for (unsigned shift = 0; shift < 64 && p < end; shift += 7) {
		uint8_t byte = (uint8_t)*p++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return p;
		}
	}
	return NULL;
}

/* One number of a packed list, or behind a tag. NULL: cut off. */
static inline const char *wire_step_value(const char *p, const char *end, unsigned type,
					  uint64_t *ret)
{
	unsigned n = type == WIRE_FIXED64 ? 8 : 4;
	uint64_t value = 0;

	if (type == WIRE_VARINT)
		return wire_step_varint(p, end, ret);
	if ((size_t)(end - p) < n)
		return NULL;
	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)(uint8_t)p[i] << (8 * i);
	*ret = value;
	return p + n;
}

/* Behind the tag at P; NULL where it is none. */
static inline const char *wire_step_tag(const char *p, const char *end, uint64_t *ret)
{
	p = wire_step_varint(p, end, ret);
	return !p || *ret >> 3 == 0 || *ret >> 3 > 0x1fffffff ? NULL : p;
}

/* Up to the end of the group RET->number, whose tag is before P; NULL where it has none. */
const char *wire_step_group(const char *p, const char *end, struct wire_step *ret);

/* What is behind the tag of RET's number and type. */
static inline const char *wire_step_content(const char *p, const char *end, struct wire_step *ret)
{
	uint64_t n;

	if (ret->type == WIRE_BYTES) {
		p = wire_step_varint(p, end, &n);
		if (!p || n > (size_t)(end - p))
			return NULL;
		ret->bytes = str_slice(p, (size_t)n);
		return p + n;
	}
	if (ret->type == WIRE_GROUP)
		return wire_step_group(p, end, ret);
	if (ret->type != WIRE_VARINT && ret->type != WIRE_FIXED32 && ret->type != WIRE_FIXED64)
		return NULL;
	return wire_step_value(p, end, ret->type, &ret->value);
}

/* The field at P, which is before END; NULL where it is none. */
static inline const char *wire_step(const char *p, const char *end, struct wire_step *ret)
{
	uint64_t tag;

	p = wire_step_tag(p, end, &tag);
	if (!p)
		return NULL;
	ret->number = (uint32_t)(tag >> 3);
	ret->type = (uint8_t)(tag & 7);
	return wire_step_content(p, end, ret);
}
