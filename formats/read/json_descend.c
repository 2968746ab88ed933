/* SPDX-License-Identifier: MIT */
/* json_descend.c: through JSON of any shape, down to where the events are. */
#include "formats/read/fmt_json_parts.h"

#include "formats/base/limits.h"
#include "formats/bytes/layer.h"
#include "formats/transcode/json.h"

/* ---- lists ---- */

/* {"error": "..."} behind the events: the Web UI could not get the next page. */
static bool read_trouble(struct json_reading *j, struct str text)
{
	struct json about = {text, 0};
	struct buf scratch = {0};
	struct str what = STR("?"), inner;

	if (json_peek(&about) == '"' && json_read_string(&about, &scratch, &inner, NULL))
		what = inner;
	if (j->err) {
		json_window_error(&j->w, j->err,
				  "the export stops behind event %zu: the server's next page "
				  "failed (%.*s); export it again",
				  j->r->n_events, STR_ARG(str_take(what, 200)));
		j->err->event_id = 0;
	}
	buf_done(&scratch);
	return false;
}

static bool end_of_list(struct json_reading *j, char close)
{
	if (json_window_take(&j->w, close))
		return true;
	if (json_window_end(&j->w))
		return json_window_cut(&j->w, j->err);
	return json_window_error(&j->w, j->err, "an event or the end of the list is expected");
}

/* The events that follow are a part; those of groups are one, whatever list they are in. */
static bool begin_part(struct json_reading *j, struct json_place place, bool *in_part)
{
	bool groups = place.kind == JOIN_SCATTERED;

	if (*in_part || (groups && j->r->join->mode != JOIN_IDLE))
		return true;
	*in_part = !groups;
	return join_part(j->r->join, place.kind, j->err);
}

static bool end_part(struct json_reading *j, bool in_part)
{
	return !in_part || join_part_end(j->r->join, false, j->err);
}

/* One item of a list. IN_PART: events before it belong together with it, if it is one. */
static bool read_item(struct json_reading *j, struct json_place place, bool *in_part)
{
	char c = json_window_peek(&j->w);
	const struct json_key *row = NULL;
	struct str ignored;

	if (c == '{' || c == '[')
		row = json_glance(j);
	if (c == '{' && row && row->role == JSON_EVENT)
		return begin_part(j, place, in_part) && json_read_event(j);
	if (!end_part(j, *in_part))
		return false;
	*in_part = false;
	if (!place.sure && place.kind == JOIN_PLAIN)
		place.kind = JOIN_BATCH;
	if (c == '{')
		return json_read_value(j, place);
	if (c == '[')
		return json_read_value(j, place);
	if (c == '"')
		return json_read_text(j);
	return json_window_skip(&j->w, &ignored, j->err);
}

/* What a list is called that has ROW's kind of objects in it. */
static void name_list(struct json_reading *j, const struct json_key *row, bool nested)
{
	struct load_report *report = j->r->report;

	if (row->role == JSON_EVENT && !nested) {
		load_report_axis(report, LOAD_CONTAINER, "a list of events",
				 "a list whose objects have ids and types of events", "certain");
	} else if (row->role == JSON_EVENT || row->role == JSON_EVENTS) {
		load_report_axis(report, LOAD_CONTAINER, "a list of batches or histories",
				 "a list of lists of events", "certain");
		if (!report->info.format)
			report->info.format = "json batches";
	} else if (row->role == JSON_HISTORY || row->role == JSON_BLOBS) {
		load_report_axis(report, LOAD_CONTAINER, "pages of a server's reply",
				 "a list of objects with \"history\" or \"rawHistory\"", "certain");
		if (!report->info.format)
			report->info.format = "json pages";
	} else if (row->container) {
		load_report_axis(report, LOAD_CONTAINER, row->container, row->evidence, "certain");
	}
	if (!report->info.format)
		report->info.format = row->format;
}

