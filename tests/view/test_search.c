/* SPDX-License-Identifier: MIT */
/* test_search.c: what a search finds, whichever way it gets there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/make_history.h"
#include "viewer/model/elsewhere.h"
#include "viewer/model/search.h"
#include "viewer/model/seek.h"

static struct arena schema_arena;
static const struct schema *schema;

static int make_schema(void **state)
{
	arena_init(&schema_arena);
	schema = schema_new(&schema_arena);
	return 0;
}

static int done_schema(void **state)
{
	arena_done(&schema_arena);
	return 0;
}

static struct document *open_file(const char *path)
{
	struct document *d;
	struct err err = ERR_INIT;

	if (!document_open(&d, str_of(path), schema, NULL, DOCUMENT_WHOLE, &err))
		fail_msg("%s", err.message);
	return d;
}

static void run_whole(struct search *s, const char *text, struct document *d)
{
	search_init(s, str_of(text), schema, NULL);
	search_add(s, d->path, d, NULL);
	search_start(s, 0);
	while (search_step(s))
		continue;
}

static bool hit(const struct search *s, size_t event)
{
	const struct search_history *h = &s->histories.at[0];

	return h->hits && h->hits[event / 64] >> event % 64 & 1;
}

/* ---- what matches ---- */

static bool matches(const char *pattern, const char *text)
{
	struct arena a;
	struct matcher m;
	size_t start, end;
	bool ok;

	arena_init(&a);
	matcher_init(&m, str_of(pattern), &a);
	ok = matcher_find(&m, str_of(text), 0, &start, &end);
	matcher_done(&m);
	arena_done(&a);
	return ok;
}

static void small_letters_match_any_case_capitals_their_own(void **state)
{
	assert_true(matches("charge", "ActivityCharge"));
	assert_true(matches("Charge", "ActivityCharge"));
	assert_false(matches("CHARGE", "ActivityCharge"));
	assert_true(matches("\\W", "a-b")); /* no capital letter, but a class */
}

static void signs_of_an_expression_make_one_unless_it_can_not_be_read(void **state)
{
	assert_true(matches("c.arge", "charge"));
	assert_true(matches("^ord-[0-9]+$", "ord-51"));
	assert_true(matches("a[b", "xa[by"));
	assert_false(matches("x*", "abc")); /* nothing is no match */
}

/* ---- histories ---- */

static const char *const FILES[] = {
	"tests/corpus/go/attrs-1.json",
	"tests/corpus/go/ends-terminated.json",
	"tests/corpus/go/kid-1.json",
	"tests/corpus/go/longlocal-1.json",
};

/* Every event, one by one, is the measure of both passes. */
static void the_quick_pass_and_the_slow_one_find_what_is_there(void **state)
{
	static const char *const TEXTS[] = {"1s", "Timer", "go", "attrs-74556", "activity",
					    "temporal", "ok", "WORKFLOW", "zzz", "[0-9]{3}"};

	for (size_t f = 0; f < sizeof(FILES) / sizeof(*FILES); f++)
		for (size_t t = 0; t < sizeof(TEXTS) / sizeof(*TEXTS); t++) {
			struct document *d = open_file(FILES[f]);
			struct search s;
			size_t n = 0;

			run_whole(&s, TEXTS[t], d);
			for (size_t i = 0; i < d->history.n_events; i++) {
				bool fits = matcher_fits(&s.matcher, &d->history, i, NULL);

				assert_int_equal(hit(&s, i), fits);
				n += fits;
			}
			assert_int_equal(s.n_hits, n);
			search_done(&s);
			document_free(d);
		}
}

/* The quick pass alone, before any event is gone through. */
static void a_text_in_a_payload_is_seen_through_its_base64(void **state)
{
	struct document *d = open_file("tests/corpus/go/attrs-1.json");
	struct search s;
	struct search_history *h;
	size_t found = 0;

	search_init(&s, STR("ok\""), schema, NULL); /* the result of the workflow: "ok" */
	s.matcher.any_case = false; /* as one with a capital letter would be looked for */
	search_add(&s, d->path, d, NULL);
	search_start(&s, 0);
	search_step(&s); /* prepares */
	h = &s.histories.at[0];
	while (search_glance(&s, h))
		continue;
	for (size_t i = 0; i < h->n_events; i++)
		found += hit(&s, i);
	assert_int_equal(found, 1);
	assert_true(hit(&s, h->n_events - 1));
	search_done(&s);
	document_free(d);
}

static void next_goes_round_the_end_and_says_so(void **state)
{
	struct document *d = open_file("tests/corpus/go/attrs-1.json");
	struct search s;
	struct search_hit at = {0, 0}, next;
	bool wrapped;

	run_whole(&s, "timer", d);
	assert_int_equal(s.n_hits, 2); /* events 7 and 8 */
	assert_true(search_next(&s, at, true, &next, &wrapped));
	assert_int_equal(next.event, 6);
	assert_false(wrapped);
	assert_int_equal(search_ordinal(&s, next), 1);
	assert_true(search_next(&s, next, true, &next, &wrapped));
	assert_int_equal(next.event, 7);
	assert_int_equal(search_ordinal(&s, next), 2);
	assert_true(search_next(&s, next, true, &next, &wrapped));
	assert_int_equal(next.event, 6);
	assert_true(wrapped);
	assert_true(search_next(&s, next, false, &next, &wrapped));
	assert_int_equal(next.event, 7);
	assert_true(wrapped);
	search_done(&s);
	document_free(d);
}

