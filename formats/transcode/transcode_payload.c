/* SPDX-License-Identifier: MIT */
/* transcode_payload.c: payloads that came as values, or with their data decoded. */
#include "formats/base/vec.h"
#include "formats/transcode/transcode_form.h"
#include "formats/transcode/transcode_keep.h"

#include <stdlib.h>

struct entry {
	struct str key, value;
};

struct entries {
	VEC_OF(struct entry) all;
};

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

/* P is where the payload stands, for errors. Sorts ENTRIES. */
static bool put_payload(struct reader *r, const char *p, const struct schema_field *f,
			struct entries *entries, struct str data, struct str external)
{
	struct buf made = {0}, entry = {0};
	bool ok = true;

	if (entries->all.n > 1)
		qsort(entries->all.at, entries->all.n, sizeof(*entries->all.at), by_key);
	for (size_t i = 0; i < entries->all.n; i++) {
		const struct entry *e = &entries->all.at[i];

		if (i && str_eq(e[-1].key, e->key)) {
			reader_fail(r, p, "a key is given twice");
			ok = false;
			break;
		}
		buf_clear(&entry);
		wire_put_bytes(&entry, 1, e->key);
		wire_put_bytes(&entry, 2, e->value);
		wire_put_bytes(&made, 1, buf_str(&entry));
	}
	if (data.n)
		wire_put_bytes(&made, 2, data);
	buf_add(&made, external);
	if (ok && !buf_ok(&made, r->err)) {
		reader_fail_wrap(r);
		ok = false;
	}
	ok = ok && put_bytes(r, f, made.n ? buf_str(&made) : STR(""));
	buf_done(&made);
	buf_done(&entry);
	return ok;
}

/* The wire form of the member externalPayloads, in the arena. */
static bool read_external(struct reader *r, const struct form *form,
			  const struct schema_message *payload, unsigned depth, struct str *ret)
{
	const struct schema_field *f = schema_field_by_name(payload, STR("external_payloads"));
	struct transcode_path here = {.up = r->path, .index = -1, .at = form->external};
	struct members seen = {.m = payload};
	size_t start = reader_offset(r);
	const char *p;

	*ret = STR_NONE;
	if (!form->external.p)
		return true;
	r->path = &here;
	p = transcode_read_field(r, form->external.p, &seen, f, depth + 1);
	r->path = here.up;
	if (!p)
		return false;
	*ret = arena_str(r->arena, str_slice(r->out->p + start, reader_offset(r) - start));
	r->o = r->out->p + start;
	return true;
}

static struct str compact(struct arena *a, struct str text)
{
	struct buf out = {0};
	struct str made;

	transcode_put_compact(&out, text);
	made = arena_str(a, buf_str(&out));
	buf_done(&out);
	return made;
}

/* The bytes of one metadata value. */
static bool metadata_bytes(struct reader *r, const struct form *form, struct str value,
			   struct str *ret)
{
	if (!form_is_bracket(value, '"')) {
		if (form_bytes(r, value, ret))
			return true;
		*ret = compact(r->arena, value);
		return form->plain;
	}
	*ret = form_unquoted(r->arena, value);
	return form->plain || form_base64(r->arena, *ret, ret);
}

static const char *read_entries(struct reader *r, const struct form *form,
				struct entries *entries)
{
	struct json j = {r->text, (size_t)(form->metadata.p - r->text.p) + 1};
	struct str key, value;

	while (json_peek(&j) == '"') {
		struct entry e;

		if (!json_read_string(&j, &r->scratch, &key, NULL) || !json_take(&j, ':'))
			break;
		e.key = arena_str(r->arena, key);
		if (!json_skip(&j, &value, NULL))
			break;
		if (!str_is(e.key, "encodingDecoded") && !str_is(value, "null")) {
			if (!metadata_bytes(r, form, value, &e.value))
				return reader_fail(r, value.p, "this is not base64");
			vec_push(&entries->all, e);
		}
		if (!json_take(&j, ','))
			break;
	}
	return r->text.p + j.at;
}

/* tdbg shows binary/protobuf as JSON: SDKs read that as well, under its own encoding. */
static void name_as_json(struct entries *entries)
{
	for (size_t i = 0; i < entries->all.n; i++)
		if (str_is(entries->all.at[i].key, "encoding"))
			entries->all.at[i].value = STR("json/protobuf");
}

static struct str data_bytes(struct reader *r, const struct form *form)
{
	struct str bytes = STR_NONE;
	bool text = form_is_bracket(form->data, '"');

	if (form->value)
		return text && !form_is_json(form->encoding) ? form_unquoted(r->arena, form->data)
								  : compact(r->arena, form->data);
	if (!form->data.p || str_is(form->data, "null"))
		return STR_NONE;
	if (text)
		form_base64(r->arena, form_unquoted(r->arena, form->data), &bytes);
	else
		form_bytes(r, form->data, &bytes);
	return bytes;
}

