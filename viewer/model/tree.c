/* SPDX-License-Identifier: MIT */
/* tree.c: rows made of groups and of which are unfolded. */
#include "viewer/model/tree.h"

/* ---- rows ---- */

static void add_row(struct tree *t, enum tree_kind kind, uint32_t level, uint32_t group,
		    uint32_t event)
{
	vec_push(&t->rows, (struct tree_row){kind, level, group, event});
}

bool tree_wants(const struct groups *groups, const struct group *g, const uint8_t *wanted)
{
	for (uint32_t i = 0; wanted && i < g->n; i++)
		if (wanted[groups->members[g->members + i]])
			return true;
	return !wanted;
}

/* A group's row and, where it is unfolded, its events. */
static void add_group(struct tree *t, uint32_t group, uint32_t level)
{
	const struct group *g = &t->groups->at[group];
	const uint32_t *members = t->groups->members + g->members;
	uint32_t row = (uint32_t)t->rows.n;

	if (!tree_wants(t->groups, g, t->wanted))
		return;
	add_row(t, TREE_GROUP, level, group, g->first);
	for (uint32_t i = 0; i < g->n; i++) {
		t->row_of[members[i]] = row;
		if (t->unfolded[group]) {
			t->row_of[members[i]] = (uint32_t)t->rows.n;
			add_row(t, TREE_EVENT, level + 1, group, members[i]);
		}
	}
}

/* Workflow tasks, below their row where it is unfolded. */
static void add_tasks(struct tree *t)
{
	uint32_t row = (uint32_t)t->rows.n;
	bool any = false;

	for (uint32_t i = t->first_task; i < t->groups->n && !any; i++)
		any = t->groups->at[i].kind == ENTITY_TASK &&
		      tree_wants(t->groups, &t->groups->at[i], t->wanted);
	if (!any)
		return;
	add_row(t, TREE_TASKS, 0, GROUP_NONE, t->groups->at[t->first_task].first);
	for (uint32_t i = t->first_task; i < t->groups->n; i++) {
		const struct group *g = &t->groups->at[i];

		if (g->kind != ENTITY_TASK)
			continue;
		for (uint32_t k = 0; k < g->n; k++)
			t->row_of[t->groups->members[g->members + k]] = row;
		if (t->tasks_unfolded)
			add_group(t, i, 1);
	}
}

/* In the order of events: each brings its group when it is the first of it. */
static void make(struct tree *t)
{
	const struct history *h = t->history;

	t->rows.n = 0;
	memset(t->row_of, 0xff, h->n_events * sizeof(*t->row_of)); /* GROUP_NONE: not yet */
	for (uint32_t i = 0; i < h->n_events; i++) {
		uint32_t group = t->groups->of_event[i];
		const struct group *g = group == GROUP_NONE ? NULL : &t->groups->at[group];

		if (!g && (!t->wanted || t->wanted[i])) {
			t->row_of[i] = (uint32_t)t->rows.n;
			add_row(t, TREE_EVENT, 0, GROUP_NONE, i);
		} else if (g && group == t->first_task && g->first == i) {
			add_tasks(t);
		} else if (g && g->kind != ENTITY_TASK && g->first == i) {
			add_group(t, group, 0);
		}
		if (t->row_of[i] == GROUP_NONE) /* filtered away: what stands before it */
			t->row_of[i] = (uint32_t)(t->rows.n ? t->rows.n - 1 : 0);
	}
}

/* ---- life ---- */

void tree_init(struct tree *t, const struct history *h, const struct groups *g)
{
	*t = (struct tree){.history = h, .groups = g, .first_task = GROUP_NONE};
	t->unfolded = mem_zalloc(g->n + 1);
	t->row_of = mem_zalloc((h->n_events + 1) * sizeof(*t->row_of));
	for (uint32_t i = 0; i < g->n; i++) {
		if (g->at[i].kind != ENTITY_TASK)
			continue;
		t->first_task = t->n_tasks++ ? t->first_task : i;
		t->n_failed += g->at[i].state == ENTITY_FAILED || g->at[i].state == ENTITY_TIMED_OUT;
	}
	make(t);
}

void tree_done(struct tree *t)
{
	mem_free(t->unfolded);
	mem_free(t->row_of);
	mem_free(t->wanted);
	vec_done(&t->rows);
}

void tree_filter(struct tree *t, const uint32_t *events, size_t n)
{
	mem_free(t->wanted);
	t->wanted = events ? mem_zalloc(t->history->n_events + 1) : NULL;
	for (size_t i = 0; events && i < n; i++)
		t->wanted[events[i]] = 1;
	make(t);
}

/* ---- folds ---- */

static bool folds(const struct tree *t, size_t row)
{
	const struct tree_row *r = &t->rows.at[row];

	return r->kind == TREE_TASKS || (r->kind == TREE_GROUP && t->groups->at[r->group].n > 1);
}

bool tree_is_unfolded(const struct tree *t, size_t row)
{
	const struct tree_row *r = &t->rows.at[row];

	return folds(t, row) && (r->kind == TREE_TASKS ? t->tasks_unfolded : t->unfolded[r->group]);
}

bool tree_unfold(struct tree *t, size_t row, bool unfolded)
{
	const struct tree_row *r = &t->rows.at[row];

	if (!folds(t, row) || tree_is_unfolded(t, row) == unfolded)
		return false;
	if (r->kind == TREE_TASKS)
		t->tasks_unfolded = unfolded;
	else
		t->unfolded[r->group] = unfolded;
	make(t);
	return true;
}

bool tree_any_unfolded(const struct tree *t)
{
	for (size_t i = 0; i < t->groups->n; i++)
		if (t->unfolded[i])
			return true;
	return t->tasks_unfolded;
}

void tree_unfold_all(struct tree *t, bool unfolded)
{
	for (size_t i = 0; i < t->groups->n; i++)
		t->unfolded[i] = unfolded && t->groups->at[i].n > 1;
	t->tasks_unfolded = unfolded;
	make(t);
}

size_t tree_around(const struct tree *t, size_t i)
{
	uint32_t level = t->rows.at[i].level;
	size_t row = i;

	while (level && row && t->rows.at[row].level >= level)
		row--;
	return row;
}
