/* SPDX-License-Identifier: MIT */
/* test_containers.c: one history in everything that histories come in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/base64.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"
#include "tests/unit/containers_story.h"

#include <stdio.h>
#include <string.h>

/* ---- JSON ---- */

static void one_history_in_any_shape_of_json(void **state)
{
	const char *all = events("a", 1, 6), *one = events("a", 1, 2), *two = events("a", 3, 6);

	(void)state;
	holds_one(say("{\"events\":[%s]}", all), 6, "");
	holds_one(say("[%s]", all), 6, "");
	holds_one(say("{\"history\":{\"events\":[%s]},\"nextPageToken\":\"\"}", all), 6, "");
	holds_one(say("[[%s],[%s]]", one, two), 6, "");
	holds_one(say("[{\"events\":[%s]},{\"events\":[%s]}]", one, two), 6, "");
	assert_string_equal(found.container, "a list of batches or histories");
	holds_one(say("{\"header\":{\"workflowId\":\"w-a\",\"eventCount\":6},"
		      "\"body\":[{\"events\":[%s]},{\"events\":[%s]}]}", one, two), 6, "");
	holds_one(say("{\"items\":[{\"history\":{\"events\":[%s]}}]}", all), 6, "");
	holds_one(say("{\"workflow_1\":[[%s],[%s]]}", one, two), 6, "");
	holds_one(say("{\"status\":\"COMPLETED\",\"closeEvent\":%s,\"result\":{\"events\":[%s]},"
		      "\"history\":{\"events\":[%s]}}", event_of("b", 9), events("b", 1, 3), all),
		  6, "");
	holds_one(say("{\"data\":{\"history\":{\"events\":[%s]}}}", all), 6, "");
	holds_one(say("{\"events\":{\"1\":%s,\"2\":%s}}", event_of("a", 1), event_of("a", 2)), 2, "");
}

static void groups_of_the_web_ui_are_sorted(void **state)
{
	(void)state;
	holds_one(say("[{\"id\":\"3\",\"name\":\"x\",\"initialEvent\":%s,\"eventList\":[%s,%s]},"
		      "{\"id\":\"1\",\"eventList\":[%s,%s]},{\"id\":\"4\",\"eventList\":[%s,%s]}]",
		      event_of("a", 3), event_of("a", 3), event_of("a", 5), event_of("a", 1),
		      event_of("a", 2), event_of("a", 4), event_of("a", 5)),
		  5, "sorted ");
}

static void documents_stand_one_behind_the_other(void **state)
{
	const size_t both[] = {3, 2};

	(void)state;
	holds(say("{\"events\":[%s]}\n{\"events\":[%s]}\n", events("a", 1, 3), events("b", 1, 2)), 2,
	      both, "");
	holds(say("[%s][%s]", events("a", 1, 3), events("b", 1, 2)), 2, both, "");
	/* one event a line */
	holds(say("%s\n%s\n%s\n%s\n%s\n", event_of("a", 1), event_of("a", 2), event_of("a", 3),
		  event_of("b", 1), event_of("b", 2)),
	      2, both, "");
	/* the same history twice is twice the same history */
	holds(say("{\"events\":[%s]}{\"events\":[%s]}", events("a", 1, 3), events("a", 1, 3)), 2,
	      (size_t[]){3, 3}, "");
	/* different runs in a list */
	holds(say("[{\"events\":[%s]},{\"events\":[%s]}]", events("a", 1, 3), events("b", 1, 2)), 2,
	      both, "");
	holds(say("{\"items\":[{\"history\":{\"events\":[%s]}},{\"history\":{\"events\":[%s]}}]}",
		  events("a", 1, 3), events("b", 1, 2)),
	      2, both, "");
	holds(say("[\"%s\"]", "{\\\"events\\\":[{\\\"eventId\\\":1}]}"), 1, (size_t[]){1}, "");
}

static void newest_first_is_turned_round(void **state)
{
	(void)state;
	holds_one(say("{\"events\":[%s]}", events("a", 6, 1)), 6, "newest-first ");
	holds_one(say("[%s,%s]", page("a", 9, 6, "eA=="), page("a", 5, 1, "")), 9,
		  "newest-first pages-joined ");
	holds(say("{\"events\":[%s]}{\"events\":[%s]}", events("a", 3, 1), events("b", 2, 1)), 2,
	      (size_t[]){3, 2}, "newest-first newest-first ");
	holds(say("{\"events\":[%s]}{\"events\":[%s]}", events("a", 1, 3), events("b", 2, 1)), 2,
	      (size_t[]){3, 2}, "newest-first ");
}

