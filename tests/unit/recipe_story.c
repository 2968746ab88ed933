/* SPDX-License-Identifier: MIT */
/* recipe_story.c: the steps of tests of recipes. */
#include "tests/unit/recipe_story.h"

int story_set_up(void **state)
{
	static struct story story;

	story = (struct story){0};
	arena_init(&story.arena);
	story.schema = schema_new(&story.arena);
	build_init(&story.build);
	build_started(&story.build, "OrderWorkflow");
	*state = &story;
	return 0;
}

int story_tear_down(void **state)
{
	struct story *s = *state;

	history_done(&s->history);
	build_done(&s->build);
	arena_done(&s->arena);
	return 0;
}

void check_prefix(struct story *s, const struct recipe *recipe, size_t n_tasks)
{
	if (!s->history.n_events)
		s->history = build_history(&s->build, s->schema);
	check_begin(&s->check, recipe, &s->history, n_tasks ? n_tasks : s->history.n_tasks,
		    &s->arena);
}

void check(struct story *s, const struct recipe *recipe)
{
	check_prefix(s, recipe, 0);
}

struct task_spec ask(const struct story *s)
{
	struct task_spec spec;

	s->check.recipe->ask(&s->check, &spec);
	return spec;
}

bool answers(struct story *s, struct task_reply reply)
{
	return s->check.recipe->answer(&s->check, &reply, &s->outcome);
}

void closed_order(struct story *s)
{
	build_task(&s->build);
	build_activity(&s->build, "Charge");
	build_task(&s->build);
	build_completed(&s->build);
}

void open_order(struct story *s)
{
	build_task(&s->build);
	build_activity(&s->build, "Charge");
	build_task(&s->build);
}