static bool read_list(struct json_reading *j, struct json_place place)
{
	const struct json_key *row = json_glance(j);
	bool in_part = false, nested = false;
	size_t n = 0;

	json_window_take(&j->w, '[');
	if (row) {
		nested = json_window_peek(&j->w) == '[';
		name_list(j, row, nested);
		if (row->role == JSON_GROUP) /* of all groups of the list together */
			place = (struct json_place){JOIN_SCATTERED, true};
	}
	if (place.kind == JOIN_SCATTERED && !join_part(j->r->join, place.kind, j->err))
		return false;
	/* Servers before 1.30 left out the end of an empty list in their archives. */
	if (j->depth == 1 && json_window_end(&j->w)) {
		load_report_axis(j->r->report, LOAD_CONTAINER, "an empty list of batches",
				 "a bracket and nothing else", "likely");
		load_report_note(j->r->report, "no-end",
				 "an empty list without its end, as older servers archive it");
		return true;
	}
	for (; json_window_peek(&j->w) != ']' && !json_window_end(&j->w); n++) {
		if (!read_item(j, place, &in_part))
			return false;
		if (!json_window_take(&j->w, ','))
			break;
	}
	j->other_list |= !row && j->depth == 1;
	return end_of_list(j, ']') && end_part(j, in_part || (row && row->role == JSON_GROUP));
}

/* "events" as an object: by id, as some JavaScript keeps them. */
static bool read_events_by_key(struct json_reading *j, struct json_place place)
{
	bool in_part = false;
	struct str key;

	json_window_take(&j->w, '{');
	while (json_window_peek(&j->w) == '"') {
		if (!json_window_string(&j->w, &key, j->err))
			return false;
		if (!json_window_take(&j->w, ':'))
			return json_window_error(&j->w, j->err, "':' is expected");
		if (!read_item(j, place, &in_part))
			return false;
		if (!json_window_take(&j->w, ','))
			break;
	}
	return end_of_list(j, '}') && end_part(j, in_part);
}

/* An object among events that has no key of one: {"error": ...}? It stays where it is. */
static bool is_trouble(struct json_reading *j, struct str *ret)
{
	struct json look;
	struct str text;

	if (!json_window_whole(&j->w, NULL))
		return false;
	look = (struct json){j->w.in->window, j->w.at};
	if (!json_skip(&look, &text, NULL) ||
	    !str_starts(str_trim(str_skip(text, 1)), STR("\"error\"")))
		return false;
	*ret = str_skip(text, (size_t)str_find(text, STR(":")) + 1);
	return true;
}

/* "events": [...] */
static bool read_events(struct json_reading *j, struct json_place place)
{
	bool in_part = false, ok = true;
	struct str text;

	if (json_window_peek(&j->w) == '{')
		return read_events_by_key(j, place);
	if (!json_window_take(&j->w, '['))
		return json_window_skip(&j->w, &text, j->err);
	while (ok && json_window_peek(&j->w) == '{') {
		const struct json_key *row = json_glance(j);

		if (row && row->role != JSON_EVENT)
			ok = json_read_value(j, place);
		else if (!row && j->r->n_events && is_trouble(j, &text))
			return read_trouble(j, text);
		else /* one without an id is left to the transcoder */
			ok = begin_part(j, place, &in_part) && json_read_event(j);
		if (!ok || !json_window_take(&j->w, ','))
			break;
	}
	return ok && end_of_list(j, ']') && end_part(j, in_part);
}

/* ---- objects ---- */

/* What was found in one object. */
struct members {
	bool events, others; /* a list of events; keys of other containers */
	bool token;	     /* something says whether others follow: */
	enum join_more more;
	bool header, body;   /* of a part of an archive */
	struct json_beside beside;
	struct str trouble;
};

static bool read_token(struct json_reading *j, struct members *m)
{
	struct str value;

	if (!json_window_skip(&j->w, &value, j->err))
		return false;
	m->token = true;
	m->more = str_is(value, "\"\"") || str_is(value, "null") || str_is(value, "{}") ||
				  str_is(value, "[]")
			  ? JOIN_LAST
			  : JOIN_TOKEN;
	return true;
}

/*
 * The header of a part of a server's archive (archiver.v1.HistoryBlobHeader). Servers leave
 * out what is false, so of one that says where it ends isLast must be there, and true.
 */
static bool read_header(struct json_reading *j, struct members *m)
{
	bool last = false, says = false;
	struct buf scratch = {0};
	struct str text, key, value;
	struct json header;

	if (!json_window_skip(&j->w, &text, j->err))
		return false;
	header = (struct json){text, 0};
	json_take(&header, '{');
	while (json_peek(&header) == '"' && json_read_string(&header, &scratch, &key, NULL) &&
	       json_take(&header, ':')) {
		bool is_last = str_is(key, "isLast") || str_is(key, "is_last");

		bool is_run = str_is(key, "runId") || str_is(key, "run_id");

		says |= is_last || str_is(key, "lastEventId") || str_is(key, "last_event_id");
		if (!json_skip(&header, &value, NULL))
			break;
		last |= is_last && str_is(value, "true");
		if (is_run)
			join_run_beside(j->r->join, value);
		if (!json_take(&header, ','))
			break;
	}
	buf_done(&scratch);
	m->header = true;
	if (says) {
		m->token = true;
		m->more = last ? JOIN_LAST : JOIN_HEADER;
	}
	return true;
}

