/* SPDX-License-Identifier: MIT */
/* run_list.c: groups, and their histories in lines. */
#include "viewer/model/run_list.h"

#include "formats/base/map.h"

#include <stdlib.h>

static void about_row(const void *data, size_t i, struct roster_about *ret)
{
	const struct run_file *run = data;
	const struct run_row *row = &run->rows[i];
	const struct ledger_entry *e = &row->entry;
	const struct str *title = row->cause == CAUSES_NONE ? NULL
							   : &run->causes.items.at[row->cause].title;

	*ret = (struct roster_about){
		.history = {.path = e->history,
			    .workflow_id = e->workflow_id,
			    .run_id = e->run_id,
			    .type = e->workflow_type,
			    .queue = e->queue,
			    .sdk = e->sdk,
			    .sdk_version = e->sdk_version,
			    .events = e->events,
			    .bytes = e->bytes},
		.name = e->workflow_id.n ? e->workflow_id : e->history,
		.status = str_of(verdict_name(row->verdict.kind)),
		.more = title ? *title : STR_NONE,
		.time = e->ms > 0 && e->ms < 1e12 ? (int64_t)(e->ms * 1e6) : -1,
		.place = i,
	};
}

void run_list_init(struct run_list *l)
{
	*l = (struct run_list){.roster = {.about = about_row, .key = ROSTER_EVENTS}};
}

void run_list_done(struct run_list *l)
{
	roster_done(&l->roster);
	vec_done(&l->groups);
	vec_done(&l->group_of);
	vec_done(&l->order);
	vec_done(&l->fits);
	vec_done(&l->lines);
}

/* ---- groups ---- */

static enum run_fold fold_first(enum verdict_kind kind)
{
	return kind == VERDICT_PASSED || kind == VERDICT_SKIPPED ? RUN_CLOSED : RUN_BRIEF;
}

static struct str key_of(const struct run_file *run, const struct run_row *row)
{
	const struct cause *c;

	if (row->verdict.kind == VERDICT_PASSED)
		return STR("passed");
	if (row->verdict.kind == VERDICT_SKIPPED)
		return row->verdict.reason.n ? row->verdict.reason : STR("skipped");
	c = &run->causes.items.at[row->cause];
	return c->fingerprint.n ? c->fingerprint : c->title;
}

/* The group of each row: of one kind and key. */
static void find_groups(struct run_list *l)
{
	const struct run_file *run = l->run;
	struct map by_cause = {0};
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < run->n_rows; i++) {
		const struct run_row *row = &run->rows[i];
		struct str key = key_of(run, row);
		bool is_new, one = row->cause == CAUSES_NONE || row->verdict.kind == VERDICT_SKIPPED;
		struct str whole = one ? arena_printf(&arena, "%d %.*s", (int)row->verdict.kind,
						      STR_ARG(key))
				       : arena_printf(&arena, "cause %zu", row->cause);
		uint64_t *at = map_put(&by_cause, whole, l->groups.n, &is_new);
		struct run_group *g;

		if (is_new)
			vec_push(&l->groups,
				 (struct run_group){
					 .kind = row->verdict.kind,
					 .key = key,
					 .cause = one ? NULL : &run->causes.items.at[row->cause],
					 .smallest = i,
					 .fold = fold_first(row->verdict.kind)});
		g = &l->groups.at[*at];
		g->all++;
		g->known += row->entry.known;
		if (row->entry.events < run->rows[g->smallest].entry.events)
			g->smallest = i;
		vec_push(&l->group_of, (uint32_t)*at);
	}
	map_done(&by_cause);
	arena_done(&arena);
}

static int rank(const struct run_group *g)
{
	int last = g->kind == VERDICT_PASSED ? 1 : g->kind == VERDICT_SKIPPED ? 2 : 0;

	return last * 100 + (g->known == g->all && !last ? 50 : 0) + (int)g->kind;
}

static int by_weight(const void *a, const void *b)
{
	const struct run_group *x = a, *y = b;

	if (rank(x) != rank(y))
		return rank(x) - rank(y);
	if (x->all != y->all)
		return x->all > y->all ? -1 : 1;
	if (x->cause && y->cause) /* those are in an order of their own already */
		return x->cause < y->cause ? -1 : x->cause > y->cause;
	return str_cmp(x->key, y->key);
}

/* Sorted, with the rows' groups renamed. */
static void order_groups(struct run_list *l)
{
	VEC_OF(uint32_t) place = {0};
	size_t number = 0;

	for (size_t i = 0; i < l->groups.n; i++)
		l->groups.at[i].first = i;
	if (l->groups.n)
		qsort(l->groups.at, l->groups.n, sizeof(*l->groups.at), by_weight);
	for (size_t i = 0; i < l->groups.n; i++)
		vec_push(&place, 0);
	for (size_t i = 0; i < l->groups.n; i++) {
		struct run_group *g = &l->groups.at[i];

		place.at[g->first] = (uint32_t)i;
		g->number = g->cause ? ++number : 0;
	}
	for (size_t i = 0; i < l->group_of.n; i++)
		l->group_of.at[i] = place.at[l->group_of.at[i]];
	vec_done(&place);
}

