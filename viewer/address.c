/* SPDX-License-Identifier: MIT */
/* address.c: an address taken apart from its end. */
#include "viewer/address.h"

#include "formats/base/buf.h"
#include "formats/base/opts.h"
#include "formats/base/vec.h"

#include <sys/stat.h>

static bool exists(struct str path)
{
	char name[4096];
	struct stat st;

	if (path.n >= sizeof(name))
		return false;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	return stat(name, &st) == 0;
}

/* What stands behind the last C of S, which then ends before it. */
static bool split_last(struct str *s, char c, struct str *ret)
{
	for (size_t at = s->n; at > 0; at--)
		if (s->p[at - 1] == c) {
			*ret = str_skip(*s, at);
			s->n = at - 1;
			return true;
		}
	return false;
}

/* FILE#HISTORY at the last `#` in front of which a file's name ends; ids may hold some, too. */
static void split_history(struct address *ret)
{
	struct str rest = ret->file, word;
	long long n;

	while (split_last(&rest, '#', &word)) {
		if (!exists(rest))
			continue;
		word = str_skip(ret->file, rest.n + 1);
		if (str_to_int(word, &n)) /* load.h takes it as it is */
			return;
		ret->file = rest;
		ret->history = word;
		return;
	}
}

void address_read(struct str text, struct address *ret)
{
	struct str rest = text, word;
	long long n;

	*ret = (struct address){.file = text};
	while (!exists(rest) && split_last(&rest, ':', &word)) {
		if (!ret->has_view && !ret->has_event && pane_find(word, &ret->view))
			ret->has_view = true;
		else if (!ret->has_event && str_to_int(word, &n))
			ret->event = n, ret->has_event = true;
		else
			break; /* a name with a colon in it, or an id */
		ret->file = rest;
	}
	if (!exists(ret->file))
		split_history(ret);
}

/* All of them are named: who types one that is none does not know them. */
static bool no_view(struct str where, struct str word, struct err *err)
{
	const char *names[PANES], *close;
	struct buf all;

	buf_init(&all, 0);
	for (size_t i = 0; i < PANES; i++) {
		names[i] = PANE_TABLE[i]->name;
		buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	close = opts_did_you_mean(word, names, PANES);
	err_set(err, ERR_USAGE, "%.*s: there is no view '%.*s'%s%s%s (views: %.*s)", STR_ARG(where),
		STR_ARG(word), close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "",
		STR_ARG(buf_str(&all)));
	buf_done(&all);
	return false;
}

bool address_check(struct str text, struct err *err)
{
	struct address a;
	struct str word;

	address_read(text, &a);
	if (exists(a.file) || !split_last(&a.file, ':', &word))
		return true;
	address_read(a.file, &a);
	return !exists(a.file) || no_view(a.file, word, err);
}

/* ---- in a run ---- */

static const struct run_row *row_named(const struct run_file *run, struct str name)
{
	const struct run_row *by_file = NULL;

	for (size_t i = 0; i < run->n_rows; i++) {
		const struct ledger_entry *e = &run->rows[i].entry;

		if (str_eq(e->history, name) || str_eq(e->workflow_id, name) ||
		    str_eq(e->run_id, name))
			return &run->rows[i];
		if (!by_file && str_eq(str_skip(e->history, str_folder(e->history).n), name))
			by_file = &run->rows[i];
	}
	return by_file;
}

static void no_history(const struct address *a, const struct run_file *run, struct err *err)
{
	VEC_OF(const char *) names = {0};
	const char *close;

	for (size_t i = 0; i < run->n_rows; i++)
		if (run->rows[i].entry.workflow_id.n)
			vec_push(&names, run->rows[i].entry.workflow_id.p);
	close = opts_did_you_mean(a->history, names.at, names.n);
	vec_done(&names);
	err_set(err, ERR_MISSING, "%.*s has no history '%.*s'%s%s%s", STR_ARG(a->file),
		STR_ARG(a->history), close ? "; did you mean '" : "", close ? close : "",
		close ? "'?" : "");
}

const struct run_row *address_row(const struct address *a, const struct run_file *run,
				  struct err *err)
{
	const struct run_row *row = row_named(run, a->history);
	struct str name = a->history, word, last = STR_NONE;

	if (row)
		return row;
	while (split_last(&name, ':', &word)) {
		last = last.p ? last : word;
		if (row_named(run, name)) {
			no_view(a->file, last, err);
			return NULL;
		}
	}
	no_history(a, run, err);
	return NULL;
}
