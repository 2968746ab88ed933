/* SPDX-License-Identifier: MIT */
/* cadence.c: one event of Cadence, member by member, into one of Temporal. */
#include "formats/read/cadence.h"

#include "formats/base/mem.h"

#include "formats/history/events.h"
#include "formats/read/cadence_rules.h"
#include "formats/read/cadence_values.h"
#include "formats/transcode/scan.h"
#include "formats/transcode/transcode_parts.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

#define SUFFIX "EventAttributes"

/* One event on its way. */
struct turning {
	struct cadence *c;
	const struct cadence_event *row;
	int64_t event_id;
	struct transcode_loss *loss;
};

void cadence_init(struct cadence *c, const struct schema *temporal)
{
	*c = (struct cadence){.temporal = temporal};
	arena_init(&c->arena);
	buf_init(&c->text, 0);
	c->event = schema_message(temporal, "temporal.api.history.v1.HistoryEvent");
}

void cadence_begin(struct cadence *c)
{
	map_done(&c->scheduled);
}

void cadence_done(struct cadence *c)
{
	map_done(&c->scheduled);
	buf_done(&c->text);
	arena_done(&c->arena);
}

/* ---- what is lost, what is guessed ---- */

/* What a client leaves at its default tells nothing. */
static bool says_nothing(const json_t *value)
{
	return !value || json_is_null(value) || json_is_false(value) ||
	       (json_is_string(value) && !json_string_length(value)) ||
	       (json_is_integer(value) && !json_integer_value(value)) ||
	       (json_is_object(value) && !json_object_size(value)) ||
	       (json_is_array(value) && !json_array_size(value));
}

static void lost(const struct turning *t, const char *name, const json_t *value)
{
	if (!says_nothing(value))
		transcode_note(t->loss, TRANSCODE_LOST_CADENCE, t->event_id, NULL, str_of(name));
}

static void guessed(const struct turning *t, const char *name)
{
	transcode_note(t->loss, TRANSCODE_GUESS_CADENCE, t->event_id, NULL, str_of(name));
}

/* ---- payloads ---- */

static json_t *payloads_of_list(json_t *list)
{
	json_t *ret = json_object();

	json_object_set_new(ret, "payloads", list);
	return ret;
}

static json_t *turn_payloads(const struct turning *t, const char *name, const json_t *value)
{
	json_t *ret = NULL;
	struct buf data;

	buf_init(&data, 0);
	if (cadence_blob(value, &data) && data.n) {
		ret = payloads_of_list(cadence_payload_list(buf_str(&data)));
		guessed(t, name);
	}
	buf_done(&data);
	return ret;
}

static json_t *payload_map(const struct turning *t, const json_t *fields)
{
	json_t *ret = json_object();
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)fields, key, value) {
		struct buf data;

		buf_init(&data, 0);
		if (cadence_blob(value, &data)) {
			json_object_set_new(ret, key, cadence_payload(buf_str(&data)));
			guessed(t, key);
		} else {
			lost(t, key, value);
		}
		buf_done(&data);
	}
	return ret;
}

/* {"fields": {...}} or {"indexedFields": {...}} */
static json_t *turn_fields(const struct turning *t, const json_t *value)
{
	json_t *ret = json_object(), *fields;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)value, key, fields)
		json_object_set_new(ret, key, payload_map(t, fields));
	return ret;
}

static const struct cadence_marker *marker_row(const json_t *attributes)
{
	const char *name = json_string_value(json_object_get(attributes, "markerName"));

	for (size_t i = 0; name && i < N_CADENCE_MARKERS; i++)
		if (!strcmp(CADENCE_MARKERS[i].name, name))
			return &CADENCE_MARKERS[i];
	return NULL;
}

static size_t marker_keys(const struct cadence_marker *row)
{
	size_t n = 0;

	while (row && n < CADENCE_MARKER_KEYS && row->keys[n])
		n++;
	return n;
}

