/* SPDX-License-Identifier: MIT */
/* transcode_member.c: members under names that the schema does not have. */
#include "formats/transcode/transcode_member.h"

#include "formats/transcode/transcode_odd.h"

/* What it is */

static bool is_pascal(struct str name)
{
	return name.n && name.p[0] >= 'A' && name.p[0] <= 'Z';
}

static const struct schema_field *field_of(const struct schema_message *m, struct str name)
{
	for (size_t i = 0; i < m->n_fields; i++)
		if (schema_same_name(m->fields[i].name, name))
			return &m->fields[i];
	return NULL;
}

/* The one member of the object VALUE; false: it has none, or more. */
static bool only_member(struct str value, struct buf *scratch, struct str *ret_name)
{
	struct json j = {value, 0};
	struct str inner;

	return json_take(&j, '{') && json_read_string(&j, scratch, ret_name, NULL) &&
	       json_take(&j, ':') && json_skip(&j, &inner, NULL) && json_take(&j, '}');
}

/* Go's encoding/json wraps the member of a oneof in an object named after the oneof. */
static const struct schema_field *wrapped_field(const struct schema_message *m, struct str value)
{
	const struct schema_field *f = NULL;
	struct buf scratch = {0};
	struct str name;

	if (only_member(value, &scratch, &name) && is_pascal(name)) {
		f = field_of(m, name);
		if (f && f->oneof < 0)
			f = NULL;
	}
	buf_done(&scratch);
	return f;
}

