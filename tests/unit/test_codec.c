/* SPDX-License-Identifier: MIT */
/* test_codec.c: layers off and on, damaged ones, keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/payload/codec.h"
#include "formats/wire/wire.h"
#include "tests/unit/codec_story.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>


static struct codec_story t;

static int set_up(void **state)
{
	codec_story_init(&t);
	return 0;
}

static int tear_down(void **state)
{
	codec_story_done(&t);
	return 0;
}

static int before_each(void **state)
{
	codec_story_begin(&t);
	return 0;
}

static int after_each(void **state)
{
	codec_story_end(&t);
	return 0;
}

static struct str payload_of(const char *encoding, struct str data)
{
	return codec_story_payload(&t.arena, encoding, data);
}

/* A text that every layer makes smaller. */
static struct str long_text(void)
{
	char *p = arena_alloc(&t.arena, 5000);

	memset(p, 'a', 5000);
	return str_slice(p, 5000);
}

static void assert_same(struct str a, struct str b)
{
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
}

static void assert_unwrap_fails(struct str bytes, const char *message)
{
	struct str left;

	t.err = (struct err)ERR_INIT;
	assert_false(codec_unwrap(&t.tools, bytes, &t.arena, &left, NULL, &t.err));
	assert_string_equal(t.err.message, message);
}

/* Layers */

static void every_chain_is_its_own_inverse(void **state)
{
	static const char *const CHAINS[] = {"zlib", "snappy", "encrypted", "zlib,encrypted",
					     "encrypted,zlib", "zlib, snappy ,encrypted"};
	struct str plain = payload_of("json/plain", long_text());

	for (size_t i = 0; i < sizeof(CHAINS) / sizeof(*CHAINS); i++) {
		struct codec_chain chain, seen;
		struct str wrapped, back;

		assert_true(codec_chain_read(str_of(CHAINS[i]), &chain, &t.err));
		assert_true(codec_wrap(&t.tools, &chain, plain, &t.arena, &wrapped, &t.err));
		assert_false(str_eq(wrapped, plain));
		assert_true(codec_unwrap(&t.tools, wrapped, &t.arena, &back, &seen, &t.err));
		assert_same(back, plain);
		/* What does not compress went without its layer. */
		assert_true(seen.n && seen.n <= chain.n);
		if (!i || seen.n == chain.n) {
			assert_int_equal(seen.n, chain.n);
			assert_memory_equal(seen.layers, chain.layers,
					    seen.n * sizeof(*seen.layers));
		}
	}
}

static void chains_are_told_apart_from_nonsense(void **state)
{
	struct codec_chain chain;

	assert_false(codec_chain_read(STR("zlib,gzip"), &chain, &t.err));
	assert_string_equal(t.err.message,
			    "no layer \"gzip\": zlib, snappy and encrypted are known");
	assert_false(codec_chain_read(STR(""), &chain, &t.err));
	assert_false(codec_chain_read(STR("zlib,zlib,zlib,zlib,zlib,zlib,zlib,zlib,zlib,zlib,"
					  "zlib,zlib,zlib,zlib,zlib,zlib,zlib"), &chain, &t.err));
}

static void small_payloads_are_not_compressed(void **state)
{
	struct str plain = payload_of("json/plain", STR("1")), wrapped;
	struct codec_chain chain;

	assert_true(codec_chain_read(STR("zlib,snappy"), &chain, &t.err));
	assert_true(codec_wrap(&t.tools, &chain, plain, &t.arena, &wrapped, &t.err));
	assert_same(wrapped, plain);
}

static void damaged_layers_are_refused(void **state)
{
	struct str plain = payload_of("json/plain", long_text());
	static const char *const LAYERS[] = {"zlib", "snappy", "encrypted"};

	for (size_t i = 0; i < 3; i++) {
		struct codec_chain chain;
		struct payload p;
		struct str wrapped, left;

		assert_true(codec_chain_read(str_of(LAYERS[i]), &chain, &t.err));
		assert_true(codec_wrap(&t.tools, &chain, plain, &t.arena, &wrapped, &t.err));
		assert_true(payload_read(wrapped, &p));
		/* Cut at every byte: never a payload, never a crash. */
		for (size_t n = 0; n < p.data.n; n++) {
			struct str cut = payload_of(chain.layers[0]->encoding,
						    str_take(p.data, n));

			assert_false(codec_unwrap(&t.tools, cut, &t.arena, &left, NULL, NULL));
			assert_same(left, cut);
		}
	}
	assert_unwrap_fails(payload_of("binary/zlib", STR("")), "zlib: cut off");
	assert_unwrap_fails(payload_of("binary/snappy", STR("")), "snappy: damaged");
	assert_unwrap_fails(payload_of("binary/encrypted", STR("")), "there is no key \"\"");
}

