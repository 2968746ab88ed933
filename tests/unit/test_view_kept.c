/* SPDX-License-Identifier: MIT */
/* test_view_kept.c: large texts are known again by their bytes, the newest of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/model/kept.h"

static void a_text_is_known_by_its_bytes(void **state)
{
	struct kept k = {0};
	char text[] = "one", same[] = "one";
	struct kept_entry *e = kept_add(&k, str_of(text));

	e->made = &k;
	text[0] = 'T'; /* it keeps a copy */
	assert_ptr_equal(kept_find(&k, str_of(same)), e);
	assert_ptr_equal(kept_find(&k, str_of(same))->made, &k);
	assert_null(kept_find(&k, STR("two")));
	assert_null(kept_find(&k, STR("on")));
	kept_done(&k);
	assert_null(kept_find(&k, STR("one")));
}

static void the_oldest_gives_way(void **state)
{
	static const char *const TEXTS[] = {"a", "b", "c", "d", "e"};
	struct kept k = {0};

	for (size_t i = 0; i <= KEPT_MOST; i++)
		kept_add(&k, str_of(TEXTS[i]));
	assert_null(kept_find(&k, STR("a")));
	for (size_t i = 1; i <= KEPT_MOST; i++)
		assert_non_null(kept_find(&k, str_of(TEXTS[i])));
	kept_done(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_known_by_its_bytes),
		cmocka_unit_test(the_oldest_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
