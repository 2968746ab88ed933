/* SPDX-License-Identifier: MIT */
/* recipe_story.h: a history, a check of it, and the recipe's questions, one by one. */
#pragma once

#include "replayer/remote/recipe.h"
#include "tests/unit/build.h"
#include "tests/unit/reply.h"

#define ND "[TMPRL1100] Nondeterminism error: "
#define GO_PANIC "[TMPRL1100] nondeterministic workflow: extra replay command for StartTimer: " \
	"(CommandType:StartTimer)"

struct story {
	struct arena arena;
	const struct schema *schema;
	struct build build;
	struct history history;
	struct check check;
	struct outcome outcome;
};

/* cmocka's: *STATE is the story; its history has begun ("OrderWorkflow"). */
int story_set_up(void **state);
int story_tear_down(void **state);

/* Events 2-4 task, 5-7 activity "1" Charge, 8-10 task, 11 completed. */
void closed_order(struct story *s);
/* The same up to 10, and open. */
void open_order(struct story *s);

/* The history is built: a check of its first N_TASKS tasks by RECIPE. */
void check_prefix(struct story *s, const struct recipe *recipe, size_t n_tasks);
/* Of all of it. */
void check(struct story *s, const struct recipe *recipe);
struct task_spec ask(const struct story *s);
/* Has the recipe reached its outcome? */
bool answers(struct story *s, struct task_reply reply);
