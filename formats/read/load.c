/* SPDX-License-Identifier: MIT */
/* load.c: what is named to histories, one after the other or as a stream of events. */
#include "formats/read/load.h"

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/read/join.h"
#include "formats/read/load_index.h"
#include "formats/read/load_input.h"

#include <sys/stat.h>

struct str load_path_split(struct str path, size_t *ret_n)
{
	size_t cut = path.n;
	struct arena a;
	struct stat st;
	long long n;
	bool exists;

	*ret_n = 0;
	while (cut > 0 && path.p[cut - 1] >= '0' && path.p[cut - 1] <= '9')
		cut--;
	if (cut < 2 || path.p[cut - 1] != '#' || !str_to_int(str_skip(path, cut), &n) || n < 1)
		return path;
	arena_init(&a);
	exists = stat(arena_cstr(&a, path), &st) == 0;
	arena_done(&a);
	if (exists)
		return path;
	*ret_n = (size_t)n;
	return str_take(path, cut - 1);
}

/* ---- histories ---- */

struct collecting {
	struct event_sink sink; /* first */
	struct loading l;
	load_each_fn *each;
	void *data;
	struct arena arena; /* of the history under way */
	struct str wire;
};

static bool collect_begin(struct event_sink *s, const struct sink_identity *who,
			  const struct load_info *info, struct err *err)
{
	struct collecting *c = (struct collecting *)s;

	(void)who;
	(void)info;
	(void)err;
	arena_done(&c->arena);
	arena_init(&c->arena);
	c->wire = STR_NONE;
	return true;
}

static bool is_wanted(const struct loading *l)
{
	return !l->wanted || l->report.info.ordinal == l->wanted;
}

/* All of a history, once: moved where the bytes were made here, copied where they lie. */
static bool collect_events(struct event_sink *s, struct str events, struct err *err)
{
	struct collecting *c = (struct collecting *)s;
	struct buf *out = &c->l.join.out;
	size_t n;

	(void)err;
	if (!is_wanted(&c->l))
		return true;
	if (events.p != out->p) {
		c->wire = arena_str(&c->arena, events);
		return true;
	}
	c->wire = events;
	arena_adopt(&c->arena, buf_take(out, &n));
	buf_init(out, LIMIT_HISTORY_BYTES);
	return true;
}

static bool collect_end(struct event_sink *s, const struct load_info *info, struct err *err)
{
	struct collecting *c = (struct collecting *)s;
	struct load_info copy;
	struct history h;
	bool ok;

	(void)info;
	if (!is_wanted(&c->l))
		return true;
	if (!history_take(&h, &c->arena, c->wire, c->l.settings->schema, err))
		return false;
	copy = load_report_copy(&c->l.report, &h.arena);
	h.beside = copy.fields;
	ok = c->each(c->data, &h, &copy, err);
	history_done(&h);
	c->l.stopped = ok ? c->l.wanted != 0 : !err || err->code == ERR_NONE;
	return ok && !c->l.stopped;
}

static void collecting_init(struct collecting *c, const struct load_settings *settings,
			    load_each_fn *each, void *data)
{
	c->sink = (struct event_sink){collect_begin, collect_events, collect_end};
	c->each = each;
	c->data = data;
	c->wire = STR_NONE;
	arena_init(&c->arena);
	loading_init(&c->l, settings, &c->sink, true);
}

static void collecting_done(struct collecting *c)
{
	loading_done(&c->l);
	arena_done(&c->arena);
}

/* False, with no error: an event that was asked for can't be had by itself. */
static bool give_indexed(struct collecting *c, struct history *h, bool *ret_ok, struct err *err)
{
	struct load_info copy = load_report_copy(&c->l.report, &h->arena);
	struct err stop = ERR_INIT, missing = ERR_INIT;
	bool ok = c->each(c->data, h, &copy, &stop) || stop.code == ERR_NONE;

	if (h->live && !history_decoded(h, &missing)) {
		if (missing.code != ERR_IO)
			return false;
		stop = missing;
		ok = false;
	}
	if (!ok)
		*err = stop;
	history_done(h);
	*ret_ok = ok;
	return true;
}

/* With LOAD_INDEX a mapped file of ordinary JSON is not read at all. */
static bool index_input(struct loading *l, bool *ret_ok, struct err *err)
{
	struct collecting *c = (struct collecting *)((char *)l - offsetof(struct collecting, l));
	struct load_indexed indexed;

	/* Over a mapped file there is nothing but marks that are skipped. */
	if (l->wanted > 1 || !l->in.map.bytes.p || l->in.n_stages > 1 ||
	    !load_index(l->settings, &l->in, &l->report, &indexed))
		return false;
	loading_layers(l);
	if (history_decoded(&indexed.history, NULL) &&
	    give_indexed(c, &indexed.history, ret_ok, err))
		return true;
	load_index_back(&indexed, &l->in);
	load_report_done(&l->report);
	load_report_init(&l->report);
	return false;
}

