/* SPDX-License-Identifier: MIT */
/* test_json_ahead.c: JSON says the same, whether one thread reads it or two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/read/json_ahead.h"
#include "formats/read/load_input.h"

static const struct schema *schema;
static struct arena schema_arena;

/* ---- all that a load says, in one text ---- */

struct telling {
	struct event_sink sink; /* first */
	struct buf told;
};

static void tell_info(struct buf *out, const struct load_info *info)
{
	buf_printf(out, "format %s bytes %zu first %d checked %d joined %d ordinal %zu only %d\n",
		   info->format ? info->format : "-", info->input_bytes, info->newest_first,
		   info->text_checked, info->joined, info->ordinal, info->only);
	for (unsigned i = 0; i < LOAD_AXES; i++)
		if (info->axes[i].what)
			buf_printf(out, "axis %u %s, %s (%s)\n", i, info->axes[i].what,
				   info->axes[i].evidence, info->axes[i].certainty);
	for (size_t i = 0; i < info->n_notes; i++)
		buf_printf(out, "note %s %.*s\n", info->notes[i].code,
			   STR_ARG(info->notes[i].text));
	buf_printf(out, "exact %zu apart %zu damage %.*s line %" PRId64 " byte %" PRId64 "\n",
		   info->loss.exact_payloads, info->loss.taken_apart, STR_ARG(info->damage),
		   info->damage_line, info->damage_byte);
	for (unsigned k = 0; k < TRANSCODE_KINDS; k++)
		for (size_t i = 0; i < info->loss.n[k]; i++) {
			buf_printf(out, "%s", transcode_kind_name((enum transcode_kind)k));
			if (i < TRANSCODE_LOSS_FIRST)
				buf_printf(out, " %" PRId64 " %s", info->loss.first[k][i].event_id,
					   info->loss.first[k][i].path);
			buf_add_char(out, '\n');
		}
}

static bool tell_begin(struct event_sink *s, const struct sink_identity *who,
		       const struct load_info *info, struct err *err)
{
	struct telling *t = (struct telling *)s;

	(void)err;
	buf_printf(&t->told, "begin %.*s\n", STR_ARG(who->workflow_id));
	tell_info(&t->told, info);
	return true;
}

static bool tell_events(struct event_sink *s, struct str events, struct err *err)
{
	struct telling *t = (struct telling *)s;

	(void)err;
	buf_printf(&t->told, "\nevents %zu\n", events.n);
	buf_add(&t->told, events);
	return true;
}

static bool tell_end(struct event_sink *s, const struct load_info *info, struct err *err)
{
	struct telling *t = (struct telling *)s;

	(void)err;
	buf_puts(&t->told, "\nend\n");
	tell_info(&t->told, info);
	return true;
}

/* ---- ways to load ---- */

struct pipe {
	struct str rest;
	size_t step;
};

static bool read_some(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct pipe *p = data;
	size_t n = p->step < room ? p->step : room;

	(void)err;
	*ret_n = n < p->rest.n ? n : p->rest.n;
	if (*ret_n)
		memcpy(to, p->rest.p, *ret_n);
	p->rest = str_skip(p->rest, *ret_n);
	return true;
}

enum way { AS_BYTES, AS_STREAM, IN_PIECES, AS_FILE, WHOLE, WAYS };

static const char *file_of(struct str text)
{
	static char path[64];
	int fd;

	memcpy(path, "/tmp/hindcast-json-XXXXXX", sizeof("/tmp/hindcast-json-XXXXXX"));
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	close(fd);
	return path;
}

static bool open_some_way(struct input *in, struct str text, enum way way, struct pipe *pipe,
			  struct err *err)
{
	const char *path;
	bool ok;

	*pipe = (struct pipe){text, way == IN_PIECES ? 1013 : SIZE_MAX};
	if (way == AS_BYTES || way == WHOLE)
		return input_open_bytes(in, text, 0, err);
	if (way != AS_FILE)
		return input_open_reader(in, (struct input_reader){read_some, NULL, pipe}, 0, err);
	path = file_of(text);
	ok = input_open_path(in, str_of(path), 0, err);
	unlink(path);
	return ok;
}

static struct buf tell(struct str text, enum way way, unsigned flags)
{
	const struct load_settings settings = {.schema = schema, .flags = flags};
	struct telling t = {.sink = {tell_begin, tell_events, tell_end}};
	struct err err = ERR_INIT;
	struct pipe pipe;
	struct loading l;
	bool ok;

