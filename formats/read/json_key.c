/* SPDX-License-Identifier: MIT */
/* json_key.c: the keys that lead to events, and those that say that there are none. */
#include "formats/read/fmt_json_parts.h"

#include "formats/transcode/json.h"

#define EVENT_KEY(key) {key, JSON_EVENT, JOIN_PLAIN, "json list", NULL, NULL}

static const struct json_key KEYS[] = {
	EVENT_KEY("eventId"),
	EVENT_KEY("event_id"),
	EVENT_KEY("eventType"),
	EVENT_KEY("event_type"),
	EVENT_KEY("eventTime"),
	EVENT_KEY("event_time"),
	EVENT_KEY("Attributes"),
	{"events", JSON_EVENTS, JOIN_PLAIN, "json", "one history", "an object with \"events\""},
	{"history", JSON_HISTORY, JOIN_PAGE, "json response", "a server's reply",
	 "an object with \"history\""},
	{"rawHistory", JSON_BLOBS, JOIN_BATCH, "json response", "a server's reply with raw blobs",
	 "an object with \"rawHistory\""},
	{"raw_history", JSON_BLOBS, JOIN_BATCH, "json response", "a server's reply with raw blobs",
	 "an object with \"raw_history\""},
	{"historyBatches", JSON_BLOBS, JOIN_BATCH, "json response", "a server's reply with raw blobs",
	 "an object with \"historyBatches\""},
	{"items", JSON_INSIDE, JOIN_WHOLE, "json export", "a Temporal Cloud export as JSON",
	 "an object with \"items\""},
	{"body", JSON_INSIDE, JOIN_BATCH, "json archive", "a part of a server's archive in S3",
	 "an object with \"body\""},
	{"eventList", JSON_GROUP, JOIN_SCATTERED, "json groups", "groups of events of the Web UI",
	 "an object with \"eventList\""},
	{"nextPageToken", JSON_TOKEN, JOIN_PAGE, NULL, NULL, NULL},
	{"next_page_token", JSON_TOKEN, JOIN_PAGE, NULL, NULL, NULL},
	{"error", JSON_TROUBLE, JOIN_PLAIN, NULL, NULL, NULL},
	{"result", JSON_LEAVE, JOIN_PLAIN, NULL, NULL, NULL},
	{"closeEvent", JSON_LEAVE, JOIN_PLAIN, NULL, NULL, NULL},
	{"header", JSON_HEADER, JOIN_BATCH, NULL, NULL, NULL},
	{"initialEvent", JSON_LEAVE, JOIN_PLAIN, NULL, NULL, NULL},
	{"lastEvent", JSON_LEAVE, JOIN_PLAIN, NULL, NULL, NULL},
	{"archived", JSON_LEAVE, JOIN_PLAIN, NULL, NULL, NULL},
	{"newExecutionRunId", JSON_LEAVE, JOIN_PLAIN, NULL, NULL, NULL},
};

#define USE_SHOW ": use `temporal workflow show -o json`"

/* What says more comes first. */
static const struct json_refusal REFUSALS[] = {
	{"workflowExecutionInfo", "what `temporal workflow describe` prints is no history" USE_SHOW},
	{"executionConfig", "what `temporal workflow describe` prints is no history" USE_SHOW},
	{"code", "not a history but an error that a server answered"},
	{"error", "not a history but an error that a server answered"},
	{"execution", "a list of workflows is no history" USE_SHOW " for one of them"},
	{"executions", "a list of workflows is no history" USE_SHOW " for one of them"},
	{"workflowTypeName", "a visibility record of an archive is no history: the .history "
			     "files beside it are"},
	{"closeEvent", "what `temporal workflow execute` or `result` prints without --detailed "
		       "holds no history" USE_SHOW},
	{"payloads", "payloads by themselves are no history" USE_SHOW},
};

const struct json_key *json_key(struct str key)
{
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++)
		if (str_is(key, KEYS[i].key))
			return &KEYS[i];
	return NULL;
}

const struct json_refusal *json_key_refusal(struct str key)
{
	for (size_t i = 0; i < sizeof(REFUSALS) / sizeof(*REFUSALS); i++)
		if (str_is(key, REFUSALS[i].key))
			return &REFUSALS[i];
	return NULL;
}

void json_refuse(struct json_reading *j, struct str key)
{
	const struct json_refusal *row = json_key_refusal(key);

	if (row && (!j->refusal || row < j->refusal))
		j->refusal = row;
}

/* How far to look ahead for a key that decides. */
#define GLANCE_BYTES ((size_t)1024 * 1024)
#define GLANCE_DEPTH 4

enum seen { DECIDED, NOTHING, ENDS };

static enum seen glance_value(struct json *j, unsigned depth, const struct json_key **ret);

static enum seen glance_object(struct json *j, unsigned depth, const struct json_key **ret)
{
	struct buf scratch = {0};
	enum seen seen = NOTHING;
	struct str key, value;

	while (seen == NOTHING && json_peek(j) == '"') {
		const struct json_key *row;

		if (!json_read_string(j, &scratch, &key, NULL) || !json_take(j, ':'))
			break;
		row = json_key(key);
		if (row && row->role != JSON_LEAVE && row->role != JSON_TOKEN &&
		    row->role != JSON_HEADER && row->role != JSON_TROUBLE) {
			*ret = row;
			seen = DECIDED;
		} else if (!json_skip(j, &value, NULL)) {
			break;
		} else if (!json_take(j, ',')) {
			buf_done(&scratch);
			return json_take(j, '}') ? NOTHING : ENDS;
		}
	}
	buf_done(&scratch);
	return seen == DECIDED ? DECIDED : json_take(j, '}') ? NOTHING : ENDS;
}

static enum seen glance_value(struct json *j, unsigned depth, const struct json_key **ret)
{
	if (json_take(j, '{'))
		return glance_object(j, depth, ret);
	if (!json_take(j, '['))
		return json_peek(j) ? NOTHING : ENDS;
	if (depth == GLANCE_DEPTH)
		return NOTHING;
	return glance_value(j, depth + 1, ret);
}

const struct json_key *json_glance(struct json_reading *r)
{
	const struct json_key *row = NULL;

	for (;;) {
		struct input *in = r->w.in;
		struct json j = {str_take(in->window, r->w.at + GLANCE_BYTES), r->w.at};

		if (glance_value(&j, 0, &row) != ENDS || in->at_end ||
		    in->window.n - r->w.at >= GLANCE_BYTES)
			return row;
		if (!json_window_more(&r->w, NULL))
			return NULL;
	}
}
