/* SPDX-License-Identifier: MIT */
/* out_archival.c: a list of batches in JSON, as archives hold it and tdbg imports it. */
#include "formats/out/out.h"

#include "formats/out/out_batch.h"

struct batches {
	struct out_batch batch;
};

static bool begin(struct out *o, struct err *err)
{
	struct batches *b = o->own;

	(void)err;
	b->batch = (struct out_batch){0};
	buf_add_char(&o->bytes, '[');
	return true;
}

static void begin_batch(struct out *o, bool compact)
{
	if (o->n_events > 1)
		buf_puts(&o->bytes, compact ? "]}," : "\n    ]\n  },");
	buf_puts(&o->bytes, compact ? "{\"events\":[" : "\n  {\n    \"events\": [");
}

static bool events(struct out *o, struct str chunk, bool compact, struct err *err)
{
	struct batches *b = o->own;
	struct str event;

	while (out_next(o, &chunk, &event, NULL)) {
		bool begins = out_batch_begins(&b->batch, event);

		if (begins && !out_border(o, STR_NONE, err))
			return false;
		if (begins)
			begin_batch(o, compact);
		else
			buf_add_char(&o->bytes, ',');
		if (!compact)
			buf_puts(&o->bytes, "\n      ");
		if (!out_event_json(o, event, compact, 3, err))
			return false;
	}
	return out_whole(o, err);
}

static bool end(struct out *o, bool compact, struct err *err)
{
	if (o->n_events) {
		buf_puts(&o->bytes, compact ? "]" : "\n    ]");
		if (!out_fields_json(o, compact, 1, err))
			return false;
		buf_puts(&o->bytes, compact ? "}" : "\n  }\n");
	}
	buf_puts(&o->bytes, "]\n");
	return true;
}

/* The server writes its archives without blanks. */
static bool archival_events(struct out *o, struct str chunk, struct err *err)
{
	return events(o, chunk, true, err);
}

static bool archival_end(struct out *o, struct err *err)
{
	return end(o, true, err);
}

const struct out_format OUT_FORMAT_ARCHIVAL = {
	.name = "archival",
	.reader = "json",
	.endings = ".history",
	.what = "JSON: batches, as a server archives them",
	.flags = OUT_JSON | OUT_FIELDS,
	.own_size = sizeof(struct batches),
	.begin = begin,
	.events = archival_events,
	.end = archival_end,
};

static bool tdbg_events(struct out *o, struct str chunk, struct err *err)
{
	return events(o, chunk, o->settings->compact, err);
}

static bool tdbg_end(struct out *o, struct err *err)
{
	return end(o, o->settings->compact, err);
}

const struct out_format OUT_FORMAT_TDBG = {
	.name = "tdbg",
	.reader = "json",
	.endings = ".tdbg.json .batches.json",
	.what = "JSON: batches, for `tdbg workflow import`",
	.flags = OUT_JSON | OUT_FIELDS,
	.own_size = sizeof(struct batches),
	.begin = begin,
	.events = tdbg_events,
	.end = tdbg_end,
};
