/* SPDX-License-Identifier: MIT */
/* roster.c: sorting by a key, and queries or words to filter by. */
#include "viewer/model/roster.h"


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

bool roster_filter(struct roster *r, struct str text, const struct schema *schema, struct err *err)
{
	struct str body = str_trim(text);
	struct err unfit = ERR_INIT;
	bool inverse = body.n && body.p[0] == '!';
	const struct query *query = NULL;
	struct arena a;

	arena_init(&a);
	body = arena_str(&a, str_trim(str_skip(body, inverse)));
	if (body.n && !query_parse(&query, body, QUERY_HISTORY, schema, &a, &unfit) &&
	    !is_word(body)) {
		arena_done(&a);
		*err = unfit;
		return false;
	}
	r->query = query;
	r->word = query ? STR_NONE : body;
	r->inverse = inverse && body.n;
	r->filter = body.n ? arena_str(&a, str_trim(text)) : STR_NONE;
	arena_done(&r->arena);
	r->arena = a;
	return true;
}

/* Items whose own texts hold the word: they stand behind each other, and no word has a blank. */
static void find_own(const struct roster *r, uint8_t *fits)
{
	struct str texts = buf_str(&r->texts);
	size_t item = 0, at = 0;
	ptrdiff_t found;

	while ((found = str_find(str_skip(texts, at), r->word)) >= 0) {
		at += (size_t)found;
		while (r->ends.at[item] <= at)
			item++;
		fits[item] = 1;
		at = r->ends.at[item];
	}
}

static void find_shared(const struct roster *r, enum roster_shared of, uint8_t *fits)
{
	VEC_OF(uint8_t) has = {0};
	bool any = false;

	for (size_t i = 0; i < r->shared[of].n; i++) {
		vec_push(&has, str_find(r->shared[of].at[i], r->word) >= 0);
		any |= has.at[i];
	}
	for (size_t i = 0; any && i < r->numbers.n; i++)
		fits[i] |= has.at[r->numbers.at[i].shared[of]];
	vec_done(&has);
}

void roster_fitting(const struct roster *r, uint8_t *fits)
{
	size_t n = r->numbers.n;

	for (size_t i = 0; i < n; i++) {
		struct roster_about about = {0};

		if (r->query)
			r->about(r->data, i, &about);
		fits[i] = r->query ? query_fits_history(r->query, &about.history) : !r->word.n;
	}
	if (r->word.n) {
		find_own(r, fits);
		for (int of = 0; of < ROSTER_SHARED; of++)
			find_shared(r, of, fits);
	}
	for (size_t i = 0; r->inverse && i < n; i++)
		fits[i] = !fits[i];
}
