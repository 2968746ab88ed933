/* SPDX-License-Identifier: MIT */
/* fmt_json.c: histories as JSON: an object, a bare list of events, or a server's reply. */
#include "formats/format.h"
#include "formats/json.h"
#include "formats/wire.h"

#include <inttypes.h>

/* J1 {"events": [E...]}   J2 [E...]   J3 {"history": {"events": [E...]}, "nextPageToken"} */

#define MESSAGE_HISTORY "temporal.api.history.v1.History"
#define MESSAGE_EVENT "temporal.api.history.v1.HistoryEvent"

#define ADVICE_PAYLOADS                                                                   \
	"this export has decoded payloads (or their shorthand): export it again with the payloads as stored "  \
	"(`temporal workflow show -o json`; in the Web UI without \"decode\"; over HTTP " \
	"with ?noPayloadShorthand)"

/* Members of a history's JSON that hold payloads: an error below one is about its form. */
static const char *const PAYLOAD_MEMBERS[] = {
	"payloads", "input", "result", "details", "metadata", "fields", "data",
	"indexedFields", "lastHeartbeatDetails", "lastCompletionResult", "encodedAttributes",
	"args", "value",
};

struct reading {
	const struct format_input *in;
	struct buf *made;
	struct json j;
	struct err *err;
};

static bool sniff(struct str bytes)
{
	bytes = str_trim(bytes);
	return bytes.n && (bytes.p[0] == '{' || bytes.p[0] == '[' || bytes.p[0] == '"');
}

/* Members of the wrong shape are named by their path in front of the message. */
static bool is_about_payload(const char *message)
{
	for (size_t i = 0; i < sizeof(PAYLOAD_MEMBERS) / sizeof(*PAYLOAD_MEMBERS); i++) {
		const char *at = strstr(message, PAYLOAD_MEMBERS[i]);
		size_t n = strlen(PAYLOAD_MEMBERS[i]);

		for (; at; at = strstr(at + 1, PAYLOAD_MEMBERS[i]))
			if (at > message && at[-1] == '.' &&
			    (at[n] == '.' || at[n] == '[' || at[n] == ':'))
				return true;
	}
	return false;
}

/* Why the transcoder stopped, said so that the reader knows what to do. */
static bool explain(struct reading *r)
{
	struct json whole = {r->j.text, 0};
	struct err skip = ERR_INIT;
	struct str value;

	if (!r->err || r->err->code == ERR_LIMIT)
		return false;
	if (!json_skip(&whole, &value, &skip) && skip.code == ERR_SYNTAX &&
	    skip.byte >= (int64_t)str_trim(r->j.text).n) {
		*r->err = skip;
		return err_set(r->err, ERR_SYNTAX,
			       "truncated: the text ends at line %" PRId64 ", column %" PRId64
			       ", inside the history",
			       skip.line, skip.column);
	}
	if (is_about_payload(r->err->message))
		return err_wrap(r->err, ADVICE_PAYLOADS);
	if (r->err->line)
		return err_wrap(r->err, "line %" PRId64 ", column %" PRId64, r->err->line,
				r->err->column);
	return false;
}

static bool transcode(struct reading *r, const char *message, struct buf *out)
{
	const struct schema_message *m = schema_message(r->in->schema, message);
	const struct transcode_options options = {.loss = &r->in->info->loss};

	if (transcode_json_to_wire(m, r->j.text, &r->j.at, &options, r->in->arena, out, r->err))
		return true;
	return explain(r);
}

/*
 * The Web UI's readable downloads carry metadata as text ("json/plain"), which is valid
 * base64 by accident and would turn into garbage: it is found in the text itself.
 */
static bool no_decoded_payload(struct reading *r)
{
	static const char KEY[] = "\"encoding\"", UI_KEY[] = "\"encodingDecoded\"";
	struct str text = r->j.text;
	ptrdiff_t at = str_find(text, str_of(UI_KEY));
	struct json j = {text, 0};

	if (at >= 0) {
		j.at = (size_t)at;
		return json_error(&j, r->err, "encodingDecoded") || err_set(r->err, ERR_SYNTAX,
				  ADVICE_PAYLOADS " (line %" PRId64 ")", r->err ? r->err->line : 0);
	}
	for (at = 0; (at = str_find_from(text, str_of(KEY), (size_t)at)) >= 0; at++) {
		struct str rest;

		j.at = (size_t)at + sizeof(KEY) - 1;
		if (!json_take(&j, ':') || json_peek(&j) != '"')
			continue;
		rest = str_skip(text, j.at + 1);
		if (!str_starts(rest, STR("json/")) && !str_starts(rest, STR("binary/")))
			continue;
		json_error(&j, r->err, "encoding");
		return err_set(r->err, ERR_SYNTAX, ADVICE_PAYLOADS " (line %" PRId64 ")",
			       r->err ? r->err->line : 0);
	}
	return true;
}

