/* SPDX-License-Identifier: MIT */
/* redact_fields.c: the tables of what is replaced: fields, payloads, members of markers. */
#include "formats/redact/redact_parts.h"

/* clang-format off: a line a row; the first that fits counts */
static const struct redact_row ROWS[] = {
	{"", "", HOW_OTHER, REDACT_KINDS},
	{".Failure", "message", HOW_HIDE, REDACT_FAILURES},
	{".Failure", "stack_trace", HOW_HIDE, REDACT_STACKS},
	{".Failure", "source", HOW_WORD, REDACT_KINDS},
	{"FailureInfo", "type", HOW_WORD, REDACT_KINDS},
	{NULL, "identity", HOW_HIDE, REDACT_IDENTITIES},
	{NULL, "reason", HOW_HIDE, REDACT_REASONS},
	{NULL, "cause", HOW_HIDE, REDACT_REASONS},
	{NULL, "control", HOW_WORD, REDACT_KINDS}, /* Go finds the signal that was sent by it */
	{".Callback.Nexus", "url", HOW_HIDE, REDACT_CALLBACKS},
	{".Callback.Nexus", "header", HOW_HIDE, REDACT_CALLBACKS},
	{".Callback.Internal", "data", HOW_HIDE, REDACT_CALLBACKS},
	{NULL, "nexus_header", HOW_HIDE, REDACT_NEXUS},
	{NULL, "endpoint", HOW_HIDE, REDACT_NEXUS},
	{NULL, "endpoint_id", HOW_HIDE, REDACT_NEXUS},
	{NULL, "operation_id", HOW_HIDE, REDACT_NEXUS},
	{NULL, "operation_token", HOW_HIDE, REDACT_NEXUS},
	{".Priority", "fairness_key", HOW_HIDE, REDACT_NAMES},
	{".TaskQueue", "name", HOW_STICKY, REDACT_NAMES},
	{NULL, "normal_name", HOW_NAME, REDACT_NAMES},
	{NULL, "workflow_id", HOW_ID, REDACT_IDS},
	{NULL, "activity_id", HOW_ID, REDACT_IDS},
	{NULL, "timer_id", HOW_ID, REDACT_IDS},
	{NULL, "update_id", HOW_ID, REDACT_IDS},
	{NULL, "protocol_instance_id", HOW_ID, REDACT_IDS},
	{NULL, "*_message_id", HOW_ID, REDACT_IDS},
	{NULL, "run_id", HOW_RUN, REDACT_IDS},
	{NULL, "*_run_id", HOW_RUN, REDACT_IDS},
	{NULL, "request_id", HOW_RUN, REDACT_IDS},
	{NULL, "*_request_id", HOW_RUN, REDACT_IDS},
	{NULL, "*namespace", HOW_NAME, REDACT_NAMES},
	{NULL, "*namespace_id", HOW_NAME, REDACT_NAMES},
	{NULL, "*build_id", HOW_NAME, REDACT_NAMES},
	{NULL, "*deployment_name", HOW_NAME, REDACT_NAMES},
	{NULL, "*series_name", HOW_NAME, REDACT_NAMES},
	{NULL, "*deployment_version", HOW_NAME, REDACT_NAMES},
	{NULL, "*pinned_version", HOW_NAME, REDACT_NAMES},
	{NULL, "binary_checksum", HOW_NAME, REDACT_NAMES},
	{NULL, "*worker_instance_key", HOW_NAME, REDACT_NAMES},
	{".WorkflowType", "name", HOW_TYPE, REDACT_TYPES},
	{".ActivityType", "name", HOW_TYPE, REDACT_TYPES},
	{NULL, "*_type_name", HOW_TYPE, REDACT_TYPES},
	{NULL, "signal_name", HOW_TYPE, REDACT_TYPES},
	{".update.v1.Input", "name", HOW_TYPE, REDACT_TYPES},
	{NULL, "service", HOW_TYPE, REDACT_TYPES},
	{NULL, "operation", HOW_TYPE, REDACT_TYPES},
	{NULL, "marker_name", HOW_WORD, REDACT_KINDS},
	{NULL, "sdk_name", HOW_WORD, REDACT_KINDS},
	{NULL, "sdk_version", HOW_WORD, REDACT_KINDS},
};

/* Within these messages every text is hidden. */
static const struct redact_row WITHIN[] = {
	{".common.v1.Link.", NULL, HOW_HIDE, REDACT_LINKS},
};

/* What SDKs read in markers. NULL for the members: all of it. */
static const char *const GO_LOCAL_ACTIVITY[] = {"ActivityID", "ActivityType", "ReplayTime", "Attempt",
						"Backoff", NULL};
static const char *const CORE_PATCH[] = {"id", "deprecated", NULL};
static const char *const CORE_LOCAL_ACTIVITY[] = {"seq", "attempt", "activity_id", "activity_type",
						  "complete_time", "backoff",
						  "original_schedule_time", "activation_index", NULL};
