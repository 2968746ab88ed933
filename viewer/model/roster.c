/* SPDX-License-Identifier: MIT */
/* roster.c: sorting by a key, and queries or words to filter by. */
#include "viewer/model/roster.h"

#include "formats/base/opts.h"

#include <stdlib.h>

static const char *const NAMES[ROSTER_KEYS] = {
	[ROSTER_GIVEN] = "given", [ROSTER_NAME] = "name", [ROSTER_EVENTS] = "events",
	[ROSTER_SIZE] = "size",	  [ROSTER_TYPE] = "type", [ROSTER_TIME] = "time",
	[ROSTER_STATUS] = "status",
};

const char *roster_key_name(enum roster_key key)
{
	return NAMES[key];
}

bool roster_sort(struct roster *r, struct str text, struct err *err)
{
	struct str name = str_trim(text);
	bool down = name.n && name.p[0] == '-';

	name = str_skip(name, down);
	for (int i = 0; i < ROSTER_KEYS; i++)
		if (str_is(name, NAMES[i])) {
			r->key = (enum roster_key)i;
			r->down = down;
			return true;
		}
	return err_set(err, ERR_USAGE,
		       "sort by size, events, name, type, time, status or given; -size: the largest "
		       "first");
}

/* ---- filters ---- */

/* What nobody would write as a query. */
static bool is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ' || s.p[i] == '\t' || strchr("=<>!'\"()&|", s.p[i]))
			return false;
	return s.n > 0;
}

bool roster_filter(struct roster *r, struct str text, const struct schema *schema,
		   struct arena *a, struct err *err)
{
	struct str body = str_trim(text);
	struct err unfit = ERR_INIT;
	bool inverse = body.n && body.p[0] == '!';
	const struct query *query = NULL;

	body = arena_str(a, str_trim(str_skip(body, inverse)));
	if (body.n && !query_parse(&query, body, QUERY_HISTORY, schema, a, &unfit) &&
	    !is_word(body)) {
		*err = unfit;
		return false;
	}
	r->query = query;
	r->word = query ? STR_NONE : body;
	r->inverse = inverse && body.n;
	r->filter = body.n ? arena_str(a, str_trim(text)) : STR_NONE;
	return true;
}

static bool has(struct str s, struct str word)
{
	return str_find(s, word) >= 0;
}

static bool has_word(const struct roster_about *about, struct str word)
{
	const struct query_history *h = &about->history;

	return has(about->name, word) || has(h->path, word) || has(h->workflow_id, word) ||
	       has(h->run_id, word) || has(h->type, word) || has(about->status, word) ||
	       has(about->more, word);
}

bool roster_fits(const struct roster *r, size_t i)
{
	struct roster_about about = {0};
	bool fits;

	if (!r->query && !r->word.n)
		return true;
	r->about(r->data, i, &about);
	fits = r->query ? query_fits_history(r->query, &about.history)
			: has_word(&about, r->word);
	return fits != r->inverse;
}

/* ---- order ---- */

static int by_number(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* What is not known comes last, whichever way round. */
static int by_key(const struct roster *r, const struct roster_about *a,
		  const struct roster_about *b)
{
	int order = 0;

	if (r->key == ROSTER_TIME && (a->time < 0 || b->time < 0))
		return by_number(b->time, a->time);
	switch (r->key) {
	case ROSTER_NAME:
		order = str_cmp(a->name, b->name);
		break;
	case ROSTER_EVENTS:
		order = by_number(a->history.events, b->history.events);
		break;
	case ROSTER_SIZE:
		order = by_number(a->history.bytes, b->history.bytes);
		break;
	case ROSTER_TYPE:
		order = str_cmp(a->history.type, b->history.type);
		break;
	case ROSTER_TIME:
		order = by_number(a->time, b->time);
		break;
	case ROSTER_STATUS:
		order = str_cmp(a->status, b->status);
		break;
	default:
		return r->down ? by_number((int64_t)b->place, (int64_t)a->place)
			       : by_number((int64_t)a->place, (int64_t)b->place);
	}
	return r->down ? -order : order;
}

static int in_order(const void *a, const void *b, void *data)
{
	const struct roster *r = data;
	struct roster_about x = {0}, y = {0};
	int order;

	r->about(r->data, *(const uint32_t *)a, &x);
	r->about(r->data, *(const uint32_t *)b, &y);
	order = by_key(r, &x, &y);
	if (!order && r->key != ROSTER_GIVEN)
		order = str_cmp(x.name, y.name);
	return order ? order : by_number((int64_t)x.place, (int64_t)y.place);
}

void roster_order(const struct roster *r, uint32_t *items, size_t n)
{
	if (n > 1)
		qsort_r(items, n, sizeof(*items), in_order, (void *)r);
}
