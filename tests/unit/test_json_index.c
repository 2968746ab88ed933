/* SPDX-License-Identifier: MIT */
/* test_json_index.c: histories over JSON are what they are over wire bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "formats/base/mem.h"
#include "formats/base/simd.h"
#include "formats/history/json_index.h"
#include "formats/read/load.h"
#include "formats/transcode/transcode.h"

static struct arena schema_arena;
static const struct schema *schema;

static int make_schema(void **state)
{
	schema = schema_new(&schema_arena);
	return 0;
}

static int drop_schema(void **state)
{
	arena_done(&schema_arena);
	return 0;
}

/* The text indexed whole and taken; false where it is unusual. A copy of TEXT is its own. */
static bool over_json(struct str text, size_t step, struct history *ret)
{
	struct json_index ix;
	struct arena a;

	arena_init(&a);
	text = arena_str(&a, text);
	json_index_open(&ix, text, schema);
	while (json_index_step(&ix, step) == JSON_INDEX_MORE)
		;
	if (ix.state == JSON_INDEX_WHOLE) {
		history_take_json(ret, &a, &ix, NULL);
		return true;
	}
	assert_non_null(ix.unusual);
	json_index_done(&ix);
	arena_done(&a);
	return false;
}

static bool all_decode(const struct history *h)
{
	for (size_t i = 0; i < h->n_events; i++)
		history_event(h, i);
	return history_decoded(h, NULL);
}

static void assert_same_text(struct str a, struct str b)
{
	assert_true(str_eq(a, b));
	assert_int_equal(!a.p, !b.p);
}

/* JSON may be over the file as it is, and WIRE over the same in order. */
static void assert_same(const struct history *json, const struct history *wire)
{
	assert_int_equal(json->n_events, wire->n_events);
	for (size_t i = 0; i < wire->n_events; i++) {
		const struct event *a = &json->events[i], *b = &wire->events[i];
		struct str bytes = history_event(wire, i);

		assert_int_equal(a->id, b->id);
		assert_int_equal(a->type, b->type);
		assert_int_equal(a->time, b->time);
		assert_int_equal(a->task, b->task);
		assert_true(str_eq(history_event(json, i), bytes));
	}
	assert_int_equal(json->end, wire->end);
	assert_int_equal(json->n_tasks, wire->n_tasks);
	assert_int_equal(history_trim(json), history_trim(wire));
	assert_same_text(json->workflow_id, wire->workflow_id);
	assert_same_text(json->run_id, wire->run_id);
	assert_same_text(json->first_run_id, wire->first_run_id);
	assert_same_text(json->workflow_type, wire->workflow_type);
	assert_same_text(json->task_queue, wire->task_queue);
	assert_same_text(json->sdk_name, wire->sdk_name);
	assert_same_text(json->sdk_version, wire->sdk_version);
}

#define SMALL_FILE "tests/corpus/go/order-1.json"

static void the_corpus_is_the_same_over_both(void **state)
{
	struct str corpus = STR("tests/corpus");
	size_t whole = 0, loaded = 0;
	struct source_list list = {0};
	struct arena a = {0};

	assert_true(source_expand(&corpus, 1, &a, &list, NULL));
	for (size_t i = 0; i < list.files.n; i++) {
		struct str path = list.files.at[i].path;
		struct history json, wire;
		struct buf text;
		bool is_wire, is_json, alone;

		if (!str_ends(path, STR(".json")))
			continue;
		buf_init(&text, 0);
		assert_true(source_read(path, &text, NULL));
		is_wire = load_history_bytes(schema, buf_str(&text), &wire, NULL, NULL);
		is_json = over_json(buf_str(&text), 1 + i % 7, &json);
		alone = is_json && all_decode(&json);
		loaded += is_wire;
		whole += alone;
		if (alone && is_wire)
			assert_same(&json, &wire);
		else if (alone)
			print_message("%.*s: over JSON only\n", STR_ARG(path));
		if (is_json)
			history_done(&json);
		if (is_wire)
			history_done(&wire);
		buf_done(&text);
	}
	source_list_done(&list);
	arena_done(&a);
	/* What is exported in the ordinary way is most of it. */
	assert_true(loaded > 100);
	assert_true(whole * 10 >= loaded * 8);
}

