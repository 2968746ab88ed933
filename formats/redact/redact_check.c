/* SPDX-License-Identifier: MIT */
/* redact_check.c: what was made is looked through for what was taken away. */
#include "formats/payload/codec.h"
#include "formats/redact/redact_parts.h"
#include "formats/transcode/json.h"

enum { EVENT_ID = 1 }; /* of HistoryEvent */

/* A text that stays, and where: LABEL names a kind of places, never a value. */
struct checking {
	struct redact *r;
	struct err *err;
	bool ok;
	int64_t event_id;
	struct buf scratch;
};

/* Keys of maps may be secrets themselves, and indexes say nothing. */
static void without_brackets(struct str path, struct buf *out)
{
	bool in = false;

	for (size_t i = 0; i < path.n; i++) {
		in |= path.p[i] == '[';
		if (!in)
			buf_add_char(out, path.p[i]);
		in &= path.p[i] != ']';
	}
}

static void note_stay(struct checking *c, struct str place, const char *spelled)
{
	struct redact *r = c->r;

	for (size_t i = 0; i < r->stays.n; i++)
		if (str_eq(r->stays.at[i].place, place) &&
		    str_is(str_of(r->stays.at[i].spelled), spelled)) {
			r->stays.at[i].n++;
			return;
		}
	vec_push(&r->stays, (struct redact_stay){arena_str(&r->arena, place), spelled,
						 c->event_id, 1});
}

static bool is_forbidden(const struct redact *r, struct str text)
{
	for (size_t i = 0; i < r->settings.n_forbidden; i++)
		if (str_find(text, r->settings.forbidden[i]) >= 0)
			return true;
	for (size_t i = 0; i < r->settings.n_patterns; i++)
		if (rex_fits(r->settings.patterns[i], text))
			return true;
	return false;
}

/*
 * WORD: a place that is known to stay. Elsewhere a value that stands as it is was forgotten;
 * one that is spelled anew may be another by chance, and people are to look.
 */
static void look(struct checking *c, struct str text, struct str place, bool word)
{
	struct redact *r = c->r;
	const char *spelled;

	if (!c->ok || !text.n || map_get(&r->made, text))
		return;
	spelled = redact_spelled(r, text);
	if (is_forbidden(r, text))
		c->ok = err_set(c->err, ERR_FORMAT, "%.*s holds what --check forbids (a rule can "
				"replace it: --rule 'path=...')", STR_ARG(place));
	else if (spelled && (word || !str_is(str_of(spelled), REDACT_AS_IT_IS)))
		note_stay(c, place, spelled);
	else if (spelled)
		c->ok = err_set(c->err, ERR_FORMAT, "%.*s holds a value that was replaced elsewhere; "
				"--rule 'path=%.*s' replaces it there too, and ... keep lets it stay",
				STR_ARG(place), STR_ARG(place));
}

/* All texts and numbers in JSON, keys as well. */
static void look_through_json(struct checking *c, struct str text, bool kept)
{
	struct json j = {text, 0};
	struct str token;

	while (j.at < text.n) {
		char first = text.p[j.at];
		size_t start = j.at;

		if (first == '"') {
			bool key;

			if (!json_read_string(&j, &c->scratch, &token, NULL))
				break;
			key = json_peek(&j) == ':';
			look(c, token, key ? STR("keys of JSON objects") : STR("payloads"), key || kept);
		} else if (first == '-' || (first >= '0' && first <= '9')) {
			if (!json_skip(&j, &token, NULL))
				break;
			look(c, token, STR("numbers in payloads"), kept);
		} else {
			j.at = start + 1;
		}
	}
	if (j.at < text.n)
		look(c, text, STR("payloads"), kept);
}

static void look_through_data(struct checking *c, const struct payload *p, bool kept)
{
	struct json whole = {p->data, 0};
	struct str value;

	if (p->kind == PAYLOAD_JSON && json_skip(&whole, &value, NULL) && !json_peek(&whole))
		look_through_json(c, p->data, kept);
	else
		look(c, p->data, STR("payloads"), kept);
}

static void look_through_metadata(struct checking *c, struct str bytes)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		if (f.number != 1 || f.type != WIRE_BYTES)
			continue;
		look(c, wire_bytes_at(f.bytes, 1), STR("metadata of payloads"), true);
		look(c, wire_bytes_at(f.bytes, 2), STR("metadata of payloads"), true);
	}
}

/* Whether its data, or some of it, was left as it is, by the tables or by a rule. */
static bool is_kept(const struct redact *r, const struct rewrite_field *at)
{
	struct redact_payload_place where = redact_payload_place(at);

	for (size_t i = 0; i < r->settings.rules->list.n; i++)
		if (r->settings.rules->list.at[i].action == REDACT_KEEP)
			return true;
	return where.keep || where.members;
}

static void look_through_payload(struct checking *c, const struct rewrite_field *at)
{
	struct codec_tools tools = {0};
	struct str inner;
	struct payload p;
	struct arena a;

	arena_init(&a);
	codec_unwrap(&tools, at->value.bytes, &a, &inner, NULL, NULL);
	if (payload_read(inner, &p)) {
		look_through_metadata(c, inner);
		look_through_data(c, &p, is_kept(c->r, at));
	}
	arena_done(&a);
}

static bool is_word(struct redact *r, const struct rewrite_field *at)
{
	bool in_map = at->up && at->up->field->map;
	const struct redact_row *row;

	if (in_map && at->field->number == 1)
		return true;
	row = in_map ? redact_row_of(r, at->up->message, at->up->field)
		     : redact_row_of(r, at->message, at->field);
	return row->how != HOW_OTHER && row->how != HOW_HIDE;
}

static enum rewrite_action visit(void *data, const struct rewrite_field *at,
				 struct rewrite_value *new, struct err *err)
{
	struct checking *c = data;

	(void)new;
	(void)err;
	if (!at->field)
		return REWRITE_KEEP;
	if (at->field->kind == SCHEMA_MESSAGE && payload_is_message(at->field->message)) {
		look_through_payload(c, at);
		return c->ok ? REWRITE_KEEP : REWRITE_FAIL;
	}
	if (at->field->kind == SCHEMA_MESSAGE)
		return REWRITE_ENTER;
	if (at->field->kind != SCHEMA_STRING && at->field->kind != SCHEMA_BYTES)
		return REWRITE_KEEP;
	if (map_get(&c->r->made, at->value.bytes))
		return REWRITE_KEEP;
	buf_clear(&c->r->text);
	rewrite_path(at, &c->r->text);
	buf_clear(&c->r->path);
	without_brackets(buf_str(&c->r->text), &c->r->path);
	look(c, at->value.bytes, buf_str(&c->r->path), is_word(c->r, at));
	return c->ok ? REWRITE_KEEP : REWRITE_FAIL;
}

bool redact_check(struct redact *r, struct str events, struct err *err)
{
	const struct schema_message *event =
		schema_message(r->settings.schema, "temporal.api.history.v1.HistoryEvent");
	struct checking c = {.r = r, .err = err, .ok = true};
	const struct rewrite rewrite = {visit, &c};
	struct wire w = wire_of(events);
	struct wire_field f;
	struct buf unused;
	bool ok = true;

	buf_init(&unused, 0);
	buf_init(&c.scratch, 0);
	while (ok && wire_next(&w, &f)) {
		c.event_id = (int64_t)wire_value_at(f.bytes, EVENT_ID, 0);
		buf_clear(&unused);
		ok = rewrite_message(&rewrite, event, f.bytes, &unused, err);
	}
	buf_done(&c.scratch);
	buf_done(&unused);
	return ok;
}
