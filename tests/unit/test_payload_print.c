/* SPDX-License-Identifier: MIT */
/* test_payload_print.c: payloads in the form that says most: JSON, text, messages, dumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/payload/payload_dump.h"
#include "formats/payload/payload_print.h"
#include "formats/read/load.h"
#include "formats/wire/wire.h"
#include "tests/unit/codec_story.h"

#include <sys/stat.h>
#include <unistd.h>

static struct {
	struct arena arena;
	struct payload_reader reader;
	struct descriptor_set descriptors;
	struct codec_keys keys;
	struct buf out;
	struct err err;
} t;

static int set_up(void **state)
{
	t.reader.schema = schema_new(&t.arena);
	codec_keys_init(&t.keys);
	return !descriptor_set_open(&t.descriptors, STR(DESCRIPTORS), &t.err);
}

static int tear_down(void **state)
{
	descriptor_set_done(&t.descriptors);
	codec_keys_done(&t.keys);
	buf_done(&t.out);
	arena_done(&t.arena);
	return 0;
}

static int before_each(void **state)
{
	t.reader = (struct payload_reader){.schema = t.reader.schema};
	t.err = (struct err)ERR_INIT;
	buf_clear(&t.out);
	return 0;
}

static struct str payload_of(const char *encoding, const char *type, struct str data)
{
	return codec_story_message(&t.arena, encoding, type, data);
}

static const struct schema_message *payload_message(void)
{
	return schema_message(t.reader.schema, "temporal.api.common.v1.Payload");
}

static void assert_prints(struct str payload, const char *expected)
{
	buf_clear(&t.out);
	assert_true(payload_print_all(&t.reader, payload_message(), payload, &t.out, &t.err));
	assert_string_equal(t.out.p, expected);
}

static void assert_json(struct str payload, const char *expected)
{
	buf_clear(&t.out);
	assert_true(payload_json_all(&t.reader, payload_message(), payload, &t.out, &t.err));
	assert_string_equal(t.out.p, expected);
}

static void json_is_laid_out_and_not_read(void **state)
{
	struct str json = STR("{\"id\":12345678901234567890,\"x\": [1.10, -0, 1e400, {} , [ ]],"
			      "\"s\":\"a\\u0041\\\"}\",\"e\":{\"k\":null}} ");

	assert_prints(payload_of("json/plain", NULL, json),
		      ": json/plain\n"
		      "  {\n"
		      "    \"id\": 12345678901234567890,\n"
		      "    \"x\": [\n"
		      "      1.10,\n"
		      "      -0,\n"
		      "      1e400,\n"
		      "      {},\n"
		      "      []\n"
		      "    ],\n"
		      "    \"s\": \"a\\u0041\\\"}\",\n"
		      "    \"e\": {\n"
		      "      \"k\": null\n"
		      "    }\n"
		      "  }\n");
	assert_json(payload_of("json/plain", NULL, STR("{\"id\": 12345678901234567890} ")),
		    "[{\"path\":\"\",\"encoding\":\"json/plain\","
		    "\"value\":{\"id\": 12345678901234567890}}]");
	assert_prints(payload_of("json/plain", NULL, STR("7")), ": json/plain\n  7\n");
	/* what would repaint the screen is told */
	assert_prints(payload_of("json/plain", NULL, STR("\"\xe2\x80\xae\"")),
		      ": json/plain\n  \"\\u202e\"\n");
}

static void what_is_no_json_is_shown_as_it_is(void **state)
{
	assert_prints(payload_of("json/plain", NULL, STR("{\"a\":")),
		      ": json/plain, not valid JSON\n  {\"a\":\n");
	assert_prints(payload_of("json/plain", NULL, STR("{} {}")),
		      ": json/plain, not valid JSON\n  {} {}\n");
	assert_prints(payload_of("json/plain", NULL, STR("\xff\x01")),
		      ": json/plain, not valid JSON\n"
		      "  00000000  ff 01                                            |..|\n");
	/* a NUL ends nothing */
	assert_prints(payload_of("json/plain", NULL, str_slice("5\0{", 3)),
		      ": json/plain, not valid JSON\n"
		      "  00000000  35 00 7b                                         |5.{|\n");
	assert_json(payload_of("json/plain", NULL, STR("{")),
		    "[{\"path\":\"\",\"encoding\":\"json/plain\",\"text\":\"{\","
		    "\"note\":\"not valid JSON\"}]");
	assert_prints(payload_of("json/plain", NULL, STR("")),
		      ": json/plain, not valid JSON, empty\n");
}

