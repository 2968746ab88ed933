/* SPDX-License-Identifier: MIT */
/* clue_story.h: a verdict, a worker and a history, and the clues that they give. */
#pragma once

#include "replayer/judge/clues.h"
#include "tests/unit/build.h"

#define UUID_1 "6bfd6073-2403-413f-acc3-7090cf837d0a"
#define UUID_2 "96a033ac-6730-4f6d-abfd-60732403113f"

struct clue_story {
	struct arena arena;
	const struct schema *schema;
	struct build build;
	struct history history;
	struct verdict verdict;
	struct evidence evidence;
	struct clue_case about;
};

int clue_set_up(void **state);
int clue_tear_down(void **state);

/* SDK: as --sdk has it. */
void worker_is(struct clue_story *s, const char *label, const char *version, const char *build);
/* A workflow task that a worker completed which says so of itself; NULL: it says nothing. */
void task_by(struct clue_story *s, const char *sdk, const char *version, const char *build);
/* Activities Reserve (event 5), Charge (event 11) and Ship (event 17), a task before each. */
void order(struct clue_story *s);

/*
 * The history is what is built by now, and the verdict on it: diverged at that event of that
 * workflow task, history's side as it is there.
 */
struct divergence *diverged(struct clue_story *s, enum divergence_kind kind, int64_t event_id,
			    int64_t task);
/* At Charge of order(), by the value of activityId. */
struct divergence *other_id(struct clue_story *s, const char *history, const char *worker);
void failed(struct clue_story *s, const char *reason);

struct side command(const char *what, const char *name);
/* What the code asks for in that task, as the probe showed it; SECOND may be nothing. */
void commands(struct clue_story *s, int64_t task, struct side first, struct side second);

/* The clue with WORDS in it; NULL: none. Asks anew. */
const char *clue(struct clue_story *s, const char *words);
void assert_clue(struct clue_story *s, const char *whole);
void assert_silent(struct clue_story *s, const char *words);