/* The oneofs of what hangs below a history: Go writes "Attributes": null where none is set. */
static bool names_wrapper(struct str name)
{
	static const char *const NAMES[] = {"Attributes", "FailureInfo", "Variant",	"Value",
					    "Reference",  "Override",	 "SequencingId"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		if (str_is(name, NAMES[i]))
			return true;
	return false;
}

/* protobufjs: "attributes": "timerFiredEventAttributes" says which member of it is there. */
static bool names_oneof(const struct schema_message *m, struct str value)
{
	const struct schema_field *f;

	if (value.n < 2 || value.p[0] != '"')
		return false;
	f = schema_field_by_name(m, str_slice(value.p + 1, value.n - 2));
	return f && f->oneof >= 0;
}

/* A string or number, as a whole number. */
static bool whole_of(struct str value, int64_t *ret)
{
	struct json j = {value, 0};
	struct buf scratch = {0};
	struct str text = value;
	bool negative = false, ok = true;
	uint64_t magnitude = 0;

	if (value.n && value.p[0] == '"')
		ok = json_read_string(&j, &scratch, &text, NULL);
	ok = ok && !transcode_parse_whole(text, &magnitude, &negative) &&
	     magnitude <= (uint64_t)INT64_MAX + negative;
	*ret = (int64_t)(negative ? 0 - magnitude : magnitude);
	buf_done(&scratch);
	return ok;
}

static bool is_whole(struct str value)
{
	int64_t ignored;

	return whole_of(value, &ignored);
}

static enum member_kind old_kind(const struct schema_message *m, struct str name,
				 struct str value, const struct schema_field **ret)
{
	const struct schema_alias *alias = schema_alias_search(m, name);

	if (!alias)
		return MEMBER_UNKNOWN;
	if (alias->kind == SCHEMA_ALIAS_GONE)
		return MEMBER_GONE;
	*ret = schema_field_by_name(m, str_of(alias->now));
	if (*ret && alias->kind == SCHEMA_ALIAS_SECONDS && is_whole(value))
		return MEMBER_SECONDS;
	if (*ret && alias->kind == SCHEMA_ALIAS_NANOS && is_whole(value))
		return MEMBER_NANOS;
	return MEMBER_UNKNOWN;
}

static enum member_kind event_kind(struct str name, struct str value)
{
	static const char *const UI[] = {"id", "name", "timestamp", "classification", "category"};
	bool object = value.n && value.p[0] == '{';

	if (object && (str_is(name, "attributes") || str_is(name, "details")))
		return MEMBER_ATTRIBUTES;
	for (size_t i = 0; i < sizeof(UI) / sizeof(UI[0]); i++)
		if (str_is(name, UI[i]) && !object)
			return MEMBER_UI;
	return MEMBER_UNKNOWN;
}

enum member_kind member_kind(const struct schema_message *m, struct str name, struct str value,
			     const struct schema_field **ret)
{
	enum member_kind kind;

	if (str_is(name, MEMBER_RAW_NAME))
		return MEMBER_RAW;
	kind = old_kind(m, name, value, ret);
	if (kind == MEMBER_UNKNOWN && m->role == SCHEMA_EVENT)
		kind = event_kind(name, value);
	if (kind != MEMBER_UNKNOWN)
		return kind;
	if (m->wellknown == SCHEMA_DURATION && str_is(name, "duration") && is_whole(value)) {
		*ret = schema_field_by_number(m, 1);
		return MEMBER_FIELD; /* {"duration": 10}, of an old Web UI: seconds */
	}
	if (is_pascal(name)) {
		*ret = field_of(m, name);
		if (*ret)
			return MEMBER_FIELD;
		*ret = m->has_oneofs ? wrapped_field(m, value) : NULL;
		if (*ret)
			return MEMBER_WRAPPER;
		return str_is(value, "null") && names_wrapper(name) ? MEMBER_IDLE : MEMBER_UNKNOWN;
	}
	return m->has_oneofs && names_oneof(m, value) ? MEMBER_IDLE : MEMBER_UNKNOWN;
}

/* "type": "timerFiredEventAttributes", as the Web UI has it inside of attributes. */
static const struct schema_field *typed_attributes(const struct schema_message *event,
						   struct str value)
{
	const struct schema_field *f = NULL;
	struct json j = {value, 0};
	struct buf scratch = {0};
	struct str key, text;

	json_take(&j, '{');
	while (!f && json_read_string(&j, &scratch, &key, NULL)) {
		bool is_type = str_is(key, "type");

		if (!json_take(&j, ':'))
			break;
		if (is_type && json_peek(&j) == '"') {
			if (!json_read_string(&j, &scratch, &text, NULL))
				break;
			f = schema_field_by_name(event, text);
		} else if (!json_skip(&j, &text, NULL)) {
			break;
		}
		if (!json_take(&j, ','))
			break;
	}
	buf_done(&scratch);
	return f && f->oneof >= 0 ? f : NULL;
}

const struct schema_field *member_attributes(const struct schema_message *event, struct str value,
					     const struct schema_enum_value *type)
{
	const struct schema_field *f = typed_attributes(event, value);
	struct buf name = {0};

	if (f || !type || !type->number)
		return f;
	buf_add(&name, type->camel);
	buf_puts(&name, "EventAttributes");
	name.p[0] = (char)(name.p[0] - 'A' + 'a');
	f = schema_field_by_name(event, buf_str(&name));
	buf_done(&name);
	return f && f->oneof >= 0 ? f : NULL;
}

/* Reading it */

/* A string or number at P, as a whole number. */
static bool whole_at(struct reader *r, const char *p, int64_t *ret)
{
	struct str value;

	return reader_skip(r, p, &value) && whole_of(value, ret);
}

static const char *read_scaled(struct reader *r, const char *p, struct members *seen,
			       const struct schema_field *f, enum member_kind kind,
			       const char *stop)
{
	size_t index = (size_t)(f - seen->m->fields);
	int64_t seconds, nanos = 0, value;
	bool fine;

	if (!whole_at(r, p, &value))
		return reader_fail(r, p, "a whole number is expected");
	if (seen->given[index / 64] >> index % 64 & 1)
		return stop; /* today's spelling stands beside it */
	seconds = value;
	if (kind == MEMBER_NANOS) {
		nanos = value % 1000000000;
		seconds = value / 1000000000 - (nanos < 0);
		nanos += nanos < 0 ? 1000000000 : 0;
	}
	fine = f->message->wellknown == SCHEMA_TIMESTAMP ? transcode_timestamp_ok(seconds, nanos)
							 : transcode_duration_ok(seconds, nanos);
	if (!fine)
		return reader_fail(r, p, "a time out of range");
	seen->given[index / 64] |= (uint64_t)1 << index % 64;
	seen->sorted &= f->number > seen->last;
	seen->last = f->number;
	/* Numbers have no way to say that a time is not set: zero does. */
	if (value && !transcode_put_time(r, f, seconds, (int32_t)nanos))
		return NULL;
	return stop;
}

static const char *read_wrapper(struct reader *r, const char *p, struct members *seen,
				const struct schema_field *f, unsigned depth)
{
	struct str name;

	p = json_blanks(p + 1, r->end);
	p = reader_slow_string(r, p, &name);
	p = p ? json_blanks(p, r->end) : NULL;
	p = p ? json_blanks(p + 1, r->end) : NULL; /* the colon: only_member() saw it */
	p = p ? transcode_read_field(r, p, seen, f, depth) : NULL;
	return p ? json_blanks(p, r->end) + 1 : NULL;
}

/* Kept, or lost: times are written as text, where nothing can stand beside them. */
static const char *lose(struct reader *r, const char *p, struct str name, struct str value,
			const char *stop, unsigned depth)
{
	const struct schema_message *m = transcode_path_message(r->path, r->root);

	bool kept = r->options->keep_unknown && m->wellknown == SCHEMA_ORDINARY;

	reader_note(r, kept ? TRANSCODE_KEPT_MEMBER : TRANSCODE_LOST_MEMBER, name);
	return !kept || transcode_keep(r, p, name, value, depth) ? stop : NULL;
}

/* For the end of the event, when it is known what else is there. */
static const char *put_off(struct reader *r, const char *p, struct str name, const char *stop)
{
	const char *event = r->path->at.p;

	if (r->ui.event != event)
		r->ui = (struct ui_members){.event = event};
	if (str_is(name, "id"))
		r->ui.id = p;
	else if (str_is(name, "name"))
		r->ui.name = p;
	return stop;
}

static const char *put_off_attributes(struct reader *r, const char *p, struct str name,
				      const char *stop)
{
	put_off(r, p, STR_NONE, stop);
	if (r->ui.attributes)
		return reader_fail(r, p, "given twice");
	r->ui.attributes = p;
	r->ui.attributes_key = name;
	return stop;
}

const char *transcode_odd_member(struct reader *r, const char *p, struct members *seen,
				 struct str name, unsigned depth)
{
	const struct schema_field *f = NULL;
	struct str value, key;
	const char *stop;
	enum member_kind kind;

	if (r->trying)
		return NULL;
	key = name.p == r->scratch.p ? arena_str(r->arena, name) : name;
	stop = reader_skip(r, p, &value);
	if (!stop)
		return NULL;
	/* The Web UI's attributes say which ones they are. */
	if (r->ui.attributes && r->ui.attributes == r->path->at.p && str_is(key, "type"))
		return stop;
	kind = member_kind(seen->m, key, value, &f);
	switch (kind) {
	case MEMBER_FIELD:
		return transcode_read_field(r, p, seen, f, depth);
	case MEMBER_WRAPPER:
		return read_wrapper(r, p, seen, f, depth);
	case MEMBER_IDLE:
		return stop;
	case MEMBER_SECONDS:
	case MEMBER_NANOS:
		return read_scaled(r, p, seen, f, kind, stop);
	case MEMBER_GONE:
		reader_note(r, TRANSCODE_NOTE_REMOVED, key);
		return r->options->keep_unknown ? lose(r, p, key, value, stop, depth) : stop;
	case MEMBER_UI:
		reader_note(r, TRANSCODE_NOTE_UI, key);
		return put_off(r, p, key, stop);
	case MEMBER_ATTRIBUTES:
		return put_off_attributes(r, p, key, stop);
	case MEMBER_RAW:
		if (seen->m->wellknown == SCHEMA_ORDINARY)
			return transcode_read_unknown(r, p, seen);
		break;
	case MEMBER_UNKNOWN:
		break;
	}
	return lose(r, p, key, value, stop, depth);
}

static bool is_given(const struct members *seen, const struct schema_field *f)
{
	size_t index = (size_t)(f - seen->m->fields);

	return seen->given[index / 64] >> index % 64 & 1;
}

/* `id` and `name` where the event's own members are not there. */
static bool fill_from_ui(struct reader *r, struct members *seen, const struct ui_members *ui,
			 unsigned depth)
{
	const struct schema_field *id = schema_field_by_name(seen->m, STR("event_id"));
	const struct schema_field *type = schema_field_by_name(seen->m, STR("event_type"));
	int64_t number;

	if (ui->id && !is_given(seen, id) && whole_at(r, ui->id, &number) &&
	    !transcode_read_field(r, ui->id, seen, id, depth))
		return false;
	if (ui->name && !is_given(seen, type) && reader_is(r, ui->name, '"') &&
	    !transcode_read_field(r, ui->name, seen, type, depth))
		return false;
	return true;
}

const char *transcode_finish_event(struct reader *r, const char *p, struct members *seen,
				   size_t start, unsigned depth)
{
	const struct ui_members ui = r->ui;
	const struct schema_field *type, *f;
	struct str value;
	uint64_t number;

	r->ui = (struct ui_members){0};
	if (!fill_from_ui(r, seen, &ui, depth))
		return NULL;
	if (!ui.attributes)
		return p;
	type = schema_field_by_name(seen->m, STR("event_type"));
	number = wire_value_at(str_slice(r->out->p + start, reader_offset(r) - start), type->number,
			       0);
	if (!reader_skip(r, ui.attributes, &value))
		return NULL;
	f = member_attributes(seen->m, value,
			      schema_enum_by_number(type->enumeration, (int32_t)number));
	if (seen->oneofs) {
		reader_note(r, TRANSCODE_NOTE_UI, ui.attributes_key);
		return p;
	}
	if (!f)
		return lose(r, ui.attributes, ui.attributes_key, value, p, depth);
	r->ui.attributes = ui.attributes;
	if (!transcode_read_field(r, ui.attributes, seen, f, depth))
		return NULL;
	r->ui = (struct ui_members){0};
	return p;
}