/* Two events and a command, with HEAD and TAIL around the list. */
#define START                                                                                  \
	"{\"eventId\":\"1\",\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventType\":"              \
	"\"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\",\"workflowExecutionStartedEventAttributes\":" \
	"{\"workflowType\":{\"name\":\"w\"}}}"
#define TIMER                                                                                  \
	"{\"eventId\":\"2\",\"eventTime\":\"2026-01-02T03:04:06.5Z\",\"eventType\":"            \
	"\"EVENT_TYPE_TIMER_STARTED\",\"timerStartedEventAttributes\":{\"timerId\":\"5\","      \
	"\"workflowTaskCompletedEventId\":\"4\"}}"

static void layouts_are_read(void **state)
{
	static const char *const TEXTS[] = {
		"{\"events\":[" START "," TIMER "]}",
		" [ \n" START "\n ,\r\n\t" TIMER " ] \n",
		"{\"history\":{\"events\":[" START "," TIMER "]},\"nextPageToken\":\"\"}",
		"{\"history\":{\"events\":[" START "," TIMER "]},\"nextPageToken\":null,"
		"\"archived\":false}",
		/* numbers, old enums, snake case, attributes before the rest, null and unknown */
		"[" START ",{\"timer_started_event_attributes\":{\"workflow_task_completed_event_id\""
		":4,\"timer_id\":\"5\"},\"task_id\":null,\"version\":\"0\",\"event_type\":"
		"\"TimerStarted\",\"event_time\":\"2026-01-02T03:04:06.500Z\",\"event_id\":2}]",
		"[" START ",{\"eventId\":2,\"eventTime\":\"2026-01-02T03:04:06.500Z\",\"eventType\":17,"
		"\"timerStartedEventAttributes\":{\"workflowTaskCompletedEventId\":4,\"timerId\":"
		"\"5\"}}]",
		/* what only the transcoder reads: escapes in keys and values, times as objects */
		"[" START ",{\"event\\u0049d\":\"2\",\"eventTime\":\"2026-01-02T03:04:06.500Z\","
		"\"eventType\":\"EVENT_TYPE_TIMER\\u005fSTARTED\",\"timerStartedEventAttributes\":"
		"{\"workflowTaskCompletedEvent\\u0049d\":4,\"timerId\":\"5\"}}]",
		"[" START ",{\"eventId\":2,\"eventTime\":{\"seconds\":\"1767323046\",\"nanos\":"
		"500000000},\"eventType\":17,\"timerStartedEventAttributes\":"
		"{\"workflowTaskCompletedEventId\":4,\"timerId\":\"5\"}}]",
		/* the key's text within a string first */
		"[" START ",{\"eventId\":2,\"eventTime\":\"2026-01-02T03:04:06.500Z\",\"eventType\":17,"
		"\"timerStartedEventAttributes\":{\"timerId\":\"\\\"workflowTaskCompletedEventId\\\":"
		"7}]{\",\"workflowTaskCompletedEventId\":4}}]",
		/* newest first */
		"[" TIMER "," START "]",
	};

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		struct history h, wire;

		if (!over_json(str_of(TEXTS[i]), 1, &h))
			fail_msg("unusual: %s", TEXTS[i]);
		assert_int_equal(h.n_events, 2);
		assert_int_equal(h.events[0].id, 1);
		assert_int_equal(h.events[1].id, 2);
		assert_int_equal(h.events[1].type, 17);
		assert_int_equal(h.events[1].task, 4);
		assert_int_equal(h.events[1].time, 1767323046500000000);
		assert_true(str_is(h.workflow_type, "w"));
		assert_true(load_history_bytes(schema, str_of(TEXTS[i]), &wire, NULL, NULL));
		assert_same(&h, &wire);
		history_done(&wire);
		history_done(&h);
	}
}

