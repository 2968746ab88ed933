/* SPDX-License-Identifier: MIT */
/* codec_stage.c: one visitor finds the payloads; layers are ours, or a peer is asked. */
#include "formats/payload/codec_stage.h"

#include "formats/base/limits.h"
#include "formats/payload/payload_store.h"
#include "formats/transcode/json.h"
#include "formats/wire/rewrite.h"

#define FAILURE "temporal.api.failure.v1.Failure"
#define ENCODED_TEXT "Encoded failure"

/* Fields of HistoryEvent, Failure and Payload. */
enum { EVENT_ID = 1, MESSAGE = 1, STACK_TRACE = 3, ENCODED_ATTRIBUTES = 20, METADATA = 1, DATA = 2 };

static enum rewrite_action visit(void *data, const struct rewrite_field *at,
				 struct rewrite_value *new, struct err *err);

/* A message that is not rewritten where it stands, but by itself; one a level. */
struct codec_apart {
	struct codec_apart *up;
	const struct rewrite_field *at;
	unsigned depth;
};

static void put_place(const struct codec_apart *apart, const struct rewrite_field *at,
		      struct buf *out)
{
	if (apart) {
		put_place(apart->up, apart->at, out);
		buf_add_char(out, '.');
		if (payload_is_message(apart->at->field->message))
			buf_puts(out, "data.");
	}
	rewrite_path(at, out);
}

/* "event 5: input.payloads[0]: " in front of the message. */
static void add_place(const struct codec_stage *c, const struct rewrite_field *at,
		      struct err *err)
{
	struct buf path;

	buf_init(&path, ERR_MESSAGE_BYTES);
	put_place(c->apart, at, &path);
	err_wrap(err, "event %lld: %.*s", (long long)c->event_id, STR_ARG(buf_str(&path)));
	if (err)
		err->event_id = c->event_id;
	buf_done(&path);
}

/* As far as it goes; false: a layer stays on, or the store has it not. */
static bool open_payload(struct codec_stage *c, struct str bytes, struct str *ret,
			 struct err *err)
{
	const struct codec_tools *tools = &c->settings.tools;
	struct payload p;
	bool ok = true;

	if (c->settings.direction == CODEC_DECODE)
		ok = codec_unwrap(tools, bytes, &c->arena, ret, NULL, err);
	else if (payload_read(bytes, &p) && p.reference && tools->storage.n)
		ok = store_load(tools->storage, &p, &c->arena, ret, err);
	return ok;
}

/* BYTES decoded or encoded, in the stage's arena or BYTES itself. */
static bool transform(struct codec_stage *c, const struct rewrite_field *at, struct str bytes,
		      struct str *ret, struct err *err)
{
	struct err why = ERR_INIT;
	struct payload p;

	*ret = bytes;
	if (c->pass == CODEC_COLLECT) {
		/* What is rewritten apart lives shorter than the peer's answer takes. */
		vec_push(&c->collected, c->apart ? arena_str(&c->arena, bytes) : bytes);
		return true;
	}
	if (c->pass == CODEC_INSERT) {
		BUG_IF(c->next == c->collected.n);
		*ret = c->answers[c->next++];
	} else if (c->settings.direction == CODEC_ENCODE) {
		if (!codec_wrap(&c->settings.tools, &c->settings.chain, bytes, &c->arena, ret, err)) {
			add_place(c, at, err);
			return false;
		}
	} else if (!open_payload(c, bytes, ret, &why) && !c->left++) {
		add_place(c, at, &why);
		c->first = why;
	}
	c->changed += !str_eq(*ret, bytes);
	/* One that is encoded is still one, if not to see. */
	c->references += payload_read(c->settings.direction == CODEC_ENCODE ? bytes : *ret, &p) &&
			 p.reference;
	if (c->arena.total > LIMIT_HISTORY_BYTES)
		return err_set(err, ERR_LIMIT, "more than %zu bytes of decoded payloads at once",
			       LIMIT_HISTORY_BYTES);
	return true;
}

