/* SPDX-License-Identifier: MIT */
/* pane_json.c: the current event as canonical JSON, its payloads decoded beside their bytes. */
#include "formats/transcode/json.h"
#include "formats/transcode/transcode.h"
#include "viewer/pane/json_lines.h"
#include "viewer/pane/payload_lines.h"

/*
 *     "data": "eyJjYXJ0IjoiQy05In0="
 *     // json/plain  14 B  {"cart":"C-9"}
 *
 * The JSON is that of `show --event`: canonical, whole. The lines with // are ours, and
 * are there only where payloads are shown decoded; copying leaves them out.
 */
enum { OPEN_DEPTH = 3, OPEN_BYTES = 1200 };

static bool payload_made(const struct session *s, struct str object, struct arena *a, struct str *ret)
{
	const struct schema_message *m = schema_message(s->schema, "temporal.api.common.v1.Payload");
	struct buf wire;
	size_t at = 0;
	bool ok;

	buf_init(&wire, 0);
	ok = transcode_json_to_wire(m, object, &at, NULL, a, &wire, NULL);
	if (ok)
		*ret = arena_str(a, buf_str(&wire));
	buf_done(&wire);
	return ok;
}

/* The Payload that OBJECT spells. */
static bool payload_of(struct session *s, struct str object, struct arena *a, struct str *ret)
{
	const struct kept_entry *e;
	struct kept_entry *added;
	struct str *made;

	if (object.n < KEPT_LEAST_BYTES)
		return payload_made(s, object, a, ret);
	e = kept_find(&s->kept.wires, object);
	if (!e) {
		e = added = kept_add(&s->kept.wires, object);
		made = arena_array(&added->arena, struct str, 1);
		if (payload_made(s, object, &added->arena, made))
			added->made = made;
	}
	if (e->made)
		*ret = *(const struct str *)e->made;
	return e->made != NULL;
}

/* EVENT's bytes as JSON. */
static bool json_of(const struct pane_context *c, struct str event, struct arena *a, struct str *ret,
		    struct err *err)
{
	const struct transcode_options options = {.keep_unknown = true};
	bool large = event.n >= KEPT_LEAST_BYTES;
	const struct kept_entry *e = large ? kept_find(&c->session->kept.events, event) : NULL;
	struct kept_entry *added;
	struct str *made;
	struct buf json;
	bool ok;

	if (e && e->made) {
		*ret = *(const struct str *)e->made;
		return true;
	}
	buf_init(&json, 0);
	ok = transcode_wire_to_json(history_event_message(&c->document->history), event, &options, a,
				    &json, err);
	if (ok && large) {
		added = kept_add(&c->session->kept.events, event);
		made = arena_array(&added->arena, struct str, 1);
		*made = arena_str(&added->arena, buf_str(&json));
		added->made = made;
		*ret = *made;
	} else if (ok) {
		*ret = arena_str(a, buf_str(&json));
	}
	buf_done(&json);
	return ok;
}

static void add_decoded(const struct json_lines *j, uint64_t id, size_t column, struct str object,
			struct str key)
{
	const struct pane_context *c = j->data;
	struct page *p = j->page;
	struct str bytes;

	if (!str_is(key, "\"data\"") || !str_has(str_take(object, 40), "\"metadata\"") ||
	    !payload_of(c->session, object, &p->arena, &bytes))
		return;
	payload_lines_add(c, p, id ^ 4, PAGE_CLOSED, column, STR("//"), bytes);
}

static void build(const struct pane_context *c, struct page *p)
{
	const struct session *s = c->session;
	const struct history *h = &c->document->history;
	struct json_lines j = {
		.page = p,
		.id = page_id_number(0, c->document->at),
		.left = 1,
		.width = c->width,
		.open_depth = OPEN_DEPTH,
		.open_most = OPEN_BYTES,
		.behind = s->payload == PAYLOAD_MODE_DECODED ? add_decoded : NULL,
		.data = c,
	};
	struct err err = ERR_INIT;
	struct str event, json;

	if (!history_event_try(h, c->document->at, &event, &err) ||
	    !json_of(c, event, &p->arena, &json, &err)) {
		page_text(p, STYLE_BAD, str_of(err.message), 1, c->width);
	} else {
		line_puts(&p->now, STYLE_PLAIN, " ");
		json_lines_add(&j, json);
	}
}

const struct pane PANE_ROW_JSON = {
	.name = "json",
	.tab = '7',
	.scope = SCOPE_HISTORY,
	.help = "the current event as JSON",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_ENTER, "fold"}, {ACTION_EXPAND, "unfold all"},
		  {ACTION_PAYLOAD_FORM, "with payloads decoded"}, {ACTION_COPY_EVENT, "copy it"},
		  {ACTION_SEARCH, "search"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
