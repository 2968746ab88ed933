/* SPDX-License-Identifier: MIT */
/* diff_words.c: which rows are shown, and how events, places and values are called. */
#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/diff/diff_text.h"
#include "formats/history/events.h"
#include "formats/transcode/json.h"

#include <inttypes.h>

static void mark(const struct diff *d, size_t context, bool *shown)
{
	size_t until = 0; /* rows before this one are near a difference */

	for (size_t i = 0; i < d->n_rows; i++) {
		size_t from = i > context ? i - context : 0;

		if (d->rows[i].kind == DIFF_EQUAL)
			continue;
		for (size_t k = from > until ? from : until; k < i; k++)
			shown[k] = true;
		until = i + 1 + context < d->n_rows ? i + 1 + context : d->n_rows;
		for (size_t k = i; k < until; k++)
			shown[k] = true;
	}
}

static void widen(size_t *width, size_t to)
{
	*width = to > *width ? to : *width;
}

static void measure(struct diff_shown *s, const struct diff_look *look, int side, size_t index)
{
	const struct history *h = look->sides[side];
	struct arena_mark here = arena_mark(&s->arena);

	widen(&s->id[side], arena_printf(&s->arena, "%" PRId64, h->events[index].id).n);
	widen(&s->type, diff_type(h, index, &s->arena).n);
	arena_rewind(&s->arena, here);
}

void diff_shown_init(struct diff_shown *s, const struct diff *d, const struct diff_look *look)
{
	*s = (struct diff_shown){0};
	arena_init(&s->arena);
	s->rows = arena_array(&s->arena, bool, d->n_rows + 1);
	mark(d, look->context, s->rows);
	for (size_t i = 0; i < d->n_rows; i++) {
		const struct diff_row *row = &d->rows[i];

		if (s->rows[i] && row->left != DIFF_NOBODY)
			measure(s, look, 0, row->left);
		if (s->rows[i] && row->right != DIFF_NOBODY)
			measure(s, look, 1, row->right);
	}
}

void diff_shown_done(struct diff_shown *s)
{
	arena_done(&s->arena);
}

struct str diff_type(const struct history *h, size_t index, struct arena *a)
{
	return event_type_name(h, index, a);
}

void diff_words(const struct history *h, size_t index, struct buf *out)
{
	struct str name, id;
	struct arena a;

	arena_init(&a);
	name = event_name(h, index, &a);
	id = event_code_id(h, index, &a);
	visible_add(out, name, LIMIT_SHOWN_NAME_BYTES);
	if (id.n && !str_eq(id, name)) {
		buf_puts(out, name.n ? "  id " : "id ");
		visible_add(out, id, LIMIT_SHOWN_NAME_BYTES);
	}
	arena_done(&a);
}

static void quote(struct str value, struct buf *out)
{
	struct buf text;

	buf_init(&text, 0);
	json_put_string(&text, value);
	visible_add(out, buf_str(&text), 0);
	buf_done(&text);
}

void diff_value(const struct diff_side_value *v, struct buf *out)
{
	bool cut = v->from + v->value.n < v->length;

	if (!v->value.p) {
		buf_puts(out, "(absent)");
		return;
	}
	if (v->from)
		buf_puts(out, "...");
	if (v->kind == LEAF_BYTES) {
		for (size_t i = 0; i < v->value.n && i < 16; i++)
			buf_printf(out, "%02x", (unsigned)(unsigned char)v->value.p[i]);
		cut |= v->value.n > 16;
	} else if (v->kind == LEAF_TEXT || v->kind == LEAF_JSON_STRING) {
		quote(v->value, out);
	} else {
		visible_add(out, v->value, 0);
	}
	if (cut)
		buf_puts(out, "...");
	if (cut || v->from || v->kind == LEAF_BYTES)
		buf_printf(out, " (%zu byte%s)", v->length, v->length == 1 ? "" : "s");
}

void diff_place(const struct diff_change *c, struct buf *out)
{
	struct str path = c->path;
	ptrdiff_t behind = str_find(path, STR("EventAttributes."));

	/* The line above has the type already. */
	if (behind >= 0 && !memchr(path.p, '.', (size_t)behind))
		path = str_skip(path, (size_t)behind + strlen("EventAttributes."));
	visible_add(out, path, LIMIT_SHOWN_PATH_BYTES);
	if (c->json.p) {
		buf_add_char(out, ' ');
		visible_add(out, c->json, LIMIT_SHOWN_PATH_BYTES);
	}
}
