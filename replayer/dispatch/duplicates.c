/* SPDX-License-Identifier: MIT */
/* duplicates.c: open addressing over hashes. */
#include "replayer/dispatch/duplicates.h"

#include "formats/base/mem.h"

struct duplicates_slot {
	uint64_t hash;
	size_t index; /* + 1; 0: free */
};

void duplicates_done(struct duplicates *d)
{
	mem_free(d->slots);
	*d = (struct duplicates){0};
}

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ULL;
	h ^= h >> 29;
	return h * 0x9e3779b97f4a7c15ULL;
}

uint64_t duplicates_hash(struct str bytes, uint64_t seed)
{
	uint64_t a = seed ^ bytes.n, b = ~seed, word;
	size_t i = 0;

	for (; i + 16 <= bytes.n; i += 16) { /* two chains, so that they overlap */
		memcpy(&word, bytes.p + i, 8);
		a = (a ^ word) * 0x9e3779b97f4a7c15ULL;
		a ^= a >> 31;
		memcpy(&word, bytes.p + i + 8, 8);
		b = (b ^ word) * 0xd6e8feb86659fd93ULL;
		b ^= b >> 31;
	}
	for (; i < bytes.n; i++)
		a = (a ^ (unsigned char)bytes.p[i]) * 0x100000001b3ULL;
	return mix(a ^ mix(b));
}

bool duplicates_next(const struct duplicates *d, uint64_t hash, size_t *at, size_t *ret_index)
{
	while (*at < d->cap) {
		const struct duplicates_slot *s = &d->slots[(hash + (*at)++) & (d->cap - 1)];

		if (!s->index)
			return false;
		if (s->hash == hash) {
			*ret_index = s->index - 1;
			return true;
		}
	}
	return false;
}

static void put(struct duplicates *d, uint64_t hash, size_t index)
{
	size_t i = hash & (d->cap - 1);

	while (d->slots[i].index)
		i = (i + 1) & (d->cap - 1);
	d->slots[i] = (struct duplicates_slot){hash, index};
}

static void grow(struct duplicates *d)
{
	struct duplicates old = *d;

	d->cap = old.cap ? old.cap * 2 : 64;
	d->slots = mem_zalloc(d->cap * sizeof(*d->slots));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].index)
			put(d, old.slots[i].hash, old.slots[i].index);
	mem_free(old.slots);
}

void duplicates_add(struct duplicates *d, uint64_t hash, size_t index)
{
	if (d->n * 4 >= d->cap * 3)
		grow(d);
	put(d, hash, index + 1);
	d->n++;
}
