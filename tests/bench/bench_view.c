/* SPDX-License-Identifier: MIT */
/* bench_view.c: what the viewer takes for a screen, a key, a search, a list of files. */
#include "formats/base/mem.h"
#include "viewer/draw.h"
#include "viewer/model/reading.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 *     bench_view FILE FOLDER PAYLOAD RUN
 *
 * FILE is a large history in JSON, FOLDER holds many small ones, PAYLOAD is a history whose first
 * event has a payload of megabytes, with "ipsum" in it and no "zebra", RUN a run file. Prints
 * rows "NAME VALUE". All of it is one thread's CPU time in this process; a key is what
 * session_key() takes and all that the screen takes that it leads to, at 160 x 48, where five
 * panes are drawn.
 */
#define KEYS 400

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static _Noreturn void die(const char *message)
{
	fprintf(stderr, "bench_view: %s\n", message);
	exit(1);
}

static void row(const char *name, double value)
{
	printf("%s %.4f\n", name, value);
}

struct view {
	const struct schema *schema;
	struct session s;
	struct screen screen;
};

static void open_view(struct view *v, const char *path)
{
	const struct session_options options = {0};
	struct err err = ERR_INIT;

	session_init(&v->s, v->schema, &options);
	session_add_file(&v->s, str_of(path), 0);
	session_resize(&v->s, 160, 48);
	if (!session_begin(&v->s, &err))
		die(err.message);
	session_settle(&v->s);
	draw(&v->s, &v->screen);
}

static void finish(struct view *v)
{
	while (session_idle(&v->s))
		continue;
	draw(&v->s, &v->screen);
}

static void key(struct view *v, uint32_t code)
{
	session_key(&v->s, (struct key){.code = code});
	draw(&v->s, &v->screen);
}

static void type(struct view *v, const char *text)
{
	for (; *text; text++)
		session_key(&v->s, (struct key){.code = (uint32_t)*text});
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The longest and the 99th percentile of what STEP takes. */
static void measure_steps(struct view *v, const char *name, void (*step)(struct view *v, unsigned i))
{
	static double took[KEYS];
	char label[64];

	for (unsigned i = 0; i < KEYS; i++) {
		double begin = cpu_ms();

		step(v, i);
		took[i] = cpu_ms() - begin;
	}
	qsort(took, KEYS, sizeof(*took), compare);
	snprintf(label, sizeof(label), "%s_ms", name);
	row(label, took[KEYS - 1]);
	snprintf(label, sizeof(label), "%s_p50_ms", name);
	row(label, took[KEYS / 2]);
}

static void one_row(struct view *v, unsigned i)
{
	key(v, i % 3 ? 'j' : 'k');
}

static void tasks_and_groups(struct view *v, unsigned i)
{
	static const char WAYS[] = "}}]%{[eE}";

	key(v, (uint32_t)WAYS[i % (sizeof(WAYS) - 1)]);
}

/* Anywhere, the state and the timeline of which are shown beside the list. */
static void anywhere(struct view *v, unsigned i)
{
	char number[32];
	size_t n = session_document(&v->s)->history.n_events;

	snprintf(number, sizeof(number), "%zu", 1 + (size_t)i * 7919 % n);
	session_act(&v->s, ACTION_GO, str_of(number));
	draw(&v->s, &v->screen);
}

static void ends(struct view *v, unsigned i)
{
	key(v, i % 2 ? 'g' : 'G');
}

static void views(struct view *v, unsigned i)
{
	key(v, '1' + i % 7);
}

static void hits(struct view *v, unsigned i)
{
	key(v, i % 5 ? 'n' : 'N');
}

/* ---- the file as a whole ---- */

static double memcpy_ms(struct str text)
{
	char *copy = mem_alloc(text.n);
	double least = 1e9;

	for (int i = 0; i < 7; i++) {
		double begin = cpu_ms(), took;

		memcpy(copy, text.p, text.n);
		__asm__ volatile("" : : "r"(copy) : "memory");
		took = cpu_ms() - begin;
		least = took < least ? took : least;
	}
	mem_free(copy);
	return least;
}

static double memmem_ms(struct str text, const char *needle)
{
	double least = 1e9;

	for (int i = 0; i < 5; i++) {
		double begin = cpu_ms(), took;

		if (memmem(text.p, text.n, needle, strlen(needle)))
			die("the needle is in the file");
		took = cpu_ms() - begin;
		least = took < least ? took : least;
	}
	return least;
}

/* The pass through the file's own bytes, for a text that is not in it. */
static double glance_ms(struct view *v, const char *needle)
{
	double least = 1e9;

	for (int i = 0; i < 5; i++) {
		struct document *d = session_document(&v->s);
		struct search search;
		double begin, took;

		search_init(&search, str_of(needle), v->schema, NULL);
		search_add(&search, d->path, d, NULL);
		search_start(&search, 0);
		search_step(&search);
		begin = cpu_ms();
		while (search_glance(&search, &search.histories.at[0]))
			continue;
		took = cpu_ms() - begin;
		least = took < least ? took : least;
		search_done(&search);
	}
	return least;
}

/* What is this process's alone: not the pages of mapped files. */
static double private_mb(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	char line[256];
	double kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "Anonymous:", 10) == 0)
			kb = strtod(line + 10, NULL);
	if (f)
		fclose(f);
	return kb / 1024;
}

