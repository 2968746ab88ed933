/* SPDX-License-Identifier: MIT */
/* payload.c: one recursion over the schema that stops at payloads. */
#include "formats/payload/payload.h"

#include "formats/base/limits.h"
#include "formats/payload/payload_dump.h"
#include "formats/transcode/json.h"
#include "formats/wire/wire_step.h"

/* Fields of Payload, and of the entries of its metadata. */
enum { METADATA = 1, DATA = 2, ENTRY_KEY = 1, ENTRY_VALUE = 2 };

static const struct {
	const char *encoding;
	enum payload_kind kind;
} KINDS[] = {
	{"json/plain", PAYLOAD_JSON},
	{"binary/null", PAYLOAD_NULL},
	{"binary/plain", PAYLOAD_PLAIN},
	{"json/protobuf", PAYLOAD_JSON},
	{"binary/protobuf", PAYLOAD_PROTOBUF},
	{"binary/zlib", PAYLOAD_ZLIB},
	{"binary/snappy", PAYLOAD_SNAPPY},
	{"binary/encrypted", PAYLOAD_ENCRYPTED},
	{"json/external-storage-reference", PAYLOAD_JSON},
};

static enum payload_kind kind_of(struct str encoding)
{
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(*KINDS); i++)
		if (str_is(encoding, KINDS[i].encoding))
			return KINDS[i].kind;
	return PAYLOAD_UNKNOWN;
}

static bool read_entry(struct str entry, struct payload *p)
{
	const char *at = entry.p, *end = entry.p + entry.n;
	struct str key = STR(""), value = STR("");
	struct wire_step f;

	while (at != end) {
		at = wire_step(at, end, &f);
		if (!at)
			return false;
		if (f.type != WIRE_BYTES)
			continue;
		if (f.number == ENTRY_KEY)
			key = f.bytes;
		else if (f.number == ENTRY_VALUE)
			value = f.bytes;
	}
	if (str_is(key, "encoding"))
		p->encoding = str_trim(value);
	else if (str_is(key, "messageType"))
		p->message_type = str_trim(value);
	return true;
}

bool payload_read(struct str bytes, struct payload *ret)
{
	const char *at = bytes.p, *end = bytes.p + bytes.n;
	struct payload p = {.bytes = bytes, .data = STR("")};
	struct wire_step f = {0};

	while (at != end) {
		at = wire_step(at, end, &f);
		if (!at)
			return false;
		if (f.type == WIRE_BYTES && f.number == METADATA && !read_entry(f.bytes, &p))
			return false;
		if (f.type == WIRE_BYTES && f.number == DATA)
			p.data = f.bytes;
	}
	p.kind = kind_of(p.encoding);
	p.reference = str_is(p.encoding, "json/external-storage-reference") ||
		      (p.kind == PAYLOAD_JSON &&
		       str_is(p.message_type, "temporal.api.sdk.v1.ExternalStorageReference"));
	*ret = p;
	return true;
}

struct str payload_metadata(struct str bytes, const char *key)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		struct str value;

		if (f.number != METADATA || f.type != WIRE_BYTES ||
		    !str_is(wire_bytes_at(f.bytes, ENTRY_KEY), key))
			continue;
		value = wire_bytes_at(f.bytes, ENTRY_VALUE);
		return value.p ? value : STR("");
	}
	return STR_NONE;
}

struct str payload_text(const struct payload *p, struct arena *a)
{
	struct str encoding = p->encoding.n ? p->encoding : STR("no encoding");

	if (p->kind == PAYLOAD_NULL && !p->data.n)
		return STR("null");
	if (p->kind == PAYLOAD_JSON && json_utf8(p->data))
		return p->data;
	if ((p->kind == PAYLOAD_PLAIN || p->kind == PAYLOAD_UNKNOWN) && dump_is_text(p->data) &&
	    p->data.n)
		return p->data;
	return arena_printf(a, "%zu byte%s of %.*s%s%.*s", p->data.n, p->data.n == 1 ? "" : "s",
			    STR_ARG(encoding), p->message_type.n ? " " : "",
			    STR_ARG(p->message_type));
}

/* Places */

#define COMMON "temporal.api.common.v1."

bool payload_is_message(const struct schema_message *m)
{
	return m && str_is(m->name, COMMON "Payload");
}

static const struct {
	const char *message;
	enum payload_place place;
} PLACES[] = {
	{COMMON "Memo", PAYLOAD_MEMO},
	{COMMON "Header", PAYLOAD_HEADER},
	{COMMON "SearchAttributes", PAYLOAD_SEARCH_ATTRIBUTE},
	{"temporal.api.sdk.v1.UserMetadata", PAYLOAD_USER_METADATA},
	{"temporal.api.sdk.v1.EventGroupMarker.Label", PAYLOAD_USER_METADATA},
	{"temporal.api.failure.v1.Failure", PAYLOAD_FAILURE},
};

enum payload_place payload_place_of(const struct schema_message *m, const struct schema_field *f)
{
	for (size_t i = 0; i < sizeof(PLACES) / sizeof(*PLACES); i++)
		if (str_is(m->name, PLACES[i].message))
			return PLACES[i].place;
	return PAYLOAD_VALUE;
}

