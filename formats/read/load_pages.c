/* SPDX-License-Identifier: MIT */
/* load_pages.c: looking through a folder for pages, and laying them end to end. */
#include "formats/read/load_pages.h"

#include "formats/base/limits.h"
#include "formats/read/load_input.h"

#include <inttypes.h>

struct row {
	struct str path;
	struct str folder;
	bool seen;     /* looked at */
	bool is_page;  /* and it is one */
	struct join_lone lone;
};

struct load_pages {
	struct arena arena;
	VEC_OF(struct row) rows;
};

static struct str folder_of(struct str path)
{
	size_t n = path.n;

	while (n && path.p[n - 1] != '/')
		n--;
	return str_take(path, n);
}

struct load_pages *load_pages_new(const struct source_file *files, size_t n)
{
	struct load_pages *p = mem_zalloc(sizeof(*p));

	arena_init(&p->arena);
	for (size_t i = 0; i < n; i++)
		vec_push(&p->rows, (struct row){.path = files[i].path,
						.folder = folder_of(files[i].path),
						.seen = files[i].bytes < 0});
	return p;
}

void load_pages_free(struct load_pages *p)
{
	if (!p)
		return;
	vec_done(&p->rows);
	arena_done(&p->arena);
	mem_free(p);
}

/* ---- what a file is ---- */

static bool ignore_begin(struct event_sink *s, const struct sink_identity *who,
			 const struct load_info *info, struct err *err)
{
	(void)s;
	(void)who;
	(void)err;
	return info->ordinal == 1; /* a file of several is no page */
}

static bool ignore_events(struct event_sink *s, struct str events, struct err *err)
{
	(void)s;
	(void)events;
	(void)err;
	return true;
}

static bool ignore_end(struct event_sink *s, const struct load_info *info, struct err *err)
{
	(void)s;
	(void)info;
	(void)err;
	return false;
}

/* Not readable, or a history, or several: no page. */
static void look_at(struct row *row, const struct load_settings *settings)
{
	struct load_settings own = {.schema = settings->schema, .from = settings->from};
	struct event_sink sink = {ignore_begin, ignore_events, ignore_end};
	struct err err = ERR_INIT;
	struct loading l;

	row->seen = true;
	loading_init(&l, &own, &sink, false);
	if (members_input(NULL, row->path, 0, &l.in, &err)) {
		row->is_page = loading_parts(&l, &row->lone, &err);
		input_done(&l.in);
	}
	loading_done(&l);
}

/* ---- end to end ---- */

/* The only page of FOLDER that begins with event ID. *RET_N: how many do. */
static struct row *page_at(struct load_pages *p, struct str folder, int64_t id, size_t *ret_n)
{
	struct row *found = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < p->rows.n; i++) {
		struct row *row = &p->rows.at[i];

		if (!row->is_page || row->lone.low != id || !str_eq(row->folder, folder))
			continue;
		found = found ? found : row;
		++*ret_n;
	}
	return found;
}

static bool ambiguous(const struct row *row, struct err *err)
{
	return err_set(err, ERR_SYNTAX,
		       "only one page of a history: events %" PRId64 " to %" PRId64
		       ", and more than one file goes on behind them; put the pages of each "
		       "history into a folder of its own",
		       row->lone.low, row->lone.high);
}

/* The chain that begins with FIRST; *RET has it only where it is whole. */
static bool chain_from(struct load_pages *p, struct row *first, struct load_chain *ret,
		       struct err *err)
{
	VEC_OF(struct str) paths = {0};
	struct row *row = first;
	size_t n = 1;

	while (row) {
		vec_push(&paths, row->path);
		if (!row->lone.more)
			break;
		row = page_at(p, first->folder, row->lone.high + 1, &n);
		if (n > 1)
			break;
	}
	if (row && n == 1) {
		*ret = (struct load_chain){paths.at, paths.n};
		return true;
	}
	vec_done(&paths);
	*ret = (struct load_chain){0};
	return n < 2 || ambiguous(first, err);
}

static bool holds(const struct load_chain *c, struct str path)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->at[i], path))
			return true;
	return false;
}

bool load_pages_chain(struct load_pages *p, const struct load_settings *settings,
		      struct str path, struct load_chain *ret, struct err *err)
{
	struct str folder = folder_of(path);

	*ret = (struct load_chain){0};
	for (size_t i = 0; i < p->rows.n; i++)
		if (!p->rows.at[i].seen && str_eq(p->rows.at[i].folder, folder))
			look_at(&p->rows.at[i], settings);
	for (size_t i = 0; i < p->rows.n; i++) {
		struct row *row = &p->rows.at[i];

		if (!row->is_page || row->lone.low != 1 || !str_eq(row->folder, folder))
			continue;
		/* What is wrong with another's pages is told when it is loaded. */
		if (!chain_from(p, row, ret, str_eq(row->path, path) ? err : NULL)) {
			if (str_eq(row->path, path))
				return false;
			continue;
		}
		if (holds(ret, path))
			return true;
		load_chain_done(ret);
	}
	return true;
}

bool load_pages_are_one(struct load_pages *p, const struct load_settings *settings)
{
	struct load_chain chain = {0};
	bool all = p->rows.n > 1;

	for (size_t i = 0; all && i < p->rows.n; i++) {
		struct row *row = &p->rows.at[i];

		if (!row->seen)
			look_at(row, settings);
		all = row->is_page && str_eq(row->folder, p->rows.at[0].folder);
	}
	for (size_t i = 0; all && i < p->rows.n && !chain.n; i++)
		if (p->rows.at[i].lone.low == 1)
			all = chain_from(p, &p->rows.at[i], &chain, NULL);
	all = all && chain.n == p->rows.n;
	load_chain_done(&chain);
	return all;
}

void load_chain_done(struct load_chain *c)
{
	mem_free(c->at);
	*c = (struct load_chain){0};
}
