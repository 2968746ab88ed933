/* SPDX-License-Identifier: MIT */
/* diff_dump.c: a diff as JSON, for other programs. */
#include "formats/base/base64.h"
#include "formats/base/mem.h"
#include "formats/diff/diff_text.h"
#include "formats/history/events.h"
#include "formats/transcode/json.h"

#include <inttypes.h>

#define FLUSH_AT ((size_t)64 * 1024)

static void put_base64(struct buf *out, struct str bytes)
{
	char *text = mem_alloc(BASE64_ENCODED(bytes.n) + 1);

	base64_encode(bytes, text);
	json_put_string(out, str_slice(text, BASE64_ENCODED(bytes.n)));
	mem_free(text);
}

/* ,"left":VALUE - nothing where the value is absent; what is cut says how long it was. */
static void put_value(struct buf *out, const char *key, const struct diff_side_value *v)
{
	if (!v->value.p)
		return;
	buf_printf(out, ",\"%s\":", key);
	if (v->kind == LEAF_BYTES) {
		buf_puts(out, "{\"base64\":");
		put_base64(out, v->value);
		buf_add_char(out, '}');
	} else if ((v->kind == LEAF_JSON_NUMBER || v->kind == LEAF_JSON_WORD) &&
		   v->value.n == v->length) {
		buf_add(out, v->value);
	} else {
		json_put_string(out, v->value);
	}
	if (v->value.n != v->length)
		buf_printf(out, ",\"%sFrom\":%zu,\"%sBytes\":%zu", key, v->from, key, v->length);
}

static void put_event(struct buf *out, const char *key, const struct history *h, uint32_t index)
{
	struct arena a;
	struct str name;

	if (index == DIFF_NOBODY)
		return;
	arena_init(&a);
	name = event_name(h, index, &a);
	buf_printf(out, ",\"%s\":{\"eventId\":%" PRId64 ",\"type\":", key, h->events[index].id);
	json_put_string(out, diff_type(h, index, &a));
	if (name.n) {
		buf_puts(out, ",\"name\":");
		json_put_string(out, name);
	}
	buf_add_char(out, '}');
	arena_done(&a);
}

static void put_change(struct buf *out, const struct diff_change *c)
{
	buf_puts(out, "{\"path\":");
	json_put_string(out, c->path);
	if (c->json.p) {
		buf_puts(out, ",\"json\":");
		json_put_string(out, c->json);
	}
	put_value(out, "left", &c->left);
	put_value(out, "right", &c->right);
	buf_add_char(out, '}');
}

static void put_row(struct buf *out, const struct diff_look *look, const struct diff_row *row)
{
	static const char *const KINDS[] = {"equal", "changed", "left", "right"};

	buf_printf(out, "{\"kind\":\"%s\"%s", KINDS[row->kind], row->moved ? ",\"moved\":true" : "");
	put_event(out, "left", look->sides[0], row->left);
	put_event(out, "right", look->sides[1], row->right);
	if (row->n_changes)
		buf_puts(out, ",\"changes\":[");
	for (size_t i = 0; i < row->n_changes; i++) {
		if (i)
			buf_add_char(out, ',');
		put_change(out, &row->changes[i]);
	}
	if (row->n_changes)
		buf_add_char(out, ']');
	if (row->n_more)
		buf_printf(out, ",\"moreChanges\":%zu", row->n_more);
	buf_add_char(out, '}');
}

static void put_side(struct buf *out, const char *key, const struct diff_look *look, int side)
{
	const struct history *h = look->sides[side];

	buf_printf(out, "\"%s\":{\"history\":", key);
	json_put_string(out, look->names[side]);
	buf_puts(out, ",\"workflowType\":");
	json_put_string(out, h->workflow_type);
	buf_puts(out, ",\"workflowId\":");
	json_put_string(out, h->workflow_id);
	buf_printf(out, ",\"events\":%zu},", h->n_events);
}

void diff_put_json(const struct diff *d, const struct diff_look *look, struct buf *out)
{
	bool first = true;

	buf_add_char(out, '{');
	put_side(out, "left", look, 0);
	put_side(out, "right", look, 1);
	buf_printf(out, "\"same\":%s,\"equal\":%zu,\"changed\":%zu,\"moved\":%zu,\"onlyLeft\":%zu,"
		   "\"onlyRight\":%zu,\"rows\":[",
		   diff_same(d) ? "true" : "false", d->n_equal, d->n_changed, d->n_moved, d->n_left,
		   d->n_right);
	for (size_t i = 0; i < d->n_rows; i++) {
		if (d->rows[i].kind == DIFF_EQUAL)
			continue;
		if (!first)
			buf_add_char(out, ',');
		first = false;
		put_row(out, look, &d->rows[i]);
		if (out->n > FLUSH_AT && look->flush)
			look->flush(look->data, out);
	}
	buf_add_char(out, ']');
	if (d->beside.kind != DIFF_EQUAL) {
		buf_puts(out, ",\"beside\":");
		put_row(out, look, &d->beside);
	}
	buf_puts(out, "}\n");
}