/* Each value of a known marker under its key; else all of it under one. */
static json_t *turn_marker(const struct turning *t, const json_t *attributes,
			   const json_t *details)
{
	const struct cadence_marker *row = marker_row(attributes);
	json_t *ret = json_object(), *list;
	struct buf data;

	buf_init(&data, 0);
	if (cadence_blob(details, &data) && data.n) {
		list = cadence_payload_list(buf_str(&data));
		if (row && json_array_size(list) == marker_keys(row)) {
			for (size_t i = 0; i < marker_keys(row); i++) {
				json_t *one = json_array();

				json_array_append(one, json_array_get(list, i));
				json_object_set_new(ret, row->keys[i], payloads_of_list(one));
			}
			json_decref(list);
		} else {
			json_object_set_new(ret, "details", payloads_of_list(list));
		}
		guessed(t, "details");
	}
	buf_done(&data);
	return ret;
}

/* ---- failures ---- */

static json_t *failure_of(const struct turning *t, const json_t *reason, const json_t *details)
{
	json_t *ret, *info;

	if (says_nothing(reason) && says_nothing(details))
		return NULL;
	ret = json_object();
	info = json_object();
	json_object_set(ret, "message", (json_t *)(uintptr_t)reason);
	json_object_set(info, "type", (json_t *)(uintptr_t)reason);
	json_object_set_new(info, "details", turn_payloads(t, "details", details));
	json_object_set_new(ret, "applicationFailureInfo", info);
	return ret;
}

/* The two members, or the object that holds them in the gRPC API. */
static json_t *take_failure(const struct turning *t, json_t *attributes, const char *object,
			    const char *reason, const char *details)
{
	const json_t *both = json_object_get(attributes, object);
	json_t *ret;

	ret = both ? failure_of(t, json_object_get(both, "reason"),
				json_object_get(both, "details"))
		   : failure_of(t, json_object_get(attributes, reason),
				json_object_get(attributes, details));
	json_object_del(attributes, object);
	json_object_del(attributes, reason);
	json_object_del(attributes, details);
	return ret;
}

static json_t *take_timeout(const struct turning *t, json_t *attributes, json_t *cause)
{
	json_t *ret = json_object(), *info = json_object();
	json_t *type = cadence_enum(json_object_get(attributes, "timeoutType"), "TIMEOUT_TYPE_");
	json_t *details = turn_payloads(t, "details", json_object_get(attributes, "details"));

	json_object_set_new(ret, "message", json_string("activity timeout"));
	json_object_set_new(info, "timeoutType", type);
	json_object_set_new(info, "lastHeartbeatDetails", details);
	json_object_set_new(ret, "cause", cause);
	json_object_set_new(ret, "timeoutFailureInfo", info);
	json_object_del(attributes, "timeoutType");
	json_object_del(attributes, "details");
	return ret;
}

/* Everything about failures goes from ATTRIBUTES, in Temporal's form, into OUT. */
static void turn_failures(const struct turning *t, json_t *attributes, json_t *out)
{
	json_t *last = take_failure(t, attributes, "lastFailure", "lastFailureReason",
				    "lastFailureDetails");

	json_object_set_new(out, "continuedFailure",
			    take_failure(t, attributes, "continuedFailure",
					 "continuedFailureReason", "continuedFailureDetails"));
	switch (t->row->failure) {
	case CADENCE_NO_FAILURE:
		break;
	case CADENCE_FAILED:
		json_object_set_new(out, "failure",
				    take_failure(t, attributes, "failure", "reason", "details"));
		break;
	case CADENCE_CONTINUED:
		json_object_set_new(out, "failure",
				    take_failure(t, attributes, "failure", "failureReason",
						 "failureDetails"));
		break;
	case CADENCE_TIMED_OUT:
		json_object_set_new(out, "failure", take_timeout(t, attributes, last));
		return;
	}
	json_object_set_new(out, "lastFailure", last);
}

/* ---- members ---- */

static const struct cadence_rule *rule_of(const struct turning *t,
					  const struct cadence_rule *rules, const char *name)
{
	for (; rules->from; rules++)
		if (!strcmp(rules->from, name) &&
		    (!rules->in || !strcmp(rules->in, t->row->cadence)))
			return rules;
	return NULL;
}