	loading_init(&l, &settings, &t.sink, way == WHOLE);
	ok = open_some_way(&l.in, text, way, &pipe, &err);
	if (ok) {
		ok = loading_input(&l, STR_NONE, &err);
		tell_info(&t.told, load_report_info(&l.report));
		input_done(&l.in);
	}
	loading_done(&l);
	if (!ok)
		buf_printf(&t.told, "error %d %s line %" PRId64 " column %" PRId64
			   " byte %" PRId64 " event %" PRId64 "\n", err.code, err.message, err.line,
			   err.column, err.byte, err.event_id);
	return t.told;
}

static void is_the_same(struct str text, enum way way, unsigned flags, const char *name)
{
	struct buf one = tell(text, way, flags | LOAD_ALONE);
	struct buf two = tell(text, way, flags | LOAD_AHEAD);

	if (!str_eq(buf_str(&one), buf_str(&two))) {
		size_t i = 0;

		while (i < one.n && i < two.n && one.p[i] == two.p[i])
			i++;
		i = i < 300 ? 0 : i - 300;
		fail_msg("%s, way %d, flags %u:\nalone %.*s\nahead %.*s", name, way, flags,
			 STR_ARG(str_take(str_skip(buf_str(&one), i), 700)),
			 STR_ARG(str_take(str_skip(buf_str(&two), i), 700)));
	}
	buf_done(&one);
	buf_done(&two);
}

/* By every way, with every wish. */
static void is_the_same_always(struct str text, const char *name)
{
	static const unsigned FLAGS[] = {0, LOAD_PARTIAL, LOAD_KEEP_UNKNOWN};

	for (int way = 0; way < WAYS; way++)
		for (size_t i = 0; i < sizeof(FLAGS) / sizeof(*FLAGS); i++)
			is_the_same(text, (enum way)way, FLAGS[i], name);
}

/* ---- histories in domain words ---- */

#define ENCODING "\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"}"

/* A signal; MORE stands among its members. */
static void put_signal(struct buf *out, int id, const char *payload, const char *more)
{
	buf_printf(out, "{\"eventId\":\"%d\",\"eventTime\":\"2026-01-02T03:04:%02dZ\",\"eventType\":"
			"\"EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED\",%s"
			"\"workflowExecutionSignaledEventAttributes\":{\"signalName\":\"s%d\","
			"\"input\":{\"payloads\":[%s]}}}", id, id % 60, more, id % 7, payload);
}

static void put_usual(struct buf *out, int id)
{
	struct buf payload = {0};

	buf_puts(&payload, "{" ENCODING ",\"data\":\"IlhY");
	for (int i = 0; i < id % 50; i++)
		buf_puts(&payload, "YWFh");
	buf_puts(&payload, "YWEi\"}");
	put_signal(out, id, payload.p, "");
	buf_done(&payload);
}

/* What stands at the events that a test is about. */
typedef void put_odd(struct buf *out, int id);

/* Events 1 to N between commas; each EVERY-th by ODD. */
static struct buf events(int n, int every, put_odd *odd)
{
	struct buf out = {0};

	for (int id = 1; id <= n; id++) {
		if (id > 1)
			buf_puts(&out, ",\n    ");
		if (id % every == 0)
			odd(&out, id);
		else
			put_usual(&out, id);
	}
	return out;
}

static void check_list(int n, int every, put_odd *odd, const char *name)
{
	struct buf list = events(n, every, odd), text = {0};

	buf_puts(&text, "{\"events\": [\n    ");
	buf_add(&text, buf_str(&list));
	buf_puts(&text, "\n  ]}\n");
	is_the_same_always(buf_str(&text), name);
	buf_done(&text);
	buf_done(&list);
}

static void put_unknown(struct buf *out, int id)
{
	put_signal(out, id, "{" ENCODING ",\"data\":\"IlhYIg==\"}", "\"novelty\":{\"a\":[1,2]},");
}

static void put_unknown_value(struct buf *out, int id)
{
	buf_printf(out, "{\"eventId\":\"%d\",\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventType\":"
			"\"EVENT_TYPE_NEVER_HEARD_OF\"}", id);
}

static void put_decoded(struct buf *out, int id)
{
	put_signal(out, id, "{\"metadata\":{\"encoding\":\"json/plain\"},\"data\":{\"a\":[1]}}", "");
}

/* Base64 of no JSON, or text: which one says whether a payload before it was decoded. */
static void put_doubtful(struct buf *out, int id)
{
	if (id == 350)
		put_decoded(out, id);
	else
		put_signal(out, id, "{" ENCODING ",\"data\":\"q83v+/8A\"}", "");
}

static void put_shorthand(struct buf *out, int id)
{
	put_signal(out, id, "{\"order\":[1,\"two\"]},7", "");
}