/* JSON with events in TEXT, or what stands for bytes of one. */
static bool is_carrier(struct str text)
{
	struct str inner = str_trim(text);
	struct input in;
	struct json_reading look = {.w = {.in = &in}};
	bool ret;

	if (!inner.n || (inner.p[0] != '{' && inner.p[0] != '['))
		return layer_of(inner, true, LAYER_SURE) != NULL;
	if (!input_open_bytes(&in, inner, INPUT_RAW, NULL))
		return false;
	ret = json_glance(&look) != NULL;
	input_done(&in);
	return ret;
}

/*
 * {"data": "{\"events\": ...}"}, {"data": "CiAI..."}: the string that the cursor is at is read
 * as an input where it looks like one. *RET_READ: it was, and it held events.
 */
static bool read_carrier(struct json_reading *j, bool *ret_read)
{
	struct json look;
	struct str text;
	struct buf scratch = {0};
	struct err err = ERR_INIT;
	size_t before = j->r->n_events;
	bool ok;

	*ret_read = false;
	if (!json_window_whole(&j->w, j->err))
		return false;
	look = (struct json){j->w.in->window, j->w.at};
	ok = json_read_string(&look, &scratch, &text, NULL) && is_carrier(text);
	if (ok && !format_read_inside(j->r, text, &err) &&
	    (err.code != ERR_FORMAT || j->r->n_events > before)) {
		*j->err = err;
		buf_done(&scratch);
		return err_wrap(j->err, "in a JSON string");
	}
	buf_done(&scratch);
	*ret_read = j->r->n_events > before;
	return true;
}

/* "message" and the like of an error reply are worth repeating. */
static bool read_other(struct json_reading *j, struct str key, struct members *m, bool top)
{
	const struct json_refusal *refusal = json_key_refusal(key);
	bool message = str_is(key, "message");
	struct str value;

	if (top && !refusal && !message) {
		char c = json_window_peek(&j->w);
		const struct json_key *row = c == '{' || c == '[' ? json_glance(j) : NULL;

		if (row) /* {"workflow_1": [[...]]}, {"data": {"history": ...}} */
			return json_read_value(j, (struct json_place){JOIN_PLAIN, false});
		if (c == '"') {
			bool read;

			if (!read_carrier(j, &read))
				return false;
			if (read)
				return json_window_skip(&j->w, &value, j->err);
		}
	}
	if (!json_window_skip(&j->w, &value, j->err))
		return false;
	json_refuse(j, key);
	if (message && value.n > 2 && value.p[0] == '"' && !j->message.p)
		j->message = arena_str(&j->r->report->arena,
				       str_take(str_slice(value.p + 1, value.n - 2), 200));
	json_beside_add(&m->beside, key, value);
	return true;
}

static bool read_member(struct json_reading *j, struct json_place place, struct str key,
			struct members *m, bool wrapper)
{
	const struct json_key *row = json_key(key);
	struct load_report *report = j->r->report;
	struct json_place below = place;
	struct str value;

	if (!row)
		return read_other(j, key, m, wrapper);
	if (!place.sure && row->kind != JOIN_PLAIN)
		below.kind = row->kind;
	if (row->role == JSON_INSIDE && row->kind == JOIN_WHOLE)
		below.sure = true;
	if (row->container)
		load_report_axis(report, LOAD_CONTAINER, row->container, row->evidence, "certain");
	if (row->format && !report->info.format)
		report->info.format = row->format;
	switch (row->role) {
	case JSON_EVENTS:
		m->events = true;
		return read_events(j, below);
	case JSON_GROUP:
		m->others = true;
		return read_events(j, below);
	case JSON_HISTORY:
	case JSON_INSIDE:
		m->others = true;
		m->body |= row->kind == JOIN_BATCH;
		return json_read_value(j, below);
	case JSON_BLOBS:
		m->others = true;
		return json_read_blobs(j);
	case JSON_TOKEN:
		m->others = true;
		return read_token(j, m);
	case JSON_HEADER:
		return read_header(j, m);
	case JSON_TROUBLE:
		if (!json_window_skip(&j->w, &value, j->err))
			return false;
		m->others = true;
		m->trouble = arena_str(j->r->scratch, value);
		return true;
	default:
		m->others = true;
		/* Of a reply in {"result": ...}, unless it is what a workflow returned. */
		if (wrapper && str_is(key, "result") && !j->refusal) {
			char c = json_window_peek(&j->w);

			if ((c == '{' || c == '[') && json_glance(j))
				return json_read_value(j, (struct json_place){JOIN_PLAIN, false});
		}
		json_refuse(j, key);
		return json_window_skip(&j->w, &value, j->err);
	}
}

