/* SPDX-License-Identifier: MIT */
/* load_pages.c: looking through a folder for pages, and laying them end to end. */
#include "formats/read/load_pages.h"

#include "formats/base/digest.h"
#include "formats/base/limits.h"
#include "formats/read/join_event.h"
#include "formats/read/load_input.h"

#include <inttypes.h>

struct row {
	struct str path;
	struct str folder;
	bool named;    /* by itself: it may go on in another folder */
	bool seen;     /* looked at */
	bool is_page;  /* and it is one */
	struct join_lone lone;
	unsigned char digest[DIGEST_BYTES]; /* of its events */
	const struct row *copy_of; /* one before it that has the same events; NULL: none */
};

struct load_pages {
	struct arena arena;
	VEC_OF(struct row) rows;
};

struct load_pages *load_pages_new(const struct source_file *files, size_t n)
{
	struct load_pages *p = mem_zalloc(sizeof(*p));

	arena_init(&p->arena);
	for (size_t i = 0; i < n; i++)
		vec_push(&p->rows, (struct row){.path = files[i].path,
						.folder = str_folder(files[i].path),
						.named = files[i].named,
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

/* Sees the events of a page that were in order; those that wait are in the join. */
struct looking {
	struct event_sink sink; /* first */
	struct digest digest;
};

static bool look_begin(struct event_sink *s, const struct sink_identity *who,
		       const struct load_info *info, struct err *err)
{
	(void)s;
	(void)who;
	(void)err;
	return info->ordinal == 1; /* a file of several is no page */
}

static bool look_events(struct event_sink *s, struct str events, struct err *err)
{
	(void)err;
	digest_add(&((struct looking *)s)->digest, events);
	return true;
}

static bool look_end(struct event_sink *s, const struct load_info *info, struct err *err)
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
	struct looking look = {.sink = {look_begin, look_events, look_end}};
	struct err err = ERR_INIT;
	struct loading l;

	row->seen = true;
	digest_init(&look.digest);
	loading_init(&l, &own, &look.sink, false);
	if (members_input(NULL, row->path, 0, &l.in, &err)) {
		row->is_page = loading_parts(&l, &row->lone, &err);
		digest_add(&look.digest, join_so_far(&l.join));
		digest_add(&look.digest, buf_str(&l.join.held));
		digest_end(&look.digest, row->digest);
		input_done(&l.in);
	}
	digest_done(&look.digest);
	loading_done(&l);
}

static bool alike(const struct row *a, const struct row *b)
{
	return a->is_page && b->is_page && a->lone.low == b->lone.low &&
	       a->lone.high == b->lone.high && a->lone.more == b->lone.more &&
	       !memcmp(a->digest, b->digest, DIGEST_BYTES) && str_eq(a->folder, b->folder);
}

/* All of FOLDER; of all folders what was named by itself, where it is NULL. */
static void look_through(struct load_pages *p, const struct load_settings *settings,
			 const struct str *folder)
{
	for (size_t i = 0; i < p->rows.n; i++) {
		struct row *row = &p->rows.at[i];

		if (row->seen || (folder ? !str_eq(row->folder, *folder) : !row->named))
			continue;
		look_at(row, settings);
		for (size_t k = 0; k < i && !row->copy_of; k++)
			if (!p->rows.at[k].copy_of && alike(&p->rows.at[k], row))
				row->copy_of = &p->rows.at[k];
	}
}

/* ---- end to end ---- */

/* Whether a page of its own folder says that ROW follows it. */
static bool is_followed_up(const struct load_pages *p, const struct row *row)
{
	for (size_t i = 0; i < p->rows.n; i++) {
		const struct row *before = &p->rows.at[i];

		if (before->is_page && before->lone.more &&
		    before->lone.high + 1 == row->lone.low && str_eq(before->folder, row->folder))
			return true;
	}
	return false;
}

/* The only page that goes on at event ID where ROW is, or ELSEWHERE. *RET_N: how many do. */
static const struct row *page_at(const struct load_pages *p, const struct row *row, int64_t id,
				 bool elsewhere, size_t *ret_n)
{
	const struct row *found = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < p->rows.n; i++) {
		const struct row *next = &p->rows.at[i];
		bool here = str_eq(next->folder, row->folder);

		if (!next->is_page || next->copy_of || next->lone.low != id || here == elsewhere)
			continue;
		if (elsewhere && (!row->named || !next->named || is_followed_up(p, next)))
			continue;
		found = found ? found : next;
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

static bool holds(const struct load_chain *c, struct str path)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->at[i], path))
			return true;
	return false;
}

