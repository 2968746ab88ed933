/* SPDX-License-Identifier: MIT */
/* test_out.c: what writers make of a small history, and that files are whole or not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/base64.h"
#include "formats/out/out.h"
#include "formats/out/out_batch.h"
#include "formats/out/out_file.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"

struct world {
	struct arena arena;
	struct out_settings settings;
	struct build build;
	struct str wire;
};

static int setup(void **state)
{
	static struct world w;

	arena_init(&w.arena);
	w.settings = (struct out_settings){.schema = schema_new(&w.arena)};
	build_init(&w.build);
	build_started(&w.build, "Order");
	build_task(&w.build);
	build_activity(&w.build, "Charge,\"it\"\n");
	build_task(&w.build);
	build_completed(&w.build);
	w.wire = buf_str(&w.build.wire);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	build_done(&w->build);
	arena_done(&w->arena);
	return 0;
}

struct memory {
	struct out_sink sink;
	struct buf bytes;
};

static bool remember(struct out_sink *s, struct str bytes, int64_t event, struct err *err)
{
	struct memory *m = (struct memory *)s;

	(void)event;
	buf_add(&m->bytes, bytes);
	return buf_ok(&m->bytes, err);
}

static size_t event_end(struct str wire)
{
	struct wire w = wire_of(wire);
	struct wire_field f;

	wire_next(&w, &f);
	return w.at;
}

/* N times the history, event by event: as F writes it. */
static struct str written(struct world *w, const struct out_format *f, int n, struct memory *m)
{
	static const struct out_history WHO = {.input = STR("in.json")};
	struct err err = ERR_INIT;
	struct out o;

	m->sink.write = remember;
	buf_clear(&m->bytes);
	assert_true(out_open(&o, f, &w->settings, &m->sink, &err));
	for (int i = 0; i < n; i++) {
		struct str left = w->wire;

		assert_true(out_begin(&o, &WHO, &err));
		while (left.n) {
			size_t end = event_end(left);

			assert_true(out_events(&o, str_take(left, end), &err));
			left = str_skip(left, end);
		}
		assert_true(out_end(&o, &err));
	}
	assert_true(out_close(&o, &err));
	out_done(&o);
	return buf_str(&m->bytes);
}

static void protobuf_is_wrapped(void **state)
{
	struct memory m = {0};
	struct str s;
	struct wire w;
	struct wire_field f;

	assert_true(str_eq(written(*state, &OUT_FORMAT_PROTO, 1, &m), ((struct world *)*state)->wire));
	s = written(*state, &OUT_FORMAT_RESPONSE, 1, &m);
	assert_true(str_eq(wire_bytes_at(s, 1), ((struct world *)*state)->wire));
	s = written(*state, &OUT_FORMAT_BLOB, 1, &m);
	assert_int_equal(wire_value_at(s, 1, 0), 1);
	assert_true(str_eq(wire_bytes_at(s, 2), ((struct world *)*state)->wire));
	w = wire_of(written(*state, &OUT_FORMAT_EXPORT, 2, &m));
	for (int i = 0; i < 2; i++) {
		assert_true(wire_next(&w, &f));
		assert_true(str_eq(wire_bytes_at(f.bytes, 1), ((struct world *)*state)->wire));
	}
	assert_false(wire_next(&w, &f));
	assert_false(w.broken);
	buf_done(&m.bytes);
}

/* The blobs of a raw response are the history again, each a batch of its own. */
static void raw_history_is_the_history(void **state)
{
	struct world *world = *state;
	struct memory m = {0};
	struct wire w = wire_of(written(world, &OUT_FORMAT_RAW, 1, &m));
	struct wire_field f;
	struct buf all = {0};
	size_t n = 0;

	while (wire_next(&w, &f)) {
		assert_int_equal(f.number, 2);
		buf_add(&all, wire_bytes_at(f.bytes, 2));
		n++;
	}
	assert_true(str_eq(buf_str(&all), world->wire));
	/* started; scheduled, started; completed + activity; 2 of it; and a task that closes */
	assert_int_equal(n, 1 + 2 + 1 + 2 + 2 + 1);
	buf_done(&all);
	buf_done(&m.bytes);
}

static void batches_are_transactions(void **state)
{
	static const struct {
		uint64_t type;
		bool begins;
	} ROWS[] = {
		{1, true}, {5, true}, {6, true}, {7, true}, {10, false}, {17, false},
		{26, true}, /* a signal */
		{17, true}, /* a command event apart from its task stands alone */
		{7, true}, {2, false}, {77, true}, {10, true},
	};
	struct out_batch b = {0};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct buf event = {0};

		wire_put_value(&event, 1, i + 1);
		wire_put_value(&event, 3, ROWS[i].type);
		assert_int_equal(out_batch_begins(&b, buf_str(&event)), ROWS[i].begins);
		buf_done(&event);
	}
}

