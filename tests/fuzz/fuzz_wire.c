/* SPDX-License-Identifier: MIT */
/* fuzz_wire.c: any bytes are refused or become JSON that reads back. */
#include "tests/fuzz/fuzz.h"

#include "formats/transcode/json.h"
#include "formats/transcode/transcode.h"
#include "formats/wire/field.h"

static void check(const struct schema_message *m, struct str bytes, bool keep,
		  enum transcode_style style)
{
	struct buf json = {0}, wire = {0}, again = {0};
	struct transcode_loss loss = {0};
	const struct transcode_options options = {
		.style = style,
		.keep_unknown = keep,
		.short_enums = keep && style == TRANSCODE_COMPACT,
		.loss = &loss,
	};
	struct err err = ERR_INIT;
	struct arena a = {0};
	struct str value;
	size_t at = 0;

	if (transcode_wire_to_json(m, bytes, &options, &a, &json, &err)) {
		struct json j = {buf_str(&json), 0};

		if (!json_skip(&j, &value, NULL) || json_peek(&j) || !json_utf8(buf_str(&json)))
			fuzz_broken("what was written is no JSON", json.p);
		if (!transcode_json_to_wire(m, buf_str(&json), &at, &options, &a, &wire, &err))
			fuzz_broken("canonical JSON is refused", err.message);
		if (!transcode_wire_to_json(m, buf_str(&wire), &options, &a, &again, &err))
			fuzz_broken("our own wire form is refused", err.message);
		/*
		 * What says it is JSON and is not may be taken for what it looks like; carriers
		 * are written anyway, but not read.
		 */
		if (!transcode_loss_count(&loss, TRANSCODE_GUESSED) &&
		    !loss.n[TRANSCODE_LOST_MEMBER] && !loss.n[TRANSCODE_LOST_VALUE] &&
		    !str_eq(buf_str(&json), buf_str(&again)))
			fuzz_broken("another JSON the second time", again.p);
	}
	buf_done(&json);
	buf_done(&wire);
	buf_done(&again);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct schema_message *m = fuzz_message();
	struct str bytes = fuzz_copy(data, n);

	field_int(m, bytes, "events.event_id", 0);
	field_str(m, bytes, "events.marker_recorded_event_attributes.details[data].payloads.data");
	check(m, bytes, false, TRANSCODE_INDENT);
	check(m, bytes, true, TRANSCODE_INDENT);
	check(m, bytes, true, TRANSCODE_COMPACT);
	fuzz_release(bytes);
	return 0;
}
