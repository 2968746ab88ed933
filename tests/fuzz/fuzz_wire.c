/* SPDX-License-Identifier: MIT */
/* fuzz_wire.c: any bytes are refused or become JSON that reads back. */
#include "tests/fuzz/fuzz.h"

#include "formats/field.h"
#include "formats/transcode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct schema_message *m = fuzz_message();
	struct buf json = {0}, wire = {0}, again = {0};
	struct transcode_loss loss = {0};
	const struct transcode_options options = {.style = TRANSCODE_INDENT, .loss = &loss};
	struct err err = ERR_INIT;
	struct arena a = {0};
	struct str bytes = fuzz_copy(data, n);
	size_t at = 0;

	field_int(m, bytes, "events.event_id", 0);
	field_str(m, bytes, "events.marker_recorded_event_attributes.details[data].payloads.data");
	if (transcode_wire_to_json(m, bytes, &options, &a, &json, &err)) {
		if (!transcode_json_to_wire(m, buf_str(&json), &at, &options, &a, &wire, &err))
			fuzz_broken("canonical JSON is refused", err.message);
		if (!transcode_wire_to_json(m, buf_str(&wire), &options, &a, &again, &err))
			fuzz_broken("our own wire form is refused", err.message);
		if (!str_eq(buf_str(&json), buf_str(&again)))
			fuzz_broken("another JSON the second time", again.p);
	}
	buf_done(&json);
	buf_done(&wire);
	buf_done(&again);
	arena_done(&a);
	fuzz_release(bytes);
	return 0;
}
