/* SPDX-License-Identifier: MIT */
/* transcode_form.c: what is base64, what is a value, and what only looks like it. */
#include "formats/transcode/transcode_form.h"

#include "formats/base/base64.h"
#include "formats/transcode/transcode_member.h"

/* Bytes */

static bool is_json(struct str s)
{
	static const char *const WORDS[] = {"NaN", "Infinity", "-Infinity"};
	struct json j = {s, 0};

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
		if (str_is(str_trim(s), WORDS[i]))
			return true; /* Python writes them */
	return json_only(&j, NULL);
}

/* Text that somebody may have meant: UTF-8 without control characters but blanks. */
static bool is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && !json_is_blank(s.p[i])) || s.p[i] == 0x7f)
			return false;
	return s.n && json_utf8(s);
}

bool form_is_json(struct str encoding)
{
	return str_starts(str_trim(encoding), STR("json/"));
}

/* One metadata entry of a Payload's bytes. */
static bool entry_of(struct wire *w, struct str *ret_key, struct str *ret_value)
{
	struct wire_field f;

	while (wire_next(w, &f)) {
		if (f.number != 1 || f.type != WIRE_BYTES)
			continue;
		*ret_key = wire_bytes_at(f.bytes, 1);
		*ret_value = wire_bytes_at(f.bytes, 2);
		return true;
	}
	return false;
}

bool transcode_payload_fine(struct str bytes)
{
	struct wire w = wire_of(bytes);
	struct str key, value, encoding = STR_NONE, data = wire_bytes_at(bytes, 2);

	while (entry_of(&w, &key, &value)) {
		if (str_is(key, "encodingDecoded"))
			return false;
		if (str_is(key, "encoding"))
			encoding = value;
	}
	if (!encoding.n)
		return true;
	if (!is_text(encoding))
		return false;
	return !data.n || !form_is_json(encoding) || is_json(data);
}

/* What it is */

struct str form_unquoted(struct arena *a, struct str value)
{
	struct json j = {value, 0};
	struct buf scratch = {0};
	struct str text;

	BUG_IF(!json_read_string(&j, &scratch, &text, NULL));
	text = arena_str(a, text);
	buf_done(&scratch);
	return text;
}

bool form_base64(struct arena *a, struct str text, struct str *ret)
{
	char *to = arena_alloc(a, BASE64_DECODED_MAX(text.n));
	size_t n;

	if (!base64_decode(text, to, &n))
		return false;
	*ret = str_slice(to, n);
	return true;
}

/*
 * Standard base64 with its padding: what our own writer and all of Temporal's print. URL
 * letters or a missing end make it likely that TEXT was never meant so.
 */
static bool is_canonical(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '-' || text.p[i] == '_')
			return false;
	return text.n % 4 == 0;
}

/* "done", "APPROVED", "Ok", "1234": letters of one case and digits, no chance of base64. */
static bool is_word(struct str text)
{
	size_t lower = 0, upper = 0, digits = 0, from = 0;

	for (size_t i = 0; i < text.n; i++) {
		lower += text.p[i] >= 'a' && text.p[i] <= 'z';
		upper += text.p[i] >= 'A' && text.p[i] <= 'Z';
		digits += text.p[i] >= '0' && text.p[i] <= '9';
	}
	from = lower && text.p[0] >= 'A' && text.p[0] <= 'Z';
	return text.n && (lower + from == text.n || upper == text.n || digits == text.n);
}

/* Metadata is base64 of text; what isn't, is the text itself. */
static bool is_plain_name(struct arena *a, struct str text, struct str *ret_bytes)
{
	struct str bytes;

	*ret_bytes = text;
	if (!form_base64(a, text, &bytes))
		return true;
	if (is_text(bytes) || !bytes.n) {
		*ret_bytes = bytes;
		return false;
	}
	if (!is_canonical(text) || str_starts(text, STR("json/")) || str_starts(text, STR("binary/")))
		return true;
	*ret_bytes = bytes;
	return false;
}

