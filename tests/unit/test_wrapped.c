/* SPDX-License-Identifier: MIT */
/* test_wrapped.c: a history deep inside of something, and what is no history but deep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/base64.h"
#include "formats/bytes/filter.h"
#include "formats/bytes/packer.h"
#include "formats/read/load.h"
#include "formats/transcode/json.h"

#include <stdio.h>
#include <string.h>

#define EVENTS 40

static const struct schema *schema;
static struct arena words;

static const char *say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *say(const char *format, ...)
{
	va_list args;
	struct str s;

	va_start(args, format);
	s = arena_vprintf(&words, format, args);
	va_end(args);
	return s.p;
}

static const char *some_history(void)
{
	struct buf b = {0};
	const char *ret;

	buf_puts(&b, "{\"events\":[");
	for (int id = 1; id <= EVENTS; id++)
		buf_printf(&b, "%s{\"eventId\":\"%d\",\"eventType\":"
			   "\"EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED\","
			   "\"workflowExecutionSignaledEventAttributes\":{\"signalName\":\"s%d\"}}",
			   id > 1 ? "," : "", id, id * 7919);
	buf_puts(&b, "]}");
	ret = say("%.*s", STR_ARG(buf_str(&b)));
	buf_done(&b);
	return ret;
}

struct found {
	size_t n, n_events;
	bool in_order;
	char damage[300];
};

static struct found found;

static bool note(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct found *f = data;

	(void)err;
	f->n++;
	f->n_events = h->n_events;
	snprintf(f->damage, sizeof(f->damage), "%.*s", STR_ARG(info->damage));
	for (size_t i = 0; i < h->n_events; i++)
		f->in_order &= h->events[i].id == (int64_t)i + 1;
	return true;
}

static bool load(struct str bytes, unsigned flags, struct err *err)
{
	struct load_settings settings = {.schema = schema, .flags = flags};

	found = (struct found){.in_order = true};
	*err = (struct err)ERR_INIT;
	return load_each_bytes(&settings, bytes, note, &found, err);
}

static void holds(const char *text)
{
	struct err err;

	if (!load(str_of(text), 0, &err))
		fail_msg("%s", err.message);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.n_events, EVENTS);
}

static void is_refused(const char *text, const char *message)
{
	struct err err;

	assert_false(load(str_of(text), 0, &err));
	assert_non_null(strstr(err.message, message));
}

/* Each of these is a way down that has no events on it. */
static void nesting_has_a_ceiling(void **state)
{
	static const char *const WAYS[] = {
		"{\"events\":", "{\"history\":", "[", "{\"a\":{\"history\":", "{\"events\":{\"a\":",
		"{\"events\":[", "{\"eventList\":", "{\"result\":{\"history\":", "[{\"events\":",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(WAYS) / sizeof(*WAYS); i++) {
		struct err err;
		struct buf text;

		buf_init(&text, 0);
		for (size_t n = 0; n < 200000; n++)
			buf_puts(&text, WAYS[i]);
		assert_false(load(buf_str(&text), LOAD_PARTIAL, &err));
		assert_int_equal(found.n, 0);
		assert_non_null(strstr(err.message, "nested too deep"));
		buf_done(&text);
	}
}

static void a_history_may_be_in_a_string_or_a_result(void **state)
{
	const char *text = some_history();
	struct buf quoted = {0}, packed = {0};

	(void)state;
	holds(say("{\"result\":{\"history\":%s}}", text));
	json_put_string(&quoted, str_of(text));
	holds(say("{\"id\":\"x\",\"data\":%.*s}", STR_ARG(buf_str(&quoted))));
	assert_non_null(buf_room(&packed, BASE64_ENCODED(strlen(text))));
	base64_encode(str_of(text), packed.p);
	holds(say("{\"data\":\"%.*s\"}", (int)BASE64_ENCODED(strlen(text)), packed.p));
	is_refused(say("{\"closeEvent\":{},\"result\":{\"history\":%s}}", text), "result");
	is_refused("{\"data\":\"{}\",\"note\":\"aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91IHRvZGF5\"}",
		   "without \"events\"");
	buf_done(&quoted);
	buf_done(&packed);
}

/* Hex digits are cut anywhere, base64 too: what came before is read. */
static void of_a_cut_layer_the_whole_events_can_be_had(void **state)
{
	const char *text = some_history();
	struct buf hex = {0}, packed = {0};
	struct str wrapped[2];
	struct err err;

	(void)state;
	for (const char *p = text; *p; p++)
		buf_printf(&hex, "%02x", (unsigned char)*p);
	assert_true(packer_pack(filter_of_name(STR(".gz")), str_of(text), &packed, &err));
	wrapped[0] = buf_str(&hex);
	wrapped[1] = buf_str(&packed);
	for (size_t i = 0; i < 2; i++)
		for (size_t left = 1; left < 4; left++) {
			size_t n = wrapped[i].n - wrapped[i].n / 8 * left;
			struct str cut = str_take(wrapped[i], i ? n : n | 1);

			assert_false(load(cut, 0, &err));
			assert_non_null(strstr(err.message, "truncated"));
			assert_true(load(cut, LOAD_PARTIAL, &err));
			assert_true(found.in_order && found.n_events >= 2);
			assert_non_null(strstr(found.damage, "truncated"));
		}
	buf_done(&hex);
	buf_done(&packed);
}

static int make_schema(void **state)
{
	static struct arena a;

	(void)state;
	arena_init(&a);
	arena_init(&words);
	schema = schema_new(&a);
	return 0;
}

static int forget_words(void **state)
{
	(void)state;
	arena_done(&words);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(nesting_has_a_ceiling),
		cmocka_unit_test(a_history_may_be_in_a_string_or_a_result),
		cmocka_unit_test(of_a_cut_layer_the_whole_events_can_be_had),
	};

	return cmocka_run_group_tests(TESTS, make_schema, forget_words);
}
