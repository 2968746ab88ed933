/* SPDX-License-Identifier: MIT */
/* test_payload.c: payloads are found wherever the schema has them, and told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/payload/payload.h"
#include "formats/transcode/transcode.h"
#include "formats/wire/wire.h"
#include "tests/unit/payload_paths.h"

#define EVENT "temporal.api.history.v1.HistoryEvent"

static struct {
	struct arena arena;
	const struct schema *schema;
	struct buf wire;
	struct buf seen;
	struct err err;
} t;

static int set_up(void **state)
{
	t.schema = schema_new(&t.arena);
	return 0;
}

static int tear_down(void **state)
{
	buf_done(&t.wire);
	buf_done(&t.seen);
	arena_done(&t.arena);
	return 0;
}

static struct str from_json(const char *message, const char *json)
{
	size_t at = 0;

	buf_clear(&t.wire);
	t.err = (struct err)ERR_INIT;
	if (!transcode_json_to_wire(schema_message(t.schema, message), str_of(json), &at, NULL,
				    &t.arena, &t.wire, &t.err))
		fail_msg("%s: %s", json, t.err.message);
	return buf_str(&t.wire);
}

static bool note(void *data, const struct payload_at *at, struct err *err)
{
	static const char *const PLACES[] = {"value", "memo", "header", "search", "metadata",
					     "failure", "system"};

	payload_path(at, &t.seen);
	buf_printf(&t.seen, " %s ", PLACES[at->place]);
	buf_add(&t.seen, payload_text(&at->payload, &t.arena));
	buf_add_char(&t.seen, '\n');
	return true;
}

static const char *walk(const char *message, struct str bytes)
{
	buf_clear(&t.seen);
	buf_puts(&t.seen, "");
	t.err = (struct err)ERR_INIT;
	if (!payload_each(t.schema, schema_message(t.schema, message), bytes, note, NULL, &t.err))
		fail_msg("%s", t.err.message);
	return t.seen.n ? t.seen.p : "";
}

static void assert_walk(const char *message, const char *json, const char *expected)
{
	assert_string_equal(walk(message, from_json(message, json)), expected);
}

static void paths_name_fields_items_and_keys(void **state)
{
	assert_walk(EVENT,
		    "{\"workflowExecutionStartedEventAttributes\":{\"input\":{\"payloads\":["
		    "{\"data\":\"MQ==\",\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"}},"
		    "{\"metadata\":{\"encoding\":\"YmluYXJ5L251bGw=\"}}]},"
		    "\"memo\":{\"fields\":{\"a.b\":{\"data\":\"eA==\"}}},"
		    "\"searchAttributes\":{\"indexedFields\":{\"k\":{\"data\":\"eQ==\"}}},"
		    "\"header\":{\"fields\":{\"\":{\"data\":\"eg==\"}}}},"
		    "\"userMetadata\":{\"summary\":{\"data\":\"AQI=\"}}}",
		    "workflowExecutionStartedEventAttributes.input.payloads[0] value 1\n"
		    "workflowExecutionStartedEventAttributes.input.payloads[1] value null\n"
		    "workflowExecutionStartedEventAttributes.memo.fields[a.b] memo x\n"
		    "workflowExecutionStartedEventAttributes.searchAttributes.indexedFields[k] "
		    "search y\n"
		    "workflowExecutionStartedEventAttributes.header.fields[] header z\n"
		    "userMetadata.summary metadata 2 bytes of no encoding\n");
}

static void failures_are_walked_to_their_causes(void **state)
{
	assert_walk("temporal.api.failure.v1.Failure",
		    "{\"cause\":{\"cause\":{\"encodedAttributes\":{\"data\":\"eA==\"},"
		    "\"applicationFailureInfo\":{\"details\":{\"payloads\":[{\"data\":\"eQ==\"}]}}}}}",
		    "cause.cause.applicationFailureInfo.details.payloads[0] value y\n"
		    "cause.cause.encodedAttributes failure x\n");
}

static void a_list_of_payloads_belongs_to_the_field_around_it(void **state)
{
	assert_walk("temporal.api.common.v1.Payloads", "{\"payloads\":[{\"data\":\"eA==\"}]}",
		    "payloads[0] value x\n");
	assert_walk("temporal.api.common.v1.Payload", "{\"data\":\"eA==\"}", " value x\n");
	assert_walk("temporal.api.history.v1.History",
		    "{\"events\":[{},{\"markerRecordedEventAttributes\":{\"details\":{"
		    "\"data\":{\"payloads\":[{},{\"data\":\"eA==\"}]}}}}]}",
		    "events[1].markerRecordedEventAttributes.details[data].payloads[0] value "
		    "0 bytes of no encoding\n"
		    "events[1].markerRecordedEventAttributes.details[data].payloads[1] value x\n");
}

/* The service's own operation: a request in a payload, which holds payloads. */
static struct str system_event(const char *endpoint, const char *type)
{
	static const char REQUEST[] =
		"{\"signalInput\":{\"payloads\":[{\"data\":\"eA==\"}]},"
		"\"header\":{\"fields\":{\"h\":{\"data\":\"eQ==\"}}}}";
	struct buf payload = {0}, entry = {0}, event = {0}, attributes = {0};
	struct str request = arena_str(
		&t.arena, from_json("temporal.api.workflowservice.v1."
				    "SignalWithStartWorkflowExecutionRequest", REQUEST));

