/* SPDX-License-Identifier: MIT */
/* archival.c: names of archived files taken apart, and runs found by their ids. */
#include "formats/bytes/archival.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/map.h"
#include "formats/bytes/archival_records.h"
#include "formats/bytes/farmhash.h"
#include "formats/read/load.h"

/* Decimal digits of 64 bits. */
#define HASH_DIGITS 20

/* ---- names ---- */

/* The last part of PATH, which keeps its / at the end or becomes empty. */
static struct str take_last(struct str *path)
{
	struct str whole = str_ends(*path, STR("/")) ? str_take(*path, path->n - 1) : *path;

	for (size_t i = whole.n; i-- > 0;)
		if (whole.p[i] == '/') {
			*path = str_take(whole, i + 1);
			return str_skip(whole, i + 1);
		}
	*path = str_take(whole, 0);
	return whole;
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static bool part_number(struct str s, long long *ret)
{
	return all_digits(s) && str_to_int(s, ret);
}

/* HASHES_VERSION.history or HASHES_VERSION_PART.history */
static bool parse_hashed(struct str name, struct archival_name *ret)
{
	struct str rest = str_take(name, name.n - strlen(".history")), version;

	ret->hashes = str_split(&rest, '_');
	version = str_split(&rest, '_');
	ret->part = -1;
	ret->store = rest.n ? ARCHIVAL_GCLOUD : ARCHIVAL_FILESTORE;
	return all_digits(ret->hashes) && ret->hashes.n <= 3 * HASH_DIGITS &&
	       str_to_int(version, &ret->version) && (!rest.n || part_number(rest, &ret->part));
}

/* NAMESPACE-ID/history/WORKFLOW-ID/RUN-ID/VERSION/PART; a workflow id may hold a /. */
static bool parse_object(struct str path, struct archival_name *ret)
{
	struct str left = path, above, part;
	size_t end;

	ret->store = ARCHIVAL_S3;
	if (!part_number(take_last(&left), &ret->part))
		return false;
	ret->folder = left;
	if (!str_to_int(take_last(&left), &ret->version))
		return false;
	ret->run_id = take_last(&left);
	end = left.n;
	for (above = left; above.n;) {
		size_t begin = above.n;

		part = take_last(&above);
		if (!str_is(part, "history") || begin == end || !above.n)
			continue;
		ret->workflow_id = str_slice(path.p + begin, end - 1 - begin);
		ret->namespace_id = take_last(&above);
		return ret->run_id.n > 0;
	}
	return false;
}

bool archival_parse(struct str path, struct archival_name *ret)
{
	struct archival_name name = {.part = -1};
	struct str folder = path, last = take_last(&folder);

	name.folder = folder;
	if (!(str_ends(last, STR(".history")) ? parse_hashed(last, &name)
					      : parse_object(path, &name)))
		return false;
	*ret = name;
	return true;
}

struct str archival_part(const struct archival_name *name, long long steps, struct arena *a)
{
	if (name->store == ARCHIVAL_S3)
		return arena_printf(a, "%.*s%lld", STR_ARG(name->folder), name->part + steps);
	return arena_printf(a, "%.*s%.*s_%lld_%lld.history", STR_ARG(name->folder),
			    STR_ARG(name->hashes), name->version, name->part + steps);
}

struct digits {
	char text[HASH_DIGITS + 1];
	struct str s;
};

static struct str hash_of(struct str id, struct digits *d)
{
	snprintf(d->text, sizeof(d->text), "%" PRIu64, farmhash_fingerprint64(id));
	return str_of(d->text);
}

/*
 * Three numbers without a mark between them: the first and the last are at the ends, and
 * the one in the middle is at any place that leaves possible numbers around it.
 */
bool archival_matches(struct str hashes, const struct archival_ids *wanted)
{
	struct digits d;
	struct str left = hashes;
	size_t least = !wanted->namespace_id.n, most = HASH_DIGITS * least;
	size_t least_behind = !wanted->run_id.n;

	if (wanted->namespace_id.n) {
		struct str hash = hash_of(wanted->namespace_id, &d);

		if (!str_starts(left, hash))
			return false;
		left = str_skip(left, hash.n);
	}
	if (wanted->run_id.n) {
		struct str hash = hash_of(wanted->run_id, &d);

		if (!str_ends(left, hash))
			return false;
		left = str_take(left, left.n - hash.n);
	}
	if (!wanted->workflow_id.n)
		return left.n >= least + 1 + least_behind;
	hash_of(wanted->workflow_id, &d);
	for (size_t at = least; at <= most && at + strlen(d.text) <= left.n; at++) {
		size_t behind = left.n - at - strlen(d.text);

		if (behind >= least_behind && behind <= HASH_DIGITS * least_behind &&
		    str_starts(str_skip(left, at), str_of(d.text)))
			return true;
	}
	return false;
}

/* ---- listing ---- */

/* What is the same for all files of a run: of all its versions and parts. */
static struct str run_key(const struct archival_name *n, struct str path, struct arena *a)
{
	if (n->store != ARCHIVAL_S3)
		return arena_printf(a, "%.*s%.*s", STR_ARG(n->folder), STR_ARG(n->hashes));
	return str_take(path, (size_t)(n->run_id.p + n->run_id.n - path.p));
}

static void add_name(struct archival_runs *ret, struct map *keys, const struct archival_name *n,
		     struct str path, struct arena *a)
{
	bool is_new;
	uint64_t *at = map_put(keys, run_key(n, path, a), ret->runs.n, &is_new);
	struct archival_run run = {
		.store = n->store,
		.path = path,
		.parts = 1,
		.first_part = n->part,
		.last_part = n->part,
		.version = n->version,
		.namespace_id = n->namespace_id,
		.workflow_id = n->workflow_id,
		.run_id = n->run_id,
		.hashes = n->hashes,
	};
	struct archival_run *known;

