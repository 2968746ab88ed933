/* SPDX-License-Identifier: MIT */
/* json_beside.c: what an object of events has beside them: members of the History itself. */
#include "formats/read/fmt_json_parts.h"

#include "formats/base/limits.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode_parts.h"
#include "formats/wire/wire.h"

void json_beside_add(struct json_beside *b, struct str key, struct str value)
{
	size_t before = b->text.n;

	if (!b->text.limit)
		buf_init(&b->text, LIMIT_HISTORY_FIELDS_BYTES);
	buf_add_char(&b->text, before ? ',' : '{');
	json_put_string(&b->text, key);
	buf_add_char(&b->text, ':');
	buf_add(&b->text, value);
	if (b->text.n < LIMIT_HISTORY_FIELDS_BYTES && !b->text.full)
		return;
	b->text.full = false;
	b->text.n = before;
	transcode_note(&b->lost, TRANSCODE_LOST_MEMBER, 0, NULL, key);
}

/* The transcoder knows what is lost, what is carried, and what "__unknown" is. */
static bool to_wire(struct json_reading *j, struct str text, struct buf *wire, struct err *err)
{
	const struct format_reader *r = j->r;
	const unsigned both = LOAD_KEEP_UNKNOWN | LOAD_KEEP_FIELDS;
	const struct transcode_options options = {
		.keep_unknown = (r->settings->flags & both) == both,
		.loss = &r->report->info.loss,
	};
	const struct schema_message *history =
		schema_message(r->settings->schema, "temporal.api.history.v1.History");
	struct arena_mark mark = arena_mark(r->scratch);
	size_t at = 0;
	bool ok = transcode_json_to_wire(history, text, &at, &options, r->scratch, wire, err);

	arena_rewind(r->scratch, mark);
	return ok;
}

bool json_beside_end(struct json_reading *j, struct json_beside *b)
{
	struct err why = ERR_INIT;
	struct buf wire = {0};
	struct wire_field f;
	struct wire w;
	bool ok;

	transcode_loss_join(&j->r->report->info.loss, &b->lost);
	if (!b->text.n)
		return true;
	buf_add_char(&b->text, '}');
	ok = to_wire(j, buf_str(&b->text), &wire, &why);
	for (w = wire_of(buf_str(&wire)); ok && wire_next(&w, &f);)
		format_history_field(j->r, f.number, f.whole);
	buf_done(&wire);
	return ok || json_window_error(&j->w, j->err, "beside the events: %s", why.message);
}

void json_beside_done(struct json_beside *b)
{
	buf_done(&b->text);
}
