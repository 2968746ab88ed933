/* SPDX-License-Identifier: MIT */
/* test_view_codec.c: what a session asks a codec server, and what stands there until it answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "formats/wire/wire.h"
#include "tests/unit/build.h"
#include "tests/unit/view_story.h"

#include <unistd.h>

/* A server that answers when it is told to. */
struct server {
	size_t requests, payloads; /* so far, and of the last */
	enum codec_take says;
	const struct str *answers;
	bool open;
};

static bool open_server(void *data, struct str url, struct arena *a, struct str *ret_shown,
			struct err *err)
{
	struct server *server = data;

	if (!str_starts(url, STR("http")))
		return err_set(err, ERR_USAGE, "no URL");
	server->open = true;
	*ret_shown = STR("codec.example");
	return true;
}

static void close_server(void *data)
{
	((struct server *)data)->open = false;
}

static bool ask_server(void *data, const struct str *payloads, size_t n)
{
	struct server *server = data;

	server->requests++;
	server->payloads = n;
	return true;
}

static enum codec_take take_from_server(void *data, const struct str **ret, struct err *err)
{
	struct server *server = data;

	*ret = server->answers;
	if (server->says == CODEC_FAILED)
		err_set(err, ERR_IO, "status 500: no such key");
	return server->says;
}

static void put_payload(struct buf *out, const char *encoding, const char *data)
{
	struct buf entry;

	buf_init(&entry, 0);
	wire_put_bytes(&entry, 1, STR("encoding"));
	wire_put_bytes(&entry, 2, str_of(encoding));
	wire_put_bytes(out, 1, buf_str(&entry));
	wire_put_bytes(out, 2, str_of(data));
	buf_done(&entry);
}

struct asked {
	struct story story;
	struct server server;
	struct codec_outside outside;
	struct buf answer;
	struct str answers[2];
};

/* A signal with a payload that can be read, and two, of which one comes twice, that can't. */
static void begin(struct asked *a, const struct schema *schema)
{
	static const char *const DATA[][2] = {
		{"json/plain", "1"}, {"binary/x", "one"}, {"binary/x", "two"}, {"binary/x", "one"}};
	struct buf payloads, payload, attributes;
	struct build b;

	*a = (struct asked){.server = {.says = CODEC_NOTHING_YET}};
	a->outside = (struct codec_outside){open_server, close_server, ask_server, take_from_server,
					    &a->server};
	buf_init(&payloads, 0);
	buf_init(&payload, 0);
	buf_init(&attributes, 0);
	for (size_t i = 0; i < sizeof(DATA) / sizeof(*DATA); i++) {
		buf_clear(&payload);
		put_payload(&payload, DATA[i][0], DATA[i][1]);
		wire_put_bytes(&payloads, 1, buf_str(&payload));
	}
	wire_put_bytes(&attributes, 1, STR("paid"));
	wire_put_bytes(&attributes, 2, buf_str(&payloads));
	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_event(&b, EVENT_WORKFLOW_EXECUTION_SIGNALED, 26, buf_str(&attributes));
	story_open(&a->story, &b, schema);
	story_write(&a->story, &b); /* a mask reads it again */
	a->story.session.options.codec = &a->outside;
	a->story.session.width = 100;
	session_go(&a->story.session, 1, SESSION_STEP);
	session_show(&a->story.session, PANE_DETAIL, a->story.document);
	build_done(&b);
	buf_done(&attributes);
	buf_done(&payload);
	buf_done(&payloads);
	buf_init(&a->answer, 0);
	put_payload(&a->answer, "json/plain", "{\"cart\":\"C-9\"}");
	a->answers[0] = a->answers[1] = buf_str(&a->answer);
	a->server.answers = a->answers;
}

static void end(struct asked *a)
{
	unlink(a->story.path);
	story_close(&a->story);
	buf_done(&a->answer);
}

static size_t lines_with(struct asked *a, const char *text)
{
	struct pane_context c = story_context(&a->story, 100);
	struct line l;
	size_t n = 0;

	line_init(&l);
	for (size_t i = 0; i < pane_count(&c, PANE_DETAIL); i++) {
		line_clear(&l);
		pane_row(&c, PANE_DETAIL, i, &l);
		n += story_holds(&l, text);
	}
	line_done(&l);
	return n;
}

static void idle(struct asked *a)
{
	while (session_idle(&a->story.session))
		continue;
}

static void nothing_is_asked_before_a_server_is_named(void **state)
{
	struct asked a;

	begin(&a, *state);
	assert_int_equal(lines_with(&a, "binary/x"), 3);
	idle(&a);
	assert_int_equal(a.server.requests, 0);
	session_act(&a.story.session, ACTION_CODEC, STR("nowhere"));
	assert_int_equal(lines_with(&a, "asking"), 0);
	idle(&a);
	assert_int_equal(a.server.requests, 0);
	end(&a);
}