/* J2: every event by itself, as the list is no message. */
static bool read_list(struct reading *r)
{
	struct buf event;
	bool ok = true;

	buf_init(&event, 0);
	json_take(&r->j, '[');
	while (ok && json_peek(&r->j) == '{') {
		buf_clear(&event);
		ok = transcode(r, MESSAGE_EVENT, &event);
		if (ok)
			wire_put_bytes(r->made, 1, buf_str(&event));
		if (!json_take(&r->j, ','))
			break;
	}
	if (ok && !json_take(&r->j, ']')) {
		json_error(&r->j, r->err, "an event or the end of the list is expected");
		ok = explain(r);
	}
	buf_done(&event);
	return ok;
}

/* What the first object of a list is. */
enum item { ITEM_EVENT, ITEM_BATCH, ITEM_OTHER };

static enum item item_kind(struct json j)
{
	static const struct {
		const char *key;
		enum item kind;
	} KEYS[] = {
		{"eventId", ITEM_EVENT},   {"event_id", ITEM_EVENT},	{"eventType", ITEM_EVENT},
		{"eventTime", ITEM_EVENT}, {"event_type", ITEM_EVENT},	{"event_time", ITEM_EVENT},
		{"events", ITEM_BATCH},	   {"history", ITEM_BATCH},	{"nextPageToken", ITEM_BATCH},
	};
	enum item kind = ITEM_OTHER;
	struct buf scratch;
	struct str key, value;

	buf_init(&scratch, 0);
	json_take(&j, '[');
	if (json_take(&j, '{')) {
		while (kind == ITEM_OTHER && json_read_string(&j, &scratch, &key, NULL)) {
			for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++)
				if (str_is(key, KEYS[i].key))
					kind = KEYS[i].kind;
			if (!json_take(&j, ':') || !json_skip(&j, &value, NULL) ||
			    !json_take(&j, ','))
				break;
		}
	}
	buf_done(&scratch);
	return kind;
}

static bool read_array(struct reading *r)
{
	switch (item_kind(r->j)) {
	case ITEM_EVENT:
		r->in->info->format = "json list";
		return read_list(r);
	case ITEM_BATCH:
		return err_set(r->err, ERR_FORMAT,
			       "a list of pages or batches of events: not read yet; put all events "
			       "into one {\"events\": [...]} (jq '{events: map(.history // .) | "
			       "map(.events[])}')");
	case ITEM_OTHER:
		break;
	}
	return err_set(r->err, ERR_FORMAT, "not a history: a JSON list, but not of events");
}

/* Keys that say at once what an object is which holds no events of its own. */
static const struct refusal {
	const char *key;
	const char *text;
} REFUSALS[] = {
	{"rawHistory", "a server's reply with raw history blobs: not read yet; turn off "
		       "frontend.sendRawWorkflowHistory, or use `temporal workflow show -o json`"},
	{"raw_history", "a server's reply with raw history blobs: not read yet"},
	{"items", "a Temporal Cloud export (many histories in one file): not read yet"},
	{"closeEvent", "what `temporal workflow describe` or `execute` prints holds no whole "
		       "history: use `temporal workflow show -o json`"},
	{"code", "not a history but an error that a server answered"},
};

static const char *refusal_of(struct str key)
{
	for (size_t i = 0; i < sizeof(REFUSALS) / sizeof(*REFUSALS); i++)
		if (str_is(key, REFUSALS[i].key))
			return REFUSALS[i].text;
	return NULL;
}

/* nextPageToken of a reply: what is there is not all. */
static bool token_is_empty(struct str value)
{
	value = str_trim(value);
	return str_is(value, "\"\"") || str_is(value, "null");
}

