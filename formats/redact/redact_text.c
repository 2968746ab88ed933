/* SPDX-License-Identifier: MIT */
/* redact_text.c: texts that go, ids that hold some of those, and what was made instead. */
#include "formats/diff/diff_rules.h"
#include "formats/redact/redact_parts.h"
#include "formats/redact/redact_spelling.h"

void redact_made(struct redact *r, struct str made)
{
	struct arena_mark mark = arena_mark(&r->arena);
	bool is_new;

	if (made.n < SECRET_LEAST)
		return;
	map_put(&r->made, arena_str(&r->arena, made), 0, &is_new);
	if (!is_new)
		arena_rewind(&r->arena, mark);
}

void redact_replace(struct redact *r, struct str text, size_t size, struct buf *out)
{
	size_t before = out->n;

	if (r->pass == PASS_LEARN) {
		secrets_add(&r->secrets, text);
		return;
	}
	shape_text(&r->shape, text, size, out);
	redact_made(r, str_slice(out->p + before, out->n - before));
}

void redact_replace_number(struct redact *r, struct str number, bool forced, struct buf *out)
{
	size_t before = out->n;

	if (r->pass == PASS_LEARN) {
		secrets_add(&r->secrets, number);
		return;
	}
	shape_number(&r->shape, number, forced, out);
	redact_made(r, str_slice(out->p + before, out->n - before));
}

size_t redact_least(struct str text)
{
	bool uuid = text.n >= 32 && diff_looks_generated(text, STR_NONE);

	return uuid ? SECRET_LEAST_IN_UUID : SECRET_LEAST;
}