/* ---- lines ---- */

static void make_lines(struct run_list *l)
{
	l->lines.n = 0;
	for (size_t i = 0; i < l->groups.n; i++) {
		const struct run_group *g = &l->groups.at[i];
		size_t shown = g->fold == RUN_CLOSED ? 0 : g->n;

		if (!g->n)
			continue;
		if (g->fold == RUN_BRIEF && g->n > RUN_BRIEF_ROWS + 1)
			shown = RUN_BRIEF_ROWS;
		vec_push(&l->lines,
			 (struct run_line){RUN_LINE_GROUP, (uint32_t)i, l->order.at[g->first]});
		for (size_t k = 0; k < shown; k++)
			vec_push(&l->lines, (struct run_line){RUN_LINE_HISTORY, (uint32_t)i,
							      l->order.at[g->first + k]});
		if (shown && shown < g->n)
			vec_push(&l->lines, (struct run_line){RUN_LINE_MORE, (uint32_t)i,
							      l->order.at[g->first + shown]});
	}
}

void run_list_sort(struct run_list *l)
{
	for (size_t i = 0; i < l->groups.n; i++) {
		struct run_group *g = &l->groups.at[i];

		roster_order(&l->roster, l->order.at + g->first, g->n);
	}
	make_lines(l);
}

/* Rows that fit, put behind each other by group: counted first, then put in their place. */
static void fill(struct run_list *l)
{
	size_t n = l->group_of.n, first = 0;

	l->order.n = l->fits.n = 0;
	for (size_t i = 0; i < l->groups.n; i++)
		l->groups.at[i].n = 0;
	for (size_t i = 0; i < n; i++) {
		vec_push(&l->fits, 0);
		vec_push(&l->order, 0);
	}
	roster_fitting(&l->roster, l->fits.at);
	for (size_t i = 0; i < n; i++)
		l->groups.at[l->group_of.at[i]].n += l->fits.at[i];
	for (size_t i = 0; i < l->groups.n; i++) {
		struct run_group *g = &l->groups.at[i];

		g->first = first;
		first += g->n;
		g->n = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct run_group *g = &l->groups.at[l->group_of.at[i]];

		if (l->fits.at[i])
			l->order.at[g->first + g->n++] = (uint32_t)i;
	}
}

/* What a filter finds is there to be seen. */
void run_list_filter(struct run_list *l)
{
	bool any = l->roster.filter.n > 0;

	fill(l);
	for (size_t i = 0; i < l->groups.n; i++) {
		struct run_group *g = &l->groups.at[i];

		if (any && g->fold == RUN_CLOSED)
			g->fold = RUN_BRIEF;
		else if (!any)
			g->fold = fold_first(g->kind);
	}
	run_list_sort(l);
}

/* Where nothing else is there to be seen, what passed is. */
static void open_passed(struct run_list *l)
{
	for (size_t i = 0; i < l->groups.n; i++)
		if (l->groups.at[i].kind != VERDICT_PASSED && l->groups.at[i].kind != VERDICT_SKIPPED)
			return;
	if (l->groups.n)
		l->groups.at[0].fold = RUN_WHOLE;
}

/* ---- another run in the place of one ---- */

struct folds {
	struct arena arena;
	struct map by_key;
};

static struct str fold_key(const struct run_group *g, struct arena *a)
{
	return arena_printf(a, "%d %.*s", (int)g->kind, STR_ARG(g->key));
}

static void keep_folds(struct folds *f, const struct run_list *l)
{
	arena_init(&f->arena);
	f->by_key = (struct map){0};
	for (size_t i = 0; i < l->groups.n; i++)
		map_put(&f->by_key, fold_key(&l->groups.at[i], &f->arena),
			(uint64_t)l->groups.at[i].fold, NULL);
}

static void take_folds(struct folds *f, struct run_list *l)
{
	for (size_t i = 0; i < l->groups.n; i++) {
		struct run_group *g = &l->groups.at[i];
		const uint64_t *fold = map_get(&f->by_key, fold_key(g, &f->arena));

		if (fold)
			g->fold = (enum run_fold)*fold;
	}
	map_done(&f->by_key);
	arena_done(&f->arena);
}

void run_list_take(struct run_list *l, const struct run_file *run)
{
	bool first = !l->run;
	struct folds folds;

	keep_folds(&folds, l);
	l->run = run;
	l->roster.data = run;
	roster_know(&l->roster, run->n_rows);
	l->groups.n = l->group_of.n = 0;
	l->problem = STR_NONE;
	find_groups(l);
	order_groups(l);
	if (first)
		open_passed(l);
	take_folds(&folds, l);
	fill(l);
	run_list_sort(l);
}

/* ---- finding ---- */

const struct run_row *run_list_row(const struct run_list *l, size_t line)
{
	return line < l->lines.n ? &l->run->rows[l->lines.at[line].row] : NULL;
}

