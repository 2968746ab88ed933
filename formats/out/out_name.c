/* SPDX-License-Identifier: MIT */
/* out_name.c: safe names of files from ids and paths. */
#include "formats/out/out_name.h"

#include "formats/base/map.h"
#include "formats/base/visible.h"
#include "formats/bytes/farmhash.h"
#include "formats/bytes/filter.h"
#include "formats/out/out.h"
#include "formats/read/load.h"

#include <inttypes.h>

/* Filesystems end at 255; endings and a number come behind. */
#define NAME_MOST 200

/* Whether the first N bytes of S stand in a name as they are. */
static bool is_fit(struct str rune, bool first)
{
	struct buf shown;
	bool same;

	if (rune.n == 1 && (rune.p[0] == '/' || rune.p[0] == '\\' || rune.p[0] == '%' ||
			    (first && (rune.p[0] == '.' || rune.p[0] == '-'))))
		return false;
	if (rune.n == 1 && rune.p[0] > ' ' && rune.p[0] < 0x7f)
		return true;
	buf_init(&shown, 0);
	visible_add(&shown, rune, 0);
	same = str_eq(buf_str(&shown), rune);
	buf_done(&shown);
	return same;
}

struct str out_name_safe(struct str text, struct arena *a)
{
	struct str rest = text, name;
	struct buf b;
	size_t cut = 0;

	buf_init(&b, 0);
	while (rest.n && b.n <= NAME_MOST) {
		long rune;
		struct str one = str_take(rest, visible_rune(rest, &rune));

		if (is_fit(one, b.n == 0))
			buf_add(&b, one);
		else
			for (size_t i = 0; i < one.n; i++)
				buf_printf(&b, "%%%02X", (unsigned char)one.p[i]);
		rest = str_skip(rest, one.n);
		/* Room for ~ and the hash, if it turns out to be too long. */
		cut = b.n <= NAME_MOST - 17 ? b.n : cut;
	}
	if (b.n > NAME_MOST)
		name = arena_printf(a, "%.*s~%016" PRIx64, (int)cut, b.p, map_hash(text));
	else
		name = b.n ? arena_str(a, buf_str(&b)) : STR("_");
	buf_done(&b);
	return name;
}

struct str out_name_of_ids(struct str workflow_id, struct str run_id, struct arena *a)
{
	struct str id = workflow_id.n ? out_name_safe(workflow_id, a) : STR_NONE;
	struct str run = run_id.n ? out_name_safe(run_id, a) : STR_NONE;

	if (!id.n || !run.n)
		return id.n ? id : run;
	return arena_printf(a, "%.*s__%.*s", STR_ARG(id), STR_ARG(run));
}

struct str out_name_of_archive(struct str namespace_id, struct str workflow_id,
			       struct str run_id, int64_t version, struct arena *a)
{
	return arena_printf(a, "%" PRIu64 "%" PRIu64 "%" PRIu64 "_%" PRId64,
			    farmhash_fingerprint64(namespace_id),
			    farmhash_fingerprint64(workflow_id), farmhash_fingerprint64(run_id),
			    version);
}

static struct str last_component(struct str path)
{
	for (size_t i = path.n; i-- > 0;)
		if (path.p[i] == '/')
			return str_skip(path, i + 1);
	return path;
}

/* What is left of INPUT behind an operand that is a folder around it; the most of it. */
static struct str below_operand(struct str input, const struct str *operands, size_t n)
{
	struct str best = last_component(input);

	for (size_t i = 0; i < n; i++) {
		struct str folder = operands[i], rest;

		while (folder.n && folder.p[folder.n - 1] == '/')
			folder.n--;
		if (!folder.n || !str_starts(input, folder))
			continue;
		rest = str_skip(input, folder.n);
		if (!rest.n || rest.p[0] != '/')
			continue;
		while (rest.n && rest.p[0] == '/')
			rest = str_skip(rest, 1);
		if (rest.n > best.n || str_eq(best, last_component(input)))
			best = rest;
	}
	return best;
}

/* Off with .json.gz, and with whatever else is the last ending. */
static struct str without_endings(struct str path)
{
	const struct filter *packing = filter_of_name(path);
	const struct out_format *format;
	size_t floor, dot;

	if (packing)
		path = str_take(path, path.n - strlen(packing->ending));
	floor = path.n - last_component(path).n;
	format = out_format_of_path(path);
	if (format) {
		struct str all = str_of(format->endings), one, best = STR_NONE;

		while (all.n) {
			one = str_split(&all, ' ');
			if (str_ends(path, one) && one.n > best.n)
				best = one;
		}
		if (path.n - best.n > floor)
			return str_take(path, path.n - best.n);
	}
	for (dot = path.n; dot > floor && path.p[dot - 1] != '.';)
		dot--;
	return dot > floor + 1 ? str_take(path, dot - 1) : path;
}

struct str out_name_of_input(struct str input, const struct str *operands, size_t n,
			     struct arena *a)
{
	struct str rest, path = STR_NONE;
	size_t ordinal;

	if (str_is(input, "-"))
		return STR("stdin");
	input = load_path_split(input, &ordinal);
	rest = without_endings(below_operand(input, operands, n));
	while (rest.n) {
		struct str one = out_name_safe(str_split(&rest, '/'), a);

		path = path.p ? arena_printf(a, "%.*s/%.*s", STR_ARG(path), STR_ARG(one)) : one;
	}
	path = path.p ? path : STR("_");
	return ordinal ? arena_printf(a, "%.*s-%zu", STR_ARG(path), ordinal) : path;
}
