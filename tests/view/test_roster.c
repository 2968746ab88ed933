/* SPDX-License-Identifier: MIT */
/* test_roster.c: the order of many histories is that of their whole texts and numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "viewer/model/roster.h"

#define ITEMS 300

struct item {
	char name[32];
	const char *type, *status;
	int64_t events, bytes, time;
};

static struct item items[ITEMS];

/* Names that begin alike for long, or are the same; numbers that are negative, or not known. */
static void make_items(unsigned seed)
{
	static const char *const TYPES[] = {"", "Order", "OrderOfGoods", "Refund"};
	static const char *const STATUSES[] = {"passed", "diverged", "failed"};
	uint64_t random = 88172645463325252u + seed;

	for (size_t i = 0; i < ITEMS; i++) {
		unsigned r;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		r = (unsigned)(random >> 20);
		snprintf(items[i].name, sizeof(items[i].name), r % 3 ? "order-%u" : "order-of-somebody-%u",
			 r % 97);
		items[i].type = TYPES[r % 4];
		items[i].status = STATUSES[r / 4 % 3];
		items[i].events = (int64_t)(r / 16 % 40) - 2;
		items[i].bytes = (int64_t)(random >> (r % 60));
		items[i].time = (int64_t)(r / 64 % 5) - 1;
	}
}

static void about(const void *data, size_t i, struct roster_about *ret)
{
	(void)data;
	*ret = (struct roster_about){
		.history = {.path = str_of(items[i].name),
			    .type = str_of(items[i].type),
			    .events = items[i].events,
			    .bytes = items[i].bytes},
		.name = str_of(items[i].name),
		.status = str_of(items[i].status),
		.time = items[i].time,
		.place = i,
	};
}

static int sign(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_key(const struct roster *r, const struct item *a, const struct item *b)
{
	int order = 0;

	switch (r->key) {
	case ROSTER_NAME:
		order = strcmp(a->name, b->name);
		break;
	case ROSTER_EVENTS:
		order = sign(a->events, b->events);
		break;
	case ROSTER_SIZE:
		order = sign(a->bytes, b->bytes);
		break;
	case ROSTER_TYPE:
		order = strcmp(a->type, b->type);
		break;
	case ROSTER_TIME:
		if (a->time < 0 || b->time < 0)
			return sign(b->time < 0 ? 0 : 1, a->time < 0 ? 0 : 1);
		order = sign(a->time, b->time);
		break;
	case ROSTER_STATUS:
		order = strcmp(a->status, b->status);
		break;
	default:
		order = sign(a - b, 0);
	}
	return r->down ? -order : order;
}

static void assert_order(const struct roster *r, const uint32_t *order)
{
	bool seen[ITEMS] = {false};

	for (size_t i = 0; i < ITEMS; i++) {
		const struct item *b = &items[order[i]], *a = i ? &items[order[i - 1]] : NULL;
		int is = a ? by_key(r, a, b) : -1;

		assert_false(seen[order[i]]);
		seen[order[i]] = true;
		if (!is)
			is = strcmp(a->name, b->name);
		if (!is)
			is = a < b ? -1 : 1;
		assert_true(is < 0);
	}
}

static void every_key_sorts_both_ways(void **state)
{
	for (unsigned seed = 0; seed < 5; seed++) {
		make_items(seed);
		for (int key = 0; key < ROSTER_KEYS; key++)
			for (int down = 0; down < 2; down++) {
				struct roster r = {.about = about,
						   .key = (enum roster_key)key,
						   .down = down != 0};
				uint32_t order[ITEMS];

				for (uint32_t i = 0; i < ITEMS; i++)
					order[i] = (i * 7 + 3) % ITEMS; /* as it was sorted before */
				roster_know(&r, ITEMS);
				roster_order(&r, order, ITEMS);
				assert_order(&r, order);
				roster_done(&r);
			}
	}
	(void)state;
}

/* By a word in one of their texts, or a query; and those that do not fit. */
static void filters_leave_what_fits(void **state)
{
	static const char *const WORDS[] = {"order-1", "somebody", "Refund", "diverged", "nothing",
					    "r-9"};
	struct roster r = {.about = about};
	struct err err = ERR_INIT;
	uint8_t fits[ITEMS];
	struct arena a;
	const struct schema *schema;

	arena_init(&a);
	schema = schema_new(&a);
	make_items(3);
	roster_know(&r, ITEMS);
	for (size_t w = 0; w < sizeof(WORDS) / sizeof(*WORDS); w++)
		for (int inverse = 0; inverse < 2; inverse++) {
			struct str text = arena_printf(&a, "%s%s", inverse ? "!" : "", WORDS[w]);

			assert_true(roster_filter(&r, text, schema, &err));
			roster_fitting(&r, fits);
			for (size_t i = 0; i < ITEMS; i++) {
				bool has = strstr(items[i].name, WORDS[w]) ||
					   strstr(items[i].type, WORDS[w]) ||
					   strstr(items[i].status, WORDS[w]);

				assert_int_equal(fits[i], has != (inverse != 0));
			}
		}
	assert_true(roster_filter(&r, STR("events > 20"), schema, &err));
	roster_fitting(&r, fits);
	for (size_t i = 0; i < ITEMS; i++)
		assert_int_equal(fits[i], items[i].events > 20);
	assert_true(roster_filter(&r, STR(""), schema, &err));
	roster_fitting(&r, fits);
	for (size_t i = 0; i < ITEMS; i++)
		assert_int_equal(fits[i], 1);
	roster_done(&r);
	arena_done(&a);
	(void)state;
}

static void few_are_sorted_too(void **state)
{
	struct roster r = {.about = about, .key = ROSTER_EVENTS};
	uint32_t two[] = {0, 1};

	make_items(1);
	items[0].events = 9;
	items[1].events = 8;
	roster_know(&r, ITEMS);
	roster_order(&r, two, 0);
	roster_order(&r, two, 1);
	assert_int_equal(two[0], 0);
	roster_order(&r, two, 2);
	assert_int_equal(two[0], 1);
	roster_done(&r);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(every_key_sorts_both_ways),
		cmocka_unit_test(few_are_sorted_too),
		cmocka_unit_test(filters_leave_what_fits),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
