/* SPDX-License-Identifier: MIT */
/* cmd_diff_many.c: the histories of two folders or archives, compared in pairs. */
#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/bytes/archival.h"
#include "formats/cmd_diff.h"
#include "formats/transcode/json.h"

#define NOBODY SIZE_MAX

/*
 * All histories of both sides are read once, one at a time, and what stays of each is who it
 * is and a hash of what is compared. Those with one hash are the same; only the others, and
 * for --json all pairs, are read again, two at a time.
 */
struct entry {
	struct str path;     /* FILE#N where a file has several */
	struct str relative; /* the same from what was named on */
	struct str workflow_type, workflow_id, run_id;
	size_t events;
	unsigned char digest[DIGEST_BYTES];
	bool joined; /* of pages in several files */
	bool unread; /* the file could not be read, which was said; no more is known */
	size_t partner;
};

struct side {
	struct str name;
	const struct source_list *list;
	struct load_settings load;
	VEC_OF(struct entry) entries;
};

struct many {
	struct comparing *c;
	struct side sides[2];
	struct side *reading;
	struct str path; /* of the file that is read */
	size_t pairs, equal, different, unread, only[2];
};

/* ---- reading ---- */

/* PATH without what was named in front: the folder or archive. */
static struct str relative(struct str path, struct str name, struct arena *a)
{
	struct archival_ids ids;
	struct str rest;

	if (archival_is_address(name) && !archival_address(name, a, &name, &ids, NULL))
		return path;
	if (!str_starts(path, name))
		return path;
	for (rest = str_skip(path, name.n); rest.n && rest.p[0] == '/';)
		rest = str_skip(rest, 1);
	return rest;
}

static bool take_history(void *data, struct history *h, const struct load_info *info,
			 struct err *err)
{
	struct many *m = data;
	struct arena *a = &m->c->arena;
	struct entry e = {.partner = NOBODY};

	if (!diff_prepare(m->c, m->path, info, h, err))
		return false;
	e.path = inputs_label(m->path, info, a);
	e.relative = relative(e.path, m->reading->name, a);
	e.workflow_type = arena_str(a, h->workflow_type);
	e.workflow_id = arena_str(a, h->workflow_id);
	e.run_id = arena_str(a, h->run_id);
	e.events = h->n_events;
	e.joined = info->joined;
	diff_digest(m->c, h, e.digest);
	vec_push(&m->reading->entries, e);
	return true;
}

static void read_side(struct many *m, struct side *s)
{
	m->reading = s;
	s->load.pages = load_pages_new(s->list->files.at, s->list->files.n);
	for (size_t i = 0; i < s->list->files.n; i++) {
		struct entry unread = {.unread = true, .partner = NOBODY};
		struct err err = ERR_INIT;

		m->path = unread.path = s->list->files.at[i].path;
		if (load_each(&s->load, m->path, take_history, m, &err))
			continue;
		inputs_complain(m->c->context, err.message);
		m->unread++;
		unread.relative = relative(m->path, s->name, &m->c->arena);
		vec_push(&s->entries, unread);
	}
	load_pages_free(s->load.pages);
	s->load.pages = NULL;
}

/* ---- pairs ---- */

static struct str by_place(const struct entry *e, struct arena *a)
{
	(void)a;
	return e->relative;
}

/* "": ids that nobody can be found by. */
static struct str by_ids(const struct entry *e, struct arena *a)
{
	if (!e->workflow_id.n || !e->run_id.n)
		return STR_NONE;
	return arena_printf(a, "%zu %.*s %.*s", e->workflow_id.n, STR_ARG(e->workflow_id),
			    STR_ARG(e->run_id));
}