static void text_bytes_and_nothing(void **state)
{
	assert_prints(payload_of("binary/null", NULL, STR("")), ": binary/null\n");
	assert_json(payload_of("binary/null", NULL, STR("")),
		    "[{\"path\":\"\",\"encoding\":\"binary/null\",\"value\":null}]");
	assert_prints(payload_of("binary/plain", NULL, STR("two\nlines\t\xc3\xa4\n")),
		      ": binary/plain\n  two\n  lines\\t\xc3\xa4\n");
	assert_prints(payload_of("binary/plain", NULL, STR("\x1b[31m0123456789abcdef")),
		      ": binary/plain\n"
		      "  00000000  1b 5b 33 31 6d 30 31 32 33 34 35 36 37 38 39 61  |.[31m0123456789a|\n"
		      "  00000010  62 63 64 65 66                                   |bcdef|\n");
	assert_json(payload_of("binary/gob", NULL, STR("\x01\x02")),
		    "[{\"path\":\"\",\"encoding\":\"binary/gob\",\"base64\":\"AQI=\"}]");
}

static void dumps_are_bounded(void **state)
{
	static char zeros[100000];
	struct str bytes = str_slice(zeros, sizeof(zeros));

	assert_true(payload_print_all(&t.reader, payload_message(),
				      payload_of("binary/plain", NULL, bytes), &t.out, &t.err));
	assert_true(t.out.n < 30000);
	assert_true(str_has(buf_str(&t.out), "  ... and 95904 bytes more\n"));
}

static void messages_without_a_schema_are_guessed_at(void **state)
{
	static const char BYTES[] = "\x0a\x03o-1\x10\x07\x1a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
				    "\x25\x00\x00\x80\x3f\x29\x00\x00\x00\x00\x00\x00\xf0\x3f"
				    "\x32\x02\xff\xfe\x3a\x00\x42\x04\x0a\x02hi";

	assert_prints(payload_of("binary/protobuf", "no.such.Type", str_slice(BYTES, sizeof(BYTES) - 1)),
		      ": binary/protobuf no.such.Type\n"
		      "  1: \"o-1\"\n"
		      "  2: 7\n"
		      "  3 {\n"
		      "    1: 18446744073709551615 (-1)\n"
		      "  }\n"
		      "  4: 0x3f800000 (1)\n"
		      "  5: 0x3ff0000000000000 (1)\n"
		      "  6: 2 bytes: ff fe\n"
		      "  7: \"\"\n"
		      "  8 {\n"
		      "    1: \"hi\"\n"
		      "  }\n");
	/* no message at all */
	assert_prints(payload_of("binary/protobuf", NULL, STR("\x07")),
		      ": binary/protobuf\n"
		      "  00000000  07                                               |.|\n");
	/* of Temporal's own schema */
	assert_prints(payload_of("binary/protobuf", "temporal.api.common.v1.WorkflowExecution",
				 STR("\x0a\x01w\x12\x01r")),
		      ": binary/protobuf temporal.api.common.v1.WorkflowExecution\n"
		      "  {\n    \"workflowId\": \"w\",\n    \"runId\": \"r\"\n  }\n");
}

static struct str file_bytes(const char *path)
{
	struct buf bytes = {0};
	struct str ret;

	if (!source_read(str_of(path), &bytes, &t.err))
		fail_msg("%s", t.err.message);
	ret = arena_str(&t.arena, buf_str(&bytes));
	buf_done(&bytes);
	return ret;
}

