/* SPDX-License-Identifier: MIT */
/* redact_payload.c: a payload with other data of the same shape, and the same metadata. */
#include "formats/base/limits.h"
#include "formats/payload/codec.h"
#include "formats/redact/redact_parts.h"
#include "formats/transcode/json.h"

/* ---- JSON ---- */

struct json_work {
	struct redact *r;
	struct redact_place place;
	const char *const *members;
	struct json j;
	size_t done; /* bytes of the text that are in OUT */
	struct buf *out;
	struct buf path, key, value;
	bool in_member; /* below a member that stays */
};

static bool put_value(struct json_work *w, unsigned depth);

/* What is before the cursor, as it stands. */
static void copy(struct json_work *w)
{
	buf_add(w->out, str_slice(w->j.text.p + w->done, w->j.at - w->done));
	w->done = w->j.at;
}

/* The value that begins at START goes; what stands for it is put behind OUT by the caller. */
static void skip(struct json_work *w, size_t start)
{
	buf_add(w->out, str_slice(w->j.text.p + w->done, start - w->done));
	w->done = w->j.at;
}

static bool stays(const struct json_work *w, struct str key)
{
	for (size_t i = 0; w->members && w->members[i]; i++)
		if (str_is(key, w->members[i]))
			return true;
	return false;
}

static enum redact_action action_for(struct json_work *w, struct str text, bool *ret_forced)
{
	const struct redact_rule *rule = NULL;
	enum redact_action action = REDACT_NO_RULE;

	if (w->r->settings.rules->list.n) {
		w->place.json = buf_str(&w->path);
		w->place.text = text;
		action = redact_rule_for(w->r, &w->place, &rule);
	}
	*ret_forced = action == REDACT_REPLACE;
	if (action == REDACT_NO_RULE)
		return w->in_member ? REDACT_KEEP : REDACT_REPLACE;
	return action;
}

static bool put_string(struct json_work *w)
{
	size_t start = w->j.at;
	struct str text;
	bool forced;

	if (!json_read_string(&w->j, &w->value, &text, NULL))
		return false;
	switch (action_for(w, text, &forced)) {
	case REDACT_KEEP:
		copy(w);
		return true;
	case REDACT_DROP:
		skip(w, start);
		buf_puts(w->out, "\"\"");
		if (w->r->pass == PASS_LEARN)
			secrets_add(&w->r->secrets, text);
		return true;
	default:
		skip(w, start);
		buf_add_char(w->out, '"');
		redact_replace(w->r, text, w->j.at - start - 2, w->out);
		buf_add_char(w->out, '"');
		return true;
	}
}

static bool put_other(struct json_work *w, char first)
{
	bool number = first == '-' || (first >= '0' && first <= '9'), forced;
	size_t start = w->j.at;
	struct str text;

	if (!json_skip(&w->j, &text, NULL))
		return false;
	switch (action_for(w, text, &forced)) {
	case REDACT_KEEP:
		copy(w);
		return true;
	case REDACT_DROP:
		skip(w, start);
		buf_puts(w->out, number ? "0" : str_is(text, "null") ? "null" : "false");
		if (w->r->pass == PASS_LEARN)
			secrets_add(&w->r->secrets, text);
		return true;
	default:
		if (!number) {
			copy(w);
			return true;
		}
		skip(w, start);
		redact_replace_number(w->r, text, forced, w->out);
		return true;
	}
}

static bool put_key(struct json_work *w, bool *ret_stays)
{
	size_t start = w->j.at;
	struct str key;

	if (json_peek(&w->j) != '"')
		return false;
	start = w->j.at;
	if (!json_read_string(&w->j, &w->key, &key, NULL))
		return false;
	*ret_stays = stays(w, key);
	json_path_add(&w->path, key);
	if (!w->r->settings.keys || w->in_member || *ret_stays) {
		copy(w);
		return true;
	}
	skip(w, start);
	buf_add_char(w->out, '"');
	redact_replace(w->r, key, w->j.at - start - 2, w->out);
	buf_add_char(w->out, '"');
	return true;
}

static bool put_object(struct json_work *w, unsigned depth)
{
	size_t before = w->path.n;
	bool above = w->in_member;

	w->j.at++;
	if (json_take(&w->j, '}'))
		return true;
	do {
		bool member = false;

		if (!put_key(w, &member) || !json_take(&w->j, ':'))
			return false;
		w->in_member = above || (member && depth == 1);
		if (!put_value(w, depth + 1))
			return false;
		w->in_member = above;
		w->path.n = before;
	} while (json_take(&w->j, ','));
	return json_take(&w->j, '}');
}