/* What has no partner yet gets the first of the other side with the same KEY. */
static void pair_up(struct many *m, struct str (*key)(const struct entry *e, struct arena *a))
{
	struct side *left = &m->sides[0], *right = &m->sides[1];
	struct map known = {0};
	struct arena a;
	bool is_new;

	arena_init(&a);
	for (size_t i = 0; i < right->entries.n; i++) {
		struct str k = key(&right->entries.at[i], &a);

		if (k.n && right->entries.at[i].partner == NOBODY)
			map_put(&known, k, i, &is_new);
	}
	for (size_t i = 0; i < left->entries.n; i++) {
		struct entry *e = &left->entries.at[i];
		struct str k = key(e, &a);
		uint64_t *at = k.n && e->partner == NOBODY ? map_get(&known, k) : NULL;

		if (!at || right->entries.at[*at].partner != NOBODY)
			continue;
		e->partner = (size_t)*at;
		right->entries.at[*at].partner = i;
	}
	map_done(&known);
	arena_done(&a);
}

/* ---- what is said ---- */

/* "a.json", or "a.json and b.bin": the places of a pair. */
static void put_places(const struct entry *left, const struct entry *right, struct buf *out)
{
	visible_add(out, left->relative, LIMIT_SHOWN_PATH_BYTES);
	if (str_eq(left->relative, right->relative))
		return;
	buf_puts(out, " and ");
	visible_add(out, right->relative, LIMIT_SHOWN_PATH_BYTES);
}

static void put_text(struct buf *out, const char *name, struct str value)
{
	buf_printf(out, ",\"%s\":", name);
	json_put_string(out, value);
}

static void say_only(struct many *m, int which, const struct entry *e)
{
	const struct diff_options *o = m->c->options;
	struct buf out;

	m->only[which]++;
	buf_init(&out, 0);
	if (o->json) {
		buf_printf(&out, "{\"onlyIn\":\"%s\"", which ? "right" : "left");
		put_text(&out, "history", e->path);
		put_text(&out, "workflowType", e->workflow_type);
		put_text(&out, "workflowId", e->workflow_id);
		put_text(&out, "runId", e->run_id);
		buf_printf(&out, ",\"events\":%zu}\n", e->events);
	} else if (!o->quiet) {
		buf_puts(&out, "only in ");
		visible_add(&out, m->sides[which].name, LIMIT_SHOWN_PATH_BYTES);
		buf_puts(&out, ": ");
		visible_add(&out, e->relative, LIMIT_SHOWN_PATH_BYTES);
		buf_printf(&out, " (%zu event%s, workflow ", e->events, e->events == 1 ? "" : "s");
		visible_add(&out, e->workflow_id, LIMIT_SHOWN_NAME_BYTES);
		buf_puts(&out, ")\n");
	}
	diff_flush(m->c, &out);
	buf_done(&out);
}

static void say_equal(struct many *m, const struct entry *left, const struct entry *right)
{
	struct buf out;

	buf_init(&out, 0);
	put_places(left, right, &out);
	buf_puts(&out, ": equal\n");
	diff_flush(m->c, &out);
	buf_done(&out);
}

static void say_counts(struct many *m)
{
	const struct diff_options *o = m->c->options;
	struct buf out;

	buf_init(&out, 0);
	if (o->json) {
		buf_printf(&out, "{\"pairs\":%zu,\"equal\":%zu,\"different\":%zu,\"onlyLeft\":%zu,"
			   "\"onlyRight\":%zu,\"unread\":%zu}\n", m->pairs, m->equal, m->different,
			   m->only[0], m->only[1], m->unread);
	} else if (!o->quiet) {
		buf_printf(&out, "%zu pair%s: %zu equal, %zu different", m->pairs,
			   m->pairs == 1 ? "" : "s", m->equal, m->different);
		for (int i = 0; i < 2; i++) {
			if (!m->only[i])
				continue;
			buf_printf(&out, "; %zu only in ", m->only[i]);
			visible_add(&out, m->sides[i].name, LIMIT_SHOWN_PATH_BYTES);
		}
		if (m->unread)
			buf_printf(&out, "; %zu not read", m->unread);
		buf_add_char(&out, '\n');
	}
	diff_flush(m->c, &out);
	buf_done(&out);
}

