/* SPDX-License-Identifier: MIT */
/* fuzz_json.c: JSON that is read comes out again, and reads back as the same bytes. */
#include "tests/fuzz/fuzz.h"

#include "formats/json.h"
#include "formats/transcode.h"

/* What was accepted: to JSON in either style, and from there to the same wire bytes. */
static void check_round(const struct schema_message *m, struct str wire,
			enum transcode_style style, struct arena *a)
{
	struct buf json = {0}, again = {0};
	struct transcode_loss loss = {0};
	const struct transcode_options options = {.style = style, .loss = &loss};
	struct err err = ERR_INIT;
	size_t at = 0;

	if (!transcode_wire_to_json(m, wire, &options, a, &json, &err))
		fuzz_broken("accepted as JSON, refused as wire", err.message);
	if (transcode_loss_count(&loss, TRANSCODE_LOST))
		fuzz_broken("the wire that we wrote holds unknown fields", json.p);
	if (!transcode_json_to_wire(m, buf_str(&json), &at, &options, a, &again, &err))
		fuzz_broken("canonical JSON is refused", err.message);
	if (at != json.n || !str_eq(buf_str(&again), wire))
		fuzz_broken("another wire form the second time", json.p);
	buf_done(&json);
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct schema_message *m = fuzz_message();
	struct transcode_loss loss = {0};
	const struct transcode_options options = {.loss = &loss};
	struct err err = ERR_INIT;
	struct arena a = {0};
	struct buf wire = {0};
	/* A copy of just this size, so that a byte read behind the end is noticed. */
	struct str text = fuzz_copy(data, n), value;
	struct json j = {text, 0};
	size_t at = 0;

	json_skip(&j, &value, &err);
	if (transcode_json_to_wire(m, text, &at, &options, &a, &wire, &err)) {
		check_round(m, buf_str(&wire), TRANSCODE_INDENT, &a);
		check_round(m, buf_str(&wire), TRANSCODE_COMPACT, &a);
	}
	buf_done(&wire);
	arena_done(&a);
	fuzz_release(text);
	return 0;
}
