/* SPDX-License-Identifier: MIT */
/* kept.c: a ring of a few entries. */
#include "viewer/model/kept.h"

static void forget(struct kept_entry *e)
{
	if (e->from.p)
		arena_done(&e->arena);
	*e = (struct kept_entry){0};
}

void kept_done(struct kept *k)
{
	for (size_t i = 0; i < KEPT_MOST; i++)
		forget(&k->at[i]);
}

const struct kept_entry *kept_find(const struct kept *k, struct str from)
{
	for (size_t i = 0; i < KEPT_MOST; i++)
		if (k->at[i].from.p && str_eq(k->at[i].from, from))
			return &k->at[i];
	return NULL;
}

struct kept_entry *kept_add(struct kept *k, struct str from)
{
	struct kept_entry *e = &k->at[k->next];

	k->next = (k->next + 1) % KEPT_MOST;
	forget(e);
	arena_init(&e->arena);
	e->from = arena_str(&e->arena, from);
	return e;
}
