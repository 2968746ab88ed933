/* SPDX-License-Identifier: MIT */
/* payload_print.c: from a payload's bytes to the form that says most. */
#include "formats/payload/payload_print.h"

#include "formats/base/base64.h"
#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/payload/payload_dump.h"
#include "formats/payload/payload_store.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode.h"

/* Opening */

static bool is_json(struct str text)
{
	struct json j = {text, 0};

	return json_only(&j, NULL);
}

static void set_form(struct payload_opened *o, enum payload_form form, struct str text)
{
	o->form = form;
	o->text = text;
}

/* Text or bytes, whatever was meant. */
static void set_raw(struct payload_opened *o, const char *note)
{
	bool text = o->payload.data.n && dump_is_text(o->payload.data);

	set_form(o, text ? PAYLOAD_FORM_TEXT : PAYLOAD_FORM_BYTES, o->payload.data);
	o->note = note;
}

/* The message as JSON, by the user's descriptors first, then by our schema. */
static bool message_json(const struct payload_reader *r, const struct payload *p,
			 struct arena *a, struct str *ret)
{
	const struct descriptor_message *d =
		r->descriptors ? descriptor_message(r->descriptors, p->message_type) : NULL;
	const struct schema_message *m = schema_message_search(r->schema, p->message_type);
	struct transcode_loss loss = {0};
	const struct transcode_options options = {.loss = &loss};
	struct buf out;
	bool ok = false;

	buf_init(&out, LIMIT_PAYLOAD_BYTES);
	if (d)
		ok = descriptor_json(r->descriptors, d, p->data, a, &out, NULL);
	else if (m)
		ok = transcode_wire_to_json(m, p->data, &options, a, &out, NULL) &&
		     !transcode_loss_count(&loss, TRANSCODE_LOST);
	if (ok)
		*ret = arena_str(a, buf_str(&out));
	buf_done(&out);
	return ok;
}

void payload_open(const struct payload_reader *r, struct str bytes, struct arena *a,
		  struct payload_opened *ret)
{
	struct payload_opened o = {.why = ERR_INIT};
	struct store_reference reference;
	struct str inner, json;

	codec_unwrap(&r->tools, bytes, a, &inner, &o.chain, &o.why);
	if (!payload_read(inner, &o.payload))
		o.payload = (struct payload){.bytes = inner, .data = inner};
	if (o.payload.reference && store_reference_read(&o.payload, a, &reference))
		set_form(&o, PAYLOAD_FORM_REFERENCE, store_reference_text(&reference, a));
	else if (o.payload.kind == PAYLOAD_NULL && !o.payload.data.n)
		set_form(&o, PAYLOAD_FORM_NULL, STR("null"));
	else if (o.payload.kind == PAYLOAD_JSON && is_json(o.payload.data))
		set_form(&o, PAYLOAD_FORM_JSON, o.payload.data);
	else if (o.payload.kind == PAYLOAD_JSON)
		set_raw(&o, "not valid JSON");
	else if (o.payload.kind == PAYLOAD_PROTOBUF && message_json(r, &o.payload, a, &json))
		set_form(&o, PAYLOAD_FORM_JSON, json);
	else if (o.payload.kind == PAYLOAD_PROTOBUF)
		set_form(&o, PAYLOAD_FORM_BYTES, o.payload.data);
	else
		set_raw(&o, NULL);
	*ret = o;
}

/* For people */

struct printing {
	const struct payload_reader *r;
	struct buf *out;
	struct arena arena; /* of one payload */
	void (*one)(struct printing *p, struct str path, const struct payload_opened *o);
	bool any; /* one was written already */
};

static void add_heading(const struct payload_opened *o, struct buf *out)
{
	const struct payload *p = &o->payload;

	visible_add(out, p->encoding.n ? p->encoding : STR("no encoding"), LIMIT_SHOWN_NAME_BYTES);
	if (p->message_type.n) {
		buf_add_char(out, ' ');
		visible_add(out, p->message_type, LIMIT_SHOWN_NAME_BYTES);
	}
	if (o->chain.stored)
		buf_puts(out, ", was stored elsewhere");
	for (size_t i = 0; i < o->chain.n; i++)
		buf_printf(out, "%s%s", i ? " in " : ", was ",
			   o->chain.layers[o->chain.n - 1 - i]->name);
	if (o->note)
		buf_printf(out, ", %s", o->note);
	if (o->why.code != ERR_NONE) {
		buf_puts(out, "; not opened: ");
		visible_add(out, str_of(o->why.message), LIMIT_SHOWN_PATH_BYTES);
	}
	if (!p->data.n && o->form != PAYLOAD_FORM_NULL)
		buf_puts(out, ", empty");
}