	wire_put_bytes(&entry, 1, STR("encoding"));
	wire_put_bytes(&entry, 2, STR("binary/protobuf"));
	wire_put_bytes(&payload, 1, buf_str(&entry));
	buf_clear(&entry);
	wire_put_bytes(&entry, 1, STR("messageType"));
	wire_put_bytes(&entry, 2, str_of(type));
	wire_put_bytes(&payload, 1, buf_str(&entry));
	wire_put_bytes(&payload, 2, request);
	wire_put_bytes(&attributes, 1, str_of(endpoint));
	wire_put_bytes(&attributes, 4, buf_str(&payload));
	wire_put_bytes(&event, 53, buf_str(&attributes));
	buf_clear(&t.wire);
	buf_add(&t.wire, buf_str(&event));
	buf_done(&payload);
	buf_done(&entry);
	buf_done(&attributes);
	buf_done(&event);
	return buf_str(&t.wire);
}

#define REQUEST_TYPE "temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest"

static void system_operations_are_entered(void **state)
{
	assert_string_equal(
		walk(EVENT, system_event("__temporal_system", REQUEST_TYPE)),
		"nexusOperationScheduledEventAttributes.input system "
		"20 bytes of binary/protobuf " REQUEST_TYPE "\n"
		"nexusOperationScheduledEventAttributes.input.data.signalInput.payloads[0] "
		"value x\n"
		"nexusOperationScheduledEventAttributes.input.data.header.fields[h] header y\n");
	assert_string_equal(walk(EVENT, system_event("mine", REQUEST_TYPE)),
			    "nexusOperationScheduledEventAttributes.input value "
			    "20 bytes of binary/protobuf " REQUEST_TYPE "\n");
	assert_string_equal(walk(EVENT, system_event("__temporal_system", "no.such.Type")),
			    "nexusOperationScheduledEventAttributes.input value "
			    "20 bytes of binary/protobuf no.such.Type\n");
}

static bool count_one(void *data, const struct payload_at *at, struct err *err)
{
	++*(size_t *)data;
	return at->field && str_is(at->payload.data, "x");
}

static void every_place_of_the_api_is_visited(void **state)
{
	for (size_t i = 0; i < PATHS_N; i++) {
		const struct payload_row *row = &PATHS[i];
		char json[300], name[100];
		bool map = str_starts(str_of(row->kind), STR("map"));
		bool list = str_has(str_of(row->kind), "Payloads");
		size_t n = 0;

		snprintf(name, sizeof(name), "temporal.api.%s", row->message);
		snprintf(json, sizeof(json), "{\"%s\":%s%s{\"data\":\"eA==\"}%s%s}", row->field,
			 map ? "{\"k\":" : "", list ? "{\"payloads\":[" : "", list ? "]}" : "",
			 map ? "}" : "");
		from_json(name, json);
		if (!payload_each(t.schema, schema_message(t.schema, name), buf_str(&t.wire),
				  count_one, &n, &t.err) || n != 1)
			fail_msg("%s.%s: %zu payloads", row->message, row->field, n);
	}
}