static void turn_members(const struct turning *t, const struct cadence_rule *rules,
			 const struct schema_message *m, const json_t *in, json_t *out);

/* An object, or each of a list of them. */
static json_t *turn_object(const struct turning *t, const struct cadence_rule *rules,
			   const json_t *value)
{
	json_t *ret, *item;
	size_t i;

	if (!json_is_array(value)) {
		ret = json_object();
		turn_members(t, rules, NULL, value, ret);
		return ret;
	}
	ret = json_array();
	json_array_foreach((json_t *)(uintptr_t)value, i, item) {
		json_t *one = json_object();

		turn_members(t, rules, NULL, item, one);
		json_array_append_new(ret, one);
	}
	return ret;
}

static json_t *turn_value(const struct turning *t, const struct cadence_rule *rule,
			  const json_t *value)
{
	switch (rule->how) {
	case CADENCE_COPY:
		return json_incref((json_t *)(uintptr_t)value);
	case CADENCE_SECONDS:
		return cadence_seconds(value);
	case CADENCE_NANOS:
		return cadence_nanos(value);
	case CADENCE_ENUM:
		return cadence_enum(value, rule->prefix);
	case CADENCE_PLUS_ONE:
		return json_integer(json_integer_value(value) + 1);
	case CADENCE_TEXT:
		return cadence_text(value);
	case CADENCE_PAYLOADS:
		return turn_payloads(t, rule->from, value);
	case CADENCE_FIELDS:
		return turn_fields(t, value);
	case CADENCE_OBJECT:
		return turn_object(t, rule->inside, value);
	case CADENCE_LOST:
	case CADENCE_FLATTEN:
		break;
	}
	return NULL;
}

static void turn_member(const struct turning *t, const struct cadence_rule *rules,
			const struct schema_message *m, const char *name, const json_t *value,
			json_t *out)
{
	const struct cadence_rule *rule = rule_of(t, rules, name);
	const char *to = rule && rule->to ? rule->to : name;
	json_t *turned;

	if (says_nothing(value) && !(rule && rule->how == CADENCE_PLUS_ONE))
		return;
	if (rule && rule->how == CADENCE_FLATTEN) {
		turn_members(t, rule->inside, m, value, out);
		return;
	}
	if (m && !schema_field_by_name(m, str_of(to))) {
		lost(t, name, value);
		return;
	}
	turned = rule ? turn_value(t, rule, value) : json_incref((json_t *)(uintptr_t)value);
	if (turned)
		json_object_set_new(out, to, turned);
	else
		lost(t, name, value);
}

/* M: Temporal's message, or NULL where what has no rule is copied. */
static void turn_members(const struct turning *t, const struct cadence_rule *rules,
			 const struct schema_message *m, const json_t *in, json_t *out)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)in, name, value)
		turn_member(t, rules, m, name, value, out);
}

/* ---- events ---- */

/* Temporal asks for the event that scheduled the activity. */
static void name_scheduled(const struct turning *t, const json_t *attributes, json_t *out)
{
	const json_t *id = json_object_get(attributes, "activityId");
	struct str name = str_slice(json_string_value(id), json_string_length(id));
	struct cadence *c = t->c;
	uint64_t *event;

	if (!json_is_string(id))
		return;
	if (!strcmp(t->row->cadence, "ActivityTaskScheduled")) {
		event = map_get(&c->scheduled, name);
		event = event ? event : map_put(&c->scheduled, arena_str(&c->arena, name), 0, NULL);
		*event = (uint64_t)t->event_id;
		return;
	}
	event = map_get(&c->scheduled, name);
	if (event && !strcmp(t->row->cadence, "ActivityTaskCancelRequested")) {
		json_object_set_new(out, "scheduledEventId", json_integer((json_int_t)*event));
		json_object_del((json_t *)(uintptr_t)attributes, "activityId");
	}
}

