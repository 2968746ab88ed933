/* SPDX-License-Identifier: MIT */
/* redact_secrets.c: sorted texts behind a filter of their first bytes. */
#include "formats/redact/redact_secrets.h"

#include "formats/base/limits.h"

#include <stdlib.h>

#define FILTER_BITS 22
#define FILTER_WORDS ((size_t)1 << (FILTER_BITS - 6))

void secrets_init(struct secrets *s)
{
	*s = (struct secrets){0};
	arena_init(&s->arena);
}

void secrets_done(struct secrets *s)
{
	map_done(&s->known);
	vec_done(&s->list);
	mem_free(s->first);
	arena_done(&s->arena);
}

/* Of SECRET_LEAST bytes at P. */
static size_t first_hash(const char *p)
{
	uint64_t bytes = 0;

	memcpy(&bytes, p, SECRET_LEAST);
	return (size_t)(bytes * 0x9e3779b97f4a7c15ULL >> (64 - FILTER_BITS));
}

void secrets_add(struct secrets *s, struct str text)
{
	struct secret one = {str_take(text, SECRET_KEPT), text.n <= SECRET_KEPT};
	bool is_new;

	if (text.n < SECRET_LEAST || map_get(&s->known, one.text))
		return;
	if (s->list.n >= LIMIT_REDACT_SECRETS) {
		s->full = true;
		return;
	}
	one.text = arena_str(&s->arena, one.text);
	map_put(&s->known, one.text, 0, &is_new);
	vec_push(&s->list, one);
}

static int by_text(const void *left, const void *right)
{
	const struct secret *a = left, *b = right;

	return str_cmp(a->text, b->text);
}

void secrets_seal(struct secrets *s)
{
	if (s->list.n)
		qsort(s->list.at, s->list.n, sizeof(*s->list.at), by_text);
	s->first = mem_zalloc(FILTER_WORDS * sizeof(*s->first));
	for (size_t i = 0; i < s->list.n; i++) {
		size_t bit = first_hash(s->list.at[i].text.p);

		s->first[bit >> 6] |= 1ULL << (bit & 63);
	}
}

/* How many secrets come before or are TEXT. */
static size_t up_to(const struct secrets *s, struct str text)
{
	size_t low = 0, high = s->list.n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (str_cmp(s->list.at[middle].text, text) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The longest secret that TEXT begins with: the last one not behind TEXT, or, where that has
 * only a beginning in common with it, the same for that beginning.
 */
static const struct secret *begins_with(const struct secrets *s, struct str text)
{
	text = str_take(text, SECRET_KEPT);
	while (text.n >= SECRET_LEAST) {
		size_t n = up_to(s, text), common = 0;
		const struct secret *last;

		if (!n)
			return NULL;
		last = &s->list.at[n - 1];
		while (common < text.n && common < last->text.n &&
		       text.p[common] == last->text.p[common])
			common++;
		if (common == last->text.n)
			return last;
		text = str_take(text, common);
	}
	return NULL;
}

const struct secret *secrets_find(const struct secrets *s, struct str text, size_t from,
				  size_t *ret_at)
{
	for (size_t i = from; i + SECRET_LEAST <= text.n; i++) {
		size_t bit = first_hash(text.p + i);
		const struct secret *found;

		if (!(s->first[bit >> 6] >> (bit & 63) & 1))
			continue;
		found = begins_with(s, str_skip(text, i));
		if (!found)
			continue;
		*ret_at = i;
		return found;
	}
	return NULL;
}