/* BYTES, a message M that stands at AT: a failure with another text, a request in bytes. */
static bool rewrite_apart(struct codec_stage *c, const struct rewrite_field *at,
			  const struct schema_message *m, struct str bytes, struct buf *out,
			  struct err *err)
{
	struct codec_apart apart = {c->apart, at, c->apart ? c->apart->depth + 1 : 1};
	struct rewrite r = {visit, c};
	bool ok;

	if (apart.depth > LIMIT_DEPTH)
		return err_set(err, ERR_LIMIT, "more than %d nested messages", LIMIT_DEPTH);
	c->apart = &apart;
	ok = rewrite_message(&r, m, bytes, out, err);
	c->apart = apart.up;
	return ok;
}

/* Payload P with other data. */
static void with_data(const struct payload *p, struct str data, struct buf *out)
{
	struct wire w = wire_of(p->bytes);
	struct wire_field f;

	while (wire_next(&w, &f))
		if (f.number == DATA && f.type == WIRE_BYTES)
			wire_put_bytes(out, DATA, data);
		else
			buf_add(out, f.whole);
}

static enum rewrite_action done(bool ok)
{
	return ok ? REWRITE_REPLACE : REWRITE_FAIL;
}

static enum rewrite_action visit_system(struct codec_stage *c, const struct rewrite_field *at,
					const struct schema_message *m, const struct payload *p, struct rewrite_value *new,
					struct err *err)
{
	struct buf data;
	bool ok;

	buf_init(&data, 0);
	ok = rewrite_apart(c, at, m, p->data, &data, err);
	if (ok)
		with_data(p, buf_str(&data), &new->bytes);
	buf_done(&data);
	return done(ok);
}

static enum rewrite_action visit_payload(struct codec_stage *c, const struct rewrite_field *at,
					 struct rewrite_value *new, struct err *err)
{
	const struct rewrite_field *holder = at;
	const struct schema_message *system;
	enum payload_place place;
	struct payload p;
	struct str now;

	if (!payload_read(at->value.bytes, &p)) {
		err_set(err, ERR_SYNTAX, "a payload that is not whole");
		add_place(c, at, err);
		return REWRITE_FAIL;
	}
	/* What hangs under a key hangs on the map's field. */
	if (at->up && at->up->field->map)
		holder = at->up;
	place = payload_place_of(holder->message, holder->field);
	system = at->up ? payload_system_message(c->schema, holder->message, at->up->value.bytes,
						 holder->field, &p) : NULL;
	if (system)
		return visit_system(c, at, system, &p, new, err);
	if (place == PAYLOAD_SEARCH_ATTRIBUTE || place == PAYLOAD_FAILURE ||
	    (place == PAYLOAD_HEADER && c->settings.direction == CODEC_ENCODE &&
	     !c->settings.headers))
		return REWRITE_KEEP;
	if (!transform(c, at, at->value.bytes, &now, err))
		return REWRITE_FAIL;
	buf_add(&new->bytes, now);
	return REWRITE_REPLACE;
}

/* Failures */

static bool read_text_member(struct json *j, struct buf *scratch, struct arena *a,
			     struct str *ret_message, struct str *ret_stack)
{
	struct str key, value, *to;

	if (!json_read_string(j, scratch, &key, NULL))
		return false;
	to = str_is(key, "message") ? ret_message : str_is(key, "stack_trace") ? ret_stack : NULL;
	if (!to || !json_take(j, ':') || json_peek(j) != '"' ||
	    !json_read_string(j, scratch, &value, NULL))
		return false;
	*to = arena_str(a, value);
	return true;
}

bool codec_failure_text(struct str payload, struct arena *a, struct str *ret_message,
			struct str *ret_stack)
{
	struct str message = STR(""), stack = STR("");
	struct payload p;
	struct buf scratch;
	struct json j;
	bool ok;

	if (!payload_read(payload, &p) || p.kind != PAYLOAD_JSON)
		return false;
	j = (struct json){p.data, 0};
	buf_init(&scratch, 0);
	ok = json_take(&j, '{');
	if (ok && !json_take(&j, '}')) {
		do
			ok = read_text_member(&j, &scratch, a, &message, &stack);
		while (ok && json_take(&j, ','));
		ok = ok && json_take(&j, '}');
	}
	buf_done(&scratch);
	if (!ok || json_peek(&j) || j.at != p.data.n)
		return false;
	*ret_message = message;
	*ret_stack = stack;
	return true;
}

