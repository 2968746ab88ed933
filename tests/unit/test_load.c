/* SPDX-License-Identifier: MIT */
/* test_load.c: histories of an input, one by one, by number, and as a stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/read/load.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct schema *schema;

static void write_file(const char *path, struct str bytes)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

static void order(struct build *b)
{
	build_init(b);
	build_started(b, "OrderWorkflow");
	build_task(b);
	build_completed(b);
}

static void a_number_behind_a_path_names_a_history(void **state)
{
	static const struct {
		const char *path, *file;
		size_t n;
	} ROWS[] = {
		{"a.json", "a.json", 0},    {"a.json#1", "a.json", 1}, {"a#12", "a", 12},
		{"a.json#", "a.json#", 0},  {"a#0", "a#0", 0},	       {"#3", "#3", 0},
		{"a#1x", "a#1x", 0},	    {"run 7", "run 7", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		size_t n;
		struct str file = load_path_split(str_of(ROWS[i].path), &n);

		assert_true(str_is(file, ROWS[i].file));
		assert_int_equal(n, ROWS[i].n);
	}
	write_file("a.json#2", STR("{}"));
	{
		size_t n;

		assert_true(str_is(load_path_split(STR("a.json#2"), &n), "a.json#2"));
		assert_int_equal(n, 0);
	}
	unlink("a.json#2");
}

static void one_of_a_file_is_loaded_by_number(void **state)
{
	struct err err = ERR_INIT;
	struct history h;
	struct build b;

	(void)state;
	order(&b);
	write_file("one.bin", build_wire(&b));
	assert_true(load_history(schema, STR("one.bin#1"), &h, NULL, &err));
	assert_int_equal(h.n_events, 5);
	history_done(&h);
	assert_false(load_history(schema, STR("one.bin#2"), &h, NULL, &err));
	assert_int_equal(err.code, ERR_MISSING);
	unlink("one.bin");
	build_done(&b);
}

struct seen {
	struct event_sink sink;
	struct buf wire;
	int begins, ends;
	char workflow_id[32];
	bool stop;
};

static bool on_begin(struct event_sink *s, const struct sink_identity *who,
		     const struct load_info *info, struct err *err)
{
	struct seen *seen = (struct seen *)s;

	assert_int_equal(info->ordinal, ++seen->begins);
	snprintf(seen->workflow_id, sizeof(seen->workflow_id), "%.*s", STR_ARG(who->workflow_id));
	return !seen->stop || err_set(err, ERR_IO, "no room");
}

static bool on_events(struct event_sink *s, struct str events, struct err *err)
{
	(void)err;
	buf_add(&((struct seen *)s)->wire, events);
	return true;
}

static bool on_end(struct event_sink *s, const struct load_info *info, struct err *err)
{
	(void)err;
	(void)info;
	((struct seen *)s)->ends++;
	return true;
}

static void a_stream_has_all_events_in_order(void **state)
{
	struct seen seen = {.sink = {on_begin, on_events, on_end}};
	struct load_settings settings = {.schema = schema};
	struct err err = ERR_INIT;
	struct build b;

	(void)state;
	order(&b);
	for (int i = 0; i < 20000; i++) /* more than one chunk */
		build_timer(&b, i);
	write_file("s.bin", build_wire(&b));
	assert_true(load_events(&settings, STR("s.bin"), &seen.sink, &err));
	assert_true(str_eq(buf_str(&seen.wire), build_wire(&b)));
	assert_true(seen.wire.n > SINK_CHUNK);
	assert_string_equal(seen.workflow_id, "w-1");
	assert_int_equal(seen.begins, 1);
	assert_int_equal(seen.ends, 1);

	seen.stop = true;
	seen.begins = 0;
	assert_false(load_events(&settings, STR("s.bin"), &seen.sink, &err));
	assert_string_equal(err.message, "s.bin: no room");
	assert_int_equal(seen.ends, 1);
	unlink("s.bin");
	buf_done(&seen.wire);
	build_done(&b);
}

/* ---- pages in files of their own ---- */

/* A reply with events FROM to TO of WIRE, and whether more follow. */
static void write_page(const char *path, struct str wire, size_t from, size_t to, bool more)
{
	struct wire w = wire_of(wire);
	struct wire_field f;
	struct buf page = {0};
	size_t start = 0;

	for (size_t i = 1; i <= to && wire_next(&w, &f); i++)
		if (i < from)
			start = w.at;
	wire_put_bytes(&page, 1, str_slice(wire.p + start, w.at - start));
	if (more)
		wire_put_bytes(&page, 3, STR("token"));
	write_file(path, buf_str(&page));
	buf_done(&page);
}