/* What protobuf's own library makes of the same bytes, in its order and without its blanks. */
static const char ORDER[] =
	"{\"orderId\":\"o-\\\"1\\\"\\n\",\"maybeZero\":0,"
	"\"lines\":[{\"sku\":\"a\",\"steps\":[\"-1\",\"9007199254740993\"],"
	"\"partOf\":{\"sku\":\"b\",\"partOf\":{}}},{}],"
	"\"prices\":{\"z\":{\"currency\":\"EUR\",\"units\":\"-5\",\"nanos\":-3}},"
	"\"byNumber\":{\"-7\":\"seven\"},\"byTruth\":{\"true\":\"LARGE\"},"
	"\"cash\":{\"currency\":\"CHF\"},\"state\":\"STATE_PAID\","
	"\"states\":[\"STATE_LOST\",\"STATE_NEW\",99],\"seal\":\"Af8=\",\"ratio\":0.1,"
	"\"share\":1e-07,\"big\":\"18446744073709551615\",\"f32\":4294967295,"
	"\"f64\":\"18446744073709551615\",\"sf32\":-2,\"sf64\":\"-9007199254740993\","
	"\"s32\":-2147483648,\"u32\":4294967295,\"gift\":true,\"unpacked\":[1,2],"
	"\"placed\":\"2023-11-14T22:13:20.120Z\",\"patience\":\"-1.500s\","
	"\"extra\":{\"n\":1.5,\"l\":[false,null]},\"mask\":\"orderId,lines.partOf\","
	"\"anything\":{\"@type\":\"type.googleapis.com/shop.money.Money\",\"currency\":\"USD\","
	"\"units\":\"2\"},\"wrapped\":\"-9\",\"named\":\"\",\"nothing\":{},\"odd!\":\"x\","
	"\"unknownAny\":{\"@type\":\"example.org/no.such.Type\",\"value\":\"AQI=\"},"
	"\"timeAny\":{\"@type\":\"type.googleapis.com/google.protobuf.Duration\",\"value\":\"3s\"},"
	"\"list\":[\"s\",{}]}";

static const char *described(const char *type, struct str bytes)
{
	const struct descriptor_message *m = descriptor_message(&t.descriptors, str_of(type));

	assert_non_null(m);
	buf_clear(&t.out);
	if (!descriptor_json(&t.descriptors, m, bytes, &t.arena, &t.out, &t.err))
		return t.err.message;
	return t.out.p;
}

static void descriptors_say_what_protobuf_says(void **state)
{
	assert_string_equal(described("shop.v1.Order", file_bytes(MESSAGE)), ORDER);
	assert_null(descriptor_message(&t.descriptors, STR("shop.v1.Ordre")));
	t.reader.descriptors = &t.descriptors;
	assert_prints(payload_of("binary/protobuf", "shop.money.Money", STR("\x0a\x01" "E\x10\x02")),
		      ": binary/protobuf shop.money.Money\n"
		      "  {\n    \"currency\": \"E\",\n    \"units\": \"2\"\n  }\n");
}

static void what_descriptors_lack_is_not_left_out(void **state)
{
	assert_string_equal(described("shop.money.Money",
				      STR("\x0a\x01" "E\x48\x05\x52\x01x\x08\x03\x1a\x01y")),
			    /* field 1 twice, once as a number; 3 of another type; 9 and 10 */
			    "{\"#1\":\"RQ==\",\"#1\":\"3\",\"#3\":\"eQ==\",\"#9\":\"5\","
			    "\"#10\":\"eA==\"}");
	/* the last of a scalar, and a message in two pieces */
	assert_string_equal(described("shop.money.Money", STR("\x10\x01\x10\x02")),
			    "{\"units\":\"2\"}");
	assert_string_equal(described("shop.v1.Order", STR("\x42\x03\x0a\x01" "E\x42\x02\x10\x01")),
			    "{\"cash\":{\"currency\":\"E\",\"units\":\"1\"}}");
	/* a string that is none; a map's entry without key and value */
	assert_string_equal(described("shop.v1.Order", STR("\x0a\x01\xff\x2a\x00")),
			    "{\"orderId\":\"/w==\",\"byNumber\":{\"0\":\"\"}}");
	/* a time out of range */
	assert_string_equal(described("google.protobuf.Timestamp", STR("\x10\xff\xff\xff\xff\x0f")),
			    "{\"seconds\":\"0\",\"nanos\":-1}");
}