static void put_text(struct buf *out, uint32_t number, struct str text)
{
	if (text.n)
		wire_put_bytes(out, number, text);
}

/* FAILURE with another text; ATTRIBUTES (STR_NONE: none) as its encoded ones. */
static void with_text(struct str failure, struct str message, struct str stack,
		      struct str attributes, struct buf *out)
{
	struct wire w = wire_of(failure);
	struct wire_field f;
	bool stack_is_due = true;

	put_text(out, MESSAGE, message);
	while (wire_next(&w, &f)) {
		if (f.type == WIRE_BYTES && (f.number == MESSAGE || f.number == STACK_TRACE ||
					     f.number == ENCODED_ATTRIBUTES))
			continue;
		if (stack_is_due && f.number > STACK_TRACE) {
			put_text(out, STACK_TRACE, stack);
			stack_is_due = false;
		}
		buf_add(out, f.whole);
	}
	if (stack_is_due)
		put_text(out, STACK_TRACE, stack);
	if (attributes.p)
		wire_put_bytes(out, ENCODED_ATTRIBUTES, attributes);
}

/* The two texts as the SDKs put them into a payload, in the stage's arena. */
static struct str attributes_of(struct codec_stage *c, struct str message, struct str stack)
{
	struct buf json, entry, out;
	struct str ret;

	buf_init(&json, 0);
	buf_init(&entry, 0);
	buf_init(&out, 0);
	buf_puts(&json, "{\"message\":");
	json_put_string(&json, message);
	buf_puts(&json, ",\"stack_trace\":");
	json_put_string(&json, stack);
	buf_add_char(&json, '}');
	wire_put_bytes(&entry, 1, STR("encoding"));
	wire_put_bytes(&entry, 2, STR("json/plain"));
	wire_put_bytes(&out, METADATA, buf_str(&entry));
	wire_put_bytes(&out, DATA, buf_str(&json));
	ret = arena_str(&c->arena, buf_str(&out));
	buf_done(&json);
	buf_done(&entry);
	buf_done(&out);
	return ret;
}

/* The failure's own text and attributes changed, nothing in it yet. */
static bool change_text(struct codec_stage *c, const struct rewrite_field *at, struct buf *out,
			struct err *err)
{
	struct str failure = at->value.bytes, now, message, stack;
	struct str attributes = wire_bytes_at(failure, ENCODED_ATTRIBUTES);
	bool encode = c->settings.direction == CODEC_ENCODE, made = false;
	bool decode = c->settings.direction == CODEC_DECODE;

	message = wire_bytes_at(failure, MESSAGE);
	stack = wire_bytes_at(failure, STACK_TRACE);
	if (!attributes.p && encode && !c->settings.plain_failures && (message.n || stack.n)) {
		if (!json_utf8(message) || !json_utf8(stack)) {
			err_set(err, ERR_SYNTAX, "a failure's text that is not UTF-8 can't be encoded "
				"(--codec-plain-failures leaves it)");
			add_place(c, at, err);
			return false;
		}
		attributes = attributes_of(c, message, stack);
		made = true;
	}
	if (!attributes.p) {
		buf_add(out, failure);
		return true;
	}
	if (!transform(c, at, attributes, &now, err))
		return false;
	if (made) {
		message = STR(ENCODED_TEXT);
		stack = STR_NONE;
	} else if (decode && codec_failure_text(now, &c->arena, &message, &stack)) {
		now = STR_NONE;
	}
	c->failures += c->pass != CODEC_COLLECT && (made || !now.p);
	with_text(failure, message, stack, now, out);
	return true;
}

static enum rewrite_action visit_failure(struct codec_stage *c, const struct rewrite_field *at,
					 struct rewrite_value *new, struct err *err)
{
	struct buf changed;
	bool ok;

	buf_init(&changed, 0);
	ok = change_text(c, at, &changed, err) &&
	     rewrite_apart(c, at, c->failure, buf_str(&changed), &new->bytes, err);
	buf_done(&changed);
	return done(ok);
}