/* A flipped bit leaves a payload that could be read: only the tag tells. */
static void forged_ciphertext_is_refused(void **state)
{
	struct str plain = payload_of("json/plain", long_text()), wrapped, left;
	struct codec_chain chain;
	struct payload p;

	assert_true(codec_chain_read(STR("encrypted"), &chain, &t.err));
	assert_true(codec_wrap(&t.tools, &chain, plain, &t.arena, &wrapped, &t.err));
	assert_true(payload_read(wrapped, &p));
	for (size_t i = 0; i < p.data.n; i += i < 12 || i + 40 > p.data.n ? 1 : 97) {
		((char *)(uintptr_t)p.data.p)[i] ^= 1;
		t.err = (struct err)ERR_INIT;
		assert_false(codec_unwrap(&t.tools, wrapped, &t.arena, &left, NULL, &t.err));
		assert_string_equal(t.err.message, "encrypted: key \"test\" does not open it: another "
						   "key, or damaged");
		((char *)(uintptr_t)p.data.p)[i] ^= 1;
	}
	assert_true(codec_unwrap(&t.tools, wrapped, &t.arena, &left, NULL, &t.err));
	assert_same(left, plain);
}

static struct str deflated(struct str inner, const char *behind)
{
	uLongf n = compressBound(inner.n);
	struct str ret;
	char *p = arena_alloc(&t.arena, n + strlen(behind));

	assert_int_equal(compress((Bytef *)p, &n, (const Bytef *)inner.p, inner.n), Z_OK);
	memcpy(p + n, behind, strlen(behind));
	ret = str_slice(p, n + strlen(behind));
	return ret;
}

static void what_is_no_payload_inside_is_refused(void **state)
{
	assert_unwrap_fails(payload_of("binary/zlib", deflated(STR("\x0a\x7f"), "")),
			    "zlib: what is in it is no payload");
	assert_unwrap_fails(payload_of("binary/zlib", deflated(STR(""), "x")),
			    "zlib: 1 bytes behind the end");
}

static void bombs_end_at_the_ceiling(void **state)
{
	size_t n = LIMIT_PAYLOAD_BYTES + 1000;
	char *zeros = calloc(n, 1);
	struct str bomb;

	bomb = payload_of("binary/zlib", deflated(str_slice(zeros, n), ""));
	free(zeros);
	assert_true(bomb.n < n / 500);
	assert_unwrap_fails(bomb, "more than 67108864 bytes");
	/* A length of 4 GB in front of nothing, and one with a little behind it. */
	assert_unwrap_fails(payload_of("binary/snappy", STR("\xff\xff\xff\xff\x0f")),
			    "snappy: damaged or cut off");
	assert_unwrap_fails(payload_of("binary/snappy", STR("\xff\xff\xff\xff\x0f\xfe\x61\x01")),
			    "snappy: damaged or cut off");
}

static void layers_without_end_stop(void **state)
{
	struct str p = payload_of("json/plain", STR("1")), left;
	struct codec_chain seen;

	for (int i = 0; i < CODEC_LAYERS_MAX + 4; i++)
		p = payload_of("binary/zlib", deflated(p, ""));
	t.err = (struct err)ERR_INIT;
	assert_false(codec_unwrap(&t.tools, p, &t.arena, &left, &seen, &t.err));
	assert_string_equal(t.err.message, "more than 16 layers");
	assert_int_equal(seen.n, CODEC_LAYERS_MAX);
	assert_true(left.n < p.n);
}

static void what_can_be_undone_is(void **state)
{
	struct str plain = payload_of("json/plain", long_text()), wrapped, left;
	struct codec_chain chain;
	struct payload p;

	assert_true(codec_chain_read(STR("encrypted,zlib"), &chain, &t.err));
	wrapped = payload_of("binary/zlib",
			     deflated(payload_of("binary/encrypted", plain), ""));
	assert_false(codec_unwrap(&t.tools, wrapped, &t.arena, &left, &chain, &t.err));
	assert_int_equal(chain.n, 1);
	assert_true(payload_read(left, &p));
	assert_int_equal(p.kind, PAYLOAD_ENCRYPTED);
}

