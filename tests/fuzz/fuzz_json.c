/* SPDX-License-Identifier: MIT */
/* fuzz_json.c: JSON that is read comes out again, and reads back as the same. */
#include "tests/fuzz/fuzz.h"

#include "formats/transcode/json.h"
#include "formats/transcode/transcode.h"

static void check_valid(struct str json)
{
	struct json j = {json, 0};
	struct str value;

	if (!json_skip(&j, &value, NULL) || json_peek(&j) || !json_utf8(json))
		fuzz_broken("what was written is no JSON", json.p);
}

/*
 * What was accepted: to JSON, from there to wire bytes, and to the same JSON. The bytes are
 * the same, too, unless a payload was guessed again, or RAW wire fields were given, among
 * which may be carriers spelled in another way than ours.
 */
static void check_round(const struct schema_message *m, struct str wire, bool raw,
			const struct transcode_options *style, struct arena *a)
{
	struct transcode_loss loss = {0};
	struct transcode_options options = *style;
	struct buf json = {0}, again = {0}, twice = {0};
	struct err err = ERR_INIT;
	size_t at = 0;

	options.loss = &loss;
	if (!transcode_wire_to_json(m, wire, &options, a, &json, &err))
		fuzz_broken("accepted as JSON, refused as wire", err.message);
	if (!raw && transcode_loss_count(&loss, TRANSCODE_LOST))
		fuzz_broken("the wire that we wrote holds unknown fields", json.p);
	check_valid(buf_str(&json));
	if (!transcode_json_to_wire(m, buf_str(&json), &at, &options, a, &again, &err))
		fuzz_broken("canonical JSON is refused", err.message);
	if (at != json.n)
		fuzz_broken("not all of it is read", json.p);
	if (transcode_loss_count(&loss, TRANSCODE_GUESSED) || loss.n[TRANSCODE_LOST_MEMBER] ||
	    loss.n[TRANSCODE_LOST_VALUE])
		goto done;
	if (!raw && !str_eq(buf_str(&again), wire))
		fuzz_broken("another wire form the second time", json.p);
	if (!transcode_wire_to_json(m, buf_str(&again), &options, a, &twice, &err))
		fuzz_broken("our own wire form is refused", err.message);
	if (!str_eq(buf_str(&json), buf_str(&twice)))
		fuzz_broken("another JSON the second time", twice.p);
done:
	buf_done(&json);
	buf_done(&again);
	buf_done(&twice);
}

static void check(const struct schema_message *m, struct str text, bool keep)
{
	struct transcode_loss loss = {0};
	const struct transcode_options options = {.keep_unknown = keep, .loss = &loss};
	struct err err = ERR_INIT;
	struct arena a = {0};
	struct buf wire = {0};
	bool raw = str_has(text, "unknown") || str_has(text, "\\u");
	size_t at = 0;

	if (transcode_json_to_wire(m, text, &at, &options, &a, &wire, &err)) {
		struct transcode_options style = {.keep_unknown = keep};

		check_round(m, buf_str(&wire), raw, &style, &a);
		style.style = TRANSCODE_INDENT;
		style.short_enums = true;
		check_round(m, buf_str(&wire), raw, &style, &a);
	} else if (err.code == ERR_NONE || !err.message[0]) {
		fuzz_broken("refused without a reason", NULL);
	}
	buf_done(&wire);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	/* A copy of just this size, so that a byte read behind the end is noticed. */
	struct str text = fuzz_copy(data, n), value;
	struct err err = ERR_INIT;
	struct json j = {text, 0};

	json_skip(&j, &value, &err);
	check(fuzz_message(), text, false);
	check(fuzz_message(), text, true);
	fuzz_release(text);
	return 0;
}