static const struct {
	const char *marker, *key;
	const char *const *members;
} MARKERS[] = {
	{"core_patch", "patch-data", CORE_PATCH},
	{"core_local_activity", "data", CORE_LOCAL_ACTIVITY},
	{"Version", "change-id", NULL},
	{"Version", "changeId", NULL},
	{"Version", "version", NULL},
	{"Version", "version-search-attribute-updated", NULL},
	{"Version", "versionSearchAttributeUpdated", NULL},
	{"SideEffect", "side-effect-id", NULL},
	{"MutableSideEffect", "side-effect-id", NULL},
	{"MutableSideEffect", "id", NULL},
	{"MutableSideEffect", "mutable-side-effect-call-counter", NULL},
	{"MutableSideEffect", "skipCount", NULL},
	{"LocalActivity", "data", GO_LOCAL_ACTIVITY},
	{"LocalActivity", "activityId", NULL},
	{"LocalActivity", "type", NULL},
	{"LocalActivity", "meta", NULL},
	{"LocalActivity", "time", NULL},
};

/* Search attributes that servers and SDKs make. */
static const char *const OWN_ATTRIBUTES[] = {
	"TemporalChangeVersion", "BuildIds", "CadenceChangeVersion", "TemporalUsedWorkerDeploymentVersions",
	"TemporalWorkerDeployment", "TemporalWorkerDeploymentVersion", "TemporalWorkflowVersioningBehavior", NULL,
};

/* Metadata of payloads that SDKs, codecs and servers go by. */
static const char *const READER_KEYS[] = {
	"encoding", "messageType", "type", "encryption-key-id", "encoding-original", NULL,
};

/* People choose the keys of all maps, but for these. NULL for the keys: all of them. */
static const struct {
	const char *message; /* the end of its name */
	const char *const *keys;
} KEYS_OF_READERS[] = {
	{".MarkerRecordedEventAttributes", NULL},
	{".SearchAttributes", OWN_ATTRIBUTES},
	{".Payload", READER_KEYS},
};
/* clang-format on */

static bool fits(const struct redact_row *row, const struct schema_message *m,
		 const struct schema_field *f)
{
	if (row->message && !str_ends(m->name, str_of(row->message)))
		return false;
	return row->field[0] == '*' ? str_ends(f->name, str_of(row->field + 1))
				    : str_is(f->name, row->field);
}

const struct redact_row *redact_row_of(struct redact *r, const struct schema_message *m,
				       const struct schema_field *f)
{
	uint8_t *known = &r->rows[f->id];

	for (size_t i = 0; i < sizeof(WITHIN) / sizeof(*WITHIN); i++)
		if (str_has(m->name, WITHIN[i].message))
			return &WITHIN[i];
	if (*known)
		return &ROWS[*known - 1];
	*known = 1;
	for (size_t i = 1; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		if (!fits(&ROWS[i], m, f))
			continue;
		*known = (uint8_t)(i + 1);
		break;
	}
	return &ROWS[*known - 1];
}

static bool is_message(const struct rewrite_field *at, const char *end)
{
	return at && str_ends(at->message->name, str_of(end));
}

static struct redact_payload_place marker_place(const struct rewrite_field *details)
{
	struct redact_payload_place place = {.kind = REDACT_PAYLOADS};
	const struct schema_field *name =
		schema_field_by_name(details->message, STR("marker_name"));
	struct str marker = details->up ? wire_bytes_at(details->up->value.bytes, name->number)
					: STR_NONE;

	for (size_t i = 0; i < sizeof(MARKERS) / sizeof(*MARKERS); i++) {
		if (!str_is(marker, MARKERS[i].marker) || !str_is(details->key, MARKERS[i].key))
			continue;
		place.keep = !MARKERS[i].members;
		place.members = MARKERS[i].members;
	}
	return place;
}

static bool is_one_of(struct str key, const char *const *keys)
{
	while (*keys && !str_is(key, *keys))
		keys++;
	return *keys;
}

bool redact_key_stays(struct str message, struct str key)
{
	for (size_t i = 0; i < sizeof(KEYS_OF_READERS) / sizeof(*KEYS_OF_READERS); i++)
		if (str_ends(message, str_of(KEYS_OF_READERS[i].message)))
			return !KEYS_OF_READERS[i].keys || is_one_of(key, KEYS_OF_READERS[i].keys);
	return false;
}

struct redact_payload_place redact_payload_place(const struct rewrite_field *at)
{
	struct redact_payload_place place = {.kind = REDACT_PAYLOADS};
	const struct rewrite_field *map = at;

	/* Up to the map that it is in, if any: it is the value of an entry, or a list is. */
	while (map && !(map->field && map->field->map))
		map = map->up;
	if (is_message(map, ".Header"))
		place.kind = REDACT_HEADERS;
	else if (is_message(map, ".Memo"))
		place.kind = REDACT_MEMO;
	else if (is_message(map, ".MarkerRecordedEventAttributes"))
		return marker_place(map);
	else if (is_message(at, ".UserMetadata") || is_message(at, ".Label"))
		place.kind = REDACT_USER_METADATA;
	else if (is_message(at, ".Failure"))
		place.kind = REDACT_FAILURES;
	if (is_message(map, ".SearchAttributes")) {
		place.kind = REDACT_SEARCH;
		place.keep = is_one_of(map->key, OWN_ATTRIBUTES);
	}
	return place;
}
