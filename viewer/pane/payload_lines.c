/* SPDX-License-Identifier: MIT */
/* payload_lines.c: a payload by what is known of it: JSON, text, a message, bytes. */
#include "viewer/pane/payload_lines.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/history/detail.h"
#include "formats/payload/payload_dump.h"
#include "viewer/pane/json_lines.h"

/* Bytes of text, of a line of it, and of a dump, in one go. */
#define PART_TEXT_BYTES ((size_t)8192)
#define PIECE_BYTES ((size_t)2048)
#define PART_BYTES ((size_t)2048)
/* Larger payloads are not opened before somebody unfolds them. */
#define LARGE_BYTES KEPT_LEAST_BYTES

static void opened(const struct session *s, struct str bytes, struct arena *a,
		   struct payload_opened *ret)
{
	const struct payload_reader none = {.schema = s->schema};

	if (s->payload == PAYLOAD_MODE_DECODED) {
		payload_open(s->options.reader ? s->options.reader : &none, bytes, a, ret);
		return;
	}
	*ret = (struct payload_opened){.form = PAYLOAD_FORM_BYTES};
	if (!payload_read(bytes, &ret->payload))
		ret->payload = (struct payload){.bytes = bytes, .data = bytes};
	ret->text = ret->payload.data;
	if (s->payload == PAYLOAD_MODE_RAW && dump_is_text(ret->text))
		ret->form = PAYLOAD_FORM_TEXT;
}

/* A large one is kept: pages are made again and again of it. It is opened alike for any key. */
static void opened_or_kept(struct session *s, struct str bytes, struct arena *a,
			   struct payload_opened *ret)
{
	const struct kept_entry *e;
	struct payload_opened *made;
	struct kept_entry *added;

	/* What a codec server says of it comes later, and a mask takes it away again. */
	if (bytes.n < KEPT_LEAST_BYTES || s->payload != PAYLOAD_MODE_DECODED || s->codec.n) {
		opened(s, bytes, a, ret);
		return;
	}
	e = kept_find(&s->kept.payloads, bytes);
	if (!e) {
		e = added = kept_add(&s->kept.payloads, bytes);
		made = arena_array(&added->arena, struct payload_opened, 1);
		opened(s, added->from, &added->arena, made);
		added->made = made;
	}
	*ret = *(const struct payload_opened *)e->made;
}

/* What can be said of a payload without reading all of it. */
static void glanced(struct str bytes, struct payload_opened *ret)
{
	*ret = (struct payload_opened){.form = PAYLOAD_FORM_TEXT};
	if (!payload_read(bytes, &ret->payload))
		ret->payload = (struct payload){.bytes = bytes, .data = bytes};
	ret->text = ret->payload.data;
	if (ret->payload.kind == PAYLOAD_JSON)
		ret->form = PAYLOAD_FORM_JSON;
	else if (!dump_is_text(str_take(ret->text, PIECE_BYTES)))
		ret->form = PAYLOAD_FORM_BYTES;
}

/* "json/plain, was encrypted  412 B": what it is. */
static void add_kind(const struct payload_opened *o, struct line *l)
{
	const struct payload *p = &o->payload;
	struct arena a;

	arena_init(&a);
	line_add(l, STYLE_DIM, p->encoding.n ? p->encoding : STR("no encoding"));
	if (p->message_type.n) {
		line_puts(l, STYLE_DIM, " ");
		line_add(l, STYLE_DIM, p->message_type);
	}
	if (o->chain.known)
		line_puts(l, STYLE_DIM, " by the codec server");
	for (size_t i = 0; i < o->chain.n; i++)
		line_printf(l, STYLE_DIM, "%s%s", i ? " in " : ", was ",
			    o->chain.layers[o->chain.n - 1 - i]->name);
	if (o->chain.stored)
		line_puts(l, STYLE_DIM, ", was stored elsewhere");
	line_puts(l, STYLE_DIM, "  ");
	line_add(l, STYLE_DIM, detail_bytes(p->data.n, &a));
	if (o->note)
		line_printf(l, STYLE_ODD, "  %s", o->note);
	if (o->why.code != ERR_NONE) {
		line_puts(l, STYLE_ODD, "  not opened: ");
		line_add(l, STYLE_ODD, str_take(str_of(o->why.message), LIMIT_SHOWN_PATH_BYTES));
	}
	arena_done(&a);
}

/* ---- what it holds ---- */