static void hostile_messages_are_refused(void **state)
{
	struct str bytes = STR("");
	static char many[2 * LIMIT_MESSAGE_FIELDS + 2];

	assert_string_equal(described("shop.v1.Order", STR("\x0a\x7f")),
			    "a message that is not whole");
	/* part_of in part_of in ... */
	for (int i = 0; i < LIMIT_DEPTH + 5; i++) {
		struct buf b = {0};

		wire_put_bytes(&b, 3, bytes);
		bytes = arena_str(&t.arena, buf_str(&b));
		buf_done(&b);
	}
	assert_string_equal(described("shop.v1.Order.Line", bytes), "nested deeper than 200");
	for (size_t i = 0; i < sizeof(many); i += 2)
		many[i] = 0x10;
	assert_string_equal(described("shop.money.Money", str_slice(many, sizeof(many))),
			    "more than 1000000 fields");
}

static void sets_are_read_or_refused_at_every_cut(void **state)
{
	struct str bytes = file_bytes(DESCRIPTORS);

	for (size_t n = 0; n < bytes.n; n++) {
		struct descriptor_set d;

		t.err = (struct err)ERR_INIT;
		if (descriptor_set_read(&d, str_take(bytes, n), &t.err))
			descriptor_set_done(&d);
		else
			assert_true(t.err.code == ERR_SYNTAX);
	}
	struct descriptor_set d;

	assert_false(descriptor_set_read(&d, STR("{\"events\":[]}"), &t.err));
}

/* Layers and stores */

static void layers_are_named_and_so_is_what_stays(void **state)
{
	struct codec_chain chain;
	struct str payload;

	assert_true(codec_chain_read(STR("zlib"), &chain, &t.err));
	payload = payload_of("json/plain", NULL,
			     STR("\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""));
	assert_true(codec_wrap(&t.reader.tools, &chain, payload, &t.arena, &payload, &t.err));
	assert_true(payload_print_all(&t.reader, payload_message(), payload, &t.out, &t.err));
	assert_true(str_starts(buf_str(&t.out), STR(": json/plain, was zlib\n  \"aaaa")));
	assert_prints(payload_of("binary/encrypted", NULL, STR("0123456789")),
		      ": binary/encrypted; not opened: there is no key \"\"\n"
		      "  0123456789\n");
	assert_json(payload_of("binary/encrypted", NULL, STR("0")),
		    "[{\"path\":\"\",\"encoding\":\"binary/encrypted\",\"text\":\"0\","
		    "\"problem\":\"there is no key \\\"\\\"\"}]");
}

#define HASH "d83b1b8e5f8f6f4c1ab8c5a9a6a3f6a8c64c5f8a7d0b6e0b8f5d3a1c2e4f6a78"

static struct str reference(const char *key, const char *hash)
{
	return payload_of("json/protobuf", "temporal.api.sdk.v1.ExternalStorageReference",
			  arena_printf(&t.arena, "{\"driverName\":\"s3\",\"claimData\":{\"bucket\":"
				       "\"b\",\"key\":\"%s\",\"hash_algorithm\":\"sha256\","
				       "\"hash_value\":\"%s\"}}", key, hash));
}

static void write_file(const char *path, struct str bytes)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, file), bytes.n);
	fclose(file);
}