size_t run_list_line(const struct run_list *l, size_t row)
{
	size_t group = SIZE_MAX;

	for (size_t i = 0; i < l->lines.n; i++) {
		const struct run_line *line = &l->lines.at[i];

		if (line->kind == RUN_LINE_HISTORY && line->row == row)
			return i;
		if (line->kind == RUN_LINE_GROUP && row < l->group_of.n &&
		    line->group == l->group_of.at[row])
			group = i;
	}
	return group;
}

size_t run_list_show(struct run_list *l, size_t row)
{
	size_t line = run_list_line(l, row);

	if (line == SIZE_MAX || l->lines.at[line].kind == RUN_LINE_HISTORY)
		return line;
	if (row >= l->fits.n || !l->fits.at[row])
		return SIZE_MAX;
	run_list_fold(l, line, RUN_WHOLE);
	return run_list_line(l, row);
}

size_t run_list_heading(const struct run_list *l, size_t row)
{
	for (size_t i = 0; i < l->lines.n; i++)
		if (l->lines.at[i].kind == RUN_LINE_GROUP && row < l->group_of.n &&
		    l->lines.at[i].group == l->group_of.at[row])
			return i;
	return 0;
}

size_t run_list_begin(const struct run_list *l)
{
	return l->lines.n > 1 && l->lines.at[1].kind == RUN_LINE_HISTORY ? 1 : 0;
}

size_t run_list_next(const struct run_list *l, size_t line, enum verdict_kind kind, bool forward)
{
	const struct run_line *at = line < l->lines.n ? &l->lines.at[line] : NULL;
	size_t place, n = l->order.n, used = 0;

	if (!at)
		return SIZE_MAX;
	for (size_t i = 0; i < l->groups.n; i++)
		used += l->groups.at[i].n;
	n = used < n ? used : n;
	place = l->groups.at[at->group].first;
	if (at->kind == RUN_LINE_GROUP) {
		place -= forward; /* its first history is the next */
	} else {
		while (place < n && l->order.at[place] != at->row)
			place++;
		place -= at->kind == RUN_LINE_MORE && forward;
	}
	for (;;) {
		place = forward ? place + 1 : place - 1;
		if (place >= n) /* before the first, too */
			return SIZE_MAX;
		if (l->run->rows[l->order.at[place]].verdict.kind == kind)
			return l->order.at[place];
	}
}

/* ---- all places, whatever is folded ---- */

struct run_place run_list_place(const struct run_list *l, size_t line)
{
	const struct run_line *at = &l->lines.at[line];
	const struct run_group *g = &l->groups.at[at->group];
	size_t i = 0;

	if (at->kind == RUN_LINE_GROUP)
		return (struct run_place){at->group, RUN_PLACE_HEADING};
	while (l->order.at[g->first + i] != at->row)
		i++;
	return (struct run_place){at->group, i};
}

struct run_place run_list_step(const struct run_list *l, struct run_place p, bool forward)
{
	size_t n = l->groups.n;

	/* SIZE_MAX: the heading is before the first */
	if (forward ? p.at + 1 < l->groups.at[p.group].n : p.at != RUN_PLACE_HEADING)
		return (struct run_place){p.group, forward ? p.at + 1 : p.at - 1};
	do
		p.group = forward ? (p.group + 1) % n : (p.group + n - 1) % n;
	while (!l->groups.at[p.group].n);
	p.at = forward ? RUN_PLACE_HEADING : l->groups.at[p.group].n - 1;
	return p;
}

size_t run_list_unfold_to(struct run_list *l, struct run_place p)
{
	size_t row = l->order.at[l->groups.at[p.group].first];

	if (p.at == RUN_PLACE_HEADING)
		return run_list_heading(l, row);
	return run_list_show(l, l->order.at[l->groups.at[p.group].first + p.at]);
}

/* ---- folding ---- */

void run_list_fold(struct run_list *l, size_t line, enum run_fold fold)
{
	if (line >= l->lines.n)
		return;
	l->groups.at[l->lines.at[line].group].fold = fold;
	make_lines(l);
}

void run_list_fold_all(struct run_list *l, bool open)
{
	for (size_t i = 0; i < l->groups.n; i++)
		l->groups.at[i].fold = open ? RUN_WHOLE : fold_first(l->groups.at[i].kind);
	make_lines(l);
}

void run_list_folds(const struct run_list *l, struct buf *out)
{
	for (size_t i = 0; i < l->groups.n; i++)
		buf_add_char(out, (char)l->groups.at[i].fold);
}

bool run_list_fold_as(struct run_list *l, struct str folds)
{
	bool changes = false;

	if (folds.n != l->groups.n)
		return false;
	for (size_t i = 0; i < folds.n; i++) {
		changes |= l->groups.at[i].fold != (enum run_fold)folds.p[i];
		l->groups.at[i].fold = (enum run_fold)folds.p[i];
	}
	if (changes)
		make_lines(l);
	return changes;
}