static void add_brief(const struct payload_opened *o, size_t most, struct buf *out)
{
	size_t begin = out->n;
	struct buf dump;

	switch (o->form) {
	case PAYLOAD_FORM_NULL:
	case PAYLOAD_FORM_JSON:
		json_lines_pack(o->text, most, out);
		break;
	case PAYLOAD_FORM_TEXT:
		buf_add(out, str_take(o->text, most));
		break;
	case PAYLOAD_FORM_REFERENCE:
		buf_puts(out, "stored at ");
		buf_add(out, str_take(o->text, most));
		break;
	case PAYLOAD_FORM_BYTES:
		buf_init(&dump, 0);
		if (o->payload.kind == PAYLOAD_PROTOBUF && dump_wire(o->text, 0, most, &dump)) {
			for (size_t i = 0; i < dump.n; i++)
				buf_add_char(out, dump.p[i] == '\n' ? ' ' : dump.p[i]);
		} else {
			for (size_t i = 0; i < o->text.n && out->n - begin + 3 < most; i++)
				buf_printf(out, "%s%02x", i ? " " : "", (unsigned char)o->text.p[i]);
		}
		buf_done(&dump);
		break;
	}
}

void payload_lines_whole(const struct session *s, struct str bytes, struct buf *out)
{
	struct payload_opened o;
	struct arena a;

	arena_init(&a);
	opened(s, bytes, &a, &o);
	if (o.form == PAYLOAD_FORM_BYTES &&
	    !(o.payload.kind == PAYLOAD_PROTOBUF && dump_wire(o.text, 0, LIMIT_PAYLOAD_BYTES, out)))
		dump_hex(o.text, 0, o.text.n, out);
	else if (o.form != PAYLOAD_FORM_BYTES)
		buf_add(out, o.text);
	arena_done(&a);
}

static bool part(struct page *p, uint64_t id, size_t at)
{
	if (page_fold(p, page_id_number(id ^ 2, at), PAGE_CLOSED)) {
		p->about.fold = 0;
		return true;
	}
	return false;
}

static void add_more(struct page *p, size_t left, struct str how_much)
{
	line_to(&p->now, left);
	line_puts(&p->now, STYLE_DIM, "... ");
	line_add(&p->now, STYLE_DIM, how_much);
	line_puts(&p->now, STYLE_DIM, " more");
	page_end(p);
}

/* Up to a line break, or as much as a screen has, and no half of a character. */
static struct str piece_of(struct str *text)
{
	struct str rest = *text, line = str_split(&rest, '\n');
	size_t n = PIECE_BYTES;

	if (line.n <= PIECE_BYTES) {
		*text = rest;
		return line;
	}
	while (n && ((unsigned char)line.p[n] & 0xc0) == 0x80)
		n--;
	n = n ? n : PIECE_BYTES;
	*text = str_skip(*text, n);
	return str_take(line, n);
}

static void add_text(struct page *p, struct str text, uint64_t id, size_t left, size_t width)
{
	size_t size = text.n, until = PART_TEXT_BYTES;

	while (text.n) {
		if (size - text.n >= until) {
			if (!part(p, id, until)) {
				add_more(p, left, detail_bytes(text.n, &p->arena));
				return;
			}
			until += PART_TEXT_BYTES;
		}
		page_text(p, STYLE_PLAIN, piece_of(&text), left, width);
	}
}

static void add_hex_line(struct page *p, struct str bytes, size_t at, size_t left)
{
	struct line *l = &p->now;

	line_to(l, left);
	line_printf(l, STYLE_DIM, "%08zx ", at);
	for (size_t i = 0; i < 16; i++)
		if (at + i < bytes.n)
			line_printf(l, STYLE_PLAIN, "%s %02x", i == 8 ? " " : "",
				    (unsigned char)bytes.p[at + i]);
	line_to(l, left + 60);
	for (size_t i = at; i < at + 16 && i < bytes.n; i++)
		line_printf(l, STYLE_PLAIN, "%c",
			    bytes.p[i] >= ' ' && bytes.p[i] <= '~' ? bytes.p[i] : '.');
	page_end(p);
}

static void add_hex(struct page *p, struct str bytes, uint64_t id, size_t left)
{
	for (size_t at = 0; at < bytes.n; at += 16) {
		if (at && at % PART_BYTES == 0 && !part(p, id, at)) {
			add_more(p, left, detail_bytes(bytes.n - at, &p->arena));
			return;
		}
		add_hex_line(p, bytes, at, left);
	}
}

static void add_wire(struct page *p, struct str bytes, uint64_t id, size_t left)
{
	struct str rest;
	struct buf dump;

	buf_init(&dump, 0);
	if (!dump_wire(bytes, 0, LIMIT_DUMP_BYTES, &dump))
		add_hex(p, bytes, id, left);
	for (rest = buf_str(&dump); rest.n;) {
		line_to(&p->now, left);
		line_add(&p->now, STYLE_PLAIN, str_split(&rest, '\n'));
		page_end(p);
	}
	buf_done(&dump);
}