/* As the next event would begin, and in a list of its own. */
static void put_nested(struct buf *out, int id)
{
	struct buf more = {0};

	buf_puts(&more, "\"deep\":[{\"eventId\":\"1\"},\n    ");
	put_usual(&more, id + 1);
	buf_puts(&more, ",\n    ");
	put_usual(&more, id + 2);
	buf_puts(&more, "],");
	put_signal(out, id, "{" ENCODING ",\"data\":\"IlhYIg==\"}", more.p);
	buf_done(&more);
}

static void put_other_key(struct buf *out, int id)
{
	buf_printf(out, "{\"eventTime\":\"2026-01-02T03:04:05Z\",\"eventId\":%d,\"eventType\":26}",
		   id);
}

static void put_bad_time(struct buf *out, int id)
{
	buf_printf(out, "{\"eventId\":\"%d\",\"eventTime\":\"yesterday\",\"eventType\":26}", id);
}

static void put_no_json(struct buf *out, int id)
{
	buf_printf(out, "{\"eventId\":\"%d\" \"eventType\"}", id);
}

static void put_large(struct buf *out, int id)
{
	struct buf payload = {0};

	buf_puts(&payload, "{" ENCODING ",\"data\":\"IlhY");
	for (int i = 0; i < 100000; i++)
		buf_puts(&payload, "YWFh");
	buf_puts(&payload, "YWEi\"}");
	put_signal(out, id, payload.p, "");
	buf_done(&payload);
}

static void put_twice(struct buf *out, int id)
{
	put_usual(out, id);
	buf_puts(out, ",\n    ");
	put_usual(out, id);
}

static void put_trouble(struct buf *out, int id)
{
	(void)id;
	buf_puts(out, "{\"error\":{\"message\":\"no more\"}}");
}

