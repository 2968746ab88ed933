/* SPDX-License-Identifier: MIT */
/* clue_story.c: telling a case, asking for its clues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/clue_story.h"

int clue_set_up(void **state)
{
	static struct clue_story s;

	s = (struct clue_story){0};
	arena_init(&s.arena);
	s.schema = schema_new(&s.arena);
	build_init(&s.build);
	*state = &s;
	return 0;
}

int clue_tear_down(void **state)
{
	struct clue_story *s = *state;

	evidence_done(&s->evidence);
	history_done(&s->history);
	build_done(&s->build);
	arena_done(&s->arena);
	return 0;
}

/* ---- telling it ---- */

void worker_is(struct clue_story *s, const char *label, const char *version, const char *build)
{
	s->about.sdk = sdk_find(str_of(label));
	assert_non_null(s->about.sdk);
	s->about.version = str_of(version);
	s->about.build_id = str_of(build);
}

/* Diverged at that event of that workflow task, history's side as it is there. */
struct divergence *diverged(struct clue_story *s, enum divergence_kind kind, int64_t event_id,
			    int64_t task)
{
	struct divergence *d = &s->verdict.divergence;

	history_done(&s->history);
	s->history = build_history(&s->build, s->schema);
	s->verdict = (struct verdict){.kind = VERDICT_DIVERGED};
	*d = (struct divergence){.kind = kind, .event_id = event_id, .workflow_task = task,
				 .provenance = "message"};
	if (kind != DIVERGENCE_EXTRA)
		d->history = event_side(&s->history, history_find(&s->history, event_id), &s->arena);
	return d;
}

void failed(struct clue_story *s, const char *reason)
{
	history_done(&s->history);
	s->history = build_history(&s->build, s->schema);
	s->verdict = (struct verdict){.kind = VERDICT_FAILED, .reason = str_of(reason)};
}

struct side command(const char *what, const char *name)
{
	return (struct side){str_of(what), str_of(name), STR_NONE};
}

/* What the code asks for in that task, as the probe showed it. */
void commands(struct clue_story *s, int64_t task, struct side first, struct side second)
{
	struct command_pair *pairs = arena_array(&s->arena, struct command_pair, 2);

	pairs[0].worker = first;
	pairs[1].worker = second;
	vec_push(&s->evidence.tasks, (struct task_commands){.task = task, .pairs = pairs,
							     .n_pairs = second.what.n ? 2 : 1});
}

/* The clue with WORDS in it; NULL: none. Asks anew. */
const char *clue(struct clue_story *s, const char *words)
{
	s->evidence.clues.n = 0;
	s->about.history = &s->history;
	s->about.verdict = &s->verdict;
	s->about.evidence = &s->evidence;
	clues_find(&s->about, &s->arena, &s->evidence);
	for (size_t i = 0; i < s->evidence.clues.n; i++)
		if (str_has(s->evidence.clues.at[i], words))
			return arena_cstr(&s->arena, s->evidence.clues.at[i]);
	return NULL;
}

void assert_clue(struct clue_story *s, const char *whole)
{
	const char *found = clue(s, whole);

	for (size_t i = 0; !found && i < s->evidence.clues.n; i++)
		print_message("a clue: %.*s\n", STR_ARG(s->evidence.clues.at[i]));
	assert_non_null(found);
	assert_string_equal(found, whole);
}

void assert_silent(struct clue_story *s, const char *words)
{
	assert_null(clue(s, words));
}

/* Two tasks, activities Reserve (event 5) and Charge (event 11), then Ship (event 17). */
void order(struct clue_story *s)
{
	build_started(&s->build, "Order");
	build_task(&s->build);
	assert_int_equal(build_activity(&s->build, "Reserve"), 5);
	build_task(&s->build);
	assert_int_equal(build_activity(&s->build, "Charge"), 11);
	build_task(&s->build);
	assert_int_equal(build_activity(&s->build, "Ship"), 17);
	build_task(&s->build);
	build_completed(&s->build);
}

void task_by(struct clue_story *s, const char *sdk, const char *version, const char *build)
{
	build_task_scheduled(&s->build);
	build_task_started(&s->build);
	build_task_completed_with(&s->build, sdk, version, build);
}

struct divergence *other_id(struct clue_story *s, const char *history, const char *worker)
{
	struct divergence *d;

	if (!s->history.n_events)
		order(s);
	d = diverged(s, DIVERGENCE_ATTRIBUTE, 11, 2);
	d->worker = command("ScheduleActivityTask", "Charge");
	d->field = STR("activityId");
	d->history_value = str_of(history);
	d->worker_value = str_of(worker);
	return d;
}
