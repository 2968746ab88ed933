/* SPDX-License-Identifier: MIT */
/* test_view_mask.c: what is shown, searched and taken along of a history that is redacted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/schema/schema.h"
#include "tests/unit/view_story.h"
#include "viewer/draw.h"

#include <stdio.h>
#include <unistd.h>

#define SECRET "4000-teapot"

/* A failure at event 7 and a marker at 11 tell the secret, and so does what ended the run. */
static void tell(struct build *b)
{
	int64_t charge;

	build_init(b);
	build_started(b, "W");			 /* 1 */
	build_task(b);				 /* 2-4 */
	charge = build_activity_scheduled(b, "Charge"); /* 5 */
	build_activity_started(b, charge);
	build_activity_failed(b, charge, SECRET " declined");
	build_task(b); /* 8-10 */
	build_marker(b, "m", "data", "\"" SECRET "\"");
	build_terminated(b, "card " SECRET);
}

static void open_kept(struct story *s, const struct schema *schema)
{
	struct build b;

	tell(&b);
	story_open(s, &b, schema);
	story_write(s, &b);
	build_done(&b);
}

static void close_kept(struct story *s)
{
	unlink(s->path);
	story_close(s);
}

/* Whether what PANE shows of any event has TEXT in it, everything unfolded. */
static bool shows(struct story *s, enum pane_kind pane, const char *text)
{
	bool found = false;
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < s->document->history.n_events; i++) {
		s->document->at = i;
		session_changed(&s->session);
		draw_print(&s->session, pane, 200, false, &out);
	}
	found = str_has(buf_str(&out), text);
	buf_done(&out);
	return found;
}

static bool copies(struct story *s, enum action action, size_t event, const char *text)
{
	s->document->at = event;
	s->session.request.kind = REQUEST_NONE;
	buf_clear(&s->session.request.text);
	session_act(&s->session, action, STR_NONE);
	return str_has(buf_str(&s->session.request.text), text);
}

static size_t hits(struct story *s, const char *text)
{
	session_act(&s->session, ACTION_SEARCH, str_of(text));
	while (session_idle(&s->session))
		continue;
	return s->session.search.n_hits;
}

static void no_view_and_no_copy_has_what_is_masked(void **state)
{
	static const enum pane_kind VIEWS[] = {PANE_LIST, PANE_TREE, PANE_DETAIL, PANE_JSON,
					       PANE_FAILURE, PANE_STATE, PANE_TIME};
	struct story s;

	open_kept(&s, *state);
	assert_true(shows(&s, PANE_DETAIL, SECRET));
	assert_true(shows(&s, PANE_JSON, SECRET));
	assert_true(copies(&s, ACTION_COPY_EVENT, 6, SECRET));
	assert_true(hits(&s, SECRET) >= 3);
	s.document->at = 6;
	session_act(&s.session, ACTION_REDACT, STR_NONE);
	assert_true(str_has(buf_str(&s.session.message), "redacted"));
	assert_int_equal(s.document->at, 6);
	for (size_t i = 0; i < sizeof(VIEWS) / sizeof(*VIEWS); i++)
		assert_false(shows(&s, VIEWS[i], SECRET));
	assert_true(shows(&s, PANE_DETAIL, "redacted"));
	assert_false(copies(&s, ACTION_COPY_EVENT, 6, SECRET));
	assert_false(copies(&s, ACTION_COPY_EVENT, 11, SECRET));
	assert_false(copies(&s, ACTION_COPY_PAYLOAD, 10, SECRET));
	assert_true(copies(&s, ACTION_COPY_PAYLOAD, 10, "redacted"));
	assert_int_equal(hits(&s, SECRET), 0);
	session_act(&s.session, ACTION_REDACT, STR("off"));
	assert_null(s.session.mask);
	assert_true(copies(&s, ACTION_COPY_PAYLOAD, 10, SECRET));
	close_kept(&s);
}

static void a_rule_comes_before_all_else_and_what_is_none_changes_nothing(void **state)
{
	struct story s;

	open_kept(&s, *state);
	session_act(&s.session, ACTION_REDACT, STR("event=MarkerRecorded keep"));
	assert_true(copies(&s, ACTION_COPY_PAYLOAD, 10, SECRET));
	assert_false(copies(&s, ACTION_COPY_EVENT, 6, SECRET));
	/* What redact would not write is not shown either. */
	session_act(&s.session, ACTION_REDACT, STR("event=WorkflowExecutionTerminated keep"));
	assert_true(str_has(buf_str(&s.session.message), "not redacted"));
	assert_true(str_is(mask_rule(s.document->mask), "event=MarkerRecorded keep"));
	session_act(&s.session, ACTION_REDACT, STR("activityType"));
	assert_false(shows(&s, PANE_LIST, "Charge"));
	session_act(&s.session, ACTION_REDACT, STR("no.such.path"));
	assert_true(str_has(buf_str(&s.session.message), "not redacted"));
	assert_true(str_is(mask_rule(s.document->mask), "activityType"));
	session_act(&s.session, ACTION_REDACT, STR("event=TimerStarted drop"));
	assert_true(str_has(buf_str(&s.session.message), "decided about nothing"));
	close_kept(&s);
}

