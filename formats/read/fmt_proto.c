/* SPDX-License-Identifier: MIT */
/* fmt_proto.c: protobuf bytes: a History, a server's reply, a Cloud export, blobs, streams. */
#include "formats/base/limits.h"
#include "formats/read/proto_cursor.h"
#include "formats/wire/deep.h"
#include "formats/wire/wire.h"

#include <inttypes.h>
#include <stdio.h>

/* Tags that tell what a message is. */
enum {
	TAG_1_NUMBER = 0x08,
	TAG_1_MESSAGE = 0x0a,
	TAG_2_NUMBER = 0x10,
	TAG_2_MESSAGE = 0x12,
	TAG_3_NUMBER = 0x18,
};

/* ---- events ---- */

bool format_wire_event(struct format_reader *r, struct str whole, struct err *err)
{
	struct wire w = wire_of(whole);
	struct wire_field f;
	bool ok;

	if (!wire_next(&w, &f))
		return err_set(err, ERR_SYNTAX, "damaged after %zu whole events",
			       join_count(r->join));
	if (r->cadence->temporal || (!r->n_events && cadence_is_proto(r->settings->schema, f.bytes)))
		return format_cadence_wire(r, f.bytes, err);
	if (!r->n_events) {
		load_report_axis(r->report, LOAD_EVENTS, "as Temporal's API has them",
				 "fields 1 to 3 are an id, a time and a type", "certain");
	}
	if (!deep_walk(r->event, f.bytes, NULL, err))
		return err_wrap(err, "event %zu", r->n_events + 1);
	r->n_events++;
	r->report->info.text_checked = false;
	r->join->stays = r->stays;
	ok = join_event(r->join, whole, err);
	r->join->stays = false;
	return ok;
}

/* What a message has besides what is known of it stays behind. */
void proto_lose(struct format_reader *r, uint32_t number)
{
	struct transcode_loss loss = {0};

	loss.n[TRANSCODE_LOST_FIELD] = 1;
	snprintf(loss.first[TRANSCODE_LOST_FIELD][0].path, TRANSCODE_LOSS_PATH, "#%" PRIu32, number);
	transcode_loss_join(&r->report->info.loss, &loss);
}

void format_history_field(struct format_reader *r, uint32_t number, struct str whole)
{
	struct buf *kept = &r->report->fields;

	if (!(r->settings->flags & LOAD_KEEP_FIELDS) || number == 1 ||
	    whole.n > LIMIT_HISTORY_FIELDS_BYTES - kept->n)
		proto_lose(r, number);
	else
		buf_add(kept, whole);
}

/* A History up to PROTO_END. */
bool proto_read_history(struct proto_cursor *c, uint64_t end, enum join_kind kind, struct err *err)
{
	enum proto_peeked next;
	struct proto_header h;

	if (!join_part(c->r->join, kind, err))
		return false;
	while ((next = proto_peek(c, end, &h, err)) == PROTO_FIELD) {
		struct str whole;

		if (!proto_take(c, &h, &whole, err))
			return false;
		if (h.number != 1 || h.type != WIRE_BYTES) {
			format_history_field(c->r, h.number, whole);
			continue;
		}
		c->r->report->info.input_bytes = proto_position(c);
		if (!format_wire_event(c->r, whole, err))
			return false;
	}
	return next == PROTO_END && join_part_end(c->r->join, false, err);
}

bool format_wire_history(struct format_reader *r, struct str bytes, enum join_kind kind,
			 struct err *err)
{
	struct wire w = wire_of(bytes);
	struct wire_field f;

	if (!join_part(r->join, kind, err))
		return false;
	while (wire_next(&w, &f))
		if (f.number != 1 || f.type != WIRE_BYTES)
			format_history_field(r, f.number, f.whole);
		else if (!format_wire_event(r, f.whole, err))
			return false;
	if (w.broken)
		return err_set(err, ERR_SYNTAX, "a blob that is damaged after %zu whole events",
			       join_count(r->join));
	return join_part_end(r->join, false, err);
}

bool format_blob(struct format_reader *r, uint64_t encoding, struct str data, struct err *err)
{
	if (!data.n)
		return true;
	if (encoding == 2 || (!encoding && (data.p[0] == '{' || data.p[0] == '[')))
		return format_read_inside(r, data, err) || err_wrap(err, "in a blob");
	if (data.p[0] == 'Y')
		return err_set(err, ERR_FORMAT, "a thrift blob of Cadence: it is not read");
	return format_wire_history(r, data, JOIN_BATCH, err);
}

/* ---- what a file begins with ---- */

/* An event's first bytes: an id, and a time, a type or nothing behind it. */
static bool begins_event(struct str s)
{
	size_t at = 1;
	uint64_t id;

	if (!s.n || (uint8_t)s.p[0] != TAG_1_NUMBER || !wire_varint(s, &at, &id) || id >> 40)
		return false;
	return at == s.n || s.p[at] == TAG_2_MESSAGE || s.p[at] == TAG_3_NUMBER ||
	       s.p[at] == TAG_1_MESSAGE || (s.p[at] & 7) != WIRE_GROUP;
}