bool load_each(const struct load_settings *settings, struct str path, load_each_fn *each,
	       void *data, struct err *err)
{
	struct collecting c;
	struct err none = ERR_INIT;
	bool ok;

	err = err ? err : &none;
	collecting_init(&c, settings, each, data);
	c.l.instead = settings->flags & LOAD_INDEX ? index_input : NULL;
	ok = loading_path(&c.l, path, err);
	collecting_done(&c);
	return ok;
}

bool load_each_bytes(const struct load_settings *settings, struct str bytes, load_each_fn *each,
		     void *data, struct err *err)
{
	struct collecting c;
	struct err none = ERR_INIT;
	bool ok;

	err = err ? err : &none;
	collecting_init(&c, settings, each, data);
	ok = input_open_bytes(&c.l.in, bytes, 0, err);
	if (ok) {
		ok = loading_input(&c.l, STR_NONE, err);
		input_done(&c.l.in);
	}
	collecting_done(&c);
	return ok;
}

/* ---- exactly one ---- */

struct keeping {
	struct history h;
	struct load_info info;
	size_t n;
};

static bool keep(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct keeping *k = data;

	(void)err;
	if (k->n++)
		return true;
	k->h = *h;
	k->info = *info;
	*h = (struct history){0};
	return true;
}

static bool settle(struct keeping *k, bool ok, struct history *ret, struct load_info *info,
		   struct err *err)
{
	if (ok && k->n == 1) {
		*ret = k->h;
		if (info)
			*info = k->info;
		return true;
	}
	if (k->n)
		history_done(&k->h);
	if (ok)
		err_set(err, ERR_FORMAT,
			"%zu histories in one input: name one of them (FILE#1 to FILE#%zu)", k->n,
			k->n);
	return false;
}

bool load_one(const struct load_settings *settings, struct str path, struct history *ret,
	      struct load_info *info, struct err *err)
{
	struct keeping k = {0};
	bool ok = load_each(settings, path, keep, &k, err);

	return settle(&k, ok, ret, info, err) || (ok && err_wrap(err, "%.*s", STR_ARG(path)));
}

bool load_history(const struct schema *schema, struct str path, struct history *ret,
		  struct load_info *info, struct err *err)
{
	return load_one(&(struct load_settings){.schema = schema}, path, ret, info, err);
}

bool load_history_bytes(const struct schema *schema, struct str bytes, struct history *ret,
			struct load_info *info, struct err *err)
{
	struct load_settings settings = {.schema = schema};
	struct keeping k = {0};
	bool ok = load_each_bytes(&settings, bytes, keep, &k, err);

	return settle(&k, ok, ret, info, err);
}

/* ---- as a stream ---- */

/* Of a FILE#N, only that one. */
struct choosing {
	struct event_sink sink; /* first */
	struct loading l;
	struct event_sink *to;
};

static bool choose_begin(struct event_sink *s, const struct sink_identity *who,
			 const struct load_info *info, struct err *err)
{
	struct choosing *c = (struct choosing *)s;

	return !is_wanted(&c->l) || c->to->begin(c->to, who, info, err);
}

static bool choose_events(struct event_sink *s, struct str events, struct err *err)
{
	struct choosing *c = (struct choosing *)s;

	if (c->l.settings->offset)
		*c->l.settings->offset = c->l.in.offset;
	return !is_wanted(&c->l) || c->to->events(c->to, events, err);
}

static bool choose_end(struct event_sink *s, const struct load_info *info, struct err *err)
{
	struct choosing *c = (struct choosing *)s;

	if (!is_wanted(&c->l))
		return true;
	if (!c->to->end(c->to, info, err))
		return false;
	c->l.stopped = c->l.wanted != 0;
	return !c->l.stopped;
}

bool load_events(const struct load_settings *settings, struct str path, struct event_sink *sink,
		 struct err *err)
{
	struct choosing c = {.sink = {choose_begin, choose_events, choose_end}, .to = sink};
	struct err none = ERR_INIT;
	bool ok;

	loading_init(&c.l, settings, &c.sink, false);
	ok = loading_path(&c.l, path, err ? err : &none);
	loading_done(&c.l);
	return ok;
}
