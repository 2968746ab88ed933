/* SPDX-License-Identifier: MIT */
/* tree.h: the rows of a tree: groups in the order of their first events, and what is in them. */
#pragma once

#include "formats/base/vec.h"
#include "formats/history/groups.h"

/*
 *     W1   workflow OrderWorkflow
 *     tasks                              TREE_TASKS: all workflow tasks, folded away
 *       ...                              each a group, one level deeper
 *     A5   activity Charge               TREE_GROUP
 *       5  ActivityTaskScheduled         TREE_EVENT, where the group is unfolded
 *       9  ActivityTaskCompleted
 *     77   EventType 99                  TREE_EVENT that is in no group
 *
 * Made whole whenever a fold changes, in time linear in the events; finding a row is a look
 * at a table.
 */
enum tree_kind { TREE_TASKS, TREE_GROUP, TREE_EVENT };

struct tree_row {
	enum tree_kind kind;
	uint32_t level;
	uint32_t group; /* or GROUP_NONE */
	uint32_t event; /* the event itself, or the first of the group */
};

struct tree {
	const struct history *history;
	const struct groups *groups;
	uint8_t *unfolded;     /* by group */
	uint32_t *row_of;      /* by event: its row, or that of what it is folded into */
	uint8_t *wanted;       /* by event, while a filter is on; else NULL */
	bool tasks_unfolded;
	uint32_t first_task;   /* group, or GROUP_NONE */
	size_t n_tasks;	       /* groups of them, */
	size_t n_failed;       /* and how many of those failed or timed out */
	size_t filter_key;     /* of the filter that it was made with: the caller's */
	VEC_OF(struct tree_row) rows;
};

/* H and G must outlive it. */
void tree_init(struct tree *t, const struct history *h, const struct groups *g);
void tree_done(struct tree *t);
/* Only groups with one of these N events (ascending); EVENTS NULL: all. */
void tree_filter(struct tree *t, const uint32_t *events, size_t n);
/* Whether a group has an event with WANTED, which is by event; NULL: it has. */
bool tree_wants(const struct groups *groups, const struct group *g, const uint8_t *wanted);
/* Unfolds or folds a row; false: it does not fold, or is so already. */
bool tree_unfold(struct tree *t, size_t row, bool unfolded);
bool tree_is_unfolded(const struct tree *t, size_t row);
bool tree_any_unfolded(const struct tree *t);
/* All of them, workflow tasks too. */
void tree_unfold_all(struct tree *t, bool unfolded);
/* The row that row I lies in; I itself where it is in none. */
size_t tree_around(const struct tree *t, size_t i);
