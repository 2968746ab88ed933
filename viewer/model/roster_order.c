/* SPDX-License-Identifier: MIT */
/* roster_order.c: many histories by a key, in numbers that are made once for all keys. */
#include "formats/base/map.h"
#include "formats/base/mem.h"
#include "viewer/model/roster.h"

#include <stdlib.h>

/*
 * Numbers say of nearly all items which one comes first, and are sorted byte by byte: what it
 * is sorted by, and how its name goes on behind what all names begin with. Of those with the
 * same numbers the whole texts are compared.
 */
struct sorted {
	uint64_t number[2]; /* the name, then the key: the last counts most */
	uint32_t item;
};

#define SIGN (UINT64_C(1) << 63)

/* ---- numbers ---- */

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct str shared_text(const struct roster_about *about, enum roster_shared of)
{
	return of == ROSTER_SHARED_TYPE	    ? about->history.type
	       : of == ROSTER_SHARED_STATUS ? about->status
					    : about->more;
}

/* The number of a text of which there are few, in the order in which they come. */
static uint32_t shared_number(struct roster *r, struct map *numbers, enum roster_shared of,
			      struct str text)
{
	bool is_new;
	uint64_t number = *map_put(numbers, text, r->shared[of].n, &is_new);

	if (is_new)
		vec_push(&r->shared[of], text);
	return (uint32_t)number;
}

/* Sorted by: their places among themselves. */
static void rank(struct roster *r, enum roster_shared of, enum roster_key key)
{
	VEC_OF(struct str) sorted = {0};
	VEC_OF(uint64_t) ranks = {0};
	struct map places = {0};

	for (size_t i = 0; i < r->shared[of].n; i++)
		vec_push(&sorted, r->shared[of].at[i]);
	if (sorted.n)
		qsort(sorted.at, sorted.n, sizeof(*sorted.at), by_text);
	for (size_t i = 0; i < sorted.n; i++)
		map_put(&places, sorted.at[i], i, NULL);
	for (size_t i = 0; i < sorted.n; i++)
		vec_push(&ranks, *map_get(&places, r->shared[of].at[i]));
	for (size_t i = 0; i < r->numbers.n; i++)
		r->numbers.at[i].by[key] = ranks.at[r->numbers.at[i].shared[of]];
	vec_done(&sorted);
	vec_done(&ranks);
	map_done(&places);
}

static uint64_t name_number(struct str rest)
{
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(number); i++)
		number = number << 8 | (i < rest.n ? (unsigned char)rest.p[i] : 0);
	return number;
}

static void rank_names(struct roster *r, const struct str *names)
{
	struct str common = r->numbers.n ? names[0] : STR_NONE;

	for (size_t i = 0; i < r->numbers.n; i++) {
		size_t n = 0;

		while (n < common.n && n < names[i].n && common.p[n] == names[i].p[n])
			n++;
		common.n = n;
	}
	for (size_t i = 0; i < r->numbers.n; i++)
		r->numbers.at[i].by[ROSTER_NAME] = name_number(str_skip(names[i], common.n));
}

/* What words are looked for in. A name is one of those behind it, mostly. */
static void put_texts(struct roster *r, const struct roster_about *about)
{
	const struct query_history *h = &about->history;
	const struct str texts[] = {about->name, h->path, h->workflow_id, h->run_id};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (i && texts[i].p == about->name.p)
			continue;
		buf_add(&r->texts, texts[i]);
		buf_add_char(&r->texts, ' ');
	}
	vec_push(&r->ends, r->texts.n);
}

static void forget(struct roster *r)
{
	r->numbers.n = r->ends.n = 0;
	buf_clear(&r->texts);
	for (int i = 0; i < ROSTER_SHARED; i++)
		r->shared[i].n = 0;
}