/* Keys */

static void keys_are_read_in_three_spellings(void **state)
{
	struct codec_keys keys;

	codec_keys_init(&keys);
	assert_true(codec_keys_read(&keys, STR("# mine\n\n"
					       " a hex:000102030405060708090a0B0c0d0e0f\r\n"
					       "b\tbase64:AAECAwQFBgcICQoLDA0ODw==\n"
					       "my old key  text:0123456789abcdef01234567"), &t.err));
	assert_int_equal(keys.keys.n, 3);
	assert_memory_equal(keys.keys.at[0].bytes, keys.keys.at[1].bytes, 16);
	assert_int_equal(codec_key_find(&keys, STR("my old key"), NULL)->n, 24);
	assert_null(codec_key_find(&keys, STR("c"), NULL));
	codec_keys_done(&keys);
}

static void bad_key_files_name_the_line_and_no_key(void **state)
{
	static const char *const BAD[][2] = {
		{"\nk secret", "line 2: a key begins with hex:, base64: or text:"},
		{"hex:00", "line 1: an id, a blank and a key are expected"},
		{"k hex:0g", "line 1: not a key in the spelling hex:"},
		{"k hex:000", "line 1: not a key in the spelling hex:"},
		{"k text:short", "line 1: a key of 5 bytes: 16, 24 or 32 are expected"},
		{"k base64:!!!!", "line 1: not a key in the spelling base64:"},
		{"test text:" CODEC_STORY_KEY, "line 1: the id \"test\" for the second time"},
	};

	for (size_t i = 0; i < sizeof(BAD) / sizeof(*BAD); i++) {
		t.err = (struct err)ERR_INIT;
		assert_false(codec_keys_read(&t.keys, str_of(BAD[i][0]), &t.err));
		assert_string_equal(t.err.message, BAD[i][1]);
	}
}

static const char *environment(const char *name)
{
	if (!strcmp(name, "HINDCAST_KEY_MY_KEY_1"))
		return "text:" CODEC_STORY_KEY;
	return !strcmp(name, "HINDCAST_KEY_BAD") ? "text:short" : NULL;
}

static void the_environment_is_asked_last(void **state)
{
	t.keys.environment = environment;
	assert_int_equal(codec_key_find(&t.keys, STR("my-key.1"), NULL)->n, 32);
	assert_int_equal(t.keys.keys.n, 2);
	assert_null(codec_key_find(&t.keys, STR("nowhere"), &t.err));
	assert_int_equal(t.err.code, ERR_NONE);
	assert_null(codec_key_find(&t.keys, STR("bad"), &t.err));
	assert_string_equal(t.err.message,
			    "HINDCAST_KEY_BAD: a key of 5 bytes: 16, 24 or 32 are expected");
}

static void open_key_files_are_noticed(void **state)
{
	char path[] = "/tmp/hindcast-keys-XXXXXX";
	int fd = mkstemp(path);
	bool exposed = true;
	struct codec_keys keys;

	assert_true(fd >= 0 && write(fd, "a text:" CODEC_STORY_KEY "\n", 40) == 40);
	close(fd);
	codec_keys_init(&keys);
	assert_true(codec_keys_open(&keys, str_of(path), &exposed, &t.err));
	assert_false(exposed);
	codec_keys_done(&keys);
	assert_int_equal(chmod(path, 0644), 0);
	codec_keys_init(&keys);
	assert_true(codec_keys_open(&keys, str_of(path), &exposed, &t.err));
	assert_true(exposed);
	assert_int_equal(keys.keys.n, 1);
	codec_keys_done(&keys);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, before_each, after_each)
		TEST(every_chain_is_its_own_inverse),
		TEST(chains_are_told_apart_from_nonsense),
		TEST(small_payloads_are_not_compressed),
		TEST(damaged_layers_are_refused),
		TEST(forged_ciphertext_is_refused),
		TEST(what_is_no_payload_inside_is_refused),
		TEST(bombs_end_at_the_ceiling),
		TEST(layers_without_end_stop),
		TEST(what_can_be_undone_is),
		TEST(keys_are_read_in_three_spellings),
		TEST(bad_key_files_name_the_line_and_no_key),
		TEST(the_environment_is_asked_last),
		TEST(open_key_files_are_noticed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