static void a_value_is_waited_for_and_then_there(void **state)
{
	struct asked a;

	begin(&a, *state);
	session_act(&a.story.session, ACTION_CODEC, STR("https://codec.example"));
	assert_int_equal(lines_with(&a, "asking the codec server ..."), 3);
	idle(&a);
	idle(&a);
	assert_int_equal(a.server.requests, 1);
	assert_int_equal(a.server.payloads, 2);
	assert_true(session_waits(&a.story.session));
	assert_int_equal(lines_with(&a, "asking the codec server ..."), 3);
	a.server.says = CODEC_ANSWERS;
	idle(&a);
	assert_int_equal(lines_with(&a, "{\"cart\":\"C-9\"}"), 3);
	assert_false(session_waits(&a.story.session));
	session_act(&a.story.session, ACTION_CODEC, STR("off"));
	assert_false(a.server.open);
	assert_int_equal(lines_with(&a, "binary/x"), 3);
	idle(&a);
	assert_int_equal(a.server.requests, 1);
	end(&a);
}

static void what_is_refused_is_asked_again_by_the_user_alone(void **state)
{
	struct asked a;

	begin(&a, *state);
	session_act(&a.story.session, ACTION_CODEC, STR("https://codec.example"));
	lines_with(&a, "");
	a.server.says = CODEC_FAILED;
	idle(&a);
	idle(&a);
	assert_int_equal(lines_with(&a, "status 500: no such key"), 3);
	idle(&a);
	assert_int_equal(a.server.requests, 1);
	session_act(&a.story.session, ACTION_CODEC_AGAIN, STR_NONE);
	a.server.says = CODEC_ANSWERS;
	for (int i = 0; i < 4; i++)
		idle(&a);
	assert_int_equal(a.server.requests, 3); /* each by itself */
	assert_int_equal(a.server.payloads, 1);
	assert_int_equal(lines_with(&a, "{\"cart\":\"C-9\"}"), 3);
	end(&a);
}

/* Left before it answered: what it says then is nobody's. */
static void a_server_that_is_left_is_not_listened_to(void **state)
{
	struct asked a;

	begin(&a, *state);
	session_act(&a.story.session, ACTION_CODEC, STR("https://codec.example"));
	lines_with(&a, "");
	idle(&a);
	session_act(&a.story.session, ACTION_CODEC, STR("off"));
	a.server.says = CODEC_ANSWERS;
	idle(&a);
	assert_int_equal(lines_with(&a, "cart"), 0);
	assert_false(session_waits(&a.story.session));
	end(&a);
}

/* Also of a payload that the rules leave as it is: what is in it nobody looked through. */
static void a_mask_hides_what_a_server_said(void **state)
{
	struct err err = ERR_INIT;
	struct asked a;

	begin(&a, *state);
	session_act(&a.story.session, ACTION_CODEC, STR("https://codec.example"));
	lines_with(&a, "");
	a.server.says = CODEC_ANSWERS;
	idle(&a);
	idle(&a);
	assert_int_equal(lines_with(&a, "{\"cart\":\"C-9\"}"), 3);
	if (!session_set_mask(&a.story.session, STR("encoding=binary/x keep"), &err))
		fail_msg("%s", err.message);
	assert_int_equal(lines_with(&a, "binary/x"), 3);
	assert_int_equal(lines_with(&a, "cart"), 0);
	end(&a);
}

static void what_there_is_no_room_for_is_refused(void **state)
{
	struct codec_book b;
	struct buf big;
	struct str why;

	codec_book_init(&b);
	buf_init(&big, 0);
	memset(buf_room(&big, CODEC_BOOK_BYTES / 2), 'x', CODEC_BOOK_BYTES / 2);
	big.n = CODEC_BOOK_BYTES / 2;
	assert_int_equal(codec_book_want(&b, buf_str(&big), &why), CODEC_WAITS);
	big.p[0] = 'y';
	assert_int_equal(codec_book_want(&b, buf_str(&big), &why), CODEC_WAITS);
	big.p[0] = 'z';
	assert_int_equal(codec_book_want(&b, buf_str(&big), &why), CODEC_REFUSED);
	assert_true(str_has(why, "64 MB"));
	buf_done(&big);
	codec_book_done(&b);
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
		cmocka_unit_test(nothing_is_asked_before_a_server_is_named),
		cmocka_unit_test(a_value_is_waited_for_and_then_there),
		cmocka_unit_test(what_is_refused_is_asked_again_by_the_user_alone),
		cmocka_unit_test(a_server_that_is_left_is_not_listened_to),
		cmocka_unit_test(a_mask_hides_what_a_server_said),
		cmocka_unit_test(what_there_is_no_room_for_is_refused),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
