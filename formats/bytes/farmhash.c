/* SPDX-License-Identifier: MIT */
/* farmhash.c: Fingerprint64, by length: up to 16, 32, 64 bytes, and in blocks of 64. */
#include "formats/bytes/farmhash.h"

#define K0 0xc3a5c85c97cb3127u
#define K1 0xb492b66fbe98f273u
#define K2 0x9ae16a3b2f90404fu

struct pair {
	uint64_t a, b;
};

/* Little endian on every machine. */
static uint64_t number_at(const char *p, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)(uint8_t)p[i] << (8 * i);
	return v;
}

static uint64_t at(const char *p)
{
	return number_at(p, 8);
}

static uint64_t turn(uint64_t v, unsigned bits)
{
	return v >> bits | v << (64 - bits);
}

static uint64_t mix(uint64_t v)
{
	return v ^ v >> 47;
}

static uint64_t join(uint64_t u, uint64_t v, uint64_t factor)
{
	uint64_t a = mix((u ^ v) * factor);

	return mix((v ^ a) * factor) * factor;
}

static uint64_t up_to_16(struct str s)
{
	uint64_t factor = K2 + s.n * 2;

	if (s.n >= 8) {
		uint64_t a = at(s.p) + K2, b = at(s.p + s.n - 8);

		return join(turn(b, 37) * factor + a, (turn(a, 25) + b) * factor, factor);
	}
	if (s.n >= 4)
		return join(s.n + (number_at(s.p, 4) << 3), number_at(s.p + s.n - 4, 4), factor);
	if (s.n > 0) {
		uint64_t first = (uint8_t)s.p[0], middle = (uint8_t)s.p[s.n / 2];
		uint64_t last = (uint8_t)s.p[s.n - 1];

		return mix((first + (middle << 8)) * K2 ^ (s.n + (last << 2)) * K0) * K2;
	}
	return K2;
}

static uint64_t up_to_32(struct str s)
{
	uint64_t factor = K2 + s.n * 2;
	uint64_t a = at(s.p) * K1, b = at(s.p + 8);
	uint64_t c = at(s.p + s.n - 8) * factor, d = at(s.p + s.n - 16) * K2;

	return join(turn(a + b, 43) + turn(c, 30) + d, a + turn(b + K2, 18) + c, factor);
}

static uint64_t up_to_64(struct str s)
{
	uint64_t factor = K2 + s.n * 2;
	uint64_t a = at(s.p) * K2, b = at(s.p + 8);
	uint64_t c = at(s.p + s.n - 8) * factor, d = at(s.p + s.n - 16) * K2;
	uint64_t y = turn(a + b, 43) + turn(c, 30) + d;
	uint64_t z = join(y, a + turn(b + K2, 18) + c, factor);
	uint64_t e = at(s.p + 16) * factor, f = at(s.p + 24);
	uint64_t g = (y + at(s.p + s.n - 32)) * factor, h = (z + at(s.p + s.n - 24)) * factor;

	return join(turn(e + f, 43) + turn(g, 30) + h, e + turn(f + a, 18) + g, factor);
}

/* 32 bytes and two seeds. */
static struct pair weak(const char *p, uint64_t a, uint64_t b)
{
	uint64_t c;

	a += at(p);
	b = turn(b + a + at(p + 24), 21);
	c = a;
	a += at(p + 8) + at(p + 16);
	b += turn(a, 44);
	return (struct pair){a + at(p + 24), b + c};
}

struct block_state {
	uint64_t x, y, z;
	struct pair v, w;
};

/* All blocks are done alike but the last, which has another factor and weights. */
static void take_block(struct block_state *s, const char *p, uint64_t factor, uint64_t weight)
{
	uint64_t x;

	s->x = turn(s->x + s->y + s->v.a + at(p + 8), 37) * factor;
	s->y = turn(s->y + s->v.b + at(p + 48), 42) * factor;
	s->x ^= s->w.b * weight;
	s->y += s->v.a * weight + at(p + 40);
	s->z = turn(s->z + s->w.a, 33) * factor;
	s->v = weak(p, s->v.b * factor, s->x + s->w.a);
	s->w = weak(p + 32, s->z + s->w.b, s->y + at(p + 16));
	x = s->x;
	s->x = s->z;
	s->z = x;
}

static uint64_t in_blocks(struct str text)
{
	const uint64_t seed = 81;
	const char *p = text.p, *end = p + (text.n - 1) / 64 * 64;
	size_t rest = (text.n - 1) & 63;
	struct block_state s = {.x = seed, .y = seed * K1 + 113};
	uint64_t factor;

	s.z = mix(s.y * K2 + 113) * K2;
	s.x = s.x * K2 + at(p);
	for (; p != end; p += 64)
		take_block(&s, p, K1, 1);
	factor = K1 + ((s.z & 0xff) << 1);
	s.w.a += rest;
	s.v.a += s.w.a;
	s.w.a += s.v.a;
	take_block(&s, end + rest - 63, factor, 9);
	return join(join(s.v.a, s.w.a, factor) + mix(s.y) * K0 + s.z,
		    join(s.v.b, s.w.b, factor) + s.x, factor);
}

uint64_t farmhash_fingerprint64(struct str s)
{
	if (s.n <= 16)
		return up_to_16(s);
	if (s.n <= 32)
		return up_to_32(s);
	return s.n <= 64 ? up_to_64(s) : in_blocks(s);
}
