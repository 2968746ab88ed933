/* SPDX-License-Identifier: MIT */
/* fmt_json_event.c: one event after the other from JSON to wire bytes, and blobs. */
#include "formats/read/fmt_json_parts.h"

#include "formats/base/base64.h"
#include "formats/base/limits.h"
#include "formats/base/thread.h"
#include "formats/read/event_frame.h"
#include "formats/transcode/json.h"

#include <inttypes.h>

/*
 * An event is read where it lies in the window; when that fails and more input may come, it
 * may have run over the window's end. So near the end (of what is no mapped file) it is
 * brought in whole first.
 */
#define NEAR_END ((size_t)16 * 1024)

/* Events after which a memo is worth its making. */
#define MEMO_FROM 8

/* Numbers of an event that failed are taken back, should it be read again. */
struct attempt {
	size_t n[TRANSCODE_KINDS];
	size_t exact_payloads;
};

static bool transcode(struct json_reading *j, struct buf *out)
{
	const struct format_reader *r = j->r;
	struct transcode_loss *loss = &r->report->info.loss;
	const struct transcode_options options = {
		.loss = loss,
		.keep_unknown = r->settings->flags & LOAD_KEEP_UNKNOWN,
		.memory = &j->memory,
	};
	struct arena_mark mark = arena_mark(r->scratch);
	struct err *err = j->err;
	struct attempt before;
	struct err first = ERR_INIT;
	size_t at;

	memcpy(before.n, loss->n, sizeof(before.n));
	before.exact_payloads = loss->exact_payloads;
	if (!j->w.in->at_end && j->w.in->window.n - j->w.at < NEAR_END &&
	    !json_window_whole(&j->w, err))
		return false;
	for (unsigned try = 0;; try++) {
		bool ok;

		at = j->w.at;
		ok = transcode_json_to_wire(r->event, j->w.in->window, &at, &options, r->scratch, out,
					    &first);
		arena_rewind(r->scratch, mark);
		if (ok) {
			j->w.at = at;
			return true;
		}
		memcpy(loss->n, before.n, sizeof(before.n));
		loss->exact_payloads = before.exact_payloads;
		if (first.code == ERR_LIMIT)
			return err ? (*err = first, false) : false;
		if (try || j->w.in->at_end)
			break;
		if (!json_window_whole(&j->w, err))
			return false;
	}
	if (!json_window_whole(&j->w, err)) /* the text ends within */
		return false;
	if (err)
		*err = first;
	if (first.byte >= 0)
		input_locate(j->w.in, (size_t)first.byte, INPUT_TEXT, err);
	/* By its id, where it was read by then; else by its place. */
	if (!err || !str_starts(str_of(err->message), STR("event ")))
		err_wrap(err, "event %zu", r->n_events + 1);
	return err ? err_wrap(err, "line %" PRId64 ", column %" PRId64, err->line, err->column)
		   : false;
}

/* The first event tells the dialect of all; what is Cadence's needs another table. */
static bool look_at_first(struct json_reading *j)
{
	struct json_window *w = &j->w;
	struct json text;
	struct str event;

	j->told = true;
	if (!json_window_whole(w, j->err))
		return false;
	text = (struct json){w->in->window, w->at};
	if (!json_skip(&text, &event, NULL))
		return true; /* the transcoder says why */
	if (cadence_is_json(event))
		format_cadence(j->r);
	else
		format_json_axes(j->r, event);
	return true;
}

static bool read_cadence(struct json_reading *j, struct buf *out)
{
	int64_t line, column;
	struct str text;

	if (!json_window_skip(&j->w, &text, j->err))
		return false;
	if (format_cadence_json(j->r, text, out, j->err))
		return true;
	input_where(j->w.in, (size_t)(text.p - j->w.in->window.p), &line, &column);
	return err_wrap(j->err, "event %zu, at line %" PRId64, j->r->n_events + 1, line);
}

/* ---- what a second thread reads ---- */