static json_t *turn_attributes(const struct turning *t, json_t *attributes,
			       const struct schema_message *m)
{
	json_t *out = json_object();
	const json_t *details = json_object_get(attributes, "details");

	turn_failures(t, attributes, out);
	name_scheduled(t, attributes, out);
	if (!strcmp(t->row->cadence, "MarkerRecorded") && details) {
		json_object_set_new(out, "details", turn_marker(t, attributes, details));
		json_object_del(attributes, "details");
	}
	/* Cadence leaves out what is zero, and an attempt of zero is Temporal's first. */
	if (schema_field_by_name(m, STR("attempt")))
		json_object_set_new(out, "attempt", json_integer(1));
	turn_members(t, CADENCE_RULES, m, attributes, out);
	return out;
}

/* "decisionTaskScheduledEventAttributes" */
static char *attributes_name(struct cadence *c, const char *type)
{
	char *name = arena_cstr(&c->arena, arena_printf(&c->arena, "%s" SUFFIX, type));

	name[0] = (char)(name[0] - 'A' + 'a');
	return name;
}

/* The row by the type's name, or by the attributes where there is no type (gRPC). */
static const struct cadence_event *event_row_of(struct cadence *c, const json_t *event,
						json_t **ret_attributes)
{
	const char *type = json_string_value(json_object_get(event, "eventType"));

	for (size_t i = 0; i < N_CADENCE_EVENTS; i++) {
		const struct cadence_event *row = &CADENCE_EVENTS[i];
		struct arena_mark mark = arena_mark(&c->arena);
		json_t *found;

		if (type && strcmp(type, row->cadence) != 0)
			continue;
		found = json_object_get(event, attributes_name(c, row->cadence));
		arena_rewind(&c->arena, mark);
		if (!found && !type)
			continue;
		*ret_attributes = found;
		return row;
	}
	return NULL;
}

static void set_time(const json_t *event, json_t *out)
{
	const json_t *nanos = json_object_get(event, "timestamp");

	if (nanos)
		json_object_set_new(out, "eventTime", cadence_time(nanos));
	else
		json_object_set(out, "eventTime", json_object_get(event, "eventTime"));
}

/* What stands beside type and attributes, under the same names in both worlds. */
static void copy_envelope(const struct turning *t, const json_t *event, json_t *out)
{
	static const char *const NAMES[] = {"eventId", "version", "taskId"};
	const char *name;
	json_t *value;

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++)
		json_object_set(out, NAMES[i], json_object_get(event, NAMES[i]));
	set_time(event, out);
	json_object_foreach((json_t *)(uintptr_t)event, name, value) {
		bool known = !strcmp(name, "timestamp") || !strcmp(name, "eventTime") ||
			     !strcmp(name, "eventType") || strstr(name, SUFFIX);

		for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++)
			known |= !strcmp(name, NAMES[i]);
		if (!known)
			lost(t, name, value);
	}
}

static json_t *turn_event(struct turning *t, const json_t *event)
{
	const json_t *id = json_object_get(event, "eventId");
	const struct schema_field *field;
	json_t *attributes = NULL, *out;
	const char *name;

	/* An event without a counterpart keeps its name: nothing here knows it, nothing hides it. */
	t->row = event_row_of(t->c, event, &attributes);
	if (!t->row || !t->row->temporal) {
		out = json_copy((json_t *)(uintptr_t)event);
		json_object_del(out, "timestamp");
		set_time(event, out);
		return out;
	}
	t->event_id = json_is_string(id) ? strtoll(json_string_value(id), NULL, 10)
					 : json_integer_value(id);
	out = json_object();
	copy_envelope(t, event, out);
	json_object_set_new(out, "eventType", json_string(t->row->temporal));
	name = attributes_name(t->c, t->row->temporal);
	field = schema_field_by_name(t->c->event, str_of(name));
	BUG_IF(!field);
	if (json_is_object(attributes))
		json_object_set_new(out, name, turn_attributes(t, attributes, field->message));
	return out;
}