static bool read_members(struct json_reading *j, struct json_place place, struct members *m)
{
	bool wrapper = !json_glance(j);
	struct str key;

	json_window_take(&j->w, '{');
	while (json_window_peek(&j->w) == '"') {
		struct buf copy;
		bool ok;

		if (!json_window_string(&j->w, &key, j->err))
			return false;
		buf_init(&copy, 0);
		buf_add(&copy, key);
		ok = (json_window_take(&j->w, ':') ||
		      (json_window_end(&j->w)
			       ? json_window_cut(&j->w, j->err)
			       : json_window_error(&j->w, j->err, "':' is expected"))) &&
		     read_member(j, place, copy.p ? buf_str(&copy) : STR(""), m, wrapper);
		buf_done(&copy);
		if (!ok)
			return false;
		if (!json_window_take(&j->w, ','))
			break;
	}
	if (json_window_take(&j->w, '}'))
		return true;
	return json_window_end(&j->w)
		       ? json_window_cut(&j->w, j->err)
		       : json_window_error(&j->w, j->err,
					   "a member or the end of the object is expected");
}

/* Called by json_read_value() alone, which counts how deep it is. */
static bool read_object(struct json_reading *j, struct json_place place)
{
	const struct json_key *row = json_glance(j);
	struct members m = {0};
	bool ok;

	/* One event a line, or one by itself: all of them together are a part. */
	if (row && row->role == JSON_EVENT) {
		bool in_part = j->r->join->mode != JOIN_IDLE;

		load_report_axis(j->r->report, LOAD_CONTAINER, "an event",
				 "an object with the id and type of an event", "certain");
		if (!j->r->report->info.format)
			j->r->report->info.format = row->format;
		return begin_part(j, place, &in_part) && json_read_event(j);
	}
	ok = read_members(j, place, &m) &&
	     (!m.events || m.others || json_beside_end(j, &m.beside));
	json_beside_done(&m.beside);
	if (!ok)
		return false;
	if (m.header)
		join_run_beside(j->r->join, STR_NONE);
	/* What is called a header may be anything, where there is no body. */
	if (m.token && (m.more != JOIN_HEADER || m.body))
		join_token(j->r->join, m.more);
	if (m.trouble.p && j->r->n_events)
		return read_trouble(j, m.trouble);
	if (m.trouble.p)
		json_refuse(j, STR("error"));
	return true;
}

bool json_read_value(struct json_reading *j, struct json_place place)
{
	struct str ignored;
	bool ok;

	if (++j->depth > LIMIT_CONTAINERS)
		return json_window_error(&j->w, j->err, "lists and objects nested too deep");
	switch (json_window_peek(&j->w)) {
	case '{':
		ok = read_object(j, place);
		break;
	case '[':
		ok = read_list(j, place);
		break;
	case '"':
		ok = json_read_text(j);
		break;
	default:
		ok = json_window_skip(&j->w, &ignored, j->err);
		break;
	}
	j->depth--;
	return ok;
}

bool json_read_text(struct json_reading *j)
{
	struct str text, inner;
	struct buf copy;
	bool ok;

	if (!json_window_string(&j->w, &text, j->err))
		return false;
	inner = str_trim(text);
	if (!inner.n)
		return true;
	buf_init(&copy, LIMIT_HISTORY_BYTES);
	buf_add(&copy, text);
	ok = buf_ok(&copy, j->err) && format_read_inside(j->r, buf_str(&copy), j->err);
	buf_done(&copy);
	return ok || err_wrap(j->err, "in a JSON string");
}
