/* SPDX-License-Identifier: MIT */
/* test_view_checkpoints.c: states reached in any order, beside those of a run from the start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/read/load.h"
#include "tests/unit/build.h"
#include "viewer/model/checkpoints.h"

/* ---- a state as a number ---- */

static uint64_t mix(uint64_t sum, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++)
		sum = (sum ^ p[i]) * 0x100000001b3u;
	return sum;
}

#define MIX(sum, value) ((sum) = mix(sum, &(value), sizeof(value)))

static uint64_t sum_of(const struct state *s)
{
	uint64_t sum = 0xcbf29ce484222325u;

	MIX(sum, s->n);
	MIX(sum, s->run);
	MIX(sum, s->cancel_request);
	MIX(sum, s->paused);
	MIX(sum, s->continue_suggested);
	MIX(sum, s->shown);
	MIX(sum, s->task_started);
	MIX(sum, s->task_completed);
	MIX(sum, s->signals_unseen);
	MIX(sum, s->signals_at_start);
	MIX(sum, s->bytes);
	MIX(sum, s->largest);
	MIX(sum, s->opened);
	MIX(sum, s->pending);
	MIX(sum, s->closed);
	for (size_t i = 0; i < s->open.n; i++) {
		const struct state_open *o = &s->open.at[i];

		if (!entity_open((enum entity_state)o->state))
			continue;
		MIX(sum, o->group);
		MIX(sum, o->last);
		MIX(sum, o->state);
		MIX(sum, o->started);
		MIX(sum, o->attempt);
	}
	for (size_t t = 0; t < STATE_TABLES; t++)
		for (size_t i = 0; i < s->tables[t].n; i++)
			MIX(sum, s->tables[t].at[i]);
	return sum;
}

/* Numbers that are the same in every run. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Every N of H in random order, then single steps to and fro. */
static void compare(const struct history *h, const char *what, struct checkpoints *c)
{
	uint64_t *wanted, seed = 88172645463325252u;
	struct timeline one, other;
	struct groups groups;
	struct state s;
	struct arena a;

	arena_init(&a);
	groups_make(h, &a, &groups);
	timeline_init(&one, h, &groups);
	timeline_init(&other, h, &groups);
	state_init(&s);
	wanted = arena_array(&a, uint64_t, h->n_events + 1);
	for (size_t n = 0; n <= h->n_events; n++) {
		state_run(&s, &one, n);
		wanted[n] = sum_of(&s);
	}
	for (size_t i = 0; i < 2 * h->n_events + 50; i++) {
		size_t n = next_random(&seed) % (h->n_events + 1);

		if (i % 5 == 4 && c->state.n) /* a step back, and one forward */
			n = c->state.n - 1;
		if (sum_of(checkpoints_state(c, &other, n)) != wanted[n])
			fail_msg("%s: the state after %zu events", what, n);
	}
	while (checkpoints_step(c, &other))
		continue;
	for (size_t n = h->n_events + 1; n-- > 0;)
		if (sum_of(checkpoints_state(c, &other, n)) != wanted[n])
			fail_msg("%s: the state after %zu events, going back", what, n);
	state_done(&s);
	timeline_done(&one);
	timeline_done(&other);
	arena_done(&a);
}

static void recorded_histories(void **state)
{
	static const char *const FOLDERS[] = {"tests/corpus/go", "tests/corpus/java",
					      "tests/corpus/python", "tests/corpus/ts"};
	size_t n = 0;

	for (size_t f = 0; f < 4; f++) {
		struct str folder = str_of(FOLDERS[f]);
		struct source_list list = {0};
		struct err err = ERR_INIT;
		struct arena a;

		arena_init(&a);
		assert_true(source_expand(&folder, 1, &a, &list, &err));
		for (size_t i = 0; i < list.files.n; i++) {
			struct str path = list.files.at[i].path;
			struct checkpoints c;
			struct history h;

			if (!load_history(*state, path, &h, NULL, &err))
				fail_msg("%s", err.message);
			checkpoints_init(&c);
			c.apart = 1 + n % 32; /* most histories are short */
			compare(&h, arena_cstr(&a, path), &c);
			checkpoints_done(&c);
			history_done(&h);
			n++;
		}
		source_list_done(&list);
		arena_done(&a);
	}
	assert_true(n > 100);
}

/* Memory stays within its bound, whatever is open at one time. */
static void much_that_is_open(void **state)
{
	struct checkpoints c;
	struct history h;
	struct build b;
	size_t bytes = 0;

	build_init(&b);
	build_started(&b, "W");
	build_task(&b);
	for (int i = 0; i < 3000; i++)
		build_timer_started(&b, 60);
	h = build_history(&b, *state);
	checkpoints_init(&c);
	c.apart = 4;
	compare(&h, "open timers", &c);
	for (size_t i = 0; i < c.at.n; i++)
		bytes += state_bytes(&c.at.at[i]);
	assert_int_equal(bytes, c.bytes);
	assert_true(c.bytes <= CHECKPOINT_BYTES);
	assert_true(c.apart > 4);
	assert_true(c.at.n * c.apart > h.n_events);
	checkpoints_done(&c);
	history_done(&h);
	build_done(&b);
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
		cmocka_unit_test(recorded_histories),
		cmocka_unit_test(much_that_is_open),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
