/* SPDX-License-Identifier: MIT */
/* test_replay_corpus.c: what is known of histories before any worker starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/events.h"
#include "formats/wire.h"
#include "replayer/corpus.h"
#include "tests/unit/build.h"

struct story {
	char folder[64];
	struct arena arena;
	const struct schema *schema;
	struct corpus corpus;
	struct corpus_settings settings;
	struct build build;
};

static int set_up(void **state)
{
	static struct story story;

	story = (struct story){.folder = "/tmp/corpus-XXXXXX"};
	assert_non_null(mkdtemp(story.folder));
	arena_init(&story.arena);
	story.schema = story.settings.schema = schema_new(&story.arena);
	corpus_init(&story.corpus);
	build_init(&story.build);
	*state = &story;
	return 0;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	for (size_t i = 0; i < s->corpus.items.n; i++)
		(void)unlink(arena_cstr(&s->arena, s->corpus.items.at[i].path));
	(void)rmdir(s->folder);
	build_done(&s->build);
	corpus_done(&s->corpus);
	arena_done(&s->arena);
	return 0;
}

/* Event 1 with these; NULL: it does not say. */
static void started(struct story *s, const char *workflow_id, const char *run_id,
		    const char *queue)
{
	struct buf b, inner;

	build_done(&s->build);
	build_init(&s->build);
	buf_init(&b, 0);
	buf_init(&inner, 0);
	wire_put_bytes(&inner, 1, STR("OrderWorkflow"));
	wire_put_bytes(&b, 1, buf_str(&inner));
	if (queue) {
		buf_clear(&inner);
		wire_put_bytes(&inner, 1, str_of(queue));
		wire_put_bytes(&b, 5, buf_str(&inner));
	}
	if (run_id)
		wire_put_bytes(&b, 14, str_of(run_id));
	if (workflow_id)
		wire_put_bytes(&b, 28, str_of(workflow_id));
	build_event(&s->build, EVENT_WORKFLOW_EXECUTION_STARTED, 6, buf_str(&b));
	buf_done(&inner);
	buf_done(&b);
}

static void write_file(struct story *s, const char *path, struct str bytes)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

/* What was built, in a file of that name. */
static const struct corpus_item *add(struct story *s, const char *name)
{
	struct str path = arena_printf(&s->arena, "%s/%s", s->folder, name);

	write_file(s, path.p, build_wire(&s->build));
	corpus_add(&s->corpus, &s->settings, path);
	return vec_last(&s->corpus.items);
}

static void ids_come_from_the_history(void **state)
{
	struct story *s = *state;
	const struct corpus_item *item;

	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	item = add(s, "other__name.bin");
	assert_true(str_is(item->workflow_id, "order-1"));
	assert_true(str_is(item->run_id, "run-1"));
	assert_true(str_is(item->workflow_type, "OrderWorkflow"));
	assert_true(str_is(item->queue, "orders"));
	assert_false(item->workflow_id_guessed);
	assert_false(item->run_id_guessed);
	assert_false(item->decided);
	assert_int_equal(item->events, 4);
	assert_int_equal(item->bytes, build_wire(&s->build).n);
}

static void ids_come_from_the_name_where_the_history_is_silent(void **state)
{
	static const struct {
		const char *name, *workflow_id, *run_id;
	} ROWS[] = {
		{"order-7.bin", "order-7", NULL},
		{"order-7__run-9.bin", "order-7", "run-9"},
		{"order_7__run_9.pb", "order_7", "run_9"},
		{"__run.bin", "__run", NULL},
	};
	struct story *s = *state;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		const struct corpus_item *item;

		started(s, NULL, NULL, "orders");
		build_task(&s->build);
		item = add(s, ROWS[i].name);
		assert_true(str_is(item->workflow_id, ROWS[i].workflow_id));
		assert_true(item->workflow_id_guessed);
		assert_true(ROWS[i].run_id ? str_is(item->run_id, ROWS[i].run_id)
					   : !item->run_id.n);
		assert_int_equal(item->run_id_guessed, ROWS[i].run_id != NULL);
	}
}

static void workflow_id_that_the_user_gives_is_no_guess(void **state)
{
	struct story *s = *state;
	const struct corpus_item *item;

	s->settings.workflow_id = STR("mine");
	started(s, NULL, NULL, "orders");
	build_task(&s->build);
	item = add(s, "order-7__run-9.bin");
	assert_true(str_is(item->workflow_id, "mine"));
	assert_false(item->workflow_id_guessed);
	assert_true(str_is(item->run_id, "run-9"));
	/* It does not stand above what a history says. */
	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	assert_true(str_is(add(s, "x.bin")->workflow_id, "order-1"));
}

