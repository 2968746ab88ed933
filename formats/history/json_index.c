/* SPDX-License-Identifier: MIT */
/* json_index.c: the container around the events, and the walk over them. */
#include "formats/history/json_index.h"

#include "formats/base/limits.h"
#include "formats/history/events.h"
#include "formats/read/json_head.h"
#include "formats/transcode/json.h"
#include "formats/transcode/json_text.h"
#include "formats/transcode/transcode.h"

/* Blocks that are scanned before their events are looked at: they are in the cache then. */
#define CHUNK_BLOCKS 64
#define CHUNK ((size_t)CHUNK_BLOCKS * SCAN_BLOCK)

/* One row in so many may be one that has to be decoded; and a few more. */
#define DECODED_PART 16
#define DECODED_FREE 16

static enum json_index_state unusual(struct json_index *ix, const char *what)
{
	ix->unusual = what;
	ix->state = JSON_INDEX_UNUSUAL;
	return ix->state;
}

/* A member's name and colon; only plain ones are of interest. */
static bool take_key(struct json *j, struct str *ret)
{
	struct buf scratch = {.limit = 100};
	bool ok = json_read_string(j, &scratch, ret, NULL) && !scratch.n && json_take(j, ':');

	buf_done(&scratch);
	return ok;
}

/* To the value of an object's first member, if that is KEY. */
static bool open_member(struct json *j, const char *key)
{
	struct str name;

	return json_take(j, '{') && take_key(j, &name) && str_is(name, key);
}

void json_index_open(struct json_index *ix, struct str text, const struct schema *schema)
{
	struct json j = {text, 0}, start;

	*ix = (struct json_index){.text = text, .schema = schema};
	ix->types = schema_enum(schema, "temporal.api.enums.v1.EventType");
	ix->event = schema_message(schema, "temporal.api.history.v1.HistoryEvent");
	ix->container = JSON_INDEX_LIST;
	if (json_peek(&j) == '{') {
		start = j;
		ix->container = JSON_INDEX_EVENTS;
		if (!open_member(&j, "events")) {
			j = start;
			ix->container = JSON_INDEX_RESPONSE;
			if (!open_member(&j, "history") || !open_member(&j, "events")) {
				unusual(ix, "it begins with another member than \"events\"");
				return;
			}
		}
	}
	if (!json_take(&j, '[')) {
		unusual(ix, "a list of events is expected");
		return;
	}
	ix->at = ix->end = j.at;
}

/* What may stand behind the list: the ends of its objects, and a token that says no more. */
static bool take_tail(struct json *j, enum json_index_container container)
{
	static const char *const EMPTY[] = {"\"\"", "null"};
	struct str key, value;

	if (container == JSON_INDEX_EVENTS)
		return json_take(j, '}');
	if (container == JSON_INDEX_LIST)
		return true;
	if (!json_take(j, '}'))
		return false;
	while (json_take(j, ',')) {
		bool ok = take_key(j, &key), empty = false;

		if (!ok || !json_skip(j, &value, NULL))
			return false;
		value = str_trim(value);
		for (size_t i = 0; i < sizeof(EMPTY) / sizeof(*EMPTY); i++)
			empty |= str_is(value, EMPTY[i]);
		if (!empty && !(str_is(key, "archived") && str_is(value, "false")))
			return false;
	}
	return json_take(j, '}');
}

static enum json_index_state finish(struct json_index *ix, size_t at)
{
	const char *stop = ix->text.p + at;
	struct json j = {ix->text, at + 1};

	if (*stop != ']' || json_blanks(ix->text.p + ix->end, stop) != stop)
		return unusual(ix, "something stands between the events");
	if (!take_tail(&j, ix->container) || json_peek(&j) != '\0')
		return unusual(ix, "something follows the events");
	if (json_blanks(ix->text.p + j.at, ix->text.p + ix->text.n) != ix->text.p + ix->text.n)
		return unusual(ix, "something follows the events");
	if (!ix->events.n)
		return unusual(ix, "there are no events");
	ix->state = JSON_INDEX_WHOLE;
	return ix->state;
}