static void other_text_before_the_json_is_skipped(void **state)
{
	(void)state;
	holds_one(say("WARN this CLI is old\n[grpc] hello\n{\"events\":[%s]}\n", events("a", 1, 3)), 3,
		  "text-skipped ");
	holds_one(say("\xef\xbb\xbf{\"events\":[%s]}", events("a", 1, 3)), 3, "");
	holds_one(say("```json\n{\"events\":[%s]}\n```\n", events("a", 1, 3)), 3,
		  "text-skipped text-skipped ");
	holds_one(say("{\"events\":[%s]}\nWarning: bye\n", events("a", 1, 3)), 3, "text-skipped ");
	is_refused(say("{\"events\":[%s]}\n]\n", events("a", 1, 3)), "something follows");
	is_refused("WARN this CLI is old\nhello\n", "not a history (tried: ");
}

static void what_tdbg_prints_is_read(void **state)
{
	(void)state;
	holds_one(say("======== batch 1, blob len: 70 ======\n[%s]\n"
		      "======== batch 2, blob len: 90 ======\n[\n%s\n]\n"
		      "======== total batches 2, total blob len: 160 ======\n",
		      events("a", 1, 2), events("a", 3, 4)),
		  4, "");
	assert_string_equal(found.container, "batches, as `tdbg workflow show` prints them");
}

static void an_export_that_stopped_says_where(void **state)
{
	const char *text = say("[%s,{\"error\":\"page \\u0041 failed\"}]", events("a", 1, 3));
	struct err err;

	(void)state;
	is_refused(text, "the export stops behind event 3: the server's next page failed "
			 "(page A failed)");
	assert_true(load(str_of(text), LOAD_PARTIAL, &err));
	assert_int_equal(found.n_events[0], 3);
	assert_non_null(strstr(found.damage, "stops behind event 3"));
}

static void of_what_is_cut_the_whole_events_can_be_had(void **state)
{
	const char *text = say("{\"events\":[%s]}", events("a", 1, 9));
	size_t n = strlen(text);

	(void)state;
	for (size_t cut = 1; cut < n; cut++) {
		struct err err;
		struct str part = {text, cut};

		assert_false(load(part, 0, &err));
		assert_true(err.message[0]);
		if (load(part, LOAD_PARTIAL, &err)) {
			assert_int_equal(found.n, 1);
			assert_true(found.in_order);
			assert_non_null(strstr(found.damage, "truncated"));
		}
	}
	assert_int_equal(found.n_events[0], 9);
	{
		struct err err;

		assert_true(load(str_of(page("a", 3, 6, "")), LOAD_PARTIAL, &err));
		assert_int_equal(found.n_events[0], 4);
		assert_non_null(strstr(found.damage, "events 1 to 2 are missing"));
		assert_true(load(str_of(page("a", 1, 6, "eA==")), LOAD_PARTIAL, &err));
		assert_non_null(strstr(found.damage, "nextPageToken is set"));
	}
}

static void what_is_none_is_told_from_its_keys(void **state)
{
	(void)state;
	is_refused("{\"workflowExecutionInfo\":{},\"closeEvent\":{}}", "workflow describe");
	is_refused("[{\"execution\":{\"workflowId\":\"w\"}}]", "a list of workflows");
	is_refused("{\"code\":5,\"message\":\"not here\"}", "a server answered: not here");
	is_refused("{\"error\":\"no\"}", "a server answered");
	is_refused("[", "no events");
	is_refused("{\"rawHistory\":[{\"encodingType\":\"ThriftRW\",\"data\":\"WQ==\"}]}", "encoding");
	is_refused(say("{\"events\":[%s]} trailing", events("a", 1, 2)), "something follows");
}

/* ---- protobuf ---- */

static struct build built(int timers)
{
	struct build b;

	build_init(&b);
	build_started(&b, "OrderWorkflow");
	for (int i = 0; i < timers; i++)
		build_timer(&b, i);
	return b;
}

