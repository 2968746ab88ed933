/* SPDX-License-Identifier: MIT */
/* test_view_notes.c: what a history can't know, and failures taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/model/failure.h"
#include "viewer/model/notes.h"

static struct arena arena;
static const struct schema *schema;

static struct document *opened(void)
{
	struct err err = ERR_INIT;
	struct document *d;

	if (!document_open(&d, STR("tests/data/view/failed.json"), schema, NULL, DOCUMENT_WHOLE, &err))
		fail_msg("%s", err.message);
	return d;
}

/* The first note on the event of that id, or "". */
static void assert_note(const struct document *d, int64_t id, const char *text, int64_t leads_to)
{
	struct note notes[NOTES_MOST];
	size_t n = notes_of(d, history_find(&d->history, id), &arena, notes);

	if (!*text) {
		assert_int_equal(n, 0);
		return;
	}
	assert_int_equal(n, 1);
	assert_true(str_has(notes[0].text, text));
	assert_int_equal(notes[0].event,
			 leads_to ? history_find(&d->history, leads_to) : d->history.n_events);
}

static void what_servers_leave_out(void **state)
{
	struct document *d = opened();

	assert_note(d, 1, "1 earlier attempt: each is a run", 0);
	assert_note(d, 2, "", 0);
	assert_note(d, 5, "attempts 1-4 are not in the history", 7);
	assert_note(d, 7, "attempts 1-4 are not in the history", 0);
	assert_note(d, 6, "it may be running", 0);
	assert_note(d, 11, "this is the first failure", 0);
	assert_note(d, 12, "attempts 2-6 are not in the history", 11);
	document_free(d);
}

static void failures_of_events_and_groups(void **state)
{
	struct document *d = opened();
	struct failure f, root;
	struct str bytes;

	assert_int_equal(failure_event(d, history_find(&d->history, 5)), history_find(&d->history, 8));
	assert_int_equal(failure_event(d, history_find(&d->history, 3)), d->history.n_events);
	assert_true(failure_of_event(d, history_find(&d->history, 15), &bytes));
	failure_read(schema, NULL, bytes, &arena, &f);
	assert_string_equal(f.kind, "ActivityFailure");
	assert_true(f.cause.p != NULL);
	failure_root(schema, NULL, bytes, &arena, &root);
	assert_true(str_is(root.type, "net.OpError"));
	assert_true(root.non_retryable);
	assert_true(str_is(failure_text(&root, &arena), "net.OpError: dial tcp: refused, non-retryable"));
	document_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_servers_leave_out),
		cmocka_unit_test(failures_of_events_and_groups),
	};
	int failed;

	arena_init(&arena);
	schema = schema_new(&arena);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_done(&arena);
	return failed;
}
