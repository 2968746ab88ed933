/* SPDX-License-Identifier: MIT */
/* test_codec_stage.c: the payloads of whole histories decoded and encoded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/payload/codec_stage.h"
#include "formats/read/load.h"
#include "formats/wire/wire.h"
#include "tests/unit/codec_story.h"


static struct codec_story t;

static int set_up(void **state)
{
	codec_story_init(&t);
	return 0;
}

static int tear_down(void **state)
{
	codec_story_done(&t);
	return 0;
}

static int before_each(void **state)
{
	codec_story_begin(&t);
	return 0;
}

static int after_each(void **state)
{
	codec_story_end(&t);
	return 0;
}

static struct str payload_of(const char *encoding, struct str data)
{
	return codec_story_payload(&t.arena, encoding, data);
}

static void assert_same(struct str a, struct str b)
{
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
}

static struct str events_of(const char *path)
{
	struct history h;
	struct str ret;

	if (!load_history(t.schema, str_of(path), &h, NULL, &t.err))
		fail_msg("%s", t.err.message);
	ret = arena_str(&t.arena, h.wire);
	history_done(&h);
	return ret;
}

static struct str run_stage(const struct codec_settings *settings, struct str events,
			    struct buf *report, size_t *ret_lost)
{
	struct codec_stage c;
	struct buf out = {0};
	struct str ret;

	codec_stage_init(&c, t.schema, settings);
	c.stage.kind->begin(&c.stage);
	if (!c.stage.kind->events(&c.stage, events, &out, &t.err))
		fail_msg("%s", t.err.message);
	*ret_lost = c.stage.kind->report(&c.stage, report);
	c.stage.kind->done(&c.stage);
	ret = arena_str(&t.arena, buf_str(&out));
	buf_done(&out);
	return ret;
}

static struct str decoded(struct str events)
{
	struct codec_settings settings = {.direction = CODEC_DECODE, .tools = t.tools};
	struct buf report = {0};
	size_t lost;
	struct str ret = run_stage(&settings, events, &report, &lost);

	if (lost)
		fail_msg("%s", report.p);
	buf_done(&report);
	return ret;
}

static bool list_one(void *data, const struct payload_at *at, struct err *err)
{
	payload_path(at, data);
	buf_add_char(data, ' ');
	buf_add(data, payload_text(&at->payload, &t.arena));
	buf_add_char(data, '\n');
	return true;
}

/* Every payload with its place, as text. */
static struct str listed(struct str events)
{
	struct buf out = {0};
	struct str ret;

	if (!payload_each(t.schema, schema_message(t.schema, "temporal.api.history.v1.History"),
			  events, list_one, &out, &t.err))
		fail_msg("%s", t.err.message);
	ret = arena_str(&t.arena, buf_str(&out));
	buf_done(&out);
	return ret;
}

/* Recorded by the same workflow with and without a codec; NULL: nobody recorded that. */
static const char *const TWINS[][2] = {
	{"odd/encrypted-order", "ts/order"},
	{"odd/encrypted-versions", "ts/versions"},
	{"odd/zlib-order", "ts/order"},
	{"odd/zlib-versions", "ts/versions"},
	{"odd/zlib-then-encrypted-order", "ts/order"},
	{"odd/encrypted-then-zlib-order", "ts/order"},
	{"odd/encrypted-then-zlib-versions", "ts/versions"},
	{"odd/encrypted-failures-order", "ts/order"},
	{"odd/encrypted-failures-versions", "ts/versions"},
	{"odd/encrypted-saga", "ts/saga"},
	{"odd/zlib-saga", "ts/saga"},
	{"odd/encrypted-then-zlib-saga", "ts/saga"},
	{"odd/encrypted-failures-saga", "ts/saga"},
	{"odd/encrypted-updates", NULL},
	{"odd/encrypted-then-zlib-updates", NULL},
};

/* "3a7882f7-f8c9-449f-bab0-42a93583cc12", with its quotes, at the end. */
static bool ends_in_uuid(struct str s)
{
	return s.n > 38 && s.p[s.n - 38] == '"' && s.p[s.n - 29] == '-' && s.p[s.n - 14] == '-';
}

/* Both runs' texts made alike: other ids were given in, and times and memos are a run's own. */
static struct str normal(struct str list)
{
	struct buf out = {0};
	struct str ret;

