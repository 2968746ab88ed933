/* SPDX-License-Identifier: MIT */
/* test_marker.c: the markers that SDKs left in recorded histories, taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "formats/history/marker.h"
#include "formats/payload/payload.h"
#include "formats/read/load.h"
#include "formats/wire/wire.h"

static struct {
	struct arena arena;
	const struct schema *schema;
	struct buf out;
} t;

static int set_up(void **state)
{
	t.schema = schema_new(&t.arena);
	return 0;
}

static int tear_down(void **state)
{
	buf_done(&t.out);
	arena_done(&t.arena);
	return 0;
}

static void add(const char *label, struct str s)
{
	if (s.n)
		buf_printf(&t.out, " %s=%.*s", label, STR_ARG(s));
}

static void add_marker(struct str bytes)
{
	struct marker m;
	struct payload p;

	marker_read(t.schema, bytes, &t.arena, &m);
	buf_add(&t.out, marker_text(&m, &t.arena));
	add("id", m.id);
	add("activity", m.activity_id.n > 9 ? STR("uuid") : m.activity_id);
	if (m.attempt)
		buf_printf(&t.out, " attempt=%d", (int)m.attempt);
	if (m.value.p && payload_read(m.value, &p))
		add("value", payload_text(&p, &t.arena));
	if (m.input.p && payload_read(m.input, &p))
		add("input", payload_text(&p, &t.arena));
	if (m.failure.p)
		add("failure", wire_bytes_at(m.failure, 1));
	buf_add_char(&t.out, '\n');
}

static void assert_markers(const char *path, const char *expected)
{
	struct err err = ERR_INIT;
	struct history h;

	buf_clear(&t.out);
	if (!load_history(t.schema, str_of(path), &h, NULL, &err))
		fail_msg("%s", err.message);
	for (size_t i = 0; i < h.n_events; i++) {
		const struct schema_message *m;
		struct str bytes;

		if (h.events[i].type == EVENT_MARKER_RECORDED &&
		    history_attributes(&h, i, &m, &bytes))
			add_marker(bytes);
	}
	history_done(&h);
	assert_string_equal(t.out.p, expected);
}

static void the_core_s(void **state)
{
	assert_markers(CORPUS "/ts/versions.json",
		       "patch v1 id=v1\n"
		       "local activity L1 activity=1 attempt=1 value=\"L1 ok\"\n"
		       "local activity L2 activity=2 attempt=1 value=\"L2 ok\"\n");
}

static void go_s(void **state)
{
	assert_markers(CORPUS "/go/versions-1.json",
		       "version 1 of v1 id=v1\n"
		       "side effect 1 id=1 value=777\n"
		       "mutable side effect mse id=mse value=5\n"
		       "local activity LocalA activity=1 attempt=1 value=\"la:1\"\n"
		       "local activity LocalB activity=2 attempt=1 value=\"lb:2\"\n");
}

static void java_s(void **state)
{
	assert_markers(CORPUS "/java/versions-1.json",
		       "version 1 of v1 id=v1\n"
		       "side effect value=7\n"
		       "mutable side effect m1 id=m1 value=\"mse-1\"\n"
		       "local activity LocalA activity=uuid attempt=1 value=\"LocalA(in)\" input=\"in\"\n"
		       "local activity LocalB activity=uuid attempt=1 value=\"LocalB(in)\" input=\"in\"\n");
}

static void assert_one(const char *json, const char *expected)
{
	struct buf wire = {0};
	struct err err = ERR_INIT;
	size_t at = 0;

	buf_clear(&t.out);
	if (!transcode_json_to_wire(schema_message(t.schema, "temporal.api.history.v1."
					"MarkerRecordedEventAttributes"), str_of(json), &at, NULL,
				    &t.arena, &wire, &err))
		fail_msg("%s", err.message);
	add_marker(buf_str(&wire));
	buf_done(&wire);
	assert_string_equal(t.out.p, expected);
}

/* {"data":...} as base64 of JSON */
#define JSON(base64)                                                                         \
	"{\"payloads\":[{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":\"" base64 "\"}]}"

static void odd_ones(void **state)
{
	assert_one("{\"markerName\":\"mine\",\"details\":{\"x\":" JSON("MQ==") "}}",
		   "marker mine\n");
	assert_one("{}", "marker \n");
	/* {"id":"p","deprecated":true} */
	assert_one("{\"markerName\":\"core_patch\",\"details\":{\"patch-data\":"
		   JSON("eyJpZCI6InAiLCJkZXByZWNhdGVkIjp0cnVlfQ==") "}}", "deprecated patch p id=p\n");
	/* {"activity_type":"A","attempt":3} and a failure */
	assert_one("{\"markerName\":\"core_local_activity\",\"failure\":{\"message\":\"no\"},"
		   "\"details\":{\"data\":"
		   JSON("eyJhY3Rpdml0eV90eXBlIjoiQSIsImF0dGVtcHQiOjN9") "}}",
		   "local activity A, attempt 3 attempt=3 failure=no\n");
	/* what can't be read: no JSON, no payload */
	assert_one("{\"markerName\":\"Version\",\"details\":{\"change-id\":" JSON("e3t7") ","
		   "\"version\":{}}}", "version of \n");
	assert_one("{\"markerName\":\"MutableSideEffect\",\"details\":{\"data\":{\"payloads\":["
		   "{\"metadata\":{},\"data\":\"e3t7\"},{\"metadata\":{},\"data\":\"e3t7\"}]}}}",
		   "mutable side effect value={{{\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_core_s),
		cmocka_unit_test(go_s),
		cmocka_unit_test(java_s),
		cmocka_unit_test(odd_ones),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
