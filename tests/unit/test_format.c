/* SPDX-License-Identifier: MIT */
/* test_format.c: what is recognised and read, and what is refused, with which advice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/bytes/packer.h"
#include "formats/history/events.h"
#include "formats/read/load.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"

#define E1 "{\"eventId\":\"1\",\"eventType\":\"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\"," \
	   "\"workflowExecutionStartedEventAttributes\":{\"workflowId\":\"w-1\"}}"
#define E2 "{\"eventId\":2,\"eventType\":\"WorkflowTaskScheduled\"," \
	   "\"workflowTaskScheduledEventAttributes\":{}}"

static void shapes_of_json_are_read(void **state)
{
	static const struct {
		const char *text, *format;
		bool newest_first;
	} ROWS[] = {
		{"{\"events\":[" E1 "," E2 "]}", "json", false},
		{"\xef\xbb\xbf \r\n{\r\n\"events\" : [" E1 ",\r\n" E2 "]}\r\n", "json", false},
		{"[" E1 ", " E2 "]", "json list", false},
		{"{\"nextPageToken\":\"\",\"history\":{\"events\":[" E1 "," E2 "]}}", "json response",
		 false},
		{"{\"history\":{\"events\":[" E1 "," E2 "]},\"nextPageToken\":null}", "json response",
		 false},
		{"\"{\\\"events\\\":[{\\\"eventId\\\":1,\\\"eventType\\\":1,"
		 "\\\"workflowExecutionStartedEventAttributes\\\":{\\\"workflowId\\\":\\\"w-1\\\"}},"
		 "{\\\"eventId\\\":2}]}\"",
		 "json", false},
		{"{\"events\":[" E2 "," E1 "]}", "json", true},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;
		struct load_info info;
		struct history h;

		assert_true(load_history_bytes(*state, str_of(ROWS[i].text), &h, &info, &err));
		assert_string_equal(info.format, ROWS[i].format);
		assert_int_equal(info.newest_first, ROWS[i].newest_first);
		assert_int_equal(h.n_events, 2);
		assert_int_equal(h.events[0].id, 1);
		assert_true(str_is(h.workflow_id, "w-1"));
		history_done(&h);
	}
}

static void refusals_say_what_to_do(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *says;
	} ROWS[] = {
		{"", ERR_FORMAT, "empty file"},
		{" \n", ERR_FORMAT, "an empty file: nothing but blanks"},
		{"hello", ERR_FORMAT, "tried: proto, response"},
		{"Progress:\n  ID  Time  Type\n", ERR_FORMAT, "text table"},
		{"\x1b[35mProgress:\x1b[0m\n", ERR_FORMAT, "text table"},
		{"{\"events\":[]}", ERR_FORMAT, "no events"},
		{"{}", ERR_FORMAT, "without \"events\""},
		{"[1,2]", ERR_FORMAT, "not of events"},
		{"[{\"events\":[]}]", ERR_FORMAT, "no events"},
		{"{\"rawHistory\":[]}", ERR_FORMAT, "no events"},
		{"{\"code\":5,\"message\":\"x\"}", ERR_FORMAT, "error that a server"},
		{"{\"events\":[" E1 "]} x", ERR_SYNTAX, "something follows"},
		{"{\"history\":{\"events\":[" E1 "]},\"nextPageToken\":\"YWJj\"}", ERR_SYNTAX,
		 "nextPageToken"},
		{"{\"nextPageToken\":\"YWJj\",\"history\":{\"events\":[" E1 "]}}", ERR_SYNTAX,
		 "nextPageToken"},
		{"{\"events\":[\n" E1 ",\n{\"eventId\":\"2", ERR_SYNTAX,
		 "truncated: the text ends at line 3, column 14, inside the history, after 1 whole "
		 "event"},
		{"[" E1 ",", ERR_SYNTAX, "truncated"},
		{"{\"events\":[{\"eventId\":true}]}", ERR_SYNTAX, "line 1, column"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct err err = ERR_INIT;
		struct history h;

		assert_false(load_history_bytes(*state, str_of(ROWS[i].text), &h, NULL, &err));
		if (!strstr(err.message, ROWS[i].says))
			fail_msg("'%s' lacks '%s'", err.message, ROWS[i].says);
		assert_int_equal(err.code, ROWS[i].code);
		assert_null(strchr(err.message, '\n'));
	}
}

/* More of them than what is looked at to tell a format. */
static void blanks_in_front_are_passed_over(void **state)
{
	for (size_t n = 0; n <= 200000; n += n ? 67231 : 1) {
		struct err err = ERR_INIT;
		struct buf text = {0};
		struct history h;

		for (size_t i = 0; i < n; i++)
			buf_add_char(&text, i % 70 ? ' ' : '\n');
		buf_puts(&text, "{\"events\":[" E1 "]}");
		assert_true(load_history_bytes(*state, buf_str(&text), &h, NULL, &err));
		assert_int_equal(h.n_events, 1);
		history_done(&h);
		text.n = n;
		assert_false(load_history_bytes(*state, n ? buf_str(&text) : STR(""), &h, NULL, &err));
		assert_string_equal(err.message, n ? "an empty file: nothing but blanks"
						   : "an empty file");
		buf_done(&text);
	}
}

