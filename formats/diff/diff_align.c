/* SPDX-License-Identifier: MIT */
/* diff_align.c: heads get keys of three strengths; groups follow their heads. */
#include "formats/diff/diff_align.h"

#include "formats/base/map.h"
#include "formats/base/mem.h"
#include "formats/diff/diff_lcs.h"
#include "formats/diff/diff_leaves.h"
#include "formats/history/events.h"
#include "formats/wire/field.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SAME_CONTENT, SAME_ID, SAME_NAME, STRENGTHS };

struct head {
	uint32_t at; /* in the side's events */
	uint32_t group;
};

struct id_row {
	int64_t id;
	uint32_t at;
};

/* An event in its group, for pairing. */
struct member {
	uint32_t group;
	int32_t type;
	uint32_t at;
};

struct side {
	const struct align_side *in;
	struct id_row *ids; /* by id */
	uint32_t *head_of;  /* of each event: the place of its head; its own for a head */
	struct head *heads;
	size_t n_heads;
	uint32_t *keys[STRENGTHS]; /* of each head */
	struct member *members;	   /* its events by group */
};

struct aligning {
	struct diff_rules *rules;
	struct arena arena;
	struct arena scratch; /* of one event */
	struct buf text, content;
	struct leaves leaves;
	struct map keys;
	struct side sides[2];
	uint32_t *other;
	size_t stage, at; /* of STAGES, and how far that is */
	size_t looked;
	/* Heads laid over heads: stretches without a landmark yet, and those between the next. */
	struct lcs lcs;
	uint32_t *match;
	VEC_OF(struct lcs_range) gaps, narrower;
	struct lcs_walk *walk; /* through the gap at hand */
};

static const struct event *event_at(const struct side *s, size_t at)
{
	return &s->in->history->events[s->in->events[at]];
}

/* ---- groups ---- */