struct loaded {
	size_t n, joined;
	size_t n_events;
	struct str wire; /* that each must have */
	bool noted;	 /* that copies were left out */
};

static bool count(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct loaded *l = data;

	(void)err;
	l->n++;
	l->joined += info->joined;
	for (size_t i = 0; i < info->n_notes; i++)
		l->noted |= strcmp(info->notes[i].code, "copies-dropped") == 0;
	l->n_events = h->n_events;
	assert_true(str_eq(h->wire, l->wire));
	return true;
}

static const struct source_file PAGES[] = {
	{.path = {"c.bin", 5}, .bytes = 1},
	{.path = {"a.bin", 5}, .bytes = 1},
	{.path = {"b.bin", 5}, .bytes = 1},
	{.path = {"other.bin", 9}, .bytes = 1},
};

static void pages_in_files_are_one_history_under_the_first_ones_name(void **state)
{
	struct load_settings settings = {.schema = schema};
	struct err err = ERR_INIT;
	struct loaded l = {0};
	struct build b;

	(void)state;
	order(&b);
	build_timer(&b, 1);
	build_timer(&b, 2);
	l.wire = build_wire(&b);
	write_page("a.bin", l.wire, 1, 3, true);
	write_page("b.bin", l.wire, 4, 6, true);
	write_page("c.bin", l.wire, 7, 9, false);
	write_page("other.bin", l.wire, 1, 9, false);
	settings.pages = load_pages_new(PAGES, 4);
	for (size_t i = 0; i < 4; i++) {
		if (!load_each(&settings, PAGES[i].path, count, &l, &err))
			fail_msg("%s", err.message);
		assert_int_equal(l.n, i == 0 ? 0 : i < 3 ? 1 : 2);
		assert_int_equal(l.joined, i > 0);
	}
	load_pages_free(settings.pages);

	/* alone, each is what it is: a page */
	settings.pages = NULL;
	assert_false(load_each(&settings, STR("a.bin"), count, &l, &err));
	assert_false(load_each(&settings, STR("c.bin"), count, &l, &err));

	/* one is missing */
	unlink("b.bin");
	settings.pages = load_pages_new(PAGES, 4);
	assert_false(load_each(&settings, STR("a.bin"), count, &l, &err));
	assert_non_null(strstr(err.message, "a.bin: only one page of a history: events 1 to 3"));
	assert_false(load_each(&settings, STR("c.bin"), count, &l, &err));
	assert_non_null(strstr(err.message, "events 1 to 6 are missing"));
	load_pages_free(settings.pages);

	/* two could go on there */
	write_page("b.bin", l.wire, 4, 9, false);
	write_page("c.bin", l.wire, 4, 8, false);
	settings.pages = load_pages_new(PAGES, 4);
	assert_false(load_each(&settings, STR("a.bin"), count, &l, &err));
	assert_non_null(strstr(err.message, "more than one file goes on"));
	load_pages_free(settings.pages);
	for (size_t i = 0; i < 4; i++)
		unlink(PAGES[i].path.p);
	build_done(&b);
}

/* Loads all of them; how many histories there were, which all have WIRE. */
static size_t load_all(const struct source_file *files, size_t n, struct str wire, bool *ret_noted)
{
	struct load_settings settings = {.schema = schema, .pages = load_pages_new(files, n)};
	struct loaded l = {.wire = wire};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < n; i++)
		if (!load_each(&settings, files[i].path, count, &l, &err))
			fail_msg("%s", err.message);
	*ret_noted = l.noted;
	load_pages_free(settings.pages);
	return l.n;
}