/* Bytes of events FROM to TO (from 1) of a History. */
static struct str part_of(struct str wire, size_t from, size_t to)
{
	struct wire w = wire_of(wire);
	struct wire_field f;
	size_t start = 0, end = 0;

	for (size_t i = 1; i <= to && wire_next(&w, &f); i++) {
		if (i == from)
			start = (size_t)(f.whole.p - wire.p);
		end = w.at;
	}
	return str_slice(wire.p + start, end - start);
}

static void has(struct str bytes, size_t n, struct str wire, const char *container)
{
	struct err err;

	if (!load(bytes, 0, &err))
		fail_msg("%s: %s", container, err.message);
	assert_string_equal(found.container, container);
	assert_int_equal(found.n, n);
	if (!str_eq(buf_str(&found.wire), wire))
		fail_msg("other bytes in %s: %zu, not %zu (%s)", container, found.wire.n, wire.n, found.notes);
	assert_string_equal(found.container, container);
}

static void one_history_in_any_shape_of_protobuf(void **state)
{
	struct build b = built(4);
	struct str wire = build_wire(&b);
	struct buf out = {0}, item = {0};
	struct wire w = wire_of(wire);
	struct wire_field f;

	(void)state;
	has(wire, 1, wire, "one history");

	wire_put_bytes(&out, 1, wire);
	has(buf_str(&out), 1, wire, "a server's reply");

	wire_put_bytes(&item, 1, buf_str(&out));
	wire_put_bytes(&item, 1, buf_str(&out));
	has(buf_str(&item), 2, wire, "a Temporal Cloud export");

	buf_clear(&out);
	while (wire_next(&w, &f)) {
		wire_put_varint(&out, f.bytes.n);
		buf_add(&out, f.bytes);
	}
	has(buf_str(&out), 1, wire, "messages with their length in front");

	buf_clear(&out);
	wire_put_varint(&out, wire.n);
	buf_add(&out, wire);
	wire_put_varint(&out, wire.n);
	buf_add(&out, wire);
	has(buf_str(&out), 2, wire, "messages with their length in front");

	buf_clear(&out);
	wire_put_value(&out, 1, 1);
	wire_put_bytes(&out, 2, wire);
	has(buf_str(&out), 1, wire, "a blob with its encoding");

	w = wire_of(wire);
	wire_next(&w, &f);
	has(f.bytes, 1, f.whole, "one event");
	buf_done(&out);
	buf_done(&item);
	build_done(&b);
}