static void count_copies(const struct load_pages *p, struct load_chain *c)
{
	for (size_t i = 0; i < p->rows.n; i++) {
		const struct row *row = &p->rows.at[i];

		if (!row->copy_of || !holds(c, row->copy_of->path))
			continue;
		c->copy = c->copies++ ? c->copy : row->path;
	}
}

/* The chain that begins with FIRST, WIDE: in other folders too; *RET has it only if whole. */
static bool chain_from(const struct load_pages *p, const struct row *first, bool wide,
		       struct load_chain *ret, struct err *err)
{
	VEC_OF(struct str) paths = {0};
	const struct row *row = first;
	size_t n = 1;

	while (row) {
		int64_t next = row->lone.high + 1;
		const struct row *at = row;

		vec_push(&paths, row->path);
		if (!row->lone.more)
			break;
		row = page_at(p, at, next, false, &n);
		if (!n && wide)
			row = page_at(p, at, next, true, &n);
		if (n > 1)
			break;
	}
	if (row && n == 1) {
		*ret = (struct load_chain){.at = paths.at, .n = paths.n};
		count_copies(p, ret);
		return true;
	}
	vec_done(&paths);
	*ret = (struct load_chain){0};
	return n < 2 || ambiguous(first, err);
}

/* The chain that ROW is in. */
static bool chain_of(const struct load_pages *p, const struct row *row, bool wide,
		     struct load_chain *ret, struct err *err)
{
	const struct row *own = row->copy_of ? row->copy_of : row;

	for (size_t i = 0; i < p->rows.n; i++) {
		const struct row *first = &p->rows.at[i];

		if (!first->is_page || first->copy_of || first->lone.low != 1 ||
		    (!str_eq(first->folder, own->folder) && !(wide && first->named)))
			continue;
		/* What is wrong with another's pages is told when it is loaded. */
		if (!chain_from(p, first, wide, ret, first == own ? err : NULL)) {
			if (first == own)
				return false;
			continue;
		}
		if (holds(ret, own->path))
			return true;
		load_chain_done(ret);
	}
	return true;
}

static const struct row *row_of(const struct load_pages *p, struct str path)
{
	for (size_t i = 0; i < p->rows.n; i++)
		if (str_eq(p->rows.at[i].path, path))
			return &p->rows.at[i];
	return NULL;
}

bool load_pages_chain(struct load_pages *p, const struct load_settings *settings,
		      struct str path, struct load_chain *ret, struct err *err)
{
	const struct row *row = row_of(p, path);

	*ret = (struct load_chain){0};
	if (!row)
		return true;
	look_through(p, settings, &row->folder);
	if (!chain_of(p, row, false, ret, err))
		return false;
	if (ret->n || !row->named)
		return true;
	look_through(p, settings, NULL);
	return chain_of(p, row, true, ret, err);
}

bool load_pages_are_one(struct load_pages *p, const struct load_settings *settings)
{
	struct load_chain chain = {0};
	bool all = p->rows.n > 1;

	for (size_t i = 0; all && i < p->rows.n; i++) {
		struct row *row = &p->rows.at[i];

		look_through(p, settings, &row->folder);
		all = row->is_page && (row->named || str_eq(row->folder, p->rows.at[0].folder));
	}
	if (all)
		all = chain_of(p, &p->rows.at[0], true, &chain, NULL) &&
		      chain.n + chain.copies == p->rows.n;
	load_chain_done(&chain);
	return all;
}

void load_chain_done(struct load_chain *c)
{
	mem_free(c->at);
	*c = (struct load_chain){0};
}
