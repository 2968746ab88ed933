/* SPDX-License-Identifier: MIT */
/* load.c: what is named to histories, one after the other or as a stream of events. */
#include "formats/load.h"

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/format.h"

#include <inttypes.h>
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

static void describe(struct load_info *info)
{
	bool json = str_starts(str_of(info->format), STR("json"));

	info->ordinal = 1;
	info->only = true;
	info->damage_byte = -1;
	info->axes[LOAD_PACKING] = (struct load_finding){
		info->compression ? info->compression : "none", "how it begins", "certain"};
	info->axes[LOAD_CARRIER] =
		(struct load_finding){json ? "JSON" : "protobuf", "all of it was read", "certain"};
}

static bool each_of(const struct load_settings *settings, struct format_stream *s, size_t wanted,
		    load_each_fn *each, void *data, struct err *err)
{
	struct load_info info = {0};
	struct history h;
	struct err stop = ERR_INIT;
	bool ok;

	if (!format_load(settings->schema, s, &h, &info, err))
		return false;
	if (wanted > 1) {
		history_done(&h);
		return err_set(err, ERR_MISSING, "there is no history %zu, only one", wanted);
	}
	describe(&info);
	ok = each(data, &h, &info, &stop) || stop.code == ERR_NONE;
	history_done(&h);
	if (!ok && err)
		*err = stop;
	return ok;
}

bool load_each(const struct load_settings *settings, struct str path, load_each_fn *each,
	       void *data, struct err *err)
{
	struct format_stream s = {0};
	size_t wanted;
	struct str file = load_path_split(path, &wanted);
	bool ok;

	buf_init(&s.owned, LIMIT_INPUT_BYTES);
	if (!source_read(file, &s.owned, err)) {
		buf_done(&s.owned);
		return false;
	}
	s.bytes = buf_str(&s.owned);
	ok = each_of(settings, &s, wanted, each, data, err);
	buf_done(&s.owned);
	return ok || err_wrap(err, "%.*s", STR_ARG(path));
}

bool load_each_bytes(const struct load_settings *settings, struct str bytes, load_each_fn *each,
		     void *data, struct err *err)
{
	struct format_stream s = {.bytes = bytes};
	bool ok = each_of(settings, &s, 0, each, data, err);

	buf_done(&s.owned);
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
			"%zu histories in one file: name one of them (FILE#1 to FILE#%zu)", k->n,
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

struct streaming {
	struct event_sink *sink;
};

/* The bytes of events I to *END, as many as make a chunk. */
static struct str chunk_from(const struct history *h, size_t i, size_t *end)
{
	size_t from = history_prefix(h, i).n, to = from;

	while (i < h->n_events && to - from < SINK_CHUNK)
		to = history_prefix(h, ++i).n;
	*end = i;
	return str_slice(h->wire.p + from, to - from);
}

static bool stream(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct event_sink *sink = ((struct streaming *)data)->sink;
	struct sink_identity who = {h->workflow_id, h->run_id, h->first_run_id, h->workflow_type,
				    h->task_queue};

	if (!sink->begin(sink, &who, info, err))
		return false;
	for (size_t i = 0; i < h->n_events;)
		if (!sink->events(sink, chunk_from(h, i, &i), err))
			return false;
	return sink->end(sink, info, err);
}

bool load_events(const struct load_settings *settings, struct str path, struct event_sink *sink,
		 struct err *err)
{
	struct streaming s = {sink};

	return load_each(settings, path, stream, &s, err);
}