static void blobs_are_joined(void **state)
{
	struct build b = built(4);
	struct str wire = build_wire(&b);
	struct str parts[] = {part_of(wire, 1, 3), part_of(wire, 4, 4), part_of(wire, 5, 9)};
	struct buf reply = {0}, blob = {0}, json = {0};
	char text[2000];

	(void)state;
	buf_puts(&json, "{\"rawHistory\":[");
	for (size_t i = 0; i < 3; i++) {
		buf_clear(&blob);
		wire_put_value(&blob, 1, 1);
		wire_put_bytes(&blob, 2, parts[i]);
		wire_put_bytes(&reply, 2, buf_str(&blob));
		base64_encode(parts[i], text);
		buf_printf(&json, "%s{\"encodingType\":\"ENCODING_TYPE_PROTO3\",\"data\":\"%.*s\"}",
			   i ? "," : "", (int)BASE64_ENCODED(parts[i].n), text);
	}
	buf_puts(&json, "],\"nextPageToken\":\"\"}");
	has(buf_str(&reply), 1, wire, "a server's reply with raw blobs");
	has(buf_str(&json), 1, wire, "a server's reply with raw blobs");
	wire_put_bytes(&reply, 3, STR("more"));
	{
		struct err err;

		assert_false(load(buf_str(&reply), 0, &err));
		assert_non_null(strstr(err.message, "nextPageToken is set"));
	}
	/* rows of a database, in any order */
	for (size_t order = 0; order < 6; order++) {
		static const uint8_t ORDERS[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
						     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

		buf_clear(&reply);
		for (size_t i = 0; i < 3; i++)
			buf_add(&reply, parts[ORDERS[order][i]]);
		has(buf_str(&reply), 1, wire, "one history");
	}
	buf_done(&reply);
	buf_done(&blob);
	buf_done(&json);
	build_done(&b);
}

static void a_blob_of_json_is_read(void **state)
{
	const char *json = say("{\"events\":[%s]}", events("a", 1, 3));
	struct buf blob = {0};
	struct err err;

	(void)state;
	wire_put_value(&blob, 1, 2);
	wire_put_bytes(&blob, 2, str_of(json));
	assert_true(load(buf_str(&blob), 0, &err));
	assert_int_equal(found.n_events[0], 3);
	buf_done(&blob);
}

static void histories_of_one_file_are_told_apart(void **state)
{
	struct build a = built(2), b = built(3);
	struct buf both = {0};
	struct err err;

	(void)state;
	buf_add(&both, build_wire(&a));
	buf_add(&both, build_wire(&b));
	assert_true(load(buf_str(&both), 0, &err));
	assert_int_equal(found.n, 2);
	assert_int_equal(found.n_events[0], 5);
	assert_int_equal(found.n_events[1], 7);

	/* pages of a reply, one behind the other */
	buf_clear(&both);
	wire_put_bytes(&both, 1, part_of(build_wire(&b), 1, 3));
	wire_put_bytes(&both, 3, STR("more"));
	wire_put_bytes(&both, 1, part_of(build_wire(&b), 4, 7));
	has(buf_str(&both), 1, build_wire(&b), "a server's reply");
	buf_done(&both);
	build_done(&a);
	build_done(&b);
}

/* What is wrong within a list by itself is for check to say. */
static void a_list_with_gaps_stays_as_it_is(void **state)
{
	struct build b = built(4);
	struct str wire = build_wire(&b);
	static const uint8_t ORDERS[][4] = {
		{1, 2, 4, 0}, {1, 2, 2, 3}, {2, 3, 4, 0}, {2, 4, 5, 0}, {1, 2, 4, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ORDERS) / sizeof(*ORDERS); i++) {
		struct buf list = {0};

		for (size_t k = 0; k < 4 && ORDERS[i][k]; k++)
			buf_add(&list, part_of(wire, ORDERS[i][k], ORDERS[i][k]));
		/* but what only stands in another order has its place */
		has(buf_str(&list), 1, i == 4 ? part_of(wire, 1, 4) : buf_str(&list), "one history");
		buf_done(&list);
	}
	build_done(&b);
}

static void every_cut_of_protobuf_is_told(void **state)
{
	struct build b = built(3);
	struct str wire = build_wire(&b);
	struct buf reply = {0};

	(void)state;
	wire_put_bytes(&reply, 1, wire);
	for (size_t n = 1; n < reply.n; n++) {
		struct err err;

		if (load(str_take(buf_str(&reply), n), 0, &err))
			fail_msg("cut at %zu of %zu: %s", n, reply.n, found.container);
		assert_true(err.message[0]);
		if (load(str_take(buf_str(&reply), n), LOAD_PARTIAL, &err))
			assert_true(found.damage[0]);
	}
	assert_int_equal(found.n_events[0], 6);
	buf_done(&reply);
	build_done(&b);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(one_history_in_any_shape_of_json),
		cmocka_unit_test(groups_of_the_web_ui_are_sorted),
		cmocka_unit_test(documents_stand_one_behind_the_other),
		cmocka_unit_test(newest_first_is_turned_round),
		cmocka_unit_test(other_text_before_the_json_is_skipped),
		cmocka_unit_test(what_tdbg_prints_is_read),
		cmocka_unit_test(an_export_that_stopped_says_where),
		cmocka_unit_test(of_what_is_cut_the_whole_events_can_be_had),
		cmocka_unit_test(what_is_none_is_told_from_its_keys),
		cmocka_unit_test(one_history_in_any_shape_of_protobuf),
		cmocka_unit_test(blobs_are_joined),
		cmocka_unit_test(a_blob_of_json_is_read),
		cmocka_unit_test(histories_of_one_file_are_told_apart),
		cmocka_unit_test(a_list_with_gaps_stays_as_it_is),
		cmocka_unit_test(every_cut_of_protobuf_is_told),
	};

	return cmocka_run_group_tests(TESTS, containers_story_begin, containers_story_end);
}
