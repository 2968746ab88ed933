/* SPDX-License-Identifier: MIT */
/* test_compare_payloads.c: payloads as trees, secrets, values that are made up anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/compare_story.h"

static void payloads_of_json_are_trees(void **state)
{
	struct compare_story *s = *state;

	argument(s, "{\"a\":1,\"b\":[true,null]}", "{ \"b\": [true, null], \"a\": 1.0 }");
	assert_same(s);
	s->wanted.payloads = true;
	argument(s, "{\"a\":{\"b\":[1,2]}}", "{\"a\":{\"b\":[1,3]}}");
	assert_differs(s, "input[0].a.b[1]", "2", "3");
	argument(s, "\"x\"", "\"y\"");
	assert_differs(s, "input[0]", "x", "y");
	argument(s, "{\"a\":1}", "{}");
	assert_differs(s, "input[0].a", "1", "");
	/* In a payload, empty and left out are not the same to code. */
	argument(s, "{\"a\":0}", "{}");
	assert_differs(s, "input[0].a", "0", "");
	argument(s, "{\"a\":null}", "{\"a\":false}");
	assert_differs(s, "input[0].a", "null", "false");
	argument(s, "[1]", "[1,{\"z\":2}]");
	assert_differs(s, "input[0][1]", "", "{\"z\":2}");
}

/* As doubles they would be the same. */
static void large_numbers_keep_their_last_digit(void **state)
{
	struct compare_story *s = *state;

	s->wanted.payloads = true;
	argument(s, "9007199254740993", "9007199254740992");
	assert_non_null(only_difference(s));
	forget(s);
	argument(s, "99999999999999999999", "99999999999999999999");
	assert_same(s);
	argument(s, "1e3", "1000");
	assert_same(s);
}

static void an_argument_more_is_a_difference(void **state)
{
	struct compare_story *s = *state;
	const char *one = payload(s, "1"), *two = payload(s, "2");

	s->wanted.payloads = true;
	activity(s, arena_printf(&s->arena, ",\"input\":{\"payloads\":[%s]}", one).p,
		 arena_printf(&s->arena, ",\"input\":{\"payloads\":[%s,%s]}", one, two).p);
	assert_string_equal(only_difference(s)->path.p, "input[1]");
	assert_int_equal(only_difference(s)->history.n, 0);
}

/* A payload on one side only, however deep it lies, is as secret as on both. */
static void secrets_stay_secret(void **state)
{
	static const char *const WHERE[] = {
		",\"input\":{\"payloads\":[%s]}",
		",\"header\":{\"fields\":{\"token\":%s}}",
	};
	struct compare_story *s = *state;
	const char *history = payload(s, "\"hunter2-old\""), *worker = payload(s, "\"hunter2\"");

	for (size_t i = 0; i < 3 * sizeof(WHERE) / sizeof(*WHERE); i++) {
		const struct difference *d;
		const char *where = WHERE[i / 3];
		ptrdiff_t at = strstr(where, "%s") - where;
		struct str x = arena_printf(&s->arena, "%.*s%s%s", (int)at, where, history,
					    where + at + 2);
		struct str y = arena_printf(&s->arena, "%.*s%s%s", (int)at, where, worker,
					    where + at + 2);

		activity(s, i % 3 == 1 ? "" : x.p, i % 3 == 2 ? "" : y.p);
		d = only_difference(s);
		forget(s);
		if (!d) {
			/* The server may add a header of its own. */
			assert_true(i == 5);
			continue;
		}
		assert_false(str_has(d->history, "hunter2") || str_has(d->worker, "hunter2"));
		/* base64 of it */
		assert_false(str_has(d->history, "Imh1bnRlcj") || str_has(d->worker, "Imh1bnRlcj"));
		assert_true(str_has(i % 3 == 2 ? d->history : d->worker, " bytes, #"));
	}
}