/* What stands for FOUND, of the same likeness to its placeholder as it has to its value. */
static void put_alike(struct redact *r, const struct secret_search *x, struct buf *out)
{
	const struct secret *found = x->found;
	bool digits = found->form == SECRET_DIGITS, small = true, large = true;
	struct buf made;

	for (size_t i = x->at; i < x->at + found->text.n; i++) {
		small &= x->text.p[i] == secret_small(x->text.p[i]);
		large &= x->text.p[i] < 'a' || x->text.p[i] > 'z';
	}
	buf_init(&made, 0);
	shape_text(&r->shape, str_slice(found->value, found->value_n), found->value_n, &made);
	for (size_t i = 0; i < made.n; i++) {
		char c = made.p[i];

		if (digits && !secret_is_digit(c))
			continue;
		if (small)
			c = secret_small(c);
		else if (large && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		buf_add_char(out, c);
	}
	buf_done(&made);
}

/* TEXT with all secrets in it replaced; false: there are none. */
static bool put_without_secrets(struct redact *r, struct str text, struct buf *out)
{
	struct secret_search x;
	size_t done = 0;

	secret_search_begin(&x, &r->secrets, text, redact_least(text));
	while (secret_search_next(&x)) {
		size_t end = x.at + x.found->text.n;

		buf_add(out, str_slice(text.p + done, x.at - done));
		/* What follows the beginning of a long one may be the rest of it. */
		done = x.from = x.found->whole ? end : text.n;
		if (x.like && x.found->whole)
			put_alike(r, &x, out);
		else
			shape_text(&r->shape, str_slice(text.p + x.at, done - x.at), done - x.at,
				   out);
	}
	secret_search_done(&x);
	if (!done)
		return false;
	buf_add(out, str_skip(text, done));
	return true;
}

/* RUN, read as S from its character SHIFT on, without the secrets in it; false: none. */
static bool put_run(struct redact *r, const struct spelling *s, struct str run, size_t shift,
		    struct buf *out)
{
	struct buf bytes, without;
	size_t n;
	bool any;

	buf_init(&bytes, 0);
	buf_init(&without, 0);
	n = s->read(str_skip(run, shift), &bytes);
	any = n && put_without_secrets(r, buf_str(&bytes), &without);
	if (any) {
		buf_add(out, str_take(run, shift));
		s->write(buf_str(&without), run, out);
		buf_add(out, str_skip(run, shift + n));
	}
	buf_done(&without);
	buf_done(&bytes);
	return any;
}

/* TEXT without the secrets that are spelled as S in it; false: there are none. */
static bool put_respelled(struct redact *r, const struct spelling *s, struct str text,
			  struct buf *out)
{
	size_t done = 0, at = 0;
	struct str run;

	while (spelling_next(s, text, &at, &run)) {
		size_t from = (size_t)(run.p - text.p), before = out->n;

		buf_add(out, str_slice(text.p + done, from - done));
		for (size_t shift = 0; shift < s->shifts; shift++) {
			if (!put_run(r, s, run, shift, out))
				continue;
			done = from + run.n;
			break;
		}
		if (done != from + run.n)
			out->n = before;
	}
	if (!done)
		return false;
	buf_add(out, str_skip(text, done));
	return true;
}

/* TEXT without secrets, however they are spelled in it; false: there are none. */
static bool put_clean(struct redact *r, struct str text, struct buf *out)
{
	const struct spelling *all;
	struct buf now, next;
	bool any;
	size_t n;

	all = spellings(&n);
	buf_init(&now, 0);
	buf_init(&next, 0);
	any = put_without_secrets(r, text, &now);
	if (!any)
		buf_add(&now, text);
	for (size_t i = 0; i < n; i++) {
		struct buf swap = now;

		buf_clear(&next);
		if (!put_respelled(r, &all[i], buf_str(&now), &next))
			continue;
		now = next;
		next = swap;
		any = true;
	}
	if (any)
		buf_add(out, buf_str(&now));
	buf_done(&next);
	buf_done(&now);
	return any;
}

/* How the first one is like its value; one that stands there as it is comes before all others. */
static const char *search(const struct redact *r, struct str text)
{
	const char *how = NULL;
	struct secret_search x;

	secret_search_begin(&x, &r->secrets, text, redact_least(text));
	while (secret_search_next(&x)) {
		how = x.like ? (how ? how : x.like) : REDACT_AS_IT_IS;
		if (!x.like)
			break;
	}
	secret_search_done(&x);
	return how;
}

/* The same of what a part of TEXT stands for, as S. */
static bool search_spelled(const struct redact *r, const struct spelling *s, struct str text,
			   struct buf *bytes)
{
	struct str run;

	for (size_t at = 0; spelling_next(s, text, &at, &run);)
		for (size_t shift = 0; shift < s->shifts; shift++) {
			buf_clear(bytes);
			if (s->read(str_skip(run, shift), bytes) && search(r, buf_str(bytes)))
				return true;
		}
	return false;
}

const char *redact_spelled(const struct redact *r, struct str text)
{
	const char *how = search(r, text);
	const struct spelling *all;
	struct buf bytes;
	size_t n;

	all = spellings(&n);
	buf_init(&bytes, 0);
	for (size_t i = 0; !how && i < n; i++)
		if (search_spelled(r, &all[i], text, &bytes))
			how = all[i].name;
	buf_done(&bytes);
	return how;
}

/*
 * Java's SDK makes ids of activities, timers and children out of the run id, by a hash: other run
 * ids would make all of them wrong. A run id is a random number, and tells nobody anything.
 */
static bool stays_for_java(const struct redact *r, const struct redact_row *row)
{
	return row->how == HOW_RUN && r->java;
}

bool redact_id(struct redact *r, const struct redact_row *row, struct str id, struct buf *out)
{
	bool own = r->own_id.n && str_eq(id, r->own_id);
	bool made_up = diff_looks_generated(id, STR_NONE) && row->how == HOW_ID && !own;

	if (stays_for_java(r, row))
		return false;
	if (r->pass == PASS_LEARN) {
		/* The run's own comes first: ids made of it are made again of its placeholder. */
		if (r->settings.ids && !made_up)
			vec_push(&r->ids, arena_str(&r->arena, id));
		return false;
	}
	if (row->how == HOW_RUN && !r->settings.ids)
		return false;
	if (put_clean(r, id, out))
		return true;
	if (made_up || !r->settings.ids)
		return false;
	redact_replace(r, id, id.n, out);
	return true;
}

void redact_matches(struct redact *r, const struct redact_rule *rule, struct str text,
		    struct buf *out)
{
	size_t from = 0, start, end;

	while (from <= text.n && rex_find(rule->match, text, from, &start, &end)) {
		struct str found = str_slice(text.p + start, end - start);

		buf_add(out, str_slice(text.p + from, start - from));
		if (rule->action == REDACT_REPLACE)
			redact_replace(r, found, found.n, out);
		else if (r->pass == PASS_LEARN)
			secrets_add(&r->secrets, found);
		/* An empty match is none; but the search goes on behind it. */
		if (end == start && start < text.n)
			buf_add_char(out, text.p[start]);
		from = end > start ? end : start + 1;
	}
	if (from < text.n)
		buf_add(out, str_skip(text, from));
}
