/* SPDX-License-Identifier: MIT */
/* test_sdks.c: who a worker is by its client-name, and which versions can be judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replayer/remote/sdks.h"

static void found_by_client_name_and_by_label(void **state)
{
	assert_ptr_equal(sdk_find(STR("temporal-go")), sdk_find(STR("GO")));
	assert_ptr_equal(sdk_find(STR("temporal-typescript")), sdk_find(STR("typescript")));
	assert_string_equal(sdk_find(STR(".net"))->client_name, "temporal-dotnet");
	assert_null(sdk_find(STR("temporal-php-2")));
	assert_null(sdk_find(STR("temporal-goo")));
	assert_null(sdk_find(STR("temporal")));
	assert_null(sdk_find(STR("")));
	assert_null(sdk_find(STR_NONE));
}

static void recipe_follows_family_and_namespace(void **state)
{
	const struct str anywhere = STR("default"), there = STR("ReplayNamespace");

	assert_ptr_equal(sdk_recipe(sdk_find(STR("Python")), anywhere), &RECIPE_CORE);
	assert_ptr_equal(sdk_recipe(sdk_find(STR("Ruby")), there), &RECIPE_CORE);
	assert_ptr_equal(sdk_recipe(sdk_find(STR("TypeScript")), there), &RECIPE_TYPESCRIPT);
	assert_ptr_equal(sdk_recipe(sdk_find(STR("Java")), there), &RECIPE_JAVA);
	assert_ptr_equal(sdk_recipe(sdk_find(STR("Go")), anywhere), &RECIPE_GO);
	assert_ptr_equal(sdk_recipe(sdk_find(STR("Go")), there), &RECIPE_GO_REPLAY);
	assert_ptr_equal(sdk_recipe(sdk_find(STR("Go")), STR("replaynamespace")), &RECIPE_GO);
}

static void every_row_has_a_recipe_of_its_family(void **state)
{
	for (size_t i = 0; i < N_SDKS; i++) {
		const struct recipe *recipe = sdk_recipe(&SDKS[i], STR("default"));

		assert_non_null(recipe);
		assert_int_equal(recipe->family, SDKS[i].family);
	}
}

static void versions_compare_number_by_number(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
	} ROWS[] = {
		{"1.2.3", "1.2.3", 0},	   {"1.10.0", "1.9.9", 1},  {"1.9.9", "1.10.0", -1},
		{"2", "1.99", 1},	   {"1.2", "1.2.0", 0},	    {"1.2", "1.2.1", -1},
		{"1.24.0-rc.1", "1.24.0", 0}, {"1.24.0+b7", "1.24.0", 0}, {"", "0", 0},
		{"v1", "1", -1},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		assert_int_equal(version_cmp(str_of(ROWS[i].a), str_of(ROWS[i].b)),
				 ROWS[i].order);
}

static void oldest_versions_are_the_ones_that_were_tried(void **state)
{
	static const struct {
		const char *sdk, *too_old, *enough;
	} ROWS[] = {
		{"Go", "1.14.9", "1.15.0"},	{"Java", "1.16.9", "1.17.0"},
		{"Python", "1.2.9", "1.3.0"},	{"TypeScript", "1.8.5", "1.8.6"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		const struct sdk_row *sdk = sdk_find(str_of(ROWS[i].sdk));

		assert_false(sdk_new_enough(sdk, str_of(ROWS[i].too_old)));
		assert_true(sdk_new_enough(sdk, str_of(ROWS[i].enough)));
		/* One that says no version gets the benefit of the doubt. */
		assert_true(sdk_new_enough(sdk, STR("")));
	}
	assert_true(sdk_new_enough(sdk_find(STR("Ruby")), STR("0.1.0")));
}

static void labels_are_listed_for_people(void **state)
{
	struct arena a;

	arena_init(&a);
	assert_true(str_is(sdk_labels(&a), "Go, Java, Python, TypeScript, .NET, Ruby"));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_by_client_name_and_by_label),
		cmocka_unit_test(recipe_follows_family_and_namespace),
		cmocka_unit_test(every_row_has_a_recipe_of_its_family),
		cmocka_unit_test(versions_compare_number_by_number),
		cmocka_unit_test(oldest_versions_are_the_ones_that_were_tried),
		cmocka_unit_test(labels_are_listed_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