static void hashes_tell_values_apart(void **state)
{
	struct compare_story *s = *state;
	struct str first;

	argument(s, "\"hunter1\"", "\"hunter2\"");
	first = only_difference(s)->worker;
	assert_true(str_starts(first, STR("text, 7 bytes, #")));
	assert_false(str_eq(only_difference(s)->history, first));
	forget(s);
	argument(s, "\"hunter3\"", "\"hunter2\"");
	assert_true(str_eq(only_difference(s)->worker, first));
	forget(s);
	argument(s, "{\"a\":[1]}", "7");
	assert_true(str_starts(only_difference(s)->history, STR("object, 9 bytes, #")));
	assert_true(str_starts(only_difference(s)->worker, STR("number, 1 bytes, #")));
}

static void bytes(struct compare_story *s, const char *encoding, const char *history, const char *worker)
{
	activity(s,
		 arena_printf(&s->arena, ",\"input\":{\"payloads\":[%s]}",
			      encoded(s, encoding, history)).p,
		 arena_printf(&s->arena, ",\"input\":{\"payloads\":[%s]}",
			      encoded(s, encoding, worker)).p);
}

static void payloads_of_bytes_are_compared_whole(void **state)
{
	struct compare_story *s = *state;
	const struct difference *d;

	bytes(s, "binary/plain", "abc", "abc");
	assert_same(s);
	bytes(s, "binary/plain", "abc", "abd");
	d = only_difference(s);
	assert_non_null(d);
	assert_int_equal(d->class, DIFFERENCE_PLAIN);
	assert_true(str_starts(d->history, STR("binary/plain, 3 bytes, #")));
	forget(s);
	activity(s, "", arena_printf(&s->arena, ",\"input\":{\"payloads\":[%s]}",
				     encoded(s, "binary/plain", "abc")).p);
	d = only_difference(s);
	assert_non_null(d);
	assert_int_equal(d->history.n, 0);
	forget(s);
	bytes(s, "json/plain", "{broken", "{broken");
	assert_same(s);
	bytes(s, "json/plain", "{broken", "{other");
	assert_non_null(only_difference(s));
}

/* Ciphertext is new each time; its length tells of the text's. */
static void encrypted_payloads_cannot_be_told_apart(void **state)
{
	struct compare_story *s = *state;

	bytes(s, "binary/encrypted", "nonce-1 text", "nonce-2 text");
	assert_int_equal(only_difference(s)->class, DIFFERENCE_GENERATED);
	forget(s);
	bytes(s, "binary/encrypted", "nonce-1 text", "nonce-2 longer");
	assert_int_equal(only_difference(s)->class, DIFFERENCE_PLAIN);
}

/* ---- generated values ---- */

static void generated_values_are_known_by_their_look(void **state)
{
	static const struct {
		const char *a, *b;
		bool generated;
	} ROWS[] = {
		{"6bfd6073-2403-413f-acc3-7090cf837d0a", "96a033ac-6730-4f6d-abfd-60732403113f", true},
		{"c-6bfd6073-2403-413f-acc3-7090cf837d0a/1",
		 "c-96A033AC-6730-4f6d-abfd-60732403113f/1", true},
		{"6bfd6073-2403-413f-acc3-7090cf837d0a/1", "96a033ac-6730-4f6d-abfd-60732403113f/2",
		 false},
		{"2026-01-01T10:00:00Z", "2026-03-04T11:12:13.456Z", true},
		{"2026-01-01 10:00:00+01:00", "2026-03-04 11:12:13+01:00", true},
		{"2026-01-01", "2026-03-04", false}, /* a date may well be an input */
		{"0.8444218515250481", "0.7579544029403025", true},
		{"0.5", "0.75", false},
		{"1700000000", "1700000001", true},
		{"1700000000123", "1800000000", true},
		{"170000000", "170000001", false},
		{"4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b700f067aa0ba902b7", true},
		{"deadbeef", "beefdead", false},
		{"zzzzzzzzzzzzzzzz", "yyyyyyyyyyyyyyyy", false},
		{"GHIJGHIJGHIJGHIJ", "JIHGJIHGJIHGJIHG", false},
		{"::::::::::::::::", ";;;;;;;;;;;;;;;;", false},
		{"-------------------", "+++++++++++++++++++", false},
		{"6bfd6073-2403-413f-acc3-7090cf837d0a", "6bfd6073-2403-413f-acc3-7090cf837d0a",
		 false},
		{"order-1", "order-2", false},
		{"", "", false},
		{"1700000000", "", false},
		{"1700000000-a", "1700000001-", false},
		{"1700000000-", "1700000001-a", false},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct str a = str_of(ROWS[i].a), b = str_of(ROWS[i].b);

		if (compare_is_generated(a, b) != ROWS[i].generated)
			fail_msg("%s, %s", ROWS[i].a, ROWS[i].b);
		if (compare_is_generated(b, a) != ROWS[i].generated)
			fail_msg("%s, %s", ROWS[i].b, ROWS[i].a);
	}
}

