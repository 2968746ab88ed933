/* SPDX-License-Identifier: MIT */
/* bench_transcode.c: the transcoder against memcpy of the same JSON, in one process. */
#include "formats/base/mem.h"
#include "formats/transcode.h"
#include "tests/bench/make_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 11
#define EVENTS 51200

/* Rows: NAME VALUE UNIT. The machine drifts: only ratios of one run say something. */
struct bench {
	const struct schema_message *history;
	struct arena arena;
	struct buf json, wire, again;
	char *copy;
	double copied[ROUNDS], read[ROUNDS], written[ROUNDS];
};

static const struct transcode_options INDENT = {.style = TRANSCODE_INDENT};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *samples)
{
	qsort(samples, ROUNDS, sizeof(*samples), by_value);
	return samples[ROUNDS / 2];
}

static void die(const struct err *err)
{
	fprintf(stderr, "bench_transcode: %s\n", err->message);
	exit(1);
}

static void measure_round(struct bench *b, int round)
{
	struct err err = ERR_INIT;
	size_t at = 0;
	double t;

	t = now_ms();
	memcpy(b->copy, b->json.p, b->json.n);
	__asm__ volatile("" : : "r"(b->copy) : "memory");
	b->copied[round] = now_ms() - t;
	buf_clear(&b->wire);
	t = now_ms();
	if (!transcode_json_to_wire(b->history, buf_str(&b->json), &at, NULL, &b->arena, &b->wire,
				    &err))
		die(&err);
	b->read[round] = now_ms() - t;
	buf_clear(&b->again);
	t = now_ms();
	if (!transcode_wire_to_json(b->history, buf_str(&b->wire), &INDENT, &b->arena,
				    &b->again, &err))
		die(&err);
	b->written[round] = now_ms() - t;
}

int main(void)
{
	struct bench b = {0};
	double copied, read, written;

	b.history = schema_message(schema_new(&b.arena), "temporal.api.history.v1.History");
	make_history(&b.json, EVENTS);
	b.copy = mem_alloc(b.json.n);
	memset(b.copy, 1, b.json.n);
	measure_round(&b, 0); /* faults all the memory in */
	for (int i = 0; i < ROUNDS; i++)
		measure_round(&b, i);
	copied = median(b.copied);
	read = median(b.read);
	written = median(b.written);
	printf("json_bytes %zu B\nwire_bytes %zu B\n", b.json.n, b.wire.n);
	printf("memcpy %.2f ms\njson_to_wire %.2f ms\nwire_to_json %.2f ms\n", copied, read,
	       written);
	printf("json_to_wire_per_memcpy %.2f x\nwire_to_json_per_memcpy %.2f x\n", read / copied,
	       written / copied);
	printf("json_to_wire_speed %.0f MB/s\nwire_to_json_speed %.0f MB/s\n",
	       (double)b.json.n / read / 1e3, (double)b.again.n / written / 1e3);
	if (str_cmp(buf_str(&b.json), buf_str(&b.again)) &&
	    !(b.json.n == b.again.n + 1 && !memcmp(b.json.p, b.again.p, b.again.n))) {
		fprintf(stderr, "bench_transcode: the JSON did not come back as it was\n");
		return 1;
	}
	return 0;
}
