/* SPDX-License-Identifier: MIT */
/* diff_align.c: heads get keys of three strengths; groups follow their heads. */
#include "formats/diff/diff_align.h"

#include "formats/base/map.h"
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

struct side {
	const struct align_side *in;
	struct id_row *ids; /* by id */
	uint32_t *head_of;  /* of each event: the place of its head; its own for a head */
	struct head *heads;
	size_t n_heads;
	uint32_t *keys[STRENGTHS]; /* of each head */
};

struct aligning {
	struct diff_rules *rules;
	struct arena arena;
	struct map keys;
	struct side sides[2];
};

/* An event in its group, for pairing. */
struct member {
	uint32_t group;
	int32_t type;
	uint32_t at;
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

	if (!row || !row->ref_path || !event_attributes_fit(h, index) ||
	    !history_attributes(h, index, &m, &bytes))
		return DIFF_NOBODY;
	id = field_int(m, bytes, row->ref_path, 0);
	return id > 0 ? find_id(s, id) : DIFF_NOBODY;
}

/* What answers something later, or itself, is damaged and a head of its own. */
static void find_heads(struct side *s, struct arena *a)
{
	s->ids = arena_array(a, struct id_row, s->in->n + 1);
	s->head_of = arena_array(a, uint32_t, s->in->n + 1);
	s->heads = arena_array(a, struct head, s->in->n + 1);
	for (size_t i = 0; i < s->in->n; i++)
		s->ids[i] = (struct id_row){event_at(s, i)->id, (uint32_t)i};
	if (s->in->n)
		qsort(s->ids, s->in->n, sizeof(*s->ids), by_id);
	for (size_t i = 0; i < s->in->n; i++) {
		uint32_t answered = answered_by(s, i);

		if (answered < i) {
			s->head_of[i] = s->head_of[answered];
			continue;
		}
		s->head_of[i] = (uint32_t)i;
		s->heads[s->n_heads++].at = (uint32_t)i;
	}
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

static void content_hash(struct aligning *w, const struct side *s, size_t index, struct buf *text)
{
	const struct history *h = s->in->history;
	struct leaves leaves = {0};
	struct buf content;
	struct arena a;

	arena_init(&a);
	buf_init(&content, 0);
	leaves_of(&leaves, w->rules, h, index, &a);
	for (size_t i = 0; i < leaves.list.n; i++)
		leaf_put(&leaves.list.at[i], &content);
	buf_printf(text, "|%016" PRIx64 "|%zu", map_hash(buf_str(&content)), content.n);
	leaves_done(&leaves);
	buf_done(&content);
	arena_done(&a);
}

/* The three keys of a head, each the one before it with more behind. */
static void make_keys(struct aligning *w, struct side *s, size_t number, struct buf *text)
{
	const struct history *h = s->in->history;
	size_t index = s->in->events[s->heads[number].at];
	struct arena a;
	struct str id;

	arena_init(&a);
	id = event_code_id(h, index, &a);
	buf_clear(text);
	buf_printf(text, "%" PRId32 "|", h->events[index].type);
	if (!h->events[index].type)
		buf_add(text, event_type_name(h, index, &a));
	buf_add(text, event_name(h, index, &a));
	s->keys[SAME_NAME][number] = key_of(w, text);
	if (id.n && !diff_looks_generated(id, h->run_id)) {
		buf_add_char(text, '|');
		buf_add(text, diff_rules_id(w->rules, h, id, &a));
	}
	s->keys[SAME_ID][number] = key_of(w, text);
	content_hash(w, s, index, text);
	s->keys[SAME_CONTENT][number] = key_of(w, text);
	arena_done(&a);
}

static void make_side(struct aligning *w, struct side *s, const struct align_side *in)
{
	struct buf text;

	s->in = in;
	find_heads(s, &w->arena);
	for (int k = 0; k < STRENGTHS; k++)
		s->keys[k] = arena_array(&w->arena, uint32_t, s->n_heads + 1);
	buf_init(&text, 0);
	for (size_t i = 0; i < s->n_heads; i++)
		make_keys(w, s, i, &text);
	buf_done(&text);
}

/* ---- laying heads over heads ---- */

static void match_range(struct aligning *w, struct lcs *l, struct lcs_range range, int strength)
{
	struct lcs_range gap = range;

	l->a = w->sides[0].keys[strength];
	l->b = w->sides[1].keys[strength];
	if (strength == SAME_NAME) {
		lcs_match(l, range);
		return;
	}
	lcs_anchors(l, range);
	for (size_t i = range.a_from; i <= range.a_end; i++) {
		if (i < range.a_end && l->match[i] == LCS_NONE)
			continue;
		gap.a_end = i;
		gap.b_end = i < range.a_end ? l->match[i] : range.b_end;
		if (gap.a_from < gap.a_end && gap.b_from < gap.b_end)
			match_range(w, l, gap, strength + 1);
		gap.a_from = i + 1;
		gap.b_from = gap.b_end + 1;
	}
}

/* Heads that are the same get one number; those of one side only, one of their own. */
static void number_groups(struct aligning *w)
{
	struct side *left = &w->sides[0], *right = &w->sides[1];
	uint32_t *match = arena_array(&w->arena, uint32_t, left->n_heads + 1);
	struct lcs_range all = {0, left->n_heads, 0, right->n_heads};
	struct lcs l;

	memset(match, 0xff, (left->n_heads + 1) * sizeof(*match));
	lcs_init(&l, w->keys.n, match);
	match_range(w, &l, all, SAME_CONTENT);
	lcs_done(&l);
	for (size_t i = 0; i < right->n_heads; i++)
		right->heads[i].group = (uint32_t)(left->n_heads + i);
	for (size_t i = 0; i < left->n_heads; i++) {
		left->heads[i].group = (uint32_t)i;
		if (match[i] != LCS_NONE)
			right->heads[match[i]].group = (uint32_t)i;
	}
}

/* ---- events of groups ---- */

static int by_group(const void *left, const void *right)
{
	const struct member *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static struct member *members_of(struct aligning *w, const struct side *s)
{
	struct member *list = arena_array(&w->arena, struct member, s->in->n + 1);
	uint32_t *group = arena_array(&w->arena, uint32_t, s->in->n + 1);

	for (size_t i = 0; i < s->n_heads; i++)
		group[s->heads[i].at] = s->heads[i].group;
	for (size_t i = 0; i < s->in->n; i++)
		list[i] = (struct member){group[s->head_of[i]], event_at(s, i)->type, (uint32_t)i};
	if (s->in->n)
		qsort(list, s->in->n, sizeof(*list), by_group);
	return list;
}

static void pair_members(struct aligning *w, uint32_t *other)
{
	const struct member *a = members_of(w, &w->sides[0]), *b = members_of(w, &w->sides[1]);
	size_t i = 0, j = 0, n = w->sides[0].in->n, m = w->sides[1].in->n;

	while (i < n && j < m) {
		struct member here = {a[i].group, a[i].type, 0}, there = {b[j].group, b[j].type, 0};
		int order = by_group(&here, &there);

		if (order == 0)
			other[a[i++].at] = b[j++].at;
		else if (order < 0)
			i++;
		else
			j++;
	}
}

void align_events(const struct align_side *left, const struct align_side *right,
		  struct diff_rules *rules, uint32_t *ret_other)
{
	struct aligning w = {.rules = rules};

	arena_init(&w.arena);
	memset(ret_other, 0xff, left->n * sizeof(*ret_other));
	make_side(&w, &w.sides[0], left);
	make_side(&w, &w.sides[1], right);
	number_groups(&w);
	pair_members(&w, ret_other);
	map_done(&w.keys);
	arena_done(&w.arena);
}