static void add_body(const struct pane_context *c, struct page *p, const struct payload_opened *o,
		     uint64_t id, size_t left)
{
	const struct json_lines json = {
		.page = p,
		.id = page_id(id, STR("value")),
		.left = left,
		.width = c->width,
		.inline_most = 60,
		.open_depth = 1,
		.open_most = c->height ? 16 * c->height : SIZE_MAX,
	};

	switch (o->form) {
	case PAYLOAD_FORM_NULL:
	case PAYLOAD_FORM_JSON:
		line_to(&p->now, left);
		json_lines_add(&json, o->text);
		break;
	case PAYLOAD_FORM_TEXT:
	case PAYLOAD_FORM_REFERENCE:
		add_text(p, o->text, id, left, c->width);
		break;
	case PAYLOAD_FORM_BYTES:
		if (o->payload.kind == PAYLOAD_PROTOBUF && c->session->payload == PAYLOAD_MODE_DECODED)
			add_wire(p, o->text, id, left);
		else
			add_hex(p, o->text, id, left);
	}
}

/* Label, what it holds as far as there is room, and what it is. */
static void add_line(const struct pane_context *c, struct page *p, struct str label, struct str brief,
		     const struct line *kind, size_t left)
{
	size_t from = label.n > 2 ? left + PAYLOAD_LABEL_WIDTH - 1 : left + 3, room;
	struct line text;

	line_to(&p->now, left);
	line_add(&p->now, STYLE_STRONG, label);
	if (p->now.columns >= from)
		line_puts(&p->now, STYLE_PLAIN, " ");
	line_to(&p->now, from);
	from = p->now.columns;
	room = c->width > from + kind->columns + 12 ? c->width - from - kind->columns - 3 : 0;
	line_init(&text);
	line_add(&text, STYLE_PLAIN, brief);
	if (brief.n && room)
		line_put_cell(&p->now, &text, text.columns < room ? text.columns : room);
	else if (brief.n)
		line_put_cell(&p->now, &text, c->width > from ? c->width - from : 0);
	line_done(&text);
	if (room || !brief.n) {
		line_puts(&p->now, STYLE_PLAIN, brief.n ? "   " : "");
		line_append(&p->now, kind);
	}
	page_end(p);
}

/* What is on the screen and can't be read is asked for; WHY the server refused it. */
static bool ask_codec(const struct pane_context *c, struct str bytes, struct payload_opened *o,
		      enum codec_standing *ret, struct str *ret_why)
{
	if (!session_codec_want(c->session, &o->payload, bytes, ret, ret_why))
		return false;
	o->why = (struct err)ERR_INIT; /* our own keys are not the point */
	if (*ret == CODEC_KNOWN)
		o->note = "as the codec server left it";
	return true;
}

void payload_lines_add_refusal(const struct pane_context *c, struct page *p, struct str why,
			       size_t left)
{
	struct buf text;

	buf_init(&text, 0);
	keymap_keys(&c->session->keymap, ACTION_CODEC_AGAIN, &text);
	if (!text.n)
		buf_puts(&text, ":codec-again");
	buf_puts(&text, " asks again; :codec URL asks another server, :codec off none");
	page_text(p, STYLE_ODD, why, left, c->width);
	page_text(p, STYLE_DIM, buf_str(&text), left, c->width);
	buf_done(&text);
}

void payload_lines_add(const struct pane_context *c, struct page *p, uint64_t id,
		       enum page_fold begin, size_t left, struct str label, struct str bytes)
{
	struct payload_opened o;
	struct line kind;
	struct buf brief;
	bool large = bytes.n > LARGE_BYTES && c->session->payload == PAYLOAD_MODE_DECODED;
	bool fits, open = false, asks = false;
	enum codec_standing standing = CODEC_KNOWN;
	struct str why = STR_NONE;

	/* Moving past an event must not cost what opening its payload does. */
	if (large && !page_fold(p, id, PAGE_CLOSED)) {
		glanced(bytes, &o);
	} else {
		opened_or_kept(c->session, bytes, &p->arena, &o);
		open = large;
		asks = ask_codec(c, bytes, &o, &standing, &why);
	}
	line_init(&kind);
	buf_init(&brief, 0);
	add_kind(&o, &kind);
	if (asks && (standing == CODEC_WAITS || standing == CODEC_ASKED)) {
		buf_puts(&brief, "asking the codec server ...");
		begin = PAGE_CLOSED;
	} else {
		add_brief(&o, c->width, &brief);
	}
	fits = left + PAYLOAD_LABEL_WIDTH + brief.n + 3 + kind.columns <= c->width &&
	       !memchr(brief.p ? brief.p : "", '\n', brief.n);
	if ((c->height && c->height < PAYLOAD_ROOMY) || o.why.code != ERR_NONE ||
	    standing == CODEC_REFUSED)
		begin = PAGE_CLOSED;
	if (!large)
		open = !fits && page_fold(p, id, begin);
	add_line(c, p, label, open ? STR_NONE : buf_str(&brief), &kind, left);
	if (open) {
		p->about.level++;
		add_body(c, p, &o, id, left + 2);
		p->about.level--;
	}
	if (standing == CODEC_REFUSED)
		payload_lines_add_refusal(c, p, why, left + 2);
	buf_done(&brief);
	line_done(&kind);
}