/* So much is read before it starts, and so much must be left: less is done sooner alone. */
#define AHEAD_FROM ((size_t)512 * 1024)

static bool is_key_of_event(struct str border)
{
	const char *end = border.p + border.n - 1, *quote = memrchr(border.p, '"', border.n - 1);
	const struct json_key *row = json_key(str_slice(quote + 1, (size_t)(end - quote) - 1));

	return row && row->role == JSON_EVENT;
}

/* The event at the cursor is the first that somebody could be ahead of. */
static void start_ahead(struct json_reading *j)
{
	const struct json_ahead_settings settings = {
		.event = j->r->event,
		.keep_unknown = j->r->settings->flags & LOAD_KEEP_UNKNOWN,
		.waits = j->r->settings->flags & LOAD_AHEAD,
	};
	struct input *in = j->w.in;
	struct str border;

	if (!settings.waits && (in->offset + j->w.at < AHEAD_FROM ||
				(in->at_end && in->window.n - j->w.at < AHEAD_FROM)))
		return;
	border = json_ahead_border(in->window, j->w.at);
	if (!border.n || !is_key_of_event(border)) /* of the first event of a list there is none */
		return;
	j->alone = (j->r->settings->flags & LOAD_ALONE) || (!settings.waits && !thread_several());
	if (j->alone)
		return;
	input_map_rest(in);
	input_widen(in, JSON_AHEAD_WINDOW);
	border = json_ahead_border(in->window, j->w.at);
	j->w.ahead = json_ahead_start(&settings, in, j->w.at, border);
	j->alone = !j->w.ahead;
}

/* Near its limit a history is read alone, which tells of it where it is met. */
static bool fits(const struct json_reading *j, const struct ready_event *e)
{
	return j->r->join->out.n + e->wire.n <= LIMIT_HISTORY_BYTES - EVENT_RING_BYTES;
}

static bool is_ready(struct json_reading *j, struct ready_event *ret)
{
	if (!j->w.ahead && !j->alone)
		start_ahead(j);
	/* Once payloads were decoded, others are thought of in another way (transcode.h). */
	if (!j->w.ahead || j->memory.odd_payloads)
		return false;
	json_window_keep(&j->w, JSON_AHEAD_TEXT);
	return json_ahead_next(j->w.ahead, j->w.in->offset + j->w.at, ret) && fits(j, ret);
}

static bool follows(struct json_reading *j, struct ready_event *ret)
{
	json_window_keep(&j->w, JSON_AHEAD_TEXT);
	return json_ahead_follows(j->w.ahead, ret) && fits(j, ret);
}

/* The event from START of the join's room on is whole, and the cursor behind it. */
static bool made(struct json_reading *j, size_t start)
{
	j->r->n_events++;
	j->r->report->info.input_bytes = j->w.in->offset + j->w.at;
	return join_made(j->r->join, start, j->err);
}

static bool take_ready(struct json_reading *j, const struct ready_event *e)
{
	struct buf *out = join_room(j->r->join);
	size_t start = out->n;

	buf_add(out, e->wire);
	j->w.at = (size_t)(e->end - j->w.in->offset);
	j->r->report->info.loss.exact_payloads += e->exact_payloads;
	return buf_ok(out, j->err) && made(j, start);
}

/* ---- events ---- */

static bool read_event(struct json_reading *j)
{
	struct buf *out = join_room(j->r->join);
	size_t start = event_frame_open(out);

	if (!(j->r->cadence->temporal ? read_cadence(j, out) : transcode(j, out))) {
		out->n = start;
		return false;
	}
	if (!buf_ok(out, j->err))
		return false;
	event_frame_close(out, start);
	return made(j, start);
}

bool json_read_event(struct json_reading *j)
{
	struct ready_event e;
	bool ok;

	if (!j->told && !look_at_first(j))
		return false;
	if (!j->r->memo && j->r->n_events >= MEMO_FROM)
		j->r->memo = transcode_memo_new(&j->r->report->arena);
	j->memory.memo = j->r->memo;
	if (j->r->cadence->temporal || !is_ready(j, &e))
		return read_event(j);
	do
		ok = take_ready(j, &e);
	while (ok && follows(j, &e));
	return ok;
}