static void what_is_unusual_is_said(void **state)
{
	static const char *const TEXTS[] = {
		"", " ", "[", "[]", "{}", "{\"events\":[]}", "{\"events\":", "\"[]\"", "17",
		"[" START, "[" START ",", "[" START ",]", "[" START "]]", "[" START "] 1",
		"[" START "," START TIMER "]", "[" START ",1," TIMER "]", "[1," START "]",
		"[," START "]", "[" START "}", "[" START ",[]]", "[[" START "]]",
		"{\"events\":[" START "]} {\"events\":[" START "]}",
		"{\"events\":[" START "]", "{\"events\":[" START "]]",
		"{\"events\":[" START "],\"more\":1}",
		"{\"more\":1,\"events\":[" START "]}",
		"{\"history\":{\"events\":[" START "]},\"nextPageToken\":\"AA==\"}",
		"{\"history\":{\"events\":[" START "]},\"rawHistory\":[]}",
		"[" START ",{\"eventId\":2]]",
		"[" START ",{\"eventId\":2,\"eventTime\":\"now\",\"eventType\":17}]",
	};

	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(*TEXTS); i++) {
		struct history h;

		if (over_json(str_of(TEXTS[i]), 3, &h))
			fail_msg("taken: %s", TEXTS[i]);
	}
}

static void cut_text_is_never_whole(void **state)
{
	struct history h;
	struct buf text;
	size_t n;

	buf_init(&text, 0);
	assert_true(source_read(STR(SMALL_FILE), &text, NULL));
	n = str_trim(buf_str(&text)).n;
	for (size_t i = 0; i < n; i++)
		assert_false(over_json(str_take(buf_str(&text), i), 100, &h));
	assert_true(over_json(str_take(buf_str(&text), n), 100, &h));
	history_done(&h);
	buf_done(&text);
}

/* Where both ways take a damaged text, they take it for the same. */
static void damage_is_seen_alike(void **state)
{
	static const char BYTES[] = "\"\\{}[],:0a \n";
	uint64_t random = 1234567;
	size_t same = 0;
	struct buf text;

	buf_init(&text, 0);
	assert_true(source_read(STR(SMALL_FILE), &text, NULL));
	for (int round = 0; round < 4000; round++) {
		struct history json, wire;
		size_t at;
		char kept;

		random = random * 6364136223846793005 + 1442695040888963407;
		at = (size_t)(random >> 20) % text.n;
		kept = text.p[at];
		text.p[at] = BYTES[random >> 50 & 7 ? (random >> 10) % 12 : (random >> 10) % 4];
		if (over_json(buf_str(&text), 100, &json)) {
			bool is_wire = load_history_bytes(schema, buf_str(&text), &wire, NULL, NULL);

			if (all_decode(&json)) {
				assert_true(is_wire);
				assert_same(&json, &wire);
				same++;
			}
			if (is_wire)
				history_done(&wire);
			history_done(&json);
		}
		text.p[at] = kept;
	}
	assert_true(same > 100);
	buf_done(&text);
}

static void events_stay_while_they_may(void **state)
{
	enum { N = 3 * HISTORY_LIVE_EVENTS };
	struct str kept[HISTORY_LIVE_EVENTS], first;
	struct history h;
	struct buf text;

	buf_init(&text, 0);
	buf_puts(&text, "[" START);
	for (int i = 2; i <= N; i++)
		buf_printf(&text, ",{\"eventId\":%d,\"eventTime\":\"2026-01-02T03:04:05Z\","
				  "\"eventType\":%d,\"taskId\":%d}", i, 50, i);
	buf_puts(&text, "]");
	assert_true(over_json(buf_str(&text), N, &h));
	for (size_t i = 0; i < N; i++) {
		kept[i % HISTORY_LIVE_EVENTS] = history_event(&h, i);
		for (size_t k = i < HISTORY_LIVE_EVENTS ? 0 : i - HISTORY_LIVE_EVENTS + 1; k <= i; k++) {
			struct event e = {0};
			struct history_layout layout;

			if (k != i && k + 7 != i && k + HISTORY_LIVE_EVENTS - 1 != i)
				continue;
			history_layout(&layout, history_event_message(&h));
			assert_true(history_row(&layout, kept[k % HISTORY_LIVE_EVENTS], &e, NULL));
			assert_int_equal(e.id, k + 1);
		}
	}
	/* One that is asked for again and again stays. */
	first = history_event(&h, 0);
	for (size_t i = 1; i < N; i++) {
		history_event(&h, i);
		assert_ptr_equal(history_event(&h, 0).p, first.p);
	}
	history_done(&h);
	buf_done(&text);
}

