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

static bool is_json(struct str text)
{
	struct json j = {text, 0};
	struct str value;

	return json_skip(&j, &value, NULL) && json_peek(&j) == '\0' && j.at == text.n;
}

/* A decoded payload whose text happens to be valid base64 was read as bytes: not JSON. */
static bool see_payload(void *data, const struct payload_at *at, struct err *err)
{
	struct looking *l = data;
	struct buf path;

	(void)err;
	*l->stored += at->payload.reference;
	if (at->payload.kind != PAYLOAD_JSON || at->payload.reference ||
	    !str_is(at->payload.encoding, "json/plain") || is_json(at->payload.data))
		return true;
	if (l->found) /* one finding an event: they come by the dozen */
		return true;
	l->found = true;
	buf_init(&path, 0);
	payload_path(at, &path);
	check_say(l->c, CHECK_DECODED_PAYLOAD, l->event,
		  "a payload (%.*s) says json/plain but is no JSON: it was decoded when it was "
		  "exported",
		  STR_ARG(buf_str(&path)));
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