static void stored_payloads_are_listed_and_got(void **state)
{
	/* SHA-256 of the payload {encoding: json/plain, data: "stored"} */
	static const char GOOD[] =
		"5b1b73f5b7cab7e06649c19a1bc9f4b116f52fa6567ad6db78e8c9d5847a2a39";
	char folder[] = "/tmp/hindcast-store-XXXXXX", path[300];
	struct str stored = payload_of("json/plain", NULL, STR("\"stored\""));
	struct str legacy = payload_of("json/external-storage-reference", NULL,
				       STR("{\"driver_name\":\"gcs\",\"driver_claim\":{\"claim_data\":"
					   "{\"key\":\"v0/x\"}}}"));

	assert_prints(reference("v0/x", GOOD),
		      ": json/protobuf temporal.api.sdk.v1.ExternalStorageReference\n"
		      "  stored at s3 b/v0/x\n");
	assert_prints(legacy, ": json/external-storage-reference\n  stored at gcs v0/x\n");
	assert_non_null(mkdtemp(folder));
	t.reader.tools.storage = str_of(folder);
	assert_prints(reference("v0/x", GOOD),
		      arena_printf(&t.arena,
				   ": json/protobuf temporal.api.sdk.v1.ExternalStorageReference, was "
				   "stored elsewhere; not opened: v0/x is not in %s\n"
				   "  stored at s3 b/v0/x\n", folder).p);
	snprintf(path, sizeof(path), "%s/v0", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/v0/x", folder);
	write_file(path, stored);
	assert_prints(reference("v0/x", GOOD),
		      ": json/plain, was stored elsewhere\n  \"stored\"\n");
	assert_prints(legacy, ": json/plain, was stored elsewhere\n  \"stored\"\n");
	assert_true(payload_print_all(&t.reader, payload_message(), reference("v0/x", HASH), &t.out,
				      &t.err));
	assert_true(str_has(buf_str(&t.out), "the stored object has another hash"));
	write_file(path, STR("\x0a\x7f"));
	assert_true(payload_print_all(&t.reader, payload_message(), reference("v0/x", ""), &t.out,
				      &t.err));
	assert_true(str_has(buf_str(&t.out), "the stored object is no payload"));
	unlink(path);
	snprintf(path, sizeof(path), "%s/%s", folder, GOOD);
	write_file(path, stored);
	assert_prints(reference("v0/x", GOOD),
		      ": json/plain, was stored elsewhere\n  \"stored\"\n");
	unlink(path);
	snprintf(path, sizeof(path), "%s/v0", folder);
	rmdir(path);
	rmdir(folder);
}

/* What lies beside the folder is there, and is not got. */
static void keys_do_not_lead_out_of_the_folder(void **state)
{
	static const char *const KEYS[] = {"../x", "v0/../../x", "./../x", "%s/x", "//%s/x", ""};
	char folder[] = "/tmp/hindcast-store-XXXXXX", path[300];
	struct str store;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/x", folder);
	write_file(path, payload_of("json/plain", NULL, STR("\"outside\"")));
	store = arena_printf(&t.arena, "%s/store", folder);
	assert_int_equal(mkdir(store.p, 0700), 0);
	assert_int_equal(mkdir(arena_printf(&t.arena, "%s/v0", store.p).p, 0700), 0);
	t.reader.tools.storage = store;
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++) {
		const char *at = strstr(KEYS[i], "%s");
		struct str key = at ? arena_printf(&t.arena, "%.*s%s%s", (int)(at - KEYS[i]), KEYS[i],
						   folder, at + 2)
				    : str_of(KEYS[i]);

		buf_clear(&t.out);
		assert_true(payload_print_all(&t.reader, payload_message(), reference(key.p, ""),
					      &t.out, &t.err));
		if (str_has(buf_str(&t.out), "outside"))
			fail_msg("got %s", key.p);
		/* nor by a bucket or a hash of that name */
		buf_clear(&t.out);
		assert_true(payload_print_all(&t.reader, payload_message(),
					      reference("none", key.p), &t.out, &t.err));
		assert_false(str_has(buf_str(&t.out), "outside"));
	}
	rmdir(arena_printf(&t.arena, "%s/v0", store.p).p);
	rmdir(store.p);
	unlink(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, before_each)
		TEST(json_is_laid_out_and_not_read),
		TEST(what_is_no_json_is_shown_as_it_is),
		TEST(text_bytes_and_nothing),
		TEST(dumps_are_bounded),
		TEST(messages_without_a_schema_are_guessed_at),
		TEST(descriptors_say_what_protobuf_says),
		TEST(what_descriptors_lack_is_not_left_out),
		TEST(hostile_messages_are_refused),
		TEST(sets_are_read_or_refused_at_every_cut),
		TEST(layers_are_named_and_so_is_what_stays),
		TEST(stored_payloads_are_listed_and_got),
		TEST(keys_do_not_lead_out_of_the_folder),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
