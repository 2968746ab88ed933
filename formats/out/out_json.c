/* SPDX-License-Identifier: MIT */
/* out_json.c: JSON: a document with the list of events; a document or an event a line. */
#include "formats/out/out.h"

static bool begin(struct out *o, bool compact)
{
	buf_puts(&o->bytes, compact ? "{\"events\":[" : "{\n  \"events\": [");
	return true;
}

static bool events(struct out *o, struct str chunk, bool compact, struct err *err)
{
	struct str event;

	while (out_next(o, &chunk, &event, NULL)) {
		if (o->n_events > 1)
			buf_add_char(&o->bytes, ',');
		if (!compact)
			buf_puts(&o->bytes, "\n    ");
		if (!out_event_json(o, event, compact, 2, err) || !out_border(o, event, err))
			return false;
	}
	return out_whole(o, err);
}

static bool end(struct out *o, bool compact, struct err *err)
{
	buf_puts(&o->bytes, compact || !o->n_events ? "]" : "\n  ]");
	if (!out_fields_json(o, compact, 0, err))
		return false;
	buf_puts(&o->bytes, compact ? "}\n" : "\n}\n");
	return true;
}

static bool json_begin(struct out *o, struct err *err)
{
	(void)err;
	return begin(o, o->settings->compact);
}

static bool json_events(struct out *o, struct str chunk, struct err *err)
{
	return events(o, chunk, o->settings->compact, err);
}

static bool json_end(struct out *o, struct err *err)
{
	return end(o, o->settings->compact, err);
}

const struct out_format OUT_FORMAT_JSON = {
	.name = "json",
	.reader = "json",
	.endings = ".json",
	.what = "the canonical form, as `temporal workflow show -o json`",
	.flags = OUT_JSON | OUT_FIELDS,
	.begin = json_begin,
	.events = json_events,
	.end = json_end,
};

static bool jsonl_begin(struct out *o, struct err *err)
{
	(void)err;
	return begin(o, true);
}

static bool jsonl_events(struct out *o, struct str chunk, struct err *err)
{
	return events(o, chunk, true, err);
}

static bool jsonl_end(struct out *o, struct err *err)
{
	return end(o, true, err);
}

const struct out_format OUT_FORMAT_JSONL = {
	.name = "jsonl",
	.reader = "json",
	.endings = ".jsonl .ndjson",
	.what = "a history a line, as `temporal workflow show -o jsonl`",
	.flags = OUT_JSON | OUT_SEVERAL | OUT_FIELDS,
	.begin = jsonl_begin,
	.events = jsonl_events,
	.end = jsonl_end,
};

static bool lines_events(struct out *o, struct str chunk, struct err *err)
{
	struct str event;

	while (out_next(o, &chunk, &event, NULL)) {
		if (!out_event_json(o, event, true, 0, err))
			return false;
		buf_add_char(&o->bytes, '\n');
		if (!out_border(o, event, err))
			return false;
	}
	return out_whole(o, err);
}

const struct out_format OUT_FORMAT_EVENTS = {
	.name = "events",
	.reader = "json",
	.endings = ".events.jsonl .events.ndjson",
	.what = "an event a line, as `jq -c .events[]` gives them",
	.flags = OUT_JSON | OUT_SEVERAL,
	.events = lines_events,
};