static void order(struct build *b)
{
	build_init(b);
	build_started(b, "OrderWorkflow");
	build_task(b);
	build_completed(b);
}

static void protobuf_is_read_bare_or_in_a_reply(void **state)
{
	struct err err = ERR_INIT;
	struct load_info info;
	struct buf reply = {0};
	struct history h;
	struct build b;

	order(&b);
	assert_true(load_history_bytes(*state, build_wire(&b), &h, &info, &err));
	assert_string_equal(info.format, "proto");
	assert_true(str_eq(h.wire, build_wire(&b)));
	history_done(&h);

	wire_put_bytes(&reply, 1, build_wire(&b));
	assert_true(load_history_bytes(*state, buf_str(&reply), &h, &info, &err));
	assert_string_equal(info.format, "proto response");
	assert_int_equal(h.n_events, 5);
	history_done(&h);

	wire_put_bytes(&reply, 3, STR("token"));
	assert_false(load_history_bytes(*state, buf_str(&reply), &h, &info, &err));
	assert_non_null(strstr(err.message, "nextPageToken is set"));
	buf_done(&reply);
	build_done(&b);
}

/* A tag is a line break, and a length may be a brace, a bracket or a quote: no JSON. */
static void protobuf_that_begins_as_json_does_is_protobuf(void **state)
{
	static const char FILL[256];

	for (size_t n = '"'; n <= '{'; n++) {
		struct buf event = {0}, history = {0}, reply = {0}, delimited = {0};
		struct buf *const all[] = {&history, &reply, &delimited};

		wire_put_value(&event, 1, 1);
		wire_put_value(&event, 3, 1);
		/* field 999, which takes two bytes for its tag and one for its length */
		wire_put_bytes(&event, 999, str_slice(FILL, n - event.n - 3));
		assert_int_equal(event.n, n);
		wire_put_bytes(&history, 1, buf_str(&event));
		wire_put_bytes(&reply, 1, buf_str(&history));
		wire_put_varint(&delimited, event.n);
		buf_add(&delimited, buf_str(&event));
		for (size_t i = 0; i < 3; i++) {
			struct err err = ERR_INIT;
			struct history h;

			if (!load_history_bytes(*state, buf_str(all[i]), &h, NULL, &err))
				fail_msg("length %zu, file %zu: %s", n, i, err.message);
			history_done(&h);
			buf_done(all[i]);
		}
		buf_done(&event);
	}
}