static void pages_that_are_named_are_joined_across_folders(void **state)
{
	/* two/ has pages of its own that go on at the same event */
	static const struct source_file FILES[] = {
		{.path = {"two/p1.bin", 10}, .bytes = 1, .named = true},
		{.path = {"one/p2.bin", 10}, .bytes = 1, .named = true},
		{.path = {"p1.bin", 6}, .bytes = 1, .named = true},
		{.path = {"two/p2.bin", 10}, .bytes = 1, .named = true},
	};
	struct load_settings settings = {.schema = schema};
	struct loaded l = {0};
	struct err err = ERR_INIT;
	struct build b;
	bool noted;

	(void)state;
	order(&b);
	build_timer(&b, 1);
	l.wire = build_wire(&b);
	mkdir("one", 0777);
	mkdir("two", 0777);
	write_page("p1.bin", l.wire, 1, 3, true);
	write_page("one/p2.bin", l.wire, 4, 7, false);
	write_page("two/p1.bin", l.wire, 1, 3, true);
	write_page("two/p2.bin", l.wire, 4, 7, false);
	assert_int_equal(load_all(FILES, 4, l.wire, &noted), 2);
	assert_false(noted);
	settings.pages = load_pages_new(FILES + 1, 2);
	assert_true(load_pages_are_one(settings.pages, &settings));
	load_pages_free(settings.pages);
	/* Found in folders they stay apart. */
	{
		struct source_file found[] = {FILES[2], FILES[1]};

		found[0].named = found[1].named = false;
		settings.pages = load_pages_new(found, 2);
		assert_false(load_each(&settings, STR("p1.bin"), count, &l, &err));
		load_pages_free(settings.pages);
	}
	for (size_t i = 0; i < 4; i++)
		unlink(FILES[i].path.p);
	rmdir("one");
	rmdir("two");
	build_done(&b);
}

static void a_page_that_is_in_two_files_is_taken_once(void **state)
{
	static const struct source_file FILES[] = {
		{.path = {"a (1).bin", 9}, .bytes = 1}, {.path = {"a.bin", 5}, .bytes = 1},
		{.path = {"b (1).bin", 9}, .bytes = 1}, {.path = {"b.bin", 5}, .bytes = 1},
		{.path = {"c.bin", 5}, .bytes = 1},
	};
	struct load_settings settings = {.schema = schema};
	struct build b;
	bool noted;

	(void)state;
	order(&b);
	build_timer(&b, 1);
	build_timer(&b, 2);
	for (size_t i = 0; i < 5; i++)
		write_page(FILES[i].path.p, build_wire(&b), i < 2 ? 1 : i < 4 ? 4 : 7,
			   i < 2 ? 3 : i < 4 ? 6 : 9, i < 4);
	assert_int_equal(load_all(FILES, 5, build_wire(&b), &noted), 1);
	assert_true(noted);
	settings.pages = load_pages_new(FILES, 5);
	assert_true(load_pages_are_one(settings.pages, &settings));
	load_pages_free(settings.pages);
	for (size_t i = 0; i < 5; i++)
		unlink(FILES[i].path.p);
	build_done(&b);
}

/* ---- exports ---- */

static void add_item(struct buf *export, struct str wire)
{
	struct buf item = {0};

	wire_put_bytes(&item, 1, wire);
	wire_put_bytes(export, 1, buf_str(&item));
	buf_done(&item);
}

struct exported {
	size_t n;
	size_t n_events[8];
	bool again[8];
};

static bool note(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct exported *e = data;

	(void)err;
	e->n_events[e->n] = h->n_events;
	for (size_t i = 0; i < info->n_notes; i++)
		e->again[e->n] |= strcmp(info->notes[i].code, "exported-again") == 0;
	e->n++;
	return true;
}

/* One that has gone on by then takes the place of what it was; a reset is another run. */
static void of_runs_that_are_exported_again_the_last_is_taken(void **state)
{
	struct load_settings settings = {.schema = schema};
	struct err err = ERR_INIT;
	struct exported e = {0};
	struct build run, reset;
	struct buf export = {0};
	size_t early;

	(void)state;
	order(&run);
	early = build_wire(&run).n;
	build_init(&reset);
	build_started(&reset, "OrderWorkflow");
	build_task(&reset);
	build_signal(&reset, "another way");
	build_signal(&reset, "and on");
	build_timer(&run, 1);
	add_item(&export, build_wire(&reset));
	add_item(&export, str_take(build_wire(&run), early));
	add_item(&export, build_wire(&run));
	add_item(&export, build_wire(&run));
	write_file("x.export", buf_str(&export));
	if (!load_each(&settings, STR("x.export"), note, &e, &err))
		fail_msg("%s", err.message);
	assert_int_equal(e.n, 2);
	assert_int_equal(e.n_events[0], 6);
	assert_false(e.again[0]);
	assert_int_equal(e.n_events[1], 7);
	assert_true(e.again[1]);
	unlink("x.export");
	buf_done(&export);
	build_done(&run);
	build_done(&reset);
}