static void add_body(const struct payload_opened *o, unsigned indent, struct buf *out)
{
	switch (o->form) {
	case PAYLOAD_FORM_JSON:
		dump_json(o->text, indent, out);
		break;
	case PAYLOAD_FORM_TEXT:
		dump_text(o->text, indent, out);
		break;
	case PAYLOAD_FORM_REFERENCE:
		buf_puts(out, "  stored at ");
		visible_add(out, o->text, LIMIT_SHOWN_PATH_BYTES);
		buf_add_char(out, '\n');
		break;
	case PAYLOAD_FORM_BYTES:
		if (o->payload.kind != PAYLOAD_PROTOBUF ||
		    !dump_wire(o->text, indent, LIMIT_DUMP_BYTES, out))
			dump_hex(o->text, indent, LIMIT_DUMP_BYTES / 4, out);
		break;
	case PAYLOAD_FORM_NULL:
		break;
	}
}

static void print_one(struct printing *p, struct str path, const struct payload_opened *o)
{
	visible_add(p->out, path, 0);
	buf_puts(p->out, ": ");
	add_heading(o, p->out);
	buf_add_char(p->out, '\n');
	add_body(o, 2, p->out);
}

static bool visit(void *data, const struct payload_at *at, struct err *err)
{
	struct printing *p = data;
	struct arena_mark mark = arena_mark(&p->arena);
	struct payload_opened o;
	struct buf path;

	buf_init(&path, 0);
	payload_path(at, &path);
	payload_open(p->r, at->payload.bytes, &p->arena, &o);
	p->one(p, buf_str(&path), &o);
	buf_done(&path);
	arena_rewind(&p->arena, mark);
	return buf_ok(p->out, err);
}

static bool each(struct printing *p, const struct schema_message *m, struct str bytes,
		 struct err *err)
{
	bool ok;

	arena_init(&p->arena);
	ok = payload_each(p->r->schema, m, bytes, visit, p, err);
	arena_done(&p->arena);
	return ok;
}

bool payload_print_all(const struct payload_reader *r, const struct schema_message *m,
		       struct str bytes, struct buf *out, struct err *err)
{
	struct printing p = {.r = r, .out = out, .one = print_one};

	return each(&p, m, bytes, err);
}

/* For programs */

static void add_member(struct buf *out, const char *key, struct str value)
{
	buf_printf(out, ",\"%s\":", key);
	json_put_string(out, value);
}

static void add_base64(struct buf *out, struct str bytes)
{
	char *room;

	buf_puts(out, ",\"base64\":\"");
	room = buf_room(out, BASE64_ENCODED(bytes.n));
	if (room) {
		base64_encode(bytes, room);
		out->n += BASE64_ENCODED(bytes.n);
	}
	buf_add_char(out, '"');
}

static void add_layers(const struct codec_chain *chain, struct buf *out)
{
	if (chain->stored)
		buf_puts(out, ",\"stored\":true");
	if (!chain->n)
		return;
	buf_puts(out, ",\"layers\":[");
	for (size_t i = 0; i < chain->n; i++)
		buf_printf(out, "%s\"%s\"", i ? "," : "", chain->layers[i]->name);
	buf_add_char(out, ']');
}

static void add_form(const struct payload_opened *o, struct buf *out)
{
	switch (o->form) {
	case PAYLOAD_FORM_NULL:
	case PAYLOAD_FORM_JSON:
		buf_puts(out, ",\"value\":");
		buf_add(out, str_trim(o->text));
		break;
	case PAYLOAD_FORM_TEXT:
		add_member(out, "text", o->text);
		break;
	case PAYLOAD_FORM_BYTES:
		add_base64(out, o->text);
		break;
	case PAYLOAD_FORM_REFERENCE:
		add_member(out, "reference", o->text);
		break;
	}
}

static void json_one(struct printing *p, struct str path, const struct payload_opened *o)
{
	buf_printf(p->out, "%s{\"path\":", p->any ? "," : "");
	p->any = true;
	json_put_string(p->out, path);
	add_member(p->out, "encoding", o->payload.encoding);
	if (o->payload.message_type.n)
		add_member(p->out, "messageType", o->payload.message_type);
	add_layers(&o->chain, p->out);
	add_form(o, p->out);
	if (o->note)
		add_member(p->out, "note", str_of(o->note));
	if (o->why.code != ERR_NONE)
		add_member(p->out, "problem", str_of(o->why.message));
	buf_add_char(p->out, '}');
}

bool payload_json_all(const struct payload_reader *r, const struct schema_message *m,
		      struct str bytes, struct buf *out, struct err *err)
{
	struct printing p = {.r = r, .out = out, .one = json_one};
	size_t start = out->n;

	buf_add_char(out, '[');
	if (!each(&p, m, bytes, err)) {
		out->n = start;
		return false;
	}
	buf_add_char(out, ']');
	return true;
}
