/* SPDX-License-Identifier: MIT */
/* text_find.c: down an event by the schema, to its strings and payloads. */
#include "formats/history/text_find.h"

#include "formats/base/limits.h"
#include "formats/history/events.h"
#include "formats/payload/payload.h"
#include "formats/wire/wire.h"

struct walk {
	const struct codec_tools *tools;
	size_t event;
	text_visit *visit;
	void *data;
	struct buf path, text;
	struct arena step;
	struct str name; /* of the event; said at last where no field of its own says it */
	unsigned depth;
	bool named;
	bool enough;
};

static void tell(struct walk *w, struct str where, struct str text)
{
	struct text_at at = {.event = w->event, .where = where};

	if (!text.n || w->enough)
		return;
	w->named |= str_eq(text, w->name);
	buf_clear(&w->text);
	buf_add(&w->text, text);
	at.text = buf_str(&w->text);
	w->enough = !w->visit(w->data, &at);
}

static void tell_at(struct walk *w, const struct transcode_path *path, struct str text)
{
	buf_clear(&w->path);
	transcode_put_path(&w->path, path);
	tell(w, buf_str(&w->path), text);
}

/* ---- JSON escapes ---- */

static long hex4(struct str s)
{
	long value = 0;

	if (s.n < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		int digit = str_hex_digit(s.p[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* The letter that S, behind a backslash, stands for; *RET_N bytes of S do. -1: no letter. */
static long escaped_rune(struct str s, size_t *ret_n)
{
	long rune = s.n && s.p[0] == 'u' ? hex4(str_skip(s, 1)) : -1, low;

	*ret_n = 5;
	if (rune >= 0xd800 && rune < 0xdc00 && s.n >= 11 && s.p[5] == '\\' && s.p[6] == 'u') {
		low = hex4(str_skip(s, 7));
		if (low < 0xdc00 || low > 0xdfff)
			return -1;
		*ret_n = 11;
		return 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
	}
	return rune >= 0x80 && (rune < 0xd800 || rune > 0xdfff) ? rune : -1;
}

/* Never longer than it was: an escape has more bytes than its letter. */
static struct str without_escapes(struct str json, struct arena *a)
{
	size_t from = 0, n = 0;
	char *out;

	if (str_find(json, STR("\\u")) < 0)
		return json;
	out = arena_alloc(a, json.n);
	while (from < json.n) {
		size_t used;
		long rune = json.p[from] == '\\' ? escaped_rune(str_skip(json, from + 1), &used)
						 : -1;

		if (rune >= 0) {
			n += str_put_utf8(out + n, (unsigned)rune);
			from += 1 + used;
			continue;
		}
		/* The byte behind a backslash is no begin of another escape. */
		if (json.p[from] == '\\' && from + 1 < json.n)
			out[n++] = json.p[from++];
		out[n++] = json.p[from++];
	}
	return str_slice(out, n);
}

/* ---- the walk ---- */

static bool is_text(struct str s)
{
	return memchr(s.p, '\0', s.n) == NULL;
}

static void see_payload(struct walk *w, const struct transcode_path *path, struct str bytes)
{
	struct arena_mark mark = arena_mark(&w->step);
	static const struct codec_tools NONE;
	struct payload p;
	struct str open = bytes;

	(void)!codec_unwrap(w->tools ? w->tools : &NONE, bytes, &w->step, &open, NULL, NULL);
	if (!payload_read(open, &p))
		return;
	if (p.kind == PAYLOAD_JSON)
		tell_at(w, path, without_escapes(p.data, &w->step));
	else if ((p.kind == PAYLOAD_PLAIN || p.kind == PAYLOAD_UNKNOWN) && p.data.n &&
		 is_text(p.data))
		tell_at(w, path, p.data);
	arena_rewind(&w->step, mark);
}

static void walk_message(struct walk *w, const struct schema_message *m, struct str bytes,
			 struct transcode_path *up);

static void see_field(struct walk *w, const struct wire_field *f, struct transcode_path *path)
{
	const struct schema_field *field = path->field;

	if (field->kind == SCHEMA_STRING) {
		tell_at(w, path, f->bytes);
	} else if (field->map) {
		path->key = wire_bytes_at(f->bytes, 1);
		tell_at(w, path, path->key);
		if (field->message->fields[1].kind == SCHEMA_STRING)
			tell_at(w, path, wire_bytes_at(f->bytes, 2));
		else if (field->message->fields[1].message)
			walk_message(w, field->message->fields[1].message,
				     wire_bytes_at(f->bytes, 2), path);
	} else if (field->message) {
		walk_message(w, field->message, f->bytes, path);
	}
}

static void walk_message(struct walk *w, const struct schema_message *m, struct str bytes,
			 struct transcode_path *up)
{
	struct wire fields = wire_of(bytes);
	const struct schema_field *before = NULL;
	struct wire_field f;
	int64_t index = 0;

	if (payload_is_message(m)) {
		see_payload(w, up, bytes);
		return;
	}
	if (w->depth == LIMIT_DEPTH)
		return;
	w->depth++;
	while (!w->enough && wire_next(&fields, &f)) {
		const struct schema_field *field = schema_field_by_number(m, f.number);
		struct transcode_path path = {.up = up, .field = field, .index = -1};

		if (!field || f.type != WIRE_BYTES)
			continue;
		index = field == before ? index + 1 : 0;
		before = field;
		if (field->repeated && !field->map)
			path.index = index;
		see_field(w, &f, &path);
	}
	w->depth--;
}

bool text_find_each(const struct history *h, size_t index, const struct codec_tools *tools,
		    text_visit *visit, void *data)
{
	struct walk w = {.tools = tools, .event = index, .visit = visit, .data = data};

	buf_init(&w.path, 0);
	buf_init(&w.text, 0);
	arena_init(&w.step);
	tell(&w, STR("type"), event_type_name(h, index, &w.step));
	w.name = event_name(h, index, &w.step);
	if (!w.enough)
		walk_message(&w, history_event_message(h), history_event(h, index), NULL);
	if (!w.named)
		tell(&w, STR("name"), w.name);
	arena_done(&w.step);
	buf_done(&w.text);
	buf_done(&w.path);
	return !w.enough;
}