static void files_that_are_not_open_are_looked_through_and_closed(void **state)
{
	struct search s;
	struct search_hit at = {0, 0}, next;
	bool wrapped;

	search_init(&s, STR("timer"), schema, NULL);
	search_add(&s, STR("no/such/file.json"), NULL, NULL);
	search_add(&s, STR("tests/corpus/go/attrs-1.json"), NULL, NULL);
	search_start(&s, 0);
	while (search_step(&s))
		continue;
	assert_non_null(s.histories.at[0].problem.p);
	assert_null(s.histories.at[1].document);
	assert_true(search_next(&s, at, true, &next, &wrapped));
	assert_int_equal(next.history, 1);
	assert_int_equal(next.event, 6);
	search_done(&s);
}

static void what_was_found_is_kept_but_of_what_changed(void **state)
{
	struct document *d = open_file("tests/corpus/go/attrs-1.json");
	struct search before, s;

	search_init(&before, STR("timer"), schema, NULL);
	search_add(&before, d->path, d, NULL);
	search_add(&before, STR("tests/corpus/go/kid-1.json"), NULL, NULL);
	search_start(&before, 0);
	while (search_step(&before))
		continue;
	for (int changed = 0; changed < 2; changed++) {
		search_init(&s, STR("timer"), schema, NULL);
		search_add(&s, STR("tests/corpus/go/kid-1.json"), NULL, NULL);
		search_opened(&s, d->path, d); /* is not among them */
		search_start(&s, 0);
		search_keep(&s, &before, changed ? d : NULL);
		assert_int_equal(s.looked, changed ? 1 : 2);
		while (search_step(&s))
			continue;
		assert_int_equal(s.n_hits, before.n_hits);
		assert_int_equal(search_find(&s, d->path)->n_hits, 2);
		search_done(&s);
	}
	search_done(&before);
	document_free(d);
}

static void a_history_that_is_opened_meanwhile_is_looked_at_once(void **state)
{
	struct document *d;
	struct search s;

	search_init(&s, STR("timer"), schema, NULL);
	search_add(&s, STR("tests/corpus/go/fanout-small.json"), NULL, NULL);
	search_start(&s, 0);
	assert_true(search_step(&s)); /* a slice of it */
	assert_non_null(s.histories.at[0].loaded);
	d = open_file("tests/corpus/go/fanout-small.json");
	search_opened(&s, d->path, d);
	assert_null(s.histories.at[0].loaded);
	assert_int_equal(s.n_hits, 0);
	while (search_step(&s))
		continue;
	assert_int_equal(s.n_hits, s.histories.at[0].n_hits);
	assert_true(s.n_hits <= d->history.n_events);
	search_done(&s);
	document_free(d);
}

/* ---- breakpoints ---- */

static void breakpoints_are_gone_to_both_ways(void **state)
{
	struct document *d = open_file("tests/corpus/go/attrs-1.json");
	const struct query *q = NULL;
	struct breakpoint b[2] = {{.document = d, .event = 4}};
	struct seek k;
	enum seek_state found;

	assert_true(query_parse(&q, STR("category = timer"), QUERY_EVENT, schema, &d->arena, NULL));
	b[1].query = q;
	d->at = 5;
	seek_begin(&k, d, b, 2, true);
	while ((found = seek_step(&k)) == SEEK_GOES_ON)
		continue;
	assert_int_equal(found, SEEK_FOUND);
	assert_int_equal(k.at, 6);
	assert_int_equal(k.found, 1);
	seek_begin(&k, d, b, 2, false);
	while ((found = seek_step(&k)) == SEEK_GOES_ON)
		continue;
	assert_int_equal(k.at, 4);
	assert_int_equal(k.found, 0);
	d->at = 10;
	seek_begin(&k, d, b, 2, true);
	while ((found = seek_step(&k)) == SEEK_GOES_ON)
		continue;
	assert_int_equal(found, SEEK_NOTHING);
	document_free(d);
}

/* ---- histories that are not open ---- */

static void write_file(const char *path, size_t events, size_t cut)
{
	struct buf text;
	FILE *f = fopen(path, "w");

	buf_init(&text, 0);
	make_history(&text, &(struct make_history){.events = events});
	assert_true(f && fwrite(text.p, 1, text.n - cut, f) == text.n - cut);
	assert_int_equal(fclose(f), 0);
	buf_done(&text);
}

/* Steps until the history at PATH was loaded; hits there are in the end. */
static size_t steps_to_load(const char *path, size_t *ret_hits, bool *ret_read)
{
	struct search s;
	size_t steps = 0;

	search_init(&s, STR("Stock"), schema, NULL);
	search_add(&s, str_of(path), NULL, NULL);
	search_start(&s, 0);
	while (search_step(&s))
		steps += !s.histories.at[0].hits;
	*ret_hits = s.n_hits;
	*ret_read = !s.unread;
	search_done(&s);
	return steps;
}