/* ---- blobs ---- */

static const struct {
	const char *name;
	uint64_t encoding;
} ENCODINGS[] = {
	{"ENCODING_TYPE_PROTO3", 1}, {"Proto3", 1}, {"PROTO3", 1}, {"1", 1},
	{"ENCODING_TYPE_JSON", 2},   {"Json", 2},   {"JSON", 2},   {"2", 2},
};

static bool read_encoding(struct json_reading *j, struct str text, uint64_t *ret)
{
	if (text.n > 1 && text.p[0] == '"')
		text = str_slice(text.p + 1, text.n - 2);
	for (size_t i = 0; i < sizeof(ENCODINGS) / sizeof(*ENCODINGS); i++)
		if (str_is(text, ENCODINGS[i].name)) {
			*ret = ENCODINGS[i].encoding;
			return true;
		}
	return json_window_error(&j->w, j->err,
				 "a blob of encoding %.*s: only PROTO3 and JSON are read",
				 STR_ARG(str_take(text, 40)));
}

static bool decode(struct json_reading *j, struct str text, uint64_t encoding)
{
	struct buf bytes;
	size_t n = 0;
	bool ok;

	buf_init(&bytes, LIMIT_HISTORY_BYTES);
	ok = buf_room(&bytes, BASE64_DECODED_MAX(text.n) + 1) && base64_decode(text, bytes.p, &n);
	bytes.n = n;
	ok = ok ? format_blob(j->r, encoding, buf_str(&bytes), j->err)
		: json_window_error(&j->w, j->err, "a blob's data is not base64");
	buf_done(&bytes);
	return ok;
}

/* {"encodingType": "ENCODING_TYPE_PROTO3", "data": "CiAI..."} whole in TEXT. */
static bool read_blob(struct json_reading *j, struct str text)
{
	struct json blob = {text, 0};
	struct buf scratch = {0}, data = {0};
	uint64_t encoding = 0;
	struct str key, value;
	bool ok = true;

	json_take(&blob, '{');
	while (ok && json_peek(&blob) == '"') {
		ok = json_read_string(&blob, &scratch, &key, j->err) && json_take(&blob, ':');
		if (ok && str_is(key, "data") && json_peek(&blob) == '"') {
			ok = json_read_string(&blob, &scratch, &value, j->err);
			if (ok)
				buf_add(&data, value);
		} else if (ok) {
			bool names = str_is(key, "encodingType") || str_is(key, "encoding_type");

			ok = json_skip(&blob, &value, j->err) &&
			     (!names || read_encoding(j, value, &encoding));
		}
		json_take(&blob, ',');
	}
	ok = ok && decode(j, data.n ? buf_str(&data) : STR(""), encoding);
	buf_done(&scratch);
	buf_done(&data);
	return ok;
}

bool json_read_blobs(struct json_reading *j)
{
	struct str text;

	if (json_window_peek(&j->w) == 'n')
		return json_window_skip(&j->w, &text, j->err);
	if (!json_window_take(&j->w, '['))
		return json_window_error(&j->w, j->err, "a list of blobs is expected");
	while (json_window_peek(&j->w) == '{' || json_window_peek(&j->w) == '"') {
		bool object = json_window_peek(&j->w) == '{';

		if (object ? !json_window_skip(&j->w, &text, j->err) || !read_blob(j, text)
			   : !json_window_string(&j->w, &text, j->err) || !decode(j, text, 0))
			return false;
		if (!json_window_take(&j->w, ','))
			break;
	}
	if (json_window_take(&j->w, ']'))
		return true;
	return json_window_end(&j->w) ? json_window_cut(&j->w, j->err)
				      : json_window_error(&j->w, j->err, "a blob is expected");
}