static void generated_differences_are_no_divergence(void **state)
{
	struct compare_story *s = *state;
	struct difference made_up;
	struct divergence d;

	argument(s, "{\"requestId\":\"6bfd6073-2403-413f-acc3-7090cf837d0a\"}",
		 "{\"requestId\":\"96a033ac-6730-4f6d-abfd-60732403113f\"}");
	compare(s);
	assert_false(compare_divergence(&s->task, &d));
	assert_true(compare_generated(&s->task, &made_up));
	assert_true(str_is(made_up.path, "input[0].requestId"));
	forget(s);
	argument(s, "{\"requestId\":\"1700000000\",\"amount\":1}",
		 "{\"requestId\":\"1700000001\",\"amount\":2}");
	compare(s);
	s->task.provenance = "probe-replay";
	assert_true(compare_divergence(&s->task, &d));
	assert_int_equal(d.kind, DIVERGENCE_ATTRIBUTE);
	assert_int_equal(d.event_id, 5);
	assert_int_equal(d.workflow_task, 1);
	assert_true(str_is(d.field, "input[0].amount"));
	assert_true(str_is(d.worker.what, "ScheduleActivityTask"));
	assert_string_equal(d.provenance, "probe-replay");
	forget(s);
	activity(s, "", "");
	compare(s);
	assert_false(compare_divergence(&s->task, &d));
	assert_false(compare_generated(&s->task, &made_up));
}

/* ---- ceilings ---- */

static void differences_and_values_are_cut(void **state)
{
	struct compare_story *s = *state;
	struct buf x, y;

	s->wanted.payloads = true;
	buf_init(&x, 0);
	buf_init(&y, 0);
	for (size_t i = 0; i < LIMIT_DIFFERENCES + 50; i++) {
		buf_printf(&x, "%s1", i ? "," : "[");
		buf_printf(&y, "%s2", i ? "," : "[");
	}
	buf_puts(&x, "]");
	buf_puts(&y, "]");
	argument(s, arena_cstr(&s->arena, buf_str(&x)), arena_cstr(&s->arena, buf_str(&y)));
	compare(s);
	assert_int_equal(s->task.pairs[0].n_differences, LIMIT_DIFFERENCES);
	forget(s);
	buf_clear(&x);
	buf_puts(&x, "\"");
	while (x.n < 3 * LIMIT_DIFFERENCE_BYTES)
		buf_puts(&x, "abcdefgh");
	buf_puts(&x, "\"");
	argument(s, arena_cstr(&s->arena, buf_str(&x)), "\"short\"");
	assert_int_equal(only_difference(s)->history.n, LIMIT_DIFFERENCE_BYTES);
	buf_done(&x);
	buf_done(&y);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, compare_set_up, compare_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(payloads_of_json_are_trees),
		TEST(large_numbers_keep_their_last_digit),
		TEST(an_argument_more_is_a_difference),
		TEST(secrets_stay_secret),
		TEST(hashes_tell_values_apart),
		TEST(payloads_of_bytes_are_compared_whole),
		TEST(encrypted_payloads_cannot_be_told_apart),
		TEST(generated_values_are_known_by_their_look),
		TEST(generated_differences_are_no_divergence),
		TEST(differences_and_values_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