/* What was beside the events of each history, one behind the other. */
struct beside {
	struct buf fields;
	size_t n;
};

static bool gather_beside(void *data, struct history *h, const struct load_info *info,
			  struct err *err)
{
	struct beside *b = data;

	(void)h;
	(void)err;
	buf_printf(&b->fields, "%s%zu:", b->n++ ? " " : "", info->ordinal);
	buf_add(&b->fields, info->fields);
	return true;
}

static void assert_beside(struct str bytes, const char *fields)
{
	const struct load_settings settings = {.schema = schema,
					       .flags = LOAD_KEEP_FIELDS | LOAD_KEEP_UNKNOWN};
	struct err err = ERR_INIT;
	struct beside b = {0};

	if (!load_each_bytes(&settings, bytes, gather_beside, &b, &err))
		fail_msg("%s", err.message);
	assert_string_equal(b.fields.p, fields);
	buf_done(&b.fields);
}

/* "z" and "y" in field 99, a group in field 100. */
#define FIELD_Z "\x9a\x06\x01z"
#define FIELD_Y "\x9a\x06\x01y"
#define GROUP "\xa3\x06\x08\x01\xa4\x06"
#define EVENT_1 "\x0a\x04\x08\x01\x18\x01"

static void fields_beside_events_are_of_their_history(void **state)
{
	(void)state;
	assert_beside(STR(EVENT_1 FIELD_Z GROUP), "1:" FIELD_Z GROUP);
	/* of two items of an export, one of which has it first */
	assert_beside(STR("\x0a\x0c\x0a\x0a" EVENT_1 FIELD_Z "\x0a\x0c\x0a\x0a" FIELD_Y EVENT_1),
		      "1:" FIELD_Z " 2:" FIELD_Y);
	assert_beside(STR("{\"__unknown\":{\"99:2\":\"eg==\"},\"events\":[{\"eventId\":1}]}"
			  "{\"events\":[{\"eventId\":1}],\"__unknown\":[{\"99:2\":\"eQ==\"}]}"),
		      "1:" FIELD_Z " 2:" FIELD_Y);
	assert_beside(STR("{\"events\":[{\"eventId\":1}],\"new\":[ 1, {} ]}"),
		      "1:\xca\xa3\x09\x0c\"new\":[1,{}]");
}

static void what_is_beside_events_is_checked(void **state)
{
	const struct load_settings settings = {.schema = schema,
					       .flags = LOAD_KEEP_FIELDS | LOAD_KEEP_UNKNOWN};
	struct beside b = {0};
	struct err err = ERR_INIT;

	(void)state;
	assert_false(load_each_bytes(&settings, STR("{\"events\":[{\"eventId\":1}],\"a\":1,\n\"a\":2}"),
				     gather_beside, &b, &err));
	assert_string_equal(err.message, "beside the events: \"a\" is given twice");
	assert_int_equal(err.line, 2);
	err = (struct err)ERR_INIT;
	assert_false(load_each_bytes(&settings,
				     STR("{\"events\":[{\"eventId\":1}],\"__unknown\":{\"1:2\":\"\"}}"),
				     gather_beside, &b, &err));
	assert_string_equal(err.message, "beside the events: field 1 has a name");
	buf_done(&b.fields);
}

static int go_to_a_folder(void **state)
{
	static char folder[] = "/tmp/test_load.XXXXXX";
	static struct arena a;

	(void)state;
	arena_init(&a);
	schema = schema_new(&a);
	return !mkdtemp(folder) || chdir(folder);
}

static int leave_it(void **state)
{
	char folder[64];

	(void)state;
	return !getcwd(folder, sizeof(folder)) || chdir("/") || rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(a_number_behind_a_path_names_a_history),
		cmocka_unit_test(one_of_a_file_is_loaded_by_number),
		cmocka_unit_test(pages_in_files_are_one_history_under_the_first_ones_name),
		cmocka_unit_test(pages_that_are_named_are_joined_across_folders),
		cmocka_unit_test(a_page_that_is_in_two_files_is_taken_once),
		cmocka_unit_test(of_runs_that_are_exported_again_the_last_is_taken),
		cmocka_unit_test(a_stream_has_all_events_in_order),
		cmocka_unit_test(fields_beside_events_are_of_their_history),
		cmocka_unit_test(what_is_beside_events_is_checked),
	};

	return cmocka_run_group_tests(TESTS, go_to_a_folder, leave_it);
}