/* ---- comparing ---- */

static void count(struct many *m, bool same)
{
	m->equal += same;
	m->different += !same;
}

static void print_pair(struct many *m, const struct entry *const *pair, const struct diff *d,
		       const struct history *histories)
{
	const struct diff_options *o = m->c->options;
	const struct str names[2] = {pair[0]->path, pair[1]->path};
	struct buf out;

	if (diff_same(d) && !o->json && !o->quiet) {
		say_equal(m, pair[0], pair[1]);
		return;
	}
	buf_init(&out, 0);
	if (o->summary) {
		put_places(pair[0], pair[1], &out);
		buf_puts(&out, ": ");
		diff_flush(m->c, &out);
	}
	diff_print(m->c, d, names, histories);
	buf_done(&out);
}

static bool load_again(struct side *s, const struct entry *e, struct comparing *c,
		       struct history *ret, struct err *err)
{
	struct load_settings load = s->load;
	struct load_info info;
	bool ok;

	if (e->joined)
		load.pages = load_pages_new(s->list->files.at, s->list->files.n);
	ok = load_one(&load, e->path, ret, &info, err) &&
	     diff_prepare(c, e->path, &info, ret, err);
	load_pages_free(load.pages);
	return ok;
}

static void compare_pair(struct many *m, const struct entry *left, const struct entry *right)
{
	const struct entry *pair[2] = {left, right};
	struct history histories[2] = {0};
	struct err err = ERR_INIT;
	struct diff d;

	m->pairs++;
	if (load_again(&m->sides[0], left, m->c, &histories[0], &err) &&
	    load_again(&m->sides[1], right, m->c, &histories[1], &err)) {
		diff_histories(&d, &histories[0], &histories[1], &m->c->settings);
		print_pair(m, pair, &d, histories);
		count(m, diff_same(&d));
		diff_done(&d);
	} else {
		inputs_complain(m->c->context, err.message);
		m->unread++;
	}
	history_done(&histories[0]);
	history_done(&histories[1]);
}

static void compare_entry(struct many *m, const struct entry *left)
{
	const struct diff_options *o = m->c->options;
	const struct entry *right =
		left->partner == NOBODY ? NULL : &m->sides[1].entries.at[left->partner];

	if (left->unread || (right && right->unread))
		return;
	if (!right) {
		say_only(m, 0, left);
	} else if (!o->json && memcmp(left->digest, right->digest, DIGEST_BYTES) == 0) {
		m->pairs++;
		count(m, true);
		if (!o->quiet)
			say_equal(m, left, right);
	} else {
		compare_pair(m, left, right);
	}
}

int diff_many(struct comparing *c, const struct str *names, struct source_list *lists)
{
	struct many m = {.c = c};

	for (int i = 0; i < 2; i++) {
		m.sides[i] = (struct side){.name = names[i], .list = &lists[i], .load = c->load};
		m.sides[i].load.members = &lists[i].members;
		read_side(&m, &m.sides[i]);
	}
	pair_up(&m, by_place);
	pair_up(&m, by_ids);
	c->again = true;
	for (size_t i = 0; i < m.sides[0].entries.n; i++)
		compare_entry(&m, &m.sides[0].entries.at[i]);
	for (size_t i = 0; i < m.sides[1].entries.n; i++) {
		const struct entry *e = &m.sides[1].entries.at[i];

		if (e->partner == NOBODY && !e->unread)
			say_only(&m, 1, e);
	}
	say_counts(&m);
	diff_say_idle(c, NULL, 0);
	vec_done(&m.sides[0].entries);
	vec_done(&m.sides[1].entries);
	return m.unread ? EXIT_CANNOT : m.different || m.only[0] || m.only[1] ? EXIT_FOUND : 0;
}
