/* SPDX-License-Identifier: MIT */
/* address.c: an address taken apart from its end. */
#include "viewer/address.h"

#include "formats/base/opts.h"

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
		if (!ret->has_view && !ret->event && pane_find(word, &ret->view))
			ret->has_view = true;
		else if (!ret->event && str_to_int(word, &n) && n > 0)
			ret->event = n;
		else
			break; /* a name with a colon in it, or an id */
		ret->file = rest;
	}
	if (!exists(ret->file))
		split_history(ret);
}

bool address_check(struct str text, struct err *err)
{
	const char *names[PANES], *close;
	struct str rest = text, word;
	struct address a;
	long long n;

	address_read(text, &a);
	if (exists(a.file) || !split_last(&rest, ':', &word) || str_to_int(word, &n))
		return true;
	address_read(rest, &a);
	if (!exists(a.file))
		return true;
	for (size_t i = 0; i < PANES; i++)
		names[i] = PANE_TABLE[i]->name;
	close = opts_did_you_mean(word, names, PANES);
	return err_set(err, ERR_USAGE, "%.*s: there is no view '%.*s'%s%s%s", STR_ARG(a.file),
		       STR_ARG(word), close ? "; did you mean '" : "", close ? close : "",
		       close ? "'?" : "");
}
