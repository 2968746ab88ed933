/* SPDX-License-Identifier: MIT */
/* source.c: arguments to files: folders, globs, standard input; and reading them whole. */
#include "formats/read/load.h"

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/base/map.h"
#include "formats/bytes/archival.h"
#include "formats/bytes/members.h"
#include "formats/out/out.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

static const char *const ENDINGS[] = {
	".json", ".jsonl", ".ndjson", ".bin",  ".pb",	  ".proto",   ".protobin", ".txt",
	".hex",	 ".xxd",   ".b64",    ".base64", ".dump", ".history",
};
static const char *const PACKED[] = {"", ".gz", ".zst", ".zlib", ".zz"};

/* The last part of PATH, which is left without it. */
static struct str last_part(struct str *path)
{
	struct str whole = *path;

	for (size_t i = whole.n; i-- > 0;)
		if (whole.p[i] == '/') {
			*path = str_take(whole, i);
			return str_skip(whole, i + 1);
		}
	*path = STR_NONE;
	return whole;
}

/* Temporal Cloud: .../temporal-workflow-history/export/NAMESPACE/YYYY/MM/DD/HH/mm/RANDOM */
static bool is_cloud_export(struct str path)
{
	struct str name = last_part(&path);

	return name.n && str_has(path, "temporal-workflow-history/export/");
}

/* Windows writes .JSON, and some tools .GZ. */
static bool ends_in(struct str name, const char *ending)
{
	size_t n = strlen(ending);

	return name.n >= n && strncasecmp(name.p + name.n - n, ending, n) == 0;
}

/* *RET: it is packed, and has no other ending: x.zst, but not x.log.zst. */
static bool has_ending(struct str path, bool *ret_packed)
{
	struct str name = last_part(&path);

	*ret_packed = false;
	for (size_t k = 0; k < sizeof(PACKED) / sizeof(*PACKED); k++) {
		struct str stem;

		if (!ends_in(name, PACKED[k]))
			continue;
		stem = str_take(name, name.n - strlen(PACKED[k]));
		*ret_packed |= *PACKED[k] && stem.n && !memchr(stem.p, '.', stem.n);
		for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(*ENDINGS); i++)
			if (ends_in(stem, ENDINGS[i]))
				return true;
	}
	return false;
}

static bool ends_as_history(struct str path)
{
	bool packed;

	return has_ending(path, &packed) || packed;
}

bool source_may_hold(struct str path)
{
	struct archival_name name;

	const struct out_format *written = out_format_of_path(path);

	return ends_as_history(path) || (written && written->reader) || archival_parse(path, &name) || is_cloud_export(path);
}

struct expansion {
	bool (*wanted)(struct str path); /* of what is in folders and archives */
	struct arena *a;
	struct source_list *list;
	struct err *err;
};

static bool add_path(struct expansion *x, struct str path, unsigned depth);

/* The folders that we are in: a link back to one of them leads nowhere new. */
struct folder {
	const struct folder *above;
	dev_t device;
	ino_t inode;
	unsigned depth;
};

static bool is_below_itself(const struct folder *f)
{
	for (const struct folder *a = f->above; a; a = a->above)
		if (a->device == f->device && a->inode == f->inode)
			return true;
	return false;
}

/* A part of the path begins with a dot, and goes on. */
static bool is_hidden(struct str path)
{
	while (path.n) {
		struct str part = last_part(&path);

		if (part.n > 1 && part.p[0] == '.' && !str_is(part, ".."))
			return true;
	}
	return false;
}

