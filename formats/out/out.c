/* SPDX-License-Identifier: MIT */
/* out.c: the formats that convert writes, and what all their writers share. */
#include "formats/out/out.h"

#include "formats/base/mem.h"
#include "formats/bytes/filter.h"
#include "formats/wire/wire_step.h"

#include <inttypes.h>

/* What is sent at once: large enough for the system call not to matter, small for caches. */
#define PIECE ((size_t)512 * 1024)

static const struct out_format *const FORMATS[] = {
	&OUT_FORMAT_JSON,
	&OUT_FORMAT_JSONL,
	&OUT_FORMAT_EVENTS,
	&OUT_FORMAT_PROTO,
	&OUT_FORMAT_DELIMITED,
	&OUT_FORMAT_RESPONSE,
	&OUT_FORMAT_RAW,
	&OUT_FORMAT_PAGES,
	&OUT_FORMAT_BLOB,
	&OUT_FORMAT_EXPORT,
	&OUT_FORMAT_ARCHIVAL,
	&OUT_FORMAT_TDBG,
	&OUT_FORMAT_TSV,
	&OUT_FORMAT_CSV,
	NULL,
};

const struct out_format *const *out_formats(void)
{
	return FORMATS;
}

const struct out_format *out_format_named(struct str name)
{
	for (size_t i = 0; FORMATS[i]; i++)
		if (str_is(name, FORMATS[i]->name))
			return FORMATS[i];
	return NULL;
}

struct str out_ending(const struct out_format *f)
{
	struct str all = str_of(f->endings);

	return str_split(&all, ' ');
}

const struct out_format *out_format_of_path(struct str path)
{
	const struct filter *packing = filter_of_name(path);
	const struct out_format *best = NULL;
	size_t longest = 0;

	if (packing)
		path = str_take(path, path.n - strlen(packing->ending));
	for (size_t i = 0; FORMATS[i]; i++) {
		struct str all = str_of(FORMATS[i]->endings), one;

		while (all.n) {
			one = str_split(&all, ' ');
			if (one.n > longest && path.n > one.n && str_ends(path, one)) {
				best = FORMATS[i];
				longest = one.n;
			}
		}
	}
	return best;
}

bool out_open(struct out *o, const struct out_format *f, const struct out_settings *settings,
	      struct out_sink *sink, struct err *err)
{
	*o = (struct out){
		.format = f,
		.settings = settings,
		.sink = sink,
		.event = schema_message(settings->schema, "temporal.api.history.v1.HistoryEvent"),
	};
	arena_init(&o->scratch);
	buf_init(&o->bytes, 0);
	if (f->own_size)
		o->own = mem_zalloc(f->own_size);
	return !f->open || f->open(o, err);
}

bool out_begin(struct out *o, const struct out_history *h, struct err *err)
{
	BUG_IF(o->n_histories && !(o->format->flags & OUT_SEVERAL));
	o->loss = (struct transcode_loss){0};
	o->history = h;
	o->n_histories++;
	o->n_events = 0;
	return !o->format->begin || o->format->begin(o, err);
}

bool out_events(struct out *o, struct str events, struct err *err)
{
	return o->format->events(o, events, err);
}

bool out_end(struct out *o, struct err *err)
{
	if (o->format->end && !o->format->end(o, err))
		return false;
	o->history = NULL;
	return out_border(o, STR_NONE, err);
}

void out_skip(struct out *o)
{
	BUG_IF(!(o->format->flags & OUT_WHOLE));
	o->history = NULL;
	o->n_histories--;
}

bool out_close(struct out *o, struct err *err)
{
	if (o->format->close && !o->format->close(o, err))
		return false;
	return out_send(o, STR_NONE, err);
}

void out_done(struct out *o)
{
	if (o->format->done && o->own)
		o->format->done(o);
	mem_free(o->own);
	buf_done(&o->bytes);
	arena_done(&o->scratch);
	*o = (struct out){0};
}

static bool flush(struct out *o, int64_t event, struct err *err)
{
	if (!buf_ok(&o->bytes, err))
		return false;
	if (o->bytes.n && !o->sink->write(o->sink, buf_str(&o->bytes), event, err))
		return false;
	buf_clear(&o->bytes);
	return true;
}

bool out_border(struct out *o, struct str event, struct err *err)
{
	if (o->bytes.n < PIECE && !(o->sink->each && event.n))
		return true;
	return flush(o, (int64_t)wire_value_at(event, 1, 0), err);
}

bool out_send(struct out *o, struct str bytes, struct err *err)
{
	return flush(o, 0, err) && (!bytes.n || o->sink->write(o->sink, bytes, 0, err));
}

bool out_next(struct out *o, struct str *events, struct str *ret, struct str *ret_whole)
{
	const char *end = events->p + events->n, *next;
	struct wire_step step;

	while (events->n) {
		struct str whole = *events;

		next = wire_step(events->p, end, &step);
		if (!next) {
			o->broken = true;
			return false;
		}
		whole.n = (size_t)(next - whole.p);
		*events = str_slice(next, (size_t)(end - next));
		if (step.number == 1 && step.type == WIRE_BYTES) {
			*ret = step.bytes;
			if (ret_whole)
				*ret_whole = whole;
			o->n_events++;
			return true;
		}
		/* A History has no other field: what stands beside events has no event to go to. */
		o->loss.n[TRANSCODE_LOST_FIELD]++;
	}
	return false;
}

bool out_whole(const struct out *o, struct err *err)
{
	return !o->broken || err_set(err, ERR_SYNTAX, "behind event number %zu: not whole",
				     o->n_events);
}

static bool put_json(struct out *o, const struct schema_message *m, struct str bytes,
		     bool compact, unsigned depth, struct buf *to, struct err *err)
{
	const struct transcode_options options = {
		.style = compact ? TRANSCODE_COMPACT : TRANSCODE_INDENT,
		.depth = depth,
		.short_enums = o->settings->short_enums,
		.keep_unknown = o->settings->keep_unknown || o->history->was_json,
		.loss = &o->loss,
	};
	struct arena_mark empty = {0};

	arena_rewind(&o->scratch, empty);
	return transcode_wire_to_json(m, bytes, &options, &o->scratch, to, err);
}

bool out_event_json(struct out *o, struct str event, bool compact, unsigned depth,
		    struct err *err)
{
	return put_json(o, o->event, event, compact, depth, &o->bytes, err) ||
	       err_wrap(err, "event %" PRId64, (int64_t)wire_value_at(event, 1, 0));
}

bool out_fields_json(struct out *o, bool compact, unsigned depth, struct err *err)
{
	const struct schema_message *history =
		schema_message(o->settings->schema, "temporal.api.history.v1.History");
	struct str members = STR_NONE, fields = o->history->fields;
	struct buf text;
	bool ok;

	if (!fields.n)
		return true;
	buf_init(&text, 0);
	ok = put_json(o, history, fields, compact, depth, &text, err);
	if (ok) /* out of their own brackets */
		members = str_trim(str_slice(text.p + 1, text.n - 2));
	if (members.n) {
		buf_add_char(&o->bytes, ',');
		if (!compact)
			buf_printf(&o->bytes, "\n%*s", (int)(depth + 1) * 2, "");
		buf_add(&o->bytes, members);
	}
	buf_done(&text);
	return ok || err_wrap(err, "beside the events");
}
