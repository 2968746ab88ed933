/* SPDX-License-Identifier: MIT */
/* marker.c: one table of where each SDK keeps what, and a reader of scalars in JSON. */
#include "formats/history/marker.h"

#include "formats/payload/payload.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode.h"
#include "formats/wire/wire.h"

/* Fields of MarkerRecordedEventAttributes. */
enum { MARKER_NAME = 1, DETAILS = 2, FAILURE = 5 };

/*
 * Where a part is: in the payload of that key the value itself (member NULL) or a member of
 * the JSON object that it is. First row that fits the name and whose payload is there.
 */
static const struct part_row {
	enum marker_part part;
	const char *marker;
	const char *key; /* of details */
	const char *member;
} PARTS[] = {
	{MARKER_ABOUT, "core_patch", "patch-data", "id"},
	{MARKER_ABOUT, "core_local_activity", "data", "activity_type"},
	{MARKER_ABOUT, "Version", "change-id", NULL},
	{MARKER_ABOUT, "Version", "changeId", NULL},
	{MARKER_ABOUT, "MutableSideEffect", "side-effect-id", NULL},
	{MARKER_ABOUT, "MutableSideEffect", "id", NULL},
	{MARKER_ABOUT, "SideEffect", "side-effect-id", NULL},
	{MARKER_ABOUT, "LocalActivity", "type", NULL},
	{MARKER_ABOUT, "LocalActivity", "data", "ActivityType"},

	{MARKER_CODE_ID, "core_local_activity", "data", "activity_id"},
	{MARKER_CODE_ID, "LocalActivity", "data", "ActivityID"},

	{MARKER_ID, "core_patch", "patch-data", "id"},
	{MARKER_ID, "Version", "change-id", NULL},
	{MARKER_ID, "Version", "changeId", NULL},
	{MARKER_ID, "MutableSideEffect", "id", NULL},
	{MARKER_ID, "MutableSideEffect", "side-effect-id", NULL},
	{MARKER_ID, "SideEffect", "side-effect-id", NULL},

	{MARKER_VERSION_NUMBER, "Version", "version", NULL},
	{MARKER_DEPRECATED, "core_patch", "patch-data", "deprecated"},

	{MARKER_ACTIVITY_TYPE, "core_local_activity", "data", "activity_type"},
	{MARKER_ACTIVITY_TYPE, "LocalActivity", "type", NULL},
	{MARKER_ACTIVITY_TYPE, "LocalActivity", "data", "ActivityType"},
	{MARKER_ACTIVITY_ID, "core_local_activity", "data", "activity_id"},
	{MARKER_ACTIVITY_ID, "LocalActivity", "activityId", NULL},
	{MARKER_ACTIVITY_ID, "LocalActivity", "data", "ActivityID"},
	{MARKER_ATTEMPT, "core_local_activity", "data", "attempt"},
	{MARKER_ATTEMPT, "LocalActivity", "meta", "atpt"},
	{MARKER_ATTEMPT, "LocalActivity", "data", "Attempt"},
};

static const struct {
	const char *marker;
	enum marker_kind kind;
	const char *value; /* key of the payload that the code gets back */
} KINDS[] = {
	{"core_patch", MARKER_PATCH, NULL},
	{"core_local_activity", MARKER_LOCAL_ACTIVITY, "result"},
	{"Version", MARKER_VERSION, NULL},
	{"SideEffect", MARKER_SIDE_EFFECT, "data"},
	{"MutableSideEffect", MARKER_MUTABLE_SIDE_EFFECT, "data"},
	{"LocalActivity", MARKER_LOCAL_ACTIVITY, "result"},
};

static const char *const KIND_NAMES[] = {
	[MARKER_OTHER] = "marker",
	[MARKER_PATCH] = "patch",
	[MARKER_VERSION] = "version",
	[MARKER_SIDE_EFFECT] = "side effect",
	[MARKER_MUTABLE_SIDE_EFFECT] = "mutable side effect",
	[MARKER_LOCAL_ACTIVITY] = "local activity",
};

const char *marker_kind_name(enum marker_kind kind)
{
	return KIND_NAMES[kind];
}

/* The N-th payload (from 0) under KEY in the details, or STR_NONE. */
static struct str payload_at(struct str bytes, const char *key, size_t n)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		struct wire list;

		if (f.number != DETAILS || f.type != WIRE_BYTES ||
		    !str_is(wire_bytes_at(f.bytes, 1), key))
			continue;
		list = wire_of(wire_bytes_at(f.bytes, 2));
		while (wire_next(&list, &f))
			if (f.number == 1 && f.type == WIRE_BYTES && n-- == 0)
				return f.bytes;
		break;
	}
	return STR_NONE;
}

