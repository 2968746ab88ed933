/* SPDX-License-Identifier: MIT */
/* bench_formats.c: reading and writing histories, against memcpy of the JSON in one process. */
#include "formats/base/mem.h"
#include "formats/base/simd.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/json_index.h"
#include "formats/transcode/transcode.h"
#include "tests/bench/make_history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/*
 *     bench_formats [EVENTS [FOLDER [JOB]]]
 *
 * Prints rows "NAME VALUE UNIT", times in CPU time. The machine drifts: only ratios of one
 * run say something.
 * FOLDER (default /tmp) takes the history as a file, JSON and wire, for the jobs that map it.
 * With JOB only memcpy and that are measured, ten times as often: for a profile.
 */
#define ROUNDS 15
#define EVENTS 51200
#define SCREEN 50

struct bench {
	const struct schema *schema;
	const struct schema_message *history;
	struct arena arena;
	struct buf json, wire, again;
	char *copy;
	int json_fd, wire_fd;
	const char *only; /* NULL: all jobs */
};

/* Of this thread: what else the machine runs in between does not count. */
static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static _Noreturn void die(const char *message)
{
	fprintf(stderr, "bench_formats: %s\n", message);
	exit(1);
}

static void check(bool ok, const struct err *err)
{
	if (!ok)
		die(err->message);
}

/* Jobs: each does its work once. */

static void copy(struct bench *b)
{
	memcpy(b->copy, b->json.p, b->json.n);
	__asm__ volatile("" : : "r"(b->copy) : "memory");
}

static void read_json(struct bench *b)
{
	struct transcode_options options = {0};
	struct err err = ERR_INIT;
	size_t at = 0;

	buf_clear(&b->wire);
	check(transcode_json_to_wire(b->history, buf_str(&b->json), &at, &options, &b->arena,
				     &b->wire, &err),
	      &err);
}

static void write_json(struct bench *b)
{
	struct transcode_options options = {.style = TRANSCODE_INDENT};
	struct err err = ERR_INIT;

	buf_clear(&b->again);
	check(transcode_wire_to_json(b->history, buf_str(&b->wire), &options, &b->arena, &b->again,
				     &err),
	      &err);
}

static void index_json(struct bench *b)
{
	struct json_index ix;

	json_index_open(&ix, buf_str(&b->json), b->schema);
	if (json_index_step(&ix, SIZE_MAX / 2) != JSON_INDEX_WHOLE)
		die(ix.unusual);
	json_index_done(&ix);
}

static struct str map(int fd, size_t n)
{
	char *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return str_slice(p, n);
}

static void touch(struct bench *b)
{
	struct str s = map(b->json_fd, b->json.n);
	unsigned sum = 0;

	for (size_t i = 0; i < s.n; i += 4096)
		sum += (unsigned char)s.p[i];
	__asm__ volatile("" : : "r"(sum));
	munmap((void *)s.p, s.n);
}

static void open_json(struct bench *b)
{
	struct str text = map(b->json_fd, b->json.n);
	struct json_index ix;
	struct history h;
	struct arena a = {0};

	json_index_open(&ix, text, b->schema);
	if (json_index_step(&ix, SIZE_MAX / 2) != JSON_INDEX_WHOLE)
		die(ix.unusual);
	history_take_json(&h, &a, &ix, NULL);
	history_done(&h);
	munmap((void *)text.p, text.n);
}

static void open_wire(struct bench *b)
{
	struct str wire = map(b->wire_fd, b->wire.n);
	struct err err = ERR_INIT;
	struct arena a = {0};
	struct history h;

	check(history_take(&h, &a, wire, b->schema, &err), &err);
	history_done(&h);
	munmap((void *)wire.p, wire.n);
}

/* What show prints of an event, without its columns' padding. */
static void render(const struct history *h, size_t index, struct buf *out)
{
	struct arena a = {0};
	struct str type = event_type_name(h, index, &a);
	struct str name = event_name(h, index, &a), id = event_code_id(h, index, &a);
	size_t answered = event_answers(h, index);

	buf_printf(out, "%lld  %.*s  %.*s  %.*s  ", (long long)h->events[index].id, STR_ARG(type),
		   STR_ARG(name), STR_ARG(id));
	if (answered < h->n_events)
		buf_printf(out, "of %lld  ", (long long)h->events[answered].id);
	detail_add(h, index, out);
	buf_add_char(out, '\n');
	arena_done(&a);
}

