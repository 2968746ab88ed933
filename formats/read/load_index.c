/* SPDX-License-Identifier: MIT */
/* load_index.c: from a mapped file over its JSON index to a history. */
#include "formats/read/load_index.h"

#include "formats/base/mem.h"
#include "formats/history/json_index.h"
#include "formats/read/fmt_json_parts.h"

/* 1, 2, 3, ...: what the join would give as it stands. */
static bool is_plain(const struct json_index *ix)
{
	for (size_t i = 0; i < ix->events.n; i++)
		if (ix->events.at[i].id != (int64_t)i + 1)
			return false;
	return true;
}

static void input_free(void *data)
{
	input_done(data);
	mem_free(data);
}

/* The axes as the reader of all JSON tells them. */
static void tell(const struct load_settings *settings, const struct json_index *ix,
		 struct load_report *report)
{
	static const char *const KEYS[] = {
		[JSON_INDEX_EVENTS] = "events",
		[JSON_INDEX_LIST] = "eventId",
		[JSON_INDEX_RESPONSE] = "history",
	};
	const struct json_key *row = json_key(str_of(KEYS[ix->container]));
	const struct event *first = &ix->events.at[0];
	struct format_reader r = {.settings = settings, .report = report};

	report->info.format = row->format;
	report->info.ordinal = 1;
	report->info.only = true;
	report->info.input_bytes = ix->text.n;
	load_report_axis(report, LOAD_CARRIER, "JSON", "it begins with a bracket", "certain");
	load_report_axis(report, LOAD_CONTAINER,
			 row->container ? row->container : "a list of events",
			 row->evidence ? row->evidence : "a list whose objects have ids and types of events",
			 "certain");
	format_json_axes(&r, str_slice(ix->text.p + first->offset, first->length));
}

static const struct input NOTHING = {.map = {.fd = -1, .slot = -1}};

static void take(const struct load_settings *settings, struct input *in, struct json_index *ix,
		 struct load_indexed *ret)
{
	struct transcode_options options = {
		.keep_unknown = settings->flags & LOAD_KEEP_UNKNOWN,
	};
	struct arena a;

	ret->in = mem_alloc(sizeof(*ret->in));
	*ret->in = *in;
	*in = NOTHING;
	arena_init(&a);
	arena_defer(&a, input_free, ret->in);
	history_take_json(&ret->history, &a, ix, &options);
	history_watch(&ret->history, &ret->in->map);
}

void load_index_back(struct load_indexed *indexed, struct input *in)
{
	*in = *indexed->in;
	*indexed->in = NOTHING;
	history_done(&indexed->history);
}

bool load_index_can(const struct load_settings *settings, const struct input *in)
{
	return in->map.bytes.p && in->at_end && (!settings->from.n || str_is(settings->from, "json"));
}

bool load_index_take(const struct load_settings *settings, struct input *in, struct json_index *ix,
		     struct load_report *report, struct load_indexed *ret)
{
	if (ix->state != JSON_INDEX_WHOLE || !is_plain(ix) || !input_sound(in, NULL))
		return false;
	tell(settings, ix, report);
	take(settings, in, ix, ret);
	return true;
}

bool load_index(const struct load_settings *settings, struct input *in,
		struct load_report *report, struct load_indexed *ret)
{
	struct json_index ix;
	bool ok;

	if (!load_index_can(settings, in))
		return false;
	json_index_open(&ix, in->window, settings->schema);
	json_index_step(&ix, SIZE_MAX / 2);
	ok = load_index_take(settings, in, &ix, report, ret);
	json_index_done(&ix);
	return ok;
}