static void add_file(struct expansion *x, struct str path, int64_t bytes)
{
	vec_push(&x->list->files, (struct source_file){.path = path, .bytes = bytes});
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Schemas end in .proto too: they are text from the first byte on, messages are not. */
static bool is_schema(struct str path)
{
	struct err err = ERR_INIT;
	struct input in;
	bool text = true;

	if (!ends_in(path, ".proto") || !input_open_path(&in, path, 0, &err))
		return false;
	for (size_t i = 0; i < in.window.n && i < 64; i++)
		text &= in.window.p[i] >= ' ' || strchr("\t\r\n", in.window.p[i]);
	text &= in.window.n > 0;
	input_done(&in);
	return text;
}

/* NAME is below FOLDER of the archive; n = 0: all are. */
static bool is_below(struct str name, struct str folder)
{
	return !folder.n || (str_starts(name, folder) && name.n > folder.n &&
			     name.p[folder.n] == '/');
}

/*
 * Members below FOLDER, by their order in the archive, which is the one to read them in; or
 * the one of that very name.
 */
static bool add_members(struct expansion *x, struct str path, struct members *m,
			struct str folder)
{
	struct map seen = {0};
	struct member member;
	bool end = false, ok, is_new = true;

	while ((ok = members_next(m, &member, &end, x->err)) && !end) {
		struct str name = arena_printf(x->a, "%s/%s", path.p, member.name.p);

		if (folder.n && str_eq(member.name, folder)) {
			add_file(x, name, member.bytes);
			break;
		}
		if (!is_below(member.name, folder) || is_hidden(member.name))
			continue;
		if (!x->wanted(name)) {
			x->list->passed_over++;
			continue;
		}
		map_put(&seen, name, 0, &is_new);
		if (!is_new) {
			ok = err_set(x->err, ERR_FORMAT,
				     "two members are called %s: unpack it, and name the files",
				     member.name.p);
			break;
		}
		add_file(x, name, member.bytes);
	}
	map_done(&seen);
	return ok;
}

static bool add_archive(struct expansion *x, struct str path, struct str folder)
{
	struct members *m = members_open(path, x->err);
	size_t from = x->list->files.n;
	bool ok = m && add_members(x, path, m, folder);

	members_close(m);
	if (ok && x->wanted == source_may_hold)
		archival_drop_parts(x->list, from, x->a);
	return ok || err_wrap(x->err, "%s", path.p);
}

/* PATH goes through ARCHIVE: to a member, or to a folder in it. */
static bool add_in_archive(struct expansion *x, struct str archive, struct str path)
{
	struct str inside = str_skip(path, archive.n);
	size_t before = x->list->files.n, passed_over = x->list->passed_over;

	while (inside.n && inside.p[0] == '/')
		inside = str_skip(inside, 1);
	while (inside.n && inside.p[inside.n - 1] == '/')
		inside = str_take(inside, inside.n - 1);
	/* What looks like a member is one: it costs no look through the archive. */
	if (ends_as_history(path)) {
		add_file(x, path, -1);
		return true;
	}
	if (!add_archive(x, arena_str(x->a, archive), inside))
		return false;
	return x->list->files.n > before || x->list->passed_over > passed_over ||
	       err_set(x->err, ERR_MISSING, "%s: the archive has no such member", path.p);
}

/* FILE#N; false: PATH is none, or there is no such file. */
static bool add_numbered(struct expansion *x, struct str path)
{
	struct stat st;
	size_t n;
	struct str file = arena_str(x->a, load_path_split(path, &n));

	if (!n || (!str_is(file, "-") && !members_path(file).n &&
		   (stat(file.p, &st) != 0 || S_ISDIR(st.st_mode))))
		return false;
	add_file(x, path, -1);
	return true;
}

/* Without a name that says it: does it begin as an archive? */
static bool begins_as_archive(struct str path)
{
	struct err err = ERR_INIT;
	struct input in;
	bool ret;

	if (!input_open_path(&in, path, 0, &err))
		return false;
	ret = input_want(&in, 512, &err) && members_in(str_take(in.window, 512));
	input_done(&in);
	return ret;
}

static bool add_regular(struct expansion *x, struct str path, int64_t bytes)
{
	bool packed;

	if (members_in_name(path) || (!has_ending(path, &packed) && begins_as_archive(path)))
		return add_archive(x, path, STR_NONE);
	add_file(x, path, bytes);
	return true;
}

/* Entries of a folder by name: folders, and files that may hold a history. */
static bool add_folder(struct expansion *x, struct str path, const struct folder *here)
{
	VEC_OF(struct str) names = {0};
	DIR *folder = opendir(path.p);
	const char *slash = str_ends(path, STR("/")) ? "" : "/";
	struct dirent *entry;
	bool ok = true;

	if (!folder)
		return err_errno(x->err, "%s", path.p);
	if (here->depth > LIMIT_FOLDER_DEPTH) {
		closedir(folder);
		return err_set(x->err, ERR_LIMIT, "%s: more than %d folders deep", path.p,
			       LIMIT_FOLDER_DEPTH);
	}
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			vec_push(&names, arena_str(x->a, str_of(entry->d_name)));
	closedir(folder);
	if (names.n)
		qsort(names.at, names.n, sizeof(*names.at), by_bytes);
	for (size_t i = 0; ok && i < names.n; i++) {
		struct str child = arena_printf(x->a, "%s%s%s", path.p, slash, names.at[i].p);
		struct stat st;

		/* An entry that vanished meanwhile, or a link to nowhere, holds no history. */
		if (stat(child.p, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			struct folder below = {here, st.st_dev, st.st_ino, here->depth + 1};

			ok = is_below_itself(&below) || add_folder(x, child, &below);
		} else if (S_ISREG(st.st_mode) && members_in_name(child)) {
			ok = add_archive(x, child, STR_NONE);
		} else if (S_ISREG(st.st_mode) && x->wanted(child) && !is_schema(child)) {
			add_file(x, child, st.st_size);
		} else {
			x->list->passed_over += S_ISREG(st.st_mode);
		}
	}
	vec_done(&names);
	return ok;
}

static bool add_glob(struct expansion *x, struct str pattern)
{
	glob_t found = {0};
	bool ok = true;

	if (glob(pattern.p, 0, NULL, &found) != 0 || found.gl_pathc == 0) {
		globfree(&found);
		return err_set(x->err, ERR_MISSING, "%s: no file matches", pattern.p);
	}
	/* glob() sorts by locale; the program never sets one, so this is bytewise. */
	for (size_t i = 0; ok && i < found.gl_pathc; i++)
		ok = add_path(x, arena_str(x->a, str_of(found.gl_pathv[i])), 1);
	globfree(&found);
	return ok;
}

static bool add_path(struct expansion *x, struct str path, unsigned depth)
{
	struct str archive;
	struct stat st;

	if (stat(path.p, &st) != 0) {
		int error = errno;

		if (error == ENOENT && !depth && strpbrk(path.p, "*?["))
			return add_glob(x, path);
		if (add_numbered(x, path))
			return true;
		archive = members_path(path);
		errno = error;
		return archive.n ? add_in_archive(x, archive, path)
				 : err_errno(x->err, "%s", path.p);
	}
	if (S_ISDIR(st.st_mode)) {
		struct folder here = {NULL, st.st_dev, st.st_ino, 1};
		size_t from = x->list->files.n;

		if (!add_folder(x, path, &here))
			return false;
		if (x->wanted == source_may_hold)
			archival_drop_parts(x->list, from, x->a);
		return true;
	}
	if (S_ISREG(st.st_mode)) {
		size_t before = x->list->files.n;

		if (!add_regular(x, path, st.st_size))
			return false;
		if (x->list->files.n == before + 1)
			vec_last(&x->list->files)->named = str_eq(vec_last(&x->list->files)->path, path);
		return true;
	}
	add_file(x, path, -1);
	return true;
}

static bool add_archived(struct expansion *x, struct str argument)
{
	struct archival_runs runs;
	struct archival_ids ids;
	struct str folder;
	bool asked, ok = true;

	if (!archival_address(argument, x->a, &folder, &ids, x->err) ||
	    !archival_find(folder, &ids, x->a, &runs, x->err))
		return false;
	/* Of all runs the whole ones are of use, and who reads the others says what is wrong. */
	asked = ids.workflow_id.n || ids.run_id.n || ids.namespace_id.n;
	for (size_t i = 0; ok && i < runs.runs.n; i++) {
		const struct archival_run *r = &runs.runs.at[i];
		struct source_file file = {.path = r->path,
					   .bytes = -1,
					   .workflow_id = r->workflow_id,
					   .run_id = r->run_id,
					   .workflow_type = r->workflow_type};

		ok = !asked || r->last_part - r->first_part + 1 == (long long)r->parts ||
		     err_set(x->err, ERR_FORMAT, "%s: of its parts up to %lld only %zu are there",
			     r->path.p, r->last_part, r->parts);
		vec_push(&x->list->files, file);
	}
	archival_runs_done(&runs);
	return ok;
}

bool source_expand_where(const struct str *arguments, size_t n, struct arena *a,
			 bool (*wanted)(struct str path), struct source_list *list,
			 struct err *err)
{
	struct expansion x = {wanted, a, list, err};
	size_t standard = 0;

	for (size_t i = 0; i < n; i++)
		standard += str_is(arguments[i], "-");
	if (standard > 1)
		return err_set(err, ERR_USAGE, "standard input (-) is named more than once; it can "
			       "be read only once");
	for (size_t i = 0; i < n; i++) {
		bool ok = true;

		if (str_is(arguments[i], "-"))
			add_file(&x, STR("-"), -1);
		else if (archival_is_address(arguments[i]))
			ok = add_archived(&x, arguments[i]);
		else
			ok = add_path(&x, arena_str(a, arguments[i]), 0);
		if (!ok)
			return false;
	}
	return true;
}

static bool is_file(struct str path)
{
	struct stat st;

	return stat(path.p, &st) == 0 && S_ISREG(st.st_mode);
}

/* The part that opens with NAME's in it: the first of those that lie there without a gap. */
static struct str first_part_of(const struct archival_name *name, struct arena *a)
{
	struct str first = STR_NONE, before;

	for (long long steps = -1; name->part + steps >= 0; steps--) {
		before = archival_part(name, steps, a);
		if (!is_file(before))
			break;
		first = before;
	}
	return first;
}

/* Parts of an archived history that are named beside its first one, which opens with them. */
static void drop_named_parts(struct source_list *list, struct arena *a)
{
	struct map paths = {0};
	size_t n = 0;

	for (size_t i = 0; i < list->files.n; i++)
		if (list->files.at[i].named)
			map_put(&paths, list->files.at[i].path, 0, NULL);
	for (size_t i = 0; i < list->files.n; i++) {
		const struct source_file *file = &list->files.at[i];
		struct archival_name name;
		struct str first = STR_NONE;

		if (file->named && archival_parse(file->path, &name) && name.part > 0)
			first = first_part_of(&name, a);
		if (!first.n || !map_get(&paths, first))
			list->files.at[n++] = *file;
	}
	list->files.n = n;
	map_done(&paths);
}

bool source_expand(const struct str *arguments, size_t n, struct arena *a,
		   struct source_list *list, struct err *err)
{
	if (!source_expand_where(arguments, n, a, source_may_hold, list, err))
		return false;
	drop_named_parts(list, a);
	return true;
}

void source_list_done(struct source_list *list)
{
	vec_done(&list->files);
	members_cursor_done(&list->members);
}

bool source_read(struct str path, struct buf *out, struct err *err)
{
	struct input in;
	bool ok;

	if (!input_open_path(&in, path, INPUT_RAW, err))
		return err_wrap(err, "%.*s", STR_ARG(path));
	ok = input_all(&in, LIMIT_INPUT_BYTES, err);
	if (ok)
		buf_add(out, in.window);
	ok = ok && buf_ok(out, err);
	input_done(&in);
	return ok || err_wrap(err, "%.*s", STR_ARG(path));
}
