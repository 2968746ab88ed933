/* SPDX-License-Identifier: MIT */
/* redact_secrets.c: sorted texts behind a filter of their first bytes. */
#include "formats/redact/redact_secrets.h"

#include "formats/base/limits.h"

#include <stdlib.h>

#define FILTER_BITS 22
#define FILTER_WORDS ((size_t)1 << (FILTER_BITS - 6))

void secrets_init(struct secrets *s)
{
	*s = (struct secrets){0};
	arena_init(&s->arena);
}

void secrets_done(struct secrets *s)
{
	map_done(&s->known);
	vec_done(&s->list);
	mem_free(s->first);
	arena_done(&s->arena);
}

/* Of SECRET_LEAST bytes at P. */
static size_t first_hash(const char *p)
{
	uint64_t bytes = 0;

	memcpy(&bytes, p, SECRET_LEAST);
	return (size_t)(bytes * 0x9e3779b97f4a7c15ULL >> (64 - FILTER_BITS));
}

void secrets_add(struct secrets *s, struct str text)
{
	struct secret one = {.text = str_take(text, SECRET_KEPT), .whole = text.n <= SECRET_KEPT};
	bool is_new;

	if (text.n < SECRET_LEAST || map_get(&s->known, one.text))
		return;
	if (s->list.n >= LIMIT_REDACT_SECRETS) {
		s->full = true;
		return;
	}
	one.text = arena_str(&s->arena, one.text);
	one.value = one.text.p;
	one.value_n = (uint8_t)one.text.n;
	map_put(&s->known, one.text, 0, &is_new);
	vec_push(&s->list, one);
}

/* ---- what is like them ---- */

char secret_small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool secret_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* TEXT in FORM; how many bytes; 0: it has none. */
static size_t in_form(struct str text, enum secret_form form, char to[static SECRET_KEPT])
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (form == SECRET_SMALL)
			to[n++] = secret_small(c);
		else if (secret_is_digit(c))
			to[n++] = c;
		else if (!memchr(" +-.,:/()_", c, 10))
			return 0;
	}
	return n;
}

static void add_like(struct secrets *s, struct secret one, enum secret_form form)
{
	char text[SECRET_KEPT];
	size_t n = in_form(one.text, form, text);
	bool is_new;

	if (n < SECRET_LEAST_LIKE || map_get(&s->known, str_slice(text, n)))
		return;
	one.form = (uint8_t)form;
	one.text = arena_str(&s->arena, str_slice(text, n));
	map_put(&s->known, one.text, 0, &is_new);
	vec_push(&s->list, one);
}

static int by_text(const void *left, const void *right)
{
	const struct secret *a = left, *b = right;

	return str_cmp(a->text, b->text);
}

void secrets_seal(struct secrets *s)
{
	for (size_t i = 0, n = s->list.n; i < n; i++) {
		add_like(s, s->list.at[i], SECRET_SMALL);
		add_like(s, s->list.at[i], SECRET_DIGITS);
	}
	if (s->list.n)
		qsort(s->list.at, s->list.n, sizeof(*s->list.at), by_text);
	s->first = mem_zalloc(FILTER_WORDS * sizeof(*s->first));
	for (size_t i = 0; i < s->list.n; i++) {
		size_t bit = first_hash(s->list.at[i].text.p);

		s->first[bit >> 6] |= 1ULL << (bit & 63);
	}
}

/* How many secrets come before or are TEXT. */
static size_t up_to(const struct secrets *s, struct str text)
{
	size_t low = 0, high = s->list.n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (str_cmp(s->list.at[middle].text, text) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The longest secret that TEXT begins with: the last one not behind TEXT, or, where that has
 * only a beginning in common with it, the same for that beginning.
 */
static const struct secret *begins_with(const struct secrets *s, struct str text)
{
	text = str_take(text, SECRET_KEPT);
	while (text.n >= SECRET_LEAST) {
		size_t n = up_to(s, text), common = 0;
		const struct secret *last;

		if (!n)
			return NULL;
		last = &s->list.at[n - 1];
		while (common < text.n && common < last->text.n &&
		       text.p[common] == last->text.p[common])
			common++;
		if (common == last->text.n)
			return last;
		text = str_take(text, common);
	}
	return NULL;
}

const struct secret *secrets_find(const struct secrets *s, struct str text, size_t from,
				  size_t *ret_at)
{
	for (size_t i = from; i + SECRET_LEAST <= text.n; i++) {
		size_t bit = first_hash(text.p + i);
		const struct secret *found;

		if (!(s->first[bit >> 6] >> (bit & 63) & 1))
			continue;
		found = begins_with(s, str_skip(text, i));
		if (!found)
			continue;
		*ret_at = i;
		return found;
	}
	return NULL;
}

/* ---- searching ---- */

void secret_search_begin(struct secret_search *x, const struct secrets *in, struct str text,
			 size_t least)
{
	bool large = false;

	*x = (struct secret_search){.in = in, .text = text, .least = least};
	buf_init(&x->small, 0);
	for (size_t i = 0; i < text.n; i++)
		large |= secret_small(text.p[i]) != text.p[i];
	for (size_t i = 0; large && i < text.n; i++)
		buf_add_char(&x->small, secret_small(text.p[i]));
}

/* What differs between FOUND and its value, where it stands in the text; NULL: nothing. */
static const char *likeness(const struct secret_search *x)
{
	const struct secret *found = x->found;
	struct str value = str_slice(found->value, found->value_n);

	if (found->form == SECRET_DIGITS)
		return "digits alone";
	return str_eq(str_slice(x->text.p + x->at, found->text.n), value) ? NULL : "letter case";
}

bool secret_search_next(struct secret_search *x)
{
	for (;; x->from = x->at + 1) {
		const struct secret *small = NULL;
		size_t at;

		x->found = secrets_find(x->in, x->text, x->from, &x->at);
		if (x->small.n)
			small = secrets_find(x->in, buf_str(&x->small), x->from, &at);
		if (small && (!x->found || at < x->at ||
			      (at == x->at && small->text.n > x->found->text.n))) {
			x->found = small;
			x->at = at;
		}
		if (!x->found)
			return false;
		x->like = likeness(x);
		if (x->found->text.n < x->least ||
		    (x->like && x->found->text.n < SECRET_LEAST_LIKE))
			continue;
		x->from = x->at + 1;
		return true;
	}
}

void secret_search_done(struct secret_search *x)
{
	buf_done(&x->small);
}