static enum rewrite_action visit(void *data, const struct rewrite_field *at,
				 struct rewrite_value *new, struct err *err)
{
	struct codec_stage *c = data;
	const struct schema_field *f = at->field;

	if (!at->up && !c->apart && at->value.number == EVENT_ID)
		c->event_id = (int64_t)at->value.value;
	if (!f || f->kind != SCHEMA_MESSAGE)
		return REWRITE_KEEP;
	if (payload_is_message(f->message))
		return visit_payload(c, at, new, err);
	if (f->message == c->failure)
		return visit_failure(c, at, new, err);
	return REWRITE_ENTER;
}

/* The stage */

static struct codec_stage *of(struct stage *s)
{
	return (struct codec_stage *)s;
}

static void begin(struct stage *s)
{
	struct codec_stage *c = of(s);

	c->changed = c->failures = c->left = c->references = 0;
	c->first = (struct err)ERR_INIT;
}

static bool ask_peer(struct codec_stage *c, struct str events, struct err *err)
{
	struct rewrite r = {visit, c};
	struct buf unused;
	bool ok;

	c->collected.n = 0;
	c->next = 0;
	c->pass = CODEC_COLLECT;
	buf_init(&unused, 0);
	ok = rewrite_events(&r, c->event, events, &unused, err);
	buf_done(&unused);
	c->answers = arena_array(&c->arena, struct str, c->collected.n + 1);
	c->pass = CODEC_INSERT;
	return ok && (!c->collected.n ||
		      c->settings.peer->call(c->settings.peer->data, c->settings.direction,
					     c->collected.at, c->collected.n, &c->arena, c->answers,
					     err));
}

static bool change_events(struct stage *s, struct str events, struct buf *out, struct err *err)
{
	struct codec_stage *c = of(s);
	struct rewrite r = {visit, c};
	struct arena_mark mark = arena_mark(&c->arena);
	bool ok;

	c->pass = CODEC_DO;
	c->apart = NULL;
	c->event_id = 0;
	ok = (!c->settings.peer || ask_peer(c, events, err)) &&
	     rewrite_events(&r, c->event, events, out, err);
	arena_rewind(&c->arena, mark);
	return ok;
}

static const char *const DONE[] = {
	[CODEC_DECODE] = "decoded",
	[CODEC_ENCODE] = "encoded",
	[CODEC_INLINE] = "put in",
};

static size_t report(struct stage *s, struct buf *lines)
{
	struct codec_stage *c = of(s);

	buf_printf(lines, "%zu payload%s %s", c->changed, c->changed == 1 ? "" : "s",
		   DONE[c->settings.direction]);
	if (c->failures)
		buf_printf(lines, ", with the text of %zu failure%s", c->failures,
			   c->failures == 1 ? "" : "s");
	buf_add_char(lines, '\n');
	if (c->left)
		buf_printf(lines, "%zu payload%s could not be %s; the first: %s\n", c->left,
			   c->left == 1 ? "" : "s", DONE[c->settings.direction],
			   c->first.message);
	if (c->references) {
		store_count_text(c->references, lines);
		buf_puts(lines, STORE_ADVICE "\n");
	}
	return c->left;
}

static void stage_done(struct stage *s)
{
	struct codec_stage *c = of(s);

	vec_done(&c->collected);
	arena_done(&c->arena);
}

static const struct stage_kind KIND = {
	.name = "codec",
	.begin = begin,
	.events = change_events,
	.report = report,
	.done = stage_done,
};
/* A peer may fail at any request: nothing is to be on its way by then. */
static const struct stage_kind PEER_KIND = {
	.name = "codec",
	.whole = true,
	.begin = begin,
	.events = change_events,
	.report = report,
	.done = stage_done,
};

void codec_stage_init(struct codec_stage *c, const struct schema *schema,
		      const struct codec_settings *settings)
{
	*c = (struct codec_stage){.stage.kind = settings->peer ? &PEER_KIND : &KIND,
				  .schema = schema, .settings = *settings, .first = ERR_INIT};
	c->event = schema_message(schema, "temporal.api.history.v1.HistoryEvent");
	c->failure = schema_message(schema, FAILURE);
	arena_init(&c->arena);
}