static bool incomplete(struct reading *r)
{
	return err_set(r->err, ERR_SYNTAX,
		       "only one page of a history: its nextPageToken is set; fetch the other "
		       "pages and put the events together");
}

/*
 * J1 and J3: members in any order. The events are transcoded where they are met; J1's
 * object goes to the transcoder whole, which counts the members that it does not know.
 */
static bool read_object(struct reading *r)
{
	struct json start = r->j;
	const char *refusal = NULL;
	bool found = false, more = false, ok = true;
	struct str key, value;
	struct buf scratch;

	buf_init(&scratch, 0);
	json_take(&r->j, '{');
	while (ok && json_peek(&r->j) == '"') {
		ok = json_read_string(&r->j, &scratch, &key, r->err) &&
		     (json_take(&r->j, ':') || json_error(&r->j, r->err, "':' is expected"));
		if (!ok)
			break;
		if (str_is(key, "events") && !found) {
			r->j = start;
			buf_done(&scratch);
			return transcode(r, MESSAGE_HISTORY, r->made);
		}
		if (str_is(key, "history") && !found && json_peek(&r->j) == '{') {
			found = true;
			r->in->info->format = "json response";
			ok = transcode(r, MESSAGE_HISTORY, r->made);
			if (!ok) {
				buf_done(&scratch);
				return false;
			}
		} else {
			bool token = str_is(key, "nextPageToken") || str_is(key, "next_page_token");

			refusal = refusal ? refusal : refusal_of(key);
			ok = json_skip(&r->j, &value, r->err);
			more |= ok && token && !token_is_empty(value);
		}
		if (!json_take(&r->j, ','))
			break;
	}
	if (ok && !json_take(&r->j, '}'))
		ok = json_error(&r->j, r->err, "a member or the end of the object is expected");
	buf_done(&scratch);
	if (!ok)
		return explain(r);
	if (!found)
		return err_set(r->err, ERR_FORMAT, "%s",
			       refusal ? refusal : "not a history: JSON without \"events\"");
	return more ? incomplete(r) : true;
}

static bool read_value(struct reading *r);

/* JSON.stringify() of what was JSON text already. */
static bool read_text(struct reading *r)
{
	struct json outer = r->j;
	struct buf text;
	struct str inner;
	bool ok;

	buf_init(&text, 0);
	ok = json_read_string(&outer, &text, &inner, r->err);
	if (!ok) {
		buf_done(&text);
		return explain(r);
	}
	r->j = (struct json){inner, 0};
	if (json_peek(&r->j) == '{' || json_peek(&r->j) == '[')
		ok = no_decoded_payload(r) && read_value(r);
	else
		ok = err_set(r->err, ERR_FORMAT, "not a history: a JSON string");
	buf_done(&text);
	r->j = outer;
	return ok;
}

static bool read_value(struct reading *r)
{
	switch (json_peek(&r->j)) {
	case '{':
		return read_object(r);
	case '[':
		return read_array(r);
	case '"':
		return read_text(r);
	default:
		return json_error(&r->j, r->err, "JSON is expected");
	}
}

static bool load(const struct format_input *in, struct buf *made, struct str *ret_wire,
		 struct err *err)
{
	struct reading r = {in, made, {in->bytes, 0}, err};

	(void)ret_wire;
	/*
	 * The wire form of a history is about half of compact JSON, a quarter of indented, two
	 * fifths where payloads are long. What is not written to costs nothing; growing does.
	 */
	buf_room(made, in->bytes.n / 2);
	if (!no_decoded_payload(&r) || !read_value(&r) || !buf_ok(made, err))
		return false;
	if (json_peek(&r.j) == '\0')
		return true;
	json_error(&r.j, err, "more");
	if (r.j.text.p[r.j.at] == '{' || r.j.text.p[r.j.at] == '[')
		return err_set(err, ERR_SYNTAX,
			       "two JSON documents in one file (the second begins at line %" PRId64
			       "): put each history into a file of its own",
			       err ? err->line : 0);
	return err_set(err, ERR_SYNTAX, "something follows the history at line %" PRId64,
		       err ? err->line : 0);
}

const struct format FORMAT_JSON = {
	.name = "json",
	.what = "JSON with a list of events",
	.sniff = sniff,
	.load = load,
};
