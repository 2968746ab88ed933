/* SPDX-License-Identifier: MIT */
/* redact_text.c: texts that go, ids that hold some of those, and what was made instead. */
#include "formats/diff/diff_rules.h"
#include "formats/redact/redact_parts.h"

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

/* ID with all secrets in it replaced; false: there are none. */
static bool put_without_secrets(struct redact *r, struct str id, struct buf *out)
{
	size_t least = redact_least(id), done = 0, from = 0, at;
	const struct secret *found;

	while ((found = secrets_find(&r->secrets, id, from, &at))) {
		from = at + 1;
		if (found->text.n < least)
			continue;
		buf_add(out, str_slice(id.p + done, at - done));
		/* What follows the beginning of a long one may be the rest of it. */
		done = from = found->whole ? at + found->text.n : id.n;
		shape_text(&r->shape, str_slice(id.p + at, done - at), done - at, out);
	}
	if (!done)
		return false;
	buf_add(out, str_skip(id, done));
	return true;
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
	if (put_without_secrets(r, id, out))
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
