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

#include "formats/history/events.h"
#include "formats/wire/wire.h"
#include "replayer/dispatch/corpus.h"
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
	assert_int_equal(item->decision->verdict.kind, VERDICT_SKIPPED);
	assert_true(str_is(item->decision->verdict.reason, "no-workflow-task"));
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
	assert_int_equal(item->decision->verdict.kind, VERDICT_INVALID);
	assert_true(str_has(item->decision->verdict.message, "5"));
	/* an event without a type: a name that no number is known for */
	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	build_event(&s->build, EVENT_UNSPECIFIED, 0, STR_NONE);
	item = add(s, "future.bin");
	assert_int_equal(item->decision->verdict.kind, VERDICT_INVALID);
	assert_true(str_has(item->decision->verdict.message, "event 5"));
	/* bytes that are no history */
	build_done(&s->build);
	build_init(&s->build);
	buf_puts(&s->build.wire, "dear diary");
	item = add(s, "diary.bin");
	assert_int_equal(item->decision->verdict.kind, VERDICT_INVALID);
	assert_true(str_has(item->decision->verdict.message, "diary.bin"));
	/* nothing at all */
	corpus_add(&s->corpus, &s->settings, STR("/no/such/file.json"));
	assert_int_equal(vec_last(&s->corpus.items)->decision->verdict.kind, VERDICT_INVALID);
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
	assert_int_equal(item->decision->verdict.kind, VERDICT_INVALID);
	assert_true(str_has(item->decision->verdict.message, "event 5"));
	assert_true(str_has(item->decision->verdict.message, "TimerStarted"));
}

/* Protobuf's wire takes any bytes for a string; a Python worker hangs on them. */
static void text_that_is_not_utf8_is_invalid(void **state)
{
	struct story *s = *state;
	const struct corpus_item *item;

	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	build_activity(&s->build, "Char\xffge");
	item = add(s, "a.bin");
	assert_true(item->decided);
	assert_int_equal(item->decision->verdict.kind, VERDICT_INVALID);
	assert_true(str_is(item->decision->verdict.message,
			   "event 5: activityTaskScheduledEventAttributes.activityType.name is "
			   "not UTF-8"));
	/* bytes may be anything */
	started(s, "order-1", "run-1", "orders");
	build_task(&s->build);
	build_marker(&s->build, "core_patch", "patch-data", "\xff\xfe");
	assert_false(add(s, "b.bin")->decided);
	started(s, "order-1", "run-2", "orders");
	build_task(&s->build);
	build_activity(&s->build, "Größe");
	assert_false(add(s, "c.bin")->decided);
}

/* ---- the same again ---- */

static void an_order(struct story *s, const char *workflow_id, const char *activity)
{
	started(s, workflow_id, workflow_id, "orders");
	build_task(&s->build);
	build_activity(&s->build, activity);
}

static void the_same_history_twice_is_replayed_once(void **state)
{
	struct story *s = *state;
	const struct corpus_item *item;
	struct ledger_entry entry;

	an_order(s, "order-1", "Charge");
	assert_false(add(s, "a.bin")->decided);
	item = add(s, "b.bin");
	assert_true(item->decided);
	assert_int_equal(item->decision->verdict.kind, VERDICT_SKIPPED);
	assert_true(str_is(item->decision->verdict.reason, "duplicate"));
	entry = corpus_entry(item, &item->decision->verdict);
	assert_true(str_ends(entry.duplicate_of, STR("/a.bin")));
	assert_true(str_has(item->decision->verdict.message, "duplicate of /"));
	/* another run, and other code in the same run */
	an_order(s, "order-2", "Charge");
	assert_false(add(s, "c.bin")->decided);
	an_order(s, "order-1", "Refund");
	assert_false(add(s, "d.bin")->decided);
	assert_int_equal(s->corpus.n_undecided, 3);
}

static void the_same_events_under_another_id_are_another_history(void **state)
{
	struct story *s = *state;

	started(s, NULL, NULL, "orders");
	build_task(&s->build);
	assert_false(add(s, "order-1.bin")->decided);
	assert_false(add(s, "order-2.bin")->decided);
	assert_false(add(s, "order-1__run.bin")->decided);
}

static void a_bad_history_is_invalid_each_time(void **state)
{
	struct story *s = *state;

	an_order(s, "order-1", "Charge");
	build_event(&s->build, EVENT_UNSPECIFIED, 0, STR_NONE);
	assert_int_equal(add(s, "a.bin")->decision->verdict.kind, VERDICT_INVALID);
	assert_int_equal(add(s, "b.bin")->decision->verdict.kind, VERDICT_INVALID);
}