/*
 * Messages in messages before the first event: 1 is a History, 2 a reply around one (or an
 * item of an export), 3 a Cloud export. 0: none of them.
 */
unsigned proto_levels(struct str s)
{
	unsigned levels = 0;

	for (uint64_t n; levels < 4 && s.n && s.p[0] == TAG_1_MESSAGE; levels++) {
		size_t at = 1;

		if (!wire_varint(s, &at, &n) || n == 0)
			return 0;
		s = str_take(str_skip(s, at), n > SIZE_MAX ? SIZE_MAX : (size_t)n);
	}
	return begins_event(s) ? levels : 0;
}

bool proto_is(struct format_reader *r, bool is, const char *format, const char *container,
		     const char *evidence)
{
	if (!is)
		return false;
	load_report_axis(r->report, LOAD_CARRIER, "protobuf", evidence, "certain");
	load_report_axis(r->report, LOAD_CONTAINER, container, evidence, "certain");
	if (!r->report->info.format)
		r->report->info.format = format;
	return true;
}

/* ---- a History ---- */

static bool sniff_history(struct format_reader *r, struct str head, bool all)
{
	(void)all;
	return proto_is(r, proto_levels(head) == 1, "proto", "one history",
			"events with ids are its first field");
}

static bool read_bare(struct format_reader *r, struct err *err)
{
	struct proto_cursor c = proto_cursor_of(r);

	return proto_read_history(&c, UINT64_MAX, r->kind == JOIN_PLAIN ? JOIN_STREAM : r->kind, err);
}

const struct format FORMAT_PROTO = {
	.name = "proto",
	.what = "protobuf bytes of a History",
	.sniff = sniff_history,
	.read = read_bare,
};

/* ---- GetWorkflowExecutionHistoryResponse ---- */

enum { RESPONSE_HISTORY = 1, RESPONSE_RAW = 2, RESPONSE_TOKEN = 3 };

static bool is_blob(struct str s)
{
	return s.n > 4 && s.p[0] == TAG_1_NUMBER && (s.p[1] == 1 || s.p[1] == 2) &&
	       s.p[2] == TAG_2_MESSAGE;
}

static bool sniff_response(struct format_reader *r, struct str head, bool all)
{
	size_t at = 1;
	uint64_t n;
	bool raw = head.n && head.p[0] == TAG_2_MESSAGE && wire_varint(head, &at, &n) &&
		   is_blob(str_skip(head, at));

	(void)all;
	return proto_is(r, raw, "proto response", "a server's reply with raw blobs",
			"blobs with an encoding are its second field") ||
	       proto_is(r, proto_levels(head) == 2, "proto response", "a server's reply",
			"a history is its first field");
}

/* DataBlob: encoding_type = 1, data = 2. */
static bool read_raw(struct format_reader *r, struct str blob, struct err *err)
{
	return format_blob(r, wire_value_at(blob, 1, 0), wire_bytes_at(blob, 2), err);
}

static struct str value_of(const struct proto_header *h, struct str whole)
{
	return str_skip(whole, h->bytes);
}

/* Several of them, one behind the other, are pages. */
static bool read_response(struct format_reader *r, struct err *err)
{
	struct proto_cursor c = proto_cursor_of(r);
	struct proto_header h;
	struct str whole = STR_NONE;
	enum proto_peeked next;

	while ((next = proto_peek(&c, UINT64_MAX, &h, err)) == PROTO_FIELD) {
		if (h.number == RESPONSE_HISTORY && h.type == WIRE_BYTES) {
			c.at += h.bytes;
			if (!proto_read_history(&c, proto_position(&c) + h.n,
					  r->kind == JOIN_PLAIN ? JOIN_PAGE : r->kind, err))
				return false;
			continue;
		}
		if (!proto_take(&c, &h, &whole, err))
			return false;
		if (h.number == RESPONSE_RAW && h.type == WIRE_BYTES &&
		    !read_raw(r, value_of(&h, whole), err))
			return false;
		if (h.number == RESPONSE_TOKEN && h.type == WIRE_BYTES)
			join_token(r->join, h.n > 0 ? JOIN_TOKEN : JOIN_LAST);
	}
	return next == PROTO_END;
}

const struct format FORMAT_RESPONSE = {
	.name = "response",
	.what = "a GetWorkflowExecutionHistoryResponse",
	.sniff = sniff_response,
	.read = read_response,
};

/* ---- DataBlob, and a lone HistoryEvent ---- */

static bool sniff_blob(struct format_reader *r, struct str head, bool all)
{
	struct wire w = wire_of(head);
	struct wire_field encoding, data;
	bool is = is_blob(head);

	if (is && all) {
		is = wire_next(&w, &encoding) && wire_next(&w, &data) && data.bytes.n &&
		     (data.bytes.p[0] == TAG_1_MESSAGE || encoding.value == 2);
	} else if (is) {
		size_t at = 3;
		uint64_t n;

		is = wire_varint(head, &at, &n) && at < head.n &&
		     (head.p[at] == TAG_1_MESSAGE || head.p[1] == 2);
	}
	return proto_is(r, is, "proto blob", "a blob with its encoding",
			"an encoding and bytes are its fields");
}