/* Metadata or data, or both, are not in base64. */
static bool put_decoded(struct reader *r, const char *p, const struct schema_field *f,
			const struct form *form, unsigned depth)
{
	struct entries entries = {0};
	struct str external;
	bool ok;

	ok = read_entries(r, form, &entries) &&
	     read_external(r, form, f->message, depth, &external);
	if (form->value && form_is_bracket(form->data, '{') &&
	    str_is(str_trim(form->encoding), "binary/protobuf"))
		name_as_json(&entries);
	ok = ok && put_payload(r, p, f, &entries, data_bytes(r, form), external);
	vec_done(&entries.all);
	if (!ok)
		return false;
	r->learned->odd_payloads = true;
	if (form->value || form->decoded)
		reader_note(r, TRANSCODE_GUESS_DECODED, STR(""));
	else
		r->exact++;
	return true;
}

/* The object without its member _protoMessageType, and without blanks. */
static struct str without_type(struct arena *a, struct str object)
{
	struct json j = {object, 0};
	struct buf out = {0}, scratch = {0};
	struct str key, value, made;

	json_take(&j, '{');
	buf_add_char(&out, '{');
	for (;;) {
		size_t at;
		bool is_type;

		json_peek(&j);
		at = j.at;
		if (!json_read_string(&j, &scratch, &key, NULL))
			break;
		is_type = str_is(key, "_protoMessageType");
		if (!json_take(&j, ':') || !json_skip(&j, &value, NULL))
			break;
		if (!is_type && out.n > 1)
			buf_add_char(&out, ',');
		if (!is_type)
			transcode_put_compact(&out, str_slice(object.p + at, j.at - at));
		if (!json_take(&j, ','))
			break;
	}
	buf_add_char(&out, '}');
	made = arena_str(a, buf_str(&out));
	buf_done(&out);
	buf_done(&scratch);
	return made;
}

/* Any value as what a data converter makes of it. */
static bool put_value(struct reader *r, const char *p, const struct schema_field *f,
		      struct str value, const struct form *form, enum transcode_kind kind)
{
	struct entries entries = {0};
	struct str encoding = STR("json/plain"), data = STR_NONE;
	bool ok;

	if (str_is(value, "null")) {
		encoding = STR("binary/null");
	} else if (form && form_is_bracket(form->message_type, '"')) {
		encoding = STR("json/protobuf");
		vec_push(&entries.all, (struct entry){STR("messageType"),
						      form_unquoted(r->arena, form->message_type)});
		data = without_type(r->arena, value);
	} else {
		data = compact(r->arena, value);
	}
	vec_push(&entries.all, (struct entry){STR("encoding"), encoding});
	ok = put_payload(r, p, f, &entries, data, STR_NONE);
	vec_done(&entries.all);
	if (ok)
		reader_note(r, kind, STR(""));
	return ok;
}

/*
 * Whether an object is the full form, rather than a value of the workflow's own. {} is a
 * value in a list of values, and a payload without anything elsewhere.
 */
static bool is_full(const struct form *form, bool listed)
{
	size_t own = (size_t)!!form->metadata.p + !!form->data.p + !!form->external.p + form->raw;

	if (form_is_bracket(form->metadata, '{'))
		return own == form->members || form->encoding.p;
	if (form->metadata.p && !str_is(form->metadata, "null"))
		return false;
	if (listed || form->message_type.p || form->value)
		return false;
	return own || !form->members;
}

static const char *read_form(struct reader *r, const char *p, const struct schema_field *f,
			     enum transcode_kind kind, bool listed, unsigned depth)
{
	struct arena_mark mark = arena_mark(r->arena);
	struct str value = STR_NONE;
	const char *stop = reader_skip(r, p, &value);
	struct form form = {0};
	bool object = form_is_bracket(value, '{'), ok;

	if (!stop)
		return NULL;
	if (object)
		form_look(r, value, &form);
	if (!object || !is_full(&form, listed)) {
		ok = put_value(r, p, f, value, object ? &form : NULL, kind);
	} else if (form.plain || form.decoded || (form.value && form.metadata.p)) {
		ok = put_decoded(r, p, f, &form, depth);
	} else {
		ok = transcode_read_object(r, p, f, depth) != NULL;
		r->exact += ok;
	}
	arena_rewind(r->arena, mark);
	return ok ? stop : NULL;
}

const char *transcode_odd_payload(struct reader *r, const char *p, const struct schema_field *f,
				  enum transcode_kind kind, unsigned depth)
{
	return read_form(r, p, f, kind, false, depth);
}

const char *transcode_payload_list(struct reader *r, const char *p, const struct schema_field *f,
				   unsigned depth)
{
	const struct schema_field *item = schema_field_by_number(f->message, 1);
	int64_t index = r->path->index;
	unsigned had;
	size_t start;

	if (!reader_room(r, 0))
		return NULL;
	put_tag(r, f);
	start = open_message(r, f, &had);
	p = json_blanks(p + 1, r->end);
	for (r->path->index = 0; !reader_is(r, p, ']'); r->path->index++) {
		p = read_form(r, p, item, TRANSCODE_GUESS_SHORTHAND, true, depth + 1);
		if (!p)
			return NULL;
		p = json_blanks(p, r->end);
		if (reader_is(r, p, ',') && !reader_is(r, json_blanks(p + 1, r->end), ']'))
			p = json_blanks(p + 1, r->end);
		else if (!reader_is(r, p, ']'))
			return reader_fail(r, p, "',' or ']' is expected");
	}
	r->path->index = index;
	return close_message(r, f, start, had) ? p + 1 : NULL;
}