	while (list.n) {
		struct str line = str_split(&list, '\n'), rest;
		ptrdiff_t at;

		if (str_has(line, "memo.fields") || str_has(line, "complete_time") ||
		    ends_in_uuid(line))
			continue;
		rest = str_skip(line, (size_t)str_find(line, STR(".")));
		while ((at = str_find(rest, STR("-secret"))) >= 0) {
			buf_add(&out, str_take(rest, (size_t)at));
			buf_puts(&out, "-1");
			rest = str_skip(rest, (size_t)at + strlen("-secret"));
		}
		buf_add(&out, rest);
		buf_add_char(&out, '\n');
	}
	ret = arena_str(&t.arena, buf_str(&out));
	buf_done(&out);
	return ret;
}

static void recorded_histories_decode_to_what_was_plain(void **state)
{
	for (size_t i = 0; i < sizeof(TWINS) / sizeof(*TWINS); i++) {
		char path[200];
		struct str coded, plain;

		snprintf(path, sizeof(path), CORPUS "/%s.json", TWINS[i][0]);
		coded = normal(listed(decoded(events_of(path))));
		if (!TWINS[i][1])
			continue;
		snprintf(path, sizeof(path), CORPUS "/%s.json", TWINS[i][1]);
		plain = normal(listed(events_of(path)));
		if (!str_eq(coded, plain))
			fail_msg("%s:\n%.*s---\n%.*s", TWINS[i][0], STR_ARG(coded), STR_ARG(plain));
	}
}

static void encoded_failures_get_their_text_back(void **state)
{
	struct str events = events_of(CORPUS "/odd/encrypted-failures-saga.json");
	struct str plain = decoded(events);

	assert_true(str_has(events, "Encoded failure"));
	assert_false(str_has(plain, "Encoded failure"));
	assert_true(str_has(plain, "charge refused"));
	assert_true(str_has(plain, "    at "));
}

static const char *const RECORDED[] = {"ts/order",	"ts/saga",    "ts/updates",
				       "python/order",	"java/order-1", "go/order-1",
				       "ts/versions",	"go/saga-1",    "java/saga-1",
				       "python/saga"};

static void encoding_hides_and_decoding_restores(void **state)
{
	struct codec_settings settings = {.direction = CODEC_ENCODE, .tools = t.tools,
					  .headers = true};

	assert_true(codec_chain_read(STR("zlib,encrypted"), &settings.chain, &t.err));
	for (size_t i = 0; i < sizeof(RECORDED) / sizeof(*RECORDED); i++) {
		char path[200];
		struct buf report = {0};
		struct str events, encoded;
		size_t lost;

		snprintf(path, sizeof(path), CORPUS "/%s.json", RECORDED[i]);
		events = events_of(path);
		encoded = run_stage(&settings, events, &report, &lost);
		assert_int_equal(lost, 0);
		assert_false(str_has(encoded, "charge refused"));
		assert_false(str_has(encoded, "Reserve ok"));
		assert_same(decoded(encoded), events);
		buf_done(&report);
	}
}

static void search_attributes_and_headers_stay(void **state)
{
	struct codec_settings settings = {.direction = CODEC_ENCODE, .tools = t.tools};
	struct buf report = {0}, event = {0}, attributes = {0}, map = {0}, entry = {0};
	struct str p = payload_of("json/plain", STR("\"seen\"")), out;
	size_t lost;

	wire_put_bytes(&entry, 1, STR("k"));
	wire_put_bytes(&entry, 2, p);
	wire_put_bytes(&map, 1, buf_str(&entry));
	wire_put_bytes(&attributes, 22, buf_str(&map)); /* memo */
	wire_put_bytes(&attributes, 23, buf_str(&map)); /* search attributes */
	wire_put_bytes(&attributes, 25, buf_str(&map)); /* header */
	wire_put_value(&event, 1, 7);
	wire_put_bytes(&event, 6, buf_str(&attributes));
	buf_clear(&map);
	wire_put_bytes(&map, 1, buf_str(&event));
	assert_true(codec_chain_read(STR("encrypted"), &settings.chain, &t.err));
	out = run_stage(&settings, buf_str(&map), &report, &lost);
	assert_string_equal(report.p, "1 payload encoded\n");
	assert_true(str_has(listed(out), "indexedFields[k] \"seen\"\n"));
	assert_true(str_has(listed(out), "header.fields[k] \"seen\"\n"));
	assert_true(str_has(listed(out), " bytes of binary/encrypted\n"));
	settings.headers = true;
	out = run_stage(&settings, buf_str(&map), &report, &lost);
	assert_false(str_has(listed(out), "header.fields[k] \"seen\"\n"));
	assert_same(decoded(out), buf_str(&map));
	buf_done(&report);
	buf_done(&event);
	buf_done(&attributes);
	buf_done(&map);
	buf_done(&entry);
}

