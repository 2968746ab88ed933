/* SPDX-License-Identifier: MIT */
/* test_redact_shape.c: placeholders, and finding what was replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/redact/redact_secrets.h"
#include "formats/wire/wire.h"
#include "tests/unit/redact_story.h"

static void placeholders_have_the_form_of_what_they_stand_for(void **state)
{
	static const struct {
		const char *text, *form, *sized;
	} ROWS[] = {
		{"", "", ""},
		{"Joe Bloggs", "redactedxxxxxxxxxxxxxxxx", "xxxxxxxxxx"},
		{"a text of thirty characters...", "redactedxxxxxxxxxxxxxxxx",
		 "redactedxxxxxxxxxxxxxxxxxxxxxx"},
		{"2026-11-22T19:12:55.245Z", "2099-99-99T99:99:99.999Z", "2099-99-99T99:99:99.999Z"},
		{"2026-11-22", "2099-99-99", "2099-99-99"},
		{"2026-11-22 10:00+01:00", "2099-99-99 99:99+01:00", "2099-99-99 99:99+01:00"},
		{"0190f2d4-0a1b-7bbb-8ccc-0123456789ab", "xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx",
		 "xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx"},
		{"+49 170 1234567", "+19 999 9999999", "+19 999 9999999"},
		{"12.50", "19.99", "19.99"},
		{"7", "7", "7"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		char *free_size = of(shape("s", false), ROWS[i].text);
		char *sized = of(shape("s", true), ROWS[i].text);

		if (!looks_like(free_size, ROWS[i].form))
			fail_msg("%s: %s", ROWS[i].text, free_size);
		if (strlen(sized) != strlen(ROWS[i].text))
			fail_msg("%s: %s", ROWS[i].text, sized);
		mem_free(free_size);
		mem_free(sized);
	}
	(void)state;
}

static void equal_stays_equal_under_one_salt(void **state)
{
	char *a = of(shape("one", false), "secret"), *again = of(shape("one", false), "secret");
	char *other = of(shape("one", false), "Secret"), *salted = of(shape("two", false), "secret");

	assert_string_equal(a, again);
	assert_string_not_equal(a, other);
	assert_string_not_equal(a, salted);
	mem_free(a);
	mem_free(again);
	mem_free(other);
	mem_free(salted);
	(void)state;
}

static void times_are_times(void **state)
{
	for (int i = 0; i < 500; i++) {
		char text[40], *made;
		int month, day, hour, minute, second;

		snprintf(text, sizeof(text), "2026-11-22T10:00:%02d.%03dZ", i % 60, i);
		made = of(shape("", false), text);
		assert_int_equal(sscanf(made, "20%*2d-%2d-%2dT%2d:%2d:%2d", &month, &day, &hour,
					&minute, &second),
				 5);
		assert_true(month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 &&
			    minute < 60 && second < 60);
		mem_free(made);
	}
	(void)state;
}

static void numbers_stay_within_their_digits(void **state)
{
	static const struct {
		const char *number, *form;
	} ROWS[] = {
		{"2147483647", "1999999999"}, {"-15", "-19"}, {"0.75", "0.19"}, {"0", "0"},
		{"8", "8"}, {"1e10", "1e10"}, {"2.5E-3", "1.9E-3"}, {"100", "199"},
	};
	struct redact_shape s = shape("", false);

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct buf b;

		buf_init(&b, 0);
		shape_number(&s, str_of(ROWS[i].number), false, &b);
		if (!looks_like(b.p, ROWS[i].form))
			fail_msg("%s: %s", ROWS[i].number, b.p);
		buf_done(&b);
	}
	(void)state;
}

static void nobody(void *data, struct str text)
{
	(void)data;
	(void)text;
}

static void messages_keep_their_fields(void **state)
{
	struct redact_shape s = shape("", false);
	struct buf in, out, inner;
	struct wire w;
	struct wire_field f;

	buf_init(&in, 0);
	buf_init(&out, 0);
	buf_init(&inner, 0);
	wire_put_value(&inner, 1, 1234567);
	wire_put_bytes(&inner, 2, STR("\x01\x02\xff"));
	wire_put_bytes(&in, 1, STR("Joe Bloggs"));
	wire_put_value(&in, 2, 5);
	wire_put_bytes(&in, 3, buf_str(&inner));
	assert_true(shape_message(&s, buf_str(&in), nobody, NULL, &out));
	w = wire_of(buf_str(&out));
	assert_true(wire_next(&w, &f) && f.number == 1 && str_starts(f.bytes, STR("redacted")));
	assert_true(wire_next(&w, &f) && f.number == 2 && f.value == 5);
	assert_true(wire_next(&w, &f) && f.number == 3);
	assert_true(wire_value_at(f.bytes, 1, 0) != 1234567 && wire_value_at(f.bytes, 1, 0) > 0xfffff);
	assert_int_equal(wire_bytes_at(f.bytes, 2).n, 3);
	assert_false(wire_next(&w, &f) || w.broken);
	buf_clear(&out);
	assert_false(shape_message(&s, STR("\x0a\x7f"), nobody, NULL, &out));
	assert_int_equal(out.n, 0);
	buf_done(&in);
	buf_done(&out);
	buf_done(&inner);
	(void)state;
}

static void the_longest_secret_counts(void **state)
{
	struct secrets s;
	size_t at = 99;

	secrets_init(&s);
	secrets_add(&s, STR("order-1"));
	secrets_add(&s, STR("order-12"));
	secrets_add(&s, STR("order-1234"));
	secrets_add(&s, STR("order-9"));
	secrets_add(&s, STR("short"));
	secrets_seal(&s);
	assert_true(str_is(secrets_find(&s, STR("an order-123"), 0, &at)->text, "order-12"));
	assert_int_equal(at, 3);
	assert_true(str_is(secrets_find(&s, STR("order-1234"), 0, &at)->text, "order-1234"));
	assert_true(str_is(secrets_find(&s, STR("order-199"), 0, &at)->text, "order-1"));
	assert_null(secrets_find(&s, STR("order-8"), 0, &at));
	assert_null(secrets_find(&s, STR("order-1"), 1, &at));
	assert_null(secrets_find(&s, STR("short"), 0, &at));
	secrets_done(&s);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(placeholders_have_the_form_of_what_they_stand_for),
		cmocka_unit_test(equal_stays_equal_under_one_salt),
		cmocka_unit_test(times_are_times),
		cmocka_unit_test(numbers_stay_within_their_digits),
		cmocka_unit_test(messages_keep_their_fields),
		cmocka_unit_test(the_longest_secret_counts),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
