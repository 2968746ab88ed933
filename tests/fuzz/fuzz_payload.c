/* SPDX-License-Identifier: MIT */
/* fuzz_payload.c: any bytes as a payload, as events for a codec, as a marker. */
#include "tests/fuzz/fuzz.h"

#include "formats/history/marker.h"
#include "formats/payload/codec_stage.h"
#include "formats/payload/payload_print.h"
#include "formats/transcode/json.h"

#include <string.h>

static const struct schema *schema(void)
{
	static const struct schema *made;
	static struct arena arena;

	if (!made)
		made = schema_new(&arena);
	return made;
}

static bool no_random(void *data, void *to, size_t n)
{
	memset(to, 7, n);
	return true;
}

/* What is taken off again is what was put on. */
static void turn_round(const struct codec_tools *tools, struct str bytes, struct arena *a)
{
	struct str wrapped, back, plain;
	struct codec_chain chain;
	struct payload p;

	if (!payload_read(bytes, &p) || !codec_unwrap(tools, bytes, a, &plain, NULL, NULL))
		return;
	if (!codec_chain_read(STR("zlib,snappy,encrypted"), &chain, NULL))
		fuzz_broken("the chain", NULL);
	if (!codec_wrap(tools, &chain, plain, a, &wrapped, NULL))
		return;
	if (!codec_unwrap(tools, wrapped, a, &back, NULL, NULL) || !str_eq(back, plain))
		fuzz_broken("decoded to something else than was encoded", NULL);
}

static void print(const struct payload_reader *r, struct str bytes)
{
	const struct schema_message *m = schema_message(r->schema, "temporal.api.common.v1.Payload");
	struct err err = ERR_INIT;
	struct buf out = {0};
	struct json j;
	struct str value;

	if (!payload_print_all(r, m, bytes, &out, &err) && !err.message[0])
		fuzz_broken("refused without a reason", NULL);
	buf_clear(&out);
	if (payload_json_all(r, m, bytes, &out, NULL)) {
		j = (struct json){buf_str(&out), 0};
		if (!json_skip(&j, &value, &err) || json_peek(&j) || j.at != j.text.n)
			fuzz_broken("the JSON of payloads is none", err.message);
	}
	buf_done(&out);
}

static void run_stage(const struct codec_tools *tools, struct str events,
		      enum codec_direction direction)
{
	struct codec_settings settings = {.direction = direction, .tools = *tools};
	struct buf out = {0}, report = {0};
	struct err err = ERR_INIT;
	struct codec_stage c;

	if (!codec_chain_read(STR("encrypted"), &settings.chain, NULL))
		fuzz_broken("the chain", NULL);
	codec_stage_init(&c, schema(), &settings);
	c.stage.kind->begin(&c.stage);
	if (!c.stage.kind->events(&c.stage, events, &out, &err) && (!err.message[0] || out.n))
		fuzz_broken("a stage that failed badly", err.message);
	c.stage.kind->report(&c.stage, &report);
	c.stage.kind->done(&c.stage);
	buf_done(&out);
	buf_done(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str bytes = fuzz_copy(data, n);
	struct payload_reader reader = {.schema = schema()};
	struct codec_keys keys;
	struct arena a = {0};
	struct marker marker;

	codec_keys_init(&keys);
	if (!codec_keys_read(&keys, STR("test text:test-key-test-key-test-key-test!"), NULL))
		fuzz_broken("the key", NULL);
	reader.tools = (struct codec_tools){.keys = &keys, .key_id = STR("test"),
					    .random = no_random};
	print(&reader, bytes);
	turn_round(&reader.tools, bytes, &a);
	run_stage(&reader.tools, bytes, CODEC_DECODE);
	run_stage(&reader.tools, bytes, CODEC_ENCODE);
	marker_read(schema(), bytes, &a, &marker);
	(void)marker_text(&marker, &a);
	arena_done(&a);
	codec_keys_done(&keys);
	fuzz_release(bytes);
	return 0;
}