static void look_at_metadata(struct reader *r, struct form *form)
{
	struct json j = {form->metadata, 0};
	struct buf scratch = {0};
	struct str key, value;

	if (!form_is_bracket(form->metadata, '{'))
		return;
	json_take(&j, '{');
	while (json_read_string(&j, &scratch, &key, NULL)) {
		bool is_encoding = str_is(key, "encoding");

		form->decoded |= str_is(key, "encodingDecoded");
		if (!json_take(&j, ':') || !json_skip(&j, &value, NULL))
			break;
		if (is_encoding && form_is_bracket(value, '"'))
			form->plain = is_plain_name(r->arena, form_unquoted(r->arena, value),
						    &form->encoding);
		if (!json_take(&j, ','))
			break;
	}
	buf_done(&scratch);
}

bool form_bytes(struct reader *r, struct str value, struct str *ret)
{
	bool trying = r->trying;
	struct err *err = r->err;
	const struct transcode_options *options = r->options;
	static const struct transcode_options QUIET = {0};
	bool ok;

	if (!form_is_bracket(value, '{') && !form_is_bracket(value, '['))
		return false;
	r->trying = false;
	r->err = NULL;
	r->options = &QUIET;
	ok = transcode_odd_bytes(r, value.p) == value.p + value.n;
	r->options = options;
	r->err = err;
	r->trying = trying;
	*ret = arena_str(r->arena, buf_str(&r->odd));
	return ok;
}

/* Where a payload may be either, it is what the file's others were. */
static bool as_those_before(struct reader *r)
{
	r->learned->doubtful = true;
	return r->learned->odd_payloads;
}

/* Whether the data, JSON by its encoding, stands there as a value. */
static bool json_is_value(struct reader *r, const struct form *form)
{
	bool evidence = form->plain || form->decoded;
	struct str text, bytes;

	if (!form->data.p || str_is(form->data, "null"))
		return form->data.p && evidence;
	if (form_bytes(r, form->data, &bytes))
		return bytes.n ? !is_json(bytes) : !str_has(form->data, "\"Buffer\"");
	if (!form_is_bracket(form->data, '"'))
		return true;
	text = form_unquoted(r->arena, form->data);
	if (!text.n)
		return evidence || as_those_before(r);
	if (!form_base64(r->arena, text, &bytes))
		return true;
	if (is_json(bytes))
		return false;
	if (evidence || !is_canonical(text))
		return true;
	if (text.p[text.n - 1] == '=')
		return false;
	return is_word(text) || (!is_text(bytes) && as_those_before(r));
}

static bool other_is_value(struct reader *r, const struct form *form)
{
	struct str bytes;

	if (!form->data.p || str_is(form->data, "null"))
		return false;
	if (form_is_bracket(form->data, '"'))
		return !form_base64(r->arena, form_unquoted(r->arena, form->data), &bytes);
	return !form_bytes(r, form->data, &bytes);
}

void form_look(struct reader *r, struct str object, struct form *form)
{
	static const struct {
		const char *name;
		size_t at;
	} NAMES[] = {
		{"metadata", offsetof(struct form, metadata)},
		{"data", offsetof(struct form, data)},
		{"externalPayloads", offsetof(struct form, external)},
		{"external_payloads", offsetof(struct form, external)},
		{"_protoMessageType", offsetof(struct form, message_type)},
	};
	struct json j = {object, 0};
	struct buf scratch = {0};
	struct str key, value;

	*form = (struct form){0};
	json_take(&j, '{');
	while (json_read_string(&j, &scratch, &key, NULL)) {
		struct str *slot = NULL;

		for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
			if (str_is(key, NAMES[i].name))
				slot = (struct str *)((char *)form + NAMES[i].at);
		if (!json_take(&j, ':') || !json_skip(&j, &value, NULL))
			break;
		if (slot)
			*slot = value;
		form->members++;
		form->raw += str_is(key, MEMBER_RAW_NAME);
		if (!json_take(&j, ','))
			break;
	}
	buf_done(&scratch);
	look_at_metadata(r, form);
	form->value = form_is_json(form->encoding) ? json_is_value(r, form)
						       : other_is_value(r, form);
}