static void large_file(struct view *v, const char *path)
{
	double begin = cpu_ms(), first, longest = 0;
	struct str text;

	open_view(v, path);
	first = cpu_ms() - begin;
	row("first_paint_ms", first);
	for (;;) {
		double slice = cpu_ms();
		bool more = session_idle(&v->s);

		slice = cpu_ms() - slice;
		longest = slice > longest ? slice : longest;
		if (!more)
			break;
	}
	row("whole_ms", cpu_ms() - begin);
	row("longest_slice_ms", longest);
	text = session_document(&v->s)->history.json;
	if (!text.p)
		die("the file is not read over its index");
	draw(&v->s, &v->screen);
	measure_steps(v, "row", one_row);
	measure_steps(v, "task_or_group", tasks_and_groups);
	measure_steps(v, "anywhere", anywhere);
	measure_steps(v, "ends", ends);
	measure_steps(v, "views", views);
	key(v, '1');
	key(v, '/');
	type(v, "Stock");
	key(v, KEYCODE_ENTER);
	finish(v);
	measure_steps(v, "hit", hits);
	key(v, '7');
	measure_steps(v, "hit_on_page", hits);
	row("private_mb", private_mb());
	row("memcpy_ms", memcpy_ms(text));
	row("memmem_ms", memmem_ms(text, "Zebra-Quagga"));
	row("search_ms", glance_ms(v, "Zebra-Quagga"));
	session_done(&v->s);
}

/* Indexed and nothing else, as often as it takes to be sure. */
static void index_whole(struct view *v, const char *path)
{
	double least = 1e9;

	for (int i = 0; i < 5; i++) {
		double begin = cpu_ms(), took;
		struct reading *r;

		if (!reading_open(&r, str_of(path), v->schema, 0))
			die("the file is not read in slices");
		while (!reading_indexed(r))
			reading_step(r);
		took = cpu_ms() - begin;
		least = took < least ? took : least;
		reading_free(r);
	}
	row("index_ms", least);
}

static void many_files(struct view *v, const char *folder)
{
	const struct session_options options = {0};
	struct err err = ERR_INIT;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	double begin = cpu_ms();
	int n = 0;

	session_init(&v->s, v->schema, &options);
	while (dir && (entry = readdir(dir)) && n < 500) {
		struct str path;

		if (!str_ends(str_of(entry->d_name), STR(".json")))
			continue;
		path = arena_printf(&v->s.arena, "%s/%s", folder, entry->d_name);
		session_add_file(&v->s, path, 40000);
		n++;
	}
	if (dir)
		closedir(dir);
	session_resize(&v->s, 160, 48);
	if (n < 500 || !session_begin(&v->s, &err))
		die("500 files are needed");
	session_settle(&v->s);
	draw(&v->s, &v->screen);
	row("list_first_ms", cpu_ms() - begin);
	finish(v);
	row("list_ms", cpu_ms() - begin);
	session_done(&v->s);
}

