/* SPDX-License-Identifier: MIT */
/* load_slices.c: an index over a mapped file, made step by step. */
#include "formats/read/load_slices.h"

#include "formats/base/mem.h"
#include "formats/read/load_index.h"

/* A file that is indexed in no time: five milliseconds at most. */
#define SMALL_BYTES ((size_t)8 * 1024 * 1024)

struct load_slices {
	struct load_settings settings;
	struct input in;
	struct json_index ix;
};

static bool serves(const struct load_slices *l)
{
	return l->in.n_stages <= 1 && load_index_can(&l->settings, &l->in) &&
	       l->in.window.n > SMALL_BYTES;
}

bool load_slices_open(struct load_slices **ret, const struct load_settings *settings,
		      struct str path)
{
	struct load_slices *l;
	struct err ignored = ERR_INIT;
	size_t number;

	load_path_split(path, &number);
	if (number)
		return false;
	l = mem_zalloc(sizeof(*l));
	l->settings = *settings;
	if (!input_open_path(&l->in, path, INPUT_MAP, &ignored)) {
		mem_free(l);
		return false;
	}
	if (!serves(l)) {
		input_done(&l->in);
		mem_free(l);
		return false;
	}
	json_index_open(&l->ix, l->in.window, settings->schema);
	*ret = l;
	return true;
}

enum json_index_state load_slices_step(struct load_slices *l, size_t n)
{
	return json_index_step(&l->ix, n);
}

size_t load_slices_events(const struct load_slices *l)
{
	return l->ix.events.n;
}

unsigned load_slices_thousandths(const struct load_slices *l)
{
	return (unsigned)((double)l->ix.at * 1000 / (double)l->ix.text.n);
}

void load_slices_peek(const struct load_slices *l, struct history *ret)
{
	struct arena a;

	arena_init(&a);
	history_peek_json(ret, &a, &l->ix);
}

bool load_slices_take(struct load_slices *l, struct history *ret, struct load_info *info)
{
	struct load_report report;
	struct load_indexed indexed;
	bool ok;

	load_report_init(&report);
	ok = load_index_take(&l->settings, &l->in, &l->ix, &report, &indexed);
	if (ok) {
		*ret = indexed.history;
		if (info)
			*info = load_report_copy(&report, &ret->arena);
	}
	load_report_done(&report);
	return ok;
}

void load_slices_free(struct load_slices *l)
{
	json_index_done(&l->ix);
	input_done(&l->in);
	mem_free(l);
}
