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

/* The Payload that OBJECT spells. */
static bool payload_of(const struct session *s, struct str object, struct arena *a, struct str *ret)
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
	const struct transcode_options options = {.keep_unknown = true};
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
	struct str event;
	struct buf json;

	buf_init(&json, 0);
	if (!history_event_try(h, c->document->at, &event, &err) ||
	    !transcode_wire_to_json(history_event_message(h), event, &options, &p->arena, &json, &err)) {
		page_text(p, STYLE_BAD, str_of(err.message), 1, c->width);
	} else {
		line_puts(&p->now, STYLE_PLAIN, " ");
		json_lines_add(&j, buf_str(&json));
	}
	buf_done(&json);
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