/* ---- what is typed, letter by letter ---- */

/* The slowest of the letters of texts that are there, and that are not; the least of some rounds. */
static double typing_ms(struct view *v, const char *text)
{
	double least = 1e9;

	for (int i = 0; i < 5; i++) {
		double slowest = 0;

		key(v, '/');
		for (const char *p = text; *p; p++) {
			double begin = cpu_ms(), took;

			key(v, (uint32_t)*p);
			took = cpu_ms() - begin;
			slowest = took > slowest ? took : slowest;
		}
		key(v, KEYCODE_ESC);
		least = slowest < least ? slowest : least;
	}
	return least;
}

/* The least that a key takes of TIMES. */
static double pressed_ms(struct view *v, uint32_t code, unsigned times)
{
	double least = 1e9;

	for (unsigned i = 0; i < times; i++) {
		double begin = cpu_ms(), took;

		key(v, code);
		took = cpu_ms() - begin;
		least = took < least ? took : least;
	}
	return least;
}

static void large_payload(struct view *v, const char *path)
{
	open_view(v, path);
	finish(v);
	key(v, '8');
	row("payload_detail_ms", typing_ms(v, "ipsum"));
	row("payload_detail_none_ms", typing_ms(v, "zebra"));
	key(v, '7');
	row("payload_json_ms", typing_ms(v, "ipsum"));
	row("payload_json_none_ms", typing_ms(v, "zebra"));
	row("payload_fold_ms", pressed_ms(v, 'x', 9));
	key(v, '8');
	row("payload_fold_detail_ms", pressed_ms(v, 'x', 9));
	session_done(&v->s);
}

static void sort_or_filter(struct view *v, enum action action, const char *text)
{
	session_act(&v->s, action, str_of(text));
	draw(&v->s, &v->screen);
}

/* The slowest of a few orders, and of a few filters, each the least of some rounds. */
static double arranged_ms(struct view *v, enum action action, const char *const *texts, size_t n)
{
	double slowest = 0;

	for (size_t i = 0; i < n; i++) {
		double least = 1e9;

		for (int k = 0; k < 5; k++) {
			double begin = cpu_ms(), took;

			sort_or_filter(v, action, texts[i]);
			took = cpu_ms() - begin;
			least = took < least ? took : least;
		}
		slowest = least > slowest ? least : slowest;
	}
	return slowest;
}

static void many_verdicts(struct view *v, const char *path)
{
	static const char *const ORDERS[] = {"size", "type", "name", "events"};
	static const char *const FILTERS[] = {"events > 40", "zebra", ""};
	const struct session_options options = {0};
	struct err err = ERR_INIT;
	double begin = cpu_ms();
	struct run_file *run;

	if (!run_file_read(&run, str_of(path), &err))
		die(err.message);
	row("run_read_ms", cpu_ms() - begin);
	session_init(&v->s, v->schema, &options);
	session_resize(&v->s, 160, 48);
	begin = cpu_ms();
	session_take_run(&v->s, run, str_of(path));
	row("run_take_ms", cpu_ms() - begin);
	if (!session_begin(&v->s, &err))
		die(err.message);
	session_settle(&v->s);
	draw(&v->s, &v->screen);
	row("run_sort_ms", arranged_ms(v, ACTION_SORT, ORDERS, 4));
	row("run_filter_ms", arranged_ms(v, ACTION_FILTER, FILTERS, 3));
	row("run_search_ms", typing_ms(v, "zebra"));
	session_done(&v->s);
}

int main(int argc, char **argv)
{
	struct arena arena;
	struct view v = {0};

	if (argc != 5)
		die("usage: bench_view FILE FOLDER PAYLOAD RUN");
	arena_init(&arena);
	v.schema = schema_new(&arena);
	screen_init(&v.screen);
	large_file(&v, argv[1]);
	index_whole(&v, argv[1]);
	many_files(&v, argv[2]);
	large_payload(&v, argv[3]);
	many_verdicts(&v, argv[4]);
	screen_done(&v.screen);
	arena_done(&arena);
	return 0;
}