static void a_large_closed_history_is_loaded_in_slices(void **state)
{
	char path[] = "/tmp/hindcast-closed-XXXXXX";
	struct document *d;
	struct search open;
	size_t hits;
	bool read;
	int fd = mkstemp(path);

	assert_true(fd >= 0 && close(fd) == 0);
	write_file(path, 20000, 0);
	assert_true(steps_to_load(path, &hits, &read) >= 4);
	d = open_file(path);
	run_whole(&open, "Stock", d);
	assert_int_equal(hits, open.n_hits);
	assert_true(read && hits > 1000);
	search_done(&open);
	document_free(d);
	write_file(path, 20000, 5000); /* cut: what is there is looked through */
	steps_to_load(path, &hits, &read);
	assert_true(read && hits > 1000);
	unlink(path);
	(void)state;
}

/* In the middle of loading. */
static void a_search_is_given_up_at_any_step(void **state)
{
	char path[] = "/tmp/hindcast-closed-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0 && close(fd) == 0);
	write_file(path, 6000, 0);
	for (size_t steps = 0; steps < 4; steps++) {
		struct search s;

		search_init(&s, STR("Stock"), schema, NULL);
		search_add(&s, str_of(path), NULL, NULL);
		search_start(&s, 0);
		for (size_t i = 0; i < steps; i++)
			search_step(&s);
		search_done(&s);
	}
	unlink(path);
	(void)state;
}

/* ---- failures ---- */

#define DECLINED "samples/order/histories/go/declined.json"

static void look_elsewhere(struct elsewhere *e, const struct failure_key *key)
{
	static const char *const OTHERS[] = {DECLINED, "no/such/file.json",
					     "samples/order/histories/go/approved.json",
					     "samples/order/histories/java/declined.json"};

	elsewhere_failure(e, STR(DECLINED), key, STR("declined"), schema);
	for (size_t i = 0; i < 4; i++)
		search_add(&e->search, str_of(OTHERS[i]), NULL, NULL);
	while (elsewhere_step(e))
		continue;
}

static void a_failure_is_found_in_histories_that_nobody_has_open(void **state)
{
	struct document *d = open_file(DECLINED);
	size_t event = history_find(&d->history, 33);
	struct failure_key key, other;
	struct elsewhere e;
	struct search before;
	struct str bytes;
	struct arena a;

	arena_init(&a);
	elsewhere_init(&e);
	assert_true(failure_of_event(d, event, &bytes));
	failure_key_of(schema, NULL, bytes, &a, &key);
	look_elsewhere(&e, &key);
	assert_int_equal(e.found.n, 1); /* its own history is none of the others */
	assert_int_equal(e.found.at[0], 3);
	assert_int_equal(e.search.histories.at[3].first_id, 31);
	assert_int_equal(search_first(&e.search.histories.at[3]), 30);
	assert_int_equal(e.search.histories.at[0].n_hits, 2); /* of the activity, of the workflow */
	assert_int_equal(e.search.unread, 1);
	before = e.search;
	elsewhere_begin(&e, schema); /* one more is listed now */
	search_add(&e.search, STR("samples/order/histories/go/ship.json"), NULL, NULL);
	search_add(&e.search, STR("samples/order/histories/java/declined.json"), NULL, NULL);
	elsewhere_keep(&e, &before, NULL);
	search_done(&before);
	assert_int_equal(e.found.n, 1);
	assert_int_equal(e.search.histories.at[e.found.at[0]].first_id, 31);
	assert_int_equal(e.search.looked, 1);
	other = key;
	other.message = STR("card lost");
	look_elsewhere(&e, &other);
	assert_int_equal(e.found.n, 0);
	other = key;
	other.sealed = true; /* nobody knows what it says */
	look_elsewhere(&e, &other);
	assert_int_equal(e.found.n, 0);
	elsewhere_done(&e);
	document_free(d);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_letters_match_any_case_capitals_their_own),
		cmocka_unit_test(signs_of_an_expression_make_one_unless_it_can_not_be_read),
		cmocka_unit_test(the_quick_pass_and_the_slow_one_find_what_is_there),
		cmocka_unit_test(a_text_in_a_payload_is_seen_through_its_base64),
		cmocka_unit_test(next_goes_round_the_end_and_says_so),
		cmocka_unit_test(files_that_are_not_open_are_looked_through_and_closed),
		cmocka_unit_test(what_was_found_is_kept_but_of_what_changed),
		cmocka_unit_test(a_history_that_is_opened_meanwhile_is_looked_at_once),
		cmocka_unit_test(breakpoints_are_gone_to_both_ways),
		cmocka_unit_test(a_large_closed_history_is_loaded_in_slices),
		cmocka_unit_test(a_search_is_given_up_at_any_step),
		cmocka_unit_test(a_failure_is_found_in_histories_that_nobody_has_open),
	};

	return cmocka_run_group_tests(tests, make_schema, done_schema);
}