static int by_id(const void *left, const void *right)
{
	const struct id_row *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* The first event of that id, or DIFF_NOBODY. */
static uint32_t find_id(const struct side *s, int64_t id)
{
	size_t low = 0, high = s->in->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->ids[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->in->n && s->ids[low].id == id ? s->ids[low].at : DIFF_NOBODY;
}

static uint32_t answered_by(const struct side *s, size_t at)
{
	const struct history *h = s->in->history;
	size_t index = s->in->events[at];
	const struct event_row *row = event_row(h->events[index].type);
	const struct schema_message *m;
	struct str bytes;
	int64_t id;

	if (!row || !row->ref_path || !event_attributes(h, index, &m, &bytes))
		return DIFF_NOBODY;
	id = field_int(m, bytes, row->ref_path, 0);
	return id > 0 ? find_id(s, id) : DIFF_NOBODY;
}

static void look_at(struct aligning *w, const struct side *s, size_t at, int64_t *budget)
{
	*budget -= (int64_t)event_at(s, at)->length + ALIGN_EVENT_COST;
	w->looked++;
}

static bool begin_side(struct aligning *w, struct side *s, int64_t *budget)
{
	bool sorted = true;

	s->ids = arena_array(&w->arena, struct id_row, s->in->n + 1);
	s->head_of = arena_array(&w->arena, uint32_t, s->in->n + 1);
	s->heads = arena_array(&w->arena, struct head, s->in->n + 1);
	for (size_t i = 0; i < s->in->n; i++) {
		s->ids[i] = (struct id_row){event_at(s, i)->id, (uint32_t)i};
		sorted &= !i || s->ids[i - 1].id <= s->ids[i].id;
	}
	if (!sorted)
		qsort(s->ids, s->in->n, sizeof(*s->ids), by_id);
	*budget -= (int64_t)s->in->n;
	return false;
}

/* What answers something later, or itself, is damaged and a head of its own. */
static bool find_head(struct aligning *w, struct side *s, int64_t *budget)
{
	size_t at = w->at++;
	uint32_t answered;

	if (at == s->in->n)
		return false;
	answered = answered_by(s, at);
	look_at(w, s, at, budget);
	s->head_of[at] = answered < at ? s->head_of[answered] : (uint32_t)at;
	s->n_heads += s->head_of[at] == at;
	return true;
}

/* ---- keys ---- */

static uint32_t key_of(struct aligning *w, const struct buf *text)
{
	struct arena_mark mark = arena_mark(&w->arena);
	bool is_new;
	uint64_t number = *map_put(&w->keys, arena_str(&w->arena, buf_str(text)), w->keys.n,
				   &is_new);

	if (!is_new)
		arena_rewind(&w->arena, mark);
	return (uint32_t)number;
}

/* Contents are long: a word at a time. */
static uint64_t hash(struct str s)
{
	uint64_t h = s.n, word;

	for (; s.n; s = str_skip(s, sizeof(word))) {
		word = 0;
		memcpy(&word, s.p, s.n < sizeof(word) ? s.n : sizeof(word));
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32; /* what is high only must not stay so */
	}
	return h;
}

static void content_hash(struct aligning *w, const struct side *s, size_t index)
{
	struct leaves *leaves = &w->leaves;

	leaves->list.n = 0;
	leaves->full = false;
	buf_clear(&w->content);
	leaves_of(leaves, w->rules, s->in->history, index, &w->scratch);
	for (size_t i = 0; i < leaves->list.n; i++)
		leaf_put(&leaves->list.at[i], &w->content);
	buf_printf(&w->text, "|%016" PRIx64 "|%zu", hash(buf_str(&w->content)), w->content.n);
}

/* The three keys of a head, each the one before it with more behind. */
static void make_keys(struct aligning *w, struct side *s, size_t number)
{
	struct arena_mark mark = arena_mark(&w->scratch);
	const struct history *h = s->in->history;
	size_t index = s->in->events[s->heads[number].at];
	struct str id = event_code_id(h, index, &w->scratch);
	struct buf *text = &w->text;

	buf_clear(text);
	buf_printf(text, "%" PRId32 "|", h->events[index].type);
	if (!h->events[index].type)
		buf_add(text, event_type_name(h, index, &w->scratch));
	buf_add(text, event_name(h, index, &w->scratch));
	s->keys[SAME_NAME][number] = key_of(w, text);
	if (id.n && !diff_looks_generated(id, h->run_id)) {
		buf_add_char(text, '|');
		buf_add(text, diff_rules_id(w->rules, h, id, &w->scratch));
	}
	s->keys[SAME_ID][number] = key_of(w, text);
	content_hash(w, s, index);
	s->keys[SAME_CONTENT][number] = key_of(w, text);
	arena_rewind(&w->scratch, mark);
}

static bool begin_keys(struct aligning *w, struct side *s, int64_t *budget)
{
	for (int k = 0; k < STRENGTHS; k++)
		s->keys[k] = arena_array(&w->arena, uint32_t, s->n_heads + 1);
	s->n_heads = 0;
	*budget -= (int64_t)s->in->n;
	return false;
}

static bool make_key(struct aligning *w, struct side *s, int64_t *budget)
{
	size_t at = w->at++;

	if (at == s->in->n)
		return false;
	w->looked++;
	if (s->head_of[at] != at)
		return true;
	*budget -= (int64_t)event_at(s, at)->length + ALIGN_EVENT_COST;
	s->heads[s->n_heads].at = (uint32_t)at;
	make_keys(w, s, s->n_heads++);
	return true;
}

/* ---- laying heads over heads ---- */

static bool begin_heads(struct aligning *w, struct side *s, int64_t *budget)
{
	size_t n = w->sides[0].n_heads;

	(void)s;
	w->match = arena_array(&w->arena, uint32_t, n + 1);
	memset(w->match, 0xff, (n + 1) * sizeof(*w->match));
	lcs_init(&w->lcs, w->keys.n, w->match);
	vec_push(&w->gaps, (struct lcs_range){0, n, 0, w->sides[1].n_heads});
	*budget -= (int64_t)w->keys.n;
	return false;
}

static void use_keys(struct aligning *w, int strength)
{
	w->lcs.a = w->sides[0].keys[strength];
	w->lcs.b = w->sides[1].keys[strength];
}

/* What lies between the landmarks of a gap are gaps of the next strength. */
static void add_narrower(struct aligning *w, struct lcs_range range)
{
	struct lcs_range gap = range;

	for (size_t i = range.a_from; i <= range.a_end; i++) {
		if (i < range.a_end && w->match[i] == LCS_NONE)
			continue;
		gap.a_end = i;
		gap.b_end = i < range.a_end ? w->match[i] : range.b_end;
		if (gap.a_from < gap.a_end && gap.b_from < gap.b_end)
			vec_push(&w->narrower, gap);
		gap.a_from = i + 1;
		gap.b_from = gap.b_end + 1;
	}
}

/* What looking for the landmarks of a gap costs, for each head in it. */
#define LANDMARK_COST 10

static bool set_landmarks(struct aligning *w, int strength, int64_t *budget)
{
	struct lcs_range gap;

	if (w->at == w->gaps.n) {
		w->gaps.n = 0;
		for (size_t i = 0; i < w->narrower.n; i++)
			vec_push(&w->gaps, w->narrower.at[i]);
		w->narrower.n = 0;
		return false;
	}
	gap = w->gaps.at[w->at++];
	use_keys(w, strength);
	lcs_anchors(&w->lcs, gap);
	add_narrower(w, gap);
	*budget -= LANDMARK_COST * (int64_t)(gap.a_end - gap.a_from + gap.b_end - gap.b_from);
	return true;
}

static bool same_content(struct aligning *w, struct side *s, int64_t *budget)
{
	(void)s;
	return set_landmarks(w, SAME_CONTENT, budget);
}

static bool same_id(struct aligning *w, struct side *s, int64_t *budget)
{
	(void)s;
	return set_landmarks(w, SAME_ID, budget);
}

static bool same_name(struct aligning *w, struct side *s, int64_t *budget)
{
	size_t cost = 1;

	(void)s;
	if (!w->walk && w->at == w->gaps.n)
		return false;
	use_keys(w, SAME_NAME);
	if (!w->walk)
		w->walk = lcs_walk_begin(&w->lcs, w->gaps.at[w->at++]);
	if (w->walk && !lcs_walk_step(w->walk, &cost)) {
		lcs_walk_end(w->walk);
		w->walk = NULL;
	}
	*budget -= (int64_t)cost;
	return true;
}

/* Heads that are the same get one number; those of one side only, one of their own. */
static bool number_groups(struct aligning *w, struct side *s, int64_t *budget)
{
	struct side *left = &w->sides[0], *right = &w->sides[1];

	(void)s;
	for (size_t i = 0; i < right->n_heads; i++)
		right->heads[i].group = (uint32_t)(left->n_heads + i);
	for (size_t i = 0; i < left->n_heads; i++) {
		left->heads[i].group = (uint32_t)i;
		if (w->match[i] != LCS_NONE)
			right->heads[w->match[i]].group = (uint32_t)i;
	}
	*budget -= (int64_t)(left->n_heads + right->n_heads);
	return false;
}

/* ---- events of groups ---- */

static int by_group(const struct member *a, const struct member *b)
{
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->type < b->type ? -1 : a->type > b->type;
}

static int by_place(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order = by_group(a, b);

	return order ? order : a->at < b->at ? -1 : a->at > b->at;
}

/* Sorted by group, of which there are N: counted, since the groups are small and many. */
static void sort_members(struct aligning *w, struct side *s, size_t n)
{
	size_t *end = arena_array(&w->arena, size_t, n + 1), from = 0;
	uint32_t *group = arena_array(&w->arena, uint32_t, s->in->n + 1);

	s->members = arena_array(&w->arena, struct member, s->in->n + 1);
	for (size_t i = 0; i < s->n_heads; i++)
		group[s->heads[i].at] = s->heads[i].group;
	for (size_t i = 0; i < s->in->n; i++)
		end[group[s->head_of[i]] + 1]++;
	for (size_t i = 0; i < n; i++)
		end[i + 1] += end[i];
	for (size_t i = 0; i < s->in->n; i++) {
		uint32_t of = group[s->head_of[i]];

		s->members[end[of]++] = (struct member){of, event_at(s, i)->type, (uint32_t)i};
	}
	for (size_t i = 0; i < n; from = end[i++])
		if (end[i] - from > 1)
			qsort(s->members + from, end[i] - from, sizeof(*s->members), by_place);
}

static bool find_members(struct aligning *w, struct side *s, int64_t *budget)
{
	sort_members(w, s, w->sides[0].n_heads + w->sides[1].n_heads);
	*budget -= LANDMARK_COST * (int64_t)s->in->n;
	return false;
}

static bool pair_members(struct aligning *w, struct side *s, int64_t *budget)
{
	const struct member *a = w->sides[0].members, *b = w->sides[1].members;
	size_t i = 0, j = 0, n = w->sides[0].in->n, m = w->sides[1].in->n;

	(void)s;
	while (i < n && j < m) {
		int order = by_group(&a[i], &b[j]);

		if (order == 0)
			w->other[a[i++].at] = b[j++].at;
		else if (order < 0)
			i++;
		else
			j++;
	}
	*budget -= LANDMARK_COST * (int64_t)(n + m);
	return false;
}

/* ---- step by step ---- */

/* What is done, one after the other; a step of it is false when that was the last one. */
static const struct {
	bool (*step)(struct aligning *w, struct side *s, int64_t *budget);
	int side;
} STAGES[] = {
	{begin_side, 0}, {find_head, 0}, {begin_keys, 0}, {make_key, 0},
	{begin_side, 1}, {find_head, 1}, {begin_keys, 1}, {make_key, 1},
	{begin_heads, 0}, {same_content, 0}, {same_id, 0}, {same_name, 0}, {number_groups, 0},
	{find_members, 0}, {find_members, 1}, {pair_members, 0},
};

struct aligning *align_begin(const struct align_side *left, const struct align_side *right,
			     struct diff_rules *rules, uint32_t *ret_other)
{
	struct aligning *w = mem_zalloc(sizeof(*w));

	w->rules = rules;
	w->other = ret_other;
	w->sides[0].in = left;
	w->sides[1].in = right;
	arena_init(&w->arena);
	arena_init(&w->scratch);
	buf_init(&w->text, 0);
	buf_init(&w->content, 0);
	memset(ret_other, 0xff, left->n * sizeof(*ret_other));
	return w;
}

bool align_step(struct aligning *w, int64_t *budget)
{
	if (w->stage == sizeof(STAGES) / sizeof(*STAGES))
		return false;
	if (!STAGES[w->stage].step(w, &w->sides[STAGES[w->stage].side], budget)) {
		w->stage++;
		w->at = 0;
	}
	return true;
}

size_t align_looked(const struct aligning *w)
{
	return w->looked;
}

void align_end(struct aligning *w)
{
	lcs_walk_end(w->walk);
	lcs_done(&w->lcs);
	leaves_done(&w->leaves);
	vec_done(&w->gaps);
	vec_done(&w->narrower);
	buf_done(&w->text);
	buf_done(&w->content);
	map_done(&w->keys);
	arena_done(&w->scratch);
	arena_done(&w->arena);
	mem_free(w);
}