/* EVENT is let go. */
static bool finish(struct cadence *c, json_t *event, struct transcode_loss *loss, struct buf *out,
		   struct err *err)
{
	const struct transcode_options options = {.keep_unknown = c->keep_unknown, .loss = loss};
	struct turning t = {.c = c, .loss = loss};
	json_t *turned = turn_event(&t, event);
	char *text = json_dumps(turned, JSON_COMPACT);
	size_t at = 0, exact = loss ? loss->exact_payloads : 0;
	struct arena scratch;
	bool ok;

	arena_init(&scratch);
	ok = text ? transcode_json_to_wire(c->event, str_of(text), &at, &options, &scratch, out, err)
		  : err_set(err, ERR_SYNTAX, "an event of Cadence that is no JSON object");
	arena_done(&scratch);
	/* What was read is of our own making. */
	if (loss) {
		loss->taken_apart += loss->exact_payloads - exact;
		loss->exact_payloads = exact;
	}
	mem_free(text);
	json_decref(turned);
	json_decref(event);
	return ok;
}

bool cadence_from_json(struct cadence *c, struct str json, struct transcode_loss *loss,
		       struct buf *out, struct err *err)
{
	json_error_t error;
	json_t *event = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &error);

	if (json_is_object(event))
		return finish(c, event, loss, out, err);
	json_decref(event);
	err_set(err, ERR_SYNTAX, "%s", event ? "an object is expected" : error.text);
	if (err) {
		err->line = error.line;
		err->column = error.column;
	}
	return false;
}

bool cadence_from_proto(struct cadence *c, struct str bytes, struct transcode_loss *loss,
			struct buf *out, struct err *err)
{
	const struct transcode_options options = {.loss = loss};
	struct arena scratch;
	bool ok;

	if (!c->from)
		c->from = schema_message(schema_new_cadence(&c->arena),
					 "uber.cadence.api.v1.HistoryEvent");
	buf_clear(&c->text);
	arena_init(&scratch);
	ok = transcode_wire_to_json(c->from, bytes, &options, &scratch, &c->text, err);
	arena_done(&scratch);
	return ok && cadence_from_json(c, buf_str(&c->text), loss, out, err);
}

/* ---- recognising ---- */

/* Temporal's name for the time, which Cadence has under another: every file is asked this. */
static bool has_temporal_time(struct str json)
{
	return scan()->find(json, STR("\"eventTime\"")) || scan()->find(json, STR("\"event_time\""));
}

bool cadence_is_json(struct str json)
{
	json_error_t error;
	json_t *event = has_temporal_time(json) ? NULL : json_loadb(json.p, json.n, 0, &error);
	json_t *attributes = NULL;
	const struct cadence_event *row;
	struct arena scratch;
	struct cadence c = {0};
	bool is;

	arena_init(&scratch);
	c.arena = scratch;
	row = json_is_object(event) ? event_row_of(&c, event, &attributes) : NULL;
	is = row && (json_object_get(event, "timestamp") ||
		     !row->temporal || strcmp(row->cadence, row->temporal) != 0 ||
		     !json_object_get(event, "eventType"));
	arena_done(&c.arena);
	json_decref(event);
	return is;
}

bool cadence_is_proto(const struct schema *temporal, struct str bytes)
{
	const struct schema_message *event =
		schema_message(temporal, "temporal.api.history.v1.HistoryEvent");
	const struct schema_field *field;
	struct wire w = wire_of(bytes);
	uint32_t attributes = 0;
	uint64_t type = 0;
	struct wire_field f;

	while (wire_next(&w, &f)) {
		if (f.number == 5 && f.type == WIRE_VARINT)
			return false; /* Temporal's task id */
		if (f.number == 3 && f.type == WIRE_VARINT)
			type = f.value;
		if (f.type == WIRE_BYTES && f.number >= 5 && f.number <= 46)
			attributes = f.number;
	}
	if (!attributes || w.broken)
		return false;
	/* Field 3 is a version in Cadence; in Temporal the type that the attributes are of. */
	field = schema_field_by_number(event, attributes);
	return !field || field->message != event_attributes_message(temporal, (int32_t)type);
}