/* A string without its quotes, a number or a truth value as it stands; STR_NONE for all else. */
static struct str scalar_text(struct str json, struct arena *a)
{
	struct json j = {json, 0};
	struct str text = STR_NONE, ret = STR_NONE;
	struct buf scratch;
	char first = json_peek(&j);

	buf_init(&scratch, 0);
	if (first == '"' && json_read_string(&j, &scratch, &text, NULL))
		ret = arena_str(a, text);
	else if (((first >= '0' && first <= '9') || first == '-' || first == 't' ||
		  first == 'f') && json_skip(&j, &text, NULL))
		ret = arena_str(a, text);
	buf_done(&scratch);
	return ret;
}

struct str marker_part(struct str bytes, enum marker_part part, struct arena *a)
{
	struct str name = wire_bytes_at(bytes, MARKER_NAME);

	for (size_t i = 0; i < sizeof(PARTS) / sizeof(*PARTS); i++) {
		const struct part_row *row = &PARTS[i];
		struct str data;

		if (row->part != part || !str_is(name, row->marker))
			continue;
		data = wire_bytes_at(payload_at(bytes, row->key, 0), 2);
		if (data.n)
			data = scalar_text(row->member ? json_member(data, row->member) : data, a);
		if (data.n)
			return data;
	}
	return STR_NONE;
}

/* Go's mutable side effect: its exact id, and a list of payloads whose first is the value. */
static void read_go_mutable(const struct schema *s, struct str bytes, struct arena *a,
			    struct marker *m)
{
	struct str id = wire_bytes_at(payload_at(bytes, "data", 0), 2), list;
	struct buf wire;
	size_t at = 0;

	m->value = payload_at(bytes, "data", 1);
	if (!m->value.p) {
		m->value = payload_at(bytes, "data", 0);
		return;
	}
	id = scalar_text(id, a);
	m->id = id.n ? id : m->id;
	list = wire_bytes_at(m->value, 2);
	buf_init(&wire, 0);
	if (list.n && transcode_json_to_wire(schema_message(s, "temporal.api.common.v1.Payloads"),
					     list, &at, NULL, a, &wire, NULL)) {
		list = arena_str(a, buf_str(&wire));
		if (wire_bytes_at(list, 1).p)
			m->value = wire_bytes_at(list, 1);
	}
	buf_done(&wire);
}

void marker_read(const struct schema *s, struct str bytes, struct arena *a, struct marker *ret)
{
	struct str name = wire_bytes_at(bytes, MARKER_NAME), attempt;
	struct marker m = {.name = name.p ? name : STR("")};
	long long number;

	for (size_t i = 0; i < sizeof(KINDS) / sizeof(*KINDS); i++) {
		if (!str_is(m.name, KINDS[i].marker))
			continue;
		m.kind = KINDS[i].kind;
		if (KINDS[i].value)
			m.value = payload_at(bytes, KINDS[i].value, 0);
	}
	m.id = marker_part(bytes, MARKER_ID, a);
	if (m.kind == MARKER_MUTABLE_SIDE_EFFECT)
		read_go_mutable(s, bytes, a, &m);
	m.version = marker_part(bytes, MARKER_VERSION_NUMBER, a);
	m.deprecated = str_is(marker_part(bytes, MARKER_DEPRECATED, a), "true");
	m.activity_type = marker_part(bytes, MARKER_ACTIVITY_TYPE, a);
	m.activity_id = marker_part(bytes, MARKER_ACTIVITY_ID, a);
	attempt = marker_part(bytes, MARKER_ATTEMPT, a);
	if (attempt.n && str_to_int(attempt, &number))
		m.attempt = number;
	if (m.kind == MARKER_LOCAL_ACTIVITY)
		m.input = payload_at(bytes, "input", 0);
	m.failure = wire_bytes_at(bytes, FAILURE);
	*ret = m;
}

struct str marker_text(const struct marker *m, struct arena *a)
{
	const char *kind = KIND_NAMES[m->kind];

	switch (m->kind) {
	case MARKER_VERSION:
		return m->version.n ? arena_printf(a, "version %.*s of %.*s", STR_ARG(m->version),
						   STR_ARG(m->id))
				    : arena_printf(a, "version of %.*s", STR_ARG(m->id));
	case MARKER_PATCH:
		return arena_printf(a, "%s%s %.*s", m->deprecated ? "deprecated " : "", kind,
				    STR_ARG(m->id));
	case MARKER_LOCAL_ACTIVITY:
		return m->attempt > 1
			       ? arena_printf(a, "%s %.*s, attempt %lld", kind,
					      STR_ARG(m->activity_type), (long long)m->attempt)
			       : arena_printf(a, "%s %.*s", kind, STR_ARG(m->activity_type));
	case MARKER_OTHER:
		return arena_printf(a, "marker %.*s", STR_ARG(m->name));
	default:
		return m->id.n ? arena_printf(a, "%s %.*s", kind, STR_ARG(m->id)) : str_of(kind);
	}
}
