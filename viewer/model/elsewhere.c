/* SPDX-License-Identifier: MIT */
/* elsewhere.c: one failure looked for in many histories. */
#include "viewer/model/elsewhere.h"

void elsewhere_init(struct elsewhere *e)
{
	*e = (struct elsewhere){0};
	arena_init(&e->arena);
}

void elsewhere_done(struct elsewhere *e)
{
	if (e->kind == ELSEWHERE_FAILURE)
		search_done(&e->search);
	vec_done(&e->found);
	arena_done(&e->arena);
}

static void forget(struct elsewhere *e)
{
	elsewhere_done(e);
	elsewhere_init(e);
}

void elsewhere_cause(struct elsewhere *e, struct str name)
{
	forget(e);
	e->kind = ELSEWHERE_CAUSE;
	e->history = arena_str(&e->arena, name);
}

void elsewhere_begin(struct elsewhere *e, const struct schema *schema)
{
	search_init(&e->search, STR(""), schema, NULL);
	e->search.failure = &e->key;
	search_start(&e->search, 0);
	e->found.n = 0;
	e->searching = true;
}

void elsewhere_failure(struct elsewhere *e, struct str path, const struct failure_key *f,
		       struct str words, const struct schema *schema)
{
	forget(e);
	e->kind = ELSEWHERE_FAILURE;
	e->history = arena_str(&e->arena, path);
	e->key = (struct failure_key){f->reader, arena_str(&e->arena, f->type),
				      arena_str(&e->arena, f->message), f->sealed};
	e->failure = arena_str(&e->arena, words);
	elsewhere_begin(e, schema);
}

/* A history that was looked through is listed, unless it is the one that was asked from. */
static void list(struct elsewhere *e, size_t i)
{
	const struct search_history *h = &e->search.histories.at[i];

	if (h->n_hits && !str_eq(h->path, e->history))
		vec_push(&e->found, (uint32_t)i);
}

void elsewhere_keep(struct elsewhere *e, const struct search *old, const struct document *changed)
{
	search_keep(&e->search, old, changed);
	for (size_t i = 0; i < e->search.histories.n; i++)
		if (e->search.histories.at[i].done)
			list(e, i);
}

void elsewhere_opened(struct elsewhere *e, struct document *d)
{
	if (e->kind != ELSEWHERE_FAILURE)
		return;
	search_opened(&e->search, d->path, d);
	e->searching = e->search.looked < e->search.histories.n;
}

void elsewhere_closed(struct elsewhere *e, const struct document *d)
{
	if (e->kind == ELSEWHERE_FAILURE)
		search_closed(&e->search, d);
}

bool elsewhere_step(struct elsewhere *e)
{
	size_t done = e->search.looked;

	if (!e->searching)
		return false;
	e->searching = search_step(&e->search);
	if (e->search.looked > done) /* it is still the one at hand */
		list(e, e->search.at);
	return true;
}