static void odd_events_are_met_in_order(void **state)
{
	static const struct {
		put_odd *odd;
		const char *name;
	} ROWS[] = {
		{put_usual, "nothing odd"},
		{put_unknown, "a member that the schema lacks"},
		{put_unknown_value, "a type that the schema lacks"},
		{put_decoded, "a payload with decoded data"},
		{put_doubtful, "payloads that depend on one before"},
		{put_shorthand, "payloads as values"},
		{put_nested, "what looks like events within an event"},
		{put_other_key, "another member first"},
		{put_bad_time, "a time that is none"},
		{put_no_json, "no JSON"},
		{put_twice, "events twice"},
		{put_trouble, "an error among the events"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		check_list(700, 5, ROWS[i].odd, ROWS[i].name);
		check_list(700, 300, ROWS[i].odd, ROWS[i].name);
		check_list(40, 39, ROWS[i].odd, ROWS[i].name);
	}
}

static void large_events_pass(void **state)
{
	(void)state;
	check_list(60, 9, put_large, "large events");
}

/* The window of a pipe moves many times, and the ring goes round. */
static void long_lists_pass(void **state)
{
	struct buf list = events(30000, 9973, put_unknown), text = {0};

	(void)state;
	buf_puts(&text, "{\"events\": [\n    ");
	buf_add(&text, buf_str(&list));
	buf_puts(&text, "\n  ]}\n");
	assert_true(text.n > 6000000);
	for (int way = 0; way < WAYS; way++)
		is_the_same(buf_str(&text), (enum way)way, 0, "a long list");
	is_the_same(str_take(buf_str(&text), text.n - 100), AS_FILE, 0, "a long list, cut");
	is_the_same(str_take(buf_str(&text), text.n - 100), AS_STREAM, LOAD_PARTIAL, "the same");
	buf_done(&text);
	buf_done(&list);
}

/* As above without waiting: whoever is faster. */
static void a_race_has_one_end(void **state)
{
	struct buf list = events(20000, 1777, put_unknown), text = {0};

	(void)state;
	buf_puts(&text, "[");
	buf_add(&text, buf_str(&list));
	buf_puts(&text, "]");
	for (int way = 0; way < WAYS; way++) {
		struct buf one = tell(buf_str(&text), (enum way)way, LOAD_ALONE);

		for (int i = 0; i < 5; i++) {
			struct buf two = tell(buf_str(&text), (enum way)way, 0);

			assert_true(str_eq(buf_str(&one), buf_str(&two)));
			buf_done(&two);
		}
		buf_done(&one);
	}
	buf_done(&text);
	buf_done(&list);
}

/* FORMAT has %s where the events of a part stand. */
static void check_shape(const char *before, const char *between, const char *after)
{
	struct buf text = {0};

	buf_puts(&text, before);
	for (int id = 1; id <= 300; id++) {
		if (id > 1)
			buf_puts(&text, id % 50 ? "," : between);
		put_usual(&text, id);
	}
	buf_puts(&text, after);
	is_the_same_always(buf_str(&text), before);
	buf_done(&text);
}

static void shapes_of_files_are_kept(void **state)
{
	(void)state;
	check_shape("[[", "],[", "]]");
	check_shape("{\"history\":{\"events\":[", "]},\"nextPageToken\":\"a\"}\n{\"history\":{\"events\":[",
		    "]}}");
	check_shape("{\"events\":[", "]}\n{\"events\":[", "]}\nsome words\n");
	check_shape("[{\"events\":[", "]},{\"events\":[", "]}]");
	check_shape("[{\"events\":[", "]},{\"error\":1},{\"events\":[", "]}");
	check_shape("{\"groups\":{\"a\":{\"events\":[", "]},\"b\":{\"events\":[", "]}}}");
	check_shape("", "\n", "\n");
}

static void lines_of_events_pass(void **state)
{
	struct buf text = {0};

	(void)state;
	for (int id = 300; id >= 1; id--) {
		put_usual(&text, id);
		buf_puts(&text, "\n");
	}
	is_the_same_always(buf_str(&text), "an event a line, newest first");
	buf_done(&text);
}

static void cuts_are_told_alike(void **state)
{
	struct buf list = events(60, 61, put_usual), text = {0};

	(void)state;
	buf_puts(&text, "{\"events\":[");
	buf_add(&text, buf_str(&list));
	buf_puts(&text, "]}");
	for (size_t n = text.n - 700; n < text.n; n += 7)
		is_the_same_always(str_take(buf_str(&text), n), "a cut list");
	buf_done(&text);
	buf_done(&list);
}

static void the_corpus_is_the_same(void **state)
{
	const struct str folders[] = {STR("tests/corpus"), STR("tests/data"),
				      STR("tests/fuzz/corpus/load")};
	struct source_list list = {0};
	struct arena a = {0};

	(void)state;
	assert_true(source_expand(folders, 3, &a, &list, NULL));
	assert_true(list.files.n > 200);
	for (size_t i = 0; i < list.files.n; i++) {
		struct buf text = {0};

		if (source_read(list.files.at[i].path, &text, NULL))
			is_the_same_always(buf_str(&text), list.files.at[i].path.p);
		buf_done(&text);
	}
	source_list_done(&list);
	arena_done(&a);
}

/* ---- by itself ---- */

static void takes_what_it_read(void **state)
{
	struct buf list = events(2000, 3001, put_usual);
	struct json_ahead_settings settings = {
		.event = schema_message(schema, "temporal.api.history.v1.HistoryEvent"),
		.waits = true,
	};
	size_t second = (size_t)(strstr(list.p + 1, "{\"eventId\"") - list.p), n = 0;
	struct err err = ERR_INIT;
	struct ready_event e;
	struct json_ahead *a;
	struct input in;
	struct str border;

	(void)state;
	assert_true(input_open_bytes(&in, buf_str(&list), 0, &err));
	assert_int_equal(json_ahead_border(in.window, 0).n, 0);
	border = json_ahead_border(in.window, second);
	assert_true(str_is(border, "},\n    {\"eventId\""));
	a = json_ahead_start(&settings, &in, second, border);
	assert_non_null(a);
	/* never where no event begins */
	assert_false(json_ahead_follows(a, &e));
	assert_false(json_ahead_next(a, second - 1, &e));
	assert_true(json_ahead_next(a, second, &e));
	do {
		assert_true(e.begin >= second && e.end > e.begin && e.end <= list.n);
		assert_int_equal(e.exact_payloads, 1);
		n++;
	} while (json_ahead_follows(a, &e));
	assert_int_equal(n, 1999);
	assert_int_equal(e.end, list.n);
	json_ahead_free(a);
	json_ahead_free(NULL);
	input_done(&in);
	buf_done(&list);
}

static int begin(void **state)
{
	(void)state;
	schema = schema_new(&schema_arena);
	return schema ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_done(&schema_arena);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(takes_what_it_read),
		cmocka_unit_test(odd_events_are_met_in_order),
		cmocka_unit_test(large_events_pass),
		cmocka_unit_test(long_lists_pass),
		cmocka_unit_test(a_race_has_one_end),
		cmocka_unit_test(shapes_of_files_are_kept),
		cmocka_unit_test(lines_of_events_pass),
		cmocka_unit_test(cuts_are_told_alike),
		cmocka_unit_test(the_corpus_is_the_same),
	};

	return cmocka_run_group_tests(TESTS, begin, end);
}