static bool in_table(const struct schema_message *m, const struct schema_field *f)
{
	for (size_t i = 0; i < PATHS_N; i++)
		if (str_is(str_skip(m->name, strlen("temporal.api.")), PATHS[i].message) &&
		    str_is(f->name, PATHS[i].field))
			return true;
	return false;
}

static bool holds_payloads(const struct schema_message *m)
{
	return payload_is_message(m) || str_is(m->name, "temporal.api.common.v1.Payloads");
}

/* And the other way round: the schema has none below an event that the list has not. */
static void look_below(const struct schema_message *m, bool *seen, size_t *found)
{
	if (seen[m->id] || holds_payloads(m))
		return;
	seen[m->id] = true;
	for (size_t i = 0; i < m->n_fields; i++) {
		const struct schema_field *f = &m->fields[i];
		const struct schema_message *inner = f->map ? f->message->fields[1].message
							    : f->message;

		if (!inner)
			continue;
		if (holds_payloads(inner)) {
			if (!in_table(m, f))
				fail_msg("%.*s.%.*s is not in the list", STR_ARG(m->name),
					 STR_ARG(f->name));
			++*found;
		}
		look_below(inner, seen, found);
	}
}

static void the_list_is_complete(void **state)
{
	static bool seen[SCHEMA_IDS];
	size_t found = 0;

	look_below(schema_message(t.schema, EVENT), seen, &found);
	assert_int_equal(found, PATHS_N);
}

static bool count_all(void *data, const struct payload_at *at, struct err *err)
{
	++*(size_t *)data;
	return true;
}

static void broken_bytes_are_refused_with_their_path(void **state)
{
	size_t n = 0;

	/* memo.fields: an entry whose payload claims more bytes than there are */
	assert_false(payload_each(t.schema, schema_message(t.schema, "temporal.api.common.v1.Memo"),
				  STR("\x0a\x07\x0a\x01k\x12\x02\x12\x09"), count_all, &n, &t.err));
	assert_string_equal(t.err.message, "fields[k]: a temporal.api.common.v1.Payload that is "
					   "not whole");
	assert_int_equal(n, 0);
}

static void encodings_are_trimmed_and_known(void **state)
{
	struct payload p;

	assert_true(payload_read(from_json("temporal.api.common.v1.Payload",
					   "{\"metadata\":{\"encoding\":\"YmluYXJ5L251bGwK\"}}"), &p));
	assert_int_equal(p.kind, PAYLOAD_NULL);
	assert_true(str_is(p.encoding, "binary/null"));
	assert_true(str_is(payload_metadata(p.bytes, "encoding"), "binary/null\n"));
	assert_null(payload_metadata(p.bytes, "none").p);
	/* json/protobuf of an ExternalStorageReference */
	assert_true(payload_read(
		from_json("temporal.api.common.v1.Payload",
			  "{\"metadata\":{\"encoding\":\"anNvbi9wcm90b2J1Zg==\",\"messageType\":"
			  "\"dGVtcG9yYWwuYXBpLnNkay52MS5FeHRlcm5hbFN0b3JhZ2VSZWZlcmVuY2U=\"},"
			  "\"data\":\"e30=\"}"), &p));
	assert_true(p.reference);
	assert_false(payload_read(STR("\x0a\x05x"), &p));
	p = (struct payload){.kind = PAYLOAD_PLAIN, .encoding = STR("binary/plain"),
			     .data = str_slice("a\0b", 3)};
	assert_true(str_is(payload_text(&p, &t.arena), "3 bytes of binary/plain"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_name_fields_items_and_keys),
		cmocka_unit_test(failures_are_walked_to_their_causes),
		cmocka_unit_test(a_list_of_payloads_belongs_to_the_field_around_it),
		cmocka_unit_test(system_operations_are_entered),
		cmocka_unit_test(every_place_of_the_api_is_visited),
		cmocka_unit_test(the_list_is_complete),
		cmocka_unit_test(broken_bytes_are_refused_with_their_path),
		cmocka_unit_test(encodings_are_trimmed_and_known),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