static void what_no_key_opens_is_kept_and_named(void **state)
{
	struct codec_settings settings = {.direction = CODEC_DECODE};
	struct str events = events_of(CORPUS "/odd/encrypted-order.json");
	struct buf report = {0};
	size_t lost;

	assert_same(run_stage(&settings, events, &report, &lost), events);
	assert_int_equal(lost, 10);
	assert_string_equal(report.p,
			    "0 payloads decoded\n10 payloads could not be decoded; the first: event 1: "
			    "workflowExecutionStartedEventAttributes.input.payloads[0]: there is no key "
			    "\"test\"\n");
	buf_done(&report);
}

static void failures_may_stay_readable(void **state)
{
	struct codec_settings settings = {.direction = CODEC_ENCODE, .tools = t.tools,
					  .plain_failures = true};
	struct str events = events_of(CORPUS "/ts/saga.json"), out;
	struct buf report = {0};
	size_t lost;

	assert_true(codec_chain_read(STR("encrypted"), &settings.chain, &t.err));
	out = run_stage(&settings, events, &report, &lost);
	assert_true(str_has(out, "charge refused"));
	assert_false(str_has(out, "last4"));
	assert_same(decoded(out), events);
	buf_done(&report);
}

/* What is not the object of two strings stays encoded: nothing of it may go. */
static void other_attributes_are_no_text(void **state)
{
	static const struct str OTHER[] = {
		STR("{\"message\":\"m\",\"more\":1}"), STR("{\"message\":1}"), STR("[]"), STR("{}{}"),
		STR("{\"message\":\"m\"} x"), {"{\"message\":\"m\"}\0", 16}, STR("{\"message\""), STR(""),
	};
	struct str message, stack;

	for (size_t i = 0; i < sizeof(OTHER) / sizeof(*OTHER); i++)
		if (codec_failure_text(payload_of("json/plain", OTHER[i]), &t.arena, &message, &stack))
			fail_msg("taken for a text: %.*s", STR_ARG(OTHER[i]));
	assert_true(codec_failure_text(payload_of("json/plain", STR(" {\"stack_trace\":\"s\\n\"} ")),
				       &t.arena, &message, &stack));
	assert_int_equal(message.n, 0);
	assert_true(str_is(stack, "s\n"));
	assert_true(codec_failure_text(payload_of("json/plain", STR("{}")), &t.arena, &message,
				       &stack));
}

/* The service's own operation: its request stays readable, the payloads within do not. */
static void requests_to_the_service_are_coded_within(void **state)
{
	static const char TYPE[] =
		"temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest";
	struct codec_settings settings = {.direction = CODEC_ENCODE, .tools = t.tools};
	struct buf request = {0}, list = {0}, attributes = {0}, event = {0}, events = {0};
	struct buf report = {0};
	struct str out;
	size_t lost;

	wire_put_bytes(&list, 1, payload_of("json/plain", STR("\"secret\"")));
	wire_put_bytes(&request, 2, STR("w-1"));
	wire_put_bytes(&request, 13, buf_str(&list)); /* signal_input */
	wire_put_bytes(&attributes, 1, STR("__temporal_system"));
	wire_put_bytes(&attributes, 4, codec_story_message(&t.arena, "binary/protobuf", TYPE,
							   buf_str(&request)));
	wire_put_value(&event, 1, 5);
	wire_put_bytes(&event, 53, buf_str(&attributes));
	wire_put_bytes(&events, 1, buf_str(&event));
	assert_true(codec_chain_read(STR("encrypted"), &settings.chain, &t.err));
	out = run_stage(&settings, buf_str(&events), &report, &lost);
	assert_string_equal(report.p, "1 payload encoded\n");
	assert_true(str_has(out, "w-1"));
	assert_true(str_has(out, TYPE));
	assert_false(str_has(out, "secret"));
	assert_same(decoded(out), buf_str(&events));
	/* Where no key opens it, the place is named through the request. */
	settings = (struct codec_settings){.direction = CODEC_DECODE};
	buf_clear(&report);
	assert_same(run_stage(&settings, out, &report, &lost), out);
	assert_int_equal(lost, 1);
	assert_true(str_has(buf_str(&report), "event 5: nexusOperationScheduledEventAttributes.input."
					      "data.signalInput.payloads[0]: there is no key"));
	buf_done(&request);
	buf_done(&list);
	buf_done(&attributes);
	buf_done(&event);
	buf_done(&events);
	buf_done(&report);
}

