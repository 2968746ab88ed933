/* SPDX-License-Identifier: MIT */
/* map.c: open addressing, half empty at least. */
#include "formats/base/map.h"

#include "formats/base/mem.h"

struct map_slot {
	struct str key; /* p is NULL where the slot is free */
	uint64_t hash;
	uint64_t value;
};

void map_done(struct map *m)
{
	mem_free(m->slots);
	*m = (struct map){0};
}

uint64_t map_hash(struct str key)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3ULL;
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93ULL;
	return h ^ h >> 32;
}

static struct map_slot *slot_of(const struct map *m, struct str key, uint64_t hash)
{
	size_t i = hash & (m->cap - 1);

	while (m->slots[i].key.p && !(m->slots[i].hash == hash && str_eq(m->slots[i].key, key)))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

uint64_t *map_get(const struct map *m, struct str key)
{
	struct map_slot *slot;

	if (!m->n)
		return NULL;
	slot = slot_of(m, key, map_hash(key));
	return slot->key.p ? &slot->value : NULL;
}

static void grow(struct map *m)
{
	struct map old = *m;

	m->cap = old.cap ? old.cap * 2 : 16;
	m->slots = mem_zalloc(m->cap * sizeof(*m->slots));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].key.p)
			*slot_of(m, old.slots[i].key, old.slots[i].hash) = old.slots[i];
	mem_free(old.slots);
}

uint64_t *map_put(struct map *m, struct str key, uint64_t initial, bool *ret_new)
{
	struct map_slot *slot;
	bool is_new;

	if (!key.p)
		key.p = "";
	if (m->n * 2 >= m->cap)
		grow(m);
	slot = slot_of(m, key, map_hash(key));
	is_new = !slot->key.p;
	if (is_new) {
		*slot = (struct map_slot){key, map_hash(key), initial};
		m->n++;
	}
	if (ret_new)
		*ret_new = is_new;
	return &slot->value;
}
