/* SPDX-License-Identifier: MIT */
/* test_behind.c: what is written behind comes whole, in order, and with its errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/buf.h"
#include "formats/bytes/behind.h"

struct written {
	struct buf bytes;
	int64_t last;	  /* event */
	size_t fails_at;  /* bytes; 0: never */
	int after_failure; /* calls */
	bool failed;
};

static bool put(void *data, struct str bytes, int64_t event, struct err *err)
{
	struct written *w = data;

	w->after_failure += w->failed;
	if (w->fails_at && w->bytes.n >= w->fails_at) {
		w->failed = true;
		return err_set(err, ERR_IO, "full");
	}
	buf_add(&w->bytes, bytes);
	assert_true(event > w->last);
	w->last = event;
	return true;
}

/* Events of 1 to 300 bytes, as many as make SIZE. */
static bool put_events(struct behind *b, struct buf *all, size_t size, struct err *err)
{
	char event[300];

	for (int64_t id = 1; all->n < size; id++) {
		size_t n = (size_t)(id * 7 % 300) + 1;

		memset(event, 'a' + (int)(id % 26), n);
		buf_add_bytes(all, event, n);
		if (!behind_put(b, str_slice(event, n), id, err))
			return false;
	}
	return true;
}

static void all_comes_in_order(void **state)
{
	static const size_t SIZES[] = {0, 1, 1000, BEHIND_SLOT, 9 * BEHIND_SLOT + 17};

	for (size_t i = 0; i < sizeof(SIZES) / sizeof(*SIZES); i++) {
		struct written w = {0};
		struct behind *b = behind_start(put, &w);
		struct err err = ERR_INIT;
		struct buf all = {0};

		assert_true(put_events(b, &all, SIZES[i], &err));
		assert_true(behind_end(b, &err));
		assert_true(str_eq(buf_str(&w.bytes), buf_str(&all)));
		behind_free(b);
		buf_done(&all);
		buf_done(&w.bytes);
	}
}

static void an_error_comes_back_and_ends_it(void **state)
{
	struct written w = {.fails_at = 2 * BEHIND_SLOT};
	struct behind *b = behind_start(put, &w);
	struct err err = ERR_INIT;
	struct buf all = {0};

	assert_false(put_events(b, &all, 20 * BEHIND_SLOT, &err) && behind_end(b, &err));
	assert_string_equal(err.message, "full");
	assert_true(all.n < 10 * BEHIND_SLOT);
	behind_free(b);
	assert_int_equal(w.after_failure, 0);
	/* the last bytes, too, may fail */
	buf_done(&w.bytes);
	w = (struct written){.fails_at = 10};
	buf_clear(&all);
	b = behind_start(put, &w);
	assert_true(put_events(b, &all, 1000, &err));
	assert_false(behind_end(b, &err));
	behind_free(b);
	buf_done(&w.bytes);
	buf_done(&all);
}

static void who_leaves_early_waits_for_nothing_more(void **state)
{
	struct written w = {0};
	struct behind *b = behind_start(put, &w);
	struct err err = ERR_INIT;
	struct buf all = {0};

	assert_true(put_events(b, &all, 3 * BEHIND_SLOT, &err));
	behind_free(b);
	assert_true(w.bytes.n <= all.n);
	behind_free(NULL);
	buf_done(&w.bytes);
	buf_done(&all);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(all_comes_in_order),
		cmocka_unit_test(an_error_comes_back_and_ends_it),
		cmocka_unit_test(who_leaves_early_waits_for_nothing_more),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