static void ids_at_the_end_of_their_range_are_no_trouble(void **state)
{
	static const char TEXT[] =
		"{\"events\":[{\"eventId\":\"9223372036854775807\",\"eventType\":\"TimerFired\"},"
		"{\"eventId\":\"-9223372036854775808\",\"eventType\":\"TimerFired\"}]}";
	struct history h;

	assert_true(load_history_bytes(*state, STR(TEXT), &h, NULL, NULL));
	assert_int_equal(h.n_events, 2);
	history_done(&h);
}

static void every_cut_of_protobuf_is_survived(void **state)
{
	struct build b;

	order(&b);
	for (size_t n = 0; n < build_wire(&b).n; n++) {
		struct err err = ERR_INIT;
		struct history h;

		/* A cut between two events is a shorter history; any other is an error. */
		if (load_history_bytes(*state, str_take(build_wire(&b), n), &h, NULL, &err))
			history_done(&h);
		else
			assert_true(err.message[0]);
	}
	build_done(&b);
}

static void two_histories_in_one_file_are_told(void **state)
{
	struct err err = ERR_INIT;
	struct history h;
	struct build b;
	struct buf two = {0};

	order(&b);
	buf_add(&two, build_wire(&b));
	buf_add(&two, build_wire(&b));
	assert_false(load_history_bytes(*state, buf_str(&two), &h, NULL, &err));
	assert_non_null(strstr(err.message, "2 histories in one input: name one of them"));
	buf_done(&two);
	build_done(&b);
}

static void compression_is_taken_off_layer_by_layer(void **state)
{
	static const char *const LAYERS[] = {".gz", ".zst", ".gz", ".gz", ".zst", ".zst", ".gz"};
	struct buf now = {0}, next = {0};
	struct build b;

	order(&b);
	buf_add(&now, build_wire(&b));
	for (size_t i = 0; i < sizeof(LAYERS) / sizeof(*LAYERS); i++) {
		const struct filter *f = filter_of_name(str_of(LAYERS[i]));
		struct err err = ERR_INIT;
		struct load_info info;
		struct history h;

		buf_clear(&next);
		assert_true(packer_pack(f, buf_str(&now), &next, &err));
		buf_clear(&now);
		buf_add(&now, buf_str(&next));
		if (load_history_bytes(*state, buf_str(&now), &h, &info, &err)) {
			assert_true(i < LIMIT_FILTERS);
			assert_int_equal(strncmp(info.compression, f->name, strlen(f->name)), 0);
			assert_true(str_eq(h.wire, build_wire(&b)));
			history_done(&h);
		} else {
			assert_int_equal(i, LIMIT_FILTERS);
			assert_int_equal(err.code, ERR_LIMIT);
		}
	}
	buf_done(&now);
	buf_done(&next);
	build_done(&b);
}

static void members_without_a_place_are_counted(void **state)
{
	struct err err = ERR_INIT;
	struct load_info info;
	struct history h;

	assert_true(load_history_bytes(
		*state, STR("{\"events\":[{\"eventId\":1,\"newThing\":{}}],\"extra\":1}"), &h, &info,
		&err));
	assert_int_equal(info.loss.n[TRANSCODE_LOST_MEMBER], 2);
	assert_true(str_has(str_of(info.loss.first[TRANSCODE_LOST_MEMBER][0].path), "newThing"));
	history_done(&h);
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
		cmocka_unit_test(shapes_of_json_are_read),
		cmocka_unit_test(refusals_say_what_to_do),
		cmocka_unit_test(blanks_in_front_are_passed_over),
		cmocka_unit_test(protobuf_is_read_bare_or_in_a_reply),
		cmocka_unit_test(protobuf_that_begins_as_json_does_is_protobuf),
		cmocka_unit_test(ids_at_the_end_of_their_range_are_no_trouble),
		cmocka_unit_test(every_cut_of_protobuf_is_survived),
		cmocka_unit_test(two_histories_in_one_file_are_told),
		cmocka_unit_test(compression_is_taken_off_layer_by_layer),
		cmocka_unit_test(members_without_a_place_are_counted),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