/* By the long way: the event is decoded, and its row read off that. */
static bool decoded_row(struct json_index *ix, struct event *e)
{
	struct transcode_options options = {0};
	size_t at = e->offset;
	struct buf wire;
	struct arena a;
	bool ok;

	if (++ix->decoded > DECODED_FREE + ix->events.n / DECODED_PART)
		return false;
	if (!ix->attributes) {
		ix->attributes = mem_alloc(sizeof(*ix->attributes));
		history_layout(ix->attributes, ix->event);
	}
	arena_init(&a);
	buf_init(&wire, LIMIT_HISTORY_BYTES);
	ok = transcode_json_to_wire(ix->event, ix->text, &at, &options, &a, &wire, NULL) &&
	     at == e->offset + e->length && history_row(ix->attributes, buf_str(&wire), e, NULL) &&
	     e->id;
	buf_done(&wire);
	arena_done(&a);
	return ok;
}

/* Told by how the keys of its name and version end, in any spelling. */
static bool names_sdk(struct str completed)
{
	return scan()->find(completed, STR("dkName")) || scan()->find(completed, STR("dk_name")) ||
	       scan()->find(completed, STR("dkVersion")) ||
	       scan()->find(completed, STR("dk_version"));
}

static bool add_event(struct json_index *ix, size_t end)
{
	struct event e = {.offset = ix->begin, .length = (uint32_t)(end - ix->begin)};
	const char *begin = ix->text.p + ix->begin, *p = ix->text.p + ix->end;

	/* Nothing but one comma may stand before it; none before the first. */
	p = json_blanks(p, begin);
	if (ix->events.n && (p == begin || *p++ != ','))
		return false;
	if (json_blanks(p, begin) != begin || *begin != '{' || ix->text.p[end - 1] != '}')
		return false;
	if (end - ix->begin > UINT32_MAX || ix->events.n == LIMIT_HISTORY_EVENTS)
		return false;
	if (!json_head(ix, &e)) {
		e = (struct event){.offset = e.offset, .length = e.length};
		if (!decoded_row(ix, &e))
			return false;
	}
	if (e.type == EVENT_WORKFLOW_TASK_COMPLETED &&
	    names_sdk(str_slice(ix->text.p + e.offset, e.length)))
		vec_push(&ix->named, (uint32_t)ix->events.n);
	vec_push(&ix->events, e);
	ix->end = end;
	return true;
}

/* FOUND places in the text from BASE on: begins and ends of events, and the list's end. */
static enum json_index_state add_events(struct json_index *ix, size_t base, const uint32_t *at,
					size_t found)
{
	for (size_t i = 0; i < found; i++) {
		size_t place = base + at[i];
		char c = ix->text.p[place];

		if (c == '{' || c == '[')
			ix->begin = place;
		else if (i + 1 == found && ix->scan.below)
			return finish(ix, place);
		else if (!add_event(ix, place + 1))
			return unusual(ix, "an event is written in an unusual way");
	}
	return ix->state;
}

enum json_index_state json_index_step(struct json_index *ix, size_t n)
{
	uint32_t places[CHUNK];
	char last[SCAN_BLOCK];
	size_t until = ix->events.n + n;

	while (ix->state == JSON_INDEX_MORE && ix->events.n < until) {
		size_t base = ix->at, left = ix->text.n - base, found;
		size_t blocks = left / SCAN_BLOCK;
		const char *p = ix->text.p + base;

		if (!left)
			return unusual(ix, "the text ends amid the events");
		blocks = blocks < CHUNK_BLOCKS ? blocks : CHUNK_BLOCKS;
		if (blocks) {
			found = scan()->json(&ix->scan, p, blocks, places);
			ix->at += blocks * SCAN_BLOCK;
		} else {
			memset(last, ' ', sizeof(last));
			memcpy(last, p, left);
			found = scan()->json(&ix->scan, last, 1, places);
			ix->at += left;
		}
		add_events(ix, base, places, found);
	}
	return ix->state;
}

void json_index_done(struct json_index *ix)
{
	vec_done(&ix->events);
	vec_done(&ix->named);
	mem_free(ix->attributes);
	*ix = (struct json_index){.state = JSON_INDEX_UNUSUAL};
}