static bool read_blob(struct format_reader *r, struct err *err)
{
	struct proto_cursor c = proto_cursor_of(r);
	uint64_t encoding = 0;
	struct proto_header h;
	struct str whole = STR_NONE;
	enum proto_peeked next;

	while ((next = proto_peek(&c, UINT64_MAX, &h, err)) == PROTO_FIELD) {
		if (!proto_take(&c, &h, &whole, err))
			return false;
		if (h.number == 1 && h.type == WIRE_VARINT)
			encoding = (uint64_t)value_of(&h, whole).p[0];
		else if (h.number == 2 && h.type == WIRE_BYTES &&
			 !format_blob(r, encoding, value_of(&h, whole), err))
			return false;
	}
	return next == PROTO_END;
}

const struct format FORMAT_DATABLOB = {
	.name = "datablob",
	.what = "a DataBlob",
	.sniff = sniff_blob,
	.read = read_blob,
};

/* A whole message of fields that an event has. */
static bool is_event(const struct format_reader *r, struct str s)
{
	return begins_event(s) &&
	       deep_walk(r->event, s, NULL, NULL) &&
	       wire_value_at(s, 3, 0) > 0 && wire_value_at(s, 3, 0) < 1000;
}

static bool sniff_event(struct format_reader *r, struct str head, bool all)
{
	return proto_is(r, all && is_event(r, head), "proto event", "one event",
			"an id, a time and a type are its fields");
}

/* An event without the tag and length that it has in a History. */
static bool add_event(struct format_reader *r, struct str event, struct err *err)
{
	struct buf whole;
	bool stays = r->stays, ok;

	buf_init(&whole, LIMIT_HISTORY_BYTES);
	wire_put_bytes(&whole, 1, event);
	r->stays = false;
	ok = buf_ok(&whole, err) && format_wire_event(r, buf_str(&whole), err);
	r->stays = stays;
	buf_done(&whole);
	return ok;
}

static bool read_event(struct format_reader *r, struct err *err)
{
	return input_all(r->in, LIMIT_HISTORY_BYTES, err) &&
	       join_part(r->join, r->kind, err) && add_event(r, r->in->window, err) &&
	       join_part_end(r->join, false, err);
}

const struct format FORMAT_EVENT = {
	.name = "event",
	.what = "a single HistoryEvent",
	.sniff = sniff_event,
	.read = read_event,
};

/* ---- messages with their length in front ---- */

static bool delimited_at(const struct format_reader *r, struct str head, size_t *at, bool all)
{
	struct str message;
	uint64_t n;

	if (!wire_varint(head, at, &n) || n < 4)
		return false;
	message = str_take(str_skip(head, *at), n > SIZE_MAX ? SIZE_MAX : (size_t)n);
	if (message.n < n) /* it goes on behind what is seen, or is cut off */
		return message.n > 8 && (begins_event(message) || proto_levels(message) == 1) &&
		       (!all || *at > 2);
	*at += message.n;
	return is_event(r, message) || proto_levels(message) == 1;
}

static bool sniff_delimited(struct format_reader *r, struct str head, bool all)
{
	size_t at = 0;
	bool is = delimited_at(r, head, &at, all);

	if (is && at < head.n)
		is = delimited_at(r, head, &at, all);
	return proto_is(r, is, "proto delimited", "messages with their length in front",
			"a length, and a history or an event of just that length");
}

static bool read_delimited(struct format_reader *r, struct err *err)
{
	struct proto_cursor c = proto_cursor_of(r);
	bool in_part = false;

	for (;;) {
		struct proto_header h = {0};
		struct str s, message;
		size_t at = 0;

		if (!proto_want(&c, PROTO_HEADER_MAX, err))
			return false;
		s = str_skip(c.in->window, c.at);
		if (!s.n)
			break;
		if (!wire_varint(s, &at, &h.n))
			return proto_broken(&c, err);
		h.bytes = at;
		if (!proto_take(&c, &h, &s, err))
			return false;
		message = value_of(&h, s);
		r->report->info.input_bytes = proto_position(&c);
		if (message.n && message.p[0] == TAG_1_MESSAGE) {
			in_part = false;
			if (!format_wire_history(r, message, r->kind, err))
				return false;
			continue;
		}
		if (!in_part && !join_part(r->join, r->kind, err))
			return false;
		in_part = true;
		if (!add_event(r, message, err))
			return false;
	}
	return !in_part || join_part_end(r->join, false, err);
}

const struct format FORMAT_DELIMITED = {
	.name = "delimited",
	.what = "events or histories with their length in front",
	.sniff = sniff_delimited,
	.read = read_delimited,
};
