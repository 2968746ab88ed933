/* SPDX-License-Identifier: MIT */
/* out_pages.c: raw history: batches as DataBlobs, in pages as a server answers with them. */
#include "formats/out/out.h"

#include "formats/base/base64.h"
#include "formats/base/limits.h"
#include "formats/out/out_batch.h"
#include "formats/wire/wire.h"

#include <stdio.h>

/* A server's page is 256 batches; its answers must stay below 4 MB (FORMATS.md 5). */
#define PAGE_BATCHES 256
#define PAGE_BYTES ((size_t)2 * 1024 * 1024)

struct pages {
	struct out_batch batch;
	struct buf blob;    /* the batch so far: a History */
	struct buf page;    /* JSON of the page so far */
	size_t n_batches;   /* in the page */
	size_t n_pages;	    /* written */
};

static bool begin(struct out *o, struct err *err)
{
	struct pages *p = o->own;

	(void)err;
	p->batch = (struct out_batch){0};
	buf_clear(&p->blob);
	buf_clear(&p->page);
	p->n_batches = p->n_pages = 0;
	return true;
}

static void done(struct out *o)
{
	struct pages *p = o->own;

	buf_done(&p->blob);
	buf_done(&p->page);
}

static void add_base64(struct buf *to, struct str bytes)
{
	size_t n = BASE64_ENCODED(bytes.n);
	char *room = buf_room(to, n + 1);

	if (!room)
		return;
	base64_encode(bytes, room);
	to->n += n;
	to->p[to->n] = '\0';
}

/* Only the last page has no token: it is what tells readers that nothing follows. */
static bool end_page(struct out *o, bool last, struct err *err)
{
	struct pages *p = o->own;
	char token[32];

	snprintf(token, sizeof(token), "page %zu", ++p->n_pages + 1);
	buf_puts(&o->bytes, "{\"rawHistory\":[");
	buf_add(&o->bytes, buf_str(&p->page));
	buf_puts(&o->bytes, "],\"nextPageToken\":\"");
	if (!last)
		add_base64(&o->bytes, str_of(token));
	buf_puts(&o->bytes, "\"}\n");
	buf_clear(&p->page);
	p->n_batches = 0;
	return buf_ok(&p->page, err) && out_border(o, STR_NONE, err);
}

static bool end_batch(struct out *o, struct err *err)
{
	struct pages *p = o->own;

	if (p->n_batches++)
		buf_add_char(&p->page, ',');
	buf_puts(&p->page, "{\"encodingType\":\"ENCODING_TYPE_PROTO3\",\"data\":\"");
	add_base64(&p->page, buf_str(&p->blob));
	buf_puts(&p->page, "\"}");
	buf_clear(&p->blob);
	return buf_ok(&p->blob, err);
}

static bool pages_events(struct out *o, struct str chunk, struct err *err)
{
	struct pages *p = o->own;
	struct str event, whole;

	while (out_next(o, &chunk, &event, &whole)) {
		if (out_batch_begins(&p->batch, event) && p->blob.n && !end_batch(o, err))
			return false;
		if ((p->n_batches == PAGE_BATCHES || p->page.n > PAGE_BYTES) &&
		    !end_page(o, false, err))
			return false;
		buf_add(&p->blob, whole);
	}
	return out_whole(o, err);
}

static bool pages_end(struct out *o, struct err *err)
{
	struct pages *p = o->own;

	buf_add(&p->blob, o->history->fields);
	if (p->blob.n && !end_batch(o, err))
		return false;
	return end_page(o, true, err);
}

const struct out_format OUT_FORMAT_PAGES = {
	.name = "pages",
	.reader = "json",
	.endings = ".pages.json .pages.jsonl",
	.what = "JSON: a server's raw answers, pages with rawHistory, one a line",
	.flags = OUT_SEVERAL | OUT_FIELDS,
	.own_size = sizeof(struct pages),
	.begin = begin,
	.events = pages_events,
	.end = pages_end,
	.done = done,
};

/* ---- the same as one protobuf message ---- */

/* GetWorkflowExecutionHistoryResponse: raw_history = 2, a DataBlob: type = 1, data = 2. */
static bool put_blob(struct out *o, struct err *err)
{
	struct pages *p = o->own;
	size_t n = p->blob.n;

	wire_put_tag(&o->bytes, 2, WIRE_BYTES);
	wire_put_varint(&o->bytes, 2 + 1 + wire_varint_size(n) + n);
	wire_put_value(&o->bytes, 1, 1);
	wire_put_bytes(&o->bytes, 2, buf_str(&p->blob));
	buf_clear(&p->blob);
	return buf_ok(&p->blob, err) && out_border(o, STR_NONE, err);
}

static bool raw_events(struct out *o, struct str chunk, struct err *err)
{
	struct pages *p = o->own;
	struct str event, whole;

	while (out_next(o, &chunk, &event, &whole)) {
		if (out_batch_begins(&p->batch, event) && p->blob.n && !put_blob(o, err))
			return false;
		buf_add(&p->blob, whole);
	}
	return out_whole(o, err);
}

static bool raw_end(struct out *o, struct err *err)
{
	struct pages *p = o->own;

	buf_add(&p->blob, o->history->fields);
	return !p->blob.n || put_blob(o, err);
}

const struct out_format OUT_FORMAT_RAW = {
	.name = "raw-response",
	.reader = "response",
	.endings = ".raw",
	.what = "protobuf: a GetWorkflowExecutionHistoryResponse with raw_history",
	.flags = OUT_FIELDS,
	.own_size = sizeof(struct pages),
	.begin = begin,
	.events = raw_events,
	.end = raw_end,
	.done = done,
};
