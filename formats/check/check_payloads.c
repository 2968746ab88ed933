/* SPDX-License-Identifier: MIT */
/* check_payloads.c: text that is none, and payloads that are not what they say. */
#include "formats/check/check.h"

#include "formats/payload/payload_store.h"
#include "formats/transcode/json.h"
#include "formats/wire/text_check.h"

struct looking {
	struct check *c;
	size_t event;
	bool found;
	size_t *stored; /* elsewhere, of the whole history */
};

/* What encoders of some languages write and JSON lacks. */
static const char *const WORDS[] = {"NaN", "Infinity"};

/* No control characters but white space: nobody's base64 taken apart by chance. */
static bool is_readable(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
			return false;
	}
	return json_utf8(text);
}

/*
 * A decoded payload whose text happens to be valid base64 was read as bytes: neither JSON
 * nor a text. A text that is no JSON is as its worker wrote it, and the reason is told.
 */
static void say_payload(struct looking *l, struct str path, struct str data,
			const struct json *j, const struct err *why)
{
	struct str rest = str_trim(str_skip(data, j->at));

	for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
		if (str_starts(rest, str_of(WORDS[i]))) {
			check_say(l->c, CHECK_ODD_PAYLOAD, l->event,
				  "a payload (%.*s) holds %s, which JSON lacks and some SDKs refuse",
				  STR_ARG(path), WORDS[i]);
			return;
		}
	if (is_readable(data))
		check_say(l->c, CHECK_ODD_PAYLOAD, l->event,
			  "a payload (%.*s) says json/plain, but can't be read as JSON: %s",
			  STR_ARG(path), data.n ? why->message : "it is empty");
	else
		check_say(l->c, CHECK_DECODED_PAYLOAD, l->event,
			  "a payload (%.*s) says json/plain but is no JSON: it was decoded when it "
			  "was exported", STR_ARG(path));
}

static bool see_payload(void *data, const struct payload_at *at, struct err *err)
{
	struct looking *l = data;
	struct err why = ERR_INIT;
	struct buf path;
	struct json j = {at->payload.data, 0};

	(void)err;
	*l->stored += at->payload.reference;
	if (at->payload.kind != PAYLOAD_JSON || at->payload.reference ||
	    !str_is(at->payload.encoding, "json/plain") || json_only(&j, &why))
		return true;
	if (l->found) /* one finding an event: they come by the dozen */
		return true;
	l->found = true;
	buf_init(&path, 0);
	payload_path(at, &path);
	say_payload(l, buf_str(&path), at->payload.data, &j, &why);
	buf_done(&path);
	return true;
}

static void check_stored(struct check *c, size_t n)
{
	struct buf text;

	if (!n)
		return;
	buf_init(&text, 0);
	store_count_text(n, &text);
	check_say(c, CHECK_STORED, c->h->n_events, "%.*s", STR_ARG(buf_str(&text)));
	buf_done(&text);
}

void check_payloads(struct check *c)
{
	const struct schema_message *m = history_event_message(c->h);
	size_t stored = 0;

	for (size_t i = 0; i < c->h->n_events; i++) {
		struct looking l = {c, i, false, &stored};
		struct err err = ERR_INIT;

		/* JSON was checked when it was read; protobuf takes any bytes for a string. */
		if (!text_check(m, history_event(c->h, i), &err))
			check_say(c, CHECK_NO_TEXT, i, "%s", err.message);
		err = (struct err)ERR_INIT;
		if (!payload_each(c->h->schema, m, history_event(c->h, i), see_payload, &l, &err))
			check_say(c, CHECK_DAMAGED, i, "%s", err.message);
	}
	check_stored(c, stored);
}