void roster_know(struct roster *r, size_t n)
{
	struct map numbers_of[ROSTER_SHARED] = {{0}};
	VEC_OF(struct str) names = {0};

	forget(r);
	for (size_t i = 0; i < n; i++) {
		struct roster_about about = {0};
		struct roster_numbers numbers = {0};

		r->about(r->data, i, &about);
		numbers.by[ROSTER_GIVEN] = about.place;
		numbers.by[ROSTER_EVENTS] = (uint64_t)about.history.events ^ SIGN;
		numbers.by[ROSTER_SIZE] = (uint64_t)about.history.bytes ^ SIGN;
		numbers.by[ROSTER_TIME] = (uint64_t)about.time ^ SIGN;
		for (int k = 0; k < ROSTER_SHARED; k++)
			numbers.shared[k] = shared_number(r, &numbers_of[k], k, shared_text(&about, k));
		vec_push(&r->numbers, numbers);
		vec_push(&names, about.name);
		put_texts(r, &about);
	}
	rank_names(r, names.at);
	rank(r, ROSTER_SHARED_TYPE, ROSTER_TYPE);
	rank(r, ROSTER_SHARED_STATUS, ROSTER_STATUS);
	vec_done(&names);
	for (int k = 0; k < ROSTER_SHARED; k++)
		map_done(&numbers_of[k]);
}

void roster_done(struct roster *r)
{
	arena_done(&r->arena);
	vec_done(&r->numbers);
	vec_done(&r->ends);
	buf_done(&r->texts);
	for (int i = 0; i < ROSTER_SHARED; i++)
		vec_done(&r->shared[i]);
}

/* What is not known comes last, whichever way round. */
static uint64_t key_of(const struct roster *r, uint32_t item)
{
	uint64_t number = r->numbers.at[item].by[r->key];

	if (r->key == ROSTER_TIME && number < SIGN)
		return UINT64_MAX;
	return r->down ? ~number : number;
}

/* ---- whole texts ---- */

/* Of two with the same numbers: only their names may still differ. */
static int in_order(const void *a, const void *b, void *data)
{
	const struct roster *r = data;
	struct roster_about x = {0}, y = {0};
	int order;

	r->about(r->data, ((const struct sorted *)a)->item, &x);
	r->about(r->data, ((const struct sorted *)b)->item, &y);
	order = str_cmp(x.name, y.name);
	if (order)
		return r->key == ROSTER_NAME && r->down ? -order : order;
	return x.place < y.place ? -1 : x.place > y.place;
}

/* ---- byte by byte ---- */

struct sorting {
	struct sorted *at, *other;
	size_t n;
};

static unsigned byte_of(const struct sorted *s, unsigned byte)
{
	return s->number[byte / 8] >> byte % 8 * 8 & 0xff;
}

/* Those of one value behind those of the value before, in the order they are in. */
static void sort_by_byte(struct sorting *w, unsigned byte)
{
	size_t count[257] = {0};
	struct sorted *sorted = w->other;

	for (size_t i = 0; i < w->n; i++)
		count[byte_of(&w->at[i], byte) + 1]++;
	for (unsigned i = 0; i < 256; i++)
		count[i + 1] += count[i];
	for (size_t i = 0; i < w->n; i++)
		sorted[count[byte_of(&w->at[i], byte)]++] = w->at[i];
	w->other = w->at;
	w->at = sorted;
}

/* Bytes that are the same in all change nothing. */
static void sort_by_numbers(struct sorting *w)
{
	for (unsigned k = 0; k < 2; k++) {
		uint64_t differ = 0;

		for (size_t i = 1; i < w->n; i++)
			differ |= w->at[i].number[k] ^ w->at[0].number[k];
		for (unsigned byte = 0; byte < 8; byte++)
			if (differ >> 8 * byte & 0xff)
				sort_by_byte(w, 8 * k + byte);
	}
}

static bool same_numbers(const struct sorted *a, const struct sorted *b)
{
	return a->number[0] == b->number[0] && a->number[1] == b->number[1];
}

void roster_order(const struct roster *r, uint32_t *items, size_t n)
{
	struct sorted *room = mem_alloc((2 * n + 1) * sizeof(*room));
	struct sorting w = {room, room + n, n};

	for (size_t i = 0; i < n; i++)
		w.at[i] = (struct sorted){{r->numbers.at[items[i]].by[ROSTER_NAME],
					   key_of(r, items[i])}, items[i]};
	sort_by_numbers(&w);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && same_numbers(&w.at[i], &w.at[end]);)
			end++;
		if (end - i > 1)
			qsort_r(w.at + i, end - i, sizeof(*w.at), in_order, (void *)r);
	}
	for (size_t i = 0; i < n; i++)
		items[i] = w.at[i].item;
	mem_free(room);
}
