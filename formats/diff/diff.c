/* SPDX-License-Identifier: MIT */
/* diff.c: rows from an alignment, changes from two lists of values. */
#include "formats/diff/diff.h"

#include "formats/base/limits.h"
#include "formats/base/map.h"
#include "formats/base/mem.h"
#include "formats/diff/diff_lcs.h"
#include "formats/history/events.h"

struct diff_maker {
	struct diff *d;
	struct diff_settings settings;
	size_t stage; /* of STAGES */
	struct align_side sides[2];
	uint32_t *wanted[2]; /* the events of sides */
	size_t at;	     /* how many of a history were asked whether they are */
	struct aligning *aligning;
	uint32_t *other; /* of the left side's events */
	uint32_t *back;	 /* of the right side's */
	bool *kept;	 /* left events whose counterpart stands in the same order */
	size_t i, j;	 /* the next rows */
	VEC_OF(struct diff_row) rows;
	VEC_OF(struct diff_change) changes; /* of one event */
	size_t n_bytes;	   /* kept of all changes */
	struct leaves leaves[2];
	struct arena arena;   /* as long as it is made */
	struct arena scratch; /* of one event */
};

/* ---- what is compared ---- */

static bool is_wanted(const struct diff_settings *s, const struct history *h, size_t index)
{
	const struct event_row *row = event_row(h->events[index].type);
	struct query_event about = {h, index};

	if (s->rules->ignored[DIFF_TASKS] && row && row->category == CATEGORY_TASK)
		return false;
	return !s->where || query_fits_event(s->where, &about);
}

/* ---- the changes of one event ---- */