static void a_bad_event_is_told_when_asked_for(void **state)
{
	struct err err = ERR_INIT;
	struct history h;
	struct str bytes;

	assert_true(over_json(STR("[\n" START ",\n{\"eventId\":2,\"eventTime\":\"2026-01-02T03:04:05Z\","
				  "\"eventType\":26,\n\"taskId\":\"x\"},\n"
				  "{\"eventId\":3,\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventType\":26}]"),
			      10, &h));
	assert_true(history_event_try(&h, 2, &bytes, &err));
	assert_true(history_decoded(&h, &err));
	assert_false(history_event_try(&h, 1, &bytes, &err));
	assert_int_equal(err.line, 4);
	assert_int_equal(err.event_id, 2);
	assert_non_null(strstr(err.message, "taskId"));
	assert_true(history_decoded(&h, NULL)); /* asking for the error is no use of it */
	assert_int_equal(history_event(&h, 1).n, 0);
	assert_int_equal(history_event(&h, 1).n, 0);
	err = (struct err)ERR_INIT;
	assert_false(history_decoded(&h, &err));
	assert_int_equal(err.line, 4);
	history_done(&h);
}

/* "workflow-result" is base64 as well: what it is, a decoded payload before it tells. */
static void what_depends_on_other_events_is_not_had_alone(void **state)
{
	static const char DECODED[] = "{\"sum\":1}", TELLS_NOT[] = "\"AAECAwQF\"";
	const char *const data[] = {"\"eyJhIjoxfQ==\"", TELLS_NOT, DECODED};

	for (size_t i = 0; i < sizeof(data) / sizeof(*data); i++) {
		struct err err = ERR_INIT;
		struct history h;
		struct buf text;

		buf_init(&text, 0);
		buf_printf(&text,
			   "[" START ",{\"eventId\":2,\"eventTime\":\"2026-01-02T03:04:06Z\",\"eventType\":"
			   "26,\"workflowExecutionSignaledEventAttributes\":{\"input\":{\"payloads\":[{"
			   "\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":%s}]}}}]",
			   data[i]);
		assert_true(over_json(buf_str(&text), 10, &h));
		assert_true(history_decoded(&h, NULL));
		assert_int_equal(history_event(&h, 1).n > 0, i == 0);
		assert_int_equal(history_decoded(&h, &err), i == 0);
		assert_int_equal(strstr(err.message, "from it alone") != NULL, i != 0);
		history_done(&h);
		buf_done(&text);
	}
}

/* Each level of this machine, then the best again. */
static void every_level_agrees(void **state)
{
	for (int level = 0; level < SIMD_KINDS; level++) {
		if (!simd_here((enum simd)level))
			continue;
		assert_true(simd_use(simd_name((enum simd)level), NULL));
		the_corpus_is_the_same_over_both(state);
		layouts_are_read(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_are_read),
		cmocka_unit_test(what_is_unusual_is_said),
		cmocka_unit_test(cut_text_is_never_whole),
		cmocka_unit_test(damage_is_seen_alike),
		cmocka_unit_test(events_stay_while_they_may),
		cmocka_unit_test(a_bad_event_is_told_when_asked_for),
		cmocka_unit_test(what_depends_on_other_events_is_not_had_alone),
		cmocka_unit_test(every_level_agrees),
	};

	return cmocka_run_group_tests(tests, make_schema, drop_schema);
}
