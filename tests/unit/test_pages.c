/* SPDX-License-Identifier: MIT */
/* test_pages.c: pages and parts of archives, joined, refused, and what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/wire/wire.h"
#include "tests/unit/build.h"
#include "tests/unit/containers_story.h"

#include <string.h>

static void pages_are_joined_in_any_order(void **state)
{
	const char *one = page("a", 1, 3, "eHg="), *two = page("a", 4, 5, "eHk="),
		   *three = page("a", 6, 9, "");

	(void)state;
	holds_one(say("%s\n%s\n%s", one, two, three), 9, "pages-joined ");
	holds_one(say("[%s,%s,%s]", one, two, three), 9, "pages-joined ");
	holds_one(say("[%s,%s,%s]", three, one, two), 9, "pages-joined ");
	holds_one(say("[%s,%s,%s]", two, three, one), 9, "pages-joined ");
	holds_one(say("[%s,%s,%s]", three, two, one), 9, "pages-joined ");
	/* some came twice */
	holds_one(say("[%s,%s,%s,%s]", one, two, two, three), 9, "duplicates-dropped pages-joined ");
	holds_one(say("[%s,%s,%s,%s]", one, one, two, three), 9, "duplicates-dropped pages-joined ");
	holds_one(say("[%s,%s,%s,%s]", three, one, three, two), 9,
		  "duplicates-dropped pages-joined ");
	/* a second fetch overlaps the first */
	holds_one(say("[%s,%s]", page("a", 1, 4, "eHg="), page("a", 1, 9, "")), 9,
		  "duplicates-dropped pages-joined ");
	/* two histories' pages, one history behind the other */
	holds(say("%s%s%s%s", one, page("a", 4, 6, ""), page("b", 1, 2, "eA=="), page("b", 3, 4, "")),
	      2, (size_t[]){6, 4}, "pages-joined pages-joined ");
}

static void what_is_missing_is_named(void **state)
{
	const char *one = page("a", 1, 3, "eHg="), *three = page("a", 6, 9, "");

	(void)state;
	is_refused(one, "events 1 to 3 are there, and its nextPageToken is set");
	is_refused(three, "events 6 to 9 are there, events 1 to 5 are missing");
	is_refused(say("[%s,%s]", one, three), "events 1 to 3, 6 to 9 are there, events 4 to 5 are "
					       "missing");
	is_refused(say("[%s,%s]", three, one), "events 4 to 5 are missing");
	is_refused(say("[%s,%s,%s]", one, page("b", 2, 4, ""), three),
		   "event 2 is there twice, and not the same (in part 1 of the input and in part 2)");
	is_refused(say("%s%s", one, page("b", 1, 2, "")), "nextPageToken is set");
}

/* A part of an archive in S3: its header, and a batch. */
static const char *archived(const char *header, int from, int to)
{
	return say("{\"header\":{\"runId\":\"r\"%s},\"body\":[{\"events\":[%s]}]}", header,
		   events("a", from, to));
}

#define ENDS_AT ",\"lastEventId\":\"3\""

static void the_last_part_of_an_archive_must_say_so(void **state)
{
	static const char *const OPEN[] = {",\"isLast\":false", ",\"is_last\":false", ENDS_AT,
					   ",\"last_event_id\":3", ENDS_AT ",\"isLast\":false"};
	static const char *const LAST[] = {",\"isLast\":true", ",\"is_last\": true"};
	const char *closed = say("{\"header\":{\"lastEventId\":\"2\"},\"body\":[{\"events\":[%s,"
				 "{\"eventId\":2,\"eventType\":"
				 "\"EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED\"}]}]}",
				 event_of("a", 1));
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(OPEN) / sizeof(*OPEN); i++) {
		const char *first = archived(OPEN[i], 1, 3);

		is_refused(first, "only a part of an archived history: events 1 to 3 are there");
		assert_true(load(str_of(first), LOAD_PARTIAL, &err));
		assert_int_equal(found.n_events[0], 3);
		assert_non_null(strstr(found.damage, "isLast"));
		for (size_t k = 0; k < sizeof(LAST) / sizeof(*LAST); k++) {
			const char *rest = archived(LAST[k], 4, 6);

			holds_one(say("%s%s", first, rest), 6, "");
			holds_one(say("%s%s", rest, first), 6, "sorted ");
		}
	}
	/* As servers write it: what is false is left out; but a run that is closed is whole. */
	holds_one(closed, 2, "");
	/* What is called a header elsewhere says nothing. */
	holds_one(say("{\"header\":{\"lastEventId\":3},\"events\":[%s]}", events("a", 1, 3)), 3, "");
}

/* Two batches: event 1, and event 2 with its time and task id and a run id beside it. */
static const char *two_parts(const char *time, int task_id, int version, const char *run_id)
{
	return say("{\"header\":{\"runId\":\"a\"},\"body\":[{\"events\":[%.*s,\"taskId\":5}]}]}"
		   "{\"header\":{\"runId\":\"%s\"},\"body\":[{\"events\":[{\"eventId\":2,"
		   "\"eventTime\":\"%s\",\"taskId\":%d,\"version\":%d,\"eventType\":\"TimerFired\"}]}]}",
		   (int)strlen(event_of("a", 1)) - 1, event_of("a", 1), run_id, time, task_id, version);
}

static void parts_of_two_runs_are_told(void **state)
{
	(void)state;
	holds_one(two_parts("2026-01-01T00:00:01Z", 6, 0, "a"), 2, "");
	/* another run id; a time before the run; a task id that falls */
	holds_one(two_parts("2026-01-01T00:00:01Z", 6, 0, "b"), 2, "runs-mixed ");
	holds_one(two_parts("2025-12-31T23:58:00Z", 6, 0, "a"), 2, "runs-mixed ");
	holds_one(two_parts("2026-01-01T00:00:01Z", 4, 0, "a"), 2, "runs-mixed ");
	/* clocks differ by seconds, and another cluster counts its task ids by itself */
	holds_one(two_parts("2025-12-31T23:59:58Z", 6, 0, "a"), 2, "");
	holds_one(two_parts("2026-01-01T00:00:01Z", 4, 1, "a"), 2, "");
}

/* Of the history that is cut, not of the whole input. */
static void whole_events_are_counted_by_history(void **state)
{
	const char *two = say("{\"events\":[%s]}{\"events\":[%s", events("a", 1, 5),
			      events("b", 1, 3));
	struct build b;
	struct buf export = {0};
	struct err err;

	(void)state;
	is_refused(two, "after 3 whole events");
	build_init(&b);
	build_started(&b, "W");
	build_task(&b);
	for (int i = 0; i < 2; i++) {
		struct buf item = {0};

		wire_put_bytes(&item, 1, build_wire(&b));
		wire_put_bytes(&export, 1, buf_str(&item));
		buf_done(&item);
	}
	assert_false(load(str_take(buf_str(&export), export.n - 3), 0, &err));
	assert_non_null(strstr(err.message, "after 3 whole events"));
	buf_done(&export);
	build_done(&b);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(pages_are_joined_in_any_order),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(the_last_part_of_an_archive_must_say_so),
		cmocka_unit_test(parts_of_two_runs_are_told),
		cmocka_unit_test(whole_events_are_counted_by_history),
	};

	return cmocka_run_group_tests(TESTS, containers_story_begin, containers_story_end);
}