/* How many bytes A and B begin with alike, back to the start of a character. */
static size_t common_prefix(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	while (n && n < a.n && ((unsigned char)a.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static struct diff_side_value side_value(struct diff_maker *w, const struct leaf *l, size_t from)
{
	struct diff_side_value v = {.from = from};

	if (!l)
		return v;
	v.kind = l->kind;
	v.length = l->value.n;
	v.from = from < l->value.n ? from : l->value.n;
	v.value = arena_str(&w->d->arena,
			    str_take(str_skip(l->value, v.from), LIMIT_DIFF_VALUE_BYTES));
	return v;
}

/* Of a long value the part around the difference is what people need. */
static size_t shown_from(struct str a, struct str b)
{
	size_t alike = common_prefix(a, b), from;

	if (alike <= DIFF_CONTEXT_BYTES || (a.n <= DIFF_WHOLE_BYTES && b.n <= DIFF_WHOLE_BYTES))
		return 0;
	from = alike - DIFF_CONTEXT_BYTES;
	while (from && ((unsigned char)a.p[from] & 0xc0) == 0x80)
		from--;
	return from;
}

static void add_change(struct diff_maker *w, struct diff_row *row, const struct leaf *a,
		       const struct leaf *b)
{
	const struct leaf *any = a ? a : b;
	size_t from = a && b ? shown_from(a->value, b->value) : 0;
	struct diff_change change;

	if (w->changes.n >= LIMIT_DIFF_EVENT_CHANGES || w->n_bytes >= LIMIT_DIFF_BYTES) {
		row->n_more++;
		return;
	}
	change = (struct diff_change){
		.path = arena_str(&w->d->arena, any->path),
		.json = any->json.p ? arena_str(&w->d->arena, any->json) : STR_NONE,
		.left = side_value(w, a, from),
		.right = side_value(w, b, from),
	};
	vec_push(&w->changes, change);
	w->n_bytes += sizeof(change) + change.path.n + change.json.n + change.left.value.n +
		      change.right.value.n;
}

static bool same_place(const struct leaf *a, const struct leaf *b)
{
	return str_eq(a->path, b->path) && str_eq(a->json, b->json);
}

/* Places of the list, for when the two lists are no longer at the same one. */
static void index_places(const struct leaves *l, struct map *places, struct arena *a)
{
	for (size_t i = 0; i < l->list.n; i++)
		map_put(places,
			arena_printf(a, "%.*s %.*s", STR_ARG(l->list.at[i].path),
				     STR_ARG(l->list.at[i].json)),
			i, NULL);
}

static bool has_place(const struct map *places, const struct leaf *l, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	bool has = map_get(places, arena_printf(a, "%.*s %.*s", STR_ARG(l->path),
						STR_ARG(l->json))) != NULL;

	arena_rewind(a, mark);
	return has;
}

/* A list of nothing has no address. */
static const struct leaf *end_of(const struct leaves *l)
{
	return l->list.n ? l->list.at + l->list.n : l->list.at;
}

/* Both lists are in the same order, so what only one of them has is met on the way. */
static void compare_leaves(struct diff_maker *w, struct diff_row *row)
{
	const struct leaf *a = w->leaves[0].list.at, *a_end = end_of(&w->leaves[0]);
	const struct leaf *b = w->leaves[1].list.at, *b_end = end_of(&w->leaves[1]);
	struct map places = {0};

	while (a < a_end || b < b_end) {
		if (a < a_end && b < b_end && same_place(a, b)) {
			if (!leaf_same(a, b))
				add_change(w, row, a, b);
			a++;
			b++;
			continue;
		}
		if (!places.n)
			index_places(&w->leaves[1], &places, &w->scratch);
		if (a < a_end && (b == b_end || !has_place(&places, a, &w->scratch)))
			add_change(w, row, a++, NULL);
		else if (b < b_end)
			add_change(w, row, NULL, b++);
		else
			add_change(w, row, a++, NULL);
	}
	map_done(&places);
}

static void read_leaves(struct diff_maker *w, int side, size_t index)
{
	const struct history *h = w->sides[side].history;

	w->leaves[side].list.n = 0;
	w->leaves[side].full = false;
	leaves_of(&w->leaves[side], w->settings.rules, h, index, &w->scratch);
}

/* The same bytes; ids in them are told apart by the history's own, which must be the same too. */
static bool says_the_same(const struct history *a, size_t i, const struct history *b, size_t j)
{
	return str_eq(a->workflow_id, b->workflow_id) && str_eq(a->run_id, b->run_id) &&
	       str_eq(history_event(a, i), history_event(b, j));
}

static void keep_changes(struct diff_maker *w, struct diff_row *row)
{
	struct diff_change *kept;

	row->n_changes = w->changes.n;
	if (!w->changes.n)
		return;
	kept = arena_array(&w->d->arena, struct diff_change, w->changes.n);
	memcpy(kept, w->changes.at, w->changes.n * sizeof(*kept));
	row->changes = kept;
}

static void compare_events(struct diff_maker *w, struct diff_row *row)
{
	struct arena_mark mark = arena_mark(&w->scratch);

	if (says_the_same(w->sides[0].history, row->left, w->sides[1].history, row->right))
		return;
	w->changes.n = 0;
	read_leaves(w, 0, row->left);
	read_leaves(w, 1, row->right);
	compare_leaves(w, row);
	keep_changes(w, row);
	arena_rewind(&w->scratch, mark);
}

static void compare_beside(struct diff_maker *w)
{
	struct diff_row *row = &w->d->beside;

	*row = (struct diff_row){DIFF_EQUAL, .left = DIFF_NOBODY, .right = DIFF_NOBODY};
	w->changes.n = 0;
	for (int side = 0; side < 2; side++) {
		w->leaves[side].list.n = 0;
		w->leaves[side].full = false;
		leaves_of_beside(&w->leaves[side], w->settings.rules, w->sides[side].history,
				 &w->scratch);
	}
	compare_leaves(w, row);
	keep_changes(w, row);
	if (row->n_changes || row->n_more)
		row->kind = DIFF_CHANGED;
}

/* ---- rows ---- */

static void add_pair(struct diff_maker *w, size_t i, size_t j)
{
	struct diff_row row = {.kind = DIFF_EQUAL,
			       .left = w->sides[0].events[i],
			       .right = w->sides[1].events[j]};

	compare_events(w, &row);
	if (row.n_changes || row.n_more)
		row.kind = DIFF_CHANGED;
	w->d->n_equal += row.kind == DIFF_EQUAL;
	w->d->n_changed += row.kind == DIFF_CHANGED;
	vec_push(&w->rows, row);
}

static void add_left(struct diff_maker *w, size_t i)
{
	struct diff_row row = {DIFF_LEFT, .left = w->sides[0].events[i], .right = DIFF_NOBODY};

	row.moved = w->other[i] != DIFF_NOBODY;
	if (row.moved) {
		row.right = w->sides[1].events[w->other[i]];
		compare_events(w, &row);
	}
	w->d->n_moved += row.moved;
	w->d->n_left += !row.moved;
	vec_push(&w->rows, row);
}

static void add_right(struct diff_maker *w, size_t j)
{
	struct diff_row row = {DIFF_RIGHT, .left = DIFF_NOBODY, .right = w->sides[1].events[j]};

	row.moved = w->back[j] != DIFF_NOBODY;
	if (row.moved)
		row.left = w->sides[0].events[w->back[j]];
	w->d->n_right += !row.moved;
	vec_push(&w->rows, row);
}

/* ---- step by step ---- */

/* Of both histories, so that what is to come is known. */
static bool choose_events(struct diff_maker *w, int64_t *budget)
{
	size_t left = w->sides[0].history->n_events, at = w->at++;
	int side = at >= left;
	struct align_side *s = &w->sides[side];

	if (at == left + w->sides[1].history->n_events)
		return false;
	at -= side ? left : 0;
	if (is_wanted(&w->settings, s->history, at))
		w->wanted[side][s->n++] = (uint32_t)at;
	*budget -= w->settings.where ? (int64_t)s->history->events[at].length : 1;
	return true;
}

static bool align(struct diff_maker *w, int64_t *budget)
{
	if (!w->aligning) {
		w->other = arena_array(&w->arena, uint32_t, w->sides[0].n + 1);
		w->aligning = align_begin(&w->sides[0], &w->sides[1], w->settings.rules, w->other);
	}
	if (align_step(w->aligning, budget))
		return true;
	align_end(w->aligning);
	w->aligning = NULL;
	return false;
}

static bool find_moved(struct diff_maker *w, int64_t *budget)
{
	w->back = arena_array(&w->arena, uint32_t, w->sides[1].n + 1);
	w->kept = arena_array(&w->arena, bool, w->sides[0].n + 1);
	memset(w->back, 0xff, w->sides[1].n * sizeof(*w->back));
	for (size_t i = 0; i < w->sides[0].n; i++)
		if (w->other[i] != DIFF_NOBODY)
			w->back[w->other[i]] = (uint32_t)i;
	lcs_ascending(w->other, w->sides[0].n, w->kept);
	compare_beside(w);
	*budget -= ALIGN_EVENT_COST / 10 * (int64_t)w->sides[0].n;
	return false;
}

static int64_t cost_of_row(const struct diff_maker *w, const struct diff_row *row)
{
	int64_t cost = ALIGN_EVENT_COST;

	if (row->kind != DIFF_RIGHT && row->left != DIFF_NOBODY && row->right != DIFF_NOBODY)
		cost += (int64_t)w->sides[0].history->events[row->left].length +
			(int64_t)w->sides[1].history->events[row->right].length;
	return cost;
}

/* The next row: right events that nobody stands beside come before the left one they precede. */
static bool make_row(struct diff_maker *w, int64_t *budget)
{
	bool any_order = w->settings.rules->ignored[DIFF_ORDER];
	size_t n = w->sides[0].n, m = w->sides[1].n;

	if (w->i < n && !w->kept[w->i]) {
		if (any_order && w->other[w->i] != DIFF_NOBODY)
			add_pair(w, w->i, w->other[w->i]);
		else
			add_left(w, w->i);
		w->i++;
	} else if (w->j < (w->i < n ? w->other[w->i] : m)) {
		if (!any_order || w->back[w->j] == DIFF_NOBODY)
			add_right(w, w->j);
		w->j++;
	} else if (w->i < n) {
		add_pair(w, w->i++, w->j++);
	} else {
		return false;
	}
	*budget -= w->rows.n ? cost_of_row(w, vec_last(&w->rows)) : 1;
	return true;
}

static bool keep_rows(struct diff_maker *w, int64_t *budget)
{
	w->d->rows = w->rows.at;
	w->d->n_rows = w->rows.n;
	if (w->rows.at)
		arena_adopt(&w->d->arena, w->rows.at);
	w->rows.at = NULL;
	*budget -= 1;
	return false;
}

/* What is done, one after the other; a step of it is false when there is no more. */
typedef bool diff_stage(struct diff_maker *w, int64_t *budget);
static diff_stage *const STAGES[] = {
	choose_events, align, find_moved, make_row, keep_rows,
};
#define N_STAGES (sizeof(STAGES) / sizeof(*STAGES))

struct diff_maker *diff_begin(struct diff *ret, const struct history *left,
			      const struct history *right, const struct diff_settings *settings)
{
	struct diff_maker *w = mem_zalloc(sizeof(*w));

	*ret = (struct diff){0};
	arena_init(&ret->arena);
	w->d = ret;
	w->settings = *settings;
	arena_init(&w->arena);
	arena_init(&w->scratch);
	w->wanted[0] = arena_array(&w->arena, uint32_t, left->n_events + 1);
	w->wanted[1] = arena_array(&w->arena, uint32_t, right->n_events + 1);
	w->sides[0] = (struct align_side){.history = left, .events = w->wanted[0]};
	w->sides[1] = (struct align_side){.history = right, .events = w->wanted[1]};
	return w;
}

bool diff_run(struct diff_maker *w, size_t bytes)
{
	int64_t budget = (int64_t)bytes;

	while (w->stage < N_STAGES && budget > 0)
		w->stage += !STAGES[w->stage](w, &budget);
	return w->stage < N_STAGES;
}

/* Every event is looked at ALIGN_LOOKS times and then once more for its row. */
unsigned diff_thousandths(const struct diff_maker *w)
{
	size_t whole = w->sides[0].n + w->sides[1].n, done = w->i + w->j;

	if (w->stage > 1)
		done += ALIGN_LOOKS * whole;
	else if (w->aligning)
		done += align_looked(w->aligning);
	return whole ? (unsigned)(done * 1000 / ((ALIGN_LOOKS + 1) * whole)) : 0;
}

void diff_end(struct diff_maker *w)
{
	if (w->aligning)
		align_end(w->aligning);
	leaves_done(&w->leaves[0]);
	leaves_done(&w->leaves[1]);
	vec_done(&w->changes);
	vec_done(&w->rows);
	arena_done(&w->scratch);
	arena_done(&w->arena);
	mem_free(w);
}

void diff_histories(struct diff *ret, const struct history *left, const struct history *right,
		    const struct diff_settings *settings)
{
	struct diff_maker *w = diff_begin(ret, left, right, settings);

	while (diff_run(w, SIZE_MAX / 4))
		continue;
	diff_end(w);
}

void diff_done(struct diff *d)
{
	arena_done(&d->arena);
	*d = (struct diff){0};
}

static void feed_leaves(const struct leaves *leaves, struct buf *text,
			void (*feed)(void *data, struct str bytes), void *data)
{
	buf_clear(text);
	buf_printf(text, "%zu;", leaves->list.n);
	for (size_t k = 0; k < leaves->list.n; k++)
		leaf_put(&leaves->list.at[k], text);
	feed(data, buf_str(text));
}

void diff_content(const struct history *h, const struct diff_settings *settings,
		  void (*feed)(void *data, struct str bytes), void *data)
{
	struct leaves leaves = {0};
	struct arena a;
	struct buf text;

	arena_init(&a);
	buf_init(&text, 0);
	for (size_t i = 0; i < h->n_events; i++) {
		struct arena_mark mark = arena_mark(&a);

		if (!is_wanted(settings, h, i))
			continue;
		leaves.list.n = 0;
		leaves.full = false;
		leaves_of(&leaves, settings->rules, h, i, &a);
		feed_leaves(&leaves, &text, feed, data);
		arena_rewind(&a, mark);
	}
	leaves.list.n = 0;
	leaves.full = false;
	leaves_of_beside(&leaves, settings->rules, h, &a);
	if (leaves.list.n)
		feed_leaves(&leaves, &text, feed, data);
	leaves_done(&leaves);
	buf_done(&text);
	arena_done(&a);
}

static void forget(void *data, struct str bytes)
{
	(void)data;
	(void)bytes;
}

void diff_find_places(const struct history *h, const struct diff_settings *settings)
{
	diff_content(h, settings, forget, NULL);
}
