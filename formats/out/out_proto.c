/* SPDX-License-Identifier: MIT */
/* out_proto.c: protobuf: the bare History, and what is wrapped around one. */
#include "formats/out/out.h"

#include "formats/base/limits.h"
#include "formats/wire/wire.h"

static bool proto_events(struct out *o, struct str chunk, struct err *err)
{
	struct str event, whole;

	if (!o->sink->each)
		return out_send(o, chunk, err);
	while (out_next(o, &chunk, &event, &whole)) {
		buf_add(&o->bytes, whole);
		if (!out_border(o, event, err))
			return false;
	}
	return out_whole(o, err);
}

static bool proto_end(struct out *o, struct err *err)
{
	(void)err;
	buf_add(&o->bytes, o->history->fields);
	return true;
}

const struct out_format OUT_FORMAT_PROTO = {
	.name = "proto",
	.reader = "proto",
	.endings = ".bin .pb .protobin",
	.what = "protobuf: a bare temporal.api.history.v1.History",
	.flags = OUT_FIELDS,
	.events = proto_events,
	.end = proto_end,
};

static bool delimited_events(struct out *o, struct str chunk, struct err *err)
{
	struct str event;

	while (out_next(o, &chunk, &event, NULL)) {
		wire_put_varint(&o->bytes, event.n);
		buf_add(&o->bytes, event);
		if (!out_border(o, event, err))
			return false;
	}
	return out_whole(o, err);
}

const struct out_format OUT_FORMAT_DELIMITED = {
	.name = "delimited",
	.reader = "delimited",
	.endings = ".delimited .pbs",
	.what = "protobuf: HistoryEvents, each behind its length (writeDelimitedTo)",
	.flags = OUT_SEVERAL,
	.events = delimited_events,
};

/* ---- a length stands before the history: it is held until it is known ---- */

struct held {
	struct buf history;
};

static bool held_begin(struct out *o, struct err *err)
{
	struct held *h = o->own;

	(void)err;
	if (!h->history.limit)
		buf_init(&h->history, LIMIT_HISTORY_BYTES);
	buf_clear(&h->history);
	return true;
}

static bool held_events(struct out *o, struct str chunk, struct err *err)
{
	struct held *h = o->own;

	buf_add(&h->history, chunk);
	return buf_ok(&h->history, err);
}

/* The whole of it, at its end. */
static struct str held_history(struct out *o)
{
	struct held *h = o->own;

	buf_add(&h->history, o->history->fields);
	return buf_str(&h->history);
}

static void held_done(struct out *o)
{
	struct held *h = o->own;

	buf_done(&h->history);
}

/* Tag and length of a message of N bytes, to be followed by them. */
static void put_head(struct buf *b, uint32_t number, size_t n)
{
	wire_put_tag(b, number, WIRE_BYTES);
	wire_put_varint(b, n);
}

static size_t head_size(size_t n)
{
	return 1 + wire_varint_size(n); /* numbers below 16 take a byte */
}

/* GetWorkflowExecutionHistoryResponse: history = 1. */
static bool response_end(struct out *o, struct err *err)
{
	struct str history = held_history(o);

	put_head(&o->bytes, 1, history.n);
	return out_send(o, history, err);
}

const struct out_format OUT_FORMAT_RESPONSE = {
	.name = "response",
	.reader = "response",
	.endings = ".response",
	.what = "protobuf: a GetWorkflowExecutionHistoryResponse",
	.flags = OUT_WHOLE | OUT_FIELDS,
	.own_size = sizeof(struct held),
	.begin = held_begin,
	.events = held_events,
	.end = response_end,
	.done = held_done,
};

/* DataBlob: encoding_type = 1 (1: PROTO3), data = 2. */
static bool blob_end(struct out *o, struct err *err)
{
	struct str history = held_history(o);

	wire_put_value(&o->bytes, 1, 1);
	put_head(&o->bytes, 2, history.n);
	return out_send(o, history, err);
}

const struct out_format OUT_FORMAT_BLOB = {
	.name = "blob",
	.reader = "datablob",
	.endings = ".blob",
	.what = "protobuf: a DataBlob of the whole history",
	.flags = OUT_WHOLE | OUT_FIELDS,
	.own_size = sizeof(struct held),
	.begin = held_begin,
	.events = held_events,
	.end = blob_end,
	.done = held_done,
};

/* WorkflowExecutions: items = 1; WorkflowExecution: history = 1. */
static bool export_end(struct out *o, struct err *err)
{
	struct str history = held_history(o);

	put_head(&o->bytes, 1, head_size(history.n) + history.n);
	put_head(&o->bytes, 1, history.n);
	return out_send(o, history, err);
}

const struct out_format OUT_FORMAT_EXPORT = {
	.name = "export",
	.reader = "export",
	.endings = ".export",
	.what = "protobuf: Temporal Cloud's export file, a WorkflowExecutions",
	.flags = OUT_WHOLE | OUT_SEVERAL | OUT_FIELDS,
	.own_size = sizeof(struct held),
	.begin = held_begin,
	.events = held_events,
	.end = export_end,
	.done = held_done,
};