/* One that is no longer held is read again and compared. */
static void duplicates_are_found_behind_what_is_held(void **state)
{
	struct story *s = *state;
	struct history h;

	an_order(s, "order-1", "Charge");
	add(s, "a.bin");
	assert_true(corpus_take(&s->corpus, s->schema, 0, &h, NULL));
	history_done(&h);
	assert_true(add(s, "b.bin")->decided);
	/* who changed the file meanwhile has another history */
	assert_int_equal(truncate(arena_cstr(&s->arena, s->corpus.items.at[0].path), 10), 0);
	assert_false(add(s, "c.bin")->decided);
}

/* ---- which of them ---- */

static const struct query *where(struct story *s, const char *text)
{
	const struct query *q;
	struct err err = ERR_INIT;

	if (!query_parse(&q, str_of(text), QUERY_HISTORY, s->schema, &s->arena, &err))
		fail_msg("%s", err.message);
	return q;
}

/* N orders and a file that is none; their paths. */
static struct source_file *files(struct story *s, size_t n)
{
	struct source_file *list = arena_array(&s->arena, struct source_file, n + 1);

	for (size_t i = 0; i < n; i++) {
		struct str id = arena_printf(&s->arena, "order-%02zu", i);

		an_order(s, id.p, i % 2 ? "Charge" : "Refund");
		if (i % 4 == 0)
			build_task(&s->build);
		list[i].path = arena_printf(&s->arena, "%s/%s.bin", s->folder, id.p);
		write_file(s, list[i].path.p, build_wire(&s->build));
	}
	list[n].path = arena_printf(&s->arena, "%s/zzz.bin", s->folder);
	write_file(s, list[n].path.p, STR("dear diary"));
	return list;
}

static int remove_files(struct story *s, const struct source_file *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)unlink(arena_cstr(&s->arena, list[i].path));
	return 0;
}

static void a_query_leaves_out_what_does_not_fit(void **state)
{
	struct story *s = *state;
	const struct source_file *list = files(s, 12);

	s->settings.where = where(s, "tasks = 2 and id != order-08");
	corpus_gather(&s->corpus, &s->settings, list, 13);
	/* 0 and 4; and nobody knows of the file that can't be read */
	assert_int_equal(s->corpus.items.n, 3);
	assert_int_equal(s->corpus.n_left_out, 10);
	assert_true(str_is(s->corpus.items.at[0].workflow_id, "order-00"));
	assert_true(str_is(s->corpus.items.at[1].workflow_id, "order-04"));
	assert_int_equal(s->corpus.items.at[2].decision->verdict.kind, VERDICT_INVALID);
	assert_int_equal(s->corpus.n_undecided, 2);
	remove_files(s, list, 13);
}

/* The workflow ids in order, as one text. */
static struct str sample(struct story *s, const struct source_file *list, size_t n, size_t most,
			 const char *seed)
{
	struct str ids = STR("");

	corpus_done(&s->corpus);
	corpus_init(&s->corpus);
	s->settings.sample = most;
	s->settings.seed = str_of(seed);
	corpus_gather(&s->corpus, &s->settings, list, n);
	assert_int_equal(s->corpus.items.n + s->corpus.n_left_out, n);
	for (size_t i = 0; i < s->corpus.items.n; i++)
		ids = arena_printf(&s->arena, "%.*s %.*s", STR_ARG(ids),
				   STR_ARG(s->corpus.items.at[i].workflow_id));
	return ids;
}

static void a_sample_is_the_same_for_the_same_seed(void **state)
{
	struct story *s = *state;
	const struct source_file *list = files(s, 20);
	struct str five = sample(s, list, 20, 5, "a"), other;

	assert_int_equal(five.n, 5 * strlen(" order-00"));
	assert_true(str_eq(five, sample(s, list, 20, 5, "a")));
	assert_false(str_eq(five, sample(s, list, 20, 5, "b")));
	/* a larger one holds the smaller, in the order given */
	other = sample(s, list, 20, 6, "a");
	for (size_t i = 0; i < 5; i++)
		assert_true(str_find(other, str_slice(five.p + i * 9, 9)) >= 0);
	for (size_t i = 1; i < 6; i++)
		assert_true(str_cmp(str_slice(other.p + i * 9 - 9, 9),
				    str_slice(other.p + i * 9, 9)) < 0);
	assert_int_equal(sample(s, list, 20, 100, "a").n, 20 * 9);
	remove_files(s, list, 21);
}

