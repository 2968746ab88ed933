/* SPDX-License-Identifier: MIT */
/* test_redact_spelling.c: values that are written anew in ids and in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/base64.h"
#include "formats/history/events.h"
#include "formats/transcode/json.h"
#include "tests/unit/redact_story.h"
#include "tests/unit/redact_world.h"

enum spelled { AS_IT_IS, SMALL, LARGE, DIGITS, HEX, LARGE_HEX, BASE64 };

/* TEXT spelled so, behind OUT. */
static void spell(const char *text, enum spelled how, struct buf *out)
{
	size_t n = strlen(text);

	if (how == BASE64) {
		base64_encode(str_of(text), buf_room(out, BASE64_ENCODED(n)));
		out->n += BASE64_ENCODED(n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (how == HEX || how == LARGE_HEX)
			buf_printf(out, "%c%c", "0123456789abcdef"[c >> 4 & 15],
				   (how == HEX ? "0123456789abcdef" : "0123456789ABCDEF")[c & 15]);
		else if (how != DIGITS || (c >= '0' && c <= '9'))
			buf_add_char(out, how == LARGE && c >= 'a' && c <= 'z' ? (char)(c - 32)
					  : how == SMALL && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
}

/* The id of a child that was BEFORE; the value is in a payload, too. */
static struct str child_id(struct world *w, const char *value, const char *before, struct arena *a)
{
	struct buf json;
	int64_t id;

	buf_init(&json, 0);
	json_put_string(&json, str_of(value));
	buf_add_char(&json, '\0');
	build_marker(&w->b, "SideEffect", "data", json.p);
	id = build_child_initiated(&w->b, "Ship", before);
	redact(w);
	assert_true(w->ok);
	buf_done(&json);
	return event_code_id(&w->made, (size_t)id - 1, a);
}

static void ids_follow_what_is_spelled_anew_in_them(void **state)
{
	static const struct {
		const char *value, *before, *around[2];
		enum spelled how;
	} ROWS[] = {
		{"joe@example.com", "order/joe%40example.com", {"order/", ""}, AS_IT_IS},
		{"Joe Miller", "a+Joe+Miller/1", {"a+", "/1"}, AS_IT_IS},
		{"customer-17", "ship-637573746f6d65722d3137-1", {"ship-", "-1"}, HEX},
		{"customer-17", "ship-637573746F6D65722D3137-1", {"ship-", "-1"}, LARGE_HEX},
		{"customer-17", "Y3VzdG9tZXItMTc=", {"", "="}, BASE64},
		{"customer-17", "x.Y3VzdG9tZXItMTc", {"x.", ""}, BASE64},
		{"Customer-17", "ship-customer-17", {"ship-", ""}, SMALL},
		{"customer-17", "SHIP-CUSTOMER-17", {"SHIP-", ""}, LARGE},
		{"+49 (170) 123-4567", "call-491701234567-1", {"call-", "-1"}, DIGITS},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct world w = begin(state);
		char *placeholder = of(shape("salt", false), ROWS[i].value);
		struct buf expected;
		struct arena a;
		struct str id;

		arena_init(&a);
		buf_init(&expected, 0);
		buf_puts(&expected, ROWS[i].around[0]);
		spell(placeholder, ROWS[i].how, &expected);
		buf_puts(&expected, ROWS[i].around[1]);
		id = child_id(&w, ROWS[i].value, ROWS[i].before, &a);
		if (!str_eq(id, buf_str(&expected)))
			fail_msg("%s became %.*s, not %.*s", ROWS[i].before, STR_ARG(id),
				 STR_ARG(buf_str(&expected)));
		assert_int_equal(redact_stays(w.redact), 0);
		buf_done(&expected);
		arena_done(&a);
		mem_free(placeholder);
		end(&w);
	}
}

/* "user:customer-17" in base64 of the URL alphabet, so that the value begins within a group. */
static void a_part_of_what_is_spelled_is_enough(void **state)
{
	struct world w = begin(state);
	char *placeholder = of(shape("salt", false), "customer-17");
	struct buf text, expected;
	struct arena a;
	struct str id;

	arena_init(&a);
	buf_init(&text, 0);
	buf_init(&expected, 0);
	buf_printf(&text, "user:%s?>", placeholder);
	buf_add_char(&text, '\0');
	spell(text.p, BASE64, &expected);
	for (size_t i = 0; i < expected.n; i++)
		expected.p[i] = expected.p[i] == '/' ? '_' : expected.p[i];
	while (expected.p[expected.n - 1] == '=')
		expected.n--;
	id = child_id(&w, "customer-17", "dXNlcjpjdXN0b21lci0xNz8-", &a);
	if (!str_eq(id, buf_str(&expected)))
		fail_msg("%.*s, not %.*s", STR_ARG(id), STR_ARG(buf_str(&expected)));
	buf_done(&expected);
	buf_done(&text);
	arena_done(&a);
	mem_free(placeholder);
	end(&w);
}

static void what_is_short_or_common_is_no_spelling(void **state)
{
	static const char *const ROWS[][2] = {
		{"ACTIVE", "is-active-now"}, /* six letters in another case */
		{"12-34-56", "ship-123456"}, /* six digits */
		{"a.b", "YS5i"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct world w = begin(state);
		struct arena a;

		arena_init(&a);
		assert_true(str_is(child_id(&w, ROWS[i][0], ROWS[i][1], &a), ROWS[i][1]));
		assert_int_equal(redact_stays(w.redact), 0);
		arena_done(&a);
		end(&w);
	}
}

static void words_that_spell_a_value_anew_are_named_with_their_event(void **state)
{
	static const char *const ROWS[][3] = {
		{"customer-17", "Ship_CUSTOMER-17", "letter case"},
		{"4111 1111 1111 1111", "Ship4111111111111111", "digits alone"},
		{"joe@example.com", "Ship:joe%40example.com", "percent-encoded"},
		{"Joe Miller", "Ship:Joe+Miller", "form-encoded"},
		{"customer-17", "637573746f6d65722d3137", "hex"},
		{"customer-17", "Y3VzdG9tZXItMTc", "base64"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct world w = begin(state);
		struct buf lines, expected, json;
		int64_t id = build_activity_scheduled(&w.b, ROWS[i][1]);

		buf_init(&json, 0);
		buf_printf(&json, "\"%s\"", ROWS[i][0]);
		build_marker(&w.b, "SideEffect", "data", json.p);
		redact(&w);
		assert_true(w.ok);
		buf_init(&lines, 0);
		buf_init(&expected, 0);
		buf_printf(&expected, "event %d: activityTaskScheduledEventAttributes.activityType.name "
			   "may hold a replaced value, spelled anew: %s (1)\n", (int)id, ROWS[i][2]);
		assert_int_equal(redact_stage(w.redact)->kind->report(redact_stage(w.redact), &lines), 1);
		if (str_find(buf_str(&lines), buf_str(&expected)) < 0)
			fail_msg("%s: %.*s", ROWS[i][2], STR_ARG(buf_str(&lines)));
		assert_true(str_find(buf_str(&lines), str_of(ROWS[i][1])) < 0);
		buf_done(&expected);
		buf_done(&lines);
		buf_done(&json);
		end(&w);
	}
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(ids_follow_what_is_spelled_anew_in_them),
		cmocka_unit_test(a_part_of_what_is_spelled_is_enough),
		cmocka_unit_test(what_is_short_or_common_is_no_spelling),
		cmocka_unit_test(words_that_spell_a_value_anew_are_named_with_their_event),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
