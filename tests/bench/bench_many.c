/* SPDX-License-Identifier: MIT */
/* bench_many.c: many small files from open to close, by threads of one process. */
#include "formats/read/load.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/*
 *     bench_many THREADS FOLDER
 *
 * Each thread loads every THREADS-th file of FOLDER, the same schema under all. Prints rows
 * "NAME VALUE UNIT": the files of a second, the median of ROUNDS.
 */
#define ROUNDS 9
#define THREADS_MOST 64

struct work {
	const struct schema *schema;
	const struct source_list *list;
	size_t first, step;
	size_t events; /* seen */
};

static void *load_files(void *data)
{
	struct work *w = data;

	for (size_t i = w->first; i < w->list->files.n; i += w->step) {
		struct err err = ERR_INIT;
		struct history h;

		if (!load_history(w->schema, w->list->files.at[i].path, &h, NULL, &err)) {
			fprintf(stderr, "bench_many: %s\n", err.message);
			exit(1);
		}
		w->events += h.n_events;
		history_done(&h);
	}
	return NULL;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double round_of(const struct work *like, size_t threads, size_t *ret_events)
{
	struct work work[THREADS_MOST];
	pthread_t thread[THREADS_MOST];
	double began = now();

	*ret_events = 0;
	for (size_t i = 0; i < threads; i++) {
		work[i] = *like;
		work[i].first = i;
		work[i].step = threads;
		if (pthread_create(&thread[i], NULL, load_files, &work[i]) != 0)
			exit(1);
	}
	for (size_t i = 0; i < threads; i++) {
		pthread_join(thread[i], NULL);
		*ret_events += work[i].events;
	}
	return (double)like->list->files.n / (now() - began);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	size_t threads = argc == 3 ? strtoul(argv[1], NULL, 10) : 0, events;
	struct source_list list = {0};
	struct err err = ERR_INIT;
	struct arena a = {0};
	struct work w = {.list = &list};
	double rates[ROUNDS];
	struct str folder;

	if (threads < 1 || threads > THREADS_MOST) {
		fputs("usage: bench_many THREADS FOLDER\n", stderr);
		return 2;
	}
	folder = str_of(argv[2]);
	w.schema = schema_new(&a);
	if (!source_expand(&folder, 1, &a, &list, &err)) {
		fprintf(stderr, "bench_many: %s\n", err.message);
		return 1;
	}
	round_of(&w, threads, &events);
	for (size_t i = 0; i < ROUNDS; i++)
		rates[i] = round_of(&w, threads, &events);
	qsort(rates, ROUNDS, sizeof(*rates), by_value);
	printf("files %zu\nevents %zu\nfiles_per_second %.0f /s\n", list.files.n, events,
	       rates[ROUNDS / 2]);
	source_list_done(&list);
	arena_done(&a);
	return 0;
}