static void a_sample_is_taken_of_what_fits(void **state)
{
	struct story *s = *state;
	struct source_file *list = files(s, 20);

	s->settings.where = where(s, "tasks = 2");
	assert_int_equal(sample(s, list, 20, 4, "x").n, 4 * 9);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(s->corpus.items.at[i].events, 10);
	assert_int_equal(sample(s, list, 20, 9, "x").n, 5 * 9);
	/* a path that is named twice does not count twice */
	list[1] = list[0];
	s->settings.where = where(s, "id = order-00");
	assert_int_equal(sample(s, list, 20, 9, "x").n, 9);
	remove_files(s, files(s, 20), 21);
}

static void queue_that_most_name_is_common(void **state)
{
	static const char *const QUEUES[] = {"a", "b", "b", "c", "b", "a", NULL, NULL, NULL, NULL};
	struct story *s = *state;

	assert_int_equal(corpus_common_queue(&s->corpus).n, 0);
	for (size_t i = 0; i < sizeof(QUEUES) / sizeof(*QUEUES); i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "run-%zu", i);
		started(s, "order-1", name, QUEUES[i]);
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

/* ---- files of several histories ---- */

/* A history of about N bytes, behind what is in ALL already. */
static void append_order(struct story *s, struct buf *all, const char *id, size_t n)
{
	char *json = malloc(n + 3);

	assert_non_null(json);
	memset(json, 'x', n + 2);
	json[0] = json[n + 1] = '"';
	json[n + 2] = '\0';
	started(s, id, id, "orders");
	build_task(&s->build);
	build_marker(&s->build, "big", "data", json);
	build_task(&s->build);
	buf_add(all, build_wire(&s->build));
	free(json);
}

static void a_file_of_several_histories_is_so_many_items(void **state)
{
	struct story *s = *state;
	struct str path = arena_printf(&s->arena, "%s/all.bin", s->folder);
	struct buf all = {0};
	static const char *const IDS[] = {"a", "b", "c", "a"};

	for (size_t i = 0; i < 4; i++)
		append_order(s, &all, IDS[i], 10);
	write_file(s, path.p, buf_str(&all));
	corpus_add(&s->corpus, &s->settings, path);
	assert_int_equal(s->corpus.items.n, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct corpus_item *item = &s->corpus.items.at[i];

		assert_true(str_eq(item->path, arena_printf(&s->arena, "%s#%zu", path.p, i + 1)));
		assert_true(str_is(item->workflow_id, IDS[i]));
		assert_int_equal(item->decided, i == 3);
	}
	assert_true(str_ends(s->corpus.items.at[3].decision->duplicate_of, STR("all.bin#1")));
	corpus_add(&s->corpus, &s->settings, arena_printf(&s->arena, "%s#2", path.p));
	assert_int_equal(s->corpus.items.n, 5);
	assert_true(str_ends(s->corpus.items.at[4].path, STR("all.bin#2")));
	unlink(path.p);
	buf_done(&all);
}

/* More than memory is given for, in one file that is gone when their turn comes. */
static void histories_that_cannot_be_read_again_wait_on_disk(void **state)
{
	struct story *s = *state;
	struct str path = arena_printf(&s->arena, "%s/all.bin", s->folder);
	const size_t size = 9 * 1024 * 1024;
	static const char *const IDS[] = {"a", "b", "c"};
	struct buf all = {0};

	for (size_t i = 0; i < 3; i++)
		append_order(s, &all, IDS[i], size);
	write_file(s, path.p, buf_str(&all));
	buf_done(&all);
	corpus_add(&s->corpus, &s->settings, path);
	assert_int_equal(s->corpus.items.n, 3);
	assert_true(s->corpus.held_bytes < 2 * size);
	unlink(path.p);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 3; i-- > 0;) {
			struct err err = ERR_INIT;
			struct history h;

			if (!corpus_take(&s->corpus, s->schema, i, &h, &err))
				fail_msg("%s", err.message);
			assert_true(str_is(h.workflow_id, IDS[i]));
			assert_true(h.wire.n > size);
			corpus_put_back(&s->corpus, i, &h);
		}
	}
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
		TEST(text_that_is_not_utf8_is_invalid),
		TEST(the_same_history_twice_is_replayed_once),
		TEST(the_same_events_under_another_id_are_another_history),
		TEST(a_bad_history_is_invalid_each_time),
		TEST(duplicates_are_found_behind_what_is_held),
		TEST(a_query_leaves_out_what_does_not_fit),
		TEST(a_sample_is_the_same_for_the_same_seed),
		TEST(a_sample_is_taken_of_what_fits),
		TEST(queue_that_most_name_is_common),
		TEST(skipped_histories_do_not_vote),
		TEST(a_file_of_several_histories_is_so_many_items),
		TEST(histories_that_cannot_be_read_again_wait_on_disk),
		TEST(history_is_read_again_when_its_turn_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