static void first_screen(struct bench *b)
{
	char *p = mmap(NULL, b->json.n, PROT_READ, MAP_PRIVATE, b->json_fd, 0);
	struct json_index ix;
	struct history h;
	struct arena a = {0};
	struct buf out = {0};

	if (p == MAP_FAILED)
		die("mmap");
	json_index_open(&ix, str_slice(p, b->json.n), b->schema);
	if (json_index_step(&ix, SCREEN) == JSON_INDEX_UNUSUAL)
		die(ix.unusual);
	history_peek_json(&h, &a, &ix);
	for (size_t i = 0; i < SCREEN && i < h.n_events; i++)
		render(&h, i, &out);
	history_done(&h);
	json_index_done(&ix);
	buf_done(&out);
	munmap(p, b->json.n);
}

static const struct job {
	const char *name;
	void (*once)(struct bench *b);
} JOBS[] = {
	{"memcpy", copy},	      {"json_to_wire", read_json}, {"wire_to_json", write_json},
	{"map_and_touch", touch},     {"index_json", index_json},  {"open_json", open_json},
	{"open_wire", open_wire},     {"first_screen", first_screen},
};
#define N_JOBS (sizeof(JOBS) / sizeof(*JOBS))

static bool is_wanted(const struct bench *b, size_t i)
{
	return !b->only || i == 0 || strcmp(b->only, JOBS[i].name) == 0;
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

/* In turns, so that what else the machine does hits all alike. */
static void measure(struct bench *b)
{
	static double took[N_JOBS][ROUNDS];
	double copied = 0;

	for (int round = -1; round < ROUNDS * (b->only ? 10 : 1); round++) {
		/* -1 faults all the memory in */
		for (size_t i = 0; i < N_JOBS; i++) {
			double t = cpu_ms();

			if (!is_wanted(b, i))
				continue;

			JOBS[i].once(b);
			took[i][round < 0 ? 0 : round % ROUNDS] = cpu_ms() - t;
		}
	}
	for (size_t i = 0; i < N_JOBS; i++) {
		double ms = median(took[i]);

		if (!is_wanted(b, i))
			continue;
		copied = i ? copied : ms;
		printf("%s %.3f ms\n%s_best %.3f ms\n%s_per_memcpy %.2f x\n%s_speed %.0f MB/s\n",
		       JOBS[i].name, ms, JOBS[i].name, took[i][0], JOBS[i].name, ms / copied,
		       JOBS[i].name, (double)b->json.n / ms / 1e3);
	}
}

/* A file that goes when this process does. */
static int file_of(const char *folder, struct buf *bytes)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/bench-XXXXXX", folder);
	fd = mkstemp(path);
	if (fd < 0 || unlink(path))
		die("no file can be made");
	for (size_t at = 0; at < bytes->n;) {
		ssize_t n = write(fd, bytes->p + at, bytes->n - at);

		if (n <= 0)
			die("a file can't be written");
		at += (size_t)n;
	}
	return fd;
}

int main(int argc, char **argv)
{
	size_t events = argc > 1 ? strtoul(argv[1], NULL, 10) : EVENTS;
	const char *simd = getenv("HINDCAST_SIMD");
	struct bench b = {0};
	struct err err = ERR_INIT;

	b.only = argc > 3 ? argv[3] : NULL;
	if (simd)
		check(simd_use(simd, &err), &err);
	b.schema = schema_new(&b.arena);
	b.history = schema_message(b.schema, "temporal.api.history.v1.History");
	make_history(&b.json, &(struct make_history){.events = events});
	b.copy = mem_alloc(b.json.n);
	memset(b.copy, 1, b.json.n);
	read_json(&b);
	b.json_fd = file_of(argc > 2 ? argv[2] : "/tmp", &b.json);
	b.wire_fd = file_of(argc > 2 ? argv[2] : "/tmp", &b.wire);
	measure(&b);
	printf("json_bytes %zu B\nwire_bytes %zu B\n", b.json.n, b.wire.n);
	if (!b.only && str_cmp(buf_str(&b.json), buf_str(&b.again)) &&
	    !(b.json.n == b.again.n + 1 && !memcmp(b.json.p, b.again.p, b.again.n)))
		die("the JSON did not come back as it was");
	return 0;
}
