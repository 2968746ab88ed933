/* SPDX-License-Identifier: MIT */
/* fuzz_diff.c: any two histories can be compared; equal ones are, and have one hash. */
#include "tests/fuzz/fuzz.h"

#include "formats/diff/diff_text.h"

static const struct schema *schema(void)
{
	static const struct schema *made;
	static struct arena arena;

	if (!made)
		made = schema_new(&arena);
	return made;
}

static bool take(struct history *h, struct str bytes)
{
	struct arena a = {0};

	if (history_take(h, &a, bytes, schema(), NULL))
		return true;
	arena_done(&a);
	return false;
}

static void mix(void *data, struct str bytes)
{
	uint64_t *sum = data;

	for (size_t i = 0; i < bytes.n; i++)
		*sum = (*sum ^ (unsigned char)bytes.p[i]) * 0x100000001b3ULL;
}

static void print(const struct diff *d, const struct history *a, const struct history *b)
{
	struct diff_look look = {.names = {STR("a"), STR("b")}, .sides = {a, b}, .width = 40,
				 .context = 1};
	struct buf out = {0};

	diff_unified(d, &look, &out);
	diff_side_by_side(d, &look, &out);
	diff_put_json(d, &look, &out);
	diff_summary(d, &look, &out);
	buf_done(&out);
}

static void compare(const struct history *a, const struct history *b, bool exact)
{
	struct diff_rules rules;
	struct diff_settings settings = {.rules = &rules};
	uint64_t sums[2] = {0, 0};
	struct diff d;
	size_t left = 0, right = 0;

	diff_rules_init(&rules, NULL, exact);
	diff_histories(&d, a, b, &settings);
	for (size_t i = 0; i < d.n_rows; i++) {
		left += d.rows[i].kind != DIFF_RIGHT;
		right += d.rows[i].kind != DIFF_LEFT;
	}
	if (left != a->n_events || right != b->n_events)
		fuzz_broken("an event is not in one row of its side", NULL);
	diff_content(a, &settings, mix, &sums[0]);
	diff_content(b, &settings, mix, &sums[1]);
	if (diff_same(&d) && sums[0] != sums[1])
		fuzz_broken("no difference, but two hashes", NULL);
	if (a == b && !diff_same(&d))
		fuzz_broken("a history differs from itself", NULL);
	print(&d, a, b);
	diff_done(&d);
	diff_rules_done(&rules);
}

/* The first two bytes say where the first history ends. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct history a, b;
	struct str left, right;
	size_t split;

	if (n < 2)
		return 0;
	split = (size_t)data[0] | (size_t)(data[1] & 0x7f) << 8;
	split = split < n - 2 ? split : n - 2;
	left = fuzz_copy(data + 2, split);
	right = fuzz_copy(data + 2 + split, n - 2 - split);
	if (take(&a, left)) {
		compare(&a, &a, data[1] >> 7);
		if (take(&b, right)) {
			compare(&a, &b, data[1] >> 7);
			history_done(&b);
		}
		history_done(&a);
	}
	fuzz_release(left);
	fuzz_release(right);
	return 0;
}
