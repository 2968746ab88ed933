/* SPDX-License-Identifier: MIT */
/* test_wire.c: fields of a message, groups of proto2 among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/wire/wire.h"
#include "formats/wire/wire_step.h"

static void assert_broken(struct str message, const char *why)
{
	struct wire w = wire_of(message);
	struct wire_field f;
	const char *group;

	while (wire_next(&w, &f))
		continue;
	assert_true(w.broken);
	group = wire_wrong_group(message);
	if (why)
		assert_string_equal(group, why);
	else
		assert_null(group);
}

static void a_group_is_one_field(void **state)
{
	/* 99 { 1: 5, 2 { 3: "x" } }, and 1: 7 behind it */
	struct str message = STR("\x9b\x06\x08\x05\x13\x1a\x01x\x14\x9c\x06\x08\x07");
	struct wire w = wire_of(message);
	struct wire_field f;

	assert_true(wire_next(&w, &f));
	assert_int_equal(f.number, 99);
	assert_int_equal(f.type, WIRE_GROUP);
	assert_true(str_eq(f.bytes, STR("\x08\x05\x13\x1a\x01x\x14")));
	assert_int_equal(f.whole.n, 11);
	assert_true(wire_next(&w, &f));
	assert_int_equal(f.value, 7);
	assert_false(wire_next(&w, &f));
	assert_false(w.broken);
	assert_null(wire_wrong_group(message));
}

static void an_empty_group_has_no_value(void **state)
{
	assert_int_equal(wire_value_at(STR("\x0b\x0c\x08\x07"), 1, 0), 7);
	assert_int_equal(wire_value_at(STR("\x0b\x0c"), 1, 3), 3);
	assert_null(wire_bytes_at(STR("\x0b\x0c"), 1).p);
}

static void ends_must_match(void **state)
{
	assert_broken(STR("\x0b"), "a group without its end");
	assert_broken(STR("\x08\x01\x0b\x08\x05"), "a group without its end");
	assert_broken(STR("\x0b\x13\x0c"), "the end of a group that is not open");
	assert_broken(STR("\x0b\x14"), "the end of a group that is not open");
	assert_broken(STR("\x08\x01\x0c"), "the end of a group that is not open");
	assert_broken(STR("\x0b\x12\x05x\x0c"), "a group without its end");
	assert_broken(STR("\x0b\x00\x0c"), "a group without its end");
	assert_broken(STR("\x0f\x00"), NULL);
	assert_broken(STR("\x12\x05x"), NULL);
}

static void groups_have_a_depth(void **state)
{
	for (size_t n = LIMIT_DEPTH; n <= LIMIT_DEPTH + 1; n++) {
		struct buf message = {0};
		struct wire w;
		struct wire_field f;

		for (size_t i = 0; i < n; i++)
			wire_put_tag(&message, 1, WIRE_GROUP);
		for (size_t i = 0; i < n; i++)
			wire_put_tag(&message, 1, WIRE_GROUP_END);
		w = wire_of(buf_str(&message));
		assert_int_equal(wire_next(&w, &f), n == LIMIT_DEPTH);
		if (n > LIMIT_DEPTH)
			assert_broken(buf_str(&message), "groups nested too deep");
		buf_done(&message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_is_one_field),
		cmocka_unit_test(an_empty_group_has_no_value),
		cmocka_unit_test(ends_must_match),
		cmocka_unit_test(groups_have_a_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