static void tables_are_quoted(void **state)
{
	struct world *w = *state;
	struct memory m = {0};
	struct str s;

	w->settings.columns = STR("id,type,name");
	s = written(w, &OUT_FORMAT_CSV, 2, &m);
	assert_true(str_starts(s, STR("id,type,name\n1,WorkflowExecutionStarted,Order\n")));
	assert_true(str_has(s, "\n5,ActivityTaskScheduled,\"Charge,\"\"it\"\"\n\"\n"));
	/* one head, though there are two histories */
	assert_true(str_find_from(s, STR("id,type"), 1) < 0);
	s = written(w, &OUT_FORMAT_TSV, 1, &m);
	assert_true(str_has(s, "\n5\tActivityTaskScheduled\tCharge,\"it\"\\n\n"));
	buf_done(&m.bytes);
}

static void json_lists_what_there_is(void **state)
{
	struct world empty = {.settings = ((struct world *)*state)->settings, .wire = STR_NONE};
	struct memory m = {0};

	assert_string_equal(written(&empty, &OUT_FORMAT_JSON, 1, &m).p, "{\n  \"events\": []\n}\n");
	assert_string_equal(written(&empty, &OUT_FORMAT_JSONL, 2, &m).p,
			    "{\"events\":[]}\n{\"events\":[]}\n");
	assert_string_equal(written(&empty, &OUT_FORMAT_ARCHIVAL, 1, &m).p, "[]\n");
	empty.wire = STR("\x0a\x04\x08\x01\x18\x01");
	assert_string_equal(written(&empty, &OUT_FORMAT_EVENTS, 1, &m).p,
			    "{\"eventId\":\"1\",\"eventType\":\"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\"}\n");
	assert_string_equal(written(&empty, &OUT_FORMAT_TDBG, 1, &m).p,
			    "[\n  {\n    \"events\": [\n      {\n        \"eventId\": \"1\",\n"
			    "        \"eventType\": \"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\"\n"
			    "      }\n    ]\n  }\n]\n");
	buf_done(&m.bytes);
}

static void formats_are_told_by_endings(void **state)
{
	assert_ptr_equal(out_format_of_path(STR("a.json")), &OUT_FORMAT_JSON);
	assert_ptr_equal(out_format_of_path(STR("a.json.gz")), &OUT_FORMAT_JSON);
	assert_ptr_equal(out_format_of_path(STR("a.pages.json.zst")), &OUT_FORMAT_PAGES);
	assert_ptr_equal(out_format_of_path(STR("a.pb")), &OUT_FORMAT_PROTO);
	assert_null(out_format_of_path(STR(".json")));
	assert_null(out_format_of_path(STR("a.txt")));
	assert_ptr_equal(out_format_named(STR("tdbg")), &OUT_FORMAT_TDBG);
	assert_null(out_format_named(STR("tdb")));
}

/* ---- files ---- */

static void files_appear_whole(void **state)
{
	char folder[] = "/tmp/hindcast-out-XXXXXX", path[64];
	struct str name = {path, 0};
	struct err err = ERR_INIT;
	struct out_file f;

	assert_non_null(mkdtemp(folder));
	name.n = (size_t)snprintf(path, sizeof(path), "%s/a", folder);
	assert_true(out_file_open(&f, str_of(folder), name, NULL, &err));
	assert_true(f.sink.write(&f.sink, STR("one"), 0, &err));
	assert_int_equal(access(path, F_OK), -1);
	out_file_drop(&f);
	assert_int_equal(access(path, F_OK), -1);
	for (int i = 0; i < 3; i++) {
		bool force = i == 2;

		assert_true(out_file_open(&f, str_of(folder), name, NULL, &err));
		assert_true(f.sink.write(&f.sink, i ? STR("two") : STR("one"), 0, &err));
		assert_true(out_file_finish(&f, &err));
		assert_int_equal(out_file_same(&f, name), false);
		assert_int_equal(out_file_keep(&f, name, force, &err), i != 1);
		assert_int_equal(out_file_same(&f, name), i != 1);
		out_file_drop(&f);
	}
	assert_string_equal(strrchr(err.message, '/'), "/a exists (--force overwrites it)");
	unlink(path);
	/* and nothing else is there */
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test_setup_teardown(protobuf_is_wrapped, setup, teardown),
		cmocka_unit_test_setup_teardown(raw_history_is_the_history, setup, teardown),
		cmocka_unit_test(batches_are_transactions),
		cmocka_unit_test_setup_teardown(tables_are_quoted, setup, teardown),
		cmocka_unit_test_setup_teardown(json_lists_what_there_is, setup, teardown),
		cmocka_unit_test(formats_are_told_by_endings),
		cmocka_unit_test(files_appear_whole),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