static bool fails(const struct codec_settings *settings, struct str events)
{
	struct codec_stage c;
	struct buf out = {0};
	bool ok;

	t.err = (struct err)ERR_INIT;
	codec_stage_init(&c, t.schema, settings);
	c.stage.kind->begin(&c.stage);
	ok = c.stage.kind->events(&c.stage, events, &out, &t.err);
	assert_true(ok || (out.n == 0 && t.err.message[0]));
	c.stage.kind->done(&c.stage);
	buf_done(&out);
	return !ok;
}

/* A failure with a text, the cause of one, the cause of one, ... */
static void deep_causes_are_refused(void **state)
{
	struct codec_settings settings = {.direction = CODEC_ENCODE, .tools = t.tools};
	struct str failure = STR("\x0a\x01m");

	assert_true(codec_chain_read(STR("encrypted"), &settings.chain, &t.err));
	for (int i = 0; i < 5000; i++) {
		struct buf next = {0};

		wire_put_bytes(&next, 1, STR("m"));
		wire_put_bytes(&next, 4, failure);
		failure = arena_str(&t.arena, buf_str(&next));
		buf_done(&next);
	}
	struct buf attributes = {0}, event = {0}, events = {0};

	wire_put_bytes(&attributes, 1, failure);
	wire_put_bytes(&event, 8, buf_str(&attributes)); /* workflow_execution_failed */
	wire_put_bytes(&events, 1, buf_str(&event));
	assert_true(fails(&settings, buf_str(&events)));
	assert_true(str_has(str_of(t.err.message), "more than 200 nested messages"));
	buf_done(&attributes);
	buf_done(&event);
	buf_done(&events);
}

static void failure_texts_that_json_can_not_hold_are_refused(void **state)
{
	struct codec_settings settings = {.direction = CODEC_ENCODE, .tools = t.tools};
	/* event 7: workflow_execution_failed_event_attributes.failure.message */
	struct str events = STR("\x0a\x09\x08\x07\x42\x05\x0a\x03\x0a\x01\xff");

	assert_true(codec_chain_read(STR("encrypted"), &settings.chain, &t.err));
	assert_true(fails(&settings, events));
	assert_true(str_starts(str_of(t.err.message),
			       STR("event 7: workflowExecutionFailedEventAttributes.failure: ")));
	settings.plain_failures = true;
	assert_false(fails(&settings, events));
}

/* Cut anywhere, events are refused or shorter; nothing half is handed on. */
static void cut_events_are_refused(void **state)
{
	struct codec_settings settings = {.direction = CODEC_DECODE, .tools = t.tools};
	struct str events = events_of(CORPUS "/odd/encrypted-failures-versions.json");
	size_t whole = 0;

	for (size_t n = 0; n < events.n; n++)
		whole += !fails(&settings, str_take(events, n));
	/* Where an event ends, a history may. */
	assert_true(whole > 5 && whole < 30);
}

/* A peer that turns the data round. */
static bool turn(void *data, enum codec_direction direction, const struct str *in, size_t n,
		 struct arena *a, struct str *out, struct err *err)
{
	++*(size_t *)data;
	for (size_t i = 0; i < n; i++) {
		struct payload p;
		char *turned;

		assert_true(payload_read(in[i], &p));
		turned = arena_alloc(a, p.data.n);
		for (size_t k = 0; k < p.data.n; k++)
			turned[k] = p.data.p[p.data.n - 1 - k];
		out[i] = payload_of("json/plain", str_slice(turned, p.data.n));
	}
	return true;
}

static void a_peer_is_asked_once_for_all(void **state)
{
	size_t calls = 0;
	const struct codec_peer peer = {turn, &calls};
	struct codec_settings settings = {.direction = CODEC_ENCODE, .peer = &peer};
	struct str events = events_of(CORPUS "/ts/saga.json"), out;
	struct buf report = {0};
	size_t lost;

	out = run_stage(&settings, events, &report, &lost);
	assert_int_equal(calls, 1);
	assert_false(str_has(out, "charge refused"));
	assert_true(str_has(out, "desufer egrahc"));
	settings.direction = CODEC_DECODE;
	assert_same(run_stage(&settings, out, &report, &lost), events);
	buf_done(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, before_each, after_each)
		TEST(recorded_histories_decode_to_what_was_plain),
		TEST(encoded_failures_get_their_text_back),
		TEST(encoding_hides_and_decoding_restores),
		TEST(search_attributes_and_headers_stay),
		TEST(what_no_key_opens_is_kept_and_named),
		TEST(failures_may_stay_readable),
		TEST(other_attributes_are_no_text),
		TEST(requests_to_the_service_are_coded_within),
		TEST(deep_causes_are_refused),
		TEST(failure_texts_that_json_can_not_hold_are_refused),
		TEST(cut_events_are_refused),
		TEST(a_peer_is_asked_once_for_all),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
