/* SPDX-License-Identifier: MIT */
/* fmt_proto.c: the bare temporal.api.history.v1.History message, and a reply that holds it. */
#include "formats/deep.h"
#include "formats/format.h"
#include "formats/wire.h"

/*
 * Nested first fields before the first event's id (tag 08) tell what wraps the events:
 * 1 is a History, 2 a GetWorkflowExecutionHistoryResponse around one, 3 a Cloud export.
 */
enum { LEVELS_HISTORY = 1, LEVELS_RESPONSE = 2, LEVELS_EXPORT = 3 };

#define TAG_FIRST_MESSAGE 0x0a
#define TAG_FIRST_NUMBER 0x08

static unsigned levels_of(struct str bytes)
{
	unsigned levels = 0;

	while (levels <= LEVELS_EXPORT && bytes.n && (uint8_t)bytes.p[0] == TAG_FIRST_MESSAGE) {
		size_t at = 1;
		uint64_t n;

		if (!wire_varint(bytes, &at, &n) || n == 0 || n > bytes.n - at)
			return 0;
		bytes = str_slice(bytes.p + at, (size_t)n);
		levels++;
	}
	return bytes.n && (uint8_t)bytes.p[0] == TAG_FIRST_NUMBER ? levels : 0;
}

/* A first length that runs past the end is a truncated file, if the rest looks right. */
static bool is_cut_history(struct str bytes)
{
	size_t at = 1;
	uint64_t n;

	return bytes.n > 8 && (uint8_t)bytes.p[0] == TAG_FIRST_MESSAGE &&
	       wire_varint(bytes, &at, &n) && n > bytes.n - at && at < bytes.n &&
	       (uint8_t)bytes.p[at] == TAG_FIRST_NUMBER;
}

static bool sniff(struct str bytes)
{
	unsigned levels = levels_of(bytes);

	return (levels >= LEVELS_HISTORY && levels <= LEVELS_EXPORT) || is_cut_history(bytes);
}

/* GetWorkflowExecutionHistoryResponse: history = 1, next_page_token = 3. */
static bool unwrap_response(struct str *bytes, struct err *err)
{
	struct wire w = wire_of(*bytes);
	struct str history = STR_NONE;
	struct wire_field f;
	bool more = false;

	while (wire_next(&w, &f)) {
		if (f.type != WIRE_BYTES)
			continue;
		if (f.number == 1 && history.p)
			return err_set(err, ERR_FORMAT,
				       "several histories in one file (a Cloud export?): not read yet");
		if (f.number == 1)
			history = f.bytes;
		more |= f.number == 3 && f.bytes.n;
	}
	if (w.broken) {
		if (err)
			err->byte = (int64_t)w.at;
		return err_set(err, ERR_SYNTAX, "truncated: the reply breaks off at byte %zu", w.at);
	}
	if (more)
		return err_set(err, ERR_SYNTAX,
			       "only one page of a history: its next_page_token is set; "
			       "fetch the other pages and put the events together");
	*bytes = history;
	return true;
}

/* `cat a.bin b.bin` is one legal message with the events of both. */
static bool one_history(struct str wire, struct err *err)
{
	struct wire w = wire_of(wire);
	struct wire_field f;
	size_t n = 0;

	while (wire_next(&w, &f)) {
		if (f.number != 1 || f.type != WIRE_BYTES)
			continue;
		/* WorkflowExecutionStarted once more: newest-first files have it last */
		if (n++ && wire_value_at(f.bytes, 1, 0) == 1 && w.at < wire.n)
			return err_set(err, ERR_SYNTAX,
				       "two histories in one file (event 1 comes again at byte %zu)",
				       (size_t)(f.whole.p - wire.p));
	}
	if (!w.broken)
		return true;
	if (err)
		err->byte = (int64_t)w.at;
	return err_set(err, ERR_SYNTAX, "truncated or damaged after %zu whole events, at byte %zu", n,
		       w.at);
}

static bool load(const struct format_input *in, struct buf *made, struct str *ret_wire,
		 struct err *err)
{
	struct str wire = in->bytes;

	(void)made;
	switch (levels_of(wire)) {
	case LEVELS_EXPORT:
		return err_set(err, ERR_FORMAT,
			       "a Temporal Cloud export (many histories in one file): not read yet");
	case LEVELS_RESPONSE:
		in->info->format = "proto response";
		if (!unwrap_response(&wire, err))
			return false;
		break;
	default:
		break;
	}
	if (!one_history(wire, err) ||
	    !deep_walk(schema_message(in->schema, "temporal.api.history.v1.History"), wire, NULL, err))
		return false;
	*ret_wire = wire;
	return true;
}

const struct format FORMAT_PROTO = {
	.name = "proto",
	.what = "protobuf bytes of a History",
	.sniff = sniff,
	.load = load,
};