static bool put_array(struct json_work *w, unsigned depth)
{
	size_t before = w->path.n, n = 0;

	w->j.at++;
	if (json_take(&w->j, ']'))
		return true;
	do {
		buf_printf(&w->path, "[%zu]", n++);
		if (!put_value(w, depth + 1))
			return false;
		w->path.n = before;
	} while (json_take(&w->j, ','));
	return json_take(&w->j, ']');
}

static bool put_value(struct json_work *w, unsigned depth)
{
	char first = json_peek(&w->j);

	if (depth > LIMIT_DEPTH)
		return false;
	if (first == '{')
		return put_object(w, depth);
	if (first == '[')
		return put_array(w, depth);
	return first == '"' ? put_string(w) : put_other(w, first);
}

bool redact_json(struct redact *r, const struct redact_place *at, struct str text,
		 const char *const *members, struct buf *out)
{
	struct json_work w = {.r = r, .place = *at, .members = members, .j = {text, 0}, .out = out};
	struct json whole = {text, 0};
	size_t before = out->n;
	struct str value;
	bool ok;

	/* First over all of it: nothing is learned of what turns out to be no JSON. */
	if (!json_skip(&whole, &value, NULL) || json_peek(&whole) || whole.at < text.n)
		return false;
	buf_init(&w.path, 0);
	buf_init(&w.key, 0);
	buf_init(&w.value, 0);
	buf_add_char(&w.path, '$');
	ok = put_value(&w, 1);
	w.j.at = text.n;
	if (ok)
		copy(&w);
	else
		out->n = before;
	buf_done(&w.path);
	buf_done(&w.key);
	buf_done(&w.value);
	return ok;
}

/* ---- other data ---- */

static void learn(void *data, struct str text)
{
	struct redact *r = data;

	if (r->pass == PASS_LEARN)
		secrets_add(&r->secrets, text);
}

static void put_plain(struct redact *r, struct str data, bool as_json, struct buf *out)
{
	bool quotes = as_json && (!r->settings.keep_size || data.n >= 2);

	if (quotes)
		buf_add_char(out, '"');
	redact_replace(r, data, data.n - (quotes && r->settings.keep_size ? 2 : 0), out);
	if (quotes)
		buf_add_char(out, '"');
}

static void put_opaque(struct redact *r, struct str data, struct buf *out)
{
	size_t before = out->n;

	learn(r, data);
	if (r->pass == PASS_LEARN)
		return;
	shape_bytes(&r->shape, data, r->settings.keep_size ? data.n : data.n < 32 ? data.n : 32, out);
	redact_made(r, str_slice(out->p + before, out->n - before));
}

static void put_data(struct redact *r, const struct redact_place *at, const struct payload *p,
		     const char *const *members, struct buf *out)
{
	size_t before = out->n;

	if (p->kind == PAYLOAD_JSON && redact_json(r, at, p->data, members, out))
		return;
	if (p->kind == PAYLOAD_PROTOBUF && shape_message(&r->shape, p->data, learn, r, out)) {
		if (r->pass == PASS_WRITE)
			redact_made(r, str_slice(out->p + before, out->n - before));
	} else if (p->kind == PAYLOAD_JSON || json_utf8(p->data)) {
		put_plain(r, p->data, p->kind == PAYLOAD_JSON, out);
	} else {
		put_opaque(r, p->data, out);
	}
}

/* ---- the payload ---- */

static void put_metadata(struct redact *r, const struct wire_field *f, struct buf *out)
{
	struct str key = wire_bytes_at(f->bytes, 1), value = wire_bytes_at(f->bytes, 2);
	struct buf entry, made;

	if (redact_key_stays(STR(".Payload"), key)) {
		buf_add(out, f->whole);
		return;
	}
	buf_init(&entry, 0);
	buf_init(&made, 0);
	if (r->settings.keys && key.n) {
		redact_replace(r, key, key.n, &made);
		key = buf_str(&made);
	}
	wire_put_bytes(&entry, 1, key);
	buf_clear(&made);
	redact_replace(r, value, value.n, &made);
	wire_put_bytes(&entry, 2, buf_str(&made));
	wire_put_bytes(out, 1, buf_str(&entry));
	buf_done(&made);
	buf_done(&entry);
}