	if (is_new) {
		vec_push(&ret->runs, run);
		return;
	}
	known = &ret->runs.at[*at];
	if (n->version == known->version) {
		known->parts++;
		if (n->part > known->last_part)
			known->last_part = n->part;
		if (n->part < known->first_part) {
			known->first_part = n->part;
			known->path = path;
		}
	} else if (n->version > known->version) {
		run.older = known->older + 1;
		*known = run;
	} else {
		known->older++;
	}
}

static bool is_name(struct str path)
{
	struct archival_name name;

	return archival_parse(path, &name);
}

static int by_path(const void *a, const void *b)
{
	return str_cmp(((const struct archival_run *)a)->path,
		       ((const struct archival_run *)b)->path);
}

static bool list_names(struct str folder, struct arena *a, struct archival_runs *ret,
		       struct err *err)
{
	struct source_list list = {0};
	struct map keys = {0};
	bool ok = source_expand_where(&folder, 1, a, is_name, &list, err);

	for (size_t i = 0; ok && i < list.files.n; i++) {
		struct archival_name name;

		if (archival_parse(list.files.at[i].path, &name))
			add_name(ret, &keys, &name, list.files.at[i].path, a);
	}
	if (ok && ret->runs.n)
		qsort(ret->runs.at, ret->runs.n, sizeof(*ret->runs.at), by_path);
	map_done(&keys);
	source_list_done(&list);
	return ok;
}

/* A part whose predecessor is missing begins anew, so that a gap is seen by whoever reads. */
void archival_drop_parts(struct source_list *list, size_t from, struct arena *a)
{
	struct archival_runs runs = {0};
	struct archival_name name;
	struct map keys = {0}, paths = {0};
	size_t n = from;

	for (size_t i = from; i < list->files.n; i++) {
		map_put(&paths, list->files.at[i].path, i, NULL);
		if (archival_parse(list->files.at[i].path, &name))
			add_name(&runs, &keys, &name, list->files.at[i].path, a);
	}
	for (size_t i = from; i < list->files.n; i++) {
		struct str path = list->files.at[i].path;

		if (archival_parse(path, &name) &&
		    (name.version !=
			     runs.runs.at[*map_get(&keys, run_key(&name, path, a))].version ||
		     (name.part > 0 && map_get(&paths, archival_part(&name, -1, a)))))
			continue;
		list->files.at[n++] = list->files.at[i];
	}
	list->files.n = n;
	map_done(&keys);
	map_done(&paths);
	archival_runs_done(&runs);
}

/* Gives the runs their names, as far as records have them. */
static bool list_records(struct str folder, struct arena *a, struct archival_runs *ret,
			 struct err *err)
{
	struct source_list list = {0};
	struct map of_hashes = {0};
	bool ok = source_expand_where(&folder, 1, a, archival_is_record, &list, err);

