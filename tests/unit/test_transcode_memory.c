/* SPDX-License-Identifier: MIT */
/* test_transcode_memory.c: a memory's memo changes nothing but the time it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/json_index.h"
#include "formats/read/load.h"
#include "formats/transcode/transcode.h"

static struct {
	struct arena arena;
	const struct schema *schema;
	const struct schema_message *event;
	struct transcode_memory with, without; /* a memo */
} t;

static void forget(void)
{
	t.with = (struct transcode_memory){.memo = transcode_memo_new(&t.arena)};
	t.without = (struct transcode_memory){0};
}

static int set_up(void **state)
{
	t.schema = schema_new(&t.arena);
	t.event = schema_message(t.schema, "temporal.api.history.v1.HistoryEvent");
	forget();
	return 0;
}

static int tear_down(void **state)
{
	arena_done(&t.arena);
	return 0;
}

struct reading {
	bool ok;
	size_t at;
	struct buf wire;
	struct transcode_loss loss;
	struct err err;
};

static void read_one(struct reading *r, struct str text, size_t at, bool keep,
		     struct transcode_memory *memory)
{
	const struct transcode_options options = {
		.loss = &r->loss, .keep_unknown = keep, .memory = memory};
	struct arena_mark mark = arena_mark(&t.arena);

	*r = (struct reading){.at = at, .err = ERR_INIT};
	r->ok = transcode_json_to_wire(t.event, text, &r->at, &options, &t.arena, &r->wire,
				       &r->err);
	arena_rewind(&t.arena, mark);
}

/* The same with and without a memo of what was read before; whether it could be read. */
static bool compare(struct str text, size_t at, bool keep)
{
	struct reading with, without;
	bool ok;

	read_one(&with, text, at, keep, &t.with);
	read_one(&without, text, at, keep, &t.without);
	ok = without.ok;
	assert_int_equal(with.ok, ok);
	assert_int_equal(with.at, without.at);
	if (!str_eq(buf_str(&with.wire), buf_str(&without.wire)))
		fail_msg("other bytes: %.*s", STR_ARG(str_take(str_skip(text, at), 2000)));
	assert_memory_equal(&with.loss, &without.loss, sizeof(with.loss));
	assert_string_equal(with.err.message, without.err.message);
	assert_int_equal(with.err.line, without.err.line);
	assert_int_equal(with.err.column, without.err.column);
	buf_done(&with.wire);
	buf_done(&without.wire);
	return ok;
}

/* All events of TEXT where they are found at all; how many. */
static size_t compare_events(struct str text, bool keep)
{
	struct json_index ix;
	size_t n;

	json_index_open(&ix, text, t.schema);
	json_index_step(&ix, SIZE_MAX / 2);
	for (size_t i = 0; i < ix.events.n; i++)
		compare(text, ix.events.at[i].offset, keep);
	n = ix.events.n;
	json_index_done(&ix);
	return n;
}

static void the_corpus_reads_the_same(void **state)
{
	struct str corpus = STR("tests/corpus");
	struct source_list list = {0};
	size_t events = 0;

	assert_true(source_expand(&corpus, 1, &t.arena, &list, NULL));
	for (size_t i = 0; i < list.files.n; i++) {
		struct str path = list.files.at[i].path;
		struct buf text;

		if (!str_ends(path, STR(".json")))
			continue;
		buf_init(&text, 0);
		assert_true(source_read(path, &text, NULL));
		forget();
		events += compare_events(buf_str(&text), false);
		buf_done(&text);
	}
	source_list_done(&list);
	assert_true(events > 2000);
}

/* One byte is another: in what is remembered, in what is compared with it, or elsewhere. */
static void damage_reads_the_same(void **state)
{
	static const char BYTES[] = "\"\\{}[],:0aZ= \n";
	static const char *const FILES[] = {"tests/corpus/go/order-1.json",
					    "tests/corpus/ts/order.json"};
	uint64_t random = 987654321;
	size_t fine = 0;

	for (size_t f = 0; f < 2; f++) {
		struct json_index ix;
		struct buf text;

		buf_init(&text, 0);
		assert_true(source_read(str_of(FILES[f]), &text, NULL));
		json_index_open(&ix, buf_str(&text), t.schema);
		assert_int_equal(json_index_step(&ix, SIZE_MAX / 2), JSON_INDEX_WHOLE);
		forget();
		for (int round = 0; round < 20000; round++) {
			const struct event *e = &ix.events.at[(size_t)round % ix.events.n];
			char *p, kept;

			random = random * 6364136223846793005 + 1442695040888963407;
			p = text.p + e->offset + (random >> 20) % e->length;
			kept = *p;
			*p = BYTES[(random >> 50) % (sizeof(BYTES) - 1)];
			fine += compare(buf_str(&text), e->offset, f == 1);
			*p = kept;
			fine += compare(buf_str(&text), e->offset, f == 1);
		}
		json_index_done(&ix);
		buf_done(&text);
	}
	assert_true(fine > 40000);
}

#define HEAD "{\"eventId\":\"1\",\"workflowExecutionSignaledEventAttributes\":{\"input\":{\"payloads\":[{"
#define TAIL "}]}}}"
#define META "\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},\"data\":"

/* What begins as a payload did before, and goes on in another way. */
static void payloads_that_begin_alike(void **state)
{
	static const char *const TEXTS[] = {
		HEAD META "\"IngiCg==\"" TAIL, /* the end is no quote: JSON or not is asked */
		HEAD META "\"IngI\"" TAIL,
		HEAD META "\"Ingi\"" TAIL,
		HEAD META "\"\"" TAIL,
		HEAD META "\"In\\u0067i\"" TAIL,
		HEAD META "\"workflow-result\"" TAIL,
		HEAD META "\"Ingi\",\"data\":\"Ingi\"" TAIL,
		HEAD META "\"Ingi\",\"more\":1" TAIL,
		HEAD META "{\"a\":1}" TAIL,
		HEAD META "null" TAIL,
		HEAD META "\"Ingi" TAIL,
		HEAD "\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\",\"data\":\"Ingi\"}" TAIL,
		HEAD "\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\",\"type\":\"eA==\"},\"data\":\"Ingi\"" TAIL,
		HEAD "\"metadata\":{\"encoding\":\"YmluYXJ5L251bGw=\"},\"data\":\"Ingi\"" TAIL,
		HEAD "\"metadata\":{\"encoding\":\"YmluYXJ5L251bGw=\"}" TAIL,
		HEAD "\"metadata\":{\"encoding\":\"json/plain\"},\"data\":{\"x\":1}" TAIL,
		HEAD "\"data\":\"Ingi\"" TAIL,
	};
	enum { N = sizeof(TEXTS) / sizeof(*TEXTS) };

	/* Each behind each. */
	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k < N; k++) {
			struct arena_mark mark = arena_mark(&t.arena);

			forget();
			for (int again = 0; again < 4; again++)
				compare(str_of(TEXTS[again % 2 ? k : i]), 0, false);
			arena_rewind(&t.arena, mark);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_corpus_reads_the_same),
		cmocka_unit_test(damage_reads_the_same),
		cmocka_unit_test(payloads_that_begin_alike),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
