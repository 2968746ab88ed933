/* SPDX-License-Identifier: MIT */
/* transcode_sort.c: spans of fields or entries, sorted and copied back. */
#include "formats/transcode/transcode_sort.h"

#include "formats/base/vec.h"
#include "formats/wire/wire.h"

#include <stdlib.h>

struct span {
	uint32_t number;  /* fields: all of one number that stand together */
	struct str key;	  /* entries */
	struct str whole;
};

struct spans {
	VEC_OF(struct span) all;
};

static int by_number(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->whole.p < y->whole.p ? -1 : 1; /* two spans of one number stay as they are */
}

static int by_key(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

static bool rewrite(struct spans *spans, char *p, size_t n, struct arena *a,
		    int (*order)(const void *, const void *))
{
	struct arena_mark mark = arena_mark(a);
	char *copy = arena_alloc(a, n + 1);
	bool unique = true;
	size_t at = 0;

	qsort(spans->all.at, spans->all.n, sizeof(*spans->all.at), order);
	for (size_t i = 0; i < spans->all.n; i++) {
		const struct span *s = &spans->all.at[i];

		if (i && order(s - 1, s) == 0)
			unique = false;
		memcpy(copy + at, s->whole.p, s->whole.n);
		at += s->whole.n;
	}
	BUG_IF(at != n);
	memcpy(p, copy, n);
	arena_rewind(a, mark);
	vec_done(&spans->all);
	return unique;
}

void transcode_sort_fields(char *p, size_t n, struct arena *a)
{
	struct wire w = wire_of(str_slice(p, n));
	struct spans spans = {0};
	struct wire_field f;

	while (wire_next(&w, &f)) {
		if (spans.all.n && vec_last(&spans.all)->number == f.number)
			vec_last(&spans.all)->whole.n += f.whole.n;
		else
			vec_push(&spans.all, (struct span){.number = f.number, .whole = f.whole});
	}
	BUG_IF(w.broken);
	rewrite(&spans, p, n, a, by_number);
}

bool transcode_sort_entries(char *p, size_t n, struct arena *a)
{
	struct wire w = wire_of(str_slice(p, n));
	struct spans spans = {0};
	struct wire_field f;

	while (wire_next(&w, &f))
		vec_push(&spans.all,
			 (struct span){.key = wire_bytes_at(f.bytes, 1), .whole = f.whole});
	BUG_IF(w.broken);
	return rewrite(&spans, p, n, a, by_key);
}
