/* SPDX-License-Identifier: MIT */
/* format_axes.c: how events and payloads are written, for --explain. */
#include "formats/read/format.h"

#include "formats/transcode/json.h"

/* What the first event shows, a word for each question. */
struct spelling {
	const char *keys, *types, *numbers, *times, *attributes;
};

static const char *number_word(struct str value)
{
	return value.p[0] == '"'   ? "numbers as text"
	       : value.p[0] == '{' ? "numbers as {low, high}"
				   : "numbers as numbers";
}

static const char *type_word(struct str value)
{
	bool lower = false;

	if (value.p[0] != '"')
		return "types as numbers";
	if (str_starts(value, STR("\"EVENT_TYPE_")))
		return "types as EVENT_TYPE_X";
	for (size_t i = 0; i < value.n; i++)
		lower |= value.p[i] >= 'a' && value.p[i] <= 'z';
	return lower ? "types of before server 1.23" : "types without prefix";
}

static const char *time_word(struct str value)
{
	return value.p[0] == '"'   ? "times as text"
	       : value.p[0] == '{' ? "times as {seconds, nanos}"
				   : "times as numbers";
}

static void look(struct spelling *s, struct str key, struct str value)
{
	if (str_is(key, "eventId") || str_is(key, "event_id")) {
		s->numbers = number_word(value);
		s->keys = str_is(key, "eventId") ? "lowerCamel keys" : "snake_case keys";
	} else if (str_is(key, "eventType") || str_is(key, "event_type")) {
		s->types = type_word(value);
	} else if (str_is(key, "eventTime") || str_is(key, "event_time")) {
		s->times = time_word(value);
	} else if (str_is(key, "Attributes")) {
		s->attributes = "attributes as Go structs";
	} else if (str_is(key, "attributes")) {
		s->attributes = "with the Web UI's attributes";
	} else if (str_is(key, "details")) {
		s->attributes = "attributes as details";
	}
}

void format_json_axes(struct format_reader *r, struct str event)
{
	struct json j = {event, 0};
	struct buf scratch = {0};
	struct spelling s = {0};
	struct str key, value;
	struct buf words;

	json_take(&j, '{');
	while (json_peek(&j) == '"' && json_read_string(&j, &scratch, &key, NULL)) {
		if (!json_take(&j, ':') || !json_skip(&j, &value, NULL))
			break;
		look(&s, key, value);
		if (!json_take(&j, ','))
			break;
	}
	buf_done(&scratch);
	buf_init(&words, 0);
	for (const char *const *word = &s.keys; word <= &s.attributes; word++)
		if (*word)
			buf_printf(&words, "%s%s", words.n ? ", " : "", *word);
	load_report_axis(r->report, LOAD_EVENTS,
			 words.n ? arena_cstr(&r->report->arena, buf_str(&words)) : "Temporal's",
			 "the first event", "certain");
	buf_done(&words);
}
