/* SPDX-License-Identifier: MIT */
/* test_redact_fields.c: keys of maps, and the metadata of payloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "tests/unit/redact_story.h"
#include "tests/unit/redact_world.h"

#define DEEP 12

struct map_walk {
	void **state;
	const char *key;
	const char *of; /* the end of the name of the message that has the map; NULL: any */
	const struct schema_field *path[DEEP]; /* from HistoryEvent on */
	bool seen[SCHEMA_IDS];
	size_t maps, kept; /* that were met; whose key stayed */
};

/* An event with PATH's last field, a map of one entry. */
static void try_map(struct map_walk *walk, size_t n)
{
	struct world w = begin(walk->state);
	struct buf bytes, around;

	buf_init(&bytes, 0);
	buf_init(&around, 0);
	wire_put_bytes(&bytes, 1, str_of(walk->key));
	wire_put_bytes(&bytes, 2, STR_NONE);
	for (size_t i = n; i-- > 1;) {
		struct buf swap = bytes;

		buf_clear(&around);
		wire_put_bytes(&around, walk->path[i]->number, buf_str(&bytes));
		bytes = around;
		around = swap;
	}
	build_event(&w.b, EVENT_MARKER_RECORDED, walk->path[0]->number, buf_str(&bytes));
	w.settings.keys = true;
	redact(&w);
	if (!w.ok)
		fail_msg("%s", w.err.message);
	walk->maps++;
	walk->kept += str_find(buf_str(&w.out), str_of(walk->key)) >= 0;
	buf_done(&around);
	buf_done(&bytes);
	end(&w);
}

static void walk_maps(struct map_walk *walk, const struct schema_message *m, size_t n)
{
	for (size_t i = 0; n < DEEP && i < m->n_fields; i++) {
		const struct schema_field *f = &m->fields[i];

		walk->path[n] = f;
		if (f->map && (!walk->of || str_ends(m->name, str_of(walk->of))))
			try_map(walk, n + 1);
		if (f->kind != SCHEMA_MESSAGE || f->map || f->message->wellknown ||
		    walk->seen[f->message->id])
			continue;
		walk->seen[f->message->id] = true;
		walk_maps(walk, f->message, n + 1);
	}
}

static struct map_walk maps_with(void **state, const char *key, const char *of)
{
	struct map_walk walk = {.state = state, .key = key, .of = of};

	walk_maps(&walk, schema_message(*state, "temporal.api.history.v1.HistoryEvent"), 0);
	return walk;
}

static void keys_of_all_maps_go_where_asked_but_those_that_sdks_read(void **state)
{
	static const struct {
		const char *key, *of;
		bool stays;
	} ROWS[] = {
		{"tenant-acme", "EventAttributes", false}, /* nexusHeader, and see below */
		{"tenant-acme", "Callback.Nexus", false},
		{"tenant-acme", ".Header", false},
		{"tenant-acme", ".Memo", false},
		{"tenant-acme", ".SearchAttributes", false},
		{"tenant-acme", ".Payload", false},
		{"tenant-acme", ".MarkerRecordedEventAttributes", true},
		{"TemporalChangeVersion", ".SearchAttributes", true},
		{"TemporalChangeVersion", ".Memo", false},
		{"encryption-key-id", ".Payload", true},
		{"encryption-key-id", ".Header", false},
	};
	struct map_walk all = maps_with(state, "tenant-acme", NULL);
	size_t maps = 0;

	/* Of all that an event may hold, the details of a marker alone are the SDKs' own. */
	assert_int_equal(all.kept, 1);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct map_walk walk = maps_with(state, ROWS[i].key, ROWS[i].of);
		bool markers_too = i == 0;

		assert_true(walk.maps > 0);
		assert_int_equal(walk.kept, ROWS[i].stays ? walk.maps : markers_too);
		maps += i < 6 ? walk.maps : 0;
	}
	/* And there is no map that no row is about. */
	assert_int_equal(maps, all.maps);
}

/* What stands in the metadata of the payload of a marker, beside its encoding. */
static void metadata_goes_but_what_readers_go_by(void **state)
{
	static const struct {
		const char *key;
		bool stays;
	} ROWS[] = {
		{"messageType", true},	     {"type", true},   {"encryption-key-id", true},
		{"encoding-original", true}, {"owner", false}, {"encryption-key-id-2", false},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct world w = begin(state);
		char *placeholder = of(shape("salt", false), "of Joe Miller");
		struct buf entry, payload, summary;

		buf_init(&entry, 0);
		buf_init(&payload, 0);
		buf_init(&summary, 0);
		wire_put_bytes(&entry, 1, str_of(ROWS[i].key));
		wire_put_bytes(&entry, 2, STR("of Joe Miller"));
		wire_put_bytes(&payload, 1, buf_str(&entry));
		wire_put_bytes(&summary, 1, buf_str(&payload));
		build_event(&w.b, EVENT_MARKER_RECORDED,
			    schema_field_by_name(schema_message(w.schema, "temporal.api.history.v1."
								"HistoryEvent"),
						 STR("user_metadata"))->number,
			    buf_str(&summary));
		redact(&w);
		assert_true(w.ok);
		assert_true(str_find(buf_str(&w.out), str_of(ROWS[i].key)) >= 0);
		assert_int_equal(str_find(buf_str(&w.out), STR("Joe")) >= 0, ROWS[i].stays);
		assert_int_equal(str_find(buf_str(&w.out), str_of(placeholder)) < 0, ROWS[i].stays);
		buf_done(&summary);
		buf_done(&payload);
		buf_done(&entry);
		mem_free(placeholder);
		end(&w);
	}
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(keys_of_all_maps_go_where_asked_but_those_that_sdks_read),
		cmocka_unit_test(metadata_goes_but_what_readers_go_by),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