static void what_a_run_says_is_left_out_while_it_is_on(void **state)
{
	struct run_row row = {.entry.history = STR("h.json")};
	struct story s;

	row.verdict.kind = VERDICT_DIVERGED;
	row.verdict.divergence.event_id = 5;
	row.verdict.message = STR(SECRET);
	open_kept(&s, *state);
	document_set_run_row(s.document, &row);
	assert_int_equal(s.document->diverges, 4);
	session_act(&s.session, ACTION_REDACT, STR_NONE);
	assert_null(s.document->run_row);
	assert_int_equal(s.document->diverges, s.document->history.n_events);
	assert_true(shows(&s, PANE_DIFF, "left out"));
	assert_true(shows(&s, PANE_STACK, "left out"));
	document_set_run_row(s.document, &row); /* the run file grew */
	assert_null(s.document->run_row);
	session_act(&s.session, ACTION_COPY_REPORT, STR_NONE);
	assert_int_equal(s.session.request.kind, REQUEST_NONE);
	session_act(&s.session, ACTION_REDACT, STR("off"));
	assert_ptr_equal(s.document->run_row, &row);
	assert_int_equal(s.document->diverges, 4);
	close_kept(&s);
}

static void a_file_that_changes_is_masked_as_well(void **state)
{
	struct err err = ERR_INIT;
	struct story s;
	struct build b;

	open_kept(&s, *state);
	session_act(&s.session, ACTION_REDACT, STR_NONE);
	tell(&b);
	build_marker(&b, "more", "data", "\"another-" SECRET "\"");
	story_write(&s, &b);
	build_done(&b);
	assert_true(session_read_again(&s.session, s.document, &err));
	assert_int_equal(s.document->history.n_events, 13);
	assert_false(shows(&s, PANE_DETAIL, SECRET));
	close_kept(&s);
}

static void a_screen_that_is_no_history_is_not_taken_along(void **state)
{
	struct story s;

	open_kept(&s, *state);
	session_add_file(&s.session, STR("other.json"), 1);
	session_show(&s.session, PANE_FILES, NULL);
	session_act(&s.session, ACTION_WRITE, STR("out.txt"));
	assert_int_equal(s.session.request.kind, REQUEST_WRITE);
	session_act(&s.session, ACTION_REDACT, STR_NONE);
	s.session.request.kind = REQUEST_NONE;
	session_act(&s.session, ACTION_WRITE, STR("out.txt"));
	assert_int_equal(s.session.request.kind, REQUEST_NONE);
	assert_true(str_has(buf_str(&s.session.message), "redact is on"));
	session_show(&s.session, PANE_LIST, s.document);
	session_act(&s.session, ACTION_WRITE, STR("out.txt"));
	assert_int_equal(s.session.request.kind, REQUEST_WRITE);
	close_kept(&s);
}

static void what_can_not_be_masked_stays_as_it_was_and_says_why(void **state)
{
	struct build b;
	struct story s;

	open_kept(&s, *state);
	unlink(s.path);
	session_act(&s.session, ACTION_REDACT, STR_NONE);
	assert_null(s.session.mask);
	assert_null(s.document->mask);
	assert_true(str_has(buf_str(&s.session.message), "not redacted"));
	tell(&b);
	while (b.wire.n <= MASK_MOST_BYTES)
		build_marker(&b, "more", "data", "\"" SECRET "\"");
	story_write(&s, &b);
	build_done(&b);
	session_act(&s.session, ACTION_REDACT, STR_NONE);
	assert_null(s.session.mask);
	assert_true(str_has(buf_str(&s.session.message), "too large"));
	assert_true(shows(&s, PANE_DETAIL, SECRET));
	close_kept(&s);
}

static int make_schema(void **state)
{
	static struct arena a;

	arena_init(&a);
	*state = (void *)(uintptr_t)schema_new(&a);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(no_view_and_no_copy_has_what_is_masked),
		cmocka_unit_test(a_rule_comes_before_all_else_and_what_is_none_changes_nothing),
		cmocka_unit_test(what_a_run_says_is_left_out_while_it_is_on),
		cmocka_unit_test(a_file_that_changes_is_masked_as_well),
		cmocka_unit_test(a_screen_that_is_no_history_is_not_taken_along),
		cmocka_unit_test(what_can_not_be_masked_stays_as_it_was_and_says_why),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