static void no_completed_task_is_skipped(void **state)
{
	struct story *s = *state;
	const struct corpus_item *item;

	started(s, "order-1", "run-1", "orders");
	build_task_scheduled(&s->build);
	item = add(s, "a.bin");
	assert_true(item->decided);
	assert_int_equal(item->verdict.kind, VERDICT_SKIPPED);
	assert_true(str_is(item->verdict.reason, "no-workflow-task"));
	assert_int_equal(s->corpus.n_undecided, 0);
}

static void unsound_histories_are_invalid(void **state)
{
	struct story *s = *state;
	const struct corpus_item *item;

	/* a gap */
	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	s->build.next_id++;
	build_task(&s->build);
	item = add(s, "gap.bin");
	assert_int_equal(item->verdict.kind, VERDICT_INVALID);
	assert_true(str_has(item->verdict.message, "5"));
	/* an event without a type: a name that no number is known for */
	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	build_event(&s->build, EVENT_UNSPECIFIED, 0, STR_NONE);
	item = add(s, "future.bin");
	assert_int_equal(item->verdict.kind, VERDICT_INVALID);
	assert_true(str_has(item->verdict.message, "event 5"));
	/* bytes that are no history */
	build_done(&s->build);
	build_init(&s->build);
	buf_puts(&s->build.wire, "dear diary");
	item = add(s, "diary.bin");
	assert_int_equal(item->verdict.kind, VERDICT_INVALID);
	assert_true(str_has(item->verdict.message, "diary.bin"));
	/* nothing at all */
	corpus_add(&s->corpus, &s->settings, STR("/no/such/file.json"));
	assert_int_equal(vec_last(&s->corpus.items)->verdict.kind, VERDICT_INVALID);
	assert_int_equal(s->corpus.n_undecided, 0);
	assert_int_equal(s->corpus.items.n, 4);
}

/* A number that this schema does not know is the worker's to judge. */
static void unknown_number_of_a_type_is_served(void **state)
{
	struct story *s = *state;

	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	build_event(&s->build, 999, 0, STR_NONE);
	assert_false(add(s, "a.bin")->decided);
}

/* Type 17 is TimerStarted; 15 is the field of ActivityTaskScheduled. */
static void event_with_attributes_of_another_type_is_invalid(void **state)
{
	struct story *s = *state;
	const struct corpus_item *item;

	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	build_event(&s->build, 17, 15, STR("\x0a\x01x"));
	item = add(s, "a.bin");
	assert_int_equal(item->verdict.kind, VERDICT_INVALID);
	assert_true(str_has(item->verdict.message, "event 5"));
	assert_true(str_has(item->verdict.message, "TimerStarted"));
}

static void queue_that_most_name_is_common(void **state)
{
	static const char *const QUEUES[] = {"a", "b", "b", "c", "b", "a", NULL, NULL, NULL, NULL};
	struct story *s = *state;

	assert_int_equal(corpus_common_queue(&s->corpus).n, 0);
	for (size_t i = 0; i < sizeof(QUEUES) / sizeof(*QUEUES); i++) {
		char name[16];

		started(s, "order-1", "run-1", QUEUES[i]);
		build_task(&s->build);
		(void)snprintf(name, sizeof(name), "%zu.bin", i);
		(void)add(s, name);
	}
	assert_true(str_is(corpus_common_queue(&s->corpus), "b"));
}

/* What is not replayed has no say in where the worker should poll. */
static void skipped_histories_do_not_vote(void **state)
{
	struct story *s = *state;

	for (int i = 0; i < 3; i++) {
		char name[16];

		started(s, "order-1", "run-1", i ? "idle" : "busy");
		if (!i)
			build_task(&s->build);
		(void)snprintf(name, sizeof(name), "%d.bin", i);
		(void)add(s, name);
	}
	assert_true(str_is(corpus_common_queue(&s->corpus), "busy"));
}

static void history_is_read_again_when_its_turn_comes(void **state)
{
	struct story *s = *state;
	struct err err = ERR_INIT;
	struct history h;

	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	(void)add(s, "a.bin");
	assert_true(corpus_take(&s->corpus, s->schema, 0, &h, &err));
	assert_int_equal(h.n_events, 4);
	history_done(&h);
	assert_int_equal(unlink(arena_cstr(&s->arena, s->corpus.items.at[0].path)), 0);
	assert_false(corpus_take(&s->corpus, s->schema, 0, &h, &err));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ids_come_from_the_history),
		TEST(ids_come_from_the_name_where_the_history_is_silent),
		TEST(workflow_id_that_the_user_gives_is_no_guess),
		TEST(no_completed_task_is_skipped),
		TEST(unsound_histories_are_invalid),
		TEST(unknown_number_of_a_type_is_served),
		TEST(event_with_attributes_of_another_type_is_invalid),
		TEST(queue_that_most_name_is_common),
		TEST(skipped_histories_do_not_vote),
		TEST(history_is_read_again_when_its_turn_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