	for (size_t i = 0; i < ret->runs.n; i++) {
		const struct archival_run *r = &ret->runs.at[i];

		map_put(&of_hashes, r->store == ARCHIVAL_S3 ? r->run_id : r->hashes, i, NULL);
	}
	for (size_t i = 0; ok && i < list.files.n; i++) {
		struct archival_record record;
		struct digits n, w, r;
		struct str hashes;
		uint64_t *at;

		if (!archival_record_read(list.files.at[i].path, a, &record, NULL)) {
			ret->bad_records++;
			continue;
		}
		ret->records++;
		hash_of(record.namespace_id, &n);
		hash_of(record.workflow_id, &w);
		hash_of(record.run_id, &r);
		hashes = arena_printf(a, "%s%s%s", n.text, w.text, r.text);
		at = map_get(&of_hashes, hashes);
		if (!at)
			at = map_get(&of_hashes, record.run_id);
		if (at)
			archival_record_name(&record, &ret->runs.at[*at]);
	}
	map_done(&of_hashes);
	source_list_done(&list);
	return ok;
}

bool archival_list(struct str folder, struct arena *a, struct archival_runs *ret, struct err *err)
{
	struct archival_runs runs = {0};

	if (!list_names(folder, a, &runs, err) || !list_records(folder, a, &runs, err)) {
		archival_runs_done(&runs);
		return false;
	}
	*ret = runs;
	return true;
}

/* ---- finding ---- */

static bool is_wanted(const struct archival_run *r, const struct archival_ids *wanted)
{
	if (r->store != ARCHIVAL_S3)
		return archival_matches(r->hashes, wanted);
	return (!wanted->namespace_id.n || str_eq(r->namespace_id, wanted->namespace_id)) &&
	       (!wanted->workflow_id.n || str_eq(r->workflow_id, wanted->workflow_id)) &&
	       (!wanted->run_id.n || str_eq(r->run_id, wanted->run_id));
}

static bool none(struct str folder, const struct archival_ids *wanted, struct err *err)
{
	const struct row {
		const char *what;
		struct str id;
	} ROWS[] = {
		{"workflow", wanted->workflow_id},
		{"run", wanted->run_id},
		{"namespace id", wanted->namespace_id},
	};
	char text[ERR_MESSAGE_BYTES / 2] = "";
	size_t n = 0;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		if (ROWS[i].id.n && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %.*s",
					      n ? ", " : "", ROWS[i].what, STR_ARG(ROWS[i].id));
	return err_set(err, ERR_MISSING, "%.*s: holds no archived history%s%s", STR_ARG(folder),
		       n ? " of " : "", text);
}

bool archival_find(struct str folder, const struct archival_ids *wanted, struct arena *a,
		   struct archival_runs *ret, struct err *err)
{
	struct archival_runs runs;
	size_t n = 0;

	if (!archival_list(folder, a, &runs, err))
		return false;
	for (size_t i = 0; i < runs.runs.n; i++) {
		struct archival_run *r = &runs.runs.at[i];

		if (!is_wanted(r, wanted))
			continue;
		r->namespace_id = wanted->namespace_id.n ? wanted->namespace_id : r->namespace_id;
		r->workflow_id = wanted->workflow_id.n ? wanted->workflow_id : r->workflow_id;
		r->run_id = wanted->run_id.n ? wanted->run_id : r->run_id;
		runs.runs.at[n++] = *r;
	}
	runs.runs.n = n;
	if (n == 0) {
		archival_runs_done(&runs);
		return none(folder, wanted, err);
	}
	*ret = runs;
	return true;
}

void archival_runs_done(struct archival_runs *runs)
{
	vec_done(&runs->runs);
}