const struct schema_message *payload_system_message(const struct schema *s,
						    const struct schema_message *m,
						    struct str message, const struct schema_field *f,
						    const struct payload *p)
{
	const struct schema_field *endpoint;

	if (p->kind != PAYLOAD_PROTOBUF || f->repeated)
		return NULL;
	endpoint = schema_field_by_name(m, STR("endpoint"));
	if (endpoint ? !str_is(wire_bytes_at(message, endpoint->number), "__temporal_system")
		     : !str_is(m->name, "temporal.api.history.v1."
					"NexusOperationCompletedEventAttributes") ||
			       !str_starts(p->message_type, STR("temporal.api.workflowservice.")))
		return NULL;
	return schema_message_search(s, p->message_type);
}

/* The walk */

struct walk {
	const struct schema *schema;
	payload_visit *each;
	void *data;
	struct err *err;
};

/* The message that is walked; one a level, on the C stack. */
struct level {
	const struct schema_message *m;
	struct str bytes;
	struct transcode_path path;
	unsigned depth;
	uint32_t counts[SCHEMA_FIELDS_MAX]; /* of the items met, by field */
};

static bool walk_message(const struct walk *walk, const struct schema_message *m,
			 struct str bytes, struct transcode_path *up, unsigned depth);

static bool broken(const struct walk *walk, const struct transcode_path *path,
		   const struct schema_message *m)
{
	err_set(walk->err, ERR_SYNTAX, "a %.*s that is not whole", STR_ARG(m->name));
	transcode_wrap_path(walk->err, path);
	return false;
}

static bool visit(const struct walk *walk, struct level *level, const struct schema_field *f,
		  struct str bytes)
{
	struct payload_at at = {.message = level->m, .field = f, .path = &level->path};
	const struct schema_message *payload = f->map ? f->message->fields[1].message : f->message;
	const struct schema_message *system;

	if (!payload_read(bytes, &at.payload))
		return broken(walk, &level->path, payload);
	/* A list in a message that is nothing else belongs to the field that holds it. */
	at.place = payload_place_of(level->m, f);
	if (str_is(level->m->name, COMMON "Payloads") && level->path.up &&
	    level->path.up->field)
		at.field = level->path.up->field;
	system = payload_system_message(walk->schema, level->m, level->bytes, f, &at.payload);
	if (system)
		at.place = PAYLOAD_SYSTEM;
	if (!walk->each(walk->data, &at, walk->err))
		return false;
	if (system) {
		struct transcode_path data = {.up = &level->path,
					      .field = schema_field_by_number(payload, DATA),
					      .index = -1};

		return walk_message(walk, system, at.payload.data, &data, level->depth + 1);
	}
	return true;
}

/* One value of field F: a message, or a map's entry whose value is one. */
static bool walk_field(const struct walk *walk, struct level *level, const struct schema_field *f,
		       struct str bytes)
{
	const struct schema_message *m = f->message;

	level->path.field = f;
	level->path.index = -1;
	level->path.key = STR_NONE;
	if (f->map) {
		struct str key = wire_bytes_at(bytes, ENTRY_KEY);

		if (f->message->n_fields != 2 || f->message->fields[1].kind != SCHEMA_MESSAGE)
			return true;
		level->path.key = key.p ? key : STR("");
		m = f->message->fields[1].message;
		bytes = wire_bytes_at(bytes, ENTRY_VALUE);
		bytes = bytes.p ? bytes : STR("");
	} else if (f->repeated) {
		level->path.index = level->counts[f - level->m->fields]++;
	}
	if (payload_is_message(m))
		return visit(walk, level, f, bytes);
	return walk_message(walk, m, bytes, &level->path, level->depth + 1);
}

static bool walk_message(const struct walk *walk, const struct schema_message *m,
			 struct str bytes, struct transcode_path *up, unsigned depth)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	struct wire_step step = {0};
	struct level level;

	if (depth > LIMIT_DEPTH)
		return err_set(walk->err, ERR_LIMIT, "more than %d nested messages", LIMIT_DEPTH);
	level.m = m;
	level.bytes = bytes;
	level.depth = depth;
	level.path = (struct transcode_path){.up = up, .index = -1};
	memset(level.counts, 0, sizeof(level.counts[0]) * m->n_fields);
	while (p != end) {
		const struct schema_field *f;

		p = wire_step(p, end, &step);
		if (!p)
			return broken(walk, up, m);
		if (step.type != WIRE_BYTES)
			continue;
		f = schema_field_by_number(m, step.number);
		if (f && f->kind == SCHEMA_MESSAGE && !walk_field(walk, &level, f, step.bytes))
			return false;
	}
	return true;
}

bool payload_each(const struct schema *s, const struct schema_message *m, struct str bytes,
		  payload_visit *each, void *data, struct err *err)
{
	struct walk walk = {s, each, data, err};
	struct payload_at top = {.message = m};

	if (!payload_is_message(m))
		return walk_message(&walk, m, bytes, NULL, 1);
	if (!payload_read(bytes, &top.payload))
		return broken(&walk, NULL, m);
	return each(data, &top, err);
}

void payload_path(const struct payload_at *at, struct buf *out)
{
	struct buf path;

	/* Written apart: a point goes before every name but the first. */
	buf_init(&path, 0);
	transcode_put_path(&path, at->path);
	buf_add(out, buf_str(&path));
	buf_done(&path);
}