/* PAYLOAD_METADATA, DATA and EXTERNAL are the fields of a Payload. */
enum { PAYLOAD_METADATA = 1, PAYLOAD_DATA = 2, PAYLOAD_EXTERNAL = 3 };

static void put_payload(struct redact *r, const struct redact_place *at, struct str bytes,
			const struct payload *p, const char *const *members, struct buf *out)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;
	struct buf data;

	while (wire_next(&w, &f)) {
		if (f.number == PAYLOAD_METADATA && f.type == WIRE_BYTES) {
			put_metadata(r, &f, out);
		} else if (f.number == PAYLOAD_DATA && f.type == WIRE_BYTES) {
			buf_init(&data, 0);
			if (p->data.n)
				put_data(r, at, p, members, &data);
			wire_put_bytes(out, PAYLOAD_DATA, buf_str(&data));
			buf_done(&data);
		} else if (f.number == PAYLOAD_EXTERNAL) {
			buf_add(out, f.whole);
		} else {
			r->counts[REDACT_UNKNOWN] += r->pass == PASS_WRITE;
		}
	}
}

/*
 * Every layer goes on again: whether one is worth it was decided when the history was made, and
 * a placeholder that compresses badly is no reason to drop it.
 */
static bool put_layers(const struct codec_tools *tools, const struct codec_chain *chain,
		       struct str inner, struct arena *a, struct buf *out, struct err *err)
{
	struct codec_layer layers[CODEC_LAYERS_MAX];
	struct codec_chain all = {.n = chain->n};
	struct str wrapped;

	for (size_t i = 0; i < chain->n; i++) {
		layers[i] = *chain->layers[i];
		layers[i].only_if_smaller = false;
		all.layers[i] = &layers[i];
	}
	if (!codec_wrap(tools, &all, inner, a, &wrapped, err))
		return false;
	buf_add(out, wrapped);
	return true;
}

/* As put_payload() within the layers that can be taken off without a key, and put on again. */
static bool put_layered(struct redact *r, struct redact_place *at, struct str bytes,
			const char *const *members, struct buf *out, struct err *err)
{
	struct codec_tools tools = {0};
	struct codec_chain chain = {.n = 0};
	struct payload p;
	struct arena a;
	struct str inner = bytes;
	struct buf made;
	bool ok = true;

	arena_init(&a);
	buf_init(&made, 0);
	codec_unwrap(&tools, bytes, &a, &inner, &chain, NULL);
	if (!payload_read(inner, &p)) {
		ok = err_set(err, ERR_SYNTAX, "a payload that is not whole");
	} else {
		at->encoding = p.encoding;
		put_payload(r, at, inner, &p, members, &made);
		if (chain.n && r->pass == PASS_WRITE)
			ok = put_layers(&tools, &chain, buf_str(&made), &a, out, err);
		else
			buf_add(out, buf_str(&made));
	}
	buf_done(&made);
	arena_done(&a);
	return ok;
}

enum rewrite_action redact_payload(struct redact *r, const struct rewrite_field *at,
				   struct rewrite_value *new, struct err *err)
{
	struct redact_payload_place where = redact_payload_place(at);
	const struct redact_rule *rule = NULL;
	enum redact_action action;
	struct redact_place place = {0};
	struct payload p;

	if (r->settings.rules->list.n) {
		buf_clear(&r->path);
		rewrite_path(at, &r->path);
		buf_puts(&r->path, ".data");
		place.path = buf_str(&r->path);
	}
	if (!payload_read(at->value.bytes, &p)) {
		err_set(err, ERR_SYNTAX, "a payload that is not whole");
		return REWRITE_FAIL;
	}
	place.encoding = p.encoding;
	action = redact_rule_for(r, &place, &rule);
	if (action == REDACT_KEEP || (action == REDACT_NO_RULE && where.keep))
		return REWRITE_KEEP;
	r->counts[where.kind] += r->pass == PASS_WRITE;
	if (action == REDACT_DROP && r->pass == PASS_WRITE)
		return REWRITE_DROP;
	if (!put_layered(r, &place, at->value.bytes, where.members, &new->bytes, err))
		return REWRITE_FAIL;
	return REWRITE_REPLACE;
}
